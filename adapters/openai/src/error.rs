//! Problems in the form of the original.

use nexus_ingress::{Problem, ProblemKind};
use serde_json::{Value, json};

/// The body of an answer that says what is wrong, and of the event in a stream.
pub(crate) fn body(problem: &Problem) -> Value {
    let kind = match problem.kind {
        ProblemKind::Request => "invalid_request_error",
        ProblemKind::RateLimit => "rate_limit_error",
        ProblemKind::Quota => "insufficient_quota",
        ProblemKind::Server => "server_error",
    };
    let Problem { code, param, message, .. } = problem;
    json!({ "error": { "message": message, "type": kind, "param": param, "code": code } })
}
