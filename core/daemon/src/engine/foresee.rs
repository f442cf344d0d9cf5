//! What access control would say about a tool call. Nothing happens, and nothing is recorded.

use std::sync::Arc;

use nexus_agent::port::{Again, Ask};
use nexus_domain::arrival::PeerKind;
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, SessionKey, TurnId};
use nexus_domain::permission::{CanonicalAction, PermissionKind};
use nexus_domain::pipeline::CONTROL_CHANNEL;
use nexus_domain::principal::{Chain, Principal};
use nexus_iam::{Action, Effect, Facts, Query, Verdict};
use serde_json::Value;

use super::gate::RunGate;
use super::prepare::tools_of;
use super::turn::ONE_CALL_ID;
use crate::context::Context;
use crate::pinned;

/// A call that was not made.
#[derive(Clone, Debug)]
pub struct Foreseen {
    /// What access control says.
    pub verdict: Verdict,
    /// Exactly what would be done.
    pub action: CanonicalAction,
}

/// Works out what a call would do and what the gate of its run would say, by the gate itself.
///
/// # Errors
/// `NotFound` when the agent has no such tool, `Invalid` when the arguments do not fit it.
pub async fn foresee(
    context: &Arc<Context>,
    invoker: Principal,
    (agent_id, session_key): (&AgentId, &SessionKey),
    tool: &str,
    arguments: &Value,
) -> Result<Foreseen, Failure> {
    let (agent, tools) = tools_of(context, agent_id, session_key)?;
    if !agent.tools.iter().any(|own| own == tool) || tools.effect(tool).is_none() {
        return Err(Failure::not_found(format!(
            "agent `{agent_id}` has no tool `{}`",
            tool.escape_debug()
        ))
        .hint(format!("its tools are {}", agent.tools.join(", "))));
    }
    let (name, given) = (tool.to_owned(), arguments.clone());
    // It may have to read the file it starts from, so it gets a thread that may wait.
    let prepared = tokio::task::spawn_blocking(move || tools.prepare(&name, &given)).await;
    let prepared = prepared.map_err(Failure::internal)?.map_err(|why| {
        Failure::invalid(why).hint("`tools.list` shows the schema of its arguments")
    })?;
    let start = Query {
        chain: Chain::of(invoker.clone()),
        action: Action::StartRun {
            agent: agent_id.clone(),
            channel: CONTROL_CHANNEL.to_owned(),
            peer_kind: PeerKind::Dm,
        },
        facts: Facts::default(),
    };
    let may_start = context.iam.decide(&start);
    if may_start.effect != Effect::Allow {
        return Ok(Foreseen { verdict: may_start, action: prepared.action });
    }
    let book = context.agents.book();
    let gate = RunGate {
        context: Arc::clone(context),
        // Of no turn: what is only foreseen is not recorded.
        turn_id: TurnId::from_parts(context.clock.now(), context.clock.entropy()),
        session_key: session_key.clone(),
        agent_id: agent_id.clone(),
        request_ids: Vec::new(),
        chain: book.chain(&invoker, agent_id),
        hidden: pinned::hidden(&context.home, &context.config.current(), &book, agent_id),
        watcher: None,
    };
    let action = prepared.action.clone();
    let ask = Ask {
        tool_call_id: ONE_CALL_ID.to_owned(),
        action: action.clone(),
        effect: prepared.effect,
        kind: PermissionKind::Policy,
        again: Again::new(move || {
            let action = action.clone();
            Box::pin(async move { Ok(action) })
        }),
    };
    Ok(Foreseen { verdict: gate.verdict(&ask).await?, action: ask.action })
}
