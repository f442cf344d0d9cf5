//! Framing C: JSON-RPC 2.0 over HTTP, one call or a batch per request.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use futures_util::StreamExt as _;
use nexus_domain::id::AgentId;
use nexus_protocol::jsonrpc::{Call, INVALID_REQUEST, Id, RpcError, response};

use super::door::Shared;
use super::jsonrpc::{self, Reply};
use super::{Peer, answer, orchestrate};
use crate::authorize::Caller;

/// Most bytes of a body.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Most bytes of a body that is too large which are read past before it is answered.
const DISCARD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Time for a body, in milliseconds: nobody holds a connection by dripping.
const BODY_MS_MAX: u64 = 30_000;

/// `POST /rpc` and `POST /`.
pub(super) async fn post(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let caller = match known(&shared, &head.headers, &peer, "/rpc").await {
        Ok(caller) => caller,
        Err(refusal) => return *refusal,
    };
    let make = |call| -> jsonrpc::Making {
        Box::pin(orchestrate::of_daemon(shared.clone(), caller.clone(), call))
    };
    match body_of_calls(&shared, &head.headers, body).await {
        Ok(body) => respond(&body, make).await,
        Err(refusal) => *refusal,
    }
}

/// `POST /agent/{id}`.
pub(super) async fn post_agent(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    Path(id): Path<String>,
    request: Request,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let caller = match known(&shared, &head.headers, &peer, "/agent").await {
        Ok(caller) => caller,
        Err(refusal) => return *refusal,
    };
    let body = match body_of_calls(&shared, &head.headers, body).await {
        Ok(body) => body,
        Err(refusal) => return *refusal,
    };
    let book = shared.context.agents.book();
    let agent = match AgentId::parse(&id).and_then(|id| book.find(&id).cloned()) {
        Ok(agent) => agent.id().clone(),
        Err(failure) => {
            // A name that cannot be one is the name of nobody.
            return refuse(StatusCode::NOT_FOUND, &RpcError::from(&failure));
        }
    };
    let make = |call| -> jsonrpc::Making {
        let (shared, caller, agent) = (shared.clone(), caller.clone(), agent.clone());
        Box::pin(orchestrate::of_agent(shared, caller, agent, call))
    };
    respond(&body, make).await
}

async fn known(
    shared: &Shared,
    headers: &HeaderMap,
    peer: &Peer,
    surface: &'static str,
) -> Result<Arc<Caller>, Box<Response<Body>>> {
    let known = shared.known(headers, peer, surface).await;
    known
        .map(Arc::new)
        .map_err(|failure| Box::new(refuse(answer::status(&failure), &RpcError::from(&failure))))
}

pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).into_iter();
    let (Some(kind), None) = (types.next(), types.next()) else { return false };
    let kind = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    ["application/json", "application/json-rpc", "application/jsonrequest"]
        .iter()
        .any(|known| kind.eq_ignore_ascii_case(known))
}

/// Reads a body of at most `bytes_max`, or says with which status it is refused.
pub(super) async fn read(
    shared: &Shared,
    body: Body,
    bytes_max: usize,
) -> Result<Vec<u8>, (StatusCode, String)> {
    tokio::select! {
        read = read_all(body, bytes_max) => read,
        () = shared.context.clock.sleep(BODY_MS_MAX) => {
            let why = format!("the body did not arrive within {} s", BODY_MS_MAX / 1_000);
            Err((StatusCode::REQUEST_TIMEOUT, why))
        }
    }
}

/// Reads a body; what is too much is thrown away first, because a client that is still sending
/// would lose the answer.
async fn read_all(body: Body, bytes_max: usize) -> Result<Vec<u8>, (StatusCode, String)> {
    let mut chunks = body.into_data_stream();
    let (mut bytes, mut n_bytes) = (Vec::new(), 0);
    while let Some(chunk) = chunks.next().await {
        let chunk =
            chunk.map_err(|_| (StatusCode::BAD_REQUEST, "the body broke off".to_owned()))?;
        n_bytes += chunk.len();
        if n_bytes <= bytes_max {
            bytes.extend_from_slice(&chunk);
        } else if n_bytes > DISCARD_BYTES_MAX {
            break;
        }
    }
    if n_bytes <= bytes_max {
        return Ok(bytes);
    }
    let why = format!("the body has more than {bytes_max} bytes");
    Err((StatusCode::PAYLOAD_TOO_LARGE, why))
}

async fn body_of_calls(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
) -> Result<Vec<u8>, Box<Response<Body>>> {
    let (status, why) = if is_json(headers) {
        match read(shared, body, BODY_BYTES_MAX).await {
            Ok(body) => return Ok(body),
            Err(refusal) => refusal,
        }
    } else {
        let why = "the body must be JSON: send `Content-Type: application/json`";
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, why.to_owned())
    };
    Err(Box::new(refuse(status, &RpcError::new(INVALID_REQUEST, why))))
}

async fn respond(body: &[u8], make: impl Fn(Call) -> jsonrpc::Making) -> Response<Body> {
    match jsonrpc::reply(body, make).await {
        Some(Reply { text, is_refusal: false }) => json(StatusCode::OK, text),
        Some(Reply { text, is_refusal: true }) => json(StatusCode::BAD_REQUEST, text),
        None => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        }
    }
}

fn json(status: StatusCode, text: String) -> Response<Body> {
    answer::with_type(status, "application/json", text)
}

/// A request that never became a call: HTTP says so, and the body for whoever reads no status.
fn refuse(status: StatusCode, error: &RpcError) -> Response<Body> {
    let mut response = json(status, response(&Id::Null, Err(error)));
    if status == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}
