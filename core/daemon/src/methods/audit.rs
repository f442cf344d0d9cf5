//! The record of decisions.

use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::failure::Failure;
use nexus_domain::id::RequestId;
use nexus_domain::principal::{Chain, Principal};
use nexus_iam::Permit;
use nexus_ledger::{
    AuditCheckpoint, AuditCounts, AuditDecision, AuditEvidence, AuditFilter, AuditPosition,
    AuditRecord, LedgerError, Reader, maintenance,
};
use nexus_protocol::audit::{
    Broken, Checkpoint, Count, Entry, ExportParams, ExportResult, Filter, ListParams, ListResult,
    Outcome, Row, ShowParams, ShowResult, StatsParams, StatsResult, Summary, VerifyParams,
    VerifyResult,
};

use super::session::page_len;
use crate::context::Context;

/// Span of the figures unless asked otherwise, in milliseconds.
const STATS_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Lists decisions, the latest first.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    params: ListParams,
) -> Result<ListResult, Failure> {
    let limit = page_len(params.limit)?;
    let page = context.ledger.read(move |r| {
        let filter = filter(r, params.filter)?;
        r.audit().decisions(&filter, limit, params.before.map(AuditPosition))
    });
    let page = page.await?;
    Ok(ListResult {
        entries: page.items.into_iter().map(entry).collect(),
        next_before: page.next.map(|position| position.0),
    })
}

/// Shows one decision, how it ended, and the checkpoint that covers it.
pub async fn show(
    context: &Arc<Context>,
    _permit: Permit,
    params: ShowParams,
) -> Result<ShowResult, Failure> {
    let found = context.ledger.read(move |r| {
        let audit = r.audit();
        let record = match params.position {
            0 => audit.decisions(&AuditFilter::default(), 1, None)?.items.pop().map(|d| d.record),
            position => audit.get(AuditPosition(position))?,
        };
        let record = match record.as_ref().and_then(|record| record.decision) {
            Some(decision) => audit.get(decision)?,
            None => record,
        };
        let Some(record) = record else { return Ok(None) };
        let checkpoint = audit.checkpoint_over(record.position)?;
        Ok(Some((audit.decision(record)?, checkpoint)))
    });
    let (decision, covering) = found.await?.ok_or_else(|| {
        Failure::not_found(format!("the audit has no row {}", params.position))
            .hint("see the decisions: nexus acl audit list")
    })?;
    Ok(ShowResult { entry: entry(decision), checkpoint: covering.map(checkpoint) })
}

/// Recomputes the chain and holds it against its checkpoints and what was noted outside.
pub async fn verify(
    context: &Arc<Context>,
    _permit: Permit,
    _params: VerifyParams,
) -> Result<VerifyResult, Failure> {
    let file = context.home.ledger_file();
    // On a connection of its own: a long look must not keep the readers from everybody else.
    let verified = tokio::task::spawn_blocking(move || {
        let evidence = AuditEvidence::beside(&file)?;
        maintenance::verify_audit(&file, &evidence)
    });
    Ok(match verified.await.map_err(Failure::internal)?? {
        Ok(summary) => VerifyResult {
            is_whole: true,
            summary: Some(Summary {
                n_rows: summary.n_rows,
                first: summary.first.0,
                head_hash: summary.head_hash,
                n_checkpoints: summary.n_checkpoints,
                signed_to: summary.signed_to.0,
                are_signatures_checked: summary.are_signatures_checked,
            }),
            broken: None,
        },
        Err(broken) => VerifyResult {
            is_whole: false,
            summary: None,
            broken: Some(Broken { position: broken.position.0, reason: broken.reason }),
        },
    })
}

/// Hands out rows as they stand in the chain, page by page.
pub async fn export(
    context: &Arc<Context>,
    _permit: Permit,
    params: ExportParams,
) -> Result<ExportResult, Failure> {
    let limit = page_len(params.limit)?;
    let file = context.home.ledger_file();
    let read = context.ledger.read(move |r| {
        let filter = filter(r, params.filter)?;
        let page = r.audit().rows_after(&filter, limit, AuditPosition(params.after))?;
        let checkpoints = r.audit().checkpoints(params.after_checkpoint, limit)?;
        Ok((page, checkpoints, AuditEvidence::beside(&file)?.keys))
    });
    let (page, checkpoints, keys) = read.await?;
    Ok(ExportResult {
        rows: page.items.into_iter().map(row).collect(),
        checkpoints: checkpoints.into_iter().map(checkpoint).collect(),
        keys: keys.iter().map(nexus_ledger::AuditPublicKey::to_hex).collect(),
        next_after: page.next.map(|position| position.0),
    })
}

/// Counts decisions by verdict, action and principal.
pub async fn stats(
    context: &Arc<Context>,
    _permit: Permit,
    params: StatsParams,
) -> Result<StatsResult, Failure> {
    let now = context.clock.now();
    let since = params.since.unwrap_or(Timestamp(now.0.saturating_sub(STATS_MS)));
    let read = context.ledger.read(move |r| Ok((r.audit().stats(since)?, r.audit().checkpoint()?)));
    let (stats, latest) = read.await?;
    Ok(StatsResult {
        head: stats.head.0,
        signed_to: latest.map_or(0, |latest| latest.position.0),
        n_decisions: stats.n_decisions,
        since: stats.since,
        is_cut: stats.is_cut,
        verdicts: counts(stats.verdicts),
        actions: counts(stats.actions),
        principals: counts(stats.principals),
        denied: counts(stats.denied),
    })
}

fn filter(reader: &Reader<'_>, filter: Filter) -> Result<AuditFilter, LedgerError> {
    let Filter { principal, verdict, action, resource, since, until, request_id, session_key } =
        filter;
    let request_id = request_id.map(|id| reader.requests().find(&id)).transpose()?;
    let session_key = session_key.map(|key| key.to_string());
    Ok(AuditFilter { principal, verdict, action, resource, since, until, request_id, session_key })
}

fn entry(decision: AuditDecision) -> Entry {
    let AuditDecision { record, session_key, outcomes } = decision;
    let chain = record.chain.as_deref().and_then(|text| serde_json::from_str::<Chain>(text).ok());
    let principals = chain.iter().flat_map(Chain::links).map(Principal::to_string).collect();
    Entry {
        position: record.position.0,
        at: record.at,
        principals,
        action: record.action.unwrap_or_default(),
        resource: record.resource.unwrap_or_default(),
        verdict: record.verdict.unwrap_or_default(),
        reason: record.reason.unwrap_or_default(),
        digest: record.digest,
        request_id: record.request_id.and_then(|id| RequestId::parse(&id).ok()),
        session_key,
        outcomes: outcomes.into_iter().map(outcome).collect(),
        hash: record.hash,
    }
}

fn outcome(record: AuditRecord) -> Outcome {
    Outcome { position: record.position.0, at: record.at, text: record.outcome.unwrap_or_default() }
}

fn row(record: AuditRecord) -> Row {
    Row {
        position: record.position.0,
        at: record.at,
        decision: record.decision.map(|position| position.0),
        request_id: record.request_id,
        turn_id: record.turn_id,
        chain: record.chain,
        action: record.action,
        resource: record.resource,
        verdict: record.verdict,
        reason: record.reason,
        digest: record.digest,
        outcome: record.outcome,
        hash: record.hash,
    }
}

fn checkpoint(checkpoint: AuditCheckpoint) -> Checkpoint {
    Checkpoint {
        number: checkpoint.number,
        at: checkpoint.at,
        base: checkpoint.base.0,
        base_hash: checkpoint.base_hash,
        position: checkpoint.position.0,
        head_hash: checkpoint.head_hash,
        key_id: checkpoint.key_id,
        signature: checkpoint.signature,
    }
}

fn counts(counts: AuditCounts) -> Vec<Count> {
    counts.into_iter().map(|(name, count)| Count { name, count }).collect()
}
