//! Sessions: the conversations and how they stand.

use nexus_domain::Timestamp;
use nexus_domain::id::{AgentId, Position, SessionKey};
use nexus_domain::session::{ForkedFrom, Session, SessionDefaults};
use rusqlite::{Connection, Row, params};

use crate::error::LedgerError;
use crate::sql;

/// The number of messages is kept beside the session: counting them would grow with the history.
pub(crate) const SCHEMA: &str = "
CREATE TABLE sessions (
    key        TEXT PRIMARY KEY,
    agent_id   TEXT NOT NULL,
    title      TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    n_messages INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_updated ON sessions (updated_at, key);
";

/// What a person set, where it was copied from, and when it was deleted. A deleted session keeps
/// its row, because turns and requests stay on record; every read passes over it.
pub(crate) const SETTINGS: &str = "
ALTER TABLE sessions ADD COLUMN is_titled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN defaults TEXT;
ALTER TABLE sessions ADD COLUMN forked_from TEXT;
ALTER TABLE sessions ADD COLUMN deleted_at INTEGER;
";

/// A session with what other ledgers know of it.
macro_rules! select_sessions {
    ($rest:literal) => {
        concat!(
            "SELECT sessions.*,
                 EXISTS (SELECT 1 FROM turns WHERE turns.session_key = sessions.key
                         AND turns.status IN ('running', 'parked')) AS is_busy,
                 (SELECT count(*) FROM queue_items
                  WHERE queue_items.session_key = sessions.key) AS n_waiting
             FROM sessions ",
            $rest
        )
    };
}

/// Reads sessions.
pub struct Sessions<'a>(pub(crate) &'a Connection);

impl Sessions<'_> {
    /// A session.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get(&self, key: &SessionKey) -> Result<Option<Session>, LedgerError> {
        sql::first(
            self.0,
            select_sessions!("WHERE key = ?1 AND deleted_at IS NULL"),
            [key.as_str()],
            read,
        )
    }

    /// The agent of the session that a key meant at a position. `None` when there is no such
    /// session, or the key has come to mean another one since: what happened before that is
    /// somebody else's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn agent_at(
        &self,
        key: &SessionKey,
        position: Position,
    ) -> Result<Option<AgentId>, LedgerError> {
        sql::first(
            self.0,
            "SELECT agent_id FROM sessions WHERE key = ?1 AND NOT EXISTS (
                 SELECT 1 FROM events
                 WHERE kind IN ('session.created', 'session.renamed')
                   AND session_key = ?1 AND position > ?2)",
            (key.as_str(), sql::number(position.0)),
            |row| sql::text(row, "agent_id"),
        )
    }

    /// Sessions whose keys begin so and in which nothing happens or happened since an instant, the
    /// oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn resting(
        &self,
        prefix: &str,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<SessionKey>, LedgerError> {
        sql::all(
            self.0,
            "SELECT key FROM sessions
             WHERE key >= ?1 AND substr(key, 1, length(?1)) = ?1 AND updated_at < ?2
               AND deleted_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM turns WHERE turns.session_key = sessions.key
                               AND turns.status IN ('running', 'parked'))
               AND NOT EXISTS (SELECT 1 FROM queue_items
                               WHERE queue_items.session_key = sessions.key)
             ORDER BY updated_at, key LIMIT ?3",
            (prefix, before.0, sql::limit(limit)),
            |row| sql::text(row, "key"),
        )
    }

    /// A page of sessions, the one in which something happened last first, and the cursor of the
    /// next page. With `search`, only sessions in whose title or messages every word occurs.
    ///
    /// # Errors
    /// `Invalid` when the cursor is not one of ours.
    pub fn list(
        &self,
        limit: u32,
        cursor: Option<&str>,
        search: Option<&str>,
    ) -> Result<(Vec<Session>, Option<String>), LedgerError> {
        let (updated_at, key) = cursor.map_or(Ok((i64::MAX, "")), read_cursor)?;
        let limit = sql::limit(limit).max(1);
        // One more than asked for tells whether there is another page.
        let n_rows = limit + 1;
        let search = search.map(str::trim).filter(|text| !text.is_empty());
        let mut sessions = match search {
            None => sql::all(
                self.0,
                select_sessions!(
                    "WHERE (updated_at, key) < (?1, ?2) AND deleted_at IS NULL
                       AND key NOT GLOB 'call:*'
                     ORDER BY updated_at DESC, key DESC LIMIT ?3"
                ),
                (updated_at, key, n_rows),
                read,
            )?,
            Some(text) => {
                let Some(query) = sql::match_query(text) else { return Ok((Vec::new(), None)) };
                sql::all(
                    self.0,
                    select_sessions!(
                        "WHERE (updated_at, key) < (?1, ?2) AND deleted_at IS NULL
                           AND (key IN (SELECT messages.session_key FROM messages_text
                                        JOIN messages ON messages.place = messages_text.rowid
                                        WHERE messages_text MATCH ?4)
                                OR instr(lower(coalesce(title, '')), lower(?5)) > 0)
                         ORDER BY updated_at DESC, key DESC LIMIT ?3"
                    ),
                    (updated_at, key, n_rows, query, text),
                    read,
                )?
            }
        };
        let has_more = sessions.len() > limit as usize;
        sessions.truncate(limit as usize);
        let next = sessions.last().filter(|_| has_more);
        let cursor = next.map(|session| format!("{}:{}", session.updated_at.0, session.key));
        Ok((sessions, cursor))
    }
}

fn read_cursor(cursor: &str) -> Result<(i64, &str), LedgerError> {
    let parts = cursor.split_once(':');
    parts
        .and_then(|(updated_at, key)| Some((updated_at.parse().ok()?, key)))
        .ok_or_else(|| LedgerError::Invalid("the cursor is not one that a list gave".to_owned()))
}

fn read(row: &Row<'_>) -> Result<Session, LedgerError> {
    Ok(Session {
        key: sql::text(row, "key")?,
        agent_id: sql::text(row, "agent_id")?,
        title: row.get("title")?,
        defaults: sql::json_opt(row, "defaults")?.unwrap_or_default(),
        forked_from: sql::json_opt(row, "forked_from")?,
        created_at: sql::at(row, "created_at")?,
        updated_at: sql::at(row, "updated_at")?,
        n_messages: sql::count(row, "n_messages")?,
        is_busy: row.get("is_busy")?,
        n_waiting: sql::count(row, "n_waiting")?,
    })
}

/// Records sessions.
pub struct SessionsMut<'a>(pub(crate) Sessions<'a>);

impl SessionsMut<'_> {
    /// Makes sure a session exists and says whether it was created. The agent of an existing one
    /// stays; one that was deleted begins anew.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn ensure(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        at: Timestamp,
    ) -> Result<bool, LedgerError> {
        let n_rows = sql::run(
            self.0.0,
            "INSERT INTO sessions (key, agent_id, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT (key) DO UPDATE SET agent_id = excluded.agent_id, title = NULL,
                 is_titled = 0, defaults = NULL, forked_from = NULL, deleted_at = NULL,
                 created_at = excluded.created_at, updated_at = excluded.updated_at
             WHERE deleted_at IS NOT NULL",
            (key.as_str(), agent.as_str(), at.0),
        )?;
        Ok(n_rows == 1)
    }

    /// Records what a person set; a title that is left out stays.
    ///
    /// # Errors
    /// `NotFound` when there is no such session.
    pub fn set(
        &self,
        key: &SessionKey,
        title: Option<Option<&str>>,
        defaults: &SessionDefaults,
    ) -> Result<(), LedgerError> {
        let defaults = (!defaults.is_none()).then(|| serde_json::to_string(defaults));
        let n_rows = sql::run(
            self.0.0,
            "UPDATE sessions SET defaults = ?2,
                 title = CASE WHEN ?3 THEN ?4 ELSE title END,
                 is_titled = CASE WHEN ?3 THEN ?4 IS NOT NULL ELSE is_titled END
             WHERE key = ?1 AND deleted_at IS NULL",
            (key.as_str(), defaults.transpose()?, title.is_some(), title.flatten()),
        )?;
        found(n_rows, key)
    }

    /// Records where a session was copied from, with what was set there.
    ///
    /// # Errors
    /// `NotFound` when there is no such session.
    pub fn forked(&self, key: &SessionKey, from: &ForkedFrom) -> Result<(), LedgerError> {
        let n_rows = sql::run(
            self.0.0,
            "UPDATE sessions SET forked_from = ?2, title = source.title,
                 is_titled = source.is_titled, defaults = source.defaults
             FROM (SELECT title, is_titled, defaults FROM sessions WHERE key = ?3) AS source
             WHERE sessions.key = ?1 AND sessions.deleted_at IS NULL",
            (key.as_str(), serde_json::to_string(from)?, from.session_key.as_str()),
        )?;
        found(n_rows, key)
    }

    /// Forgets every message of a session, the summaries that stand for some, and a title that is
    /// the first line of one. Its turns, tool calls, requests and labels stay on record. Says how
    /// many messages it were.
    ///
    /// # Errors
    /// `NotFound` when there is no such session; `Conflict` while something runs or waits in it.
    pub fn forget(&self, key: &SessionKey, at: Timestamp) -> Result<u64, LedgerError> {
        let session = self.0.get(key)?.ok_or_else(|| LedgerError::not_found("session", key))?;
        if session.is_busy || session.n_waiting > 0 {
            return Err(LedgerError::conflict(format!("something runs or waits in `{key}`")));
        }
        const FORGET: [&str; 3] = [
            "DELETE FROM compactions WHERE session_key = ?1",
            "DELETE FROM messages_text WHERE rowid IN
                 (SELECT place FROM messages WHERE session_key = ?1)",
            "DELETE FROM messages WHERE session_key = ?1",
        ];
        for statement in FORGET {
            sql::run(self.0.0, statement, [key.as_str()])?;
        }
        sql::run(
            self.0.0,
            "UPDATE sessions SET n_messages = 0, updated_at = max(updated_at, ?2),
                 title = CASE WHEN is_titled THEN title END
             WHERE key = ?1",
            (key.as_str(), at.0),
        )?;
        Ok(session.n_messages)
    }

    /// Takes a session out of every list, with its messages; the same errors.
    ///
    /// # Errors
    /// As for [`Self::forget`].
    pub fn delete(&self, key: &SessionKey, at: Timestamp) -> Result<u64, LedgerError> {
        let n_messages = self.forget(key, at)?;
        sql::run(
            self.0.0,
            "UPDATE sessions SET deleted_at = ?2 WHERE key = ?1",
            params![key.as_str(), at.0],
        )?;
        Ok(n_messages)
    }

    /// Notes that something happened in a session. The first title it is given stays.
    ///
    /// # Errors
    /// `NotFound` when there is no such session.
    pub fn touch(
        &self,
        key: &SessionKey,
        title: Option<&str>,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        let n_rows = sql::run(
            self.0.0,
            "UPDATE sessions SET title = coalesce(title, ?2), updated_at = max(updated_at, ?3)
             WHERE key = ?1",
            (key.as_str(), title, at.0),
        )?;
        found(n_rows, key)
    }
}

fn found(n_rows: usize, key: &SessionKey) -> Result<(), LedgerError> {
    match n_rows {
        0 => Err(LedgerError::not_found("session", key)),
        _ => Ok(()),
    }
}
