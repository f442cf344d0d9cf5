//! What daemon, keeper and the process inside say to one another: JSON, one line each.

use std::io::{self, BufRead, Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::posture::Mechanism;
use crate::profile::Profile;

/// Raised when a line changes its meaning: a daemon may find a newer helper on the disk.
pub(crate) const WIRE_VERSION: u32 = 2;
/// Longest line, in bytes.
const LINE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// What is to be run, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    /// [`WIRE_VERSION`] of the one who orders.
    pub version: u32,
    /// The file to run; `argv[0]` is only what it is told about itself.
    pub program: PathBuf,
    pub argv: Vec<String>,
    pub cwd: PathBuf,
    pub profile: Profile,
    /// Whether it gets a terminal.
    pub pty: bool,
    /// Whether its stdout, a socket, is its stdin too.
    #[serde(default)]
    pub is_duplex: bool,
    /// `bwrap`, where namespaces are wanted.
    pub bwrap: Option<PathBuf>,
    /// This program, for the stages inside.
    pub helper: PathBuf,
    /// What must be in force before the program starts.
    pub required: Vec<Mechanism>,
    /// What is left out, for tests of what then happens.
    pub without: Vec<Mechanism>,
    /// Only say what could be enforced.
    pub is_probe: bool,
    /// Where the proxy's socket is forwarded to, once that is done.
    pub is_forwarded: bool,
}

/// What the keeper says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum News {
    /// This is in force; the program follows.
    Enforced {
        /// What is.
        mechanisms: Vec<Mechanism>,
        /// What is not, one sentence each.
        gaps: Vec<String>,
    },
    /// The program was not started.
    Failed { why: String },
    /// It ended, and nothing of it is left.
    Exited { code: Option<i32>, signal: Option<i32>, is_stopped: bool },
}

pub(crate) fn send<T: Serialize>(mut to: impl Write, what: &T) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    to.write_all(&line)
}

/// The next line; `None` at the end.
pub(crate) fn receive<T: DeserializeOwned>(from: &mut impl BufRead) -> io::Result<Option<T>> {
    let mut line = Vec::new();
    from.take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    serde_json::from_slice(&line).map(Some).map_err(io::Error::from)
}
