//! Sessions.

mod attach;
mod change;
mod export;
mod import;
mod queue;

use std::sync::Arc;

use nexus_domain::arrival::{Arrival, Attachment, ContentType, PeerKind};
use nexus_domain::brief::Brief;
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, RequestId, SessionKey, TurnId};
use nexus_domain::pipeline::{CONTROL_CHANNEL, Compaction, Wish};
use nexus_domain::principal::Principal;
use nexus_domain::request::{Request, RequestStatus, RunWish};
use nexus_domain::session::{QueueMode, Session, one_to_one_key};
use nexus_iam::Permit;
use nexus_protocol::session::{
    AbortParams, AbortResult, CompactParams, CompactResult, GetParams, GetResult, HistoryParams,
    HistoryResult, ListParams, ListResult, PAGE_LEN_DEFAULT, PAGE_LEN_MAX, SendParams, SendResult,
};

pub use change::{delete, fork, patch, reset};
pub use export::export;
pub use import::import;
pub use queue::{queue, queue_move};

use super::sees_agent;
use crate::context::Context;
use crate::engine::{self, Admission, Cancelled, Submission};

/// Lists sessions, the latest first.
pub async fn list(
    context: &Arc<Context>,
    permit: Permit,
    params: ListParams,
) -> Result<ListResult, Failure> {
    let limit = page_len(params.limit)?;
    let (mut sessions, next_cursor) = context
        .ledger
        .read(move |r| r.sessions().list(limit, params.cursor.as_deref(), params.search.as_deref()))
        .await?;
    sessions.retain(|session| sees_agent(context, &permit, &session.agent_id));
    Ok(ListResult { sessions, next_cursor })
}

/// Shows one session with what happens in it right now.
pub async fn get(
    context: &Arc<Context>,
    permit: Permit,
    params: GetParams,
) -> Result<GetResult, Failure> {
    let wanted = params.key.clone();
    let found = context
        .ledger
        .read(move |r| {
            let key = r.sessions().resolve(&wanted)?;
            let Some(session) = r.sessions().get(&key)? else { return Ok(None) };
            let filter = nexus_ledger::PermissionFilter {
                pending_only: true,
                session: Some(key.clone()),
                before: None,
            };
            let waiting = r.permissions().list(&filter, PAGE_LEN_MAX)?;
            let mut queued = Vec::new();
            for waiting in r.queue().waiting(&key)? {
                queued.extend(r.requests().get(waiting.request_id)?);
            }
            Ok(Some(GetResult {
                labels: r.labels().of_session(&key)?,
                active_turn: r.turns().active(&key)?,
                streaming: None,
                waiting,
                queued,
                position: r.events().latest()?,
                session,
            }))
        })
        .await?;
    let found = found.filter(|found| sees_agent(context, &permit, &found.session.agent_id));
    let mut result = found.ok_or_else(|| unknown(&params.key))?;
    result.streaming = context.bus.streaming(&result.session.key);
    Ok(result)
}

/// Reads messages of a session, the newest page first.
pub async fn history(
    context: &Arc<Context>,
    permit: Permit,
    params: HistoryParams,
) -> Result<HistoryResult, Failure> {
    let limit = page_len(params.limit)?;
    if params.before.is_some() && params.offset.is_some() {
        return Err(Failure::invalid("`before` and `offset` cannot be used together"));
    }
    let wanted = params.key.clone();
    let found = context
        .ledger
        .read(move |r| {
            let key = r.sessions().resolve(&wanted)?;
            let Some(session) = r.sessions().get(&key)? else { return Ok(None) };
            let (messages, has_more) = match (params.turn_id, params.offset) {
                (Some(turn), _) => {
                    let is_here = r.turns().get(turn)?.is_some_and(|turn| turn.session_key == key);
                    let all = if is_here { r.turns().of_turn(turn)? } else { Vec::new() };
                    let has_more = all.len() > limit as usize;
                    (all.into_iter().take(limit as usize).collect(), has_more)
                }
                (None, Some(offset)) => {
                    let messages = r.turns().messages_from(&key, offset, limit)?;
                    (messages, offset > 0)
                }
                (None, None) => {
                    let mut messages = r.turns().messages(&key, params.before, limit + 1)?;
                    let has_more = messages.len() > limit as usize;
                    if has_more {
                        messages.remove(0);
                    }
                    (messages, has_more)
                }
            };
            let mut turn_ids: Vec<_> = messages.iter().map(|message| message.turn_id).collect();
            turn_ids.dedup();
            let result = HistoryResult {
                tool_calls: r.turns().tool_calls(&turn_ids)?,
                turns: r.turns().by_ids(&turn_ids)?,
                position: r.events().latest()?,
                messages,
                has_more,
            };
            Ok(Some((session.agent_id, result)))
        })
        .await?;
    let found = found.filter(|(agent, _)| sees_agent(context, &permit, agent));
    found.map(|(_, result)| result).ok_or_else(|| unknown(&params.key))
}

/// Hands a message to a session.
pub async fn send(
    context: &Arc<Context>,
    permit: Permit,
    params: SendParams,
) -> Result<SendResult, Failure> {
    let brief = attach::brief(context, &params.message, &params.attachments).await?;
    let message = ControlMessage {
        brief,
        text: params.message,
        attachments: params.attachments,
        session_key: Some(params.key),
        agent_id: params.agent_id,
        queue_mode: params.queue_mode,
        wish: RunWish::default(),
        idempotency_key: params.idempotency_key,
        compaction: None,
    };
    let Admission { request_id, status, is_duplicate } = submit(context, &permit, message).await?;
    let paused = context.pause.current().filter(|_| !status.is_final());
    Ok(SendResult { request_id, status, is_duplicate, paused })
}

/// Stops the active run of a session and answers when it has ended.
pub async fn abort(
    context: &Arc<Context>,
    permit: Permit,
    params: AbortParams,
) -> Result<AbortResult, Failure> {
    let Session { key, .. } = known(context, &permit, &params.key).await?;
    if let Some(run_id) = params.run_id {
        return cancel(context, &key, run_id, params.turn_id).await;
    }
    // The queue goes first: otherwise its head would start as soon as the run has ended.
    let n_dropped = match params.drop_queue {
        true => engine::drop_queue(context, &key).await?,
        false => 0,
    };
    let turn_id = engine::abort(context, &key, params.turn_id).await;
    let stopped = match turn_id {
        Some(_) => "The run was stopped.",
        None => "Nothing was running.",
    };
    let summary = match n_dropped {
        0 => stopped.to_owned(),
        n => format!("{stopped} {n} waiting requests were dropped."),
    };
    Ok(AbortResult { turn_id, n_dropped, summary })
}

/// Condenses the older part of a session and answers when that is done.
pub async fn compact(
    context: &Arc<Context>,
    permit: Permit,
    params: CompactParams,
) -> Result<CompactResult, Failure> {
    let session = known(context, &permit, &params.key).await?;
    let tokens_before = engine::size(context, &session.agent_id, &session.key).await?.messages;
    let message = ControlMessage {
        text: "condense the conversation".to_owned(),
        attachments: Vec::new(),
        session_key: Some(session.key.clone()),
        agent_id: None,
        queue_mode: Some(QueueMode::Followup),
        idempotency_key: params.idempotency_key,
        wish: RunWish::default(),
        brief: None,
        compaction: Some(Compaction { is_forced: params.force }),
    };
    let admission = submit(context, &permit, message).await?;
    let request = engine::ended(context, admission.request_id).await?;
    if request.status != RequestStatus::Completed {
        let why = request.error.unwrap_or_else(|| "it was stopped".to_owned());
        return Err(Failure::unavailable(format!("the session was not condensed: {why}"))
            .hint(format!("nexus request show {}", request.id)));
    }
    let size = engine::size(context, &session.agent_id, &session.key).await?;
    let is_compacted = size.messages < tokens_before;
    let summary = match is_compacted {
        true => format!("{tokens_before} tokens are {} now.", size.messages),
        false => "The conversation is short enough as it is.".to_owned(),
    };
    Ok(CompactResult {
        request_id: request.id,
        is_compacted,
        tokens_before,
        tokens_after: size.messages,
        summary,
    })
}

/// Stops one run, and nothing else of its session.
async fn cancel(
    context: &Arc<Context>,
    key: &SessionKey,
    run_id: RequestId,
    only: Option<TurnId>,
) -> Result<AbortResult, Failure> {
    let found = context.ledger.read(move |r| r.requests().get(run_id)).await?;
    let is_here = |request: &Request| {
        let is_of_turn = only.is_none() || request.turn_id == only;
        is_of_turn && request.session_key.as_ref().is_none_or(|of| of == key)
    };
    if !found.as_ref().is_some_and(is_here) {
        return Err(Failure::not_found(format!("there is no run `{run_id}` in `{key}`"))
            .hint("see its requests: nexus request list"));
    }
    let (turn_id, n_dropped, summary) = match engine::cancel(context, run_id).await? {
        Cancelled::Stopped(turn_id) => (Some(turn_id), 0, "The run was stopped."),
        Cancelled::Dropped => (None, 1, "The run had not begun and was dropped."),
        Cancelled::Nothing => (None, 0, "The run had ended already."),
    };
    Ok(AbortResult { turn_id, n_dropped, summary: summary.to_owned() })
}

/// A message that came in over the control plane.
pub(super) struct ControlMessage {
    pub(super) text: String,
    pub(super) attachments: Vec<Attachment>,
    pub(super) session_key: Option<SessionKey>,
    pub(super) agent_id: Option<AgentId>,
    pub(super) queue_mode: Option<QueueMode>,
    pub(super) wish: RunWish,
    pub(super) idempotency_key: String,
    /// What its files bring along.
    pub(super) brief: Option<Brief>,
    /// Not a message at all: the session is to be condensed.
    pub(super) compaction: Option<Compaction>,
}

/// The session of a caller that names none.
#[must_use]
pub fn own_session(principal: &Principal) -> Option<SessionKey> {
    let key = one_to_one_key(CONTROL_CHANNEL, &principal.to_string(), principal);
    SessionKey::parse(&key).ok()
}

/// Puts a message of the control plane into the pipeline, as one arrival per idempotency key.
pub(super) async fn submit(
    context: &Arc<Context>,
    permit: &Permit,
    message: ControlMessage,
) -> Result<Admission, Failure> {
    let Some(invoker) = permit.chain().invoker().cloned() else {
        return Err(Failure::internal("a permit without a principal"));
    };
    let peer = message.session_key.as_ref().map_or("main", SessionKey::as_str);
    let mut arrival = Arrival {
        peer_id: peer.to_owned(),
        attachments: message.attachments,
        ..control_arrival(context, &invoker, &message.idempotency_key, message.text)
    };
    if let Some(compaction) = message.compaction {
        compaction.mark(&mut arrival);
    }
    let (event_id, content) = (arrival.ledger_id(), arrival.content.clone());
    let wish = Wish {
        session_key: message.session_key,
        agent_id: message.agent_id,
        queue_mode: message.queue_mode,
        parent: None,
        replays: None,
        run: message.wish,
        brief: message.brief.map(Arc::new),
    };
    let submission = Submission { arrival, authenticated: Some(invoker), wish };
    let admission = engine::receive_event(context, submission).await?;
    if admission.is_duplicate {
        let first = context.ledger.read(move |r| r.arrivals().get(&event_id)).await?;
        if first.is_some_and(|first| first.content != content) {
            return Err(Failure::invalid("this idempotency key was used for another message")
                .hint("use a new key for a new message"));
        }
    }
    Ok(admission)
}

/// What comes in over the control plane, as one arrival per idempotency key.
fn control_arrival(
    context: &Context,
    invoker: &Principal,
    idempotency_key: &str,
    content: String,
) -> Arrival {
    Arrival {
        event_id: event_id(invoker, idempotency_key),
        timestamp: context.clock.now(),
        content,
        content_type: ContentType::Text,
        channel: CONTROL_CHANNEL.to_owned(),
        account_id: "local".to_owned(),
        sender_id: invoker.to_string(),
        peer_id: "main".to_owned(),
        peer_kind: PeerKind::Dm,
        attachments: Vec::new(),
        sender_name: None,
        thread_id: None,
        reply_to_id: None,
        metadata: serde_json::Map::new(),
    }
}

/// What a message is recorded as: the same key of the same caller is the same message.
fn event_id(invoker: &Principal, idempotency_key: &str) -> String {
    format!("{invoker}:{idempotency_key}")
}

/// Whether a message with this key is on record.
pub(super) async fn is_known(
    context: &Context,
    invoker: &Principal,
    idempotency_key: &str,
) -> Result<bool, Failure> {
    let id = format!("{CONTROL_CHANNEL}:{}", event_id(invoker, idempotency_key));
    let found = context.ledger.read(move |r| r.arrivals().get(&id)).await?;
    Ok(found.is_some())
}

/// Checks the length of a page.
pub(super) fn page_len(limit: Option<u32>) -> Result<u32, Failure> {
    match limit.unwrap_or(PAGE_LEN_DEFAULT) {
        limit if (1..=PAGE_LEN_MAX).contains(&limit) => Ok(limit),
        limit => Err(Failure::invalid(format!(
            "`limit` must be a whole number from 1 to {PAGE_LEN_MAX}, not {limit}"
        ))),
    }
}

/// The session that a key names, if the caller may see it.
async fn known(context: &Context, permit: &Permit, key: &SessionKey) -> Result<Session, Failure> {
    let wanted = key.clone();
    let found =
        context.ledger.read(move |r| r.sessions().get(&r.sessions().resolve(&wanted)?)).await?;
    let found = found.filter(|session| sees_agent(context, permit, &session.agent_id));
    found.ok_or_else(|| unknown(key))
}

fn unknown(key: &SessionKey) -> Failure {
    Failure::not_found(format!("there is no session `{key}`"))
        .hint("see the sessions: nexus session list; a message to a new name creates one")
}

/// Whether a request still takes place in its session.
#[must_use]
pub fn is_at_work(status: RequestStatus) -> bool {
    matches!(status, RequestStatus::Processing | RequestStatus::Parked)
}
