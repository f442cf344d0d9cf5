//! Stopping what was asked for: one request wherever it is, what an agent is at, and what a run
//! that is stopped had others do.

use std::sync::Arc;

use futures_util::future::{BoxFuture, join_all};
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, RequestId, TurnId};
use nexus_domain::request::{Request, RequestStatus};

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

impl Cancelled {
    /// Whether there was anything to stop.
    #[must_use]
    pub fn is_something(self) -> bool {
        self != Self::Nothing
    }
}

/// Stops a request: its run if it has one, its place in the queue otherwise. It has ended when this
/// answers.
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
                    .hint("see what it is at: nexus request show"));
            }
            () = context.engine.suspend.cancelled() => {
                return Err(Failure::unavailable("the daemon is stopping"));
            }
        }
    }
}

/// Ends a request that waits: in a queue, or for a word about its sender. False when it has got its
/// turn meanwhile.
async fn drop_waiting(context: &Context, request_id: RequestId) -> Result<bool, Failure> {
    let now = context.clock.now();
    let dropped = context.ledger.write(move |tx| {
        let is_aside = |request: &Request| {
            request.turn_id.is_none()
                && matches!(request.status, RequestStatus::Queued | RequestStatus::Parked)
        };
        let found = tx.requests().get(request_id)?.filter(is_aside);
        found.map_or(Ok(false), |_| close::drop_queued(tx, request_id, now).map(|()| true))
    });
    let is_dropped = dropped.await?;
    if is_dropped {
        context.engine.completion_bell.send_modify(|n| *n += 1);
    }
    Ok(is_dropped)
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
        u64::from(stopped.is_ok_and(Cancelled::is_something))
    });
    join_all(stopping).await.into_iter().sum()
}
