//! The body of `POST /v1/responses`, as clients write it. Fields that are not named here are passed
//! over.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

#[derive(Deserialize)]
pub(crate) struct Request {
    pub(crate) model: Option<String>,
    pub(crate) input: Option<Value>,
    pub(crate) instructions: Option<String>,
    pub(crate) previous_response_id: Option<String>,
    pub(crate) tools: Option<Vec<Tool>>,
    pub(crate) tool_choice: Option<Value>,
    pub(crate) parallel_tool_calls: Option<bool>,
    pub(crate) text: Option<Text>,
    pub(crate) reasoning: Option<Reasoning>,
    pub(crate) temperature: Option<f64>,
    pub(crate) top_p: Option<f64>,
    pub(crate) max_output_tokens: Option<u32>,
    pub(crate) truncation: Option<String>,
    pub(crate) include: Option<Vec<String>>,
    pub(crate) metadata: Option<Map<String, Value>>,
    pub(crate) stream: Option<bool>,
    pub(crate) stream_options: Option<IgnoredAny>,
    pub(crate) background: Option<bool>,
    pub(crate) store: Option<bool>,
    pub(crate) user: Option<String>,
    pub(crate) safety_identifier: Option<String>,
    pub(crate) prompt_cache_key: Option<String>,
    /// Over a WebSocket only: false prepares a response and asks for none.
    pub(crate) generate: Option<bool>,
    // From here on: refused unless they say what is done anyway.
    pub(crate) top_logprobs: Option<u32>,
    pub(crate) presence_penalty: Option<f64>,
    pub(crate) frequency_penalty: Option<f64>,
    pub(crate) max_tool_calls: Option<IgnoredAny>,
    pub(crate) conversation: Option<IgnoredAny>,
    pub(crate) prompt: Option<IgnoredAny>,
    pub(crate) context_management: Option<Vec<IgnoredAny>>,
    pub(crate) stream_id: Option<IgnoredAny>,
}

#[derive(Deserialize)]
pub(crate) struct Tool {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) parameters: Option<Value>,
    pub(crate) strict: Option<bool>,
}

#[derive(Deserialize)]
pub(crate) struct Text {
    pub(crate) format: Option<Format>,
    pub(crate) verbosity: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Format {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) schema: Option<Value>,
    pub(crate) strict: Option<bool>,
}

#[derive(Deserialize)]
pub(crate) struct Reasoning {
    pub(crate) effort: Option<String>,
    pub(crate) summary: Option<String>,
    /// The older name of `summary`.
    pub(crate) generate_summary: Option<String>,
}

/// The body of `POST /v1/responses/compact`.
#[derive(Deserialize)]
pub(crate) struct Compact {
    pub(crate) model: Option<String>,
    pub(crate) input: Option<Value>,
    pub(crate) instructions: Option<String>,
    pub(crate) previous_response_id: Option<String>,
}
