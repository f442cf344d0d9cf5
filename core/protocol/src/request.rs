//! Requests and their traces.

use nexus_domain::agent::{ToolCallRecord, Turn};
use nexus_domain::arrival::Arrival;
use nexus_domain::id::{RequestId, SessionKey};
use nexus_domain::label::SessionLabel;
use nexus_domain::permission::PermissionRequest;
use nexus_domain::request::{Request, RequestStatus};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Input of `requests.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {
    /// Items on the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
    /// Only requests before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<RequestId>,
    /// Only requests of this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<SessionKey>,
    /// Only requests that stand so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<RequestStatus>,
}

/// Result of `requests.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The requests, the latest first.
    pub requests: Vec<Request>,
    /// Whether older ones exist.
    pub has_more: bool,
}

/// Input of `requests.get`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetParams {
    /// The request: its id, the beginning of it if that is unambiguous, or `@last`.
    #[schemars(length(min = 1, max = 26))]
    pub id: String,
}

/// Result of `requests.get`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetResult {
    /// The request with its stages.
    pub request: Request,
    /// What arrived.
    pub arrival: Arrival,
    /// Its turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Turn>,
    /// Requests that its run sent to other agents, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<Request>,
    /// Requests that did it again, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replayed_by: Vec<RequestId>,
    /// The tool calls of the turn.
    pub tool_calls: Vec<ToolCallRecord>,
    /// The permission requests of the turn.
    pub permissions: Vec<PermissionRequest>,
    /// What its session has been exposed to by now, and what brought each label.
    pub labels: Vec<SessionLabel>,
}

/// Input of `requests.cancel`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelParams {
    /// The request.
    pub id: RequestId,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `requests.cancel`; it is sent when the request has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CancelResult {
    /// The request.
    pub id: RequestId,
    /// Whether it was stopped; it had ended before, or there is none, when not.
    pub is_cancelled: bool,
}

/// Input of `requests.replay`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplayParams {
    /// The request, which has ended.
    pub id: RequestId,
    /// Lets the command be repeated safely: the same key is the same replay.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `requests.replay`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplayResult {
    /// The new request.
    pub request_id: RequestId,
    /// The old one.
    pub replays: RequestId,
    /// How the new one stands by now.
    pub status: RequestStatus,
    /// Whether this key had been used before; then nothing new runs.
    pub is_duplicate: bool,
}
