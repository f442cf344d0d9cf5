//! Runs programs that hand out credentials, by the supervisor.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use nexus_agent::port::Clock;
use nexus_secrets::{ChildCommand, RunError, Runner};
use nexus_supervisor::{Once, OnceError, run_once};
use secrecy::zeroize::Zeroizing;

use crate::clock::SupervisorClock;

/// Runs each program in the state folder, with the environment it is given and no other.
pub(super) struct SupervisedRunner {
    pub(super) folder: PathBuf,
    pub(super) clock: Arc<dyn Clock>,
}

impl Runner for SupervisedRunner {
    fn run(
        &self,
        command: ChildCommand,
    ) -> BoxFuture<'static, Result<Zeroizing<Vec<u8>>, RunError>> {
        let once = Once {
            command: command.argv,
            environment: command.environment,
            folder: self.folder.clone(),
            duration_ms_max: command.duration_ms_max,
            stdout_bytes_max: command.stdout_bytes_max,
        };
        let clock = Arc::new(SupervisorClock(Arc::clone(&self.clock)));
        Box::pin(async move {
            let mut output = Zeroizing::new(Vec::new());
            let outcome = run_once(once, clock, &mut output).await;
            outcome.map(|()| output).map_err(|error| match error {
                OnceError::Start(why) => RunError::Start(why),
                OnceError::Failed(how) => RunError::Failed(how),
                OnceError::Timeout => RunError::Timeout,
                OnceError::TooLong => RunError::TooLong,
            })
        })
    }
}
