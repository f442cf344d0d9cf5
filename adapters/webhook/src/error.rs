//! What a sender is told when its delivery is not taken.

use std::fmt;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use nexus_adapter::{Refusal, RefusalKind};
use serde_json::json;

use crate::verify::Refused;

/// Why a delivery is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookError {
    /// The HTTP status.
    pub status: u16,
    /// The kind, for programs.
    pub code: &'static str,
    /// What is wrong, for people.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// When trying again makes sense, in seconds.
    pub retry_after_s: Option<u64>,
}

impl HookError {
    /// An error without advice.
    #[must_use]
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), hint: None, retry_after_s: None }
    }

    /// The delivery itself is wrong, and will be the next time, too.
    #[must_use]
    pub fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// With advice.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(crate) fn unsupported_type() -> Self {
        let message = "the body must be JSON, a form or plain text, and say so in `Content-Type`";
        Self::new(415, "unsupported_content_type", message)
            .hint("send application/json, application/x-www-form-urlencoded or text/plain")
    }

    pub(crate) fn unknown_hook(name: &str) -> Self {
        let message = format!("there is no hook `{}` here", name.escape_debug());
        Self::new(404, "unknown_hook", message)
    }

    pub(crate) fn too_many(what: &str, retry_after_s: u64) -> Self {
        let message = format!("{what}; try again in {retry_after_s} s");
        let retry_after_s = Some(retry_after_s);
        Self { retry_after_s, ..Self::new(429, "rate_limited", message) }
    }
}

impl From<&Refused> for HookError {
    fn from(refused: &Refused) -> Self {
        let code = match refused {
            Refused::Missing(_) => "missing_credentials",
            Refused::Malformed(_) => "malformed_credentials",
            Refused::Wrong => "invalid_credentials",
            Refused::Stale { .. } => "stale_timestamp",
        };
        Self::new(401, code, refused.to_string())
    }
}

impl From<Refusal> for HookError {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match refusal.kind {
            RefusalKind::Unauthorized => (401, "unauthorized"),
            RefusalKind::Invalid => (400, "invalid_request"),
            RefusalKind::Denied => (403, "permission_denied"),
            RefusalKind::NotFound => (404, "not_found"),
            RefusalKind::BudgetExhausted => (429, "budget_exhausted"),
            RefusalKind::Unavailable => (503, "unavailable"),
            RefusalKind::Cancelled => (409, "run_stopped"),
            RefusalKind::Internal => (500, "internal_error"),
        };
        Self {
            hint: refusal.hint,
            retry_after_s: refusal.retry_after_ms.map(|ms| ms.div_ceil(1_000)),
            ..Self::new(status, code, refusal.message)
        }
    }
}

impl fmt::Display for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for HookError {}

impl IntoResponse for HookError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(hint) = self.hint {
            error["hint"] = hint.into();
        }
        let mut response = (status, Json(json!({ "error": error }))).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
