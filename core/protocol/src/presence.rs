//! Who is connected.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::frame::PresenceEntry;

/// Input of `presence`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {}

/// Result of `presence`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The daemon itself first, then the clients, the latest first.
    pub presence: Vec<PresenceEntry>,
    /// Rises with every change.
    pub version: u64,
}

/// Input of `presence.note`: what a client has to say about itself. What is left out stays as it
/// is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NoteParams {
    /// One line for people.
    #[schemars(length(min = 1, max = 500))]
    pub text: String,
    /// Whose entry it is: the `instanceId` of a hello, or a name of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub instance_id: Option<String>,
    /// Program or machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub host: Option<String>,
    /// Where from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub ip: Option<String>,
    /// Program version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub version: Option<String>,
    /// What kind of client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub mode: Option<String>,
    /// How long its person has been idle, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_input_seconds: Option<u64>,
    /// Why this is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub reason: Option<String>,
    /// Words to be marked with; at most 16 of 50 characters are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `presence.note`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoteResult {
    /// Whether it is taken.
    pub ok: bool,
}
