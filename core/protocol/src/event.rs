//! Following events.

use nexus_domain::id::{Position, SessionKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scope::Scope;

/// The scope that is needed to see events of a type. Whoever adds an event says here who may see
/// it; nobody sees a type that does not stand here.
#[must_use]
pub fn scope_of(kind: &str) -> Option<Scope> {
    Some(match kind {
        "system.started" | "system.stopping" | "runtime.paused" | "runtime.resumed"
        | "power.slept" | "power.woke" | "network.changed" | "adapter.status"
        | "adapter.violation" | "adapter.backfilled" | "keychain.changed" => Scope::RuntimeRead,
        "system.config_reloaded" | "config.changed" | "config.rejected" => Scope::ConfigRead,
        "nex.request.started"
        | "nex.request.stage"
        | "nex.request.queued"
        | "nex.request.completed"
        | "adapter.out.sending"
        | "adapter.out.sent"
        | "adapter.out.error"
        | "adapter.out.changed" => Scope::RequestRead,
        "acl.decision"
        | "permission.requested"
        | "permission.resolved"
        | "permission.updated"
        | "contact.changed" => Scope::AclRead,
        "session.renamed"
        | "session.created"
        | "session.labelled"
        | "session.compacted"
        | "session.updated"
        | "session.reset"
        | "session.imported"
        | "session.forked"
        | "session.deleted"
        | "session.queue_changed"
        | "turn.created"
        | "turn.updated"
        | "turn.completed"
        | "message.recorded"
        | "agent.tool.started"
        | "agent.tool.completed"
        | "agent.error"
        | "schedule.changed"
        | "schedule.run"
        | "schedule.skipped"
        | "heartbeat.noted"
        | "agent.streaming.snapshot"
        | "agent.streaming.token"
        | "agent.streaming.reasoning"
        | "agent.streaming.output" => Scope::SessionRead,
        "budget.warned" | "budget.exhausted" | "agent.created" | "agent.updated"
        | "agent.deleted" => Scope::AgentRead,
        _ => return None,
    })
}

/// Input of `events.subscribe`. A second call replaces the first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubscribeParams {
    /// Event types; `session.*` stands for all that begin so. All when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Recorded events after this position; from now on when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Position>,
    /// Only streaming text of this session; of all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<SessionKey>,
    /// Whether streaming text is wanted at all.
    #[serde(default)]
    pub transient: bool,
}

/// Result of `events.subscribe`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscribeResult {
    /// Where the subscription begins.
    pub after: Position,
    /// The latest position when it began; events up to it are a replay.
    pub latest: Position,
}

#[cfg(test)]
mod tests {
    use nexus_domain::event::{Event, Transient};

    use super::*;

    #[test]
    fn every_event_says_who_may_see_it_and_nobody_sees_a_stranger() {
        for name in Event::TYPE_NAMES.iter().chain(Transient::TYPE_NAMES) {
            assert!(scope_of(name).is_some(), "{name}: who may see it?");
        }
        assert_eq!(scope_of("turn.imagined"), None);
        assert_eq!(scope_of(""), None);
    }
}
