//! How everything stands in one sentence: the same for the tray, the command line and the first
//! page.

use std::collections::BTreeSet;

use nexus_domain::agent::TurnStatus;
use nexus_domain::failure::Failure;
use nexus_ledger::{PermissionFilter, UsageFilter};
use nexus_protocol::health::{HealthCheck, HealthResult, HealthStatus};
use nexus_protocol::runtime::SummaryResult;
use nexus_protocol::session::PAGE_LEN_MAX;

use crate::context::Context;
use crate::methods::usage::figures;
use crate::{budget, pause};

/// Works the summary out from what is on record.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn summary(context: &Context) -> Result<SummaryResult, Failure> {
    let now = context.clock.now();
    let today = UsageFilter { since: Some(budget::day(now)), ..UsageFilter::default() };
    let pending = PermissionFilter { pending_only: true, ..PermissionFilter::default() };
    let (waiting, turns, n_queued, used_today) = context
        .ledger
        .read(move |r| {
            let waiting = r.permissions().list(&pending, PAGE_LEN_MAX)?.len();
            Ok((waiting, r.turns().running()?, r.queue().count()?, r.usage().total(&today)?))
        })
        .await?;
    let held = context.pause.held();
    let running = turns.iter().filter(|turn| turn.status == TurnStatus::Running);
    let (on_hold, at_work): (Vec<_>, Vec<_>) = running.partition(|turn| held.contains(&turn.id));
    let working: BTreeSet<_> = at_work.into_iter().map(|turn| &turn.agent_id).collect();
    let health = context.health_result();
    let mut summary = SummaryResult {
        sentence: String::new(),
        waiting: waiting as u64,
        working: working.len() as u64,
        on_hold: health.paused.map_or(0, |_| n_queued + on_hold.len() as u64),
        amiss: amiss(&health),
        paused: health.paused,
        cost_today: figures(used_today).cost(),
    };
    let paused = health.paused.map(|paused| pause::words(paused, now));
    summary.sentence = sentence(&summary, health.status, paused);
    Ok(summary)
}

/// Checks that are not well, the worst first.
fn amiss(health: &HealthResult) -> Vec<HealthCheck> {
    let of = |status| health.checks.iter().filter(move |check| check.status == status);
    let worst = [HealthStatus::Unhealthy, HealthStatus::Degraded, HealthStatus::Starting];
    worst.into_iter().flat_map(of).cloned().collect()
}

/// What a person must know first comes first.
fn sentence(summary: &SummaryResult, health: HealthStatus, paused: Option<String>) -> String {
    let needs = match summary.waiting {
        0 => "Nothing needs you.".to_owned(),
        1 => "1 thing needs you.".to_owned(),
        n => format!("{n} things need you."),
    };
    let works = match summary.working {
        0 => None,
        1 => Some("1 agent is working.".to_owned()),
        n => Some(format!("{n} agents are working.")),
    };
    let holds = match summary.on_hold {
        0 => None,
        1 => Some("1 request is on hold.".to_owned()),
        n => Some(format!("{n} requests are on hold.")),
    };
    let trouble = match health {
        HealthStatus::Healthy => None,
        HealthStatus::Starting => Some("The daemon is starting.".to_owned()),
        HealthStatus::Degraded => Some("Something is amiss.".to_owned()),
        HealthStatus::Unhealthy => Some("Something is broken.".to_owned()),
    };
    let parts = [Some(needs), paused, holds, works, trouble];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use nexus_domain::message::{Cost, CostBasis};

    use super::*;

    #[test]
    fn what_a_person_must_know_first_comes_first() {
        let check = |waiting, working, on_hold, health, paused: Option<&str>, text: &str| {
            let summary = SummaryResult {
                sentence: String::new(),
                waiting,
                working,
                on_hold,
                amiss: Vec::new(),
                paused: None,
                cost_today: Cost { micro_usd: 0, basis: CostBasis::Free },
            };
            assert_eq!(sentence(&summary, health, paused.map(str::to_owned)), text);
        };
        let (well, amiss) = (HealthStatus::Healthy, HealthStatus::Degraded);
        check(0, 0, 0, well, None, "Nothing needs you.");
        check(2, 0, 0, well, None, "2 things need you.");
        check(0, 3, 0, well, None, "Nothing needs you. 3 agents are working.");
        check(1, 1, 0, amiss, None, "1 thing needs you. 1 agent is working. Something is amiss.");
        let paused = "Nothing needs you. New work is paused. 1 request is on hold.";
        check(0, 0, 1, well, Some("New work is paused."), paused);
    }
}
