//! Policies as text: read, checked strictly, and sorted so that a decision looks at few.

use std::collections::HashMap;
use std::str::FromStr;

use cedar_policy::{
    ActionConstraint, EntityUid, Policy, PolicyId, PolicySet, PrincipalConstraint, Schema,
    ValidationMode, Validator,
};
use miette::Diagnostic;

use crate::entities::{PRINCIPAL_TYPES, VERBS};

const SCHEMA: &str = include_str!("../policies/schema.cedarschema");
/// The policies every installation starts with.
pub(crate) const BUILT_IN: &str = include_str!("../policies/built_in.cedar");
/// The name under which [`BUILT_IN`] is listed.
pub const BUILT_IN_NAME: &str = "built in";

/// A text with policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicySource {
    /// Where it comes from: a file name.
    pub name: String,
    /// The policies, in Cedar.
    pub text: String,
    /// The line of the file that stands behind the whole text, where the text itself was made
    /// from something else; counted from 1.
    pub line: Option<usize>,
}

impl PolicySource {
    /// A text as a person wrote it.
    #[must_use]
    pub fn written(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), line: None }
    }
}

/// What is wrong with a policy text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyProblem {
    /// Where the text comes from.
    pub source: String,
    /// The line, counted from 1, when it is known.
    pub line: Option<usize>,
    /// What is wrong there.
    pub problem: String,
}

impl std::fmt::Display for PolicyProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.source, self.problem),
            None => write!(f, "{}: {}", self.source, self.problem),
        }
    }
}

/// Why a policy set was refused. The set in force stays in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// Everything that was found, at least one.
    pub problems: Vec<PolicyProblem>,
}

impl PolicyError {
    fn one(source: &str, line: Option<usize>, problem: impl Into<String>) -> Self {
        let (source, problem) = (source.to_owned(), problem.into());
        Self { problems: vec![PolicyProblem { source, line, problem }] }
    }
}

impl std::fmt::Display for PolicyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let texts: Vec<_> = self.problems.iter().map(ToString::to_string).collect();
        f.write_str(&texts.join("; "))
    }
}

impl std::error::Error for PolicyError {}

/// What a policy says when it is satisfied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyKind {
    /// No, whatever permits it.
    Forbid,
    /// A `forbid` with `@ask`: not without asking, whatever permits it.
    Guard,
    /// A `permit` with `@ask`: yes, after asking.
    Ask,
    /// Yes.
    Permit,
}

impl PolicyKind {
    /// The word in lists.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Forbid => "forbid",
            Self::Guard => "guard",
            Self::Ask => "ask",
            Self::Permit => "permit",
        }
    }
}

/// A policy as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyEntry {
    /// Its id.
    pub id: String,
    /// What it says.
    pub kind: PolicyKind,
    /// Why, in a sentence.
    pub reason: String,
    /// Where it stands.
    pub source: String,
    /// On which line, counted from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// Whether it was made from a setting of the configuration.
    pub is_setting: bool,
}

/// A checked set of policies. Immutable.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) schema: Schema,
    /// By verb and type of the principal.
    by_type: HashMap<(&'static str, &'static str), Applying>,
    /// The same for principals that policies name, with what holds for their type.
    named: HashMap<(&'static str, EntityUid), Applying>,
    /// Every policy, for what has no place in the index: leaving one that forbids out could widen.
    all: Applying,
    entries: HashMap<PolicyId, PolicyEntry>,
}

/// The policies that can apply to a verb and a principal. Those that forbid stand apart, because
/// Cedar names the satisfied permits only where no satisfied forbid is beside them.
#[derive(Debug)]
pub(crate) struct Applying {
    pub(crate) forbids: PolicySet,
    pub(crate) permits: PolicySet,
}

impl Applying {
    fn new(policies: &[&Policy]) -> Result<Self, PolicyError> {
        let set = |effect| {
            let chosen = policies.iter().filter(|policy| policy.effect() == effect);
            PolicySet::from_policies(chosen.map(|policy| (*policy).clone()))
                .map_err(|error| PolicyError::one("the policies", None, error.to_string()))
        };
        let forbids = set(cedar_policy::Effect::Forbid)?;
        Ok(Self { forbids, permits: set(cedar_policy::Effect::Permit)? })
    }
}

impl Rules {
    /// Reads and checks texts: what cannot be typed against the schema is refused, and so is a
    /// policy that can never apply.
    pub(crate) fn new(sources: &[PolicySource]) -> Result<Self, PolicyError> {
        let (schema, _warnings) = Schema::from_cedarschema_str(SCHEMA)
            .map_err(|error| PolicyError::one("the schema", None, error.to_string()))?;
        let mut policies = Vec::new();
        let mut entries = HashMap::new();
        for source in sources {
            read(source, &mut policies, &mut entries)?;
        }
        let whole = PolicySet::from_policies(policies.clone())
            .map_err(|error| PolicyError::one("the policies", None, error.to_string()))?;
        validate(&schema, &whole, &entries, sources)?;
        let mut by_type = HashMap::new();
        let mut named = HashMap::new();
        for verb in VERBS {
            let chosen = |kind: &str, principal: Option<&EntityUid>| -> Vec<&Policy> {
                policies.iter().filter(|p| may_apply(p, verb, kind, principal)).collect()
            };
            for kind in PRINCIPAL_TYPES {
                by_type.insert((verb, kind), Applying::new(&chosen(kind, None))?);
            }
            for uid in policies.iter().filter_map(named_principal) {
                let kind = uid.type_name().to_string();
                let applying = Applying::new(&chosen(&kind, Some(&uid)))?;
                named.insert((verb, uid), applying);
            }
        }
        let all = Applying::new(&policies.iter().collect::<Vec<_>>())?;
        Ok(Self { schema, by_type, named, all, entries })
    }

    /// The policies that can apply to a verb and a principal of a type.
    pub(crate) fn applying(
        &self,
        verb: &'static str,
        kind: &'static str,
        principal: &EntityUid,
    ) -> &Applying {
        let named = match self.named.is_empty() {
            true => None,
            false => self.named.get(&(verb, principal.clone())),
        };
        named.or_else(|| self.by_type.get(&(verb, kind))).unwrap_or(&self.all)
    }

    pub(crate) fn entry(&self, id: &PolicyId) -> Option<&PolicyEntry> {
        self.entries.get(id)
    }

    /// Every policy, the built-in ones first, in order of their place.
    pub(crate) fn entries(&self) -> Vec<&PolicyEntry> {
        let mut entries: Vec<_> = self.entries.values().collect();
        entries
            .sort_by_key(|e| (e.source != BUILT_IN_NAME, e.source.clone(), e.line, e.id.clone()));
        entries
    }
}

fn read(
    source: &PolicySource,
    policies: &mut Vec<Policy>,
    entries: &mut HashMap<PolicyId, PolicyEntry>,
) -> Result<(), PolicyError> {
    let at = |line, problem: String| PolicyError::one(&source.name, Some(line), problem);
    let parsed = PolicySet::from_str(&source.text).map_err(|error| {
        let problems = error.iter().map(|error| PolicyProblem {
            source: source.name.clone(),
            line: source.line.or_else(|| line_of(error, &source.text)),
            problem: format!("the text does not parse: {error}"),
        });
        PolicyError { problems: problems.collect() }
    })?;
    if let Some(template) = parsed.templates().next() {
        let problem = format!("`{}` is a template; only whole policies are taken", template.id());
        return Err(PolicyError::one(&source.name, None, problem));
    }
    // Cedar numbers the policies of a text in their order; that order is the one of their places.
    let mut in_order: Vec<_> = parsed.policies().collect();
    in_order.sort_by_key(|p| p.id().to_string().trim_start_matches("policy").parse::<u64>().ok());
    let mut from = 0;
    for policy in in_order {
        let text = policy.to_string();
        let start = source.text[from..].find(text.trim()).map_or(from, |at| from + at);
        from = start + 1;
        let line = source.line.unwrap_or_else(|| line_at(&source.text, start));
        let id = policy.annotation("id").filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| at(line, "the policy has no @id".to_owned()))?;
        let reason = policy.annotation("reason").filter(|reason| !reason.is_empty());
        let reason = reason.ok_or_else(|| {
            at(line, format!("`{id}` has no @reason for the person it decides about"))
        })?;
        let asks = policy.annotation("ask");
        if let Some(who) = asks.filter(|who| *who != "owner") {
            let problem = format!("`{id}` asks `{who}`; the owner is who can be asked");
            return Err(at(line, problem));
        }
        let kind = match (policy.effect(), asks.is_some()) {
            (cedar_policy::Effect::Forbid, false) => PolicyKind::Forbid,
            (cedar_policy::Effect::Forbid, true) => PolicyKind::Guard,
            (cedar_policy::Effect::Permit, true) => PolicyKind::Ask,
            (cedar_policy::Effect::Permit, false) => PolicyKind::Permit,
        };
        let entry = PolicyEntry {
            id: id.to_owned(),
            kind,
            reason: reason.to_owned(),
            source: source.name.clone(),
            line,
            text: text.trim().to_owned(),
            is_setting: source.line.is_some(),
        };
        let policy_id = PolicyId::new(id);
        if let Some(other) = entries.insert(policy_id.clone(), entry) {
            let place = format!("{}, line {}", other.source, other.line);
            return Err(at(line, format!("`{id}`: another policy has the same @id ({place})")));
        }
        policies.push(policy.new_id(policy_id));
    }
    Ok(())
}

fn validate(
    schema: &Schema,
    whole: &PolicySet,
    entries: &HashMap<PolicyId, PolicyEntry>,
    sources: &[PolicySource],
) -> Result<(), PolicyError> {
    let report = Validator::new(schema.clone()).validate(whole, ValidationMode::Strict);
    let problem = |id: &PolicyId, diagnostic: &dyn Diagnostic| {
        let entry = entries.get(id);
        let source = entry.map_or_else(|| "the policies".to_owned(), |e| e.source.clone());
        let written = |s: &&PolicySource| s.name == source && s.line.is_none();
        let text = sources.iter().find(written).map(|s| s.text.as_str());
        let line = text.and_then(|text| line_of(diagnostic, text)).or(entry.map(|e| e.line));
        let problem = format!("the policy does not fit the schema: {diagnostic}");
        PolicyProblem { source, line, problem }
    };
    let errors = report.validation_errors().map(|e| problem(e.policy_id(), e));
    let warnings = report.validation_warnings().map(|w| problem(w.policy_id(), w));
    let mut problems: Vec<_> = errors.chain(warnings).collect();
    problems.sort_by(|a, b| (&a.source, a.line).cmp(&(&b.source, b.line)));
    match problems.is_empty() {
        true => Ok(()),
        false => Err(PolicyError { problems }),
    }
}

fn line_of(diagnostic: &(impl Diagnostic + ?Sized), text: &str) -> Option<usize> {
    let label = diagnostic.labels()?.next()?;
    Some(line_at(text, label.offset().min(text.len())))
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count()
}

/// The principal that a policy names, if it holds for that one only.
fn named_principal(policy: &Policy) -> Option<EntityUid> {
    match policy.principal_constraint() {
        PrincipalConstraint::Eq(uid) => Some(uid),
        _ => None,
    }
}

/// Whether a policy's scope can meet a verb and a principal; true when in doubt.
fn may_apply(policy: &Policy, verb: &str, kind: &str, principal: Option<&EntityUid>) -> bool {
    let is_verb = |uid: &EntityUid| uid.id().unescaped() == verb;
    let meets_verb = match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(uid) => is_verb(&uid),
        ActionConstraint::In(uids) => uids.iter().any(is_verb),
    };
    let meets_principal = match policy.principal_constraint() {
        PrincipalConstraint::Eq(uid) => principal == Some(&uid),
        PrincipalConstraint::Is(name) => name.to_string() == kind,
        PrincipalConstraint::IsIn(name, _) => name.to_string() == kind,
        PrincipalConstraint::Any | PrincipalConstraint::In(_) => true,
    };
    meets_verb && meets_principal
}
