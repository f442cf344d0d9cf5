//! Turns and the queue behind them, as steps of a write transaction.

use nexus_agent::port::Clock;
use nexus_domain::Timestamp;
use nexus_domain::agent::{StopReason, ToolCallRecord, ToolCallStatus, Turn, TurnStatus};
use nexus_domain::event::Event;
use nexus_domain::id::{MessageId, RequestId, SessionKey, TurnId};
use nexus_domain::message::{Cost, CostBasis, Message, Part, Role, ToolCall, Usage};
use nexus_domain::pipeline::{self, Admitted, Automated, Stage};
use nexus_domain::principal::Principal;
use nexus_domain::request::{Request, RequestStatus, StageOutcome, StageTrace, WishedCall};
use nexus_domain::session::{QueueMode, next_batch};
use nexus_ledger::{LedgerError, Tx};

use super::receive::purpose;
use super::stages::missing;
use super::{label, trace};

/// A request that is about to get its turn.
pub(super) struct Opening {
    request: Request,
    automated: Automated,
}

impl Opening {
    pub(super) fn new(request: Request, automated: &Automated) -> Self {
        Self { request, automated: automated.clone() }
    }
}

/// Finds the session that a request goes into, which may go by another key by now, and makes sure
/// that it exists. A stranger's key leads nowhere else, whoever it belonged to before.
pub(super) fn settle_session(
    tx: &mut Tx<'_>,
    admitted: &mut Admitted,
    now: Timestamp,
) -> Result<SessionKey, LedgerError> {
    if !matches!(admitted.identified.principal, Principal::Unknown(_)) {
        let mut key = admitted.session_key.clone();
        if admitted.identified.received.wish.session_key.is_some() {
            key = tx.sessions().resolve(&key)?;
        }
        let settled = tx.sessions().settle(&key)?;
        if let Some(earlier_key) = settled.earlier_key {
            let session_key = settled.key.clone();
            tx.events().record(now, &Event::SessionRenamed { session_key, earlier_key })?;
        }
        admitted.session_key = settled.key;
    }
    ensure_session(tx, admitted, now)?;
    Ok(admitted.session_key.clone())
}

fn ensure_session(tx: &mut Tx<'_>, admitted: &Admitted, now: Timestamp) -> Result<(), LedgerError> {
    let (key, agent_id) = (&admitted.session_key, &admitted.agent_id);
    if tx.sessions().ensure(key, agent_id, now)? {
        let event = Event::SessionCreated { session_key: key.clone(), agent_id: agent_id.clone() };
        tx.events().record(now, &event)?;
    }
    Ok(())
}

/// How a request queues: as it says, as its session says, or as its kind of conversation does.
pub(super) fn queue_mode(tx: &Tx<'_>, admitted: &Admitted) -> Result<QueueMode, LedgerError> {
    if let Some(wished) = admitted.identified.received.wish.queue_mode {
        return Ok(wished);
    }
    let session = tx.sessions().get(&admitted.session_key)?;
    Ok(session.and_then(|session| session.defaults.queue_mode).unwrap_or(admitted.queue_mode))
}

/// Puts a request into the durable queue of its session.
pub(super) fn enqueue(
    tx: &mut Tx<'_>,
    session_key: &SessionKey,
    mut request: Request,
    enrichment: &[String],
    now: Timestamp,
) -> Result<(), LedgerError> {
    request.status = RequestStatus::Queued;
    request.enrichment = enrichment.to_vec();
    tx.requests().save(&request)?;
    tx.queue().push(session_key, request.id, request.queue_mode, now)?;
    let event = Event::RequestQueued {
        request_id: request.id,
        session_key: session_key.clone(),
        mode: request.queue_mode,
    };
    tx.events().record(now, &event)?;
    Ok(())
}

/// Stage 5: opens a turn for one or more requests of a session. `traces` belong to the first.
pub(super) fn open(
    tx: &mut Tx<'_>,
    clock: &dyn Clock,
    session_key: &SessionKey,
    openings: Vec<Opening>,
    traces: Vec<StageTrace>,
) -> Result<TurnId, LedgerError> {
    let now = clock.now();
    let Some(leading) = openings.first() else {
        return Err(LedgerError::Invalid("a turn needs a request".to_owned()));
    };
    let turn_id = TurnId::from_parts(now, clock.entropy());
    let merged: Vec<_> = openings.iter().skip(1).map(|opening| opening.request.id).collect();
    let assembled = pipeline::assemble_context(leading.automated.clone(), &merged, turn_id);
    let title = purpose(&leading.automated.admitted.identified.received.arrival.content);
    let turn = new_turn(turn_id, &leading.automated.admitted, leading.request.id, now);
    tx.turns().create(&turn)?;
    tx.sessions().touch(session_key, Some(&title), now)?;
    trace::write(tx, leading.request.id, &traces, now)?;
    let event = Event::TurnCreated {
        turn_id,
        session_key: session_key.clone(),
        request_ids: assembled.request_ids,
    };
    tx.events().record(now, &event)?;
    for opening in openings {
        join(tx, clock, session_key, turn_id, opening)?;
    }
    Ok(turn_id)
}

/// A request joins a turn: its text becomes a message of the session.
fn join(
    tx: &mut Tx<'_>,
    clock: &dyn Clock,
    session_key: &SessionKey,
    turn_id: TurnId,
    opening: Opening,
) -> Result<(), LedgerError> {
    let Opening { mut request, automated } = opening;
    let now = clock.now();
    request.turn_id = Some(turn_id);
    request.status = RequestStatus::Processing;
    request.stage = Stage::RunAgent;
    request.enrichment.clone_from(&automated.enrichment);
    tx.requests().save(&request)?;
    let arrival = &automated.admitted.identified.received.arrival;
    if pipeline::Compaction::asked_by(arrival).is_some() {
        return Ok(());
    }
    let principal = &automated.admitted.identified.principal;
    label::message(tx, (session_key, turn_id), principal, arrival, now)?;
    if let Some(parent) = &request.parent {
        // What an agent hands down may hold whatever it has seen.
        tx.inherit_labels(&parent.session_key, session_key, now)?;
    }
    let brief = tx.briefs().of(request.id)?.unwrap_or_default();
    let (brought, is_whole) = (brief.parts, brief.is_whole);
    let (results, mut parts): (Vec<_>, Vec<_>) =
        brought.into_iter().partition(|part| matches!(part, Part::ToolResult(_)));
    // Whoever brings the message itself gives it a title beside.
    let is_brought =
        is_whole || !results.is_empty() || parts.iter().any(|part| matches!(part, Part::Text(_)));
    if !is_brought {
        parts.insert(0, Part::Text(arrival.content.clone()));
    }
    for file in &arrival.attachments {
        let text = format!("\n[attached: {} ({})]", file.filename, file.content_type);
        parts.push(Part::Text(text));
    }
    // Results of the caller's tools go on with what the agent said.
    for (role, parts) in [(Role::Tool, results), (Role::User, parts)] {
        if !parts.is_empty() {
            let message = Message {
                id: MessageId::from_parts(now, clock.entropy()),
                turn_id,
                request_id: Some(request.id),
                role,
                parts,
                created_at: now,
            };
            add_message(tx, session_key, message)?;
        }
    }
    let asked_at = now;
    match &request.wish.call {
        Some(call) => put_call(tx, clock, (session_key, turn_id), call, asked_at),
        None => Ok(()),
    }
}

/// Id of the call in a turn that is one call.
pub const ONE_CALL_ID: &str = "asked";

/// A call that was asked for by name stands in the conversation as the agent's own: what runs it,
/// decides about it and takes it up after a crash is the same.
fn put_call(
    tx: &mut Tx<'_>,
    clock: &dyn Clock,
    (session_key, turn_id): (&SessionKey, TurnId),
    call: &WishedCall,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let id = ONE_CALL_ID.to_owned();
    let (name, arguments) = (call.tool.clone(), call.arguments.clone());
    let part = ToolCall { id: id.clone(), name: name.clone(), arguments: arguments.clone() };
    let message = Message {
        id: MessageId::from_parts(now, clock.entropy()),
        turn_id,
        request_id: None,
        role: Role::Assistant,
        parts: vec![Part::ToolCall(part)],
        created_at: now,
    };
    add_message(tx, session_key, message)?;
    tx.turns().put_tool_call(&ToolCallRecord {
        id,
        turn_id,
        name,
        arguments,
        status: ToolCallStatus::Pending,
        result: None,
        record: None,
        started_at: None,
        completed_at: None,
    })
}

/// Adds a message and tells of it.
pub(super) fn add_message(
    tx: &mut Tx<'_>,
    session_key: &SessionKey,
    message: Message,
) -> Result<(), LedgerError> {
    let now = message.created_at;
    tx.turns().add_message(session_key, &message)?;
    tx.sessions().touch(session_key, None, now)?;
    let event = Event::MessageRecorded { session_key: session_key.clone(), message };
    tx.events().record(now, &event)?;
    Ok(())
}

/// Whether a pause keeps requests from their turn.
pub(super) fn is_held(
    tx: &Tx<'_>,
    requests: &[Request],
    now: Timestamp,
) -> Result<bool, LedgerError> {
    let has_parent = requests.iter().all(|request| request.parent.is_some());
    Ok(tx.pauses().at(now)?.is_some_and(|paused| paused.holds_request(has_parent)))
}

/// Opens a turn for whatever waits in a session, if anything does and no pause holds it.
pub(super) fn open_next(
    tx: &mut Tx<'_>,
    clock: &dyn Clock,
    session_key: &SessionKey,
) -> Result<Option<TurnId>, LedgerError> {
    let mut requests = Vec::new();
    for request_id in next_batch(&tx.queue().waiting(session_key)?) {
        let request = tx.requests().get(request_id)?.ok_or_else(|| missing(request_id))?;
        // A call that was asked for by name, or a brief, has a turn to itself.
        let is_alone = request.wish.call.is_some() || tx.briefs().of(request_id)?.is_some();
        if is_alone && !requests.is_empty() {
            break;
        }
        requests.push(request);
        if is_alone {
            break;
        }
    }
    if requests.is_empty() || is_held(tx, &requests, clock.now())? {
        return Ok(None);
    }
    let batch: Vec<_> = requests.iter().map(|request| request.id).collect();
    tx.queue().remove(&batch)?;
    let mut openings = Vec::new();
    let mut traces = Vec::new();
    for request in requests {
        let request_id = request.id;
        let arrival = tx.arrivals().get(&request.event_id)?.ok_or_else(|| missing(request_id))?;
        let now = clock.now();
        let waited = StageTrace {
            stage: Stage::AssembleContext,
            started_at: request.started_at,
            duration_us: now.ms_since(request.started_at).saturating_mul(1_000),
            outcome: StageOutcome::Passed,
            note: match openings.is_empty() {
                true => "waited for the session".to_owned(),
                false => "waited for the session, joined the turn before it".to_owned(),
            },
        };
        let automated = Automated::recorded(&request, arrival).ok_or_else(|| {
            LedgerError::Invalid(format!("request {request_id} was queued early"))
        })?;
        match openings.is_empty() {
            true => traces.push(waited),
            false => trace::write(tx, request_id, &[waited], now)?,
        }
        openings.push(Opening { request, automated });
    }
    open(tx, clock, session_key, openings, traces).map(Some)
}

/// Records what an automation answered in the agent's place, as a turn that ended at once: the
/// conversation shows it like any other.
pub(super) fn record_answer(
    tx: &mut Tx<'_>,
    clock: &dyn Clock,
    admitted: &Admitted,
    by: &str,
    text: String,
) -> Result<(), LedgerError> {
    let now = clock.now();
    let mut admitted = admitted.clone();
    settle_session(tx, &mut admitted, now)?;
    let admitted = &admitted;
    let received = &admitted.identified.received;
    let mut request =
        tx.requests().get(received.request_id)?.ok_or_else(|| missing(received.request_id))?;
    request.principal = Some(admitted.identified.principal.clone());
    request.session_key = Some(admitted.session_key.clone());
    request.agent_id = Some(admitted.agent_id.clone());
    let turn_id = TurnId::from_parts(now, clock.entropy());
    let turn = Turn {
        status: TurnStatus::Completed,
        model: Some(format!("automation/{by}")),
        stop_reason: Some(StopReason::EndTurn),
        completed_at: Some(now),
        ..new_turn(turn_id, admitted, request.id, now)
    };
    tx.turns().create(&turn)?;
    let title = purpose(&received.arrival.content);
    tx.sessions().touch(&admitted.session_key, Some(&title), now)?;
    let event = Event::TurnCreated {
        turn_id,
        session_key: admitted.session_key.clone(),
        request_ids: vec![request.id],
    };
    tx.events().record(now, &event)?;
    let opening = Opening {
        request,
        automated: Automated { admitted: admitted.clone(), enrichment: Vec::new() },
    };
    join(tx, clock, &admitted.session_key, turn_id, opening)?;
    let answer = Message {
        id: MessageId::from_parts(now, clock.entropy()),
        turn_id,
        request_id: None,
        role: Role::Assistant,
        parts: vec![Part::Text(text)],
        created_at: now,
    };
    add_message(tx, &admitted.session_key, answer)?;
    let event = Event::TurnCompleted {
        turn_id,
        session_key: admitted.session_key.clone(),
        status: turn.status,
        stop_reason: StopReason::EndTurn,
        error: None,
        usage: turn.usage,
        cost: turn.cost,
    };
    tx.events().record(now, &event)?;
    Ok(())
}

fn new_turn(turn_id: TurnId, admitted: &Admitted, request_id: RequestId, now: Timestamp) -> Turn {
    Turn {
        id: turn_id,
        session_key: admitted.session_key.clone(),
        request_id,
        agent_id: admitted.agent_id.clone(),
        status: TurnStatus::Running,
        model: None,
        usage: Usage::default(),
        cost: Cost { micro_usd: 0, basis: CostBasis::Free },
        n_steps: 0,
        stop_reason: None,
        error: None,
        started_at: now,
        completed_at: None,
    }
}

/// Closes the books of one request.
pub(super) fn finish_request(
    tx: &mut Tx<'_>,
    request_id: RequestId,
    status: RequestStatus,
    error: Option<String>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let mut request = tx.requests().get(request_id)?.ok_or_else(|| missing(request_id))?;
    if request.status.is_final() {
        return Ok(());
    }
    tx.sender_waits().remove(request_id)?;
    request.status = status;
    request.error.clone_from(&error);
    request.completed_at = Some(now);
    if let Some(last) = request.stages.last() {
        request.stage = request.stage.max(last.stage);
    }
    tx.requests().save(&request)?;
    let duration_ms = now.ms_since(request.started_at);
    let session_key = request.session_key;
    let session = session_key.as_ref().map(tracing::field::display);
    tracing::info!(request = %request_id, session, ?status, duration_ms, "a request ends");
    let event = Event::RequestCompleted { request_id, session_key, status, error, duration_ms };
    tx.events().record(now, &event)?;
    Ok(())
}
