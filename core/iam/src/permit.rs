//! Proof of a positive decision, carried as a value.

use nexus_domain::principal::Chain;

use crate::query::{Action, Query};
use crate::verdict::{Effect, Verdict};

/// Proof that an action was allowed and that the decision is on disk. It cannot be made without
/// naming the audit row, so that no effect comes before its audit; it cannot be cloned, so that
/// one decision is not spent on two effects by mistake.
#[derive(Debug)]
#[must_use = "a permit that nobody holds authorizes nothing"]
pub struct Permit {
    chain: Chain,
    action: Action,
    audit_position: u64,
}

impl Permit {
    /// Makes the permit for an allowed query whose decision was committed at `audit_position`.
    /// `None` unless the verdict is Allow: a verdict of Ask is no permit until a person has
    /// decided.
    pub fn after_audit(query: &Query, verdict: &Verdict, audit_position: u64) -> Option<Self> {
        (verdict.effect == Effect::Allow).then(|| Self {
            chain: query.chain.clone(),
            action: query.action.clone(),
            audit_position,
        })
    }

    /// Who acts, and for whom.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// What was allowed.
    #[must_use]
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// Where the decision stands in the audit ledger; the outcome row refers to it.
    #[must_use]
    pub fn audit_position(&self) -> u64 {
        self.audit_position
    }
}
