//! Agents.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use nexus_domain::agent::{RunLimits, StopReason, Turn};
use nexus_domain::failure::Failure;
use nexus_domain::message::{Message, Role};
use nexus_domain::request::{Request, RequestStatus, RunWish};
use nexus_iam::Permit;
use nexus_protocol::agent::{
    LimitKind, ListParams, ListResult, RunParams, RunResult, RunStatus, Tier, TurnEnd, WaitParams,
};

use super::session::{ControlMessage, own_session, submit};
use crate::context::Context;
use crate::engine;

/// Longest wait for a run when nobody says, in milliseconds.
const WAIT_MS_DEFAULT: u64 = 30_000;

/// The second answer of a run, which comes when the run has ended.
pub type LastAnswer = BoxFuture<'static, Result<RunResult, Failure>>;

/// Lists the agents.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    _params: ListParams,
) -> Result<ListResult, Failure> {
    let config = context.config.current();
    let agents = config.agents.clone();
    let Some(first) = agents.first() else {
        return Err(Failure::internal("no agent is configured"));
    };
    Ok(ListResult { default_agent: first.id.clone(), agents })
}

/// Runs an agent: answers at once, and again when the run has ended.
pub async fn run(
    context: &Arc<Context>,
    permit: Permit,
    params: RunParams,
) -> Result<(RunResult, LastAnswer), Failure> {
    let session_key = match params.session_key {
        Some(key) => Some(key),
        None => permit.chain().invoker().and_then(own_session),
    };
    let model = params.tier.and_then(Tier::word).and_then(|tier| {
        let config = context.config.current();
        config.tiers.get(tier).cloned()
    });
    let message = ControlMessage {
        text: params.message,
        attachments: Vec::new(),
        session_key: session_key.clone(),
        agent_id: params.agent_id,
        queue_mode: params.queue_mode,
        wish: RunWish { steps_max: params.steps_max, model, call: None },
        idempotency_key: params.idempotency_key,
    };
    let admission = submit(context, &permit, message).await?;
    let accepted = RunResult {
        run_id: admission.request_id,
        status: RunStatus::Accepted,
        is_duplicate: admission.is_duplicate,
        session_key,
        turn_id: None,
        request_status: None,
        summary: None,
        turn: None,
    };
    let context = Arc::clone(context);
    let is_duplicate = admission.is_duplicate;
    let last = async move {
        let request = engine::ended(&context, admission.request_id).await?;
        summarize(&context, request, is_duplicate).await
    };
    Ok((accepted, last.boxed()))
}

/// Waits until a run has ended; after the time that was named, says that it has not.
pub async fn wait(
    context: &Arc<Context>,
    _permit: Permit,
    params: WaitParams,
) -> Result<RunResult, Failure> {
    let run_id = params.run_id;
    let timeout_ms = params.timeout_ms.unwrap_or(WAIT_MS_DEFAULT);
    tokio::select! {
        ended = engine::ended(context, run_id) => summarize(context, ended?, false).await,
        () = context.clock.sleep(timeout_ms) => {
            let request = context.ledger.read(move |r| r.requests().get(run_id)).await?;
            let request = request
                .ok_or_else(|| Failure::not_found(format!("there is no run `{run_id}`")))?;
            match request.status.is_final() {
                true => summarize(context, request, false).await,
                false => Ok(RunResult {
                    run_id,
                    status: RunStatus::Accepted,
                    is_duplicate: false,
                    session_key: request.session_key,
                    turn_id: request.turn_id,
                    request_status: Some(request.status),
                    summary: None,
                    turn: None,
                }),
            }
        }
    }
}

async fn summarize(
    context: &Context,
    request: Request,
    is_duplicate: bool,
) -> Result<RunResult, Failure> {
    let (turn, messages) = match request.turn_id {
        None => (None, Vec::new()),
        Some(turn_id) => {
            let read = move |r: &nexus_ledger::Reader<'_>| {
                Ok((r.turns().get(turn_id)?, r.turns().of_turn(turn_id)?))
            };
            context.ledger.read(read).await?
        }
    };
    let reply = messages.iter().rev().find(|m| m.role == Role::Assistant).map(Message::text);
    let summary = match request.status {
        RequestStatus::Completed | RequestStatus::HandledByAutomation => reply,
        _ => request.error.clone().or(reply),
    };
    let limits = limits(context, &request);
    Ok(RunResult {
        run_id: request.id,
        status: RunStatus::Done,
        is_duplicate,
        session_key: request.session_key,
        turn_id: request.turn_id,
        request_status: Some(request.status),
        summary,
        turn: turn.as_ref().and_then(|turn| turn_end(turn, limits)),
    })
}

/// What the run was limited to.
fn limits(context: &Context, request: &Request) -> RunLimits {
    let config = context.config.current();
    let agent = request.agent_id.as_ref().and_then(|id| config.agent(id));
    let mut limits = agent.map(|agent| agent.limits).unwrap_or_default();
    if let Some(steps_max) = request.wish.steps_max {
        limits.steps_max = limits.steps_max.min(steps_max);
    }
    limits
}

fn turn_end(turn: &Turn, limits: RunLimits) -> Option<TurnEnd> {
    let stop_reason = turn.stop_reason?;
    let limit = (stop_reason == StopReason::Limit).then(|| {
        if turn.n_steps >= limits.steps_max {
            LimitKind::Steps
        } else if turn.usage.total_tokens() >= limits.tokens_max {
            LimitKind::Tokens
        } else {
            LimitKind::Duration
        }
    });
    Some(TurnEnd { stop_reason, limit, n_steps: turn.n_steps, usage: turn.usage })
}
