//! The adapter over real connections, under a daemon that does what a test wants.

mod fake;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nexus_adapter::{AgentErrorKind, Part, Refusal, RefusalKind, StopReason, ToolCall};
use reqwest::{Client, Response};
use serde_json::{Value, json};

use fake::{Act, Fake, KEY};

/// A daemon that does this after every submission.
async fn doing(settings: Value, acts: &[Act]) -> Fake {
    let acts = acts.to_vec();
    Fake::start(settings, move |_, _| Ok(acts.clone())).await
}

async fn post(fake: &Fake, path: &str, body: &Value) -> Response {
    let call = Client::new().post(format!("{}{path}", fake.url)).bearer_auth(KEY).json(body);
    call.send().await.unwrap()
}

async fn ask(fake: &Fake, more: Value) -> Response {
    post(fake, "/chat/completions", &asking(more)).await
}

fn asking(more: Value) -> Value {
    let mut body =
        json!({ "model": "nexus/main", "messages": [{ "role": "user", "content": "hi" }] });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// The data of a stream's events; comments and names of events are left out.
fn events(text: &str) -> Vec<Value> {
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| match data {
        "[DONE]" => json!("[DONE]"),
        data => serde_json::from_str(data).unwrap(),
    })
    .collect()
}

fn content(events: &[Value]) -> String {
    let texts = events.iter().filter_map(|e| e["choices"][0]["delta"]["content"].as_str());
    texts.collect()
}

async fn error(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    let error = &body["error"];
    assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
    assert!(error["type"].is_string() && error.get("param").is_some(), "{body}");
    (status, error["code"].clone())
}

#[tokio::test]
async fn an_answer_has_the_form_of_the_original() {
    let fake = doing(json!({}), &[Act::Reply("Hello.")]).await;
    let response = ask(&fake, json!({ "user": "u" })).await;
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-request-id"), fake::request_id().to_string());
    assert_eq!(header("openai-version"), "2020-10-01");
    assert!(header("openai-processing-ms").parse::<u64>().is_ok());
    let body: Value = response.json().await.unwrap();
    assert!(body["id"].as_str().unwrap().starts_with("chatcmpl-"));
    assert_eq!(
        (&body["object"], &body["model"]),
        (&json!("chat.completion"), &json!("nexus/main"))
    );
    let message = json!({
        "role": "assistant", "content": "Hello.", "refusal": null, "annotations": [],
    });
    let choice =
        json!({ "index": 0, "message": message, "logprobs": null, "finish_reason": "stop" });
    assert_eq!(body["choices"], json!([choice]));
    let usage = &body["usage"];
    assert_eq!((&usage["prompt_tokens"], &usage["total_tokens"]), (&json!(10), &json!(15)));
    assert_eq!(usage["prompt_tokens_details"]["cached_tokens"], 3);
    assert_eq!(usage["completion_tokens_details"]["reasoning_tokens"], 2);
    let (params, brief) = &fake.seen().submitted[0];
    assert_eq!(params.event.event_id, body["id"].as_str().unwrap());
    assert_eq!(params.event.peer_id, params.event.event_id);
    assert_eq!(params.event.content, "hi");
    assert_eq!(params.event.metadata["user"], "u");
    assert_eq!(params.caller.remote.as_deref(), Some("127.0.0.1"));
    assert!(params.session_key.is_none() && !params.is_streamed && brief.said.is_empty());
}

#[tokio::test]
async fn a_stream_begins_with_the_role_and_ends_with_usage() {
    let acts = [
        Act::Start,
        Act::Delta("I look."),
        Act::Tool,
        Act::Delta("It is "),
        Act::Reply("It is 42."),
    ];
    let fake = doing(json!({}), &acts).await;
    let more = json!({ "stream": true, "stream_options": { "include_usage": true } });
    let response = ask(&fake, more).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
    let events = events(&response.text().await.unwrap());
    assert_eq!(events[0]["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(content(&events), "I look.\n\nIt is 42.");
    let (last, rest) = events.split_last().unwrap();
    assert_eq!(last, "[DONE]");
    let (usage, rest) = rest.split_last().unwrap();
    assert_eq!((&usage["choices"], &usage["usage"]["total_tokens"]), (&json!([]), &json!(15)));
    assert_eq!(rest.last().unwrap()["choices"][0]["finish_reason"], "stop");
    for chunk in rest {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!(chunk["id"], usage["id"]);
        assert!(chunk.get("usage").is_some_and(Value::is_null), "{chunk}");
    }
    assert!(fake.seen().submitted[0].0.is_streamed);
    let plain = ask(&fake, json!({ "stream": true })).await.text().await.unwrap();
    assert!(self::events(&plain).iter().all(|event| event.get("usage").is_none()));
}

#[tokio::test]
async fn calls_of_tools_are_handed_out() {
    let call = |id: &str| ToolCall {
        id: id.to_owned(),
        name: "look".to_owned(),
        arguments: json!({ "at": id }),
    };
    let fake = doing(json!({}), &[Act::Calls(vec![call("a"), call("b")])]).await;
    let tool = json!({ "type": "function", "function": { "name": "look" } });
    let whole: Value = ask(&fake, json!({ "tools": [tool] })).await.json().await.unwrap();
    let choice = &whole["choices"][0];
    assert_eq!(choice["finish_reason"], "tool_calls");
    assert!(choice["message"]["content"].is_null());
    assert_eq!(
        choice["message"]["tool_calls"][1],
        json!({
            "id": "b", "type": "function", "function": { "name": "look", "arguments": "{\"at\":\"b\"}" },
        })
    );
    let more = json!({ "tools": [tool], "stream": true, "parallel_tool_calls": false });
    let events = events(&ask(&fake, more).await.text().await.unwrap());
    let pieces: Vec<_> = events
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["tool_calls"][0].as_object())
        .collect();
    assert_eq!(pieces.len(), 2, "one call in two pieces");
    assert_eq!((&pieces[0]["id"], &pieces[0]["function"]["arguments"]), (&json!("a"), &json!("")));
    assert_eq!(pieces[1]["function"]["arguments"], "{\"at\":\"a\"}");
    assert_eq!(fake.seen().submitted[1].1.tools.len(), 1);
}

#[tokio::test]
async fn who_is_refused_is_told_as_by_the_original() {
    let fake = doing(json!({ "body_bytes_max": 2_000 }), &[Act::Reply("x")]).await;
    let client = Client::new();
    let url = |path: &str| format!("{}{path}", fake.url);
    let completions = url("/chat/completions");
    let response = client.post(&completions).json(&asking(json!({}))).send().await.unwrap();
    assert_eq!(error(response).await, (401, json!("invalid_api_key")));
    let wrong = client.post(&completions).bearer_auth("nxk_bad").json(&asking(json!({})));
    assert_eq!(error(wrong.send().await.unwrap()).await, (401, json!("invalid_api_key")));
    for model in ["nexus/ghost", "ghost", "nexus/../x"] {
        let response = ask(&fake, json!({ "model": model })).await;
        assert_eq!(error(response).await, (404, json!("model_not_found")), "{model}");
    }
    assert_eq!(error(ask(&fake, json!({ "n": 2 })).await).await, (400, json!("unsupported_value")));
    let text = client.post(&completions).bearer_auth(KEY).body("{}").send().await.unwrap();
    assert_eq!(error(text).await, (415, json!("unsupported_content_type")));
    let large = ask(&fake, json!({ "user": "x".repeat(3_000) })).await;
    assert_eq!(error(large).await, (413, json!("request_too_large")));
    let get = |path: &str| client.get(url(path)).bearer_auth(KEY).send();
    assert_eq!(error(get("/responses").await.unwrap()).await, (404, json!("unknown_url")));
    let wrong = get("/chat/completions").await.unwrap();
    assert_eq!(error(wrong).await, (405, json!("method_not_allowed")));
    let origin =
        client.get(url("/models")).bearer_auth(KEY).header("origin", "http://evil.example");
    assert_eq!(error(origin.send().await.unwrap()).await, (403, json!("origin_not_allowed")));
    let host = client.get(url("/models")).bearer_auth(KEY).header("host", "evil.example");
    assert_eq!(error(host.send().await.unwrap()).await, (421, json!("invalid_host")));
}

#[tokio::test]
async fn every_failure_has_its_status() {
    use AgentErrorKind as Kind;
    let cases = [
        (Act::Fail(Kind::ContextOverflow, "too long"), 400, "context_length_exceeded"),
        (Act::Fail(Kind::RateLimit, "slow down"), 429, "rate_limit_exceeded"),
        (Act::Fail(Kind::BudgetExhausted, "used up"), 429, "insufficient_quota"),
        (Act::Fail(Kind::AuthFailure, "no key"), 502, "provider_auth_failure"),
        (Act::Fail(Kind::ModelError, "nonsense"), 502, "model_error"),
        (Act::Fail(Kind::Timeout, "silence"), 504, "timeout"),
        (Act::Fail(Kind::Internal, "oh"), 500, "internal_error"),
        (Act::Stop(StopReason::Aborted, "half"), 500, "run_stopped"),
        (Act::Refuse(RefusalKind::Cancelled, None), 500, "run_stopped"),
        (Act::Refuse(RefusalKind::Denied, None), 403, "permission_denied"),
        (Act::Refuse(RefusalKind::BudgetExhausted, None), 429, "insufficient_quota"),
        (Act::Refuse(RefusalKind::Unavailable, None), 503, "overloaded"),
        (Act::Refuse(RefusalKind::Unavailable, Some(2_500)), 429, "rate_limit_exceeded"),
    ];
    for (act, status, code) in cases {
        for is_streamed in [false, true] {
            let fake = doing(json!({}), &[Act::Start, act.clone()]).await;
            let response = ask(&fake, json!({ "stream": is_streamed })).await;
            let wait = response.headers().get("retry-after").cloned();
            assert_eq!(wait.is_some(), matches!(act, Act::Refuse(_, Some(_))), "{code}");
            assert!(wait.is_none_or(|wait| wait == "3"));
            assert_eq!(error(response).await, (status, json!(code)), "{act:?}");
        }
    }
}

#[tokio::test]
async fn a_failure_in_a_stream_is_an_event() {
    let acts = [Act::Start, Act::Delta("Hel"), Act::Refuse(RefusalKind::Internal, None)];
    let fake = doing(json!({}), &acts).await;
    let response = ask(&fake, json!({ "stream": true })).await;
    assert_eq!(response.status(), 200);
    let text = response.text().await.unwrap();
    assert!(text.contains("event: error\ndata: {\"error\":"), "{text}");
    let events = events(&text);
    assert_eq!(content(&events), "Hel");
    assert_eq!(events.last().unwrap()["error"]["code"], "internal_error");
}

#[tokio::test]
async fn a_refused_submission_leaves_nothing_behind() {
    let fake = Fake::start(json!({}), |_, _| {
        let refusal = Refusal::new(RefusalKind::Invalid, "the session is wrong");
        Err(Refusal { hint: Some("name another".to_owned()), ..refusal })
    })
    .await;
    let response = ask(&fake, json!({})).await;
    assert_eq!(response.status(), 400);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"]["message"], "the session is wrong; name another");
    assert!(fake.seen().cancelled.is_empty());
}

#[tokio::test]
async fn a_caller_who_goes_away_cancels_its_run() {
    for is_streamed in [false, true] {
        let fake = doing(json!({}), &[Act::Start, Act::Delta("Hel")]).await;
        let call = tokio::spawn({
            let (url, body) = (fake.url.clone(), asking(json!({ "stream": is_streamed })));
            async move {
                let call = Client::new().post(format!("{url}/chat/completions"));
                let mut response = call.bearer_auth(KEY).json(&body).send().await.unwrap();
                response.chunk().await.unwrap();
                // Left in the middle of the stream.
            }
        });
        fake.until(|seen| !seen.submitted.is_empty()).await;
        if is_streamed {
            call.await.unwrap();
        } else {
            call.abort();
        }
        let event_id = fake.seen().submitted[0].0.event.event_id.clone();
        fake.until(|seen| seen.cancelled == [event_id.as_str()]).await;
        // What comes now, nobody waits for.
        fake.send(&event_id).await;
        fake.until(|seen| seen.sent.iter().any(|sent| sent["kind"] == "not_found")).await;
    }
}

#[tokio::test]
async fn a_run_has_its_time() {
    let settings = json!({ "request_timeout_ms": 300, "keep_alive_ms": 20 });
    let fake = doing(settings, &[Act::Start, Act::Delta("Hel")]).await;
    let text = ask(&fake, json!({ "stream": true })).await.text().await.unwrap();
    assert!(text.contains(": keep-alive\n\n"), "{text}");
    assert_eq!(events(&text).last().unwrap()["error"]["code"], "timeout");
    fake.until(|seen| seen.cancelled.len() == 1).await;
    assert_eq!(error(ask(&fake, json!({})).await).await, (504, json!("timeout")));
}

#[tokio::test]
async fn calls_have_so_many_places() {
    let fake = doing(json!({ "calls_max": 1 }), &[Act::Start, Act::Delta("Hel")]).await;
    let first = ask(&fake, json!({ "stream": true })).await;
    let second = ask(&fake, json!({})).await;
    assert_eq!(second.headers()["retry-after"], "1");
    assert_eq!(error(second).await, (503, json!("overloaded")));
    // Its place is given back with it.
    drop(first);
    fake.until(|seen| seen.cancelled.len() == 1).await;
    while ask(&fake, json!({ "stream": true })).await.status() == 503 {
        tokio::task::yield_now().await;
    }
    assert_eq!(fake.seen().submitted.len(), 2);
}

#[tokio::test]
async fn pictures_and_large_briefs_go_through_the_spool_folder() {
    let fake = doing(json!({}), &[Act::Reply("Seen.")]).await;
    let png = b"\x89PNG\r\n\x1a\npixels";
    let url = format!("data:image/png;base64,{}", STANDARD.encode(png));
    let messages = json!([
        { "role": "system", "content": "long ".repeat(100_000) },
        { "role": "user", "content": [
            { "type": "text", "text": "What is it?" },
            { "type": "image_url", "image_url": { "url": url } },
        ]},
    ]);
    assert_eq!(ask(&fake, json!({ "messages": messages })).await.status(), 200);
    let seen = fake.seen();
    let (params, brief) = &seen.submitted[0];
    assert!(params.brief.is_none() && params.brief_file.is_some());
    assert_eq!(brief.instructions.as_ref().unwrap().len(), 500_000);
    assert!(matches!(&brief.parts[..], [Part::Text(_), Part::Image(_)]), "in their order");
    assert_eq!(seen.spooled, [png.to_vec()]);
    assert!(fake.is_spool_empty());
    // With a wrong key nothing is written at all, nor submitted.
    let body = asking(json!({ "messages": messages }));
    let call = Client::new().post(format!("{}/chat/completions", fake.url)).bearer_auth("nxk_bad");
    assert_eq!(error(call.json(&body).send().await.unwrap()).await.0, 401);
    assert_eq!(fake.seen().submitted.len(), 1);
}

#[tokio::test]
async fn headers_name_the_session_and_the_agent() {
    let fake = doing(json!({}), &[Act::Reply("ok")]).await;
    let messages = json!([
        { "role": "user", "content": "old" },
        { "role": "assistant", "content": "so" },
        { "role": "user", "content": "new" },
    ]);
    let call = |session: &str| {
        Client::new()
            .post(format!("{}/chat/completions", fake.url))
            .bearer_auth(KEY)
            .header("x-nexus-session", session)
            .header("x-nexus-agent", "coder")
            .json(&asking(json!({ "model": "gpt-4o", "messages": messages })))
            .send()
    };
    let body: Value = call("trip").await.unwrap().json().await.unwrap();
    assert_eq!(body["model"], "nexus/coder");
    let (params, brief) = fake.seen().submitted[0].clone();
    assert_eq!(params.session_key.unwrap().as_str(), "trip");
    assert_eq!(params.agent_id.unwrap().as_str(), "coder");
    assert_eq!((params.event.content.as_str(), brief.said.len()), ("new", 0));
    assert_eq!(error(call("two words").await.unwrap()).await.0, 400);
}

#[tokio::test]
async fn models_are_the_agents_of_the_key() {
    let fake = doing(json!({}), &[]).await;
    let get = async |path: &str| {
        let call = Client::new().get(format!("{}{path}", fake.url)).bearer_auth(KEY);
        call.send().await.unwrap()
    };
    let list: Value = get("/models").await.json().await.unwrap();
    assert_eq!(list["object"], "list");
    let main = json!({
        "id": "nexus/main", "object": "model", "created": 1_700_000_000, "owned_by": "nexus",
    });
    assert_eq!(list["data"][0], main);
    for path in ["/models/main", "/models/nexus/main", "/models/nexus%2Fmain"] {
        assert_eq!(get(path).await.json::<Value>().await.unwrap(), main, "{path}");
    }
    assert_eq!(error(get("/models/ghost").await).await, (404, json!("model_not_found")));
}

#[tokio::test]
async fn embeddings_are_passed_through() {
    let fake = doing(json!({}), &[]).await;
    let texts: Vec<_> = (0..20).map(|n| "x".repeat(n + 1)).collect();
    let body = json!({ "model": "small", "input": texts });
    let answer: Value = post(&fake, "/embeddings", &body).await.json().await.unwrap();
    assert_eq!(fake.seen().embedded, [16, 4]);
    assert_eq!((&answer["usage"]["total_tokens"], &answer["model"]), (&json!(20), &json!("small")));
    let expected = json!({ "object": "embedding", "index": 19, "embedding": [20.0, 0.5] });
    assert_eq!(answer["data"][19], expected);
    let body = json!({ "model": "small", "input": "a", "encoding_format": "base64" });
    let answer: Value = post(&fake, "/embeddings", &body).await.json().await.unwrap();
    let bytes = STANDARD.decode(answer["data"][0]["embedding"].as_str().unwrap()).unwrap();
    assert_eq!(bytes, [1.0_f32.to_le_bytes(), 0.5_f32.to_le_bytes()].concat());
    let body = json!({ "model": "large", "input": "a" });
    let refused = post(&fake, "/embeddings", &body).await;
    assert_eq!(error(refused).await, (404, json!("model_not_found")));
}

#[tokio::test]
async fn pages_that_somebody_named_may_call() {
    let settings = json!({ "allowed_origins": ["https://app.example"] });
    let fake = doing(settings, &[Act::Reply("ok")]).await;
    let url = format!("{}/chat/completions", fake.url);
    let preflight = Client::new()
        .request(reqwest::Method::OPTIONS, &url)
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type");
    let response = preflight.send().await.unwrap();
    assert_eq!(response.status(), 204);
    assert_eq!(response.headers()["access-control-allow-headers"], "authorization,content-type");
    let call = Client::new().post(&url).bearer_auth(KEY).header("origin", "https://app.example");
    let response = call.json(&asking(json!({}))).send().await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example");
}

#[tokio::test]
async fn a_daemon_that_stops_leaves_nobody_waiting() {
    let fake = doing(json!({}), &[]).await;
    let call = tokio::spawn({
        let (url, body) = (fake.url.clone(), asking(json!({})));
        async move {
            let call = Client::new().post(format!("{url}/chat/completions")).bearer_auth(KEY);
            call.json(&body).send().await.unwrap()
        }
    });
    fake.until(|seen| !seen.submitted.is_empty()).await;
    fake.close().await;
    assert_eq!(error(call.await.unwrap()).await, (503, json!("overloaded")));
    fake.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_port_that_is_taken_is_said_at_hello() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let home = tempfile::tempdir().unwrap();
    let bridge = crate::OpenAi::at_home(home.path().to_owned());
    let hello = json!({ "protocol": 1, "account_id": "main", "config": { "listen": address } });
    let hello = json!({ "jsonrpc": "2.0", "id": 1, "method": "hello", "params": hello });
    let line = format!("{hello}\n");
    let error = nexus_adapter::serve(bridge, line.as_bytes(), tokio::io::sink()).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("choose another `listen`"), "{error}");
}
