//! A message outward: somebody's own words, which an adapter is to send as they are. It is a
//! request like any other, with its sender, its decision and its trace; only that no agent answers
//! it. The outbox decides once more before it is sent, and asks where somebody has to be asked.

use std::sync::Arc;

use nexus_domain::id::DeliveryId;
use nexus_domain::pipeline::{self, Access, Exit, Identified, Outward, Stage};
use nexus_domain::principal::Chain;
use nexus_domain::request::{RequestStatus, StageOutcome, WishedSend};
use nexus_iam::{Action, Effect, Facts, Query};
use nexus_ledger::Delivery;

use super::stages::{Progress, RunDecision, missing};
use super::trace::{self, TraceBook};
use super::turn;
use crate::context::Context;
use crate::jobs::outbox::Target;

/// The action of a decision about a message outward.
const SEND: &str = "message.send";
/// Stages that have nothing to do for a message outward.
const WITHOUT_AGENT: [Stage; 3] = [Stage::RunAutomations, Stage::AssembleContext, Stage::RunAgent];

/// Stage 3: may the sender send this there?
pub(super) fn admit(
    context: &Context,
    identified: Identified,
    send: WishedSend,
    decision: &mut Option<RunDecision>,
) -> Exit {
    let arrival = &identified.received.arrival;
    let query = Query {
        chain: Chain::of(identified.principal.clone()),
        action: Action::Deliver { channel: send.channel().to_owned(), target: send.to.clone() },
        facts: Facts { channel: Some(arrival.channel.clone()), ..Facts::default() },
    };
    let verdict = context.iam.decide(&query);
    let access = match verdict.effect {
        Effect::Allow => Access::Allowed,
        Effect::Ask => Access::Asked,
        Effect::Deny => Access::Denied,
    };
    let reason = verdict.to_string();
    let resource = format!("{} {}", send.adapter, send.to);
    *decision = Some(RunDecision { chain: query.chain, action: SEND, resource, verdict });
    pipeline::resolve_outward(identified, send, access, reason)
}

/// Stages 4 to 8 in one transaction: the intent to send, and the end of the request.
pub(super) async fn close(
    context: &Arc<Context>,
    outward: Outward,
    mut book: TraceBook,
    progress: Progress,
) {
    let Outward { identified, send } = outward;
    let request_id = identified.received.request_id;
    let clock = Arc::clone(&context.clock);
    let id = DeliveryId::from_parts(clock.now(), clock.entropy());
    book.end(StageOutcome::Passed, format!("to {} {}", send.adapter, send.to));
    for stage in WITHOUT_AGENT {
        book.begin(stage);
        book.end(StageOutcome::Skipped, "a message outward: no agent answers it");
    }
    book.begin(Stage::DeliverResponse);
    book.end(StageOutcome::Passed, format!("in the outbox as {id}"));
    book.begin(Stage::Finalize);
    book.end(StageOutcome::Passed, "completed");
    let traces = book.take();
    let closed = context.ledger.write(move |tx| {
        let now = clock.now();
        let mut request = tx.requests().get(request_id)?.ok_or_else(|| missing(request_id))?;
        if request.status.is_final() {
            return Ok(());
        }
        if let Some(decision) = &progress.decision {
            decision.audit(tx, request_id, now)?;
        }
        trace::write_new(tx, &request, &traces, now)?;
        request.principal = Some(identified.principal);
        request.stage = Stage::Finalize;
        tx.requests().save(&request)?;
        let target =
            Target { to: send.to, thread_id: send.thread_id, reply_to_id: send.reply_to_id };
        // A person wrote it and knows where it goes: it is not held back for second thoughts.
        tx.outbox().enqueue(&Delivery {
            id,
            request_id,
            adapter: send.adapter,
            target: serde_json::to_value(target)?,
            text: identified.received.arrival.content,
            idempotency_key: id.to_string(),
            created_at: now,
            due_at: now,
        })?;
        turn::finish_request(tx, request_id, RequestStatus::Completed, None, now)
    });
    if let Err(error) = closed.await {
        // The request stays as recorded and is taken up again at the next start.
        tracing::error!(%error, request = %request_id, "a message outward could not be recorded");
    }
    context.engine.completion_bell.send_modify(|n| *n += 1);
}
