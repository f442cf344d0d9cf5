//! Token estimates. Only the provider counts exactly; these err on the high side, because a call
//! that is too large costs a failed call and one that is too small costs nothing.

use nexus_domain::message::{Message, Part};

use crate::provider::ToolSpec;

/// Tokens around each message, for its role and its borders.
const MESSAGE_TOKENS: u64 = 8;

/// Tokens of a picture: about what providers charge for one that fills their largest tile.
const IMAGE_TOKENS: u64 = 1_600;

/// Tokens of a text: about four ASCII characters each, and one for any other character.
pub(crate) fn text_tokens(text: &str) -> u64 {
    let n_ascii = text.bytes().filter(u8::is_ascii).count() as u64;
    let n_other = text.chars().filter(|c| !c.is_ascii()).count() as u64;
    n_ascii.div_ceil(4) + n_other
}

pub(super) fn message_tokens(message: &Message) -> u64 {
    let parts = message.parts.iter().map(|part| match part {
        Part::Text(text) => text_tokens(text),
        Part::Reasoning(reasoning) => {
            text_tokens(&reasoning.text)
                + reasoning.signature.as_deref().map_or(0, |seal| seal.len() as u64 / 4)
        }
        Part::ToolCall(call) => text_tokens(&call.name) + text_tokens(&call.arguments.to_string()),
        Part::ToolResult(result) => text_tokens(&result.content),
        Part::Image(_) => IMAGE_TOKENS,
    });
    parts.sum::<u64>() + MESSAGE_TOKENS
}

/// Tokens of some messages.
pub(crate) fn history_tokens(messages: &[Message]) -> u64 {
    messages.iter().map(message_tokens).sum()
}

/// Tokens of a whole call.
pub(crate) fn call_tokens(system: &str, tools: &[ToolSpec], messages: &[Message]) -> u64 {
    let tools = tools.iter().map(|tool| {
        text_tokens(&tool.name)
            + text_tokens(&tool.description)
            + text_tokens(&tool.schema.to_string())
    });
    text_tokens(system) + tools.sum::<u64>() + history_tokens(messages)
}
