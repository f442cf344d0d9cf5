//! A clock that moves by hand, a handler that records, and children written as shell scripts.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use nexus_domain::Timestamp;
use nexus_domain::arrival::Arrival;
use nexus_protocol::adapter::{Acknowledgement, HelloParams, SendParams};
use nexus_supervisor::{Child, ChildSpec, Clock, Handler, State, Status, Supervisor};
use tokio::sync::{Notify, Semaphore, oneshot};

/// Longest a test may take: a hang is a failure, not a wait.
const TEST_S_MAX: u64 = 30;

struct Sleeper {
    ms: u64,
    until_ms: u64,
    wake: oneshot::Sender<()>,
}

#[derive(Default)]
pub(crate) struct HandClock {
    now_ms: AtomicU64,
    sleepers: Mutex<Vec<Sleeper>>,
    changed: Notify,
}

impl HandClock {
    /// Moves time and wakes whoever waited for it.
    pub(crate) fn advance(&self, ms: u64) {
        let now_ms = self.now_ms.fetch_add(ms, Ordering::SeqCst) + ms;
        let mut sleepers = self.sleepers.lock().unwrap();
        for sleeper in sleepers.extract_if(.., |sleeper| sleeper.until_ms <= now_ms) {
            let _ = sleeper.wake.send(());
        }
    }

    /// Waits until somebody sleeps for exactly this long.
    pub(crate) async fn until_someone_sleeps(&self, ms: u64) {
        loop {
            let changed = self.changed.notified();
            let is_there = self
                .sleepers
                .lock()
                .unwrap()
                .iter()
                .any(|sleeper| sleeper.ms == ms && !sleeper.wake.is_closed());
            if is_there {
                return;
            }
            changed.await;
        }
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(i64::try_from(self.now_ms.load(Ordering::SeqCst)).unwrap())
    }

    fn monotonic_us(&self) -> u64 {
        self.now_ms.load(Ordering::SeqCst) * 1_000
    }

    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        let (wake, woken) = oneshot::channel();
        let until_ms = self.now_ms.load(Ordering::SeqCst) + ms;
        let mut sleepers = self.sleepers.lock().unwrap();
        sleepers.retain(|sleeper| !sleeper.wake.is_closed());
        sleepers.push(Sleeper { ms, until_ms, wake });
        drop(sleepers);
        self.changed.notify_waiters();
        Box::pin(async move {
            let _ = woken.await;
        })
    }

    /// All bits set: the longest pause of each kind.
    fn entropy(&self) -> u128 {
        u128::MAX
    }
}

pub(crate) struct Recorder {
    pub(crate) arrivals: Mutex<Vec<Arrival>>,
    /// Permits for arrivals to be taken.
    pub(crate) gate: Semaphore,
    pub(crate) changed: Notify,
}

impl Handler for Recorder {
    fn event<'a>(
        &'a self,
        _adapter: &'a str,
        arrival: Arrival,
    ) -> BoxFuture<'a, Option<Acknowledgement>> {
        Box::pin(async move {
            self.changed.notify_one();
            self.gate.acquire().await.unwrap().forget();
            let mut arrivals = self.arrivals.lock().unwrap();
            let is_known = arrivals.iter().any(|known| known.event_id == arrival.event_id);
            if is_known {
                return Some(Acknowledgement::Duplicate);
            }
            arrivals.push(arrival);
            Some(Acknowledgement::Accepted)
        })
    }
}

pub(crate) struct Bench {
    pub(crate) clock: Arc<HandClock>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) supervisor: Supervisor,
    pub(crate) folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::taking(Semaphore::MAX_PERMITS)
    }

    /// A bench whose handler takes so many arrivals and then blocks.
    pub(crate) fn taking(n_arrivals: usize) -> Self {
        let clock = Arc::new(HandClock::default());
        let recorder = Arc::new(Recorder {
            arrivals: Mutex::default(),
            gate: Semaphore::new(n_arrivals),
            changed: Notify::new(),
        });
        let supervisor = Supervisor::new(
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::clone(&recorder) as Arc<dyn Handler>,
        );
        Self { clock, recorder, supervisor, folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn spec(&self, name: &str, command: &[&str]) -> ChildSpec {
        ChildSpec {
            name: name.to_owned(),
            command: command.iter().map(|&word| word.to_owned()).collect(),
            home: self.folder.path().join(name),
            path: "/usr/bin:/bin".to_owned(),
            lang: "C.UTF-8".to_owned(),
            confinement: None,
            events_per_s_max: 1_000_000,
            hello: HelloParams {
                protocol: 1,
                account_id: "main".to_owned(),
                config: serde_json::Map::new(),
                credential: Some("s3cr3t".to_owned()),
                credentials: Default::default(),
            },
        }
    }

    pub(crate) fn script(&self, script: &str) -> Child {
        self.supervisor.add(self.spec("child", &["sh", "-c", script])).unwrap()
    }

    /// A script that answers `hello` first.
    pub(crate) fn greeted(&self, script: &str) -> Child {
        self.script(&format!("{HELLO}\n{script}"))
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join("child").join(file)).unwrap()
    }
}

pub(crate) const HELLO: &str = r#"
    say() { printf '%s\n' "$1"; }
    read -r hello
    say '{"jsonrpc":"2.0","id":1,"result":{"protocol":1,"name":"t","version":"0","channel":"echo","supports":["monitor","send"]}}'"#;

/// An `event` line with this JSON-RPC id and event id.
pub(crate) fn event(id: u64, event_id: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"event","params":{{"event":{{"event_id":"{event_id}","timestamp":1,"content":"hi","channel":"echo","account_id":"main","sender_id":"s","peer_id":"p"}}}}}}"#
    )
}

pub(crate) fn delivery(text: &str) -> SendParams {
    SendParams {
        idempotency_key: "key".to_owned(),
        to: "p".to_owned(),
        thread_id: None,
        reply_to_id: None,
        text: text.to_owned(),
        stream_id: None,
        outcome: None,
    }
}

pub(crate) async fn until(child: &Child, state: State) -> Status {
    child.status().wait_for(|status| status.state == state).await.unwrap().clone()
}

/// Runs a test with a limit in real time.
pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(TEST_S_MAX), test).await.expect("the test hangs");
    });
}

/// Looks at the disk again and again until it is as expected; a process outside cannot notify.
async fn eventually(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

impl Bench {
    pub(crate) async fn until_file(&self, file: &str) {
        let path = self.folder.path().join("child").join(file);
        eventually(|| path.exists()).await;
    }

    pub(crate) async fn until_lines(&self, file: &str, n_lines: usize) {
        let path = self.folder.path().join("child").join(file);
        eventually(|| {
            std::fs::read_to_string(&path).is_ok_and(|text| text.lines().count() >= n_lines)
        })
        .await;
    }

    /// Waits until the process whose id stands in `file` is gone, or a zombie at most.
    pub(crate) async fn until_gone(&self, file: &str) {
        let stat = format!("/proc/{}/stat", self.read(file).trim());
        eventually(|| {
            std::fs::read_to_string(&stat)
                .map_or(true, |stat| stat.rsplit(')').next().unwrap().trim().starts_with('Z'))
        })
        .await;
    }
}
