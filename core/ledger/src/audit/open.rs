//! Effects that have begun: each decision whose outcome is still to come, so that none is ever left
//! without one. What a dead daemon left here ended in a way that nobody knows.

use nexus_domain::Timestamp;
use nexus_domain::id::TurnId;

use super::{Audit, AuditEntry, AuditMut, AuditPosition};
use crate::error::LedgerError;
use crate::sql;

/// `subject` names the effect for whoever ends it without knowing its decision.
pub(crate) const SCHEMA: &str = "
CREATE TABLE audit_open (
    decision INTEGER PRIMARY KEY REFERENCES audit (position),
    subject  TEXT UNIQUE,
    turn_id  TEXT
) STRICT;
CREATE INDEX audit_open_turn ON audit_open (turn_id) WHERE turn_id IS NOT NULL;
";

/// Outcome of an effect during which the daemon died.
const UNKNOWN: &str = "unknown: the daemon stopped before the result was recorded";
/// Outcome of an effect that was begun again.
const REPEATED: &str = "unknown: it was begun again before a result was recorded";

impl Audit<'_> {
    /// Effects of turns that have begun and whose outcome is still to come.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn n_open_of_turns(&self) -> Result<u64, LedgerError> {
        let sql = "SELECT count(*) AS n FROM audit_open WHERE turn_id IS NOT NULL";
        Ok(sql::first(self.0, sql, (), |row| sql::count(row, "n"))?.unwrap_or_default())
    }
}

impl AuditMut<'_> {
    /// Appends a decision whose effect begins after the commit. `subject` names the effect for
    /// [`Self::end`]; without one, [`Self::outcome`] ends it.
    ///
    /// # Errors
    /// When the database cannot be written; then the effect must not happen.
    pub fn begin(
        &self,
        entry: &AuditEntry,
        subject: Option<&str>,
    ) -> Result<AuditPosition, LedgerError> {
        if let Some(subject) = subject {
            self.end(subject, entry.at, REPEATED)?;
        }
        let decision = self.append(entry)?;
        sql::run(
            self.0.0,
            "INSERT INTO audit_open (decision, subject, turn_id) VALUES (?1, ?2, ?3)",
            (sql::number(decision.0), subject, entry.turn_id.map(|id| id.to_string())),
        )?;
        Ok(decision)
    }

    /// Appends how the effect of a subject ended; `None` when none of this name has begun.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn end(
        &self,
        subject: &str,
        at: Timestamp,
        outcome: &str,
    ) -> Result<Option<AuditPosition>, LedgerError> {
        let found = sql::first(
            self.0.0,
            "SELECT decision FROM audit_open WHERE subject = ?1",
            [subject],
            |row| sql::count(row, "decision"),
        )?;
        found.map(|decision| self.outcome(AuditPosition(decision), at, outcome)).transpose()
    }

    /// Appends the same outcome to every effect of a turn that has none yet.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn end_turn(&self, turn: TurnId, at: Timestamp, outcome: &str) -> Result<(), LedgerError> {
        let open = sql::all(
            self.0.0,
            "SELECT decision FROM audit_open WHERE turn_id = ?1 ORDER BY decision",
            [turn.to_string()],
            |row| sql::count(row, "decision"),
        )?;
        open.into_iter()
            .try_for_each(|decision| self.outcome(AuditPosition(decision), at, outcome).map(|_| ()))
    }

    /// Appends to every effect that an earlier daemon left without an outcome that nobody knows
    /// it. To be called before anything new begins.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn abandon_open(&self, at: Timestamp) -> Result<u64, LedgerError> {
        let open =
            sql::all(self.0.0, "SELECT decision FROM audit_open ORDER BY decision", (), |row| {
                sql::count(row, "decision")
            })?;
        for decision in &open {
            self.outcome(AuditPosition(*decision), at, UNKNOWN)?;
        }
        Ok(open.len() as u64)
    }

    pub(super) fn close_effect(&self, decision: AuditPosition) -> Result<(), LedgerError> {
        let decision = sql::number(decision.0);
        sql::run(self.0.0, "DELETE FROM audit_open WHERE decision = ?1", [decision]).map(|_| ())
    }
}
