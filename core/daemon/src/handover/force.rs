//! Taking a home from an owner that does not answer. Its consent is not needed: from the moment
//! when the lease has another epoch, nothing of it is committed any more. The lease comes first and
//! the lock second, so that whoever fails in between has changed nothing but that.

use nexus_domain::Timestamp;
use nexus_domain::failure::Failure;
#[cfg(unix)]
use nexus_ledger::{Durability, Ledger, LedgerOptions};

use crate::assemble::StartOptions;
use crate::config::{self, Overlay};
use crate::home::{Home, HomeLock, Owner};
#[cfg(unix)]
use crate::lease;
use crate::server;

/// Takes it.
///
/// # Errors
/// When the port is still held, or the owner stopped in the middle of a write; then it is left as
/// it is.
#[cfg(unix)]
pub(super) async fn force(
    home: &Home,
    owner: Option<&Owner>,
    me: Owner,
    now: Timestamp,
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<HomeLock, Failure> {
    let (who, end) = words(owner);
    say(&format!("{who} does not answer: its home is taken without its consent"));
    tracing::warn!(%who, "the home is taken from an owner that does not answer");
    let path = home.ledger_file();
    let opened = tokio::task::spawn_blocking(move || {
        Ledger::open(LedgerOptions {
            path,
            durability: Durability::Power,
            n_readers: 1,
            on_commit: None,
        })
    });
    let ledger = opened.await.map_err(Failure::internal)?;
    let held = |failure: Failure| {
        let message = format!("{who} stopped in the middle of a write: {failure}");
        Failure::unavailable(message).hint(format!("try again{end}; nothing is lost by that"))
    };
    let ledger = ledger.map_err(|error| held(error.into()))?;
    let taken = lease::take(&ledger, &me, now).await;
    ledger.close().await;
    taken.map_err(held)?;
    HomeLock::replace(home, me)
}

/// A lock that is held cannot be replaced there.
#[cfg(not(unix))]
pub(super) async fn force(
    home: &Home,
    owner: Option<&Owner>,
    _me: Owner,
    _now: Timestamp,
    _say: &(dyn Fn(&str) + Send + Sync),
) -> Result<HomeLock, Failure> {
    Err(crate::home::owned(owner, home)
        .hint("this system keeps the home locked: end that process, then start again"))
}

/// Who the owner is, and how to be rid of it.
fn words(owner: Option<&Owner>) -> (String, String) {
    let who = owner.map_or_else(|| "its owner".to_owned(), Owner::words);
    let end = owner.map_or_else(String::new, |owner| format!("; or end it: kill -9 {}", owner.pid));
    (who, end)
}

/// Sees before anything is changed that there is a port to listen on.
///
/// # Errors
/// When it is held, as by an owner that is frozen.
pub(super) fn free_port(
    home: &Home,
    owner: Option<&Owner>,
    options: &StartOptions,
) -> Result<(), Failure> {
    let flags = options.port.map(|port| ("runtime.port", port.to_string())).into_iter().collect();
    let overlay = Overlay::new(options.environment.clone(), flags);
    // A configuration that cannot be read is reported by the start.
    let Ok(loaded) = config::load(&home.config_file(), &overlay) else { return Ok(()) };
    let (bind, port) = (loaded.config.expose.bind.inside(), loaded.config.runtime.port);
    match server::bind(std::net::SocketAddr::new(bind, port)) {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            let (who, end) = words(owner);
            let message = format!("port {port} is held, most likely by {who}, which is frozen");
            Err(Failure::unavailable(message).hint(format!(
                "take another one for this run: nexus up --take-over --force --port 18790{end}"
            )))
        }
        _ => Ok(()),
    }
}
