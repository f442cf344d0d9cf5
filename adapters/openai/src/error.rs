//! Errors in the form of the original, with the statuses that its clients know.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use nexus_adapter::{AgentErrorKind, Refusal, RefusalKind};
use serde_json::{Value, json};

/// What clients of the original look at before they try again by themselves.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

const INVALID: &str = "invalid_request_error";
const SERVER: &str = "server_error";

/// Why a call gets no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    pub(crate) status: StatusCode,
    /// `error.type`.
    pub(crate) kind: &'static str,
    /// `error.code`.
    pub(crate) code: Option<&'static str>,
    /// `error.param`: the field that is wrong, such as `messages[0].content`.
    pub(crate) param: Option<String>,
    pub(crate) message: String,
    pub(crate) retry_after_ms: Option<u64>,
    /// Whether trying again is useless although the status suggests it.
    pub(crate) is_final: bool,
}

impl ApiError {
    pub(crate) fn new(
        status: StatusCode,
        kind: &'static str,
        code: Option<&'static str>,
        message: impl Into<String>,
    ) -> Self {
        let message = message.into();
        Self { status, kind, code, param: None, message, retry_after_ms: None, is_final: false }
    }

    /// The field `param` is wrong.
    pub(crate) fn invalid(
        param: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        let error = Self::new(StatusCode::BAD_REQUEST, INVALID, Some(code), message);
        Self { param: Some(param.into()), ..error }
    }

    /// A value that the original takes and we do not.
    pub(crate) fn unsupported_value(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(param, "unsupported_value", message)
    }

    /// A field that the original takes and we do not, because passing it over would change what
    /// the call means.
    pub(crate) fn unsupported_parameter(param: &str, instead: &str) -> Self {
        let message = format!("`{param}` is not supported here; {instead}");
        Self::invalid(param, "unsupported_parameter", message)
    }

    pub(crate) fn no_key() -> Self {
        let message = "no API key came with the request; send `Authorization: Bearer nxk_…` with \
                       a key that `nexus key create` issued";
        Self::new(StatusCode::UNAUTHORIZED, INVALID, Some("invalid_api_key"), message)
    }

    pub(crate) fn no_model(name: &str) -> Self {
        let name: String = name.chars().take(100).collect();
        let message = format!(
            "the model `{}` does not exist or this key may not speak to it; `GET /v1/models` \
             lists what there is",
            name.escape_debug()
        );
        let error = Self::new(StatusCode::NOT_FOUND, INVALID, Some("model_not_found"), message);
        Self { param: Some("model".to_owned()), ..error }
    }

    pub(crate) fn too_large(bytes_max: usize) -> Self {
        let message = format!("the body is larger than {bytes_max} bytes, the most that is taken");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, INVALID, Some("request_too_large"), message)
    }

    pub(crate) fn overloaded(message: impl Into<String>) -> Self {
        let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, SERVER, Some("overloaded"), message);
        Self { retry_after_ms: Some(1_000), ..error }
    }

    pub(crate) fn timeout(ms: u64) -> Self {
        let message = format!("the run was not done within {ms} ms and was stopped");
        Self::new(StatusCode::GATEWAY_TIMEOUT, SERVER, Some("timeout"), message).without_retry()
    }

    pub(crate) fn stopped() -> Self {
        let message = "the run was stopped before it was done";
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, SERVER, Some("run_stopped"), message).without_retry()
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, SERVER, Some("internal_error"), message)
    }

    fn without_retry(self) -> Self {
        Self { is_final: true, ..self }
    }

    /// A run that failed; `text` says why in words.
    pub(crate) fn of_run(kind: Option<AgentErrorKind>, text: &str) -> Self {
        use AgentErrorKind as Kind;
        let message = if text.is_empty() { "the run failed" } else { text };
        let server = |status, code| Self::new(status, SERVER, Some(code), message);
        match kind {
            Some(Kind::ContextOverflow) => {
                Self::invalid("messages", "context_length_exceeded", message)
            }
            Some(Kind::RateLimit) => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limit_error",
                Some("rate_limit_exceeded"),
                message,
            ),
            Some(Kind::BudgetExhausted) => Self::no_quota(message),
            Some(Kind::Timeout) => server(StatusCode::GATEWAY_TIMEOUT, "timeout"),
            Some(Kind::ModelError) => server(StatusCode::BAD_GATEWAY, "model_error"),
            // The credential that was refused is the daemon's and not the caller's.
            Some(Kind::AuthFailure) => {
                server(StatusCode::BAD_GATEWAY, "provider_auth_failure").without_retry()
            }
            Some(Kind::CompactionFailure | Kind::Internal) | None => {
                server(StatusCode::INTERNAL_SERVER_ERROR, "internal_error")
            }
        }
    }

    fn no_quota(message: &str) -> Self {
        let (kind, code) = ("insufficient_quota", Some("insufficient_quota"));
        Self::new(StatusCode::TOO_MANY_REQUESTS, kind, code, message).without_retry()
    }

    /// What was not found is the model that was named.
    pub(crate) fn for_model(self, name: &str) -> Self {
        match self.status {
            StatusCode::NOT_FOUND => Self::no_model(name),
            _ => self,
        }
    }

    /// What was not found is a model; the daemon says more about it.
    pub(crate) fn for_embedding(self) -> Self {
        match self.status {
            StatusCode::NOT_FOUND => {
                let Self { message, .. } = self;
                Self { message, ..Self::no_model("") }
            }
            _ => self,
        }
    }

    /// The body of the answer, and of the event in a stream.
    pub(crate) fn body(&self) -> Value {
        let Self { kind, code, param, message, .. } = self;
        json!({ "error": { "message": message, "type": kind, "param": param, "code": code } })
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        use RefusalKind as Kind;
        let Refusal { kind, message, hint, retry_after_ms } = refusal;
        let message = match hint {
            Some(hint) => format!("{message}; {hint}"),
            None => message,
        };
        let of = |status, kind, code| Self::new(status, kind, Some(code), message.clone());
        let error = match (kind, retry_after_ms) {
            (Kind::Unauthorized, _) => of(StatusCode::UNAUTHORIZED, INVALID, "invalid_api_key"),
            (Kind::Invalid, _) => of(StatusCode::BAD_REQUEST, INVALID, "invalid_value"),
            (Kind::Denied, _) => of(StatusCode::FORBIDDEN, INVALID, "permission_denied"),
            (Kind::NotFound, _) => of(StatusCode::NOT_FOUND, INVALID, "not_found"),
            (Kind::BudgetExhausted, _) => Self::no_quota(&message),
            (Kind::Unavailable, Some(_)) => {
                of(StatusCode::TOO_MANY_REQUESTS, "rate_limit_error", "rate_limit_exceeded")
            }
            (Kind::Unavailable, None) => of(StatusCode::SERVICE_UNAVAILABLE, SERVER, "overloaded"),
            (Kind::Cancelled, _) => Self::stopped(),
            (Kind::Internal, _) => of(StatusCode::INTERNAL_SERVER_ERROR, SERVER, "internal_error"),
        };
        Self { retry_after_ms, ..error }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        let headers = response.headers_mut();
        if let Some(ms) = self.retry_after_ms {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1_000)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.is_final {
            headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
        }
        response
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}
