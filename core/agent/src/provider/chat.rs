//! OpenAI's chat completions, as OpenAI and many other servers speak them.

use std::collections::{BTreeMap, VecDeque};

use futures_util::future::BoxFuture;
use nexus_domain::agent::AgentErrorKind;
use nexus_domain::brief::{ReplyForm, Sampling, ToolChoice};
use nexus_domain::message::{Message, Part, Role, ToolCall, Usage};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::embed::{self, EmbedCall, Embedded};
use super::error::{ModelError, provider_message};
use super::http::{self, EventReader, Framing, Http};
use super::picture::{GONE, Pictures};
use super::sse::Event;
use super::{ModelCall, ModelClient, ProviderStop, ReplyPart, ReplyStream};

/// Most tool calls in one reply.
pub(super) const TOOL_CALLS_MAX: usize = 64;

/// A client for one such server.
pub(super) struct ChatClient {
    pub http: Http,
    pub provider: String,
    pub base_url: String,
    pub key: Option<SecretString>,
    /// OpenAI itself wants the newer name of the output limit, most others only know the older.
    pub is_openai: bool,
}

impl ModelClient for ChatClient {
    fn stream(&self, call: ModelCall) -> BoxFuture<'_, Result<ReplyStream, ModelError>> {
        Box::pin(async move {
            let url = http::method_url(&self.base_url, "chat/completions");
            let mut request = self.http.client()?.post(url);
            if let Some(key) = &self.key {
                request = request.bearer_auth(key.expose_secret());
            }
            let body = body(&call, self.is_openai);
            let reader = Reader::new(&self.provider);
            http::post(request, &body, self.provider.clone(), Framing::Events, reader).await
        })
    }

    fn embed(&self, call: EmbedCall) -> BoxFuture<'_, Result<Embedded, ModelError>> {
        let key = self.key.as_ref().map(ExposeSecret::expose_secret);
        embed::embed(&self.http, &self.provider, &self.base_url, key, call)
    }
}

fn body(call: &ModelCall, is_openai: bool) -> Value {
    let mut messages = Vec::new();
    if !call.system.is_empty() {
        messages.push(json!({ "role": "system", "content": call.system }));
    }
    for message in &call.messages {
        push_message(message, &call.pictures, &mut messages);
    }
    let mut body = json!({
        "model": call.model,
        "messages": messages,
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    if !call.tools.is_empty() {
        let tools = call.tools.iter().map(|tool| {
            let mut function = json!({
                "name": tool.name, "description": tool.description, "parameters": tool.schema,
            });
            if call.strict_tools.contains(&tool.name) {
                function["strict"] = json!(true);
            }
            json!({ "type": "function", "function": function })
        });
        body["tools"] = tools.collect();
        if let Some(is_parallel) = call.sampling.is_parallel {
            body["parallel_tool_calls"] = json!(is_parallel);
        }
    }
    if let Some(tokens) = call.output_tokens_max {
        let name = if is_openai { "max_completion_tokens" } else { "max_tokens" };
        body[name] = json!(tokens);
    }
    put_wishes(call, &mut body);
    body
}

fn put_wishes(call: &ModelCall, body: &mut Value) {
    let Sampling { temperature, top_p, seed, stops, .. } = &call.sampling;
    if let Some(temperature) = temperature {
        body["temperature"] = json!(temperature);
    }
    if let Some(top_p) = top_p {
        body["top_p"] = json!(top_p);
    }
    if let Some(seed) = seed {
        body["seed"] = json!(seed);
    }
    if !stops.is_empty() {
        body["stop"] = json!(stops);
    }
    if let Some(effort) = call.sampling.effort {
        body["reasoning_effort"] = json!(effort);
    }
    match &call.tool_choice {
        ToolChoice::Required => body["tool_choice"] = json!("required"),
        ToolChoice::Named(name) => {
            body["tool_choice"] = json!({ "type": "function", "function": { "name": name } });
        }
        ToolChoice::Auto | ToolChoice::None => {}
    }
    match &call.reply_form {
        ReplyForm::Text => {}
        ReplyForm::Json => body["response_format"] = json!({ "type": "json_object" }),
        ReplyForm::Schema { name, schema, is_strict } => {
            body["response_format"] = json!({ "type": "json_schema", "json_schema": {
                "name": name, "schema": schema, "strict": is_strict,
            } });
        }
    }
}

/// What a person says with pictures, as the list of its pieces.
fn pieces(message: &Message, pictures: &Pictures) -> Vec<Value> {
    let piece = |part: &Part| match part {
        Part::Text(text) => Some(json!({ "type": "text", "text": text })),
        Part::Image(image) => Some(match pictures.data_url(image) {
            Some(url) => json!({ "type": "image_url", "image_url": { "url": url } }),
            None => json!({ "type": "text", "text": GONE }),
        }),
        _ => None,
    };
    message.parts.iter().filter_map(piece).collect()
}

fn push_message(message: &Message, pictures: &Pictures, messages: &mut Vec<Value>) {
    match message.role {
        Role::User if message.images().next().is_some() => {
            messages.push(json!({ "role": "user", "content": pieces(message, pictures) }));
        }
        Role::User => {
            let text = message.text();
            // Many chat templates refuse two messages of the same speaker in a row.
            if let Some(last) = messages.last_mut()
                && last["role"] == "user"
                && let Some(before) = last["content"].as_str()
            {
                last["content"] = json!(format!("{before}\n\n{text}"));
                return;
            }
            messages.push(json!({ "role": "user", "content": text }));
        }
        Role::Assistant => {
            let text = message.text();
            let calls: Vec<_> = message.tool_calls().map(call_json).collect();
            if calls.is_empty() && text.is_empty() {
                return;
            }
            let mut value = json!({ "role": "assistant", "content": text });
            if !calls.is_empty() {
                value["tool_calls"] = calls.into();
                if text.is_empty() {
                    value["content"] = Value::Null;
                }
            }
            messages.push(value);
        }
        Role::Tool => {
            for part in &message.parts {
                if let Part::ToolResult(result) = part {
                    messages.push(json!({
                        "role": "tool", "tool_call_id": result.call_id, "content": result.content,
                    }));
                }
            }
        }
    }
}

fn call_json(call: &ToolCall) -> Value {
    let arguments = match &call.arguments {
        Value::String(raw) => raw.clone(),
        value => value.to_string(),
    };
    json!({ "id": call.id, "type": "function",
        "function": { "name": call.name, "arguments": arguments } })
}

/// Arguments as a model wrote them: nothing means no arguments, and what is not JSON is kept as
/// text so that the model can be told.
pub(super) fn arguments(raw: &str) -> Value {
    if raw.trim().is_empty() {
        return json!({});
    }
    serde_json::from_str(raw).unwrap_or_else(|_| Value::String(raw.to_owned()))
}

#[derive(Default)]
struct OpenCall {
    id: String,
    name: String,
    arguments: String,
}

struct Reader {
    provider: String,
    calls: BTreeMap<u64, OpenCall>,
    usage: Option<Usage>,
    finish: Option<String>,
    is_done: bool,
}

impl Reader {
    fn new(provider: &str) -> Self {
        Self {
            provider: provider.to_owned(),
            calls: BTreeMap::new(),
            usage: None,
            finish: None,
            is_done: false,
        }
    }

    fn read_call(&mut self, position: usize, delta: &Value) -> Result<(), ModelError> {
        // Some servers leave the index out; then each entry is a call of its own.
        let index = delta["index"].as_u64().unwrap_or(position as u64);
        if !self.calls.contains_key(&index) && self.calls.len() >= TOOL_CALLS_MAX {
            let why = format!("more than {TOOL_CALLS_MAX} tool calls in one reply");
            return Err(ModelError::garbage(&self.provider, why, ""));
        }
        let call = self.calls.entry(index).or_default();
        if let Some(id) = delta["id"].as_str().filter(|id| !id.is_empty()) {
            id.clone_into(&mut call.id);
        }
        let function = &delta["function"];
        if let Some(name) = function["name"].as_str().filter(|name| !name.is_empty()) {
            name.clone_into(&mut call.name);
        }
        match &function["arguments"] {
            Value::String(text) => call.arguments.push_str(text),
            Value::Null => {}
            value => call.arguments.push_str(&value.to_string()),
        }
        Ok(())
    }
}

impl EventReader for Reader {
    fn read(&mut self, event: &Event, parts: &mut VecDeque<ReplyPart>) -> Result<(), ModelError> {
        if event.data.trim() == "[DONE]" {
            self.is_done = true;
            return Ok(());
        }
        let value: Value = serde_json::from_str(&event.data)
            .map_err(|error| ModelError::garbage(&self.provider, error, &event.data))?;
        if value.get("error").is_some_and(|error| !error.is_null()) {
            return Err(stream_error(&self.provider, &value, &event.data));
        }
        if let Some(usage) = value.get("usage").and_then(read_usage) {
            self.usage = Some(usage);
        }
        let Some(choice) = value.pointer("/choices/0") else { return Ok(()) };
        let delta = &choice["delta"];
        let reasoning = delta["reasoning_content"].as_str().or(delta["reasoning"].as_str());
        if let Some(text) = reasoning.filter(|text| !text.is_empty()) {
            parts.push_back(ReplyPart::Reasoning { text: text.to_owned(), signature: None });
        }
        for text in [&delta["content"], &delta["refusal"]] {
            if let Some(text) = text.as_str().filter(|text| !text.is_empty()) {
                parts.push_back(ReplyPart::Text(text.to_owned()));
            }
        }
        for (position, call) in delta["tool_calls"].as_array().into_iter().flatten().enumerate() {
            self.read_call(position, call)?;
        }
        if let Some(finish) = choice["finish_reason"].as_str() {
            self.finish = Some(finish.to_owned());
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.is_done
    }

    fn end(&mut self, parts: &mut VecDeque<ReplyPart>) -> Result<(), ModelError> {
        let Some(finish) = self.finish.take() else {
            return Err(ModelError::cut_off(&self.provider));
        };
        let stop = match finish.as_str() {
            "length" => ProviderStop::MaxTokens,
            "content_filter" => ProviderStop::Filtered,
            _ if self.calls.is_empty() => ProviderStop::End,
            _ => ProviderStop::ToolCalls,
        };
        if stop == ProviderStop::ToolCalls {
            parts.extend(std::mem::take(&mut self.calls).into_values().map(|call| {
                ReplyPart::ToolCall(ToolCall {
                    id: call.id,
                    name: call.name,
                    arguments: arguments(&call.arguments),
                })
            }));
        }
        parts.extend(self.usage.take().map(ReplyPart::Usage));
        parts.push_back(ReplyPart::Stop(stop));
        Ok(())
    }
}

fn read_usage(value: &Value) -> Option<Usage> {
    let count = |place: &str| value.pointer(place).and_then(Value::as_u64);
    Some(Usage {
        input_tokens: count("/prompt_tokens")?,
        output_tokens: count("/completion_tokens").unwrap_or(0),
        cached_input_tokens: count("/prompt_tokens_details/cached_tokens").unwrap_or(0),
        cache_write_tokens: 0,
        reasoning_tokens: count("/completion_tokens_details/reasoning_tokens").unwrap_or(0),
    })
}

/// An error that arrives inside a stream that began well.
fn stream_error(provider: &str, value: &Value, data: &str) -> ModelError {
    let error = &value["error"];
    let status = [&error["code"], &error["status"]]
        .iter()
        .find_map(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()))
        .and_then(|code| u16::try_from(code).ok())
        .filter(|code| (400..600).contains(code));
    if let Some(status) = status {
        return ModelError::from_status(provider, status, data);
    }
    let said = provider_message(data);
    if super::error::is_context_overflow(400, data) {
        return ModelError::new(AgentErrorKind::ContextOverflow, format!("{provider}: {said}"));
    }
    ModelError::broken(format!("{provider} gave up in the middle of its reply: {said}"))
}
