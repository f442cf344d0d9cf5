//! Background jobs: what runs without being asked. A job's wake-up carries no input: it reads what
//! is to be done.

pub mod adapters;
pub mod alone;
pub mod audit;
pub mod blobs;
pub mod budgets;
pub mod config;
pub mod exposure;
pub mod grants;
pub mod guard;
pub mod keychain;
pub mod outbox;
pub mod permissions;
mod question;
