//! What a sender is told when its delivery is not taken.

use axum::http::StatusCode;
use nexus_ingress::{Problem, ProblemKind};
use serde_json::{Value, json};

use crate::verify::Refused;

/// The body of an answer that says what is wrong.
pub(crate) fn body(problem: &Problem) -> Value {
    let mut error = json!({ "code": problem.code, "message": problem.message });
    if let Some(param) = &problem.param {
        error["param"] = param.clone().into();
    }
    json!({ "error": error })
}

fn request(status: StatusCode, code: &'static str, message: impl Into<String>) -> Problem {
    Problem::new(status, ProblemKind::Request, code, message)
}

/// The hook's own templates make nothing of it.
pub(crate) fn nothing_to_say(key: &str) -> Problem {
    let message = format!("the template `{key}` of this hook makes nothing of this delivery");
    request(StatusCode::UNPROCESSABLE_ENTITY, "nothing_to_say", message)
}

pub(crate) fn unsupported_type() -> Problem {
    let message = "the body must be JSON, a form or plain text, and say so: send Content-Type \
                   application/json, application/x-www-form-urlencoded or text/plain";
    request(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_content_type", message)
}

pub(crate) fn unknown_hook(name: &str) -> Problem {
    let name: String = name.chars().take(100).collect();
    let message = format!("there is no hook `{}` here", name.escape_debug());
    request(StatusCode::NOT_FOUND, "unknown_hook", message)
}

pub(crate) fn secret_in_address(name: &str) -> Problem {
    let message = format!(
        "`{name}` does not belong into an address, where it stays in logs and histories; prove \
         the delivery by a header"
    );
    request(StatusCode::BAD_REQUEST, "secret_in_address", message)
}

pub(crate) fn too_many(what: &str, retry_after_s: u64) -> Problem {
    let message = format!("{what}; try again in {retry_after_s} s");
    let status = StatusCode::TOO_MANY_REQUESTS;
    let problem = Problem::new(status, ProblemKind::RateLimit, "rate_limited", message);
    Problem { retry_after_ms: Some(retry_after_s * 1_000), ..problem }
}

/// A delivery that does not prove itself.
pub(crate) fn refused(refused: &Refused) -> Problem {
    let code = match refused {
        Refused::Missing(_) => "missing_credentials",
        Refused::Malformed(_) => "malformed_credentials",
        Refused::Wrong => "invalid_credentials",
        Refused::Stale { .. } => "stale_timestamp",
    };
    request(StatusCode::UNAUTHORIZED, code, refused.to_string())
}
