//! What becomes of a job whose time has come.

use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::schedule::{Due, Job, JobKind, JobRun, MissedPolicy, SkipReason, decide};

use super::bring::{self, Run};
use super::calendar::Calendar;
use super::{note, with_delay};
use crate::context::Context;

/// What a look at one job came to.
pub(super) enum Claimed {
    /// Its time is dealt with.
    Done,
    /// It waits for the run before it.
    Waits,
}

/// Deals with the times of a job that have come.
pub(super) async fn claim(
    context: &Arc<Context>,
    job: Job,
    now: Timestamp,
    since: Timestamp,
) -> Result<Claimed, Failure> {
    let Some(first) = job.due_at else { return Ok(Claimed::Done) };
    let calendar = match Calendar::of(&job) {
        Ok(calendar) => calendar,
        Err(failure) => {
            let skip = Skip { due_at: first, n_missed: 0, why: SkipReason::Unreadable };
            let skip = (skip, Some(failure.message));
            return pass_over(context, job, skip, None).await;
        }
    };
    let times: Vec<_> =
        calendar.times(first, now).into_iter().map(|due_at| with_delay(&job, due_at)).collect();
    let times: Vec<_> = times.into_iter().take_while(|(_, run_at)| *run_at <= now).collect();
    let next_after = |at| calendar.next_after(at).map(|due_at| with_delay(&job, due_at));
    let Some(due) = decide(job.missed_policy(), &times, since) else { return Ok(Claimed::Done) };
    match due {
        Due::Skip { due_at, n_missed } => {
            let next = next_after(due_at);
            let skip = Skip { due_at, n_missed, why: SkipReason::Missed };
            pass_over(context, job, (skip, None), next).await
        }
        Due::Run { due_at, n_missed, then_after } => {
            let next = next_after(then_after);
            let id = job.id;
            let is_running = context.ledger.read(move |r| r.schedule().is_running(id)).await?;
            match (is_running, job.missed_policy()) {
                (true, MissedPolicy::CatchUp) => Ok(Claimed::Waits),
                (true, _) => {
                    let skip = Skip { due_at, n_missed, why: SkipReason::Overlap };
                    pass_over(context, job, (skip, None), next).await
                }
                (false, _) => run(context, job, Run { due_at, n_missed, next }).await,
            }
        }
    }
}

async fn run(context: &Arc<Context>, job: Job, run: Run) -> Result<Claimed, Failure> {
    if job.kind == JobKind::Heartbeat {
        let (own, others) = note::waiting(context, &job).await?;
        // A beat with nothing to say asks no model and leaves no trace.
        match job.spec.prompt.trim().is_empty() && own.is_empty() {
            true => plan(context, &job, run.next).await?,
            false => bring::due(context, &job, run, own).await?,
        }
        note::bring(context, others).await;
    } else {
        bring::due(context, &job, run, Vec::new()).await?;
    }
    Ok(Claimed::Done)
}

async fn plan(
    context: &Context,
    job: &Job,
    next: Option<(Timestamp, Timestamp)>,
) -> Result<(), Failure> {
    let (id, due_at) = (job.id, job.due_at);
    let planned = context.ledger.write(move |tx| {
        bring::check_unchanged(tx, id, due_at)?;
        tx.schedule().plan(id, next)
    });
    Ok(planned.await?)
}

/// Times at which nothing runs.
struct Skip {
    due_at: Timestamp,
    n_missed: u32,
    why: SkipReason,
}

async fn pass_over(
    context: &Context,
    job: Job,
    (skip, note): (Skip, Option<String>),
    next: Option<(Timestamp, Timestamp)>,
) -> Result<Claimed, Failure> {
    let now = context.clock.now();
    let written = context.ledger.write(move |tx| {
        bring::check_unchanged(tx, job.id, job.due_at)?;
        tx.schedule().plan(job.id, next)?;
        tx.schedule().record(&JobRun {
            job_id: job.id,
            due_at: skip.due_at,
            decided_at: now,
            request_id: None,
            skipped: Some(skip.why),
            n_missed: skip.n_missed,
            is_manual: false,
            note,
        })?;
        let event = Event::ScheduleSkipped {
            job_id: job.id,
            name: job.spec.name,
            why: skip.why,
            n_missed: skip.n_missed,
        };
        tx.events().record(now, &event).map(drop)
    });
    written.await?;
    Ok(Claimed::Done)
}
