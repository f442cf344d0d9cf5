//! Refusals, cuts, silence and nonsense.

use nexus_domain::agent::AgentErrorKind;

use super::fake::{Fake, Step, answer, head, stream, stream_head};
use super::*;
use crate::port::Clock;
use crate::provider::{next_part, open};
use crate::turn::tests::ports::{Bench, HandClock, quiet};

const BOTH: [ProviderKind; 2] = [ProviderKind::OpenAiCompatible, ProviderKind::Anthropic];

fn beginning(kind: ProviderKind) -> String {
    if kind == ProviderKind::Anthropic {
        let events = [
            json!({ "type": "content_block_start", "content_block": { "type": "text", "text": "" } }),
            json!({ "type": "content_block_delta",
                "delta": { "type": "text_delta", "text": "Half" } }),
            json!({ "type": "content_block_stop" }),
            json!({ "type": "content_block_start", "content_block":
                { "type": "tool_use", "id": "c", "name": "time", "input": {} } }),
            json!({ "type": "content_block_delta",
                "delta": { "type": "input_json_delta", "partial_json": "{}" } }),
            json!({ "type": "content_block_stop" }),
        ];
        return data(&events);
    }
    let call = json!({ "index": 0, "id": "c", "function": { "name": "time", "arguments": "{}" } });
    data(&[
        json!({ "choices": [{ "delta": { "content": "Half" } }] }),
        json!({ "choices": [{ "delta": { "tool_calls": [call] } }] }),
    ])
}

async fn error(kind: ProviderKind, steps: Vec<Step>) -> ModelError {
    let fake = Fake::start(vec![steps]).await;
    let picked = pick(kind, &fake.url);
    let mut stream = match picked.client.stream(hello()).await {
        Ok(stream) => stream,
        Err(error) => {
            assert_no_key(&error);
            return error;
        }
    };
    while let Some(part) = stream.next().await {
        match part {
            Ok(ReplyPart::ToolCall(call)) => panic!("a call of a broken reply: {call:?}"),
            Ok(ReplyPart::Stop(_)) => panic!("a broken reply was complete"),
            Ok(_) => {}
            Err(error) => {
                assert_no_key(&error);
                return error;
            }
        }
    }
    panic!("a broken reply just ended")
}

#[tokio::test]
async fn a_cut_reply_is_an_error_and_never_calls_a_tool() {
    for kind in BOTH {
        let body = beginning(kind);
        let cut = error(kind, stream(&body)).await;
        assert!(cut.is_retryable && cut.message.contains("cut off"), "{kind:?}: {cut}");

        let torn = error(kind, stream(&body[..body.len() - 10])).await;
        assert!(torn.is_retryable, "{kind:?}: {torn}");

        let headers = "content-type: text/event-stream\r\ncontent-length: 100000\r\n";
        let steps = vec![Step::Send(head("200 OK", headers)), Step::Send(body.into_bytes())];
        let broken = error(kind, steps).await;
        assert!(broken.is_retryable && broken.message.contains("broke"), "{kind:?}: {broken}");
    }
    let only_end = error(ProviderKind::OpenAiCompatible, stream("data: [DONE]\n\n")).await;
    assert!(only_end.message.contains("cut off"), "{only_end}");
}

#[tokio::test]
async fn refusals_say_what_and_when_to_come_back() {
    for kind in BOTH {
        let body = r#"{"error":{"message":"slow down"}}"#;
        let limited = error(kind, answer("429 Too Many", "retry-after: 7\r\n", body)).await;
        assert_eq!(limited.kind, AgentErrorKind::RateLimit);
        assert_eq!((limited.retry_after_ms, limited.is_retryable), (Some(7_000), true));
        assert_eq!(limited.message, "acme answered 429: slow down");

        let ms = error(kind, answer("529 Overloaded", "retry-after-ms: 250\r\n", "")).await;
        assert_eq!((ms.status, ms.retry_after_ms, ms.is_retryable), (Some(529), Some(250), true));

        let never = error(kind, answer("503 Down", "x-should-retry: false\r\n", "")).await;
        assert!(!never.is_retryable);

        let echo = format!("{{\"error\":{{\"message\":\"bad key {KEY}\"}}}}");
        let refused = error(kind, answer("401 No", "", &echo)).await;
        assert_eq!(refused.kind, AgentErrorKind::AuthFailure);
        assert!(refused.hint.unwrap().contains("models.acme.key"));
    }
}

#[tokio::test]
async fn an_error_inside_a_stream_is_read_as_one() {
    let overloaded = json!({ "type": "error",
        "error": { "type": "overloaded_error", "message": "Overloaded" } });
    let body =
        format!("{}event: error\n{}", beginning(ProviderKind::Anthropic), data(&[overloaded]));
    let found = error(ProviderKind::Anthropic, stream(&body)).await;
    assert_eq!((found.status, found.is_retryable), (Some(529), true));

    let limited = json!({ "error": { "code": 429, "message": "slow down" } });
    let body = format!("{}{}", beginning(ProviderKind::OpenAi), data(&[limited]));
    let found = error(ProviderKind::OpenAiCompatible, stream(&body)).await;
    assert_eq!(found.kind, AgentErrorKind::RateLimit);

    let long = json!({ "error": { "code": "context_length_exceeded", "message": "too long" } });
    let found = error(ProviderKind::OpenAiCompatible, stream(&data(&[long]))).await;
    assert_eq!(found.kind, AgentErrorKind::ContextOverflow);
}

#[tokio::test]
async fn nonsense_is_quoted_with_a_hint() {
    for kind in BOTH {
        let echo = format!("<html>Sign in to WiFi with {KEY}</html>");
        for steps in [
            answer("200 OK", "content-type: text/html\r\n", &echo),
            answer("200 OK", "content-type: application/json\r\n", "{\"sign in\": \"WiFi\"}"),
            stream(&format!("data: Sign in to WiFi {KEY}\n\n")),
        ] {
            let found = error(kind, steps).await;
            assert_eq!(found.kind, AgentErrorKind::ModelError, "{found}");
            assert!(found.message.contains("WiFi"), "{found}");
            assert!(found.hint.unwrap().contains("base_url"));
        }
        let wild =
            error(kind, vec![Step::Send(b"\x00\xff not http at all\r\n\r\n".to_vec())]).await;
        assert!(wild.is_retryable, "{wild}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_says_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for kind in [ProviderKind::OpenAi, ProviderKind::Anthropic, ProviderKind::Gemini] {
        let found = collect(&pick(kind, &url), hello()).await.unwrap_err();
        assert!(found.is_retryable && found.message.contains("cannot be reached"), "{found}");
        assert_no_key(&found);
    }
}

#[tokio::test]
async fn silence_ends_by_the_clock_and_signs_of_life_do_not() {
    for kind in BOTH {
        let mut body = stream_head();
        body.extend_from_slice(beginning(kind).as_bytes());
        let fake = Fake::start(vec![vec![Step::Send(body), Step::Hang]]).await;
        let picked = pick(kind, &fake.url);
        let clock = HandClock::default();
        let mut stream = open(&*picked.client, hello(), picked.times, &clock).await.unwrap();
        let first = next_part(&mut stream, true, picked.times, &clock).await;
        assert_eq!(first, Some(Ok(ReplyPart::Text("Half".into()))));
        let end = loop {
            let waiting = next_part(&mut stream, false, picked.times, &clock);
            tokio::pin!(waiting);
            let part = tokio::select! {
                biased;
                part = &mut waiting => part,
                () = quiet() => {
                    clock.advance(picked.times.idle_ms_max);
                    waiting.await
                }
            };
            if let Some(Err(error)) = part {
                break error;
            }
        };
        assert_eq!(end.kind, AgentErrorKind::Timeout);
        assert!(end.hint.unwrap().contains("idle_ms_max"));
        drop(stream);
        fake.closed.notified().await;
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let fake = Fake::start(vec![vec![Step::Hang]]).await;
    let picked = pick(ProviderKind::OpenAi, &fake.url);
    let clock = HandClock::default();
    let opening = open(&*picked.client, hello(), picked.times, &clock);
    tokio::pin!(opening);
    tokio::select! {
        biased;
        _ = &mut opening => panic!("it opened"),
        () = quiet() => clock.advance(picked.times.first_byte_ms_max),
    }
    let error = opening.await.err().unwrap();
    assert!(error.hint.unwrap().contains("first_byte_ms_max"));
    assert_eq!(clock.now().ms_since(Timestamp(1_800_000_000_000)), picked.times.first_byte_ms_max);
}

#[tokio::test]
async fn too_many_calls_and_endless_replies_are_refused() {
    let calls: Vec<_> = (0..100).map(|n| json!({ "index": n * 1_000_000_000_u64 })).collect();
    let many = json!({ "choices": [{ "delta": { "tool_calls": calls } }] });
    let found = error(ProviderKind::OpenAiCompatible, stream(&data(&[many]))).await;
    assert!(found.message.contains("more than 64 tool calls"), "{found}");
}

#[tokio::test]
async fn a_test_call_tells_how_it_went() {
    let delta =
        json!({ "choices": [{ "delta": { "content": "ready" }, "finish_reason": "stop" }] });
    let usage = json!({ "choices": [], "usage": { "prompt_tokens": 9, "completion_tokens": 1 } });
    let good = stream(&data(&[delta, usage]));
    let fake = Fake::start(vec![good, answer("401 No", "", "")]).await;
    let configs =
        vec![config(ProviderKind::OpenAiCompatible, &fake.url), ProviderConfig::offline()];
    let pool = ModelPool::new(configs, PriceTable::default(), Vec::new()).unwrap();
    let clock = HandClock::default();
    let test = pool.test("acme/m", &clock).await;
    assert_eq!(test.outcome.as_deref(), Ok("ready"));
    assert_eq!((test.usage.input_tokens, test.first_token_ms), (9, Some(0)));
    assert!(pool.test("acme/m", &clock).await.outcome.is_err());
    assert!(pool.test("nobody/m", &clock).await.outcome.unwrap_err().hint.is_some());
    let offline = pool.test("offline/rules", &clock).await;
    assert!(offline.outcome.unwrap().contains("rule-based"));
}

#[tokio::test]
async fn what_is_missing_is_said_before_anything_is_sent() {
    let bare = ProviderConfig::new("openai", ProviderKind::OpenAi);
    let bare = ProviderConfig { models: vec!["gpt-5".into()], ..bare };
    let pool = ModelPool::new(
        vec![bare, ProviderConfig::offline()],
        PriceTable::default(),
        vec![("offline/rules".into(), Timestamp(500))],
    )
    .unwrap();
    let models = pool.models(Timestamp(100));
    assert_eq!((models[0].is_ready, models[0].reason.as_str()), (false, "no key was found"));
    assert!(models[0].price.is_some() && models[0].context_tokens_max > 100_000);
    assert!(models[1].is_ready && models[1].cooling_until == Some(Timestamp(500)));
    let both = ["openai/gpt-5".to_owned(), "offline/rules".to_owned()];
    let line = pool.line_up(&both, Timestamp(100)).unwrap();
    assert_eq!(line[0].id, "offline/rules");
    let error = pool.line_up(&both[..1], Timestamp(100)).err().unwrap();
    assert!(error.message.contains("no key"), "{error}");
}

#[tokio::test]
async fn stopping_a_run_closes_the_connection() {
    for kind in BOTH {
        let mut body = stream_head();
        body.extend_from_slice(beginning(kind).as_bytes());
        let fake = Fake::start(vec![vec![Step::Send(body), Step::Hang]]).await;
        let mut bench = Bench::new(vec![]);
        bench.with_models(vec![config(kind, &fake.url)]);
        let running = bench.start();
        bench.diary.until("text Half").await;
        bench.stop.stop_now();
        assert_eq!(running.await.unwrap().reply, "Half");
        fake.closed.notified().await;
        assert_eq!(bench.clock.now_ms(), 0);
    }
}

#[tokio::test]
async fn a_run_survives_a_limit_and_a_cut_without_doubling_anything() {
    let kind = ProviderKind::OpenAiCompatible;
    let good = json!({ "choices": [{ "delta": { "content": "Whole" }, "finish_reason": "stop" }] });
    let fake = Fake::start(vec![
        answer("429 Too Many", "retry-after: 3\r\n", ""),
        stream(&beginning(kind)),
        answer("529 Overloaded", "retry-after-ms: 1500\r\n", ""),
        stream(&data(&[good])),
    ])
    .await;
    let mut bench = Bench::new(vec![]);
    bench.with_models(vec![config(kind, &fake.url)]);
    let running = bench.start();
    for (n, ms) in [(1, 3_000), (2, 20_000), (3, 1_500)] {
        while bench.diary.only(&["errored"]).len() < n {
            tokio::task::yield_now().await;
        }
        quiet().await;
        bench.clock.advance(ms);
    }
    assert_eq!(running.await.unwrap().reply, "Whole");
    assert_eq!(
        bench.diary.only(&["text", "reply", "finished", "ask"]),
        ["text Half", "text Whole", "reply acme/m \"Whole\""]
    );
    assert_eq!(bench.diary.only(&["started"]).len(), 4);
}
