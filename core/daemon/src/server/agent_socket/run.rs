//! `agent.run`: the row `agent` of the method table in the words of this framing.

use std::sync::Arc;

use nexus_domain::Failure;
use nexus_domain::id::{ConnectionId, RequestId, SessionKey};
use nexus_domain::request::RequestStatus;
use nexus_protocol::agent;
use nexus_protocol::agent_socket::{RunParams, RunResult, StoppedReason};
use nexus_protocol::jsonrpc::RpcError;
use serde_json::json;

use super::desk::{Desk, Place, Progress, busy};
use crate::dispatch::{Answer, Call};
use crate::engine;
use crate::server::make::{self, fresh_key};

/// Longest wait for the client to be told what happened before the result, in milliseconds.
const TELL_MS_MAX: u64 = 10_000;

/// Runs an agent and answers when the run has ended, whichever way it did.
///
/// # Errors
/// When it cannot run, with the session in the error's data.
pub(super) async fn run(desk: Arc<Desk>, params: RunParams) -> Result<String, RpcError> {
    let key = match params.session_id.clone() {
        Some(key) => key,
        None => new_session(&desk)?,
    };
    let place = desk.take_place(key.clone())?;
    // On a task of its own: what was begun is stopped even when nobody waits for it any more.
    let working = desk.shared.tasks.spawn(work(place, params));
    let outcome = working.await.unwrap_or_else(|error| Err(failed(&Failure::internal(error))));
    outcome.map_err(|error| with_session(error, &key))
}

fn new_session(desk: &Desk) -> Result<SessionKey, RpcError> {
    let clock = &desk.shared.context.clock;
    let id = ConnectionId::from_parts(clock.now(), clock.entropy());
    SessionKey::parse(&format!("run:{id}")).map_err(|failure| failed(&failure))
}

async fn work(place: Place, params: RunParams) -> Result<String, RpcError> {
    let desk = Arc::clone(&place.desk);
    check_free(&desk, &place.key).await?;
    let call = Call::AgentRun(agent::RunParams {
        session_key: Some(place.key.clone()),
        agent_id: None,
        queue_mode: None,
        steps_max: Some(params.turns_max()),
        tier: params.tier,
        message: params.task,
        idempotency_key: fresh_key(&desk.shared),
    });
    let made = make::make(Arc::clone(&desk.shared), Arc::clone(&desk.caller), call).await;
    let Answer::Twice(first, last) = made.map_err(|failure| failed(&failure))? else {
        return Err(failed(&Failure::internal("a run was answered once")));
    };
    let accepted: agent::RunResult = read(&first)?;
    place.progress(Progress::Accepted(accepted.run_id));
    let last = tokio::select! {
        biased;
        () = desk.gone.cancelled() => return Err(stop(&desk, accepted.run_id).await),
        last = last => last,
    };
    let ended: agent::RunResult = read(&last.map_err(|failure| failed(&failure))?)?;
    let result = result(&place.key, &ended);
    place.progress(Progress::Ended);
    until_told(&desk).await;
    desk.say_end(&result);
    serde_json::to_string(&result).map_err(|error| failed(&Failure::internal(error)))
}

/// Whoever names a session that is at work would wait behind a stranger's run.
async fn check_free(desk: &Desk, key: &SessionKey) -> Result<(), RpcError> {
    let wanted = key.clone();
    let found = desk.shared.context.ledger.read(move |r| {
        let key = r.sessions().resolve(&wanted)?;
        r.sessions().get(&key)
    });
    let session = found.await.map_err(|error| failed(&Failure::from(error)))?;
    match session.is_some_and(|session| session.is_busy || session.n_waiting > 0) {
        true => Err(busy(key)),
        false => Ok(()),
    }
}

/// The client has gone: its run goes with it, and nobody hears the answer.
async fn stop(desk: &Desk, run_id: RequestId) -> RpcError {
    if let Err(failure) = engine::cancel(&desk.shared.context, run_id).await {
        tracing::warn!(?failure, run = %run_id, "the run of a client that left goes on");
    }
    failed(&Failure::unavailable("the client has gone"))
}

/// Waits until the client has been told of all that was recorded so far, so that the result comes
/// after what led to it.
async fn until_told(desk: &Desk) {
    let context = &desk.shared.context;
    let latest = context.ledger.position().0;
    let mut passed = desk.passed();
    tokio::select! {
        // The sender lives as long as the desk.
        _ = passed.wait_for(|position| *position >= latest) => {}
        () = desk.gone.cancelled() => {}
        () = context.shutdown.begun() => {}
        () = context.clock.sleep(TELL_MS_MAX) => {}
    }
}

fn result(key: &SessionKey, ended: &agent::RunResult) -> RunResult {
    let turn = ended.turn.as_ref();
    let stopped_reason = match ended.request_status {
        Some(RequestStatus::Cancelled) => StoppedReason::Cancelled,
        Some(RequestStatus::HandledByAutomation) => StoppedReason::Complete,
        _ => StoppedReason::of(turn),
    };
    RunResult {
        session_id: key.clone(),
        success: stopped_reason == StoppedReason::Complete,
        answer: ended.summary.clone().unwrap_or_default(),
        turns: turn.map_or(0, |turn| turn.n_steps),
        stopped_reason,
        total_input_tokens: turn.map_or(0, |turn| turn.usage.input_tokens),
        total_output_tokens: turn.map_or(0, |turn| turn.usage.output_tokens),
    }
}

fn read(text: &str) -> Result<agent::RunResult, RpcError> {
    serde_json::from_str(text).map_err(|error| failed(&Failure::internal(error)))
}

fn failed(failure: &Failure) -> RpcError {
    RpcError::from(failure)
}

/// An error of a run names its session beside the rest.
fn with_session(mut error: RpcError, key: &SessionKey) -> RpcError {
    let data = error.data.get_or_insert_with(|| json!({}));
    if let Some(data) = data.as_object_mut() {
        data.insert("sessionId".to_owned(), json!(key));
    }
    error
}

impl Desk {
    /// What is told of a run last.
    fn say_end(&self, result: &RunResult) {
        let key = &result.session_id;
        let (kind, data) = match result.stopped_reason {
            StoppedReason::Error => ("error", json!({ "message": result.answer })),
            _ => ("final_answer", json!(result.answer)),
        };
        let turn = Some(result.turns);
        self.say_aside(super::tell::agent_event(key, kind, turn, data));
        let reason = json!({ "success": result.success, "stoppedReason": result.stopped_reason });
        self.say_aside(super::tell::agent_event(key, "done", turn, reason));
    }
}
