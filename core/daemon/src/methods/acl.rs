//! Permission requests.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_domain::id::PermissionId;
use nexus_domain::permission::PermissionAnswer;
use nexus_domain::principal::Principal;
use nexus_iam::Permit;
use nexus_ledger::PermissionFilter;
use nexus_protocol::acl::{
    ApproveParams, DenyParams, ListParams, ListResult, ResolveResult, ShowParams, ShowResult,
};

use super::session::page_len;
use crate::context::Context;
use crate::engine::{self, Resolution};

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

/// Approves one permission request, once.
pub async fn approve(
    context: &Arc<Context>,
    permit: Permit,
    params: ApproveParams,
) -> Result<ResolveResult, Failure> {
    let id = find(context, params.id).await?;
    let resolution = Resolution {
        id,
        answer: PermissionAnswer::ApproveOnce,
        digest: params.digest,
        by: person(&permit)?,
        comment: params.comment,
    };
    let request = engine::resolve_permission(context, resolution).await?;
    Ok(ResolveResult { request })
}

/// Denies one permission request.
pub async fn deny(
    context: &Arc<Context>,
    permit: Permit,
    params: DenyParams,
) -> Result<ResolveResult, Failure> {
    let id = find(context, params.id).await?;
    let resolution = Resolution {
        id,
        answer: PermissionAnswer::Deny,
        digest: None,
        by: person(&permit)?,
        comment: params.comment,
    };
    let request = engine::resolve_permission(context, resolution).await?;
    Ok(ResolveResult { request })
}

async fn find(context: &Context, id: String) -> Result<PermissionId, Failure> {
    Ok(context.ledger.read(move |r| r.permissions().find(&id)).await?)
}

/// Who answers. An agent never may, whatever a policy says.
fn person(permit: &Permit) -> Result<Principal, Failure> {
    match permit.chain().actor() {
        Some(Principal::Agent(_)) | None => {
            Err(Failure::denied("an agent cannot decide permission requests"))
        }
        Some(actor) => Ok(actor.clone()),
    }
}
