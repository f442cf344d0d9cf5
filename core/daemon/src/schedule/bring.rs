//! A run of a job, handed in where everything is that runs an agent.

use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::arrival::{Arrival, ContentType, PeerKind};
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::{JobId, RequestId, SessionKey};
use nexus_domain::pipeline::Wish;
use nexus_domain::request::{ReplyTarget, ReplyWish, RunWish};
use nexus_domain::schedule::{Job, JobRun, JobSession, SCHEDULE_CHANNEL};
use nexus_domain::session::{ALONE, QueueMode};
use nexus_ledger::{LedgerError, Note, Tx};

use super::note;
use crate::context::Context;
use crate::engine::{self, Admission, Beside, Submission};

/// A run whose time has come.
pub(super) struct Run {
    pub(super) due_at: Timestamp,
    pub(super) n_missed: u32,
    /// The next time of the job.
    pub(super) next: Option<(Timestamp, Timestamp)>,
}

/// Hands in a run that is due. The next time of the job is committed with it, so that the run comes
/// once, whenever the daemon dies.
pub(super) async fn due(
    context: &Arc<Context>,
    job: &Job,
    run: Run,
    notes: Vec<Note>,
) -> Result<(), Failure> {
    let Run { due_at, n_missed, next } = run;
    let event_id = format!("job:{}:{}", job.id, due_at.0);
    let brought: Vec<String> = notes.iter().map(|note| note.arrival.ledger_id()).collect();
    let submission = submission(context, job, event_id, &notes)?;
    let (id, seen, name, now) = (job.id, job.due_at, job.spec.name.clone(), context.clock.now());
    let beside: Beside = Box::new(move |tx, request_id| {
        check_unchanged(tx, id, seen)?;
        tx.schedule().plan(id, next)?;
        brought.iter().try_for_each(|event_id| tx.schedule().remove_note(event_id))?;
        let line = line(id, due_at, now, request_id);
        tx.schedule().record(&JobRun { n_missed, ..line })?;
        let event = Event::ScheduleRun { job_id: id, name, due_at, request_id, n_missed };
        tx.events().record(now, &event).map(drop)
    });
    let admission = engine::receive_event_beside(context, submission, None, beside).await?;
    if admission.is_duplicate {
        // The clock was set back: this time has had its run.
        context.ledger.write(move |tx| tx.schedule().plan(id, next)).await?;
    }
    Ok(())
}

/// Has a job run beside its times, with the rights that it always has.
///
/// # Errors
/// `Conflict` while it runs.
pub async fn run_now(
    context: &Arc<Context>,
    job: &Job,
    idempotency_key: &str,
) -> Result<Admission, Failure> {
    let event_id = format!("job:{}:now:{idempotency_key}", job.id);
    let submission = submission(context, job, event_id, &[])?;
    let (id, name, now) = (job.id, job.spec.name.clone(), context.clock.now());
    let beside: Beside = Box::new(move |tx, request_id| {
        if tx.schedule().is_running(id)? {
            return Err(LedgerError::conflict(format!("the last run of `{name}` goes on")));
        }
        let line = line(id, now, now, request_id);
        tx.schedule().record(&JobRun { is_manual: true, ..line })?;
        let event = Event::ScheduleRun { job_id: id, name, due_at: now, request_id, n_missed: 0 };
        tx.events().record(now, &event).map(drop)
    });
    engine::receive_event_beside(context, submission, None, beside).await
}

fn line(job_id: JobId, due_at: Timestamp, now: Timestamp, request_id: RequestId) -> JobRun {
    JobRun {
        job_id,
        due_at,
        decided_at: now,
        request_id: Some(request_id),
        skipped: None,
        n_missed: 0,
        is_manual: false,
        note: None,
    }
}

/// Refuses what was worked out from a job that is another one by now.
pub(super) fn check_unchanged(
    tx: &Tx<'_>,
    id: JobId,
    due_at: Option<Timestamp>,
) -> Result<(), LedgerError> {
    let is_same = tx.schedule().get(id)?.is_some_and(|job| job.is_enabled && job.due_at == due_at);
    match is_same {
        true => Ok(()),
        false => Err(LedgerError::conflict("the job has changed meanwhile")),
    }
}

fn submission(
    context: &Context,
    job: &Job,
    event_id: String,
    notes: &[Note],
) -> Result<Submission, Failure> {
    let now = context.clock.now();
    let session_key = match job.spec.session {
        JobSession::Main => context.agents.book().session_key(&job.spec.agent_id)?,
        JobSession::Own => SessionKey::parse(&format!("job:{}", job.id))?,
        JobSession::Isolated => {
            let id = RequestId::from_parts(now, context.clock.entropy());
            SessionKey::parse(&format!("{ALONE}{id}"))?
        }
    };
    let to = job.spec.deliver_to.as_deref().map(ReplyTarget::parse).transpose()?;
    let arrival = Arrival {
        event_id,
        timestamp: now,
        content: note::words(&job.spec.prompt, notes),
        content_type: ContentType::Text,
        channel: SCHEDULE_CHANNEL.to_owned(),
        account_id: "local".to_owned(),
        sender_id: job.maker.to_string(),
        peer_id: job.id.to_string(),
        peer_kind: PeerKind::Dm,
        attachments: Vec::new(),
        sender_name: None,
        thread_id: None,
        reply_to_id: None,
        metadata: serde_json::Map::new(),
    };
    let run = RunWish {
        reply: Some(ReplyWish { is_awaited: false, to }),
        job: Some(job.id),
        ..RunWish::default()
    };
    let wish = Wish {
        session_key: Some(session_key),
        agent_id: Some(job.spec.agent_id.clone()),
        queue_mode: Some(QueueMode::Followup),
        run,
        ..Wish::default()
    };
    Ok(Submission { arrival, authenticated: Some(job.maker.clone()), wish })
}
