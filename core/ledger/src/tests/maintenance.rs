//! Check, backup and compact, with and without a running ledger.

use std::fs;

use nexus_domain::id::Position;
use nexus_domain::principal::{Chain, Principal};
use rusqlite::Connection;

use super::support::{Home, arrival, at, begin_turn, event, message, request_id, session, turn_id};
use crate::maintenance::{backup, check, compact};
use crate::{AuditEntry, Ledger, LedgerError};

fn decision(n: u64) -> AuditEntry {
    AuditEntry {
        at: at(n),
        request_id: Some(request_id(n)),
        turn_id: None,
        chain: Chain::of(Principal::Owner),
        action: "write_file".to_owned(),
        resource: "notes.md".to_owned(),
        verdict: "allow".to_owned(),
        reason: "the owner's own workspace".to_owned(),
        digest: Some("d1".to_owned()),
    }
}

async fn populate(ledger: &Ledger) {
    let work = ledger.write(|tx| {
        for n in 1..=50 {
            let key = session(&format!("s{n}"));
            begin_turn(tx, n, &key)?;
            tx.arrivals().insert(&arrival(&n.to_string(), "good morning"), request_id(n), at(n))?;
            tx.turns().add_message(&key, &message(n, turn_id(n), "good morning"))?;
            let decision = tx.audit().append(&decision(n))?;
            tx.audit().outcome(decision, at(n), "done")?;
            tx.events().record(at(n), &event(&"x".repeat(2_000)))?;
        }
        Ok(())
    });
    work.await.unwrap();
}

#[tokio::test]
async fn a_sound_file_checks_out_beside_a_running_ledger() {
    let home = Home::new();
    let ledger = home.open();
    populate(&ledger).await;
    let report = check(&home.path()).unwrap();
    assert!(report.is_ok, "{report:?}");
    assert_eq!(report.audit.unwrap().n_rows, 100);
    assert_eq!(report.schema_found, report.schema_known);
}

#[tokio::test]
async fn damage_is_found_where_it_is() {
    let home = Home::new();
    let ledger = home.open();
    populate(&ledger).await;
    ledger.close().await;
    let conn = Connection::open(home.path()).unwrap();
    conn.pragma_update(None, "foreign_keys", false).unwrap();
    conn.execute_batch(
        "DROP TRIGGER audit_is_never_changed;
         UPDATE audit SET reason = 'because' WHERE position = 31;
         DELETE FROM turns WHERE id IN (SELECT turn_id FROM messages WHERE place = 3);",
    )
    .unwrap();
    drop(conn);
    let report = check(&home.path()).unwrap();
    assert!(!report.is_ok);
    assert_eq!(report.audit_break.unwrap().position.0, 31);
    assert_eq!(report.foreign_keys.len(), 1, "{:?}", report.foreign_keys);

    let to = home.folder.path().join("copy.db");
    assert!(matches!(backup(&home.path(), &to), Err(LedgerError::Corrupt { .. })));
    assert!(!to.exists(), "a damaged copy must not pass for a backup");

    let mut bytes = fs::read(home.path()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8_192].fill(0xA5);
    fs::write(home.path(), bytes).unwrap();
    let is_damage_seen = match check(&home.path()) {
        Ok(report) => !report.integrity.is_empty(),
        Err(error) => matches!(error, LedgerError::Corrupt { .. }),
    };
    assert!(is_damage_seen);
}

#[test]
fn a_missing_file_is_not_made() {
    let home = Home::new();
    assert!(matches!(check(&home.path()), Err(LedgerError::NotFound { .. })));
    assert!(!home.path().exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_beside_a_busy_writer_is_whole_and_overwrites_nothing() {
    let home = Home::new();
    let ledger = home.open();
    populate(&ledger).await;
    let busy = {
        let ledger = ledger.clone();
        tokio::spawn(async move {
            for n in 0..200 {
                let write = ledger.write(move |tx| tx.events().record(at(n), &event("busy")));
                write.await.unwrap();
            }
        })
    };
    let (from, to) = (home.path(), home.folder.path().join("copy.db"));
    let (target, report) = {
        let to = to.clone();
        tokio::task::spawn_blocking(move || (to.clone(), backup(&from, &to).unwrap()))
            .await
            .unwrap()
    };
    busy.await.unwrap();
    assert!(report.check.is_ok && report.n_bytes > 0);
    assert!(!crate::file::log_path(&target).exists(), "a backup is one file");
    let again = backup(&home.path(), &to);
    assert!(matches!(again, Err(LedgerError::Conflict { .. })), "{again:?}");
    let copy = Ledger::open(crate::LedgerOptions { path: to, ..home.options(None) }).unwrap();
    assert!(copy.position() >= Position(50));
    assert_eq!(copy.position(), copy.read(|r| r.events().latest()).await.unwrap());
}

#[tokio::test]
async fn compacting_wants_the_file_alone_and_keeps_everything_but_gaps() {
    let home = Home::new();
    let ledger = home.open();
    populate(&ledger).await;
    let held = compact(&home.path());
    assert!(matches!(held, Err(LedgerError::Locked)), "{held:?}");
    let n_forgotten = ledger.write(|tx| tx.events().forget_before(at(45), 1_000)).await.unwrap();
    assert_eq!(n_forgotten, 44);
    ledger.close().await;
    let report = compact(&home.path()).unwrap();
    assert!(report.n_bytes_after < report.n_bytes_before, "{report:?}");
    assert!(check(&home.path()).unwrap().is_ok);
    let ledger = home.open();
    assert_eq!(ledger.position(), Position(50), "positions are never given twice");
    ledger
        .read(|reader| {
            assert_eq!(reader.events().oldest()?, Some(Position(45)));
            assert_eq!(reader.arrivals().search("good morn", 100)?.len(), 50);
            assert_eq!(reader.sessions().list(100, None, Some("morning"))?.0.len(), 50);
            Ok(())
        })
        .await
        .unwrap();
    // Rank 1 makes SQLite compare the index with the table, not only with itself.
    let compare = ledger.write(|tx| {
        let statement = "INSERT INTO arrivals_text (arrivals_text, rank)
                         VALUES ('integrity-check', 1)";
        crate::sql::run(tx.arrivals().0.0, statement, ())
    });
    compare.await.unwrap();
}
