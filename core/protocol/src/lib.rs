//! The wire: everything that can be asked, the frames it travels in, and their schemas.
//!
//! Envelopes, params and results are camelCase. Records and events come from `nexus-domain` and
//! keep the snake_case names they have in the ledger.

pub mod acl;
pub mod adapter;
pub mod adapters;
pub mod agent;
pub mod agent_file;
pub mod agent_socket;
pub mod alias;
pub mod audit;
pub mod blob;
pub mod bridge;
pub mod budget;
pub mod caller;
pub mod config;
pub mod contact;
pub mod credential;
pub mod device;
pub mod error;
pub mod event;
pub mod expose;
pub mod frame;
pub mod grant;
pub mod health;
pub mod heartbeat;
pub mod hook;
pub mod hooks;
pub mod jsonrpc;
pub mod key;
pub mod line;
pub mod login;
pub mod logs;
pub mod message;
pub mod methods;
pub mod model;
pub mod outbox;
pub mod parse;
pub mod policy;
pub mod presence;
pub mod request;
pub mod routes;
pub mod runtime;
pub mod schedule;
pub mod schema;
pub mod scope;
pub mod session;
pub mod tool;
pub mod usage;

pub use error::{ErrorCode, WireError};
pub use methods::{Method, MethodKind};
pub use routes::Route;
pub use scope::Scope;

/// The protocol version this crate speaks; it rises with every breaking change.
pub const PROTOCOL: u32 = 1;
/// The oldest protocol version this crate still understands.
pub const PROTOCOL_MIN: u32 = 1;
/// The port of the control plane unless configured otherwise.
pub const PORT_DEFAULT: u16 = 18_789;
/// Largest frame after the handshake, in bytes.
pub const PAYLOAD_BYTES_MAX: usize = 1024 * 1024;
/// Largest first frame, in bytes.
pub const HANDSHAKE_BYTES_MAX: usize = 64 * 1024;
/// Time a client has for its first frame, in milliseconds.
pub const HANDSHAKE_MS_MAX: u64 = 10_000;
/// Most bytes that wait for one slow connection before it is cut.
pub const BUFFERED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Pause between two ticks, in milliseconds.
pub const TICK_INTERVAL_MS: u64 = 15_000;
/// Most requests of one connection that may be in flight.
pub const IN_FLIGHT_MAX: usize = 64;
