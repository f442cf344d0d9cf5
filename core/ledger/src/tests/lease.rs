//! One owner at a time: whoever was deposed commits nothing, whatever it had begun and whenever it
//! wakes up.

use std::collections::BTreeMap;

use nexus_domain::event::Event;
use proptest::prelude::*;
use tokio::task::JoinHandle;

use super::support::{Home, at};
use crate::{Claim, Committed, Ledger, LedgerError};

/// Ledgers that are open side by side, as those of several processes are.
const OWNERS: usize = 3;

fn claim(owner: usize) -> Claim {
    Claim { holder: format!("process {owner}"), kind: "headless".to_owned(), since: at(1) }
}

/// Patient: writers of several ledgers stand in line for the file.
fn open(home: &Home) -> Ledger {
    Ledger::open(home.options(None)).unwrap()
}

fn mark(text: String) -> Event {
    Event::SystemStarted { version: text }
}

fn write(ledger: &Ledger, text: String) -> impl Future<Output = Result<(), LedgerError>> + use<> {
    let ledger = ledger.clone();
    async move { ledger.write(move |tx| tx.events().record(at(2), &mark(text)).map(drop)).await }
}

async fn written(ledger: &Ledger) -> Vec<String> {
    let events = ledger.read(|r| r.events().after(nexus_domain::id::Position(0), 10_000)).await;
    let text = |event: &Committed| {
        let properties: serde_json::Value = serde_json::from_str(&event.properties).unwrap();
        properties["version"].as_str().unwrap().to_owned()
    };
    events.unwrap().iter().map(text).collect()
}

#[tokio::test]
async fn a_deposed_owner_writes_nothing_and_is_told() {
    let home = Home::new();
    let first = home.open();
    assert_eq!(first.take_lease(claim(1)).await.unwrap().epoch, 1);
    write(&first, "one".to_owned()).await.unwrap();
    let second = home.open();
    assert_eq!(second.take_lease(claim(2)).await.unwrap().epoch, 2);
    assert!(!first.is_deposed(), "nobody told it yet");
    let error = write(&first, "late".to_owned()).await.unwrap_err();
    assert!(error.to_string().contains("process 2 (headless) has taken over"), "{error}");
    assert!(matches!(first.deposed().await, LedgerError::Deposed { epoch: 1, .. }));
    // For good: it may not take the lease back, nor touch the log of the file.
    assert!(matches!(first.take_lease(claim(1)).await, Err(LedgerError::Deposed { .. })));
    assert!(matches!(first.flush().await, Err(LedgerError::Deposed { .. })));
    write(&second, "two".to_owned()).await.unwrap();
    first.close().await;
    assert_eq!(written(&second).await, ["one", "two"]);
    let lease = second.read(|r| r.leases().current()).await.unwrap().unwrap();
    assert_eq!((lease.epoch, lease.holder.as_str()), (2, "process 2"));
    second.close().await;
}

#[tokio::test]
async fn a_file_that_was_put_back_makes_no_owner_of_an_earlier_one() {
    let home = Home::new();
    let first = home.open();
    first.take_lease(claim(1)).await.unwrap();
    let conn = rusqlite::Connection::open(home.path()).unwrap();
    conn.execute_batch("DELETE FROM lease").unwrap();
    let second = home.open();
    assert_eq!(second.take_lease(claim(2)).await.unwrap().epoch, 1);
    assert!(matches!(write(&first, "late".to_owned()).await, Err(LedgerError::Deposed { .. })));
    conn.execute_batch("DELETE FROM lease").unwrap();
    let error = write(&second, "late".to_owned()).await.unwrap_err();
    assert!(error.to_string().contains("nobody that is known"), "{error}");
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Takes the lease.
    Take(usize),
    /// Writes, and waits for the answer.
    Write(usize),
    /// Writes, and waits for nothing: it is under way while the next steps happen.
    Begin(usize),
    /// Opens its ledger anew, as after a start.
    Reopen(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0..OWNERS).prop_map(Step::Take),
        4 => (0..OWNERS).prop_map(Step::Write),
        4 => (0..OWNERS).prop_map(Step::Begin),
        1 => (0..OWNERS).prop_map(Step::Reopen),
    ];
    proptest::collection::vec(step, 1..40)
}

struct World {
    home: Home,
    ledgers: Vec<Ledger>,
    /// The epoch of each, as it was told; nothing before its first.
    epochs: Vec<Option<u64>>,
    /// The epoch in force.
    latest: u64,
    under_way: Vec<(String, JoinHandle<Result<(), LedgerError>>)>,
    answers: BTreeMap<String, bool>,
    n_writes: u64,
}

impl World {
    async fn open() -> Self {
        let home = Home::new();
        let ledgers: Vec<_> = (0..OWNERS).map(|_| open(&home)).collect();
        let mut world = Self {
            home,
            ledgers,
            epochs: vec![None; OWNERS],
            latest: 0,
            under_way: Vec::new(),
            answers: BTreeMap::new(),
            n_writes: 0,
        };
        // Only an owner writes, so each has been one before the test begins.
        for owner in 0..OWNERS {
            world.take(owner).await;
        }
        world
    }

    async fn take(&mut self, owner: usize) {
        if self.epochs[owner] == Some(self.latest) {
            // What it has begun is its own under either epoch.
            self.settle().await;
        }
        let taken = self.ledgers[owner].take_lease(claim(owner)).await;
        let was_overtaken = self.epochs[owner].is_some_and(|epoch| epoch < self.latest);
        match taken {
            Ok(lease) => {
                assert!(!was_overtaken, "it was deposed and took the lease again");
                assert_eq!(lease.epoch, self.latest + 1);
                self.latest = lease.epoch;
                self.epochs[owner] = Some(lease.epoch);
            }
            Err(LedgerError::Deposed { .. }) => assert!(was_overtaken),
            Err(other) => panic!("{other}"),
        }
    }

    fn text(&mut self, owner: usize) -> Option<String> {
        let epoch = self.epochs[owner]?;
        self.n_writes += 1;
        Some(format!("{epoch:06} {}", self.n_writes))
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Take(owner) => self.take(owner).await,
            Step::Write(owner) => {
                let Some(text) = self.text(owner) else { return };
                let is_owner = self.epochs[owner] == Some(self.latest);
                let answer = write(&self.ledgers[owner], text.clone()).await;
                assert_eq!(answer.is_ok(), is_owner, "{answer:?}");
                self.answers.insert(text, answer.is_ok());
            }
            Step::Begin(owner) => {
                let Some(text) = self.text(owner) else { return };
                let task = tokio::spawn(write(&self.ledgers[owner], text.clone()));
                self.under_way.push((text, task));
            }
            Step::Reopen(owner) => {
                self.settle().await;
                self.ledgers[owner].close().await;
                self.ledgers[owner] = open(&self.home);
                self.epochs[owner] = None;
            }
        }
    }

    async fn settle(&mut self) {
        for (text, task) in self.under_way.drain(..) {
            let answer = task.await.unwrap();
            let is_fenced = matches!(answer, Err(LedgerError::Deposed { .. }));
            assert!(answer.is_ok() || is_fenced, "{answer:?}");
            self.answers.insert(text, answer.is_ok());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_epoch_writes_after_a_newer_one_has_begun(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut world = World::open().await;
            for step in steps {
                world.step(step).await;
            }
            world.settle().await;
            // A write carries the epoch under which it was begun; positions in
            // the file are the order in time.
            let texts = written(&world.home.open()).await;
            let epochs: Vec<_> = texts.iter().map(|text| &text[..6]).collect();
            assert!(epochs.is_sorted(), "an old epoch wrote after a newer one: {texts:?}");
            let kept: Vec<_> = world.answers.iter().filter(|(_, is_kept)| **is_kept).collect();
            assert_eq!(texts.len(), kept.len(), "{texts:?} of {:?}", world.answers);
            assert!(kept.iter().all(|(text, _)| texts.contains(text)), "{texts:?}");
        });
    }
}
