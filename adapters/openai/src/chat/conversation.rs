//! The messages of a request: what was said before, and what is to be answered now.

use nexus_adapter::{Image, Part, Role, Said, ToolCall, ToolResult};
use nexus_ingress::{Picture, Problem, arrive, is_blank, picture};
use serde_json::{Value, json};

use super::request::{Call, Content, Message, Piece};

/// Most pictures of one request.
const PICTURES_MAX: usize = 50;

/// The messages, as the daemon takes them.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    pub(super) instructions: Option<String>,
    pub(super) said: Vec<Said>,
    pub(super) content: String,
    pub(super) parts: Vec<Part>,
    /// Pictures of `said` and then of `parts`, in their order.
    pub(super) pictures: Vec<Picture>,
}

/// Reads the messages. In a session those up to the last one of the assistant are remembered and
/// only looked at.
pub(super) fn read(messages: &[Message<'_>], in_session: bool) -> Result<Conversation, Problem> {
    let mut reading = Reading::default();
    for (n, message) in messages.iter().enumerate() {
        reading.take(message, &format!("messages[{n}]"))?;
    }
    let Reading { instructions, mut said, mut pictures, .. } = reading;
    let n_arriving = n_arriving(&said, in_session)?;
    let arriving = said.split_off(said.len() - n_arriving);
    if in_session {
        let n_remembered: usize = said.iter().map(|said| images(&said.parts).count()).sum();
        pictures.drain(..n_remembered);
        said.clear();
    }
    // Models refuse messages in which nothing is said.
    said.retain(|said| !said.parts.iter().all(is_blank));
    let (content, parts) = arrive(arriving, "messages")?;
    let instructions = (!instructions.is_empty()).then(|| instructions.join("\n\n"));
    Ok(Conversation { instructions, said, content, parts, pictures })
}

/// How many messages at the end are new: without a session the last one, where results of tools
/// that follow each other are one.
fn n_arriving(said: &[Said], in_session: bool) -> Result<usize, Problem> {
    let wrong = |message| Err(Problem::invalid("messages", "invalid_value", message));
    match said.last().map(|last| last.role) {
        None => wrong("`messages` must hold at least one message of role user"),
        Some(Role::Assistant) => wrong(
            "the last message must be of role user or tool: an agent answers, it does not \
                   go on with what it said",
        ),
        Some(Role::User | Role::Tool) if !in_session => Ok(1),
        Some(Role::User | Role::Tool) => {
            Ok(said.iter().rev().take_while(|said| said.role != Role::Assistant).count())
        }
    }
}

fn images(parts: &[Part]) -> impl Iterator<Item = &Image> {
    parts.iter().filter_map(|part| match part {
        Part::Image(image) => Some(image),
        _ => None,
    })
}

#[derive(Default)]
struct Reading {
    instructions: Vec<String>,
    said: Vec<Said>,
    pictures: Vec<Picture>,
}

impl Reading {
    fn take(&mut self, message: &Message<'_>, at: &str) -> Result<(), Problem> {
        let role = match message.role.as_str() {
            "system" | "developer" => {
                let text = text(message.content.as_ref(), at)?;
                self.instructions.extend(Some(text).filter(|text| !text.trim().is_empty()));
                return Ok(());
            }
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "tool" => Role::Tool,
            "function" => {
                let message = "messages of role function are not supported; use `tools` and \
                               messages of role tool";
                return Err(Problem::unsupported_value(format!("{at}.role"), message));
            }
            other => {
                let message = format!(
                    "`{}` is no role; the roles are system, developer, user, assistant and tool",
                    other.escape_debug()
                );
                return Err(Problem::invalid(format!("{at}.role"), "invalid_value", message));
            }
        };
        let parts = match role {
            Role::User => self.user(message.content.as_ref(), at)?,
            Role::Assistant => assistant(message, at)?,
            Role::Tool => vec![result(message, at)?],
        };
        match self.said.last_mut() {
            // Results of calls that were made together stay together.
            Some(last) if role == Role::Tool && last.role == Role::Tool => last.parts.extend(parts),
            _ if parts.is_empty() => {}
            _ => self.said.push(Said { role, parts }),
        }
        Ok(())
    }

    fn user(&mut self, content: Option<&Content<'_>>, at: &str) -> Result<Vec<Part>, Problem> {
        let pieces = match content {
            None => return Err(no_content(at)),
            Some(Content::Text(text)) => return Ok(vec![Part::Text(text.clone())]),
            Some(Content::Pieces(pieces)) => pieces,
        };
        let mut parts = Vec::new();
        for (n, piece) in pieces.iter().enumerate() {
            let at = format!("{at}.content[{n}]");
            parts.push(match (&piece.image_url, piece.kind.as_str()) {
                (Some(image), "image_url") => {
                    self.picture(&image.url, &format!("{at}.image_url.url"))?
                }
                _ => Part::Text(text_of(piece, &at, "text and image_url")?),
            });
        }
        Ok(parts)
    }

    fn picture(&mut self, url: &str, at: &str) -> Result<Part, Problem> {
        if self.pictures.len() == PICTURES_MAX {
            let message = format!("at most {PICTURES_MAX} pictures are taken");
            return Err(Problem::invalid(at, "array_above_max_length", message));
        }
        let picture = picture::read(url, at)?;
        let content_type = picture.content_type.to_owned();
        self.pictures.push(picture);
        Ok(Part::Image(Image { content_type, blob: String::new() }))
    }
}

fn assistant(message: &Message<'_>, at: &str) -> Result<Vec<Part>, Problem> {
    if message.function_call.is_some() {
        let text = "`function_call` is not supported; use `tool_calls`";
        return Err(Problem::unsupported_value(format!("{at}.function_call"), text));
    }
    if message.audio.is_some() {
        let text = "audio is not supported";
        return Err(Problem::unsupported_value(format!("{at}.audio"), text));
    }
    let mut text = match &message.content {
        None => String::new(),
        content => text(content.as_ref(), at)?,
    };
    text.push_str(message.refusal.as_deref().unwrap_or_default());
    let mut parts = Vec::new();
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    for (n, call) in message.tool_calls.iter().flatten().enumerate() {
        parts.push(Part::ToolCall(call_of(call, &format!("{at}.tool_calls[{n}]"))?));
    }
    Ok(parts)
}

fn call_of(call: &Call, at: &str) -> Result<ToolCall, Problem> {
    let Some(function) = call
        .function
        .as_ref()
        .filter(|_| call.kind.as_deref().is_none_or(|kind| kind == "function"))
    else {
        let message = "only calls of type function are supported";
        return Err(Problem::unsupported_value(format!("{at}.type"), message));
    };
    let arguments = match function.arguments.as_deref().map(str::trim) {
        None | Some("") => json!({}),
        // A model may have written something else; it is kept as it was.
        Some(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
    };
    Ok(ToolCall { id: call.id.clone(), name: function.name.clone(), arguments })
}

fn result(message: &Message<'_>, at: &str) -> Result<Part, Problem> {
    let call_id = message.tool_call_id.clone().ok_or_else(|| {
        let text = "a message of role tool must say its `tool_call_id`";
        Problem::invalid(format!("{at}.tool_call_id"), "missing_required_parameter", text)
    })?;
    let content = text(message.content.as_ref(), at)?;
    Ok(Part::ToolResult(ToolResult { call_id, content, is_error: false }))
}

/// The text of a content that is nothing else.
fn text(content: Option<&Content<'_>>, at: &str) -> Result<String, Problem> {
    match content {
        None => Err(no_content(at)),
        Some(Content::Text(text)) => Ok(text.clone()),
        Some(Content::Pieces(pieces)) => {
            let texts = pieces
                .iter()
                .enumerate()
                .map(|(n, piece)| text_of(piece, &format!("{at}.content[{n}]"), "text"));
            Ok(texts.collect::<Result<Vec<_>, _>>()?.join("\n"))
        }
    }
}

fn text_of(piece: &Piece<'_>, at: &str, supported: &str) -> Result<String, Problem> {
    let text = match piece.kind.as_str() {
        "text" => piece.text.as_ref(),
        "refusal" => piece.refusal.as_ref(),
        "image_url" if supported.contains("image_url") => None,
        other => {
            let message = format!(
                "content of type `{}` is not supported here, only {supported}",
                other.escape_debug()
            );
            return Err(Problem::unsupported_value(format!("{at}.type"), message));
        }
    };
    text.cloned().ok_or_else(|| {
        let message = format!("content of type `{}` must have a `{}`", piece.kind, piece.kind);
        Problem::invalid(at, "missing_required_parameter", message)
    })
}

fn no_content(at: &str) -> Problem {
    let message = format!("`{at}.content` is missing");
    Problem::invalid(format!("{at}.content"), "missing_required_parameter", message)
}
