//! The addresses.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::Remote;
use crate::app::App;
use crate::error::ApiError;
use crate::{chat, embedding, model};

/// The router.
pub(super) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(complete))
        .route("/v1/embeddings", post(embed))
        .route("/v1/models", get(list_models))
        .route("/v1/models/{*name}", get(show_model))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
}

async fn complete(
    State(app): State<Arc<App>>,
    Extension(Remote(remote)): Extension<Remote>,
    request: Request,
) -> Response {
    chat::complete(app, remote, request).await.into_response()
}

async fn embed(
    State(app): State<Arc<App>>,
    Extension(Remote(remote)): Extension<Remote>,
    request: Request,
) -> Response {
    embedding::embed(app, remote, request).await.into_response()
}

async fn list_models(
    State(app): State<Arc<App>>,
    Extension(Remote(remote)): Extension<Remote>,
    headers: HeaderMap,
) -> Response {
    model::list(app, remote, &headers).await.into_response()
}

async fn show_model(
    State(app): State<Arc<App>>,
    Extension(Remote(remote)): Extension<Remote>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    model::show(app, remote, &headers, &name).await.into_response()
}

async fn unknown(method: Method, uri: Uri) -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "invalid_request_error",
        Some("unknown_url"),
        format!(
            "there is no {method} {} here; there are /v1/chat/completions, /v1/embeddings and \
             /v1/models",
            uri.path()
        ),
    )
}

async fn wrong_method(method: Method, uri: Uri) -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "invalid_request_error",
        Some("method_not_allowed"),
        format!("{} does not take {method}", uri.path()),
    )
}
