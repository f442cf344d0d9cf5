//! Models: one trait, one file per way of speaking to a provider, and the pool that chooses.

mod anthropic;
mod build;
mod chat;
mod discreet;
mod embed;
mod error;
mod form;
mod http;
mod library;
pub mod offline;
mod ollama;
mod picture;
mod pool;
mod price;
mod sse;
#[cfg(test)]
mod tests;
mod trial;
mod wait;
mod worst;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use nexus_domain::brief::{ReplyForm, Sampling, ToolChoice};
use nexus_domain::message::{Message, ToolCall, Usage};
use secrecy::SecretString;
use serde_json::Value;

pub use embed::{EmbedCall, Embedded};
pub use error::ModelError;
pub use picture::Pictures;
pub use pool::{ModelFacts, ModelPool, Picked};
pub use price::{Price, PriceTable};
pub use trial::ModelTest;
pub use wait::{CallTimes, next_part, open};
pub use worst::worst_cases;

/// Longest wait for the first byte of a reply unless configured otherwise, in milliseconds.
/// Reasoning models think for minutes before they speak.
pub const FIRST_BYTE_MS_MAX: u64 = 180_000;
/// Longest silence within a reply unless configured otherwise, in milliseconds.
pub const IDLE_MS_MAX: u64 = 60_000;

/// Speaks to one provider.
pub trait ModelClient: Send + Sync {
    /// Sends a call and returns its reply as a stream. A complete reply ends with
    /// [`ReplyPart::Stop`]; a stream that ends without one was cut off and yields an error.
    /// Dropping the stream closes the connection.
    fn stream(&self, call: ModelCall) -> BoxFuture<'_, Result<ReplyStream, ModelError>>;

    /// Turns texts into vectors, where the provider can.
    fn embed(&self, call: EmbedCall) -> BoxFuture<'_, Result<Embedded, ModelError>> {
        Box::pin(async move { Err(embed::unable(&call.model)) })
    }
}

/// A reply while it arrives.
pub type ReplyStream = BoxStream<'static, Result<ReplyPart, ModelError>>;

/// One call of a model.
#[derive(Clone, Debug, Default)]
pub struct ModelCall {
    /// The model's name at the provider.
    pub model: String,
    /// The system prompt.
    pub system: String,
    /// The conversation.
    pub messages: Vec<Message>,
    /// Tools the model may call.
    pub tools: Vec<ToolSpec>,
    /// Most tokens of the reply.
    pub output_tokens_max: Option<u32>,
    /// The bytes of the pictures in the messages.
    pub pictures: Pictures,
    /// How the model is to choose its words.
    pub sampling: Sampling,
    /// Whether it has to call a tool; with `None` there are no tools to begin with.
    pub tool_choice: ToolChoice,
    /// The form of the answer.
    pub reply_form: ReplyForm,
    /// Names of the tools to whose schema the model is to be held.
    pub strict_tools: Vec<String>,
}

/// A tool as a model sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolSpec {
    /// Its name.
    pub name: String,
    /// What it does, for the model.
    pub description: String,
    /// JSON Schema of its arguments.
    pub schema: Value,
}

/// A piece of a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplyPart {
    /// More text.
    Text(String),
    /// More reasoning, or the seal over it.
    Reasoning {
        /// More of it; may be empty.
        text: String,
        /// The provider's signature, once it is known.
        signature: Option<String>,
    },
    /// A complete call of a tool. Only valid once the reply has stopped.
    ToolCall(ToolCall),
    /// Tokens so far; the last one counts.
    Usage(Usage),
    /// The reply is complete.
    Stop(ProviderStop),
    /// Nothing to read, but the other side is alive.
    Alive,
}

/// Why the model stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderStop {
    /// It said all it had to say.
    End,
    /// It wants tools called.
    ToolCalls,
    /// It ran into its output limit.
    MaxTokens,
    /// The provider withheld the rest.
    Filtered,
}

/// The ways to speak to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProviderKind {
    /// OpenAI, chat completions.
    OpenAi,
    /// OpenAI, responses.
    OpenAiResponses,
    /// Anthropic, messages.
    Anthropic,
    /// Google Gemini.
    Gemini,
    /// Ollama's own API.
    Ollama,
    /// Any server that speaks OpenAI's chat completions.
    OpenAiCompatible,
    /// The built-in rules; no language model.
    Offline,
}

impl ProviderKind {
    /// Reads the name that stands in the configuration.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "openai" => Self::OpenAi,
            "openai_responses" => Self::OpenAiResponses,
            "anthropic" => Self::Anthropic,
            "gemini" => Self::Gemini,
            "ollama" => Self::Ollama,
            "openai_compatible" => Self::OpenAiCompatible,
            "offline" => Self::Offline,
            _ => return None,
        })
    }

    /// Where the provider lives unless configured otherwise.
    #[must_use]
    pub fn default_base_url(self) -> Option<&'static str> {
        match self {
            Self::OpenAi | Self::OpenAiResponses => Some("https://api.openai.com/v1"),
            Self::Anthropic => Some("https://api.anthropic.com/v1"),
            Self::Gemini => Some("https://generativelanguage.googleapis.com/v1beta"),
            Self::Ollama => Some("http://127.0.0.1:11434"),
            Self::OpenAiCompatible | Self::Offline => None,
        }
    }

    /// Whether it refuses calls without a key.
    #[must_use]
    pub fn needs_key(self) -> bool {
        matches!(self, Self::OpenAi | Self::OpenAiResponses | Self::Anthropic | Self::Gemini)
    }

    /// Whether calls cost nothing because they run on this machine.
    #[must_use]
    pub fn is_free(self) -> bool {
        matches!(self, Self::Ollama | Self::Offline)
    }
}

/// A provider as configured.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// Its name in model ids: the part before the first `/`.
    pub name: String,
    /// How to speak to it.
    pub kind: ProviderKind,
    /// Where it lives, when not at its usual address.
    pub base_url: Option<String>,
    /// The credential.
    pub key: Option<SecretString>,
    /// Where the credential or the server was found, in words; shown by `models.list`.
    pub found_in: Option<String>,
    /// Models to list.
    pub models: Vec<String>,
    /// Tokens that fit into one call, when the built-in figure is wrong or missing.
    pub context_tokens_max: Option<u64>,
    /// Most tokens of one reply where a budget bounds it, when the usual figure is wrong.
    pub output_tokens_max: Option<u32>,
    /// Longest wait for the first byte, in milliseconds.
    pub first_byte_ms_max: u64,
    /// Longest silence within a reply, in milliseconds.
    pub idle_ms_max: u64,
}

impl ProviderConfig {
    /// A provider with default limits and nothing configured.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: ProviderKind) -> Self {
        Self {
            name: name.into(),
            kind,
            base_url: None,
            key: None,
            found_in: None,
            models: Vec::new(),
            context_tokens_max: None,
            output_tokens_max: None,
            first_byte_ms_max: FIRST_BYTE_MS_MAX,
            idle_ms_max: IDLE_MS_MAX,
        }
    }

    /// The built-in rules, as provider `offline` with its one model `offline/rules`.
    #[must_use]
    pub fn offline() -> Self {
        let mut config = Self::new("offline", ProviderKind::Offline);
        config.models = vec!["rules".to_owned()];
        config
    }
}
