//! The daemon's side of a keeper.

use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{ChildStderr, ChildStdout, Command};

use super::{Ended, SandboxOptions, Spawn, SpawnError};
use crate::helper::KEEPER;
use crate::posture::{Mechanism, Posture};
use crate::profile::Profile;
use crate::wire::{News, Order, WIRE_VERSION};

/// Longest time in which a stage says what is in force, in milliseconds.
const START_MS_MAX: u64 = 10_000;
/// Time a keeper has for killing everything before it is killed itself, in milliseconds.
const STOP_MS_MAX: u64 = 1_000;
/// Most of a failed start's stderr that is quoted, in bytes.
const QUOTE_BYTES_MAX: u64 = 2_048;

/// What this system can enforce, found out by trying, and the way to run programs under it.
#[derive(Debug)]
pub struct Sandbox {
    options: SandboxOptions,
    bwrap: Option<PathBuf>,
    mechanisms: Vec<Mechanism>,
    posture: Posture,
}

impl Sandbox {
    /// Tries every mechanism once. Never fails: what does not work is a gap in the posture.
    pub async fn open(options: SandboxOptions) -> Self {
        let mut sandbox = Self {
            options,
            bwrap: None,
            mechanisms: Vec::new(),
            posture: Posture::None { reason: "not tried yet".to_owned() },
        };
        let without = sandbox.options.without.contains(&Mechanism::Namespaces);
        let mut gap = None;
        match namespaces() {
            _ if without => gap = Some("no namespaces: switched off".to_owned()),
            Ok(bwrap) => sandbox.bwrap = bwrap,
            Err(why) => gap = Some(format!("no namespaces: {why}")),
        }
        let mut tried = sandbox.probe().await;
        if let (Err(error), Some(bwrap)) = (&tried, &sandbox.bwrap) {
            gap = Some(format!("no namespaces: {} does not work here: {error}", bwrap.display()));
            sandbox.bwrap = None;
            tried = sandbox.probe().await;
        }
        match tried {
            Ok((mechanisms, mut gaps)) => {
                gaps.splice(0..0, gap);
                sandbox.posture = posture(&mechanisms, gaps);
                sandbox.mechanisms = mechanisms;
            }
            Err(error) => sandbox.posture = Posture::None { reason: error.to_string() },
        }
        sandbox
    }

    /// How far every run is confined: one that cannot have this does not start.
    #[must_use]
    pub fn posture(&self) -> &Posture {
        &self.posture
    }

    /// Whether a mechanism works here.
    #[must_use]
    pub fn has(&self, mechanism: Mechanism) -> bool {
        self.mechanisms.contains(&mechanism)
    }

    /// Starts a program.
    ///
    /// # Errors
    /// When it was not started; then nothing of it ran.
    pub async fn spawn(&self, spawn: Spawn) -> Result<Child, SpawnError> {
        let profile = spawn.profile.resolved()?;
        let order = Order {
            program: spawn.program,
            argv: spawn.argv,
            cwd: spawn.cwd,
            pty: spawn.pty,
            is_duplex: spawn.is_duplex,
            required: self.mechanisms.clone(),
            ..self.order(profile)?
        };
        let mut child = start(&order).await?;
        match child.first_news().await? {
            News::Enforced { mechanisms, .. } => {
                tracing::debug!(?mechanisms, program = %order.program.display(), "runs confined");
                child.posture = self.posture.clone();
                Ok(child)
            }
            News::Failed { why } => Err(SpawnError::Refused(why)),
            News::Exited { .. } => Err(SpawnError::Refused(child.last_words().await)),
        }
    }

    async fn probe(&self) -> Result<(Vec<Mechanism>, Vec<String>), SpawnError> {
        let profile = Profile::system().resolved()?;
        let order = Order { is_probe: true, ..self.order(profile)? };
        let mut child = start(&order).await?;
        match child.first_news().await? {
            News::Enforced { mechanisms, gaps } => Ok((mechanisms, gaps)),
            News::Failed { why } => Err(SpawnError::Refused(why)),
            News::Exited { .. } => Err(SpawnError::Refused(child.last_words().await)),
        }
    }

    fn order(&self, profile: Profile) -> Result<Order, SpawnError> {
        let helper = self.options.helper.clone().ok_or_else(|| {
            SpawnError::Unavailable("this program cannot start itself as a helper".to_owned())
        })?;
        Ok(Order {
            version: WIRE_VERSION,
            program: PathBuf::new(),
            argv: Vec::new(),
            cwd: PathBuf::from("/"),
            profile,
            pty: false,
            is_duplex: false,
            bwrap: self.bwrap.clone(),
            helper,
            required: Vec::new(),
            without: self.options.without.clone(),
            is_probe: false,
            is_forwarded: false,
        })
    }
}

#[cfg(target_os = "linux")]
fn namespaces() -> Result<Option<PathBuf>, String> {
    match crate::linux::namespaces::find() {
        Some(bwrap) => Ok(Some(bwrap)),
        None => Err("bwrap is not installed (package bubblewrap)".to_owned()),
    }
}

#[cfg(not(target_os = "linux"))]
fn namespaces() -> Result<Option<PathBuf>, String> {
    Ok(None)
}

/// What policies are told. Without any bound on files there is no confinement worth the name.
fn posture(mechanisms: &[Mechanism], gaps: Vec<String>) -> Posture {
    let bounds_files = [Mechanism::Namespaces, Mechanism::Landlock, Mechanism::Seatbelt];
    if !mechanisms.iter().any(|mechanism| bounds_files.contains(mechanism)) {
        return Posture::None { reason: gaps.join("; ") };
    }
    match gaps.is_empty() {
        true => Posture::Full,
        false => Posture::Partial { reasons: gaps },
    }
}

/// A running program. Letting go of it kills it with everything it started.
#[derive(Debug)]
pub struct Child {
    control: BufReader<UnixStream>,
    keeper: tokio::process::Child,
    line: Vec<u8>,
    /// What it writes.
    pub stdout: Option<ChildStdout>,
    /// What it writes beside that; nothing with a terminal.
    pub stderr: Option<ChildStderr>,
    /// Both ways, for one that is spoken to; `stdout` is empty then. It reads the end when our
    /// side is shut down.
    pub duplex: Option<UnixStream>,
    posture: Posture,
}

async fn start(order: &Order) -> Result<Child, SpawnError> {
    let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    #[expect(clippy::disallowed_methods, reason = "this is the home of spawning")]
    let mut command = Command::new(&order.helper);
    command
        .arg(KEEPER)
        .env_clear()
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut duplex = None;
    if order.is_duplex {
        let (mine, its) = std::os::unix::net::UnixStream::pair()?;
        mine.set_nonblocking(true)?;
        command.stdout(Stdio::from(OwnedFd::from(its)));
        duplex = Some(UnixStream::from_std(mine)?);
    }
    let mut keeper = command.spawn().map_err(|error| {
        let helper = order.helper.display();
        io::Error::new(error.kind(), format!("the helper {helper} could not be started: {error}"))
    })?;
    // Our copy of their end goes with the command: the keeper alone holds it.
    drop(command);
    let mut line = serde_json::to_vec(order).map_err(io::Error::from)?;
    line.push(b'\n');
    let mut control = BufReader::new(UnixStream::from_std(ours)?);
    control.write_all(&line).await?;
    let (stdout, stderr) = (keeper.stdout.take(), keeper.stderr.take());
    let posture = Posture::None { reason: "not started yet".to_owned() };
    Ok(Child { control, keeper, line: Vec::new(), stdout, stderr, duplex, posture })
}

impl Child {
    /// How far it is confined.
    #[must_use]
    pub fn posture(&self) -> &Posture {
        &self.posture
    }

    /// The keeper's process, which leads a group; everything ends when it does.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.keeper.id()
    }

    /// Waits until it has ended and nothing of it is left. Cancel safe.
    pub async fn wait(&mut self) -> Ended {
        loop {
            match self.news().await {
                Ok(Some(News::Exited { is_stopped: true, .. })) => return Ended::Stopped,
                Ok(Some(News::Exited { code: Some(code), .. })) => return Ended::Code(code),
                Ok(Some(News::Exited { signal: Some(signal), .. })) => {
                    return Ended::Signal(signal);
                }
                Ok(Some(News::Enforced { .. })) => {}
                Ok(_) | Err(_) => return Ended::Lost,
            }
        }
    }

    /// Kills it and everything it started, and waits until nothing is left.
    pub async fn stop(&mut self) {
        // An error means that the keeper has ended, and everything with it.
        let _ = self.control.get_mut().shutdown().await;
        let limit = Duration::from_millis(STOP_MS_MAX);
        if tokio::time::timeout(limit, self.keeper.wait()).await.is_err() {
            // Its namespaces die with it.
            let _ = self.keeper.kill().await;
        }
    }

    async fn news(&mut self) -> io::Result<Option<News>> {
        self.control.read_until(b'\n', &mut self.line).await?;
        if !self.line.ends_with(b"\n") {
            return Ok(None);
        }
        let news = serde_json::from_slice(&self.line);
        self.line.clear();
        Ok(Some(news?))
    }

    async fn first_news(&mut self) -> Result<News, SpawnError> {
        let limit = Duration::from_millis(START_MS_MAX);
        match tokio::time::timeout(limit, self.news()).await {
            Ok(Ok(Some(news))) => Ok(news),
            Ok(_) => Err(SpawnError::Refused("the helper ended without a word".to_owned())),
            Err(_) => {
                self.stop().await;
                Err(SpawnError::Refused("the helper did not answer in time".to_owned()))
            }
        }
    }

    /// What was written to stderr before a failed start.
    async fn last_words(&mut self) -> String {
        let mut bytes = Vec::new();
        if let Some(stderr) = self.stderr.take() {
            let _ = stderr.take(QUOTE_BYTES_MAX).read_to_end(&mut bytes).await;
        }
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        if text.is_empty() { "it ended before it had begun".to_owned() } else { text }
    }
}
