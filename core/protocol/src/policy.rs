//! Policies: which there are, what they decide and why.

use nexus_domain::agent::ToolEffect;
use nexus_domain::arrival::PeerKind;
use nexus_domain::id::SessionKey;
use nexus_domain::permission::PathAccess;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A policy as listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyItem {
    /// Its id.
    pub id: String,
    /// What it says: `forbid`, `guard` (asks whatever permits), `ask` or `permit`.
    pub kind: String,
    /// Why, in a sentence.
    pub reason: String,
    /// Where it stands: `built in`, or a file of `state/acl`.
    pub source: String,
    /// On which line, counted from 1.
    pub line: u32,
}

/// Input of `acl.policies.list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoliciesListParams {}

/// Result of `acl.policies.list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoliciesListResult {
    /// The policies in force, the built-in ones first.
    pub policies: Vec<PolicyItem>,
    /// The folder where a person's own policies lie.
    pub folder: String,
    /// Counts the changes of what is in force since the daemon started.
    pub epoch: u64,
}

/// Input of `acl.policies.show`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoliciesShowParams {
    /// The policy's id.
    #[schemars(length(min = 1, max = 200))]
    pub id: String,
}

/// Result of `acl.policies.show`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoliciesShowResult {
    /// The policy.
    pub policy: PolicyItem,
    /// Its text.
    pub text: String,
}

/// Input of `acl.policies.validate`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoliciesValidateParams {
    /// Policies to check beside the built-in ones, in Cedar; left out, the files in `state/acl`
    /// are checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1_048_576))]
    pub text: Option<String>,
}

/// Something that is wrong with policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyFinding {
    /// The file.
    pub source: String,
    /// The line, counted from 1, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What is wrong.
    pub problem: String,
}

/// Result of `acl.policies.validate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoliciesValidateResult {
    /// Whether they could be put in force.
    pub is_valid: bool,
    /// What is wrong; empty when they are valid.
    pub findings: Vec<PolicyFinding>,
}

/// What somebody would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Call a method.
    Call,
    /// Start a run of an agent.
    StartRun,
    /// Use a tool.
    UseTool,
    /// Deliver a message.
    Deliver,
    /// Decide a permission request.
    Approve,
}

/// What would be done, and under which circumstances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Question {
    /// The verb.
    pub verb: Verb,
    /// On what: a method, an agent, a tool, a channel or a permission request.
    #[schemars(length(min = 1, max = 300))]
    pub resource: String,
    /// What a tool can do to the world; that of a tool of the daemon is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<ToolEffect>,
    /// A path it would touch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How; follows from the effect when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<PathAccess>,
    /// A host it would talk to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// A command it would run, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub command: Option<Vec<String>>,
    /// The conversation it would reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// The session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<SessionKey>,
    /// The channel the conversation takes place on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The kind of conversation, for `start_run`; one to one when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_kind: Option<PeerKind>,
    /// What the session has been exposed to: `untrusted`, `private`, `secret`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// How far it would be confined: `full`, `partial` or `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posture: Option<String>,
}

/// Input of `acl.explain`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExplainParams {
    /// Who acts for whom, the invoker first, such as `owner` and `agent:main`. An agent alone acts
    /// for the owner.
    #[schemars(length(min = 1, max = 7))]
    pub who: Vec<String>,
    /// What would be done.
    pub question: Question,
}

/// A policy or grant that is satisfied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecidingPolicy {
    /// Its id.
    pub id: String,
    /// What it says: `forbid`, `guard`, `ask` or `permit`.
    pub kind: String,
    /// Why, in a sentence.
    pub reason: String,
    /// Where it stands, as `file:line`; `grant` for a grant.
    pub place: String,
}

/// What holds for one of those whose authority is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedLink {
    /// Who.
    pub principal: String,
    /// The preset, for an agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// `allow`, `ask` or `deny`.
    pub verdict: String,
    /// Everything that is satisfied, the strongest first.
    pub policies: Vec<DecidingPolicy>,
}

/// Result of `acl.explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainResult {
    /// `allow`, `ask` or `deny`.
    pub verdict: String,
    /// Why, in a sentence.
    pub reason: String,
    /// What would be done, in words.
    pub action: String,
    /// Everybody whose authority is needed, the one that acts first.
    pub links: Vec<ExplainedLink>,
    /// What would have to happen for it to be allowed; empty when it is.
    pub needed: Vec<String>,
}

/// One case of `acl.test`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestCase {
    /// What it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who acts for whom, the invoker first.
    #[schemars(length(min = 1, max = 7))]
    pub who: Vec<String>,
    /// What would be done.
    pub question: Question,
    /// `allow`, `ask` or `deny`.
    pub expect: ExpectedVerdict,
}

/// A verdict that is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedVerdict {
    /// Go.
    Allow,
    /// A person decides.
    Ask,
    /// No.
    Deny,
}

impl ExpectedVerdict {
    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }
}

/// Input of `acl.test`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestParams {
    /// The cases.
    #[schemars(length(max = 1000))]
    pub cases: Vec<TestCase>,
}

/// How one case went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestOutcome {
    /// What it shows; who and what, when it has no name.
    pub name: String,
    /// Whether the verdict is the expected one.
    pub has_passed: bool,
    /// The verdict that was expected.
    pub expected: String,
    /// The verdict that came.
    pub verdict: String,
    /// Why.
    pub reason: String,
}

/// Result of `acl.test`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// Whether all went as expected.
    pub has_passed: bool,
    /// The cases, in their order.
    pub outcomes: Vec<TestOutcome>,
}

/// Input of `acl.whoCan`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WhoCanParams {
    /// What would be done.
    pub question: Question,
}

/// Somebody, and the verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhoCanItem {
    /// Who; an agent acts for the owner.
    pub who: String,
    /// `allow`, `ask` or `deny`.
    pub verdict: String,
    /// Why, in a sentence.
    pub reason: String,
}

/// Result of `acl.whoCan`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhoCanResult {
    /// The owner, every agent, one of each other kind of principal, and everybody who has a grant.
    pub items: Vec<WhoCanItem>,
}
