//! Evaluation: Cedar says which policies are satisfied; annotations make "ask" of them, the chain
//! makes one verdict of many.

use std::collections::HashMap;
use std::sync::Arc;

use cedar_policy::{
    Authorizer, Decision, Entities, PolicyId, PolicySet, Request, SlotId, Template,
};
use nexus_domain::Timestamp;
use nexus_domain::grant::{Grant, GrantEffect};
use nexus_domain::id::AgentId;
use nexus_domain::principal::{CHAIN_LEN_MAX, Principal};

use crate::entities::{VERBS, slice, type_of};
use crate::grants::Grants;
use crate::holder::{Holder, Holders, Reach};
use crate::profile::{AgentProfile, Preset, Profiles};
use crate::query::Query;
use crate::rules::{
    BUILT_IN, BUILT_IN_NAME, PolicyEntry, PolicyError, PolicyKind, PolicySource, Rules,
};
use crate::touch::Touched;
use crate::verdict::{DEFAULT, ENGINE, Effect, Reason, Verdict};

/// The agent that is always there.
const MAIN_AGENT: &str = "main";

/// Decides queries against one set of policies, agents and grants. Immutable: what changed is a
/// new engine, which shares with the old one what did not.
#[derive(Clone, Debug)]
pub struct Engine {
    rules: Arc<Rules>,
    templates: Arc<PolicySet>,
    profiles: Arc<Profiles>,
    grants: Arc<Grants>,
    holders: Arc<Holders>,
}

/// The policies that are satisfied for one principal of a chain.
pub(crate) struct Satisfied {
    pub(crate) policies: Vec<Deciding>,
}

/// A policy or grant that is satisfied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deciding {
    pub(crate) kind: PolicyKind,
    pub(crate) reason: Reason,
}

impl Engine {
    /// Builds the engine with the policies every installation starts with, the agent `main` and no
    /// grants.
    ///
    /// # Errors
    /// When the built-in set does not validate, which a test rules out.
    pub fn built_in() -> Result<Self, PolicyError> {
        Self::new(&[])
    }

    /// Builds the engine with the built-in policies and those of a person, checked strictly.
    ///
    /// # Errors
    /// What is wrong with the policies, and where.
    pub fn new(sources: &[PolicySource]) -> Result<Self, PolicyError> {
        let built_in = PolicySource::written(BUILT_IN_NAME, BUILT_IN);
        let sources: Vec<_> = std::iter::once(built_in).chain(sources.iter().cloned()).collect();
        Self::of(&sources)
    }

    fn of(sources: &[PolicySource]) -> Result<Self, PolicyError> {
        let rules = Rules::new(sources)?;
        let main = AgentId::parse(MAIN_AGENT).ok();
        let main = main.map(|id| AgentProfile::new(id, Preset::Trusted));
        Ok(Self {
            rules: Arc::new(rules),
            templates: Arc::new(templates()?),
            profiles: Arc::new(Profiles::new(main.into_iter().collect())),
            grants: Arc::default(),
            holders: Arc::default(),
        })
    }

    #[cfg(test)]
    fn with_policies(text: &str) -> Result<Self, PolicyError> {
        Self::of(&[PolicySource::written("test", text)])
    }

    /// The same engine with other agents.
    #[must_use]
    pub fn with_agents(&self, profiles: Vec<AgentProfile>) -> Self {
        Self { profiles: Arc::new(Profiles::new(profiles)), ..self.clone() }
    }

    /// The same engine with other grants.
    #[must_use]
    pub fn with_grants(&self, grants: Grants) -> Self {
        Self { grants: Arc::new(grants), ..self.clone() }
    }

    /// The same engine with other holders of credentials.
    #[must_use]
    pub fn with_holders(&self, holders: Vec<Holder>) -> Self {
        Self { holders: Arc::new(self.holders.with(holders)), ..self.clone() }
    }

    /// The same engine with other people, by id, for whom agents may do more than talk.
    #[must_use]
    pub fn with_people(&self, people: HashMap<String, Reach>) -> Self {
        Self { holders: Arc::new(self.holders.with_people(people)), ..self.clone() }
    }

    /// The holders of credentials it knows.
    #[must_use]
    pub fn holders(&self) -> Vec<Holder> {
        self.holders.all()
    }

    /// The grants it knows.
    #[must_use]
    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    /// Its policies, the built-in ones first.
    #[must_use]
    pub fn policies(&self) -> Vec<&PolicyEntry> {
        self.rules.entries()
    }

    /// An agent as it is configured; one that is not is sandboxed.
    #[must_use]
    pub fn profile(&self, id: &AgentId) -> AgentProfile {
        self.profiles.get(id).into_owned()
    }

    /// The paths of its workspace that an agent may write: files, and folders with everything
    /// beneath them; `None` for the whole workspace. A program cannot be asked which of them it
    /// will write, so that its confinement has to keep it there.
    #[must_use]
    pub fn writes(&self, id: &AgentId) -> Option<Vec<String>> {
        self.profiles.writes(id)
    }

    /// Decides a query without knowing the time: what a grant allows for a time does not count,
    /// what one denies for a time does.
    #[must_use]
    pub fn decide(&self, query: &Query) -> Verdict {
        self.decide_at(query, None)
    }

    /// Decides a query: the intersection of the verdicts over every link of its chain and every
    /// agent that is configured above one of them, so that an agent can never do what its invoker
    /// or its parent may not. Never fails; what cannot be decided is denied.
    #[must_use]
    pub fn decide_at(&self, query: &Query, now: Option<Timestamp>) -> Verdict {
        let links = match self.links(query) {
            Ok(links) => links,
            Err(problem) => return Verdict::deny(ENGINE, problem),
        };
        if let Some(refused) = self.holders.refuse(query) {
            return refused;
        }
        let touched = Touched::by(&query.action);
        links
            .iter()
            .map(|link| self.decide_link(query, &touched, link, now))
            .reduce(Verdict::intersect)
            .unwrap_or_else(|| Verdict::deny(ENGINE, "nobody acts"))
    }

    /// Everybody whose authority a query needs: the one that acts first, so that its reasons come
    /// first; then those it acts for, and the agents above.
    pub(crate) fn links(&self, query: &Query) -> Result<Vec<Principal>, String> {
        let links = query.chain.links();
        check_chain(links)?;
        let mut all: Vec<Principal> = Vec::new();
        for link in links.iter().rev() {
            let above = match link {
                Principal::Agent(id) => self.profiles.above(id)?,
                _ => Vec::new(),
            };
            for link in std::iter::once(link.clone()).chain(above.into_iter().map(Principal::Agent))
            {
                if !all.contains(&link) {
                    all.push(link);
                }
            }
        }
        Ok(all)
    }

    pub(crate) fn decide_link(
        &self,
        query: &Query,
        touched: &Touched,
        link: &Principal,
        now: Option<Timestamp>,
    ) -> Verdict {
        match self.satisfied(query, touched, link, now) {
            Ok(satisfied) => satisfied.verdict(query, link),
            Err(problem) => Verdict::deny(ENGINE, problem),
        }
    }

    /// Which policies and grants are satisfied for one principal.
    ///
    /// Whether a policy is satisfied does not depend on the others, so each part is evaluated for
    /// itself: Cedar names the satisfied permits only where no forbid is in the set, and a guard
    /// has to know both.
    pub(crate) fn satisfied(
        &self,
        query: &Query,
        touched: &Touched,
        link: &Principal,
        now: Option<Timestamp>,
    ) -> Result<Satisfied, String> {
        let (request, entities) =
            slice(query, touched, link, (&self.profiles, &self.holders), &self.rules.schema)
                .map_err(|error| format!("the query could not be read: {error}"))?;
        let principal = request.principal().ok_or("the query names nobody")?.clone();
        let applying = self.rules.applying(query.action.verb(), type_of(link), &principal);
        let mut policies = Vec::new();
        for set in [&applying.forbids, &applying.permits].into_iter().filter(|set| !set.is_empty())
        {
            for id in evaluate(set, &request, &entities)?.1 {
                let entry = self.rules.entry(&id).ok_or("a policy without an entry decided")?;
                let reason = Reason { policy: entry.id.clone(), text: entry.reason.clone() };
                policies.push(Deciding { kind: entry.kind, reason });
            }
        }
        let grants = self.grants.about(link, query, touched, now);
        if !grants.is_empty() {
            policies.extend(self.granted(&grants, query, &request, &entities)?);
        }
        policies.sort_by(|a, b| (a.kind, &a.reason.policy).cmp(&(b.kind, &b.reason.policy)));
        Ok(Satisfied { policies })
    }

    /// Grants as policies: each a link of a template, with its own id, evaluated like any other.
    fn granted(
        &self,
        grants: &[Arc<Grant>],
        query: &Query,
        request: &Request,
        entities: &Entities,
    ) -> Result<Vec<Deciding>, String> {
        let mut set = (*self.templates).clone();
        for grant in grants {
            let word = match grant.effect {
                GrantEffect::Allow => "allow",
                GrantEffect::Deny => "deny",
            };
            let template = PolicyId::new(format!("{word}-{}", query.action.verb()));
            let slots = [
                (SlotId::principal(), request.principal()),
                (SlotId::resource(), request.resource()),
            ];
            let slots: HashMap<_, _> =
                slots.into_iter().filter_map(|(slot, uid)| Some((slot, uid?.clone()))).collect();
            set.link(template, PolicyId::new(grant.id.to_string()), slots)
                .map_err(|error| format!("grant {} could not be applied: {error}", grant.id))?;
        }
        let (decision, ids) = evaluate(&set, request, entities)?;
        let kind = match decision {
            Decision::Allow => PolicyKind::Permit,
            Decision::Deny => PolicyKind::Forbid,
        };
        let deciding = ids.into_iter().filter_map(|id| {
            let id = id.to_string();
            let grant = grants.iter().find(|grant| grant.id.to_string() == id)?;
            Some(Deciding { kind, reason: Reason { policy: id, text: grant_text(grant) } })
        });
        Ok(deciding.collect())
    }
}

impl Satisfied {
    /// The verdict for one principal: a forbid denies; where nothing permits, so does that; a guard
    /// asks; permits that all ask, ask; else it is allowed.
    fn verdict(self, query: &Query, link: &Principal) -> Verdict {
        let of = |kind: PolicyKind| -> Vec<Reason> {
            let chosen = self.policies.iter().filter(|policy| policy.kind == kind);
            chosen.map(|policy| policy.reason.clone()).collect()
        };
        let (forbids, guards) = (of(PolicyKind::Forbid), of(PolicyKind::Guard));
        let (permits, asks) = (of(PolicyKind::Permit), of(PolicyKind::Ask));
        if !forbids.is_empty() {
            return Verdict { effect: Effect::Deny, reasons: forbids };
        }
        if permits.is_empty() && asks.is_empty() {
            let text = format!("no policy permits {link} to {}", query.action);
            return Verdict::deny(DEFAULT, text);
        }
        if !guards.is_empty() {
            return Verdict { effect: Effect::Ask, reasons: guards };
        }
        match permits.is_empty() {
            true => Verdict { effect: Effect::Ask, reasons: asks },
            false => Verdict { effect: Effect::Allow, reasons: permits },
        }
    }
}

fn grant_text(grant: &Grant) -> String {
    let word = match grant.effect {
        GrantEffect::Allow => "allowed",
        GrantEffect::Deny => "denied",
    };
    match grant.reason.is_empty() {
        true => format!("{word} by {}", grant.granted_by),
        false => format!("{word} by {}: {}", grant.granted_by, grant.reason),
    }
}

fn evaluate(
    set: &PolicySet,
    request: &Request,
    entities: &Entities,
) -> Result<(Decision, Vec<PolicyId>), String> {
    let response = Authorizer::new().is_authorized(request, set, entities);
    let diagnostics = response.diagnostics();
    // Cedar skips a policy that fails to evaluate, even one that forbids.
    if let Some(error) = diagnostics.errors().next() {
        return Err(format!("a policy could not be evaluated: {error}"));
    }
    Ok((response.decision(), diagnostics.reason().cloned().collect()))
}

/// A permit and a forbid for each verb, to be linked for each grant that is about a query.
fn templates() -> Result<PolicySet, PolicyError> {
    let broken = |error: String| PolicyError {
        problems: vec![crate::rules::PolicyProblem {
            source: "the templates of grants".to_owned(),
            line: None,
            problem: error,
        }],
    };
    let mut set = PolicySet::new();
    for verb in VERBS.into_iter().filter(|verb| *verb != "approve") {
        for (word, effect) in [("allow", "permit"), ("deny", "forbid")] {
            let text = format!(
                "{effect} (principal == ?principal, action == Action::\"{verb}\", \
                 resource == ?resource);"
            );
            let id = PolicyId::new(format!("{word}-{verb}"));
            let template = Template::parse(Some(id), text).map_err(|e| broken(e.to_string()))?;
            set.add_template(template).map_err(|error| broken(error.to_string()))?;
        }
    }
    Ok(set)
}

/// A chain is an invoker and the agents it works through. Anything else comes from bad data, and
/// an agent without an invoker has nobody whose authority it could use.
fn check_chain(links: &[Principal]) -> Result<(), String> {
    let Some((invoker, agents)) = links.split_first() else {
        return Err("nobody acts".to_owned());
    };
    // A scheduled job stands between its maker and the agents, and nowhere else.
    let agents = match agents {
        [Principal::Job(_), agents @ ..] if !matches!(invoker, Principal::Job(_)) => agents,
        agents => agents,
    };
    let n_links = agents.len() + 1;
    if n_links > CHAIN_LEN_MAX {
        return Err(format!(
            "{n_links} principals act for one another; at most {CHAIN_LEN_MAX} may"
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

#[cfg(test)]
mod chain_tests;
#[cfg(test)]
pub(crate) mod grant_tests;
#[cfg(test)]
mod person_tests;
#[cfg(test)]
mod tests;
