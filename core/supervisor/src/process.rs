//! The process itself: the one place that spawns. It leads a group of its own, and whichever way
//! it goes, its whole group goes with it.

use std::io;
use std::process::{ExitStatus, Stdio};

use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};

use crate::clock::Clock;
use crate::spec::ChildSpec;

/// Pause between the end of stdin and SIGTERM, and between SIGTERM and SIGKILL, in milliseconds.
pub(crate) const END_MS_MAX: u64 = 5_000;

#[cfg(unix)]
const SIGTERM: i32 = 15;

/// The ends of the pipes.
pub(crate) struct Pipes {
    pub(crate) stdin: ChildStdin,
    pub(crate) stdout: ChildStdout,
    pub(crate) stderr: ChildStderr,
}

/// A running child and everything it started in its group. Dropping it kills the group.
pub(crate) struct Process {
    child: Box<dyn ChildWrapper>,
    has_ended: bool,
}

impl Process {
    /// Spawns with an environment of three variables, in its private folder.
    pub(crate) fn spawn(spec: &ChildSpec) -> io::Result<(Self, Pipes)> {
        let (program, arguments) = spec
            .command
            .split_first()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "its command is empty"))?;
        create_private(&spec.home)?;
        #[expect(clippy::disallowed_methods, reason = "this is the home of spawning")]
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", &spec.path)
            .env("HOME", &spec.home)
            .env("LANG", &spec.lang)
            .current_dir(&spec.home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = as_group(command).spawn()?;
        let pipes = (child.stdin().take(), child.stdout().take(), child.stderr().take());
        let process = Self { child, has_ended: false };
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(io::Error::other("a pipe is missing"));
        };
        Ok((process, Pipes { stdin, stdout, stderr }))
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits for the child's own end, then kills what it left behind in its group. Cancel safe.
    pub(crate) async fn wait(&mut self) -> String {
        let status = self.child.wait().await;
        self.kill();
        self.has_ended = true;
        match status {
            Ok(status) => describe(status),
            Err(error) => format!("was lost: {error}"),
        }
    }

    /// Ends it the polite way and then the other: its stdin has been closed, and each further
    /// step comes after a pause.
    pub(crate) async fn end(&mut self, clock: &dyn Clock) -> String {
        let pause = clock.sleep(END_MS_MAX);
        tokio::select! { biased; how = self.wait() => return how, () = pause => {} }
        #[cfg(unix)]
        if let Err(error) = self.child.signal(SIGTERM) {
            tracing::debug!(%error, "SIGTERM could not be sent");
        }
        let pause = clock.sleep(END_MS_MAX);
        tokio::select! { biased; how = self.wait() => return how, () = pause => {} }
        self.kill();
        self.wait().await
    }

    /// Kills the group. An error means that nothing is left of it.
    pub(crate) fn kill(&mut self) {
        if let Err(error) = self.child.start_kill() {
            tracing::trace!(%error, "nothing to kill");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.has_ended {
            self.kill();
        }
    }
}

/// Has a program lead a group of its own, which goes with it.
pub(crate) fn as_group(command: Command) -> CommandWrap {
    let mut command = CommandWrap::from(command);
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessGroup::leader());
    #[cfg(windows)]
    command.wrap(process_wrap::tokio::JobObject);
    command.wrap(KillOnDrop);
    command
}

pub(crate) fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("exited with code {code}"),
        None => "ended".to_owned(),
    }
}

fn create_private(folder: &std::path::Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
