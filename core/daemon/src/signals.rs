//! Signals of the operating system, and word to the service manager.

use std::sync::Arc;

use nexus_ledger::LedgerError;
use sd_notify::NotifyState;

use crate::context::Context;
use crate::{Daemon, reconfigure};

/// Tells the service manager that the daemon is ready, then waits for the order to stop. Returns
/// the reason. SIGHUP reads the configuration again.
pub async fn until_stopped(daemon: &Daemon) -> String {
    let status = format!("answering at {}", daemon.address());
    tell(&[NotifyState::Ready, NotifyState::Status(&status)]);
    // Goes on while the daemon drains.
    tokio::spawn(show_life(Arc::clone(daemon.context())));
    let reason = wait(daemon).await;
    tell(&[NotifyState::Stopping, NotifyState::Status("finishing what is in hand")]);
    reason
}

/// Shows the service manager that the daemon lives, if it wants to see that: the runtime turns
/// and the ledger answers. One that is silent for too long is ended and started again.
async fn show_life(context: Arc<Context>) {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    // Two chances within the limit, and the ledger has as long to answer.
    let pause = limit / 3;
    loop {
        let asked = context.ledger.read(|reader| reader.cooldowns().all());
        match tokio::time::timeout(pause, asked).await {
            Ok(Ok(_)) => tell(&[NotifyState::Watchdog]),
            Ok(Err(LedgerError::Closed)) => return,
            Ok(Err(error)) => tracing::error!(%error, "the ledger fails; no sign of life is given"),
            Err(_) => tracing::error!("the ledger does not answer; no sign of life is given"),
        }
        tokio::time::sleep(pause).await;
    }
}

/// Has a write beyond the size that the system allows for files fail, as on a full disk, instead of
/// ending the process in the middle of its work.
pub fn survive_file_limits() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let too_large = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
        // Receiving it is all: whoever writes is told by the write.
        if let Err(error) = signal(too_large) {
            tracing::debug!(%error, "a limit on the size of files would end the daemon");
        }
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "no service manager was told");
    }
}

/// Waits for the order to end that a terminal or a service manager gives; returns its name.
#[cfg(unix)]
pub async fn told_to_end() -> &'static str {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be received; stop the daemon with: nexus down");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}

/// Waits for the order to end that a terminal gives; returns its name.
#[cfg(not(unix))]
pub async fn told_to_end() -> &'static str {
    match tokio::signal::ctrl_c().await {
        Ok(()) => "interrupted",
        Err(_) => std::future::pending().await,
    }
}

async fn wait(daemon: &Daemon) -> String {
    let told = told_to_end();
    tokio::pin!(told);
    let mut hang_ups = HangUps::new();
    loop {
        tokio::select! {
            signal = &mut told => return signal.to_owned(),
            () = hang_ups.next() => match reconfigure::reload(daemon.context()).await {
                Ok(reloaded) => tracing::info!(?reloaded, "configuration read again"),
                Err(failure) => tracing::error!(?failure, "the configuration stays as it was"),
            },
            () = daemon.stop_ordered() => return daemon.context().shutdown.reason().to_owned(),
        }
    }
}

/// The signal that asks for the configuration to be read again, where there is one.
struct HangUps {
    #[cfg(unix)]
    signals: Option<tokio::signal::unix::Signal>,
}

impl HangUps {
    fn new() -> Self {
        #[cfg(unix)]
        let signals = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())
            .inspect_err(|error| tracing::error!(%error, "SIGHUP is not heard"))
            .ok();
        Self {
            #[cfg(unix)]
            signals,
        }
    }

    #[cfg_attr(not(unix), expect(clippy::unused_self, reason = "there is no such signal"))]
    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signals) = &mut self.signals
            && signals.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
