//! What waits behind the run of a session.

use nexus_domain::id::{RequestId, SessionKey};
use nexus_domain::request::Request;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Input of `sessions.queue`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QueueParams {
    /// The session.
    pub key: SessionKey,
}

/// Result of `sessions.queue` and `sessions.queue.move`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueResult {
    /// The session.
    pub key: SessionKey,
    /// The run at work; it is not in the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<RequestId>,
    /// What waits, in order. Requests of mode `queue` run after all others whatever their place,
    /// and one that steers or interrupts takes all of them into its turn.
    pub waiting: Vec<Request>,
    /// How many may wait.
    pub len_max: u64,
}

/// Input of `sessions.queue.move`. What is to wait no more is dropped by `requests.cancel`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QueueMoveParams {
    /// The session.
    pub key: SessionKey,
    /// The request that moves; one that waits there.
    pub run_id: RequestId,
    /// Its place from now on: 0 is the first; a place behind the last is the last.
    pub to: u32,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}
