//! The five kinds of failure that leave the system, each with words for a person.

use std::fmt;

use serde_json::Value;

/// What kind of thing went wrong; decides exit codes, HTTP status and wire codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The input is wrong; the same input will fail again.
    Invalid,
    /// The caller may not do this.
    Denied,
    /// The thing named does not exist.
    NotFound,
    /// Not now: busy, starting, limited, or something outside is down.
    Unavailable,
    /// Our fault.
    Internal,
}

/// A failure as people and programs see it: what, why, how to mend it. The internal cause is kept
/// apart and never serialized.
#[derive(Clone)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// Stable machine code, upper case, such as `INVALID_REQUEST`.
    pub code: &'static str,
    /// What went wrong, in one plain sentence.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// Facts for programs: the path of a bad field, the id of a conflicting thing.
    pub details: Option<Value>,
    /// When trying again makes sense, in milliseconds.
    pub retry_after_ms: Option<u64>,
    cause: Option<String>,
}

impl Failure {
    fn new(kind: FailureKind, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            message: message.into(),
            hint: None,
            details: None,
            retry_after_ms: None,
            cause: None,
        }
    }

    /// The input is wrong.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Invalid, "INVALID_REQUEST", message)
    }

    /// The caller is known and may not do this.
    #[must_use]
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Denied, "FORBIDDEN", message)
    }

    /// The caller has not proved who it is.
    #[must_use]
    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Denied, "UNAUTHORIZED", message)
    }

    /// The thing named does not exist.
    #[must_use]
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(FailureKind::NotFound, "NOT_FOUND", message)
    }

    /// Somebody else changed the thing first.
    #[must_use]
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Invalid, "CONFLICT", message)
    }

    /// Not now.
    #[must_use]
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Unavailable, "UNAVAILABLE", message)
    }

    /// A limit of ours is reached; the caller may try again.
    #[must_use]
    pub fn overloaded(message: impl Into<String>, retry_after_ms: u64) -> Self {
        let mut failure = Self::new(FailureKind::Unavailable, "OVERLOADED", message);
        failure.retry_after_ms = Some(retry_after_ms);
        failure
    }

    /// Our fault; `cause` goes to the log and never to the caller.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut failure =
            Self::new(FailureKind::Internal, "INTERNAL", "something went wrong inside the daemon");
        failure.hint = Some("see the daemon's log: nexus daemon logs".to_owned());
        failure.cause = Some(cause.to_string());
        failure
    }

    /// Says how to mend it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds facts for programs.
    #[must_use]
    pub fn details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// Keeps the internal cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// The internal cause, for the log only.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.kind == FailureKind::Unavailable
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)?;
        match &self.cause {
            Some(cause) => write!(f, ", caused by: {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}
