//! Everything of a request that is neither item nor tool.

use nexus_adapter::{Effort, ReplyForm, Sampling};
use nexus_ingress::Problem;
use serde_json::{Map, Value, json};

use super::wire::{Format, Reasoning, Request, Text};

/// Most entries of `metadata`, as the specification has it.
const METADATA_MAX: usize = 16;
/// Longest name in `metadata`, in characters.
const METADATA_NAME_CHARS_MAX: usize = 64;
/// Longest text in `metadata`, in characters.
const METADATA_CHARS_MAX: usize = 512;
/// Longest name of a form, and longest identifier of a client's own, in characters.
const NAME_CHARS_MAX: usize = 64;
/// Fewest tokens that a response may be limited to, as the specification has it.
const OUTPUT_TOKENS_MIN: u32 = 16;

/// What may stand in `include`. Only encrypted reasoning could ever be there, and we have none.
const INCLUDED: &[&str] = &[
    "reasoning.encrypted_content",
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
];

/// Refuses what would change the meaning of the call if it were passed over.
pub(super) fn refuse(request: &Request) -> Result<(), Problem> {
    let leave_out = "leave it out";
    let refused = [
        ("top_logprobs", request.top_logprobs.is_some_and(|n| n > 0), leave_out),
        ("presence_penalty", request.presence_penalty.is_some_and(|f| f != 0.0), leave_out),
        ("frequency_penalty", request.frequency_penalty.is_some_and(|f| f != 0.0), leave_out),
        (
            "max_tool_calls",
            request.max_tool_calls.is_some(),
            "how often an agent uses its own tools is limited where the agent is configured",
        ),
        ("conversation", request.conversation.is_some(), "go on with `previous_response_id`"),
        ("prompt", request.prompt.is_some(), "send `instructions` and `input`"),
        (
            "context_management",
            request.context_management.as_ref().is_some_and(|list| !list.is_empty()),
            "compact with POST /v1/responses/compact",
        ),
        ("stream_id", request.stream_id.is_some(), "open a second connection"),
    ];
    if let Some((name, _, instead)) = refused.iter().find(|(_, is_there, _)| *is_there) {
        return Err(Problem::unsupported_parameter(name, instead));
    }
    for (n, included) in request.include.iter().flatten().enumerate() {
        let at = format!("include[{n}]");
        if included == "message.output_text.logprobs" {
            return Err(Problem::unsupported_value(at, "log probabilities are not given out"));
        }
        if !INCLUDED.contains(&included.as_str()) {
            let message = format!("`{}` cannot be included", included.escape_debug());
            return Err(Problem::invalid(at, "invalid_value", message));
        }
    }
    Ok(())
}

/// How the model is to choose its words.
pub(super) fn sampling(request: &Request) -> Result<Sampling, Problem> {
    let bounded = [("temperature", request.temperature, 2.0), ("top_p", request.top_p, 1.0)];
    for (name, value, max) in bounded {
        if value.is_some_and(|value| !(0.0..=max).contains(&value)) {
            let message = format!("`{name}` must be between 0 and {max}");
            return Err(Problem::invalid(name, "invalid_value", message));
        }
    }
    if request.max_output_tokens.is_some_and(|limit| limit < OUTPUT_TOKENS_MIN) {
        let message = format!("`max_output_tokens` must be at least {OUTPUT_TOKENS_MIN}");
        return Err(Problem::invalid("max_output_tokens", "integer_below_min_value", message));
    }
    Ok(Sampling {
        temperature: request.temperature,
        top_p: request.top_p,
        output_tokens_max: request.max_output_tokens,
        effort: request.reasoning.as_ref().and_then(|asked| effort(asked.effort.as_deref()?)),
        is_parallel: request.parallel_tool_calls,
        ..Sampling::default()
    })
}

/// How long the model is to think. What is no such word has been refused by [`reasoning`].
fn effort(word: &str) -> Option<Effort> {
    match word {
        "max" => Some(Effort::Xhigh),
        word => serde_json::from_value(json!(word)).ok(),
    }
}

/// The form of the answer, and how the response shows `text`.
pub(super) fn text(text: Option<&Text>) -> Result<(ReplyForm, Value), Problem> {
    let (form, mut shown) = match text.and_then(|text| text.format.as_ref()) {
        None => (ReplyForm::Text, json!({ "format": { "type": "text" } })),
        Some(format) => {
            let (form, shown) = form(format)?;
            (form, json!({ "format": shown }))
        }
    };
    if let Some(verbosity) = text.and_then(|text| text.verbosity.as_deref()) {
        one_of("text.verbosity", verbosity, &["low", "medium", "high"])?;
        shown["verbosity"] = json!(verbosity);
    }
    Ok((form, shown))
}

fn form(format: &Format) -> Result<(ReplyForm, Value), Problem> {
    match format.kind.as_str() {
        "text" => Ok((ReplyForm::Text, json!({ "type": "text" }))),
        "json_object" => Ok((ReplyForm::Json, json!({ "type": "json_object" }))),
        "json_schema" => {
            let is_fit = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
            let name = format.name.clone().unwrap_or_default();
            if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.bytes().all(is_fit) {
                let message = format!(
                    "`text.format.name` has 1 to {NAME_CHARS_MAX} letters, digits, `_` or `-`"
                );
                return Err(Problem::invalid("text.format.name", "invalid_value", message));
            }
            let schema = format.schema.clone().filter(Value::is_object).ok_or_else(|| {
                let message = "`text.format.schema` must be a JSON Schema object";
                Problem::invalid("text.format.schema", "missing_required_parameter", message)
            })?;
            let is_strict = format.strict == Some(true);
            let shown = json!({
                "type": "json_schema",
                "name": name,
                "description": format.description,
                "schema": schema,
                "strict": is_strict,
            });
            Ok((ReplyForm::Schema { name, schema, is_strict }, shown))
        }
        _ => {
            let message = "`text.format.type` is one of text, json_object and json_schema";
            Err(Problem::unsupported_value("text.format.type", message))
        }
    }
}

/// Whether the model's reasoning is shown, and how the response shows `reasoning`.
pub(super) fn reasoning(reasoning: Option<&Reasoning>) -> Result<(bool, Value), Problem> {
    let Some(asked) = reasoning else {
        return Ok((false, json!({ "effort": null, "summary": null })));
    };
    let summary = asked.summary.as_deref().or(asked.generate_summary.as_deref());
    if let Some(effort) = asked.effort.as_deref() {
        let known = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
        one_of("reasoning.effort", effort, &known)?;
    }
    if let Some(summary) = summary {
        one_of("reasoning.summary", summary, &["auto", "concise", "detailed"])?;
    }
    Ok((summary.is_some(), json!({ "effort": asked.effort, "summary": summary })))
}

/// Whether what is too long may be shortened.
pub(super) fn truncates(truncation: Option<&str>) -> Result<bool, Problem> {
    let Some(truncation) = truncation else { return Ok(false) };
    one_of("truncation", truncation, &["auto", "disabled"])?;
    Ok(truncation == "auto")
}

fn one_of(param: &str, value: &str, known: &[&str]) -> Result<(), Problem> {
    if known.contains(&value) {
        return Ok(());
    }
    let message = format!("`{param}` is one of {}", known.join(", "));
    Err(Problem::invalid(param, "invalid_value", message))
}

/// What is kept with the event and decides nothing.
pub(super) fn metadata(request: &Request) -> Result<Map<String, Value>, Problem> {
    let mut kept = Map::new();
    let named = [
        ("user", &request.user),
        ("safety_identifier", &request.safety_identifier),
        ("prompt_cache_key", &request.prompt_cache_key),
    ];
    for (name, value) in named {
        let Some(value) = value else { continue };
        let chars_max = if name == "user" { METADATA_CHARS_MAX } else { NAME_CHARS_MAX };
        if value.chars().count() > chars_max {
            let message = format!("`{name}` has more than {chars_max} characters");
            return Err(Problem::invalid(name, "string_above_max_length", message));
        }
        kept.insert(name.to_owned(), json!(value));
    }
    if let Some(metadata) = &request.metadata {
        let is_fit = |(name, value): (&String, &Value)| {
            name.chars().count() <= METADATA_NAME_CHARS_MAX
                && value.as_str().is_some_and(|text| text.chars().count() <= METADATA_CHARS_MAX)
        };
        if metadata.len() > METADATA_MAX || !metadata.iter().all(is_fit) {
            let message = format!(
                "`metadata` takes up to {METADATA_MAX} texts of up to {METADATA_CHARS_MAX} \
                 characters, under names of up to {METADATA_NAME_CHARS_MAX}"
            );
            return Err(Problem::invalid("metadata", "invalid_value", message));
        }
        kept.insert("metadata".to_owned(), Value::Object(metadata.clone()));
    }
    Ok(kept)
}
