//! Agents.

use nexus_domain::agent::{RunLimits, StopReason};
use nexus_domain::id::{AgentId, RequestId, SessionKey, TurnId};
use nexus_domain::message::Usage;
use nexus_domain::principal::Principal;
use nexus_domain::request::RequestStatus;
use nexus_domain::session::QueueMode;
use nexus_domain::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Input of `agents.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {}

/// An agent as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentFacts {
    /// Its name.
    pub id: AgentId,
    /// Its preset, by name.
    pub preset: String,
    /// Models in order of preference; none for the one that is in use anyway.
    pub models: Vec<String>,
    /// Tools it is offered.
    pub tools: Vec<String>,
    /// Its limits per turn.
    pub limits: RunLimits,
    /// Constraints that its prompt always shows.
    pub constraints: Vec<String>,
    /// Tools that were taken from it.
    pub disabled_tools: Vec<String>,
    /// The folder it works in.
    pub cwd: String,
    /// What it may write, relative to its folder; nothing stands for all of it where the preset
    /// gives that, and for nothing where it does not.
    pub write_paths: Vec<String>,
    /// Whether it stands in nexus.toml; others were made while the daemon ran.
    pub is_configured: bool,
    /// Whether it ends with the daemon.
    pub is_temp: bool,
    /// The agent above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_agent_id: Option<AgentId>,
    /// Agents above it.
    pub depth: u64,
    /// Agents right beneath it.
    pub child_count: u64,
    /// For whom it works, if it was made for somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<Principal>,
    /// Whether it is told something of its own.
    pub has_system_prompt: bool,
    /// Its own conversation.
    pub session_key: SessionKey,
    /// Messages in it.
    pub message_count: u64,
    /// Whether it is at work there.
    pub is_busy: bool,
    /// How its last turn there ended; nothing while it is at work or has not begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_turn: Option<TurnEnd>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When something last happened in its conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_action_at: Option<Timestamp>,
}

/// Result of `agents.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The agent that answers when none is named.
    pub default_agent: AgentId,
    /// All of them: those of the configuration first, then the others by age.
    pub agents: Vec<AgentFacts>,
}

/// Input of `agents.get`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetParams {
    /// The agent.
    pub agent_id: AgentId,
}

/// Result of `agents.get`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetResult {
    /// The agent.
    pub agent: AgentFacts,
    /// What it was told to be when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// The agents right beneath it.
    pub children: Vec<AgentId>,
}

/// Input of `agents.create`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateParams {
    /// Its name; eight hexadecimal digits when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Whether it ends with the daemon and is never saved; its name is `.1`, `.2` and so on then.
    #[serde(default)]
    pub is_temp: bool,
    /// The agent above it, which it can never go beyond.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_agent_id: Option<AgentId>,
    /// How far it may go: `trusted`, `worker`, or `sandboxed`, which it is when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// The folder it works in: absolute, existing, within its parent's. That of its parent, or one
    /// of its own, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// Folders and files it may write, within its folder. Without any, one that is `sandboxed` or
    /// a `worker` writes nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_write_paths: Vec<String>,
    /// Tools it does not get.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disable_tools: Vec<String>,
    /// Its model, as `provider/model`; that of its parent when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What it is told to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Input of `agents.update`; what is left out stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateParams {
    /// The agent; one that was made.
    pub agent_id: AgentId,
    /// How far it may go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// What it may write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_write_paths: Option<Vec<String>>,
    /// Tools it does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disable_tools: Option<Vec<String>>,
    /// Its model; empty for that of its parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What it is told to be; empty for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `agents.create` and `agents.update`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeResult {
    /// The agent as it is now.
    pub agent: AgentFacts,
}

/// Input of `agents.delete`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteParams {
    /// The agent; one that was made.
    pub agent_id: AgentId,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `agents.delete`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteResult {
    /// The agents that are gone: this one and everything beneath it, the lowest first.
    pub deleted: Vec<AgentId>,
    /// Requests that were stopped for it.
    pub n_stopped: u64,
}

/// Input of `agents.context`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContextParams {
    /// The agent.
    pub agent_id: AgentId,
}

/// Result of `agents.context`: what the next call of the agent's own conversation would send to
/// its model, in estimated tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContextResult {
    /// Messages in the conversation, those that a summary stands for included.
    pub message_count: u64,
    /// Whether the agent is told something of its own.
    pub has_system_prompt: bool,
    /// Whether a summary stands for earlier messages.
    pub has_summary: bool,
    /// Tokens of the system prompt.
    pub system_tokens: u64,
    /// Tokens of the tools.
    pub tool_tokens: u64,
    /// Tokens of messages and summary.
    pub message_tokens: u64,
    /// Tokens that fit into a call of its model.
    pub budget_tokens: u64,
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
