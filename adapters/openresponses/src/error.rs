//! Problems in the form of the specification.

use axum::http::StatusCode;
use nexus_ingress::{Problem, ProblemKind};
use serde_json::{Value, json};

/// Longest id that is repeated in a message, in characters.
const ID_CHARS_MAX: usize = 100;

/// The body of an answer.
pub(crate) fn body(problem: &Problem) -> Value {
    let Problem { code, param, message, .. } = problem;
    let kind = match (problem.kind, *code) {
        (ProblemKind::Request, _) => "invalid_request_error",
        (ProblemKind::RateLimit | ProblemKind::Quota, _) => "too_many_requests",
        (ProblemKind::Server, "model_error") => "model_error",
        (ProblemKind::Server, _) => "server_error",
    };
    json!({ "error": { "type": kind, "code": code, "message": message, "param": param } })
}

/// There is no such response for this caller.
pub(crate) fn no_response(id: &str) -> Problem {
    let message = format!("Response with id '{}' not found.", short(id));
    let status = StatusCode::NOT_FOUND;
    let problem = Problem::new(status, ProblemKind::Request, "response_not_found", message);
    Problem { param: Some("response_id".to_owned()), ..problem }
}

/// There is no such response to go on with for this caller.
pub(crate) fn no_previous(id: &str) -> Problem {
    let message = format!("Previous response with id '{}' not found.", short(id));
    Problem::invalid("previous_response_id", "previous_response_not_found", message)
}

/// There is no such item for this caller.
pub(crate) fn no_item(id: &str, n: usize) -> Problem {
    let message = format!("Item with id '{}' not found.", short(id));
    Problem::invalid(format!("input[{n}].id"), "item_not_found", message)
}

fn short(id: &str) -> String {
    id.chars().take(ID_CHARS_MAX).flat_map(char::escape_debug).collect()
}
