//! The choke point: every effect of an agent is decided and audited here before it happens.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use nexus_agent::port::{Answer, Ask, Gate, Left, Reach};
use nexus_domain::Timestamp;
use nexus_domain::agent::{ToolCallStatus, ToolEffect, TurnStatus};
use nexus_domain::budget::Payer;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, GrantId, RequestId, SessionKey, TurnId};
use nexus_domain::label::SessionLabel;
use nexus_domain::permission::PermissionKind;
use nexus_domain::principal::{Chain, Principal};
use nexus_domain::request::RequestStatus;
use nexus_iam::{Action, Effect, Facts, Query, Verdict};
use nexus_ledger::{AuditEntry, LedgerError, Tx};
use nexus_protocol::caller::ToolProgress;

use super::label;
use super::meter;
use super::question::Earlier;
use super::watch::RunWatcher;
use crate::audit;
use crate::budget;
use crate::context::Context;
use crate::crash::CrashPoint;
use crate::pinned;

/// The gate of one run.
#[derive(Clone)]
pub(super) struct RunGate {
    pub(super) context: Arc<Context>,
    pub(super) turn_id: TurnId,
    pub(super) session_key: SessionKey,
    pub(super) agent_id: AgentId,
    /// Requests that share the turn; the first one leads.
    pub(super) request_ids: Vec<RequestId>,
    /// The invoker and the agent.
    pub(super) chain: Chain,
    /// What rules keep from the programs of this run.
    pub(super) hidden: Vec<PathBuf>,
    /// Tells whoever watches the run; nobody watches what is only foreseen.
    pub(super) watcher: Option<Arc<RunWatcher>>,
}

impl Gate for RunGate {
    fn ready(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.context.pause.step(self.turn_id))
    }

    fn ask(&self, ask: Ask) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            self.context.pause.step(self.turn_id).await;
            match self.decide(&ask).await {
                Ok(answer) => answer,
                Err(failure) => self.broken(failure),
            }
        })
    }

    fn reach(&self, reach: Reach) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            self.decide_reach(&reach).await.unwrap_or_else(|failure| self.broken(failure))
        })
    }

    fn left(&self, tool_call_id: String, machines: Vec<Left>) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let Err(failure) = self.close_reach(tool_call_id, machines).await {
                // The end of the turn closes what this left open.
                tracing::error!(?failure, turn = %self.turn_id, "what a program did on the network was not recorded");
            }
        })
    }
}

impl RunGate {
    fn broken(&self, failure: Failure) -> Answer {
        tracing::error!(?failure, turn = %self.turn_id, "a decision could not be recorded");
        Answer::Broken(failure.message)
    }

    async fn decide(&self, ask: &Ask) -> Result<Answer, Failure> {
        let earlier = self.earlier(ask).await?;
        let has_changed = match earlier {
            Some(Earlier::Same(earlier)) => return self.settle(ask, *earlier).await,
            Some(Earlier::Changed) => true,
            None => false,
        };
        let verdict = self.verdict(ask).await?;
        match (verdict.effect, ask.kind) {
            (Effect::Deny, _) => self.refuse(ask, &verdict).await,
            (Effect::Allow, PermissionKind::Policy | PermissionKind::Sender) => {
                self.allow(ask, verdict.to_string(), verdict.grants().collect()).await
            }
            (Effect::Ask, _) | (_, PermissionKind::UnknownOutcome) => {
                let permission = self.put_question(ask, &verdict, has_changed).await?;
                CrashPoint::PermissionAsked.pass();
                self.settle(ask, permission).await
            }
        }
    }

    /// What is in force says about a call at this moment.
    pub(super) async fn verdict(&self, ask: &Ask) -> Result<Verdict, Failure> {
        let labels = label::of_session(&self.context, &self.session_key).await?;
        Ok(self.verdict_with(ask, &labels))
    }

    /// The same in a conversation that holds this.
    pub(super) fn verdict_with(&self, ask: &Ask, labels: &[SessionLabel]) -> Verdict {
        let query = Query {
            chain: self.chain.clone(),
            action: Action::UseTool { action: ask.action.clone(), effect: ask.effect },
            facts: Facts {
                session_key: Some(self.session_key.clone()),
                posture: self.posture(ask.effect),
                labels: label::facts(labels),
                ..Facts::default()
            },
        };
        let mut verdict = self.context.iam.decide(&query);
        label::explain(&mut verdict, labels);
        verdict
    }

    /// How far the operating system would confine a program; nothing for other tools. Programs of
    /// this run still see what a rule has named since it began.
    fn posture(&self, effect: ToolEffect) -> Option<String> {
        if effect != ToolEffect::Execute {
            return None;
        }
        let (config, book) = (self.context.config.current(), self.context.agents.book());
        let pinned = pinned::hidden(&self.context.home, &config, &book, &self.agent_id);
        Some(match pinned.iter().all(|place| self.hidden.contains(place)) {
            true => self.context.programs.posture().name().to_owned(),
            false => "partial".to_owned(),
        })
    }

    /// Records that the call may run, and only then lets it.
    pub(super) async fn allow(
        &self,
        ask: &Ask,
        reason: String,
        grants: Vec<GrantId>,
    ) -> Result<Answer, Failure> {
        let now = self.context.clock.now();
        let asked = ask;
        let (gate, ask) = (self.clone(), ask.clone());
        let will_write = label::Places::new(&self.context, &self.agent_id).will_write(&ask);
        let refused = self
            .context
            .ledger
            .write(move |tx| {
                if gate.is_held(tx, now)? {
                    return Ok(Some(Answer::Changed));
                }
                if let Some(why) = gate.take_from_budgets(tx, now)? {
                    gate.audit(tx, &ask, Effect::Deny, &why, now)?;
                    gate.stand(tx, TurnStatus::Running, RequestStatus::Processing, now)?;
                    return Ok(Some(Answer::Refused(why)));
                }
                gate.audit(tx, &ask, Effect::Allow, &reason, now)?;
                gate.note_use(tx, &grants, now)?;
                label::before_call(tx, &gate.session_key, &will_write, now)?;
                gate.mark_call(tx, &ask, ToolCallStatus::Running, now)?;
                gate.stand(tx, TurnStatus::Running, RequestStatus::Processing, now)?;
                let event = Event::ToolStarted {
                    turn_id: gate.turn_id,
                    session_key: gate.session_key.clone(),
                    tool_call_id: ask.tool_call_id.clone(),
                    name: ask.action.tool.clone(),
                    summary: ask.action.summary.clone(),
                };
                tx.events().record(now, &event)?;
                Ok(None)
            })
            .await?;
        if let Some(answer) = refused {
            meter::show(&self.context).await;
            return Ok(answer);
        }
        CrashPoint::IntentRecorded.pass();
        if let Some(watcher) = &self.watcher {
            watcher.tool(&asked.tool_call_id, &asked.action.tool, ToolProgress::Started);
        }
        Ok(Answer::Allowed)
    }

    /// Whether everything stands still: what was decided is decided anew when it goes on.
    fn is_held(&self, tx: &Tx<'_>, now: Timestamp) -> Result<bool, LedgerError> {
        let is_paused = tx.pauses().at(now)?.is_some_and(|paused| paused.holds_steps());
        Ok(is_paused || self.context.pause.holds_steps())
    }

    /// Books the call in every budget that applies, or says which has no room.
    fn take_from_budgets(
        &self,
        tx: &mut Tx<'_>,
        now: Timestamp,
    ) -> Result<Option<String>, LedgerError> {
        let payer = Payer::of(&self.chain, Some(self.session_key.clone()));
        let budgets = budget::of_payer(&self.context, &payer);
        let claims = budget::claims(&budgets, &payer, now);
        let model = tx.turns().get(self.turn_id)?.and_then(|turn| turn.model);
        let (shortage, _) = meter::take_tool_call(tx, &payer, &claims, model.as_deref(), now)?;
        Ok(shortage.map(|shortage| budget::refusal(&budgets, &shortage).message))
    }

    pub(super) async fn refuse(&self, ask: &Ask, verdict: &Verdict) -> Result<Answer, Failure> {
        let now = self.context.clock.now();
        let text = verdict.to_string();
        let (gate, ask, reason) = (self.clone(), ask.clone(), text.clone());
        let grants: Vec<GrantId> = verdict.grants().collect();
        self.context
            .ledger
            .write(move |tx| {
                gate.audit(tx, &ask, Effect::Deny, &reason, now)?;
                gate.note_use(tx, &grants, now)
            })
            .await?;
        Ok(Answer::Refused(text))
    }

    /// Notes which grants decided.
    pub(super) fn note_use(
        &self,
        tx: &mut Tx<'_>,
        grants: &[GrantId],
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let agent = Principal::Agent(self.agent_id.clone());
        let actor = self.chain.actor().unwrap_or(&agent);
        grants.iter().try_for_each(|id| tx.grants().used(*id, actor, now))
    }

    pub(super) async fn resume_turn(&self) -> Result<(), Failure> {
        let now = self.context.clock.now();
        let gate = self.clone();
        let resumed = self
            .context
            .ledger
            .write(move |tx| gate.stand(tx, TurnStatus::Running, RequestStatus::Processing, now));
        resumed.await.map_err(Failure::from)
    }

    pub(super) fn audit(
        &self,
        tx: &mut Tx<'_>,
        ask: &Ask,
        effect: Effect,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let request_id = self.request_ids.first().copied();
        let entry = AuditEntry {
            at: now,
            request_id,
            turn_id: Some(self.turn_id),
            chain: self.chain.clone(),
            action: format!("tool.{}", ask.action.tool),
            resource: ask.action.summary.clone(),
            verdict: effect.name().to_owned(),
            reason: reason.to_owned(),
            digest: Some(ask.action.digest.clone()),
        };
        match effect {
            Effect::Allow => {
                let subject = audit::tool_call(self.turn_id, &ask.tool_call_id);
                tx.audit().begin(&entry, Some(&subject))?
            }
            Effect::Ask | Effect::Deny => tx.audit().append(&entry)?,
        };
        let event = Event::AclDecision {
            request_id,
            chain: self.chain.clone(),
            action: format!("tool.{} {}", ask.action.tool, ask.action.summary),
            verdict: effect.name().to_owned(),
            reason: reason.to_owned(),
        };
        tx.events().record(now, &event)?;
        Ok(())
    }

    pub(super) fn mark_call(
        &self,
        tx: &mut Tx<'_>,
        ask: &Ask,
        status: ToolCallStatus,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let calls = tx.turns().tool_calls(&[self.turn_id])?;
        let found = calls.into_iter().find(|call| call.id == ask.tool_call_id);
        let mut call = found.ok_or_else(|| LedgerError::NotFound {
            what: "tool call",
            id: ask.tool_call_id.clone(),
        })?;
        call.status = status;
        if status == ToolCallStatus::Running {
            call.started_at = Some(now);
        }
        tx.turns().put_tool_call(&call)
    }

    /// Notes how the turn and its requests stand; saying the same again changes nothing.
    pub(super) fn stand(
        &self,
        tx: &mut Tx<'_>,
        status: TurnStatus,
        request_status: RequestStatus,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let found = tx.turns().get(self.turn_id)?;
        let Some(mut turn) = found.filter(|turn| turn.status != status) else { return Ok(()) };
        turn.status = status;
        tx.turns().save(&turn)?;
        for request_id in &self.request_ids {
            if let Some(mut request) = tx.requests().get(*request_id)? {
                request.status = request_status;
                tx.requests().save(&request)?;
            }
        }
        let event = Event::TurnUpdated {
            turn_id: self.turn_id,
            session_key: self.session_key.clone(),
            status,
        };
        tx.events().record(now, &event)?;
        Ok(())
    }
}
