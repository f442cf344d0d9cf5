//! The ledger of a home, read from outside.

use anyhow::{Result, ensure};
use nexus_domain::Timestamp;
use nexus_domain::contact::{Confidence, Entity, MappingKind};
use nexus_ledger::{AuditDecision, AuditFilter, Durability, Ledger, LedgerOptions, Mapping};

use crate::TestHome;
use crate::process::run_command;

/// Most decisions that a scenario looks at.
const DECISIONS_MAX: u32 = 500;

/// Opens the ledger of a home beside whoever else has it open.
///
/// # Errors
/// When it cannot be opened.
pub fn open(home: &TestHome) -> Result<Ledger> {
    Ok(Ledger::open(LedgerOptions {
        path: home.path().join("state/nexus.db"),
        durability: Durability::Process,
        n_readers: 1,
        on_commit: None,
    })?)
}

/// The audited decisions, with how each ended, of a daemon that is not there any more.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn decisions(home: &TestHome) -> Result<Vec<AuditDecision>> {
    let ledger = open(home)?;
    let filter = AuditFilter::default();
    let page = ledger.read(move |r| r.audit().decisions(&filter, DECISIONS_MAX, None)).await?;
    ledger.close().await;
    Ok(page.items)
}

/// The decisions among them that allowed this action.
#[must_use]
pub fn allowed<'a>(decisions: &'a [AuditDecision], action: &str) -> Vec<&'a AuditDecision> {
    let is_it = |one: &&AuditDecision| {
        one.record.verdict.as_deref() == Some("allow")
            && one.record.action.as_deref() == Some(action)
    };
    decisions.iter().filter(is_it).collect()
}

/// How a decision ended, in the words of its rows.
#[must_use]
pub fn outcomes(decision: &AuditDecision) -> Vec<&str> {
    decision.outcomes.iter().filter_map(|row| row.outcome.as_deref()).collect()
}

/// Has the program itself verify the whole record.
///
/// # Errors
/// What it found.
pub fn verify(program: &str, home: &TestHome) -> Result<()> {
    let (is_whole, said) = run_command(program, home.path(), &["audit", "verify"])?;
    ensure!(is_whole, "{said}");
    Ok(())
}

/// Makes senders of a channel known, as a person would before anything came.
///
/// # Errors
/// When the home cannot be made.
pub async fn introduce(
    nexusd: &str,
    home: &TestHome,
    channel: &str,
    sender_ids: &[String],
    is_owner: bool,
) -> Result<()> {
    let (is_made, said) = run_command(nexusd, home.path(), &["init"])?;
    ensure!(is_made, "{said}");
    let ledger = open(home)?;
    let mappings: Vec<_> = sender_ids
        .iter()
        .map(|id| Mapping {
            channel: channel.to_owned(),
            sender_id: id.clone(),
            entity: Entity { id: id.clone(), name: id.clone(), is_owner },
            kind: MappingKind::Confirmed,
            confidence: Confidence::SURE,
        })
        .collect();
    let map = move |tx: &mut nexus_ledger::Tx<'_>| {
        mappings.iter().try_for_each(|mapping| tx.identity().map(mapping, Timestamp(1)))
    };
    ledger.write(map).await?;
    ledger.close().await;
    Ok(())
}
