//! Messages outward.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_domain::request::{RequestStatus, RunWish, WishedSend};
use nexus_iam::Permit;
use nexus_protocol::adapter::Ability;
use nexus_protocol::message::{SendParams, SendResult};

use super::outbox::facts;
use super::person;
use super::session::{ControlMessage, submit};
use crate::context::Context;
use crate::engine;
use crate::jobs::adapters;

/// Longest name in the terms of a channel, in bytes.
const NAME_BYTES_MAX: usize = nexus_domain::arrival::IDENTIFIER_BYTES_MAX;

/// Sends a message outward as it is.
pub async fn send(
    context: &Arc<Context>,
    permit: Permit,
    params: SendParams,
) -> Result<SendResult, Failure> {
    person(&permit, "send messages by itself")?;
    if params.message.trim().is_empty() {
        return Err(Failure::invalid("the message is empty"));
    }
    let to = checked("to", params.to)?;
    let send = WishedSend {
        adapter: sender(context, params.adapter.as_deref())?,
        to,
        thread_id: params.thread_id.map(|id| checked("threadId", id)).transpose()?,
        reply_to_id: params.reply_to_id.map(|id| checked("replyToId", id)).transpose()?,
    };
    let message = ControlMessage {
        text: params.message,
        attachments: Vec::new(),
        brief: None,
        session_key: None,
        agent_id: None,
        queue_mode: None,
        wish: RunWish { send: Some(send.clone()), ..RunWish::default() },
        idempotency_key: params.idempotency_key,
        compaction: None,
    };
    let admission = submit(context, &permit, message).await?;
    let id = admission.request_id;
    let first = context.ledger.read(move |r| r.requests().get(id)).await?;
    if first.is_none_or(|first| first.wish.send.as_ref() != Some(&send)) {
        return Err(Failure::invalid("this idempotency key was used for another message")
            .hint("use a new key for a new message"));
    }
    let request = engine::ended(context, id).await?;
    if request.status != RequestStatus::Completed {
        let why = request.error.unwrap_or_else(|| "it was stopped".to_owned());
        return Err(match request.status {
            RequestStatus::Denied => Failure::denied(format!("the message is not sent: {why}")),
            _ => Failure::unavailable(format!("the message is not sent: {why}")),
        }
        .hint(format!("nexus request show {}", request.id)));
    }
    let sent = context.ledger.read(move |r| r.outbox().of_request(id)).await?;
    let delivery = sent.into_iter().next().map(facts);
    let delivery = delivery.ok_or_else(|| Failure::internal("a message without a delivery"))?;
    Ok(SendResult { request_id: id, delivery, is_duplicate: admission.is_duplicate })
}

fn checked(field: &str, text: String) -> Result<String, Failure> {
    let is_fine = !text.trim().is_empty()
        && text.len() <= NAME_BYTES_MAX
        && !text.chars().any(char::is_control);
    match is_fine {
        true => Ok(text),
        false => Err(Failure::invalid(format!(
            "`{field}` is one line of 1 to {NAME_BYTES_MAX} bytes, in the adapter's own terms"
        ))),
    }
}

/// The adapter that is meant, as deliveries name it. Those that only answer whoever came to them
/// have no conversations to send to.
fn sender(context: &Context, wished: Option<&str>) -> Result<String, Failure> {
    let sends = |key: &String| {
        let facts = context.adapters.serving(key).and_then(|child| child.facts());
        facts.is_some_and(|facts| {
            let answers_only = [Ability::Callers, Ability::Hooks];
            facts.supports.contains(&Ability::Send)
                && !answers_only.iter().any(|ability| facts.supports.contains(ability))
        })
    };
    let all: Vec<String> = context.adapters.keys().into_iter().filter(sends).collect();
    let is_meant = |key: &&String| {
        wished.is_none_or(|wished| {
            key.as_str() == wished || key.split_once('/').is_some_and(|(name, _)| name == wished)
        })
    };
    let mut meant = all.iter().filter(is_meant);
    match (meant.next(), meant.next(), wished) {
        (Some(one), None, _) => Ok(one.clone()),
        (Some(_), Some(_), _) => Err(Failure::invalid("several adapters could send this")
            .hint(format!("say which, as `adapter` (--via): {}", all.join(", ")))),
        (None, _, None) => Err(Failure::unavailable("no adapter runs that sends messages")
            .hint("see them: nexus adapter list")),
        (None, _, Some(wished)) => {
            let (channel, account) = wished.split_once('/').unwrap_or((wished, "default"));
            // Known, and not running: its own reason says more than that it is missing.
            context.adapters.find(wished)?.kept()?;
            let name = adapters::key(channel, account);
            Err(Failure::unavailable(format!("adapter `{name}` does not send at this moment"))
                .hint("see how it is: nexus adapter list"))
        }
    }
}
