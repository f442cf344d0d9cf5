//! A provider without a language model: a few rules that answer questions about Nexus and turn
//! plain commands into tool calls, so that everything else can be tried on a machine without a
//! key. It never pretends to be more.

mod answers;
mod commands;

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, ready};
use futures_util::stream;
use nexus_domain::message::{Message, Part, Role, ToolCall, ToolResult, Usage};

use super::{ModelCall, ModelClient, ModelError, ProviderStop, ReplyPart, ReplyStream};
use crate::context::{ADDED, SUMMARY};
use commands::Command;

/// The rules.
#[derive(Clone, Copy, Debug, Default)]
pub struct Offline;

impl ModelClient for Offline {
    fn stream(&self, call: ModelCall) -> BoxFuture<'_, Result<ReplyStream, ModelError>> {
        let parts: Vec<_> = reply(&call).into_iter().map(Ok).collect();
        Box::pin(ready(Ok(stream::iter(parts).boxed())))
    }
}

/// Decides what to say next from the last message of the person and what was done since.
fn reply(call: &ModelCall) -> Vec<ReplyPart> {
    let said = call.messages.iter().rposition(|message| message.role == Role::User);
    let Some(said) = said else { return speak(answers::GREETING) };
    let asked = asked(&call.messages[..=said]);
    let (orders, talk): (Vec<_>, Vec<_>) =
        asked.iter().map(|text| (text, commands::parse(text))).partition(|(_, c)| !c.is_empty());
    let tools: Vec<_> = call.tools.iter().map(|tool| tool.name.as_str()).collect();
    let mut said_to: Vec<_> = talk.iter().map(|(text, _)| answers::talk(text, &tools)).collect();
    said_to.dedup();
    let commands: Vec<_> = orders.into_iter().flat_map(|(_, commands)| commands).collect();
    if commands.is_empty() {
        return speak(&said_to.join("\n\n"));
    }
    let done = done_since(&call.messages[said + 1..]);
    let has_failed = done.iter().any(|(_, result)| result.is_error);
    if done.len() >= commands.len() || has_failed {
        said_to.insert(0, answers::report(&commands, &done));
        return speak(&said_to.join("\n\n"));
    }
    // Commands that only look may run side by side; the others wait for one another.
    let next = &commands[done.len()..];
    let n_looking = next.iter().take_while(|command| command.is_looking()).count();
    call_tools(&next[..n_looking.max(1)], &call.messages)
}

/// What the person said in this turn: the last message, and those of the same turn right before
/// it. What was said in a turn that was stopped is not taken up again. Text that was put in front
/// by automations or stands for older history is not the person's.
fn asked(messages: &[Message]) -> Vec<String> {
    let Some(last) = messages.last() else { return Vec::new() };
    let is_theirs = |text: &&str| !text.starts_with(ADDED) && !text.starts_with(SUMMARY);
    let together = messages
        .iter()
        .rev()
        .take_while(|message| message.role == Role::User && message.turn_id == last.turn_id);
    let mut texts: Vec<_> = together
        .filter_map(|message| {
            let mut texts = message.parts.iter().filter_map(|part| match part {
                Part::Text(text) => Some(text.as_str()),
                _ => None,
            });
            texts.find(is_theirs).map(|text| text.trim().to_owned())
        })
        .collect();
    texts.reverse();
    texts
}

fn done_since(messages: &[Message]) -> Vec<(ToolCall, ToolResult)> {
    let calls: Vec<_> = messages.iter().flat_map(Message::tool_calls).collect();
    let results =
        messages.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
            Part::ToolResult(result) => Some(result),
            _ => None,
        });
    results
        .filter_map(|result| {
            let call = calls.iter().find(|call| call.id == result.call_id)?;
            Some(((*call).clone(), result.clone()))
        })
        .collect()
}

fn call_tools(commands: &[Command], messages: &[Message]) -> Vec<ReplyPart> {
    let n_before: usize = messages.iter().map(|message| message.tool_calls().count()).sum();
    let calls = commands.iter().enumerate().map(|(n, command)| {
        let (name, arguments) = command.call();
        let id = format!("offline-{}", n_before + n + 1);
        ReplyPart::ToolCall(ToolCall { id, name: name.to_owned(), arguments })
    });
    let mut parts: Vec<_> = calls.collect();
    parts.push(ReplyPart::Usage(Usage::default()));
    parts.push(ReplyPart::Stop(ProviderStop::ToolCalls));
    parts
}

/// A reply, word by word, as a model would stream it.
fn speak(text: &str) -> Vec<ReplyPart> {
    let mut parts: Vec<_> =
        text.split_inclusive(' ').map(|word| ReplyPart::Text(word.to_owned())).collect();
    parts.push(ReplyPart::Usage(Usage::default()));
    parts.push(ReplyPart::Stop(ProviderStop::End));
    parts
}

#[cfg(test)]
mod tests {
    use nexus_domain::Timestamp;
    use nexus_domain::id::{MessageId, TurnId};
    use serde_json::json;

    use super::*;

    fn message(role: Role, parts: Vec<Part>) -> Message {
        Message {
            id: MessageId::from_parts(Timestamp(0), 1),
            turn_id: TurnId::from_parts(Timestamp(0), 1),
            request_id: None,
            role,
            parts,
            created_at: Timestamp(0),
        }
    }

    fn user(text: &str) -> Message {
        message(Role::User, vec![Part::Text(text.to_owned())])
    }

    fn calls(parts: &[ReplyPart]) -> Vec<ToolCall> {
        let calls = parts.iter().filter_map(|part| match part {
            ReplyPart::ToolCall(call) => Some(call.clone()),
            _ => None,
        });
        calls.collect()
    }

    fn text(parts: &[ReplyPart]) -> String {
        let texts = parts.iter().filter_map(|part| match part {
            ReplyPart::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    fn next(messages: &[Message]) -> Vec<ReplyPart> {
        reply(&ModelCall { messages: messages.to_vec(), ..ModelCall::default() })
    }

    #[test]
    fn several_commands_run_in_order_and_looking_ones_together() {
        let mut messages =
            vec![user("write a.txt: one then read a.txt then list then fetch https://x.org/")];
        for expect in [vec!["write_file"], vec!["read_file", "list_dir"], vec!["http_fetch"]] {
            let parts = next(&messages);
            let calls = calls(&parts);
            let names: Vec<_> = calls.iter().map(|call| call.name.as_str()).collect();
            assert_eq!(names, expect);
            let results = calls.iter().map(|call| {
                let call_id = call.id.clone();
                Part::ToolResult(ToolResult { call_id, content: "fine".into(), is_error: false })
            });
            let results = results.collect();
            messages
                .push(message(Role::Assistant, calls.into_iter().map(Part::ToolCall).collect()));
            messages.push(message(Role::Tool, results));
        }
        let end = next(&messages);
        assert!(calls(&end).is_empty());
        assert!(text(&end).contains("fine"), "{}", text(&end));
    }

    #[test]
    fn a_failed_command_ends_the_row() {
        let call = ToolCall { id: "1".into(), name: "write_file".into(), arguments: json!({}) };
        let result = ToolResult { call_id: "1".into(), content: "no room".into(), is_error: true };
        let messages = [
            user("write a: x then read a"),
            message(Role::Assistant, vec![Part::ToolCall(call)]),
            message(Role::Tool, vec![Part::ToolResult(result)]),
        ];
        let end = next(&messages);
        assert!(calls(&end).is_empty());
        assert!(text(&end).contains("no room"));
    }

    #[test]
    fn all_that_was_said_in_this_turn_counts_and_nothing_before() {
        let mut stopped = user("write a: x");
        stopped.turn_id = TurnId::from_parts(Timestamp(0), 2);
        let mut second = user("time");
        second.parts.insert(0, Part::Text(format!("{ADDED}\nread secret\n\n")));
        second.parts.push(Part::Text("\n[attached: a.png (image)]".to_owned()));
        let parts = next(&[stopped, user("list"), second]);
        let names: Vec<_> = calls(&parts).into_iter().map(|call| call.name).collect();
        assert_eq!(names, ["list_dir", "time"]);
        let both = text(&next(&[user("hello"), user("thanks")]));
        assert!(both.contains("rule-based") && both.contains("welcome"), "{both}");
    }

    #[test]
    fn it_says_what_it_is() {
        for question in ["who are you?", "are you an AI?", "hello", "what model is this"] {
            let said = text(&next(&[user(question)]));
            assert!(said.contains("rule-based"), "{question}: {said}");
            assert!(said.contains("language model"), "{question}: {said}");
        }
    }
}
