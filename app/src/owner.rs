//! Who runs the daemon of this home: this process, or another one that this process attaches to.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use nexus_client::discovery::Running;
use nexus_client::http::{self, HttpRequest};
use nexus_client::{Discovery, Token};
use nexus_daemon::config::{Environment, Overlay};
use nexus_daemon::context::Context;
use nexus_daemon::home::{Home, OwnerKind};
use nexus_daemon::{Daemon, StartOptions, config, logging};
use serde_json::json;
use tokio::sync::Mutex;

/// Time a daemon has to answer, in milliseconds.
const ANSWER_MS_MAX: u64 = 2_000;
/// Times a home is looked at again whose owner is just starting or stopping.
const LOOKS_MAX: u32 = 20;
/// Pause between two looks, in milliseconds.
const LOOK_PAUSE_MS: u64 = 500;

/// Who runs the daemon.
pub(crate) enum Owner {
    /// This process.
    Here(Box<Hosted>),
    /// Another process; the home is all that is remembered, because its address may change.
    Elsewhere {
        /// The home folder.
        home: PathBuf,
    },
    /// Nobody: the daemon did not start, for this reason.
    Nobody(String),
}

/// The daemon of this process.
pub(crate) struct Hosted {
    /// `None` once it is being stopped.
    daemon: Mutex<Option<Daemon>>,
    context: Arc<Context>,
}

impl Owner {
    /// Starts the daemon, or attaches to the one that runs.
    ///
    /// # Errors
    /// When a tray application has this home already.
    pub(crate) async fn settle(home: PathBuf, environment: Environment) -> Result<Self> {
        if let Some(running) = running(&home).await? {
            return attach(home, &running);
        }
        match start(&home, environment).await {
            Ok(hosted) => Ok(Self::Here(Box::new(hosted))),
            // Another daemon may have been quicker by a moment.
            Err(why) => match running(&home).await? {
                Some(running) => attach(home, &running),
                None => Ok(Self::Nobody(why)),
            },
        }
    }

    /// Makes a link that signs the window in, once.
    pub(crate) async fn open_link(&self) -> Result<String> {
        match self {
            Self::Here(hosted) => {
                let daemon = hosted.daemon.lock().await;
                let daemon = daemon.as_ref().context("Nexus is being stopped")?;
                daemon.open_link().map_err(|failure| anyhow!("{failure}"))
            }
            Self::Elsewhere { home } => {
                let running = running(home).await?.context("Nexus is not running")?;
                let token = Token::read(home)?;
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
            Self::Nobody(why) => bail!("Nexus is not running: {why}"),
        }
    }

    /// Why no daemon runs, when this process tried to start one.
    pub(crate) fn excuse(&self) -> Option<String> {
        match self {
            Self::Nobody(why) => Some(why.clone()),
            Self::Here(_) | Self::Elsewhere { .. } => None,
        }
    }

    /// Waits until somebody else orders the daemon of this process to stop.
    pub(crate) async fn ended(&self) {
        match self {
            Self::Here(hosted) => hosted.context.shutdown.begun().await,
            Self::Elsewhere { .. } | Self::Nobody(_) => std::future::pending().await,
        }
    }

    /// Stops the daemon of this process; one of another process is left alone.
    pub(crate) async fn release(&self) {
        if let Self::Here(hosted) = self
            && let Some(daemon) = hosted.daemon.lock().await.take()
        {
            daemon.drain("the tray application was quit").await;
        }
    }
}

fn attach(home: PathBuf, running: &Running) -> Result<Owner> {
    if running.kind == "desktop" {
        bail!("Nexus already runs in the tray (process {})", running.pid);
    }
    Ok(Owner::Elsewhere { home })
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

async fn start(home: &Path, environment: Environment) -> Result<Hosted, String> {
    let folders = Home::new(home.to_owned());
    folders.init().map_err(|failure| failure.to_string())?;
    // A configuration that cannot be read is reported by the start; until then logs go as usual.
    let loaded =
        config::load(&folders.config_file(), &Overlay::new(environment.clone(), vec![])).ok();
    let settings = loaded.map(|loaded| loaded.config.logging).unwrap_or_default();
    let mut options = StartOptions::new(home.to_owned(), OwnerKind::Desktop);
    options.sandbox = nexus_daemon::entry::sandbox(&environment);
    logging::init(&settings, &folders.logs(), false, &options.redactor);
    options.environment = environment;
    let daemon = Daemon::assemble(options).await.map_err(|failure| {
        tracing::error!(?failure, "the daemon did not start");
        failure.to_string()
    })?;
    let context = Arc::clone(daemon.context());
    Ok(Hosted { daemon: Mutex::new(Some(daemon)), context })
}
