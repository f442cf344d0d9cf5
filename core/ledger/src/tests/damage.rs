//! What happens when the file, the disk or somebody else is against us.

use std::fs;

use nexus_domain::Failure;
use nexus_domain::id::Position;
use rusqlite::Connection;

use super::support::{Home, TUNING, at, event};
use crate::file::Tuning;
use crate::{Ledger, LedgerError, SCHEMA_VERSION};

async fn fill(ledger: &Ledger, n_events: u64) {
    let fill = ledger.write(move |tx| {
        (0..n_events)
            .try_for_each(|n| tx.events().record(at(n), &event(&"x".repeat(500))).map(drop))
    });
    fill.await.unwrap();
}

fn refusal(home: &Home) -> LedgerError {
    match home.try_open() {
        Ok(_) => panic!("a file was opened that should have been refused"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let home = Home::new();
    home.open().close().await;
    let newer = SCHEMA_VERSION + 1;
    Connection::open(home.path())
        .unwrap()
        .pragma_update(None, "user_version", newer as i64)
        .unwrap();
    let before = fs::read(home.path()).unwrap();
    let error = refusal(&home);
    let text = error.to_string();
    assert!(matches!(error, LedgerError::NewerSchema { .. }), "{error}");
    assert!(text.contains(&format!("version {newer}")), "{text}");
    assert!(text.contains(&format!("up to {SCHEMA_VERSION}")), "{text}");
    assert!(Failure::from(error).hint.unwrap().contains("newer Nexus"));
    assert_eq!(fs::read(home.path()).unwrap(), before);
}

#[tokio::test]
async fn a_file_that_somebody_else_holds_is_reported_as_locked() {
    let home = Home::new();
    home.open().close().await;
    let other = Connection::open(home.path()).unwrap();
    other.pragma_update(None, "locking_mode", "EXCLUSIVE").unwrap();
    other.execute_batch("BEGIN EXCLUSIVE; COMMIT;").unwrap();
    let error = refusal(&home);
    assert!(matches!(error, LedgerError::Locked), "{error}");
    assert!(Failure::from(error).is_retryable());
    drop(other);
    fill(&home.open(), 1).await;
}

#[tokio::test]
async fn a_lock_that_comes_later_fails_writes_until_it_goes() {
    let home = Home::new();
    let ledger = home.open();
    let other = Connection::open(home.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let held = ledger.write(|tx| tx.events().record(at(1), &event("a"))).await;
    assert!(matches!(held, Err(LedgerError::Locked)), "{held:?}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(
        ledger.write(|tx| tx.events().record(at(1), &event("a"))).await.unwrap(),
        Position(1)
    );
}

#[test]
fn garbage_is_reported_as_damage() {
    let home = Home::new();
    fs::write(home.path(), "this is not a database, ".repeat(500)).unwrap();
    let error = refusal(&home);
    assert!(matches!(error, LedgerError::Corrupt { .. }), "{error}");
    assert!(Failure::from(error).hint.unwrap().contains("nexus db check"));
}

#[test]
fn a_stranger_s_database_is_not_touched() {
    let home = Home::new();
    Connection::open(home.path()).unwrap().execute_batch("CREATE TABLE recipes (name)").unwrap();
    let before = fs::read(home.path()).unwrap();
    let error = refusal(&home);
    assert!(matches!(error, LedgerError::Corrupt { .. }), "{error}");
    assert_eq!(fs::read(home.path()).unwrap(), before);
}

#[tokio::test]
async fn a_truncated_file_is_reported_as_damage() {
    let home = Home::new();
    let ledger = home.open();
    fill(&ledger, 2_000).await;
    ledger.close().await;
    let whole = fs::read(home.path()).unwrap();
    for kept in [whole.len() / 2, 5_000, 4_096, 100, 50] {
        fs::write(home.path(), &whole[..kept]).unwrap();
        let error = refusal(&home);
        assert!(matches!(error, LedgerError::Corrupt { .. }), "{kept} bytes: {error}");
    }
    fs::write(home.path(), &whole).unwrap();
    assert_eq!(home.open().position(), Position(2_000));
}

#[tokio::test]
async fn a_start_that_was_cut_off_before_the_schema_stood_is_simply_repeated() {
    let home = Home::new();
    let conn = Connection::open(home.path()).unwrap();
    conn.query_row("PRAGMA journal_mode = WAL", (), |_| Ok(())).unwrap();
    drop(conn);
    fill(&home.open(), 1).await;
}

#[test]
fn an_emptied_file_beside_its_log_is_not_taken_for_a_new_one() {
    let home = Home::new();
    fs::write(home.path(), "").unwrap();
    fs::write(crate::file::log_path(&home.path()), "acknowledged writes").unwrap();
    let error = refusal(&home);
    assert!(matches!(error, LedgerError::Corrupt { .. }), "{error}");
    assert!(fs::metadata(crate::file::log_path(&home.path())).unwrap().len() > 0);
}

#[test]
fn a_missing_folder_is_named() {
    let home = Home::new();
    let missing = home.folder.path().join("nowhere/nexus.db");
    let error = match Ledger::open(crate::LedgerOptions { path: missing, ..home.options(None) }) {
        Ok(_) => panic!("opened"),
        Err(error) => error,
    };
    assert!(matches!(error, LedgerError::Unusable { .. }), "{error}");
    assert!(error.to_string().contains("nowhere"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_and_its_log_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let ledger = home.open();
    fill(&ledger, 1).await;
    for path in [home.path(), crate::file::log_path(&home.path())] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// What the daemon does for every effect: the row first, then the effect.
#[tokio::test]
async fn on_a_full_disk_no_effect_happens_because_no_row_can_be_written() {
    let home = Home::new();
    let ledger = home.open_with(Tuning { pages_max: Some(150), ..TUNING }, |_| {});
    let (mut n_effects, mut n_refused) = (0_u64, 0);
    for n in 1..2_000 {
        let decided = ledger.write(move |tx| {
            let chain =
                nexus_domain::principal::Chain::of(nexus_domain::principal::Principal::Owner);
            let entry = crate::AuditEntry::fact(at(n), chain, "tool.x", "x".repeat(900), "why");
            tx.audit().begin(&entry, Some(&format!("call:{n}")))
        });
        match decided.await {
            Ok(_) => n_effects += 1,
            Err(LedgerError::DiskFull) => n_refused += 1,
            Err(other) => panic!("{other}"),
        }
        if n_refused == 5 {
            break;
        }
    }
    assert!(n_effects > 10 && n_refused == 5, "{n_effects} and {n_refused}");
    let (head, _) = ledger.read(|r| r.audit().head()).await.unwrap();
    assert_eq!(head.0, n_effects, "as many rows as effects");
    assert!(ledger.read(|r| r.audit().verify()).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_the_ledger_goes_on_when_there_is_room() {
    let home = Home::new();
    let n_heard = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counter = std::sync::Arc::clone(&n_heard);
    let tuning = Tuning { pages_max: Some(140), ..TUNING };
    let ledger = home.open_with(tuning, move |recorded| {
        counter.fetch_add(recorded.len() as u64, std::sync::atomic::Ordering::SeqCst);
    });
    let big = "x".repeat(3_000);
    let mut n_acknowledged = 0;
    let error = loop {
        let text = big.clone();
        match ledger.write(move |tx| tx.events().record(at(1), &event(&text))).await {
            Ok(position) => {
                n_acknowledged += 1;
                assert_eq!(position, Position(n_acknowledged));
            }
            Err(error) => break error,
        }
        assert!(n_acknowledged < 1_000, "the disk never became full");
    };
    assert!(matches!(error, LedgerError::DiskFull), "{error}");
    let failure = Failure::from(error);
    assert!(failure.is_retryable() && failure.hint.is_some());
    assert!(n_acknowledged > 10);
    // Reading goes on, and shows what was acknowledged and nothing else.
    let kept = ledger.read(|r| r.events().after(Position(0), 10_000)).await.unwrap();
    assert_eq!(kept.len() as u64, n_acknowledged);
    assert_eq!(n_heard.load(std::sync::atomic::Ordering::SeqCst), n_acknowledged);
    // Many at once on a full disk: each is told.
    let writes: Vec<_> = (0..20)
        .map(|_| {
            let (ledger, text) = (ledger.clone(), big.clone());
            tokio::spawn(async move {
                ledger.write(move |tx| tx.events().record(at(1), &event(&text))).await
            })
        })
        .collect();
    for write in writes {
        assert!(matches!(write.await.unwrap(), Err(LedgerError::DiskFull)));
    }
    let room = ledger.write(|tx| {
        tx.events().read.0.query_row("PRAGMA max_page_count = 100000", (), |_| Ok(()))?;
        Ok(())
    });
    room.await.unwrap();
    let next = ledger.write(move |tx| tx.events().record(at(2), &event(&big))).await.unwrap();
    assert_eq!(next, Position(n_acknowledged + 1), "the failed writes left no gap");
    ledger.close().await;
    assert!(crate::maintenance::check(&home.path()).unwrap().is_ok);
}
