//! Background activity that is due at some instant. A wake-up carries no input: the job reads
//! what is to be done.

use nexus_domain::Timestamp;
use rusqlite::Connection;

use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE jobs (
    kind   TEXT NOT NULL,
    key    TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_due ON jobs (run_at);
";

/// A job whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueJob {
    /// Which job.
    pub kind: String,
    /// On what.
    pub key: String,
    /// When it was due.
    pub run_at: Timestamp,
}

/// Reads jobs.
pub struct Jobs<'a>(pub(crate) &'a Connection);

impl Jobs<'_> {
    /// Jobs due at an instant, the longest due first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn due(&self, at: Timestamp, limit: u32) -> Result<Vec<DueJob>, LedgerError> {
        sql::all(
            self.0,
            "SELECT kind, key, run_at FROM jobs WHERE run_at <= ?1
             ORDER BY run_at, kind, key LIMIT ?2",
            (at.0, sql::limit(limit)),
            |row| {
                Ok(DueJob {
                    kind: row.get("kind")?,
                    key: row.get("key")?,
                    run_at: sql::at(row, "run_at")?,
                })
            },
        )
    }

    /// When the next job is due.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn next_at(&self) -> Result<Option<Timestamp>, LedgerError> {
        sql::first(self.0, "SELECT run_at FROM jobs ORDER BY run_at LIMIT 1", (), |row| {
            sql::at(row, "run_at")
        })
    }
}

/// Plans jobs.
pub struct JobsMut<'a>(pub(crate) Jobs<'a>);

impl JobsMut<'_> {
    /// Plans a job; the same kind and key is moved to the new instant.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn put(&self, kind: &str, key: &str, run_at: Timestamp) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT INTO jobs (kind, key, run_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (kind, key) DO UPDATE SET run_at = excluded.run_at",
            (kind, key, run_at.0),
        )?;
        Ok(())
    }

    /// Takes a job off the plan; nothing happens when it is not there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn done(&self, kind: &str, key: &str) -> Result<(), LedgerError> {
        sql::run(self.0.0, "DELETE FROM jobs WHERE kind = ?1 AND key = ?2", (kind, key))?;
        Ok(())
    }
}
