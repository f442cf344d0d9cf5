//! Grants whose time ran out are closed and recorded as such. They had no effect any more: every
//! decision looks at the clock.

use std::sync::Arc;

use nexus_domain::failure::Failure;

use crate::context::Context;

/// Pause between two looks, in milliseconds.
const LOOK_MS: u64 = 15_000;
/// Most grants that are closed at one look.
const CLOSED_MAX: u32 = 500;

/// Looks for grants that have run out, until the daemon stops.
pub async fn run(context: Arc<Context>) {
    loop {
        match close_ended(&context).await {
            Ok(0) => {}
            Ok(n_ended) => tracing::info!(n_ended, "grants ran out"),
            Err(failure) => tracing::warn!(?failure, "grants could not be looked at"),
        }
        tokio::select! {
            () = context.clock.sleep(LOOK_MS) => {}
            () = context.shutdown.begun() => return,
        }
    }
}

async fn close_ended(context: &Context) -> Result<usize, Failure> {
    let now = context.clock.now();
    let next = context.ledger.read(|r| r.grants().next_end()).await?;
    if next.is_none_or(|end| end > now) {
        return Ok(0);
    }
    let ended = context.ledger.write(move |tx| tx.grants().close_ended(now, CLOSED_MAX)).await?;
    context.policies.grants_changed().await?;
    Ok(ended.len())
}
