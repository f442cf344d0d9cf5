//! Commands that were answered before: the same key gets the same answer and runs nothing.

use nexus_domain::Timestamp;
use rusqlite::Connection;

use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE idempotency (
    principal     TEXT NOT NULL,
    key           TEXT NOT NULL,
    method        TEXT NOT NULL,
    params_digest TEXT NOT NULL,
    result        TEXT NOT NULL,
    at            INTEGER NOT NULL,
    PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_at ON idempotency (at);
";

/// What a key stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The method that was called.
    pub method: String,
    /// Digest of its params: the same key with other params is a mistake of the caller.
    pub params_digest: String,
    /// The answer, as JSON.
    pub result: String,
    /// When it was answered.
    pub at: Timestamp,
}

/// Looks up keys.
pub struct Idempotency<'a>(pub(crate) &'a Connection);

impl Idempotency<'_> {
    /// What a principal's key stands for.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get(&self, principal: &str, key: &str) -> Result<Option<Remembered>, LedgerError> {
        sql::first(
            self.0,
            "SELECT method, params_digest, result, at FROM idempotency
             WHERE principal = ?1 AND key = ?2",
            (principal, key),
            |row| {
                Ok(Remembered {
                    method: row.get("method")?,
                    params_digest: row.get("params_digest")?,
                    result: row.get("result")?,
                    at: sql::at(row, "at")?,
                })
            },
        )
    }
}

/// Keeps keys.
pub struct IdempotencyMut<'a>(pub(crate) Idempotency<'a>);

impl IdempotencyMut<'_> {
    /// Keeps an answer under its key.
    ///
    /// # Errors
    /// `Conflict` when the key is taken: look it up in the same transaction first.
    #[expect(
        clippy::too_many_arguments,
        reason = "a flat record; a type for it would be used once and name nothing new"
    )]
    pub fn remember(
        &self,
        principal: &str,
        key: &str,
        method: &str,
        params_digest: &str,
        result_json: &str,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        let n_rows = sql::run(
            self.0.0,
            "INSERT INTO idempotency (principal, key, method, params_digest, result, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            (principal, key, method, params_digest, result_json, at.0),
        )?;
        if n_rows == 0 {
            return Err(LedgerError::conflict(format!("the idempotency key `{key}` is taken")));
        }
        Ok(())
    }

    /// Forgets answers older than an instant and says how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn forget_before(&self, before: Timestamp) -> Result<usize, LedgerError> {
        sql::run(self.0.0, "DELETE FROM idempotency WHERE at < ?1", [before.0])
    }
}
