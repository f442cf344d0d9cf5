//! Jobs and runs as callers see them.

use nexus_domain::Timestamp;
use nexus_domain::schedule::{Job, JobRun, JobSpec};
use nexus_ledger::{LedgerError, Reader};
use nexus_protocol::schedule::{AHEAD_MS, JobView, RunView, UPCOMING_MAX};

use crate::schedule::calendar::{self, Calendar};

/// A job as it stands.
pub(in crate::methods) fn of(
    r: &Reader<'_>,
    job: Job,
    now: Timestamp,
) -> Result<JobView, LedgerError> {
    let last = r.schedule().runs(job.id, 1)?.into_iter().next();
    let upcoming = match (job.due_at, Calendar::of(&job)) {
        (Some(first), Ok(calendar)) => ahead(&calendar, first, now.plus_ms(AHEAD_MS)),
        _ => Vec::new(),
    };
    Ok(JobView {
        timing: timing(&job.spec),
        is_running: r.schedule().is_running(job.id)?,
        last: last.map(|last| run(r, last)).transpose()?,
        upcoming,
        job,
    })
}

/// A line of history, with how its request stands.
pub(in crate::methods) fn run(r: &Reader<'_>, run: JobRun) -> Result<RunView, LedgerError> {
    let request = run.request_id.map(|id| r.requests().get(id)).transpose()?.flatten();
    let (status, error) = match request {
        Some(request) => (Some(request.status), request.error),
        None => (None, None),
    };
    Ok(RunView { run, status, error })
}

fn ahead(calendar: &Calendar, first: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let next = |at: &Timestamp| calendar.next_after(*at);
    std::iter::successors(Some(first), next)
        .take_while(|at| *at <= until)
        .take(UPCOMING_MAX)
        .collect()
}

/// When a job is due, in words.
pub(in crate::methods) fn timing(spec: &JobSpec) -> String {
    let when = calendar::words(&spec.when);
    match &spec.active_hours {
        Some(hours) => {
            format!("{when}, from {} to {} ({})", hours.from, hours.to, hours.time_zone)
        }
        None => when,
    }
}
