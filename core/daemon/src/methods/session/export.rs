//! A session as a document, piece by piece. The pieces of all pages, joined, are the document.

use std::fmt::Write as _;
use std::sync::Arc;

use nexus_domain::agent::ToolCallRecord;
use nexus_domain::failure::Failure;
use nexus_domain::id::MessageId;
use nexus_domain::label::SessionLabel;
use nexus_domain::message::{Message, Part, Role};
use nexus_domain::session::Session;
use nexus_domain::time::Timestamp;
use nexus_iam::Permit;
use nexus_protocol::session::{
    EXPORT_BYTES_EAGER, ExportFormat, ExportParams, ExportResult, SESSION_DOCUMENT,
};
use nexus_secrets::Redactor;
use serde_json::{Value, json};

use super::{known, page_len};
use crate::context::Context;

/// What a page is made of.
struct Page {
    messages: Vec<Message>,
    calls: Vec<ToolCallRecord>,
    labels: Vec<SessionLabel>,
    has_more: bool,
}

/// Writes a page of a session.
pub async fn export(
    context: &Arc<Context>,
    permit: Permit,
    params: ExportParams,
) -> Result<ExportResult, Failure> {
    let limit = page_len(params.limit)?;
    let session = known(context, &permit, &params.key).await?;
    let (key, cursor) = (session.key.clone(), params.cursor);
    let read = context.ledger.read(move |r| {
        let mut messages = r.turns().messages_after(&key, cursor, limit + 1)?;
        let has_more = messages.len() > limit as usize;
        messages.truncate(limit as usize);
        let mut turns: Vec<_> = messages.iter().map(|message| message.turn_id).collect();
        turns.dedup();
        let calls = r.turns().tool_calls(&turns)?;
        Ok(Page { messages, calls, labels: r.labels().of_session(&key)?, has_more })
    });
    let page = read.await?;
    let redactor = context.credentials.redactor();
    let writer = Writer { page, session, is_first: cursor.is_none(), redactor };
    Ok(match params.format {
        ExportFormat::Markdown => writer.write(&Markdown),
        ExportFormat::Json => writer.write(&Json { at: context.clock.now() }),
    })
}

/// A form of the document.
trait Form {
    fn begin(&self, session: &Session, labels: &[SessionLabel], redactor: &Redactor) -> String;
    /// A message; `n` is its number on the first page and not 0 on any other.
    fn message(&self, n: usize, message: Value, said: &Message, calls: &[ToolCallRecord])
    -> String;
    fn end(&self) -> &'static str;
}

struct Writer<'a> {
    page: Page,
    session: Session,
    is_first: bool,
    redactor: &'a Redactor,
}

impl Writer<'_> {
    fn write(mut self, form: &impl Form) -> ExportResult {
        let mut text = String::new();
        if self.is_first {
            text.push_str(&form.begin(&self.session, &self.page.labels, self.redactor));
        }
        let (mut n_messages, mut last) = (0, None);
        let messages = std::mem::take(&mut self.page.messages);
        let n_all = messages.len();
        for message in messages {
            if text.len() > EXPORT_BYTES_EAGER {
                break;
            }
            let calls = self.calls_of(&message);
            let mut clean = json!({ "message": without_seals(message), "calls": calls });
            self.redactor.clean_json(&mut clean);
            let value = clean["message"].clone();
            // What was read from the ledger and had its values blanked out is the same shape.
            let said: Message = match serde_json::from_value(value.clone()) {
                Ok(said) => said,
                Err(_) => continue,
            };
            let calls: Vec<ToolCallRecord> =
                serde_json::from_value(clean["calls"].take()).unwrap_or_default();
            let n = if self.is_first { n_messages } else { n_messages + 1 };
            text.push_str(&form.message(n, value, &said, &calls));
            (n_messages, last) = (n_messages + 1, Some(said.id));
        }
        let has_more = self.page.has_more || n_messages < n_all;
        if !has_more {
            text.push_str(form.end());
        }
        let next_cursor: Option<MessageId> = last.filter(|_| has_more);
        ExportResult { text, n_messages: n_messages as u64, next_cursor }
    }

    fn calls_of(&self, message: &Message) -> Vec<ToolCallRecord> {
        let asked = |call: &&ToolCallRecord| {
            call.turn_id == message.turn_id && message.tool_calls().any(|one| one.id == call.id)
        };
        self.page.calls.iter().filter(asked).cloned().collect()
    }
}

/// A provider's seals over its reasoning say nothing to anybody else.
fn without_seals(mut message: Message) -> Message {
    for part in &mut message.parts {
        if let Part::Reasoning(reasoning) = part {
            reasoning.signature = None;
        }
    }
    message
}

struct Json {
    at: Timestamp,
}

impl Form for Json {
    fn begin(&self, session: &Session, labels: &[SessionLabel], redactor: &Redactor) -> String {
        let mut facts = json!({ "session": session, "labels": labels });
        redactor.clean_json(&mut facts);
        let (session, labels, at) = (&facts["session"], &facts["labels"], self.at.0);
        format!(
            "{{\"document\":\"{SESSION_DOCUMENT}\",\"exportedAt\":{at},\"session\":{session},\
             \"labels\":{labels},\"messages\":["
        )
    }

    fn message(
        &self,
        n: usize,
        mut message: Value,
        _: &Message,
        calls: &[ToolCallRecord],
    ) -> String {
        if !calls.is_empty() {
            message["tool_calls"] = json!(calls);
        }
        let comma = if n == 0 { "" } else { "," };
        format!("{comma}\n{message}")
    }

    fn end(&self) -> &'static str {
        "\n]}\n"
    }
}

struct Markdown;

impl Form for Markdown {
    fn begin(&self, session: &Session, labels: &[SessionLabel], redactor: &Redactor) -> String {
        let title = session.title.as_deref().unwrap_or(session.key.as_str());
        let (key, agent) = (code(session.key.as_str()), code(session.agent_id.as_str()));
        let mut text =
            format!("# {title}\n\nSession {key}, agent {agent}, {}\n", shown(session.created_at));
        if let Some(from) = &session.forked_from {
            // A write to a text cannot fail.
            let _ = writeln!(text, "\nCopied from {}", code(from.session_key.as_str()));
        }
        if !labels.is_empty() {
            let mut names: Vec<_> = labels.iter().map(|label| label.label.name()).collect();
            names.sort_unstable();
            names.dedup();
            let _ = writeln!(text, "\nExposed to: {}", names.join(", "));
        }
        redactor.clean_mut(&mut text);
        text
    }

    fn message(&self, _: usize, _: Value, said: &Message, calls: &[ToolCallRecord]) -> String {
        let speaker = match said.role {
            Role::User => "You",
            Role::Assistant => "Agent",
            // Results stand with their calls.
            Role::Tool => return String::new(),
        };
        let mut text = format!("\n## {speaker}, {}\n", shown(said.created_at));
        for part in &said.parts {
            match part {
                Part::Text(words) => {
                    let _ = writeln!(text, "\n{}", words.trim_end());
                }
                Part::ToolCall(call) => {
                    let record = calls.iter().find(|record| record.id == call.id);
                    let ended =
                        record.map_or("not run", |record| crate::audit::word(record.status));
                    let (name, arguments) = (code(&call.name), code(&call.arguments.to_string()));
                    let _ = writeln!(text, "\n- {name} {arguments}: {ended}");
                }
                Part::Image(image) => {
                    let _ = writeln!(text, "\n[picture, {}]", code(&image.content_type));
                }
                Part::Reasoning(_) | Part::ToolResult(_) => {}
            }
        }
        text
    }

    fn end(&self) -> &'static str {
        ""
    }
}

fn shown(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A text between as many backticks as it takes.
fn code(text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_in_markdown_keeps_its_backticks() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(code("a```b"), "````a```b````");
    }
}
