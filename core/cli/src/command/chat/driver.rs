//! One conversation: says something, shows what happens, asks where it must, and lives through a
//! daemon that goes away and comes back.

use futures_util::future::BoxFuture;
use nexus_client::{Client, ClientError, Resumed, ResumingEvents, Run, call};
use nexus_domain::agent::StopReason;
use nexus_domain::event::{Event, Transient};
use nexus_domain::id::{AgentId, SessionKey, TurnId};
use nexus_domain::message::{Cost, Usage};
use nexus_domain::permission::{PermissionRequest, PermissionStatus};
use nexus_protocol::acl::ListParams;
use nexus_protocol::agent::{RunParams, RunResult, RunStatus};
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::frame::EventFrame;
use nexus_protocol::session::AbortParams;
use serde::Serialize;

use super::painter::Painter;
use super::person::{self, Decision};
use crate::command::acl;
use crate::command::events::summary;
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Output, text};

/// Time a one-shot call waits for a daemon that went away, in milliseconds.
const AWAY_MS_MAX: u64 = 60_000;

/// What is kept while a person thinks; a turn that waits has little to tell.
const MISSED_MAX: usize = 1_024;

/// A tool call as the caller of `--json` sees it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SeenCall {
    name: String,
    status: String,
    #[serde(rename = "durationMs")]
    duration_ms: u64,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) run: RunResult,
    /// Everything the agent said.
    pub(super) text: String,
    pub(super) tool_calls: Vec<SeenCall>,
    pub(super) usage: Usage,
    pub(super) cost: Cost,
    pub(super) stop_reason: Option<StopReason>,
    pub(super) error: Option<String>,
}

/// A conversation.
pub(super) struct Driver {
    context: Context,
    events: ResumingEvents,
    pub(super) session: SessionKey,
    agent: Option<AgentId>,
    /// A person sits here who can be asked.
    pub(super) asks_here: bool,
    /// Somebody else decides, and we wait.
    pub(super) waits_elsewhere: bool,
    /// The connection broke while a person was asked: the run has to be taken up again.
    is_run_lost: bool,
}

/// What the turn in hand has come to.
struct Turn {
    id: Option<TurnId>,
    painter: Painter,
    tool_calls: Vec<SeenCall>,
    usage: Usage,
    cost: Cost,
    stop_reason: Option<StopReason>,
    error: Option<String>,
    is_stopping: bool,
}

/// What to wait for next.
enum Happened {
    Event(Box<std::result::Result<Resumed, ClientError>>),
    Answer(Box<std::result::Result<RunResult, ClientError>>),
    Interrupt,
}

impl Driver {
    pub(super) async fn begin(
        context: Context,
        session: SessionKey,
        agent: Option<AgentId>,
    ) -> Result<Self> {
        let client = context.connect().await?;
        let events = follow(&context, client, &session).await?;
        Ok(Self {
            context,
            events,
            session,
            agent,
            asks_here: false,
            waits_elsewhere: false,
            is_run_lost: false,
        })
    }

    /// Goes on in another session.
    pub(super) async fn switch(&mut self, session: SessionKey) -> Result<()> {
        let client = self.context.connect().await?;
        self.events = follow(&self.context, client, &session).await?;
        self.session = session;
        Ok(())
    }

    /// The live connection, for calls; nothing while it is broken.
    pub(super) fn client(&self) -> Option<&Client> {
        self.events.client()
    }

    /// Asks about everything that waits in this session already.
    pub(super) async fn ask_waiting(&mut self) -> Result<()> {
        let Some(client) = self.events.client() else { return Ok(()) };
        let params = ListParams {
            include_resolved: false,
            session_key: Some(self.session.clone()),
            limit: None,
        };
        let waiting = client.request::<call::AclRequestsList>(params).await?.requests;
        for permission in &waiting {
            let mut turn = Turn::new(Some(permission.turn_id), self.context.output.clone());
            self.ask(permission, &mut turn).await?;
            turn.painter.end()?;
        }
        Ok(())
    }

    /// Lets events of an idle session pass, so that the buffer does not fill while a person
    /// thinks.
    pub(super) async fn idle(&mut self) -> Result<()> {
        loop {
            self.events.next().await?;
        }
    }

    /// Says something and shows what comes of it, to the end of the run.
    pub(super) async fn say(&mut self, message: &str) -> Result<Ended> {
        let params = RunParams {
            message: message.to_owned(),
            session_key: Some(self.session.clone()),
            agent_id: self.agent.clone(),
            queue_mode: None,
            // One key for all tries: whatever breaks, the message is taken once.
            idempotency_key: self.context.fresh_key()?,
        };
        let mut turn = Turn::new(None, self.context.output.clone());
        let mut run = match self.events.client() {
            Some(client) => match client.agent(&params).await {
                Ok(run) => Some(run),
                Err(error) if error.is_away() => None,
                Err(error) => return Err(error.into()),
            },
            None => None,
        };
        let mut away_ms = 0;
        loop {
            match self.happened(run.as_mut()).await {
                Happened::Answer(answer) => match *answer {
                    Ok(result) if result.status == RunStatus::Done => {
                        self.drain(&mut turn).await;
                        turn.painter.end()?;
                        return Ok(turn.ended(result));
                    }
                    Ok(_) => {}
                    Err(error) if error.is_away() => run = None,
                    Err(error) => return Err(error.into()),
                },
                Happened::Event(resumed) => match (*resumed)? {
                    Resumed::Event(frame) => {
                        self.on_event(&frame, run.as_ref(), &mut turn).await?;
                        if std::mem::take(&mut self.is_run_lost) {
                            run = self.again(&params).await?;
                        }
                    }
                    Resumed::Away { why, retry_in_ms } => {
                        run = None;
                        if away_ms == 0 {
                            turn.painter.note(&format!(
                                "({why}; waiting for it: `nexus up` elsewhere, Ctrl-C leaves)"
                            ))?;
                        }
                        away_ms += retry_in_ms.max(1);
                        if away_ms > AWAY_MS_MAX {
                            return Err(CliError::from(why).fix("nexus up; the run goes on then"));
                        }
                    }
                    Resumed::Back => {
                        away_ms = 0;
                        run = self.again(&params).await?;
                        turn.painter.note("(connected again; the turn goes on)")?;
                    }
                },
                Happened::Interrupt => self.interrupted(&mut turn).await?,
            }
        }
    }

    async fn happened(&mut self, run: Option<&mut Run>) -> Happened {
        let answer = async {
            match run {
                Some(run) => run.finished().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // What happened is shown before the word that it is over.
            biased;
            _ = tokio::signal::ctrl_c() => Happened::Interrupt,
            resumed = self.events.next() => Happened::Event(Box::new(resumed)),
            answer = answer => Happened::Answer(Box::new(answer)),
        }
    }

    /// The same message on a new connection: the daemon knows the key, and nothing runs twice.
    async fn again(&mut self, params: &RunParams) -> Result<Option<Run>> {
        let Some(client) = self.events.client() else { return Ok(None) };
        match client.agent(params).await {
            Ok(run) => Ok(Some(run)),
            Err(error) if error.is_away() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Shows what is still on its way when the final answer is here.
    async fn drain(&mut self, turn: &mut Turn) {
        let limit = std::time::Duration::from_millis(300);
        while turn.stop_reason.is_none()
            && let Ok(Ok(Resumed::Event(frame))) =
                tokio::time::timeout(limit, self.events.next()).await
        {
            let _ = turn.on_event(&frame, &self.session);
        }
    }

    async fn on_event(
        &mut self,
        frame: &EventFrame,
        run: Option<&Run>,
        turn: &mut Turn,
    ) -> Result<()> {
        let event = summary::event(frame);
        if let (Some(Event::TurnCreated { turn_id, request_ids, session_key }), Some(run)) =
            (&event, run)
            && *session_key == self.session
            && request_ids.contains(&run.accepted.run_id)
        {
            turn.id = Some(*turn_id);
        }
        if let Some(Event::PermissionRequested { permission }) = &event
            && permission.session_key == self.session
            && permission.status == PermissionStatus::Pending
        {
            return self.ask(permission, turn).await;
        }
        turn.on_event(frame, &self.session)
    }

    /// Puts a permission request before the person; without one, says where it can be decided.
    async fn ask(&mut self, permission: &PermissionRequest, turn: &mut Turn) -> Result<()> {
        turn.painter.permission(permission)?;
        if !self.asks_here {
            if self.waits_elsewhere {
                return turn.painter.note("(waiting for somebody to decide)");
            }
            turn.painter.end()?;
            let what = format!("{} waits for a decision", permission.agent_id);
            return Err(CliError::new(Exit::Usage, "NEEDS_DECISION", what)
                .why(format!("it wants: {}", acl::action(permission)))
                .fix(format!("nexus acl request approve {}", permission.id))
                .fix(format!("nexus acl request deny {}", permission.id))
                .fix("or call again with --wait, and decide elsewhere"));
        }
        let mut missed = Vec::new();
        let asked = tokio::select! {
            decision = person::decide(&self.context.output) => Some(decision?),
            word = elsewhere(&mut self.events, permission, &mut missed) => {
                turn.painter.note(&format!("({})", word?))?;
                None
            }
        };
        if let Some(decision) = asked {
            self.until_back(turn, &mut missed).await?;
            self.decide(permission, decision, turn).await?;
        }
        for resumed in missed {
            match resumed {
                Resumed::Event(frame) => turn.on_event(&frame, &self.session)?,
                Resumed::Away { .. } | Resumed::Back => self.is_run_lost = true,
            }
        }
        Ok(())
    }

    /// A decision that was made while the daemon was away is kept until it is back.
    async fn until_back(&mut self, turn: &mut Turn, missed: &mut Vec<Resumed>) -> Result<()> {
        if self.events.client().is_some() {
            return Ok(());
        }
        turn.painter.note("(the daemon is away; it gets your answer when it is back)")?;
        while self.events.client().is_none() {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => return Err(CliError::silent(Exit::Interrupted)),
                resumed = self.events.next() => missed.push(resumed?),
            }
        }
        Ok(())
    }

    async fn decide(
        &mut self,
        permission: &PermissionRequest,
        decision: Decision,
        turn: &mut Turn,
    ) -> Result<()> {
        let Some(client) = self.events.client() else { return Ok(()) };
        let outcome = match decision {
            Decision::Approve => acl::approve(client, permission, None, &self.context).await,
            Decision::Deny(reason) => acl::deny(client, permission, reason, &self.context).await,
            Decision::Stop => return self.interrupted(turn).await,
        };
        match outcome {
            Ok(request) => turn.painter.decided(request.status),
            // Somebody else was faster, or the run has ended: that is news, not an error.
            Err(error) if matches!(error.exit, Exit::Conflict | Exit::NotFound) => {
                turn.painter.note(&format!("({})", error.what))
            }
            Err(error) => Err(error),
        }
    }

    /// The first Ctrl-C stops the turn, the second one leaves.
    async fn interrupted(&mut self, turn: &mut Turn) -> Result<()> {
        if turn.is_stopping {
            turn.painter.end()?;
            return Err(CliError::silent(Exit::Interrupted));
        }
        turn.is_stopping = true;
        turn.painter.note("(stopping; Ctrl-C again leaves)")?;
        let Some(client) = self.events.client() else { return Ok(()) };
        let params = AbortParams {
            key: self.session.clone(),
            turn_id: turn.id,
            drop_queue: false,
            idempotency_key: self.context.fresh_key()?,
        };
        let stopping = client.request::<call::SessionsAbort>(params);
        tokio::select! {
            _ = tokio::signal::ctrl_c() => Err(CliError::silent(Exit::Interrupted)),
            result = stopping => match result {
                Ok(result) => turn.painter.note(&format!("({})", text::one_line(&result.summary))),
                Err(error) if error.is_away() => Ok(()),
                Err(error) => Err(error.into()),
            },
        }
    }
}

async fn follow(context: &Context, client: Client, session: &SessionKey) -> Result<ResumingEvents> {
    let params = SubscribeParams {
        types: Vec::new(),
        after: None,
        session_key: Some(session.clone()),
        transient: true,
    };
    let again = context.clone();
    let dial = Box::new(move || Box::pin(again.clone().dial()) as BoxFuture<'static, _>);
    Ok(ResumingEvents::begin(client, params, dial).await?)
}

/// Waits until a permission request is decided by somebody else; what happens meanwhile is kept,
/// because a line that is being typed must not be written over.
async fn elsewhere(
    events: &mut ResumingEvents,
    permission: &PermissionRequest,
    missed: &mut Vec<Resumed>,
) -> Result<String> {
    loop {
        let resumed = events.next().await?;
        if let Resumed::Event(frame) = &resumed
            && let Some(Event::PermissionResolved { permission_id, status, resolved_by, .. }) =
                summary::event(frame)
            && permission_id == permission.id
        {
            let by = resolved_by.map_or(String::new(), |by| format!(" by {by}"));
            return Ok(format!("{}{by}", format!("{status:?}").to_lowercase()));
        }
        if missed.len() < MISSED_MAX {
            missed.push(resumed);
        }
    }
}

impl Turn {
    fn new(id: Option<TurnId>, output: Output) -> Self {
        Self {
            id,
            painter: Painter::new(output),
            tool_calls: Vec::new(),
            usage: Usage::default(),
            cost: Cost::default(),
            stop_reason: None,
            error: None,
            is_stopping: false,
        }
    }

    fn on_event(&mut self, frame: &EventFrame, session: &SessionKey) -> Result<()> {
        if let Some(passing) = summary::transient(frame) {
            if passing.session_key() == session && self.is_ours(turn_of(&passing)) {
                self.painter.streamed(&passing)?;
            }
            return Ok(());
        }
        let Some(event) = summary::event(frame) else { return Ok(()) };
        if event.session_key() != Some(session) {
            return Ok(());
        }
        match event {
            Event::MessageRecorded { message, .. } if self.is_ours(message.turn_id) => {
                self.painter.message(&message)
            }
            Event::ToolStarted { turn_id, tool_call_id, name, summary, .. }
                if self.is_ours(turn_id) =>
            {
                self.painter.tool_started(&tool_call_id, &name, &summary)
            }
            Event::ToolCompleted {
                turn_id,
                tool_call_id,
                name,
                status,
                duration_ms,
                excerpt,
                record,
                ..
            } if self.is_ours(turn_id) => {
                let word = format!("{status:?}").to_lowercase();
                self.tool_calls.push(SeenCall { name: name.clone(), status: word, duration_ms });
                let ended = super::painter::ToolEnd {
                    name: &name,
                    status,
                    duration_ms,
                    excerpt: &excerpt,
                    record: record.as_deref(),
                };
                self.painter.tool_ended(&tool_call_id, &ended)
            }
            Event::AgentErrored { turn_id, message, will_retry, .. } if self.is_ours(turn_id) => {
                self.error = Some(message.clone());
                // The last error is said at the end, with what to do about it.
                match will_retry {
                    true => {
                        let message = text::one_line(&message);
                        self.painter.note(&format!("({message}; trying again)"))
                    }
                    false => Ok(()),
                }
            }
            Event::TurnCompleted { turn_id, stop_reason, usage, cost, error, .. }
                if self.is_ours(turn_id) =>
            {
                (self.usage, self.cost) = (usage, cost);
                self.stop_reason = Some(stop_reason);
                self.error = error;
                Ok(())
            }
            Event::SessionCompacted { n_messages, .. } => {
                self.painter.note(&format!("({n_messages} older messages were summarized)"))
            }
            Event::RequestQueued { .. } if self.id.is_none() => {
                self.painter.note("(waits behind the run in hand)")
            }
            _ => Ok(()),
        }
    }

    /// Other turns of the session are not ours to show.
    fn is_ours(&self, turn_id: TurnId) -> bool {
        self.id == Some(turn_id)
    }

    fn ended(self, run: RunResult) -> Ended {
        Ended {
            run,
            text: self.painter.into_text(),
            tool_calls: self.tool_calls,
            usage: self.usage,
            cost: self.cost,
            stop_reason: self.stop_reason,
            error: self.error,
        }
    }
}

fn turn_of(passing: &Transient) -> TurnId {
    match passing {
        Transient::Snapshot { turn_id, .. }
        | Transient::Token { turn_id, .. }
        | Transient::Reasoning { turn_id, .. } => *turn_id,
    }
}
