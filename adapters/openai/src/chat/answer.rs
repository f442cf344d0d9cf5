//! The answer, in the form of the original.

use nexus_adapter::{AgentErrorKind, Outcome, StopReason, Timestamp, ToolCall, Usage};
use nexus_ingress::{Answer, Problem};
use serde_json::{Value, json};

/// What stands in the completion and in every chunk of it.
#[derive(Clone, Debug)]
pub(super) struct Completion {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) model: String,
    /// Whether a chunk with what was used follows.
    pub(super) shows_usage: bool,
    pub(super) is_one_call: bool,
}

impl Completion {
    pub(super) fn created(at: Timestamp) -> i64 {
        at.0 / 1_000
    }

    /// The whole completion.
    pub(super) fn whole(&self, answer: &Answer) -> Value {
        let calls = self.calls(&answer.outcome);
        let is_silent = !calls.is_empty() && answer.text.is_empty();
        let mut message = json!({
            "role": "assistant",
            "content": (!is_silent).then_some(&answer.text),
            "refusal": null,
            "annotations": [],
        });
        if !calls.is_empty() {
            message["tool_calls"] = calls.iter().map(call).collect();
        }
        json!({
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [{
                "index": 0,
                "message": message,
                "logprobs": null,
                "finish_reason": finish_reason(&answer.outcome),
            }],
            "usage": usage(&answer.outcome.usage),
            "service_tier": "default",
            "system_fingerprint": null,
        })
    }

    /// A chunk that adds something.
    pub(super) fn chunk(&self, delta: &Value) -> Value {
        self.any_chunk(&json!([choice(delta, None)]))
    }

    /// The chunks after the last text: calls of tools, and why it ended.
    pub(super) fn last_chunks(&self, outcome: &Outcome) -> Vec<Value> {
        let mut chunks = Vec::new();
        for (index, tool_call) in self.calls(outcome).iter().enumerate() {
            let mut start = call(tool_call);
            let arguments = start["function"]["arguments"].take();
            start["function"]["arguments"] = json!("");
            start["index"] = json!(index);
            let rest = json!({ "index": index, "function": { "arguments": arguments } });
            chunks.push(self.chunk(&json!({ "tool_calls": [start] })));
            chunks.push(self.chunk(&json!({ "tool_calls": [rest] })));
        }
        let end = choice(&json!({}), Some(finish_reason(outcome)));
        chunks.push(self.any_chunk(&json!([end])));
        if self.shows_usage {
            let mut last = self.any_chunk(&json!([]));
            last["usage"] = usage(&outcome.usage);
            chunks.push(last);
        }
        chunks
    }

    fn any_chunk(&self, choices: &Value) -> Value {
        let mut chunk = json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": choices,
            "service_tier": "default",
            "system_fingerprint": null,
        });
        if self.shows_usage {
            chunk["usage"] = Value::Null;
        }
        chunk
    }

    fn calls<'a>(&self, outcome: &'a Outcome) -> &'a [ToolCall] {
        let n_calls = if self.is_one_call { 1 } else { usize::MAX };
        &outcome.tool_calls[..outcome.tool_calls.len().min(n_calls)]
    }
}

/// What a run that came to nothing is told as.
pub(super) fn failure(answer: &Answer) -> Option<Problem> {
    let Answer { text, outcome } = answer;
    match outcome.stop_reason {
        StopReason::Aborted => Some(Problem::stopped()),
        StopReason::Error => Some(of_run(outcome, text)),
        _ if outcome.error.is_some() => Some(of_run(outcome, text)),
        _ => None,
    }
}

fn of_run(outcome: &Outcome, text: &str) -> Problem {
    let is_too_long = outcome.error == Some(AgentErrorKind::ContextOverflow);
    let param = is_too_long.then(|| "messages".to_owned());
    Problem { param, ..Problem::of_run(outcome.error, text) }
}

fn choice(delta: &Value, finish_reason: Option<&str>) -> Value {
    json!({ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason })
}

fn call(call: &ToolCall) -> Value {
    // Arguments that were no JSON are handed out as the model wrote them.
    let arguments = match &call.arguments {
        Value::String(text) => text.clone(),
        arguments => arguments.to_string(),
    };
    json!({
        "id": call.id,
        "type": "function",
        "function": { "name": call.name, "arguments": arguments },
    })
}

fn finish_reason(outcome: &Outcome) -> &'static str {
    match outcome.stop_reason {
        StopReason::MaxTokens | StopReason::Limit => "length",
        StopReason::ClientTools => "tool_calls",
        StopReason::EndTurn | StopReason::Aborted | StopReason::Error => "stop",
    }
}

fn usage(usage: &Usage) -> Value {
    json!({
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens(),
        "prompt_tokens_details": {
            "cached_tokens": usage.cached_input_tokens,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    })
}
