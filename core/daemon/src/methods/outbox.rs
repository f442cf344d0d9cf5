//! The outbox.

use std::sync::Arc;

use nexus_domain::contact::plain_line;
use nexus_domain::delivery::DeliveryStatus;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::DeliveryId;
use nexus_iam::Permit;
use nexus_ledger::{DeliveryRecord, LedgerError, OutboxMut};
use nexus_protocol::outbox::{ChangeParams, ChangeResult, DeliveryFacts, ListParams, ListResult};

use super::session::page_len;
use crate::context::Context;
use crate::jobs::outbox::Target;

/// Longest beginning of a text in a list, in characters.
const TEXT_CHARS_MAX: usize = 200;

/// Lists deliveries, the latest first.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    params: ListParams,
) -> Result<ListResult, Failure> {
    let limit = page_len(params.limit)?;
    let ListParams { states, before, .. } = params;
    let read = context.ledger.read(move |r| r.outbox().list(&states, before, limit + 1)).await?;
    let mut deliveries: Vec<_> = read.into_iter().map(facts).collect();
    let has_more = deliveries.len() > limit as usize;
    deliveries.truncate(limit as usize);
    for delivery in &mut deliveries {
        delivery.text = plain_line(&delivery.text, TEXT_CHARS_MAX);
    }
    Ok(ListResult { deliveries, has_more })
}

/// Sends something once more.
pub async fn retry(
    context: &Arc<Context>,
    _permit: Permit,
    params: ChangeParams,
) -> Result<ChangeResult, Failure> {
    let now = context.clock.now();
    change(context, params, move |outbox, id| {
        // What is on its way has an end soon: a second one beside it could be sent twice.
        let found = outbox.get(id)?;
        if found.is_some_and(|found| found.status == DeliveryStatus::Sending) {
            return Err(LedgerError::conflict(format!("delivery {id} is on its way")));
        }
        outbox.retry(id, now)
    })
    .await
}

/// Takes something back.
pub async fn drop(
    context: &Arc<Context>,
    _permit: Permit,
    params: ChangeParams,
) -> Result<ChangeResult, Failure> {
    let now = context.clock.now();
    change(context, params, move |outbox, id| outbox.drop(id, now)).await
}

async fn change(
    context: &Context,
    params: ChangeParams,
    deed: impl FnOnce(&OutboxMut<'_>, DeliveryId) -> Result<(), LedgerError> + Send + 'static,
) -> Result<ChangeResult, Failure> {
    let now = context.clock.now();
    let changed = context.ledger.write(move |tx| {
        let id = tx.outbox().find(&params.id)?;
        deed(&tx.outbox(), id)?;
        let found = tx.outbox().get(id)?;
        let is_dropped = found.as_ref().is_some_and(|d| d.status == DeliveryStatus::Dropped);
        tx.events().record(now, &Event::DeliveryChanged { delivery_id: id, is_dropped })?;
        Ok(found)
    });
    let changed = changed.await?.ok_or_else(|| Failure::internal("a delivery is gone"))?;
    Ok(ChangeResult { delivery: facts(changed) })
}

pub(super) fn facts(record: DeliveryRecord) -> DeliveryFacts {
    let target = serde_json::from_value::<Target>(record.delivery.target);
    DeliveryFacts {
        id: record.delivery.id,
        request_id: record.delivery.request_id,
        adapter: record.delivery.adapter,
        to: target.map(|target| target.to).unwrap_or_default(),
        text: record.delivery.text,
        state: record.status,
        n_tries: record.n_tries,
        next_at: (record.status == DeliveryStatus::Pending).then_some(record.next_at),
        created_at: record.delivery.created_at,
        changed_at: record.changed_at,
        message_ids: record.message_ids,
        error: record.error,
    }
}
