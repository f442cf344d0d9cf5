//! What was acknowledged is there after `kill -9`.
//!
//! This program runs itself as a child that writes from several tasks and prints each position
//! when it is acknowledged. The parent kills it at a random moment, opens the ledger again, and
//! looks for every printed position with its content. Without the test harness, because the child
//! has to be a whole process.

#![allow(clippy::unwrap_used, reason = "a test, though not one of the harness")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use nexus_domain::Timestamp;
use nexus_domain::event::Event;
use nexus_domain::id::Position;
use nexus_domain::principal::{Chain, Principal};
use nexus_ledger::{AuditEntry, Durability, Ledger, LedgerOptions, maintenance};

/// How often the child is killed; each time it goes on with the same file.
const N_KILLS: usize = 8;
/// Tasks of the child that write side by side.
const N_WRITERS: usize = 8;
/// Acknowledged writes after which the child is killed: this many at least, and up to this many
/// more by chance.
const N_ACKNOWLEDGED: (usize, u64) = (20, 400);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--child") => child(Path::new(&arguments[2]), &arguments[3]),
        // What test runners ask when they want to know which tests there are, and, once more, which
        // of them are left out.
        Some("--list") if arguments.iter().any(|argument| argument == "--ignored") => {}
        Some("--list") => say("acknowledged_writes_survive_a_kill: test"),
        _ => {
            acknowledged_writes_survive_a_kill();
            say("test acknowledged_writes_survive_a_kill ... ok");
        }
    }
    ExitCode::SUCCESS
}

/// Whole lines only: a killed child must not leave half a number.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

fn open(path: &Path) -> Ledger {
    let options = LedgerOptions {
        path: path.to_owned(),
        durability: Durability::Process,
        n_readers: 1,
        on_commit: None,
    };
    Ledger::open(options).unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Writes until it is killed. Every write also fails now and then, and leaves an audit row, so
/// that groups are mixed.
fn child(path: &Path, life: &str) {
    let life = life.to_owned();
    runtime().block_on(async {
        let ledger = open(path);
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..N_WRITERS {
            writers.spawn(write_forever(ledger.clone(), format!("{life}/{writer}")));
        }
        writers.join_all().await;
    });
}

async fn write_forever(ledger: Ledger, name: String) {
    for n in 0_u64.. {
        let text = format!("{name}/{n}");
        let event = Event::SystemStarted { version: text.clone() };
        let outcome = ledger.write(move |tx| {
            let position = tx.events().record(Timestamp(1), &event)?;
            tx.audit().append(&AuditEntry {
                at: Timestamp(1),
                request_id: None,
                turn_id: None,
                chain: Chain::of(Principal::Owner),
                action: "write".to_owned(),
                resource: position.0.to_string(),
                verdict: "allow".to_owned(),
                reason: "test".to_owned(),
                digest: None,
            })?;
            if n % 7 == 3 {
                return Err(nexus_ledger::LedgerError::Invalid("on purpose".to_owned()));
            }
            Ok(position)
        });
        if let Ok(position) = outcome.await {
            say(&format!("{} {text}", position.0));
        }
    }
}

fn acknowledged_writes_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nexus.db");
    let mut acknowledged = BTreeMap::new();
    let mut seed = u64::from(std::process::id());
    for life in 0..N_KILLS {
        // Xorshift: the moment has to differ from run to run, not to be unpredictable.
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let n_lines = N_ACKNOWLEDGED.0 + (seed % N_ACKNOWLEDGED.1) as usize;
        live_once(&path, life, n_lines, &mut acknowledged);
        // The log still lies beside the file, and nobody has put it in order yet.
        let report = maintenance::check(&path).unwrap();
        assert!(report.is_ok, "{report:?}");
        runtime().block_on(compare(&path, &acknowledged));
    }
}

#[expect(clippy::disallowed_methods, reason = "only a process of its own can be killed")]
fn live_once(path: &Path, life: usize, n_lines: usize, seen: &mut BTreeMap<u64, String>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg("--child")
        .arg(path)
        .arg(life.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut keep = |line: String| {
        let (position, text) = line.split_once(' ').unwrap();
        let earlier = seen.insert(position.parse().unwrap(), text.to_owned());
        assert_eq!(earlier, None, "position {position} was given twice");
    };
    lines.by_ref().take(n_lines).for_each(|line| keep(line.unwrap()));
    child.kill().unwrap();
    // What it still said before it died counts as well.
    lines.map_while(Result::ok).for_each(keep);
    let status = child.wait().unwrap();
    assert!(!status.success(), "the child ended by itself: {status}");
}

async fn compare(path: &Path, acknowledged: &BTreeMap<u64, String>) {
    let ledger = open(path);
    let mut n_events = 0;
    loop {
        let page = ledger.read(move |r| r.events().after(Position(n_events), 1_000)).await.unwrap();
        let Some(last) = page.last() else { break };
        for event in &page {
            n_events += 1;
            assert_eq!(event.position.0, n_events, "positions have no gap");
            if let Some(text) = acknowledged.get(&n_events) {
                assert_eq!(&*event.properties, format!(r#"{{"version":"{text}"}}"#));
            }
        }
        assert_eq!(last.position.0, n_events);
    }
    let last = acknowledged.keys().next_back().copied().unwrap_or_default();
    assert!(n_events >= last, "{last} was acknowledged, the ledger ends at {n_events}");
    let audit = ledger.read(|r| r.audit().verify()).await.unwrap().unwrap();
    assert_eq!(audit.n_rows, n_events, "an event and its decision are one transaction");
    ledger.close().await;
}
