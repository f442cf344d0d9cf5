//! Windows: a job object, which ends the whole tree. Files and network are not confined, and the
//! posture says so, so that every run asks.

use std::process::Stdio;

use process_wrap::tokio::{ChildWrapper, CommandWrap, JobObject, KillOnDrop};
use tokio::process::{ChildStderr, ChildStdout, Command};

use crate::posture::{Mechanism, Posture};
use crate::spawn::{Ended, SandboxOptions, Spawn, SpawnError};

/// Starts programs in job objects.
#[derive(Debug)]
pub struct Sandbox {
    posture: Posture,
}

impl Sandbox {
    /// Says what there is.
    pub async fn open(_: SandboxOptions) -> Self {
        let reason = "on Windows a job object ends the whole tree, but files and network are not \
                      confined"
            .to_owned();
        Self { posture: Posture::None { reason } }
    }

    /// How far every run is confined.
    #[must_use]
    pub fn posture(&self) -> &Posture {
        &self.posture
    }

    /// Whether a mechanism works here.
    #[must_use]
    pub fn has(&self, mechanism: Mechanism) -> bool {
        mechanism == Mechanism::JobObject
    }

    /// Starts a program.
    ///
    /// # Errors
    /// When it was not started.
    pub async fn spawn(&self, spawn: Spawn) -> Result<Child, SpawnError> {
        if spawn.pty {
            return Err(SpawnError::Refused("there is no terminal for it on Windows".to_owned()));
        }
        let profile = spawn.profile.resolved()?;
        #[expect(clippy::disallowed_methods, reason = "this is the home of spawning")]
        let mut command = Command::new(&spawn.program);
        command
            .args(spawn.argv.iter().skip(1))
            .env_clear()
            .envs(&profile.env)
            .current_dir(&spawn.cwd)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut command = CommandWrap::from(command);
        command.wrap(JobObject).wrap(KillOnDrop);
        let mut child = command.spawn()?;
        let (stdout, stderr) = (child.stdout().take(), child.stderr().take());
        Ok(Child { child, stdout, stderr, is_stopped: false, posture: self.posture.clone() })
    }
}

/// A running program. Letting go of it kills it with everything it started.
#[derive(Debug)]
pub struct Child {
    child: Box<dyn ChildWrapper>,
    /// What it writes.
    pub stdout: Option<ChildStdout>,
    /// What it writes beside that.
    pub stderr: Option<ChildStderr>,
    is_stopped: bool,
    posture: Posture,
}

impl Child {
    /// How far it is confined.
    #[must_use]
    pub fn posture(&self) -> &Posture {
        &self.posture
    }

    /// Waits until it has ended.
    pub async fn wait(&mut self) -> Ended {
        match self.child.wait().await {
            Ok(_) if self.is_stopped => Ended::Stopped,
            Ok(status) => status.code().map_or(Ended::Lost, Ended::Code),
            Err(_) => Ended::Lost,
        }
    }

    /// Kills it and everything it started.
    pub async fn stop(&mut self) {
        self.is_stopped = true;
        // An error means that it has ended.
        let _ = self.child.start_kill();
        let _ = self.child.wait().await;
    }
}
