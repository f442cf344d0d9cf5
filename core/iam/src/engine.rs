//! Evaluation: Cedar permits or forbids; annotations make "ask" of it, the chain makes one verdict
//! of many.

use std::collections::HashSet;
use std::str::FromStr;

use cedar_policy::{Authorizer, Decision, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use nexus_domain::principal::{CHAIN_LEN_MAX, Principal};

use crate::entities::slice;
use crate::query::Query;
use crate::verdict::{DEFAULT, ENGINE, Effect, Reason, Verdict};

const SCHEMA: &str = include_str!("../policies/schema.cedarschema");
const BUILT_IN: &str = include_str!("../policies/built_in.cedar");

/// Why a policy set was refused. The set in force stays in force.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PolicyError {
    /// The schema does not parse.
    #[error("the policy schema is not valid: {0}")]
    Schema(String),
    /// The text is not Cedar.
    #[error("the policies do not parse: {0}")]
    Syntax(String),
    /// A policy lacks `@id` or `@reason`, or two share an id.
    #[error("policy `{policy}`: {problem}")]
    Annotation {
        /// The policy's id, or its place in the text.
        policy: String,
        /// What is wrong.
        problem: String,
    },
    /// A policy does not fit the schema.
    #[error("the policies do not fit the schema: {0}")]
    Invalid(String),
}

/// Decides queries against one policy set. Immutable: a changed set is a new engine.
#[derive(Debug)]
pub struct Engine {
    authorizer: Authorizer,
    schema: Schema,
    policies: PolicySet,
}

impl Engine {
    /// Builds the engine with the policies every installation starts with.
    ///
    /// # Errors
    /// When the built-in set does not validate, which a test rules out.
    pub fn built_in() -> Result<Self, PolicyError> {
        Self::with_policies(BUILT_IN)
    }

    /// Builds the engine from policy text, validated strictly: what cannot be typed against the
    /// schema is refused, and so is a policy that can never apply.
    fn with_policies(text: &str) -> Result<Self, PolicyError> {
        let (schema, _warnings) = Schema::from_cedarschema_str(SCHEMA)
            .map_err(|error| PolicyError::Schema(error.to_string()))?;
        let policies = named(text)?;
        let report = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if !report.validation_passed_without_warnings() {
            let errors = report.validation_errors().map(ToString::to_string);
            let warnings = report.validation_warnings().map(ToString::to_string);
            let text: Vec<_> = errors.chain(warnings).collect();
            return Err(PolicyError::Invalid(text.join("; ")));
        }
        Ok(Self { authorizer: Authorizer::new(), schema, policies })
    }

    /// Decides a query: the intersection of the verdicts over every link of its chain, so that an
    /// agent can never do what its invoker may not. Never fails; what cannot be decided is denied.
    #[must_use]
    pub fn decide(&self, query: &Query) -> Verdict {
        let links = query.chain.links();
        if let Err(problem) = check_chain(links) {
            return Verdict::deny(ENGINE, problem);
        }
        // The one that acts is asked first, so that its reasons come first.
        links
            .iter()
            .rev()
            .map(|link| self.decide_link(query, link))
            .reduce(Verdict::intersect)
            .unwrap_or_else(|| Verdict::deny(ENGINE, "nobody acts"))
    }

    fn decide_link(&self, query: &Query, link: &Principal) -> Verdict {
        let (request, entities) = match slice(query, link, &self.schema) {
            Ok(slice) => slice,
            Err(error) => {
                return Verdict::deny(ENGINE, format!("the query could not be read: {error}"));
            }
        };
        let response = self.authorizer.is_authorized(&request, &self.policies, &entities);
        let diagnostics = response.diagnostics();
        // Cedar skips a policy that fails to evaluate, even one that forbids.
        if let Some(error) = diagnostics.errors().next() {
            return Verdict::deny(ENGINE, format!("a policy could not be evaluated: {error}"));
        }
        let mut policies: Vec<_> = diagnostics.reason().collect();
        policies.sort();
        match response.decision() {
            Decision::Deny if policies.is_empty() => {
                Verdict::deny(DEFAULT, format!("no policy permits {link} to {}", query.action))
            }
            Decision::Deny => self.verdict(Effect::Deny, policies),
            Decision::Allow => {
                let (asking, plain): (Vec<_>, Vec<_>) =
                    policies.into_iter().partition(|id| self.annotation(id, "ask").is_some());
                if plain.is_empty() {
                    self.verdict(Effect::Ask, asking)
                } else {
                    self.verdict(Effect::Allow, plain)
                }
            }
        }
    }

    fn verdict(&self, effect: Effect, policies: Vec<&PolicyId>) -> Verdict {
        let reasons = policies
            .into_iter()
            .map(|id| Reason {
                policy: id.to_string(),
                text: self.annotation(id, "reason").unwrap_or_default().to_owned(),
            })
            .collect();
        Verdict { effect, reasons }
    }

    fn annotation(&self, id: &PolicyId, key: &str) -> Option<&str> {
        self.policies.annotation(id, key)
    }
}

/// A chain is an invoker and the agents it works through. Anything else comes from bad data, and
/// an agent without an invoker has nobody whose authority it could use.
fn check_chain(links: &[Principal]) -> Result<(), String> {
    let Some((invoker, agents)) = links.split_first() else {
        return Err("nobody acts".to_owned());
    };
    if links.len() > CHAIN_LEN_MAX {
        return Err(format!(
            "{} principals act for one another; at most {CHAIN_LEN_MAX} may",
            links.len()
        ));
    }
    if matches!(invoker, Principal::Agent(_)) {
        return Err(format!("{invoker} acts for nobody"));
    }
    match agents.iter().find(|link| !matches!(link, Principal::Agent(_))) {
        Some(link) => Err(format!("{link} cannot act for somebody else; only agents can")),
        None => Ok(()),
    }
}

/// Parses policies and gives each the id its author wrote.
fn named(text: &str) -> Result<PolicySet, PolicyError> {
    let parsed = PolicySet::from_str(text).map_err(|e| PolicyError::Syntax(e.to_string()))?;
    let annotated = |policy: &str, problem: &str| PolicyError::Annotation {
        policy: policy.to_owned(),
        problem: problem.to_owned(),
    };
    let mut seen = HashSet::new();
    let mut policies = Vec::new();
    for policy in parsed.policies() {
        let place = policy.id().to_string();
        let id = policy
            .annotation("id")
            .filter(|id| !id.is_empty())
            .ok_or_else(|| annotated(&place, "it has no @id"))?;
        if policy.annotation("reason").is_none_or(str::is_empty) {
            return Err(annotated(id, "it has no @reason for the person it decides about"));
        }
        if !seen.insert(id.to_owned()) {
            return Err(annotated(id, "another policy has the same @id"));
        }
        policies.push(policy.new_id(PolicyId::new(id)));
    }
    PolicySet::from_policies(policies).map_err(|e| PolicyError::Syntax(e.to_string()))
}

#[cfg(test)]
mod tests;
