//! Stages 7 and 8, and every early exit: one transaction that ends the run, hands over the reply,
//! closes the books, and opens the next turn of the session.

use std::collections::BTreeMap;
use std::sync::Arc;

use nexus_agent::port::Clock;
use nexus_domain::Timestamp;
use nexus_domain::agent::{StopReason, ToolCallStatus, Turn, TurnStatus};
use nexus_domain::arrival::Arrival;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::{DeliveryId, MessageId, RequestId, TurnId};
use nexus_domain::message::{Message, Part, Role, ToolResult};
use nexus_domain::pipeline::{
    self, Assembled, Automated, DeliveryPlan, Exit, Ran, RunOutcome, Stage,
};
use nexus_domain::request::{ReplyTarget, ReplyWish, RequestStatus, StageOutcome, StageTrace};
use nexus_ledger::{Delivery, LedgerError, Tx};

use super::stages::{Progress, missing};
use super::trace::{self, TraceBook};
use super::{meter, permission, sender, turn};
use crate::audit;
use crate::context::Context;
use crate::jobs;

/// How long deliveries wait, in milliseconds by channel.
type Holds = BTreeMap<String, u64>;

/// Ends a request that leaves before its turn.
pub(super) async fn leave_early(
    context: &Arc<Context>,
    request_id: RequestId,
    exit: Exit,
    mut book: TraceBook,
    progress: Progress,
) {
    let (status, error, outcome, note, answer) = match exit {
        Exit::Denied { reason } => {
            (RequestStatus::Denied, Some(reason.clone()), StageOutcome::Ended, reason, None)
        }
        Exit::HandledByAutomation { by, reply } => {
            let note = format!("{by} answered");
            let answer = Some((by, reply));
            (RequestStatus::HandledByAutomation, None, StageOutcome::Ended, note, answer)
        }
        Exit::Failed(failure) => {
            tracing::warn!(?failure, request = %request_id, "a request failed before its turn");
            let text = failure.message.clone();
            (RequestStatus::Failed, Some(text.clone()), StageOutcome::Failed, text, None)
        }
        Exit::Duplicate(_) | Exit::Queued | Exit::Parked(_) | Exit::Outward(_) => return,
    };
    book.end(outcome, note);
    let traces = book.take();
    let (clock, holds) = (Arc::clone(&context.clock), context.config.current().holds.clone());
    let closed = context
        .ledger
        .write(move |tx| {
            let now = clock.now();
            let request = tx.requests().get(request_id)?.ok_or_else(|| missing(request_id))?;
            if sender::is_ahead(&request) {
                return Ok(());
            }
            if let Some(decision) = &progress.decision {
                decision.audit(tx, request_id, now)?;
            }
            trace::write_new(tx, &request, &traces, now)?;
            if let (Some((by, text)), Some(admitted)) = (answer, &progress.admitted) {
                let arrival = &admitted.identified.received.arrival;
                if arrival.channel != pipeline::CONTROL_CHANNEL {
                    for recipient in recipients(arrival, request.wish.reply.as_ref()) {
                        let text = text.clone();
                        enqueue_delivery(tx, &*clock, request_id, recipient, text, &holds)?;
                    }
                }
                turn::record_answer(tx, &*clock, admitted, &by, text)?;
            }
            turn::finish_request(tx, request_id, status, error, now)
        })
        .await;
    if let Err(error) = closed {
        // The request stays as recorded and is taken up again at the next start.
        tracing::error!(%error, request = %request_id, "an early exit could not be recorded");
    }
    context.engine.completion_bell.send_modify(|n| *n += 1);
}

/// Ends a turn. Returns the next turn of the session, if requests wait in it.
pub(super) async fn close_turn(
    context: &Arc<Context>,
    turn_id: TurnId,
    outcome: RunOutcome,
    partial: Option<(MessageId, String)>,
) -> Result<Option<TurnId>, Failure> {
    let (clock, holds) = (Arc::clone(&context.clock), context.config.current().holds.clone());
    let closing = context.ledger.write(move |tx| {
        let now = clock.now();
        let written = partial.as_ref().map(|(_, text)| text.clone());
        let found = tx.turns().get(turn_id)?;
        let mut turn =
            found.ok_or_else(|| LedgerError::NotFound { what: "turn", id: turn_id.to_string() })?;
        // A run that broke down has settled nothing.
        meter::write_off(tx, Some(turn_id), now)?;
        keep_partial(tx, &turn, partial, now)?;
        settle_calls(tx, &*clock, &turn, outcome.stop_reason)?;
        if outcome.stop_reason == StopReason::Limit {
            keep_last_word(tx, &*clock, &turn, &outcome.reply)?;
        }
        permission::withdraw_questions(tx, turn_id, None, now)?;
        // Parts of calls that were broken off: nobody else ends them.
        tx.audit().end_turn(turn_id, now, "broken off with the run")?;
        let assembled = assembled(tx, &turn)?;
        end_turn(tx, &mut turn, &outcome, now)?;
        let ran = pipeline::run_agent(assembled, outcome);
        deliver_and_finalize(tx, &*clock, &turn, ran, &holds)?;
        leave_as_written(tx, &turn, written, now)?;
        turn::open_next(tx, &*clock, &turn.session_key)
    });
    closing.await.map_err(Failure::from)
}

/// The requests of a turn and the arrival that led it, from the record.
pub(super) fn assembled(tx: &Tx<'_>, turn: &Turn) -> Result<Assembled, LedgerError> {
    let messages = tx.turns().of_turn(turn.id)?;
    let joined: Vec<_> = messages.iter().filter_map(|message| message.request_id).collect();
    let leading = tx.requests().get(turn.request_id)?.ok_or_else(|| missing(turn.request_id))?;
    let arrival = tx.arrivals().get(&leading.event_id)?.ok_or_else(|| missing(leading.id))?;
    let automated = Automated::recorded(&leading, arrival)
        .ok_or_else(|| LedgerError::Invalid(format!("turn {} was opened early", turn.id)))?;
    Ok(pipeline::assemble_context(automated, &joined, turn.id))
}

/// What a stopped or broken run had written so far stays in the conversation.
fn keep_partial(
    tx: &mut Tx<'_>,
    turn: &Turn,
    partial: Option<(MessageId, String)>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let Some((id, text)) = partial else { return Ok(()) };
    let message = Message {
        id,
        turn_id: turn.id,
        request_id: None,
        role: Role::Assistant,
        parts: vec![Part::Text(text)],
        created_at: now,
    };
    turn::add_message(tx, &turn.session_key, message)
}

/// A run that ended at a limit says so in the conversation, behind what the model said last.
fn keep_last_word(
    tx: &mut Tx<'_>,
    clock: &dyn Clock,
    turn: &Turn,
    reply: &str,
) -> Result<(), LedgerError> {
    let messages = tx.turns().of_turn(turn.id)?;
    let said = messages.iter().rev().find(|message| message.role == Role::Assistant);
    let said = said.map(Message::text).unwrap_or_default();
    let text = reply.strip_prefix(said.as_str()).unwrap_or(reply).trim();
    if text.is_empty() {
        return Ok(());
    }
    let now = clock.now();
    let message = Message {
        id: MessageId::from_parts(now, clock.entropy()),
        turn_id: turn.id,
        request_id: None,
        role: Role::Assistant,
        parts: vec![Part::Text(text.to_owned())],
        created_at: now,
    };
    turn::add_message(tx, &turn.session_key, message)
}

/// A reply whose calls have no results on record would make the next turn unreadable for a model:
/// each such call gets the result that is true of it. What was handed to the caller stays open: its
/// result comes with the next message, or never.
fn settle_calls(
    tx: &mut Tx<'_>,
    clock: &dyn Clock,
    turn: &Turn,
    stop_reason: StopReason,
) -> Result<(), LedgerError> {
    let messages = tx.turns().of_turn(turn.id)?;
    let answered: Vec<&str> = messages
        .iter()
        .flat_map(|message| &message.parts)
        .filter_map(|part| match part {
            Part::ToolResult(result) => Some(result.call_id.as_str()),
            _ => None,
        })
        .collect();
    let calls = messages.iter().flat_map(Message::tool_calls);
    let open: Vec<_> = calls.filter(|call| !answered.contains(&call.id.as_str())).collect();
    if open.is_empty() {
        return Ok(());
    }
    let now = clock.now();
    let mut records = tx.turns().tool_calls(&[turn.id])?;
    if stop_reason == StopReason::ClientTools {
        let theirs = records.iter_mut().filter(|record| open.iter().any(|c| c.id == record.id));
        for record in theirs {
            record.status = ToolCallStatus::HandedOut;
            record.completed_at = Some(now);
            tx.turns().put_tool_call(record)?;
        }
        return Ok(());
    }
    let mut results = Vec::new();
    for call in open {
        let record = records.iter_mut().find(|record| record.id == call.id);
        let (content, is_error) = match record {
            Some(record) => settle(tx, record, now)?,
            None => ("it was not run".to_owned(), true),
        };
        let result = ToolResult { call_id: call.id.clone(), content, is_error };
        results.push(Part::ToolResult(result));
    }
    let message = Message {
        id: MessageId::from_parts(now, clock.entropy()),
        turn_id: turn.id,
        request_id: None,
        role: Role::Tool,
        parts: results,
        created_at: now,
    };
    turn::add_message(tx, &turn.session_key, message)
}

fn settle(
    tx: &mut Tx<'_>,
    record: &mut nexus_domain::agent::ToolCallRecord,
    now: Timestamp,
) -> Result<(String, bool), LedgerError> {
    let (status, text) = match record.status {
        ToolCallStatus::Completed | ToolCallStatus::Failed => {
            let is_error = record.status == ToolCallStatus::Failed;
            return Ok((record.result.clone().unwrap_or_default(), is_error));
        }
        ToolCallStatus::Pending | ToolCallStatus::Waiting | ToolCallStatus::HandedOut => {
            (ToolCallStatus::Failed, "the run was stopped before this ran")
        }
        ToolCallStatus::Running | ToolCallStatus::Unknown => {
            (ToolCallStatus::Unknown, "the run was stopped while this ran; it may have happened")
        }
    };
    record.status = status;
    record.result = Some(text.to_owned());
    record.completed_at = Some(now);
    tx.turns().put_tool_call(record)?;
    let subject = audit::tool_call(record.turn_id, &record.id);
    tx.audit().end(&subject, now, audit::word(record.status))?;
    Ok((text.to_owned(), true))
}

fn end_turn(
    tx: &mut Tx<'_>,
    turn: &mut Turn,
    outcome: &RunOutcome,
    now: Timestamp,
) -> Result<(), LedgerError> {
    turn.status = match outcome.stop_reason {
        StopReason::Error => TurnStatus::Failed,
        StopReason::Aborted => TurnStatus::Aborted,
        StopReason::EndTurn
        | StopReason::ClientTools
        | StopReason::MaxTokens
        | StopReason::Limit => TurnStatus::Completed,
    };
    turn.stop_reason = Some(outcome.stop_reason);
    turn.error.clone_from(&outcome.error);
    turn.completed_at = Some(now);
    tx.turns().save(turn)?;
    let event = Event::TurnCompleted {
        turn_id: turn.id,
        session_key: turn.session_key.clone(),
        status: turn.status,
        stop_reason: outcome.stop_reason,
        error: outcome.error.as_ref().map(|error| error.message.clone()),
        usage: turn.usage,
        cost: turn.cost,
    };
    tx.events().record(now, &event)?;
    Ok(())
}

fn deliver_and_finalize(
    tx: &mut Tx<'_>,
    clock: &dyn Clock,
    turn: &Turn,
    ran: Ran,
    holds: &Holds,
) -> Result<(), LedgerError> {
    let ran_trace = StageTrace {
        stage: Stage::RunAgent,
        started_at: turn.started_at,
        duration_us: clock.now().ms_since(turn.started_at).saturating_mul(1_000),
        outcome: match turn.status {
            TurnStatus::Failed => StageOutcome::Failed,
            TurnStatus::Aborted => StageOutcome::Ended,
            _ => StageOutcome::Passed,
        },
        note: run_note(turn),
    };
    let began = (clock.now(), clock.monotonic_us());
    let reply = tx.requests().get(turn.request_id)?.and_then(|request| request.wish.reply);
    let (outcome, note) = match pipeline::plan_delivery(&ran) {
        DeliveryPlan::Recorded => (StageOutcome::Passed, "the sender reads the ledger".to_owned()),
        DeliveryPlan::Nothing => (StageOutcome::Skipped, "nothing to say".to_owned()),
        DeliveryPlan::Send { text } => {
            let mut notes = Vec::new();
            for recipient in recipients(&ran.arrival, reply.as_ref()) {
                let text = text.clone();
                let id = enqueue_delivery(tx, clock, turn.request_id, recipient, text, holds)?;
                notes.push(format!("in the outbox as {id}"));
            }
            match notes.is_empty() {
                true => (StageOutcome::Passed, "nobody waits; it stands in the record".to_owned()),
                false => (StageOutcome::Passed, notes.join(", ")),
            }
        }
    };
    let delivered_trace = stage_trace(clock, Stage::DeliverResponse, began, outcome, note);
    let delivered = pipeline::deliver_response(ran);
    let began = (clock.now(), clock.monotonic_us());
    let finalized = pipeline::finalize(delivered);
    let now = clock.now();
    for request_id in finalized.request_ids {
        let note = match finalized.status {
            RequestStatus::Completed => "completed",
            RequestStatus::Cancelled => "stopped",
            _ => "failed",
        };
        let last = stage_trace(clock, Stage::Finalize, began, StageOutcome::Passed, note.into());
        let traces = [ran_trace.clone(), delivered_trace.clone(), last];
        trace::write(tx, request_id, &traces, now)?;
        turn::finish_request(tx, request_id, finalized.status, finalized.error.clone(), now)?;
    }
    Ok(())
}

/// Whom a reply is sent to.
#[derive(Clone, Copy)]
enum Recipient<'a> {
    /// Whoever asked.
    Asker(&'a Arrival),
    /// Somebody else, by the configuration.
    Other(&'a ReplyTarget),
}

/// Whom a reply is sent to: whoever asked, unless the wish of the request says otherwise.
fn recipients<'a>(arrival: &'a Arrival, reply: Option<&'a ReplyWish>) -> Vec<Recipient<'a>> {
    let is_awaited = reply.is_none_or(|reply| reply.is_awaited);
    let asker = is_awaited.then_some(Recipient::Asker(arrival));
    let other = reply.and_then(|reply| reply.to.as_ref()).map(Recipient::Other);
    asker.into_iter().chain(other).collect()
}

fn run_note(turn: &Turn) -> String {
    let model = turn.model.as_deref().unwrap_or("no model");
    let steps = if turn.n_steps == 1 { "step" } else { "steps" };
    let tokens = turn.usage.total_tokens();
    match &turn.error {
        Some(error) => format!("{model}: {}", error.message),
        None => format!("{model}, {} {steps}, {tokens} tokens", turn.n_steps),
    }
}

fn stage_trace(
    clock: &dyn Clock,
    stage: Stage,
    (started_at, started_us): (Timestamp, u64),
    outcome: StageOutcome,
    note: String,
) -> StageTrace {
    let duration_us = clock.monotonic_us().saturating_sub(started_us);
    StageTrace { stage, started_at, duration_us, outcome, note }
}

/// The intent to send, on record before anything is sent.
fn enqueue_delivery(
    tx: &mut Tx<'_>,
    clock: &dyn Clock,
    request_id: RequestId,
    recipient: Recipient<'_>,
    text: String,
    holds: &Holds,
) -> Result<DeliveryId, LedgerError> {
    let now = clock.now();
    if let (Recipient::Asker(_), Some(growing)) = (recipient, tx.outbox().growing(request_id)?) {
        // Its first part is out; the rest takes the same way.
        tx.outbox().finish(growing.delivery.id, now, &text)?;
        return Ok(growing.delivery.id);
    }
    let id = DeliveryId::from_parts(now, clock.entropy());
    let ((channel, account_id), target) = match recipient {
        Recipient::Asker(arrival) => {
            let target = jobs::outbox::Target {
                to: arrival.peer_id.clone(),
                thread_id: arrival.thread_id.clone(),
                reply_to_id: Some(answered(tx, request_id, arrival)?),
            };
            ((&arrival.channel, &arrival.account_id), target)
        }
        Recipient::Other(other) => {
            let to = other.peer_id.clone();
            let target = jobs::outbox::Target { to, thread_id: None, reply_to_id: None };
            ((&other.channel, &other.account_id), target)
        }
    };
    let hold_ms = holds.get(channel).copied().unwrap_or_default();
    let fresh = tx.outbox().enqueue(&Delivery {
        id,
        request_id,
        adapter: jobs::adapters::key(channel, account_id),
        target: serde_json::to_value(target)?,
        text,
        idempotency_key: id.to_string(),
        created_at: now,
        due_at: now.plus_ms(hold_ms),
    })?;
    debug_assert!(fresh, "a delivery id is made here, so it cannot be known");
    Ok(id)
}

/// A message that has begun to grow and gets no reply is to read as the conversation does.
fn leave_as_written(
    tx: &mut Tx<'_>,
    turn: &Turn,
    written: Option<String>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let Some(growing) = tx.outbox().growing(turn.request_id)? else { return Ok(()) };
    let text = written.unwrap_or(growing.delivery.text);
    tx.outbox().finish(growing.delivery.id, now, &text)
}

/// The message that a reply answers, in the words of its channel. A request that does another one
/// again answers what that one answered.
fn answered(tx: &Tx<'_>, id: RequestId, arrival: &Arrival) -> Result<String, LedgerError> {
    let mut replayed = tx.requests().get(id)?.and_then(|request| request.replays);
    let mut event_id = arrival.event_id.clone();
    while let Some(id) = replayed {
        let request = tx.requests().get(id)?.ok_or_else(|| missing(id))?;
        let first = tx.arrivals().get(&request.event_id)?.ok_or_else(|| missing(id))?;
        (event_id, replayed) = (first.event_id, request.replays);
    }
    Ok(event_id)
}

/// Takes a request out of the queue and ends it as cancelled.
pub(super) fn drop_queued(
    tx: &mut Tx<'_>,
    request_id: RequestId,
    now: Timestamp,
) -> Result<(), LedgerError> {
    tx.queue().remove(&[request_id])?;
    let error = Some("dropped from the queue".to_owned());
    turn::finish_request(tx, request_id, RequestStatus::Cancelled, error, now)
}
