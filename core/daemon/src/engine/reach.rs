//! Machines that the program of a running call wants to reach: each is decided like any other
//! effect, audited first, and asked about where a policy says so. An answer counts for that machine
//! as long as the program runs, unless a guard comes to ask what it did not ask before.

use nexus_agent::port::{Again, Answer, Ask, Exposure, Left, Reach};
use nexus_domain::agent::{ToolEffect, TurnStatus};
use nexus_domain::failure::Failure;
use nexus_domain::id::GrantId;
use nexus_domain::label::{Label, LabelSource, SessionLabel};
use nexus_domain::permission::{PermissionKind, PermissionRequest, PermissionStatus, Target};
use nexus_domain::request::RequestStatus;
use nexus_iam::{Effect, Verdict};
use nexus_ledger::{LedgerError, Tx};

use super::gate::RunGate;
use super::permission::{approval, refusal, saying, withdraw_questions};
use super::{label, question};
use crate::audit;

/// What the ledger calls the part of a call that is about one machine. Such a part is no call of
/// its own: the model sees one call and one result.
pub(super) fn part(call_id: &str, host: &str, port: u16) -> String {
    format!("{call_id}/{host}:{port}")
}

/// Whether an id is that of a call or of a part of it.
pub(super) fn is_part(id: &str, call_id: &str) -> bool {
    id.strip_prefix(call_id).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl RunGate {
    pub(super) async fn decide_reach(&self, reach: &Reach) -> Result<Answer, Failure> {
        let ask = ask_for(reach);
        if let Some(why) = &reach.unfit {
            self.turn_away(&ask, why.clone()).await?;
            return Ok(Answer::Refused(why.clone()));
        }
        let verdict = self.verdict_of_program(&ask).await?;
        match verdict.effect {
            Effect::Deny => self.refuse(&ask, &verdict).await,
            // It was recorded when the program came for the first time.
            Effect::Allow if reach.is_again => Ok(Answer::Allowed),
            Effect::Allow => {
                self.open_up(&ask, verdict.to_string(), verdict.grants().collect()).await?;
                Ok(Answer::Allowed)
            }
            Effect::Ask => self.ask_person(&ask, &verdict, reach.is_again).await,
        }
    }

    async fn ask_person(
        &self,
        ask: &Ask,
        verdict: &Verdict,
        is_again: bool,
    ) -> Result<Answer, Failure> {
        let earlier = self.earlier_answer(ask, verdict).await?;
        let is_new = earlier.is_none();
        let asked = match earlier {
            Some(earlier) => earlier,
            None => {
                let question = self.new_question(ask, verdict, verdict.to_string());
                // The call itself goes on running.
                self.put(ask, question, |_, _, _, _| Ok(())).await?
            }
        };
        let permission = self.answered(asked).await?;
        if permission.status != PermissionStatus::Approved {
            self.go_on().await?;
            let rule = question::rule_of(&self.context, &permission).await?;
            return Ok(Answer::Refused(refusal(&permission, rule.as_ref())));
        }
        if is_again && !is_new {
            return Ok(Answer::Allowed);
        }
        // A person may take long, and a newer rule counts.
        let verdict = self.verdict_of_program(ask).await?;
        if verdict.effect == Effect::Deny {
            self.go_on().await?;
            return self.refuse(ask, &verdict).await;
        }
        self.open_up(ask, approval(&permission), Vec::new()).await?;
        let said = permission.comment.as_deref().filter(|said| !said.is_empty());
        Ok(said.map_or(Answer::Allowed, |said| Answer::AllowedSaying(saying(&permission, said))))
    }

    /// What a person was asked about this machine since the program began. A guard that asks now
    /// and did not ask then needs an answer of its own: a question that no guard asked has
    /// proposals.
    async fn earlier_answer(
        &self,
        ask: &Ask,
        verdict: &Verdict,
    ) -> Result<Option<PermissionRequest>, Failure> {
        let (turn_id, id) = (self.turn_id, ask.tool_call_id.clone());
        let (found, began) = self
            .context
            .ledger
            .read(move |r| {
                let calls = r.turns().tool_calls(&[turn_id])?;
                let call = calls.into_iter().find(|call| is_part(&id, &call.id));
                let began = call.and_then(|call| call.started_at);
                Ok((r.permissions().for_call(turn_id, &id)?, began))
            })
            .await?;
        let is_guarded = self.is_guarded(verdict);
        Ok(found.filter(|found| {
            found.status != PermissionStatus::Withdrawn
                && began.is_some_and(|began| found.created_at >= began)
                && found.action.digest == ask.action.digest
                && (!is_guarded || found.proposals.is_empty())
        }))
    }

    /// A program may have read whatever lies in the workspace, and what it hears comes from
    /// outside: both count from the first machine on, because nobody sees what it does first.
    async fn verdict_of_program(&self, ask: &Ask) -> Result<Verdict, Failure> {
        let mut labels = label::of_session(&self.context, &self.session_key).await?;
        let places = label::Places::new(&self.context, &self.agent_id);
        let within = self.context.ledger.read(move |r| label::of_workspace(r, &places)).await?;
        let heard = (Label::Untrusted, LabelSource::Tool, "what the program hears there".into());
        let now = self.context.clock.now();
        for (label, source, detail) in within.into_iter().chain([heard]) {
            if !labels.iter().any(|one| one.label == label) {
                let turn_id = Some(self.turn_id);
                labels.push(SessionLabel { label, source, detail, turn_id, at: now });
            }
        }
        Ok(self.verdict_with(ask, &labels))
    }

    /// Records that the program may talk to a machine, and what the conversation is exposed to by
    /// that, before a byte goes either way.
    async fn open_up(
        &self,
        ask: &Ask,
        reason: String,
        grants: Vec<GrantId>,
    ) -> Result<(), Failure> {
        let now = self.context.clock.now();
        let places = label::Places::new(&self.context, &self.agent_id);
        let touched = places.touched(&Exposure {
            summary: Some(ask.action.summary.clone()),
            targets: ask.action.targets.clone(),
            is_program_output: true,
            ..Exposure::default()
        });
        let workspace = places.workspace_name();
        let (gate, ask) = (self.clone(), ask.clone());
        let opened = self.context.ledger.write(move |tx| {
            let subject = audit::tool_call(gate.turn_id, &ask.tool_call_id);
            tx.audit().end(&subject, now, "decided anew")?;
            gate.audit(tx, &ask, Effect::Allow, &reason, now)?;
            gate.note_use(tx, &grants, now)?;
            label::after_call(tx, (&gate.session_key, gate.turn_id), touched, now)?;
            // The program goes on writing, with what it heard.
            label::before_call(tx, &gate.session_key, &[workspace], now)?;
            gate.stand_if_unasked(tx, now)
        });
        opened.await.map_err(Failure::from)
    }

    async fn turn_away(&self, ask: &Ask, why: String) -> Result<(), Failure> {
        let (gate, ask, now) = (self.clone(), ask.clone(), self.context.clock.now());
        let noted =
            self.context.ledger.write(move |tx| gate.audit(tx, &ask, Effect::Deny, &why, now));
        noted.await.map_err(Failure::from)
    }

    async fn go_on(&self) -> Result<(), Failure> {
        let (gate, now) = (self.clone(), self.context.clock.now());
        let gone = self.context.ledger.write(move |tx| gate.stand_if_unasked(tx, now));
        gone.await.map_err(Failure::from)
    }

    /// The turn works again once nobody is asked any more.
    fn stand_if_unasked(
        &self,
        tx: &mut Tx<'_>,
        now: nexus_domain::Timestamp,
    ) -> Result<(), LedgerError> {
        let asked = tx.permissions().of_turn(self.turn_id)?;
        if asked.iter().any(|question| question.status == PermissionStatus::Pending) {
            return Ok(());
        }
        self.stand(tx, TurnStatus::Running, RequestStatus::Processing, now)
    }

    /// The program has ended: what came of each machine, and no more questions about it.
    pub(super) async fn close_reach(
        &self,
        call_id: String,
        machines: Vec<Left>,
    ) -> Result<(), Failure> {
        let (gate, now) = (self.clone(), self.context.clock.now());
        let closed = self.context.ledger.write(move |tx| {
            for Left { host, port, outcome } in &machines {
                let subject = audit::tool_call(gate.turn_id, &part(&call_id, host, *port));
                tx.audit().end(&subject, now, outcome)?;
            }
            withdraw_questions(tx, gate.turn_id, Some(&call_id), now)?;
            gate.stand_if_unasked(tx, now)
        });
        closed.await?;
        self.context.engine.permission_bell.send_modify(|n| *n += 1);
        Ok(())
    }
}

fn ask_for(reach: &Reach) -> Ask {
    let action = reach.action.clone();
    let place = action.targets.iter().find_map(|target| match target {
        Target::Host { host, port } => Some((host.as_str(), *port)),
        _ => None,
    });
    let (host, port) = place.unwrap_or_default();
    let again = action.clone();
    Ask {
        tool_call_id: part(&reach.tool_call_id, host, port),
        effect: ToolEffect::Network,
        kind: PermissionKind::Policy,
        // A machine's name says all there is to say about it.
        again: Again::new(move || {
            let action = again.clone();
            Box::pin(async move { Ok(action) })
        }),
        action,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_belongs_to_its_call_and_to_no_other() {
        let id = part("call_1", "example.org", 443);
        assert!(is_part(&id, "call_1") && is_part("call_1", "call_1") && is_part(&id, &id));
        assert!(!is_part(&id, "call") && !is_part("call_10", "call_1"));
        assert!(!is_part("call_1", &id));
    }
}
