//! Retention: the oldest rows are given up, never anything in between. The chain stays verifiable
//! because a checkpoint signs from which row on it stands, and with which seal before it.

use nexus_domain::Timestamp;
use nexus_domain::principal::{Chain, Principal};

use super::checkpoint::{AuditCheckpoint, base_of};
use super::key::AuditKey;
use super::{Audit, AuditEntry, AuditMut, AuditPosition};
use crate::error::LedgerError;
use crate::sql;

/// Most rows given up in one transaction: it holds up every other writer meanwhile.
const PRUNE_ROWS_MAX: u64 = 5_000;
/// Fewest rows worth a pruning, which is a row itself.
const PRUNE_ROWS_MIN: u64 = 100;
/// How often the edge is moved back to keep a decision with its outcome, before waiting for the
/// next time.
const EDGE_MOVES_MAX: u32 = 32;

/// What was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPruned {
    /// How many rows.
    pub n_rows: u64,
    /// The checkpoint that says so.
    pub checkpoint: AuditCheckpoint,
    /// Whether there is more of the same age.
    pub is_more: bool,
}

impl Audit<'_> {
    /// The last row to give up so that all rows older than `before` go, as far as one pruning
    /// reaches. Only rows under a checkpoint go, and no decision whose outcome stays.
    fn prune_edge(&self, from: u64, before: Timestamp) -> Result<(u64, bool), LedgerError> {
        let sealed = sql::first(
            self.0,
            "SELECT position FROM audit_checkpoints WHERE at < ?1 AND position > ?2
             ORDER BY position DESC LIMIT 1",
            (before.0, sql::number(from)),
            |row| sql::count(row, "position"),
        )?;
        let sealed = sealed.unwrap_or(from);
        let is_more = sealed > from + PRUNE_ROWS_MAX;
        let mut edge = sealed.min(from + PRUNE_ROWS_MAX);
        for _ in 0..EDGE_MOVES_MAX {
            let parted = self.first_parted(from, edge)?;
            match parted {
                Some(decision) => edge = decision - 1,
                None => return Ok((edge, is_more)),
            }
        }
        Ok((from, false))
    }

    /// The first decision that would go while its outcome, or the effect itself, stays.
    fn first_parted(&self, from: u64, edge: u64) -> Result<Option<u64>, LedgerError> {
        let span = (sql::number(from), sql::number(edge));
        let outcome = sql::first(
            self.0,
            "SELECT decision FROM audit
             WHERE decision IS NOT NULL AND decision > ?1 AND decision <= ?2 AND position > ?2
             ORDER BY decision LIMIT 1",
            span,
            |row| sql::count(row, "decision"),
        )?;
        let open = sql::first(
            self.0,
            "SELECT decision FROM audit_open WHERE decision > ?1 AND decision <= ?2
             ORDER BY decision LIMIT 1",
            span,
            |row| sql::count(row, "decision"),
        )?;
        Ok(outcome.into_iter().chain(open).min())
    }
}

impl AuditMut<'_> {
    /// Gives up rows older than `before`, and records that. `None` when there is too little to
    /// give up.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn prune(
        &self,
        at: Timestamp,
        before: Timestamp,
        key: &AuditKey,
    ) -> Result<Option<AuditPruned>, LedgerError> {
        let (base, _) = base_of(self.checkpoint()?.as_ref());
        let (edge, is_more) = self.prune_edge(base.0, before)?;
        if edge < base.0 + PRUNE_ROWS_MIN {
            return Ok(None);
        }
        let edge = AuditPosition(edge);
        let Some(last) = self.get(edge)? else { return Ok(None) };
        self.append(&AuditEntry {
            digest: Some(last.hash.clone()),
            ..AuditEntry::fact(
                at,
                Chain::of(Principal::Job("audit".to_owned())),
                "audit.prune",
                format!("rows {} to {}", base.0 + 1, edge.0),
                format!("older than {}", before.0),
            )
        })?;
        let checkpoint = self.put_checkpoint(at, key, (edge, last.hash))?;
        // Outcomes go before their decisions, to which they refer.
        sql::run(
            self.0.0,
            "DELETE FROM audit WHERE position <= ?1 AND decision IS NOT NULL",
            [sql::number(edge.0)],
        )?;
        let n_decisions =
            sql::run(self.0.0, "DELETE FROM audit WHERE position <= ?1", [sql::number(edge.0)])?;
        tracing::debug!(n_decisions, "audit rows were given up");
        sql::run(
            self.0.0,
            "DELETE FROM audit_checkpoints WHERE position <= ?1",
            [sql::number(edge.0)],
        )?;
        Ok(Some(AuditPruned { n_rows: edge.0 - base.0, checkpoint, is_more }))
    }
}
