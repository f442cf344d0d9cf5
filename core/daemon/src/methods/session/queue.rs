//! What waits behind the run of a session.

use std::sync::Arc;

use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::SessionKey;
use nexus_iam::Permit;
use nexus_ledger::LedgerError;
use nexus_protocol::session::{QueueMoveParams, QueueParams, QueueResult};

use super::change::{actor, refused};
use super::known;
use crate::context::Context;

/// Lists what waits in a session.
pub async fn queue(
    context: &Arc<Context>,
    permit: Permit,
    params: QueueParams,
) -> Result<QueueResult, Failure> {
    let key = known(context, &permit, &params.key).await?.key;
    read(context, key).await
}

/// Gives a request that waits another place.
pub async fn queue_move(
    context: &Arc<Context>,
    permit: Permit,
    params: QueueMoveParams,
) -> Result<QueueResult, Failure> {
    let key = known(context, &permit, &params.key).await?.key;
    let (by, now, of) = (actor(&permit)?, context.clock.now(), key.clone());
    let QueueMoveParams { run_id, to, .. } = params;
    let moved = context.ledger.write(move |tx| {
        let moved = tx.queue().reorder(&of, run_id, to as usize);
        let request_ids = moved.map_err(|error| match error {
            LedgerError::NotFound { .. } => refused(
                Failure::not_found(format!("`{run_id}` does not wait in `{of}`"))
                    .hint("see what does: sessions.queue; it may run by now, or have ended"),
            ),
            other => other,
        })?;
        let session_key = of.clone();
        tx.events().record(now, &Event::SessionQueueChanged { session_key, request_ids, by })?;
        Ok(())
    });
    moved.await?;
    read(context, key).await
}

async fn read(context: &Context, key: SessionKey) -> Result<QueueResult, Failure> {
    let len_max = context.config.current().queue_len_max as u64;
    let read = context.ledger.read(move |r| {
        let mut waiting = Vec::new();
        for item in r.queue().waiting(&key)? {
            waiting.extend(r.requests().get(item.request_id)?);
        }
        let active = r.turns().active(&key)?.map(|turn| turn.request_id);
        Ok(QueueResult { key, active, waiting, len_max })
    });
    Ok(read.await?)
}
