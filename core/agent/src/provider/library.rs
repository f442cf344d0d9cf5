//! Providers that are spoken to through the model library (`genai`): OpenAI's responses and Gemini.
//! Its types stay in this file.
//!
//! OpenAI's chat completions, Anthropic and Ollama have files of their own: the library's event decoder
//! takes a CRLF that is split between two packets for the end of an event, which tears Anthropic's
//! two-line events apart, drops the first event behind a byte order mark, and reports a chat reply
//! without `[DONE]` as neither complete nor cut. The two kinds here carry everything in one
//! `data:` line, so that the framing does no harm; that a reply was cut shows in a missing stop
//! reason.

use std::collections::VecDeque;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream;
use genai::adapter::AdapterKind;
use genai::chat::{
    ChatMessage, ChatOptions, ChatRequest, ChatResponseFormat, ChatStreamEvent, ContentPart,
    JsonSpec, MessageContent, ReasoningEffort, StopReason, StreamEnd, Tool,
    ToolCall as LibraryCall, ToolResponse,
};
use genai::resolver::{AuthData, Endpoint};
use genai::{Client, ModelIden, ServiceTarget};
use nexus_domain::agent::AgentErrorKind;
use nexus_domain::brief::{Effort, ReplyForm, Sampling, ToolChoice};
use nexus_domain::message::{Message, Part, Role, ToolCall, Usage};
use secrecy::{ExposeSecret, SecretString};

use super::error::{ModelError, provider_message};
use super::http::{Http, apply_headers, transport_error};
use super::picture::{GONE, Pictures};
use super::{ModelCall, ModelClient, ProviderKind, ProviderStop, ReplyPart, ReplyStream};

/// Marks signatures as the library's to send back to the same provider.
fn seal(kind: ProviderKind) -> &'static str {
    if kind == ProviderKind::Gemini { "gemini:" } else { "openai-responses:" }
}

/// A client for one provider.
pub(super) struct LibraryClient {
    http: Http,
    provider: String,
    kind: ProviderKind,
    base_url: String,
    key: Option<SecretString>,
}

impl LibraryClient {
    pub(super) fn new(
        http: Http,
        provider: String,
        kind: ProviderKind,
        base_url: &str,
        key: Option<SecretString>,
    ) -> Self {
        // The library joins addresses as URLs do: without the slash the last segment is lost.
        let base_url = format!("{}/", base_url.trim_end_matches('/'));
        Self { http, provider, kind, base_url, key }
    }

    fn target(&self, model: String) -> ServiceTarget {
        let adapter = match self.kind {
            ProviderKind::Gemini => AdapterKind::Gemini,
            _ => AdapterKind::OpenAIResp,
        };
        let key = self.key.as_ref().map_or("", |key| key.expose_secret());
        ServiceTarget {
            endpoint: Endpoint::from_owned(self.base_url.clone()),
            auth: AuthData::from_single(key),
            model: ModelIden::new(adapter, model),
        }
    }
}

impl ModelClient for LibraryClient {
    fn stream(&self, call: ModelCall) -> BoxFuture<'_, Result<ReplyStream, ModelError>> {
        Box::pin(async move {
            let target = self.target(call.model.clone());
            let mut options = ChatOptions::default()
                .with_capture_usage(true)
                .with_capture_tool_calls(true)
                .with_capture_content(true)
                .with_capture_reasoning_content(self.kind == ProviderKind::Gemini);
            options.max_tokens = call.output_tokens_max;
            put_wishes(&call, &mut options);
            let request = request(call, self.kind);
            let client = Client::builder()
                .with_reqwest(self.http.client()?.clone())
                .build()
                .map_err(|error| read_error(&self.provider, error))?;
            let reply = client
                .exec_chat_stream(target, request, Some(&options))
                .await
                .map_err(|error| read_error(&self.provider, error))?;
            let reader = Reader {
                events: reply.stream,
                provider: self.provider.clone(),
                kind: self.kind,
                parts: VecDeque::new(),
                is_done: false,
            };
            let parts = stream::try_unfold(reader, |mut reader| async move {
                Ok(reader.next().await?.map(|part| (part, reader)))
            });
            Ok(parts.boxed())
        })
    }
}

fn request(call: ModelCall, kind: ProviderKind) -> ChatRequest {
    let mut names = std::collections::HashMap::new();
    let mut request = ChatRequest::new(Vec::new());
    for message in call.messages {
        for made in message.tool_calls() {
            names.insert(made.id.clone(), made.name.clone());
        }
        let parts: Vec<_> = message
            .parts
            .iter()
            .filter_map(|part| content(part, &names, &call.pictures, kind))
            .collect();
        if parts.is_empty() {
            continue;
        }
        request = request.append_message(speak(&message, MessageContent::from_parts(parts)));
    }
    if !call.system.is_empty() {
        request = request.with_system(call.system);
    }
    if !call.tools.is_empty() {
        request = request.with_tools(call.tools.into_iter().map(|tool| {
            let is_strict = call.strict_tools.contains(&tool.name);
            let spec = Tool::new(tool.name).with_description(tool.description);
            let spec = spec.with_schema(tool.schema);
            if is_strict { spec.with_strict(true) } else { spec }
        }));
    }
    request
}

fn put_wishes(call: &ModelCall, options: &mut ChatOptions) {
    let Sampling { temperature, top_p, seed, stops, .. } = &call.sampling;
    options.temperature = *temperature;
    options.top_p = *top_p;
    options.seed = seed.and_then(|seed| u64::try_from(seed).ok());
    options.stop_sequences.clone_from(stops);
    options.reasoning_effort = call.sampling.effort.map(|effort| match effort {
        Effort::None => ReasoningEffort::Zero,
        Effort::Minimal | Effort::Low => ReasoningEffort::Low,
        Effort::Medium => ReasoningEffort::Medium,
        Effort::High => ReasoningEffort::High,
        Effort::Xhigh => ReasoningEffort::XHigh,
    });
    options.tool_choice = match &call.tool_choice {
        ToolChoice::Required => Some(genai::chat::ToolChoice::Required),
        ToolChoice::Named(name) => Some(genai::chat::ToolChoice::Tool { name: name.clone() }),
        ToolChoice::Auto | ToolChoice::None => None,
    };
    options.response_format = match &call.reply_form {
        ReplyForm::Text => None,
        ReplyForm::Json => Some(ChatResponseFormat::JsonMode),
        ReplyForm::Schema { name, schema, .. } => {
            Some(ChatResponseFormat::JsonSpec(JsonSpec::new(name, schema.clone())))
        }
    };
}

fn speak(message: &Message, content: MessageContent) -> ChatMessage {
    match message.role {
        Role::User => ChatMessage::user(content),
        Role::Assistant => ChatMessage::assistant(content),
        Role::Tool => ChatMessage::tool(content),
    }
}

fn content(
    part: &Part,
    names: &std::collections::HashMap<String, String>,
    pictures: &Pictures,
    kind: ProviderKind,
) -> Option<ContentPart> {
    Some(match part {
        Part::Text(text) if text.is_empty() => return None,
        Part::Text(text) => ContentPart::Text(text.clone()),
        Part::Reasoning(reasoning) => {
            let signature = reasoning.signature.as_deref()?.strip_prefix(seal(kind))?;
            ContentPart::ThoughtSignature(signature.to_owned())
        }
        Part::ToolCall(call) => ContentPart::ToolCall(LibraryCall {
            call_id: call.id.clone(),
            fn_name: call.name.clone(),
            fn_arguments: call.arguments.clone(),
            thought_signatures: None,
        }),
        Part::ToolResult(result) => {
            let mut response = ToolResponse::new(&result.call_id, &result.content);
            response.fn_name = names.get(&result.call_id).cloned();
            ContentPart::ToolResponse(response)
        }
        Part::Image(image) => match pictures.base64(image) {
            Some(data) => ContentPart::from_binary_base64(&image.content_type, data, None),
            None => ContentPart::Text(GONE.to_owned()),
        },
    })
}

struct Reader {
    events: genai::chat::ChatStream,
    provider: String,
    kind: ProviderKind,
    parts: VecDeque<ReplyPart>,
    is_done: bool,
}

impl Reader {
    async fn next(&mut self) -> Result<Option<ReplyPart>, ModelError> {
        if let Some(part) = self.parts.pop_front() {
            return Ok(Some(part));
        }
        if self.is_done {
            return Ok(None);
        }
        let Some(event) = self.events.next().await else {
            return Err(ModelError::cut_off(&self.provider));
        };
        Ok(Some(match event.map_err(|error| read_error(&self.provider, error))? {
            ChatStreamEvent::Chunk(chunk) => ReplyPart::Text(chunk.content),
            ChatStreamEvent::ReasoningChunk(chunk) => {
                ReplyPart::Reasoning { text: chunk.content, signature: None }
            }
            ChatStreamEvent::End(end) => {
                self.end(end)?;
                self.is_done = true;
                self.parts.pop_front().unwrap_or(ReplyPart::Alive)
            }
            ChatStreamEvent::Start
            | ChatStreamEvent::ThoughtSignatureChunk(_)
            | ChatStreamEvent::ToolCallChunk(_)
            | ChatStreamEvent::Heartbeat => ReplyPart::Alive,
        }))
    }

    fn end(&mut self, mut end: StreamEnd) -> Result<(), ModelError> {
        let stop = end.captured_stop_reason.take();
        if stop.is_none() {
            return Err(ModelError::cut_off(&self.provider));
        }
        let usage = end.captured_usage.take().map(read_usage);
        for signature in end.captured_thought_signatures().unwrap_or_default() {
            let signature = Some(format!("{}{signature}", seal(self.kind)));
            self.parts.push_back(ReplyPart::Reasoning { text: String::new(), signature });
        }
        let calls = end.captured_into_tool_calls().unwrap_or_default();
        let stop = match stop {
            Some(StopReason::MaxTokens(_)) => ProviderStop::MaxTokens,
            Some(StopReason::ContentFilter(_)) => ProviderStop::Filtered,
            _ if calls.is_empty() => ProviderStop::End,
            _ => ProviderStop::ToolCalls,
        };
        if stop == ProviderStop::ToolCalls {
            self.parts.extend(calls.into_iter().map(|call| {
                ReplyPart::ToolCall(ToolCall {
                    id: call.call_id,
                    name: call.fn_name,
                    arguments: match call.fn_arguments {
                        serde_json::Value::String(raw) => super::chat::arguments(&raw),
                        value => value,
                    },
                })
            }));
        }
        self.parts.extend(usage.map(ReplyPart::Usage));
        self.parts.push_back(ReplyPart::Stop(stop));
        Ok(())
    }
}

fn read_usage(usage: genai::chat::Usage) -> Usage {
    let count = |n: Option<i32>| n.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
    let prompt = usage.prompt_tokens_details.unwrap_or_default();
    let completion = usage.completion_tokens_details.unwrap_or_default();
    Usage {
        input_tokens: count(usage.prompt_tokens),
        output_tokens: count(usage.completion_tokens),
        cached_input_tokens: count(prompt.cached_tokens),
        cache_write_tokens: count(prompt.cache_creation_tokens),
        reasoning_tokens: count(completion.reasoning_tokens),
    }
}

/// The library wraps a refused stream in a stream error; both shapes are read the same way. Its
/// own error texts are never shown: some quote the whole request.
fn read_error(provider: &str, error: genai::Error) -> ModelError {
    let error = match error {
        genai::Error::WebStream { error, .. } => match error.downcast::<genai::Error>() {
            Ok(inner) => *inner,
            Err(other) => {
                return match other.downcast::<reqwest::Error>() {
                    Ok(error) => transport_error(provider, *error),
                    Err(_) => ModelError::broken(format!("the connection to {provider} broke")),
                };
            }
        },
        other => other,
    };
    if let genai::Error::HttpError { status, body, headers, .. } = &error {
        let mut error = ModelError::from_status(provider, status.as_u16(), body);
        apply_headers(&mut error, headers);
        return error;
    }
    match error {
        genai::Error::ChatResponse { body, .. } => {
            let body = body.to_string();
            if super::error::is_context_overflow(400, &body) {
                let message = format!("{provider}: {}", provider_message(&body));
                return ModelError::new(AgentErrorKind::ContextOverflow, message);
            }
            let said = provider_message(&body);
            ModelError::broken(format!("{provider} gave up in the middle of its reply: {said}"))
        }
        genai::Error::StreamParse { serde_error, .. } => {
            ModelError::garbage(provider, serde_error, "")
        }
        _ => ModelError::new(
            AgentErrorKind::ModelError,
            format!("the call could not be put into the form that {provider} wants"),
        ),
    }
}
