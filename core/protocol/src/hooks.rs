//! Hooks as the control plane sees them: which there are, what they may, and whether they work.

use nexus_domain::id::{AgentId, SessionKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::adapters::AdapterState;

/// Params of `hooks.list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {}

/// A hook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HookView {
    /// Its name; it acts as `hook:<name>`.
    pub name: String,
    /// The adapter in whose table it stands.
    pub adapter: String,
    /// How that adapter stands; deliveries are taken while it runs.
    pub state: AdapterState,
    /// Its address, while the adapter runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How senders prove themselves, such as `github`; while the adapter runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<String>,
    /// What its body looks like: `mapped`, `agent` or `wake`; while the adapter runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The agents it may have run, its own first.
    pub agents: Vec<AgentId>,
    /// Conversations of others that it may speak in.
    pub sessions: Vec<SessionKey>,
    /// Where replies go besides a sender who waits, as `channel/account:conversation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver: Option<String>,
}

/// Result of `hooks.list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The hooks, by name.
    pub hooks: Vec<HookView>,
}

/// Params of `hooks.send`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendParams {
    /// The hook.
    pub name: String,
    /// The body of the delivery.
    pub data: String,
    /// Its type; JSON when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The kind of event, for platforms that say it in a header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The delivery's id; a new one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How long to wait for the result, in seconds; no longer than the hook allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 600))]
    pub wait_s: Option<u64>,
    /// Lets the call be repeated safely.
    pub idempotency_key: String,
}

/// Result of `hooks.send`: what the sender would have been answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SendResult {
    /// The HTTP status.
    pub status: u16,
    /// The body of the answer.
    pub body: String,
}
