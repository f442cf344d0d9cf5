//! Anthropic's messages.

use std::collections::VecDeque;

use futures_util::future::BoxFuture;
use nexus_domain::brief::{Sampling, ToolChoice};
use nexus_domain::message::{Message, Part, Role, ToolCall, Usage};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::chat::{TOOL_CALLS_MAX, arguments};
use super::error::ModelError;
use super::form::with_form;
use super::http::{self, EventReader, Framing, Http};
use super::picture::{GONE, Pictures};
use super::sse::Event;
use super::{ModelCall, ModelClient, ProviderStop, ReplyPart, ReplyStream};

/// The API's version, sent with each call.
const VERSION: &str = "2023-06-01";
/// The API wants a limit on each call; this one fits all current models, in tokens.
const OUTPUT_TOKENS: u32 = 8_192;
/// Marks signatures as ours to send back: another provider's seal would be refused.
const SEAL: &str = "anthropic:";
/// The same for reasoning that came encrypted.
const REDACTED: &str = "anthropic-redacted:";

/// A client for the API.
pub(super) struct AnthropicClient {
    pub http: Http,
    pub provider: String,
    pub base_url: String,
    pub key: Option<SecretString>,
}

impl ModelClient for AnthropicClient {
    fn stream(&self, call: ModelCall) -> BoxFuture<'_, Result<ReplyStream, ModelError>> {
        Box::pin(async move {
            let mut request = self
                .http
                .client()?
                .post(http::method_url(&self.base_url, "messages"))
                .header("anthropic-version", VERSION);
            if let Some(key) = &self.key {
                let mut value = reqwest::header::HeaderValue::from_str(key.expose_secret())
                    .map_err(|_| bad_key(&self.provider))?;
                value.set_sensitive(true);
                request = request.header("x-api-key", value);
            }
            let (body, reader) = (body(&call), Reader::new(&self.provider));
            http::post(request, &body, self.provider.clone(), Framing::Events, reader).await
        })
    }
}

fn bad_key(provider: &str) -> ModelError {
    ModelError::new(
        nexus_domain::agent::AgentErrorKind::AuthFailure,
        format!("the key of provider {provider} holds characters that no key has"),
    )
    .hint("set it again, without line breaks")
}

fn body(call: &ModelCall) -> Value {
    let mut messages: Vec<Value> = Vec::new();
    for message in &call.messages {
        let (role, blocks) = blocks(message, &call.pictures);
        if blocks.is_empty() {
            continue;
        }
        // Speakers must alternate: what belongs to one speaker is one message.
        match messages.last_mut().filter(|last| last["role"] == role) {
            Some(last) => {
                if let Some(content) = last["content"].as_array_mut() {
                    content.extend(blocks);
                }
            }
            None => messages.push(json!({ "role": role, "content": blocks })),
        }
    }
    // Everything up to here is read from the provider's cache on the next step.
    let last = messages.last_mut().and_then(|last| last["content"].as_array_mut()?.last_mut());
    if let Some(block) = last
        && !matches!(block["type"].as_str(), Some("thinking" | "redacted_thinking"))
    {
        block["cache_control"] = json!({ "type": "ephemeral" });
    }
    let mut body = json!({
        "model": call.model,
        "max_tokens": call.output_tokens_max.unwrap_or(OUTPUT_TOKENS),
        "messages": messages,
        "stream": true,
    });
    let system = with_form(&call.system, &call.reply_form);
    if !system.is_empty() {
        body["system"] = json!([{
            "type": "text", "text": system, "cache_control": { "type": "ephemeral" },
        }]);
    }
    if !call.tools.is_empty() {
        let tools = call.tools.iter().map(|tool| {
            json!({ "name": tool.name, "description": tool.description,
                "input_schema": tool.schema })
        });
        body["tools"] = tools.collect();
    }
    put_wishes(call, &mut body);
    body
}

fn put_wishes(call: &ModelCall, body: &mut Value) {
    let Sampling { temperature, top_p, stops, .. } = &call.sampling;
    if let Some(temperature) = temperature {
        // Its range ends at 1.
        body["temperature"] = json!(temperature.min(1.0));
    }
    if let Some(top_p) = top_p {
        body["top_p"] = json!(top_p);
    }
    if !stops.is_empty() {
        body["stop_sequences"] = json!(stops);
    }
    match &call.tool_choice {
        ToolChoice::Required => body["tool_choice"] = json!({ "type": "any" }),
        ToolChoice::Named(name) => body["tool_choice"] = json!({ "type": "tool", "name": name }),
        ToolChoice::Auto | ToolChoice::None => {}
    }
    if call.sampling.is_parallel == Some(false) && !call.tools.is_empty() {
        if body["tool_choice"].is_null() {
            body["tool_choice"] = json!({ "type": "auto" });
        }
        body["tool_choice"]["disable_parallel_tool_use"] = json!(true);
    }
}

fn blocks(message: &Message, pictures: &Pictures) -> (&'static str, Vec<Value>) {
    let role = if message.role == Role::Assistant { "assistant" } else { "user" };
    let blocks = message.parts.iter().filter_map(|part| match part {
        Part::Text(text) if text.trim().is_empty() => None,
        Part::Text(text) => Some(json!({ "type": "text", "text": text })),
        Part::Reasoning(reasoning) => {
            let seal = reasoning.signature.as_deref()?;
            if let Some(data) = seal.strip_prefix(REDACTED) {
                return Some(json!({ "type": "redacted_thinking", "data": data }));
            }
            let signature = seal.strip_prefix(SEAL)?;
            Some(json!({ "type": "thinking", "thinking": reasoning.text, "signature": signature }))
        }
        Part::ToolCall(call) => {
            // The API takes objects only; what the model wrote instead is kept readable.
            let input = match &call.arguments {
                Value::Object(_) => call.arguments.clone(),
                other => json!({ "unreadable": other }),
            };
            Some(json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": input }))
        }
        Part::ToolResult(result) => Some(json!({
            "type": "tool_result", "tool_use_id": result.call_id, "content": result.content,
            "is_error": result.is_error,
        })),
        Part::Image(image) => Some(match pictures.base64(image) {
            Some(data) => json!({ "type": "image", "source": {
                "type": "base64", "media_type": image.content_type, "data": data,
            } }),
            None => json!({ "type": "text", "text": GONE }),
        }),
    });
    (role, blocks.collect())
}

enum Block {
    Text,
    Thinking { signature: String },
    Tool { id: String, name: String, input: String },
    Other,
}

struct Reader {
    provider: String,
    block: Block,
    calls: Vec<ToolCall>,
    usage: Usage,
    stop: Option<String>,
    is_done: bool,
}

impl Reader {
    fn new(provider: &str) -> Self {
        Self {
            provider: provider.to_owned(),
            block: Block::Other,
            calls: Vec::new(),
            usage: Usage::default(),
            stop: None,
            is_done: false,
        }
    }

    fn start_block(&mut self, block: &Value, parts: &mut VecDeque<ReplyPart>) {
        let text = |name: &str| block[name].as_str().unwrap_or_default().to_owned();
        self.block = match block["type"].as_str() {
            Some("text") => {
                push_text(text("text"), parts);
                Block::Text
            }
            Some("thinking") => {
                push_reasoning(text("thinking"), None, parts);
                Block::Thinking { signature: text("signature") }
            }
            Some("redacted_thinking") => {
                let seal = format!("{REDACTED}{}", text("data"));
                push_reasoning(String::new(), Some(seal), parts);
                Block::Other
            }
            Some("tool_use") => {
                Block::Tool { id: text("id"), name: text("name"), input: String::new() }
            }
            _ => Block::Other,
        };
    }

    fn read_delta(&mut self, delta: &Value, parts: &mut VecDeque<ReplyPart>) {
        let text = |name: &str| delta[name].as_str().unwrap_or_default();
        match (&mut self.block, delta["type"].as_str().unwrap_or_default()) {
            (_, "text_delta") => push_text(text("text").to_owned(), parts),
            (_, "thinking_delta") => push_reasoning(text("thinking").to_owned(), None, parts),
            (Block::Thinking { signature }, "signature_delta") => {
                signature.push_str(text("signature"));
            }
            (Block::Tool { input, .. }, "input_json_delta") => input.push_str(text("partial_json")),
            _ => {}
        }
    }

    fn end_block(&mut self, parts: &mut VecDeque<ReplyPart>) -> Result<(), ModelError> {
        match std::mem::replace(&mut self.block, Block::Other) {
            Block::Tool { .. } if self.calls.len() >= TOOL_CALLS_MAX => {
                let why = format!("more than {TOOL_CALLS_MAX} tool calls in one reply");
                return Err(ModelError::garbage(&self.provider, why, ""));
            }
            Block::Tool { id, name, input } => {
                self.calls.push(ToolCall { id, name, arguments: arguments(&input) });
            }
            Block::Thinking { signature } if !signature.is_empty() => {
                push_reasoning(String::new(), Some(format!("{SEAL}{signature}")), parts);
            }
            Block::Thinking { .. } | Block::Text | Block::Other => {}
        }
        Ok(())
    }

    fn read_usage(&mut self, value: &Value) {
        let count = |name: &str| value[name].as_u64();
        if let Some(n) = count("cache_read_input_tokens") {
            self.usage.cached_input_tokens = n;
        }
        if let Some(n) = count("cache_creation_input_tokens") {
            self.usage.cache_write_tokens = n;
        }
        // The API counts cached tokens apart; our figure includes them.
        if let Some(n) = count("input_tokens") {
            let cached = self.usage.cached_input_tokens + self.usage.cache_write_tokens;
            self.usage.input_tokens = n.saturating_add(cached);
        }
        if let Some(n) = count("output_tokens") {
            self.usage.output_tokens = n;
        }
    }
}

impl EventReader for Reader {
    fn read(&mut self, event: &Event, parts: &mut VecDeque<ReplyPart>) -> Result<(), ModelError> {
        let value: Value = serde_json::from_str(&event.data)
            .map_err(|error| ModelError::garbage(&self.provider, error, &event.data))?;
        match value["type"].as_str().unwrap_or_default() {
            "message_start" => self.read_usage(&value["message"]["usage"]),
            "content_block_start" => self.start_block(&value["content_block"], parts),
            "content_block_delta" => self.read_delta(&value["delta"], parts),
            "content_block_stop" => self.end_block(parts)?,
            "message_delta" => {
                self.read_usage(&value["usage"]);
                if let Some(stop) = value["delta"]["stop_reason"].as_str() {
                    self.stop = Some(stop.to_owned());
                }
            }
            "message_stop" => self.is_done = true,
            "error" => return Err(stream_error(&self.provider, &value, &event.data)),
            _ => {}
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.is_done
    }

    fn end(&mut self, parts: &mut VecDeque<ReplyPart>) -> Result<(), ModelError> {
        let Some(stop) = self.stop.take() else {
            return Err(ModelError::cut_off(&self.provider));
        };
        let stop = match stop.as_str() {
            "max_tokens" | "model_context_window_exceeded" => ProviderStop::MaxTokens,
            "refusal" => ProviderStop::Filtered,
            _ if self.calls.is_empty() => ProviderStop::End,
            _ => ProviderStop::ToolCalls,
        };
        if stop == ProviderStop::ToolCalls {
            parts.extend(self.calls.drain(..).map(ReplyPart::ToolCall));
        }
        parts.push_back(ReplyPart::Usage(self.usage));
        parts.push_back(ReplyPart::Stop(stop));
        Ok(())
    }
}

fn push_text(text: String, parts: &mut VecDeque<ReplyPart>) {
    if !text.is_empty() {
        parts.push_back(ReplyPart::Text(text));
    }
}

fn push_reasoning(text: String, signature: Option<String>, parts: &mut VecDeque<ReplyPart>) {
    if !text.is_empty() || signature.is_some() {
        parts.push_back(ReplyPart::Reasoning { text, signature });
    }
}

/// The API names its errors; each name has the status it would have had before the stream.
fn stream_error(provider: &str, value: &Value, data: &str) -> ModelError {
    let status = match value["error"]["type"].as_str().unwrap_or_default() {
        "overloaded_error" => 529,
        "rate_limit_error" => 429,
        "authentication_error" => 401,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "invalid_request_error" => 400,
        "timeout_error" => 504,
        _ => 500,
    };
    ModelError::from_status(provider, status, data)
}
