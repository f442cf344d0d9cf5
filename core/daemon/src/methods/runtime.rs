//! The daemon as a whole.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_iam::{Permit, Preset};
use nexus_ledger::{PermissionFilter, RequestFilter, UsageFilter};
use nexus_protocol::runtime::{
    HandoverParams, HandoverResult, PauseParams, PauseResult, ReloadParams, ReloadResult,
    ResumeParams, ShutdownParams, ShutdownResult, StatusParams, StatusResult, SummaryParams,
    SummaryResult,
};
use nexus_protocol::session::PAGE_LEN_DEFAULT;

use super::person;
use super::usage::figures;
use crate::context::Context;
use crate::{budget, handover, pause, reconfigure, summary};

/// Requests shown as recent.
const RECENT_MAX: usize = 12;

/// Says what needs a person, what is at work and what it cost today.
pub async fn status(
    context: &Arc<Context>,
    _permit: Permit,
    _params: StatusParams,
) -> Result<StatusResult, Failure> {
    let now = context.clock.now();
    let today = UsageFilter { since: Some(budget::day(now)), ..UsageFilter::default() };
    let book = context.agents.book();
    let reckless = book.all().filter(|agent| agent.profile.preset == Preset::Yolo);
    let yolo_agents = reckless.map(|agent| agent.id().clone()).collect();
    let in_force = budget::all(context);
    let (waiting, working, recent, used_today, mut budgets) = context
        .ledger
        .read(move |r| {
            let pending = PermissionFilter { pending_only: true, ..PermissionFilter::default() };
            let waiting = r.permissions().list(&pending, PAGE_LEN_DEFAULT)?;
            let working = r.requests().unfinished()?;
            let latest = r.requests().list(&RequestFilter::default(), PAGE_LEN_DEFAULT)?;
            let recent = latest.into_iter().filter(|q| q.status.is_final()).take(RECENT_MAX);
            let budgets = budget::standings(r, &in_force, now)?;
            Ok((waiting, working, recent.collect(), r.usage().total(&today)?, budgets))
        })
        .await?;
    budgets.sort_by_key(|facts| {
        std::cmp::Reverse((facts.state, facts.accounts.first().map(|account| account.percent)))
    });
    let choice = context.engine.choice();
    let health = context.health_result();
    Ok(StatusResult {
        summary: summary::summary(context).await?.sentence,
        paused: health.paused,
        health,
        address: context.address.get().map(ToString::to_string).unwrap_or_default(),
        exposed_at: context.exposure.status().endpoints.into_iter().map(|one| one.url).collect(),
        home: context.home.root().display().to_string(),
        model: choice.model,
        model_reason: choice.reason,
        waiting,
        working,
        recent,
        cost_today: figures(used_today).cost(),
        budgets,
        yolo_agents,
        safe_mode: reconfigure::safe_mode(context),
    })
}

/// Says in one sentence how everything stands.
pub async fn summary(
    context: &Arc<Context>,
    _permit: Permit,
    _params: SummaryParams,
) -> Result<SummaryResult, Failure> {
    summary::summary(context).await
}

/// Pauses the daemon.
pub async fn pause(
    context: &Arc<Context>,
    permit: Permit,
    params: PauseParams,
) -> Result<PauseResult, Failure> {
    let by = person(&permit, "pause the daemon")?;
    let paused = pause::begin(context, params.mode, params.for_ms, by).await?;
    Ok(PauseResult { paused: Some(paused) })
}

/// Ends the pause.
pub async fn resume(
    context: &Arc<Context>,
    permit: Permit,
    _params: ResumeParams,
) -> Result<PauseResult, Failure> {
    let by = person(&permit, "end a pause")?;
    pause::end(context, Some(by)).await?;
    Ok(PauseResult { paused: None })
}

/// Reads the configuration again.
pub async fn reload(
    context: &Arc<Context>,
    _permit: Permit,
    _params: ReloadParams,
) -> Result<ReloadResult, Failure> {
    reconfigure::reload(context).await
}

/// Drains, then leaves the home to another process of the same owner.
pub async fn handover(
    context: &Arc<Context>,
    permit: Permit,
    params: HandoverParams,
) -> Result<HandoverResult, Failure> {
    let by = person(&permit, "hand the daemon over")?;
    handover::begin(context, &by, params).await
}

/// Drains and stops the daemon.
pub async fn shutdown(
    context: &Arc<Context>,
    _permit: Permit,
    params: ShutdownParams,
) -> Result<ShutdownResult, Failure> {
    let reason = params.reason.unwrap_or_else(|| "stopped by a client".to_owned());
    match params.restart_expected_ms {
        Some(expected_ms) => context.shutdown.begin_restart(&reason, expected_ms),
        None => context.shutdown.begin(&reason),
    }
    Ok(ShutdownResult { pid: std::process::id() })
}
