//! The daemon: one library that runs headless, inside the tray application, and under every test.
//!
//! [`assemble`] makes everything that runs; [`engine`] drives a message through the eight stages;
//! [`dispatch`] is the one way from a frame to a handler.

pub mod agents;
pub mod assemble;
pub mod audit;
pub mod authorize;
mod background;
pub mod blob;
pub mod budget;
pub mod bus;
pub mod callers;
pub mod clock;
pub mod config;
pub mod context;
pub mod crash;
pub mod credentials;
pub mod dispatch;
pub mod engine;
pub mod entry;
pub mod exposure;
pub mod handover;
pub mod health;
pub mod home;
pub mod host;
pub mod idempotency;
pub mod jobs;
mod lease;
pub mod logging;
pub mod maintenance;
pub mod methods;
mod open_files;
pub mod pause;
mod pinned;
mod place;
pub mod policy;
pub mod power;
pub mod presence;
pub mod reconfigure;
pub mod schedule;
pub mod server;
pub mod signals;
mod suggest;
pub mod summary;
pub mod ways;

pub use assemble::{Daemon, StartOptions};
/// Version of the ledger's tables that this daemon leaves behind.
pub use nexus_ledger::SCHEMA_VERSION;
