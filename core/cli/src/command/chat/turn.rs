//! What one turn has come to, and how it is shown.

use nexus_domain::agent::StopReason;
use nexus_domain::event::{Event, Transient};
use nexus_domain::id::{SessionKey, TurnId};
use nexus_domain::message::{Cost, Usage};
use nexus_protocol::agent::RunResult;
use nexus_protocol::frame::EventFrame;
use serde::Serialize;

use super::painter::{Painter, ToolEnd};
use crate::command::events::summary;
use crate::failure::Result;
use crate::output::{Output, text};

/// A tool call as the caller of `--json` sees it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SeenCall {
    name: String,
    status: String,
    #[serde(rename = "durationMs")]
    duration_ms: u64,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) run: RunResult,
    /// Everything the agent said.
    pub(super) text: String,
    pub(super) tool_calls: Vec<SeenCall>,
    pub(super) usage: Usage,
    pub(super) cost: Cost,
    pub(super) stop_reason: Option<StopReason>,
    pub(super) error: Option<String>,
}

/// What the turn in hand has come to.
pub(super) struct Turn {
    pub(super) id: Option<TurnId>,
    pub(super) painter: Painter,
    pub(super) tool_calls: Vec<SeenCall>,
    pub(super) usage: Usage,
    pub(super) cost: Cost,
    pub(super) stop_reason: Option<StopReason>,
    pub(super) error: Option<String>,
    pub(super) is_stopping: bool,
}

impl Turn {
    pub(super) fn new(id: Option<TurnId>, output: Output) -> Self {
        Self {
            id,
            painter: Painter::new(output),
            tool_calls: Vec::new(),
            usage: Usage::default(),
            cost: Cost::default(),
            stop_reason: None,
            error: None,
            is_stopping: false,
        }
    }

    /// Shows an event, if it is of this turn.
    pub(super) fn on_event(&mut self, frame: &EventFrame, session: &SessionKey) -> Result<()> {
        if let Some(passing) = summary::transient(frame) {
            if passing.session_key() != session || !self.is_ours(turn_of(&passing)) {
                return Ok(());
            }
            if let Transient::Output { tool_call_id, delta, .. } = &passing {
                self.painter.program_wrote(tool_call_id, delta);
                return Ok(());
            }
            return self.painter.streamed(&passing);
        }
        let Some(event) = summary::event(frame) else { return Ok(()) };
        if event.session_key() != Some(session) {
            return Ok(());
        }
        match event {
            Event::MessageRecorded { message, .. } if self.is_ours(message.turn_id) => {
                self.painter.message(&message)
            }
            Event::ToolStarted { turn_id, tool_call_id, name, summary, .. }
                if self.is_ours(turn_id) =>
            {
                self.painter.tool_started(&tool_call_id, &name, &summary)
            }
            Event::ToolCompleted {
                turn_id,
                tool_call_id,
                name,
                status,
                duration_ms,
                excerpt,
                record,
                ..
            } if self.is_ours(turn_id) => {
                let word = format!("{status:?}").to_lowercase();
                self.tool_calls.push(SeenCall { name: name.clone(), status: word, duration_ms });
                let ended = ToolEnd {
                    name: &name,
                    status,
                    duration_ms,
                    excerpt: &excerpt,
                    record: record.as_deref(),
                };
                self.painter.tool_ended(&tool_call_id, &ended)
            }
            Event::AgentErrored { turn_id, message, will_retry, .. } if self.is_ours(turn_id) => {
                self.error = Some(message.clone());
                // The last error is said at the end, with what to do about it.
                match will_retry {
                    true => {
                        let message = text::one_line(&message);
                        self.painter.note(&format!("({message}; trying again)"))
                    }
                    false => Ok(()),
                }
            }
            Event::TurnCompleted { turn_id, stop_reason, usage, cost, error, .. }
                if self.is_ours(turn_id) =>
            {
                (self.usage, self.cost) = (usage, cost);
                self.stop_reason = Some(stop_reason);
                self.error = error;
                Ok(())
            }
            Event::SessionCompacted { n_messages, .. } => {
                self.painter.note(&format!("({n_messages} older messages were summarized)"))
            }
            Event::RequestQueued { .. } if self.id.is_none() => {
                self.painter.note("(waits behind the run in hand)")
            }
            _ => Ok(()),
        }
    }

    /// Other turns of the session are not ours to show.
    fn is_ours(&self, turn_id: TurnId) -> bool {
        self.id == Some(turn_id)
    }

    pub(super) fn ended(self, run: RunResult) -> Ended {
        Ended {
            run,
            text: self.painter.into_text(),
            tool_calls: self.tool_calls,
            usage: self.usage,
            cost: self.cost,
            stop_reason: self.stop_reason,
            error: self.error,
        }
    }
}

fn turn_of(passing: &Transient) -> TurnId {
    match passing {
        Transient::Snapshot { turn_id, .. }
        | Transient::Token { turn_id, .. }
        | Transient::Reasoning { turn_id, .. }
        | Transient::Output { turn_id, .. } => *turn_id,
    }
}
