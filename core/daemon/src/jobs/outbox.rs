//! Deliveries: the intent is on record before anything is sent, the result after. In between,
//! nobody knows: such a delivery is sent again only if the adapter promises that a repetition does
//! no harm, and shown as unknown otherwise.

pub(crate) mod grow;
mod outcome;
pub(crate) mod permit;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::chunk;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::DeliveryId;
use nexus_domain::retry::RetryPolicy;
use nexus_ledger::{DeliveryRecord, Growth};
use nexus_protocol::adapter::{
    Ability, AdapterFacts, EditParams, SendErrorKind, SendParams, SendResult,
};
use nexus_supervisor::{Child, SendError};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::adapters::Adapters;
use crate::audit;
use crate::context::Context;
use crate::crash::CrashPoint;

/// Deliveries taken up at once.
const BATCH: u32 = 256;
/// Deliveries that one adapter has in hand at once.
const AT_WORK_MAX: usize = 32;
/// Longest pause between two looks while something waits for its time, in milliseconds; commits wake
/// the job earlier.
const LOOK_MS: u64 = 2_000;
/// The same while nothing waits.
const IDLE_LOOK_MS: u64 = 60_000;
/// Time that adapters have to answer their last sends when the daemon stops, in milliseconds.
const LAST_SENDS_MS_MAX: u64 = 5_000;
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

/// A delivery that has been handed over, or was not.
struct Ended {
    id: DeliveryId,
    adapter: String,
    /// Until when its adapter is left alone.
    rests_until: Option<Timestamp>,
}

/// What is on its way.
#[derive(Default)]
struct Lanes {
    at_work: JoinSet<Ended>,
    deliveries: HashSet<DeliveryId>,
    /// Deliveries on their way by adapter: one that hangs takes no room from the others.
    by_adapter: HashMap<String, usize>,
    /// Adapters whose medium said that it is too much, and until when they rest.
    resting: HashMap<String, Timestamp>,
}

impl Lanes {
    /// Adapters that are there and have room.
    fn open(&mut self, adapters: &Adapters, now: Timestamp) -> Vec<String> {
        self.resting.retain(|_, until| *until > now);
        let has_room = |key: &String| {
            let n_at_work = self.by_adapter.get(key).copied().unwrap_or_default();
            n_at_work < AT_WORK_MAX && !self.resting.contains_key(key)
        };
        adapters.keys().into_iter().filter(has_room).collect()
    }

    fn start(&mut self, context: &Arc<Context>, child: Child, record: DeliveryRecord) {
        let (id, adapter) = (record.delivery.id, record.delivery.adapter.clone());
        self.deliveries.insert(id);
        *self.by_adapter.entry(adapter.clone()).or_default() += 1;
        let context = Arc::clone(context);
        self.at_work.spawn(async move {
            let rests_until = deliver(&context, &child, record).await.unwrap_or_else(|failure| {
                tracing::warn!(?failure, delivery = %id, "a delivery could not be recorded");
                None
            });
            Ended { id, adapter, rests_until }
        });
    }

    fn end(&mut self, Ended { id, adapter, rests_until }: Ended) {
        self.deliveries.remove(&id);
        if let Some(until) = rests_until {
            self.resting.insert(adapter.clone(), until);
        }
        if let Some(n_at_work) = self.by_adapter.get_mut(&adapter) {
            *n_at_work = n_at_work.saturating_sub(1);
        }
    }
}

/// Sends what is due, until the daemon stops: conversations side by side, each in its order. At the
/// end, `ended` closes.
pub async fn run(context: Arc<Context>, adapters: Adapters, ended: watch::Sender<bool>) {
    let mut bell = context.bus.watch();
    let mut pause = context.pause.watch();
    if let Err(failure) = settle_in_flight(&context, &adapters).await {
        tracing::error!(?failure, "deliveries in flight could not be settled");
    }
    let mut lanes = Lanes::default();
    loop {
        bell.mark_unchanged();
        pause.mark_unchanged();
        let sent = send_due(&context, &adapters, &mut lanes).await;
        let something_waits = sent.unwrap_or_else(|failure| {
            tracing::warn!(?failure, "deliveries could not be looked at");
            true
        });
        let look_ms = if something_waits { LOOK_MS } else { IDLE_LOOK_MS };
        tokio::select! {
            _ = bell.changed() => {}
            // The commit that ended it was told of before it had ended.
            _ = pause.changed() => {}
            Some(ended) = lanes.at_work.join_next() => match ended {
                Ok(ended) => lanes.end(ended),
                Err(error) => tracing::error!(%error, "a delivery broke down"),
            },
            () = context.clock.sleep(look_ms) => {}
            () = context.shutdown.begun() => break,
        }
    }
    // Adapters stay until these are answered, or too slow: see [`finish`].
    while lanes.at_work.join_next().await.is_some() {}
    adapters.writing().settled().await;
    ended.send_replace(true);
}

/// Waits until everything that was handed to an adapter is answered, for as long as a stop can
/// wait. It is not over then: whatever is still out loses its adapter, and is answered by that.
pub async fn finish(context: &Context, mut ended: watch::Receiver<bool>) {
    tokio::select! {
        _ = ended.wait_for(|has_ended| *has_ended) => {}
        () = context.clock.sleep(LAST_SENDS_MS_MAX) => {
            tracing::warn!("an adapter does not say what became of its last deliveries");
        }
    }
}

/// What was being sent when the daemon died: nobody knows how it ended. It becomes `unknown`, or
/// goes out again once an adapter is there that promises idempotent sends.
async fn settle_in_flight(context: &Context, adapters: &Adapters) -> Result<(), Failure> {
    let in_flight = context.ledger.read(|r| r.outbox().in_flight()).await?;
    for record in in_flight {
        let child = wait_for(context, adapters, &record.delivery.adapter).await;
        // What is there already is replaced, and that can be repeated.
        let is_safe = !record.message_ids.is_empty()
            || child
                .and_then(|child| child.facts())
                .is_some_and(|facts| facts.has_idempotent_sends);
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

/// Sends what is due, and says whether anything waits that no commit will tell of. What waits for an
/// adapter is told of by the adapter's return.
async fn send_due(
    context: &Arc<Context>,
    adapters: &Adapters,
    lanes: &mut Lanes,
) -> Result<bool, Failure> {
    // An adapter that is not there now may come back: its deliveries wait.
    let now = context.clock.now();
    let open = lanes.open(adapters, now);
    if open.is_empty() || context.pause.holds_steps() {
        return Ok(!lanes.resting.is_empty());
    }
    let read = context.ledger.read(move |r| {
        let due = r.outbox().due(now, &open, BATCH)?;
        Ok((due, r.outbox().next_at()?.is_some()))
    });
    let (due, is_any_pending) = read.await?;
    for record in due {
        let adapter = &record.delivery.adapter;
        let id = record.delivery.id;
        let is_known = lanes.deliveries.contains(&id) || adapters.writing().holds(id);
        let n_at_work = lanes.by_adapter.get(adapter).copied().unwrap_or_default();
        if is_known || n_at_work >= AT_WORK_MAX {
            continue;
        }
        if let Some(child) = adapters.serving(adapter) {
            lanes.start(context, child, record);
        }
    }
    Ok(is_any_pending || !lanes.resting.is_empty())
}

/// Makes one delivery, and says until when the adapter is to be left alone, if it asked for that.
async fn deliver(
    context: &Context,
    child: &Child,
    record: DeliveryRecord,
) -> Result<Option<Timestamp>, Failure> {
    let id = record.delivery.id;
    // It waits for the next start.
    if context.shutdown.has_begun() {
        return Ok(None);
    }
    let Ok(target) = serde_json::from_value::<Target>(record.delivery.target.clone()) else {
        let error = SendError::new(SendErrorKind::NotFound, "its target cannot be read");
        failed(context, &record, &error, false).await?;
        return Ok(None);
    };
    // Asked now: an adapter that dies while it sends says nothing any more. One that has died
    // already may come back, and this waits for it.
    let Some(facts) = child.facts() else { return Ok(None) };
    if let Some(chars_max) = facts.text_chars_max
        && cut(context, &record, chars_max).await?
    {
        return Ok(None);
    }
    if !permit::permit(context, &record, &target).await? {
        return Ok(None);
    }
    CrashPoint::DeliveryIntent.pass();
    let is_repeatable = facts.has_idempotent_sends || !record.message_ids.is_empty();
    match hand_over(context, child, &facts, &record, target).await? {
        Ok(message_ids) => {
            CrashPoint::DeliveryUnrecorded.pass();
            // The adapter may know the key from a first part: then its message says no more yet.
            let is_first = record.growth == Growth::Grown && record.message_ids.is_empty();
            went_out(context, id, message_ids, is_first).await?;
            Ok(None)
        }
        Err(error) if error.kind == SendErrorKind::Network && child.facts().is_none() => {
            untried(context, id, error.message).await?;
            Ok(None)
        }
        Err(error) => {
            failed(context, &record, &error, is_repeatable).await?;
            let asked_ms =
                error.retry_after_ms.filter(|_| error.kind == SendErrorKind::RateLimited);
            Ok(asked_ms.map(|ms| context.clock.now().plus_ms(ms.min(RETRY.asked_ms_max))))
        }
    }
}

/// Has the adapter send a text, or put it in the place of what is there already.
async fn hand_over(
    context: &Context,
    child: &Child,
    facts: &AdapterFacts,
    record: &DeliveryRecord,
    target: Target,
) -> Result<Result<Vec<String>, SendError>, Failure> {
    let text = record.delivery.text.clone();
    if let Some(message_id) = record.message_ids.first().cloned() {
        let (to, thread_id) = (target.to, target.thread_id);
        let edited = child.edit(EditParams { message_id, to, thread_id, text, is_final: true });
        return Ok(edited.await.map(|()| record.message_ids.clone()));
    }
    let outcome = match wants_outcome(facts) {
        true => outcome::of(context, record.delivery.request_id).await?,
        false => None,
    };
    let sent = child.send(SendParams {
        idempotency_key: record.delivery.idempotency_key.clone(),
        to: target.to,
        thread_id: target.thread_id,
        reply_to_id: target.reply_to_id,
        text,
        stream_id: outcome.as_ref().map(|outcome| outcome.turn_id.to_string()),
        outcome,
    });
    Ok(sent.await.map(|SendResult { message_ids }| message_ids))
}

/// Records that a delivery is out, or the first part of one.
async fn went_out(
    context: &Context,
    id: DeliveryId,
    message_ids: Vec<String>,
    is_first: bool,
) -> Result<(), Failure> {
    let now = context.clock.now();
    let sent = context.ledger.write(move |tx| {
        if is_first {
            tx.outbox().grown(id, now, &message_ids)?;
            return tx.audit().end(&audit::delivery(id), now, "its first part is out").map(drop);
        }
        tx.outbox().sent(id, now, &message_ids)?;
        tx.audit().end(&audit::delivery(id), now, "sent")?;
        let event = Event::DeliverySent { delivery_id: id, message_ids };
        tx.events().record(now, &event).map(drop)
    });
    Ok(sent.await?)
}

/// Cuts a text that is too long for the medium into several deliveries, which follow one another.
/// True when it was: each of them is due.
async fn cut(context: &Context, record: &DeliveryRecord, chars_max: u32) -> Result<bool, Failure> {
    let chars_max = usize::try_from(chars_max).unwrap_or(usize::MAX);
    let pieces = chunk::split(&record.delivery.text, chars_max);
    if pieces.len() < 2 {
        return Ok(false);
    }
    let id = record.delivery.id;
    let pieces: Vec<_> =
        pieces.into_iter().enumerate().map(|(n, text)| (id.behind(n as u128), text)).collect();
    context.ledger.write(move |tx| tx.outbox().cut(id, &pieces)).await?;
    Ok(true)
}

/// Whether an adapter is told how the run came out: one that shows replies while they grow, or
/// serves callers or hooks whose senders wait.
fn wants_outcome(facts: &AdapterFacts) -> bool {
    facts
        .supports
        .iter()
        .any(|ability| matches!(ability, Ability::Stream | Ability::Callers | Ability::Hooks))
}

/// Records that the adapter was gone before it was given anything: the delivery waits for it.
async fn untried(context: &Context, id: DeliveryId, why: String) -> Result<(), Failure> {
    let now = context.clock.now();
    let noted = context.ledger.write(move |tx| {
        tx.outbox().untried(id, now, &why)?;
        tx.audit().end(&audit::delivery(id), now, &format!("not handed over: {why}")).map(drop)
    });
    Ok(noted.await?)
}

/// Records that a delivery failed, and when it is tried again. One whose outcome nobody knows is
/// tried again only if a repetition does no harm; what may have arrived once is never called failed.
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
    let is_doubted = error.kind == SendErrorKind::Unknown;
    let is_unknown = (is_doubted || record.is_in_doubt) && retry_at.is_none();
    let text = error.message.clone();
    let noted = context.ledger.write(move |tx| {
        match retry_at.filter(|_| is_doubted) {
            Some(retry_at) => tx.outbox().doubted(id, now, &text, retry_at)?,
            None if is_unknown => tx.outbox().unknown(id, now, &text)?,
            None => tx.outbox().failed(id, now, &text, retry_at)?,
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
