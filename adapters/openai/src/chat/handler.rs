//! `POST /v1/chat/completions`.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use nexus_adapter::{AgentId, ReplyForm, SessionKey};

use super::Wanted;
use super::answer::{self, Completion};
use super::stream::Stream;
use crate::app::App;
use crate::error::ApiError;
use crate::http::{self, REQUEST_ID};
use crate::model;
use crate::run::{self, Call, Run};
use crate::waiting::Piece;

/// Names the session that remembers the conversation.
const SESSION: &str = "x-nexus-session";
/// Names the agent, whatever the model is.
const AGENT: &str = "x-nexus-agent";
/// How long a stream waits for its first piece before it begins with nothing to show, in
/// milliseconds: until then an error still has a status of its own.
const HEAD_MS_MAX: u64 = 5_000;

/// Answers a call.
pub(crate) async fn complete(
    app: Arc<App>,
    remote: IpAddr,
    request: Request,
) -> Result<Response, ApiError> {
    let created = Completion::created(nexus_adapter::now());
    let (head, body) = request.into_parts();
    let caller = http::caller(&head.headers, remote)?;
    http::require_json(&head.headers)?;
    let session_key = session(&head.headers)?;
    let body = http::read(&app, &head.headers, body).await?;
    let wanted = super::read(&body.bytes, session_key.is_some())?;
    // Everything that is needed of it has been copied.
    drop(body);
    // Not before: whoever drips takes no place from others.
    let place = http::place(&app)?;
    let agent_id = agent(&head.headers, &wanted.model)?;
    let model = model::name(&agent_id);
    let asked = head.headers.get(AGENT).map_or(wanted.model.clone(), |_| model.clone());
    let Wanted { is_streamed, shows_usage, is_one_call, .. } = wanted;
    let is_held = wanted.brief.reply_form != ReplyForm::Text;
    let call = Call { caller, agent_id, session_key, wanted };
    let run = run::start(&app, place, call).await.map_err(|error| error.for_model(&asked))?;
    let shows_usage = shows_usage && is_streamed;
    let completion = Completion { id: run.id.clone(), created, model, shows_usage, is_one_call };
    let request_id = run.request_id.to_string();
    let answered = match is_streamed {
        true => {
            let keep_alive = Duration::from_millis(app.settings.keep_alive_ms);
            stream(run, completion, is_held, keep_alive).await
        }
        false => whole(&run, &completion).await,
    };
    let mut response = answered.unwrap_or_else(IntoResponse::into_response);
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
}

async fn whole(run: &Run, completion: &Completion) -> Result<Response, ApiError> {
    loop {
        if let Piece::End(end) = run.next().await {
            let answer = (*end)?;
            return match answer::failure(&answer) {
                Some(error) => Err(error),
                None => Ok(Json(completion.whole(&answer)).into_response()),
            };
        }
    }
}

async fn stream(
    run: Run,
    completion: Completion,
    is_held: bool,
    keep_alive: Duration,
) -> Result<Response, ApiError> {
    let head = Duration::from_millis(HEAD_MS_MAX);
    let first = tokio::time::timeout(head, run.next()).await.ok();
    if let Some(Piece::End(end)) = &first {
        let answer = end.as_ref().as_ref().map_err(Clone::clone)?;
        if let Some(error) = answer::failure(answer) {
            return Err(error);
        }
    }
    let mut stream = Stream::new(run, completion, is_held, keep_alive);
    if let Some(piece) = first {
        stream.take(piece);
    }
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        // Proxies that gather answers are told not to.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, stream.into_body()).into_response())
}

fn session(headers: &HeaderMap) -> Result<Option<SessionKey>, ApiError> {
    let Some(value) = headers.get(SESSION) else { return Ok(None) };
    let key = value.to_str().map_err(|_| "the header `X-Nexus-Session` is not text".to_owned());
    let key = key.and_then(|key| SessionKey::parse(key.trim()).map_err(|f| f.message));
    key.map(Some).map_err(|message| ApiError::invalid(SESSION, "invalid_value", message))
}

fn agent(headers: &HeaderMap, model: &str) -> Result<AgentId, ApiError> {
    let Some(value) = headers.get(AGENT) else { return model::agent(model) };
    model::agent(value.to_str().unwrap_or_default())
}
