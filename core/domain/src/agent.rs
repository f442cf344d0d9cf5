//! Agents and the records of their turns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{AgentId, RequestId, SessionKey, TurnId};
use crate::message::{Cost, Usage};
use crate::time::Timestamp;

/// What a run may use up before it is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunLimits {
    /// Model replies in one turn.
    pub steps_max: u32,
    /// Tokens sent and received in one turn.
    pub tokens_max: u64,
    /// Time from start to end, in milliseconds, waiting for people not counted.
    pub duration_ms_max: u64,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self { steps_max: 30, tokens_max: 1_000_000, duration_ms_max: 600_000 }
    }
}

/// An agent as configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentSpec {
    /// Its name.
    pub id: AgentId,
    /// Models in order of preference, as `provider/model`; the second is used when the first
    /// fails.
    pub models: Vec<String>,
    /// Tools it is offered, by name.
    pub tools: Vec<String>,
    /// Its limits per turn.
    pub limits: RunLimits,
    /// Constraints a person pinned; part of every prompt, never compacted away.
    pub constraints: Vec<String>,
}

/// What a tool can do to the world; decides parallelism, repetition and which policy applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolEffect {
    /// Looks at the workspace or the clock. May run beside others and may be repeated.
    Read,
    /// Changes files of the workspace.
    Write,
    /// Talks to another machine.
    Network,
    /// Runs a program.
    Execute,
    /// Has another agent work, beneath itself. May be repeated: the same call is the same order.
    Delegate,
}

impl ToolEffect {
    /// Whether running it twice is the same as once.
    #[must_use]
    pub fn is_repeatable(self) -> bool {
        matches!(self, Self::Read | Self::Delegate)
    }
}

/// How far a tool call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolCallStatus {
    /// The model asked; nothing has been decided.
    Pending,
    /// A person is being asked.
    Waiting,
    /// Allowed and audited; the effect may have begun.
    Running,
    /// Done.
    Completed,
    /// Tried and failed, or refused.
    Failed,
    /// The daemon died between intent and result; nobody knows.
    Unknown,
    /// Handed to the caller, whose tool it is.
    HandedOut,
}

/// A tool call as recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolCallRecord {
    /// The call's id, unique in its turn.
    pub id: String,
    /// The turn.
    pub turn_id: TurnId,
    /// Tool name.
    pub name: String,
    /// Arguments, as the model wrote them.
    pub arguments: Value,
    /// How far it has come.
    pub status: ToolCallStatus,
    /// What the model is told, once there is something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// A record for people beside the result: for an edit, the unified diff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
}

/// How a turn stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TurnStatus {
    /// At work, or to be taken up again after a restart.
    Running,
    /// Waiting for a person.
    Parked,
    /// Ended as it should.
    Completed,
    /// Ended by an error.
    Failed,
    /// Ended by somebody who stopped it.
    Aborted,
}

/// Why a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The model said all it had to say.
    EndTurn,
    /// The model ran into its own output limit.
    MaxTokens,
    /// Our limit of steps, tokens or time was reached.
    Limit,
    /// The model called tools that the caller runs itself: the caller goes on.
    ClientTools,
    /// Somebody stopped it.
    Aborted,
    /// Something failed.
    Error,
}

/// What a failed run failed of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentErrorKind {
    /// The conversation no longer fits the model.
    ContextOverflow,
    /// The provider refused our credential.
    AuthFailure,
    /// The provider limits us.
    RateLimit,
    /// The provider failed or answered nonsense.
    ModelError,
    /// Nothing came for too long.
    Timeout,
    /// The history could not be summarized.
    CompactionFailure,
    /// A budget has no room for the call.
    BudgetExhausted,
    /// The daemon itself failed.
    Internal,
}

/// Why a run failed, for people and programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentError {
    /// The kind.
    pub kind: AgentErrorKind,
    /// What happened, in a plain sentence.
    pub message: String,
    /// How to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether the same may succeed later.
    pub is_retryable: bool,
}

/// A turn as recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Turn {
    /// Its id.
    pub id: TurnId,
    /// The session it belongs to.
    pub session_key: SessionKey,
    /// The request that caused it.
    pub request_id: RequestId,
    /// The agent that works.
    pub agent_id: AgentId,
    /// How it stands.
    pub status: TurnStatus,
    /// The model that answered last, as `provider/model`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Tokens so far.
    pub usage: Usage,
    /// Cost so far.
    pub cost: Cost,
    /// Model replies so far.
    pub n_steps: u32,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<StopReason>,
    /// What it failed of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<AgentError>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
}
