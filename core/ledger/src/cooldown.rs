//! Models that failed and are left alone for a while; kept so that a restart does not forget.

use nexus_domain::Timestamp;
use rusqlite::Connection;

use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE cooldowns (
    model    TEXT PRIMARY KEY,
    until_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Reads cool-downs.
pub struct Cooldowns<'a>(pub(crate) &'a Connection);

impl Cooldowns<'_> {
    /// Every model with the end of its cool-down, past ones included.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn all(&self) -> Result<Vec<(String, Timestamp)>, LedgerError> {
        sql::all(self.0, "SELECT model, until_at FROM cooldowns ORDER BY model", (), |row| {
            Ok((row.get("model")?, sql::at(row, "until_at")?))
        })
    }
}

/// Sets cool-downs.
pub struct CooldownsMut<'a>(pub(crate) Cooldowns<'a>);

impl CooldownsMut<'_> {
    /// Leaves a model alone until an instant; a later call replaces an earlier one.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn set(&self, model: &str, until: Timestamp) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT INTO cooldowns (model, until_at) VALUES (?1, ?2)
             ON CONFLICT (model) DO UPDATE SET until_at = excluded.until_at",
            (model, until.0),
        )?;
        Ok(())
    }

    /// Leaves these models alone no longer.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn end(&self, models: &[String]) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "DELETE FROM cooldowns WHERE model IN (SELECT value FROM json_each(?1))",
            [serde_json::to_string(models)?],
        )?;
        Ok(())
    }
}
