//! Deliveries of hooks. The adapter has proved the sender with the hook's secret; that it may speak
//! for this hook, and what the hook may, is decided here.

use std::sync::Arc;

use nexus_domain::arrival::PeerKind;
use nexus_domain::brief::Brief;
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::pipeline::Wish;
use nexus_domain::principal::{Chain, Principal};
use nexus_domain::request::{ReplyWish, RunWish};
use nexus_iam::{Action, Facts, Query};
use nexus_protocol::adapter::Ability;
use nexus_protocol::caller::SubmitResult;
use nexus_protocol::hook::{HookParams, HookRefusedParams, HookRefusedResult};
use nexus_supervisor::Origin;

use super::submit::{alone, check_origin};
use super::{await_answer, hold_back, reachable};
use crate::authorize::{Trail, decide_and_audit};
use crate::config::HookConfig;
use crate::context::Context;
use crate::engine::{self, Submission};
use crate::jobs::adapters::key;
use crate::schedule::note::{self, Wanted};

/// Takes one delivery in. Answers once it is on record.
pub(super) async fn submit(
    context: &Arc<Context>,
    origin: &Origin,
    params: HookParams,
) -> Result<SubmitResult, Failure> {
    let HookParams { event, agent_id, session, queue_mode, instructions, is_awaited, .. } = params;
    let at_heartbeat = params.at_heartbeat;
    check_origin(origin, &event)?;
    let hook = known(context, origin, &params.hook)?;
    let invoker = Principal::Hook(hook.name.clone());
    let agent_id = chosen(context, origin, (&hook, &invoker), agent_id).await?;
    let session_key = match session {
        Some(session) => session_of(&hook, &session)?,
        None => alone(context)?,
    };
    if at_heartbeat {
        if is_awaited {
            return Err(Failure::invalid("nobody can wait for what waits for a heartbeat")
                .hint("leave `wait` out, or send it for now"));
        }
        let reply_to = hook.deliver.clone();
        let (by, arrival) = (invoker, event);
        let wanted = Wanted { agent_id, by, arrival, session_key, reply_to, instructions };
        let kept = note::keep(context, wanted).await?;
        let is_duplicate = kept.is_duplicate;
        return Ok(SubmitResult { request_id: kept.request_id, is_duplicate });
    }
    let brief =
        instructions.map(|text| Arc::new(Brief { instructions: Some(text), ..Brief::default() }));
    let reply = ReplyWish { is_awaited, to: hook.deliver.clone() };
    let wish = Wish {
        session_key: Some(session_key),
        agent_id: Some(agent_id),
        queue_mode,
        parent: None,
        replays: None,
        run: RunWish { is_streamed: Some(false), reply: Some(reply), ..RunWish::default() },
        brief,
    };
    let event_id = event.event_id.clone();
    let submission = Submission { arrival: event, authenticated: Some(invoker), wish };
    let admission = engine::receive_event(context, submission).await?;
    if is_awaited && !admission.is_duplicate {
        await_answer(context, origin, admission.request_id, event_id).await;
    }
    let is_duplicate = admission.is_duplicate;
    Ok(SubmitResult { request_id: admission.request_id, is_duplicate })
}

/// Notes a delivery that did not prove itself, and answers when its sender may be answered.
pub(super) async fn refused(
    context: &Context,
    origin: &Origin,
    params: HookRefusedParams,
) -> Result<HookRefusedResult, Failure> {
    let hook = known(context, origin, &params.hook)?;
    let surface = format!("adapter {}, hook {}", origin.adapter, hook.name);
    hold_back(context, origin, params.remote.as_deref(), &surface).await;
    Ok(HookRefusedResult {})
}

/// A hook of the configuration, if it stands in the table of this adapter and the adapter says
/// that it takes in hooks.
fn known(context: &Context, origin: &Origin, name: &str) -> Result<HookConfig, Failure> {
    let unknown = || Failure::not_found(format!("there is no hook `{}`", name.escape_debug()));
    let config = context.config.current();
    let mut adapters = config.adapters.iter();
    let own = adapters.find(|own| key(&own.name, &own.account) == origin.adapter);
    let own = own.ok_or_else(unknown)?;
    let facts = context.adapters.find(&own.name)?.child.and_then(|child| child.facts());
    if !facts.is_some_and(|facts| facts.supports.contains(&Ability::Hooks)) {
        return Err(Failure::denied("this adapter does not say that it takes in hooks"));
    }
    own.hooks.iter().find(|hook| hook.name == name).cloned().ok_or_else(unknown)
}

/// The agent that runs: the one that the delivery names, if the hook may have it run.
async fn chosen(
    context: &Context,
    origin: &Origin,
    (hook, invoker): (&HookConfig, &Principal),
    wanted: Option<AgentId>,
) -> Result<AgentId, Failure> {
    let own = hook.agents.first().cloned();
    let agent = wanted.or(own).ok_or_else(|| Failure::internal("a hook without agents"))?;
    if reachable(context, origin, invoker).iter().any(|(id, _)| *id == agent) {
        return Ok(agent);
    }
    if !hook.agents.contains(&agent) {
        let names: Vec<_> = hook.agents.iter().map(AgentId::as_str).collect();
        return Err(Failure::denied(format!(
            "hook `{}` may have {} run, and not `{agent}`",
            hook.name,
            names.join(", ")
        ))
        .hint("add it to `agents` of the hook in nexus.toml"));
    }
    let book = context.agents.book();
    book.find(&agent)?;
    book.check_invoker(invoker, &agent)?;
    // Said in the audit, as nothing else would be of a delivery that is not taken.
    let query = Query {
        chain: Chain::of(invoker.clone()),
        action: Action::StartRun {
            agent: agent.clone(),
            channel: origin.channel.clone(),
            peer_kind: PeerKind::Dm,
        },
        facts: Facts::default(),
    };
    let decision = decide_and_audit(context, &query, Trail::default()).await?;
    Err(Failure::denied(format!("may not {}: {}", query.action, decision.verdict))
        .hint("what decides: nexus acl explain"))
}

/// The conversation: one that the configuration opens to the hook, or one of its own.
fn session_of(hook: &HookConfig, wanted: &str) -> Result<SessionKey, Failure> {
    let open = hook.sessions.iter().find(|key| key.as_str() == wanted);
    match open {
        Some(key) => Ok(key.clone()),
        None => SessionKey::parse(&format!("hook:{}:{wanted}", hook.name)),
    }
}
