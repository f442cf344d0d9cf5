//! The ledger: one SQLite file that holds what happened and what is still to be done.
//!
//! One writer thread commits in groups; readers have connections of their own and never wait for
//! it. [`Ledger::write`] is the only way to write. A write answers after its commit, so whatever
//! was acknowledged is on disk. The crate reads no clock and no environment: every instant comes
//! in as a value.

mod access;
mod agent;
mod alias;
mod arrival;
mod audit;
mod brief;
mod budget;
mod cooldown;
mod error;
mod event;
mod file;
mod fork;
mod grant;
mod idempotency;
mod identity;
mod job;
mod label;
mod lease;
mod ledger;
pub mod maintenance;
mod message;
mod outbox;
mod pause;
mod permission;
mod queue;
mod reader;
mod request;
mod schedule;
mod schema;
mod sender_wait;
mod session;
mod sql;
mod turn;
mod usage;
mod writer;

#[cfg(test)]
mod tests;

pub use access::{Access, AccessMut};
pub use agent::{Agents, AgentsMut};
pub use alias::Settled;
pub use arrival::{Admission, ArrivalRecord, Arrivals, ArrivalsMut, Direction, Outbound};
pub use audit::checkpoint::AuditCheckpoint;
pub use audit::evidence::{AUDIT_CHECKPOINT_FILE, AUDIT_KEYS_FILE, AuditEvidence};
pub use audit::key::{AUDIT_KEY_BYTES, AuditKey, AuditPublicKey};
pub use audit::page::{AuditDecision, AuditFilter, AuditPage};
pub use audit::prune::AuditPruned;
pub use audit::stats::{AuditCounts, AuditStats};
pub use audit::verify::{AuditBreak, AuditSummary};
pub use audit::{Audit, AuditEntry, AuditMut, AuditPosition, AuditRecord};
pub use brief::{Briefs, BriefsMut};
pub use budget::{Account, Budgets, BudgetsMut, Reservation, Reserved, Spent, Wanted};
pub use cooldown::{Cooldowns, CooldownsMut};
pub use error::LedgerError;
pub use event::{Committed, Events, EventsMut};
pub use file::put_in_place;
pub use grant::{GrantChange, GrantFilter, GrantLogEntry, GrantUse, Grants, GrantsMut};
pub use idempotency::{Idempotency, IdempotencyMut, Remembered};
pub use identity::{ContactFilter, Identities, IdentitiesMut, Mapping};
pub use job::{DueJob, Jobs, JobsMut};
pub use label::{Labels, LabelsMut, SOURCES_MAX};
pub use lease::{Claim, Lease, Leases};
pub use ledger::{Durability, Ledger, LedgerOptions, OnCommit, Reader, Tx};
pub use message::{SessionContext, Summary};
pub use outbox::{Delivery, DeliveryRecord, Growth, Outbox, OutboxMut};
pub use pause::{Pauses, PausesMut};
pub use permission::{Ending, PermissionFilter, Permissions, PermissionsMut};
pub use queue::{Queue, QueueMut};
pub use request::{RequestFilter, Requests, RequestsMut};
pub use schedule::{Note, Schedule, ScheduleMut};
pub use schema::SCHEMA_VERSION;
pub use sender_wait::{SenderWait, SenderWaits, SenderWaitsMut};
pub use session::{Sessions, SessionsMut};
pub use turn::{Turns, TurnsMut};
pub use usage::{UsageBasis, UsageBy, UsageDays, UsageDaysMut, UsageFilter, UsageRow, UsageSums};
