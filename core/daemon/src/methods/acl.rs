//! Permission requests.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_domain::id::PermissionId;
use nexus_domain::permission::{AnswerSignature, PermissionAnswer};
use nexus_domain::principal::Principal;
use nexus_iam::{Action, Facts, Permit, Query};
use nexus_ledger::PermissionFilter;
use nexus_protocol::acl::{
    ApproveParams, ApproveSpan, ClockParams, DenyParams, ListParams, ListResult, ResolveResult,
    ShowParams, ShowResult,
};
use nexus_protocol::device::answer_text;

use super::person;
use super::session::page_len;
use crate::authorize::{Trail, decide_and_audit};
use crate::context::Context;
use crate::engine::{self, Resolution};
use crate::ways::has_signed;

/// What only people may do with them.
const ANSWER: &str = "decide permission requests";

/// Lists permission requests.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    params: ListParams,
) -> Result<ListResult, Failure> {
    let limit = page_len(params.limit)?;
    let filter = PermissionFilter {
        pending_only: !params.include_resolved,
        session: params.session_key,
        before: None,
    };
    let requests = context.ledger.read(move |r| r.permissions().list(&filter, limit)).await?;
    Ok(ListResult { requests })
}

/// Shows one permission request.
pub async fn show(
    context: &Arc<Context>,
    _permit: Permit,
    params: ShowParams,
) -> Result<ShowResult, Failure> {
    let id = find(context, params.id).await?;
    let request = context.ledger.read(move |r| r.permissions().get(id)).await?;
    let request = request.ok_or_else(|| Failure::not_found("it is gone"))?;
    Ok(ShowResult { request })
}

/// Approves one permission request, once or for longer.
pub async fn approve(
    context: &Arc<Context>,
    permit: Permit,
    params: ApproveParams,
) -> Result<ResolveResult, Failure> {
    let answer = match params.span {
        ApproveSpan::Once => PermissionAnswer::ApproveOnce,
        ApproveSpan::Day => PermissionAnswer::ApproveDay,
        ApproveSpan::Always => PermissionAnswer::ApproveAlways,
    };
    let id = find(context, params.id).await?;
    let resolution = Resolution {
        id,
        answer,
        digest: params.digest,
        by: answerer(context, &permit, id).await?,
        comment: params.comment,
        place: params.place,
        signature: signed(context, &permit, id, true, params.signature).await?,
    };
    let request = engine::resolve_permission(context, resolution).await?;
    Ok(ResolveResult { request })
}

/// Denies one permission request, this time or for good.
pub async fn deny(
    context: &Arc<Context>,
    permit: Permit,
    params: DenyParams,
) -> Result<ResolveResult, Failure> {
    let id = find(context, params.id).await?;
    let resolution = Resolution {
        id,
        answer: match params.always {
            true => PermissionAnswer::DenyAlways,
            false => PermissionAnswer::Deny,
        },
        digest: params.digest,
        by: answerer(context, &permit, id).await?,
        comment: params.comment,
        place: params.place,
        signature: signed(context, &permit, id, false, params.signature).await?,
    };
    let request = engine::resolve_permission(context, resolution).await?;
    Ok(ResolveResult { request })
}

/// Starts the clock of a permission request: a person is shown it.
pub async fn seen(
    context: &Arc<Context>,
    permit: Permit,
    params: ClockParams,
) -> Result<ResolveResult, Failure> {
    person(&permit, ANSWER)?;
    let id = find(context, params.id).await?;
    Ok(ResolveResult { request: engine::permission_seen(context, id).await? })
}

/// Gives a permission request more time.
pub async fn extend(
    context: &Arc<Context>,
    permit: Permit,
    params: ClockParams,
) -> Result<ResolveResult, Failure> {
    let id = find(context, params.id).await?;
    answerer(context, &permit, id).await?;
    Ok(ResolveResult { request: engine::extend_permission(context, id).await? })
}

/// Who answers a permission request: whether they may is a decision of its own, on disk before the
/// answer counts.
async fn answerer(
    context: &Context,
    permit: &Permit,
    id: PermissionId,
) -> Result<Principal, Failure> {
    let by = person(permit, ANSWER)?;
    let asked = context.ledger.read(move |r| r.permissions().get(id)).await?;
    let asked = asked.ok_or_else(|| Failure::not_found("it is gone"))?;
    let query = Query {
        chain: permit.chain().clone(),
        action: Action::Approve { permission: id.to_string() },
        facts: Facts { session_key: Some(asked.session_key), ..Facts::default() },
    };
    let trail = Trail {
        request_id: Some(asked.request_id),
        turn_id: asked.turn_id,
        digest: Some(asked.action.digest),
    };
    let decision = decide_and_audit(context, &query, trail).await?;
    match decision.permit(&query) {
        Some(_) => Ok(by),
        None => Err(Failure::denied(format!(
            "you may not decide this permission request: {}",
            decision.verdict
        ))),
    }
}

/// What a device signed, once it was found to fit. A device always signs: its answer can be shown
/// to have come from it.
async fn signed(
    context: &Context,
    permit: &Permit,
    id: PermissionId,
    is_yes: bool,
    signature: Option<AnswerSignature>,
) -> Result<Option<AnswerSignature>, Failure> {
    let device = match (permit.chain().actor(), &signature) {
        (Some(Principal::Device(device)), Some(signature)) if signature.device == *device => device,
        (Some(Principal::Device(_)), _) => {
            return Err(Failure::invalid("a paired device signs its answers with its own key")
                .hint(
                    "send `signature` with the device's id; docs/security.md says what is signed",
                ));
        }
        (_, Some(_)) => {
            return Err(Failure::invalid("only a paired device signs its answers")
                .hint("leave `signature` out"));
        }
        (_, None) => return Ok(None),
    };
    let asked = context.ledger.read(move |r| r.permissions().get(id)).await?;
    let asked = asked.ok_or_else(|| Failure::not_found("it is gone"))?;
    let text = answer_text(&id.to_string(), is_yes, &asked.action.digest);
    let fits = context.ways.device(device).is_some_and(|device| {
        signature.as_ref().is_some_and(|given| has_signed(&device, &text, &given.signature))
    });
    match fits {
        true => Ok(signature),
        false => Err(Failure::denied("the signature of the device does not fit this answer")),
    }
}

async fn find(context: &Context, id: String) -> Result<PermissionId, Failure> {
    Ok(context.ledger.read(move |r| r.permissions().find(&id)).await?)
}
