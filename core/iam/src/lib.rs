//! Who may do what, decided once, explained always.
//!
//! One engine answers for people, agents, adapters, keys and jobs, over every verb. It is a pure
//! function of the query: no I/O, no clock, no environment. This is the only crate that names the
//! policy engine.

mod canonical;
mod engine;
mod entities;
mod permit;
mod query;
mod verdict;

pub use canonical::{canonical_action, canonical_action_in};
pub use engine::{Engine, PolicyError};
pub use permit::Permit;
pub use query::{Action, Facts, Query};
pub use verdict::{Effect, Reason, Verdict};
