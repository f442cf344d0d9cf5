//! Text while it is written: to the bus, and kept so that a stopped run can record what it had.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use nexus_agent::port::{Piece, Watcher};
use nexus_domain::arrival::Arrival;
use nexus_domain::event::Transient;
use nexus_domain::id::{MessageId, SessionKey, TurnId};
use nexus_domain::request::Request;
use nexus_protocol::caller::ToolProgress;
use nexus_secrets::Stretch;

use super::outlet::Outlet;
use crate::context::Context;

/// Shows the text of one run.
pub(super) struct RunWatcher {
    context: Arc<Context>,
    turn_id: TurnId,
    session_key: SessionKey,
    partial: Mutex<Option<(MessageId, String)>>,
    /// Where the reply is shown outside while it is written.
    outlet: OnceLock<Outlet>,
    /// What could be the beginning of a credential, and is shown when it turns out not to be.
    kept_back: Mutex<KeptBack>,
}

#[derive(Default)]
struct KeptBack {
    text: Stretch,
    reasoning: Stretch,
    /// Of programs, by tool call.
    output: HashMap<String, Stretch>,
}

impl RunWatcher {
    pub(super) fn new(context: Arc<Context>, turn_id: TurnId, session_key: SessionKey) -> Self {
        let (partial, outlet) = (Mutex::new(None), OnceLock::new());
        Self { context, turn_id, session_key, partial, outlet, kept_back: Mutex::default() }
    }

    /// Shows the reply to whoever asked, too, if it may be.
    pub(super) async fn show_to_sender(&self, request: &Request, arrival: &Arrival) {
        match Outlet::open(&self.context, self.turn_id, request, arrival).await {
            Ok(Some(outlet)) => {
                // A run is shown once.
                let _ = self.outlet.set(outlet);
            }
            Ok(None) => {}
            Err(failure) => {
                tracing::warn!(?failure, turn = %self.turn_id, "a reply is not shown while it is written");
            }
        }
    }

    /// A tool of the agent begins or ends.
    pub(super) fn tool(&self, tool_call_id: &str, name: &str, status: ToolProgress) {
        if status != ToolProgress::Started {
            // What is left of its output stands in its result, whole.
            self.kept_back().output.remove(tool_call_id);
        }
        if let Some(outlet) = self.outlet.get() {
            outlet.tool(tool_call_id, name, status);
        }
    }

    /// Waits until what was written is shown, before the whole reply follows.
    pub(super) async fn flush(&self) {
        if let Some(outlet) = self.outlet.get() {
            outlet.flush(&self.context).await;
        }
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

    fn kept_back(&self) -> MutexGuard<'_, KeptBack> {
        self.kept_back.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show_text(&self, message_id: MessageId, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(outlet) = self.outlet.get() {
            outlet.say(false, text);
        }
        self.context.bus.reply_text(self.turn_id, &self.session_key, message_id, text);
    }

    fn show_reasoning(&self, message_id: MessageId, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(outlet) = self.outlet.get() {
            outlet.say(true, text);
        }
        self.context.bus.reply_reasoning(self.turn_id, &self.session_key, message_id, text);
    }

    fn partial(&self) -> MutexGuard<'_, Option<(MessageId, String)>> {
        self.partial.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for RunWatcher {
    fn started(&self, message_id: MessageId) {
        *self.partial() = Some((message_id, String::new()));
        *self.kept_back() = KeptBack::default();
        self.context.bus.reply_started(self.turn_id, &self.session_key, message_id);
    }

    fn text(&self, message_id: MessageId, delta: &str) {
        if let Some((_, text)) = self.partial().as_mut().filter(|(id, _)| *id == message_id) {
            text.push_str(delta);
        }
        let redactor = self.context.credentials.redactor();
        let (thought, said) = {
            let mut kept = self.kept_back();
            (kept.reasoning.finish(redactor), kept.text.push(redactor, delta))
        };
        self.show_reasoning(message_id, &thought);
        self.show_text(message_id, &said);
    }

    fn reasoning(&self, message_id: MessageId, delta: &str) {
        let redactor = self.context.credentials.redactor();
        let (said, thought) = {
            let mut kept = self.kept_back();
            (kept.text.finish(redactor), kept.reasoning.push(redactor, delta))
        };
        self.show_text(message_id, &said);
        self.show_reasoning(message_id, &thought);
    }

    fn tool_output(&self, tool_call_id: &str, mut piece: Piece) {
        let redactor = self.context.credentials.redactor();
        piece.text = {
            let mut kept = self.kept_back();
            kept.output.entry(tool_call_id.to_owned()).or_default().push(redactor, &piece.text)
        };
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
        let redactor = self.context.credentials.redactor();
        let (thought, said) = {
            let mut kept = self.kept_back();
            (kept.reasoning.finish(redactor), kept.text.finish(redactor))
        };
        self.show_reasoning(message_id, &thought);
        self.show_text(message_id, &said);
        self.context.bus.reply_ended(self.turn_id, &self.session_key, message_id);
    }
}
