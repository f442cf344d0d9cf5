//! Budgets begin anew by the calendar: the health board follows.

use std::sync::Arc;

use crate::budget;
use crate::context::Context;

/// Pause between two looks, in milliseconds.
const LOOK_MS: u64 = 60_000;

/// Keeps the line of the budgets on the health board true, until the daemon stops.
pub async fn run(context: Arc<Context>) {
    loop {
        if let Err(error) = budget::refresh_health(&context).await {
            tracing::warn!(%error, "the budgets could not be looked at");
        }
        tokio::select! {
            () = context.clock.sleep(LOOK_MS) => {}
            () = context.shutdown.begun() => return,
        }
    }
}
