//! What orchestrators call at one agent.

use nexus_domain::id::{AgentId, RequestId};
use nexus_domain::message::{Message, Part};
use nexus_domain::request::RequestStatus;
use nexus_domain::{Failure, FailureKind};
use nexus_protocol::{agent, request, session};
use serde::Serialize;
use serde_json::{Value, json};

use super::Desk;
use super::read::{Cancel, Compact, Page, Send};
use crate::dispatch::{Answer, Call};
use crate::server::make;

/// A message as orchestrators read it.
#[derive(Serialize)]
struct Said {
    role: Value,
    content: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Value>,
    created_at: Value,
}

impl Desk {
    pub(super) async fn send(&self, agent: AgentId, message: Send) -> Result<Value, Failure> {
        let desk = self.clone();
        // Whoever waits may go away; the message is under way all the same and can be stopped.
        let sending = self.shared.tasks.spawn(async move { desk.send_now(agent, message).await });
        sending.await.map_err(Failure::internal)?
    }

    pub(super) async fn send_now(&self, agent: AgentId, message: Send) -> Result<Value, Failure> {
        let request_id = message.request_id.unwrap_or_else(|| {
            format!("{:016x}", self.shared.context.clock.entropy() & u128::from(u64::MAX))
        });
        let sends = self.shared.context.agents.sends.clone();
        let sending = sends.begin(&self.caller.principal, &agent, &request_id)?;
        let params = agent::RunParams {
            message: message.content,
            session_key: Some(self.session(&agent)?),
            agent_id: Some(agent),
            queue_mode: None,
            idempotency_key: self.key(),
            steps_max: None,
            tier: None,
        };
        let call = Call::AgentRun(params);
        let made = make::make(self.shared.clone(), self.caller.clone(), call).await?;
        let Answer::Twice(first, last) = made else {
            return Err(Failure::internal("a run that answers once"));
        };
        let read = |text: &str| -> Result<agent::RunResult, Failure> {
            serde_json::from_str(text).map_err(Failure::internal)
        };
        sending.is(read(&first)?.run_id);
        let run = read(&last.await?)?;
        let text = run.summary.unwrap_or_default();
        match run.request_status {
            Some(RequestStatus::Completed | RequestStatus::HandledByAutomation) => {
                Ok(json!({ "content": text, "request_id": request_id }))
            }
            Some(RequestStatus::Cancelled) => {
                Ok(json!({ "cancelled": true, "request_id": request_id }))
            }
            Some(RequestStatus::Denied) => Err(Failure::denied(text)),
            _ => Err(Failure::unavailable(text).hint(format!("nexus request show {}", run.run_id))),
        }
    }

    pub(super) async fn cancel(
        &self,
        agent: &AgentId,
        Cancel { request_id }: Cancel,
    ) -> Result<Value, Failure> {
        let sends = &self.shared.context.agents.sends;
        let found = sends.find(&self.caller.principal, agent, &request_id).await;
        let id = found.or_else(|| RequestId::parse(&request_id).ok());
        let is_cancelled = match id {
            None => false,
            Some(id) => {
                let params = request::CancelParams { id, idempotency_key: self.key() };
                let done = self.call::<request::CancelResult>(Call::RequestsCancel(params)).await;
                match done {
                    Ok(done) => done.is_cancelled,
                    Err(failure) if failure.kind == FailureKind::NotFound => false,
                    Err(failure) => return Err(failure),
                }
            }
        };
        Ok(match is_cancelled {
            true => json!({ "cancelled": true, "request_id": request_id }),
            false => json!({
                "cancelled": false, "request_id": request_id,
                "reason": "not_found_or_completed",
            }),
        })
    }

    /// Stops what the agent is at. It rests until the next message.
    pub(super) async fn shut_down(&self, agent: &AgentId) -> Result<Value, Failure> {
        let params = session::AbortParams {
            key: self.session(agent)?,
            turn_id: None,
            run_id: None,
            drop_queue: true,
            idempotency_key: self.key(),
        };
        let key = params.key.clone();
        let stopped: Result<session::AbortResult, _> = self.call(Call::SessionsAbort(params)).await;
        stopped.map(|_| ()).or_else(if_not_begun)?;
        let context = &self.shared.context;
        let session = context.ledger.read(move |r| r.sessions().get(&key)).await?;
        let mark =
            session.map_or((0, None), |session| (session.n_messages, Some(session.updated_at)));
        context.agents.rests.note(&context.agents.book(), agent.clone(), mark);
        Ok(json!({ "success": true }))
    }

    async fn measured(&self, agent_id: AgentId) -> Result<agent::ContextResult, Failure> {
        self.call(Call::AgentsContext(agent::ContextParams { agent_id })).await
    }

    pub(super) async fn tokens(&self, agent: AgentId) -> Result<Value, Failure> {
        let size = self.measured(agent).await?;
        let total = size.system_tokens + size.tool_tokens + size.message_tokens;
        Ok(json!({
            "system": size.system_tokens,
            "tools": size.tool_tokens,
            "messages": size.message_tokens,
            "total": total,
            "budget": size.budget_tokens,
            "available": size.budget_tokens.saturating_sub(total),
        }))
    }

    pub(super) async fn context(&self, agent: AgentId) -> Result<Value, Failure> {
        let size = self.measured(agent).await?;
        Ok(json!({
            "message_count": size.message_count,
            "system_prompt": size.has_system_prompt,
        }))
    }

    pub(super) async fn messages(
        &self,
        agent: &AgentId,
        Page { offset, limit }: Page,
    ) -> Result<Value, Failure> {
        let size = self.measured(agent.clone()).await?;
        let params = session::HistoryParams {
            key: self.session(agent)?,
            limit: Some(limit),
            before: None,
            offset: Some(offset),
            turn_id: None,
        };
        let found: Result<session::HistoryResult, _> =
            self.call(Call::SessionsHistory(params)).await;
        let messages = match found {
            Ok(page) => page.messages,
            Err(failure) => if_not_begun(failure).map(|()| Vec::new())?,
        };
        let messages: Vec<_> = messages.iter().map(said).collect();
        Ok(json!({
            "messages": messages, "offset": offset, "limit": limit, "total": size.message_count,
        }))
    }

    pub(super) async fn compact(
        &self,
        agent: &AgentId,
        Compact { force }: Compact,
    ) -> Result<Value, Failure> {
        let params = session::CompactParams {
            key: self.session(agent)?,
            force,
            idempotency_key: self.key(),
        };
        let done: session::CompactResult = self.call(Call::SessionsCompact(params)).await?;
        Ok(json!({
            "compacted": done.is_compacted,
            "tokens_before": done.tokens_before,
            "tokens_after": done.tokens_after,
            "request_id": done.request_id,
        }))
    }
}

/// An agent nobody has spoken to has no conversation yet, which is no fault.
fn if_not_begun(failure: Failure) -> Result<(), Failure> {
    match failure.kind {
        FailureKind::NotFound => Ok(()),
        _ => Err(failure),
    }
}

fn said(message: &Message) -> Said {
    let results = message.parts.iter().filter_map(|part| match part {
        Part::ToolResult(result) => Some(result.content.as_str()),
        _ => None,
    });
    let content = std::iter::once(message.text()).filter(|text| !text.is_empty());
    let content: Vec<_> = content.chain(results.map(str::to_owned)).collect();
    Said {
        role: json!(message.role),
        content: content.join("\n"),
        tool_calls: message
            .tool_calls()
            .map(|call| json!({ "id": call.id, "name": call.name, "arguments": call.arguments }))
            .collect(),
        created_at: json!(message.created_at),
    }
}
