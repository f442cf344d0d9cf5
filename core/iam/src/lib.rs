//! Who may do what, decided once, explained always.
//!
//! One engine answers for people, agents, devices, adapters, keys and jobs, over every verb. It is
//! a pure function of the query: no I/O, no clock, no environment. This is the only crate that
//! names the policy engine.

mod canonical;
mod engine;
mod entities;
mod explain;
mod grants;
mod holder;
mod permit;
mod pin;
mod place;
mod profile;
mod query;
mod rules;
mod secret;
mod touch;
mod verdict;

pub use canonical::{canonical_action, canonical_action_in};
pub use engine::Engine;
pub use explain::{Explanation, LinkExplanation, SatisfiedPolicy};
pub use grants::Grants;
pub use holder::{Holder, Reach};
pub use permit::Permit;
pub use pin::{Pin, PinKind, PinnedPlaces, Rule, RuleVerb};
pub use profile::{AGENT_DEPTH_MAX, AgentProfile, Preset, check_ceilings};
pub use query::{Action, Facts, Query};
pub use rules::{BUILT_IN_NAME, PolicyEntry, PolicyError, PolicyKind, PolicyProblem, PolicySource};
pub use touch::{COMMAND_WORDS_MAX, check_scope, would_answer};
pub use verdict::{Effect, Reason, Verdict};
