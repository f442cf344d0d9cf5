//! The answer, with the policies that decided.

use std::fmt;

use nexus_domain::id::GrantId;

/// The name under which the absence of a permitting policy decides.
pub(crate) const DEFAULT: &str = "default";
/// The name under which the engine itself refuses what it cannot decide.
pub(crate) const ENGINE: &str = "engine";

/// What may happen. Ordered from wide to narrow: the verdict over a chain is the maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Go.
    Allow,
    /// A person decides.
    Ask,
    /// No.
    Deny,
}

impl Effect {
    /// The word in audit rows and events.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }
}

/// A policy that decided, and its reason for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The policy's id; `default` when none permits, `engine` when no decision could be made.
    pub policy: String,
    /// Why, in a sentence.
    pub text: String,
}

/// The answer to a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What may happen.
    pub effect: Effect,
    /// What decided, the most telling first: the reasons of the links that narrowed the verdict to
    /// `effect`, the one that acts before the one it acts for, `default` last.
    pub reasons: Vec<Reason>,
}

impl Verdict {
    /// The answer without a policy behind it: default deny, or an engine that could not decide.
    pub(crate) fn deny(policy: &str, text: impl Into<String>) -> Self {
        let reason = Reason { policy: policy.to_owned(), text: text.into() };
        Self { effect: Effect::Deny, reasons: vec![reason] }
    }

    /// The grants among what decided.
    pub fn grants(&self) -> impl Iterator<Item = GrantId> + '_ {
        self.reasons.iter().filter_map(|reason| GrantId::parse(&reason.policy).ok())
    }

    /// The narrower of two verdicts. Reasons of the wider one are dropped; equals keep both.
    pub(crate) fn intersect(self, other: Self) -> Self {
        match self.effect.cmp(&other.effect) {
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Equal => {
                let mut reasons = self.reasons;
                for reason in other.reasons {
                    if !reasons.contains(&reason) {
                        reasons.push(reason);
                    }
                }
                // A policy that says no tells more than the absence of one that says yes.
                reasons.sort_by_key(|reason| reason.policy == DEFAULT);
                Self { effect: self.effect, reasons }
            }
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.effect {
            Effect::Allow => "allowed by ",
            Effect::Ask => "asked by ",
            Effect::Deny => "denied by ",
        })?;
        match self.reasons.first() {
            Some(reason) => write!(f, "{}: {}", reason.policy, reason.text),
            None => f.write_str("no policy"),
        }
    }
}
