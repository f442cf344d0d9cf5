//! The doorbell: tells subscribers that the ledger has grown, and carries streaming text.
//!
//! Recorded events are kept in a ring only to save a read; whoever falls out of it reads on from
//! the ledger, so nothing recorded is ever missed or doubled. Streaming text is kept in a second
//! ring; whoever falls out of that gets the text so far instead. Subscribers own no queue: however
//! slow they are, they hold no memory here.

mod filter;
mod live;
mod ring;
mod subscription;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexus_domain::event::Transient;
use nexus_domain::id::{MessageId, Position, SessionKey, TurnId};
use nexus_ledger::Committed;
use nexus_protocol::session::Streaming;
use tokio::sync::watch;

pub use filter::{FILTER_TYPES_MAX, Filter, Sessions};
pub use live::LIVE_TEXT_BYTES_MAX;
pub use subscription::{Item, Subscription};

use live::Live;
use ring::Ring;

/// Most bytes of recorded events that the ring keeps.
const RECORDED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most pieces of streaming text that the ring keeps.
const PASSING_LEN_MAX: usize = 4096;
/// Most bytes of streaming text that the ring keeps.
const PASSING_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Something that passes by and is not recorded, serialized once for all subscribers.
#[derive(Debug)]
pub struct Passing {
    /// Type name on the wire.
    pub kind: &'static str,
    /// The session it belongs to.
    pub session_key: SessionKey,
    /// Its properties as JSON.
    pub properties: String,
}

/// Wakes subscribers. A handle; clones ring the same bell.
#[derive(Clone)]
pub struct Bus(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    /// Rings after recorded events; the value is the latest position.
    recorded: watch::Sender<u64>,
    /// Rings after streaming text; the value is how many pieces have passed.
    passing: watch::Sender<u64>,
}

struct State {
    recorded: Ring<Committed>,
    passing: Ring<Passing>,
    /// Everything recorded after this position is in the ring; unknown until the first commit.
    floor: Option<Position>,
    live: Live,
    /// Numbers both rings in one order, so that a subscriber sees text before the record of it.
    order: u64,
}

impl Bus {
    /// Makes a bus that keeps up to `capacity` recorded events at hand.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let state = Mutex::new(State {
            recorded: Ring::new(capacity.max(1), RECORDED_BYTES_MAX),
            passing: Ring::new(PASSING_LEN_MAX, PASSING_BYTES_MAX),
            floor: None,
            live: Live::default(),
            order: 0,
        });
        Self(Arc::new(Inner {
            state,
            recorded: watch::Sender::new(0),
            passing: watch::Sender::new(0),
        }))
    }

    /// Takes what the ledger has just committed, in order. Called on the ledger's writer thread.
    pub fn committed(&self, events: &[Arc<Committed>]) {
        let Some(last) = events.last() else { return };
        let mut state = self.state();
        for event in events {
            state.push_recorded(event);
        }
        drop(state);
        self.0.recorded.send_replace(last.position.0);
    }

    /// Lets something pass by. Never waits, never fails.
    pub fn transient(&self, transient: Transient) {
        let passing = Arc::new(live::passing(&transient));
        let mut state = self.state();
        let n_passed = state.push_passing(passing);
        drop(state);
        self.0.passing.send_replace(n_passed);
    }

    /// A reply begins, or begins anew after a broken stream: what was shown of it is void.
    pub fn reply_started(&self, turn_id: TurnId, session_key: &SessionKey, message_id: MessageId) {
        self.publish(|live| live.start(turn_id, session_key, message_id));
    }

    /// More text of a reply.
    pub fn reply_text(
        &self,
        turn_id: TurnId,
        session_key: &SessionKey,
        message_id: MessageId,
        delta: &str,
    ) {
        self.publish(|live| live.text(turn_id, session_key, message_id, delta));
    }

    /// More of the model's reasoning; it is shown as it passes and not kept.
    pub fn reply_reasoning(
        &self,
        turn_id: TurnId,
        session_key: &SessionKey,
        message_id: MessageId,
        delta: &str,
    ) {
        self.publish(|live| live.reasoning(turn_id, session_key, message_id, delta));
    }

    /// The reply is recorded, or given up.
    pub fn reply_ended(&self, _turn_id: TurnId, session_key: &SessionKey, message_id: MessageId) {
        self.state().live.end(session_key, message_id);
    }

    /// The reply of a session that is being written, as far as it is.
    #[must_use]
    pub fn streaming(&self, session_key: &SessionKey) -> Option<Streaming> {
        self.state().live.streaming(session_key)
    }

    /// Rings after every commit; for those who then look at the ledger themselves.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.0.recorded.subscribe()
    }

    /// Follows what happens after a position. A subscriber that wants streaming text gets the
    /// text so far of every reply at work first.
    #[must_use]
    pub fn subscribe(&self, filter: Filter, after: Position) -> Subscription {
        let recorded = self.0.recorded.subscribe();
        let passing = filter.wants_transient().then(|| self.0.passing.subscribe());
        Subscription::new(self.clone(), filter, after, recorded, passing)
    }

    fn publish(&self, change: impl FnOnce(&mut Live) -> Option<Transient>) {
        let mut state = self.state();
        let Some(transient) = change(&mut state.live) else { return };
        let n_passed = state.push_passing(Arc::new(live::passing(&transient)));
        drop(state);
        self.0.passing.send_replace(n_passed);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push_recorded(&mut self, event: &Arc<Committed>) {
        // The bus is made before the ledger is opened, so whatever came before the first commit
        // it sees is in the ledger only.
        self.floor.get_or_insert(Position(event.position.0.saturating_sub(1)));
        if let Some(session_key) = &event.session_key {
            self.live.recorded(session_key, event.kind.as_ref(), &event.properties);
        }
        self.order += 1;
        let evicted = self.recorded.push(self.order, event.properties.len(), event.clone());
        if let Some(evicted) = evicted {
            self.floor = Some(evicted.position);
        }
    }

    fn push_passing(&mut self, passing: Arc<Passing>) -> u64 {
        self.order += 1;
        self.passing.push(self.order, passing.properties.len(), passing);
        self.passing.n_pushed()
    }
}
