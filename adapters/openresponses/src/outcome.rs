//! How a run came out, in the words of the API.

use nexus_adapter::{StopReason, Usage};
use nexus_ingress::{Answer, Problem, ProblemKind};
use serde_json::{Value, json};

/// What a run that came to nothing is told as.
pub(crate) fn failure(answer: &Answer) -> Option<Problem> {
    let Answer { text, outcome } = answer;
    match outcome.stop_reason {
        StopReason::Error => Some(Problem::of_run(outcome.error, text)),
        StopReason::Aborted => Some(Problem::stopped()),
        _ if outcome.error.is_some() => Some(Problem::of_run(outcome.error, text)),
        _ => None,
    }
}

/// The code of a response that failed; strict clients know no others.
pub(crate) fn code(problem: &Problem) -> &'static str {
    match problem.kind {
        ProblemKind::RateLimit | ProblemKind::Quota => "rate_limit_exceeded",
        ProblemKind::Request => "invalid_prompt",
        ProblemKind::Server => "server_error",
    }
}

/// What was used.
pub(crate) fn usage(usage: &Usage) -> Value {
    json!({
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_input_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": { "reasoning_tokens": usage.reasoning_tokens },
        "total_tokens": usage.total_tokens(),
    })
}
