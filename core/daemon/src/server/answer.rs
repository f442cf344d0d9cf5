//! Answers over HTTP: JSON, errors with a way out, and the headers that stand on everything.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use nexus_domain::{Failure, FailureKind};
use nexus_protocol::WireError;
use serde::Serialize;

/// An error as a body.
#[derive(Serialize)]
struct ErrorBody {
    error: WireError,
}

/// The status that fits a failure.
pub(super) fn status(failure: &Failure) -> StatusCode {
    match (failure.kind, failure.code) {
        (_, "UNAUTHORIZED") => StatusCode::UNAUTHORIZED,
        (_, "CONFLICT") => StatusCode::CONFLICT,
        (_, "OVERLOADED") => StatusCode::TOO_MANY_REQUESTS,
        (FailureKind::Invalid, _) => StatusCode::BAD_REQUEST,
        (FailureKind::Denied, _) => StatusCode::FORBIDDEN,
        (FailureKind::NotFound, _) => StatusCode::NOT_FOUND,
        (FailureKind::Unavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
        (FailureKind::Internal, _) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A failure with the status that fits it. Its cause goes to the log and not to the caller.
pub(super) fn failure(failure: &Failure) -> Response<Body> {
    if let Some(cause) = failure.cause() {
        tracing::warn!(cause, code = failure.code, "a request failed: {failure}");
    }
    error(status(failure), failure)
}

/// A failure with a status of its own.
pub(super) fn error(status: StatusCode, failure: &Failure) -> Response<Body> {
    let mut response = json(status, &ErrorBody { error: WireError::from(failure) });
    say_how(status, failure, response.headers_mut());
    response
}

/// What HTTP wants to be said with a refusal: what would be taken, and when to come back.
pub(super) fn say_how(status: StatusCode, failure: &Failure, headers: &mut HeaderMap) {
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(ms) = failure.retry_after_ms {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
    }
}

/// A JSON body.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response<Body> {
    match serde_json::to_vec(body) {
        Ok(text) => with_type(status, "application/json", text),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            with_type(StatusCode::INTERNAL_SERVER_ERROR, "application/json", b"{}".to_vec())
        }
    }
}

/// A body of a type.
pub(super) fn with_type(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Body>,
) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The headers that stand on every answer, unless a handler said otherwise.
pub(super) fn put_common_headers(headers: &mut HeaderMap) {
    for (name, value) in nexus_ui::HEADERS {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert_with(|| HeaderValue::from_static(value));
    }
    let own = [(header::X_FRAME_OPTIONS, "DENY"), (header::CACHE_CONTROL, "no-store")];
    for (name, value) in own {
        headers.entry(name).or_insert_with(|| HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_forbids_framing_sniffing_and_scripts_from_elsewhere() {
        let mut headers = HeaderMap::new();
        put_common_headers(&mut headers);
        let has = |name: &str, part: &str| {
            let value = headers.get(name).unwrap_or_else(|| panic!("{name} is missing"));
            assert!(value.to_str().unwrap().contains(part), "{name}");
        };
        has("content-security-policy", "default-src 'none'");
        has("content-security-policy", "require-trusted-types-for 'script'");
        has("content-security-policy", "frame-ancestors 'none'");
        has("x-content-type-options", "nosniff");
        has("referrer-policy", "no-referrer");
        has("x-frame-options", "DENY");
        has("cross-origin-opener-policy", "same-origin");
        has("cross-origin-resource-policy", "same-origin");
    }

    #[test]
    fn a_cause_is_never_shown() {
        let response = failure(&Failure::internal("the secret cause"));
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let error = ErrorBody { error: WireError::from(&Failure::internal("the secret cause")) };
        assert!(!serde_json::to_string(&error).unwrap().contains("secret"));
    }
}
