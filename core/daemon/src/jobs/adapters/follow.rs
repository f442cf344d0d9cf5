//! Tells of what becomes of adapters: events for whoever follows, lines on the board.

use std::sync::Arc;

use nexus_domain::event::Event;
use nexus_protocol::health::{AdapterCounts, HealthStatus};
use nexus_supervisor::{Child, State};

use super::Adapters;
use crate::context::Context;

/// Tells of every change of an adapter's state, for as long as the supervisor keeps it.
pub(super) async fn follow(context: Arc<Context>, adapters: Adapters, child: Child) {
    let mut status = child.status();
    let name = child.name().to_owned();
    // What is kept of the child must not keep it.
    drop(child);
    loop {
        let now = status.borrow_and_update().clone();
        count(&context, &adapters);
        let event = Event::AdapterStatus {
            adapter: name.clone(),
            state: now.state.name().to_owned(),
            reason: now.reason,
        };
        let at = context.clock.now();
        let recorded =
            context.ledger.write(move |tx| tx.events().record(at, &event).map(|_| ())).await;
        if let Err(error) = recorded {
            tracing::warn!(%error, "the state of an adapter could not be recorded");
        }
        tokio::select! {
            changed = status.changed() => if changed.is_err() { return },
            () = context.shutdown.begun() => return,
        }
    }
}

/// Counts how they stand.
pub(super) fn count(context: &Context, adapters: &Adapters) {
    let mut counts = AdapterCounts::default();
    let mut trouble = Vec::new();
    for child in adapters.0.supervisor.children() {
        let status = child.status().borrow().clone();
        counts.total += 1;
        match status.state {
            State::Running => counts.running += 1,
            State::Degraded => {
                counts.running += 1;
                trouble.push(format!("{}: {}", child.name(), status.reason));
            }
            State::BackingOff | State::Failed => {
                counts.errored += 1;
                trouble.push(format!("{}: {}", child.name(), status.reason));
            }
            State::Stopped | State::Starting | State::Suspended | State::Draining => {}
        }
    }
    context.health.set_adapters(counts);
    let now = context.clock.now();
    match trouble.is_empty() {
        true => context.health.set("adapters", HealthStatus::Healthy, "as configured", None, now),
        false => {
            let (reason, fix) = (trouble.join("; "), Some("nexus adapter list"));
            context.health.set("adapters", HealthStatus::Degraded, &reason, fix, now);
        }
    }
}
