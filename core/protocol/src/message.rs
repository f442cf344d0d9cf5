//! Messages outward: somebody's own words, sent as they are.

use nexus_domain::id::RequestId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::outbox::DeliveryFacts;

/// Input of `messages.send`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendParams {
    /// The conversation, in the adapter's own terms, such as `chat:42`.
    #[schemars(length(min = 1, max = 512))]
    pub to: String,
    /// The text.
    #[schemars(length(min = 1, max = 524_288))]
    pub message: String,
    /// The adapter, as `channel/account`, or its channel where that has one account. May be left
    /// out where only one runs that sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512))]
    pub adapter: Option<String>,
    /// The thread inside the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512))]
    pub thread_id: Option<String>,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512))]
    pub reply_to_id: Option<String>,
    /// Lets the command be repeated safely, also after a restart.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `messages.send`: it is in the outbox, which sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SendResult {
    /// The request that it is.
    pub request_id: RequestId,
    /// The delivery, as it stands now.
    pub delivery: DeliveryFacts,
    /// Whether the same message had been handed over before; then it is not sent twice.
    pub is_duplicate: bool,
}
