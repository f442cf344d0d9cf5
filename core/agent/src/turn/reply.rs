//! A reply while it is put together, and its record.

use nexus_domain::agent::ToolCallStatus;
use nexus_domain::id::MessageId;
use nexus_domain::message::{Message, Part, Reasoning, Role, ToolCall, Usage, join_text};

use super::calls::Open;
use super::spend::Tab;
use super::{End, Run};
use crate::context::history_tokens;
use crate::port::{Reply, Watcher};
use crate::provider::{ModelError, Picked, ProviderStop, ReplyPart};

/// Longest reply, in bytes of text and reasoning.
const REPLY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A reply that is being read.
pub(super) struct Draft<'a> {
    watcher: &'a dyn Watcher,
    message_id: MessageId,
    parts: Vec<Part>,
    calls: Vec<ToolCall>,
    usage: Usage,
    n_bytes: usize,
}

/// A complete reply.
pub(super) struct Complete {
    pub message_id: MessageId,
    pub picked: Picked,
    pub parts: Vec<Part>,
    pub calls: Vec<ToolCall>,
    pub usage: Usage,
    pub tab: Tab,
    pub stop: ProviderStop,
}

impl<'a> Draft<'a> {
    pub(super) fn new(watcher: &'a dyn Watcher, message_id: MessageId) -> Self {
        watcher.started(message_id);
        let (parts, calls, usage) = (Vec::new(), Vec::new(), Usage::default());
        Self { watcher, message_id, parts, calls, usage, n_bytes: 0 }
    }

    /// Takes the next part; the last one says why the model stopped.
    pub(super) fn take(&mut self, part: ReplyPart) -> Result<Option<ProviderStop>, ModelError> {
        match part {
            ReplyPart::Text(text) => {
                self.count(text.len())?;
                self.watcher.text(self.message_id, &text);
                match self.parts.last_mut() {
                    Some(Part::Text(before)) => before.push_str(&text),
                    _ => self.parts.push(Part::Text(text)),
                }
            }
            ReplyPart::Reasoning { text, signature } => {
                self.count(text.len())?;
                if !text.is_empty() {
                    self.watcher.reasoning(self.message_id, &text);
                }
                match self.parts.last_mut() {
                    // A signature seals what came before it; what follows is a new piece.
                    Some(Part::Reasoning(before)) if before.signature.is_none() => {
                        before.text.push_str(&text);
                        before.signature = signature;
                    }
                    _ => self.parts.push(Part::Reasoning(Reasoning { text, signature })),
                }
            }
            ReplyPart::ToolCall(call) => self.calls.push(call),
            ReplyPart::Usage(usage) => self.usage = usage,
            ReplyPart::Stop(stop) => return Ok(Some(stop)),
            ReplyPart::Alive => {}
        }
        Ok(None)
    }

    fn count(&mut self, n_bytes: usize) -> Result<(), ModelError> {
        self.n_bytes += n_bytes;
        if self.n_bytes > REPLY_BYTES_MAX {
            let mb = REPLY_BYTES_MAX / 1024 / 1024;
            return Err(ModelError::new(
                nexus_domain::agent::AgentErrorKind::ModelError,
                format!("the model wrote more than {mb} MB in one reply"),
            ));
        }
        Ok(())
    }

    /// The readable text so far.
    pub(super) fn text(&self) -> String {
        join_text(&self.parts)
    }

    /// Tokens as the provider reported them, and our estimate of what was received.
    pub(super) fn tokens(&self) -> (Usage, u64) {
        (self.usage, (self.n_bytes as u64).div_ceil(4))
    }

    pub(super) fn complete(self, picked: &Picked, stop: ProviderStop, tab: Tab) -> Complete {
        Complete {
            message_id: self.message_id,
            picked: picked.clone(),
            parts: self.parts,
            calls: self.calls,
            usage: self.usage,
            tab,
            stop,
        }
    }
}

impl Run<'_> {
    /// Records a reply, and returns its calls, which may run from now on.
    pub(super) async fn record(&mut self, reply: Complete) -> Result<Vec<Open>, End> {
        let calls = self.with_unique_ids(reply.calls);
        let mut parts = reply.parts;
        parts.extend(calls.iter().cloned().map(Part::ToolCall));
        let message = Message {
            id: reply.message_id,
            turn_id: self.facts.turn_id,
            request_id: None,
            role: Role::Assistant,
            parts,
            created_at: self.world.clock.now(),
        };
        let spent = self.replied(
            &reply.picked,
            &reply.tab,
            reply.usage,
            history_tokens(std::slice::from_ref(&message)),
        );
        self.usage.add(spent.usage);
        self.n_steps = self.n_steps.saturating_add(1);
        let text = message.text();
        if !text.is_empty() {
            self.text = text;
        }
        self.history.push(message.clone());
        let recorded = self.world.log.reply(Reply { message, spent }).await;
        self.world.watcher.ended(reply.message_id);
        recorded?;
        Ok(calls.into_iter().map(|call| Open::new(call, ToolCallStatus::Pending)).collect())
    }

    fn with_unique_ids(&mut self, mut calls: Vec<ToolCall>) -> Vec<ToolCall> {
        for (n, call) in calls.iter_mut().enumerate() {
            let step = self.n_steps + 1;
            if call.id.is_empty() {
                call.id = format!("call-{step}-{n}");
            }
            while !self.call_ids.insert(call.id.clone()) {
                call.id = format!("{}-{step}-{n}", call.id);
            }
        }
        calls
    }
}
