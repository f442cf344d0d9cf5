//! Requests and their traces.

use std::sync::Arc;

use nexus_domain::arrival::Arrival;
use nexus_domain::failure::Failure;
use nexus_domain::pipeline::{CONTROL_CHANNEL, Wish};
use nexus_domain::principal::Principal;
use nexus_domain::request::Request;
use nexus_domain::schedule::SCHEDULE_CHANNEL;
use nexus_iam::Permit;
use nexus_ledger::RequestFilter;
use nexus_protocol::request::{
    CancelParams, CancelResult, GetParams, GetResult, ListParams, ListResult, ReplayParams,
    ReplayResult,
};
use sha2::{Digest as _, Sha256};

use super::session::page_len;
use super::{person, sees_agent};
use crate::context::Context;
use crate::engine::{self, Admission, Submission};

/// Lists requests, the latest first.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    params: ListParams,
) -> Result<ListResult, Failure> {
    let limit = page_len(params.limit)?;
    let filter =
        RequestFilter { session: params.session_key, status: params.status, before: params.before };
    let mut requests = context.ledger.read(move |r| r.requests().list(&filter, limit + 1)).await?;
    let has_more = requests.len() > limit as usize;
    requests.truncate(limit as usize);
    Ok(ListResult { requests, has_more })
}

/// Shows one request with everything that belongs to it.
pub async fn get(
    context: &Arc<Context>,
    _permit: Permit,
    params: GetParams,
) -> Result<GetResult, Failure> {
    let found = context
        .ledger
        .read(move |r| {
            let id = r.requests().find(&params.id)?;
            let Some(request) = r.requests().get(id)? else { return Ok(None) };
            let Some(arrival) = r.arrivals().get(&request.event_id)? else { return Ok(None) };
            let sent = match request.turn_id {
                None => Vec::new(),
                Some(turn_id) => r.requests().sent_by(turn_id)?,
            };
            let (turn, tool_calls, permissions) = match request.turn_id {
                None => (None, Vec::new(), Vec::new()),
                Some(turn_id) => (
                    r.turns().get(turn_id)?,
                    r.turns().tool_calls(&[turn_id])?,
                    r.permissions().of_turn(turn_id)?,
                ),
            };
            let asked = r.permissions().about_sender(id)?;
            let permissions = asked.into_iter().chain(permissions).collect();
            let labels = match &request.session_key {
                None => Vec::new(),
                Some(key) => r.labels().of_session(key)?,
            };
            let replayed_by = r.requests().replays_of(id)?;
            Ok(Some(GetResult {
                request,
                arrival,
                turn,
                sent,
                replayed_by,
                tool_calls,
                permissions,
                labels,
            }))
        })
        .await?;
    found.ok_or_else(|| Failure::not_found("there is no such request"))
}

/// Stops one request.
pub async fn cancel(
    context: &Arc<Context>,
    _permit: Permit,
    params: CancelParams,
) -> Result<CancelResult, Failure> {
    let is_cancelled = engine::cancel(context, params.id).await?.is_something();
    Ok(CancelResult { id: params.id, is_cancelled })
}

/// Does a request again that has ended: as a new arrival, which enters the pipeline like any other.
///
/// What came in over the control plane is said again by whoever asks for it, with their rights. What
/// an adapter brought is said again by its sender: the reply goes to the same place, and whoever
/// asks lends it nothing.
pub async fn replay(
    context: &Arc<Context>,
    permit: Permit,
    params: ReplayParams,
) -> Result<ReplayResult, Failure> {
    let by = person(&permit, "do a request again")?;
    let id = params.id;
    let found = context.ledger.read(move |r| {
        let Some(request) = r.requests().get(id)? else { return Ok(None) };
        let brief = r.briefs().of(id)?;
        Ok(r.arrivals().get(&request.event_id)?.map(|arrival| (request, arrival, brief)))
    });
    let may_see = |request: &Request| {
        request.agent_id.as_ref().is_none_or(|agent| sees_agent(context, &permit, agent))
    };
    let found = found.await?.filter(|(request, ..)| may_see(request));
    let Some((request, arrival, brief)) = found else {
        return Err(Failure::not_found(format!("there is no request `{id}`"))
            .hint("see the requests: nexus request list"));
    };
    if !request.status.is_final() {
        return Err(Failure::conflict(format!("request `{id}` has not ended"))
            .hint(format!("wait until it has, or stop it: nexus request stop {id}")));
    }
    let arrival = Arrival {
        event_id: replay_id(&request, &by, &params.idempotency_key),
        timestamp: context.clock.now(),
        ..arrival
    };
    let mut submission = said_again(request, arrival, by);
    submission.wish.brief = brief.map(Arc::new);
    let Admission { request_id, status, is_duplicate } =
        engine::receive_event(context, submission).await?;
    Ok(ReplayResult { request_id, replays: id, status, is_duplicate })
}

fn said_again(request: Request, mut arrival: Arrival, by: Principal) -> Submission {
    // A run of a job is no message of anybody outside either.
    let is_control = arrival.channel == CONTROL_CHANNEL || arrival.channel == SCHEDULE_CHANNEL;
    let mut wish = Wish { replays: Some(request.id), run: request.wish, ..Wish::default() };
    if !is_control {
        return Submission { arrival, authenticated: None, wish };
    }
    arrival.sender_id = by.to_string();
    wish.session_key = request.session_key;
    wish.agent_id = request.agent_id;
    wish.queue_mode = Some(request.queue_mode);
    Submission { arrival, authenticated: Some(by), wish }
}

/// What a replay is recorded as: the same key of the same caller is the same replay.
fn replay_id(request: &Request, by: &Principal, idempotency_key: &str) -> String {
    let digest = Sha256::digest(format!("{by}\n{idempotency_key}"));
    format!("replay:{}:{}", request.id, hex::encode(&digest[..16]))
}
