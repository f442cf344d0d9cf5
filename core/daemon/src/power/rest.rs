//! What is done before the machine sleeps, and after.
//!
//! Before: nothing new is begun, and what was begun is on disk. Model calls on their way go on, and
//! so do tools: a sleep of minutes often leaves them whole, and what it breaks is tried again.
//!
//! After, in this order: adapters are asked how they are; what waits for another try is tried, and
//! questions to people get the time back that passed in sleep; then everybody is told, and clients
//! that do not answer are cut.

use std::sync::Arc;

use nexus_domain::event::Event;
use nexus_domain::power::Noticed;
use nexus_domain::{Failure, Timestamp};
use nexus_protocol::health::{HealthStatus, PowerFacts};
use tokio_util::task::AbortOnDropHandle;

use super::Awake;
use crate::context::Context;
use crate::engine;

/// Longest time for what is done before a sleep, in milliseconds. logind waits for 5 s unless it is
/// configured otherwise.
const PARK_MS_MAX: u64 = 3_000;
/// Longest wait for adapters before it is no longer called a part of the wake, in milliseconds.
const BACK_MS_MAX: u64 = 30_000;
/// Line on the board about the last sleep.
const HEALTH: &str = "power";

/// Parks everything.
pub(super) async fn before(context: &Context) {
    tracing::info!("the machine is going to sleep");
    context.adapters.suspend();
    let at = context.clock.now();
    let park = async {
        let event = Event::PowerSlept {};
        context.ledger.write(move |tx| tx.events().record(at, &event).map(drop)).await?;
        context.ledger.flush().await
    };
    tokio::select! {
        parked = park => if let Err(error) = parked {
            tracing::warn!(%error, "the ledger could not be flushed before the sleep");
        },
        () = context.clock.sleep(PARK_MS_MAX) => {
            tracing::warn!("the ledger is still being flushed, and the machine does not wait");
        }
    }
}

/// Takes everything up again.
pub(super) async fn after(context: &Arc<Context>, slept_ms: u64, noticed: Noticed) -> Awake {
    context.adapters.wake();
    let power = &context.power;
    let at = context.clock.now();
    let awake = Awake { nth: power.subscribe().borrow().nth + 1, slept_ms, at };
    tracing::info!(slept_ms, ?noticed, "the machine has woken up");
    // Before the event: who hears of the sleep and asks is told of it.
    show(context, awake, None);
    let event = Event::PowerWoke { slept_ms, noticed };
    if let Err(failure) = put_right(context, at, slept_ms, event).await {
        tracing::error!(?failure, "after the sleep not everything could be put right");
    }
    power.0.is_asleep.send_replace(false);
    power.0.awake.send_replace(awake);
    awake
}

/// The network is another one, or is gone or back.
pub(super) async fn network_changed(context: &Context, is_online: bool) {
    tracing::info!(is_online, "the network has changed");
    context.adapters.look();
    let (at, event) = (context.clock.now(), Event::NetworkChanged { is_online });
    if let Err(failure) = put_right(context, at, 0, event).await {
        tracing::warn!(?failure, "not everything that waited for the network is tried again");
    }
    context.power.0.network.send_modify(|n_changes| *n_changes += 1);
}

/// Tries what waits, gives people the time back, and records why, all in one.
async fn put_right(
    context: &Context,
    at: Timestamp,
    slept_ms: u64,
    event: Event,
) -> Result<(), Failure> {
    let models = context.engine.models().reach_again();
    let written = context.ledger.write(move |tx| {
        tx.cooldowns().end(&models)?;
        tx.outbox().hurry(at)?;
        if slept_ms > 0 {
            engine::postpone_permissions(tx, slept_ms, at)?;
        }
        tx.events().record(at, &event).map(drop)
    });
    Ok(written.await?)
}

/// Waits until every adapter was heard since the wake, and says how long that took.
pub(super) fn watch_adapters(context: &Arc<Context>, awake: Awake) -> AbortOnDropHandle<()> {
    let context = Arc::clone(context);
    let waiting = async move {
        let mut board = context.health.watch();
        let began_us = context.clock.monotonic_us();
        let mut limit = context.clock.sleep(BACK_MS_MAX);
        while context.adapters.n_unheard_since(awake.at) > 0 {
            tokio::select! {
                changed = board.changed() => if changed.is_err() { return },
                () = &mut limit => return,
                () = context.shutdown.begun() => return,
            }
        }
        let back_ms = context.clock.monotonic_us().saturating_sub(began_us) / 1_000;
        show(&context, awake, Some(back_ms));
    };
    AbortOnDropHandle::new(tokio::spawn(waiting))
}

/// Shows the last sleep to people and programs.
fn show(context: &Context, awake: Awake, back_ms: Option<u64>) {
    let Awake { nth, slept_ms, at } = awake;
    context.power.set_facts(PowerFacts { awake_since: at, slept_ms, n_sleeps: nth, back_ms });
    let adapters = match back_ms {
        Some(_) if context.health.adapters().total == 0 => String::new(),
        Some(ms) => format!("; every adapter was back within {}", duration(ms.max(1_000))),
        None => "; adapters are being asked how they are".to_owned(),
    };
    let line = format!("awake again, slept {}{adapters}", duration(slept_ms));
    context.health.set_since(HEALTH, HealthStatus::Healthy, &line, at);
}

/// A duration as people say it, rounded down.
fn duration(ms: u64) -> String {
    let s = ms / 1_000;
    match s {
        0..60 => format!("{s} s"),
        60..3_600 => format!("{} m", s / 60),
        _ => format!("{} h {} m", s / 3_600, s % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_said_as_people_do() {
        let said = [0, 59_999, 60_000, 3_599_999, 27_660_000].map(duration);
        assert_eq!(said, ["0 s", "59 s", "1 m", "59 m", "7 h 41 m"]);
    }
}
