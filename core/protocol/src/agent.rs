//! Agents.

use nexus_domain::agent::AgentSpec;
use nexus_domain::id::{AgentId, RequestId, SessionKey, TurnId};
use nexus_domain::request::RequestStatus;
use nexus_domain::session::QueueMode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Input of `agents.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {}

/// Result of `agents.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The agent that answers when none is named.
    pub default_agent: AgentId,
    /// All of them.
    pub agents: Vec<AgentSpec>,
}

/// Input of `agent`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunParams {
    /// What the person says.
    pub message: String,
    /// The session; the owner's main one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<SessionKey>,
    /// The agent; the session's own when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// How to queue when the session is busy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_mode: Option<QueueMode>,
    /// Lets the command be repeated safely: the same key is the same message.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Recorded; it will run. This is the first answer.
    Accepted,
    /// Ended; `requestStatus` says how. This is the second answer.
    Done,
}

/// Result of `agent`, sent twice on the same id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunResult {
    /// The run, which is the request.
    pub run_id: RequestId,
    /// How it stands.
    pub status: RunStatus,
    /// Whether this key had been used before; then nothing new runs.
    pub is_duplicate: bool,
    /// The session, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<SessionKey>,
    /// The turn, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    /// How the request ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_status: Option<RequestStatus>,
    /// The reply, or why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}
