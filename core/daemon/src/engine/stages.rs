//! Stages 2 to 5: from a recorded arrival to an open turn, or to a place in the queue.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::TurnId;
use nexus_domain::pipeline::{
    self, Access, AccessFacts, Admitted, Automated, Exit, Identified, IdentityFacts, Received,
    Stage,
};
use nexus_domain::principal::Chain;
use nexus_domain::request::{RequestStatus, StageOutcome};
use nexus_domain::session::{Lane, LaneDecision, on_arrival};
use nexus_iam::{Action, Effect, Facts, Query, Verdict};
use nexus_ledger::{AuditEntry, LedgerError, Tx};

use super::order::Place;
use super::trace::{self, TraceBook};
use super::{broken, close, hook, outward, run, sender, turn};
use crate::context::Context;
use crate::crash::CrashPoint;

/// Most times that a message is decided about anew because rules change all the time.
const DECISIONS_MAX: usize = 8;

/// Takes the next place in the line of its conversation and lets the stages run.
pub(super) fn start(context: &Arc<Context>, received: Received) {
    let place = context.engine.order.join(&received);
    context.engine.tasks.spawn(drive(Arc::clone(context), received, place));
}

/// Drives one request to the point where its turn is open, it waits, or it has left early.
async fn drive(context: Arc<Context>, received: Received, place: Place) {
    let request_id = received.request_id;
    let mut n_decided = 0;
    // What was decided while others were ahead holds only as long as the rules it was decided by:
    // an answer or a revocation in between counts. The stages so far have no effect outside the
    // ledger, and write only at their end.
    let (decided, book, progress) = loop {
        let epoch = context.iam.epoch();
        let mut book = TraceBook::new(Arc::clone(&context.clock));
        let mut progress = Progress::default();
        let decided = decide(&context, received.clone(), &mut book, &mut progress);
        // What it left half done is the book of this request alone.
        let decided = AssertUnwindSafe(decided).catch_unwind().await.unwrap_or_else(|_| {
            Err(Exit::Failed(Failure::internal("deciding about it broke down inside the daemon")))
        });
        place.reached().await;
        n_decided += 1;
        if context.iam.epoch() == epoch || n_decided == DECISIONS_MAX {
            break (decided, book, progress);
        }
    };
    match decided {
        Ok(automated) => open(&context, automated, book, progress.decision).await,
        Err(Exit::Parked(admitted)) => sender::park(&context, *admitted, book, progress).await,
        Err(Exit::Outward(outward)) => outward::close(&context, *outward, book, progress).await,
        Err(exit) => close::leave_early(&context, request_id, exit, book, progress).await,
    }
}

/// How far a request came before it left.
#[derive(Default)]
pub(super) struct Progress {
    /// What access control decided.
    pub(super) decision: Option<RunDecision>,
    /// Where it was going.
    pub(super) admitted: Option<Admitted>,
}

/// The action of a decision about a run.
pub(super) const RUN: &str = "agent.run";

/// What access control decided about a request, to be audited with whatever comes of it.
pub(super) struct RunDecision {
    pub(super) chain: Chain,
    /// What was decided about: `agent.run`, `message.send`.
    pub(super) action: &'static str,
    /// The agent, or where the message goes.
    pub(super) resource: String,
    pub(super) verdict: Verdict,
}

impl RunDecision {
    /// Writes the decision into the audit and tells of it.
    pub(super) fn audit(
        &self,
        tx: &mut Tx<'_>,
        request_id: nexus_domain::id::RequestId,
        now: nexus_domain::Timestamp,
    ) -> Result<(), LedgerError> {
        let entry = AuditEntry {
            at: now,
            request_id: Some(request_id),
            turn_id: None,
            chain: self.chain.clone(),
            action: self.action.to_owned(),
            resource: self.resource.clone(),
            verdict: self.verdict.effect.name().to_owned(),
            reason: self.verdict.to_string(),
            digest: None,
        };
        tx.audit().append(&entry)?;
        if let Some(actor) = self.chain.actor() {
            self.verdict.grants().try_for_each(|id| tx.grants().used(id, actor, now))?;
        }
        let event = Event::AclDecision {
            request_id: Some(request_id),
            chain: self.chain.clone(),
            action: format!("{} {}", self.action, self.resource),
            verdict: self.verdict.effect.name().to_owned(),
            reason: self.verdict.to_string(),
        };
        tx.events().record(now, &event)?;
        Ok(())
    }
}

async fn decide(
    context: &Arc<Context>,
    received: Received,
    book: &mut TraceBook,
    progress: &mut Progress,
) -> Result<Automated, Exit> {
    book.begin(Stage::ResolveIdentity);
    let facts = identity_facts(context, &received).await?;
    let identified = pipeline::resolve_identity(received, facts);
    book.end(StageOutcome::Passed, identified.principal.to_string());

    book.begin(Stage::ResolveAccess);
    if let Some(send) = identified.received.wish.run.send.clone() {
        return Err(outward::admit(context, identified, send, &mut progress.decision));
    }
    let admitted = admit(context, identified, &mut progress.decision).await?;
    progress.admitted = Some(admitted.clone());
    let note = format!("{} → {}", admitted.session_key, admitted.agent_id);
    book.end(StageOutcome::Passed, note);

    book.begin(Stage::RunAutomations);
    let answers = hook::ask_all(context, &admitted).await;
    let fired: Vec<_> = answers.iter().filter(|a| a.has_fired).map(|a| a.hook.clone()).collect();
    let automated = pipeline::run_automations(admitted, answers)?;
    match fired.is_empty() {
        true => book.end(StageOutcome::Skipped, "no automation matched"),
        false => book.end(StageOutcome::Passed, fired.join(", ")),
    }
    Ok(automated)
}

async fn identity_facts(context: &Context, received: &Received) -> Result<IdentityFacts, Exit> {
    if received.authenticated.is_some() {
        return Ok(IdentityFacts::default());
    }
    let (channel, sender_id) =
        (received.arrival.channel.clone(), received.arrival.sender_id.clone());
    context.ledger.read(move |r| r.identity().facts(&channel, &sender_id)).await.map_err(broken)
}

async fn admit(
    context: &Context,
    identified: Identified,
    decision: &mut Option<RunDecision>,
) -> Result<Admitted, Exit> {
    let book = context.agents.book();
    let Some(default_agent) = book.default_agent().map(|agent| agent.id().clone()) else {
        return Err(Exit::Failed(Failure::internal("no agent is configured")));
    };
    let session_agent = match identified.received.wish.session_key.clone() {
        None => None,
        Some(key) => {
            let session =
                context.ledger.read(move |r| r.sessions().get(&r.sessions().resolve(&key)?)).await;
            session.map_err(broken)?.map(|session| session.agent_id)
        }
    };
    let wished = identified.received.wish.agent_id.clone();
    let agent_id =
        wished.or_else(|| session_agent.clone()).unwrap_or_else(|| default_agent.clone());
    book.find(&agent_id).map_err(Exit::Failed)?;
    let asker = &identified.principal;
    if let Err(failure) = book.check_invoker(asker, &agent_id) {
        return Err(Exit::Denied { reason: failure.message });
    }
    // An agent that has another one work acts for whoever it works for itself.
    let run = &identified.received.wish.run;
    let chain = match &identified.received.wish.parent {
        Some(parent) => book.chain_from(run.chain(asker), &parent.agent_id),
        None => run.chain(asker),
    };
    let query = Query {
        chain,
        action: Action::StartRun {
            agent: agent_id.clone(),
            channel: identified.received.arrival.channel.clone(),
            peer_kind: identified.received.arrival.peer_kind,
        },
        facts: Facts::default(),
    };
    let verdict = context.iam.decide(&query);
    let access = match verdict.effect {
        Effect::Allow => Access::Allowed,
        // Whoever the daemon authenticated waits for the answer of the call: nobody can be asked.
        Effect::Ask if identified.received.authenticated.is_none() => Access::Asked,
        Effect::Ask | Effect::Deny => Access::Denied,
    };
    let facts = AccessFacts { access, reason: verdict.to_string(), default_agent, session_agent };
    let decided = decision.insert(RunDecision {
        chain: query.chain,
        action: RUN,
        resource: agent_id.to_string(),
        verdict,
    });
    match pipeline::resolve_access(identified, facts) {
        Err(Exit::Parked(admitted)) => sender::as_answered(context, *admitted, decided).await,
        other => other,
    }
}

/// Stage 5: in one transaction, decides whether the session is free, and opens the turn or queues
/// the request.
async fn open(
    context: &Arc<Context>,
    mut automated: Automated,
    mut book: TraceBook,
    decision: Option<RunDecision>,
) {
    let request_id = automated.admitted.identified.received.request_id;
    let n_waiting_max = context.config.current().queue_len_max;
    let clock = Arc::clone(&context.clock);
    book.begin(Stage::AssembleContext);
    let opened = context
        .ledger
        .write(move |tx| {
            let now = clock.now();
            let mut request = tx.requests().get(request_id)?.ok_or_else(|| missing(request_id))?;
            let lane_key = automated.admitted.session_key.clone();
            if sender::is_ahead(&request) {
                return Ok((LaneDecision::Wait(None), None, lane_key));
            }
            if let Some(decision) = &decision {
                decision.audit(tx, request_id, now)?;
            }
            trace::write_new(tx, &request, &book.take(), now)?;
            tx.sender_waits().remove(request_id)?;
            let lane_key = turn::settle_session(tx, &mut automated.admitted, now)?;
            request.principal = Some(automated.admitted.identified.principal.clone());
            request.session_key = Some(lane_key.clone());
            request.agent_id = Some(automated.admitted.agent_id.clone());
            request.queue_mode = turn::queue_mode(tx, &automated.admitted)?;
            request.stage = Stage::AssembleContext;
            tx.requests().save(&request)?;
            let is_held = turn::is_held(tx, std::slice::from_ref(&request), now)?;
            let lane = Lane {
                is_busy: is_held || tx.turns().active(&lane_key)?.is_some(),
                n_waiting: tx.queue().waiting(&lane_key)?.len(),
                n_waiting_max,
            };
            let step = on_arrival(lane, request.queue_mode);
            match step {
                LaneDecision::Refuse => {
                    let text = format!(
                        "{n_waiting_max} requests wait in `{lane_key}` already; wait until they \
                         have run, stop the run (nexus request stop <id>), or raise \
                         sessions.queue_len_max"
                    );
                    book.end(StageOutcome::Failed, text.clone());
                    trace::write(tx, request_id, &book.take(), now)?;
                    turn::finish_request(tx, request_id, RequestStatus::Failed, Some(text), now)?;
                    Ok((step, None, lane_key))
                }
                LaneDecision::Wait(_) => {
                    turn::enqueue(tx, &lane_key, request, &automated.enrichment, now)?;
                    // What cannot run now cuts nothing short.
                    let step = if is_held { LaneDecision::Wait(None) } else { step };
                    Ok((step, None, lane_key))
                }
                LaneDecision::Start => {
                    book.end(StageOutcome::Passed, "the session was free");
                    let turn_id = turn::open(
                        tx,
                        &*clock,
                        &lane_key,
                        vec![turn::Opening::new(request, &automated)],
                        book.take(),
                    )?;
                    Ok((step, Some(turn_id), lane_key))
                }
            }
        })
        .await;
    match opened {
        Ok((LaneDecision::Start, Some(turn_id), key)) => begin(context, turn_id, key),
        Ok((LaneDecision::Wait(Some(stop)), _, key)) => context.engine.request_stop(&key, stop),
        Ok(_) => context.engine.completion_bell.send_modify(|n| *n += 1),
        Err(error) => {
            let book = TraceBook::new(Arc::clone(&context.clock));
            close::leave_early(context, request_id, broken(error), book, Progress::default()).await;
        }
    }
}

fn begin(context: &Arc<Context>, turn_id: TurnId, session_key: nexus_domain::id::SessionKey) {
    CrashPoint::TurnOpened.pass();
    run::start(context, turn_id, session_key);
}

/// A request that was admitted and is gone.
pub(super) fn missing(request_id: nexus_domain::id::RequestId) -> LedgerError {
    LedgerError::NotFound { what: "request", id: request_id.to_string() }
}
