//! The vocabulary and the decisions of Nexus.
//!
//! Everything here is a value or a pure function: no I/O, no async, no clock, no environment.
//! The engine of the daemon gathers facts, asks the functions of this crate, and performs what
//! they return.

pub mod access;
pub mod agent;
pub mod arrival;
pub mod brief;
pub mod budget;
pub mod chunk;
pub mod contact;
pub mod delivery;
pub mod event;
pub mod failure;
pub mod grant;
pub mod id;
pub mod label;
pub mod made;
pub mod message;
pub mod pause;
pub mod permission;
pub mod pipeline;
pub mod power;
pub mod principal;
pub mod proposal;
pub mod request;
pub mod retry;
pub mod schedule;
pub mod session;
pub mod time;

pub use failure::{Failure, FailureKind};
pub use time::Timestamp;
