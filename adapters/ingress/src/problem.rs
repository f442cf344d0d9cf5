//! Why a call gets no answer, before it takes the form of an API.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use nexus_adapter::{AgentErrorKind, Refusal, RefusalKind};

/// What official clients look at before they try again by themselves.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The request is wrong.
    Request,
    /// Too much was asked for at once.
    RateLimit,
    /// A budget is used up.
    Quota,
    /// The fault is on this side.
    Server,
}

/// Why a call gets no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The status of the answer.
    pub status: StatusCode,
    /// The kind.
    pub kind: ProblemKind,
    /// What it is, for programs.
    pub code: &'static str,
    /// The field that is wrong, such as `messages[0].content`.
    pub param: Option<String>,
    /// What is wrong and how to mend it, for people.
    pub message: String,
    /// When trying again makes sense, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// Whether trying again is useless although the status suggests it.
    pub is_final: bool,
}

impl Problem {
    /// A problem without a field or advice.
    pub fn new(
        status: StatusCode,
        kind: ProblemKind,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        let message = message.into();
        Self { status, kind, code, param: None, message, retry_after_ms: None, is_final: false }
    }

    /// The request is wrong.
    pub fn request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ProblemKind::Request, code, message)
    }

    /// The field `param` is wrong.
    pub fn invalid(
        param: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self { param: Some(param.into()), ..Self::request(code, message) }
    }

    /// A value that the original takes and we do not.
    pub fn unsupported_value(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(param, "unsupported_value", message)
    }

    /// A field that the original takes and we do not, because passing it over would change what
    /// the call means.
    #[must_use]
    pub fn unsupported_parameter(param: &str, instead: &str) -> Self {
        let message = format!("`{param}` is not supported here; {instead}");
        Self::invalid(param, "unsupported_parameter", message)
    }

    /// Nothing was shown.
    #[must_use]
    pub fn no_key() -> Self {
        let message = "no API key came with the request; send `Authorization: Bearer nxk_…` with \
                       a key that `nexus key create` issued";
        Self::new(StatusCode::UNAUTHORIZED, ProblemKind::Request, "invalid_api_key", message)
    }

    /// There is no such agent for this caller.
    #[must_use]
    pub fn no_model(name: &str) -> Self {
        let name: String = name.chars().take(100).collect();
        let message = format!(
            "the model `{}` does not exist or this key may not speak to it; `GET /v1/models` \
             lists what there is",
            name.escape_debug()
        );
        let error =
            Self::new(StatusCode::NOT_FOUND, ProblemKind::Request, "model_not_found", message);
        Self { param: Some("model".to_owned()), ..error }
    }

    /// The body is too large.
    #[must_use]
    pub fn too_large(bytes_max: usize) -> Self {
        let message = format!("the body is larger than {bytes_max} bytes, the most that is taken");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, ProblemKind::Request, "request_too_large", message)
    }

    /// Not now.
    pub fn overloaded(message: impl Into<String>) -> Self {
        let error =
            Self::new(StatusCode::SERVICE_UNAVAILABLE, ProblemKind::Server, "overloaded", message);
        Self { retry_after_ms: Some(1_000), ..error }
    }

    /// The run took too long.
    #[must_use]
    pub fn timeout(ms: u64) -> Self {
        let message = format!("the run was not done within {ms} ms and was stopped");
        Self::new(StatusCode::GATEWAY_TIMEOUT, ProblemKind::Server, "timeout", message)
            .without_retry()
    }

    /// The run was stopped by somebody else.
    #[must_use]
    pub fn stopped() -> Self {
        let message = "the run was stopped before it was done";
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, ProblemKind::Server, "run_stopped", message).without_retry()
    }

    /// The fault is here.
    pub fn internal(message: impl Into<String>) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, ProblemKind::Server, "internal_error", message)
    }

    fn without_retry(self) -> Self {
        Self { is_final: true, ..self }
    }

    /// A run that failed; `text` says why in words.
    #[must_use]
    pub fn of_run(kind: Option<AgentErrorKind>, text: &str) -> Self {
        use AgentErrorKind as Kind;
        let message = if text.is_empty() { "the run failed" } else { text };
        let server = |status, code| Self::new(status, ProblemKind::Server, code, message);
        match kind {
            Some(Kind::ContextOverflow) => Self::request("context_length_exceeded", message),
            Some(Kind::RateLimit) => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                ProblemKind::RateLimit,
                "rate_limit_exceeded",
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
        let (kind, code) = (ProblemKind::Quota, "insufficient_quota");
        Self::new(StatusCode::TOO_MANY_REQUESTS, kind, code, message).without_retry()
    }

    /// What was not found is the model that was named.
    #[must_use]
    pub fn for_model(self, name: &str) -> Self {
        match self.status {
            StatusCode::NOT_FOUND => Self::no_model(name),
            _ => self,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use RefusalKind as Kind;
        let Refusal { kind, message, hint, retry_after_ms } = refusal;
        let message = match hint {
            Some(hint) => format!("{message}; {hint}"),
            None => message,
        };
        let of = |status, kind, code| Self::new(status, kind, code, message.clone());
        let error = match (kind, retry_after_ms) {
            (Kind::Unauthorized, _) => {
                of(StatusCode::UNAUTHORIZED, ProblemKind::Request, "invalid_api_key")
            }
            (Kind::Invalid, _) => {
                of(StatusCode::BAD_REQUEST, ProblemKind::Request, "invalid_value")
            }
            (Kind::Denied, _) => {
                of(StatusCode::FORBIDDEN, ProblemKind::Request, "permission_denied")
            }
            (Kind::NotFound, _) => of(StatusCode::NOT_FOUND, ProblemKind::Request, "not_found"),
            (Kind::BudgetExhausted, _) => Self::no_quota(&message),
            (Kind::Unavailable, Some(_)) => {
                of(StatusCode::TOO_MANY_REQUESTS, ProblemKind::RateLimit, "rate_limit_exceeded")
            }
            (Kind::Unavailable, None) => {
                of(StatusCode::SERVICE_UNAVAILABLE, ProblemKind::Server, "overloaded")
            }
            (Kind::Cancelled, _) => Self::stopped(),
            (Kind::Internal, _) => {
                of(StatusCode::INTERNAL_SERVER_ERROR, ProblemKind::Server, "internal_error")
            }
        };
        Self { retry_after_ms, ..error }
    }
}

/// The body is written last, in the form of the API that is served.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
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
        response.extensions_mut().insert(self);
        response
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}
