//! An adapter that was started anew, or whose daemon was, waits again for what it handed in.

use nexus_domain::failure::Failure;
use nexus_ledger::Direction;
use nexus_protocol::caller::{AttendParams, AttendResult};
use nexus_supervisor::Origin;

use super::{Waiting, settle, submit};
use crate::context::Context;

/// Waits again for one event. What has ended already without an answer is told at once.
pub(super) async fn attend(
    context: &Context,
    origin: &Origin,
    params: AttendParams,
) -> Result<AttendResult, Failure> {
    let ledger_id = format!("{}:{}", origin.channel, params.event_id);
    let record = context.ledger.read(move |r| r.arrivals().record(&ledger_id)).await?;
    // Only what came in through this adapter.
    let record = record.filter(|record| {
        record.direction == Direction::Inbound && record.arrival.account_id == origin.account_id
    });
    let request_id = record.map(|record| record.request_id).ok_or_else(|| {
        let event_id = params.event_id.escape_debug();
        Failure::not_found(format!("no event `{event_id}` was handed in through this adapter"))
    })?;
    let waiting = Waiting { adapter: submit::key(origin), event_id: params.event_id };
    context.callers.waiting().insert(request_id, waiting);
    settle(context, vec![request_id]).await;
    Ok(AttendResult { request_id })
}
