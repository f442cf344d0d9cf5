//! The pause of the daemon: one row while there is one, so that a restart does not end it.

use nexus_domain::Timestamp;
use nexus_domain::pause::{PauseMode, Paused};
use rusqlite::Connection;

use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE pause (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    mode     TEXT NOT NULL,
    since_at INTEGER NOT NULL,
    until_at INTEGER
) STRICT;
";

/// Reads the pause.
pub struct Pauses<'a>(pub(crate) &'a Connection);

impl Pauses<'_> {
    /// The pause that is on record, also one whose time has run out and that nobody has ended yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn recorded(&self) -> Result<Option<Paused>, LedgerError> {
        let found = sql::first(self.0, "SELECT mode, since_at, until_at FROM pause", (), |row| {
            let until: Option<i64> = row.get("until_at")?;
            Ok((row.get::<_, String>("mode")?, sql::at(row, "since_at")?, until))
        })?;
        let Some((name, since, until)) = found else { return Ok(None) };
        let mode = PauseMode::by_name(&name)
            .ok_or_else(|| LedgerError::corrupt(format!("there is no pause `{name}`")))?;
        Ok(Some(Paused { mode, since, until: until.map(Timestamp) }))
    }

    /// The pause in force at an instant.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn at(&self, now: Timestamp) -> Result<Option<Paused>, LedgerError> {
        Ok(self.recorded()?.filter(|paused| !paused.is_over(now)))
    }
}

/// Begins and ends pauses.
pub struct PausesMut<'a>(pub(crate) Pauses<'a>);

impl PausesMut<'_> {
    /// Puts a pause in force, in the place of another one.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn put(&self, paused: &Paused) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT INTO pause (id, mode, since_at, until_at) VALUES (1, ?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET
                 mode = excluded.mode, since_at = excluded.since_at, until_at = excluded.until_at",
            (paused.mode.name(), paused.since.0, paused.until.map(|until| until.0)),
        )?;
        Ok(())
    }

    /// Ends the pause; nothing happens when there is none.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn end(&self) -> Result<(), LedgerError> {
        sql::run(self.0.0, "DELETE FROM pause", ())?;
        Ok(())
    }
}
