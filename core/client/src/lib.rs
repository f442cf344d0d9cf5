//! The client of the control plane: finds the daemon, says hello, calls methods by their row in
//! the method table, follows events.
//!
//! Framing A of the protocol over one WebSocket. Every wait has a limit, every buffer a size; a
//! connection that ends says why, to every call that was waiting.

pub mod call;
mod connect;
mod connection;
pub mod discovery;
mod error;
pub mod http;
mod key;
mod resume;
pub mod stranger;
mod subscription;
mod tls;
mod token;

pub use call::Call;
pub use connect::{ANSWER_BYTES_MAX, CALL_MS_MAX, Client, ClientOptions, Run};
pub use discovery::Discovery;
pub use error::{ClientError, CloseReason};
pub use key::idempotency_key;
pub use resume::{Dial, Resumed, ResumingEvents};
pub use subscription::{EVENTS_BUFFERED_MAX, Subscription, SubscriptionEnd};
pub use tls::{Fingerprint, NoFingerprint, NoTarget, Target, Trust};
pub use token::{TOKEN_FILE, Token, TokenError};
