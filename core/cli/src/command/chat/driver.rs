//! One conversation: says something, shows what happens, asks where it must, and lives through a
//! daemon that goes away and comes back.

use futures_util::future::BoxFuture;
use nexus_client::{Client, ClientError, Resumed, ResumingEvents, Run, call};
use nexus_domain::event::Event;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::permission::PermissionStatus;
use nexus_protocol::agent::{RunParams, RunResult, RunStatus};
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::frame::EventFrame;
use nexus_protocol::session::AbortParams;

use super::turn::{Ended, Turn};
use crate::command::events::summary;
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::text;

/// Time a one-shot call waits for a daemon that went away, in milliseconds.
const AWAY_MS_MAX: u64 = 60_000;

/// A conversation.
pub(super) struct Driver {
    pub(super) context: Context,
    pub(super) events: ResumingEvents,
    pub(super) session: SessionKey,
    agent: Option<AgentId>,
    /// A person sits here who can be asked.
    pub(super) asks_here: bool,
    /// Somebody else decides, and we wait.
    pub(super) waits_elsewhere: bool,
    /// The connection broke while a person was asked: the run has to be taken up again.
    pub(super) is_run_lost: bool,
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
            steps_max: None,
            tier: None,
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

    pub(super) async fn on_event(
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

    /// The first Ctrl-C stops the turn, the second one leaves.
    pub(super) async fn interrupted(&mut self, turn: &mut Turn) -> Result<()> {
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
            run_id: None,
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
