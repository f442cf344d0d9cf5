//! Agents.

use nexus_domain::agent::{AgentSpec, StopReason};
use nexus_domain::id::{AgentId, RequestId, SessionKey, TurnId};
use nexus_domain::message::Usage;
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

/// A class of models by a name that clients of other programs know. Which model it stands for is
/// said in the configuration, under `models.tiers`; a tier that is not named there, like `none`,
/// leaves the agent its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// The agent's own models.
    None,
    /// The quickest.
    Flash,
    /// Small.
    Haiku,
    /// Of all trades.
    Sonnet,
    /// The largest.
    Opus,
}

impl Tier {
    /// Its word in the configuration; none for [`Tier::None`].
    #[must_use]
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Flash => Some("flash"),
            Self::Haiku => Some("haiku"),
            Self::Sonnet => Some("sonnet"),
            Self::Opus => Some("opus"),
        }
    }
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
    /// Most model replies of this run; at most what the agent is limited to anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub steps_max: Option<u32>,
    /// The class of models for this run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
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
    /// How the turn ended, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<TurnEnd>,
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TurnEnd {
    /// Why.
    pub stop_reason: StopReason,
    /// The limit that ended it, when one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitKind>,
    /// Model replies.
    pub n_steps: u32,
    /// Tokens.
    pub usage: Usage,
}

/// A limit of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// Model replies.
    Steps,
    /// Tokens sent and received.
    Tokens,
    /// Time.
    Duration,
}

/// Input of `agent.wait`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaitParams {
    /// The run.
    pub run_id: RequestId,
    /// Longest wait, in milliseconds; then the answer says how the run stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 600_000))]
    pub timeout_ms: Option<u64>,
}
