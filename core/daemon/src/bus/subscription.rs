//! One subscriber's place in what happens.

use std::collections::VecDeque;
use std::sync::Arc;

use nexus_domain::id::Position;
use nexus_ledger::{Committed, Ledger, LedgerError};
use tokio::sync::watch;

use super::{Bus, Filter, Passing, State};

/// Events taken from the rings in one go, so that the lock is held briefly.
const BATCH_LEN_MAX: usize = 128;
/// Events read from the ledger in one go.
const PAGE_LEN_MAX: u32 = 256;

/// What a subscriber gets.
#[derive(Clone, Debug)]
pub enum Item {
    /// A recorded event; positions rise strictly.
    Recorded(Arc<Committed>),
    /// A piece of streaming text, or the text so far.
    Transient(Arc<Passing>),
    /// Streaming text was missed; the text so far follows. Recorded events go on after this
    /// position, none is missed.
    Lagged {
        /// The last position that was looked at.
        after: Position,
    },
}

/// One subscriber's place in what happens. It holds at most one batch; everything else stays in
/// the rings and in the ledger until it is asked for.
pub struct Subscription {
    bus: Bus,
    filter: Filter,
    after: Position,
    /// Index of the next piece of streaming text.
    next_passing: u64,
    /// The text so far is due: at the beginning, and after a gap.
    wants_snapshots: bool,
    /// The ledger had nothing more when it was last read.
    has_read_all: bool,
    ready: VecDeque<Item>,
    recorded: watch::Receiver<u64>,
    passing: Option<watch::Receiver<u64>>,
}

impl Subscription {
    pub(super) fn new(
        bus: Bus,
        filter: Filter,
        after: Position,
        recorded: watch::Receiver<u64>,
        passing: Option<watch::Receiver<u64>>,
    ) -> Self {
        let wants_snapshots = filter.wants_transient();
        Self {
            bus,
            filter,
            after,
            next_passing: 0,
            wants_snapshots,
            has_read_all: false,
            ready: VecDeque::new(),
            recorded,
            passing,
        }
    }

    /// The position up to which everything recorded was handed out or not wanted.
    #[must_use]
    pub fn after(&self) -> Position {
        match self.ready.iter().find_map(recorded_position) {
            Some(waiting) => Position(waiting.0.saturating_sub(1)).min(self.after),
            None => self.after,
        }
    }

    /// What is at hand without waiting or reading.
    pub fn take_ready(&mut self) -> Option<Item> {
        match self.filter.agents() {
            None => self.ready.pop_front(),
            // Whose it is has to be looked up first.
            Some(_) => None,
        }
    }

    /// The next item; waits for it. Dropping the future loses nothing.
    ///
    /// # Errors
    /// Whatever the ledger says when an old stretch cannot be read.
    pub async fn next(&mut self, ledger: &Ledger) -> Result<Item, LedgerError> {
        loop {
            if let Some(item) = self.ready.front() {
                let is_seen = self.is_seen(item, ledger).await?;
                match self.ready.pop_front() {
                    Some(item) if is_seen => return Ok(item),
                    _ => continue,
                }
            }
            // Marked as seen before looking: what comes in between wakes the wait below.
            self.recorded.mark_unchanged();
            if let Some(passing) = &mut self.passing {
                passing.mark_unchanged();
            }
            let floor_behind = self.take_from_rings();
            if !self.ready.is_empty() {
                continue;
            }
            match floor_behind {
                Some(floor) => self.read_page(ledger, floor).await?,
                None => self.wait().await,
            }
        }
    }

    /// Whether an item is of a session that belongs to whom the subscriber is limited to, and did
    /// when it was recorded.
    async fn is_seen(&self, item: &Item, ledger: &Ledger) -> Result<bool, LedgerError> {
        let Some(agents) = self.filter.agents() else { return Ok(true) };
        let event = match item {
            Item::Recorded(event) => event,
            Item::Lagged { .. } => return Ok(true),
            Item::Transient(_) => return Ok(false),
        };
        let Some(key) = event.session_key.clone() else { return Ok(false) };
        let position = event.position;
        let agent = ledger.read(move |reader| reader.sessions().agent_at(&key, position)).await?;
        Ok(agent.is_some_and(|agent| agents.contains(&agent)))
    }

    /// Takes a batch from the rings; the oldest position they still cover when the subscriber is
    /// behind that.
    fn take_from_rings(&mut self) -> Option<Position> {
        let bus = self.bus.clone();
        let mut state = bus.state();
        let floor_behind = match state.floor {
            Some(floor) => (self.after < floor).then_some(floor),
            // Nothing was committed since the ledger was opened: what is older is only there.
            None => (!self.has_read_all).then_some(self.after),
        };
        if floor_behind.is_some() {
            // An old stretch comes from the ledger first; streaming text waits for the present.
            return floor_behind;
        }
        if self.filter.wants_transient() {
            self.join_passing(&mut state);
        }
        self.take_in_order(&state);
        None
    }

    /// Moves to the present of the streaming text if the subscriber is new or fell behind.
    fn join_passing(&mut self, state: &mut State) {
        let is_lagging = !self.wants_snapshots && self.next_passing < state.passing.first_index();
        if is_lagging {
            self.ready.push_back(Item::Lagged { after: self.after });
        }
        if is_lagging || self.wants_snapshots {
            let snapshots =
                state.live.snapshots(|session_key| self.filter.wants_session(session_key));
            self.ready.extend(snapshots.into_iter().map(Item::Transient));
            self.next_passing = state.passing.n_pushed();
            self.wants_snapshots = false;
        }
    }

    /// Merges the two rings in the order in which things happened.
    fn take_in_order(&mut self, state: &State) {
        let after = self.after;
        let mut index = state.recorded.index_where(|event| event.position <= after);
        let wants_transient = self.filter.wants_transient();
        while self.ready.len() < BATCH_LEN_MAX {
            let recorded = state.recorded.at_index(index);
            let passing = match wants_transient {
                true => state.passing.at_index(self.next_passing),
                false => None,
            };
            let is_recorded_first = match (recorded, passing) {
                (Some(recorded), Some(passing)) => recorded.order < passing.order,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => return,
            };
            if is_recorded_first {
                index += 1;
                let Some(entry) = recorded else { return };
                self.take_recorded(entry.item.clone());
            } else {
                self.next_passing += 1;
                let Some(entry) = passing else { return };
                if self.filter.wants_passing(&entry.item) {
                    self.ready.push_back(Item::Transient(entry.item.clone()));
                }
            }
        }
    }

    fn take_recorded(&mut self, event: Arc<Committed>) {
        self.after = event.position;
        if self.filter.wants_recorded(&event) {
            self.ready.push_back(Item::Recorded(event));
        }
    }

    /// Reads on from the ledger. `floor` was known before the read, so an empty page means that
    /// nothing older than it is left to read.
    async fn read_page(&mut self, ledger: &Ledger, floor: Position) -> Result<(), LedgerError> {
        let after = self.after;
        let page = ledger.read(move |reader| reader.events().after(after, PAGE_LEN_MAX)).await?;
        if page.is_empty() {
            self.has_read_all = true;
            self.after = self.after.max(floor);
        }
        for event in page {
            self.take_recorded(event.into());
        }
        Ok(())
    }

    async fn wait(&mut self) {
        // The senders live as long as the bus, which this subscription holds.
        match &mut self.passing {
            Some(passing) => {
                tokio::select! {
                    _ = self.recorded.changed() => {}
                    _ = passing.changed() => {}
                }
            }
            None => {
                let _ = self.recorded.changed().await;
            }
        }
    }
}

fn recorded_position(item: &Item) -> Option<Position> {
    match item {
        Item::Recorded(event) => Some(event.position),
        Item::Transient(_) | Item::Lagged { .. } => None,
    }
}
