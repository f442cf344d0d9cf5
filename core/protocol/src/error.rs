//! Errors on the wire.

use nexus_domain::failure::{Failure, FailureKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Stable error codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// The frame or its params are wrong.
    InvalidRequest,
    /// Somebody else changed or decided it first.
    Conflict,
    /// The caller has not proved who it is.
    Unauthorized,
    /// The caller may not.
    Forbidden,
    /// It does not exist.
    NotFound,
    /// A limit is reached; see `retryAfterMs`.
    Overloaded,
    /// Not now.
    Unavailable,
    /// Our fault.
    Internal,
}

/// An error as a client sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WireError {
    /// Stable code.
    pub code: ErrorCode,
    /// What went wrong.
    pub message: String,
    /// How to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Facts for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// Whether the same call may succeed later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retryable: bool,
    /// When, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl From<&Failure> for WireError {
    fn from(failure: &Failure) -> Self {
        let code = match (failure.kind, failure.code) {
            (_, "CONFLICT") => ErrorCode::Conflict,
            (_, "UNAUTHORIZED") => ErrorCode::Unauthorized,
            (_, "OVERLOADED") => ErrorCode::Overloaded,
            (FailureKind::Invalid, _) => ErrorCode::InvalidRequest,
            (FailureKind::Denied, _) => ErrorCode::Forbidden,
            (FailureKind::NotFound, _) => ErrorCode::NotFound,
            (FailureKind::Unavailable, _) => ErrorCode::Unavailable,
            (FailureKind::Internal, _) => ErrorCode::Internal,
        };
        Self {
            code,
            message: failure.message.clone(),
            hint: failure.hint.clone(),
            details: failure.details.clone(),
            retryable: failure.is_retryable(),
            retry_after_ms: failure.retry_after_ms,
        }
    }
}

impl std::fmt::Display for WireError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for WireError {}
