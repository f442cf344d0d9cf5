//! One account at work: what everything that is served shares.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use nexus_adapter::{Daemon, HelloParams};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::http::{self, Api};
use crate::listen::Listen;
use crate::problem::Problem;
use crate::spool::Spool;
use crate::waiting::Waiting;

/// Memory for bodies that are being read or not submitted yet, all together, in bytes. What is
/// made of a body takes about twice as much again, and an adapter has 256 MiB.
const BODIES_BYTES_MAX: usize = 48 * 1024 * 1024;
/// What is counted together of it, in bytes.
pub(crate) const BODY_UNIT_BYTES: usize = 1_024;
/// Time for the last answers to be written when the daemon stops, in milliseconds; below the 2 s
/// that `drain` has.
const DRAIN_MS_MAX: u64 = 1_500;

/// One account at work.
#[derive(Debug)]
pub struct Ingress {
    /// Where and for whom it listens.
    pub listen: Listen,
    /// The channel of everything that comes this way.
    pub channel: &'static str,
    /// The account.
    pub account_id: String,
    /// The daemon.
    pub daemon: Daemon,
    /// Callers that wait.
    pub waiting: Arc<Waiting>,
    pub(crate) spool: Spool,
    places: Arc<Semaphore>,
    /// Room for bodies, in units of 1 KiB.
    pub(crate) room: Arc<Semaphore>,
    /// Connections and runs.
    pub(crate) tasks: TaskTracker,
    stop: CancellationToken,
}

impl Ingress {
    /// Makes ready to serve an account; `home` is the adapter's folder.
    ///
    /// # Errors
    /// When the spool folder cannot be used, in words for the person who configured it.
    pub async fn open(
        channel: &'static str,
        listen: Listen,
        home: &Path,
        hello: &HelloParams,
        daemon: Daemon,
        waiting: Arc<Waiting>,
    ) -> Result<Self, String> {
        let spool = Spool::open(home).await;
        let spool = spool.map_err(|error| format!("the spool folder cannot be used: {error}"))?;
        // One body of the largest size must always fit.
        let room = BODIES_BYTES_MAX.max(listen.body_bytes_max).div_ceil(BODY_UNIT_BYTES);
        Ok(Self {
            channel,
            account_id: hello.account_id.clone(),
            daemon,
            waiting,
            spool,
            places: Arc::new(Semaphore::new(listen.calls_max)),
            room: Arc::new(Semaphore::new(room)),
            listen,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        })
    }

    /// Listens, and serves callers until [`Ingress::drain`].
    ///
    /// # Errors
    /// When the address cannot be listened on, in words for the person who configured it.
    pub fn serve(self: &Arc<Self>, api: Api) -> Result<(), String> {
        let address = self.listen.listen;
        let listener = http::bind(address).map_err(|error| {
            format!(
                "{address} cannot be listened on: {error}; choose another `listen` in its settings"
            )
        })?;
        self.tasks.spawn(http::serve(Arc::clone(self), Arc::new(api), listener));
        Ok(())
    }

    /// A place among the calls that are worked on.
    ///
    /// # Errors
    /// When all are taken.
    pub fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            let calls_max = self.listen.calls_max;
            Problem::overloaded(format!("{calls_max} calls are being worked on already"))
        })
    }

    /// Room in memory for so many bytes that come not as a body, for as long as it is held.
    ///
    /// # Errors
    /// When there is none left.
    pub fn room(&self, n_bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let units = u32::try_from(n_bytes.div_ceil(BODY_UNIT_BYTES)).unwrap_or(u32::MAX);
        Arc::clone(&self.room)
            .try_acquire_many_owned(units)
            .map_err(|_| Problem::overloaded("too much is being worked on at once"))
    }

    /// Runs a task that [`Ingress::drain`] waits for.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Waits until the adapter is being stopped.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Takes no more callers, and lets those who wait know.
    pub async fn drain(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.waiting.end_all(&Problem::overloaded("the daemon is being stopped"));
        let rest = Duration::from_millis(DRAIN_MS_MAX);
        let _ = tokio::time::timeout(rest, self.tasks.wait()).await;
    }
}
