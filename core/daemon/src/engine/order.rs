//! What one conversation says takes effect in the order in which it was admitted. Stages 2 to 4
//! change nothing, so requests go through them side by side; before stage 5 each waits for the
//! one admitted before it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use nexus_domain::id::{RequestId, SessionKey};
use nexus_domain::pipeline::Received;
use tokio_util::sync::CancellationToken;

/// Where something was said, as far as it is known before the session is.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Conversation {
    Named(SessionKey),
    Peer { channel: String, account: String, peer: String, thread: Option<String> },
}

impl Conversation {
    fn of(received: &Received) -> Self {
        match &received.wish.session_key {
            Some(key) => Self::Named(key.clone()),
            None => Self::Peer {
                channel: received.arrival.channel.clone(),
                account: received.arrival.account_id.clone(),
                peer: received.arrival.peer_id.clone(),
                thread: received.arrival.thread_id.clone(),
            },
        }
    }
}

/// The request at the end of a line, and the token that tells that it has gone through.
struct Last {
    request_id: RequestId,
    passed: CancellationToken,
}

/// The lines of all conversations that have requests between admission and stage 5.
#[derive(Clone, Default)]
pub(super) struct Order(Arc<Mutex<HashMap<Conversation, Last>>>);

impl Order {
    /// Takes the next place in the line of a conversation.
    pub(super) fn join(&self, received: &Received) -> Place {
        let conversation = Conversation::of(received);
        let passed = CancellationToken::new();
        let last = Last { request_id: received.request_id, passed: passed.clone() };
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = lines.insert(conversation.clone(), last).map(|last| last.passed);
        let request_id = received.request_id;
        Place { order: self.clone(), conversation, request_id, before, passed }
    }

    /// Cancelled once everything that was said in a session by now has gone through; `None` when
    /// nothing is on its way.
    pub(super) fn passed(&self, session_key: &SessionKey) -> Option<CancellationToken> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.get(&Conversation::Named(session_key.clone())).map(|last| last.passed.clone())
    }
}

/// A place in a line; whoever comes next may go when it is dropped.
pub(super) struct Place {
    order: Order,
    conversation: Conversation,
    request_id: RequestId,
    before: Option<CancellationToken>,
    passed: CancellationToken,
}

impl Place {
    /// Waits until everything admitted before has gone through.
    pub(super) async fn reached(&self) {
        if let Some(before) = &self.before {
            before.cancelled().await;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self.order.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.get(&self.conversation).is_some_and(|last| last.request_id == self.request_id) {
            lines.remove(&self.conversation);
        }
        self.passed.cancel();
    }
}
