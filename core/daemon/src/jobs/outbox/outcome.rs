//! How the run came out that a delivery answers, for adapters that tell their callers.

use nexus_domain::agent::{StopReason, ToolCallStatus};
use nexus_domain::failure::Failure;
use nexus_domain::id::RequestId;
use nexus_domain::message::Message;
use nexus_protocol::caller::Outcome;

use crate::context::Context;

/// The outcome, from the record; `None` for an answer that no agent gave.
pub(super) async fn of(
    context: &Context,
    request_id: RequestId,
) -> Result<Option<Outcome>, Failure> {
    let read = context.ledger.read(move |r| {
        let Some(request) = r.requests().get(request_id)? else { return Ok(None) };
        let Some(turn_id) = request.turn_id else { return Ok(None) };
        let Some(turn) = r.turns().get(turn_id)? else { return Ok(None) };
        let event_id = r.arrivals().get(&request.event_id)?.map(|arrival| arrival.event_id);
        let stop_reason = turn.stop_reason.unwrap_or(StopReason::EndTurn);
        let mut tool_calls = Vec::new();
        if stop_reason == StopReason::ClientTools {
            let records = r.turns().tool_calls(&[turn_id])?;
            let is_theirs = |id: &str| {
                records.iter().any(|c| c.id == id && c.status == ToolCallStatus::HandedOut)
            };
            let messages = r.turns().of_turn(turn_id)?;
            let made = messages.iter().flat_map(Message::tool_calls);
            tool_calls.extend(made.filter(|call| is_theirs(&call.id)).cloned());
        }
        Ok(Some(Outcome {
            event_id: event_id.unwrap_or_default(),
            request_id,
            turn_id,
            model: turn.model,
            stop_reason,
            tool_calls,
            usage: turn.usage,
            error: turn.error.map(|error| error.kind),
        }))
    });
    Ok(read.await?)
}
