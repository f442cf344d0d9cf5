//! Who knocks at `/ws/agent`: the credential comes with the upgrade, and a wrong one is answered by
//! HTTP.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::Response;
use nexus_domain::Failure;
use nexus_protocol::Method;

use crate::authorize::may_follow;
use crate::server::door::{Shared, Upgrade};
use crate::server::{Peer, answer, upgrade};

/// Where it is spoken, for the audit.
const SURFACE: &str = "/ws/agent";

/// `GET /ws/agent`: framing B.
pub(in crate::server) async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response<Body> {
    let knocked = shared.by_upgrade(request.headers(), request.uri(), &peer, SURFACE).await;
    let Upgrade { caller, subprotocol } = match knocked {
        Ok(upgrade) => upgrade,
        Err(failure) => return answer::failure(&failure),
    };
    if !may_follow(&shared.context, &caller, Method::Health) {
        return answer::failure(&Failure::denied("no policy lets you see this daemon"));
    }
    let serving = Arc::clone(&shared);
    upgrade::accept(&shared, request, subprotocol, |socket| {
        super::run(serving, socket, peer, caller)
    })
}
