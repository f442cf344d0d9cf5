//! Chat completions: what a client wants, read from its request without knowing anything else; and
//! the answer, in the form it expects.

mod answer;
mod conversation;
mod handler;
mod option;
mod request;
mod stream;
mod tool;

use nexus_adapter::{Brief, Failure};
use nexus_ingress::{Picture, Problem};
use serde_json::{Map, Value};

use request::Request;

pub(crate) use handler::complete;

/// What a client asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The model, as the client named it.
    pub model: String,
    /// The text of the message that is to be answered, or its title if the brief has the message;
    /// never blank.
    pub content: String,
    /// What comes along. Its pictures have no names yet.
    pub brief: Brief,
    /// The pictures, in the order in which the brief has them.
    pub pictures: Vec<Picture>,
    /// What is only kept.
    pub metadata: Map<String, Value>,
    /// Whether the answer is to be streamed.
    pub is_streamed: bool,
    /// Whether a stream ends with a chunk that says what was used.
    pub shows_usage: bool,
    /// Whether only the first call of a tool is handed out.
    pub is_one_call: bool,
}

/// Reads a request. With `in_session` the daemon remembers what was said before, and only the
/// messages behind the last one of the assistant are taken.
///
/// # Errors
/// What is wrong or not supported, with the field.
pub fn read(body: &[u8], in_session: bool) -> Result<Wanted, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let request: Request<'_> =
        serde_path_to_error::deserialize(&mut deserializer).map_err(misfit)?;
    deserializer.end().map_err(|error| not_json(&error))?;
    option::refuse(&request, in_session)?;
    let model = request.model.as_deref().filter(|model| !model.is_empty());
    let model = model.ok_or_else(|| {
        Problem::invalid("model", "missing_required_parameter", "you must provide a `model`")
    })?;
    let tools = tool::read(request.tools.as_deref().unwrap_or_default())?;
    let tool_choice = tool::choice(request.tool_choice.as_ref(), &tools)?;
    let mut brief = Brief {
        tools,
        tool_choice,
        sampling: option::sampling(&request)?,
        reply_form: option::reply_form(request.response_format.as_ref())?,
        ..Brief::default()
    };
    let unfit =
        |param| move |failure: Failure| Problem::invalid(param, "invalid_value", failure.message);
    brief.check(true).map_err(unfit("tools"))?;
    let wanted = Wanted {
        model: model.to_owned(),
        metadata: option::metadata(&request)?,
        is_streamed: request.stream == Some(true),
        shows_usage: request.stream_options.as_ref().and_then(|o| o.include_usage) == Some(true),
        is_one_call: request.parallel_tool_calls == Some(false),
        content: String::new(),
        pictures: Vec::new(),
        brief: Brief::default(),
    };
    let conversation = conversation::read(&request.messages, in_session)?;
    brief.instructions = conversation.instructions;
    brief.said = conversation.said;
    brief.parts = conversation.parts;
    brief.is_whole = !brief.parts.is_empty();
    brief.check(!in_session).map_err(unfit("messages"))?;
    let (content, pictures) = (conversation.content, conversation.pictures);
    Ok(Wanted { content, pictures, brief, ..wanted })
}

fn misfit(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let path = error.path().to_string();
    let cause = error.into_inner();
    match cause.is_data() {
        true if path == "." => not_fit(None, &cause),
        true => not_fit(Some(path), &cause),
        false => not_json(&cause),
    }
}

fn not_fit(path: Option<String>, cause: &serde_json::Error) -> Problem {
    let place = path.as_ref().map_or_else(|| "the body".to_owned(), |path| format!("`{path}`"));
    let message = format!("{place} is wrong: {cause}");
    Problem { param: path, ..Problem::request("invalid_type", message) }
}

fn not_json(cause: &serde_json::Error) -> Problem {
    let message = format!("the body is not JSON that can be read: {cause}");
    Problem::request("invalid_json", message)
}

#[cfg(test)]
mod tests;
