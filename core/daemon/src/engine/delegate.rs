//! Agents that work for an agent: made beneath it, and had to work through the same door as
//! everything else. What such a call does was decided by the gate; whether the other agent may be
//! started is decided again, where every request is.

use std::sync::Arc;

use futures_util::future::{BoxFuture, join_all};
use nexus_agent::StopSignal;
use nexus_agent::delegate::{Beneath, Delegate, Wanted, Work, WorkState};
use nexus_domain::arrival::{Arrival, ContentType, PeerKind};
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, RequestId};
use nexus_domain::pipeline::{CONTROL_CHANNEL, Wish};
use nexus_domain::principal::{Chain, Principal};
use nexus_domain::request::{ParentRun, Request, RequestStatus, RunWish};
use nexus_domain::session::QueueMode;

use super::place::Place;
use super::{Submission, cancel, ended, outcome_text, receive_event};
use crate::agents::{self, Agent, Book, Order};
use crate::context::Context;

/// The agents beneath the one of a run.
#[derive(Clone)]
pub(super) struct RunDelegate {
    pub(super) context: Arc<Context>,
    /// The run that asks.
    pub(super) run: ParentRun,
    /// For whom it works, down to its agent.
    pub(super) chain: Chain,
    pub(super) stop: StopSignal,
    pub(super) place: Arc<Place>,
}

impl Delegate for RunDelegate {
    fn create(&self, wanted: Wanted) -> BoxFuture<'_, Result<Beneath, String>> {
        Box::pin(async move { self.make(wanted).await.map_err(sentence) })
    }

    fn send(
        &self,
        call_id: String,
        to: AgentId,
        message: String,
    ) -> BoxFuture<'_, Result<Work, String>> {
        Box::pin(async move { self.hand_down(call_id, to, message).await.map_err(sentence) })
    }

    fn wait(
        &self,
        requests: Vec<RequestId>,
        ms_max: u64,
    ) -> BoxFuture<'_, Result<Vec<Work>, String>> {
        Box::pin(async move { self.wait_for(requests, ms_max).await.map_err(sentence) })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Beneath>, String>> {
        Box::pin(async move {
            let book = self.context.agents.book();
            let mut found = Vec::new();
            for id in book.beneath(&self.run.agent_id).iter().rev() {
                if let Some(agent) = book.get(id) {
                    found.push(self.beneath(&book, agent).await.map_err(sentence)?);
                }
            }
            Ok(found)
        })
    }

    fn destroy(&self, agent: AgentId) -> BoxFuture<'_, Result<Vec<AgentId>, String>> {
        Box::pin(async move {
            let book = self.context.agents.book();
            if book.get(&agent).is_none() {
                // The call may have been made before the daemon died.
                return Ok(vec![agent]);
            }
            self.own(&book, &agent).map_err(sentence)?;
            let deleted = agents::delete(&self.context, &agent, self.invoker()).await;
            deleted.map(|deleted| deleted.agents).map_err(sentence)
        })
    }
}

/// What went wrong, as a model reads it.
fn sentence(failure: Failure) -> String {
    match failure.hint {
        Some(hint) => format!("{}; {hint}", failure.message),
        None => failure.message,
    }
}

impl RunDelegate {
    fn invoker(&self) -> &Principal {
        self.chain.invoker().unwrap_or(&Principal::System)
    }

    /// An agent that is beneath the one that asks.
    fn own<'a>(&self, book: &'a Book, id: &AgentId) -> Result<&'a Arc<Agent>, Failure> {
        let agent = book.find(id)?;
        match *id != self.run.agent_id && book.line(id).contains(&self.run.agent_id) {
            true => Ok(agent),
            false => Err(Failure::denied(format!("agent `{id}` is not beneath you"))
                .hint("agent_list says who is; agent_create makes one")),
        }
    }

    async fn beneath(&self, book: &Book, agent: &Agent) -> Result<Beneath, Failure> {
        let key = book.session_key(agent.id())?;
        let session = self.context.ledger.read(move |r| r.sessions().get(&key)).await?;
        Ok(Beneath {
            agent: agent.id().clone(),
            parent: agent.profile.parent.clone(),
            preset: agent.profile.preset_name.clone(),
            write_paths: agent.profile.write_paths.clone(),
            is_temp: agent.id().is_temp(),
            is_busy: session.is_some_and(|session| session.is_busy),
        })
    }

    async fn make(&self, wanted: Wanted) -> Result<Beneath, Failure> {
        let book = self.context.agents.book();
        let known = wanted.name.as_ref().and_then(|name| book.get(name));
        let is_mine = |agent: &&Arc<Agent>| {
            agent.made.as_ref().is_some_and(|made| {
                made.parent.as_ref() == Some(&self.run.agent_id)
                    && made.origin.as_ref() == Some(&self.run.session_key)
            })
        };
        if let Some(agent) = known.filter(is_mine) {
            return self.beneath(&book, agent).await;
        }
        let workspace = self.context.workspace(&self.run.agent_id);
        let cwd = wanted.folder.map(|folder| workspace.join(folder).display().to_string());
        let order = Order {
            is_temp: wanted.name.is_none(),
            id: wanted.name,
            parent: Some(self.run.agent_id.clone()),
            preset: wanted.preset,
            cwd,
            write_paths: wanted.write_paths,
            disabled_tools: wanted.disable_tools,
            model: wanted.model,
            system_prompt: wanted.instructions,
            creator: self.invoker().clone(),
            origin: Some(self.run.session_key.clone()),
        };
        let made = agents::create(&self.context, order).await?;
        self.beneath(&self.context.agents.book(), &made).await
    }

    /// Puts a message into the pipeline, with the call as its one and only name.
    async fn hand_down(
        &self,
        call_id: String,
        to: AgentId,
        message: String,
    ) -> Result<Work, Failure> {
        let book = self.context.agents.book();
        self.own(&book, &to)?;
        let session_key = book.session_key(&to)?;
        let arrival = Arrival {
            event_id: format!("{}:{call_id}", self.run.turn_id),
            timestamp: self.context.clock.now(),
            content: message,
            content_type: ContentType::Text,
            channel: CONTROL_CHANNEL.to_owned(),
            account_id: "agents".to_owned(),
            sender_id: Principal::Agent(self.run.agent_id.clone()).to_string(),
            peer_id: session_key.to_string(),
            peer_kind: PeerKind::Dm,
            attachments: Vec::new(),
            sender_name: None,
            thread_id: None,
            reply_to_id: None,
            metadata: serde_json::Map::new(),
        };
        let wish = Wish {
            session_key: Some(session_key.clone()),
            agent_id: Some(to.clone()),
            queue_mode: Some(QueueMode::Followup),
            parent: Some(self.run.clone()),
            replays: None,
            // Whoever works for a job works through it, however far down.
            run: RunWish { job: self.chain.job(), ..RunWish::default() },
            brief: None,
        };
        let submission = Submission { arrival, authenticated: Some(self.invoker().clone()), wish };
        let (context, stop) = (Arc::clone(&self.context), self.stop.clone());
        // On a task of its own: a run that is cut off here must not leave a request behind that
        // nobody drives, nor one that goes on.
        let submitting = self.context.engine.tasks.spawn(async move {
            let admission = receive_event(&context, submission).await?;
            if stop.is_now() {
                cancel::cancel(&context, admission.request_id).await?;
            }
            Ok::<_, Failure>(admission.request_id)
        });
        let request = submitting.await.map_err(Failure::internal)??;
        Ok(Work { agent: to, request, state: WorkState::Working, text: None, session: None })
    }

    async fn wait_for(&self, ids: Vec<RequestId>, ms_max: u64) -> Result<Vec<Work>, Failure> {
        let deadline = self.context.clock.now().plus_ms(ms_max);
        for id in &ids {
            self.sent(*id).await?;
        }
        let waiting = ids.iter().map(|id| async move {
            let left_ms = deadline.ms_since(self.context.clock.now());
            tokio::select! {
                ended = ended(&self.context, *id) => ended.map(|_| ()),
                () = self.context.clock.sleep(left_ms) => Ok(()),
            }
        });
        let waited: Result<Vec<()>, Failure> =
            self.place.without(join_all(waiting)).await.into_iter().collect();
        waited?;
        let mut works = Vec::new();
        for id in ids {
            works.push(self.work(self.sent(id).await?).await?);
        }
        Ok(works)
    }

    /// A request that this agent sent in this conversation.
    async fn sent(&self, id: RequestId) -> Result<Request, Failure> {
        let found = self.context.ledger.read(move |r| r.requests().get(id)).await?;
        let is_mine = |request: &Request| {
            request.parent.as_ref().is_some_and(|parent| {
                parent.agent_id == self.run.agent_id && parent.session_key == self.run.session_key
            })
        };
        found.filter(is_mine).ok_or_else(|| {
            Failure::not_found(format!("you sent no request {id}"))
                .hint("agent_send answers with the request")
        })
    }

    async fn work(&self, request: Request) -> Result<Work, Failure> {
        let state = match request.status {
            RequestStatus::Processing | RequestStatus::Queued => WorkState::Working,
            RequestStatus::Parked => WorkState::WaitsForPerson,
            RequestStatus::Completed | RequestStatus::HandledByAutomation => WorkState::Done,
            RequestStatus::Cancelled => WorkState::Stopped,
            RequestStatus::Failed | RequestStatus::Denied => WorkState::Failed,
        };
        let text = match request.status.is_final() {
            true => outcome_text(&self.context, &request).await?,
            false => None,
        };
        let agent = request.agent_id.clone().unwrap_or_else(|| self.run.agent_id.clone());
        Ok(Work { agent, request: request.id, state, text, session: request.session_key })
    }
}
