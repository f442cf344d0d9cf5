//! Removes pictures that nobody has handed in for long enough.

use std::sync::Arc;

use crate::context::Context;

/// Pause between two looks, in milliseconds: a day.
const LOOK_MS: u64 = 24 * 60 * 60 * 1000;

/// Runs until the daemon stops.
pub async fn run(context: Arc<Context>) {
    loop {
        match context.blobs.sweep(context.clock.now()).await {
            Ok(0) => {}
            Ok(n_files) => tracing::info!(n_files, "old pictures were removed"),
            Err(failure) => tracing::warn!(?failure, "old pictures could not be removed"),
        }
        tokio::select! {
            () = context.clock.sleep(LOOK_MS) => {}
            () = context.shutdown.begun() => return,
        }
    }
}
