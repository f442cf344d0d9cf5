//! What a client wants, read from its request without knowing anything else.

pub(crate) mod item;
mod option;
mod tool;
mod wire;

use nexus_adapter::{Brief, Failure};
use nexus_ingress::Problem;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use wire::{Compact, Request};

/// What a client asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The model, as the client named it.
    pub model: String,
    /// What it sent, every item whole and with an id; references are still to be looked up.
    pub items: Vec<Value>,
    /// The response whose conversation goes on.
    pub previous: Option<String>,
    /// What comes along beside the conversation.
    pub brief: Brief,
    /// The fields of the response that only repeat the request.
    pub shown: Map<String, Value>,
    /// What is kept with the event.
    pub metadata: Map<String, Value>,
    /// Whether the answer is to be streamed.
    pub is_streamed: bool,
    /// Whether the run goes on without its caller.
    pub is_background: bool,
    /// Whether the response can be looked up later.
    pub is_stored: bool,
    /// Whether only the first call of a tool is handed out.
    pub is_one_call: bool,
    /// Whether what the model thinks is shown.
    pub shows_reasoning: bool,
    /// Whether the oldest of a conversation that is too long is left out.
    pub truncates: bool,
    /// Whether a run is wanted at all.
    pub generates: bool,
}

/// Reads the body of `POST /v1/responses`, or a `response.create` of a WebSocket.
///
/// # Errors
/// What is wrong or not supported, with the field.
pub fn read(body: &[u8]) -> Result<Wanted, Problem> {
    let request: Request = parse(body)?;
    option::refuse(&request)?;
    let model = model(request.model.as_deref())?;
    let (tools, shown_tools) = tool::read(request.tools.as_deref().unwrap_or_default())?;
    let whole = Brief { tools: tools.clone(), ..Brief::default() };
    whole.check(true).map_err(unfit("tools"))?;
    let chosen = tool::choose(request.tool_choice.as_ref(), tools)?;
    let (reply_form, shown_text) = option::text(request.text.as_ref())?;
    let (shows_reasoning, shown_reasoning) = option::reasoning(request.reasoning.as_ref())?;
    let truncates = option::truncates(request.truncation.as_deref())?;
    let (is_stored, is_background) =
        (request.store != Some(false), request.background == Some(true));
    if is_background && !is_stored {
        let message = "`background` needs `store`: nobody could ask for the response later";
        return Err(Problem::invalid("store", "invalid_value", message));
    }
    let is_streamed = request.stream == Some(true);
    if request.stream_options.is_some() && !is_streamed {
        let message = "`stream_options` is only allowed when `stream` is true";
        return Err(Problem::invalid("stream_options", "invalid_value", message));
    }
    let is_one_call = request.parallel_tool_calls == Some(false);
    let brief = Brief {
        instructions: request.instructions.clone().filter(|text| !text.trim().is_empty()),
        tools: chosen.tools,
        tool_choice: chosen.choice,
        sampling: option::sampling(&request)?,
        reply_form,
        ..Brief::default()
    };
    let shown = json!({
        "previous_response_id": request.previous_response_id,
        "instructions": request.instructions,
        "tools": shown_tools,
        "tool_choice": chosen.shown,
        "parallel_tool_calls": !is_one_call,
        "text": shown_text,
        "reasoning": shown_reasoning,
        "truncation": if truncates { "auto" } else { "disabled" },
        "temperature": request.temperature.unwrap_or(1.0),
        "top_p": request.top_p.unwrap_or(1.0),
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "top_logprobs": 0,
        "max_output_tokens": request.max_output_tokens,
        "max_tool_calls": null,
        "store": is_stored,
        "background": is_background,
        "service_tier": "default",
        "metadata": request.metadata.clone().unwrap_or_default(),
        "user": request.user,
        "safety_identifier": request.safety_identifier,
        "prompt_cache_key": request.prompt_cache_key,
    });
    let Value::Object(shown) = shown else { return Err(Problem::internal("no object")) };
    Ok(Wanted {
        model,
        metadata: option::metadata(&request)?,
        items: item::read_all(request.input)?,
        previous: request.previous_response_id,
        brief,
        shown,
        is_streamed,
        is_background,
        is_stored,
        is_one_call,
        shows_reasoning,
        truncates,
        generates: request.generate != Some(false),
    })
}

/// What is to be compacted.
#[derive(Clone, Debug, PartialEq)]
pub struct ToCompact {
    /// The model, as the client named it.
    pub model: String,
    /// What it sent, as in [`Wanted`].
    pub items: Vec<Value>,
    /// The response whose conversation is meant.
    pub previous: Option<String>,
    /// How to do it.
    pub instructions: Option<String>,
}

/// Reads the body of `POST /v1/responses/compact`.
///
/// # Errors
/// What is wrong, with the field.
pub fn read_compact(body: &[u8]) -> Result<ToCompact, Problem> {
    let request: Compact = parse(body)?;
    Ok(ToCompact {
        model: model(request.model.as_deref())?,
        items: item::read_all(request.input)?,
        previous: request.previous_response_id,
        instructions: request.instructions.filter(|text| !text.trim().is_empty()),
    })
}

/// A failure of the vocabulary's own checks, as a problem of a field.
pub(crate) fn unfit(param: &str) -> impl Fn(Failure) -> Problem + '_ {
    move |failure| Problem::invalid(param, "invalid_value", failure.message)
}

fn model(model: Option<&str>) -> Result<String, Problem> {
    let model = model.filter(|model| !model.is_empty()).ok_or_else(|| {
        Problem::invalid("model", "missing_required_parameter", "you must provide a `model`")
    })?;
    Ok(model.to_owned())
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut deserializer).map_err(misfit)?;
    deserializer.end().map_err(|error| not_json(&error))?;
    Ok(read)
}

fn misfit(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let path = Some(error.path().to_string()).filter(|path| path != ".");
    let cause = error.into_inner();
    if !cause.is_data() {
        return not_json(&cause);
    }
    let place = path.as_ref().map_or_else(|| "the body".to_owned(), |path| format!("`{path}`"));
    let problem = Problem::request("invalid_type", format!("{place} is wrong: {cause}"));
    Problem { param: path, ..problem }
}

fn not_json(cause: &serde_json::Error) -> Problem {
    Problem::request("invalid_json", format!("the body is not JSON that can be read: {cause}"))
}

#[cfg(test)]
mod tests;
