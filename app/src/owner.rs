//! Who runs the daemon of this home: this process, or another one that this process attaches to.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use nexus_client::discovery::Running;
use nexus_client::http::{self, HttpRequest};
use nexus_client::{Discovery, Token};
use nexus_daemon::clock::{Clock as _, SystemClock};
use nexus_daemon::config::Environment;
use nexus_daemon::home::OwnerKind;
use nexus_daemon::host::{Ended, Host};
use nexus_daemon::jobs::guard::Crashes;
use nexus_desktop::successor;
use nexus_domain::Failure;
use serde_json::json;

/// Time a daemon has to answer, in milliseconds.
const ANSWER_MS_MAX: u64 = 2_000;
/// Times a home is looked at again whose owner is just starting or stopping.
const LOOKS_MAX: u32 = 20;
/// Pause between two looks, in milliseconds.
const LOOK_PAUSE_MS: u64 = 500;

/// Who runs the daemon. The home is all that is remembered of another process, because its address
/// may change.
pub(crate) struct Owner {
    home: PathBuf,
    /// The place for a daemon of this process.
    host: Host,
    /// Why none started, when one was to.
    excuse: Mutex<Option<String>>,
    /// The program that can take over from this process.
    nexusd: Option<PathBuf>,
}

impl Owner {
    /// Starts the daemon, or attaches to the one that runs.
    ///
    /// # Errors
    /// When a tray application has this home already.
    pub(crate) async fn settle(home: PathBuf, environment: Environment) -> Result<Self> {
        let nexusd = successor::program(environment.get("PATH"));
        let host = Host::new(home.clone(), environment, OwnerKind::Desktop);
        let owner = Self { home, host, excuse: Mutex::default(), nexusd };
        if let Some(running) = running(&owner.home).await? {
            attach(&running)?;
            return Ok(owner);
        }
        if let Err(failure) = owner.host.start(false).await {
            // Another daemon may have been quicker by a moment.
            match running(&owner.home).await? {
                Some(running) => attach(&running)?,
                None => owner.excuse_by(Some(failure.to_string())),
            }
        }
        Ok(owner)
    }

    /// Has the daemon run in this process from now on.
    pub(crate) async fn take_over(&self) -> Result<()> {
        self.host.take_over().await.map_err(|failure| match &failure.hint {
            Some(hint) => anyhow!("{failure}: {hint}"),
            None => anyhow!("{failure}"),
        })?;
        self.excuse_by(None);
        Ok(())
    }

    /// Has it run in a process of its own from now on.
    pub(crate) async fn hand_over(&self) -> Result<()> {
        let program = self.nexusd.as_deref().context("there is no nexusd beside this program")?;
        successor::take_over(program, &self.home).await.map_err(|why| anyhow!(why))
    }

    /// Whether it can go from one process to another.
    pub(crate) fn can_hand_over(&self) -> bool {
        self.nexusd.is_some()
    }

    /// Makes a link that signs the window in, once.
    pub(crate) async fn open_link(&self) -> Result<String> {
        if let Some(link) = self.host.open_link().await.map_err(|failure| anyhow!("{failure}"))? {
            return Ok(link);
        }
        if let Some(why) = self.excuse() {
            bail!("Nexus is not running: {why}");
        }
        let running = running(&self.home).await?.context("Nexus is not running")?;
        let token = Token::read(&self.home)?;
        let answer = http::send(HttpRequest {
            address: &running.address,
            trust: None,
            path: "/api/link",
            token: Some(&token),
            body: Some(json!({})),
            within_ms: ANSWER_MS_MAX,
        });
        let url = answer.await?.body["url"].as_str().map(str::to_owned);
        url.ok_or_else(|| anyhow!("the daemon at {} gave no link", running.address))
    }

    /// Why no daemon runs, when this process tried to start one.
    pub(crate) fn excuse(&self) -> Option<String> {
        self.excuse.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn excuse_by(&self, why: Option<String>) {
        *self.excuse.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    /// Has a daemon without adapters run in this process.
    pub(crate) async fn start_safely(&self) -> Result<()> {
        self.start(true).await.map_err(|failure| anyhow!("{failure}"))
    }

    async fn start(&self, is_safe: bool) -> Result<(), Failure> {
        let started = self.host.start(is_safe).await;
        self.excuse_by(started.as_ref().err().map(ToString::to_string));
        started
    }

    /// Waits until the daemon of this process has ended because somebody else stopped it. One that
    /// went to another process is followed there, and one that crashed is started again, unless it
    /// does so again and again.
    pub(crate) async fn ended(&self) {
        let clock = SystemClock::new();
        let mut crashes = Crashes::default();
        loop {
            match self.host.ended().await {
                Ended::Stopped => return,
                Ended::HandedOver => {}
                Ended::Crashed(part) => match crashes.pause_ms(clock.monotonic_us() / 1_000) {
                    Some(pause_ms) => {
                        self.excuse_by(Some(format!("its part {part:?} crashed; it starts anew")));
                        clock.sleep(pause_ms).await;
                        // Why not is the excuse from now on.
                        let _ = self.start(false).await;
                    }
                    None => {
                        let why = format!("its part {part:?} crashed, three times in five minutes");
                        self.excuse_by(Some(why));
                    }
                },
            }
        }
    }

    /// Stops the daemon of this process; one of another process is left alone.
    pub(crate) async fn release(&self) {
        self.host.stop("the tray application was quit").await;
    }
}

fn attach(running: &Running) -> Result<()> {
    if running.kind == "desktop" {
        bail!("Nexus already runs in the tray (process {})", running.pid);
    }
    Ok(())
}

/// The daemon that runs on a home; waits for one that is just starting or stopping.
async fn running(home: &Path) -> Result<Option<Running>> {
    for _ in 0..LOOKS_MAX {
        match Discovery::find(home).await {
            Discovery::Running(running) => return Ok(Some(running)),
            Discovery::NotRunning => return Ok(None),
            Discovery::Unreachable { .. } => {
                tokio::time::sleep(Duration::from_millis(LOOK_PAUSE_MS)).await;
            }
        }
    }
    bail!("another process holds {} and does not answer: see `nexus doctor`", home.display())
}
