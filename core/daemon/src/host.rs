//! The daemon inside a process that outlives it, as the tray application is: it comes and goes, is
//! taken over from another process and handed to one, while the process stays.

use std::path::PathBuf;
use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_secrets::Redactor;
use tokio::sync::{Mutex, watch};

use crate::config::{self, Environment, Overlay};
use crate::context::Context;
use crate::home::{Home, OwnerKind};
use crate::{Daemon, StartOptions, entry, handover, logging};

/// How a daemon of this process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Somebody ordered its end.
    Stopped,
    /// Another process runs the home now.
    HandedOver,
    /// A part of it panicked.
    Crashed(&'static str),
}

/// A place for one daemon.
pub struct Host {
    home: PathBuf,
    environment: Environment,
    kind: OwnerKind,
    /// The log of the process is begun once, and blanks out what any of its daemons learns.
    redactor: Redactor,
    daemon: Mutex<Option<Daemon>>,
    context: watch::Sender<Option<Arc<Context>>>,
}

impl Host {
    /// A place without a daemon.
    #[must_use]
    pub fn new(home: PathBuf, environment: Environment, kind: OwnerKind) -> Self {
        let (daemon, context) = (Mutex::default(), watch::Sender::new(None));
        Self { home, environment, kind, redactor: Redactor::default(), daemon, context }
    }

    /// Starts a daemon on a home that nobody owns; in safe mode it runs without adapters. Nothing
    /// happens when one runs here.
    ///
    /// # Errors
    /// As [`Daemon::assemble`].
    pub async fn start(&self, is_safe: bool) -> Result<(), Failure> {
        let mut place = self.daemon.lock().await;
        if place.is_some() {
            return Ok(());
        }
        let mut options = self.options()?;
        options.is_safe = is_safe;
        self.assemble(options, &mut place).await
    }

    /// Starts a daemon in the place of the one that owns the home. Nothing happens when that is
    /// the one of this process.
    ///
    /// # Errors
    /// As [`handover::take_over`] and [`Daemon::assemble`].
    pub async fn take_over(&self) -> Result<(), Failure> {
        let mut place = self.daemon.lock().await;
        if place.is_some() {
            return Ok(());
        }
        let mut options = self.options()?;
        handover::take_over(&mut options, false, &|what| tracing::info!("{what}")).await?;
        self.assemble(options, &mut place).await
    }

    /// Whether a daemon runs here.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.context.borrow().is_some()
    }

    /// A link that signs a browser in once; nothing when no daemon runs here.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub async fn open_link(&self) -> Result<Option<String>, Failure> {
        self.daemon.lock().await.as_ref().map(Daemon::open_link).transpose()
    }

    /// Waits until a daemon of this process is to end, has it end, and says how. To be called again
    /// and again, by one who does nothing else.
    pub async fn ended(&self) -> Ended {
        let mut context = self.context.subscribe();
        let running = context.wait_for(Option::is_some).await.ok().and_then(|seen| seen.clone());
        // The sender is ours, so that it cannot be gone.
        let Some(running) = running else { return Ended::Stopped };
        running.shutdown.begun().await;
        let shutdown = &running.shutdown;
        let is_left = shutdown.successor().is_some() || shutdown.is_deposed();
        self.stop("stopped").await;
        match shutdown.crashed() {
            Some(part) => Ended::Crashed(part),
            None if is_left => Ended::HandedOver,
            None => Ended::Stopped,
        }
    }

    /// Ends the daemon of this process, if there is one; one of another process is left alone.
    pub async fn stop(&self, reason: &str) {
        // Held until it has ended: the next one begins after it.
        let mut place = self.daemon.lock().await;
        if let Some(daemon) = place.take() {
            match daemon.context().shutdown.is_deposed() {
                true => daemon.abandon().await,
                false => daemon.drain(reason).await,
            }
        }
        self.context.send_replace(None);
    }

    fn options(&self) -> Result<StartOptions, Failure> {
        let folders = Home::new(self.home.clone());
        folders.init()?;
        // A configuration that cannot be read is reported by the start; until then logs go as
        // usual.
        let overlay = Overlay::new(self.environment.clone(), vec![]);
        let loaded = config::load(&folders.config_file(), &overlay).ok();
        let settings = loaded.map(|loaded| loaded.config.logging).unwrap_or_default();
        logging::init(&settings, &folders.logs(), false, &self.redactor);
        let mut options = StartOptions::new(self.home.clone(), self.kind);
        options.sandbox = entry::sandbox(&self.environment);
        options.redactor = self.redactor.clone();
        options.environment = self.environment.clone();
        #[cfg(feature = "test-util")]
        if let Some(part) = self.environment.get("NEXUS_PANIC_IN") {
            crate::crash::arm_panic(part);
        }
        Ok(options)
    }

    async fn assemble(
        &self,
        options: StartOptions,
        place: &mut Option<Daemon>,
    ) -> Result<(), Failure> {
        let daemon = Daemon::assemble(options).await.inspect_err(|failure| {
            tracing::error!(?failure, "the daemon did not start");
        })?;
        self.context.send_replace(Some(Arc::clone(daemon.context())));
        *place = Some(daemon);
        Ok(())
    }
}
