//! What is served where.

mod compact;
mod create;
mod follow;
mod foreground;
mod ready;
mod retrieve;
mod socket;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::Stream;
use nexus_ingress::{Problem, ProblemKind, Remote, model};
use serde_json::Value;

use crate::app::App;

/// The end of a stream.
const DONE: &str = "data: [DONE]\n\n";
/// Keeps a silent stream open.
const KEEP_ALIVE: &str = ": keep-alive\n\n";

/// The router.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v1/responses", post(create::create).get(socket::open))
        .route("/v1/responses/compact", post(compact::compact))
        .route("/v1/responses/{id}", get(retrieve::show).delete(retrieve::delete))
        .route("/v1/responses/{id}/cancel", post(retrieve::cancel))
        .route("/v1/responses/{id}/input_items", get(retrieve::input_items))
        .route("/v1/models", get(list_models))
        .route("/v1/models/{*name}", get(show_model))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
}

async fn list_models(
    State(app): State<Arc<App>>,
    Extension(remote): Extension<Remote>,
    headers: HeaderMap,
) -> Response {
    model::list(&app.ingress, remote.0, &headers).await.into_response()
}

async fn show_model(
    State(app): State<Arc<App>>,
    Extension(remote): Extension<Remote>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    model::show(&app.ingress, remote.0, &headers, &name).await.into_response()
}

async fn unknown(method: Method, uri: Uri) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        ProblemKind::Request,
        "unknown_url",
        format!("there is no {method} {} here; there are /v1/responses and /v1/models", uri.path()),
    )
}

async fn wrong_method(method: Method, uri: Uri) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        ProblemKind::Request,
        "method_not_allowed",
        format!("{} does not take {method}", uri.path()),
    )
}

/// An event as it stands in a stream.
fn event(data: &Value) -> String {
    named(data["type"].as_str().unwrap_or_default(), &data.to_string())
}

fn named(name: &str, data: &str) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

/// Server-sent events, as an answer.
fn streaming(pieces: impl Stream<Item = Result<String, Infallible>> + Send + 'static) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        // Proxies that gather answers are told not to.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}
