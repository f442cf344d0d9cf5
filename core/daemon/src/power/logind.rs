//! systemd-logind: says when the machine is about to sleep and waits a few seconds for those who hold
//! a delay (<https://www.freedesktop.org/software/systemd/man/org.freedesktop.login1.html>).

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use nexus_agent::port::Clock;
use tokio::sync::mpsc;
use zbus::zvariant::OwnedFd;

use super::source::{Parked, PowerSource, Word};
use crate::context::Context;

/// Where the system bus is, unless the environment says otherwise.
const SYSTEM_BUS: &str = "unix:path=/run/dbus/system_bus_socket";
/// Says where the system bus is.
const SYSTEM_BUS_VARIABLE: &str = "DBUS_SYSTEM_BUS_ADDRESS";
/// Pause before a bus that went away is looked for again, in milliseconds.
const RETRY_MS: u64 = 60_000;

#[zbus::proxy(
    interface = "org.freedesktop.login1.Manager",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1",
    gen_blocking = false
)]
trait Login1 {
    fn inhibit(&self, what: &str, who: &str, why: &str, mode: &str) -> zbus::Result<OwnedFd>;
    #[zbus(signal)]
    fn prepare_for_sleep(&self, start: bool) -> zbus::Result<()>;
}

/// Listens to logind.
pub(super) struct Logind {
    address: String,
    clock: Arc<dyn Clock>,
}

impl Logind {
    pub(super) fn of(context: &Context) -> Self {
        let address = context.config.environment().get(SYSTEM_BUS_VARIABLE);
        let address = address.unwrap_or(SYSTEM_BUS).to_owned();
        Self { address, clock: Arc::clone(&context.clock) }
    }

    /// Listens until the bus goes away.
    async fn listen(&self, words: &mpsc::Sender<Word>) -> zbus::Result<()> {
        let bus = zbus::connection::Builder::address(self.address.as_str())?.build().await?;
        let logind = Login1Proxy::new(&bus).await?;
        let mut signals = logind.receive_prepare_for_sleep().await?;
        let mut delay = hold(&logind).await;
        while let Some(signal) = signals.next().await {
            if *signal.args()?.start() {
                let (parked, is_parked) = Parked::new();
                if words.send(Word::Sleeps(parked)).await.is_err() {
                    return Ok(());
                }
                // Its end is the word.
                let _ = is_parked.await;
                drop(delay.take());
                tracing::info!("everything is parked: the machine may sleep");
            } else {
                delay = hold(&logind).await;
                if words.send(Word::Woke).await.is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

impl PowerSource for Logind {
    fn tell(self: Box<Self>, words: mpsc::Sender<Word>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let mut was_there = false;
            while !words.is_closed() {
                match self.listen(&words).await {
                    Ok(()) => was_there = true,
                    // A container, or a machine without one: sleep shows in the clocks.
                    Err(error) if !was_there => {
                        tracing::debug!(%error, "no logind says when the machine sleeps");
                        return;
                    }
                    Err(error) => tracing::debug!(%error, "logind cannot be listened to"),
                }
                self.clock.sleep(RETRY_MS).await;
            }
        })
    }
}

/// Has the machine wait for us before it sleeps, for as long as the value lives.
async fn hold(logind: &Login1Proxy<'_>) -> Option<OwnedFd> {
    let why = "writes down what is in hand";
    match logind.inhibit("sleep", "Nexus", why, "delay").await {
        Ok(delay) => Some(delay),
        Err(error) => {
            tracing::info!(%error, "the machine will not wait for us before it sleeps");
            None
        }
    }
}
