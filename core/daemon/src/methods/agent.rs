//! Agents.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use nexus_domain::failure::Failure;
use nexus_domain::request::{Request, RequestStatus};
use nexus_iam::Permit;
use nexus_protocol::agent::{ListParams, ListResult, RunParams, RunResult, RunStatus};

use super::sees_agent;
use super::session::{ControlMessage, submit};
use crate::context::Context;
use crate::engine;

/// The second answer of a run, which comes when the run has ended.
pub type LastAnswer = BoxFuture<'static, Result<RunResult, Failure>>;

/// Lists the agents.
pub async fn list(
    context: &Arc<Context>,
    permit: Permit,
    _params: ListParams,
) -> Result<ListResult, Failure> {
    let config = context.config.current();
    let mut agents = config.agents.clone();
    agents.retain(|agent| sees_agent(context, &permit, &agent.id));
    let Some(first) = agents.first() else {
        return Err(Failure::not_found("there is no agent that you may use"));
    };
    Ok(ListResult { default_agent: first.id.clone(), agents })
}

/// Runs an agent: answers at once, and again when the run has ended.
pub async fn run(
    context: &Arc<Context>,
    permit: Permit,
    params: RunParams,
) -> Result<(RunResult, LastAnswer), Failure> {
    let message = ControlMessage {
        text: params.message,
        attachments: Vec::new(),
        session_key: params.session_key.clone(),
        agent_id: params.agent_id,
        queue_mode: params.queue_mode,
        idempotency_key: params.idempotency_key,
    };
    let admission = submit(context, &permit, message).await?;
    let accepted = RunResult {
        run_id: admission.request_id,
        status: RunStatus::Accepted,
        is_duplicate: admission.is_duplicate,
        session_key: params.session_key,
        turn_id: None,
        request_status: None,
        summary: None,
    };
    let context = Arc::clone(context);
    let is_duplicate = admission.is_duplicate;
    let last = async move {
        let request = engine::ended(&context, admission.request_id).await?;
        summarize(&context, request, is_duplicate).await
    };
    Ok((accepted, last.boxed()))
}

async fn summarize(
    context: &Context,
    request: Request,
    is_duplicate: bool,
) -> Result<RunResult, Failure> {
    let reply = match request.turn_id {
        None => None,
        Some(turn_id) => {
            let messages = context.ledger.read(move |r| r.turns().of_turn(turn_id)).await?;
            let is_reply = |m: &&nexus_domain::message::Message| {
                m.role == nexus_domain::message::Role::Assistant
            };
            messages.iter().rev().find(is_reply).map(nexus_domain::message::Message::text)
        }
    };
    let summary = match request.status {
        RequestStatus::Completed | RequestStatus::HandledByAutomation => reply,
        _ => request.error.clone().or(reply),
    };
    Ok(RunResult {
        run_id: request.id,
        status: RunStatus::Done,
        is_duplicate,
        session_key: request.session_key,
        turn_id: request.turn_id,
        request_status: Some(request.status),
        summary,
    })
}
