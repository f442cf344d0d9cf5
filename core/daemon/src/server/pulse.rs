//! What every client hears without asking: ticks, presence and health. Written once for all; each
//! connection compares what it has told its client with what stands here.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use nexus_protocol::TICK_INTERVAL_MS;
use nexus_protocol::frame::{PresenceEntry, StateVersion};
use serde::Serialize;

use super::door::Shared;
use crate::context::Context;

/// How long changes of presence are gathered before they are told, in milliseconds: a thousand
/// clients that come at once are one change.
const GATHER_MS: u64 = 100;
/// How much longer they are gathered for each client that is told, in milliseconds. Telling one
/// takes a few hundredths of a millisecond, for up to 200 entries in several writes: so that a crowd
/// that comes and goes keeps the processor for this during less than a hundredth of the time, and is
/// not felt by one call in a hundred.
const GATHER_MS_PER_CLIENT: u64 = 5;
/// The longest that changes are gathered, in milliseconds.
const GATHER_MS_MAX: u64 = 15_000;

/// Time for a client to answer the ping after the machine woke up, in milliseconds.
const ANSWER_MS_MAX: u64 = 2_000;

/// The state of the pulse.
#[derive(Clone)]
pub(super) struct Beat {
    /// Ticks since the daemon began to listen.
    pub(super) n_ticks: u64,
    /// Wakes of the machine: each client is pinged after one.
    pub(super) n_wakes: u64,
    /// Of these, those after which clients had the time to answer.
    pub(super) n_answered: u64,
    /// Versions of the two below.
    pub(super) version: StateVersion,
    /// Who is connected.
    pub(super) presence: Arc<Vec<PresenceEntry>>,
    /// Payload of the `presence` event.
    pub(super) presence_json: Arc<str>,
    /// Payload of the `health` event.
    pub(super) health_json: Arc<str>,
}

#[derive(Serialize)]
struct PresencePayload<'a> {
    presence: &'a [PresenceEntry],
}

/// The pulse before its first beat.
pub(super) fn first(context: &Context) -> Beat {
    let presence = context.presence.list(context.clock.now());
    Beat {
        n_ticks: 0,
        n_wakes: 0,
        n_answered: 0,
        version: StateVersion { presence: 1, health: 1 },
        presence_json: presence_json(&presence),
        presence: Arc::new(presence),
        health_json: health_json(context),
    }
}

/// Beats until the daemon stops.
pub(super) async fn run(shared: Arc<Shared>) {
    let context = &shared.context;
    let mut presence = context.presence.watch();
    let mut health = context.health.watch();
    let mut tick = context.clock.sleep(TICK_INTERVAL_MS);
    let mut wakes = context.power.subscribe();
    // Runs from the last wake until clients must have answered.
    let mut answer: Option<BoxFuture<'static, ()>> = None;
    // Runs from the first change that is to be told.
    let mut gather: Option<BoxFuture<'static, ()>> = None;
    loop {
        tokio::select! {
            () = context.shutdown.begun() => return,
            () = &mut tick => {
                tick = context.clock.sleep(TICK_INTERVAL_MS);
                context.presence.expire(context.clock.now());
                shared.beat.send_modify(|beat| beat.n_ticks += 1);
            }
            Ok(()) = wakes.changed() => {
                wakes.mark_unchanged();
                answer = Some(context.clock.sleep(ANSWER_MS_MAX));
                shared.beat.send_modify(|beat| {
                    beat.n_wakes += 1;
                    beat.n_ticks += 1;
                });
            }
            () = async { if let Some(answer) = &mut answer { answer.await } }, if answer.is_some() => {
                answer = None;
                shared.beat.send_modify(|beat| beat.n_answered = beat.n_wakes);
            }
            Ok(()) = presence.changed(), if gather.is_none() => {
                gather = Some(context.clock.sleep(gather_ms(shared.beat.receiver_count())));
            }
            () = async { if let Some(gather) = &mut gather { gather.await } }, if gather.is_some() => {
                gather = None;
                presence.mark_unchanged();
                let entries = context.presence.list(context.clock.now());
                let json = presence_json(&entries);
                shared.beat.send_modify(|beat| {
                    beat.version.presence += 1;
                    beat.presence = Arc::new(entries);
                    beat.presence_json = json;
                });
            }
            Ok(()) = health.changed() => {
                let json = health_json(context);
                shared.beat.send_modify(|beat| {
                    beat.version.health += 1;
                    beat.health_json = json;
                });
            }
        }
    }
}

fn gather_ms(n_clients: usize) -> u64 {
    let more_ms = (n_clients as u64).saturating_mul(GATHER_MS_PER_CLIENT);
    GATHER_MS.saturating_add(more_ms).min(GATHER_MS_MAX)
}

fn presence_json(presence: &[PresenceEntry]) -> Arc<str> {
    text(&PresencePayload { presence })
}

fn health_json(context: &Context) -> Arc<str> {
    text(&context.health_result())
}

fn text(payload: &impl Serialize) -> Arc<str> {
    match serde_json::to_string(payload) {
        Ok(text) => text.into(),
        Err(error) => {
            tracing::error!(%error, "a payload could not be written as JSON");
            "{}".into()
        }
    }
}
