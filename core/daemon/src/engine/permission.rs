//! Answers to permission requests.

use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::grant::{Grant, GrantEffect, GrantVerb};
use nexus_domain::id::{GrantId, PermissionId, TurnId};
use nexus_domain::permission::{
    AnswerSignature, PERMISSION_DAY_MS, PermissionAnswer, PermissionKind, PermissionRequest,
    PermissionStatus, Proposal,
};
use nexus_domain::principal::Principal;
use nexus_domain::proposal::is_within;
use nexus_ledger::{Ending, LedgerError, Tx};
use nexus_protocol::acl::StandingPlace;

use super::{reach, sender};
use crate::audit;
use crate::context::Context;
use crate::crash::CrashPoint;
use crate::power;

/// A person's answer to a permission request.
pub struct Resolution {
    /// The permission request.
    pub id: PermissionId,
    /// Yes or no, and for how long.
    pub answer: PermissionAnswer,
    /// The digest of the action the person saw.
    pub digest: Option<String>,
    /// Who answers.
    pub by: Principal,
    /// Said to the model.
    pub comment: Option<String>,
    /// Where a standing answer holds; left out, the narrowest proposal.
    pub place: Option<StandingPlace>,
    /// What the answering device signed.
    pub signature: Option<AnswerSignature>,
}

/// Records an answer and wakes the run that waits. The first answer wins. A standing answer makes
/// its grant in the same transaction, and the grant decides from the next call on.
///
/// # Errors
/// `CONFLICT` when somebody was faster, or when the action is not the one the person saw;
/// `Invalid` when the answer is not one of those that may be given, or reaches further than what
/// was proposed.
pub async fn resolve_permission(
    context: &Arc<Context>,
    resolution: Resolution,
) -> Result<PermissionRequest, Failure> {
    // The time for which the machine slept does not count.
    power::settled(context).await;
    let now = context.clock.now();
    let Resolution { id, answer, digest, by, comment, place, signature } = resolution;
    let new_grant = GrantId::from_parts(now, context.clock.entropy());
    let status =
        if answer.is_yes() { PermissionStatus::Approved } else { PermissionStatus::Denied };
    let resolved = context
        .ledger
        .write(move |tx| {
            let asked = tx.permissions().get(id)?.ok_or_else(|| LedgerError::NotFound {
                what: "permission request",
                id: id.to_string(),
            })?;
            if digest.is_some_and(|seen| seen != asked.action.digest) {
                return Err(LedgerError::Conflict {
                    message: "the action is not the one you were shown; look at it again"
                        .to_owned(),
                });
            }
            check_answer(&asked, answer)?;
            refuse_place(&asked, answer, place.as_ref())?;
            let grant = match answer.is_standing() && !sender::makes_person(&asked, answer) {
                true => Some(standing(&asked, place)?.granted(new_grant, answer, &by, now)),
                false => None,
            };
            let ending = Ending {
                status,
                by: Some(by),
                at: now,
                comment,
                answer: Some(answer),
                grant_id: grant.as_ref().map(|grant| grant.id),
                signature,
            };
            // First, because it refuses whoever comes too late.
            let resolved = tx.permissions().resolve(id, ending)?;
            if let Some(grant) = grant {
                tx.grants().create(&grant)?;
            }
            tell(tx, &resolved, now)?;
            sender::settle(tx, &resolved, now)?;
            Ok(resolved)
        })
        .await?;
    CrashPoint::PermissionAnswered.pass();
    if resolved.grant_id.is_some()
        && let Err(failure) = context.policies.grants_changed().await
    {
        // The answer stands; until the grants can be read again, none of them allows anything.
        tracing::error!(?failure, "a grant was made and cannot be put in force yet");
    }
    context.engine.permission_bell.send_modify(|n| *n += 1);
    sender::go_on(context, &resolved).await;
    Ok(resolved)
}

/// A sender that becomes a person may write to every agent that people may write to.
fn refuse_place(
    asked: &PermissionRequest,
    answer: PermissionAnswer,
    place: Option<&StandingPlace>,
) -> Result<(), LedgerError> {
    if place.is_none() || !sender::makes_person(asked, answer) {
        return Ok(());
    }
    Err(LedgerError::Invalid(
        "approved for good, the sender becomes a person you know, for every agent: leave the scope \
         out, or approve for a day"
            .to_owned(),
    ))
}

/// Where a standing answer holds, in both forms.
struct Standing<'a> {
    asked: &'a PermissionRequest,
    proposal: Proposal,
}

impl Standing<'_> {
    fn granted(
        self,
        id: GrantId,
        answer: PermissionAnswer,
        by: &Principal,
        now: Timestamp,
    ) -> Grant {
        let agent = Principal::Agent(self.asked.agent_id.clone());
        Grant {
            id,
            principal: self.asked.chain.actor().cloned().unwrap_or(agent),
            verb: verb(self.asked),
            effect: if answer.is_yes() { GrantEffect::Allow } else { GrantEffect::Deny },
            scope: self.proposal.scope,
            reason: self.proposal.text,
            granted_by: by.clone(),
            permission_id: Some(self.asked.id),
            created_at: now,
            expires_at: (answer == PermissionAnswer::ApproveDay)
                .then(|| now.plus_ms(PERMISSION_DAY_MS)),
            revoked_at: None,
            revoked_by: None,
        }
    }
}

/// What a standing answer is about.
fn verb(asked: &PermissionRequest) -> GrantVerb {
    match asked.kind {
        PermissionKind::Sender => GrantVerb::StartRun,
        PermissionKind::Policy | PermissionKind::UnknownOutcome => GrantVerb::UseTool,
    }
}

/// Where a standing answer holds: a proposal, or a scope of the person's own within one. Anything
/// wider has to be said in so many words, as a grant.
fn standing(
    asked: &PermissionRequest,
    place: Option<StandingPlace>,
) -> Result<Standing<'_>, LedgerError> {
    let n_offered = asked.proposals.len();
    let proposal = match place.unwrap_or(StandingPlace::Proposal(0)) {
        StandingPlace::Proposal(index) => {
            let found = usize::try_from(index).ok().and_then(|index| asked.proposals.get(index));
            found.cloned().ok_or_else(|| {
                LedgerError::Invalid(format!(
                    "there is no proposal {index}; the request has {n_offered}, counted from 0"
                ))
            })?
        }
        StandingPlace::Scope(scope) => {
            nexus_iam::check_scope(verb(asked), &scope).map_err(LedgerError::Invalid)?;
            let covering = asked.proposals.iter().find(|each| is_within(&scope, &each.scope));
            let covering = covering.ok_or_else(|| {
                LedgerError::Invalid(
                    "the scope reaches further than what was proposed; an answer can only narrow \
                     it: see `nexus acl grants create --help` for anything wider"
                        .to_owned(),
                )
            })?;
            Proposal { text: format!("a part of: {}", covering.text), scope }
        }
    };
    Ok(Standing { asked, proposal })
}

/// Refuses an answer that this question does not take.
fn check_answer(asked: &PermissionRequest, answer: PermissionAnswer) -> Result<(), LedgerError> {
    if asked.answers().contains(&answer) {
        return Ok(());
    }
    Err(LedgerError::Invalid(
        "this question is asked each time: it can be approved once or denied, not for longer"
            .to_owned(),
    ))
}

/// Notes that a person is shown a permission request, which starts the clock.
///
/// # Errors
/// `CONFLICT` when it is no longer open.
pub async fn permission_seen(
    context: &Context,
    id: PermissionId,
) -> Result<PermissionRequest, Failure> {
    let answer_ms = context.config.current().acl.answer_ms;
    let now = context.clock.now();
    let write = move |tx: &mut Tx<'_>| {
        let before = tx.permissions().get(id)?.and_then(|asked| asked.seen_at);
        let seen = tx.permissions().seen(id, now, answer_ms)?;
        if before.is_none() {
            tell_update(tx, &seen, now)?;
        }
        Ok(seen)
    };
    Ok(context.ledger.write(write).await?)
}

/// Gives a permission request more time.
///
/// # Errors
/// `CONFLICT` when it is no longer open.
pub async fn extend_permission(
    context: &Context,
    id: PermissionId,
) -> Result<PermissionRequest, Failure> {
    let answer_ms = context.config.current().acl.answer_ms;
    let now = context.clock.now();
    let write = move |tx: &mut Tx<'_>| {
        let extended = tx.permissions().extend(id, now, answer_ms)?;
        tell_update(tx, &extended, now)?;
        Ok(extended)
    };
    Ok(context.ledger.write(write).await?)
}

/// Turns every question that nobody answered in time into a no.
///
/// # Errors
/// When the ledger cannot be read or written.
pub async fn expire_permissions(context: &Context) -> Result<usize, Failure> {
    power::settled(context).await;
    let now = context.clock.now();
    let due = context.ledger.read(move |r| r.permissions().due(now)).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let n_due = due.len();
    context
        .ledger
        .write(move |tx| {
            for id in due {
                // Somebody may have answered in the meantime, or asked for more time.
                let asked = tx.permissions().get(id)?;
                let is_due = |asked: &PermissionRequest| {
                    asked.status == PermissionStatus::Pending && asked.expires_at <= now
                };
                if asked.as_ref().is_some_and(is_due) {
                    let ending = Ending::unanswered(PermissionStatus::Expired, now);
                    let resolved = tx.permissions().resolve(id, ending)?;
                    tell(tx, &resolved, now)?;
                    sender::settle(tx, &resolved, now)?;
                }
            }
            Ok(())
        })
        .await?;
    context.engine.completion_bell.send_modify(|n| *n += 1);
    context.engine.permission_bell.send_modify(|n| *n += 1);
    Ok(n_due)
}

/// Gives open questions the time back in which the machine slept: nobody could be asked.
///
/// # Errors
/// When the ledger cannot be written.
pub fn postpone_permissions(tx: &mut Tx<'_>, ms: u64, now: Timestamp) -> Result<(), LedgerError> {
    for postponed in tx.permissions().postpone(ms)? {
        tell_update(tx, &postponed, now)?;
    }
    Ok(())
}

/// Takes back the open questions of a turn, or of one call of it with all its parts: nobody waits
/// for their answers.
pub(super) fn withdraw_questions(
    tx: &mut Tx<'_>,
    turn_id: TurnId,
    call_id: Option<&str>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let asked = tx.permissions().of_turn(turn_id)?;
    let open = asked.iter().filter(|question| {
        question.status == PermissionStatus::Pending
            && call_id.is_none_or(|id| {
                question.tool_call_id.as_deref().is_some_and(|own| reach::is_part(own, id))
            })
    });
    for question in open {
        let ending = Ending::unanswered(PermissionStatus::Withdrawn, now);
        let resolved = tx.permissions().resolve(question.id, ending)?;
        tell(tx, &resolved, now)?;
    }
    Ok(())
}

/// Why a call may run, for the audit.
pub(super) fn approval(permission: &PermissionRequest) -> String {
    let comment = permission.comment.as_deref().map(|c| format!(": {c}")).unwrap_or_default();
    let words = permission.answer.unwrap_or(PermissionAnswer::ApproveOnce).words();
    format!("{words} by {}{comment}", who(permission))
}

/// What the model is told about an approval.
pub(super) fn saying(permission: &PermissionRequest, said: &str) -> String {
    format!("{} allowed this and said: {said}", who(permission))
}

/// What the model is told about a call that may not run; for a denial for good with the rule.
pub(super) fn refusal(permission: &PermissionRequest, rule: Option<&Grant>) -> String {
    let comment = permission.comment.as_deref().map(|c| format!(": {c}")).unwrap_or_default();
    match permission.status {
        PermissionStatus::Denied => {
            let rule = rule.map(|grant| {
                format!(
                    ". From now on this is denied without asking: {} (rule {}); do not try it again",
                    grant.reason, grant.id
                )
            });
            format!("{} said no{comment}{}", who(permission), rule.unwrap_or_default())
        }
        PermissionStatus::Withdrawn => "the question was taken back, which means no".to_owned(),
        PermissionStatus::Expired | PermissionStatus::Pending | PermissionStatus::Approved => {
            "nobody answered in time, which means no".to_owned()
        }
    }
}

fn who(permission: &PermissionRequest) -> String {
    permission.resolved_by.as_ref().map_or("nobody".to_owned(), ToString::to_string)
}

/// Tells of an answer.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    resolved: &PermissionRequest,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let event = Event::PermissionResolved {
        permission_id: resolved.id,
        session_key: resolved.session_key.clone(),
        status: resolved.status,
        resolved_by: resolved.resolved_by.clone(),
        comment: resolved.comment.clone(),
        answer: resolved.answer,
        grant_id: resolved.grant_id,
    };
    tx.events().record(now, &event)?;
    audit::permission_ended(tx, resolved, now)
}

fn tell_update(
    tx: &mut Tx<'_>,
    permission: &PermissionRequest,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let event = Event::PermissionUpdated {
        permission_id: permission.id,
        session_key: permission.session_key.clone(),
        seen_at: permission.seen_at,
        expires_at: permission.expires_at,
    };
    tx.events().record(now, &event)?;
    Ok(())
}
