//! The providers behind the model library, and Ollama: complete replies, cuts and refusals come out as they
//! do from our own clients.

use nexus_domain::agent::AgentErrorKind;

use super::fake::{Fake, Step, answer, head, stream};
use super::*;
use crate::provider::ProviderStop;

const ALL: [ProviderKind; 3] =
    [ProviderKind::OpenAiResponses, ProviderKind::Gemini, ProviderKind::Ollama];

/// A reply with a text and a call: its body without its end, and its end.
fn reply(kind: ProviderKind) -> (String, String) {
    match kind {
        ProviderKind::OpenAiResponses => {
            let item = |status: &str, arguments: &str| {
                json!({ "type": "function_call", "call_id": "c1", "name": "time",
                    "arguments": arguments, "status": status })
            };
            let body = data(&[
                json!({ "type": "response.created", "response": {} }),
                json!({ "type": "response.output_text.delta", "output_index": 0,
                    "content_index": 0, "delta": "Half" }),
                json!({ "type": "response.output_item.added", "output_index": 1,
                    "item": item("in_progress", "") }),
                json!({ "type": "response.output_item.done", "output_index": 1,
                    "item": item("completed", "{\"zone\":\"UTC\"}") }),
            ]);
            let end = json!({ "type": "response.completed", "response": {
                "id": "r", "model": "m", "status": "completed", "output": [],
                "usage": { "input_tokens": 7, "output_tokens": 3, "total_tokens": 10 },
            } });
            (body, data(&[end]))
        }
        ProviderKind::Gemini => {
            let part = |part: Value| json!({ "content": { "role": "model", "parts": [part] } });
            let body = data(&[json!({ "candidates": [part(json!({ "text": "Half" }))] })]);
            let call = json!({ "functionCall": { "name": "time", "args": { "zone": "UTC" } } });
            let mut last = part(call);
            last["finishReason"] = json!("STOP");
            let usage = json!({ "promptTokenCount": 7, "candidatesTokenCount": 3,
                "totalTokenCount": 10 });
            let end = json!({ "candidates": [last], "usageMetadata": usage });
            (body, data(&[end]))
        }
        _ => {
            let call = json!({ "function": { "name": "time", "arguments": { "zone": "UTC" } } });
            let body = json!({ "message": { "role": "assistant", "content": "Half" } });
            let calls = json!({ "message": { "content": "", "tool_calls": [call] } });
            let end = json!({ "message": { "content": "" }, "done": true, "done_reason": "stop",
                "prompt_eval_count": 7, "eval_count": 3 });
            (format!("{body}\n{calls}\n"), format!("{end}\n"))
        }
    }
}

fn url(kind: ProviderKind, fake: &Fake) -> String {
    match kind {
        ProviderKind::Ollama => fake.url.trim_end_matches("/v1").to_owned(),
        _ => fake.url.clone(),
    }
}

fn steps(kind: ProviderKind, body: &str) -> Vec<Step> {
    if kind == ProviderKind::Ollama {
        let head = head("200 OK", "content-type: application/x-ndjson\r\n");
        return vec![Step::Send(head), Step::Drip(body.as_bytes().to_vec(), 11)];
    }
    stream(body)
}

#[tokio::test]
async fn complete_replies_come_out_whole() {
    for kind in ALL {
        let (body, end) = reply(kind);
        let fake = Fake::start(vec![steps(kind, &format!("{body}{end}"))]).await;
        let parts = collect(&pick(kind, &url(kind, &fake)), hello()).await;
        let parts = parts.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert_eq!(text(&parts), "Half", "{kind:?}");
        let call = parts.iter().find_map(|part| match part {
            ReplyPart::ToolCall(call) => Some((call.name.as_str(), call.arguments.clone())),
            _ => None,
        });
        assert_eq!(call, Some(("time", json!({ "zone": "UTC" }))), "{kind:?}");
        let usage = parts.iter().find_map(|part| match part {
            ReplyPart::Usage(usage) => Some((usage.input_tokens, usage.output_tokens)),
            _ => None,
        });
        assert_eq!(usage, Some((7, 3)), "{kind:?}");
        assert_eq!(parts.last(), Some(&ReplyPart::Stop(ProviderStop::ToolCalls)), "{kind:?}");
        if kind == ProviderKind::Ollama {
            assert_eq!(fake.body(0)["options"]["num_ctx"], 8_192);
        }
        let body = fake.body(0).to_string();
        assert!(body.contains("Be kind.") && body.contains("Tells the time."), "{kind:?}: {body}");
    }
}

#[tokio::test]
async fn cut_replies_are_errors() {
    for kind in ALL {
        let (body, _) = reply(kind);
        let fake = Fake::start(vec![steps(kind, &body)]).await;
        let result = collect(&pick(kind, &url(kind, &fake)), hello()).await;
        let error = result.expect_err(&format!("{kind:?} took a cut reply for a whole one"));
        assert!(error.is_retryable, "{kind:?}: {error}");
        assert_no_key(&error);
    }
}

#[tokio::test]
async fn refusals_keep_their_status_and_waiting_time() {
    for kind in ALL {
        let body = r#"{"error":{"message":"slow down"}}"#;
        let refusal = answer("429 Too Many", "retry-after: 7\r\n", body);
        let fake = Fake::start(vec![refusal]).await;
        let error = collect(&pick(kind, &url(kind, &fake)), hello()).await.unwrap_err();
        assert_eq!(error.kind, AgentErrorKind::RateLimit, "{kind:?}: {error}");
        assert_eq!(error.retry_after_ms, Some(7_000), "{kind:?}");
        assert_no_key(&error);
    }
}

#[tokio::test]
async fn nonsense_is_an_error() {
    for kind in ALL {
        let fake = Fake::start(vec![steps(kind, "data: Sign in to WiFi\n\n")]).await;
        let error = collect(&pick(kind, &url(kind, &fake)), hello()).await.unwrap_err();
        assert!(error.is_retryable, "{kind:?}: {error}");
        assert_no_key(&error);
    }
}
