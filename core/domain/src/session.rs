//! Sessions: their names, and what happens when input meets a busy one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arrival::{Arrival, PeerKind};
use crate::id::{AgentId, RequestId, SessionKey};
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
    /// The first line of its first message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
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
    let clean = |text: &str| -> String {
        text.chars().map(|c| if c.is_whitespace() || c.is_control() { '_' } else { c }).collect()
    };
    let thread = arrival.thread_id.as_deref().map(|t| format!(":thread:{}", clean(t)));
    let thread = thread.unwrap_or_default();
    let key = match (arrival.peer_kind, principal) {
        (PeerKind::Group | PeerKind::Channel, _) => {
            format!("group:{}:{}{thread}", clean(&arrival.channel), clean(&arrival.peer_id))
        }
        (PeerKind::Dm, Principal::Owner) => "main".to_owned(),
        (PeerKind::Dm, Principal::Known(id)) => format!("dm:{}", clean(id)),
        (PeerKind::Dm, _) => {
            format!("dm:{}:{}", clean(&arrival.channel), clean(&arrival.sender_id))
        }
    };
    key.chars().take(crate::id::SESSION_KEY_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
