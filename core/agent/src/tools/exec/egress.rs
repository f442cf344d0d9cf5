//! The way out for one program: a proxy on a socket that the sandbox leads into the program's own
//! network, where there is nothing else. Whatever the program wants to reach is named to the proxy,
//! put before the gate, resolved and connected to here, outside of the sandbox.

mod desk;
mod place;
#[cfg(unix)]
mod serve;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use nexus_sandbox::Network;
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

pub(super) use self::desk::Desk;
pub(super) use self::place::Wanted;

/// Where the program finds the proxy: its network is its own, so that no port there is taken.
const PORT: u16 = 3128;
/// Most connections at a time.
const CONNECTIONS_MAX: usize = 64;
/// Most machines that one program may ask for, those it is refused included.
const MACHINES_MAX: usize = 64;
/// Most bytes that pass, both ways together.
const BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Largest head of a request or an answer, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Most fields of a head.
const HEAD_FIELDS_MAX: usize = 128;
/// Longest time in which the head of a request has to come, in milliseconds.
const HEAD_MS_MAX: u64 = 30_000;
/// Longest time for finding a machine and connecting to it, in milliseconds.
const CONNECT_MS_MAX: u64 = 15_000;
/// Most of what the model is told about machines, in lines.
const NOTES_MAX: usize = 16;

/// The proxy of one program. Dropped, it ends every connection.
pub(super) struct Egress {
    desk: Arc<Desk>,
    /// Holds the socket, for nobody else to enter; goes with the proxy.
    folder: TempDir,
    tasks: TaskTracker,
    stop: CancellationToken,
    _guard: DropGuard,
}

impl Egress {
    /// Opens the socket in a new folder beneath `sockets` and serves whoever comes to it.
    #[cfg(unix)]
    pub(super) fn open(sockets: &Path, desk: Desk) -> Result<Self, String> {
        use std::os::unix::fs::PermissionsExt;
        let explain = |error: std::io::Error| {
            format!("the network of the program could not be set up: {error}")
        };
        let only_us = std::fs::Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new()
            .prefix("nexus-")
            .permissions(only_us)
            .tempdir_in(sockets)
            .map_err(explain)?;
        let listener = tokio::net::UnixListener::bind(socket(&folder)).map_err(explain)?;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let desk = Arc::new(desk);
        let counter =
            serve::Counter { desk: Arc::clone(&desk), tasks: tasks.clone(), stop: stop.clone() };
        counter.clone().spawn(counter.serve(listener));
        Ok(Self { desk, folder, tasks, _guard: stop.clone().drop_guard(), stop })
    }

    #[cfg(not(unix))]
    pub(super) fn open(_: &Path, _: Desk) -> Result<Self, String> {
        Err("programs have no network on this system".to_owned())
    }

    /// The network of the program.
    pub(super) fn network(&self) -> Network {
        Network::Proxy { socket: socket(&self.folder), port: PORT }
    }

    /// Ends every connection and says so to the gate.
    pub(super) async fn close(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.desk.call.gate.left(self.desk.call.id.clone(), self.desk.left()).await;
    }

    /// For people: what the program had to do with which machine, a line for each.
    pub(super) fn record(&self) -> Vec<String> {
        let lines = self.desk.lines();
        if lines.is_empty() { vec!["it asked for no machine".to_owned()] } else { lines }
    }

    /// For the model: what it could not see in the program's output.
    pub(super) fn notes(&self) -> String {
        let notes = self.desk.notes();
        let n_more = notes.len().saturating_sub(NOTES_MAX);
        let mut text: String =
            notes.iter().take(NOTES_MAX).map(|note| format!("\n[network: {note}]")).collect();
        if n_more > 0 {
            text.push_str(&format!("\n[network: {n_more} more machines]"));
        }
        text
    }
}

fn socket(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("proxy")
}

/// Variables by which programs find a proxy; there is no agreed spelling. What they were set to
/// before would lead nowhere.
pub(super) fn variables() -> BTreeMap<String, String> {
    let proxy = format!("http://127.0.0.1:{PORT}");
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    let both = |name: &str| [name.to_owned(), name.to_ascii_lowercase()];
    let mut all: BTreeMap<String, String> =
        names.into_iter().flat_map(both).map(|name| (name, proxy.clone())).collect();
    all.extend(both("NO_PROXY").map(|name| (name, String::new())));
    all
}
