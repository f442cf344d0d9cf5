//! Questions of the gate: put once, kept while the daemon is away, answered by a person, and
//! compared with what would run before the answer counts.

use nexus_agent::port::{Answer, Ask};
use nexus_domain::Timestamp;
use nexus_domain::agent::{ToolCallStatus, TurnStatus};
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::grant::Grant;
use nexus_domain::id::{PermissionId, RequestId};
use nexus_domain::permission::{
    PERMISSION_OPEN_MS, PermissionKind, PermissionRequest, PermissionStatus,
};
use nexus_domain::proposal::proposals;
use nexus_domain::request::RequestStatus;
use nexus_iam::{Effect, PolicyKind, Verdict};
use nexus_ledger::{LedgerError, Tx};

use super::gate::RunGate;
use super::permission::{approval, refusal, saying, withdraw_questions};
use crate::context::Context;

/// What was asked about a call before.
pub(super) enum Earlier {
    /// This very action.
    Same(Box<PermissionRequest>),
    /// The same call when it would have done something else.
    Changed,
}

impl RunGate {
    /// What was asked about this call before: while the daemon ran, or before it was restarted.
    pub(super) async fn earlier(&self, ask: &Ask) -> Result<Option<Earlier>, Failure> {
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

    pub(super) async fn put_question(
        &self,
        ask: &Ask,
        verdict: &Verdict,
        has_changed: bool,
    ) -> Result<PermissionRequest, Failure> {
        let mut reason = match ask.kind {
            PermissionKind::Policy | PermissionKind::Sender => verdict.to_string(),
            PermissionKind::UnknownOutcome => {
                "the daemon stopped while this ran: it may have happened already".to_owned()
            }
        };
        if has_changed {
            reason.push_str("; asked again because what it works on has changed meanwhile");
        }
        let mark = |gate: &Self, tx: &mut Tx<'_>, ask: &Ask, now| {
            gate.mark_call(tx, ask, ToolCallStatus::Waiting, now)
        };
        self.put(ask, self.new_question(ask, verdict, reason), mark).await
    }

    /// Puts a question in the place of any open one about the same, and parks the turn; `mark`
    /// says what else changes with it.
    pub(super) async fn put(
        &self,
        ask: &Ask,
        question: PermissionRequest,
        mark: impl FnOnce(&Self, &mut Tx<'_>, &Ask, Timestamp) -> Result<(), LedgerError>
        + Send
        + 'static,
    ) -> Result<PermissionRequest, Failure> {
        let (gate, row, ask) = (self.clone(), question.clone(), ask.clone());
        let now = question.created_at;
        self.context
            .ledger
            .write(move |tx| {
                gate.audit(tx, &ask, Effect::Ask, &row.reason, now)?;
                withdraw_questions(tx, gate.turn_id, Some(&ask.tool_call_id), now)?;
                tx.permissions().create(&row)?;
                mark(&gate, tx, &ask, now)?;
                gate.stand(tx, TurnStatus::Parked, RequestStatus::Parked, now)?;
                let event = Event::PermissionRequested { permission: Box::new(row) };
                tx.events().record(now, &event)?;
                Ok(())
            })
            .await?;
        self.context.engine.permission_bell.send_modify(|n| *n += 1);
        Ok(question)
    }

    /// A question as it is put, with the standing answers that it takes.
    pub(super) fn new_question(
        &self,
        ask: &Ask,
        verdict: &Verdict,
        reason: String,
    ) -> PermissionRequest {
        let now = self.context.clock.now();
        PermissionRequest {
            id: PermissionId::from_parts(now, self.context.clock.entropy()),
            kind: ask.kind,
            request_id: self
                .request_ids
                .first()
                .copied()
                .unwrap_or_else(|| RequestId::from_parts(now, self.context.clock.entropy())),
            turn_id: Some(self.turn_id),
            tool_call_id: Some(ask.tool_call_id.clone()),
            sender: None,
            session_key: self.session_key.clone(),
            agent_id: self.agent_id.clone(),
            chain: self.chain.clone(),
            action: ask.action.clone(),
            reason,
            status: PermissionStatus::Pending,
            created_at: now,
            proposals: match ask.kind == PermissionKind::Policy && !self.is_guarded(verdict) {
                true => proposals(&ask.action, &self.session_key),
                false => Vec::new(),
            },
            expires_at: now.plus_ms(PERMISSION_OPEN_MS),
            seen_at: None,
            answer: None,
            resolved_by: None,
            resolved_at: None,
            comment: None,
            grant_id: None,
            signature: None,
        }
    }

    /// Whether a guard asks, which no standing answer can satisfy.
    pub(super) fn is_guarded(&self, verdict: &Verdict) -> bool {
        let engine = self.context.iam.engine();
        let guards = engine.policies().into_iter().filter(|one| one.kind == PolicyKind::Guard);
        guards
            .into_iter()
            .any(|guard| verdict.reasons.iter().any(|reason| reason.policy == guard.id))
    }

    /// Waits for the answer to a question and does what it says.
    pub(super) async fn settle(
        &self,
        ask: &Ask,
        asked: PermissionRequest,
    ) -> Result<Answer, Failure> {
        let permission = self.answered(asked).await?;
        if permission.status == PermissionStatus::Approved {
            return self.go_as_approved(ask, &permission).await;
        }
        self.resume_turn().await?;
        let rule = rule_of(&self.context, &permission).await?;
        Ok(Answer::Refused(refusal(&permission, rule.as_ref())))
    }

    /// Lets a call run that a person approved, if it still is what the person approved and nothing
    /// forbids it by now. The answer counts for nothing else.
    async fn go_as_approved(
        &self,
        ask: &Ask,
        permission: &PermissionRequest,
    ) -> Result<Answer, Failure> {
        let now = ask.again.action().await;
        let why = match &now {
            Ok(action) if action.digest == permission.action.digest => {
                let verdict = self.verdict(ask).await?;
                if verdict.effect == Effect::Deny {
                    self.resume_turn().await?;
                    return self.refuse(ask, &verdict).await;
                }
                let answer = self.allow(ask, approval(permission), Vec::new()).await?;
                let said = permission.comment.as_deref().filter(|said| !said.is_empty());
                return Ok(match (answer, said) {
                    (Answer::Allowed, Some(said)) => {
                        Answer::AllowedSaying(saying(permission, said))
                    }
                    (answer, _) => answer,
                });
            }
            Ok(_) => "what it works on has changed since it was approved".to_owned(),
            Err(why) => format!("it can no longer be done: {why}"),
        };
        let (at, reason) = (self.context.clock.now(), why.clone());
        let (gate, asked) = (self.clone(), ask.clone());
        let refused =
            self.context.ledger.write(move |tx| gate.audit(tx, &asked, Effect::Deny, &reason, at));
        refused.await.map_err(Failure::from)?;
        match now {
            Ok(_) => Ok(Answer::Changed),
            Err(_) => {
                self.resume_turn().await?;
                Ok(Answer::Refused(why))
            }
        }
    }

    pub(super) async fn answered(
        &self,
        asked: PermissionRequest,
    ) -> Result<PermissionRequest, Failure> {
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
}

/// The grant that a standing answer made.
pub(super) async fn rule_of(
    context: &Context,
    permission: &PermissionRequest,
) -> Result<Option<Grant>, Failure> {
    match permission.grant_id {
        Some(id) => Ok(context.ledger.read(move |r| r.grants().get(id)).await?),
        None => Ok(None),
    }
}
