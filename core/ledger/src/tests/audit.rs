//! The chain against somebody who may write to the file: whatever is changed, put in, taken out or
//! put elsewhere is found, and the row named.

use std::fs;

use nexus_domain::principal::{Chain, Principal};
use proptest::prelude::*;
use rusqlite::Connection;

use super::support::{Home, at, request_id, turn_id};
use crate::audit::evidence::{AUDIT_CHECKPOINT_FILE, AuditEvidence};
use crate::audit::verify::{AuditBreak, AuditSummary};
use crate::{
    AuditEntry, AuditFilter, AuditKey, AuditPosition, AuditRecord, Ledger, LedgerError, maintenance,
};

/// Rows of the chain that is attacked; decisions and outcomes take turns.
const N_ROWS: u64 = 24;
/// The checkpoints of that chain cover the rows up to these.
const SIGNED: [u64; 3] = [8, 16, 24];

/// Columns of the audit table that can be altered.
pub(super) const COLUMNS: [&str; 12] = [
    "at",
    "decision",
    "request_id",
    "turn_id",
    "chain",
    "action",
    "resource",
    "verdict",
    "reason",
    "digest",
    "outcome",
    "hash",
];

fn key(seed: u8) -> AuditKey {
    AuditKey::from_seed(&[seed; 32]).unwrap()
}

fn entry(n: u64) -> AuditEntry {
    AuditEntry {
        at: at(n),
        request_id: Some(request_id(n % 4)),
        turn_id: Some(turn_id(n)),
        chain: Chain::of(Principal::Owner),
        action: format!("tool.number_{}", n % 3),
        resource: format!("/tmp/Datei \u{fc} \"{n}\"\n"),
        verdict: if n.is_multiple_of(5) { "deny" } else { "allow" }.to_owned(),
        reason: "because".to_owned(),
        digest: Some("d".repeat(8)),
    }
}

async fn append(ledger: &Ledger, n: u64) {
    let write = ledger.write(move |tx| {
        let decision = tx.audit().append(&entry(n))?;
        tx.audit().outcome(decision, at(n), "ok")
    });
    write.await.unwrap();
}

async fn sign(ledger: &Ledger, home: &Home, n: u64) {
    let signed = ledger.write(move |tx| tx.audit().sign(at(n), &key(1))).await.unwrap();
    if let Some(checkpoint) = signed {
        AuditEvidence::note(&home.path(), &checkpoint).unwrap();
    }
}

/// A chain with three checkpoints, the last one over its last row.
async fn chain(home: &Home) {
    let ledger = home.open();
    AuditEvidence::publish(&home.path(), key(1).public()).unwrap();
    for n in 1..=N_ROWS / 2 {
        append(&ledger, n).await;
        if SIGNED.contains(&(2 * n)) {
            sign(&ledger, home, n).await;
        }
    }
    ledger.close().await;
}

fn verify(home: &Home) -> Result<AuditSummary, AuditBreak> {
    let evidence = AuditEvidence::beside(&home.path()).unwrap();
    maintenance::verify_audit(&home.path(), &evidence).unwrap()
}

/// Somebody with SQL and no regard for triggers.
fn intruder(home: &Home) -> Connection {
    let conn = Connection::open(home.path()).unwrap();
    conn.execute_batch(
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;
         DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_cut;
         DROP TRIGGER audit_checkpoint_is_never_changed;
         DROP TRIGGER audit_checkpoint_is_never_cut;",
    )
    .unwrap();
    conn
}

/// Computes every seal anew, as somebody who knows the algorithm would.
fn reseal(conn: &Connection, from_hash: &str) {
    let rows: Vec<AuditRecord> = {
        let mut statement = conn.prepare("SELECT * FROM audit ORDER BY position").unwrap();
        let mut rows = statement.query(()).unwrap();
        let mut all = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            all.push(crate::audit::read(row).unwrap());
        }
        all
    };
    let mut hash = from_hash.to_owned();
    for row in rows {
        hash = row.seal(&hash).unwrap();
        let position = i64::try_from(row.position.0).unwrap();
        conn.execute("UPDATE audit SET hash = ?1 WHERE position = ?2", (&hash, position)).unwrap();
    }
}

fn broken_at(home: &Home) -> u64 {
    verify(home).expect_err("the damage was not found").position.0
}

#[tokio::test]
async fn a_whole_chain_is_found_whole() {
    let home = Home::new();
    chain(&home).await;
    let summary = verify(&home).unwrap();
    assert_eq!((summary.n_rows, summary.n_checkpoints), (N_ROWS, 3));
    assert_eq!((summary.first, summary.signed_to), (AuditPosition(1), AuditPosition(N_ROWS)));
    assert!(summary.are_signatures_checked);
    let ledger = home.open();
    append(&ledger, 99).await;
    ledger.close().await;
    let summary = verify(&home).unwrap();
    assert_eq!((summary.n_rows, summary.signed_to), (N_ROWS + 2, AuditPosition(N_ROWS)));
}

#[derive(Clone, Debug)]
enum Attack {
    Change { row: u64, column: usize, text: String },
    Delete { row: u64 },
    DeleteMany { rows: Vec<u64> },
    Swap { one: u64, other: u64 },
    Cut { kept: u64, forgets: bool },
    Insert { row: u64 },
    Empty { row: u64, column: usize },
}

fn attack() -> impl Strategy<Value = Attack> {
    let row = 1..=N_ROWS;
    prop_oneof![
        4 => (row.clone(), 0..COLUMNS.len(), "[a-z0-9 ]{0,12}")
            .prop_map(|(row, column, text)| Attack::Change { row, column, text }),
        2 => (row.clone(), 0..COLUMNS.len()).prop_map(|(row, column)| Attack::Empty { row, column }),
        2 => row.clone().prop_map(|row| Attack::Delete { row }),
        1 => proptest::collection::vec(row.clone(), 1..8)
            .prop_map(|rows| Attack::DeleteMany { rows }),
        2 => (row.clone(), row.clone()).prop_map(|(one, other)| Attack::Swap { one, other }),
        2 => (0..N_ROWS, any::<bool>()).prop_map(|(kept, forgets)| Attack::Cut { kept, forgets }),
        1 => row.prop_map(|row| Attack::Insert { row }),
    ]
}

/// Does it; false when it turned out to change nothing.
fn perform(conn: &Connection, attack: &Attack) -> bool {
    let n = |row: u64| i64::try_from(row).unwrap();
    let before = dump(conn);
    match attack {
        Attack::Change { row, column, text } => {
            let column = COLUMNS[*column];
            let value = match column {
                "at" | "decision" => format!("{}", text.len() + 1),
                _ => format!("'{text}'"),
            };
            let sql = format!("UPDATE audit SET {column} = {value} WHERE position = {row}");
            conn.execute_batch(&sql).unwrap();
        }
        Attack::Empty { row, column } => {
            let column = COLUMNS[*column];
            let value = match column {
                "at" => "0",
                "hash" => "''",
                _ => "NULL",
            };
            let sql = format!("UPDATE audit SET {column} = {value} WHERE position = {row}");
            conn.execute_batch(&sql).unwrap();
        }
        Attack::Delete { row } => {
            conn.execute("DELETE FROM audit WHERE position = ?1", [n(*row)]).unwrap();
        }
        Attack::DeleteMany { rows } => {
            for row in rows {
                conn.execute("DELETE FROM audit WHERE position = ?1", [n(*row)]).unwrap();
            }
        }
        Attack::Swap { one, other } => {
            for (from, to) in [(n(*one), -1), (n(*other), n(*one)), (-1, n(*other))] {
                let _ =
                    conn.execute("UPDATE audit SET position = ?2 WHERE position = ?1", (from, to));
            }
        }
        Attack::Cut { kept, forgets } => {
            conn.execute("DELETE FROM audit WHERE position > ?1", [n(*kept)]).unwrap();
            conn.execute("UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'audit'", [n(*kept)])
                .unwrap();
            if *forgets {
                conn.execute("DELETE FROM audit_checkpoints WHERE position > ?1", [n(*kept)])
                    .unwrap();
            }
        }
        Attack::Insert { row } => {
            conn.execute("UPDATE audit SET position = -position WHERE position >= ?1", [n(*row)])
                .unwrap();
            conn.execute_batch("UPDATE audit SET position = 1 - position WHERE position < 0;")
                .unwrap();
            conn.execute(
                "INSERT INTO audit SELECT ?1, at, decision, request_id, turn_id, chain, action,
                     resource, verdict, reason, digest, outcome, hash FROM audit LIMIT 1",
                [n(*row)],
            )
            .unwrap();
        }
    }
    dump(conn) != before
}

fn dump(conn: &Connection) -> Vec<String> {
    let mut statement = conn.prepare("SELECT * FROM audit ORDER BY position").unwrap();
    let width = statement.column_count();
    let rows = statement.query_map((), |row| {
        (0..width).map(|n| row.get_ref(n).map(|v| format!("{v:?}"))).collect::<Result<Vec<_>, _>>()
    });
    rows.unwrap().map(|row| row.unwrap().join("|")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Whether or not the intruder computes all seals anew: only the key could make it fit.
    #[test]
    fn whatever_is_done_to_signed_rows_is_found(
        attacks in proptest::collection::vec(attack(), 1..3),
        reseals in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let home = Home::new();
        runtime.block_on(chain(&home));
        let conn = intruder(&home);
        let before = dump(&conn);
        for attack in &attacks {
            perform(&conn, attack);
        }
        if reseals {
            reseal_if_readable(&conn);
        }
        let is_changed = dump(&conn) != before;
        drop(conn);
        prop_assert_eq!(verify(&home).is_err(), is_changed, "{:?}", attacks);
    }
}

/// What the intruder has made of a row may not even be a row any more.
fn reseal_if_readable(conn: &Connection) {
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        reseal(conn, crate::audit::GENESIS);
    }));
}

#[tokio::test]
async fn the_first_bad_row_is_named() {
    for row in [1, 7, 8, 9, N_ROWS] {
        let home = Home::new();
        chain(&home).await;
        intruder(&home)
            .execute_batch(&format!("UPDATE audit SET at = 7 WHERE position = {row}"))
            .unwrap();
        assert_eq!(broken_at(&home), row);
    }
}

#[tokio::test]
async fn a_chain_computed_anew_is_contradicted_by_its_checkpoint() {
    let home = Home::new();
    chain(&home).await;
    let conn = intruder(&home);
    conn.execute_batch("UPDATE audit SET reason = 'the owner said so' WHERE position = 3").unwrap();
    reseal(&conn, crate::audit::GENESIS);
    let broken = verify(&home).unwrap_err();
    assert_eq!(broken.position, AuditPosition(8));
    assert!(broken.reason.contains("another seal"), "{}", broken.reason);
    // Without its checkpoints it would fit, but the note outside knows better.
    conn.execute_batch("DELETE FROM audit_checkpoints").unwrap();
    assert_eq!(broken_at(&home), N_ROWS);
    fs::remove_file(home.folder.path().join(AUDIT_CHECKPOINT_FILE)).unwrap();
    assert!(verify(&home).unwrap_err().reason.contains("no checkpoint is left"));
}

#[tokio::test]
async fn a_cut_end_is_found_by_the_checkpoint_and_by_the_note_outside() {
    let home = Home::new();
    chain(&home).await;
    let conn = intruder(&home);
    conn.execute_batch(
        "DELETE FROM audit WHERE position > 20;
         UPDATE sqlite_sequence SET seq = 20 WHERE name = 'audit';",
    )
    .unwrap();
    assert_eq!(broken_at(&home), 21);
    conn.execute_batch("DELETE FROM audit_checkpoints WHERE position > 20").unwrap();
    let broken = verify(&home).unwrap_err();
    assert!(broken.reason.contains("noted outside"), "{}", broken.reason);
    fs::remove_file(home.folder.path().join(AUDIT_CHECKPOINT_FILE)).unwrap();
    assert!(verify(&home).unwrap_err().reason.contains("is missing"));
}

#[tokio::test]
async fn an_exchanged_database_does_not_fit_its_surroundings() {
    let (home, other) = (Home::new(), Home::new());
    chain(&home).await;
    // The same algorithm, another key: all of it is sound in itself.
    let ledger = other.open();
    for n in 50..50 + N_ROWS {
        append(&ledger, n).await;
    }
    ledger.write(move |tx| tx.audit().sign(at(1), &key(2))).await.unwrap();
    ledger.close().await;
    assert!(verify(&other).is_ok());
    fs::copy(other.path(), home.path()).unwrap();
    let broken = verify(&home).unwrap_err();
    assert!(broken.reason.contains("unknown key"), "{}", broken.reason);
}

#[tokio::test]
async fn a_forged_checkpoint_is_found() {
    for forgery in [
        "UPDATE audit_checkpoints SET signature = replace(signature, 'a', 'b') WHERE number = 2",
        "UPDATE audit_checkpoints SET at = at + 1 WHERE number = 3",
        "UPDATE audit_checkpoints SET head_hash = base_hash WHERE number = 1",
        "UPDATE audit_checkpoints SET key_id = '' WHERE number = 1",
        "UPDATE audit_checkpoints SET base = 2 WHERE number = 3",
        "UPDATE audit_checkpoints SET number = 9 WHERE number = 2",
    ] {
        let home = Home::new();
        chain(&home).await;
        intruder(&home).execute_batch(forgery).unwrap();
        assert!(verify(&home).is_err(), "{forgery}");
    }
}

/// What the documentation admits: rows after the last checkpoint are held by their seals alone.
#[tokio::test]
async fn a_sound_append_without_the_key_is_reported_as_unsigned() {
    let home = Home::new();
    chain(&home).await;
    let ledger = home.open();
    append(&ledger, 77).await;
    ledger.close().await;
    let summary = verify(&home).unwrap();
    assert_eq!(summary.n_rows - summary.signed_to.0, 2);
}

#[tokio::test]
async fn pruning_leaves_the_rest_verifiable_and_nothing_else_can_delete() {
    let home = Home::new();
    AuditEvidence::publish(&home.path(), key(1).public()).unwrap();
    let ledger = home.open();
    for n in 1..=150 {
        append(&ledger, n).await;
    }
    sign(&ledger, &home, 150).await;
    // One effect is still at work: its decision must stay, whatever its age.
    let open = ledger.write(|tx| tx.audit().begin(&entry(151), Some("call:x"))).await.unwrap();
    for n in 152..=200 {
        append(&ledger, n).await;
    }
    sign(&ledger, &home, 200).await;
    let refused = ledger.write(|tx| {
        crate::sql::run(tx.audit().0.0, "DELETE FROM audit WHERE position = 1", ()).map(|_| ())
    });
    assert!(matches!(refused.await, Err(LedgerError::Conflict { .. })));
    let nothing = ledger.write(|tx| tx.audit().prune(at(300), at(100), &key(1))).await.unwrap();
    assert_eq!(nothing, None, "the first checkpoint is younger than that");
    let pruned = ledger.write(|tx| tx.audit().prune(at(300), at(250), &key(1))).await.unwrap();
    let pruned = pruned.unwrap();
    assert_eq!(pruned.checkpoint.base.0, open.0 - 1);
    AuditEvidence::note(&home.path(), &pruned.checkpoint).unwrap();
    let refused = ledger.write(|tx| {
        crate::sql::run(tx.audit().0.0, "DELETE FROM audit WHERE position = 310", ()).map(|_| ())
    });
    assert!(matches!(refused.await, Err(LedgerError::Conflict { .. })));
    let page = ledger.read(|r| r.audit().decisions(&AuditFilter::default(), 500, None));
    assert_eq!(page.await.unwrap().items.last().unwrap().record.position, open);
    ledger.write(|tx| tx.audit().abandon_open(at(301))).await.unwrap();
    ledger.close().await;
    let summary = verify(&home).unwrap();
    assert_eq!(summary.first, open);
    assert!(maintenance::check(&home.path()).unwrap().is_ok);
    // An intruder cannot pass off a deletion as a pruning.
    intruder(&home).execute_batch("DELETE FROM audit WHERE position <= 310").unwrap();
    assert_eq!(broken_at(&home), open.0);
}

#[tokio::test]
async fn every_effect_that_began_gets_an_outcome() {
    let home = Home::new();
    let ledger = home.open();
    let begun = ledger.write(|tx| {
        let audit = tx.audit();
        audit.begin(&entry(1), Some("call:a"))?;
        audit.begin(&entry(2), Some("call:b"))?;
        audit.begin(&entry(3), None)?;
        assert_eq!(audit.end("call:c", at(4), "ok")?, None);
        audit.end("call:a", at(4), "ok")?;
        audit.begin(&entry(5), Some("call:b")).map(|_| ())
    });
    begun.await.unwrap();
    ledger.write(|tx| tx.audit().end_turn(turn_id(5), at(6), "stopped")).await.unwrap();
    assert_eq!(ledger.write(|tx| tx.audit().abandon_open(at(7))).await.unwrap(), 1);
    assert_eq!(ledger.write(|tx| tx.audit().abandon_open(at(8))).await.unwrap(), 0);
    let page = ledger.read(|r| r.audit().decisions(&AuditFilter::default(), 100, None));
    let outcomes: Vec<Vec<String>> = page
        .await
        .unwrap()
        .items
        .iter()
        .map(|decision| decision.outcomes.iter().map(|o| o.outcome.clone().unwrap()).collect())
        .collect();
    let words: Vec<_> = outcomes.iter().map(|all| all.concat()).collect();
    assert_eq!(words[0], "stopped");
    assert!(words[1].contains("the daemon stopped"), "{words:?}");
    assert!(words[2].contains("begun again"), "{words:?}");
    assert_eq!(words[3], "ok");
    assert!(outcomes.iter().all(|all| all.len() == 1));
}

#[tokio::test]
async fn rows_are_found_by_every_filter_and_page_by_page() {
    let home = Home::new();
    let ledger = home.open();
    for n in 1..=40 {
        append(&ledger, n).await;
    }
    let count = |filter: AuditFilter| {
        let page = ledger.read(move |r| r.audit().decisions(&filter, 500, None));
        async { page.await.unwrap().items.len() }
    };
    let all = AuditFilter::default;
    assert_eq!(count(all()).await, 40);
    assert_eq!(count(AuditFilter { verdict: Some("deny".into()), ..all() }).await, 8);
    assert_eq!(count(AuditFilter { action: Some("tool".into()), ..all() }).await, 40);
    assert_eq!(count(AuditFilter { action: Some("tool.number_1".into()), ..all() }).await, 14);
    assert_eq!(count(AuditFilter { action: Some("tool.number".into()), ..all() }).await, 0);
    assert_eq!(
        count(AuditFilter { resource: Some("DATEI \u{dc} \"7\"".into()), ..all() }).await,
        1
    );
    assert_eq!(count(AuditFilter { principal: Some("owner".into()), ..all() }).await, 40);
    assert_eq!(count(AuditFilter { principal: Some("own".into()), ..all() }).await, 0);
    assert_eq!(count(AuditFilter { request_id: Some(request_id(1)), ..all() }).await, 10);
    assert_eq!(count(AuditFilter { session_key: Some("main".into()), ..all() }).await, 0);
    let span = AuditFilter { since: Some(at(11)), until: Some(at(21)), ..all() };
    assert_eq!(count(span).await, 10);
    let mut seen = Vec::new();
    let mut after = AuditPosition(0);
    loop {
        let filter = AuditFilter { verdict: Some("deny".into()), ..all() };
        let page = ledger.read(move |r| r.audit().rows_after(&filter, 3, after)).await.unwrap();
        seen.extend(page.items.iter().map(|row| row.position.0));
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    let expected: Vec<u64> =
        (1..=40).filter(|n| n % 5 == 0).flat_map(|n| [2 * n - 1, 2 * n]).collect();
    assert_eq!(seen, expected, "an outcome goes with its decision");
    let stats = ledger.read(|r| r.audit().stats(at(0))).await.unwrap();
    assert_eq!(stats.n_decisions, 40);
    assert_eq!(stats.verdicts, [("allow".to_owned(), 32), ("deny".to_owned(), 8)]);
    assert_eq!(stats.principals, [("owner".to_owned(), 40)]);
}
