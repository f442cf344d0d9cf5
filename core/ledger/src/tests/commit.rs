//! The promises of a write: all or nothing, once, in order, and acknowledged only when it is on
//! disk.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nexus_domain::Failure;
use nexus_domain::id::Position;
use proptest::prelude::*;

use super::support::{Home, TUNING, at, event};
use crate::{Committed, Ledger, LedgerError, Tx};

fn record(tx: &Tx<'_>, text: &str) -> Result<Position, LedgerError> {
    tx.events().record(at(1), &event(text))
}

fn a_bug<T>() -> T {
    panic!("a bug")
}

async fn texts(ledger: &Ledger) -> Vec<String> {
    let events = ledger.read(|r| r.events().after(Position(0), 10_000)).await.unwrap();
    events.into_iter().map(|event| event.properties.to_string()).collect()
}

/// Holds the writer until it is told to go on, so that what is sent meanwhile shares a group.
async fn hold(ledger: &Ledger) -> (std::sync::mpsc::SyncSender<()>, tokio::task::JoinHandle<()>) {
    let (go, wait) = sync_channel::<()>(1);
    let (began, is_held) = tokio::sync::oneshot::channel();
    let holder = ledger.clone();
    let task = tokio::spawn(async move {
        let held = holder.write(move |_| {
            let _ = began.send(());
            let _ = wait.recv();
            Ok(())
        });
        held.await.unwrap();
    });
    is_held.await.unwrap();
    (go, task)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_fails_or_panics_takes_nothing_of_its_group_with_it() {
    let home = Home::new();
    let n_commits = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&n_commits);
    let ledger = home.open_with(TUNING, move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    let (go, held) = hold(&ledger).await;
    let good = |text: &'static str| {
        let ledger = ledger.clone();
        tokio::spawn(async move { ledger.write(move |tx| record(tx, text)).await })
    };
    let first = good("first");
    let refused = {
        let ledger = ledger.clone();
        tokio::spawn(async move {
            ledger
                .write(|tx| {
                    record(tx, "refused")?;
                    Err::<(), _>(Failure::denied("not today").into())
                })
                .await
        })
    };
    let panicked = {
        let ledger = ledger.clone();
        tokio::spawn(async move {
            ledger
                .write(|tx| {
                    record(tx, "panicked")?;
                    a_bug::<Result<(), LedgerError>>()
                })
                .await
        })
    };
    let last = good("last");
    tokio::time::sleep(Duration::from_millis(50)).await;
    go.send(()).unwrap();
    held.await.unwrap();
    first.await.unwrap().unwrap();
    last.await.unwrap().unwrap();
    let failure = Failure::from(refused.await.unwrap().unwrap_err());
    assert_eq!((failure.code, failure.message.as_str()), ("FORBIDDEN", "not today"));
    let error = panicked.await.unwrap().unwrap_err();
    assert!(matches!(&error, LedgerError::Panicked { message } if message == "a bug"), "{error}");
    let mut kept = texts(&ledger).await;
    kept.sort();
    assert_eq!(kept, [r#"{"version":"first"}"#, r#"{"version":"last"}"#]);
    assert_eq!(ledger.position(), Position(2));
    assert_eq!(n_commits.load(Ordering::SeqCst), 1, "the group was committed at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_fails_fails_its_whole_group_and_nothing_after_it() {
    let home = Home::new();
    let ledger = home.open();
    let (go, held) = hold(&ledger).await;
    let broken = {
        let ledger = ledger.clone();
        tokio::spawn(async move {
            let change = ledger.write(|tx| {
                record(tx, "a")?;
                tx.events().read.0.commit_hook(Some(|| true)).unwrap();
                Ok(())
            });
            change.await
        })
    };
    let neighbour = {
        let ledger = ledger.clone();
        tokio::spawn(async move { ledger.write(|tx| record(tx, "b")).await })
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    go.send(()).unwrap();
    held.await.unwrap();
    assert!(broken.await.unwrap().is_err());
    assert!(neighbour.await.unwrap().is_err());
    assert_eq!(ledger.position(), Position(0));
    let mend = ledger.write(|tx| {
        tx.events().read.0.commit_hook(None::<fn() -> bool>).unwrap();
        Ok(())
    });
    mend.await.unwrap();
    assert_eq!(ledger.write(|tx| record(tx, "c")).await.unwrap(), Position(1));
    assert_eq!(texts(&ledger).await, [r#"{"version":"c"}"#]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_sqlite_ends_by_itself_fails_what_was_in_it_and_nothing_else() {
    let home = Home::new();
    let ledger = home.open();
    let (go, held) = hold(&ledger).await;
    let write = |change: fn(&mut Tx<'_>) -> Result<Position, LedgerError>| {
        let ledger = ledger.clone();
        tokio::spawn(async move { ledger.write(change).await })
    };
    let before = write(|tx| record(tx, "before"));
    tokio::time::sleep(Duration::from_millis(30)).await;
    let breaker = write(|tx| {
        record(tx, "breaker")?;
        // What SQLite does when it meets a disk error in the middle of a statement.
        tx.events().read.0.execute_batch("ROLLBACK")?;
        record(tx, "stubborn")
    });
    tokio::time::sleep(Duration::from_millis(30)).await;
    let after = write(|tx| record(tx, "after"));
    tokio::time::sleep(Duration::from_millis(30)).await;
    go.send(()).unwrap();
    held.await.unwrap();
    assert!(before.await.unwrap().is_err());
    assert!(breaker.await.unwrap().is_err());
    assert_eq!(after.await.unwrap().unwrap(), Position(1));
    assert_eq!(texts(&ledger).await, [r#"{"version":"after"}"#]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_that_panics_does_not_stop_the_writer() {
    let home = Home::new();
    let ledger = home.open_with(TUNING, |recorded| assert!(recorded.is_empty(), "a bug"));
    ledger.write(|tx| record(tx, "a")).await.unwrap();
    ledger.write(|tx| record(tx, "b")).await.unwrap();
    assert_eq!(texts(&ledger).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_does_not_wait_for_the_writer_and_sees_one_snapshot() {
    let home = Home::new();
    let ledger = home.open();
    ledger.write(|tx| record(tx, "a")).await.unwrap();
    let (began, is_open) = sync_channel::<()>(0);
    let (go, wait) = sync_channel::<()>(0);
    let writing = {
        let ledger = ledger.clone();
        tokio::spawn(async move {
            let change = ledger.write(move |tx| {
                record(tx, "b")?;
                began.send(()).unwrap();
                wait.recv().unwrap();
                Ok(())
            });
            change.await
        })
    };
    tokio::task::spawn_blocking(move || is_open.recv().unwrap()).await.unwrap();
    // The writer stands in the middle of a transaction until this read has answered.
    assert_eq!(texts(&ledger).await.len(), 1);
    let (half, is_half) = sync_channel::<()>(0);
    let (rest, wait_rest) = sync_channel::<()>(0);
    let reading = {
        let ledger = ledger.clone();
        tokio::spawn(async move {
            let query = ledger.read(move |reader| {
                let before = reader.events().latest()?;
                half.send(()).unwrap();
                wait_rest.recv().unwrap();
                Ok((before, reader.events().latest()?))
            });
            query.await
        })
    };
    tokio::task::spawn_blocking(move || is_half.recv().unwrap()).await.unwrap();
    go.send(()).unwrap();
    writing.await.unwrap().unwrap();
    rest.send(()).unwrap();
    assert_eq!(reading.await.unwrap().unwrap(), (Position(1), Position(1)));
    assert_eq!(texts(&ledger).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_caller_left_happens_exactly_once() {
    let home = Home::new();
    let ledger = home.open();
    let (go, held) = hold(&ledger).await;
    for n in 0..20 {
        let write = ledger.write(move |tx| record(tx, &n.to_string()));
        assert!(tokio::time::timeout(Duration::from_millis(1), write).await.is_err());
    }
    go.send(()).unwrap();
    held.await.unwrap();
    ledger.close().await;
    let expected: Vec<_> = (0..20).map(|n| format!(r#"{{"version":"{n}"}}"#)).collect();
    assert_eq!(texts(&home.open()).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_keeps_what_was_queued_and_lets_go_of_the_file() {
    let home = Home::new();
    let ledger = home.open();
    let writes: Vec<_> = (0..100)
        .map(|n| {
            let ledger = ledger.clone();
            tokio::spawn(async move { ledger.write(move |tx| record(tx, &n.to_string())).await })
        })
        .collect();
    tokio::task::yield_now().await;
    ledger.close().await;
    let mut n_acknowledged = 0;
    for write in writes {
        match write.await.unwrap() {
            Ok(_) => n_acknowledged += 1,
            Err(error) => assert!(matches!(error, LedgerError::Closed), "{error}"),
        }
    }
    assert!(matches!(ledger.write(|_| Ok(())).await, Err(LedgerError::Closed)));
    assert!(matches!(ledger.read(|_| Ok(())).await, Err(LedgerError::Closed)));
    ledger.close().await;
    let log = crate::file::log_path(&home.path());
    assert!(!log.exists(), "the log was written back");
    assert_eq!(texts(&home.open()).await.len(), n_acknowledged);
}

#[tokio::test]
async fn a_reader_cannot_write_and_outlives_a_panic() {
    let home = Home::new();
    let ledger = home.open();
    for _ in 0..4 {
        let panic = ledger.read(|_| a_bug::<Result<(), LedgerError>>());
        assert!(matches!(panic.await, Err(LedgerError::Panicked { .. })));
    }
    let attempt = ledger.read(|reader| {
        crate::sql::run(reader.events().0, "DELETE FROM events WHERE position = 1", ())
    });
    assert!(attempt.await.is_err());
    assert!(texts(&ledger).await.is_empty());
}

/// What one change of the property test does.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Record(u8),
    Fail(u8),
    Panic(u8),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        4 => (1..4_u8).prop_map(Deed::Record),
        1 => (0..4_u8).prop_map(Deed::Fail),
        1 => (0..4_u8).prop_map(Deed::Panic),
    ];
    proptest::collection::vec(deed, 1..40)
}

async fn perform(ledger: Ledger, writer: usize, deeds: Vec<Deed>) -> Vec<Position> {
    let mut acknowledged = Vec::new();
    for (n, deed) in deeds.into_iter().enumerate() {
        let (Deed::Record(n_events) | Deed::Fail(n_events) | Deed::Panic(n_events)) = deed;
        let outcome = ledger.write(move |tx| {
            let positions = (0..n_events)
                .map(|m| record(tx, &format!("{writer}/{n}/{m}")))
                .collect::<Result<Vec<_>, _>>()?;
            match deed {
                Deed::Record(_) => Ok(positions),
                Deed::Fail(_) => Err(LedgerError::Invalid("on purpose".to_owned())),
                Deed::Panic(_) => a_bug(),
            }
        });
        acknowledged.extend(outcome.await.unwrap_or_default());
    }
    acknowledged
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn positions_have_no_gap_and_listeners_see_exactly_the_table(
        plans in proptest::collection::vec(deeds(), 1..6)
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        runtime.block_on(async {
            let home = Home::new();
            let heard: Arc<Mutex<Vec<Committed>>> = Arc::default();
            let ear = Arc::clone(&heard);
            let ledger = home.open_with(TUNING, move |recorded| {
                ear.lock().unwrap().extend(recorded.iter().map(|event| (**event).clone()));
            });
            let writers: Vec<_> = plans
                .into_iter()
                .enumerate()
                .map(|(n, deeds)| tokio::spawn(perform(ledger.clone(), n, deeds)))
                .collect();
            let mut acknowledged = Vec::new();
            for writer in writers {
                acknowledged.extend(writer.await.unwrap());
            }
            acknowledged.sort();
            let table = ledger.read(|r| r.events().after(Position(0), 10_000)).await.unwrap();
            let positions: Vec<_> = table.iter().map(|event| event.position).collect();
            let gapless: Vec<_> = (1..=table.len() as u64).map(Position).collect();
            assert_eq!(positions, gapless);
            assert_eq!(acknowledged, gapless);
            assert_eq!(*heard.lock().unwrap(), table);
            assert_eq!(ledger.position(), Position(table.len() as u64));
            ledger.close().await;
        });
    }
}
