//! The echo adapter under the real supervisor: the contract from end to end, and each of its
//! misbehaviours.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what fails here fails the test")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use nexus_domain::Timestamp;
use nexus_domain::arrival::Arrival;
use nexus_protocol::adapter::{Acknowledgement, HelloParams, SendParams};
use nexus_supervisor::{
    Child, ChildSpec, Clock, Handler, SendErrorKind, State, Status, Supervisor,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// Real time, or faster, so that limits of seconds pass in a moment. No test looks at how long
/// anything took.
struct RealClock {
    speed: AtomicU64,
}

impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }

    fn monotonic_us(&self) -> u64 {
        0
    }

    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        let ms = ms.div_ceil(self.speed.load(Ordering::SeqCst));
        Box::pin(tokio::time::sleep(Duration::from_millis(ms)))
    }

    fn entropy(&self) -> u128 {
        0
    }
}

#[derive(Default)]
struct Inbox {
    arrivals: Mutex<Vec<Arrival>>,
    changed: Notify,
}

impl Inbox {
    async fn until(&self, n_arrivals: usize) -> Vec<Arrival> {
        loop {
            let changed = self.changed.notified();
            if self.arrivals.lock().unwrap().len() >= n_arrivals {
                return self.arrivals.lock().unwrap().clone();
            }
            changed.await;
        }
    }
}

impl Handler for Inbox {
    fn event<'a>(
        &'a self,
        adapter: &'a str,
        arrival: Arrival,
    ) -> BoxFuture<'a, Option<Acknowledgement>> {
        assert_eq!(adapter, "echo");
        let mut arrivals = self.arrivals.lock().unwrap();
        let is_known = arrivals.iter().any(|known| known.event_id == arrival.event_id);
        arrivals.push(arrival);
        drop(arrivals);
        self.changed.notify_waiters();
        let answer = if is_known { Acknowledgement::Duplicate } else { Acknowledgement::Accepted };
        Box::pin(async { Some(answer) })
    }
}

struct Bench {
    clock: Arc<RealClock>,
    inbox: Arc<Inbox>,
    supervisor: Supervisor,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let clock = Arc::new(RealClock { speed: AtomicU64::new(1) });
        let inbox = Arc::new(Inbox::default());
        let handler = Arc::clone(&inbox) as Arc<dyn Handler>;
        let supervisor = Supervisor::new(Arc::clone(&clock) as Arc<dyn Clock>, handler);
        Self { clock, inbox, supervisor, folder: tempfile::tempdir().unwrap() }
    }

    fn echo(&self, config: &Value) -> Child {
        self.child(&[env!("CARGO_BIN_EXE_nexus-adapter-echo")], config)
    }

    fn child(&self, command: &[&str], config: &Value) -> Child {
        let spec = ChildSpec {
            name: "echo".to_owned(),
            command: command.iter().map(|&word| word.to_owned()).collect(),
            home: self.home(),
            path: "/usr/bin:/bin".to_owned(),
            lang: "C.UTF-8".to_owned(),
            confinement: None,
            events_per_s_max: 1_000_000,
            hello: HelloParams {
                protocol: 1,
                account_id: "main".to_owned(),
                config: config.as_object().unwrap().clone(),
                credential: None,
                credentials: Default::default(),
            },
        };
        self.supervisor.add(spec).unwrap()
    }

    /// From here on, limits pass a hundred times as fast.
    fn hurry(&self) {
        self.clock.speed.store(100, Ordering::SeqCst);
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn record(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.home().join("sent.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn delivery(key: &str) -> SendParams {
    SendParams {
        idempotency_key: key.to_owned(),
        to: "p".to_owned(),
        thread_id: None,
        reply_to_id: None,
        text: format!("text of {key}"),
        stream_id: None,
        outcome: None,
    }
}

async fn until(child: &Child, state: State) -> Status {
    let mut status = child.status();
    let wait = status.wait_for(|status| status.state == state);
    let limit = Duration::from_secs(30);
    tokio::time::timeout(limit, wait).await.expect("the test hangs").unwrap().clone()
}

#[tokio::test]
async fn what_is_scripted_arrives_and_what_is_sent_is_recorded() {
    let bench = Bench::new();
    let child = bench.echo(&json!({
        "record": "sent.jsonl",
        "events": [
            { "content": "one" },
            { "content": "two", "event_id": "x", "sender_id": "anna", "peer_id": "g", "peer_kind": "group" },
        ],
        "every_ms": 1,
    }));
    let facts = until(&child, State::Running).await.facts.unwrap();
    assert_eq!((facts.name.as_str(), facts.channel.as_str()), ("echo", "echo"));
    assert!(facts.has_idempotent_sends);
    let arrivals = bench.inbox.until(2).await;
    assert_eq!(
        (arrivals[0].event_id.as_str(), arrivals[0].content.as_str()),
        ("scripted-1", "one")
    );
    assert_eq!((arrivals[1].event_id.as_str(), arrivals[1].peer_id.as_str()), ("x", "g"));
    assert!(arrivals[1].timestamp > Timestamp(0));

    let first = child.send(delivery("a")).await.unwrap();
    assert_eq!(first.message_ids, ["echo-1"]);
    assert_eq!(child.send(delivery("b")).await.unwrap().message_ids, ["echo-2"]);
    assert_eq!(child.send(delivery("a")).await.unwrap(), first, "the key is known");
    let health = child.call("health", Value::Null, 5_000).await.unwrap();
    assert_eq!(health["is_healthy"], true);
    bench.supervisor.drain().await;
    let exit = child.status().borrow().last_exit.clone().unwrap();
    assert_eq!(exit.reason, "exited with code 0", "{:?}", exit.stderr);
    let texts: Vec<_> = bench.record().iter().map(|line| line["text"].clone()).collect();
    assert_eq!(texts, ["text of a", "text of b"]);
}

#[tokio::test]
async fn events_come_again_after_a_restart_under_the_same_ids() {
    let bench = Bench::new();
    let child = bench.echo(&json!({ "events": [{ "content": "one" }] }));
    bench.inbox.until(1).await;
    child.restart();
    let arrivals = bench.inbox.until(2).await;
    assert_eq!(arrivals[0].event_id, arrivals[1].event_id);
}

#[tokio::test]
async fn a_crash_before_the_answer_is_unknown_and_the_repetition_is_not_doubled() {
    let bench = Bench::new();
    let child = bench.echo(&json!({ "record": "sent.jsonl", "crash_after": 1 }));
    until(&child, State::Running).await;
    child.send(delivery("a")).await.unwrap();
    let error = child.send(delivery("b")).await.unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Unknown);
    assert_eq!(until(&child, State::BackingOff).await.reason, "exited with code 3");
    child.start();
    until(&child, State::Running).await;
    assert_eq!(child.send(delivery("b")).await.unwrap().message_ids, ["echo-2"]);
    assert_eq!(bench.record().len(), 2);
}

#[tokio::test]
async fn wrong_settings_are_named() {
    let bench = Bench::new();
    let child = bench.echo(&json!({ "recrod": "x" }));
    let status = until(&child, State::BackingOff).await;
    assert!(status.reason.starts_with("refused to start: its settings"), "{}", status.reason);
    assert!(status.reason.contains("unknown field `recrod`"), "{}", status.reason);
    let stderr = status.last_exit.unwrap().stderr.join("\n");
    assert!(stderr.contains("unknown field `recrod`"), "{stderr}");
}

#[tokio::test]
async fn a_hang_runs_into_its_limit() {
    let bench = Bench::new();
    bench.hurry();
    let child = bench.echo(&json!({ "hang": "hello" }));
    let status = until(&child, State::BackingOff).await;
    assert!(status.reason.contains("did not answer `hello`"), "{}", status.reason);

    let bench = Bench::new();
    let child = bench.echo(&json!({ "hang": "all" }));
    until(&child, State::Running).await;
    bench.hurry();
    let error = child.send(delivery("a")).await.unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Unknown);
    bench.supervisor.drain().await;
    let exit = child.status().borrow().last_exit.clone().unwrap();
    assert_eq!(exit.reason, "was ended by signal 15", "it did not see the end of its input");
}

#[tokio::test]
async fn garbage_ends_it_and_a_flood_does_not() {
    let bench = Bench::new();
    let child = bench.echo(&json!({ "garbage": 1_000_000 }));
    let status = until(&child, State::BackingOff).await;
    assert_eq!(status.reason, "wrote 100 lines that are not JSON-RPC");

    let bench = Bench::new();
    let child = bench.echo(&json!({ "flood": 2_000 }));
    bench.inbox.until(2_000).await;
    assert_eq!(child.send(delivery("a")).await.unwrap().message_ids, ["echo-1"]);
}

/// The example of `adapters/README.md`, as it stands there.
#[tokio::test]
async fn the_python_adapter_of_the_contract_works() {
    let contract = include_str!("../../README.md");
    let program = contract.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let bench = Bench::new();
    std::fs::create_dir(bench.home()).unwrap();
    std::fs::write(bench.home().join("inbox"), "one\ntwo\n").unwrap();
    let child = bench.child(&["python3", "-c", program], &json!({}));
    assert_eq!(until(&child, State::Running).await.facts.unwrap().name, "file");
    let arrivals = bench.inbox.until(2).await;
    assert_eq!(arrivals[1].content, "two");
    assert_eq!(child.send(delivery("a")).await.unwrap().message_ids, ["a"]);
    let error = child.call("dance", json!({}), 5_000).await.unwrap_err();
    assert_eq!(error.to_string(), "it answered: no method dance");
    bench.supervisor.drain().await;
    let exit = child.status().borrow().last_exit.clone().unwrap();
    assert_eq!((exit.reason.as_str(), exit.stderr.len()), ("exited with code 0", 0));
    assert_eq!(std::fs::read_to_string(bench.home().join("outbox")).unwrap(), "text of a\n");
}
