//! The client against a daemon made of a script.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod fake;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fake::{Do, Fake, error, event, hello_ok, is_hello, ok};
use futures_util::future::BoxFuture;
use nexus_client::{
    Client, ClientError, ClientOptions, CloseReason, EVENTS_BUFFERED_MAX, Resumed, ResumingEvents,
    SubscriptionEnd, call,
};
use nexus_domain::id::Position;
use nexus_protocol::agent::{RunParams, RunStatus};
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::frame::ClientFacts;
use nexus_protocol::health::{HealthParams, HealthStatus};
use nexus_protocol::{ErrorCode, Method};
use serde_json::{Value, json};

fn options(address: &str) -> ClientOptions {
    let facts = ClientFacts {
        name: "test".into(),
        version: "0".into(),
        platform: "test".into(),
        mode: "test".into(),
        instance_id: None,
    };
    let mut options = ClientOptions::new(address, None, facts);
    options.handshake_ms_max = 2_000;
    options.call_ms_max = 2_000;
    options
}

async fn connected(script: impl Fn(&Value) -> Vec<Do> + Send + Sync + 'static) -> Client {
    let fake =
        Fake::start(
            move |frame| {
                if is_hello(frame) { vec![Do::Send(hello_ok())] } else { script(frame) }
            },
        )
        .await;
    Client::connect(options(&fake.address)).await.unwrap()
}

fn dial(address: String) -> BoxFuture<'static, Result<Client, ClientError>> {
    Box::pin(async move { Client::connect(options(&address)).await })
}

async fn refused(hello_answer: Vec<Do>) -> ClientError {
    let fake = Fake::start(move |_| hello_answer.clone()).await;
    let mut options = options(&fake.address);
    options.handshake_ms_max = 300;
    match Client::connect(options).await {
        Ok(_) => panic!("the client connected"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_call_comes_back_with_the_type_of_its_row() {
    let client = connected(|frame| vec![ok(frame, fake::health())]).await;
    assert_eq!(client.hello().snapshot.position, Position(7));
    let health = client.request::<call::Health>(HealthParams {}).await.unwrap();
    assert_eq!(health.status, HealthStatus::Healthy);
}

#[tokio::test]
async fn answers_find_their_calls_in_any_order() {
    let held = std::sync::Mutex::new(None);
    let client = connected(move |frame| {
        let answer = ok(frame, json!({"n": frame["params"]["n"]}));
        let earlier = held.lock().unwrap().take();
        match earlier {
            None => {
                *held.lock().unwrap() = Some(answer);
                Vec::new()
            }
            Some(earlier) => vec![answer, earlier],
        }
    })
    .await;
    let (first, second) = tokio::join!(
        client.call(Method::Health, json!({"n": 1})),
        client.call(Method::Health, json!({"n": 2})),
    );
    assert_eq!((first.unwrap()["n"].clone(), second.unwrap()["n"].clone()), (json!(1), json!(2)));
}

#[tokio::test]
async fn an_error_keeps_its_code_and_hint() {
    let client = connected(|frame| vec![error(frame, "NOT_FOUND", "no such request")]).await;
    let failed = client.call(Method::RequestsGet, json!({"id": "x"})).await.unwrap_err();
    let wire = failed.wire().unwrap();
    assert_eq!((wire.code, wire.hint.as_deref()), (ErrorCode::NotFound, Some("a hint")));
}

#[tokio::test]
async fn a_hello_is_refused_in_words() {
    let mismatch =
        json!({"type": "hello-error", "reason": "old", "expectedProtocol": 7, "minClient": "3.0"});
    let text = refused(vec![Do::Send(mismatch)]).await.to_string();
    assert!(text.contains("protocol 7") && text.contains("3.0"), "{text}");
    let token = json!({"type": "hello-error", "reason": "bad token", "expectedProtocol": 1, "minClient": "0"});
    let text = refused(vec![Do::Send(token)]).await.to_string();
    assert_eq!(text, "the daemon refused this client: bad token");
}

#[tokio::test]
async fn whoever_answers_a_hello_with_nonsense_is_not_nexus() {
    for answer in [
        Do::Text("not json".into()),
        Do::Binary,
        Do::Send(json!({"type": "hello-ok", "protocol": "one"})),
        Do::Send(json!({"type": "res", "id": "1", "ok": true})),
        Do::Drop,
    ] {
        let error = refused(vec![answer.clone()]).await;
        assert!(matches!(error, ClientError::NotNexus { .. }), "{answer:?}: {error:?}");
    }
    let error = refused(vec![Do::Close(1008, "bad frame")]).await;
    let reason = CloseReason::Closed { code: 1008, reason: "bad frame".into() };
    assert!(matches!(error, ClientError::Closed(r) if r == reason));
}

#[tokio::test]
async fn a_silent_daemon_is_given_up() {
    assert!(matches!(refused(Vec::new()).await, ClientError::HandshakeTimeout { within_ms: 300 }));
    let client = connected(|_| Vec::new()).await;
    let late = client.call_within(Method::Health, json!({}), 50).await.unwrap_err();
    assert!(matches!(late, ClientError::Timeout { method: Method::Health, within_ms: 50 }));
}

#[tokio::test]
async fn nobody_at_the_port_is_said_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let error = Client::connect(options(&address)).await.err().unwrap();
    assert!(matches!(&error, ClientError::Unreachable { .. }) && error.is_away(), "{error:?}");
}

#[tokio::test]
async fn every_waiting_call_learns_why_the_connection_ended() {
    let shutdown = json!({
        "type": "event", "event": "shutdown", "seq": 1,
        "payload": {"reason": "restart", "restartExpectedMs": 900},
    });
    let announced =
        CloseReason::Shutdown { reason: "restart".into(), restart_expected_ms: Some(900) };
    let closed = CloseReason::Closed { code: 1008, reason: "slow consumer".into() };
    type IsExpected = fn(&CloseReason) -> bool;
    let table: [(Vec<Do>, IsExpected); 5] = [
        (vec![Do::Close(1008, "slow consumer")], |r| matches!(r, CloseReason::Closed { .. })),
        (vec![Do::Send(shutdown), Do::Close(1012, "")], |r| {
            matches!(r, CloseReason::Shutdown { .. })
        }),
        (vec![Do::Drop], |r| matches!(r, CloseReason::Broken(_))),
        (vec![Do::Text("}{".into())], |r| matches!(r, CloseReason::Garbage(_))),
        (vec![Do::Binary], |r| matches!(r, CloseReason::Garbage(_))),
    ];
    for (n, (steps, expect)) in table.into_iter().enumerate() {
        let client = connected(move |_| steps.clone()).await;
        let error = client.call(Method::Health, json!({})).await.unwrap_err();
        let ClientError::Closed(reason) = error else { panic!("{n}: {error:?}") };
        assert!(expect(&reason), "{n}: {reason:?}");
        assert_eq!(client.closed().await, reason, "{n}");
        if n == 0 {
            assert_eq!(reason, closed);
        }
        if n == 1 {
            assert_eq!(reason, announced);
        }
        let after = client.call(Method::Health, json!({})).await.unwrap_err();
        assert!(matches!(after, ClientError::Closed(_)), "{n}: a dead connection took a call");
    }
}

#[tokio::test]
async fn what_nobody_understands_is_skipped_and_what_cannot_be_read_fails_its_call() {
    let client = connected(|frame| match frame["params"]["n"].as_u64() {
        Some(1) => vec![
            Do::Send(json!({"type": "hologram", "id": 5})),
            Do::Send(json!({"type": "res", "id": "nobody", "ok": true})),
            Do::Send(json!({"type": "event", "event": "from.the.future", "seq": 1})),
            ok(frame, json!({})),
        ],
        Some(2) => vec![Do::Send(json!({"type": "res", "id": frame["id"], "ok": "yes"}))],
        _ => vec![ok(frame, json!({"status": 3}))],
    })
    .await;
    assert_eq!(client.call(Method::Health, json!({"n": 1})).await.unwrap(), json!({}));
    assert!(client.call(Method::Health, json!({"n": 2})).await.is_err());
    let error = client.request::<call::Health>(HealthParams {}).await.unwrap_err();
    assert!(matches!(error, ClientError::Unreadable { method: Method::Health, .. }), "{error:?}");
}

#[tokio::test]
async fn a_call_too_large_for_the_daemon_never_leaves() {
    let client = connected(|_| panic!("it left")).await;
    let params = json!({"text": "x".repeat(5_000)});
    let error = client.call(Method::Health, params).await.unwrap_err();
    assert!(matches!(error, ClientError::TooLarge { bytes_max: 4096, .. }), "{error:?}");
}

#[tokio::test]
async fn calls_that_wait_are_bounded_and_those_given_up_make_room() {
    let client = Arc::new(connected(|_| Vec::new()).await);
    let flood = (0..80).map(|_| client.call_within(Method::Health, json!({}), 100));
    let answers = futures_util::future::join_all(flood).await;
    let n_busy = answers.iter().filter(|a| matches!(a, Err(ClientError::Busy(_)))).count();
    assert_eq!(n_busy, 80 - nexus_protocol::IN_FLIGHT_MAX);
    let later = client.call_within(Method::Health, json!({}), 100).await.unwrap_err();
    assert!(matches!(later, ClientError::Timeout { .. }), "{later:?}");
}

fn run_params() -> RunParams {
    RunParams {
        message: "hi".into(),
        session_key: None,
        agent_id: None,
        queue_mode: None,
        steps_max: None,
        tier: None,
        idempotency_key: "k".into(),
    }
}

fn run_result(status: &str) -> Value {
    json!({"runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1", "status": status, "isDuplicate": false})
}

#[tokio::test]
async fn a_run_answers_twice() {
    let client = connected(|frame| {
        vec![ok(frame, run_result("accepted")), Do::Wait(20), ok(frame, run_result("done"))]
    })
    .await;
    let mut run = client.agent(&run_params()).await.unwrap();
    assert_eq!(run.accepted.status, RunStatus::Accepted);
    assert_eq!(run.finished().await.unwrap().status, RunStatus::Done);
}

#[tokio::test]
async fn a_run_that_was_over_already_answers_once() {
    let client = connected(|frame| vec![ok(frame, run_result("done"))]).await;
    let mut run = client.agent(&run_params()).await.unwrap();
    assert_eq!(run.finished().await.unwrap().status, RunStatus::Done);
}

#[tokio::test]
async fn a_run_learns_that_the_daemon_died() {
    let client =
        connected(|frame| vec![ok(frame, run_result("accepted")), Do::Wait(20), Do::Drop]).await;
    let mut run = client.agent(&run_params()).await.unwrap();
    assert!(matches!(run.finished().await, Err(ClientError::Closed(CloseReason::Broken(_)))));
}

fn subscribed(frame: &Value, after: u64) -> Do {
    ok(frame, json!({"after": after, "latest": after}))
}

#[tokio::test]
async fn events_come_in_order_and_then_the_end() {
    let client = connected(|frame| {
        let mut steps = vec![subscribed(frame, 7)];
        steps.push(Do::Send(json!({"type": "event", "event": "tick", "seq": 1, "payload": {}})));
        steps.extend((8..12).map(|n| Do::Send(event(n, n))));
        steps.push(Do::Close(1012, "restart"));
        steps
    })
    .await;
    let mut subscription = client.subscribe(&SubscribeParams::default()).await.unwrap();
    for expected in 8..12 {
        assert_eq!(subscription.next().await.unwrap().position, Some(Position(expected)));
    }
    assert!(matches!(subscription.next().await, Err(SubscriptionEnd::Closed(_))));
}

#[tokio::test]
async fn a_reader_that_is_too_slow_is_told_where_to_read_on() {
    let n_events = EVENTS_BUFFERED_MAX as u64 + 500;
    let client = connected(move |frame| match frame["method"].as_str() {
        Some("events.subscribe") => {
            let mut steps = vec![subscribed(frame, 0)];
            steps.extend((1..=n_events).map(|n| Do::Send(event(n, n))));
            steps
        }
        _ => vec![ok(frame, json!({}))],
    })
    .await;
    let mut subscription = client.subscribe(&SubscribeParams::default()).await.unwrap();
    // The answer to this call comes after all events, so the buffer has overflowed by then.
    client.call(Method::Health, json!({})).await.unwrap();
    let mut last = 0;
    let after = loop {
        match subscription.next().await {
            Ok(frame) => last = frame.position.unwrap().0,
            Err(SubscriptionEnd::Lagged { after }) => break after,
            Err(other) => panic!("{other:?}"),
        }
    };
    assert_eq!((after.0, last), (last, EVENTS_BUFFERED_MAX as u64 - 1));
}

#[tokio::test]
async fn a_daemon_that_lags_us_ends_the_subscription() {
    let client = connected(|frame| {
        let lagged = json!({"type": "event", "event": "lagged", "seq": 2, "payload": {"after": 8}});
        vec![subscribed(frame, 7), Do::Send(event(1, 8)), Do::Send(lagged)]
    })
    .await;
    let mut subscription = client.subscribe(&SubscribeParams::default()).await.unwrap();
    subscription.next().await.unwrap();
    assert_eq!(subscription.next().await, Err(SubscriptionEnd::Lagged { after: Position(8) }));
}

#[tokio::test]
async fn resumed_events_come_once_each_whatever_breaks() {
    const N_EVENTS: u64 = 60;
    let n_connections = Arc::new(AtomicUsize::new(0));
    let fake = Fake::start(move |frame| {
        if is_hello(frame) {
            n_connections.fetch_add(1, Ordering::SeqCst);
            return vec![Do::Send(hello_ok())];
        }
        let after = frame["params"]["after"].as_u64().unwrap();
        let mut steps = vec![subscribed(frame, after)];
        // A daemon that replays one event too many must not make the reader see it twice.
        steps.extend((after.max(1)..(after + 13).min(N_EVENTS + 1)).map(|n| Do::Send(event(n, n))));
        steps.push(match n_connections.load(Ordering::SeqCst) % 3 {
            0 => Do::Drop,
            1 => Do::Close(1012, "restart"),
            _ => Do::Text("garbage".into()),
        });
        steps
    })
    .await;
    let address = fake.address.clone();
    let dial = move || dial(address.clone());
    let params = SubscribeParams { after: Some(Position(0)), ..Default::default() };
    let client = dial().await.unwrap();
    let mut events = ResumingEvents::begin(client, params, Box::new(dial)).await.unwrap();
    let mut seen = Vec::new();
    let mut n_breaks = 0;
    while seen.len() < N_EVENTS as usize {
        match events.next().await.unwrap() {
            Resumed::Event(frame) => seen.push(frame.position.unwrap().0),
            Resumed::Away { retry_in_ms, .. } => {
                assert!(retry_in_ms <= 250, "the pause grew although connecting worked");
                n_breaks += 1;
            }
            Resumed::Back => {}
        }
    }
    assert_eq!(seen, (1..=N_EVENTS).collect::<Vec<_>>());
    assert!(n_breaks >= 3, "{n_breaks}");
}

#[tokio::test]
async fn a_refusal_ends_the_resuming() {
    let n_hellos = AtomicUsize::new(0);
    let fake = Fake::start(move |frame| {
        if !is_hello(frame) {
            return vec![subscribed(frame, 0), Do::Drop];
        }
        let refusal = json!({
            "type": "hello-error", "reason": "revoked", "expectedProtocol": 1, "minClient": "0",
        });
        let is_first = n_hellos.fetch_add(1, Ordering::SeqCst) == 0;
        vec![Do::Send(if is_first { hello_ok() } else { refusal })]
    })
    .await;
    let address = fake.address.clone();
    let dial = move || dial(address.clone());
    let client = dial().await.unwrap();
    let mut events =
        ResumingEvents::begin(client, SubscribeParams::default(), Box::new(dial)).await.unwrap();
    assert!(matches!(events.next().await, Ok(Resumed::Away { .. })));
    assert!(matches!(events.next().await, Err(ClientError::Refused(_))));
}
