//! Ollama's own API.
//!
//! Not through the model library, which cannot set `num_ctx`: the server would cut a long prompt
//! at its own default without a word, system prompt and pinned constraints first.

use std::collections::{HashMap, VecDeque};

use futures_util::future::BoxFuture;
use nexus_domain::brief::{ReplyForm, Sampling};
use nexus_domain::message::{Message, Part, Role, ToolCall, Usage};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::chat::{TOOL_CALLS_MAX, arguments};
use super::embed::{self, EmbedCall, Embedded};
use super::error::ModelError;
use super::http::{self, EventReader, Framing, Http};
use super::picture::Pictures;
use super::sse::Event;
use super::{ModelCall, ModelClient, ProviderStop, ReplyPart, ReplyStream};

/// A client for one server.
pub(super) struct OllamaClient {
    pub http: Http,
    pub provider: String,
    pub base_url: String,
    pub key: Option<SecretString>,
    /// Tokens that the server is told to make room for.
    pub context_tokens_max: u64,
}

impl ModelClient for OllamaClient {
    fn stream(&self, call: ModelCall) -> BoxFuture<'_, Result<ReplyStream, ModelError>> {
        Box::pin(async move {
            let base = self.base_url.trim_end_matches('/').trim_end_matches("/v1");
            let mut request = self.http.client()?.post(format!("{base}/api/chat"));
            if let Some(key) = &self.key {
                request = request.bearer_auth(key.expose_secret());
            }
            let body = body(&call, self.context_tokens_max);
            let reader = Reader { provider: self.provider.clone(), ..Reader::default() };
            http::post(request, &body, self.provider.clone(), Framing::Lines, reader).await
        })
    }

    fn embed(&self, call: EmbedCall) -> BoxFuture<'_, Result<Embedded, ModelError>> {
        let key = self.key.as_ref().map(ExposeSecret::expose_secret);
        embed::embed(&self.http, &self.provider, &self.base_url, key, call)
    }
}

fn body(call: &ModelCall, context_tokens_max: u64) -> Value {
    let mut messages = Vec::new();
    if !call.system.is_empty() {
        messages.push(json!({ "role": "system", "content": call.system }));
    }
    let mut names = HashMap::new();
    for message in &call.messages {
        for made in message.tool_calls() {
            names.insert(made.id.as_str(), made.name.as_str());
        }
        push_message(message, &names, &call.pictures, &mut messages);
    }
    let mut options = json!({ "num_ctx": context_tokens_max });
    if let Some(tokens) = call.output_tokens_max {
        options["num_predict"] = json!(tokens);
    }
    let Sampling { temperature, top_p, seed, stops, .. } = &call.sampling;
    if let Some(temperature) = temperature {
        options["temperature"] = json!(temperature);
    }
    if let Some(top_p) = top_p {
        options["top_p"] = json!(top_p);
    }
    if let Some(seed) = seed {
        options["seed"] = json!(seed);
    }
    if !stops.is_empty() {
        options["stop"] = json!(stops);
    }
    let mut body =
        json!({ "model": call.model, "messages": messages, "stream": true, "options": options });
    if !call.tools.is_empty() {
        let tools = call.tools.iter().map(|tool| {
            json!({ "type": "function", "function": {
                "name": tool.name, "description": tool.description, "parameters": tool.schema,
            } })
        });
        body["tools"] = tools.collect();
    }
    match &call.reply_form {
        ReplyForm::Text => {}
        ReplyForm::Json => body["format"] = json!("json"),
        ReplyForm::Schema { schema, .. } => body["format"] = schema.clone(),
    }
    body
}

fn push_message(
    message: &Message,
    names: &HashMap<&str, &str>,
    pictures: &Pictures,
    messages: &mut Vec<Value>,
) {
    match message.role {
        Role::User => {
            let mut value = json!({ "role": "user", "content": message.text() });
            let shown: Vec<_> = message.images().filter_map(|i| pictures.base64(i)).collect();
            if !shown.is_empty() {
                value["images"] = shown.into();
            }
            messages.push(value);
        }
        Role::Assistant => {
            let calls: Vec<_> = message
                .tool_calls()
                .map(|call| {
                    json!({ "function": { "name": call.name, "arguments": call.arguments } })
                })
                .collect();
            let mut value = json!({ "role": "assistant", "content": message.text() });
            if !calls.is_empty() {
                value["tool_calls"] = calls.into();
            }
            messages.push(value);
        }
        Role::Tool => messages.extend(message.parts.iter().filter_map(|part| match part {
            Part::ToolResult(result) => Some(json!({
                "role": "tool", "content": result.content,
                "tool_name": names.get(result.call_id.as_str()),
            })),
            _ => None,
        })),
    }
}

#[derive(Default)]
struct Reader {
    provider: String,
    calls: Vec<ToolCall>,
    usage: Usage,
    end: Option<String>,
}

impl EventReader for Reader {
    fn read(&mut self, event: &Event, parts: &mut VecDeque<ReplyPart>) -> Result<(), ModelError> {
        let value: Value = serde_json::from_str(&event.data)
            .map_err(|error| ModelError::garbage(&self.provider, error, &event.data))?;
        if value.get("error").is_some() {
            return Err(ModelError::from_status(&self.provider, 500, &event.data));
        }
        let message = &value["message"];
        if let Some(text) = message["thinking"].as_str().filter(|text| !text.is_empty()) {
            parts.push_back(ReplyPart::Reasoning { text: text.to_owned(), signature: None });
        }
        if let Some(text) = message["content"].as_str().filter(|text| !text.is_empty()) {
            parts.push_back(ReplyPart::Text(text.to_owned()));
        }
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            if self.calls.len() >= TOOL_CALLS_MAX {
                let why = format!("more than {TOOL_CALLS_MAX} tool calls in one reply");
                return Err(ModelError::garbage(&self.provider, why, ""));
            }
            let function = &call["function"];
            self.calls.push(ToolCall {
                id: call["id"].as_str().unwrap_or_default().to_owned(),
                name: function["name"].as_str().unwrap_or_default().to_owned(),
                arguments: match &function["arguments"] {
                    Value::String(raw) => arguments(raw),
                    Value::Null => json!({}),
                    value => value.clone(),
                },
            });
        }
        if value["done"] == true {
            self.usage.input_tokens = value["prompt_eval_count"].as_u64().unwrap_or(0);
            self.usage.output_tokens = value["eval_count"].as_u64().unwrap_or(0);
            self.end = Some(value["done_reason"].as_str().unwrap_or("stop").to_owned());
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.end.is_some()
    }

    fn end(&mut self, parts: &mut VecDeque<ReplyPart>) -> Result<(), ModelError> {
        let end = self.end.as_deref().ok_or_else(|| ModelError::cut_off(&self.provider))?;
        let stop = match end {
            "length" => ProviderStop::MaxTokens,
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
