//! Gives up what was said in sessions that callers began without a name and nobody goes on with:
//! each call of a program would leave one for ever.

use std::sync::Arc;

use nexus_domain::event::Event;
use nexus_domain::principal::Principal;
use nexus_domain::session::ALONE;
use nexus_domain::{Failure, Timestamp};
use nexus_ledger::LedgerError;

use crate::context::Context;

/// Pause between two looks, in milliseconds: a day.
const LOOK_MS: u64 = 24 * 60 * 60 * 1000;
/// One day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Sessions that are given up in one transaction, so that others can write in between.
const PIECE_LEN: u32 = 100;

/// Runs until the daemon stops.
pub async fn run(context: Arc<Context>) {
    loop {
        let days = i64::from(context.config.current().call_days);
        if days > 0 {
            let now = context.clock.now();
            let before = Timestamp(now.0.saturating_sub(days.saturating_mul(DAY_MS)));
            match give_up(&context, before).await {
                Ok(0) => {}
                Ok(n_sessions) => tracing::info!(n_sessions, days, "old calls were given up"),
                Err(failure) => tracing::warn!(?failure, "old calls could not be given up"),
            }
        }
        tokio::select! {
            () = context.clock.sleep(LOOK_MS) => {}
            () = context.shutdown.begun() => return,
        }
    }
}

/// Gives up everything older, the oldest first.
async fn give_up(context: &Context, before: Timestamp) -> Result<u64, Failure> {
    let mut n_sessions = 0;
    while !context.shutdown.has_begun() {
        let now = context.clock.now();
        let piece = context.ledger.write(move |tx| {
            let keys = tx.sessions().resting(ALONE, before, PIECE_LEN)?;
            for session_key in &keys {
                let n_messages = tx.sessions().delete(session_key, now)?;
                tx.briefs().forget(session_key)?;
                let (session_key, by) = (session_key.clone(), Principal::System);
                tx.events().record(now, &Event::SessionDeleted { session_key, n_messages, by })?;
            }
            Ok::<_, LedgerError>(keys.len() as u64)
        });
        let n_given_up = piece.await?;
        n_sessions += n_given_up;
        if n_given_up < u64::from(PIECE_LEN) {
            break;
        }
    }
    Ok(n_sessions)
}
