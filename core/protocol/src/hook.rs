//! The part of the adapter contract for adapters that take in webhooks: deliveries that prove
//! themselves to the adapter, by secrets that came with `hello`.
//!
//! An adapter may speak for a hook only if it declares `hooks` and the configuration has this hook
//! in the adapter's own table. What the hook may do is decided by the daemon, each time.

use nexus_domain::arrival::Arrival;
use nexus_domain::id::AgentId;
use nexus_domain::session::QueueMode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Params of `hook.submit`, from the adapter: one run for a delivery that proved itself. The same
/// `event_id` runs once. The answer is that of `submit`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HookParams {
    /// The hook.
    pub hook: String,
    /// What arrived. `peer_id` names the waiting sender, if there is one.
    pub event: Arrival,
    /// One of the agents that the configuration gives the hook; its first one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// The conversation that remembers: one that the configuration opens to the hook by this whole
    /// name, or else one of the hook's own, `hook:<name>:<this>`. Left out, the run stands alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// How to queue when that session is busy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_mode: Option<QueueMode>,
    /// What the agent is told about such deliveries, below its own instructions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// Whether the sender waits for the reply: then it comes as `send`, or as `stream.error`.
    #[serde(default)]
    pub is_awaited: bool,
    /// Whether it waits for the next heartbeat of the agent instead of running at once; nobody can
    /// await the reply then. Refused when the agent has no heartbeat.
    #[serde(default)]
    pub at_heartbeat: bool,
}

/// Params of `hook.refused`, from the adapter: a delivery did not prove itself. Answered when the
/// sender may be: wrong ones wait longer each time, by their address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HookRefusedParams {
    /// The hook.
    pub hook: String,
    /// Where the sender is, as the adapter sees it: an IP address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
}

/// The daemon's answer to `hook.refused`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HookRefusedResult {}

/// A hook, as its adapter understands it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HookFacts {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// How senders prove themselves, such as `github`.
    pub verify: String,
    /// What its body looks like, such as `mapped`.
    pub kind: String,
}

/// The adapter's answer to `hook.list`, which has no params.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HooksAnswer {
    /// The hooks.
    pub hooks: Vec<HookFacts>,
}

/// Params of `hook.test`, from the daemon: the adapter is to sign a delivery itself, with the
/// secret of the hook, and to take it in like one that came by its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HookTestParams {
    /// The hook.
    pub hook: String,
    /// The body.
    pub body: String,
    /// Its type, as in the header `Content-Type`.
    pub content_type: String,
    /// The kind of event, where the platform says it in a header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The delivery's id; a new one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How long to wait for the result, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u64>,
}

/// The adapter's answer to `hook.test`: what the sender would have been answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HookTestAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}
