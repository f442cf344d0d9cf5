//! Scheduled jobs: made, changed, shown, tried out.

mod preview;
pub(super) mod view;

use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::JobId;
use nexus_domain::principal::Principal;
use nexus_domain::request::ReplyTarget;
use nexus_domain::schedule::{JOBS_MAX, Job, JobChange, JobKind, JobSpec, When};
use nexus_iam::Permit;
use nexus_ledger::LedgerError;
use nexus_protocol::schedule::{
    CreateParams, DeleteResult, GetParams, JobParams, JobResult, ListParams, ListResult,
    RUNS_SHOWN, RunResult, RunsParams, RunsResult, UpdateParams,
};

pub use self::preview::preview;
use super::person;
use crate::context::Context;
use crate::schedule::calendar::Calendar;
use crate::schedule::{run_now, with_delay};
use crate::suggest;

/// Lists the jobs.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    params: ListParams,
) -> Result<ListResult, Failure> {
    let now = context.clock.now();
    let read = context.ledger.read(move |r| {
        let mut jobs = r.schedule().all()?;
        jobs.retain(|job| params.agent_id.as_ref().is_none_or(|id| *id == job.spec.agent_id));
        jobs.sort_by_key(|job| (job.run_at.is_none(), job.run_at, job.id));
        jobs.into_iter().map(|job| view::of(r, job, now)).collect::<Result<Vec<_>, _>>()
    });
    Ok(ListResult { jobs: read.await? })
}

/// Shows one job.
pub async fn get(
    context: &Arc<Context>,
    _permit: Permit,
    params: GetParams,
) -> Result<JobResult, Failure> {
    let job = find(context, &params.id).await?;
    shown(context, job).await
}

/// Makes a job.
pub async fn create(
    context: &Arc<Context>,
    permit: Permit,
    params: CreateParams,
) -> Result<JobResult, Failure> {
    let maker = person(&permit, "schedule jobs")?;
    let now = context.clock.now();
    let job = Job {
        id: JobId::from_parts(now, context.clock.entropy()),
        kind: JobKind::Job,
        spec: params.job,
        maker: maker.clone(),
        is_enabled: true,
        due_at: None,
        run_at: None,
        anchor_at: now,
        created_at: now,
        updated_at: now,
    };
    let job = planned(context, job, now)?;
    keep(context, job, (JobChange::Created, maker)).await
}

/// Changes a job.
pub async fn update(
    context: &Arc<Context>,
    permit: Permit,
    params: UpdateParams,
) -> Result<JobResult, Failure> {
    let (job, by) = own(context, &permit, &params.id).await?;
    let now = context.clock.now();
    if job.kind == JobKind::Heartbeat && params.job.agent_id != job.spec.agent_id {
        return Err(Failure::invalid("a heartbeat stays with its agent")
            .hint("give the other agent one of its own: nexus schedule heartbeat AGENT"));
    }
    if job.kind == JobKind::Heartbeat && !matches!(params.job.when, When::Every { .. }) {
        return Err(Failure::invalid("a heartbeat beats every so often")
            .hint("for other times, schedule a job: nexus schedule add"));
    }
    let anchor_at = if params.job.when == job.spec.when { job.anchor_at } else { now };
    let job = Job { spec: params.job, anchor_at, updated_at: now, ..job };
    let job = planned(context, job, now)?;
    keep(context, job, (JobChange::Updated, by)).await
}

/// Forgets a job.
pub async fn delete(
    context: &Arc<Context>,
    permit: Permit,
    params: JobParams,
) -> Result<DeleteResult, Failure> {
    let (job, by) = own(context, &permit, &params.id).await?;
    let (id, name, now) = (job.id, job.spec.name, context.clock.now());
    let removed = context.ledger.write(move |tx| {
        if !tx.schedule().remove(id)? {
            return Err(LedgerError::not_found("job", id));
        }
        let event = Event::ScheduleChanged { job_id: id, name, change: JobChange::Deleted, by };
        tx.events().record(now, &event).map(drop)
    });
    removed.await?;
    Ok(DeleteResult { id })
}

/// Keeps a job from running.
pub async fn pause(
    context: &Arc<Context>,
    permit: Permit,
    params: JobParams,
) -> Result<JobResult, Failure> {
    let (job, by) = own(context, &permit, &params.id).await?;
    let now = context.clock.now();
    let job = Job { is_enabled: false, due_at: None, run_at: None, updated_at: now, ..job };
    keep(context, job, (JobChange::Paused, by)).await
}

/// Lets a job run again.
pub async fn resume(
    context: &Arc<Context>,
    permit: Permit,
    params: JobParams,
) -> Result<JobResult, Failure> {
    let (job, by) = own(context, &permit, &params.id).await?;
    if job.is_enabled {
        return shown(context, job).await;
    }
    let now = context.clock.now();
    let job = planned(context, Job { is_enabled: true, updated_at: now, ..job }, now)?;
    keep(context, job, (JobChange::Resumed, by)).await
}

/// Has a job run now.
pub async fn run(
    context: &Arc<Context>,
    permit: Permit,
    params: JobParams,
) -> Result<RunResult, Failure> {
    let (job, _) = own(context, &permit, &params.id).await?;
    if job.spec.prompt.trim().is_empty() {
        return Err(Failure::invalid("this heartbeat has nothing of its own to say")
            .hint("give it a prompt, or wait for what it is to bring"));
    }
    let admission = run_now(context, &job, &params.idempotency_key).await.map_err(|failure| {
        let hint = format!("stop it first, or wait: nexus schedule history {}", job.id);
        if failure.hint.is_some() { failure } else { failure.hint(hint) }
    })?;
    let is_duplicate = admission.is_duplicate;
    Ok(RunResult { request_id: admission.request_id, is_duplicate })
}

/// Reads the history of a job.
pub async fn runs(
    context: &Arc<Context>,
    _permit: Permit,
    params: RunsParams,
) -> Result<RunsResult, Failure> {
    let id = find(context, &params.id).await?.id;
    let limit = params.limit.unwrap_or(RUNS_SHOWN);
    let read = context.ledger.read(move |r| {
        let runs = r.schedule().runs(id, limit)?;
        runs.into_iter().map(|run| view::run(r, run)).collect::<Result<Vec<_>, _>>()
    });
    Ok(RunsResult { id, runs: read.await? })
}

/// A job by its id, the beginning of it, its name, or `@last`.
pub(super) async fn find(context: &Context, wanted: &str) -> Result<Job, Failure> {
    let jobs = context.ledger.read(|r| r.schedule().all()).await?;
    let wanted = wanted.trim();
    if wanted == "@last" {
        let newest = jobs.into_iter().max_by_key(|job| job.id);
        return newest.ok_or_else(|| {
            Failure::not_found("there is no job").hint("make one: nexus schedule add --help")
        });
    }
    let start = wanted.to_ascii_uppercase();
    let is_named = |job: &&Job| job.spec.name == wanted;
    let begins = |job: &&Job| !start.is_empty() && job.id.to_string().starts_with(&start);
    let mut meant: Vec<&Job> = jobs.iter().filter(is_named).collect();
    if meant.is_empty() {
        meant = jobs.iter().filter(begins).collect();
    }
    match meant.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let names = jobs.iter().map(|job| job.spec.name.as_str());
            let hint = match suggest::closest(wanted, names) {
                Some(near) => format!("did you mean `{near}`? see: nexus schedule list"),
                None => "see: nexus schedule list".to_owned(),
            };
            Err(Failure::not_found(format!("there is no job `{}`", wanted.escape_debug()))
                .hint(hint))
        }
        several => {
            let ids: Vec<_> = several.iter().map(|job| job.id.to_string()).collect();
            Err(Failure::invalid(format!("`{}` means several jobs", wanted.escape_debug()))
                .hint(format!("say which: {}", ids.join(", "))))
        }
    }
}

/// A job that the caller may change: its own, or any for the owner. A job runs with the rights of
/// its maker, so nobody else may say what it does.
async fn own(context: &Context, permit: &Permit, id: &str) -> Result<(Job, Principal), Failure> {
    let by = person(permit, "change scheduled jobs")?;
    let job = find(context, id).await?;
    check_own(&job, &by)?;
    Ok((job, by))
}

/// Whether somebody may change a job.
pub(super) fn check_own(job: &Job, by: &Principal) -> Result<(), Failure> {
    match *by == Principal::Owner || *by == job.maker {
        true => Ok(()),
        false => Err(Failure::denied(format!(
            "job `{}` was made by {} and runs with those rights",
            job.spec.name, job.maker
        ))
        .hint("ask the owner, or schedule one of your own")),
    }
}

/// Checks a job and gives it its next time.
pub(super) fn planned(context: &Context, job: Job, now: Timestamp) -> Result<Job, Failure> {
    check(context, &job.spec, job.kind)?;
    let calendar = Calendar::of(&job)?;
    let next = calendar.next_after(now);
    if next.is_none() {
        let text = match job.spec.when {
            When::At { at } if at <= now => "that moment has passed",
            _ => "it would never be due",
        };
        return Err(Failure::invalid(text)
            .hint("look at its time, its active hours and its end: schedule.preview"));
    }
    let next = next.filter(|_| job.is_enabled).map(|due_at| with_delay(&job, due_at));
    Ok(Job { due_at: next.map(|(due, _)| due), run_at: next.map(|(_, run)| run), ..job })
}

fn check(context: &Context, spec: &JobSpec, kind: JobKind) -> Result<(), Failure> {
    spec.check(kind)?;
    context.agents.book().find(&spec.agent_id)?;
    if let Some(to) = &spec.deliver_to {
        ReplyTarget::parse(to)?;
    }
    Ok(())
}

/// Keeps a job, tells of the change and wakes whoever waits for the next one.
pub(super) async fn keep(
    context: &Arc<Context>,
    job: Job,
    (change, by): (JobChange, Principal),
) -> Result<JobResult, Failure> {
    let kept = job.clone();
    let written = context.ledger.write(move |tx| {
        let is_new = tx.schedule().get(kept.id)?.is_none();
        if is_new && change != JobChange::Created {
            return Err(LedgerError::not_found("job", kept.id));
        }
        if is_new && tx.schedule().count()? >= JOBS_MAX as u64 {
            let text = format!("there are {JOBS_MAX} jobs already; remove some first");
            return Err(LedgerError::conflict(text));
        }
        tx.schedule().put(&kept)?;
        let name = kept.spec.name.clone();
        let event = Event::ScheduleChanged { job_id: kept.id, name, change, by };
        tx.events().record(kept.updated_at, &event).map(drop)
    });
    written.await?;
    context.schedule.changed();
    shown(context, job).await
}

pub(super) async fn shown(context: &Context, job: Job) -> Result<JobResult, Failure> {
    let now = context.clock.now();
    let job = context.ledger.read(move |r| view::of(r, job, now)).await?;
    Ok(JobResult { job })
}
