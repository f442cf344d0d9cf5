//! Answers to permission requests.

use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::PermissionId;
use nexus_domain::permission::{PermissionAnswer, PermissionRequest, PermissionStatus};
use nexus_domain::principal::Principal;
use nexus_ledger::{LedgerError, Tx};

use crate::context::Context;
use crate::crash::CrashPoint;

/// A person's answer to a permission request.
pub struct Resolution {
    /// The permission request.
    pub id: PermissionId,
    /// Yes or no.
    pub answer: PermissionAnswer,
    /// The digest of the action the person saw.
    pub digest: Option<String>,
    /// Who answers.
    pub by: Principal,
    /// Said to the model.
    pub comment: Option<String>,
}

/// Records an answer and wakes the run that waits. The first answer wins.
///
/// # Errors
/// `CONFLICT` when somebody was faster, or when the action is not the one the person saw.
pub async fn resolve_permission(
    context: &Context,
    resolution: Resolution,
) -> Result<PermissionRequest, Failure> {
    let now = context.clock.now();
    let Resolution { id, answer, digest, by, comment } = resolution;
    let status = match answer {
        PermissionAnswer::ApproveOnce
        | PermissionAnswer::ApproveDay
        | PermissionAnswer::ApproveAlways => PermissionStatus::Approved,
        PermissionAnswer::Deny | PermissionAnswer::DenyAlways => PermissionStatus::Denied,
    };
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
            let resolved = tx.permissions().resolve(id, status, Some(by), now, comment)?;
            tell(tx, &resolved, now)?;
            Ok(resolved)
        })
        .await?;
    CrashPoint::PermissionAnswered.pass();
    context.engine.permission_bell.send_modify(|n| *n += 1);
    Ok(resolved)
}

/// Turns every question that nobody answered in time into a no.
///
/// # Errors
/// When the ledger cannot be read or written.
pub async fn expire_permissions(context: &Context) -> Result<usize, Failure> {
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
                let status = PermissionStatus::Expired;
                match tx.permissions().resolve(id, status, None, now, None) {
                    Ok(resolved) => tell(tx, &resolved, now)?,
                    // Somebody answered in the meantime.
                    Err(LedgerError::Conflict { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })
        .await?;
    context.engine.permission_bell.send_modify(|n| *n += 1);
    Ok(n_due)
}

/// Tells of an answer.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    resolved: &PermissionRequest,
    now: nexus_domain::Timestamp,
) -> Result<(), LedgerError> {
    let event = Event::PermissionResolved {
        permission_id: resolved.id,
        session_key: resolved.session_key.clone(),
        status: resolved.status,
        resolved_by: resolved.resolved_by.clone(),
        comment: resolved.comment.clone(),
    };
    tx.events().record(now, &event)?;
    Ok(())
}
