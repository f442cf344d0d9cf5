//! Requests that wait behind the active run of their session.

use nexus_domain::Timestamp;
use nexus_domain::id::{RequestId, SessionKey};
use nexus_domain::session::{QueueMode, Waiting};
use rusqlite::Connection;

use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE queue_items (
    place       INTEGER PRIMARY KEY AUTOINCREMENT,
    session_key TEXT NOT NULL REFERENCES sessions (key),
    request_id  TEXT NOT NULL UNIQUE REFERENCES requests (id),
    mode        TEXT NOT NULL,
    at          INTEGER NOT NULL
) STRICT;
CREATE INDEX queue_items_session ON queue_items (session_key, place);
";

/// Reads queues.
pub struct Queue<'a>(pub(crate) &'a Connection);

impl Queue<'_> {
    /// How many requests wait, in all sessions.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn count(&self) -> Result<u64, LedgerError> {
        let n_waiting = sql::first(self.0, "SELECT count(*) AS n FROM queue_items", (), |row| {
            sql::count(row, "n")
        })?;
        Ok(n_waiting.unwrap_or(0))
    }

    /// What waits in a session, in order of arrival.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn waiting(&self, session: &SessionKey) -> Result<Vec<Waiting>, LedgerError> {
        sql::all(
            self.0,
            "SELECT request_id, mode FROM queue_items WHERE session_key = ?1 ORDER BY place",
            [session.as_str()],
            |row| {
                Ok(Waiting {
                    request_id: sql::text(row, "request_id")?,
                    mode: sql::text(row, "mode")?,
                })
            },
        )
    }

    /// Sessions in which something waits.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sessions(&self) -> Result<Vec<SessionKey>, LedgerError> {
        sql::all(
            self.0,
            "SELECT DISTINCT session_key FROM queue_items ORDER BY session_key",
            (),
            |row| sql::text(row, "session_key"),
        )
    }
}

/// Changes queues.
pub struct QueueMut<'a>(pub(crate) Queue<'a>);

impl QueueMut<'_> {
    /// Puts a request at the end of its session's queue.
    ///
    /// # Errors
    /// `Conflict` when the request waits already.
    pub fn push(
        &self,
        session: &SessionKey,
        request: RequestId,
        mode: QueueMode,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        let n_rows = sql::run(
            self.0.0,
            "INSERT INTO queue_items (session_key, request_id, mode, at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (request_id) DO NOTHING",
            (session.as_str(), request.to_string(), sql::word(&mode)?, at.0),
        )?;
        if n_rows == 0 {
            return Err(LedgerError::conflict(format!("request {request} waits already")));
        }
        Ok(())
    }

    /// Takes requests out; those that do not wait are passed over.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn remove(&self, requests: &[RequestId]) -> Result<(), LedgerError> {
        for request in requests {
            let id = request.to_string();
            sql::run(self.0.0, "DELETE FROM queue_items WHERE request_id = ?1", [id])?;
        }
        Ok(())
    }

    /// Moves a request that waits to a place in its session's queue, counted from 0; a place behind
    /// the last is the last. Says what waits in which order now.
    ///
    /// # Errors
    /// `NotFound` when the request does not wait there.
    pub fn reorder(
        &self,
        session: &SessionKey,
        request: RequestId,
        to: usize,
    ) -> Result<Vec<RequestId>, LedgerError> {
        let mut items = sql::all(
            self.0.0,
            "SELECT * FROM queue_items WHERE session_key = ?1 ORDER BY place",
            [session.as_str()],
            |row| {
                let id: RequestId = sql::text(row, "request_id")?;
                Ok((id, sql::text::<QueueMode>(row, "mode")?, sql::at(row, "at")?))
            },
        )?;
        let Some(from) = items.iter().position(|(id, ..)| *id == request) else {
            return Err(LedgerError::not_found("waiting request", request));
        };
        let item = items.remove(from);
        items.insert(to.min(items.len()), item);
        let order: Vec<_> = items.iter().map(|(id, ..)| *id).collect();
        self.remove(&order)?;
        for (id, mode, at) in items {
            self.push(session, id, mode, at)?;
        }
        Ok(order)
    }

    /// Empties a session's queue and says what was in it, in order.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn clear(&self, session: &SessionKey) -> Result<Vec<RequestId>, LedgerError> {
        let requests: Vec<RequestId> =
            self.0.waiting(session)?.into_iter().map(|waiting| waiting.request_id).collect();
        self.remove(&requests)?;
        Ok(requests)
    }
}
