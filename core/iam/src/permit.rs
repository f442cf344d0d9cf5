//! Proof of a positive decision, carried as a value.

use nexus_domain::principal::Chain;

use crate::query::{Action, Query};
use crate::verdict::{Effect, Verdict};

/// Proof that an action was allowed and that the decision is on disk. For anything that can have
/// an effect it cannot be made without naming the audit row, so that no effect comes before its
/// audit; it cannot be cloned, so that one decision is not spent on two effects by mistake.
#[derive(Debug)]
#[must_use = "a permit that nobody holds authorizes nothing"]
pub struct Permit {
    chain: Chain,
    action: Action,
    audit_position: Option<u64>,
}

impl Permit {
    /// Makes the permit for an allowed query whose decision was committed at `audit_position`.
    /// `None` unless the verdict is Allow: a verdict of Ask is no permit until a person has
    /// decided.
    pub fn after_audit(query: &Query, verdict: &Verdict, audit_position: u64) -> Option<Self> {
        (verdict.effect == Effect::Allow).then(|| Self {
            chain: query.chain.clone(),
            action: query.action.clone(),
            audit_position: Some(audit_position),
        })
    }

    /// Makes the permit for an allowed query of the control plane, which changes nothing and is
    /// therefore not audited. `None` for any other action: what can have an effect has a row.
    pub fn to_read(query: &Query, verdict: &Verdict) -> Option<Self> {
        let is_reading = matches!(&query.action, Action::Method { kind, .. } if kind == "query");
        (is_reading && verdict.effect == Effect::Allow).then(|| Self {
            chain: query.chain.clone(),
            action: query.action.clone(),
            audit_position: None,
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

    /// Where the decision stands in the audit ledger; the outcome row refers to it. `None` for a
    /// permit to read.
    #[must_use]
    pub fn audit_position(&self) -> Option<u64> {
        self.audit_position
    }
}

#[cfg(test)]
mod tests {
    use nexus_domain::principal::Principal;

    use super::*;
    use crate::query::Facts;

    fn query(kind: &str) -> Query {
        let action = Action::Method {
            name: "x.y".to_owned(),
            scope: "session.read".to_owned(),
            kind: kind.to_owned(),
        };
        Query { chain: Chain::of(Principal::Owner), action, facts: Facts::default() }
    }

    fn verdict(effect: Effect) -> Verdict {
        Verdict { effect, reasons: Vec::new() }
    }

    #[test]
    fn only_reading_goes_without_an_audit_row() {
        assert!(Permit::to_read(&query("query"), &verdict(Effect::Allow)).is_some());
        assert!(Permit::to_read(&query("query"), &verdict(Effect::Ask)).is_none());
        assert!(Permit::to_read(&query("command"), &verdict(Effect::Allow)).is_none());
        assert!(Permit::to_read(&query("stream"), &verdict(Effect::Allow)).is_none());
    }

    #[test]
    fn only_yes_is_a_permit() {
        assert!(Permit::after_audit(&query("command"), &verdict(Effect::Allow), 1).is_some());
        assert!(Permit::after_audit(&query("command"), &verdict(Effect::Ask), 1).is_none());
        assert!(Permit::after_audit(&query("command"), &verdict(Effect::Deny), 1).is_none());
    }
}
