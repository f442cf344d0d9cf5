//! The addresses.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use nexus_ingress::{Problem, ProblemKind, REQUEST_ID, Remote, read};

use crate::app::App;
use crate::intake::{self, Delivery, Taken};
use crate::payload::Form;
use crate::wait;

/// Where the hooks begin.
pub(crate) const PATH: &str = "/hooks";

/// The router.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/hooks/{name}", post(deliver))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
}

async fn deliver(
    State(app): State<Arc<App>>,
    Extension(Remote(remote)): Extension<Remote>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    match taken(&app, remote, &name, request).await {
        Ok(taken) => answer(taken),
        Err(problem) => problem.into_response(),
    }
}

async fn taken(
    app: &Arc<App>,
    remote: std::net::IpAddr,
    name: &str,
    request: Request,
) -> Result<Taken, Problem> {
    app.count_remote(remote)?;
    let hook = app.hook(name)?;
    let (head, body) = request.into_parts();
    let wait_s = wait::wanted_s(head.uri.query(), &head.headers)?;
    Form::stated(&head.headers)?;
    let place = app.ingress.place()?;
    let whole = read(&app.ingress, &head.headers, body).await?;
    let delivery = Delivery { hook, headers: head.headers, remote: Some(remote), wait_s };
    intake::take(app, delivery, whole, place).await
}

fn answer(taken: Taken) -> Response {
    let status = StatusCode::from_u16(taken.status).unwrap_or(StatusCode::OK);
    let mut response = match taken.body.is_null() {
        true => status.into_response(),
        false => (status, axum::Json(taken.body)).into_response(),
    };
    let headers: &mut HeaderMap = response.headers_mut();
    let id = taken.request_id.map(|id| HeaderValue::from_str(&id.to_string()));
    if let Some(Ok(id)) = id {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(seconds) = taken.waited_s
        && let Ok(applied) = HeaderValue::from_str(&format!("wait={seconds}"))
    {
        headers.insert(header::HeaderName::from_static("preference-applied"), applied);
    }
    response
}

async fn unknown(method: Method, uri: Uri) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        ProblemKind::Request,
        "unknown_url",
        format!("there is no {method} {} here; hooks are at POST /hooks/<name>", uri.path()),
    )
}

async fn wrong_method(method: Method, uri: Uri) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        ProblemKind::Request,
        "method_not_allowed",
        format!("{} does not take {method}; deliveries come by POST", uri.path()),
    )
}
