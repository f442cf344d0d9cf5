//! A subscription as its reader sees it.

use nexus_domain::id::Position;
use nexus_protocol::event::SubscribeResult;
use nexus_protocol::frame::EventFrame;
use tokio::sync::{mpsc, watch};

use crate::error::CloseReason;

/// Events that wait for a slow reader; beyond them the subscription ends as lagged.
pub const EVENTS_BUFFERED_MAX: usize = 1_024;

/// Why a subscription ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionEnd {
    /// The reader was too slow. Everything up to `after` was delivered: subscribe again from
    /// there and nothing is lost.
    Lagged {
        /// The last recorded position that was delivered.
        after: Position,
    },
    /// A later subscription of the same connection took its place.
    Replaced,
    /// The connection ended.
    Closed(CloseReason),
}

/// What the connection puts into the buffer.
pub(crate) enum Item {
    Event(EventFrame),
    Lagged(Position),
}

/// Recorded events from a cursor on, and streaming text. One per connection: the daemon knows
/// one subscription for each.
pub struct Subscription {
    pub(crate) begin: SubscribeResult,
    pub(crate) items: mpsc::Receiver<Item>,
    pub(crate) closed: watch::Receiver<Option<CloseReason>>,
}

impl Subscription {
    /// Where the subscription began, and what was latest then.
    #[must_use]
    pub fn begin(&self) -> SubscribeResult {
        self.begin
    }

    /// Waits for the next event. Safe to drop and call again.
    ///
    /// # Errors
    /// When the subscription has ended; every event before the end was delivered.
    pub async fn next(&mut self) -> Result<EventFrame, SubscriptionEnd> {
        match self.items.recv().await {
            Some(Item::Event(frame)) => Ok(frame),
            Some(Item::Lagged(after)) => Err(SubscriptionEnd::Lagged { after }),
            None => Err(match self.closed.borrow().clone() {
                Some(reason) => SubscriptionEnd::Closed(reason),
                None => SubscriptionEnd::Replaced,
            }),
        }
    }
}

/// The sending half, held by the connection.
pub(crate) struct Feed {
    items: mpsc::Sender<Item>,
    delivered: Position,
}

impl Feed {
    pub(crate) fn new(items: mpsc::Sender<Item>, after: Position) -> Self {
        Self { items, delivered: after }
    }

    /// Hands an event on; `false` when the subscription ended by it. The last place of the
    /// buffer is kept for the word that the reader lagged.
    pub(crate) fn push(&mut self, frame: EventFrame) -> bool {
        if frame.event == "lagged" {
            let after = serde_json::from_value::<nexus_protocol::frame::Lagged>(frame.payload)
                .map_or(self.delivered, |lagged| lagged.after);
            let _ = self.items.try_send(Item::Lagged(after));
            return false;
        }
        if self.items.capacity() <= 1 {
            let _ = self.items.try_send(Item::Lagged(self.delivered));
            return false;
        }
        if let Some(position) = frame.position {
            self.delivered = position;
        }
        self.items.try_send(Item::Event(frame)).is_ok()
    }
}
