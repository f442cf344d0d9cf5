//! What a run needs, read from the ledger and the home: the same whether the turn is new or goes
//! on after a restart.

use std::path::PathBuf;
use std::sync::Arc;

use nexus_agent::StopSignal;
use nexus_agent::context::Prompt;
use nexus_agent::delegate::{Delegate, Nobody};
use nexus_agent::port::TurnFacts;
use nexus_agent::tools::{HttpConfig, ToolBox, ToolConfig};
use nexus_agent::turn::TurnInput;
use nexus_domain::Timestamp;
use nexus_domain::agent::{AgentSpec, ToolCallRecord, Turn};
use nexus_domain::arrival::Arrival;
use nexus_domain::brief::{Brief, Said};
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, MessageId, RequestId, SessionKey, TurnId};
use nexus_domain::made::MadeAgent;
use nexus_domain::message::{Message, Part, Role};
use nexus_domain::pipeline::Compaction;
use nexus_domain::principal::{Chain, Principal};
use nexus_domain::request::{ParentRun, Request, RunWish};
use nexus_domain::session::SessionDefaults;
use nexus_ledger::SessionContext;

use super::confine;
use super::delegate::RunDelegate;
use super::label;
use super::place::Place;
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
    /// The turn condenses its session instead of answering in it.
    pub(super) compaction: Option<Compaction>,
    /// The turn is one call that was asked for by name: no model is asked.
    pub(super) is_one_call: bool,
    /// The request that leads the turn, and what arrived with it.
    pub(super) leading: Option<(Request, Arrival)>,
}

/// What the ledger holds about a turn.
struct OnRecord {
    turn: Turn,
    context: SessionContext,
    messages: Vec<Message>,
    calls: Vec<ToolCallRecord>,
    requests: Vec<Request>,
    compaction: Option<Compaction>,
    brief: Brief,
    arrival: Option<Arrival>,
    defaults: SessionDefaults,
}

/// Reads everything a run needs.
///
/// # Errors
/// When the ledger or the workspace cannot be read, or the agent is no longer configured.
pub(super) async fn prepare(
    context: &Arc<Context>,
    turn_id: TurnId,
    stop: &StopSignal,
    place: &Arc<Place>,
) -> Result<Prepared, Failure> {
    let found = context
        .ledger
        .read(move |r| {
            let Some(turn) = r.turns().get(turn_id)? else { return Ok(None) };
            let leading = r.requests().get(turn.request_id)?;
            let arrival = leading.map(|request| r.arrivals().get(&request.event_id)).transpose()?;
            let arrival = arrival.flatten();
            let session = r.sessions().get(&turn.session_key)?;
            Ok(Some(OnRecord {
                defaults: session.map(|session| session.defaults).unwrap_or_default(),
                compaction: arrival.as_ref().and_then(Compaction::asked_by),
                brief: r.briefs().of(turn.request_id)?.unwrap_or_default(),
                arrival,
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
    let SessionDefaults { model, steps_max, .. } = found.defaults;
    grant_wish(&mut agent, &RunWish { model, steps_max, ..RunWish::default() });
    found.requests.iter().for_each(|request| grant_wish(&mut agent, &request.wish));
    // Before the tools: what is hidden from their programs is at least this.
    let book = context.agents.book();
    let hidden = pinned::hidden(&context.home, &context.config.current(), &book, &agent.id);
    let chain = book.chain_from(start(found.requests.first()), &agent.id);
    let delegate = RunDelegate {
        context: Arc::clone(context),
        run: ParentRun {
            request_id: found.turn.request_id,
            turn_id,
            agent_id: agent.id.clone(),
            session_key: found.turn.session_key.clone(),
        },
        chain: chain.clone(),
        stop: stop.clone(),
        place: Arc::clone(place),
    };
    let tools = tools(context, &agent, &found.turn.session_key, Arc::new(delegate))?;
    let is_owners = |request: &Request| request.principal.as_ref().is_some_and(label::is_owners);
    let is_for_owner =
        chain.invoker().is_some_and(label::is_owners) && found.requests.iter().all(is_owners);
    let made = book.get(&agent.id).and_then(|agent| agent.made.as_ref());
    let mut prompt = prompt(context, &agent.id, made);
    prompt.caller.clone_from(&found.brief.instructions);
    prompt.enrichment = found.requests.iter().flat_map(|r| r.enrichment.clone()).collect();
    // What the owner told about themselves is for the owner's conversations.
    prompt.user = prompt.user.filter(|_| is_for_owner);
    if prompt.user.is_some() {
        label::profile(context, &found.turn.session_key, turn_id).await?;
    }
    if let Some(made) = made {
        label::maker(context, &found.turn.session_key, turn_id, made).await?;
    }
    let gate_facts = GateFacts {
        agent_id: agent.id.clone(),
        request_ids: found.requests.iter().map(|request| request.id).collect(),
        chain,
        hidden,
    };
    let finished = finished(&found.messages);
    let pending = pending(&found.messages, found.calls);
    let mut history = said(&found.brief, found.turn.started_at);
    history.extend(found.context.messages);
    let input = TurnInput {
        facts: TurnFacts { turn_id, session_key: found.turn.session_key },
        agent,
        prompt,
        pictures: context.blobs.pictures(&history).await?,
        history,
        summary: found.context.summary,
        pending,
        usage: found.turn.usage,
        n_steps: found.turn.n_steps,
        brief: found.brief,
    };
    let compaction = found.compaction;
    let is_one_call = found.requests.first().is_some_and(|leading| leading.wish.call.is_some());
    let leading = found.requests.into_iter().next().zip(found.arrival);
    Ok(Prepared { input, tools, gate_facts, finished, compaction, is_one_call, leading })
}

/// On whose behalf a request runs: its sender, and the job through which that one acts.
pub(crate) fn start(request: Option<&Request>) -> Chain {
    let nobody = Principal::Unknown("unrecorded".to_owned());
    let sender = request.and_then(|request| request.principal.as_ref()).unwrap_or(&nobody);
    match request {
        Some(request) => request.wish.chain(sender),
        None => Chain::of(nobody),
    }
}

/// The conversation that a caller keeps, as messages before those of the session. They are of no
/// turn of ours: nothing that was said elsewhere counts as done here.
fn said(brief: &Brief, at: Timestamp) -> Vec<Message> {
    let elsewhere = TurnId::from_parts(Timestamp(0), 0);
    let message = |(n, said): (usize, &Said)| Message {
        id: MessageId::from_parts(Timestamp(0), n as u128),
        turn_id: elsewhere,
        request_id: None,
        role: said.role,
        parts: said.parts.clone(),
        created_at: at,
    };
    brief.said.iter().enumerate().map(message).collect()
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
    let tools = tools(context, &agent, session, Arc::new(Nobody))?;
    Ok((agent, tools))
}

/// What an agent of the owner is told, but for what belongs to one turn.
pub(super) fn prompt(context: &Context, id: &AgentId, made: Option<&MadeAgent>) -> Prompt {
    let files = context.home.agent_files(id);
    let told = made.and_then(|made| made.system_prompt.clone());
    Prompt {
        identity: Some(told.unwrap_or(files.identity)),
        soul: Some(files.soul),
        user: Some(files.owner).filter(|user| !user.is_empty()),
        house_rules: Some(files.house_rules),
        caller: None,
        enrichment: Vec::new(),
    }
}

pub(super) fn agent(context: &Context, id: &AgentId) -> Result<AgentSpec, Failure> {
    let book = context.agents.book();
    let found = book.get(id).map(|agent| agent.spec.clone());
    let mut agent = found.ok_or_else(|| {
        Failure::not_found(format!("there is no agent `{id}` any more"))
            .hint(format!("make it anew, or add [agents.{id}] to nexus.toml and reload"))
    })?;
    if agent.models.is_empty() {
        agent.models = vec![context.engine.choice().model];
    }
    Ok(agent)
}

pub(super) fn tools(
    context: &Context,
    agent: &AgentSpec,
    session: &SessionKey,
    delegate: Arc<dyn Delegate>,
) -> Result<Arc<ToolBox>, Failure> {
    let workspace = workspace(context, &agent.id)?;
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
        delegate: Some(delegate),
    };
    Ok(Arc::new(ToolBox::new(config)?))
}

/// The folder of an agent. One that was given is held to what it was then: a link that was put in
/// its place meanwhile could lead anywhere.
fn workspace(context: &Context, id: &AgentId) -> Result<PathBuf, Failure> {
    let workspace = context.workspace(id);
    let book = context.agents.book();
    let is_given = book.line(id).iter().any(|id| {
        let made = book.get(id).and_then(|agent| agent.made.as_ref());
        made.is_some_and(|made| made.cwd.is_some())
    });
    if is_given && workspace.canonicalize().ok().as_ref() != Some(&workspace) {
        return Err(Failure::unavailable(format!(
            "the folder of agent `{id}`, {}, is gone or leads elsewhere now",
            workspace.display()
        ))
        .hint("put it back, or make the agent anew"));
    }
    Ok(workspace)
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
