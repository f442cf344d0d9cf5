//! Recorded events: every fact with its global position.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Deref;
use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::event::Event;
use nexus_domain::id::{Position, SessionKey};
use rusqlite::{Connection, Row};

use crate::error::LedgerError;
use crate::sql;

/// `AUTOINCREMENT` keeps a position from ever being given twice, even after old events are
/// forgotten.
pub(crate) const SCHEMA: &str = "
CREATE TABLE events (
    position    INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    session_key TEXT,
    properties  TEXT NOT NULL
) STRICT;
";

/// Finds when a session key began to mean another session.
pub(crate) const BEGINNINGS: &str = "
CREATE INDEX events_beginnings ON events (session_key, position)
    WHERE kind IN ('session.created', 'session.renamed');
";

/// A committed event, serialized once and shared by all subscribers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Its place in the ledger.
    pub position: Position,
    /// When it was recorded.
    pub at: Timestamp,
    /// Its type, such as `turn.created`.
    pub kind: Cow<'static, str>,
    /// The session it tells of.
    pub session_key: Option<SessionKey>,
    /// The properties, as a JSON object.
    pub properties: Arc<str>,
}

/// Reads events.
pub struct Events<'a>(pub(crate) &'a Connection);

impl Events<'_> {
    /// Events after a position, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn after(&self, after: Position, limit: u32) -> Result<Vec<Committed>, LedgerError> {
        sql::all(
            self.0,
            "SELECT position, at, kind, session_key, properties FROM events
             WHERE position > ?1 ORDER BY position LIMIT ?2",
            (sql::number(after.0), sql::limit(limit)),
            read,
        )
    }

    /// The position of the latest event; 0 when nothing ever happened.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn latest(&self) -> Result<Position, LedgerError> {
        // The sequence survives the deletion of old events, MAX(position) would not.
        let latest = sql::first(
            self.0,
            "SELECT seq FROM sqlite_sequence WHERE name = 'events'",
            (),
            |row| sql::count(row, "seq"),
        )?;
        Ok(Position(latest.unwrap_or(0)))
    }

    /// The position of the oldest event still kept. A subscriber whose cursor lies further back
    /// has missed something for good.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn oldest(&self) -> Result<Option<Position>, LedgerError> {
        let oldest = sql::first(
            self.0,
            "SELECT position FROM events ORDER BY position LIMIT 1",
            (),
            |row| sql::count(row, "position"),
        )?;
        Ok(oldest.map(Position))
    }
}

fn read(row: &Row<'_>) -> Result<Committed, LedgerError> {
    Ok(Committed {
        position: Position(sql::count(row, "position")?),
        at: sql::at(row, "at")?,
        kind: Cow::Owned(row.get("kind")?),
        session_key: sql::text_opt(row, "session_key")?,
        properties: row.get::<_, String>("properties")?.into(),
    })
}

/// Records events.
pub struct EventsMut<'a> {
    pub(crate) read: Events<'a>,
    pub(crate) recorded: &'a RefCell<Vec<Arc<Committed>>>,
}

impl<'a> Deref for EventsMut<'a> {
    type Target = Events<'a>;
    fn deref(&self) -> &Events<'a> {
        &self.read
    }
}

impl EventsMut<'_> {
    /// Records an event; subscribers see it after the commit.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn record(&self, at: Timestamp, event: &Event) -> Result<Position, LedgerError> {
        let conn = self.read.0;
        let properties = properties(event)?;
        sql::run(
            conn,
            "INSERT INTO events (at, kind, session_key, properties) VALUES (?1, ?2, ?3, ?4)",
            (at.0, event.type_name(), event.session_key().map(SessionKey::as_str), &properties),
        )?;
        let position = Position(u64::try_from(conn.last_insert_rowid()).unwrap_or(0));
        self.recorded.borrow_mut().push(Arc::new(Committed {
            position,
            at,
            kind: Cow::Borrowed(event.type_name()),
            session_key: event.session_key().cloned(),
            properties: properties.into(),
        }));
        Ok(position)
    }

    /// Forgets the oldest events before an instant, at most `limit` of them, and says how many.
    /// It stops at the first event to be kept, so that no hole ever appears.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn forget_before(&self, before: Timestamp, limit: u32) -> Result<usize, LedgerError> {
        let oldest = self.read.after(Position(0), limit)?;
        let last = oldest.iter().take_while(|event| event.at < before).last();
        let Some(last) = last else { return Ok(0) };
        sql::run(
            self.read.0,
            "DELETE FROM events WHERE position <= ?1",
            [sql::number(last.position.0)],
        )
    }
}

/// The JSON of the properties alone, taken from the one serialization of the whole event.
fn properties(event: &Event) -> Result<String, LedgerError> {
    let mut text = serde_json::to_string(event)?;
    let head = format!("{{\"type\":\"{}\",\"properties\":", event.type_name());
    if text.starts_with(&head) && text.ends_with('}') {
        text.pop();
        text.drain(..head.len());
        return Ok(text);
    }
    let whole: serde_json::Value = serde_json::from_str(&text)?;
    Ok(whole.get("properties").cloned().unwrap_or_default().to_string())
}
