//! Signed checkpoints: who holds the key says that the chain up to a row had this seal. Whoever
//! computes the chain anew, or cuts it before that row, cannot make such a signature.

use nexus_domain::Timestamp;
use rusqlite::Row;
use serde::{Deserialize, Serialize};

use super::key::{AuditKey, AuditPublicKey};
use super::{Audit, AuditMut, AuditPosition};
use crate::error::LedgerError;
use crate::sql;

/// The rows up to `base` were pruned; only a signature over that opens the trigger that holds back
/// every deletion, and only for those rows.
pub(crate) const SCHEMA: &str = "
CREATE TABLE audit_checkpoints (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    base      INTEGER NOT NULL,
    base_hash TEXT NOT NULL,
    position  INTEGER NOT NULL,
    head_hash TEXT NOT NULL,
    key_id    TEXT NOT NULL,
    signature TEXT NOT NULL,
    CHECK (base <= position)
) STRICT;
CREATE INDEX audit_checkpoints_position ON audit_checkpoints (position, number);
CREATE INDEX audit_checkpoints_base ON audit_checkpoints (base);
CREATE TRIGGER audit_checkpoint_is_never_changed BEFORE UPDATE ON audit_checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints of the audit ledger are never changed'); END;
CREATE TRIGGER audit_checkpoint_is_never_cut BEFORE DELETE ON audit_checkpoints
WHEN NOT EXISTS (SELECT 1 FROM audit_checkpoints WHERE base >= OLD.position)
BEGIN SELECT RAISE(ABORT, 'checkpoints of the audit ledger are never deleted'); END;
DROP TRIGGER audit_is_never_cut;
CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_checkpoints WHERE base >= OLD.position)
BEGIN SELECT RAISE(ABORT, 'the audit ledger is append-only'); END;
";

/// A statement about the chain, signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditCheckpoint {
    /// Its place among the checkpoints; the first has 1.
    pub number: u64,
    /// When it was signed.
    pub at: Timestamp,
    /// The last row that was pruned; 0 when none was.
    pub base: AuditPosition,
    /// The seal of that row, from which the chain goes on.
    pub base_hash: String,
    /// The last row it covers.
    pub position: AuditPosition,
    /// The seal of that row.
    pub head_hash: String,
    /// The key it is signed with.
    pub key_id: String,
    /// Ed25519 over the text of the checkpoint, in hexadecimal characters.
    pub signature: String,
}

impl AuditCheckpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "nexus audit checkpoint 1\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
            self.number,
            self.at.0,
            self.base.0,
            self.base_hash,
            self.position.0,
            self.head_hash,
            self.key_id
        )
    }

    /// Whether one of these keys has signed it.
    #[must_use]
    pub fn is_signed_by(&self, keys: &[AuditPublicKey]) -> bool {
        let text = self.text();
        keys.iter().any(|key| key.id() == self.key_id && key.has_signed(&text, &self.signature))
    }
}

impl Audit<'_> {
    /// The latest checkpoint.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn checkpoint(&self) -> Result<Option<AuditCheckpoint>, LedgerError> {
        sql::first(self.0, "SELECT * FROM audit_checkpoints ORDER BY number DESC LIMIT 1", (), read)
    }

    /// The first checkpoint that covers a row.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn checkpoint_over(
        &self,
        position: AuditPosition,
    ) -> Result<Option<AuditCheckpoint>, LedgerError> {
        sql::first(
            self.0,
            "SELECT * FROM audit_checkpoints WHERE position >= ?1
             ORDER BY position, number LIMIT 1",
            [sql::number(position.0)],
            read,
        )
    }

    /// A page of checkpoints, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn checkpoints(&self, after: u64, limit: u32) -> Result<Vec<AuditCheckpoint>, LedgerError> {
        sql::all(
            self.0,
            "SELECT * FROM audit_checkpoints WHERE number > ?1 ORDER BY number LIMIT ?2",
            (sql::number(after), sql::limit(limit)),
            read,
        )
    }
}

impl AuditMut<'_> {
    /// Signs the chain as it stands. `None` when the latest checkpoint says all of it already.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn sign(
        &self,
        at: Timestamp,
        key: &AuditKey,
    ) -> Result<Option<AuditCheckpoint>, LedgerError> {
        let latest = self.checkpoint()?;
        let (position, head_hash) = self.head()?;
        let key_id = key.public().id();
        let is_said = |latest: &AuditCheckpoint| {
            latest.position == position && latest.head_hash == head_hash && latest.key_id == key_id
        };
        if position.0 == 0 || latest.as_ref().is_some_and(is_said) {
            return Ok(None);
        }
        let (base, base_hash) = base_of(latest.as_ref());
        self.put_checkpoint(at, key, (base, base_hash)).map(Some)
    }

    /// Signs the chain as it stands, with rows up to `base` given up.
    pub(super) fn put_checkpoint(
        &self,
        at: Timestamp,
        key: &AuditKey,
        (base, base_hash): (AuditPosition, String),
    ) -> Result<AuditCheckpoint, LedgerError> {
        let (position, head_hash) = self.head()?;
        let number = self.checkpoint()?.map_or(0, |latest| latest.number) + 1;
        let mut checkpoint = AuditCheckpoint {
            number,
            at,
            base,
            base_hash,
            position,
            head_hash,
            key_id: key.public().id(),
            signature: String::new(),
        };
        checkpoint.signature = key.sign(&checkpoint.text());
        sql::run(
            self.0.0,
            "INSERT INTO audit_checkpoints
                 (number, at, base, base_hash, position, head_hash, key_id, signature)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (
                sql::number(checkpoint.number),
                checkpoint.at.0,
                sql::number(checkpoint.base.0),
                &checkpoint.base_hash,
                sql::number(checkpoint.position.0),
                &checkpoint.head_hash,
                &checkpoint.key_id,
                &checkpoint.signature,
            ),
        )?;
        Ok(checkpoint)
    }
}

/// From which row the chain is there, and the seal before it.
pub(super) fn base_of(latest: Option<&AuditCheckpoint>) -> (AuditPosition, String) {
    latest.map_or_else(
        || (AuditPosition(0), super::GENESIS.to_owned()),
        |latest| (latest.base, latest.base_hash.clone()),
    )
}

pub(super) fn read(row: &Row<'_>) -> Result<AuditCheckpoint, LedgerError> {
    Ok(AuditCheckpoint {
        number: sql::count(row, "number")?,
        at: sql::at(row, "at")?,
        base: AuditPosition(sql::count(row, "base")?),
        base_hash: row.get("base_hash")?,
        position: AuditPosition(sql::count(row, "position")?),
        head_hash: row.get("head_hash")?,
        key_id: row.get("key_id")?,
        signature: row.get("signature")?,
    })
}
