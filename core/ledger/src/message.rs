//! Messages, and the summaries that stand for old ones; part of the ledger of turns.

use nexus_domain::Timestamp;
use nexus_domain::id::{MessageId, SessionKey, TurnId};
use nexus_domain::message::Message;
use rusqlite::{Row, params};

use crate::error::LedgerError;
use crate::sql;
use crate::turn::{Turns, TurnsMut};

/// The full-text index keeps no text of its own.
pub(crate) const SCHEMA: &str = "
CREATE TABLE messages (
    place       INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    session_key TEXT NOT NULL REFERENCES sessions (key),
    turn_id     TEXT NOT NULL REFERENCES turns (id),
    request_id  TEXT,
    role        TEXT NOT NULL,
    parts       TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_session ON messages (session_key, place);
CREATE INDEX messages_turn ON messages (turn_id, place);
CREATE VIRTUAL TABLE messages_text USING fts5 (
    text, content = '', contentless_delete = 1,
    tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TABLE compactions (
    place         INTEGER PRIMARY KEY AUTOINCREMENT,
    session_key   TEXT NOT NULL REFERENCES sessions (key),
    through_place INTEGER NOT NULL REFERENCES messages (place),
    summary       TEXT NOT NULL,
    n_messages    INTEGER NOT NULL,
    tokens_saved  INTEGER NOT NULL,
    at            INTEGER NOT NULL
) STRICT;
CREATE INDEX compactions_session ON compactions (session_key, place);
";

/// Without it, every message that is forgotten would be looked for in all summaries.
pub(crate) const THROUGH: &str =
    "CREATE INDEX compactions_through ON compactions (through_place);\n";

/// A summary that stands for the beginning of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary<'t> {
    /// The last message it stands for.
    pub through: MessageId,
    /// The text.
    pub summary: &'t str,
    /// How many messages it stands for.
    pub n_messages: u64,
    /// Tokens saved, estimated.
    pub tokens_saved: u64,
}

/// What an agent gets to see of a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionContext {
    /// What stands for everything before the messages.
    pub summary: Option<String>,
    /// The messages after the last compaction, the oldest first.
    pub messages: Vec<Message>,
}

impl Turns<'_> {
    /// A page of a session's messages, the oldest first: the last `limit` before a message, or
    /// the last of all.
    ///
    /// # Errors
    /// `NotFound` when `before` names no message of the session.
    pub fn messages(
        &self,
        session: &SessionKey,
        before: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>, LedgerError> {
        let before = match before {
            Some(id) => self.place(session, id)?,
            None => i64::MAX,
        };
        let mut messages = sql::all(
            self.0,
            "SELECT * FROM messages WHERE session_key = ?1 AND place < ?2
             ORDER BY place DESC LIMIT ?3",
            (session.as_str(), before, sql::limit(limit)),
            read_message,
        )?;
        messages.reverse();
        Ok(messages)
    }

    /// A page of a session's messages, the oldest first, after the first `offset` of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn messages_from(
        &self,
        session: &SessionKey,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<Message>, LedgerError> {
        sql::all(
            self.0,
            "SELECT * FROM messages WHERE session_key = ?1 ORDER BY place LIMIT ?2 OFFSET ?3",
            (session.as_str(), sql::limit(limit), offset),
            read_message,
        )
    }

    /// A page of a session's messages, the oldest first, after one of them or from the first on.
    ///
    /// # Errors
    /// `NotFound` when `after` names no message of the session.
    pub fn messages_after(
        &self,
        session: &SessionKey,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>, LedgerError> {
        let after = after.map_or(Ok(0), |id| self.place(session, id))?;
        sql::all(
            self.0,
            "SELECT * FROM messages WHERE session_key = ?1 AND place > ?2
             ORDER BY place LIMIT ?3",
            (session.as_str(), after, sql::limit(limit)),
            read_message,
        )
    }

    /// The messages of a turn, the oldest first; not their copies in other sessions.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of_turn(&self, turn: TurnId) -> Result<Vec<Message>, LedgerError> {
        sql::all(
            self.0,
            "SELECT * FROM messages WHERE turn_id = ?1
               AND session_key = (SELECT session_key FROM turns WHERE id = ?1) ORDER BY place",
            [turn.to_string()],
            read_message,
        )
    }

    /// What an agent gets to see: the last summary and everything after it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn context(&self, session: &SessionKey) -> Result<SessionContext, LedgerError> {
        let last = sql::first(
            self.0,
            "SELECT summary, through_place FROM compactions WHERE session_key = ?1
             ORDER BY place DESC LIMIT 1",
            [session.as_str()],
            |row| Ok((row.get::<_, String>("summary")?, row.get::<_, i64>("through_place")?)),
        )?;
        let (summary, after) = last.map_or((None, 0), |(text, place)| (Some(text), place));
        let messages = sql::all(
            self.0,
            "SELECT * FROM messages WHERE session_key = ?1 AND place > ?2 ORDER BY place",
            (session.as_str(), after),
            read_message,
        )?;
        Ok(SessionContext { summary, messages })
    }

    pub(crate) fn place(&self, session: &SessionKey, id: MessageId) -> Result<i64, LedgerError> {
        let place = sql::first(
            self.0,
            "SELECT place FROM messages WHERE id = ?1 AND session_key = ?2",
            (id.to_string(), session.as_str()),
            |row| Ok(row.get("place")?),
        )?;
        place.ok_or_else(|| LedgerError::not_found("message", id))
    }
}

pub(crate) fn read_message(row: &Row<'_>) -> Result<Message, LedgerError> {
    Ok(Message {
        id: sql::text(row, "id")?,
        turn_id: sql::text(row, "turn_id")?,
        request_id: sql::text_opt(row, "request_id")?,
        role: sql::text(row, "role")?,
        parts: sql::json(row, "parts")?,
        created_at: sql::at(row, "created_at")?,
    })
}

impl TurnsMut<'_> {
    /// Adds a message to a session.
    ///
    /// # Errors
    /// `Conflict` when the id is taken: a recorded step is never recorded again.
    pub fn add_message(&self, session: &SessionKey, message: &Message) -> Result<(), LedgerError> {
        let conn = self.0.0;
        sql::run(
            conn,
            "INSERT INTO messages
                 (id, session_key, turn_id, request_id, role, parts, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                message.id.to_string(),
                session.as_str(),
                message.turn_id.to_string(),
                message.request_id.map(|id| id.to_string()),
                sql::word(&message.role)?,
                serde_json::to_string(&message.parts)?,
                message.created_at.0,
            ],
        )?;
        let place = conn.last_insert_rowid();
        let text = message.text();
        if !text.is_empty() {
            let insert = "INSERT INTO messages_text (rowid, text) VALUES (?1, ?2)";
            sql::run(conn, insert, (place, text))?;
        }
        sql::run(
            conn,
            "UPDATE sessions SET n_messages = n_messages + 1, updated_at = max(updated_at, ?2)
             WHERE key = ?1",
            (session.as_str(), message.created_at.0),
        )?;
        Ok(())
    }

    /// Puts a summary in the place of a session's beginning. The messages themselves stay.
    ///
    /// # Errors
    /// `NotFound` when `through` is no message of the session; `Conflict` when an earlier summary
    /// reaches at least as far.
    pub fn compact(
        &self,
        session: &SessionKey,
        summary: Summary<'_>,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        let place = self.0.place(session, summary.through)?;
        let n_rows = sql::run(
            self.0.0,
            "INSERT INTO compactions
                 (session_key, through_place, summary, n_messages, tokens_saved, at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6
             WHERE ?2 > coalesce((SELECT through_place FROM compactions WHERE session_key = ?1
                                  ORDER BY place DESC LIMIT 1), 0)",
            params![
                session.as_str(),
                place,
                summary.summary,
                sql::number(summary.n_messages),
                sql::number(summary.tokens_saved),
                at.0,
            ],
        )?;
        if n_rows == 0 {
            return Err(LedgerError::conflict("an earlier summary reaches at least as far"));
        }
        Ok(())
    }
}
