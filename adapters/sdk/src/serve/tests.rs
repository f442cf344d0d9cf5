use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use nexus_domain::Timestamp;
use nexus_domain::arrival::Arrival;
use nexus_protocol::adapter::{
    Ability, Acknowledgement, AdapterFacts, SendErrorKind, SendParams, SendResult,
};
use tokio::io::{AsyncBufReadExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf};
use tokio::sync::Semaphore;

use super::*;
use crate::Disconnected;

#[derive(Default)]
struct Fake {
    daemon: Arc<Mutex<Option<Daemon>>>,
    refuses: Option<&'static str>,
    gate: Option<Arc<Semaphore>>,
    n_drains: Arc<AtomicUsize>,
}

impl Bridge for Fake {
    fn facts(&self) -> AdapterFacts {
        crate::facts("fake", "1", &[Ability::Send])
    }

    async fn start(&self, hello: HelloParams, daemon: Daemon) -> Result<(), String> {
        assert_eq!(hello.account_id, "main");
        *self.daemon.lock().unwrap() = Some(daemon);
        self.refuses.map_or(Ok(()), |reason| Err(reason.to_owned()))
    }

    async fn send(&self, params: SendParams) -> Result<SendResult, SendError> {
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        if params.to == "nobody" {
            return Err(SendError::new(SendErrorKind::NotFound, "there is no `nobody`"));
        }
        Ok(SendResult { message_ids: vec![params.text] })
    }

    async fn drain(&self) {
        self.n_drains.fetch_add(1, Ordering::SeqCst);
    }
}

/// The daemon's end of the pipes.
struct Peer {
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    input: Option<WriteHalf<DuplexStream>>,
    served: tokio::task::JoinHandle<Result<(), ServeError>>,
}

impl Peer {
    fn of(bridge: impl Bridge) -> Self {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let (input, output) = tokio::io::split(theirs);
        let served = tokio::spawn(serve(bridge, input, output));
        let (output, input) = tokio::io::split(ours);
        Self { lines: BufReader::new(output).lines(), input: Some(input), served }
    }

    async fn greeted(bridge: Fake) -> (Self, Daemon) {
        let slot = Arc::clone(&bridge.daemon);
        let mut peer = Self::of(bridge);
        peer.call(1, "hello", json!({ "protocol": 1, "account_id": "main" })).await;
        assert_eq!(peer.next().await["result"]["channel"], "fake");
        let daemon = slot.lock().unwrap().take().unwrap();
        (peer, daemon)
    }

    async fn write(&mut self, text: &str) {
        self.input.as_mut().unwrap().write_all(text.as_bytes()).await.unwrap();
    }

    async fn call(&mut self, id: u64, method: &str, params: Value) {
        let line = Line::call(id, method, params).to_bytes().unwrap();
        self.write(std::str::from_utf8(&line).unwrap()).await;
    }

    async fn answer(&mut self, id: &Value, outcome: Result<Value, LineError>) {
        let line = Line::answer(id.as_u64().unwrap(), outcome).to_bytes().unwrap();
        self.write(std::str::from_utf8(&line).unwrap()).await;
    }

    async fn next(&mut self) -> Value {
        serde_json::from_str(&self.lines.next_line().await.unwrap().unwrap()).unwrap()
    }

    /// Closes the adapter's stdin.
    async fn close(&mut self) {
        let mut input = self.input.take().unwrap();
        input.shutdown().await.unwrap();
    }
}

fn arrival(event_id: &str) -> Arrival {
    let text = |text: &str| text.to_owned();
    Arrival {
        event_id: text(event_id),
        timestamp: Timestamp(1),
        content: text("hi"),
        content_type: crate::ContentType::Text,
        channel: text("fake"),
        account_id: text("main"),
        sender_id: text("s"),
        peer_id: text("p"),
        peer_kind: crate::PeerKind::Dm,
        attachments: Vec::new(),
        sender_name: None,
        thread_id: None,
        reply_to_id: None,
        metadata: serde_json::Map::new(),
    }
}

fn delivery(to: &str, text: &str) -> Value {
    json!({ "idempotency_key": "k", "to": to, "text": text })
}

#[tokio::test(start_paused = true)]
async fn nothing_is_handed_in_before_hello_is_answered() {
    let bridge = Fake::default();
    let slot = Arc::clone(&bridge.daemon);
    let mut peer = Peer::of(bridge);
    peer.write("not json\n").await;
    peer.call(1, "hello", json!({ "protocol": 1, "account_id": "main" })).await;
    while slot.lock().unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    let daemon = slot.lock().unwrap().take().unwrap();
    let emit = tokio::spawn(async move { daemon.emit(arrival("a")).await });
    assert_eq!(peer.next().await["result"]["name"], "fake");
    let event = peer.next().await;
    assert_eq!(event["method"], "event");
    assert_eq!(event["params"]["event"]["event_id"], "a");
    peer.answer(&event["id"], Ok(json!({ "status": "accepted" }))).await;
    assert_eq!(emit.await.unwrap(), Ok(Acknowledgement::Accepted));
    peer.call(2, "hello", json!({ "protocol": 1, "account_id": "main" })).await;
    assert_eq!(peer.next().await["error"]["code"], INVALID_PARAMS);
}

#[tokio::test(start_paused = true)]
async fn an_event_is_sent_again_until_it_is_acknowledged() {
    let (mut peer, daemon) = Peer::greeted(Fake::default()).await;
    let emit = tokio::spawn(async move { daemon.emit(arrival("a")).await });
    let first = peer.next().await;
    // The first is never answered, the second with "not now".
    let second = peer.next().await;
    let busy = LineError { code: NOT_NOW, message: "busy".to_owned(), data: None };
    peer.answer(&second["id"], Err(busy)).await;
    let third = peer.next().await;
    assert_eq!(first["params"], second["params"]);
    assert_eq!(second["params"], third["params"]);
    // A late answer to the first is nobody's any more.
    peer.answer(&first["id"], Ok(json!({ "status": "accepted" }))).await;
    peer.answer(&third["id"], Ok(json!({ "status": "duplicate" }))).await;
    assert_eq!(emit.await.unwrap(), Ok(Acknowledgement::Duplicate));
}

#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_taken_is_not_sent_again() {
    let (mut peer, daemon) = Peer::greeted(Fake::default()).await;
    let mut long = arrival("long");
    long.content = "x".repeat(LINE_BYTES_MAX);
    assert!(matches!(daemon.emit(long).await, Ok(Acknowledgement::Refused(_))));
    let emit = tokio::spawn(async move { daemon.emit(arrival("a")).await });
    let event = peer.next().await;
    let invalid = LineError { code: INVALID_PARAMS, message: "no".to_owned(), data: None };
    peer.answer(&event["id"], Err(invalid)).await;
    assert_eq!(emit.await.unwrap(), Ok(Acknowledgement::Refused("no".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn calls_are_answered_as_they_are_done() {
    let gate = Arc::new(Semaphore::new(0));
    let bridge = Fake { gate: Some(Arc::clone(&gate)), ..Fake::default() };
    let (mut peer, _daemon) = Peer::greeted(bridge).await;
    peer.call(2, "send", delivery("p", "one")).await;
    peer.call(3, "health", Value::Null).await;
    peer.call(4, "dance", Value::Null).await;
    let answers = [peer.next().await, peer.next().await];
    assert!(answers.iter().any(|answer| answer["result"]["is_healthy"] == true), "{answers:?}");
    assert!(answers.iter().any(|answer| answer["error"]["code"] == METHOD_NOT_FOUND));
    gate.add_permits(2);
    assert_eq!(peer.next().await["result"]["message_ids"], json!(["one"]));
    peer.call(5, "send", delivery("nobody", "x")).await;
    let answer = peer.next().await;
    assert_eq!(answer["error"]["data"]["kind"], "not_found");
    assert_eq!(answer["error"]["message"], "there is no `nobody`");
    peer.call(6, "send", json!({ "to": 1 })).await;
    assert_eq!(peer.next().await["error"]["code"], INVALID_PARAMS);
}

#[tokio::test(start_paused = true)]
async fn too_many_deliveries_are_told_to_wait() {
    let gate = Arc::new(Semaphore::new(0));
    let bridge = Fake { gate: Some(Arc::clone(&gate)), ..Fake::default() };
    let (mut peer, _daemon) = Peer::greeted(bridge).await;
    for id in 0..=CALLS_MAX as u64 {
        peer.call(10 + id, "send", delivery("p", "x")).await;
    }
    let answer = peer.next().await;
    assert_eq!(answer["id"], 10 + CALLS_MAX as u64);
    assert_eq!(answer["error"]["data"], json!({ "kind": "rate_limited", "retry_after_ms": 1_000 }));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_input_finishes_what_is_in_hand() {
    let gate = Arc::new(Semaphore::new(0));
    let bridge = Fake { gate: Some(Arc::clone(&gate)), ..Fake::default() };
    let n_drains = Arc::clone(&bridge.n_drains);
    let (mut peer, daemon) = Peer::greeted(bridge).await;
    peer.call(2, "send", delivery("p", "last")).await;
    let emit = tokio::spawn(async move { (daemon.emit(arrival("a")).await, daemon) });
    assert_eq!(peer.next().await["method"], "event");
    peer.close().await;
    // Held through the end, as the tasks of a bridge would.
    let (outcome, _daemon) = emit.await.unwrap();
    assert_eq!(outcome, Err(Disconnected));
    gate.add_permits(1);
    assert_eq!(peer.next().await["result"]["message_ids"], json!(["last"]));
    peer.served.await.unwrap().unwrap();
    assert_eq!(n_drains.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_bridge_that_cannot_start_says_why() {
    let mut peer = Peer::of(Fake { refuses: Some("the token is wrong"), ..Fake::default() });
    peer.call(1, "hello", json!({ "protocol": 1, "account_id": "main" })).await;
    assert_eq!(peer.next().await["error"]["message"], "the token is wrong");
    let error = peer.served.await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the token is wrong");
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_is_gone_ends_the_adapter() {
    let (peer, daemon) = Peer::greeted(Fake::default()).await;
    let Peer { lines, input, served } = peer;
    drop((lines, input));
    let _ = daemon.emit(arrival("a")).await;
    let _ = served.await.unwrap();
}
