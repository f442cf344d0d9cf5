//! The record of decisions: append-only, each row sealed with the hash of the one before. Whoever
//! changes a row breaks every seal after it.
//!
//! A seal is SHA-256 over the previous seal (as 64 hexadecimal characters), a line feed, and the
//! row as JSON: three arrays in an array, its columns in the order of the table. Seals alone show
//! changes, not a chain that was computed anew: for that there are signed checkpoints
//! ([`checkpoint`]). `docs/audit.md` describes all of it for programs that verify from outside.

pub(crate) mod checkpoint;
pub(crate) mod evidence;
pub(crate) mod key;
pub(crate) mod open;
pub(crate) mod page;
pub(crate) mod prune;
pub(crate) mod stats;
pub(crate) mod verify;

use nexus_domain::Timestamp;
use nexus_domain::id::{RequestId, TurnId};
use nexus_domain::principal::Chain;
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::LedgerError;
use crate::sql;

/// A decision stands in `verdict`, an outcome in `outcome` with the decision it belongs to.
pub(crate) const SCHEMA: &str = "
CREATE TABLE audit (
    position   INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    decision   INTEGER REFERENCES audit (position),
    request_id TEXT,
    turn_id    TEXT,
    chain      TEXT,
    action     TEXT,
    resource   TEXT,
    verdict    TEXT,
    reason     TEXT,
    digest     TEXT,
    outcome    TEXT,
    hash       TEXT NOT NULL,
    CHECK ((verdict IS NULL) <> (outcome IS NULL)),
    CHECK ((decision IS NULL) = (outcome IS NULL))
) STRICT;
CREATE INDEX audit_outcome ON audit (decision) WHERE decision IS NOT NULL;
CREATE INDEX audit_request ON audit (request_id, position) WHERE request_id IS NOT NULL;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit ledger is append-only'); END;
CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit ledger is append-only'); END;
";

/// The seal before the first row.
pub(crate) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The place of a row in the audit ledger; the first has 1.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct AuditPosition(pub u64);

/// A decision, before its effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When it was decided.
    pub at: Timestamp,
    /// The request in whose course it was.
    pub request_id: Option<RequestId>,
    /// The turn in whose course it was.
    pub turn_id: Option<TurnId>,
    /// Who acts for whom.
    pub chain: Chain,
    /// What is to be done.
    pub action: String,
    /// On what.
    pub resource: String,
    /// How it was decided.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// Digest of exactly what would be done.
    pub digest: Option<String>,
}

impl AuditEntry {
    /// Something that was allowed and has no run around it: a login, a grant, a credential that
    /// was read.
    #[must_use]
    pub fn fact(
        at: Timestamp,
        chain: Chain,
        action: &str,
        resource: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            at,
            request_id: None,
            turn_id: None,
            chain,
            action: action.to_owned(),
            resource: resource.into(),
            verdict: "allow".to_owned(),
            reason: reason.into(),
            digest: None,
        }
    }
}

/// A row as recorded: a decision, or the outcome of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditRecord {
    /// Its place.
    pub position: AuditPosition,
    /// When it was recorded.
    pub at: Timestamp,
    /// For an outcome: the decision it belongs to.
    pub decision: Option<AuditPosition>,
    /// The request in whose course it was.
    pub request_id: Option<String>,
    /// The turn in whose course it was.
    pub turn_id: Option<String>,
    /// Who acts for whom, as JSON.
    pub chain: Option<String>,
    /// What is to be done.
    pub action: Option<String>,
    /// On what.
    pub resource: Option<String>,
    /// How it was decided.
    pub verdict: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Digest of exactly what would be done.
    pub digest: Option<String>,
    /// For an outcome: how the effect ended.
    pub outcome: Option<String>,
    /// Its seal.
    pub hash: String,
}

impl AuditRecord {
    /// The seal that this row must carry after the given one.
    pub(crate) fn seal(&self, previous: &str) -> Result<String, LedgerError> {
        let canonical = serde_json::to_string(&(
            (self.position, self.at, self.decision),
            (&self.request_id, &self.turn_id, &self.chain, &self.action, &self.resource),
            (&self.verdict, &self.reason, &self.digest, &self.outcome),
        ))?;
        let mut hasher = Sha256::new();
        hasher.update(previous.as_bytes());
        hasher.update(b"\n");
        hasher.update(canonical.as_bytes());
        Ok(hex::encode(hasher.finalize()))
    }
}

/// Reads the audit ledger.
pub struct Audit<'a>(pub(crate) &'a Connection);

impl Audit<'_> {
    /// A page of rows, the latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn list(
        &self,
        limit: u32,
        before: Option<AuditPosition>,
    ) -> Result<Vec<AuditRecord>, LedgerError> {
        let before = before.map_or(i64::MAX, |position| sql::number(position.0));
        sql::all(
            self.0,
            "SELECT * FROM audit WHERE position < ?1 ORDER BY position DESC LIMIT ?2",
            (before, sql::limit(limit)),
            read,
        )
    }

    /// The last row and its seal; place 0 and the seal before the first row when there is none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn head(&self) -> Result<(AuditPosition, String), LedgerError> {
        let last = sql::first(
            self.0,
            "SELECT position, hash FROM audit ORDER BY position DESC LIMIT 1",
            (),
            |row| Ok((AuditPosition(sql::count(row, "position")?), row.get("hash")?)),
        )?;
        Ok(last.unwrap_or_else(|| (AuditPosition(0), GENESIS.to_owned())))
    }

    /// One row.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get(&self, position: AuditPosition) -> Result<Option<AuditRecord>, LedgerError> {
        sql::first(
            self.0,
            "SELECT * FROM audit WHERE position = ?1",
            [sql::number(position.0)],
            read,
        )
    }

    /// Decisions and outcomes in the course of a request, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of_request(&self, request: RequestId) -> Result<Vec<AuditRecord>, LedgerError> {
        sql::all(
            self.0,
            "SELECT * FROM audit WHERE request_id = ?1 ORDER BY position",
            [request.to_string()],
            read,
        )
    }
}

pub(crate) fn read(row: &Row<'_>) -> Result<AuditRecord, LedgerError> {
    let decision: Option<i64> = row.get("decision")?;
    let decision = decision.map(|position| {
        u64::try_from(position)
            .map(AuditPosition)
            .map_err(|_| LedgerError::corrupt("column `decision` is negative"))
    });
    Ok(AuditRecord {
        position: AuditPosition(sql::count(row, "position")?),
        at: sql::at(row, "at")?,
        decision: decision.transpose()?,
        request_id: row.get("request_id")?,
        turn_id: row.get("turn_id")?,
        chain: row.get("chain")?,
        action: row.get("action")?,
        resource: row.get("resource")?,
        verdict: row.get("verdict")?,
        reason: row.get("reason")?,
        digest: row.get("digest")?,
        outcome: row.get("outcome")?,
        hash: row.get("hash")?,
    })
}

/// Appends to the audit ledger.
pub struct AuditMut<'a>(pub(crate) Audit<'a>);

impl AuditMut<'_> {
    /// Appends a decision. The effect may begin after the commit, not before.
    ///
    /// # Errors
    /// When the database cannot be written; then the effect must not happen.
    pub fn append(&self, entry: &AuditEntry) -> Result<AuditPosition, LedgerError> {
        self.put(AuditRecord {
            position: AuditPosition(0),
            at: entry.at,
            decision: None,
            request_id: entry.request_id.map(|id| id.to_string()),
            turn_id: entry.turn_id.map(|id| id.to_string()),
            chain: Some(serde_json::to_string(&entry.chain)?),
            action: Some(entry.action.clone()),
            resource: Some(entry.resource.clone()),
            verdict: Some(entry.verdict.clone()),
            reason: Some(entry.reason.clone()),
            digest: entry.digest.clone(),
            outcome: None,
            hash: String::new(),
        })
    }

    /// Appends how the effect of a decision ended.
    ///
    /// # Errors
    /// `NotFound` when there is no such decision.
    pub fn outcome(
        &self,
        decision: AuditPosition,
        at: Timestamp,
        outcome: &str,
    ) -> Result<AuditPosition, LedgerError> {
        let found = sql::first(
            self.0.0,
            "SELECT * FROM audit WHERE position = ?1 AND verdict IS NOT NULL",
            [sql::number(decision.0)],
            read,
        )?;
        let found = found.ok_or_else(|| LedgerError::not_found("decision", decision.0))?;
        self.close_effect(decision)?;
        self.put(AuditRecord {
            position: AuditPosition(0),
            at,
            decision: Some(decision),
            request_id: found.request_id,
            turn_id: found.turn_id,
            chain: None,
            action: None,
            resource: None,
            verdict: None,
            reason: None,
            digest: None,
            outcome: Some(outcome.to_owned()),
            hash: String::new(),
        })
    }

    fn put(&self, mut record: AuditRecord) -> Result<AuditPosition, LedgerError> {
        let (last, previous) = self.head()?;
        record.position = AuditPosition(last.0 + 1);
        record.hash = record.seal(&previous)?;
        sql::run(
            self.0.0,
            "INSERT INTO audit (position, at, decision, request_id, turn_id, chain, action,
                 resource, verdict, reason, digest, outcome, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            params![
                sql::number(record.position.0),
                record.at.0,
                record.decision.map(|position| sql::number(position.0)),
                record.request_id,
                record.turn_id,
                record.chain,
                record.action,
                record.resource,
                record.verdict,
                record.reason,
                record.digest,
                record.outcome,
                record.hash,
            ],
        )?;
        Ok(record.position)
    }
}
