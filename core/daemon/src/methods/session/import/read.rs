//! What of a document can be taken: messages that a model can read again.

use nexus_domain::agent::{ToolCallRecord, ToolCallStatus};
use nexus_domain::failure::Failure;
use nexus_domain::id::{MessageId, TurnId};
use nexus_domain::message::{Message, Part, Role, ToolResult};
use nexus_domain::time::Timestamp;
use nexus_protocol::session::{DocumentMessage, IMPORT_MESSAGES_MAX, SESSION_DOCUMENT};
use serde_json::json;

use super::wrong;

/// Stands for a picture, whose bytes are not in the document.
const NO_PICTURE: &str = "[a picture that did not come along]";
/// Stands for the result of a call that the document does not have.
const NO_RESULT: &str = "what came of this did not come along";

/// One message to be recorded.
#[derive(Debug, PartialEq)]
pub(super) struct Said {
    pub(super) turn_id: TurnId,
    pub(super) role: Role,
    pub(super) parts: Vec<Part>,
    pub(super) created_at: Timestamp,
    pub(super) calls: Vec<ToolCallRecord>,
}

impl Said {
    pub(super) fn message(&self, id: MessageId, turn_id: TurnId) -> Message {
        Message {
            id,
            turn_id,
            request_id: None,
            role: self.role,
            parts: self.parts.clone(),
            created_at: self.created_at,
        }
    }
}

/// Reads the messages of a document. Calls without a result get the one that is true of them.
///
/// # Errors
/// `Invalid`, with the path of what cannot be taken.
pub(super) fn read(
    document: &str,
    messages: Vec<DocumentMessage>,
    now: Timestamp,
) -> Result<Vec<Said>, Failure> {
    if document != SESSION_DOCUMENT {
        return Err(Failure::invalid(format!(
            "`params.document.document` is no `{SESSION_DOCUMENT}`"
        ))
        .hint("write one with: nexus session export <key> --format json")
        .details(json!({ "path": "params.document.document" })));
    }
    if messages.len() > IMPORT_MESSAGES_MAX {
        let text = format!("a piece has at most {IMPORT_MESSAGES_MAX} messages");
        return Err(Failure::invalid(text)
            .hint("send the rest as further pieces, each with `after`")
            .details(json!({ "path": "params.document.messages" })));
    }
    let mut all: Vec<Said> = Vec::with_capacity(messages.len());
    let mut open: Vec<String> = Vec::new();
    for (n, message) in messages.into_iter().enumerate() {
        if message.role != Role::Tool {
            settle(&mut all, &mut open);
        }
        let said = one(n, message, &mut open, now)?;
        all.push(said);
    }
    settle(&mut all, &mut open);
    Ok(all)
}

/// Gives calls a result that have none before something else is said.
fn settle(all: &mut Vec<Said>, open: &mut Vec<String>) {
    let Some(last) = all.last().filter(|_| !open.is_empty()) else { return };
    let results = open.drain(..).map(|call_id| {
        Part::ToolResult(ToolResult { call_id, content: NO_RESULT.to_owned(), is_error: true })
    });
    let said = Said {
        turn_id: last.turn_id,
        role: Role::Tool,
        parts: results.collect(),
        created_at: last.created_at,
        calls: Vec::new(),
    };
    all.push(said);
}

fn one(
    n: usize,
    message: DocumentMessage,
    open: &mut Vec<String>,
    now: Timestamp,
) -> Result<Said, Failure> {
    let DocumentMessage { turn_id, role, parts, created_at, tool_calls } = message;
    if created_at < Timestamp(0) || created_at > now {
        return Err(wrong(n, "created_at", "is not a time between 1970 and now"));
    }
    let mut kept = Vec::with_capacity(parts.len());
    let mut calls = Vec::new();
    for (m, part) in parts.into_iter().enumerate() {
        let field = format!("parts[{m}]");
        let part = match (role, part) {
            (Role::User | Role::Assistant, Part::Text(text)) => Part::Text(text),
            (Role::User | Role::Assistant, Part::Image(_)) => Part::Text(NO_PICTURE.to_owned()),
            (Role::Assistant, Part::Reasoning(mut reasoning)) => {
                // The seal of a provider is worth nothing to another account.
                reasoning.signature = None;
                Part::Reasoning(reasoning)
            }
            (Role::Assistant, Part::ToolCall(call)) => {
                if call.id.is_empty() || open.contains(&call.id) {
                    return Err(wrong(n, &field, "calls under an id that is empty or taken"));
                }
                open.push(call.id.clone());
                calls.push(record(&call, &tool_calls, turn_id, created_at));
                Part::ToolCall(call)
            }
            (Role::Tool, Part::ToolResult(result)) => {
                let Some(place) = open.iter().position(|id| *id == result.call_id) else {
                    return Err(wrong(n, &field, "answers a call that was not made before it"));
                };
                open.remove(place);
                Part::ToolResult(result)
            }
            _ => return Err(wrong(n, &field, "does not fit who speaks")),
        };
        kept.push(part);
    }
    Ok(Said { turn_id, role, parts: kept, created_at, calls })
}

/// What a call came to, as far as the document says; nothing of it goes on here.
fn record(
    call: &nexus_domain::message::ToolCall,
    known: &[ToolCallRecord],
    turn_id: TurnId,
    at: Timestamp,
) -> ToolCallRecord {
    let known = known.iter().find(|record| record.id == call.id);
    let status = match known.map(|record| record.status) {
        Some(ToolCallStatus::Completed) => ToolCallStatus::Completed,
        Some(ToolCallStatus::Failed | ToolCallStatus::Pending | ToolCallStatus::Waiting) => {
            ToolCallStatus::Failed
        }
        Some(ToolCallStatus::HandedOut) => ToolCallStatus::HandedOut,
        Some(ToolCallStatus::Running | ToolCallStatus::Unknown) | None => ToolCallStatus::Unknown,
    };
    ToolCallRecord {
        id: call.id.clone(),
        turn_id,
        name: call.name.clone(),
        arguments: call.arguments.clone(),
        status,
        result: known.and_then(|record| record.result.clone()),
        record: known.and_then(|record| record.record.clone()),
        started_at: Some(at),
        completed_at: Some(at),
    }
}

#[cfg(test)]
mod tests {
    use nexus_domain::message::{Image, Reasoning, ToolCall};

    use super::*;

    fn said(turn: u128, role: Role, parts: Vec<Part>) -> DocumentMessage {
        let turn_id = TurnId::from_parts(Timestamp(1), turn);
        DocumentMessage { turn_id, role, parts, created_at: Timestamp(5), tool_calls: Vec::new() }
    }

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    fn call(id: &str) -> Part {
        Part::ToolCall(ToolCall { id: id.to_owned(), name: "x".to_owned(), arguments: json!({}) })
    }

    fn result(id: &str) -> Part {
        let content = "done".to_owned();
        Part::ToolResult(ToolResult { call_id: id.to_owned(), content, is_error: false })
    }

    fn taken(messages: Vec<DocumentMessage>) -> Result<Vec<Said>, Failure> {
        read(SESSION_DOCUMENT, messages, Timestamp(10))
    }

    #[test]
    fn what_was_said_comes_along_and_what_cannot_is_named() {
        let reasoning = Reasoning { text: "hm".to_owned(), signature: Some("sealed".to_owned()) };
        let image = Image { content_type: "image/png".to_owned(), blob: "b".to_owned() };
        let all = taken(vec![
            said(1, Role::User, vec![text("hi"), Part::Image(image)]),
            said(1, Role::Assistant, vec![Part::Reasoning(reasoning), call("a"), call("b")]),
            said(1, Role::Tool, vec![result("a")]),
            said(2, Role::User, vec![text("and?")]),
            said(2, Role::Assistant, vec![call("c")]),
        ]);
        let all = all.unwrap();
        assert_eq!(all[0].parts[1], text(NO_PICTURE));
        let Part::Reasoning(reasoning) = &all[1].parts[0] else { panic!("no reasoning") };
        assert_eq!(reasoning.signature, None);
        let settled = |said: &Said| match &said.parts[..] {
            [Part::ToolResult(result)] => (result.call_id.clone(), result.is_error),
            other => panic!("{other:?}"),
        };
        assert_eq!(settled(&all[3]), ("b".to_owned(), true));
        assert_eq!(settled(&all[6]), ("c".to_owned(), true));
        assert_eq!((all.len(), all[6].role), (7, Role::Tool));
        assert_eq!(all[1].calls[0].status, ToolCallStatus::Unknown);
    }

    #[test]
    fn what_no_model_could_read_is_refused_with_its_place() {
        #[track_caller]
        fn check(messages: Vec<DocumentMessage>, path: &str) {
            let failure = taken(messages).unwrap_err();
            assert_eq!(failure.details.unwrap()["path"], path, "{}", failure.message);
        }
        let first = "params.document.messages[0].parts[0]";
        check(vec![said(1, Role::Tool, vec![result("a")])], first);
        check(vec![said(1, Role::User, vec![call("a")])], first);
        check(vec![said(1, Role::User, vec![result("a")])], first);
        let twice = vec![said(1, Role::Assistant, vec![call("a"), call("a")])];
        check(twice, "params.document.messages[0].parts[1]");
        let mut later = said(1, Role::User, vec![text("x")]);
        later.created_at = Timestamp(11);
        check(vec![later], "params.document.messages[0].created_at");
        let many = (0..=IMPORT_MESSAGES_MAX).map(|_| said(1, Role::User, Vec::new())).collect();
        check(many, "params.document.messages");
        let other = read("nexus.session/2", Vec::new(), Timestamp(10)).unwrap_err();
        assert_eq!(other.details.unwrap()["path"], "params.document.document");
    }
}
