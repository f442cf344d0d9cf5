//! Scheduled jobs and heartbeats: what agents are told by themselves.
//!
//! The ledger knows when each job is due. Here its time is waited for, and what becomes of it is
//! decided by `nexus_domain::schedule`. A run enters the pipeline as everything else does; that a
//! time was dealt with, and the next one, are committed with the event that begins the run.

mod bring;
pub mod calendar;
mod claim;
pub mod note;

use std::collections::HashSet;
use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::failure::Failure;
use nexus_domain::id::JobId;
use tokio::sync::Notify;

pub use bring::run_now;

use self::claim::Claimed;
use crate::context::Context;
use crate::power;

/// Longest wait between two looks, in milliseconds: the clock of the day may be set.
const LOOK_MS: u64 = 30_000;
/// Jobs that are looked at in one go.
const BATCH: u32 = 64;

/// Wakes whoever waits for the next job.
#[derive(Default)]
pub struct Schedule(Notify);

impl Schedule {
    /// Says that jobs have changed.
    pub fn changed(&self) {
        self.0.notify_one();
    }
}

/// Deals with jobs whose time has come, until the daemon stops.
pub async fn run(context: Arc<Context>) {
    let began_at = context.clock.now();
    let mut pause = context.pause.watch();
    let mut awake = context.power.subscribe();
    let mut ended = context.engine.endings();
    loop {
        pause.mark_unchanged();
        ended.mark_unchanged();
        // The time is taken before it is asked whether a sleep shows in the clocks: one that begins
        // in between does not count for this time.
        let now = context.clock.now();
        power::settled(&context).await;
        let woke = *awake.borrow_and_update();
        let (paused, resumed_at) = context.pause.with_last_end();
        let since = [Some(began_at), (woke.nth > 0).then_some(woke.at), resumed_at];
        let since = since.into_iter().flatten().max().unwrap_or(began_at);
        let looked = match paused {
            Some(_) => Ok(Looked::default()),
            None => look(&context, now, since).await,
        };
        let Looked { next_at, is_waiting } = looked.unwrap_or_else(|failure| {
            tracing::warn!(?failure, "scheduled jobs could not be looked at");
            Looked::default()
        });
        let latest = now.plus_ms(LOOK_MS);
        let until = next_at.map_or(latest, |next_at| next_at.min(latest));
        tokio::select! {
            () = context.clock.sleep_until(until) => {}
            () = context.schedule.0.notified() => {}
            _ = pause.changed() => {}
            _ = awake.changed() => {}
            _ = ended.changed(), if is_waiting => {}
            () = context.shutdown.begun() => return,
        }
    }
}

/// What a look came to.
#[derive(Default)]
struct Looked {
    /// When the next job is due.
    next_at: Option<Timestamp>,
    /// A run waits for the one before it.
    is_waiting: bool,
}

async fn look(context: &Arc<Context>, now: Timestamp, since: Timestamp) -> Result<Looked, Failure> {
    let mut left: HashSet<JobId> = HashSet::new();
    let mut is_waiting = false;
    loop {
        let due = context.ledger.read(move |r| r.schedule().due(now, BATCH)).await?;
        let due: Vec<_> = due.into_iter().filter(|job| !left.contains(&job.id)).collect();
        if due.is_empty() || context.shutdown.has_begun() {
            break;
        }
        for job in due {
            let id = job.id;
            match claim::claim(context, job, now, since).await {
                Ok(Claimed::Done) => {}
                Ok(Claimed::Waits) => {
                    is_waiting = true;
                    left.insert(id);
                }
                Err(failure) => {
                    // Somebody has changed it, or nothing is taken just now: the next look tells.
                    tracing::warn!(%id, ?failure, "a scheduled job could not be handed in");
                    left.insert(id);
                }
            }
        }
    }
    let next_at = context.ledger.read(move |r| r.schedule().next_at(now)).await?;
    Ok(Looked { next_at, is_waiting })
}

/// The time of a job, and that with its delay.
#[must_use]
pub fn with_delay(job: &nexus_domain::schedule::Job, due_at: Timestamp) -> (Timestamp, Timestamp) {
    (due_at, due_at.plus_ms(job.delay_ms(due_at)))
}
