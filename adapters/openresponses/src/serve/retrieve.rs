//! Responses that were made before.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use nexus_ingress::{Problem, Remote};
use serde::Deserialize;
use serde_json::{Value, json};

use super::follow;
use crate::app::App;
use crate::error;
use crate::store::{Page, Stored};

/// Items of a page unless it is said how many.
const PAGE_LEN: usize = 20;
/// Most items of a page.
const PAGE_LEN_MAX: usize = 100;

type Asked<Q> = Result<Query<Q>, QueryRejection>;

#[derive(Deserialize)]
pub(super) struct Showing {
    stream: Option<bool>,
    starting_after: Option<i64>,
}

/// `GET /v1/responses/{id}`, as it is now or as a stream.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Extension(remote): Extension<Remote>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Asked<Showing>,
) -> Result<Response, Problem> {
    let showing = asked(query)?;
    let principal = app.principal(&headers, remote).await?;
    let stored = find(&app, &principal, &id).await?;
    if showing.stream != Some(true) {
        if showing.starting_after.is_some() {
            let message = "`starting_after` is only allowed when `stream` is true";
            return Err(Problem::invalid("starting_after", "invalid_value", message));
        }
        return Ok(Json(stored.writing.response()).into_response());
    }
    if !stored.is_streamed {
        let message = "only a response that was made with `background` and `stream` can be \
                       streamed again";
        return Err(Problem::invalid("stream", "invalid_value", message));
    }
    Ok(follow::follow(&app, id, showing.starting_after.unwrap_or(-1)))
}

/// `DELETE /v1/responses/{id}`; one that is still running is cancelled.
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Extension(remote): Extension<Remote>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let principal = app.principal(&headers, remote).await?;
    find(&app, &principal, &id).await?;
    if let Some(handle) = app.background.get(&id) {
        handle.cancel().await?;
    }
    match app.store.delete(&principal, &id).await? {
        true => Ok(Json(json!({ "id": id, "object": "response", "deleted": true }))),
        false => Err(error::no_response(&id)),
    }
}

/// `POST /v1/responses/{id}/cancel`; one that is over is shown as it is.
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    Extension(remote): Extension<Remote>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let principal = app.principal(&headers, remote).await?;
    let stored = find(&app, &principal, &id).await?;
    if !stored.is_background {
        let message = "Cannot cancel a synchronous response: only one made with `background` can \
                       be cancelled; the others end with their connection.";
        return Err(Problem::invalid("response_id", "response_not_cancellable", message));
    }
    if let Some(handle) = app.background.get(&id) {
        handle.cancel().await?;
    }
    Ok(Json(find(&app, &principal, &id).await?.writing.response()))
}

#[derive(Deserialize)]
pub(super) struct Listing {
    limit: Option<usize>,
    order: Option<String>,
    after: Option<String>,
}

/// `GET /v1/responses/{id}/input_items`: everything that the response answers, newest first.
pub(super) async fn input_items(
    State(app): State<Arc<App>>,
    Extension(remote): Extension<Remote>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Asked<Listing>,
) -> Result<Json<Value>, Problem> {
    let Listing { limit, order, after } = asked(query)?;
    let is_ascending = match order.as_deref() {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(_) => {
            return Err(Problem::invalid("order", "invalid_value", "`order` is asc or desc"));
        }
    };
    let limit = limit.unwrap_or(PAGE_LEN);
    if !(1..=PAGE_LEN_MAX).contains(&limit) {
        let message = format!("`limit` is between 1 and {PAGE_LEN_MAX}");
        return Err(Problem::invalid("limit", "invalid_value", message));
    }
    let principal = app.principal(&headers, remote).await?;
    let page = Page { after, limit, is_ascending };
    let paged = app.store.page(&principal, &id, page).await?;
    let paged = paged.ok_or_else(|| error::no_response(&id))?;
    let id_of = |item: Option<&Value>| item.map(|item| item["id"].clone()).unwrap_or_default();
    Ok(Json(json!({
        "object": "list",
        "first_id": id_of(paged.items.first()),
        "last_id": id_of(paged.items.last()),
        "has_more": paged.has_more,
        "data": paged.items,
    })))
}

async fn find(app: &App, principal: &str, id: &str) -> Result<Stored, Problem> {
    app.store.get(principal, id).await?.ok_or_else(|| error::no_response(id))
}

fn asked<Q>(query: Asked<Q>) -> Result<Q, Problem> {
    match query {
        Ok(Query(asked)) => Ok(asked),
        Err(rejection) => Err(Problem::request("invalid_value", rejection.body_text())),
    }
}
