//! Checks the whole chain: every seal, every checkpoint, and what was noted outside.

use rusqlite::Rows;
use serde::Serialize;

use super::checkpoint::{self, AuditCheckpoint, base_of};
use super::evidence::AuditEvidence;
use super::{Audit, AuditPosition};
use crate::error::LedgerError;
use crate::sql;

/// An unbroken chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditSummary {
    /// How many rows are there.
    pub n_rows: u64,
    /// The first of them; the ones before were pruned.
    pub first: AuditPosition,
    /// The seal of the last one.
    pub head_hash: String,
    /// How many checkpoints agree with the chain.
    pub n_checkpoints: u64,
    /// The last row under a checkpoint; 0 when there is none. Rows after it are held together by
    /// their seals alone.
    pub signed_to: AuditPosition,
    /// Whether the signatures were checked: without a public key they cannot be.
    pub are_signatures_checked: bool,
}

/// The first row that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditBreak {
    /// Where.
    pub position: AuditPosition,
    /// What is wrong.
    pub reason: String,
}

type Checked<T> = Result<Result<T, AuditBreak>, LedgerError>;

/// Ends a check at the first break.
macro_rules! check {
    ($checked:expr) => {
        match $checked? {
            Ok(value) => value,
            Err(broken) => return Ok(Err(broken)),
        }
    };
}

fn broken<T>(position: AuditPosition, reason: impl Into<String>) -> Checked<T> {
    Ok(Err(AuditBreak { position, reason: reason.into() }))
}

impl Audit<'_> {
    /// Recomputes the whole chain and holds it against the checkpoints; the inner result is the
    /// first row that does not fit. Signatures are not checked.
    ///
    /// # Errors
    /// When the database cannot be read at all.
    pub fn verify(&self) -> Result<Result<AuditSummary, AuditBreak>, LedgerError> {
        self.verify_by(&AuditEvidence::default())
    }

    /// The same, with signatures and what was noted outside the database.
    ///
    /// # Errors
    /// When the database cannot be read at all.
    pub fn verify_by(
        &self,
        evidence: &AuditEvidence,
    ) -> Result<Result<AuditSummary, AuditBreak>, LedgerError> {
        let checkpoint = if self.has_checkpoints()? { self.checkpoint() } else { Ok(None) };
        let latest = match checkpoint {
            Ok(latest) => latest,
            Err(error) => return broken(AuditPosition(1), format!("a checkpoint: {error}")),
        };
        if let Some(latest) = &latest {
            // It says where the chain begins, so it must be believed before anything else.
            check!(signed(latest, evidence));
        }
        let mut statement = self.0.prepare_cached(match self.has_checkpoints()? {
            true => "SELECT * FROM audit_checkpoints ORDER BY position, number",
            false => "SELECT 1 WHERE 0",
        })?;
        let mut walk = Walk::new(latest.as_ref(), statement.query(())?, evidence);
        check!(self.rows(&mut walk));
        check!(walk.finish());
        check!(self.sequence(&walk));
        check!(self.noted(latest.as_ref(), evidence, walk.position));
        Ok(Ok(walk.summary()))
    }

    /// A file that only an earlier version has written lacks the table.
    fn has_checkpoints(&self) -> Result<bool, LedgerError> {
        let tables = "SELECT 1 FROM sqlite_schema WHERE name = 'audit_checkpoints' LIMIT 1";
        Ok(sql::first(self.0, tables, (), |_| Ok(()))?.is_some())
    }

    fn rows(&self, walk: &mut Walk<'_>) -> Checked<()> {
        let mut statement = self.0.prepare_cached("SELECT * FROM audit ORDER BY position")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let expected = AuditPosition(walk.position.0 + 1);
            // A row that cannot even be read was changed too.
            let record = match super::read(row) {
                Ok(record) => record,
                Err(error) => return broken(expected, error.to_string()),
            };
            if record.position != expected {
                let found = record.position.0;
                return broken(expected, format!("it is missing; row {found} stands in its place"));
            }
            if record.seal(&walk.hash)? != record.hash {
                return broken(expected, "the row or the one before it was changed");
            }
            walk.position = expected;
            walk.hash = record.hash;
            walk.n_rows += 1;
            check!(walk.checkpoints_here());
        }
        Ok(Ok(()))
    }

    /// SQLite's own memory of the last row: a plain cut leaves it behind.
    fn sequence(&self, walk: &Walk<'_>) -> Checked<()> {
        let sequence = sql::first(
            self.0,
            "SELECT seq FROM sqlite_sequence WHERE name = 'audit'",
            (),
            |row| sql::count(row, "seq"),
        )?;
        match sequence.unwrap_or(0) > walk.position.0 {
            true => broken(AuditPosition(walk.position.0 + 1), "the last rows are missing"),
            false => Ok(Ok(())),
        }
    }

    /// Holds the database against the checkpoint that was noted outside of it.
    fn noted(
        &self,
        latest: Option<&AuditCheckpoint>,
        evidence: &AuditEvidence,
        last: AuditPosition,
    ) -> Checked<()> {
        let Some(noted) = &evidence.noted else {
            return match (evidence.is_noting, latest) {
                (true, Some(latest)) => broken(
                    latest.position,
                    "the note of the latest checkpoint, state/audit.checkpoint, is missing",
                ),
                (true, None) if last.0 > 0 => {
                    broken(last, "a key was made to sign this chain, and no checkpoint is left")
                }
                _ => Ok(Ok(())),
            };
        };
        if !evidence.keys.is_empty() && !noted.is_signed_by(&evidence.keys) {
            return broken(noted.position, "the checkpoint noted outside has no valid signature");
        }
        self.holds(noted)
    }

    /// Whether the chain is the one of which a checkpoint speaks; the inner result says what is
    /// not.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn holds(&self, noted: &AuditCheckpoint) -> Result<Result<(), AuditBreak>, LedgerError> {
        let (base, base_hash) = base_of(self.checkpoint()?.as_ref());
        let hash = match noted.position.cmp(&base) {
            std::cmp::Ordering::Less => return Ok(Ok(())),
            std::cmp::Ordering::Equal => Some(base_hash),
            std::cmp::Ordering::Greater => self.get(noted.position)?.map(|record| record.hash),
        };
        let number = noted.number;
        match hash {
            Some(hash) if hash == noted.head_hash => Ok(Ok(())),
            Some(_) => broken(
                noted.position,
                format!("checkpoint {number}, noted outside, knows another seal for this row"),
            ),
            None => broken(
                noted.position,
                format!("the row is missing; checkpoint {number}, noted outside, covers it"),
            ),
        }
    }
}

fn signed(checkpoint: &AuditCheckpoint, evidence: &AuditEvidence) -> Checked<()> {
    if evidence.keys.is_empty() || checkpoint.is_signed_by(&evidence.keys) {
        return Ok(Ok(()));
    }
    let AuditCheckpoint { number, key_id, .. } = checkpoint;
    let reason = match evidence.keys.iter().any(|key| key.id() == *key_id) {
        true => format!("the signature of checkpoint {number} is not valid"),
        false => format!("checkpoint {number} is signed by the unknown key {key_id}"),
    };
    broken(checkpoint.position, reason)
}

/// One walk along the rows, with the checkpoints beside them.
struct Walk<'a> {
    position: AuditPosition,
    hash: String,
    base: AuditPosition,
    base_hash: String,
    n_rows: u64,
    checkpoints: Rows<'a>,
    next: Option<AuditCheckpoint>,
    is_begun: bool,
    n_checkpoints: u64,
    signed_to: AuditPosition,
    evidence: &'a AuditEvidence,
}

impl<'a> Walk<'a> {
    fn new(
        latest: Option<&AuditCheckpoint>,
        checkpoints: Rows<'a>,
        evidence: &'a AuditEvidence,
    ) -> Self {
        let (base, base_hash) = base_of(latest);
        Self {
            position: base,
            hash: base_hash.clone(),
            base,
            base_hash,
            n_rows: 0,
            checkpoints,
            next: None,
            is_begun: false,
            n_checkpoints: 0,
            signed_to: AuditPosition(0),
            evidence,
        }
    }

    fn advance(&mut self) -> Checked<()> {
        let row = self.checkpoints.next()?;
        match row.map(checkpoint::read).transpose() {
            Ok(next) => {
                self.next = next;
                Ok(Ok(()))
            }
            Err(error) => broken(self.position, format!("a checkpoint: {error}")),
        }
    }

    /// Checks the checkpoints that speak of the present row or of one before.
    fn checkpoints_here(&mut self) -> Checked<()> {
        if !self.is_begun {
            self.is_begun = true;
            check!(self.advance());
        }
        while let Some(checkpoint) = self.next.take() {
            if checkpoint.position > self.position {
                self.next = Some(checkpoint);
                return Ok(Ok(()));
            }
            check!(signed(&checkpoint, self.evidence));
            let expected = match checkpoint.position.cmp(&self.base) {
                std::cmp::Ordering::Less => None,
                std::cmp::Ordering::Equal => Some(&self.base_hash),
                std::cmp::Ordering::Greater => Some(&self.hash),
            };
            if expected.is_some_and(|hash| *hash != checkpoint.head_hash) {
                let number = checkpoint.number;
                return broken(
                    checkpoint.position,
                    format!("checkpoint {number} knows another seal for this row"),
                );
            }
            self.n_checkpoints += 1;
            self.signed_to = self.signed_to.max(checkpoint.position);
            check!(self.advance());
        }
        Ok(Ok(()))
    }

    /// A checkpoint that is left over speaks of rows that are gone.
    fn finish(&mut self) -> Checked<()> {
        check!(self.checkpoints_here());
        match self.next.take() {
            None => Ok(Ok(())),
            Some(checkpoint) => broken(
                AuditPosition(self.position.0 + 1),
                format!(
                    "the last rows are missing; checkpoint {} covers them up to {}",
                    checkpoint.number, checkpoint.position.0
                ),
            ),
        }
    }

    fn summary(self) -> AuditSummary {
        AuditSummary {
            n_rows: self.n_rows,
            first: AuditPosition(self.base.0 + 1),
            head_hash: self.hash,
            n_checkpoints: self.n_checkpoints,
            signed_to: self.signed_to,
            are_signatures_checked: !self.evidence.keys.is_empty() && self.n_checkpoints > 0,
        }
    }
}
