//! Who is connected.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_protocol::presence::{ListParams, ListResult, NoteParams, NoteResult};

use crate::context::Context;

/// Lists who is connected.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    _params: ListParams,
) -> Result<ListResult, Failure> {
    let version = context.presence.version();
    Ok(ListResult { presence: context.presence.list(context.clock.now()), version })
}

/// Takes in what a client says about itself.
pub async fn note(
    context: &Arc<Context>,
    _permit: Permit,
    params: NoteParams,
) -> Result<NoteResult, Failure> {
    Ok(NoteResult { ok: context.presence.note(params, context.clock.now()) })
}
