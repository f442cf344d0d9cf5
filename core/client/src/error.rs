//! What can go wrong between a client and the daemon.

use nexus_protocol::frame::HelloError;
use nexus_protocol::{Method, PROTOCOL, WireError};

/// Why a connection ended. Every call that was waiting gets it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloseReason {
    /// The client let go of it.
    #[error("this client closed the connection")]
    ByUs,
    /// The daemon stops, and said so.
    #[error("the daemon is stopping: {reason}")]
    Shutdown {
        /// Why it stops.
        reason: String,
        /// When it will be back, in milliseconds, if it will.
        restart_expected_ms: Option<u64>,
    },
    /// The daemon closed the connection.
    #[error("the daemon closed the connection ({code}{})", separated(.reason))]
    Closed {
        /// WebSocket close code.
        code: u16,
        /// The daemon's words.
        reason: String,
    },
    /// Nothing came for too long, not even a tick.
    #[error("nothing came from the daemon for {silent_ms} ms")]
    Silent {
        /// How long.
        silent_ms: u64,
    },
    /// The other side broke the protocol.
    #[error("the other side does not keep to the protocol: {0}")]
    Garbage(String),
    /// The transport broke: the daemon died, or the network did.
    #[error("the connection broke: {0}")]
    Broken(String),
}

fn separated(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}

/// Why a client could not connect, or a call has no result.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens at the address.
    #[error("nothing answers at {address}: {why}")]
    Unreachable {
        /// Where we knocked.
        address: String,
        /// What the operating system says.
        why: String,
    },
    /// Somebody listens and does not prove to be the one we want.
    #[error("what answers at {address} is not to be trusted: {why}")]
    Untrusted {
        /// Where we knocked.
        address: String,
        /// What is wrong with its TLS.
        why: String,
    },
    /// Somebody listens who does not speak our protocol.
    #[error("what answers at {address} is not a Nexus daemon: {why}")]
    NotNexus {
        /// Where we knocked.
        address: String,
        /// How we know.
        why: String,
    },
    /// The daemon refused the hello.
    #[error("{}", explain(.0))]
    Refused(HelloError),
    /// The daemon refused the connection before the hello, by an HTTP status.
    #[error("the daemon refused the connection (HTTP {status})")]
    Forbidden {
        /// The HTTP status.
        status: u16,
    },
    /// The daemon did not finish the handshake in time.
    #[error("the daemon did not answer the hello within {within_ms} ms")]
    HandshakeTimeout {
        /// The limit.
        within_ms: u64,
    },
    /// The daemon did not answer a call in time. Whether the call happened is not known.
    #[error("the daemon did not answer `{}` within {within_ms} ms", .method.name())]
    Timeout {
        /// The method.
        method: Method,
        /// The limit.
        within_ms: u64,
    },
    /// The connection ended before the answer.
    #[error("{0}")]
    Closed(CloseReason),
    /// The daemon answered with an error.
    #[error("{0}")]
    Answered(WireError),
    /// The answer could not be read.
    #[error("the answer to `{}` could not be read: {why}", .method.name())]
    Unreadable {
        /// The method.
        method: Method,
        /// Where and why.
        why: String,
    },
    /// The call is larger than the daemon takes.
    #[error("the call has {bytes} bytes; the daemon takes {bytes_max}")]
    TooLarge {
        /// Size of the frame.
        bytes: usize,
        /// The daemon's limit.
        bytes_max: usize,
    },
    /// Too many calls of this connection wait for an answer.
    #[error("{0} calls wait for an answer already")]
    Busy(usize),
}

impl ClientError {
    /// Whether the daemon is away, so that connecting again later makes sense.
    #[must_use]
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::HandshakeTimeout { .. } | Self::Closed(_))
    }

    /// The daemon's own words, when it answered.
    #[must_use]
    pub fn wire(&self) -> Option<&WireError> {
        match self {
            Self::Answered(error) => Some(error),
            _ => None,
        }
    }
}

/// Whether a hello was refused because the versions do not fit.
#[must_use]
fn is_version_mismatch(error: &HelloError) -> bool {
    error.expected_protocol != PROTOCOL
}

fn explain(error: &HelloError) -> String {
    if is_version_mismatch(error) {
        return format!(
            "the daemon speaks protocol {}, this client {PROTOCOL}; it wants a client of version \
             {} or later",
            error.expected_protocol, error.min_client
        );
    }
    format!("the daemon refused this client: {}", error.reason)
}
