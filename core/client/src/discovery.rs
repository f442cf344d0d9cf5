//! Finds the daemon of a home folder: the lock file says who should be there, the lock itself
//! whether somebody is, and the port who answers.

use std::fs;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::http::{self, HttpError, HttpRequest};

/// The lock of a home folder, which is also its discovery file.
pub const LOCK_FILE: &str = "state/nexus.lock";
/// Longest lock file that is read, in bytes.
const LOCK_BYTES_MAX: u64 = 16 * 1024;
/// Time a port has to answer a probe, in milliseconds.
const PROBE_MS_MAX: u64 = 2_000;

/// What the owner of a home wrote into its lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct LockFacts {
    /// Process id.
    #[serde(default)]
    pub pid: u32,
    /// Where the control plane listens; nothing until it does.
    #[serde(default)]
    pub address: Option<String>,
    /// `headless` or `desktop`.
    #[serde(default)]
    pub kind: String,
    /// Version of the daemon.
    #[serde(default)]
    pub version: String,
    /// When it started.
    #[serde(default)]
    pub started_at: Value,
}

/// Who answers at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Nobody.
    None,
    /// A Nexus daemon of this version.
    Nexus(String),
    /// Some other program.
    Other,
    /// Somebody who does not answer in time.
    Timeout,
}

/// A daemon that runs and answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Process id.
    pub pid: u32,
    /// Where to connect to.
    pub address: String,
    /// `headless` or `desktop`.
    pub kind: String,
    /// Version of the daemon.
    pub version: String,
}

/// What was found out about a home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Discovery {
    /// A daemon runs and answers.
    Running(Running),
    /// No daemon runs.
    NotRunning,
    /// A process holds the home but does not answer: it starts, it stops, or it hangs.
    Unreachable {
        /// What it wrote about itself.
        facts: LockFacts,
        /// Who answered at its address; `None` while it has none.
        probe: Option<Probe>,
    },
}

impl Discovery {
    /// Looks for the daemon of a home.
    pub async fn find(home: &Path) -> Self {
        let path = home.join(LOCK_FILE);
        let Ok(text) = read_bounded(&path) else { return Self::NotRunning };
        let facts: LockFacts = serde_json::from_str(&text).unwrap_or_default();
        let probe = match &facts.address {
            Some(address) => Some(probe(&reachable(address)).await),
            None => None,
        };
        if let (Some(Probe::Nexus(version)), Some(address)) = (&probe, &facts.address) {
            return Self::Running(Running {
                pid: facts.pid,
                address: reachable(address),
                kind: facts.kind,
                version: version.clone(),
            });
        }
        // A file without its lock is what a killed daemon left behind.
        if is_held(&path) { Self::Unreachable { facts, probe } } else { Self::NotRunning }
    }
}

/// Finds out who answers at an address.
pub async fn probe(address: &str) -> Probe {
    let request = HttpRequest {
        address,
        trust: None,
        path: "/health",
        token: None,
        body: None,
        within_ms: PROBE_MS_MAX,
    };
    match http::send(request).await {
        Err(HttpError::Refused(_)) => Probe::None,
        Err(HttpError::Timeout(_)) => Probe::Timeout,
        Err(HttpError::Foreign(_) | HttpError::Untrusted(_)) => Probe::Other,
        Ok(answer) => match (&answer.body["status"], &answer.body["version"]) {
            (Value::String(_), Value::String(version)) => Probe::Nexus(version.clone()),
            _ => Probe::Other,
        },
    }
}

/// An address one can connect to: a listener on all interfaces also listens on loopback.
fn reachable(address: &str) -> String {
    match address.parse::<std::net::SocketAddr>() {
        Ok(socket) if socket.ip().is_unspecified() => match socket {
            std::net::SocketAddr::V4(v4) => format!("127.0.0.1:{}", v4.port()),
            std::net::SocketAddr::V6(v6) => format!("[::1]:{}", v6.port()),
        },
        _ => address.to_owned(),
    }
}

fn read_bounded(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(LOCK_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

/// Whether a process holds the lock. Asking takes a shared lock for an instant; it is asked only
/// when the port was silent, so no daemon that answers is ever disturbed.
fn is_held(path: &Path) -> bool {
    let Ok(file) = fs::File::open(path) else { return false };
    match file.try_lock_shared() {
        Ok(()) => false,
        Err(fs::TryLockError::WouldBlock) => true,
        Err(fs::TryLockError::Error(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_on_all_interfaces_is_reached_on_loopback() {
        for (listens, connect) in [
            ("0.0.0.0:18789", "127.0.0.1:18789"),
            ("[::]:18789", "[::1]:18789"),
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("studio.local:18789", "studio.local:18789"),
        ] {
            assert_eq!(reachable(listens), connect);
        }
    }
}
