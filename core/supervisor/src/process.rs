//! The process itself: the one place that spawns. It leads a group of its own, and whichever way
//! it goes, its whole group goes with it.

use std::io;
use std::process::{ExitStatus, Stdio};

use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::process::{ChildStderr, Command};

use crate::clock::Clock;
use crate::spec::ChildSpec;

/// Pause between the end of stdin and SIGTERM, and between SIGTERM and SIGKILL, in milliseconds.
pub(crate) const END_MS_MAX: u64 = 5_000;

#[cfg(unix)]
const SIGTERM: i32 = 15;

/// The ends of the pipes.
pub(crate) struct Pipes {
    pub(crate) stdin: Box<dyn AsyncWrite + Send + Unpin>,
    pub(crate) stdout: Box<dyn AsyncRead + Send + Unpin>,
    pub(crate) stderr: ChildStderr,
}

enum Body {
    /// As it is, in a group of its own.
    Plain(Box<dyn ChildWrapper>),
    /// Behind a keeper of the sandbox, which ends everything when it is let go of.
    #[cfg(unix)]
    Confined(Box<nexus_sandbox::Child>),
}

/// A running child and everything it started in its group. Dropping it kills the group.
pub(crate) struct Process {
    body: Body,
    has_ended: bool,
}

impl Process {
    /// Spawns with an environment of three variables, in its private folder, under what
    /// confinement the spec names.
    pub(crate) async fn spawn(spec: &ChildSpec) -> io::Result<(Self, Pipes)> {
        create_private(&spec.home)?;
        #[cfg(unix)]
        if let Some(confinement) = &spec.confinement {
            return confined(spec, confinement).await;
        }
        plain(spec)
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        match &self.body {
            Body::Plain(child) => child.id(),
            #[cfg(unix)]
            Body::Confined(child) => child.pid(),
        }
    }

    /// Waits for the child's own end, then kills what it left behind in its group. Cancel safe.
    pub(crate) async fn wait(&mut self) -> String {
        let how = match &mut self.body {
            Body::Plain(child) => {
                let status = child.wait().await;
                kill_group(&mut **child);
                match status {
                    Ok(status) => describe(status),
                    Err(error) => format!("was lost: {error}"),
                }
            }
            #[cfg(unix)]
            Body::Confined(child) => describe_confined(child.wait().await),
        };
        self.has_ended = true;
        how
    }

    /// Ends it the polite way and then the other: its stdin has been closed, and each further
    /// step comes after a pause. Behind a keeper there is no SIGTERM in between.
    pub(crate) async fn end(&mut self, clock: &dyn Clock) -> String {
        let pause = clock.sleep(END_MS_MAX);
        tokio::select! { biased; how = self.wait() => return how, () = pause => {} }
        #[cfg(unix)]
        if let Body::Plain(child) = &self.body
            && let Err(error) = child.signal(SIGTERM)
        {
            tracing::debug!(%error, "SIGTERM could not be sent");
        }
        let pause = clock.sleep(END_MS_MAX);
        tokio::select! { biased; how = self.wait() => return how, () = pause => {} }
        self.put_down().await
    }

    /// Kills it with everything it started, and waits until it is gone.
    pub(crate) async fn put_down(&mut self) -> String {
        match &mut self.body {
            Body::Plain(child) => kill_group(&mut **child),
            #[cfg(unix)]
            Body::Confined(child) => child.stop().await,
        }
        match self.has_ended {
            true => "has ended".to_owned(),
            false => self.wait().await,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Body::Plain(child) = &mut self.body
            && !self.has_ended
        {
            kill_group(&mut **child);
        }
    }
}

fn plain(spec: &ChildSpec) -> io::Result<(Process, Pipes)> {
    let (program, arguments) = spec.command.split_first().ok_or_else(no_command)?;
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
    let process = Process { body: Body::Plain(child), has_ended: false };
    let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
        return Err(io::Error::other("a pipe is missing"));
    };
    Ok((process, Pipes { stdin: Box::new(stdin), stdout: Box::new(stdout), stderr }))
}

fn no_command() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "its command is empty")
}

#[cfg(unix)]
async fn confined(
    spec: &ChildSpec,
    confinement: &crate::spec::Confinement,
) -> io::Result<(Process, Pipes)> {
    let program = spec.command.first().ok_or_else(no_command)?;
    let mut profile = confinement.profile.clone();
    for (name, value) in [("PATH", &spec.path), ("LANG", &spec.lang)] {
        profile.env.insert(name.to_owned(), value.clone());
    }
    profile.env.insert("HOME".to_owned(), spec.home.display().to_string());
    let spawn = nexus_sandbox::Spawn {
        program: find(program, &spec.path)?,
        argv: spec.command.clone(),
        cwd: spec.home.canonicalize()?,
        profile,
        pty: false,
        is_duplex: true,
    };
    let mut child = confinement.sandbox.spawn(spawn).await.map_err(io::Error::other)?;
    let (duplex, stderr) = (child.duplex.take(), child.stderr.take());
    let process = Process { body: Body::Confined(Box::new(child)), has_ended: false };
    let (Some(duplex), Some(stderr)) = (duplex, stderr) else {
        return Err(io::Error::other("a pipe is missing"));
    };
    // Letting go of the writing half is the end of its stdin.
    let (stdout, stdin) = duplex.into_split();
    Ok((process, Pipes { stdin: Box::new(stdin), stdout: Box::new(stdout), stderr }))
}

/// The file of a program that is named alone.
#[cfg(unix)]
fn find(program: &str, path: &str) -> io::Result<std::path::PathBuf> {
    if program.contains('/') {
        return Ok(program.into());
    }
    let places = path.split(':').map(|folder| std::path::Path::new(folder).join(program));
    places.into_iter().find(|file| file.is_file()).ok_or_else(|| {
        io::Error::new(io::ErrorKind::NotFound, format!("there is no such program in {path}"))
    })
}

/// Kills the group. An error means that nothing is left of it.
fn kill_group(child: &mut dyn ChildWrapper) {
    if let Err(error) = child.start_kill() {
        tracing::trace!(%error, "nothing to kill");
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
        return ended_by(signal);
    }
    match status.code() {
        Some(code) => format!("exited with code {code}"),
        None => "ended".to_owned(),
    }
}

#[cfg(unix)]
fn ended_by(signal: i32) -> String {
    let why = match signal {
        6 => " (it gave up, as when memory runs out)",
        11 => " (it crashed)",
        _ => "",
    };
    format!("was ended by signal {signal}{why}")
}

#[cfg(unix)]
fn describe_confined(ended: nexus_sandbox::Ended) -> String {
    use nexus_sandbox::Ended;
    match ended {
        Ended::Code(code) => format!("exited with code {code}"),
        Ended::Signal(signal) => ended_by(signal),
        Ended::Stopped => "was killed".to_owned(),
        Ended::Lost => "was lost: its keeper was killed".to_owned(),
    }
}

fn create_private(folder: &std::path::Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
