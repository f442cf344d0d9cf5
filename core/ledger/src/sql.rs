//! The few shapes in which this crate talks to SQLite. Every statement is prepared once per
//! connection and kept.

use nexus_domain::Timestamp;
use rusqlite::{Connection, Params, Row};
use serde::Serialize;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer};

use crate::error::LedgerError;

/// Most rows that one list gives, whatever the caller asks for.
const ROWS_MAX: u32 = 10_000;

/// Runs a change and says how many rows it touched.
///
/// A full or broken disk can make SQLite end the whole transaction. Whoever passes over that
/// failure and goes on must not commit the rest of the change by itself.
pub(crate) fn run(conn: &Connection, sql: &str, params: impl Params) -> Result<usize, LedgerError> {
    #[cfg(test)]
    crate::tests::plan::check(conn, sql);
    if conn.is_autocommit() {
        return Err(LedgerError::conflict("the transaction has ended; an earlier step failed"));
    }
    Ok(conn.prepare_cached(sql)?.execute(params)?)
}

/// All rows of a query, in order.
pub(crate) fn all<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, LedgerError>,
) -> Result<Vec<T>, LedgerError> {
    #[cfg(test)]
    crate::tests::plan::check(conn, sql);
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The first row of a query.
pub(crate) fn first<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, LedgerError>,
) -> Result<Option<T>, LedgerError> {
    #[cfg(test)]
    crate::tests::plan::check(conn, sql);
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

/// A limit as SQLite takes it.
pub(crate) fn limit(rows: u32) -> u32 {
    rows.min(ROWS_MAX)
}

/// Reads an id, a key or a bare enum from its text column.
pub(crate) fn text<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<T, LedgerError> {
    let text = row.get_ref(column)?.as_str().map_err(|error| unreadable(column, &error))?;
    from_text(column, text)
}

/// The same for a column that may be empty.
pub(crate) fn text_opt<T: DeserializeOwned>(
    row: &Row<'_>,
    column: &str,
) -> Result<Option<T>, LedgerError> {
    let text = row.get_ref(column)?.as_str_or_null().map_err(|e| unreadable(column, &e))?;
    text.map(|text| from_text(column, text)).transpose()
}

fn from_text<T: DeserializeOwned>(column: &str, text: &str) -> Result<T, LedgerError> {
    let source: StrDeserializer<'_, serde::de::value::Error> = text.into_deserializer();
    T::deserialize(source).map_err(|error| unreadable(column, &error))
}

fn unreadable(column: &str, error: &dyn std::fmt::Display) -> LedgerError {
    LedgerError::corrupt(format!("column `{column}` cannot be read: {error}"))
}

/// Reads a record from its JSON column.
pub(crate) fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<T, LedgerError> {
    let text = row.get_ref(column)?.as_str().map_err(|error| unreadable(column, &error))?;
    serde_json::from_str(text).map_err(|error| unreadable(column, &error))
}

/// The same for a column that may be empty.
pub(crate) fn json_opt<T: DeserializeOwned>(
    row: &Row<'_>,
    column: &str,
) -> Result<Option<T>, LedgerError> {
    let text = row.get_ref(column)?.as_str_or_null().map_err(|e| unreadable(column, &e))?;
    text.map(|text| serde_json::from_str(text).map_err(|e| unreadable(column, &e))).transpose()
}

/// Reads an instant.
pub(crate) fn at(row: &Row<'_>, column: &str) -> Result<Timestamp, LedgerError> {
    Ok(Timestamp(row.get(column)?))
}

/// Reads an instant that may be missing.
pub(crate) fn at_opt(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>, LedgerError> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
}

/// Reads a count.
pub(crate) fn count(row: &Row<'_>, column: &str) -> Result<u64, LedgerError> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|error| unreadable(column, &error))
}

/// A count as SQLite keeps it. Counts beyond 2^63 do not exist; they are cut there.
pub(crate) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A bare enum as the text that serde gives it.
pub(crate) fn word(value: &impl Serialize) -> Result<String, LedgerError> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        other => Err(LedgerError::Invalid(format!("{other} is not a bare word"))),
    }
}

/// Turns what a person typed into a full-text query: every word must occur, the last one may be
/// unfinished. `None` when there is no word in it. Quoting keeps the query language of SQLite
/// out of reach.
pub(crate) fn match_query(text: &str) -> Option<String> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(32)
        .map(|word| format!("\"{word}\""))
        .collect();
    (!words.is_empty()).then(|| words.join(" ") + "*")
}

/// Finds the one id that begins with `prefix`; several candidates are listed in the failure.
pub(crate) fn find_id(
    conn: &Connection,
    what: &'static str,
    sql: &str,
    prefix: &str,
) -> Result<String, LedgerError> {
    let start = prefix.trim().to_ascii_uppercase();
    if start.is_empty() || !start.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(LedgerError::Invalid(format!(
            "`{}` is not the beginning of a {what} id; use letters and digits, or @last",
            prefix.escape_debug()
        )));
    }
    // `~` sorts after every letter and digit, so the range is exactly the ids with this beginning.
    let found: Vec<String> = all(conn, sql, (&start, format!("{start}~")), |row| Ok(row.get(0)?))?;
    match found.as_slice() {
        [] => Err(LedgerError::not_found(what, prefix)),
        [one] => Ok(one.clone()),
        several => Err(LedgerError::Invalid(format!(
            "`{prefix}` is the beginning of several {what} ids: {}",
            several.join(", ")
        ))),
    }
}
