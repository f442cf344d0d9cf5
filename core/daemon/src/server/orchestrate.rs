//! The protocol of orchestrators: a few methods with names of their own, at `POST /rpc` and
//! `POST /agent/{id}`. Each is a row of the method table in other words: decided, audited and
//! measured like any call.

mod one;
mod read;

use std::sync::Arc;

use nexus_domain::Failure;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_protocol::jsonrpc::{self, RpcError};
use nexus_protocol::{agent, runtime};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[cfg(feature = "test-util")]
pub use read::orchestrated;
use read::{CreateAgent, NamedAgent, OfAgent, OfDaemon, Send};

use super::door::Shared;
use super::make;
use crate::authorize::Caller;
use crate::dispatch::{Answer, Call};

/// A call at `/rpc`: of an orchestrator, or of the method table under its own name.
///
/// # Errors
/// What the decision or the handler says, and what does not fit.
pub(super) async fn of_daemon(
    shared: Arc<Shared>,
    caller: Arc<Caller>,
    call: jsonrpc::Call,
) -> Result<String, RpcError> {
    let desk = Desk { shared, caller };
    let made = match read::of_daemon(&call) {
        Some(own) => match own? {
            OfDaemon::Create(wish) => desk.create(wish).await,
            OfDaemon::Destroy(agent) => desk.destroy(agent).await,
            OfDaemon::List => desk.list().await,
            OfDaemon::ShutDown => desk.shut_down_daemon().await,
        },
        None => return super::jsonrpc::make(desk.shared, desk.caller, call).await,
    };
    made.map(|result| result.to_string()).map_err(|failure| RpcError::from(&failure))
}

/// A call at `/agent/{id}`.
///
/// # Errors
/// What the decision or the handler says, and what does not fit.
pub(super) async fn of_agent(
    shared: Arc<Shared>,
    caller: Arc<Caller>,
    agent: AgentId,
    call: jsonrpc::Call,
) -> Result<String, RpcError> {
    let desk = Desk { shared, caller };
    let made = match read::of_agent(call)? {
        OfAgent::Send(message) => desk.send(agent, message).await,
        OfAgent::Cancel(named) => desk.cancel(&agent, named).await,
        OfAgent::ShutDown => desk.shut_down(&agent).await,
        OfAgent::Tokens => desk.tokens(agent).await,
        OfAgent::Context => desk.context(agent).await,
        OfAgent::Messages(page) => desk.messages(&agent, page).await,
        OfAgent::Compact(how) => desk.compact(&agent, how).await,
    };
    made.map(|result| result.to_string()).map_err(|failure| RpcError::from(&failure))
}

/// Where the calls of one caller are translated.
#[derive(Clone)]
struct Desk {
    shared: Arc<Shared>,
    caller: Arc<Caller>,
}

impl Desk {
    /// Makes a call of the table.
    async fn call<T: DeserializeOwned>(&self, call: Call) -> Result<T, Failure> {
        match make::make(self.shared.clone(), self.caller.clone(), call).await? {
            Answer::Once(result) => serde_json::from_str(&result).map_err(Failure::internal),
            Answer::Twice(..) | Answer::Subscribe(_) => {
                Err(Failure::internal("a call that answers more than once"))
            }
        }
    }

    /// Orchestrators have no keys of their own: each of their calls is a new one.
    fn key(&self) -> String {
        format!("rpc-{:032x}", self.shared.context.clock.entropy())
    }

    fn session(&self, agent: &AgentId) -> Result<SessionKey, Failure> {
        self.shared.context.agents.book().session_key(agent)
    }

    async fn create(&self, wish: CreateAgent) -> Result<Value, Failure> {
        let params = agent::CreateParams {
            agent_id: wish.agent_id,
            is_temp: wish.is_temp,
            parent_agent_id: wish.parent_agent_id,
            preset: wish.preset,
            cwd: wish.cwd,
            allowed_write_paths: wish.allowed_write_paths,
            disable_tools: wish.disable_tools,
            model: wish.model,
            system_prompt: wish.system_prompt,
            idempotency_key: self.key(),
        };
        let made: agent::ChangeResult = self.call(Call::AgentsCreate(params)).await?;
        let id = made.agent.id;
        let mut result = json!({ "agent_id": id, "url": format!("/agent/{id}") });
        let Some(content) = wish.initial_message else { return Ok(result) };
        let request_id =
            format!("{:016x}", self.shared.context.clock.entropy() & u128::from(u64::MAX));
        let first = Send { content, request_id: Some(request_id.clone()) };
        result["initial_request_id"] = json!(request_id);
        let (desk, agent) = (self.clone(), id);
        let sending = self.shared.tasks.spawn(async move { desk.send_now(agent, first).await });
        if wish.wait_for_initial_response {
            let sent = sending.await.map_err(Failure::internal)?;
            // The agent is there, whatever became of the message.
            let (name, value) = match sent {
                Ok(sent) => ("response", sent),
                Err(failure) => ("initial_error", json!(failure.message)),
            };
            result[name] = value;
        }
        Ok(result)
    }

    async fn destroy(&self, NamedAgent { agent_id }: NamedAgent) -> Result<Value, Failure> {
        let params =
            agent::DeleteParams { agent_id: agent_id.clone(), idempotency_key: self.key() };
        let gone: agent::DeleteResult = self.call(Call::AgentsDelete(params)).await?;
        Ok(json!({ "success": true, "agent_id": agent_id, "destroyed": gone.deleted }))
    }

    async fn list(&self) -> Result<Value, Failure> {
        let all: agent::ListResult = self.call(Call::AgentsList(agent::ListParams {})).await?;
        let agents: Vec<_> = all.agents.iter().map(|agent| self.listed(agent)).collect();
        Ok(json!({ "agents": agents }))
    }

    fn listed(&self, agent: &agent::AgentFacts) -> Value {
        json!({
            "agent_id": agent.id,
            "is_temp": agent.is_temp,
            "created_at": agent.created_at,
            "message_count": agent.message_count,
            // It rests until it is spoken to; the daemon does not end with its agents.
            "should_shutdown": self.shared.context.agents.rests.holds(
                &agent.id,
                (agent.message_count, agent.last_action_at),
            ),
            "parent_agent_id": agent.parent_agent_id,
            "child_count": agent.child_count,
            "permission_level": agent.preset,
            "model": agent.models.first(),
            "cwd": agent.cwd,
            "write_paths": agent.write_paths,
            "last_action_at": agent.last_action_at,
            "halted_at_iteration_limit": agent
                .last_turn
                .is_some_and(|turn| turn.limit == Some(agent::LimitKind::Steps)),
        })
    }

    async fn shut_down_daemon(&self) -> Result<Value, Failure> {
        let params = runtime::ShutdownParams {
            reason: Some("shutdown_server".to_owned()),
            idempotency_key: self.key(),
            restart_expected_ms: None,
        };
        let _: runtime::ShutdownResult = self.call(Call::RuntimeShutdown(params)).await?;
        Ok(json!({ "success": true, "message": "the daemon ends its work and stops" }))
    }
}
