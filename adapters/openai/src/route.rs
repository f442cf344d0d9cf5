//! The addresses.

use axum::Router;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use nexus_ingress::{Problem, ProblemKind, Remote, model};

use crate::app::App;
use crate::{chat, embedding};

/// The router.
pub(crate) fn router(app: App) -> Router {
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
    State(app): State<App>,
    Extension(Remote(remote)): Extension<Remote>,
    request: Request,
) -> Response {
    chat::complete(&app, remote, request).await.into_response()
}

async fn embed(
    State(app): State<App>,
    Extension(Remote(remote)): Extension<Remote>,
    request: Request,
) -> Response {
    embedding::embed(&app, remote, request).await.into_response()
}

async fn list_models(
    State(app): State<App>,
    Extension(Remote(remote)): Extension<Remote>,
    headers: HeaderMap,
) -> Response {
    model::list(&app.ingress, remote, &headers).await.into_response()
}

async fn show_model(
    State(app): State<App>,
    Extension(Remote(remote)): Extension<Remote>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    model::show(&app.ingress, remote, &headers, &name).await.into_response()
}

async fn unknown(method: Method, uri: Uri) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        ProblemKind::Request,
        "unknown_url",
        format!(
            "there is no {method} {} here; there are /v1/chat/completions, /v1/embeddings and \
             /v1/models",
            uri.path()
        ),
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
