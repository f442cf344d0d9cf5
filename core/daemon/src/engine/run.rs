//! Stage 6: the agent works. This is the only file that reaches the turn loop.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use nexus_agent::StopSignal;
use nexus_agent::turn::World;
use nexus_domain::agent::{AgentError, AgentErrorKind, StopReason};
use nexus_domain::budget::Payer;
use nexus_domain::id::{SessionKey, TurnId};
use nexus_domain::pipeline::RunOutcome;
use tokio::sync::watch;
use tracing::Instrument as _;

use super::RunHandle;
use super::cancel;
use super::close;
use super::gate::RunGate;
use super::log::RunLog;
use super::meter::RunMeter;
use super::place::Place;
use super::prepare::{self, Prepared};
use super::watch::RunWatcher;
use crate::context::Context;
use crate::crash::CrashPoint;

/// Pause before a result is offered to the ledger again, in milliseconds.
const CLOSE_RETRY_MS: u64 = 1_000;

/// Starts the run of an open turn.
pub(super) fn start(context: &Arc<Context>, turn_id: TurnId, session_key: SessionKey) {
    let stop = StopSignal::new();
    let (ended, has_ended) = watch::channel(false);
    let handle = RunHandle { turn_id, stop: stop.clone(), ended: has_ended };
    let mut runs = context.engine.runs();
    if context.engine.stop_marks().contains(&turn_id) {
        handle.stop.stop_now();
    }
    runs.insert(session_key.clone(), handle);
    drop(runs);
    context.engine.start_bell.send_modify(|n| *n += 1);
    let span = tracing::info_span!("run", turn = %turn_id, session = %session_key);
    let run = run(Arc::clone(context), turn_id, session_key, stop, ended);
    context.engine.tasks.spawn(run.instrument(span));
}

async fn run(
    context: Arc<Context>,
    turn_id: TurnId,
    session_key: SessionKey,
    stop: StopSignal,
    ended: watch::Sender<bool>,
) {
    let next = tokio::select! {
        next = work(&context, turn_id, &session_key, &stop) => next,
        // Nothing is recorded: the turn goes on from its last step after the next start.
        () = context.engine.suspend.cancelled() => None,
    };
    let mut runs = context.engine.runs();
    if runs.get(&session_key).is_some_and(|handle| handle.turn_id == turn_id) {
        runs.remove(&session_key);
    }
    drop(runs);
    if let Some(next) = next {
        CrashPoint::TurnOpened.pass();
        start(&context, next, session_key);
    }
    ended.send_replace(true);
    context.engine.completion_bell.send_modify(|n| *n += 1);
}

/// Works on a turn to its end and records it. Returns the turn that follows in the session.
async fn work(
    context: &Arc<Context>,
    turn_id: TurnId,
    session_key: &SessionKey,
    stop: &StopSignal,
) -> Option<TurnId> {
    let place = Arc::new(Place::take(&context.engine.places).await);
    heed_waiting(context, session_key).await;
    let watcher = Arc::new(RunWatcher::new(Arc::clone(context), turn_id, session_key.clone()));
    let outcome = match prepare::prepare(context, turn_id, stop, &place).await {
        Ok(prepared) => {
            let attempt = attempt(context, prepared, &watcher, stop);
            let caught = AssertUnwindSafe(attempt).catch_unwind().await;
            caught.unwrap_or_else(|_| failed("the run broke down inside the daemon"))
        }
        Err(failure) => {
            tracing::error!(?failure, "a turn could not be prepared");
            failed(&failure.message)
        }
    };
    if outcome.stop_reason == StopReason::Aborted {
        cancel::stop_sent(context, turn_id).await;
    }
    CrashPoint::RunUnrecorded.pass();
    let partial = watcher.take_partial();
    loop {
        match close::close_turn(context, turn_id, outcome.clone(), partial.clone()).await {
            Ok(next) => {
                CrashPoint::RunRecorded.pass();
                return next;
            }
            Err(failure) => {
                tracing::error!(?failure, "the end of a run could not be recorded; trying again");
                context.clock.sleep(CLOSE_RETRY_MS).await;
            }
        }
    }
}

/// Input that cuts a run short may have come while there was a turn and no run to be told: before
/// the run began, or before the daemon stopped.
pub(super) async fn heed_waiting(context: &Arc<Context>, session_key: &SessionKey) {
    let key = session_key.clone();
    match context.ledger.read(move |r| r.queue().waiting(&key)).await {
        Ok(waiting) => {
            let waiting = match context.pause.current() {
                Some(_) => Vec::new(),
                None => waiting,
            };
            for stop in waiting.iter().filter_map(|waiting| waiting.mode.stop()) {
                context.engine.request_stop(session_key, stop);
            }
        }
        Err(error) => tracing::warn!(%error, "what waits behind a run could not be read"),
    }
}

async fn attempt(
    context: &Arc<Context>,
    prepared: Prepared,
    watcher: &Arc<RunWatcher>,
    stop: &StopSignal,
) -> RunOutcome {
    let Prepared { input, tools, gate_facts, finished, compaction, is_one_call, leading } =
        prepared;
    if let Some(reply) = finished {
        return RunOutcome { reply, stop_reason: StopReason::EndTurn, error: None };
    }
    if let Some((request, arrival)) = &leading
        && compaction.is_none()
        && !is_one_call
    {
        watcher.show_to_sender(request, arrival).await;
    }
    let facts = input.facts.clone();
    let payer = Payer::of(&gate_facts.chain, Some(facts.session_key.clone()));
    let world = World {
        models: context.engine.models(),
        tools,
        meter: Arc::new(RunMeter {
            context: Arc::clone(context),
            turn_id: Some(facts.turn_id),
            request_id: gate_facts.request_ids.first().copied(),
            chain: gate_facts.chain.clone(),
            payer: payer.clone(),
        }),
        gate: Arc::new(RunGate {
            context: Arc::clone(context),
            turn_id: facts.turn_id,
            session_key: facts.session_key.clone(),
            agent_id: gate_facts.agent_id.clone(),
            request_ids: gate_facts.request_ids.clone(),
            chain: gate_facts.chain.clone(),
            hidden: gate_facts.hidden,
            watcher: Some(Arc::clone(watcher)),
        }),
        log: Arc::new(RunLog {
            context: Arc::clone(context),
            turn_id: facts.turn_id,
            session_key: facts.session_key,
            agent_id: gate_facts.agent_id,
            chain: gate_facts.chain,
            request_id: gate_facts.request_ids.first().copied(),
            watcher: Arc::clone(watcher),
            payer,
        }),
        power: Arc::new(context.power.clone()),
        watcher: Arc::clone(watcher) as _,
        clock: Arc::clone(&context.clock),
    };
    let mut outcome = match compaction {
        Some(wish) => nexus_agent::turn::compact(input, &world, stop, wish.is_forced).await,
        None if is_one_call => nexus_agent::turn::make_calls(input, &world, stop).await,
        None => nexus_agent::turn::run(input, &world, stop).await,
    };
    watcher.flush().await;
    // What a provider complains about, and what is delivered, may quote a credential.
    let redactor = context.credentials.redactor();
    redactor.clean_mut(&mut outcome.reply);
    if let Some(error) = &mut outcome.error {
        redactor.clean_mut(&mut error.message);
    }
    outcome
}

fn failed(message: &str) -> RunOutcome {
    RunOutcome {
        reply: String::new(),
        stop_reason: StopReason::Error,
        error: Some(AgentError {
            kind: AgentErrorKind::Internal,
            message: message.to_owned(),
            hint: Some("see the daemon's log: nexus daemon logs".to_owned()),
            is_retryable: false,
        }),
    }
}
