//! Why a verdict is what it is, and what would have to change.

use nexus_domain::Timestamp;
use nexus_domain::id::GrantId;
use nexus_domain::principal::Principal;

use crate::engine::{Deciding, Engine};
use crate::query::Query;
use crate::rules::PolicyKind;
use crate::touch::Touched;
use crate::verdict::{ENGINE, Effect, Verdict};

/// A verdict with everything that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The verdict.
    pub verdict: Verdict,
    /// Everybody whose authority is needed, the one that acts first.
    pub links: Vec<LinkExplanation>,
    /// What would have to happen for it to be allowed; empty when it is.
    pub needed: Vec<String>,
}

/// What holds for one principal of the chain, or for an agent above one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkExplanation {
    /// Who.
    pub principal: Principal,
    /// The verdict for this one alone.
    pub effect: Effect,
    /// Every policy and grant that is satisfied, the strongest first.
    pub policies: Vec<SatisfiedPolicy>,
}

/// A policy or grant that is satisfied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SatisfiedPolicy {
    /// Its id.
    pub id: String,
    /// What it says.
    pub kind: PolicyKind,
    /// Why, in a sentence.
    pub reason: String,
    /// Where it stands, as `file:line`; `grant` for a grant.
    pub place: String,
    /// Whether it was made from a setting of the configuration.
    pub is_setting: bool,
}

impl Engine {
    /// Explains a decision; the verdict is the one of [`Engine::decide_at`].
    #[must_use]
    pub fn explain(&self, query: &Query, now: Option<Timestamp>) -> Explanation {
        let verdict = self.decide_at(query, now);
        let Ok(principals) = self.links(query) else {
            let needed = vec!["a chain that begins with somebody who is no agent".to_owned()];
            return Explanation { verdict, links: Vec::new(), needed };
        };
        let touched = Touched::by(&query.action);
        let mut links = Vec::new();
        for principal in principals {
            let effect = self.decide_link(query, &touched, &principal, now).effect;
            let satisfied = self.satisfied(query, &touched, &principal, now);
            let policies = satisfied.map(|found| found.policies).unwrap_or_default();
            let policies = policies.into_iter().map(|policy| self.placed(policy)).collect();
            links.push(LinkExplanation { principal, effect, policies });
        }
        let needed = match verdict.effect {
            Effect::Allow => Vec::new(),
            _ if verdict.reasons.iter().any(|reason| reason.policy == ENGINE) => {
                vec!["a query that can be decided".to_owned()]
            }
            _ => links.iter().flat_map(needed).collect(),
        };
        Explanation { verdict, links, needed }
    }

    fn placed(&self, policy: Deciding) -> SatisfiedPolicy {
        let Deciding { kind, reason } = policy;
        let entry = self.policies().into_iter().find(|entry| entry.id == reason.policy);
        SatisfiedPolicy {
            id: reason.policy,
            kind,
            reason: reason.text,
            place: entry.map_or("grant".to_owned(), |e| format!("{}:{}", e.source, e.line)),
            is_setting: entry.is_some_and(|entry| entry.is_setting),
        }
    }
}

/// What one principal lacks.
fn needed(link: &LinkExplanation) -> Vec<String> {
    let who = &link.principal;
    let of = |kind| link.policies.iter().filter(move |policy| policy.kind == kind);
    let forbids: Vec<_> = of(PolicyKind::Forbid)
        .map(|policy| match GrantId::parse(&policy.id) {
            Ok(id) => {
                format!("{who}: revoke the grant that denies it: nexus acl grants revoke {id}")
            }
            Err(_) if policy.id.starts_with("preset-") => {
                format!("{who}: a wider preset for it in nexus.toml; `{}` forbids it", policy.id)
            }
            Err(_) if policy.is_setting => format!(
                "{who}: another setting ({}), then `nexus daemon reload`; no grant goes past `{}`",
                policy.place, policy.id
            ),
            Err(_) => format!(
                "{who}: the policy `{}` ({}) must not hold; no grant overrides it",
                policy.id, policy.place
            ),
        })
        .collect();
    match link.effect {
        Effect::Allow => Vec::new(),
        Effect::Deny if !forbids.is_empty() => forbids,
        Effect::Deny => vec![format!("{who}: a policy or a grant that permits it")],
        Effect::Ask => match of(PolicyKind::Guard).next() {
            Some(guard) => vec![format!(
                "{who}: the owner's answer to this very request; `{}` lets no grant stand for it",
                guard.id
            )],
            None => vec![format!("{who}: the owner's answer, or a grant")],
        },
    }
}
