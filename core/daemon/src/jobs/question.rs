//! Deliveries about which the owner is asked first: the question is on record, the delivery waits
//! in the outbox, and silence means that nothing is sent.

use nexus_domain::contact::plain_line;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::PermissionId;
use nexus_domain::permission::{
    PERMISSION_OPEN_MS, PermissionKind, PermissionRequest, PermissionStatus, Target,
};
use nexus_domain::request::Request;
use nexus_iam::{Effect, Query, Reason, Verdict, canonical_action};
use nexus_ledger::{AuditEntry, Delivery};
use serde_json::json;

use super::outbox;
use crate::context::Context;

/// Longest piece of the text that the question shows, in characters.
const TEXT_CHARS_MAX: usize = 200;
/// The name under which an answer stands among the reasons of a verdict.
const ANSWER: &str = "answer";

/// The owner's answer to a question about a delivery, as a verdict. `None` while nobody has
/// answered; the question is put when there is none yet.
pub(super) async fn answer(
    context: &Context,
    delivery: &Delivery,
    target: &outbox::Target,
    query: &Query,
    request: Option<&Request>,
    verdict: &Verdict,
) -> Result<Option<Verdict>, Failure> {
    let Some(place) = request.and_then(|request| {
        Some((request.turn_id?, request.session_key.clone()?, request.agent_id.clone()?))
    }) else {
        // Nobody could be shown where the question comes from.
        return Ok(Some(as_verdict(Effect::Deny, format!("nobody can be asked: {verdict}"))));
    };
    let (turn_id, session_key, agent_id) = place;
    let call_id = delivery.id.to_string();
    let wanted = call_id.clone();
    let asked = context.ledger.read(move |r| r.permissions().for_call(turn_id, &wanted)).await?;
    if let Some(asked) = asked {
        return Ok(settled(&asked));
    }
    let now = context.clock.now();
    // What a person approves has one line and no character that could disguise it.
    let start = plain_line(&delivery.text, TEXT_CHARS_MAX);
    let summary = format!("send to {} on {}: {start}", target.to, delivery.adapter);
    let recipient = Target::Recipient {
        channel: delivery.adapter.split('/').next().unwrap_or_default().to_owned(),
        to: target.to.clone(),
    };
    let arguments = json!({ "adapter": delivery.adapter, "to": target.to, "text": delivery.text });
    let permission = PermissionRequest {
        id: PermissionId::from_parts(now, context.clock.entropy()),
        kind: PermissionKind::Policy,
        request_id: delivery.request_id,
        turn_id: Some(turn_id),
        tool_call_id: Some(call_id),
        sender: None,
        session_key,
        agent_id,
        chain: query.chain.clone(),
        action: canonical_action("deliver", summary, arguments, vec![recipient]),
        reason: verdict.to_string(),
        status: PermissionStatus::Pending,
        created_at: now,
        // A yes here says nothing about the next text.
        proposals: Vec::new(),
        expires_at: now.plus_ms(PERMISSION_OPEN_MS),
        seen_at: None,
        answer: None,
        resolved_by: None,
        resolved_at: None,
        comment: None,
        grant_id: None,
        signature: None,
    };
    put(context, permission).await?;
    Ok(None)
}

async fn put(context: &Context, permission: PermissionRequest) -> Result<(), Failure> {
    let asking = context.ledger.write(move |tx| {
        tx.audit().append(&AuditEntry {
            at: permission.created_at,
            request_id: Some(permission.request_id),
            turn_id: permission.turn_id,
            chain: permission.chain.clone(),
            action: "deliver".to_owned(),
            resource: permission.action.summary.clone(),
            verdict: Effect::Ask.name().to_owned(),
            reason: permission.reason.clone(),
            digest: Some(permission.action.digest.clone()),
        })?;
        tx.permissions().create(&permission)?;
        let at = permission.created_at;
        tx.events()
            .record(at, &Event::PermissionRequested { permission: Box::new(permission) })
            .map(|_| ())
    });
    Ok(asking.await?)
}

fn settled(asked: &PermissionRequest) -> Option<Verdict> {
    let who = asked.resolved_by.as_ref().map_or("nobody".to_owned(), ToString::to_string);
    let comment = asked.comment.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
    match asked.status {
        PermissionStatus::Pending => None,
        PermissionStatus::Approved => {
            Some(as_verdict(Effect::Allow, format!("approved by {who}{comment}")))
        }
        PermissionStatus::Denied => {
            Some(as_verdict(Effect::Deny, format!("{who} said no{comment}")))
        }
        PermissionStatus::Expired | PermissionStatus::Withdrawn => {
            let text = "nobody answered in time, which means no".to_owned();
            Some(as_verdict(Effect::Deny, text))
        }
    }
}

fn as_verdict(effect: Effect, text: String) -> Verdict {
    Verdict { effect, reasons: vec![Reason { policy: ANSWER.to_owned(), text }] }
}
