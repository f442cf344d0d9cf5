//! The body of `POST /v1/chat/completions`, as clients write it. Fields that are not named here
//! are passed over.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

#[derive(Deserialize)]
pub(super) struct Request<'a> {
    pub(super) model: Option<String>,
    #[serde(borrow, default)]
    pub(super) messages: Vec<Message<'a>>,
    pub(super) stream: Option<bool>,
    pub(super) stream_options: Option<StreamOptions>,
    pub(super) tools: Option<Vec<Tool>>,
    pub(super) tool_choice: Option<Value>,
    pub(super) parallel_tool_calls: Option<bool>,
    pub(super) reasoning_effort: Option<String>,
    pub(super) response_format: Option<Format>,
    pub(super) temperature: Option<f64>,
    pub(super) top_p: Option<f64>,
    pub(super) seed: Option<i64>,
    pub(super) stop: Option<Value>,
    pub(super) max_tokens: Option<u32>,
    pub(super) max_completion_tokens: Option<u32>,
    pub(super) user: Option<String>,
    pub(super) metadata: Option<Map<String, Value>>,
    pub(super) store: Option<bool>,
    // From here on: refused unless they say what is done anyway.
    pub(super) n: Option<i64>,
    pub(super) logprobs: Option<bool>,
    pub(super) top_logprobs: Option<u32>,
    pub(super) logit_bias: Option<Map<String, Value>>,
    pub(super) frequency_penalty: Option<f64>,
    pub(super) presence_penalty: Option<f64>,
    pub(super) modalities: Option<Vec<String>>,
    pub(super) audio: Option<IgnoredAny>,
    pub(super) prediction: Option<IgnoredAny>,
    pub(super) functions: Option<IgnoredAny>,
    pub(super) function_call: Option<IgnoredAny>,
    pub(super) web_search_options: Option<IgnoredAny>,
    pub(super) moderation: Option<IgnoredAny>,
}

#[derive(Deserialize)]
pub(super) struct StreamOptions {
    pub(super) include_usage: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Message<'a> {
    pub(super) role: String,
    #[serde(borrow)]
    pub(super) content: Option<Content<'a>>,
    pub(super) refusal: Option<String>,
    pub(super) tool_calls: Option<Vec<Call>>,
    pub(super) tool_call_id: Option<String>,
    pub(super) function_call: Option<IgnoredAny>,
    pub(super) audio: Option<IgnoredAny>,
}

/// Text, or pieces.
pub(super) enum Content<'a> {
    Text(String),
    Pieces(Vec<Piece<'a>>),
}

#[derive(Deserialize)]
pub(super) struct Piece<'a> {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) text: Option<String>,
    pub(super) refusal: Option<String>,
    #[serde(borrow)]
    pub(super) image_url: Option<ImageUrl<'a>>,
}

#[derive(Deserialize)]
pub(super) struct ImageUrl<'a> {
    /// Most of a large body, and therefore not copied.
    #[serde(borrow)]
    pub(super) url: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Call {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) function: Option<CalledFunction>,
}

#[derive(Deserialize)]
pub(super) struct CalledFunction {
    pub(super) name: String,
    pub(super) arguments: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Tool {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) function: Option<Function>,
}

#[derive(Deserialize)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) parameters: Option<Value>,
    pub(super) strict: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Format {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) json_schema: Option<SchemaFormat>,
}

#[derive(Deserialize)]
pub(super) struct SchemaFormat {
    pub(super) name: String,
    pub(super) schema: Option<Value>,
    pub(super) strict: Option<bool>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Content<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor(std::marker::PhantomData))
    }
}

struct ContentVisitor<'a>(std::marker::PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for ContentVisitor<'a> {
    type Value = Content<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of content parts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Content::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, pieces: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(pieces)).map(Content::Pieces)
    }
}
