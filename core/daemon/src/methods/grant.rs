//! Grants: standing answers, made and taken back by people.

use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::failure::Failure;
use nexus_domain::grant::{Grant, GrantEffect, GrantScope, GrantVerb};
use nexus_domain::id::GrantId;
use nexus_domain::principal::Principal;
use nexus_iam::{Permit, check_scope, would_answer};
use nexus_ledger::{GrantChange, GrantFilter, PermissionFilter};
use nexus_protocol::grant::{
    ChangeResult, CreateParams, GrantLogItem, ListParams, ListResult, PREVIEW_MS, PreviewMatch,
    PreviewParams, PreviewResult, RevokeParams, ShowParams, ShowResult,
};

use super::person;
use super::session::page_len;
use crate::context::Context;

/// Rows of the grant log that are shown.
const LOG_MAX: u32 = 50;

/// Lists grants.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    params: ListParams,
) -> Result<ListResult, Failure> {
    let limit = page_len(params.limit)?;
    let filter = GrantFilter {
        include_ended: params.include_ended,
        principal: params.principal.as_deref().map(Principal::parse).transpose()?,
        before: params.before.as_deref().map(GrantId::parse).transpose()?,
    };
    let grants = context.ledger.read(move |r| r.grants().list(&filter, limit)).await?;
    Ok(ListResult { grants })
}

/// Shows one grant with what happened to it.
pub async fn show(
    context: &Arc<Context>,
    _permit: Permit,
    params: ShowParams,
) -> Result<ShowResult, Failure> {
    let (grant, uses, log) = context
        .ledger
        .read(move |r| {
            let id = r.grants().find(&params.id)?;
            Ok((r.grants().get(id)?, r.grants().uses(id)?, r.grants().log(id, LOG_MAX)?))
        })
        .await?;
    let grant = grant.ok_or_else(|| Failure::not_found("it is gone"))?;
    let log = log.into_iter().map(|entry| GrantLogItem {
        at: entry.at,
        what: change_name(entry.what).to_owned(),
        by: entry.by,
    });
    Ok(ShowResult { grant, n_uses: uses.n_uses, log: log.collect() })
}

fn change_name(change: GrantChange) -> &'static str {
    match change {
        GrantChange::Created => "created",
        GrantChange::Used => "used",
        GrantChange::Expired => "expired",
        GrantChange::Revoked => "revoked",
    }
}

/// Most permission requests that a preview looks at.
const PREVIEW_LOOKED_MAX: u32 = 500;
/// Most of them that are shown.
const PREVIEW_SHOWN_MAX: usize = 20;

/// Says what a grant would have answered, without making it.
pub async fn preview(
    context: &Arc<Context>,
    _permit: Permit,
    params: PreviewParams,
) -> Result<PreviewResult, Failure> {
    let now = context.clock.now();
    let PreviewParams { principal, verb, effect, scope } = params;
    let principal = Principal::parse(&principal)?;
    check_scope(verb, &scope).map_err(Failure::invalid)?;
    refuse_too_wide(&principal, verb, effect, &scope)?;
    let grant = Grant {
        id: GrantId::from_parts(now, context.clock.entropy()),
        principal,
        verb,
        effect,
        scope,
        reason: String::new(),
        granted_by: Principal::Owner,
        permission_id: None,
        created_at: now,
        expires_at: None,
        revoked_at: None,
        revoked_by: None,
    };
    let filter = PermissionFilter { pending_only: false, session: None, before: None };
    let latest =
        context.ledger.read(move |r| r.permissions().list(&filter, PREVIEW_LOOKED_MAX)).await?;
    let since = Timestamp(now.0.saturating_sub_unsigned(PREVIEW_MS));
    let is_partial = latest.len() == PREVIEW_LOOKED_MAX as usize
        && latest.last().is_some_and(|oldest| oldest.created_at >= since);
    let looked = latest
        .into_iter()
        .filter(|asked| asked.created_at >= since && asked.chain.actor() == Some(&grant.principal));
    let (mut n_looked, mut n_matched, mut matched) = (0, 0, Vec::new());
    for asked in looked {
        n_looked += 1;
        if would_answer(&grant, &asked) {
            n_matched += 1;
            if matched.len() < PREVIEW_SHOWN_MAX {
                matched.push(PreviewMatch {
                    id: asked.id,
                    summary: asked.action.summary,
                    status: asked.status,
                    created_at: asked.created_at,
                });
            }
        }
    }
    Ok(PreviewResult { since, n_looked, n_matched, is_partial, matched })
}

/// Makes a grant, in force from the next decision on.
pub async fn create(
    context: &Arc<Context>,
    permit: Permit,
    params: CreateParams,
) -> Result<ChangeResult, Failure> {
    let granted_by = person(&permit, "make grants")?;
    let principal = Principal::parse(&params.principal)?;
    check_scope(params.verb, &params.scope).map_err(Failure::invalid)?;
    refuse_too_wide(&principal, params.verb, params.effect, &params.scope)?;
    let now = context.clock.now();
    let grant = Grant {
        id: GrantId::from_parts(now, context.clock.entropy()),
        principal,
        verb: params.verb,
        effect: params.effect,
        scope: params.scope,
        reason: params.reason,
        granted_by,
        permission_id: None,
        created_at: now,
        expires_at: params.duration_ms.map(|ms| now.plus_ms(ms)),
        revoked_at: None,
        revoked_by: None,
    };
    let row = grant.clone();
    context.ledger.write(move |tx| tx.grants().create(&row)).await?;
    context.policies.grants_changed().await?;
    Ok(ChangeResult { grant })
}

/// Takes a grant back, from the next decision on.
pub async fn revoke(
    context: &Arc<Context>,
    permit: Permit,
    params: RevokeParams,
) -> Result<ChangeResult, Failure> {
    let by = person(&permit, "revoke grants")?;
    let now = context.clock.now();
    let write = move |tx: &mut nexus_ledger::Tx<'_>| {
        let id = tx.grants().find(&params.id)?;
        tx.grants().revoke(id, &by, now)
    };
    let grant = context.ledger.write(write).await?;
    context.policies.grants_changed().await?;
    Ok(ChangeResult { grant })
}

/// A grant that allows names what it is about: "everything" is no answer to a question.
fn refuse_too_wide(
    principal: &Principal,
    verb: GrantVerb,
    effect: GrantEffect,
    scope: &GrantScope,
) -> Result<(), Failure> {
    if effect == GrantEffect::Allow && scope.resource.is_none() {
        let what = match verb {
            GrantVerb::Call => "method",
            GrantVerb::StartRun => "agent",
            GrantVerb::UseTool => "tool",
            GrantVerb::Deliver => "channel",
        };
        return Err(Failure::invalid(format!("the grant names no {what}"))
            .hint(format!("name the {what} in `scope.resource`; each one is a grant of its own")));
    }
    if effect == GrantEffect::Deny && *principal == Principal::Owner && verb == GrantVerb::Call {
        return Err(Failure::invalid(
            "the owner cannot be locked out of the control plane by a grant",
        )
        .hint("write a policy into state/acl if that is really meant"));
    }
    Ok(())
}
