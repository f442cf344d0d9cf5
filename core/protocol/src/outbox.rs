//! The outbox: what is to be sent, what was sent, and what became of it.

use nexus_domain::Timestamp;
use nexus_domain::delivery::DeliveryStatus;
use nexus_domain::id::{DeliveryId, RequestId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A delivery, as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryFacts {
    /// Its id.
    pub id: DeliveryId,
    /// The request it answers.
    pub request_id: RequestId,
    /// The adapter, as `channel/account`.
    pub adapter: String,
    /// The conversation, in the adapter's own terms.
    pub to: String,
    /// The text; only its beginning in a list.
    pub text: String,
    /// How it stands.
    pub state: DeliveryStatus,
    /// How often it was handed over.
    pub n_tries: u32,
    /// When it is tried next, while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// When it was decided.
    pub created_at: Timestamp,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// What the adapter called it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub message_ids: Vec<String>,
    /// What went wrong last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Input of `outbox.list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {
    /// Only deliveries that stand so; all of them when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 6))]
    pub states: Vec<DeliveryStatus>,
    /// Items on the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
    /// Only deliveries before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<DeliveryId>,
}

/// Result of `outbox.list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The deliveries, the latest first.
    pub deliveries: Vec<DeliveryFacts>,
    /// Whether older ones exist.
    pub has_more: bool,
}

/// Input of `outbox.retry` and `outbox.drop`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeParams {
    /// The delivery: its id, the beginning of it if that is unambiguous, or `@last`.
    #[schemars(length(min = 1, max = 26))]
    pub id: String,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `outbox.retry` and `outbox.drop`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeResult {
    /// The delivery as it stands now.
    pub delivery: DeliveryFacts,
}
