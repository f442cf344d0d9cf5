//! Deliveries: the intent is on record before anything is sent, the result after. In between,
//! nobody knows: such a delivery is sent again only if the adapter promises that a repetition does
//! no harm, and shown as unknown otherwise.

use std::sync::Arc;

use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::principal::{Chain, Principal};
use nexus_domain::request::Request;
use nexus_domain::retry::RetryPolicy;
use nexus_iam::{Action, Effect, Facts, Query};
use nexus_ledger::{AuditEntry, DeliveryRecord};
use nexus_protocol::adapter::{SendErrorKind, SendParams, SendResult};
use nexus_supervisor::{Child, SendError};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::adapters::Adapters;
use super::question;
use crate::audit;
use crate::context::Context;
use crate::crash::CrashPoint;
use crate::engine;

/// Deliveries taken up at once.
const BATCH: u32 = 64;
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

/// Sends what is due, until the daemon stops.
pub async fn run(context: Arc<Context>, adapters: Adapters) {
    let mut bell = context.bus.watch();
    if let Err(failure) = settle_in_flight(&context, &adapters).await {
        tracing::error!(?failure, "deliveries in flight could not be settled");
    }
    loop {
        bell.mark_unchanged();
        if let Err(failure) = send_due(&context, &adapters).await {
            tracing::warn!(?failure, "deliveries could not be looked at");
        }
        tokio::select! {
            _ = bell.changed() => {}
            () = context.clock.sleep(LOOK_MS) => {}
            () = context.shutdown.begun() => return,
        }
    }
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

async fn send_due(context: &Arc<Context>, adapters: &Adapters) -> Result<(), Failure> {
    let now = context.clock.now();
    let due = context.ledger.read(move |r| r.outbox().due(now, BATCH)).await?;
    for record in due {
        // An adapter that is not there now may come back: its deliveries wait.
        if let Some(child) = adapters.serving(&record.delivery.adapter) {
            deliver(context, &child, record).await?;
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
    if !permit(context, &record, &target).await? {
        return Ok(());
    }
    CrashPoint::DeliveryIntent.pass();
    let params = SendParams {
        idempotency_key: record.delivery.idempotency_key.clone(),
        to: target.to,
        thread_id: target.thread_id,
        reply_to_id: target.reply_to_id,
        text: record.delivery.text.clone(),
        stream_id: None,
        outcome: None,
    };
    // Asked before: an adapter that dies while it sends says nothing any more.
    let is_repeatable = child.facts().is_some_and(|facts| facts.has_idempotent_sends);
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

/// Decides, audits and marks the delivery as being sent, in one commit before anything is sent.
async fn permit(
    context: &Context,
    record: &DeliveryRecord,
    target: &Target,
) -> Result<bool, Failure> {
    let now = context.clock.now();
    let delivery = record.delivery.clone();
    let channel = delivery.adapter.split('/').next().unwrap_or_default().to_owned();
    let request_id = delivery.request_id;
    let request = context.ledger.read(move |r| r.requests().get(request_id)).await?;
    let session_key = request.as_ref().and_then(|request| request.session_key.clone());
    let labels = match &session_key {
        Some(key) => engine::label::of_session(context, key).await?,
        None => Vec::new(),
    };
    let query = Query {
        chain: chain(context, request.as_ref()),
        action: Action::Deliver { channel: channel.clone(), target: target.to.clone() },
        facts: Facts {
            session_key,
            channel: Some(channel),
            labels: engine::label::facts(&labels),
            ..Facts::default()
        },
    };
    let mut verdict = context.iam.decide(&query);
    engine::label::explain(&mut verdict, &labels);
    if verdict.effect == Effect::Ask {
        match question::answer(context, &delivery, target, &query, request.as_ref(), &verdict)
            .await?
        {
            Some(answer) => verdict = answer,
            None => return Ok(false),
        }
    }
    let is_allowed = verdict.effect == Effect::Allow;
    let to = format!("{} {}", delivery.adapter, target.to);
    let digest = hex::encode(Sha256::digest(delivery.text.as_bytes()));
    let decided = context.ledger.write(move |tx| {
        let entry = AuditEntry {
            at: now,
            request_id: Some(delivery.request_id),
            turn_id: None,
            chain: query.chain.clone(),
            action: "deliver".to_owned(),
            resource: to.clone(),
            verdict: verdict.effect.name().to_owned(),
            reason: verdict.to_string(),
            digest: Some(digest),
        };
        match is_allowed {
            true => tx.audit().begin(&entry, Some(&audit::delivery(delivery.id)))?,
            false => tx.audit().append(&entry)?,
        };
        if !is_allowed {
            let error = verdict.to_string();
            tx.outbox().failed(delivery.id, now, &error, None)?;
            let event =
                Event::DeliveryFailed { delivery_id: delivery.id, error, is_unknown: false };
            return tx.events().record(now, &event).map(|_| ());
        }
        tx.outbox().sending(delivery.id, now)?;
        let event = Event::DeliverySending {
            delivery_id: delivery.id,
            request_id: delivery.request_id,
            target: to,
        };
        tx.events().record(now, &event).map(|_| ())
    });
    decided.await?;
    Ok(is_allowed)
}

/// On whose behalf a delivery goes out: the sender of the request it answers, through the agent.
fn chain(context: &Context, request: Option<&Request>) -> Chain {
    let nobody = || Principal::Unknown("unrecorded".to_owned());
    let (principal, agent) = match request {
        Some(request) => {
            (request.principal.clone().unwrap_or_else(nobody), request.agent_id.clone())
        }
        None => (nobody(), None),
    };
    match agent {
        Some(agent) => context.agents.book().chain(&principal, &agent),
        None => Chain::of(principal),
    }
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
