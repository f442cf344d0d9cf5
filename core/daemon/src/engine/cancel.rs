//! Stopping what was asked for: one request wherever it is, what an agent is at, and what a run
//! that is stopped had others do.

use std::sync::Arc;

use futures_util::future::{BoxFuture, join_all};
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, RequestId, TurnId};
use nexus_domain::request::{Request, RequestStatus};

use super::{START_MS_MAX, abort, close};
use crate::context::Context;

/// Pause before a request that is between two stages is looked at again, in milliseconds.
const LOOK_MS: u64 = 20;

/// Stops a request, whether it waits or runs, and says whether there was anything to stop. It has
/// ended when this answers.
///
/// # Errors
/// When the ledger cannot be read or written, or the request does not end in time.
pub async fn cancel(context: &Context, id: RequestId) -> Result<bool, Failure> {
    let deadline = context.clock.now().plus_ms(START_MS_MAX);
    loop {
        let found = context.ledger.read(move |r| r.requests().get(id)).await?;
        let Some(request) = found.filter(|request| !request.status.is_final()) else {
            return Ok(false);
        };
        let has_stopped = match (request.turn_id, &request.session_key, request.status) {
            (Some(turn_id), Some(key), _) => abort(context, key, Some(turn_id)).await.is_some(),
            (None, _, RequestStatus::Queued | RequestStatus::Parked) => {
                drop_one(context, id).await?
            }
            // It is on its way to its turn or to the queue.
            _ => false,
        };
        if has_stopped {
            return Ok(true);
        }
        if context.clock.now() >= deadline {
            return Err(Failure::unavailable(format!("request {id} does not end"))
                .hint("see what it is at: nexus request show"));
        }
        tokio::select! {
            () = context.clock.sleep(LOOK_MS) => {}
            () = context.engine.suspend.cancelled() => {
                return Err(Failure::unavailable("the daemon is stopping"));
            }
        }
    }
}

/// Ends a request that waits; false when it has got its turn meanwhile.
async fn drop_one(context: &Context, id: RequestId) -> Result<bool, Failure> {
    let now = context.clock.now();
    let dropping = context.ledger.write(move |tx| {
        let is_aside = |request: &Request| {
            request.turn_id.is_none()
                && matches!(request.status, RequestStatus::Queued | RequestStatus::Parked)
        };
        let found = tx.requests().get(id)?.filter(is_aside);
        found.map_or(Ok(false), |_| close::drop_queued(tx, id, now).map(|()| true))
    });
    let has_dropped = dropping.await?;
    context.engine.completion_bell.send_modify(|n| *n += u64::from(has_dropped));
    Ok(has_dropped)
}

/// Stops whatever some agents are at, and says how much it was.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn stop_agents(context: &Context, agents: &[AgentId]) -> Result<u64, Failure> {
    let unfinished = context.ledger.read(|r| r.requests().unfinished()).await?;
    let theirs = unfinished
        .into_iter()
        .filter(|request| request.agent_id.as_ref().is_some_and(|id| agents.contains(id)));
    Ok(stop_all(context, theirs).await)
}

/// Stops what the run of a turn had other agents do: nobody waits for it any more.
pub(super) fn stop_sent(context: &Arc<Context>, turn_id: TurnId) -> BoxFuture<'_, ()> {
    Box::pin(async move {
        let sent = context.ledger.read(move |r| r.requests().sent_by(turn_id)).await;
        match sent {
            Ok(sent) => {
                stop_all(context, sent.into_iter().filter(|one| !one.status.is_final())).await;
            }
            Err(error) => tracing::error!(%error, turn = %turn_id, "runs beneath were not found"),
        }
    })
}

async fn stop_all(context: &Context, requests: impl Iterator<Item = Request>) -> u64 {
    let stopping = requests.map(|request| async move {
        let stopped = cancel(context, request.id).await;
        if let Err(failure) = &stopped {
            tracing::warn!(?failure, request = %request.id, "a request was not stopped");
        }
        u64::from(stopped.unwrap_or(false))
    });
    join_all(stopping).await.into_iter().sum()
}
