//! Agents.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use nexus_domain::agent::{RunLimits, StopReason, Turn};
use nexus_domain::failure::Failure;
use nexus_domain::id::SessionKey;
use nexus_domain::request::{Request, RunWish};
use nexus_domain::session::{Session, SessionDefaults};
use nexus_iam::Permit;
use nexus_protocol::agent::{
    AgentFacts, ChangeResult, ContextParams, ContextResult, CreateParams, DeleteParams,
    DeleteResult, GetParams, GetResult, LimitKind, ListParams, ListResult, RunParams, RunResult,
    RunStatus, Tier, TurnEnd, UpdateParams, WaitParams,
};

use super::session::{ControlMessage, own_session, submit};
use super::{person, sees_agent};
use crate::agents::{self, Agent, Alteration, Book, Order};
use crate::context::Context;
use crate::{engine, pause};

/// Longest wait for a run when nobody says, in milliseconds.
const WAIT_MS_DEFAULT: u64 = 30_000;

/// The second answer of a run, which comes when the run has ended.
pub type LastAnswer = BoxFuture<'static, Result<RunResult, Failure>>;

/// Lists the agents.
pub async fn list(
    context: &Arc<Context>,
    permit: Permit,
    _params: ListParams,
) -> Result<ListResult, Failure> {
    let book = context.agents.book();
    let all: Vec<_> =
        book.all().filter(|agent| sees_agent(context, &permit, agent.id())).cloned().collect();
    let Some(first) = all.first() else {
        return Err(Failure::not_found("there is no agent that you may use"));
    };
    let default_agent = first.id().clone();
    Ok(ListResult { default_agent, agents: facts(context, &book, &all).await? })
}

/// Shows one agent.
pub async fn get(
    context: &Arc<Context>,
    permit: Permit,
    params: GetParams,
) -> Result<GetResult, Failure> {
    let book = context.agents.book();
    if !sees_agent(context, &permit, &params.agent_id) {
        return Err(Failure::not_found("there is no such agent that you may use"));
    }
    let found = book.find(&params.agent_id)?;
    Ok(GetResult {
        agent: facts_of(context, &book, found).await?,
        system_prompt: found.made.as_ref().and_then(|made| made.system_prompt.clone()),
        children: book.children(found.id()).map(|child| child.id().clone()).collect(),
    })
}

/// Makes an agent.
pub async fn create(
    context: &Arc<Context>,
    permit: Permit,
    params: CreateParams,
) -> Result<ChangeResult, Failure> {
    let order = Order {
        id: params.agent_id,
        is_temp: params.is_temp,
        parent: params.parent_agent_id,
        preset: params.preset,
        cwd: params.cwd,
        write_paths: params.allowed_write_paths,
        disabled_tools: params.disable_tools,
        model: params.model,
        system_prompt: params.system_prompt,
        creator: person(&permit, "make agents over the control plane")?,
        origin: None,
    };
    let made = agents::create(context, order).await?;
    Ok(ChangeResult { agent: facts_of(context, &context.agents.book(), &made).await? })
}

/// Changes an agent that was made.
pub async fn update(
    context: &Arc<Context>,
    permit: Permit,
    params: UpdateParams,
) -> Result<ChangeResult, Failure> {
    let by = person(&permit, "change agents")?;
    let change = Alteration {
        preset: params.preset,
        write_paths: params.allowed_write_paths,
        disabled_tools: params.disable_tools,
        model: params.model,
        system_prompt: params.system_prompt,
    };
    let changed = agents::update(context, &params.agent_id, &by, change).await?;
    Ok(ChangeResult { agent: facts_of(context, &context.agents.book(), &changed).await? })
}

/// Removes an agent that was made, with everything beneath it.
pub async fn delete(
    context: &Arc<Context>,
    permit: Permit,
    params: DeleteParams,
) -> Result<DeleteResult, Failure> {
    let by = person(&permit, "remove agents")?;
    let deleted = agents::delete(context, &params.agent_id, &by).await?;
    Ok(DeleteResult { deleted: deleted.agents, n_stopped: deleted.n_stopped })
}

/// Measures an agent's own conversation.
pub async fn context(
    context: &Arc<Context>,
    _permit: Permit,
    params: ContextParams,
) -> Result<ContextResult, Failure> {
    let book = context.agents.book();
    let agent = book.find(&params.agent_id)?;
    let key = book.session_key(agent.id())?;
    let size = engine::size(context, agent.id(), &key).await?;
    let session = context.ledger.read(move |r| r.sessions().get(&key)).await?;
    Ok(ContextResult {
        message_count: session.map_or(0, |session| session.n_messages),
        has_system_prompt: size.has_identity,
        has_summary: size.has_summary,
        system_tokens: size.system,
        tool_tokens: size.tools,
        message_tokens: size.messages,
        budget_tokens: size.budget,
    })
}

/// How far an agent's own conversation has come.
#[derive(Default)]
struct Talk {
    session: Option<Session>,
    turn: Option<Turn>,
    /// What its last turn was asked to be.
    wish: RunWish,
}

async fn facts_of(
    context: &Context,
    book: &Book,
    agent: &Arc<Agent>,
) -> Result<AgentFacts, Failure> {
    let facts = facts(context, book, std::slice::from_ref(agent)).await?.pop();
    facts.ok_or_else(|| Failure::internal("an agent without facts"))
}

/// Agents as they stand, with how far their own conversations have come.
async fn facts(
    context: &Context,
    book: &Book,
    agents: &[Arc<Agent>],
) -> Result<Vec<AgentFacts>, Failure> {
    let keys: Result<Vec<_>, _> = agents.iter().map(|agent| book.session_key(agent.id())).collect();
    let keys = keys?;
    let wanted = keys.clone();
    let talks: Vec<Talk> = context
        .ledger
        .read(move |r| {
            let of = |key: &SessionKey| {
                let Some(session) = r.sessions().get(key)? else { return Ok(Talk::default()) };
                let turn = r.turns().last(key)?;
                let leading = turn.as_ref().map(|turn| r.requests().get(turn.request_id));
                let wish = leading.transpose()?.flatten().map(|request| request.wish);
                Ok(Talk { session: Some(session), turn, wish: wish.unwrap_or_default() })
            };
            wanted.iter().map(of).collect()
        })
        .await?;
    let all = agents.iter().zip(keys).zip(talks);
    Ok(all
        .map(|((agent, session_key), Talk { session, turn, wish })| AgentFacts {
            last_turn: turn.and_then(|turn| {
                let defaults = session.as_ref().map(|session| &session.defaults);
                turn_end(&turn, narrowed(agent.spec.limits, &wish, defaults))
            }),
            id: agent.id().clone(),
            preset: agent.profile.preset_name.clone(),
            models: agent.spec.models.clone(),
            tools: agent.spec.tools.clone(),
            limits: agent.spec.limits,
            constraints: agent.spec.constraints.clone(),
            disabled_tools: agent.profile.denied_tools.clone(),
            cwd: book.workspace(&context.home, agent.id()).display().to_string(),
            write_paths: agent.profile.write_paths.clone(),
            is_configured: agent.made.is_none(),
            is_temp: agent.id().is_temp(),
            parent_agent_id: agent.profile.parent.clone(),
            depth: book.line(agent.id()).len().saturating_sub(1) as u64,
            child_count: book.children(agent.id()).count() as u64,
            creator: agent.made.as_ref().map(|made| made.creator.clone()),
            has_system_prompt: agent.made.as_ref().is_some_and(|made| made.system_prompt.is_some()),
            session_key,
            message_count: session.as_ref().map_or(0, |session| session.n_messages),
            is_busy: session.as_ref().is_some_and(|session| session.is_busy),
            created_at: agent.made.as_ref().map(|made| made.created_at),
            last_action_at: session.map(|session| session.updated_at),
        })
        .collect())
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
        brief: None,
        session_key: session_key.clone(),
        agent_id: params.agent_id,
        queue_mode: params.queue_mode,
        wish: RunWish { steps_max: params.steps_max, model, ..RunWish::default() },
        idempotency_key: params.idempotency_key,
        compaction: None,
    };
    let admission = submit(context, &permit, message).await?;
    let accepted = RunResult {
        run_id: admission.request_id,
        status: RunStatus::Accepted,
        is_duplicate: admission.is_duplicate,
        session_key,
        turn_id: None,
        request_status: None,
        summary: context.pause.current().map(|paused| pause::words(paused, context.clock.now())),
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
    let summary = engine::outcome_text(context, &request).await?;
    let (turn_id, key) = (request.turn_id, request.session_key.clone());
    let read = context.ledger.read(move |r| {
        let turn = turn_id.map(|id| r.turns().get(id)).transpose()?.flatten();
        Ok((turn, key.map(|key| r.sessions().get(&key)).transpose()?.flatten()))
    });
    let (turn, session) = read.await?;
    let limits = limits(context, &request, session.as_ref());
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
fn limits(context: &Context, request: &Request, session: Option<&Session>) -> RunLimits {
    let book = context.agents.book();
    let agent = request.agent_id.as_ref().and_then(|id| book.get(id));
    let limits = agent.map(|agent| agent.spec.limits).unwrap_or_default();
    narrowed(limits, &request.wish, session.map(|session| &session.defaults))
}

/// The limits of an agent, as far as its session and the wish of the run leave them.
fn narrowed(
    mut limits: RunLimits,
    wish: &RunWish,
    defaults: Option<&SessionDefaults>,
) -> RunLimits {
    let wished = [wish.steps_max, defaults.and_then(|defaults| defaults.steps_max)];
    for steps_max in wished.into_iter().flatten() {
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
