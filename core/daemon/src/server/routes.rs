//! Which path is answered by what. What does not stand here is answered with 404: ingress from
//! outside (webhooks, chat platforms, compatible APIs) has listeners of its own.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::routing::{MethodFilter, MethodRouter, on};
use hyper::body::{Body as _, Incoming};
use nexus_domain::Failure;
use nexus_protocol::routes::{Body as Carries, Route, Verb};
use tower::Service as _;

use super::door::Shared;
use super::{
    Peer, agent_socket, answer, assets, document, form, guard, health, link, rpc, sse, tools,
    upgrade,
};

/// Most bytes that a client may send along to an address that reads none of them.
const UNREAD_BYTES_MAX: u64 = 64 * 1024;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Route::ALL
        .iter()
        .fold(Router::new(), |router, route| router.route(route.path(), handler(*route)))
        .fallback(other)
        .method_not_allowed_fallback(wrong_method)
        .with_state(shared)
}

/// The one handler of each row of the table.
fn handler(route: Route) -> MethodRouter<Arc<Shared>> {
    let verb = match route.verb() {
        Verb::Get => MethodFilter::GET,
        Verb::Post => MethodFilter::POST,
    };
    let handler = match route {
        Route::Ui => on(verb, root),
        Route::UiFile => on(verb, assets::file),
        Route::Health => on(verb, health::health),
        Route::Ready => on(verb, health::ready),
        Route::Metrics => on(verb, health::metrics),
        Route::Open => on(verb, link::open),
        Route::LoginPage => on(verb, form::show),
        Route::Login => on(verb, form::take),
        Route::Link => on(verb, link::make),
        Route::Events => on(verb, sse::stream),
        Route::Socket => on(verb, upgrade::upgrade),
        Route::AgentSocket => on(verb, agent_socket::upgrade),
        Route::ToolsInvoke => on(verb, tools::invoke),
        Route::RpcRoot | Route::Rpc => on(verb, rpc::post),
        Route::Agent => on(verb, rpc::post_agent),
        Route::OpenApi | Route::OpenRpc | Route::AsyncApi | Route::Schema => {
            on(verb, document::get)
        }
    };
    match route.body() {
        Carries::Empty => handler.route_layer(middleware::from_fn(without_body)),
        Carries::Json | Carries::Form => handler,
    }
}

/// Refuses more than a client sends out of habit, such as `{}`; no body is read here.
async fn without_body(request: Request, next: Next) -> Response<Body> {
    if request.body().size_hint().upper().is_some_and(|bytes| bytes <= UNREAD_BYTES_MAX) {
        return next.run(request).await;
    }
    let failure = Failure::invalid("this address takes no body")
        .hint("send the request without one, or with a `Content-Length` that is small");
    answer::error(StatusCode::PAYLOAD_TOO_LARGE, &failure)
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
    assets::index(State(shared), Extension(peer), headers).await
}

async fn other(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let wants_page = matches!(method, Method::GET | Method::HEAD) && accepts_html(&headers);
    match nexus_ui::page(uri.path()).filter(|_| wants_page) {
        Some(asset) => assets::page(&shared, asset, &headers, &peer).await,
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
