//! At start: unfinished work goes on from its last recorded step.

use std::sync::Arc;

use nexus_domain::agent::Turn;
use nexus_domain::failure::Failure;
use nexus_domain::pipeline::{Received, Wish};
use nexus_domain::request::{Request, RequestStatus};
use nexus_ledger::Ledger;

use super::{run, sender, stages, turn};
use crate::context::Context;

/// What was taken up again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Turns that go on, those that wait for a person included.
    pub n_turns: usize,
    /// Requests that had not reached their turn.
    pub n_requests: usize,
    /// Sessions whose queue had nobody to drain it.
    pub n_queues: usize,
}

/// Work that the last run of the daemon left behind, as it stood before this one took anything
/// new: whatever comes in later is driven by whoever let it in.
pub struct Unfinished {
    turns: Vec<Turn>,
    requests: Vec<Request>,
}

/// Reads what was left behind. To be called before the listener takes anything.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn unfinished(ledger: &Ledger) -> Result<Unfinished, Failure> {
    let read = ledger.read(|r| {
        Ok(Unfinished { turns: r.turns().running()?, requests: r.requests().unfinished()? })
    });
    Ok(read.await?)
}

/// Takes up every turn, request and queue that the last run of the daemon left behind.
///
/// # Errors
/// When the ledger cannot be read or written.
pub async fn recover(context: &Arc<Context>, unfinished: Unfinished) -> Result<Recovered, Failure> {
    let mut recovered = Recovered::default();
    for turn in unfinished.turns {
        recovered.n_turns += 1;
        run::start(context, turn.id, turn.session_key);
    }
    for request in unfinished.requests {
        let is_new = request.status == RequestStatus::Processing;
        let is_aside = request.status == RequestStatus::Parked;
        if request.turn_id.is_none()
            && (is_new || (is_aside && !sender::is_asked_about(context, &request).await?))
        {
            recovered.n_requests += 1;
            drive_again(context, request).await?;
        }
    }
    recovered.n_queues = start_waiting(context).await?;
    Ok(recovered)
}

/// Opens a turn in every session where requests wait and nothing runs, unless a pause holds them.
/// Says how many.
///
/// # Errors
/// When the ledger cannot be read or written.
pub async fn start_waiting(context: &Arc<Context>) -> Result<usize, Failure> {
    let mut n_opened = 0;
    let sessions = context.ledger.read(|r| r.queue().sessions()).await?;
    for session_key in sessions {
        let clock = Arc::clone(&context.clock);
        let key = session_key.clone();
        let opened = context
            .ledger
            .write(move |tx| match tx.turns().active(&key)? {
                Some(_) => Ok(None),
                None => turn::open_next(tx, &*clock, &key),
            })
            .await?;
        match opened {
            Some(turn_id) => {
                n_opened += 1;
                run::start(context, turn_id, session_key);
            }
            // What came in during a pause has cut nothing short yet.
            None if context.pause.current().is_none() => {
                run::heed_waiting(context, &session_key).await;
            }
            None => {}
        }
    }
    Ok(n_opened)
}

/// Stages 2 to 5 have no effect outside the ledger, and write only at their end: a request that
/// has no turn goes through them again.
async fn drive_again(context: &Arc<Context>, request: Request) -> Result<(), Failure> {
    let event_id = request.event_id.clone();
    let arrival = context.ledger.read(move |r| r.arrivals().get(&event_id)).await?;
    let Some(arrival) = arrival else {
        return Err(Failure::internal(format!("request {} has no arrival", request.id)));
    };
    if request.status == RequestStatus::Parked {
        stages::start(context, sender::again(&request, arrival));
        return Ok(());
    }
    let received = Received {
        request_id: request.id,
        arrival,
        authenticated: request.principal,
        wish: Wish {
            session_key: request.session_key,
            agent_id: request.agent_id,
            queue_mode: Some(request.queue_mode),
            parent: request.parent,
            replays: request.replays,
            run: request.wish,
            // It is on record already.
            brief: None,
        },
        received_at: request.started_at,
    };
    stages::start(context, received);
    Ok(())
}
