//! Deliveries: the intent is on record before anything is sent, the result after. In between,
//! nobody knows: such a delivery is sent again only if the adapter promises that a repetition does
//! no harm, and shown as unknown otherwise.

mod outcome;
pub(crate) mod permit;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::DeliveryId;
use nexus_domain::retry::RetryPolicy;
use nexus_ledger::DeliveryRecord;
use nexus_protocol::adapter::{Ability, AdapterFacts, SendErrorKind, SendParams, SendResult};
use nexus_supervisor::{Child, SendError};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::adapters::Adapters;
use crate::audit;
use crate::context::Context;
use crate::crash::CrashPoint;

/// Deliveries taken up at once.
const BATCH: u32 = 256;
/// Deliveries that one adapter has in hand at once.
const AT_WORK_MAX: usize = 32;
/// Longest pause between two looks, in milliseconds; commits wake the job earlier.
const LOOK_MS: u64 = 2_000;
/// How a delivery that failed is tried again.
const RETRY: RetryPolicy =
    RetryPolicy { tries_max: 3, delay_ms_min: 1_000, delay_ms_max: 30_000, asked_ms_max: 300_000 };

/// Where a delivery goes, in the adapter's own terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The conversation.
    pub to: String,
    /// The thread inside it.
    pub thread_id: Option<String>,
    /// The message it answers.
    pub reply_to_id: Option<String>,
}

/// What is on its way.
#[derive(Default)]
struct Lanes {
    at_work: JoinSet<(DeliveryId, String)>,
    deliveries: HashSet<DeliveryId>,
    /// Deliveries on their way by adapter: one that hangs takes no room from the others.
    by_adapter: HashMap<String, usize>,
}

impl Lanes {
    /// Adapters that are there and have room.
    fn open(&self, adapters: &Adapters) -> Vec<String> {
        let has_room = |key: &String| {
            self.by_adapter.get(key).is_none_or(|&n_at_work| n_at_work < AT_WORK_MAX)
        };
        adapters.keys().into_iter().filter(has_room).collect()
    }

    fn start(&mut self, context: &Arc<Context>, child: Child, record: DeliveryRecord) {
        let (id, adapter) = (record.delivery.id, record.delivery.adapter.clone());
        self.deliveries.insert(id);
        *self.by_adapter.entry(adapter.clone()).or_default() += 1;
        let context = Arc::clone(context);
        self.at_work.spawn(async move {
            if let Err(failure) = deliver(&context, &child, record).await {
                tracing::warn!(?failure, delivery = %id, "a delivery could not be recorded");
            }
            (id, adapter)
        });
    }

    fn end(&mut self, (id, adapter): (DeliveryId, String)) {
        self.deliveries.remove(&id);
        if let Some(n_at_work) = self.by_adapter.get_mut(&adapter) {
            *n_at_work = n_at_work.saturating_sub(1);
        }
    }
}

/// Sends what is due, until the daemon stops: conversations side by side, each in its order.
pub async fn run(context: Arc<Context>, adapters: Adapters) {
    let mut bell = context.bus.watch();
    if let Err(failure) = settle_in_flight(&context, &adapters).await {
        tracing::error!(?failure, "deliveries in flight could not be settled");
    }
    let mut lanes = Lanes::default();
    loop {
        bell.mark_unchanged();
        if let Err(failure) = send_due(&context, &adapters, &mut lanes).await {
            tracing::warn!(?failure, "deliveries could not be looked at");
        }
        tokio::select! {
            _ = bell.changed() => {}
            Some(ended) = lanes.at_work.join_next() => match ended {
                Ok(ended) => lanes.end(ended),
                Err(error) => tracing::error!(%error, "a delivery broke down"),
            },
            () = context.clock.sleep(LOOK_MS) => {}
            () = context.shutdown.begun() => break,
        }
    }
    // Adapters are drained meanwhile: whatever is on its way gets an answer or loses its adapter.
    while lanes.at_work.join_next().await.is_some() {}
}

/// What was being sent when the daemon died: nobody knows how it ended. It becomes `unknown`, or
/// goes out again once an adapter is there that promises idempotent sends.
async fn settle_in_flight(context: &Context, adapters: &Adapters) -> Result<(), Failure> {
    let in_flight = context.ledger.read(|r| r.outbox().in_flight()).await?;
    for record in in_flight {
        let child = wait_for(context, adapters, &record.delivery.adapter).await;
        let is_safe =
            child.and_then(|child| child.facts()).is_some_and(|facts| facts.has_idempotent_sends);
        let (id, now) = (record.delivery.id, context.clock.now());
        let text = "the daemon stopped while this was being sent; it may have arrived";
        context
            .ledger
            .write(move |tx| {
                tx.audit().end(&audit::delivery(id), now, text)?;
                if is_safe {
                    return tx.outbox().retry(id, now);
                }
                tx.outbox().unknown(id, now, text)?;
                let error = text.to_owned();
                let event = Event::DeliveryFailed { delivery_id: id, error, is_unknown: true };
                tx.events().record(now, &event).map(|_| ())
            })
            .await?;
    }
    Ok(())
}

/// Gives an adapter a moment to come up.
async fn wait_for(context: &Context, adapters: &Adapters, name: &str) -> Option<Child> {
    const TRIES: u32 = 50;
    for _ in 0..TRIES {
        if let Some(child) = adapters.serving(name) {
            return Some(child);
        }
        tokio::select! {
            () = context.clock.sleep(100) => {}
            () = context.shutdown.begun() => return None,
        }
    }
    None
}

async fn send_due(
    context: &Arc<Context>,
    adapters: &Adapters,
    lanes: &mut Lanes,
) -> Result<(), Failure> {
    // An adapter that is not there now may come back: its deliveries wait.
    let open = lanes.open(adapters);
    if open.is_empty() {
        return Ok(());
    }
    let now = context.clock.now();
    let due = context.ledger.read(move |r| r.outbox().due(now, &open, BATCH)).await?;
    for record in due {
        let adapter = &record.delivery.adapter;
        let is_known = lanes.deliveries.contains(&record.delivery.id);
        let n_at_work = lanes.by_adapter.get(adapter).copied().unwrap_or_default();
        if is_known || n_at_work >= AT_WORK_MAX {
            continue;
        }
        if let Some(child) = adapters.serving(adapter) {
            lanes.start(context, child, record);
        }
    }
    Ok(())
}

async fn deliver(context: &Context, child: &Child, record: DeliveryRecord) -> Result<(), Failure> {
    let id = record.delivery.id;
    let Ok(target) = serde_json::from_value::<Target>(record.delivery.target.clone()) else {
        let error = SendError::new(SendErrorKind::NotFound, "its target cannot be read");
        return failed(context, &record, &error, false).await;
    };
    if !permit::permit(context, &record, &target).await? {
        return Ok(());
    }
    CrashPoint::DeliveryIntent.pass();
    // Asked before: an adapter that dies while it sends says nothing any more.
    let facts = child.facts();
    let wants_outcome = facts.as_ref().is_some_and(wants_outcome);
    let outcome = match wants_outcome {
        true => outcome::of(context, record.delivery.request_id).await?,
        false => None,
    };
    let params = SendParams {
        idempotency_key: record.delivery.idempotency_key.clone(),
        to: target.to,
        thread_id: target.thread_id,
        reply_to_id: target.reply_to_id,
        text: record.delivery.text.clone(),
        stream_id: outcome.as_ref().map(|outcome| outcome.turn_id.to_string()),
        outcome,
    };
    let is_repeatable = facts.as_ref().is_some_and(|facts| facts.has_idempotent_sends);
    match child.send(params).await {
        Ok(SendResult { message_ids }) => {
            CrashPoint::DeliveryUnrecorded.pass();
            let now = context.clock.now();
            let sent = context.ledger.write(move |tx| {
                tx.outbox().sent(id, now, &message_ids)?;
                tx.audit().end(&audit::delivery(id), now, "sent")?;
                let event = Event::DeliverySent { delivery_id: id, message_ids };
                tx.events().record(now, &event).map(|_| ())
            });
            Ok(sent.await?)
        }
        Err(error) => failed(context, &record, &error, is_repeatable).await,
    }
}

/// Whether an adapter is told how the run came out: one that shows replies while they grow, or
/// serves callers.
fn wants_outcome(facts: &AdapterFacts) -> bool {
    facts.supports.iter().any(|ability| matches!(ability, Ability::Stream | Ability::Callers))
}

/// Records that a delivery failed, and when it is tried again. One whose outcome nobody knows is
/// tried again only if a repetition does no harm.
async fn failed(
    context: &Context,
    record: &DeliveryRecord,
    error: &SendError,
    is_repeatable: bool,
) -> Result<(), Failure> {
    let (id, now) = (record.delivery.id, context.clock.now());
    let may_retry = match error.kind {
        SendErrorKind::RateLimited | SendErrorKind::Network => true,
        kind => kind == SendErrorKind::Unknown && is_repeatable,
    };
    let delay_ms = RETRY.delay_ms(record.n_tries + 1, error.retry_after_ms, 1.0);
    let retry_at = delay_ms.filter(|_| may_retry).map(|ms| now.plus_ms(ms));
    let is_unknown = error.kind == SendErrorKind::Unknown && retry_at.is_none();
    let text = error.message.clone();
    let noted = context.ledger.write(move |tx| {
        match is_unknown {
            true => tx.outbox().unknown(id, now, &text)?,
            false => tx.outbox().failed(id, now, &text, retry_at)?,
        }
        let word = match (is_unknown, retry_at) {
            (true, _) => "unknown",
            (false, Some(_)) => "failed, to be tried again",
            (false, None) => "failed",
        };
        tx.audit().end(&audit::delivery(id), now, &format!("{word}: {text}"))?;
        if retry_at.is_none() {
            let event = Event::DeliveryFailed { delivery_id: id, error: text, is_unknown };
            tx.events().record(now, &event)?;
        }
        Ok(())
    });
    Ok(noted.await?)
}
