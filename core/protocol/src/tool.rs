//! Tools that are called by name, without a model.

use nexus_domain::id::{AgentId, PermissionId, RequestId, SessionKey};
use nexus_domain::permission::CanonicalAction;
use nexus_domain::request::RequestStatus;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::agent::RunStatus;

/// Input of `tools.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {
    /// Whose tools; those of the default agent when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
}

/// A tool as a caller sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ToolFacts {
    /// Its name.
    pub name: String,
    /// What it does, as models are told.
    pub description: String,
    /// JSON Schema of its arguments.
    pub parameters: Value,
}

/// Result of `tools.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The agent whose tools they are.
    pub agent_id: AgentId,
    /// The tools.
    pub tools: Vec<ToolFacts>,
}

/// Input of `tools.invoke`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InvokeParams {
    /// Name of the tool.
    #[schemars(length(min = 1, max = 100))]
    pub tool: String,
    /// Its arguments, by name.
    #[serde(default)]
    pub args: serde_json::Map<String, Value>,
    /// The session whose agent acts, and in whose conversation the call stands; `tools` when left
    /// out, which is made when it does not exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<SessionKey>,
    /// The agent, for a session that does not exist yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Lets the command be repeated safely: the same key is the same call.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `tools.invoke`, sent twice on the same id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvokeResult {
    /// The call's way through the stages.
    pub run_id: RequestId,
    /// How it stands.
    pub status: RunStatus,
    /// Whether this key had been used before; then nothing new is done.
    pub is_duplicate: bool,
    /// The session.
    pub session_key: SessionKey,
    /// How the request ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_status: Option<RequestStatus>,
    /// Whether the tool did what it was asked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ok: Option<bool>,
    /// What the tool says, or why it did not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// A record for people: for an edit, the unified diff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// Whether access control, or a person, said no.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_refused: bool,
    /// The question that was put to a person about it, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission_id: Option<PermissionId>,
}

/// Input of `tools.check`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckParams {
    /// Name of the tool.
    #[schemars(length(min = 1, max = 100))]
    pub tool: String,
    /// Its arguments, by name.
    #[serde(default)]
    pub args: serde_json::Map<String, Value>,
    /// The session whose agent would act; `tools` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<SessionKey>,
    /// The agent, for a session that does not exist yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
}

/// What access control says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckVerdict {
    /// It would run.
    Allow,
    /// A person would be asked.
    Ask,
    /// It would not run.
    Deny,
}

/// Result of `tools.check`. Nothing has happened, and what is true now may not be later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckResult {
    /// What access control says.
    pub verdict: CheckVerdict,
    /// Why.
    pub reason: String,
    /// Exactly what would be done.
    pub action: CanonicalAction,
    /// The agent that would act.
    pub agent_id: AgentId,
    /// The session.
    pub session_key: SessionKey,
}

/// The body of `POST /tools/invoke`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Invocation {
    /// Name of the tool.
    #[schemars(length(min = 1, max = 100))]
    pub tool: String,
    /// The argument `action`, for tools that do several things.
    #[serde(default)]
    pub action: Option<String>,
    /// Its arguments, by name.
    #[serde(default)]
    pub args: serde_json::Map<String, Value>,
    /// The session whose agent acts; `tools` when left out.
    #[serde(default)]
    pub session_key: Option<SessionKey>,
    /// The agent, for a session that does not exist yet.
    #[serde(default)]
    pub agent_id: Option<AgentId>,
    /// Only says what access control thinks of it; nothing is done.
    #[serde(default)]
    pub dry_run: bool,
    /// Lets the call be repeated safely; each one is new when left out.
    #[serde(default)]
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: Option<String>,
}

/// What `POST /tools/invoke` answers with 200.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Invoked {
    /// Whether the tool did what it was asked to; always so for a dry run.
    pub ok: bool,
    /// What the call came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<InvokeResult>,
    /// What it would come to, when that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<CheckResult>,
}
