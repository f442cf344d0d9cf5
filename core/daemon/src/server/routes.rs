//! Which path is answered by what. What does not stand here is answered with 404: ingress from
//! outside (webhooks, chat platforms, compatible APIs) has listeners of its own.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri, header};
use axum::routing::{get, post};
use hyper::body::Incoming;
use nexus_domain::Failure;
use tower::Service as _;

use super::door::Shared;
use super::{Peer, answer, assets, guard, health, link, rpc, sse, upgrade};

/// Most bytes of a request's body.
const BODY_BYTES_MAX: usize = 64 * 1024;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(root).post(rpc::post))
        .route("/rpc", post(rpc::post))
        .route("/ws", get(upgrade::upgrade))
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/open", get(link::open))
        .route("/api/link", post(link::make))
        .route("/api/events/stream", get(sse::stream))
        .route("/ui/{*path}", get(assets::file))
        .fallback(other)
        .method_not_allowed_fallback(wrong_method)
        .layer(axum::extract::DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(shared)
}

/// Answers one request.
pub(super) async fn call(mut router: Router, request: Request<Incoming>) -> Response<Body> {
    match router.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// `GET /`: the Control UI, or a WebSocket for clients that know no path.
async fn root(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    request: Request,
) -> Response<Body> {
    if guard::is_upgrade(&headers) {
        return upgrade::upgrade(State(shared), Extension(peer), request).await;
    }
    assets::index(State(shared), headers).await
}

async fn other(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let wants_page = matches!(method, Method::GET | Method::HEAD) && accepts_html(&headers);
    match nexus_ui::page(uri.path()).filter(|_| wants_page) {
        Some(asset) => assets::page(&shared, asset, &headers),
        None => answer::failure(
            &Failure::not_found("nothing is served at this address")
                .hint("the Control UI is at /, the WebSocket at /ws, health at /health"),
        ),
    }
}

async fn wrong_method() -> Response<Body> {
    let failure = Failure::invalid("this address is not used with this HTTP method")
        .hint("the `allow` header of this answer says which ones are");
    answer::error(StatusCode::METHOD_NOT_ALLOWED, &failure)
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_none_or(|accept| accept.contains("text/html") || accept.contains("*/*"))
}
