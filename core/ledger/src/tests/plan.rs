//! Every statement that any test runs is explained once: none may walk through a whole table that
//! grows.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Tables that hold a handful of rows by their nature: models, waiting requests, sequences.
const SMALL: &[&str] = &["cooldowns", "queue_items", "sqlite_sequence"];

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
