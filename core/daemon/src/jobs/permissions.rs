//! Silence means no: permission requests that nobody answered in time are closed.

use std::sync::Arc;

use crate::context::Context;
use crate::engine;

/// Pause between two looks, in milliseconds.
const LOOK_MS: u64 = 15_000;

/// Looks for permission requests that have run out, until the daemon stops.
pub async fn run(context: Arc<Context>) {
    loop {
        match engine::expire_permissions(&context).await {
            Ok(0) => {}
            Ok(n_expired) => tracing::info!(n_expired, "permission requests ran out"),
            Err(failure) => tracing::warn!(?failure, "permission requests could not be looked at"),
        }
        tokio::select! {
            () = context.clock.sleep(LOOK_MS) => {}
            () = context.shutdown.begun() => return,
        }
    }
}
