//! What callers brought along for a run, beside the request it belongs to: its own table, because
//! a conversation that a caller keeps is long and only the run reads it.

use nexus_domain::brief::Brief;
use nexus_domain::id::{RequestId, SessionKey};
use rusqlite::Connection;

use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE briefs (
    request_id TEXT PRIMARY KEY REFERENCES requests (id),
    body       TEXT NOT NULL
) STRICT;
";

/// Reads briefs.
pub struct Briefs<'a>(pub(crate) &'a Connection);

impl Briefs<'_> {
    /// The brief of a request, if it came with one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of(&self, request: RequestId) -> Result<Option<Brief>, LedgerError> {
        sql::first(
            self.0,
            "SELECT body FROM briefs WHERE request_id = ?1",
            [request.to_string()],
            |row| sql::json(row, "body"),
        )
    }
}

/// Changes briefs.
pub struct BriefsMut<'a>(pub(crate) Briefs<'a>);

impl BriefsMut<'_> {
    /// Keeps the brief of a request that was just recorded.
    ///
    /// # Errors
    /// `Conflict` when it has one already.
    pub fn put(&self, request: RequestId, brief: &Brief) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT INTO briefs (request_id, body) VALUES (?1, ?2)",
            (request.to_string(), serde_json::to_string(brief)?),
        )?;
        Ok(())
    }

    /// Forgets what came along with the requests of a session that was given up.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn forget(&self, session: &SessionKey) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "DELETE FROM briefs WHERE request_id IN
                 (SELECT id FROM requests WHERE session_key = ?1)",
            [session.as_str()],
        )?;
        Ok(())
    }
}
