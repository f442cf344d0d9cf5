//! May this go out? Decided and audited before anything is sent, for what is shown while it is
//! written as for what is sent in one piece.

use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::label::SessionLabel;
use nexus_domain::principal::Chain;
use nexus_domain::request::Request;
use nexus_iam::{Action, Effect, Facts, Query, Verdict};
use nexus_ledger::{AuditEntry, DeliveryRecord};
use sha2::{Digest as _, Sha256};

use super::Target;
use crate::audit;
use crate::context::Context;
use crate::engine;
use crate::jobs::question;

/// What is asked about text for a conversation, and what is in force says at this moment.
///
/// # Errors
/// When the ledger cannot be read; then nothing may go out.
pub(crate) async fn decide(
    context: &Context,
    adapter: &str,
    to: &str,
    request: Option<&Request>,
) -> Result<(Query, Verdict), Failure> {
    let channel = adapter.split('/').next().unwrap_or_default().to_owned();
    let session_key = request.and_then(|request| request.session_key.clone());
    let labels: Vec<SessionLabel> = match &session_key {
        Some(key) => engine::label::of_session(context, key).await?,
        None => Vec::new(),
    };
    let query = Query {
        chain: chain(context, request),
        action: Action::Deliver { channel: channel.clone(), target: to.to_owned() },
        facts: Facts {
            session_key,
            channel: Some(channel),
            labels: engine::label::facts(&labels),
            ..Facts::default()
        },
    };
    let mut verdict = context.iam.decide(&query);
    engine::label::explain(&mut verdict, &labels);
    Ok((query, verdict))
}

/// Decides, audits and marks the delivery as being sent, in one commit before anything is sent.
/// False when it must not be sent, or not while everything is paused.
pub(super) async fn permit(
    context: &Context,
    record: &DeliveryRecord,
    target: &Target,
) -> Result<bool, Failure> {
    let now = context.clock.now();
    let delivery = record.delivery.clone();
    let request_id = delivery.request_id;
    let request = context.ledger.read(move |r| r.requests().get(request_id)).await?;
    let (query, mut verdict) =
        decide(context, &delivery.adapter, &target.to, request.as_ref()).await?;
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
        if tx.pauses().at(now)?.is_some_and(|paused| paused.holds_steps()) {
            // It stays as it is, and is decided anew when the pause is over.
            return Ok(false);
        }
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
            return tx.events().record(now, &event).map(|_| false);
        }
        tx.outbox().sending(delivery.id, now)?;
        let event = Event::DeliverySending {
            delivery_id: delivery.id,
            request_id: delivery.request_id,
            target: to,
        };
        tx.events().record(now, &event).map(|_| true)
    });
    Ok(decided.await?)
}

/// On whose behalf a delivery goes out: the sender of the request it answers, through the agent.
fn chain(context: &Context, request: Option<&Request>) -> Chain {
    let start = engine::start_of(request);
    match request.and_then(|request| request.agent_id.as_ref()) {
        Some(agent) => context.agents.book().chain_from(start, agent),
        None => start,
    }
}
