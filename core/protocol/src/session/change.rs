//! Changing sessions: title and defaults, forgetting, copying, removing.

use nexus_domain::id::{MessageId, SessionKey};
use nexus_domain::session::{QueueMode, Session};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// Most messages that a copy of a session begins with.
pub const FORK_MESSAGES_MAX: u32 = 5_000;
/// Most model replies of a turn that a session can ask for.
pub const STEPS_MAX: u32 = 1_000;

/// Input of `sessions.patch`: what is left out stays, what is `null` is cleared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PatchParams {
    /// The session.
    pub key: SessionKey,
    /// Its name, in one line; cleared, it is the first line of the next message.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    #[schemars(with = "Option<String>", length(max = 200))]
    pub title: Option<Option<String>>,
    /// The model that its runs ask first, as `provider/model`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    #[schemars(with = "Option<String>")]
    pub model: Option<Option<String>>,
    /// Most model replies of a turn; at most what its agent is limited to anyway.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    #[schemars(with = "Option<u32>", range(min = 1, max = 1000))]
    pub steps_max: Option<Option<u32>>,
    /// How input queues that does not say.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    #[schemars(with = "Option<QueueMode>")]
    pub queue_mode: Option<Option<QueueMode>>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// A field that is there, `null` included; one that is left out never comes here.
fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Result of `sessions.patch`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatchResult {
    /// The session as it is now.
    pub session: Session,
}

/// Input of `sessions.reset`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetParams {
    /// The session.
    pub key: SessionKey,
    /// Also when something runs or waits in it, which is stopped and dropped first.
    #[serde(default)]
    pub stop: bool,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `sessions.reset`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResetResult {
    /// The session as it is now: without a message.
    pub session: Session,
    /// Messages that were forgotten.
    pub n_messages: u64,
}

/// Input of `sessions.delete`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteParams {
    /// The session.
    pub key: SessionKey,
    /// Also when something runs or waits in it, which is stopped and dropped first.
    #[serde(default)]
    pub stop: bool,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `sessions.delete`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteResult {
    /// The session that is gone.
    pub key: SessionKey,
    /// Messages that were forgotten.
    pub n_messages: u64,
}

/// Input of `sessions.fork`: everything said so far when neither `through` nor `before` is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForkParams {
    /// The session that is copied; it stays as it is.
    pub key: SessionKey,
    /// The last message that comes along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<MessageId>,
    /// The first message that does not come along, for instance one that is to be said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<MessageId>,
    /// The key of the new session, which must be free; `fork:<key>:<n>` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<SessionKey>,
    /// The name of the new session; that of the old one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub title: Option<String>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `sessions.fork`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForkResult {
    /// The new session.
    pub session: Session,
    /// Messages that came along.
    pub n_messages: u64,
}
