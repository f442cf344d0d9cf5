//! Stage 1: an arrival is admitted exactly once.

use std::sync::Arc;

use nexus_domain::arrival::Arrival;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::RequestId;
use nexus_domain::pipeline::{Received, Stage, Wish};
use nexus_domain::principal::Principal;
use nexus_domain::request::{Request, RequestStatus, StageOutcome};
use nexus_ledger::{LedgerError, Tx};

use super::sender::shown_name;
use super::trace::{self, TraceBook};
use super::{REQUESTS_ACTIVE_MAX, stages};
use crate::context::Context;
use crate::crash::CrashPoint;

/// Longest purpose of a request, in characters.
const PURPOSE_CHARS_MAX: usize = 80;

/// Something that wants to enter the pipeline.
pub struct Submission {
    /// What arrived.
    pub arrival: Arrival,
    /// Who sent it, when the daemon authenticated the sender.
    pub authenticated: Option<Principal>,
    /// Where the sender would like it to go.
    pub wish: Wish,
}

/// What is written in the same commit as an admission, with the id of its request. When it fails,
/// nothing is admitted; for a duplicate it is not called.
pub type Beside = Box<dyn FnOnce(&mut Tx<'_>, RequestId) -> Result<(), LedgerError> + Send>;

/// What became of a submission.
#[derive(Clone, Copy, Debug)]
pub struct Admission {
    /// The request; for a duplicate, the one that was admitted first.
    pub request_id: RequestId,
    /// How it stands.
    pub status: RequestStatus,
    /// Whether the same event had been admitted before; then nothing new runs.
    pub is_duplicate: bool,
}

/// The only way in: records the arrival and its request in one transaction, answers once both are
/// on disk, and lets the stages run. They also run when whoever brought the arrival is gone before
/// it hears the answer: what is on record must not lie there until the next start.
///
/// # Errors
/// `Invalid` for a malformed arrival, `Unavailable` while the daemon stops or is overloaded, or
/// when the ledger cannot write; then nothing was recorded.
pub async fn receive_event(
    context: &Arc<Context>,
    submission: Submission,
) -> Result<Admission, Failure> {
    receive_event_beside(context, submission, None, Box::new(|_, _| Ok(()))).await
}

/// The same, with something that is written in the same commit, and with the id that the request is
/// to have, if it was promised one.
///
/// # Errors
/// As for [`receive_event`], and that of what is written beside.
pub async fn receive_event_beside(
    context: &Arc<Context>,
    submission: Submission,
    promised: Option<RequestId>,
    beside: Beside,
) -> Result<Admission, Failure> {
    submission.arrival.check()?;
    if context.shutdown.has_begun() {
        let mut failure = Failure::unavailable("the daemon is stopping and takes nothing new")
            .hint("nothing was recorded; send it again when the daemon is back");
        failure.retry_after_ms = context.shutdown.restart_expected_ms();
        return Err(failure);
    }
    if context.engine.n_active() >= REQUESTS_ACTIVE_MAX {
        return Err(Failure::overloaded("too many requests are on their way", 1_000));
    }
    let task = admit(Arc::clone(context), submission, promised, beside);
    let admitted = context.engine.tasks.spawn(task).await;
    admitted.map_err(|error| Failure::internal(format!("admitting an arrival failed: {error}")))?
}

async fn admit(
    context: Arc<Context>,
    submission: Submission,
    promised: Option<RequestId>,
    beside: Beside,
) -> Result<Admission, Failure> {
    let Submission { arrival, authenticated, wish } = submission;
    let mut book = TraceBook::new(Arc::clone(&context.clock));
    book.begin(Stage::ReceiveEvent);
    let now = context.clock.now();
    let fresh = || RequestId::from_parts(now, context.clock.entropy());
    let request_id = promised.unwrap_or_else(fresh);
    let request = Request {
        id: request_id,
        event_id: arrival.ledger_id(),
        status: RequestStatus::Processing,
        stage: Stage::ReceiveEvent,
        principal: authenticated.clone(),
        session_key: wish.session_key.clone(),
        agent_id: wish.agent_id.clone(),
        turn_id: None,
        parent: wish.parent.clone(),
        replays: wish.replays,
        queue_mode: wish.queue_mode.unwrap_or_default(),
        purpose: purpose(&arrival.content),
        enrichment: Vec::new(),
        wish: wish.run.clone(),
        error: None,
        started_at: now,
        completed_at: None,
        stages: Vec::new(),
    };
    let brief = wish.brief.clone();
    let received =
        Received { request_id, arrival: arrival.clone(), authenticated, wish, received_at: now };
    book.end(StageOutcome::Passed, format!("from {} as {}", arrival.channel, request.event_id));
    let traces = book.take();
    let admission = context
        .ledger
        .write(move |tx| {
            use nexus_ledger::Admission as Known;
            match tx.arrivals().insert(&arrival, request_id, now)? {
                Known::Duplicate(first) => {
                    let status = tx.requests().get(first)?.map(|request| request.status);
                    let status = status.unwrap_or(RequestStatus::Processing);
                    Ok(Admission { request_id: first, status, is_duplicate: true })
                }
                Known::New => {
                    tx.requests().create(&request)?;
                    if let Some(brief) = &brief {
                        tx.briefs().put(request_id, brief)?;
                    }
                    if request.principal.is_none() {
                        // Nobody vouches for the sender but the channel: noted once per message,
                        // whatever becomes of it.
                        let name = arrival.sender_name.as_deref().and_then(shown_name);
                        let (channel, sender_id) = (&arrival.channel, &arrival.sender_id);
                        tx.identity().seen(channel, sender_id, name.as_deref(), now)?;
                    }
                    let event = Event::RequestStarted {
                        request_id,
                        event_id: request.event_id.clone(),
                        channel: arrival.channel.clone(),
                        purpose: request.purpose.clone(),
                    };
                    tx.events().record(now, &event)?;
                    trace::write(tx, request_id, &traces, now)?;
                    beside(tx, request_id)?;
                    Ok(Admission { request_id, status: request.status, is_duplicate: false })
                }
            }
        })
        .await?;
    if !admission.is_duplicate {
        CrashPoint::Admitted.pass();
        stages::start(&context, received);
    }
    Ok(admission)
}

/// The purpose of a request in words: the first line with text in it, shortened.
pub(super) fn purpose(content: &str) -> String {
    let line = content.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if line.chars().count() <= PURPOSE_CHARS_MAX {
        return line.to_owned();
    }
    line.chars().take(PURPOSE_CHARS_MAX - 1).chain(['…']).collect()
}
