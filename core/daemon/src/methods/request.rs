//! Requests and their traces.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_ledger::RequestFilter;
use nexus_protocol::request::{
    CancelParams, CancelResult, GetParams, GetResult, ListParams, ListResult,
};

use super::session::page_len;
use crate::context::Context;
use crate::engine;

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
            Ok(Some(GetResult { request, arrival, turn, sent, tool_calls, permissions, labels }))
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
