//! Everything of a request that is neither message nor tool.

use nexus_adapter::{Effort, ReplyForm, STOPS_MAX, Sampling};
use nexus_ingress::Problem;
use serde_json::{Map, Value, json};

use super::request::{Format, Request};

/// Most entries of `metadata`, as in the original.
const METADATA_MAX: usize = 16;
/// Longest text in `metadata`, and longest `user`, in bytes.
const METADATA_BYTES_MAX: usize = 512;
/// Longest name of a form, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// Refuses what would change the meaning of the call if it were passed over.
pub(super) fn refuse(request: &Request<'_>, in_session: bool) -> Result<(), Problem> {
    if request.n.is_some_and(|n| n != 1) {
        let message = "`n` must be 1: an agent answers a call once";
        return Err(Problem::unsupported_value("n", message));
    }
    let modalities = request.modalities.as_deref().unwrap_or_default();
    if modalities.iter().any(|one| one != "text") {
        let message = "`modalities` must be [\"text\"]: replies are text";
        return Err(Problem::unsupported_value("modalities", message));
    }
    let leave_out = "leave it out";
    let tools = "use `tools` and `tool_choice`";
    let refused = [
        ("logprobs", request.logprobs == Some(true), leave_out),
        ("top_logprobs", request.top_logprobs.is_some_and(|n| n > 0), leave_out),
        ("logit_bias", request.logit_bias.as_ref().is_some_and(|map| !map.is_empty()), leave_out),
        ("frequency_penalty", request.frequency_penalty.is_some_and(|f| f != 0.0), leave_out),
        ("presence_penalty", request.presence_penalty.is_some_and(|f| f != 0.0), leave_out),
        ("audio", request.audio.is_some(), leave_out),
        ("prediction", request.prediction.is_some(), leave_out),
        ("moderation", request.moderation.is_some(), leave_out),
        (
            "web_search_options",
            request.web_search_options.is_some(),
            "give the agent a tool that reaches the web",
        ),
        ("functions", request.functions.is_some(), tools),
        ("function_call", request.function_call.is_some(), tools),
    ];
    if let Some((name, _, instead)) = refused.iter().find(|(_, is_there, _)| *is_there) {
        return Err(Problem::unsupported_parameter(name, instead));
    }
    if request.parallel_tool_calls == Some(false) && in_session {
        let message = "`parallel_tool_calls` cannot be false in a session, which remembers every \
                       call; leave it out, or send the whole conversation without the session";
        return Err(Problem::unsupported_value("parallel_tool_calls", message));
    }
    if request.stream_options.is_some() && request.stream != Some(true) {
        let message = "`stream_options` is only allowed when `stream` is true";
        return Err(Problem::invalid("stream_options", "invalid_value", message));
    }
    Ok(())
}

/// How the model is to choose its words.
pub(super) fn sampling(request: &Request<'_>) -> Result<Sampling, Problem> {
    let bounded = [("temperature", request.temperature, 2.0), ("top_p", request.top_p, 1.0)];
    for (name, value, max) in bounded {
        if value.is_some_and(|value| !(0.0..=max).contains(&value)) {
            let message = format!("`{name}` must be between 0 and {max}");
            return Err(Problem::invalid(name, "invalid_value", message));
        }
    }
    let (limit, name) = match request.max_completion_tokens {
        Some(limit) => (Some(limit), "max_completion_tokens"),
        None => (request.max_tokens, "max_tokens"),
    };
    if limit == Some(0) {
        let message = format!("`{name}` must be at least 1");
        return Err(Problem::invalid(name, "integer_below_min_value", message));
    }
    Ok(Sampling {
        temperature: request.temperature,
        top_p: request.top_p,
        seed: request.seed,
        stops: stops(request.stop.as_ref())?,
        output_tokens_max: limit,
        effort: effort(request.reasoning_effort.as_deref())?,
        is_parallel: request.parallel_tool_calls,
    })
}

fn effort(word: Option<&str>) -> Result<Option<Effort>, Problem> {
    let Some(word) = word else { return Ok(None) };
    serde_json::from_value(json!(word)).map(Some).map_err(|_| {
        let message = "`reasoning_effort` is one of none, minimal, low, medium, high and xhigh";
        Problem::invalid("reasoning_effort", "invalid_value", message)
    })
}

fn stops(stop: Option<&Value>) -> Result<Vec<String>, Problem> {
    let texts = match stop {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) => Some(vec![text.clone()]),
        Some(Value::Array(list)) => {
            list.iter().map(|one| one.as_str().map(str::to_owned)).collect()
        }
        Some(_) => None,
    };
    match texts {
        Some(texts) if texts.len() <= STOPS_MAX && !texts.iter().any(String::is_empty) => Ok(texts),
        _ => {
            let message = format!("`stop` takes one text or up to {STOPS_MAX}, none of them empty");
            Err(Problem::invalid("stop", "invalid_value", message))
        }
    }
}

/// The form of the answer.
pub(super) fn reply_form(format: Option<&Format>) -> Result<ReplyForm, Problem> {
    let Some(format) = format else { return Ok(ReplyForm::Text) };
    match (format.kind.as_str(), &format.json_schema) {
        ("text", _) => Ok(ReplyForm::Text),
        ("json_object", _) => Ok(ReplyForm::Json),
        ("json_schema", Some(form)) => {
            let is_fit = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
            let name = &form.name;
            if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(is_fit) {
                let message = format!(
                    "the name of a form has 1 to {NAME_BYTES_MAX} letters, digits, `_` or `-`"
                );
                let param = "response_format.json_schema.name";
                return Err(Problem::invalid(param, "invalid_value", message));
            }
            let schema = form.schema.clone().filter(Value::is_object).ok_or_else(|| {
                let message = "`response_format.json_schema.schema` must be a JSON Schema object";
                let param = "response_format.json_schema.schema";
                Problem::invalid(param, "missing_required_parameter", message)
            })?;
            let is_strict = form.strict == Some(true);
            Ok(ReplyForm::Schema { name: name.clone(), schema, is_strict })
        }
        ("json_schema", None) => {
            let message = "`response_format.json_schema` is missing";
            let param = "response_format.json_schema";
            Err(Problem::invalid(param, "missing_required_parameter", message))
        }
        _ => {
            let message = "`response_format.type` is one of text, json_object and json_schema";
            Err(Problem::unsupported_value("response_format.type", message))
        }
    }
}

/// What is kept with the event and decides nothing.
pub(super) fn metadata(request: &Request<'_>) -> Result<Map<String, Value>, Problem> {
    let mut kept = Map::new();
    if let Some(user) = &request.user {
        if user.len() > METADATA_BYTES_MAX {
            let message = format!("`user` has more than {METADATA_BYTES_MAX} bytes");
            return Err(Problem::invalid("user", "string_above_max_length", message));
        }
        kept.insert("user".to_owned(), json!(user));
    }
    if let Some(metadata) = &request.metadata {
        let is_fit = |(name, value): (&String, &Value)| {
            name.len() <= METADATA_BYTES_MAX
                && value.as_str().is_some_and(|text| text.len() <= METADATA_BYTES_MAX)
        };
        if metadata.len() > METADATA_MAX || !metadata.iter().all(is_fit) {
            let message = format!(
                "`metadata` takes up to {METADATA_MAX} texts of up to {METADATA_BYTES_MAX} bytes"
            );
            return Err(Problem::invalid("metadata", "invalid_value", message));
        }
        kept.insert("metadata".to_owned(), Value::Object(metadata.clone()));
    }
    if let Some(store) = request.store {
        kept.insert("store".to_owned(), json!(store));
    }
    Ok(kept)
}
