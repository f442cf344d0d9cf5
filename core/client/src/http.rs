//! Single HTTP requests to the control plane, for what exists before or beside the WebSocket:
//! readiness and one-time links.

use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;

use crate::tls::{self, OpenError, Trust};
use crate::token::Token;

/// Largest body that is read, in bytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// Nobody listens.
    #[error("nothing listens at {0}")]
    Refused(String),
    /// Somebody listens and does not prove to be the one we want.
    #[error("it is not to be trusted: {0}")]
    Untrusted(String),
    /// No answer in time.
    #[error("no answer within {0} ms")]
    Timeout(u64),
    /// Somebody listens, and what comes back is not an HTTP answer we can use.
    #[error("{0}")]
    Foreign(String),
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpAnswer {
    /// HTTP status.
    pub status: u16,
    /// The body as JSON; null when it is something else.
    pub body: Value,
}

/// One request.
#[derive(Clone, Debug)]
pub struct HttpRequest<'a> {
    /// Host and port.
    pub address: &'a str,
    /// Whom TLS may lead to; without it there is no TLS.
    pub trust: Option<Trust>,
    /// Path with query.
    pub path: &'a str,
    /// Proof of identity.
    pub token: Option<&'a Token>,
    /// Sent with POST; without it the request is a GET.
    pub body: Option<Value>,
    /// Time for all of it, in milliseconds.
    pub within_ms: u64,
}

/// Sends one request on a connection of its own.
///
/// # Errors
/// When nobody listens, nothing comes in time, or what comes is not HTTP.
pub async fn send(request: HttpRequest<'_>) -> Result<HttpAnswer, HttpError> {
    let within = Duration::from_millis(request.within_ms);
    let timeout = HttpError::Timeout(request.within_ms);
    tokio::time::timeout(within, exchange(&request)).await.map_err(|_| timeout)?
}

async fn exchange(request: &HttpRequest<'_>) -> Result<HttpAnswer, HttpError> {
    let foreign = |e: &dyn std::fmt::Display| HttpError::Foreign(e.to_string());
    let stream = tls::open(request.address, request.trust).await.map_err(|error| match error {
        OpenError::Unreachable(_) => HttpError::Refused(request.address.to_owned()),
        OpenError::Tls(why) => HttpError::Untrusted(why),
    })?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|e| foreign(&e))?;
    let driver = tokio::spawn(connection);
    let mut builder = Request::builder()
        .method(if request.body.is_some() { "POST" } else { "GET" })
        .uri(request.path)
        .header(header::HOST, request.address)
        .header(header::CONNECTION, "close")
        .header(header::ACCEPT, "application/json");
    if let Some(token) = request.token {
        builder = builder.header(header::AUTHORIZATION, format!("Bearer {}", token.reveal()));
    }
    let bytes = match &request.body {
        Some(body) => {
            builder = builder.header(header::CONTENT_TYPE, "application/json");
            Bytes::from(body.to_string())
        }
        None => Bytes::new(),
    };
    let message = builder.body(Full::new(bytes)).map_err(|e| foreign(&e))?;
    let answer = async {
        let response = sender.send_request(message).await.map_err(|e| foreign(&e))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), BODY_BYTES_MAX);
        let bytes = body.collect().await.map_err(|e| foreign(&e))?.to_bytes();
        Ok(HttpAnswer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
    }
    .await;
    driver.abort();
    answer
}
