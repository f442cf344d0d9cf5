//! Every legal framing of a stream reads the same.

use std::io::Write;

use nexus_domain::message::{Reasoning, ToolCall, ToolResult, Usage};
use serde_json::json;

use super::fake::{Fake, Step, head, stream, stream_head};
use super::*;
use crate::provider::ProviderStop;

fn chat_events() -> Vec<Value> {
    let delta = |delta: Value| json!({ "choices": [{ "index": 0, "delta": delta }] });
    let call = |part: Value| delta(json!({ "tool_calls": [part] }));
    vec![
        delta(json!({ "role": "assistant", "content": "" })),
        delta(json!({ "reasoning_content": "Hm." })),
        delta(json!({ "content": "Let me " })),
        delta(json!({ "content": "see — ü." })),
        call(json!({ "index": 0, "id": "c1", "function": { "name": "time", "arguments": "" } })),
        call(json!({ "index": 0, "function": { "arguments": "{\"zone\":" } })),
        call(json!({ "index": 1, "id": "c2", "function": { "name": "time", "arguments": "{}" } })),
        call(json!({ "index": 0, "function": { "arguments": "\"UTC\"}" } })),
        json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "tool_calls" }] }),
        json!({ "choices": [], "usage": {
            "prompt_tokens": 20, "completion_tokens": 9,
            "prompt_tokens_details": { "cached_tokens": 5 },
            "completion_tokens_details": { "reasoning_tokens": 2 },
        } }),
    ]
}

fn anthropic_stream() -> String {
    let block = |n: u8, block: Value| json!({ "type": "content_block_start", "index": n, "content_block": block });
    let delta =
        |n: u8, delta: Value| json!({ "type": "content_block_delta", "index": n, "delta": delta });
    let stop = |n: u8| json!({ "type": "content_block_stop", "index": n });
    let events = vec![
        json!({ "type": "message_start", "message": { "usage": {
            "input_tokens": 12, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 3,
            "output_tokens": 1,
        } } }),
        block(0, json!({ "type": "thinking", "thinking": "", "signature": "" })),
        delta(0, json!({ "type": "thinking_delta", "thinking": "Hm." })),
        delta(0, json!({ "type": "signature_delta", "signature": "se" })),
        delta(0, json!({ "type": "signature_delta", "signature": "al" })),
        stop(0),
        json!({ "type": "ping" }),
        block(1, json!({ "type": "text", "text": "" })),
        delta(1, json!({ "type": "text_delta", "text": "Let me " })),
        delta(1, json!({ "type": "text_delta", "text": "see — ü." })),
        stop(1),
        block(2, json!({ "type": "tool_use", "id": "c1", "name": "time", "input": {} })),
        delta(2, json!({ "type": "input_json_delta", "partial_json": "{\"zone\":" })),
        delta(2, json!({ "type": "input_json_delta", "partial_json": "\"UTC\"}" })),
        stop(2),
        block(3, json!({ "type": "tool_use", "id": "c2", "name": "time", "input": {} })),
        stop(3),
        json!({ "type": "message_delta", "delta": { "stop_reason": "tool_use" },
            "usage": { "output_tokens": 9 } }),
        json!({ "type": "message_stop" }),
    ];
    let events = events
        .iter()
        .map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap()));
    events.collect()
}

fn expected(signature: Option<&str>, usage: Usage) -> Vec<ReplyPart> {
    let reasoning = |text: &str, signature: Option<&str>| ReplyPart::Reasoning {
        text: text.to_owned(),
        signature: signature.map(str::to_owned),
    };
    let call = |id: &str, arguments: Value| {
        ReplyPart::ToolCall(ToolCall { id: id.into(), name: "time".into(), arguments })
    };
    let mut parts = vec![reasoning("Hm.", None)];
    parts.extend(signature.map(|signature| reasoning("", Some(signature))));
    parts.extend([
        ReplyPart::Text("Let me ".into()),
        ReplyPart::Text("see — ü.".into()),
        call("c1", json!({ "zone": "UTC" })),
        call("c2", json!({})),
        ReplyPart::Usage(usage),
        ReplyPart::Stop(ProviderStop::ToolCalls),
    ]);
    parts
}

/// Each framing trick on its own, and the worst of them together.
fn framings(stream: &str) -> Vec<(String, Vec<Step>)> {
    let mut out = Vec::new();
    for (name, ending) in [("LF", "\n"), ("CRLF", "\r\n"), ("CR", "\r")] {
        for bom in ["", "\u{feff}"] {
            for comment in ["", ": keep-alive\n\n:\n\n"] {
                let body = format!("{bom}{comment}{stream}").replace('\n', ending).into_bytes();
                for size in [1, 3, 100_000] {
                    let title = format!("{name}, mark {}, by {size}, {comment:?}", bom.len());
                    let steps = vec![Step::Send(stream_head()), Step::Drip(body.clone(), size)];
                    out.push((title, steps));
                }
            }
        }
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(stream.as_bytes()).unwrap();
    let headers = "content-type: text/event-stream\r\ncontent-encoding: gzip\r\n";
    let body = gzip.finish().unwrap();
    out.push(("gzip".into(), vec![Step::Send(head("200 OK", headers)), Step::Drip(body, 7)]));
    out
}

async fn check(kind: ProviderKind, body: &str, expect: &[ReplyPart]) {
    let (titles, scripts): (Vec<_>, Vec<_>) = framings(body).into_iter().unzip();
    let fake = Fake::start(scripts).await;
    let picked = pick(kind, &fake.url);
    for title in titles {
        let parts = collect(&picked, hello()).await;
        let parts = parts.unwrap_or_else(|error| panic!("{kind:?}, {title}: {error}"));
        assert_eq!(parts, expect, "{kind:?}, {title}");
    }
}

#[tokio::test]
async fn a_chat_reads_the_same_in_every_framing() {
    let usage = Usage {
        input_tokens: 20,
        output_tokens: 9,
        cached_input_tokens: 5,
        cache_write_tokens: 0,
        reasoning_tokens: 2,
    };
    let expect = expected(None, usage);
    let whole = format!("{}data: [DONE]\n\n", data(&chat_events()));
    check(ProviderKind::OpenAi, &whole, &expect).await;
    // Some servers just close after the last event, some even without its empty line.
    let without_end = data(&chat_events());
    check(ProviderKind::OpenAiCompatible, &without_end, &expect).await;
    check(ProviderKind::OpenAiCompatible, without_end.trim_end(), &expect).await;
}

#[tokio::test]
async fn anthropic_reads_the_same_in_every_framing() {
    let usage = Usage {
        input_tokens: 20,
        output_tokens: 9,
        cached_input_tokens: 5,
        cache_write_tokens: 3,
        reasoning_tokens: 0,
    };
    let expect = expected(Some("anthropic:seal"), usage);
    check(ProviderKind::Anthropic, &anthropic_stream(), &expect).await;
}

fn conversation() -> ModelCall {
    let call =
        ToolCall { id: "c1".into(), name: "time".into(), arguments: json!({ "zone": "UTC" }) };
    let result = ToolResult { call_id: "c1".into(), content: "noon".into(), is_error: false };
    let reasoning = Reasoning { text: "Hm.".into(), signature: Some("anthropic:seal".into()) };
    let mut sent = hello();
    sent.messages.extend([
        message(
            Role::Assistant,
            vec![
                Part::Reasoning(reasoning),
                Part::Text("Let me see.".into()),
                Part::ToolCall(call),
            ],
        ),
        message(Role::Tool, vec![Part::ToolResult(result)]),
        message(Role::User, vec![Part::Text("thanks".into())]),
        message(Role::User, vec![Part::Text("bye".into())]),
    ]);
    sent
}

#[tokio::test]
async fn a_conversation_is_sent_in_the_form_of_chat() {
    let fake = Fake::start(vec![stream(&data(&chat_events()))]).await;
    collect(&pick(ProviderKind::OpenAi, &fake.url), conversation()).await.unwrap();
    let body = fake.body(0);
    assert_eq!(
        body["messages"],
        json!([
            { "role": "system", "content": "Be kind." },
            { "role": "user", "content": "hi" },
            { "role": "assistant", "content": "Let me see.", "tool_calls": [{
                "id": "c1", "type": "function",
                "function": { "name": "time", "arguments": "{\"zone\":\"UTC\"}" },
            }] },
            { "role": "tool", "tool_call_id": "c1", "content": "noon" },
            { "role": "user", "content": "thanks\n\nbye" },
        ])
    );
    assert_eq!(body["tools"][0]["function"]["name"], "time");
    assert_eq!(body["stream_options"]["include_usage"], true);
    let request = fake.requests.lock().unwrap()[0].to_lowercase();
    assert!(request.starts_with("post /v1/chat/completions "), "{request}");
    assert!(request.contains(&format!("authorization: bearer {KEY}")));
}

#[tokio::test]
async fn a_conversation_is_sent_in_the_form_of_anthropic() {
    let fake = Fake::start(vec![stream(&anthropic_stream())]).await;
    collect(&pick(ProviderKind::Anthropic, &fake.url), conversation()).await.unwrap();
    let body = fake.body(0);
    assert_eq!(
        body["messages"],
        json!([
            { "role": "user", "content": [{ "type": "text", "text": "hi" }] },
            { "role": "assistant", "content": [
                { "type": "thinking", "thinking": "Hm.", "signature": "seal" },
                { "type": "text", "text": "Let me see." },
                { "type": "tool_use", "id": "c1", "name": "time", "input": { "zone": "UTC" } },
            ] },
            { "role": "user", "content": [
                { "type": "tool_result", "tool_use_id": "c1", "content": "noon", "is_error": false },
                { "type": "text", "text": "thanks" },
                { "type": "text", "text": "bye", "cache_control": { "type": "ephemeral" } },
            ] },
        ])
    );
    assert_eq!(body["tools"][0]["input_schema"]["type"], "object");
    let request = fake.requests.lock().unwrap()[0].to_lowercase();
    assert!(request.starts_with("post /v1/messages "), "{request}");
    assert!(request.contains("anthropic-version: 2023-06-01"));
    assert!(request.contains(&format!("x-api-key: {KEY}")));
}
