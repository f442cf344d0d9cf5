//! Sessions: their names, and what happens when input meets a busy one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arrival::{Arrival, PeerKind};
use crate::id::{AgentId, MessageId, RequestId, SessionKey};
use crate::principal::Principal;
use crate::time::Timestamp;

/// Most requests that wait behind one session's active run, unless configured otherwise.
pub const QUEUE_LEN_MAX: usize = 20;

/// What new input does to a busy session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueMode {
    /// Lets the step in hand finish, ends the run there, and goes on with everything that waits.
    Steer,
    /// Stops the run at once and goes on with everything that waits.
    Interrupt,
    /// Runs next, alone, before plain queued input.
    #[default]
    Followup,
    /// Waits, and runs together with its neighbours that collect, as one turn.
    Collect,
    /// Runs alone when everything else is done.
    Queue,
}

impl QueueMode {
    /// How input of this mode ends the run that is active.
    #[must_use]
    pub fn stop(self) -> Option<Stop> {
        match self {
            Self::Steer => Some(Stop::AtBoundary),
            Self::Interrupt => Some(Stop::Now),
            Self::Followup | Self::Collect | Self::Queue => None,
        }
    }
}

/// A session as recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// Its key.
    pub key: SessionKey,
    /// The agent that answers in it.
    pub agent_id: AgentId,
    /// The name that a person gave it, else the first line of its first message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What its runs are where nobody says otherwise.
    #[serde(default, skip_serializing_if = "SessionDefaults::is_none")]
    pub defaults: SessionDefaults,
    /// Where its first messages come from, when it began as a copy of another session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forked_from: Option<ForkedFrom>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When something last happened in it.
    pub updated_at: Timestamp,
    /// Messages in it.
    pub n_messages: u64,
    /// Whether a run is active or parked.
    pub is_busy: bool,
    /// Requests that wait behind it.
    pub n_waiting: u64,
}

/// Longest title of a session, in characters.
pub const TITLE_CHARS_MAX: usize = 200;

/// What the runs of a session are where nobody says otherwise. Like a wish, it narrows what the
/// agent has and never widens it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionDefaults {
    /// The model that is asked first, as `provider/model`; the agent's own follow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Most model replies of a turn; the agent's own limit where that is lower.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps_max: Option<u32>,
    /// How input queues that does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_mode: Option<QueueMode>,
}

impl SessionDefaults {
    /// Whether nothing is set.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a copied session left another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ForkedFrom {
    /// The session it was copied from.
    pub session_key: SessionKey,
    /// The last message there that was copied; none when it began empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
}

/// What is known about a session when input arrives.
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    /// Whether a run is active.
    pub is_busy: bool,
    /// Requests waiting already.
    pub n_waiting: usize,
    /// How many may wait.
    pub n_waiting_max: usize,
}

/// How an active run is to be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// After the step in hand; no tool is cut off.
    AtBoundary,
    /// At once.
    Now,
}

/// What to do with a request that reaches its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneDecision {
    /// The session is free: run.
    Start,
    /// Wait in the durable queue; end the active run if a stop is given.
    Wait(Option<Stop>),
    /// Too many wait already.
    Refuse,
}

/// Decides what a request does when it reaches its session.
#[must_use]
pub fn on_arrival(lane: Lane, mode: QueueMode) -> LaneDecision {
    if !lane.is_busy && lane.n_waiting == 0 {
        return LaneDecision::Start;
    }
    if lane.n_waiting >= lane.n_waiting_max {
        return LaneDecision::Refuse;
    }
    LaneDecision::Wait(mode.stop())
}

/// A request in the durable queue of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The request.
    pub request_id: RequestId,
    /// How it wants to queue.
    pub mode: QueueMode,
}

/// Chooses which waiting requests make up the next run, in order; `waiting` is in order of
/// arrival. Empty only when nothing waits.
#[must_use]
pub fn next_batch(waiting: &[Waiting]) -> Vec<RequestId> {
    let is_cutting = |w: &Waiting| matches!(w.mode, QueueMode::Steer | QueueMode::Interrupt);
    if waiting.iter().any(is_cutting) {
        return waiting.iter().map(|w| w.request_id).collect();
    }
    let first = waiting.iter().position(|w| w.mode != QueueMode::Queue).or(if waiting.is_empty() {
        None
    } else {
        Some(0)
    });
    let Some(first) = first else { return Vec::new() };
    match waiting[first].mode {
        QueueMode::Collect => waiting[first..]
            .iter()
            .filter(|w| w.mode != QueueMode::Queue)
            .take_while(|w| w.mode == QueueMode::Collect)
            .map(|w| w.request_id)
            .collect(),
        _ => vec![waiting[first].request_id],
    }
}

/// The session an arrival belongs to when nobody names one.
///
/// One-to-one conversations follow the person, not the medium, once the person is known; groups
/// and threads stay apart.
#[must_use]
pub fn default_key(arrival: &Arrival, principal: &Principal) -> String {
    let thread = arrival.thread_id.as_deref().map(|t| format!(":thread:{}", spelled(t)));
    let thread = thread.unwrap_or_default();
    match (arrival.peer_kind, principal) {
        (PeerKind::Group | PeerKind::Channel, _) => {
            let (channel, peer) = (spelled(&arrival.channel), spelled(&arrival.peer_id));
            let key = format!("group:{channel}:{peer}{thread}");
            key.chars().take(crate::id::SESSION_KEY_CHARS_MAX).collect()
        }
        (PeerKind::Dm, _) => one_to_one_key(&arrival.channel, &arrival.sender_id, principal),
    }
}

/// The session of a one-to-one conversation.
#[must_use]
pub fn one_to_one_key(channel: &str, sender_id: &str, principal: &Principal) -> String {
    match principal {
        Principal::Owner => MAIN_KEY.to_owned(),
        Principal::Known(id) => person_key(id),
        _ => stranger_key(channel, sender_id),
    }
}

/// The key of the owner's own conversation.
pub const MAIN_KEY: &str = "main";
/// Begins the key of a session that is made for one run and not gone on with.
pub const ALONE: &str = "call:";

/// The key of the conversation with a person, whatever channel they write on.
#[must_use]
pub fn person_key(entity_id: &str) -> String {
    format!("dm:{}", spelled(entity_id))
}

/// The key of the conversation with a sender that belongs to nobody. Never cut short: two
/// strangers must not meet in one conversation.
#[must_use]
pub fn stranger_key(channel: &str, sender_id: &str) -> String {
    format!("dm:{}:{}", spelled(channel), spelled(sender_id))
}

/// A name as it stands in a session key. What a key cannot hold is written as in an address, so
/// that different names stay different.
fn spelled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() || c == '%' {
            let mut buffer = [0; 4];
            let bytes = c.encode_utf8(&mut buffer).bytes();
            bytes.for_each(|byte| out.push_str(&format!("%{byte:02X}")));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_senders_never_share_a_key() {
        let keys: Vec<_> = ["a b", "a_b", "a%20b", "a\u{a0}b", "a\nb", "ab"]
            .iter()
            .map(|sender| stranger_key("mail", sender))
            .collect();
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len(), "{keys:?}");
        assert!(keys.iter().all(|key| SessionKey::parse(key).is_ok()), "{keys:?}");
        assert_eq!(stranger_key("telegram", "4711"), "dm:telegram:4711");
        // An id of a person has no colon, a stranger's key has two.
        assert_ne!(person_key("telegram-4711"), stranger_key("telegram", "4711"));
        let long = stranger_key("mail", &"x".repeat(500));
        assert!(SessionKey::parse(&long).is_err(), "a cut key could be that of another sender");
    }

    fn waiting(modes: &[QueueMode]) -> Vec<Waiting> {
        let id = |n: usize| RequestId::from_parts(Timestamp(n as i64), n as u128);
        modes.iter().enumerate().map(|(n, m)| Waiting { request_id: id(n), mode: *m }).collect()
    }

    fn check(modes: &[QueueMode], expect: &[usize]) {
        let waiting = waiting(modes);
        let expect: Vec<_> = expect.iter().map(|n| waiting[*n].request_id).collect();
        assert_eq!(next_batch(&waiting), expect, "{modes:?}");
    }

    #[test]
    fn the_queue_is_drained_as_its_modes_say() {
        use QueueMode::{Collect, Followup, Interrupt, Queue, Steer};
        check(&[], &[]);
        check(&[Followup, Followup], &[0]);
        check(&[Queue, Followup, Queue], &[1]);
        check(&[Queue, Queue], &[0]);
        check(&[Collect, Collect, Followup, Collect], &[0, 1]);
        check(&[Collect, Queue, Collect], &[0, 2]);
        check(&[Followup, Queue, Steer], &[0, 1, 2]);
        check(&[Interrupt], &[0]);
    }

    #[test]
    fn a_free_session_starts_and_a_full_one_refuses() {
        let lane = Lane { is_busy: false, n_waiting: 0, n_waiting_max: 2 };
        assert_eq!(on_arrival(lane, QueueMode::Queue), LaneDecision::Start);
        let lane = Lane { is_busy: true, n_waiting: 2, n_waiting_max: 2 };
        assert_eq!(on_arrival(lane, QueueMode::Interrupt), LaneDecision::Refuse);
        let lane = Lane { is_busy: true, n_waiting: 1, n_waiting_max: 2 };
        assert_eq!(on_arrival(lane, QueueMode::Steer), LaneDecision::Wait(Some(Stop::AtBoundary)));
    }
}
