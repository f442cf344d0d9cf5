//! The wire described by itself: `/openapi.json`, `/openrpc.json`, `/asyncapi.json`, `/schema/…`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri};
use nexus_domain::Failure;
use nexus_protocol::schema;

use super::door::Shared;
use super::{Peer, answer};

/// Hands out one document. It is made when it is asked for, which is seldom.
pub(super) async fn get(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    uri: Uri,
) -> Response<Body> {
    if let Err(failure) = shared.reader(&headers, &peer, "/schema").await {
        return answer::failure(&failure);
    }
    match schema::document(uri.path().trim_start_matches('/')) {
        Some(Ok(document)) => answer::json(StatusCode::OK, &document),
        Some(Err(error)) => answer::failure(&Failure::internal(error)),
        None => answer::failure(
            &Failure::not_found("there is no document of this name")
                .hint("the whole protocol is at /openrpc.json, /asyncapi.json and /openapi.json"),
        ),
    }
}
