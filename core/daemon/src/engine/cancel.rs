//! Stopping one request, wherever it is on its way.

use nexus_domain::failure::Failure;
use nexus_domain::id::{RequestId, TurnId};
use nexus_domain::request::RequestStatus;

use super::{START_MS_MAX, abort, close};
use crate::context::Context;

/// What became of a request that was to be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// Its run was at work, and has ended.
    Stopped(TurnId),
    /// It waited, and waits no more.
    Dropped,
    /// It had ended already.
    Nothing,
}

/// Stops a request: its run if it has one, its place in the queue otherwise.
///
/// # Errors
/// `NotFound`, or what the ledger says; `Unavailable` when it is neither here nor there for too
/// long, which does not happen while the engine works.
pub async fn cancel(context: &Context, request_id: RequestId) -> Result<Cancelled, Failure> {
    let mut started = context.engine.start_bell.subscribe();
    let mut ended = context.engine.completion_bell.subscribe();
    let mut patience = context.clock.sleep(START_MS_MAX);
    loop {
        started.mark_unchanged();
        ended.mark_unchanged();
        let request = context.ledger.read(move |r| r.requests().get(request_id)).await?;
        let request = request
            .ok_or_else(|| Failure::not_found(format!("there is no request `{request_id}`")))?;
        if request.status.is_final() {
            return Ok(Cancelled::Nothing);
        }
        if let (Some(turn_id), Some(session_key)) = (request.turn_id, &request.session_key)
            && abort(context, session_key, Some(turn_id)).await.is_some()
        {
            return Ok(Cancelled::Stopped(turn_id));
        }
        if request.turn_id.is_none() && drop_waiting(context, request_id).await? {
            return Ok(Cancelled::Dropped);
        }
        // It is between two places, and a bell rings when it has arrived.
        tokio::select! {
            _ = started.changed() => {}
            _ = ended.changed() => {}
            () = &mut patience => {
                return Err(Failure::unavailable(format!("`{request_id}` cannot be stopped now"))
                    .hint("try again"));
            }
        }
    }
}

/// Takes a request out of its queue, if it still waits there.
async fn drop_waiting(context: &Context, request_id: RequestId) -> Result<bool, Failure> {
    let now = context.clock.now();
    let dropped = context.ledger.write(move |tx| {
        let request = tx.requests().get(request_id)?;
        let is_waiting = request.is_some_and(|request| request.status == RequestStatus::Queued);
        if is_waiting {
            close::drop_queued(tx, request_id, now)?;
        }
        Ok(is_waiting)
    });
    let is_dropped = dropped.await?;
    if is_dropped {
        context.engine.completion_bell.send_modify(|n| *n += 1);
    }
    Ok(is_dropped)
}
