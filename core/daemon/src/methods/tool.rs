//! Tool calls by name. They go through the pipeline as a run of one call: the same stages, gate,
//! audit, labels and budgets as a call that a model asks for.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use nexus_domain::agent::ToolCallStatus;
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::principal::Principal;
use nexus_domain::request::{Request, RequestStatus, RunWish, WishedCall};
use nexus_domain::session::QueueMode;
use nexus_iam::{Effect, Permit};
use nexus_protocol::agent::RunStatus;
use nexus_protocol::tool::{
    CheckParams, CheckResult, CheckVerdict, InvokeParams, InvokeResult, ListParams, ListResult,
    ToolFacts,
};
use serde_json::Value;

use super::session::{ControlMessage, is_known, submit};
use crate::context::Context;
use crate::engine;

/// The session of calls that name none: a conversation of their own, so that nobody else's fills
/// with them.
const SESSION_DEFAULT: &str = "tools";

/// The second answer of a call, which comes when it has ended.
pub type LastAnswer = BoxFuture<'static, Result<InvokeResult, Failure>>;

/// Lists the tools of an agent.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    params: ListParams,
) -> Result<ListResult, Failure> {
    let agent_id = params.agent_id.map_or_else(|| default_agent(context), Ok)?;
    let (agent, tools) = engine::tools_of(context, &agent_id, &session(None)?)?;
    let facts = tools.specs(&agent.tools).into_iter().map(|spec| ToolFacts {
        name: spec.name,
        description: spec.description,
        parameters: spec.schema,
    });
    Ok(ListResult { agent_id, tools: facts.collect() })
}

/// Says what access control thinks of a call, without making it.
pub async fn check(
    context: &Arc<Context>,
    permit: Permit,
    params: CheckParams,
) -> Result<CheckResult, Failure> {
    let session_key = session(params.session_key)?;
    let agent_id = agent(context, &session_key, params.agent_id).await?;
    let arguments = Value::Object(params.args);
    let place = (&agent_id, &session_key);
    let foreseen =
        engine::foresee(context, invoker(&permit)?, place, &params.tool, &arguments).await?;
    Ok(CheckResult {
        verdict: match foreseen.verdict.effect {
            Effect::Allow => CheckVerdict::Allow,
            Effect::Ask => CheckVerdict::Ask,
            Effect::Deny => CheckVerdict::Deny,
        },
        reason: foreseen.verdict.to_string(),
        action: foreseen.action,
        agent_id,
        session_key,
    })
}

/// Makes a call: answers at once, and again when it has ended.
pub async fn invoke(
    context: &Arc<Context>,
    permit: Permit,
    params: InvokeParams,
) -> Result<(InvokeResult, LastAnswer), Failure> {
    let session_key = session(params.session_key)?;
    let agent_id = agent(context, &session_key, params.agent_id).await?;
    let arguments = Value::Object(params.args);
    let invoker = invoker(&permit)?;
    // What can be no call is told before anything is recorded; the gate decides later. A call that
    // was made before has changed what it would do now.
    if !is_known(context, &invoker, &params.idempotency_key).await? {
        let place = (&agent_id, &session_key);
        engine::foresee(context, invoker, place, &params.tool, &arguments).await?;
    }
    let message = ControlMessage {
        text: format!("{} {arguments}", params.tool),
        attachments: Vec::new(),
        brief: None,
        session_key: Some(session_key.clone()),
        agent_id: Some(agent_id),
        queue_mode: Some(QueueMode::Followup),
        wish: RunWish {
            call: Some(WishedCall { tool: params.tool, arguments }),
            ..RunWish::default()
        },
        idempotency_key: params.idempotency_key,
        compaction: None,
    };
    let admission = submit(context, &permit, message).await?;
    let accepted = InvokeResult {
        run_id: admission.request_id,
        status: RunStatus::Accepted,
        is_duplicate: admission.is_duplicate,
        session_key,
        request_status: None,
        ok: None,
        content: None,
        record: None,
        is_refused: false,
        permission_id: None,
    };
    let (context, first) = (Arc::clone(context), accepted.clone());
    let last = async move {
        let request = engine::ended(&context, first.run_id).await?;
        summarize(&context, request, first).await
    };
    Ok((accepted, last.boxed()))
}

/// What a call has come to so far.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn summarize(
    context: &Context,
    request: Request,
    first: InvokeResult,
) -> Result<InvokeResult, Failure> {
    let call = match request.turn_id {
        None => None,
        Some(turn_id) => {
            let read = move |r: &nexus_ledger::Reader<'_>| {
                let calls = r.turns().tool_calls(&[turn_id])?;
                let asked = r.permissions().for_call(turn_id, engine::ONE_CALL_ID)?;
                let call = calls.into_iter().find(|call| call.id == engine::ONE_CALL_ID);
                Ok(call.map(|call| (call, asked.map(|asked| asked.id))))
            };
            context.ledger.read(read).await?
        }
    };
    let is_final = request.status.is_final();
    let mut result = InvokeResult {
        status: if is_final { RunStatus::Done } else { RunStatus::Accepted },
        session_key: request.session_key.unwrap_or(first.session_key),
        request_status: Some(request.status),
        ..first
    };
    if let Some((call, permission_id)) = call {
        result.permission_id = permission_id;
        result.ok = is_final.then_some(call.status == ToolCallStatus::Completed);
        // What began has a time; what did not was kept from beginning.
        result.is_refused = call.status == ToolCallStatus::Failed && call.started_at.is_none();
        result.content = call.result;
        result.record = call.record;
    } else if is_final {
        result.ok = Some(false);
        result.is_refused = request.status == RequestStatus::Denied;
        result.content = request.error;
    }
    Ok(result)
}

fn session(named: Option<SessionKey>) -> Result<SessionKey, Failure> {
    named.map_or_else(|| SessionKey::parse(SESSION_DEFAULT), Ok)
}

fn invoker(permit: &Permit) -> Result<Principal, Failure> {
    let invoker = permit.chain().invoker().cloned();
    invoker.ok_or_else(|| Failure::internal("a permit without a principal"))
}

fn default_agent(context: &Context) -> Result<AgentId, Failure> {
    let config = context.config.current();
    let first = config.agents.first().map(|agent| agent.id.clone());
    first.ok_or_else(|| Failure::internal("no agent is configured"))
}

/// The agent that acts: the session's own, the one named, or the default one.
async fn agent(
    context: &Context,
    session_key: &SessionKey,
    named: Option<AgentId>,
) -> Result<AgentId, Failure> {
    let key = session_key.clone();
    let known =
        context.ledger.read(move |r| r.sessions().get(&r.sessions().resolve(&key)?)).await?;
    match (known.map(|session| session.agent_id), named) {
        (Some(own), Some(named)) if own != named => {
            Err(Failure::conflict(format!("session `{session_key}` belongs to agent `{own}`"))
                .hint(format!("leave the agent out, or use another session for `{named}`")))
        }
        (Some(agent), _) | (None, Some(agent)) => Ok(agent),
        (None, None) => default_agent(context),
    }
}
