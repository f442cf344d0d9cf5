//! Sessions.

mod change;
mod export;
mod import;
mod queue;

use nexus_domain::agent::{ToolCallRecord, Turn};
use nexus_domain::arrival::Attachment;
use nexus_domain::id::{AgentId, MessageId, Position, RequestId, SessionKey, TurnId};
use nexus_domain::label::SessionLabel;
use nexus_domain::message::Message;
use nexus_domain::pause::Paused;
use nexus_domain::permission::PermissionRequest;
use nexus_domain::request::{Request, RequestStatus};
use nexus_domain::session::{QueueMode, Session};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use change::{
    DeleteParams, DeleteResult, FORK_MESSAGES_MAX, ForkParams, ForkResult, PatchParams,
    PatchResult, ResetParams, ResetResult, STEPS_MAX,
};
pub use export::{EXPORT_BYTES_EAGER, ExportFormat, ExportParams, ExportResult};
pub use import::{
    DocumentLabel, DocumentMessage, DocumentSession, IMPORT_MESSAGES_MAX, ImportParams,
    ImportResult, SESSION_DOCUMENT, SessionDocument,
};
pub use queue::{QueueMoveParams, QueueParams, QueueResult};

/// Most items on one page of any list.
pub const PAGE_LEN_MAX: u32 = 500;
/// Items on a page when the caller does not say.
pub const PAGE_LEN_DEFAULT: u32 = 60;

/// Input of `sessions.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {
    /// Items on the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
    /// `nextCursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Only sessions with this text in their messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
}

/// Result of `sessions.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The sessions, the latest first.
    pub sessions: Vec<Session>,
    /// Where the next page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Input of `sessions.get`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetParams {
    /// The session.
    pub key: SessionKey,
}

/// The text of a reply that is being written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Streaming {
    /// The message it will become.
    pub message_id: MessageId,
    /// Number of the last delta in it.
    pub seq: u64,
    /// The text so far.
    pub text: String,
}

/// Result of `sessions.get`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetResult {
    /// The session.
    pub session: Session,
    /// What the session has been exposed to, and what brought each label.
    pub labels: Vec<SessionLabel>,
    /// The turn at work or parked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_turn: Option<Turn>,
    /// The reply being written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub streaming: Option<Streaming>,
    /// Permission requests that wait in it.
    pub waiting: Vec<PermissionRequest>,
    /// Requests that queue behind the active run.
    pub queued: Vec<Request>,
    /// Position up to which this is true: subscribe from here.
    pub position: Position,
}

/// Input of `sessions.history`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HistoryParams {
    /// The session.
    pub key: SessionKey,
    /// Messages on the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
    /// Only messages before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<MessageId>,
    /// Counts from the first message instead: leaves so many out and gives those that follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
    /// Only the messages of this turn, the oldest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
}

/// Result of `sessions.history`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryResult {
    /// The messages, oldest first.
    pub messages: Vec<Message>,
    /// Tool calls of the turns on this page.
    pub tool_calls: Vec<ToolCallRecord>,
    /// The turns on this page.
    pub turns: Vec<Turn>,
    /// Whether older messages exist.
    pub has_more: bool,
    /// Position up to which this is true: subscribe from here.
    pub position: Position,
}

/// Input of `sessions.send`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendParams {
    /// The session; it is created when it does not exist.
    pub key: SessionKey,
    /// What the person says.
    pub message: String,
    /// The agent, for a session that does not exist yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// How to queue when the session is busy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_mode: Option<QueueMode>,
    /// Files that come with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Lets the command be repeated safely: the same key is the same message.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `sessions.send`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SendResult {
    /// The request.
    pub request_id: RequestId,
    /// How it stands by now.
    pub status: RequestStatus,
    /// Whether this key had been used before; then nothing new runs.
    pub is_duplicate: bool,
    /// The pause that it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Paused>,
}

/// Input of `sessions.abort`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AbortParams {
    /// The session.
    pub key: SessionKey,
    /// Only if this turn is the active one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    /// Only this run: it is stopped if it is at work, and dropped if it still waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RequestId>,
    /// Also drops the requests that wait behind it.
    #[serde(default)]
    pub drop_queue: bool,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `sessions.abort`; it is sent when the run has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AbortResult {
    /// The turn that was stopped; nothing when nothing ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    /// Requests that were dropped from the queue.
    pub n_dropped: u64,
    /// What happened, in words.
    pub summary: String,
}

/// Input of `sessions.compact`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompactParams {
    /// The session.
    pub key: SessionKey,
    /// Also when it is short.
    #[serde(default)]
    pub force: bool,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `sessions.compact`; it is sent when it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompactResult {
    /// The request that did it.
    pub request_id: RequestId,
    /// Whether anything was condensed.
    pub is_compacted: bool,
    /// Tokens of the conversation before, estimated.
    pub tokens_before: u64,
    /// The same after.
    pub tokens_after: u64,
    /// What happened, in words.
    pub summary: String,
}
