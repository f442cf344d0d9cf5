//! Signs the audit every so many rows and gives up what is older than it has to be kept.

use std::sync::Arc;

use nexus_domain::{Failure, Timestamp};

use crate::audit;
use crate::context::Context;

/// Rows after which a checkpoint is signed.
const ROWS_MAX: u64 = 1_000;
/// Longest time that a row waits for a checkpoint, in milliseconds.
const UNSIGNED_MS_MAX: u64 = 10 * 60 * 1000;
/// Pause between two looks while something happens, in milliseconds.
const LOOK_MS: u64 = 1_000;
/// Pause between two looks for old rows, in milliseconds.
const PRUNE_MS: u64 = 24 * 60 * 60 * 1000;
/// One day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Runs until the daemon stops. The last checkpoint is signed later, when nothing writes any more.
pub async fn run(context: Arc<Context>) {
    let mut bell = context.bus.watch();
    audit::seal(&context).await;
    let mut pruned_at = prune_all(&context).await;
    let mut sealed_at = context.clock.now();
    loop {
        let waiting = unsigned(&context).await;
        let now = context.clock.now();
        if waiting == 0 {
            sealed_at = now;
        }
        if waiting >= ROWS_MAX || (waiting > 0 && now.ms_since(sealed_at) >= UNSIGNED_MS_MAX) {
            audit::seal(&context).await;
            sealed_at = now;
        }
        if now.ms_since(pruned_at) >= PRUNE_MS {
            pruned_at = prune_all(&context).await;
        }
        bell.mark_unchanged();
        let pause_ms = if waiting > 0 { UNSIGNED_MS_MAX } else { PRUNE_MS };
        tokio::select! {
            _ = bell.changed() => {}
            () = context.clock.sleep(pause_ms) => {}
            () = context.shutdown.begun() => return,
        }
        tokio::select! {
            () = context.clock.sleep(LOOK_MS) => {}
            () = context.shutdown.begun() => return,
        }
    }
}

/// Rows that no checkpoint covers; none when they cannot be counted now.
async fn unsigned(context: &Context) -> u64 {
    let counted = context.ledger.read(|r| {
        let signed = r.audit().checkpoint()?.map_or(0, |latest| latest.position.0);
        Ok(r.audit().head()?.0.0.saturating_sub(signed))
    });
    counted.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the audit could not be looked at");
        0
    })
}

async fn prune_all(context: &Context) -> Timestamp {
    let days = i64::from(context.config.current().audit.days);
    let now = context.clock.now();
    if days > 0 {
        let before = Timestamp(now.0.saturating_sub(days.saturating_mul(DAY_MS)));
        match prune(context, before).await {
            Ok(0) => {}
            Ok(n_rows) => tracing::info!(n_rows, days, "old audit rows were given up"),
            Err(failure) => tracing::warn!(?failure, "old audit rows could not be given up"),
        }
    }
    now
}

/// Gives up everything older, piece by piece, so that others can write in between.
async fn prune(context: &Context, before: Timestamp) -> Result<u64, Failure> {
    let mut n_rows = 0;
    loop {
        let key = context.audit.key(context).await?;
        let now = context.clock.now();
        let pruned = context.ledger.write(move |tx| tx.audit().prune(now, before, &key)).await?;
        let Some(pruned) = pruned else { return Ok(n_rows) };
        n_rows += pruned.n_rows;
        audit::note(context, pruned.checkpoint).await?;
        if !pruned.is_more || context.shutdown.has_begun() {
            return Ok(n_rows);
        }
    }
}
