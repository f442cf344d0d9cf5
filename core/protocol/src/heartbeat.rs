//! Heartbeats: every agent may have one.

use nexus_domain::id::AgentId;
use nexus_domain::schedule::{ActiveHours, JobSession};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schedule::JobView;

/// Input of `heartbeat.get`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetParams {
    /// The agent; the default one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
}

/// Result of `heartbeat.get` and `heartbeat.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeartbeatResult {
    /// The agent.
    pub agent_id: AgentId,
    /// Its heartbeat, if it was given one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<JobView>,
    /// Texts that wait for the next beat.
    pub n_waiting: u32,
}

/// Input of `heartbeat.set`. What is left out stays as it is; for a new one, it beats every 30
/// minutes, at any hour, with nothing of its own to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetParams {
    /// The agent; the default one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Whether it beats.
    pub is_on: bool,
    /// How long between two beats, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 60_000, max = 31_622_400_000_u64))]
    pub every_ms: Option<u64>,
    /// What the agent is told at each beat. With an empty one a beat only brings what waits for it,
    /// and asks no model when nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 20_000))]
    pub prompt: Option<String>,
    /// The conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<JobSession>,
    /// Hours of the day in which it beats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_hours: Option<ActiveHours>,
    /// Whether it beats at any hour again.
    #[serde(default)]
    pub is_at_any_hour: bool,
    /// The conversation outside to which replies are sent, as `channel/account:conversation`; empty
    /// for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_to: Option<String>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Input of `heartbeat.note`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NoteParams {
    /// The agent; the default one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// What it is to be told.
    #[schemars(length(min = 1, max = 4_000))]
    pub text: String,
    /// Lets the command be repeated safely: the same key is the same text.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `heartbeat.note`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoteResult {
    /// The agent.
    pub agent_id: AgentId,
    /// Whether this key had been used before; then nothing new waits.
    pub is_duplicate: bool,
}
