//! The part of the adapter contract for adapters that serve callers: programs that show a
//! credential of ours, ask for one run, and wait for what comes of it.

use nexus_domain::agent::{AgentErrorKind, StopReason};
use nexus_domain::arrival::Arrival;
use nexus_domain::brief::Brief;
use nexus_domain::id::{AgentId, RequestId, SessionKey, TurnId};
use nexus_domain::message::{ToolCall, Usage};
use nexus_domain::session::QueueMode;
use nexus_domain::{Failure, FailureKind, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::adapter::LineError;

/// Folder in an adapter's HOME through which larger content goes.
pub const SPOOL: &str = "spool";
/// Largest file of the spool folder that is taken, in bytes.
pub const SPOOL_FILE_BYTES_MAX: u64 = 20 * 1024 * 1024;
/// Our code on the adapter's pipe: what a caller asked for was refused; `data` says why.
pub const CALLER_REFUSED: i64 = -32002;

/// A credential as a caller showed it. Never shown, never written down.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Shown(String);

impl Shown {
    /// From what stood in the caller's request.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shown")
    }
}

/// Who calls: every call for a caller carries it, and it is looked at every time.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallerParams {
    /// What the caller showed.
    pub credential: Shown,
    /// Where the caller comes from, as the adapter sees it: an IP address. Wrong credentials are
    /// counted by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
}

/// The daemon's answer to `caller`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallerFacts {
    /// Who it is, such as `api_key:01J…`; the same caller always has the same.
    pub principal: String,
    /// Agents that it may speak to, the first one being its own unless it names another.
    pub agents: Vec<CallerAgent>,
}

/// An agent, as a caller sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallerAgent {
    /// Its name.
    pub id: AgentId,
    /// Since when it exists; the daemon's start for agents of the configuration.
    pub created_at: Timestamp,
}

/// Params of `submit`, from the adapter: one run for a caller. Unlike an `event` it is not handed
/// in again by itself; the same `event_id` still runs once.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitParams {
    /// Who asks.
    pub caller: CallerParams,
    /// What arrived. `peer_id` names the waiting caller: the answer comes back to it.
    pub event: Arrival,
    /// The agent; the caller's first one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// The session that remembers the conversation. Left out, the run stands alone: what was said
    /// before comes with the brief, and nothing is remembered for a later run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<SessionKey>,
    /// How to queue when that session is busy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_mode: Option<QueueMode>,
    /// What the caller brings along. Pictures in it name files of the spool folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<Brief>,
    /// The same as the name of a file in the spool folder, for what does not fit into a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief_file: Option<String>,
    /// Whether the caller wants to see the reply while it is written.
    #[serde(default)]
    pub is_streamed: bool,
}

/// The daemon's answer to `submit`. The reply follows as `send`, and before it, if it was wanted,
/// as `stream.*`; a request that ends without a reply ends with `stream.error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubmitResult {
    /// The request.
    pub request_id: RequestId,
    /// Whether this event is known already; then nothing new runs, and nothing follows.
    pub is_duplicate: bool,
}

/// Params of `attend`, from the adapter: it was started anew, or the daemon was, and it waits again
/// for what comes of an event that it submitted, as if it had just done so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendParams {
    /// The event.
    pub event_id: String,
}

/// The daemon's answer to `attend`. What has ended meanwhile without a reply is told at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AttendResult {
    /// The request.
    pub request_id: RequestId,
}

/// Params of `cancel`, from the adapter: the caller is gone, or wants no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelParams {
    /// The event that was submitted.
    pub event_id: String,
}

/// The daemon's answer to `cancel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CancelResult {
    /// Whether there was anything left to stop.
    pub is_cancelled: bool,
}

/// Params of `embed`, from the adapter.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbedParams {
    /// Who asks.
    pub caller: CallerParams,
    /// The texts.
    pub input: Vec<String>,
    /// The model, as the caller named it.
    pub model: String,
    /// Length of the vectors, where the model leaves a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<u32>,
}

/// The daemon's answer to `embed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EmbedResult {
    /// One vector per text, in their order.
    pub vectors: Vec<Vec<f32>>,
    /// The model that was used.
    pub model: String,
    /// Tokens of the input.
    pub input_tokens: u64,
}

/// Params of `stream.start`, a notification of the daemon: a reply begins to be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StreamStart {
    /// Names the stream in what follows, and in the `send` that completes it.
    pub stream_id: String,
    /// The event that is answered.
    pub event_id: String,
    /// The conversation, as in `send`.
    pub to: String,
    /// The thread inside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to_id: Option<String>,
}

/// Params of `stream.delta` and `stream.reasoning`: more text of the reply, or of the reasoning
/// before it. A slow adapter gets fewer and longer ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StreamDelta {
    /// The stream.
    pub stream_id: String,
    /// More text.
    pub text: String,
}

/// How far a tool call of the agent has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolProgress {
    /// It runs.
    Started,
    /// It has a result.
    Completed,
    /// It failed or was refused.
    Failed,
}

/// Params of `stream.tool`: the agent uses a tool of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StreamTool {
    /// The stream.
    pub stream_id: String,
    /// The call.
    pub tool_call_id: String,
    /// Name of the tool.
    pub name: String,
    /// How far it is.
    pub status: ToolProgress,
}

/// Params of `stream.error`: nothing more comes for this event, and no `send` either.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StreamError {
    /// The event that stays without an answer.
    pub event_id: String,
    /// Why.
    pub error: Refusal,
}

/// How a run came out: beside the text of the `send` that answers its event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// The event that is answered.
    pub event_id: String,
    /// The request.
    pub request_id: RequestId,
    /// The turn.
    pub turn_id: TurnId,
    /// The model that answered, as `provider/model`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Why it stopped.
    pub stop_reason: StopReason,
    /// Calls of the caller's tools, when it stopped for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// Tokens of the whole turn.
    pub usage: Usage,
    /// What failed; then `text` says it in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<AgentErrorKind>,
}

/// What kind of refusal it is; decides the status that a caller sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The credential is wrong, revoked or over.
    Unauthorized,
    /// The request is wrong; the same request will fail again.
    Invalid,
    /// The caller may not do this.
    Denied,
    /// The thing named does not exist, or not for this caller.
    NotFound,
    /// A budget is used up.
    BudgetExhausted,
    /// Not now; see `retry_after_ms`.
    Unavailable,
    /// It was stopped.
    Cancelled,
    /// The daemon's fault.
    Internal,
}

/// Why a caller gets no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// The kind.
    pub kind: RefusalKind,
    /// What is wrong, for people.
    pub message: String,
    /// How to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// When trying again makes sense, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Refusal {
    /// A refusal without advice.
    #[must_use]
    pub fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, retry_after_ms: None }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let kind = match (failure.kind, failure.code) {
            (_, "UNAUTHORIZED") => RefusalKind::Unauthorized,
            (FailureKind::Invalid, _) => RefusalKind::Invalid,
            (FailureKind::Denied, _) => RefusalKind::Denied,
            (FailureKind::NotFound, _) => RefusalKind::NotFound,
            (FailureKind::Unavailable, _) => RefusalKind::Unavailable,
            (FailureKind::Internal, _) => RefusalKind::Internal,
        };
        let Failure { message, hint, retry_after_ms, .. } = failure;
        Self { kind, message, hint, retry_after_ms }
    }
}

impl From<Refusal> for LineError {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.message.clone();
        Self { code: CALLER_REFUSED, message, data: serde_json::to_value(refusal).ok() }
    }
}

impl From<LineError> for Refusal {
    /// An error without readable `data` is the daemon's fault.
    fn from(error: LineError) -> Self {
        let told = error.data.and_then(|data| serde_json::from_value::<Self>(data).ok());
        told.unwrap_or_else(|| Self::new(RefusalKind::Internal, error.message))
    }
}
