//! Messages of somebody nobody has vouched for: put aside while a person is asked, taken up again
//! when there is an answer. The sender is told nothing, neither that somebody is asked nor that the
//! answer was no: a reply would tell any stranger that somebody is there, and could be made to
//! reach a third.

use std::sync::Arc;

use nexus_agent::port::Clock;
use nexus_domain::Timestamp;
use nexus_domain::contact::{
    AskDecision, AskFacts, EXCERPT_CHARS_MAX, NAME_CHARS_MAX, SENDER_WAITING_MAX,
    SENDERS_ASKED_MAX, SenderFacts, on_ask, plain_line,
};
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::grant::GrantScope;
use nexus_domain::id::PermissionId;
use nexus_domain::permission::{
    CanonicalAction, PERMISSION_OPEN_MS, PermissionAnswer, PermissionKind, PermissionRequest,
    PermissionStatus, Proposal,
};
use nexus_domain::pipeline::{Admitted, Exit, Received, Stage, Wish};
use nexus_domain::principal::Principal;
use nexus_domain::request::{Request, RequestStatus, StageOutcome, StageTrace};
use nexus_iam::{Effect, Reason, Verdict, canonical_action};
use nexus_ledger::{LedgerError, SenderWait, Tx};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::contact::{self, Link};
use super::stages::{Progress, RUN, RunDecision, missing};
use super::trace::{self, TraceBook};
use super::{broken, close, permission, stages, turn};
use crate::context::Context;
use crate::crash::CrashPoint;

/// The name under which a person's answer stands among the reasons of a verdict.
const ANSWER: &str = "answer";
/// What a question about a sender calls the action.
const ACTION: &str = "message";

/// Lets a message go on about which a person has said yes, if it still is the message that the
/// person was shown and goes to the same agent; otherwise a person is to be asked.
pub(super) async fn as_answered(
    context: &Context,
    admitted: Admitted,
    decision: &mut RunDecision,
) -> Result<Admitted, Exit> {
    let id = admitted.identified.received.request_id;
    let asked = context.ledger.read(move |r| r.permissions().about_sender(id)).await;
    let Some(asked) = asked.map_err(broken)? else { return Err(Exit::Parked(Box::new(admitted))) };
    let is_for_message = asked.status == PermissionStatus::Approved
        && asked.answer != Some(PermissionAnswer::ApproveAlways);
    if !is_for_message || asked.action.digest != action(&admitted).digest {
        return Err(Exit::Parked(Box::new(admitted)));
    }
    decision.verdict = verdict(Effect::Allow, permission::approval(&asked));
    Ok(admitted)
}

fn verdict(effect: Effect, text: String) -> Verdict {
    Verdict { effect, reasons: vec![Reason { policy: ANSWER.to_owned(), text }] }
}

/// What became of a message that was put aside.
enum Aside {
    /// A person is asked about it.
    Asked,
    /// It waits behind the question about an earlier one.
    Waits,
    /// Too many wait.
    Refused,
}

/// Puts a message aside until a person has said whether its sender may write: on record, so that a
/// restart changes nothing.
pub(super) async fn park(
    context: &Arc<Context>,
    admitted: Admitted,
    mut book: TraceBook,
    progress: Progress,
) {
    let request_id = admitted.identified.received.request_id;
    let Some(decision) = progress.decision else { return };
    let clock = Arc::clone(&context.clock);
    let parked = context
        .ledger
        .write(move |tx| put_aside(tx, &*clock, &admitted, &mut book, decision))
        .await;
    match parked {
        Ok(Aside::Asked) => {
            context.engine.permission_bell.send_modify(|n| *n += 1);
            CrashPoint::PermissionAsked.pass();
        }
        Ok(Aside::Waits) => {}
        Ok(Aside::Refused) => context.engine.completion_bell.send_modify(|n| *n += 1),
        Err(error) => {
            let book = TraceBook::new(Arc::clone(&context.clock));
            close::leave_early(context, request_id, broken(error), book, Progress::default()).await;
        }
    }
}

fn put_aside(
    tx: &mut Tx<'_>,
    clock: &dyn Clock,
    admitted: &Admitted,
    book: &mut TraceBook,
    mut decision: RunDecision,
) -> Result<Aside, LedgerError> {
    let now = clock.now();
    let received = &admitted.identified.received;
    let (id, arrival) = (received.request_id, &received.arrival);
    let mut request = tx.requests().get(id)?.ok_or_else(|| missing(id))?;
    let waits = tx.sender_waits().of(&arrival.channel, &arrival.sender_id)?;
    let is_own = |wait: &&SenderWait| wait.request_id == id;
    if is_ahead(&request) || waits.iter().find(is_own).is_some_and(|wait| wait.is_asked) {
        return Ok(Aside::Waits);
    }
    let n_own = waits.iter().filter(is_own).count();
    let facts = AskFacts {
        is_asked: waits.iter().any(|wait| wait.is_asked),
        n_waiting: waits.len() - n_own,
        n_asked: tx.sender_waits().n_asked()?,
    };
    request.principal = Some(admitted.identified.principal.clone());
    request.session_key = Some(admitted.session_key.clone());
    request.agent_id = Some(admitted.agent_id.clone());
    request.stage = Stage::ResolveAccess;
    request.status = RequestStatus::Parked;
    let (refusal, question) = match on_ask(facts) {
        AskDecision::Put => (None, Some(question(tx, clock, admitted, &decision)?)),
        AskDecision::Wait => (None, None),
        AskDecision::RefuseSender => (
            Some(format!(
                "{SENDER_WAITING_MAX} messages of this sender wait for an answer already"
            )),
            None,
        ),
        AskDecision::RefuseAll => {
            (Some(format!("{SENDERS_ASKED_MAX} unknown senders wait for an answer already")), None)
        }
    };
    if let Some(why) = &refusal {
        decision.verdict = verdict(Effect::Deny, why.clone());
        book.end(StageOutcome::Ended, decision.verdict.to_string());
    }
    tx.requests().save(&request)?;
    trace::write_new(tx, &request, &book.take(), now)?;
    if refusal.is_some() {
        decision.audit(tx, id, now)?;
        let why = Some(decision.verdict.to_string());
        turn::finish_request(tx, id, RequestStatus::Denied, why, now)?;
        return Ok(Aside::Refused);
    }
    let asked = question.as_ref().map(|question| question.id);
    if let Some(question) = question {
        decision.audit(tx, id, now)?;
        tx.permissions().create(&question)?;
        let event = Event::PermissionRequested { permission: Box::new(question) };
        tx.events().record(now, &event)?;
    }
    tx.sender_waits().put(id, &arrival.channel, &arrival.sender_id, asked)?;
    Ok(if asked.is_some() { Aside::Asked } else { Aside::Waits })
}

/// Whether a request has its turn, or has ended: then whoever drives it again came too late.
pub(super) fn is_ahead(request: &Request) -> bool {
    request.turn_id.is_some()
        || !matches!(request.status, RequestStatus::Processing | RequestStatus::Parked)
}

/// Exactly what a person says yes or no to: this message of this sender, to this agent.
fn action(admitted: &Admitted) -> CanonicalAction {
    let arrival = &admitted.identified.received.arrival;
    let mut content = Sha256::new();
    content.update(arrival.content.as_bytes());
    content.update(json!(arrival.attachments).to_string().as_bytes());
    let arguments = json!({
        "agent": admitted.agent_id,
        "channel": arrival.channel,
        "account": arrival.account_id,
        "sender": arrival.sender_id,
        "conversation": arrival.peer_id,
        "event": arrival.event_id,
        "attachments": arrival.attachments.len(),
        "content_sha256": hex::encode(content.finalize()),
    });
    let from = sender_text(&arrival.channel, &arrival.sender_id);
    let name = arrival.sender_name.as_deref().and_then(shown_name);
    let name = name.map(|name| format!(", shown as “{name}”")).unwrap_or_default();
    let excerpt = plain_line(&arrival.content, EXCERPT_CHARS_MAX);
    let files = match arrival.attachments.len() {
        0 => String::new(),
        n => format!(" [files: {n}]"),
    };
    canonical_action(ACTION, format!("{from}{name}: {excerpt}{files}"), arguments, Vec::new())
}

/// A sender for people, in a form that cannot be mistaken for anything around it.
fn sender_text(channel: &str, sender_id: &str) -> String {
    let line = |text: &str| plain_line(text, NAME_CHARS_MAX);
    format!("{}:{}", line(channel), line(sender_id))
}

/// A name as shown: without what could end the quotation it stands in.
pub(super) fn shown_name(name: &str) -> Option<String> {
    let name = plain_line(name, NAME_CHARS_MAX);
    let name: String = name.chars().filter(|c| !matches!(c, '“' | '”' | '"')).collect();
    Some(name).filter(|name| !name.trim().is_empty())
}

fn question(
    tx: &Tx<'_>,
    clock: &dyn Clock,
    admitted: &Admitted,
    decision: &RunDecision,
) -> Result<PermissionRequest, LedgerError> {
    let now = clock.now();
    let received = &admitted.identified.received;
    let arrival = &received.arrival;
    let contact = tx.identity().contact(&arrival.channel, &arrival.sender_id)?;
    let mut reason = decision.verdict.to_string();
    if tx.permissions().about_sender(received.request_id)?.is_some() {
        reason.push_str("; asked again because things have changed since the answer");
    }
    if let Some(guess) = contact.as_ref().and_then(|contact| contact.belongs_to.as_ref()) {
        let (id, number) = (&guess.entity.id, guess.confidence.number());
        reason.push_str(&format!("; a guess of {number} that nobody confirmed: person:{id}"));
    }
    let name = arrival.sender_name.as_deref().and_then(shown_name);
    let sender = SenderFacts {
        channel: arrival.channel.clone(),
        account_id: arrival.account_id.clone(),
        sender_id: arrival.sender_id.clone(),
        name: name.or_else(|| contact.as_ref().and_then(|contact| contact.name.clone())),
        first_seen: contact.as_ref().map_or(received.received_at, |contact| contact.first_seen),
        n_seen: contact.as_ref().map_or(1, |contact| contact.n_seen),
        excerpt: plain_line(&arrival.content, EXCERPT_CHARS_MAX),
    };
    Ok(PermissionRequest {
        id: PermissionId::from_parts(now, clock.entropy()),
        kind: PermissionKind::Sender,
        request_id: received.request_id,
        turn_id: None,
        tool_call_id: None,
        sender: Some(Box::new(sender)),
        session_key: admitted.session_key.clone(),
        agent_id: admitted.agent_id.clone(),
        chain: decision.chain.clone(),
        action: action(admitted),
        reason,
        status: PermissionStatus::Pending,
        created_at: now,
        proposals: proposals(admitted),
        expires_at: now.plus_ms(PERMISSION_OPEN_MS),
        seen_at: None,
        answer: None,
        resolved_by: None,
        resolved_at: None,
        comment: None,
        grant_id: None,
        signature: None,
    })
}

/// Where an answer for longer would hold.
fn proposals(admitted: &Admitted) -> Vec<Proposal> {
    let arrival = &admitted.identified.received.arrival;
    let from = sender_text(&arrival.channel, &arrival.sender_id);
    let agent = &admitted.agent_id;
    let here = GrantScope { resource: Some(agent.to_string()), ..GrantScope::default() };
    vec![
        Proposal { scope: here, text: format!("messages from {from} to {agent}") },
        Proposal {
            scope: GrantScope::default(),
            text: format!("messages from {from} to every agent"),
        },
    ]
}

/// Whether a yes for good makes the sender a person, for which no grant is needed.
pub(super) fn makes_person(asked: &PermissionRequest, answer: PermissionAnswer) -> bool {
    asked.kind == PermissionKind::Sender
        && answer == PermissionAnswer::ApproveAlways
        && matches!(asked.chain.invoker(), Some(Principal::Unknown(_)))
}

/// What an answer about a sender changes, in the transaction that records it: a yes for good makes
/// a person; a no and silence end every message of the sender that waits.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    resolved: &PermissionRequest,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let Some(sender) = &resolved.sender else { return Ok(()) };
    match resolved.status {
        PermissionStatus::Approved => match (resolved.answer, &resolved.resolved_by) {
            (Some(answer), Some(by)) if makes_person(resolved, answer) => {
                let entity = contact::new_person(tx, sender)?;
                let (channel, sender_id) = (sender.channel.clone(), sender.sender_id.clone());
                let link = Link::confirmed(channel, sender_id, entity, by.clone());
                contact::link(tx, &link, now)
            }
            _ => Ok(()),
        },
        PermissionStatus::Denied | PermissionStatus::Expired => {
            let why = verdict(Effect::Deny, permission::refusal(resolved, None));
            for wait in tx.sender_waits().of(&sender.channel, &sender.sender_id)? {
                end(tx, resolved, wait, &why, now)?;
            }
            Ok(())
        }
        PermissionStatus::Pending | PermissionStatus::Withdrawn => Ok(()),
    }
}

fn end(
    tx: &mut Tx<'_>,
    resolved: &PermissionRequest,
    wait: SenderWait,
    why: &Verdict,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let id = wait.request_id;
    let request = tx.requests().get(id)?.ok_or_else(|| missing(id))?;
    let decision = RunDecision {
        chain: resolved.chain.clone(),
        action: RUN,
        resource: request.agent_id.as_ref().unwrap_or(&resolved.agent_id).to_string(),
        verdict: why.clone(),
    };
    decision.audit(tx, id, now)?;
    let waited = StageTrace {
        stage: Stage::ResolveAccess,
        started_at: request.started_at,
        duration_us: now.ms_since(request.started_at).saturating_mul(1_000),
        outcome: StageOutcome::Ended,
        note: why.to_string(),
    };
    trace::write(tx, id, &[waited], now)?;
    turn::finish_request(tx, id, RequestStatus::Denied, Some(why.to_string()), now)
}

/// Goes on after an answer is on disk. After a yes to one message that message, and the next one of
/// the sender so that it is asked about; otherwise all that wait, since each is decided anew.
pub(super) async fn go_on(context: &Arc<Context>, resolved: &PermissionRequest) {
    let Some(sender) = &resolved.sender else { return };
    if matches!(resolved.status, PermissionStatus::Denied | PermissionStatus::Expired) {
        context.engine.completion_bell.send_modify(|n| *n += 1);
        return;
    }
    let is_once = resolved.answer == Some(PermissionAnswer::ApproveOnce);
    let n_max = if is_once { 2 } else { SENDER_WAITING_MAX };
    let (channel, sender_id) = (sender.channel.clone(), sender.sender_id.clone());
    if let Err(failure) = take_up(context, channel, sender_id, n_max).await {
        // They are on record and go on after the next start.
        tracing::error!(?failure, "messages that waited could not be taken up");
    }
}

/// Lets the stages decide again about the messages of a sender that wait, the answered one first.
pub(super) async fn take_up(
    context: &Arc<Context>,
    channel: String,
    sender_id: String,
    n_max: usize,
) -> Result<(), Failure> {
    let waiting = context
        .ledger
        .read(move |r| {
            let mut waits = r.sender_waits().of(&channel, &sender_id)?;
            waits.sort_by_key(|wait| (wait.permission_id.is_none(), wait.request_id));
            let mut found = Vec::new();
            for wait in waits.into_iter().take(n_max) {
                let request = r.requests().get(wait.request_id)?;
                let request = request.ok_or_else(|| missing(wait.request_id))?;
                let arrival = r.arrivals().get(&request.event_id)?;
                let arrival = arrival.ok_or_else(|| missing(wait.request_id))?;
                found.push((request, arrival));
            }
            Ok(found)
        })
        .await?;
    for (request, arrival) in waiting {
        stages::start(context, again(&request, arrival));
    }
    Ok(())
}

/// A message that was put aside, as it came: who sent it is looked up anew, and where it goes.
pub(super) fn again(request: &Request, arrival: nexus_domain::arrival::Arrival) -> Received {
    Received {
        request_id: request.id,
        arrival,
        authenticated: None,
        wish: Wish::default(),
        received_at: request.started_at,
    }
}

/// Whether a request waits for a person's word about its sender and nobody has given it.
pub(super) async fn is_asked_about(context: &Context, request: &Request) -> Result<bool, Failure> {
    let id = request.id;
    let asked = context.ledger.read(move |r| r.permissions().about_sender(id)).await?;
    Ok(asked.is_some_and(|asked| asked.status == PermissionStatus::Pending))
}
