//! Tests of the ledger over a real file.

mod audit;
mod budget;
mod commit;
mod damage;
mod grants;
mod lease;
mod maintenance;
mod models;
mod outbox;
pub(crate) mod plan;
mod records;
mod senders;
mod sessions;
pub(crate) mod support;
mod turns;
