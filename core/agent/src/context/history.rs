//! The conversation as a model gets to see it.

use nexus_domain::id::TurnId;
use nexus_domain::message::{Message, Part, Role, ToolResult};

/// Begins a text that automations put in front of a message.
pub(crate) const ADDED: &str = "[Context, added automatically]";
/// Begins a text that stands for older history.
pub(crate) const SUMMARY: &str = "[Summary of the conversation before this point]";
/// Stands for a result that was never recorded.
const NO_RESULT: &str = "There is no result: the run was stopped before one was recorded.";

/// Repairs what an interrupted run left behind: each call gets a result, and results without a
/// call are dropped. Providers refuse anything else.
pub(crate) fn whole(history: Vec<Message>) -> Vec<Message> {
    let mut out: Vec<Message> = Vec::with_capacity(history.len());
    let mut open: Vec<String> = Vec::new();
    for mut message in history {
        if message.role == Role::Tool {
            message.parts.retain(|part| match part {
                Part::ToolResult(result) => {
                    let at = open.iter().position(|id| *id == result.call_id);
                    at.map(|at| open.swap_remove(at)).is_some()
                }
                _ => true,
            });
            // Results may come in two messages: the agent's own, and those of its caller.
            match out.last_mut().filter(|last| last.role == Role::Tool) {
                Some(last) => last.parts.append(&mut message.parts),
                None if message.parts.is_empty() => {}
                None => out.push(message),
            }
            continue;
        }
        close(&mut out, &mut open);
        open.extend(message.tool_calls().map(|call| call.id.clone()));
        out.push(message);
    }
    close(&mut out, &mut open);
    out
}

/// Answers the calls that nobody answered, behind the message that made them.
fn close(out: &mut Vec<Message>, open: &mut Vec<String>) {
    if open.is_empty() {
        return;
    }
    if let Some(last) = out.last_mut().filter(|last| last.role == Role::Tool) {
        last.parts.extend(open.drain(..).map(missing));
        return;
    }
    if let Some(last) = out.last() {
        let parts = open.drain(..).map(missing).collect();
        let answer = Message { role: Role::Tool, parts, request_id: None, ..last.clone() };
        out.push(answer);
    }
}

fn missing(call_id: String) -> Part {
    Part::ToolResult(ToolResult { call_id, content: NO_RESULT.to_owned(), is_error: true })
}

/// The messages of a call: the summary of what came before, then the history, with the context
/// that automations added in front of this turn's first message.
pub(crate) fn assemble(
    history: &[Message],
    summary: Option<&str>,
    enrichment: &[String],
    turn_id: TurnId,
    result_bytes_max: usize,
) -> Vec<Message> {
    let mut messages = history.to_vec();
    for part in messages.iter_mut().flat_map(|message| &mut message.parts) {
        if let Part::ToolResult(result) = part
            && result.content.len() > result_bytes_max
        {
            result.content = middle_cut(&result.content, result_bytes_max);
        }
    }
    let first = messages.iter_mut().find(|m| m.turn_id == turn_id && m.role == Role::User);
    if let Some(first) = first
        && !enrichment.is_empty()
    {
        let text = format!("{ADDED}\n{}\n\n", enrichment.join("\n"));
        first.parts.insert(0, Part::Text(text));
    }
    if let (Some(summary), Some(first)) = (summary, messages.first()) {
        let text = format!("{SUMMARY}\n{summary}\n\n");
        let parts = vec![Part::Text(text)];
        let before = Message { role: Role::User, parts, request_id: None, ..first.clone() };
        messages.insert(0, before);
    }
    messages
}

/// The beginning and the end of a text, with a notice between.
pub(super) fn middle_cut(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let half = bytes_max / 2;
    let head = (0..=half).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let from = text.len() - half;
    let tail = (from..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let n_left_out = tail - head;
    format!("{}\n[{n_left_out} bytes left out]\n{}", &text[..head], &text[tail..])
}

#[cfg(test)]
pub(super) mod tests {
    use nexus_domain::Timestamp;
    use nexus_domain::id::MessageId;
    use nexus_domain::message::ToolCall;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    pub(crate) fn message(n: usize, role: Role, parts: Vec<Part>) -> Message {
        Message {
            id: MessageId::from_parts(Timestamp(0), n as u128),
            turn_id: TurnId::from_parts(Timestamp(0), 1),
            request_id: None,
            role,
            parts,
            created_at: Timestamp(0),
        }
    }

    pub(crate) fn text(n: usize, role: Role, text: &str) -> Message {
        message(n, role, vec![Part::Text(text.to_owned())])
    }

    pub(crate) fn calls(n: usize, ids: &[&str]) -> Message {
        let call = |id: &&str| {
            Part::ToolCall(ToolCall { id: (*id).into(), name: "t".into(), arguments: json!({}) })
        };
        message(n, Role::Assistant, ids.iter().map(call).collect())
    }

    pub(crate) fn results(n: usize, ids: &[&str]) -> Message {
        let result = |id: &&str| {
            let call_id = (*id).to_owned();
            Part::ToolResult(ToolResult { call_id, content: "ok".into(), is_error: false })
        };
        message(n, Role::Tool, ids.iter().map(result).collect())
    }

    /// Each call is answered in the very next message, exactly once, and nothing else is.
    pub(crate) fn assert_whole(history: &[Message]) {
        for (n, message) in history.iter().enumerate() {
            let mut ids: Vec<_> = message.tool_calls().map(|call| call.id.clone()).collect();
            let next = history.get(n + 1).filter(|next| next.role == Role::Tool);
            let mut answered: Vec<_> = next
                .into_iter()
                .flat_map(|next| &next.parts)
                .filter_map(|part| match part {
                    Part::ToolResult(result) => Some(result.call_id.clone()),
                    _ => None,
                })
                .collect();
            ids.sort();
            answered.sort();
            assert_eq!(ids, answered, "message {n} of {history:?}");
        }
        assert!(history.first().is_none_or(|first| first.role != Role::Tool));
    }

    #[test]
    fn calls_without_results_are_answered() {
        let history = vec![
            results(0, &["z"]),
            text(1, Role::User, "hi"),
            calls(2, &["a", "b"]),
            results(3, &["b", "q"]),
            calls(4, &["c"]),
            text(5, Role::User, "stop"),
            calls(6, &["d"]),
        ];
        let history = whole(history);
        assert_whole(&history);
        assert_eq!(history.iter().filter(|m| m.role == Role::Tool).count(), 3);
    }

    proptest! {
        #[test]
        fn any_history_becomes_whole(kinds in proptest::collection::vec(0u8..4, 0..12)) {
            let history = kinds.iter().enumerate().map(|(n, kind)| match kind {
                0 => text(n, Role::User, "x"),
                1 => text(n, Role::Assistant, "y"),
                2 => calls(n, &["a", "b"]),
                _ => results(n, &["b", "c"]),
            });
            assert_whole(&whole(history.collect()));
        }

        #[test]
        fn a_cut_keeps_both_ends(text in "[aä]{0,200}", max in 10usize..100) {
            let cut = middle_cut(&text, max);
            prop_assert!(cut.len() <= text.len().max(max + 40));
        }
    }
}
