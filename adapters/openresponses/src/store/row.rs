//! One response in the store.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::writing::Writing;

/// Items that were said before and are stored nowhere else.
pub(super) const BEFORE: i64 = 0;
/// Items that the client sent.
pub(super) const SENT: i64 = 1;
/// Items that the response consists of.
pub(super) const MADE: i64 = 2;

/// A response that begins.
pub(crate) struct New {
    pub(crate) id: String,
    pub(crate) principal: String,
    /// The stored response whose conversation goes on.
    pub(crate) previous: Option<String>,
    /// What was said before, where that is stored nowhere else.
    pub(crate) before: Vec<Value>,
    pub(crate) sent: Vec<Value>,
    pub(crate) writing: Writing,
    pub(crate) is_background: bool,
    /// Whether its events are kept.
    pub(crate) is_streamed: bool,
}

/// A response that was found.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) writing: Writing,
    pub(crate) is_background: bool,
    /// Whether its events are kept.
    pub(crate) is_streamed: bool,
}

/// A response that was being written when the adapter ended.
#[derive(Clone, Debug)]
pub(crate) struct Unfinished {
    pub(crate) id: String,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
    pub(crate) stored: Stored,
}

impl New {
    pub(super) fn insert(&self, tx: &Transaction<'_>, now: i64) -> rusqlite::Result<()> {
        let writing = text(&self.writing)?;
        tx.execute(
            "INSERT INTO responses VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                self.id,
                self.principal,
                now,
                self.previous,
                self.is_background,
                self.is_streamed,
                self.writing.is_final(),
                writing,
                size(&writing),
            ],
        )?;
        put(tx, &self.id, BEFORE, &self.before)?;
        put(tx, &self.id, SENT, &self.sent)?;
        if self.writing.is_final() {
            put(tx, &self.id, MADE, self.writing.output())?;
        }
        Ok(())
    }
}

pub(super) fn save(
    tx: &Transaction<'_>,
    id: &str,
    writing: &Writing,
    events: &[Value],
) -> rusqlite::Result<bool> {
    let state = text(writing)?;
    let changed = tx.execute(
        "UPDATE responses SET n_bytes = n_bytes - octet_length(writing) + ?2, writing = ?3, is_final = ?4
         WHERE id = ?1 AND is_final = 0",
        params![id, size(&state), state, writing.is_final()],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    if writing.is_final() {
        put(tx, id, MADE, writing.output())?;
    }
    let mut statement = tx.prepare_cached("INSERT INTO events VALUES (?1, ?2, ?3)")?;
    let mut n_bytes = 0;
    for event in events {
        let said = event.to_string();
        n_bytes += size(&said);
        statement.execute(params![id, event["sequence_number"].as_i64(), said])?;
    }
    grow(tx, id, n_bytes)?;
    Ok(true)
}

fn put(tx: &Transaction<'_>, id: &str, side: i64, items: &[Value]) -> rusqlite::Result<()> {
    let mut statement = tx.prepare_cached("INSERT INTO items VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut n_bytes = 0;
    for (place, item) in (0_i64..).zip(items) {
        let said = item.to_string();
        n_bytes += size(&said);
        let item_id = item["id"].as_str().unwrap_or_default();
        statement.execute(params![id, side, place, item_id, said])?;
    }
    grow(tx, id, n_bytes)
}

fn grow(tx: &Transaction<'_>, id: &str, n_bytes: i64) -> rusqlite::Result<()> {
    tx.execute("UPDATE responses SET n_bytes = n_bytes + ?2 WHERE id = ?1", params![id, n_bytes])?;
    Ok(())
}

pub(super) fn get(db: &Connection, principal: &str, id: &str) -> rusqlite::Result<Option<Stored>> {
    db.query_row(
        "SELECT writing, is_background, is_streamed FROM responses
         WHERE id = ?1 AND principal = ?2",
        params![id, principal],
        |row| stored(row, 0),
    )
    .optional()
}

pub(super) fn unfinished(db: &Connection) -> rusqlite::Result<Vec<Unfinished>> {
    let mut statement = db.prepare(
        "SELECT id, created_at, writing, is_background, is_streamed FROM responses
         WHERE is_final = 0 ORDER BY created_at",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Unfinished { id: row.get(0)?, created_at: row.get(1)?, stored: stored(row, 2)? })
    })?;
    rows.collect()
}

fn stored(row: &Row<'_>, first: usize) -> rusqlite::Result<Stored> {
    let writing: String = row.get(first)?;
    Ok(Stored {
        writing: parse(&writing)?,
        is_background: row.get(first + 1)?,
        is_streamed: row.get(first + 2)?,
    })
}

pub(super) fn events(
    db: &Connection,
    id: &str,
    after: i64,
    limit: i64,
) -> rusqlite::Result<Vec<(i64, String)>> {
    let mut statement = db.prepare_cached(
        "SELECT number, event FROM events WHERE response_id = ?1 AND number > ?2
         ORDER BY number LIMIT ?3",
    )?;
    let rows =
        statement.query_map(params![id, after, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn text(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

pub(super) fn parse<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}

fn size(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}
