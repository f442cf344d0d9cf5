//! The adapter contract: newline-delimited JSON-RPC 2.0 on stdin and stdout.

use std::collections::BTreeMap;

use nexus_domain::arrival::Arrival;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::caller::Outcome;

/// Longest line, in bytes; larger content goes through the spool folder.
pub const LINE_BYTES_MAX: usize = 1024 * 1024;
/// The version of the adapter contract.
pub const ADAPTER_PROTOCOL: u32 = 1;

/// What an adapter can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ability {
    /// Hands in events.
    Monitor,
    /// Sends messages.
    Send,
    /// Shows replies while they are written.
    Stream,
    /// Hands in old messages.
    Backfill,
    /// Answers health probes.
    Health,
    /// Serves callers that show a credential and wait: `submit` and what belongs to it.
    Callers,
    /// Lists its accounts, and links new ones.
    Accounts,
    /// Takes in webhooks for hooks of the configuration: `hook.submit` and what belongs to it.
    Hooks,
    /// Replaces the text of messages that it sent: replies grow in them.
    Edit,
}

/// What an adapter says about itself in answer to `hello`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AdapterFacts {
    /// Contract version it speaks.
    pub protocol: u32,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The channel it bridges.
    pub channel: String,
    /// What it can do.
    pub supports: Vec<Ability>,
    /// Whether sending twice with one idempotency key sends once.
    #[serde(default)]
    pub has_idempotent_sends: bool,
    /// Longest text of one message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_chars_max: Option<u32>,
    /// Shortest time between two edits of one message, in milliseconds; 1,000 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit_ms_min: Option<u32>,
}

/// Params of `hello`, from the daemon. The only place a credential travels.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct HelloParams {
    /// Contract version of the daemon.
    pub protocol: u32,
    /// The account this process serves.
    pub account_id: String,
    /// The account's settings.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// The account's credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// More credentials by the names the configuration gives them, for adapters that need several.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub credentials: BTreeMap<String, String>,
}

impl std::fmt::Debug for HelloParams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HelloParams").field("account_id", &self.account_id).finish_non_exhaustive()
    }
}

/// Params of `event`, from the adapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventParams {
    /// What arrived.
    pub event: Arrival,
}

/// The daemon's answer to `event`: sent after the event is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "status", content = "detail", rename_all = "snake_case")]
pub enum Acknowledgement {
    /// New, recorded, will run.
    Accepted,
    /// Known already; nothing new runs.
    Duplicate,
    /// Not taken, and why; do not send it again.
    Refused(String),
}

/// Params of `send`, from the daemon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SendParams {
    /// Lets a send be repeated safely, if the adapter can.
    pub idempotency_key: String,
    /// The conversation.
    pub to: String,
    /// The thread inside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to_id: Option<String>,
    /// The text.
    pub text: String,
    /// The stream that this completes; `text` is the whole reply, not the rest of it. One that was
    /// never started showed nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<String>,
    /// How the run came out that this answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// The adapter's answer to `send`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SendResult {
    /// Ids of the messages on the channel.
    pub message_ids: Vec<String>,
}

/// Params of `edit`, from the daemon: a message is to read otherwise from now on. The same edit
/// may come again, and does no harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EditParams {
    /// The message, as `send` named it.
    pub message_id: String,
    /// The conversation, as in `send`.
    pub to: String,
    /// The thread inside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// The whole text.
    pub text: String,
    /// Whether this is how it stays.
    pub is_final: bool,
}

/// What kind of send error it is; the daemon decides by it whether to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendErrorKind {
    /// Too fast; see `retry_after_ms`.
    RateLimited,
    /// We may not write there.
    PermissionDenied,
    /// The target does not exist.
    NotFound,
    /// The channel does not take this content.
    ContentRejected,
    /// The network failed before anything was sent.
    Network,
    /// Nobody knows whether it was sent.
    Unknown,
}

/// Why a `send` did not go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendError {
    /// The kind.
    pub kind: SendErrorKind,
    /// What went wrong, for people.
    pub message: String,
    /// When trying again makes sense, in milliseconds.
    pub retry_after_ms: Option<u64>,
}

impl SendError {
    /// An error without a time to try again.
    #[must_use]
    pub fn new(kind: SendErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), retry_after_ms: None }
    }
}

impl std::fmt::Display for SendError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SendError {}

/// `data` of a failed `send` on the wire.
#[derive(Serialize, Deserialize)]
struct SendErrorData {
    kind: SendErrorKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

impl From<SendError> for LineError {
    fn from(error: SendError) -> Self {
        let data = SendErrorData { kind: error.kind, retry_after_ms: error.retry_after_ms };
        Self {
            code: crate::line::SEND_FAILED,
            message: error.message,
            data: serde_json::to_value(data).ok(),
        }
    }
}

impl From<LineError> for SendError {
    /// An error without readable `data` is `unknown`: the adapter does not say that nothing was
    /// sent.
    fn from(error: LineError) -> Self {
        let data = error.data.and_then(|data| serde_json::from_value::<SendErrorData>(data).ok());
        Self {
            kind: data.as_ref().map_or(SendErrorKind::Unknown, |data| data.kind),
            message: error.message,
            retry_after_ms: data.and_then(|data| data.retry_after_ms),
        }
    }
}

/// A JSON-RPC 2.0 line in either direction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Always `2.0`.
    pub jsonrpc: String,
    /// Id of a call or an answer; absent in a notification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// Method of a call or notification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Its params.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<Value>,
    /// Result of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Error of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<LineError>,
}

/// A JSON-RPC error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LineError {
    /// JSON-RPC code.
    pub code: i64,
    /// What went wrong.
    pub message: String,
    /// For `send`: `{kind, retry_after_ms?}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}
