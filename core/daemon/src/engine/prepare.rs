//! What a run needs, read from the ledger and the home: the same whether the turn is new or goes
//! on after a restart.

use std::path::PathBuf;
use std::sync::Arc;

use nexus_agent::context::Prompt;
use nexus_agent::port::TurnFacts;
use nexus_agent::tools::{HttpConfig, ToolBox, ToolConfig};
use nexus_agent::turn::TurnInput;
use nexus_domain::agent::{AgentSpec, ToolCallRecord, Turn};
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, RequestId, SessionKey, TurnId};
use nexus_domain::message::{Message, Part, Role};
use nexus_domain::principal::{Chain, Principal};
use nexus_domain::request::{Request, RunWish};
use nexus_ledger::SessionContext;

use super::confine;
use super::label;
use crate::context::Context;
use crate::pinned;

/// What the gate of a run knows.
pub(super) struct GateFacts {
    pub(super) agent_id: AgentId,
    pub(super) request_ids: Vec<RequestId>,
    pub(super) chain: Chain,
    pub(super) hidden: Vec<PathBuf>,
}

/// A run that is ready to begin.
pub(super) struct Prepared {
    pub(super) input: TurnInput,
    pub(super) tools: Arc<ToolBox>,
    pub(super) gate_facts: GateFacts,
    /// The reply of a turn whose last step is on record: nothing is left to run.
    pub(super) finished: Option<String>,
    /// The turn is one call that was asked for by name: no model is asked.
    pub(super) is_one_call: bool,
}

/// What the ledger holds about a turn.
struct OnRecord {
    turn: Turn,
    context: SessionContext,
    messages: Vec<Message>,
    calls: Vec<ToolCallRecord>,
    requests: Vec<Request>,
}

/// Reads everything a run needs.
///
/// # Errors
/// When the ledger or the workspace cannot be read, or the agent is no longer configured.
pub(super) async fn prepare(context: &Context, turn_id: TurnId) -> Result<Prepared, Failure> {
    let found = context
        .ledger
        .read(move |r| {
            let Some(turn) = r.turns().get(turn_id)? else { return Ok(None) };
            Ok(Some(OnRecord {
                context: r.turns().context(&turn.session_key)?,
                messages: r.turns().of_turn(turn_id)?,
                calls: r.turns().tool_calls(&[turn_id])?,
                requests: r.requests().of_turn(turn_id)?,
                turn,
            }))
        })
        .await?;
    let found = found.ok_or_else(|| Failure::internal(format!("turn {turn_id} is gone")))?;
    let mut agent = agent(context, &found.turn.agent_id)?;
    found.requests.iter().for_each(|request| grant_wish(&mut agent, &request.wish));
    // Before the tools: what is hidden from their programs is at least this.
    let hidden = pinned::hidden(&context.home, &context.config.current(), &agent.id);
    let tools = tools(context, &agent, &found.turn.session_key)?;
    let invoker = found.requests.first().and_then(|request| request.principal.clone());
    let invoker = invoker.unwrap_or_else(|| Principal::Unknown("unrecorded".to_owned()));
    let is_owners = |request: &Request| request.principal.as_ref().is_some_and(label::is_owners);
    let files = context.home.agent_files(&agent.id);
    // What the owner told about themselves is for the owner's conversations.
    let user =
        Some(files.owner).filter(|user| !user.is_empty() && found.requests.iter().all(is_owners));
    if user.is_some() {
        label::profile(context, &found.turn.session_key, turn_id).await?;
    }
    let prompt = Prompt {
        identity: Some(files.identity),
        soul: Some(files.soul),
        user,
        house_rules: Some(files.house_rules),
        enrichment: found.requests.iter().flat_map(|r| r.enrichment.clone()).collect(),
    };
    let gate_facts = GateFacts {
        agent_id: agent.id.clone(),
        request_ids: found.requests.iter().map(|request| request.id).collect(),
        chain: Chain::of(invoker).through(agent.id.clone()),
        hidden,
    };
    let finished = finished(&found.messages);
    let pending = pending(&found.messages, found.calls);
    let input = TurnInput {
        facts: TurnFacts { turn_id, session_key: found.turn.session_key },
        agent,
        prompt,
        history: found.context.messages,
        summary: found.context.summary,
        pending,
        usage: found.turn.usage,
        n_steps: found.turn.n_steps,
    };
    let is_one_call = found.requests.first().is_some_and(|leading| leading.wish.call.is_some());
    Ok(Prepared { input, tools, gate_facts, finished, is_one_call })
}

/// Makes a run what it was asked to be. A wish never lifts a limit, and a model that fails is
/// followed by the agent's own.
fn grant_wish(agent: &mut AgentSpec, wish: &RunWish) {
    if let Some(steps_max) = wish.steps_max {
        agent.limits.steps_max = agent.limits.steps_max.min(steps_max);
    }
    if let Some(model) = &wish.model {
        agent.models.retain(|own| own != model);
        agent.models.insert(0, model.clone());
    }
}

/// An agent with the tools of its workspace, as a run in a session has them.
///
/// # Errors
/// `NotFound` when the agent is not configured; `Unavailable` when its workspace cannot be used.
pub fn tools_of(
    context: &Context,
    agent_id: &AgentId,
    session: &SessionKey,
) -> Result<(AgentSpec, Arc<ToolBox>), Failure> {
    let agent = agent(context, agent_id)?;
    let tools = tools(context, &agent, session)?;
    Ok((agent, tools))
}

fn agent(context: &Context, id: &AgentId) -> Result<AgentSpec, Failure> {
    let config = context.config.current();
    let found = config.agent(id).cloned();
    let mut agent = found.ok_or_else(|| {
        Failure::not_found(format!("agent `{id}` is no longer configured"))
            .hint(format!("add [agents.{id}] to nexus.toml and reload"))
    })?;
    if agent.models.is_empty() {
        agent.models = vec![context.engine.choice().model];
    }
    Ok(agent)
}

fn tools(
    context: &Context,
    agent: &AgentSpec,
    session: &SessionKey,
) -> Result<Arc<ToolBox>, Failure> {
    let workspace = context.home.workspace(&agent.id);
    std::fs::create_dir_all(&workspace).map_err(|error| {
        Failure::unavailable(format!(
            "the workspace {} cannot be made: {error}",
            workspace.display()
        ))
    })?;
    let http = context.config.current().http_fetch;
    let config = ToolConfig {
        workspace,
        trash: context.home.trash(&agent.id),
        http: HttpConfig {
            allow_private_hosts: http.allow_private_hosts,
            bytes_max: usize::try_from(http.bytes_max).unwrap_or(usize::MAX),
            duration_ms_max: http.duration_ms_max,
        },
        time_zone: None,
        exec: Some(confine::exec(context, &agent.id, session)),
    };
    Ok(Arc::new(ToolBox::new(config)?))
}

/// The reply of a turn whose last message is one without calls.
fn finished(messages: &[Message]) -> Option<String> {
    let last = messages.last().filter(|message| message.role == Role::Assistant)?;
    last.tool_calls().next().is_none().then(|| last.text())
}

/// The calls of the last reply that have no result message yet, in the order of the reply.
fn pending(messages: &[Message], calls: Vec<ToolCallRecord>) -> Vec<ToolCallRecord> {
    let Some(last) = messages.last().filter(|message| message.role == Role::Assistant) else {
        return Vec::new();
    };
    let wanted = last.parts.iter().filter_map(|part| match part {
        Part::ToolCall(call) => Some(call.id.as_str()),
        _ => None,
    });
    wanted.filter_map(|id| calls.iter().find(|call| call.id == id).cloned()).collect()
}
