//! Every statement that any test runs is explained once: none may walk through a whole table that
//! grows.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use nexus_domain::id::PermissionId;
use nexus_domain::request::RequestStatus;
use rusqlite::Connection;

use super::support::{Home, at, request_id, session, turn_id};
use crate::{LedgerError, PermissionFilter, RequestFilter};

static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Tables that hold a handful of rows by their nature: effects and calls at work, models, waiting
/// requests, sequences.
const SMALL: &[&str] = &[
    "audit_open",
    "budget_reservations",
    "cooldowns",
    "queue_items",
    "schedule_jobs",
    "sender_waits",
    "sqlite_sequence",
];

/// Partial indices that hold only what is still open.
const OPEN: &[&str] = &["turns_active", "deliveries_sending"];

pub(crate) fn check(conn: &Connection, sql: &str) {
    if !SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(sql.to_owned()) {
        return;
    }
    let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().unwrap() {
        let step: String = row.get(3).unwrap();
        assert!(is_bounded(sql, &step), "{step}\nin: {sql}");
    }
}

/// A walk in the order of an index that a limit ends is as good as a search.
fn is_bounded(sql: &str, step: &str) -> bool {
    if step == "USE TEMP B-TREE FOR ORDER BY" {
        return !sql.contains("LIMIT");
    }
    let Some(rest) = step.strip_prefix("SCAN ") else { return true };
    let table = rest.split(' ').next().unwrap_or_default();
    sql.contains("LIMIT")
        || step.contains("VIRTUAL TABLE")
        || step == "SCAN CONSTANT ROW"
        || SMALL.contains(&table)
        || OPEN.iter().any(|index| step.ends_with(index))
}

/// Statements that no other test happens to run.
#[tokio::test]
async fn every_combination_of_filters_has_its_index() {
    let home = Home::new();
    let ledger = home.open();
    let queries = ledger.read(|reader| {
        for session in [None, Some(session("main"))] {
            for status in [None, Some(RequestStatus::Queued)] {
                let filter = RequestFilter { session: session.clone(), status, before: None };
                assert!(reader.requests().list(&filter, 10)?.is_empty());
            }
            for pending_only in [true, false] {
                let session = session.clone();
                let filter = PermissionFilter { pending_only, session, before: None };
                assert!(reader.permissions().list(&filter, 10)?.is_empty());
            }
        }
        assert!(reader.requests().of_turn(turn_id(1))?.is_empty());
        assert_eq!(reader.permissions().get(PermissionId::from_parts(at(1), 1))?, None);
        for missing in [reader.permissions().find("@last"), reader.permissions().find("01ABC")] {
            assert!(matches!(missing, Err(LedgerError::NotFound { .. })));
        }
        assert!(reader.queue().sessions()?.is_empty());
        assert!(reader.outbox().of_request(request_id(1))?.is_empty());
        assert_eq!(reader.outbox().next_at()?, None);
        Ok(())
    });
    queries.await.unwrap();
}
