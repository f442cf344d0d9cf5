//! Messages and what they are made of: our own shapes, independent of any model provider.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{MessageId, RequestId, TurnId};
use crate::time::Timestamp;

/// Who speaks in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A person, or a program that speaks like one.
    User,
    /// The model.
    Assistant,
    /// Results of tool calls.
    Tool,
}

/// A call that the model wants made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolCall {
    /// The call's id, unique in its turn.
    pub id: String,
    /// Tool name, such as `read_file`.
    pub name: String,
    /// Arguments, as the model wrote them.
    pub arguments: Value,
}

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolResult {
    /// The id of the call.
    pub call_id: String,
    /// What the model is told.
    pub content: String,
    /// Whether the call failed; then `content` says why.
    pub is_error: bool,
}

/// One piece of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Part {
    /// Text for the reader.
    Text(String),
    /// The model's reasoning, as far as the provider shows it.
    Reasoning(Reasoning),
    /// A call of a tool.
    ToolCall(ToolCall),
    /// The result of a call.
    ToolResult(ToolResult),
    /// A picture.
    Image(Image),
}

/// A picture, by name: its bytes lie beside the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// MIME type, such as `image/png`.
    pub content_type: String,
    /// Where its bytes are: SHA-256 of them, lower-case hex; in what an adapter hands in, the name
    /// of a file in its spool folder.
    pub blob: String,
}

/// Reasoning that a provider returned, with the seal it wants back on the next call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reasoning {
    /// Readable text; may be empty.
    pub text: String,
    /// The provider's signature over it, opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// One message of a session, as recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// Its id; known before a reply streams, so that deltas can name it.
    pub id: MessageId,
    /// The turn it belongs to.
    pub turn_id: TurnId,
    /// The request that brought a user message in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub parts: Vec<Part>,
    /// When it was recorded.
    pub created_at: Timestamp,
}

impl Message {
    /// All readable text, joined.
    #[must_use]
    pub fn text(&self) -> String {
        join_text(&self.parts)
    }

    /// The pictures in it, in order.
    pub fn images(&self) -> impl Iterator<Item = &Image> {
        self.parts.iter().filter_map(|part| match part {
            Part::Image(image) => Some(image),
            _ => None,
        })
    }

    /// The tool calls in it, in order.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.parts.iter().filter_map(|part| match part {
            Part::ToolCall(call) => Some(call),
            _ => None,
        })
    }
}

/// All readable text of some parts, joined.
#[must_use]
pub fn join_text(parts: &[Part]) -> String {
    let texts = parts.iter().filter_map(|part| match part {
        Part::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("")
}

/// Tokens of one or more model calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Usage {
    /// Tokens sent, cached ones included.
    pub input_tokens: u64,
    /// Tokens received, reasoning included.
    pub output_tokens: u64,
    /// Of the sent ones, read from the provider's cache.
    pub cached_input_tokens: u64,
    /// Of the sent ones, written to the provider's cache.
    pub cache_write_tokens: u64,
    /// Of the received ones, reasoning.
    pub reasoning_tokens: u64,
}

impl Usage {
    /// Sent and received together.
    #[must_use]
    pub fn total_tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    /// Adds the tokens of another call.
    pub fn add(&mut self, other: Self) {
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cached_input_tokens =
            self.cached_input_tokens.saturating_add(other.cached_input_tokens);
        self.cache_write_tokens = self.cache_write_tokens.saturating_add(other.cache_write_tokens);
        self.reasoning_tokens = self.reasoning_tokens.saturating_add(other.reasoning_tokens);
    }
}

/// Where a cost figure comes from. Unknown is never shown as zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CostBasis {
    /// Computed from a price table.
    PriceTable,
    /// The model costs nothing: it runs on this machine.
    Free,
    /// No price is known for this model.
    #[default]
    Unknown,
}

/// What something cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// Millionths of a US dollar; zero when the basis is `unknown`.
    pub micro_usd: u64,
    /// Where the figure comes from.
    pub basis: CostBasis,
}

impl Cost {
    /// Adds another cost; a sum with an unknown part is unknown.
    pub fn add(&mut self, other: Self) {
        self.micro_usd = self.micro_usd.saturating_add(other.micro_usd);
        self.basis = match (self.basis, other.basis) {
            (CostBasis::Unknown, _) | (_, CostBasis::Unknown) => CostBasis::Unknown,
            (CostBasis::PriceTable, _) | (_, CostBasis::PriceTable) => CostBasis::PriceTable,
            (CostBasis::Free, CostBasis::Free) => CostBasis::Free,
        };
    }
}
