//! `POST /v1/responses`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use nexus_ingress::{Kept, Problem, REQUEST_ID, Remote};
use tokio::sync::OwnedSemaphorePermit;

use super::foreground::{Foreground, problem};
use super::ready::Ready;
use super::{DONE, KEEP_ALIVE, event, follow, streaming};
use crate::app::App;
use crate::{background, request};

/// How long a stream waits for its first piece before it begins with nothing to show, in
/// milliseconds: until then an error still has a status of its own.
const HEAD_MS_MAX: u64 = 5_000;

/// Answers a call.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Extension(remote): Extension<Remote>,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let caller = nexus_ingress::caller(&head.headers, remote.0)?;
    nexus_ingress::require_json(&head.headers)?;
    let mut body = nexus_ingress::read(&app.ingress, &head.headers, body).await?;
    let wanted = request::read(&body.bytes)?;
    // What was made of it takes its room.
    body.bytes = Vec::new();
    // Not before: whoever drips takes no place from others.
    let place = app.ingress.place()?;
    let agent_id = nexus_ingress::agent(&head.headers, &wanted.model)?;
    let ready = Ready::get(&app, caller, agent_id, wanted, None).await?;
    let (is_background, is_streamed) = (ready.wanted.is_background, ready.wanted.is_streamed);
    if is_background {
        return begin(&app, place, ready).await;
    }
    let response = Foreground::start(&app, place, ready).await?;
    drop(body);
    let request_id = response.request_id.clone();
    let answered = match is_streamed {
        true => stream(response, app.settings.keep_alive).await,
        false => whole(response).await,
    };
    Ok(stamp(answered.unwrap_or_else(IntoResponse::into_response), &request_id))
}

fn stamp(mut response: Response, request_id: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

async fn whole(mut response: Foreground) -> Result<Response, Problem> {
    while !response.writing.is_final() {
        let piece = response.next().await;
        if let Some(problem) = problem(&piece) {
            response.discard().await?;
            return Err(problem);
        }
        response.take(piece).await?;
    }
    Ok(Json(response.writing.response()).into_response())
}

/// A stream on its way.
struct Stream {
    response: Foreground,
    keep_alive: Duration,
    /// What is to be sent next.
    ready: VecDeque<String>,
}

async fn stream(mut response: Foreground, keep_alive: Duration) -> Result<Response, Problem> {
    let head = Duration::from_millis(HEAD_MS_MAX);
    let first = tokio::time::timeout(head, response.next()).await.ok();
    if let Some(problem) = first.as_ref().and_then(problem) {
        response.discard().await?;
        return Err(problem);
    }
    let mut ready: VecDeque<_> = response.writing.begin().iter().map(event).collect();
    if let Some(piece) = first {
        ready.extend(response.take(piece).await?.iter().map(event));
    }
    let stream = Stream { response, keep_alive, ready };
    // Dropping it, as a lost connection does, cancels the run.
    Ok(streaming(futures_util::stream::unfold(Some(stream), |stream| async {
        let mut stream = stream?;
        let piece = stream.next().await;
        let rest = (!piece.ends_with(DONE)).then_some(stream);
        Some((Ok::<_, Infallible>(piece), rest))
    })))
}

impl Stream {
    /// What is ready goes at once, in one piece; the last one has the end.
    async fn next(&mut self) -> String {
        loop {
            if self.response.writing.is_final() {
                self.ready.push_back(DONE.to_owned());
            }
            if !self.ready.is_empty() {
                return self.ready.drain(..).collect();
            }
            match tokio::time::timeout(self.keep_alive, self.response.next()).await {
                Err(_silence) => return KEEP_ALIVE.to_owned(),
                Ok(piece) => {
                    let taken = self.response.take(piece).await;
                    // What cannot be kept is not said to be done.
                    let failed = |problem| self.response.writing.fail(&problem);
                    let events = taken.unwrap_or_else(failed);
                    self.ready.extend(events.iter().map(event));
                }
            }
        }
    }
}

/// Begins a response that goes on without its caller.
async fn begin(
    app: &Arc<App>,
    place: OwnedSemaphorePermit,
    mut ready: Ready,
) -> Result<Response, Problem> {
    let call = ready.call(app)?;
    ready.writing.queue();
    ready.keep(app).await?;
    let timeout_ms = app.settings.background_timeout_ms;
    let (run, request_id) = match Kept::start(&app.ingress, place, call, timeout_ms).await {
        Ok(started) => started,
        Err(problem) => {
            app.store.delete(&ready.context.principal, &ready.id).await?;
            return Err(problem.for_model(&ready.wanted.model));
        }
    };
    let queued = ready.writing.response();
    let first = ready.writing.begin();
    let is_streamed = ready.wanted.is_streamed;
    let told = if is_streamed { first } else { Vec::new() };
    app.store.save(&ready.id, &ready.writing, told).await?;
    background::attend(app, ready.id.clone(), run, ready.writing, is_streamed);
    let answer = match is_streamed {
        true => follow::follow(app, ready.id, -1),
        false => Json(queued).into_response(),
    };
    Ok(stamp(answer, &request_id.to_string()))
}
