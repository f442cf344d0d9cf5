//! `POST /v1/chat/completions`.

use std::net::IpAddr;
use std::time::Duration;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use nexus_adapter::ReplyForm;
use nexus_ingress::{Call, Piece, Problem, REQUEST_ID, Run, model};

use super::Wanted;
use super::answer::{self, Completion};
use super::stream::Stream;
use crate::app::App;

/// How long a stream waits for its first piece before it begins with nothing to show, in
/// milliseconds: until then an error still has a status of its own.
const HEAD_MS_MAX: u64 = 5_000;

/// Answers a call.
pub(crate) async fn complete(
    app: &App,
    remote: IpAddr,
    request: Request,
) -> Result<Response, Problem> {
    let created = Completion::created(nexus_adapter::now());
    let ingress = &app.ingress;
    let (head, body) = request.into_parts();
    let caller = nexus_ingress::caller(&head.headers, remote)?;
    nexus_ingress::require_json(&head.headers)?;
    let session_key = nexus_ingress::session(&head.headers)?;
    let body = nexus_ingress::read(ingress, &head.headers, body).await?;
    let wanted = super::read(&body.bytes, session_key.is_some())?;
    // Everything that is needed of it has been copied.
    drop(body);
    // Not before: whoever drips takes no place from others.
    let place = ingress.place()?;
    let agent_id = nexus_ingress::agent(&head.headers, &wanted.model)?;
    let model = model::name(&agent_id);
    let asked = match model::agent(&wanted.model) {
        Ok(named) if named == agent_id => wanted.model.clone(),
        _ => model.clone(),
    };
    let Wanted { is_streamed, shows_usage, is_one_call, .. } = wanted;
    let is_held = wanted.brief.reply_form != ReplyForm::Text;
    let call = Call {
        id: nexus_ingress::random("chatcmpl-"),
        caller,
        agent_id,
        session_key,
        content: wanted.content,
        brief: wanted.brief,
        pictures: wanted.pictures,
        metadata: wanted.metadata,
        is_streamed,
    };
    let run = Run::start(ingress, place, call).await.map_err(|error| error.for_model(&asked))?;
    let shows_usage = shows_usage && is_streamed;
    let completion = Completion { id: run.id.clone(), created, model, shows_usage, is_one_call };
    let request_id = run.request_id.to_string();
    let answered = match is_streamed {
        true => stream(run, completion, is_held, app.keep_alive).await,
        false => whole(&run, &completion).await,
    };
    let mut response = answered.unwrap_or_else(IntoResponse::into_response);
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
}

async fn whole(run: &Run, completion: &Completion) -> Result<Response, Problem> {
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
) -> Result<Response, Problem> {
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
