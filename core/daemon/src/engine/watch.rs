//! Text while it is written: to the bus, and kept so that a stopped run can record what it had.

use std::sync::{Arc, Mutex, PoisonError};

use nexus_agent::port::{Piece, Watcher};
use nexus_domain::event::Transient;
use nexus_domain::id::{MessageId, SessionKey, TurnId};

use crate::context::Context;

/// Shows the text of one run.
pub(super) struct RunWatcher {
    context: Arc<Context>,
    turn_id: TurnId,
    session_key: SessionKey,
    partial: Mutex<Option<(MessageId, String)>>,
}

impl RunWatcher {
    pub(super) fn new(context: Arc<Context>, turn_id: TurnId, session_key: SessionKey) -> Self {
        Self { context, turn_id, session_key, partial: Mutex::new(None) }
    }

    /// The reply is on record: there is nothing left to rescue.
    pub(super) fn recorded(&self, message_id: MessageId) {
        let mut partial = self.partial();
        if partial.as_ref().is_some_and(|(id, _)| *id == message_id) {
            *partial = None;
        }
    }

    /// The text of a reply that was begun and not recorded.
    pub(super) fn take_partial(&self) -> Option<(MessageId, String)> {
        let partial = self.partial().take().filter(|(_, text)| !text.trim().is_empty());
        // It is going to be recorded.
        let redactor = self.context.credentials.redactor();
        partial.map(|(id, text)| (id, redactor.clean(&text).into_owned()))
    }

    fn partial(&self) -> std::sync::MutexGuard<'_, Option<(MessageId, String)>> {
        self.partial.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for RunWatcher {
    fn started(&self, message_id: MessageId) {
        *self.partial() = Some((message_id, String::new()));
        self.context.bus.reply_started(self.turn_id, &self.session_key, message_id);
    }

    fn text(&self, message_id: MessageId, delta: &str) {
        if let Some((_, text)) = self.partial().as_mut().filter(|(id, _)| *id == message_id) {
            text.push_str(delta);
        }
        self.context.bus.reply_text(self.turn_id, &self.session_key, message_id, delta);
    }

    fn reasoning(&self, message_id: MessageId, delta: &str) {
        self.context.bus.reply_reasoning(self.turn_id, &self.session_key, message_id, delta);
    }

    fn tool_output(&self, tool_call_id: &str, mut piece: Piece) {
        self.context.credentials.redactor().clean_mut(&mut piece.text);
        self.context.bus.transient(Transient::Output {
            turn_id: self.turn_id,
            session_key: self.session_key.clone(),
            tool_call_id: tool_call_id.to_owned(),
            seq: piece.seq,
            n_skipped: piece.n_skipped,
            delta: piece.text,
        });
    }

    fn ended(&self, message_id: MessageId) {
        self.context.bus.reply_ended(self.turn_id, &self.session_key, message_id);
    }
}
