//! Figures over the latest rows.

use std::collections::BTreeMap;

use nexus_domain::Timestamp;
use nexus_domain::principal::Chain;

use super::{Audit, AuditPosition};
use crate::error::LedgerError;
use crate::sql;

/// Most rows that are looked at, the latest ones.
const LOOKED_MAX: u32 = 100_000;
/// Most names in one list of figures; what is rarer is left out.
const NAMES_MAX: usize = 20;

/// How often something occurs; the most frequent first.
pub type AuditCounts = Vec<(String, u64)>;

/// Figures over decisions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditStats {
    /// The last row of all.
    pub head: AuditPosition,
    /// Decisions since the instant asked for.
    pub n_decisions: u64,
    /// Whether there are more than were looked at.
    pub is_cut: bool,
    /// The earliest decision looked at.
    pub since: Option<Timestamp>,
    /// By verdict.
    pub verdicts: AuditCounts,
    /// By action.
    pub actions: AuditCounts,
    /// By the one who acted.
    pub principals: AuditCounts,
    /// By action, of what was refused.
    pub denied: AuditCounts,
}

impl Audit<'_> {
    /// Figures over the decisions since an instant.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn stats(&self, since: Timestamp) -> Result<AuditStats, LedgerError> {
        let mut statement = self.0.prepare_cached(
            "SELECT at, verdict, action, chain FROM audit WHERE verdict IS NOT NULL
             ORDER BY position DESC LIMIT ?1",
        )?;
        let mut rows = statement.query([LOOKED_MAX])?;
        let mut stats = AuditStats { head: self.head()?.0, ..AuditStats::default() };
        let (mut verdicts, mut actions) = (BTreeMap::new(), BTreeMap::new());
        let (mut principals, mut denied) = (BTreeMap::new(), BTreeMap::new());
        while let Some(row) = rows.next()? {
            let at = sql::at(row, "at")?;
            if at < since {
                return Ok(stats.with(verdicts, actions, principals, denied));
            }
            let verdict: String = row.get("verdict")?;
            let action: Option<String> = row.get("action")?;
            let action = action.unwrap_or_default();
            if verdict == "deny" {
                *denied.entry(action.clone()).or_insert(0) += 1;
            }
            *verdicts.entry(verdict).or_insert(0) += 1;
            *actions.entry(action).or_insert(0) += 1;
            *principals.entry(actor(row.get("chain")?)).or_insert(0) += 1;
            stats.n_decisions += 1;
            stats.since = Some(at);
        }
        stats.is_cut = stats.n_decisions == u64::from(LOOKED_MAX);
        Ok(stats.with(verdicts, actions, principals, denied))
    }
}

impl AuditStats {
    fn with(
        self,
        verdicts: BTreeMap<String, u64>,
        actions: BTreeMap<String, u64>,
        principals: BTreeMap<String, u64>,
        denied: BTreeMap<String, u64>,
    ) -> Self {
        Self {
            verdicts: ordered(verdicts),
            actions: ordered(actions),
            principals: ordered(principals),
            denied: ordered(denied),
            ..self
        }
    }
}

fn actor(chain: Option<String>) -> String {
    let chain = chain.and_then(|text| serde_json::from_str::<Chain>(&text).ok());
    let actor = chain.as_ref().and_then(Chain::actor);
    actor.map_or_else(|| "unreadable".to_owned(), ToString::to_string)
}

fn ordered(counts: BTreeMap<String, u64>) -> AuditCounts {
    let mut counts: AuditCounts = counts.into_iter().collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts.truncate(NAMES_MAX);
    counts
}
