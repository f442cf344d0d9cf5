//! The choke point: every effect of an agent is decided and audited here before it happens.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use nexus_agent::port::{Answer, Ask, Gate};
use nexus_domain::Timestamp;
use nexus_domain::agent::{ToolCallStatus, TurnStatus};
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, PermissionId, RequestId, SessionKey, TurnId};
use nexus_domain::permission::{
    PERMISSION_OPEN_MS, PermissionKind, PermissionRequest, PermissionStatus,
};
use nexus_domain::principal::Chain;
use nexus_domain::request::RequestStatus;
use nexus_iam::{Action, Effect, Facts, Query, Verdict};
use nexus_ledger::{AuditEntry, LedgerError, Tx};

use super::permission::withdraw_questions;
use crate::context::Context;
use crate::crash::CrashPoint;

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
}

impl Gate for RunGate {
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            match self.decide(&ask).await {
                Ok(answer) => answer,
                Err(failure) => {
                    tracing::error!(?failure, turn = %self.turn_id, "a decision could not be recorded");
                    Answer::Broken(failure.message)
                }
            }
        })
    }
}

/// What was asked about a call before.
enum Earlier {
    /// This very action.
    Same(Box<PermissionRequest>),
    /// The same call when it would have done something else.
    Changed,
}

impl RunGate {
    async fn decide(&self, ask: &Ask) -> Result<Answer, Failure> {
        let earlier = self.earlier(ask).await?;
        let has_changed = match earlier {
            Some(Earlier::Same(earlier)) => return self.settle(ask, *earlier).await,
            Some(Earlier::Changed) => true,
            None => false,
        };
        let query = Query {
            chain: self.chain.clone(),
            action: Action::UseTool { action: ask.action.clone(), effect: ask.effect },
            facts: Facts { session_key: Some(self.session_key.clone()), ..Facts::default() },
        };
        let verdict = self.context.iam.decide(&query);
        match (verdict.effect, ask.kind) {
            (Effect::Deny, _) => self.refuse(ask, &verdict).await,
            (Effect::Allow, PermissionKind::Policy) => self.allow(ask, verdict.to_string()).await,
            (Effect::Ask, _) | (_, PermissionKind::UnknownOutcome) => {
                let permission = self.put_question(ask, &verdict, has_changed).await?;
                CrashPoint::PermissionAsked.pass();
                self.settle(ask, permission).await
            }
        }
    }

    /// What was asked about this call before: while the daemon ran, or before it was restarted.
    async fn earlier(&self, ask: &Ask) -> Result<Option<Earlier>, Failure> {
        let (turn_id, call_id) = (self.turn_id, ask.tool_call_id.clone());
        let (found, started_at) = self
            .context
            .ledger
            .read(move |r| {
                let calls = r.turns().tool_calls(&[turn_id])?;
                let call = calls.into_iter().find(|call| call.id == call_id);
                let started_at = call.and_then(|call| call.started_at);
                Ok((r.permissions().for_call(turn_id, &call_id)?, started_at))
            })
            .await?;
        let Some(found) = found.filter(|p| p.kind == ask.kind) else { return Ok(None) };
        if found.action.digest != ask.action.digest {
            return Ok(Some(Earlier::Changed));
        }
        // An approval counts once: the call that began after it has used it up.
        let is_used = |p: &PermissionRequest| {
            p.status == PermissionStatus::Approved
                && started_at.zip(p.resolved_at).is_some_and(|(started, at)| started >= at)
        };
        let is_open = found.status != PermissionStatus::Withdrawn && !is_used(&found);
        Ok(is_open.then(|| Earlier::Same(Box::new(found))))
    }

    async fn put_question(
        &self,
        ask: &Ask,
        verdict: &Verdict,
        has_changed: bool,
    ) -> Result<PermissionRequest, Failure> {
        let now = self.context.clock.now();
        let mut reason = match ask.kind {
            PermissionKind::Policy => verdict.to_string(),
            PermissionKind::UnknownOutcome => {
                "the daemon stopped while this ran: it may have happened already".to_owned()
            }
        };
        if has_changed {
            reason.push_str("; asked again because what it works on has changed meanwhile");
        }
        let permission = PermissionRequest {
            id: PermissionId::from_parts(now, self.context.clock.entropy()),
            kind: ask.kind,
            request_id: self
                .request_ids
                .first()
                .copied()
                .unwrap_or_else(|| RequestId::from_parts(now, self.context.clock.entropy())),
            turn_id: self.turn_id,
            tool_call_id: ask.tool_call_id.clone(),
            session_key: self.session_key.clone(),
            agent_id: self.agent_id.clone(),
            chain: self.chain.clone(),
            action: ask.action.clone(),
            reason: reason.clone(),
            status: PermissionStatus::Pending,
            created_at: now,
            proposals: Vec::new(),
            expires_at: now.plus_ms(PERMISSION_OPEN_MS),
            seen_at: None,
            answer: None,
            resolved_by: None,
            resolved_at: None,
            comment: None,
            grant_id: None,
            signature: None,
        };
        let (gate, row, ask) = (self.clone(), permission.clone(), ask.clone());
        self.context
            .ledger
            .write(move |tx| {
                gate.audit(tx, &ask, Effect::Ask, &reason, now)?;
                withdraw_questions(tx, gate.turn_id, Some(&ask.tool_call_id), now)?;
                tx.permissions().create(&row)?;
                gate.mark_call(tx, &ask, ToolCallStatus::Waiting, now)?;
                gate.stand(tx, TurnStatus::Parked, RequestStatus::Parked, now)?;
                let event = Event::PermissionRequested { permission: row };
                tx.events().record(now, &event)?;
                Ok(())
            })
            .await?;
        self.context.engine.permission_bell.send_modify(|n| *n += 1);
        Ok(permission)
    }

    /// Waits for the answer to a question and does what it says.
    async fn settle(&self, ask: &Ask, asked: PermissionRequest) -> Result<Answer, Failure> {
        let permission = self.answered(asked).await?;
        if permission.status == PermissionStatus::Approved {
            return self.go_as_approved(ask, &permission).await;
        }
        self.resume_turn().await?;
        Ok(Answer::Refused(super::permission::refusal(&permission)))
    }

    /// Lets a call run that a person approved, if it still is what the person approved. The
    /// answer counts for nothing else.
    async fn go_as_approved(
        &self,
        ask: &Ask,
        permission: &PermissionRequest,
    ) -> Result<Answer, Failure> {
        let now = ask.again.action().await;
        let why = match &now {
            Ok(action) if action.digest == permission.action.digest => {
                let answer = self.allow(ask, super::permission::approval(permission)).await?;
                let said = permission.comment.as_deref().filter(|said| !said.is_empty());
                return Ok(match (answer, said) {
                    (Answer::Allowed, Some(said)) => {
                        Answer::AllowedSaying(super::permission::saying(permission, said))
                    }
                    (answer, _) => answer,
                });
            }
            Ok(_) => "what it works on has changed since it was approved".to_owned(),
            Err(why) => format!("it can no longer be done: {why}"),
        };
        let (at, reason) = (self.context.clock.now(), why.clone());
        let (gate, asked) = (self.clone(), ask.clone());
        let refused = self
            .context
            .ledger
            .write(move |tx| gate.audit(tx, &asked, Effect::Deny, &reason, at));
        refused.await.map_err(Failure::from)?;
        match now {
            Ok(_) => Ok(Answer::Changed),
            Err(_) => {
                self.resume_turn().await?;
                Ok(Answer::Refused(why))
            }
        }
    }

    async fn answered(&self, asked: PermissionRequest) -> Result<PermissionRequest, Failure> {
        let mut bell = self.context.engine.permission_bell.subscribe();
        let id = asked.id;
        loop {
            bell.mark_unchanged();
            let now = self.context.ledger.read(move |r| r.permissions().get(id)).await?;
            match now {
                Some(permission) if permission.status != PermissionStatus::Pending => {
                    return Ok(permission);
                }
                Some(_) => {}
                None => return Err(Failure::internal(format!("permission request {id} is gone"))),
            }
            if bell.changed().await.is_err() {
                return Err(Failure::unavailable("the daemon is stopping"));
            }
        }
    }

    /// Records that the call may run, and only then lets it.
    async fn allow(&self, ask: &Ask, reason: String) -> Result<Answer, Failure> {
        let now = self.context.clock.now();
        let (gate, ask) = (self.clone(), ask.clone());
        self.context
            .ledger
            .write(move |tx| {
                gate.audit(tx, &ask, Effect::Allow, &reason, now)?;
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
                Ok(())
            })
            .await?;
        CrashPoint::IntentRecorded.pass();
        Ok(Answer::Allowed)
    }

    async fn refuse(&self, ask: &Ask, verdict: &Verdict) -> Result<Answer, Failure> {
        let now = self.context.clock.now();
        let text = verdict.to_string();
        let (gate, ask, reason) = (self.clone(), ask.clone(), text.clone());
        self.context
            .ledger
            .write(move |tx| gate.audit(tx, &ask, Effect::Deny, &reason, now))
            .await?;
        Ok(Answer::Refused(text))
    }

    async fn resume_turn(&self) -> Result<(), Failure> {
        let now = self.context.clock.now();
        let gate = self.clone();
        let resumed = self
            .context
            .ledger
            .write(move |tx| gate.stand(tx, TurnStatus::Running, RequestStatus::Processing, now));
        resumed.await.map_err(Failure::from)
    }

    fn audit(
        &self,
        tx: &mut Tx<'_>,
        ask: &Ask,
        effect: Effect,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let request_id = self.request_ids.first().copied();
        tx.audit().append(&AuditEntry {
            at: now,
            request_id,
            turn_id: Some(self.turn_id),
            chain: self.chain.clone(),
            action: format!("tool.{}", ask.action.tool),
            resource: ask.action.summary.clone(),
            verdict: effect.name().to_owned(),
            reason: reason.to_owned(),
            digest: Some(ask.action.digest.clone()),
        })?;
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

    fn mark_call(
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
    fn stand(
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
