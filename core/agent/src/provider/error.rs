//! What goes wrong when a model is called.

use std::fmt;

use nexus_domain::agent::{AgentError, AgentErrorKind};

/// Longest piece of a provider's answer that is quoted, in characters.
const QUOTE_CHARS_MAX: usize = 300;

/// A failed call of a model. Never holds a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelError {
    /// The kind.
    pub kind: AgentErrorKind,
    /// What happened, in a plain sentence.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// The provider's HTTP status, when there was one.
    pub status: Option<u16>,
    /// When the provider wants to be asked again, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// Whether the same call may succeed later.
    pub is_retryable: bool,
}

impl ModelError {
    /// An error of a kind, retryable when such errors usually pass.
    #[must_use]
    pub fn new(kind: AgentErrorKind, message: impl Into<String>) -> Self {
        let is_retryable = matches!(kind, AgentErrorKind::RateLimit | AgentErrorKind::Timeout);
        Self {
            kind,
            message: message.into(),
            hint: None,
            status: None,
            retry_after_ms: None,
            is_retryable,
        }
    }

    /// The connection failed or broke.
    #[must_use]
    pub fn broken(message: impl Into<String>) -> Self {
        let mut error = Self::new(AgentErrorKind::ModelError, message);
        error.is_retryable = true;
        error.hint("check the network, then: nexus models test")
    }

    /// The stream ended before the reply was complete.
    #[must_use]
    pub fn cut_off(provider: &str) -> Self {
        Self::broken(format!("the reply of {provider} was cut off before it was complete"))
    }

    /// Nothing more came after the machine had slept.
    #[must_use]
    pub fn lost_in_sleep(provider: &str) -> Self {
        Self::new(
            AgentErrorKind::Timeout,
            format!("the reply of {provider} was lost while the machine slept"),
        )
    }

    /// Whether the provider was not reached, or lost on the way: it may well answer over another
    /// network.
    #[must_use]
    pub fn is_unreached(&self) -> bool {
        self.is_retryable && self.status.is_none() && self.retry_after_ms.is_none()
    }

    /// The provider sent something that is not its protocol.
    #[must_use]
    pub fn garbage(provider: &str, why: impl fmt::Display, text: &str) -> Self {
        let mut error = Self::new(
            AgentErrorKind::ModelError,
            format!("{provider} sent something unreadable ({why}): {}", quote(text)),
        );
        error.is_retryable = true;
        error.hint(format!("check `base_url` and `kind` of [models.{provider}] in nexus.toml"))
    }

    /// Reads an HTTP status with the body that came with it.
    #[must_use]
    pub fn from_status(provider: &str, status: u16, body: &str) -> Self {
        let said = provider_message(body);
        let what = format!("{provider} answered {status}");
        let message = if said.is_empty() { what } else { format!("{what}: {said}") };
        let mut error = match status {
            401 | 403 => Self::new(AgentErrorKind::AuthFailure, message).hint(format!(
                "check models.{provider}.key (nexus models test {provider}/<model>)"
            )),
            402 => Self::new(AgentErrorKind::AuthFailure, message)
                .hint(format!("the account at {provider} has no credit left")),
            404 => Self::new(AgentErrorKind::ModelError, message).hint(format!(
                "check the model's name and `base_url` of [models.{provider}]: nexus models list"
            )),
            408 | 504 => Self::new(AgentErrorKind::Timeout, message),
            _ if is_context_overflow(status, &said) => {
                Self::new(AgentErrorKind::ContextOverflow, message)
            }
            429 => Self::new(AgentErrorKind::RateLimit, message)
                .hint(format!("{provider} limits how often it may be asked")),
            500..=599 => Self::broken(message)
                .hint(format!("{provider} has trouble; add a second model to fall back on")),
            _ => Self::new(AgentErrorKind::ModelError, message),
        };
        // An exhausted quota is reported as 429 but does not pass by waiting.
        if status == 429 && (body.contains("insufficient_quota") || body.contains("billing")) {
            error.is_retryable = false;
            error.hint = Some(format!("the account at {provider} has no credit left"));
        }
        error.status = Some(status);
        error
    }

    /// Says how to mend it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ModelError {}

impl From<ModelError> for AgentError {
    fn from(error: ModelError) -> Self {
        Self {
            kind: error.kind,
            message: error.message,
            hint: error.hint,
            is_retryable: error.is_retryable,
        }
    }
}

/// The start of a foreign text, on one line.
pub(super) fn quote(text: &str) -> String {
    let line: String =
        text.chars().take(QUOTE_CHARS_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.trim();
    if line.is_empty() {
        return "an empty answer".to_owned();
    }
    let dots = if text.chars().count() > QUOTE_CHARS_MAX { "…" } else { "" };
    format!("{line}{dots}")
}

/// The sentence in a provider's error body, or the start of the body.
pub(super) fn provider_message(body: &str) -> String {
    let sentence = serde_json::from_str::<serde_json::Value>(body).ok().and_then(|value| {
        let places = ["/error/message", "/message", "/error", "/0/error/message", "/detail"];
        places.iter().find_map(|place| value.pointer(place)?.as_str().map(str::to_owned))
    });
    match sentence {
        Some(sentence) => quote(&sentence),
        None if body.trim().is_empty() => String::new(),
        None => quote(body),
    }
}

/// Providers have no common code for this; these are the words they use.
pub(super) fn is_context_overflow(status: u16, text: &str) -> bool {
    const SIGNS: [&str; 8] = [
        "context_length_exceeded",
        "maximum context length",
        "context window",
        "prompt is too long",
        "input is too long",
        "exceeds the maximum number of tokens",
        "input token count",
        "too many tokens",
    ];
    let text = text.to_lowercase();
    status == 413 || (status == 400 && SIGNS.iter().any(|sign| text.contains(sign)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str, kind: AgentErrorKind, is_retryable: bool) {
        let error = ModelError::from_status("acme", status, body);
        assert_eq!((error.kind, error.is_retryable), (kind, is_retryable), "{status} {body}");
        assert_eq!(error.status, Some(status));
    }

    #[test]
    fn a_status_becomes_a_kind() {
        use AgentErrorKind::{AuthFailure, ContextOverflow, ModelError, RateLimit, Timeout};
        check(401, "", AuthFailure, false);
        check(429, "{}", RateLimit, true);
        check(429, r#"{"error":{"code":"insufficient_quota"}}"#, RateLimit, false);
        check(529, "", ModelError, true);
        check(503, "<html>", ModelError, true);
        check(504, "", Timeout, true);
        check(404, "", ModelError, false);
        check(400, r#"{"error":{"message":"bad"}}"#, ModelError, false);
        check(
            400,
            r#"{"error":{"message":"This model's maximum context length is 8192 tokens"}}"#,
            ContextOverflow,
            false,
        );
    }

    #[test]
    fn foreign_text_is_quoted_short_and_on_one_line() {
        let quoted = quote(&format!("a\r\nb\u{1b}[31m{}", "x".repeat(1000)));
        assert!(quoted.chars().count() <= QUOTE_CHARS_MAX + 1);
        assert!(!quoted.contains(char::is_control));
        assert_eq!(provider_message(r#"{"error":{"message":"no"}}"#), "no");
    }
}
