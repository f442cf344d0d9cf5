//! A response as it grows: the events that tell of it, in their order, and the response itself,
//! which is always what its events add up to.

use nexus_adapter::{StopReason, ToolCall, Usage};
use nexus_ingress::{Answer, Piece, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::outcome::{code, failure, usage};

/// How a response is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manner {
    /// No text is shown before the end: text before a use of tools would spoil the form.
    pub is_held: bool,
    /// Only the first call of a tool is handed out.
    pub is_one_call: bool,
    /// What the model thinks is shown.
    pub shows_reasoning: bool,
}

/// What an item that is still growing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Open {
    Message,
    Reasoning,
}

/// A response that grows. It can be put away between two pieces, and be gone on with later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Writing {
    /// The number of the next event.
    next: u64,
    response: Map<String, Value>,
    output: Vec<Value>,
    open: Option<Open>,
    manner: Manner,
}

impl Writing {
    /// Begins a response; `shown` are its fields that only repeat the request. `at` is in seconds.
    #[must_use]
    pub fn new(id: &str, model: &str, at: i64, shown: Map<String, Value>, manner: Manner) -> Self {
        let first = [
            ("id", json!(id)),
            ("object", json!("response")),
            ("created_at", json!(at)),
            ("completed_at", Value::Null),
            ("status", json!("in_progress")),
            ("incomplete_details", Value::Null),
            ("error", Value::Null),
            ("model", json!(model)),
            ("output", json!([])),
            ("usage", Value::Null),
        ];
        // In the order in which a person reads it.
        let first = first.map(|(name, value)| (name.to_owned(), value));
        let response = first.into_iter().chain(shown).collect();
        Self { next: 0, response, output: Vec::new(), open: None, manner }
    }

    /// The response as it is now.
    #[must_use]
    pub fn response(&self) -> Value {
        let mut response = self.response.clone();
        response.insert("output".to_owned(), Value::Array(self.output.clone()));
        Value::Object(response)
    }

    /// The items that were written so far.
    #[must_use]
    pub fn output(&self) -> &[Value] {
        &self.output
    }

    /// Whether nothing more comes.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(self.status(), "queued" | "in_progress")
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> &str {
        self.response.get("status").and_then(Value::as_str).unwrap_or_default()
    }

    /// The first events.
    pub fn begin(&mut self) -> Vec<Value> {
        let created = self.state("response.created");
        let mut events = vec![created];
        if self.status() == "queued" {
            events.push(self.state("response.queued"));
            self.set("status", json!("in_progress"));
        }
        events.push(self.state("response.in_progress"));
        events
    }

    /// It waits until somebody has time for it.
    pub fn queue(&mut self) {
        self.set("status", json!("queued"));
    }

    /// Takes what came of the run. `at` is in seconds.
    pub fn take(&mut self, piece: Piece, at: i64) -> Vec<Value> {
        match piece {
            Piece::Text(text) => self.say(&text),
            Piece::Reasoning(text) => self.think(&text),
            Piece::Tool => self.pause(),
            Piece::End(end) => match *end {
                Ok(answer) => self.finish(&answer, at),
                Err(problem) => self.fail(&problem),
            },
        }
    }

    /// Nothing was asked for but to be ready. `at` is in seconds.
    pub fn skip(&mut self, at: i64) -> Vec<Value> {
        self.set("usage", usage(&Usage::default()));
        self.set("completed_at", json!(at));
        self.set("status", json!("completed"));
        vec![self.state("response.completed")]
    }

    /// More text.
    pub fn say(&mut self, text: &str) -> Vec<Value> {
        match self.manner.is_held {
            true => Vec::new(),
            false => self.grow(Open::Message, text),
        }
    }

    /// More of what the model thinks.
    pub fn think(&mut self, text: &str) -> Vec<Value> {
        match self.manner.shows_reasoning {
            true => self.grow(Open::Reasoning, text),
            false => Vec::new(),
        }
    }

    /// The agent uses a tool of its own: what it said was only on the way.
    pub fn pause(&mut self) -> Vec<Value> {
        self.close("completed", Some("commentary"))
    }

    /// The run has ended. `at` is in seconds.
    pub fn finish(&mut self, answer: &Answer, at: i64) -> Vec<Value> {
        let outcome = &answer.outcome;
        self.set("usage", usage(&outcome.usage));
        if let Some(problem) = failure(answer) {
            return self.fail(&problem);
        }
        let is_cut = matches!(outcome.stop_reason, StopReason::MaxTokens | StopReason::Limit);
        let mut events = self.rest(&answer.text, !outcome.tool_calls.is_empty());
        match is_cut {
            true => events.extend(self.close("incomplete", None)),
            false => {
                let phase =
                    if outcome.tool_calls.is_empty() { "final_answer" } else { "commentary" };
                events.extend(self.close("completed", Some(phase)));
                let n_calls = if self.manner.is_one_call { 1 } else { usize::MAX };
                for call in outcome.tool_calls.iter().take(n_calls) {
                    events.extend(self.call(call));
                }
            }
        }
        let (status, event) = match is_cut {
            true => ("incomplete", "response.incomplete"),
            false => ("completed", "response.completed"),
        };
        if is_cut {
            self.set("incomplete_details", json!({ "reason": "max_output_tokens" }));
        }
        if !is_cut {
            self.set("completed_at", json!(at));
        }
        self.set("status", json!(status));
        events.push(self.state(event));
        events
    }

    /// It came to nothing.
    pub fn fail(&mut self, problem: &Problem) -> Vec<Value> {
        let error = json!({ "code": code(problem), "message": problem.message });
        self.set("error", error);
        self.end("failed")
    }

    /// Its caller wants no more of it.
    pub fn cancel(&mut self) -> Vec<Value> {
        self.end("cancelled")
    }

    fn end(&mut self, status: &str) -> Vec<Value> {
        if self.status() == "queued" {
            self.set("status", json!("in_progress"));
        }
        let mut events = self.close("incomplete", None);
        self.set("status", json!(status));
        events.push(self.state("response.failed"));
        events
    }

    /// What of the whole reply has not been said.
    fn rest(&mut self, whole: &str, has_calls: bool) -> Vec<Value> {
        let said = match self.open {
            Some(Open::Message) => self.open_text().to_owned(),
            _ => String::new(),
        };
        match whole.strip_prefix(said.as_str()) {
            Some("") if !said.is_empty() || has_calls => Vec::new(),
            // A response always says something, be it nothing.
            Some(rest) => self.grow(Open::Message, rest),
            // Said already, but for white space or what came before tools.
            None if whole.trim_end().ends_with(said.trim()) => Vec::new(),
            None => {
                let mut events = self.close("completed", Some("commentary"));
                events.extend(self.grow(Open::Message, whole));
                events
            }
        }
    }

    fn grow(&mut self, kind: Open, text: &str) -> Vec<Value> {
        let mut events = Vec::new();
        if self.open != Some(kind) {
            events.extend(self.close("completed", None));
            events.extend(self.open(kind));
        }
        if text.is_empty() {
            return events;
        }
        let (list, event) = match kind {
            Open::Message => ("content", "response.output_text.delta"),
            Open::Reasoning => ("summary", "response.reasoning_summary_text.delta"),
        };
        if let Some(Value::String(whole)) =
            self.output.last_mut().and_then(|item| item[list][0].get_mut("text"))
        {
            whole.push_str(text);
        }
        let mut more = json!({ "delta": text });
        if kind == Open::Message {
            more["logprobs"] = json!([]);
        }
        events.push(self.part(event, kind, more));
        events
    }

    fn open(&mut self, kind: Open) -> Vec<Value> {
        self.open = Some(kind);
        let (item, list, part) = match kind {
            Open::Message => (
                json!({
                    "type": "message",
                    "id": nexus_ingress::random("msg_"),
                    "status": "in_progress",
                    "role": "assistant",
                    "content": [],
                }),
                "content",
                json!({ "type": "output_text", "text": "", "annotations": [], "logprobs": [] }),
            ),
            Open::Reasoning => (
                json!({
                    "type": "reasoning",
                    "id": nexus_ingress::random("rs_"),
                    "status": "in_progress",
                    "summary": [],
                }),
                "summary",
                json!({ "type": "summary_text", "text": "" }),
            ),
        };
        let mut events = vec![self.add(item)];
        if let Some(item) = self.output.last_mut() {
            item[list] = json!([part]);
        }
        let event = match kind {
            Open::Message => "response.content_part.added",
            Open::Reasoning => "response.reasoning_summary_part.added",
        };
        events.push(self.part(event, kind, json!({ "part": part })));
        events
    }

    /// Ends the item that is growing.
    fn close(&mut self, status: &str, phase: Option<&str>) -> Vec<Value> {
        let Some(kind) = self.open else { return Vec::new() };
        let (list, text_done, part_done) = match kind {
            Open::Message => ("content", "response.output_text.done", "response.content_part.done"),
            Open::Reasoning => (
                "summary",
                "response.reasoning_summary_text.done",
                "response.reasoning_summary_part.done",
            ),
        };
        let part = self.output.last().map(|item| item[list][0].clone()).unwrap_or_default();
        let mut done = json!({ "text": part["text"] });
        if kind == Open::Message {
            done["logprobs"] = json!([]);
        }
        let mut events = vec![self.part(text_done, kind, done)];
        events.push(self.part(part_done, kind, json!({ "part": part })));
        if let Some(item) = self.output.last_mut() {
            item["status"] = json!(status);
            if let Some(phase) = phase.filter(|_| kind == Open::Message) {
                item["phase"] = json!(phase);
            }
        }
        self.open = None;
        events.push(self.item_done());
        events
    }

    /// A call of a tool of the caller.
    fn call(&mut self, call: &ToolCall) -> Vec<Value> {
        // Arguments that were no JSON are handed out as the model wrote them.
        let arguments = match &call.arguments {
            Value::String(text) => text.clone(),
            arguments => arguments.to_string(),
        };
        let item = json!({
            "type": "function_call",
            "id": nexus_ingress::random("fc_"),
            "call_id": call.id,
            "name": call.name,
            "arguments": "",
            "status": "in_progress",
        });
        let id = item["id"].clone();
        let mut events = vec![self.add(item)];
        let index = self.output.len() - 1;
        for (event, field) in [("delta", "delta"), ("done", "arguments")] {
            let mut more = json!({ "item_id": id, "output_index": index });
            more[field] = json!(arguments);
            events.push(self.event(&format!("response.function_call_arguments.{event}"), more));
        }
        self.output[index]["arguments"] = json!(arguments);
        self.output[index]["status"] = json!("completed");
        events.push(self.item_done());
        events
    }

    fn open_text(&self) -> &str {
        self.output.last().and_then(|item| item["content"][0]["text"].as_str()).unwrap_or_default()
    }

    fn add(&mut self, item: Value) -> Value {
        let index = self.output.len();
        self.output.push(item.clone());
        self.event("response.output_item.added", json!({ "output_index": index, "item": item }))
    }

    fn item_done(&mut self) -> Value {
        let index = self.output.len().saturating_sub(1);
        let item = self.output.last().cloned().unwrap_or_default();
        self.event("response.output_item.done", json!({ "output_index": index, "item": item }))
    }

    /// An event about the one part of the last item.
    fn part(&mut self, name: &str, kind: Open, mut more: Value) -> Value {
        let index = match kind {
            Open::Message => "content_index",
            Open::Reasoning => "summary_index",
        };
        more[index] = json!(0);
        more["output_index"] = json!(self.output.len().saturating_sub(1));
        more["item_id"] = self.output.last().map(|item| item["id"].clone()).unwrap_or_default();
        self.event(name, more)
    }

    fn state(&mut self, name: &str) -> Value {
        let response = self.response();
        self.event(name, json!({ "response": response }))
    }

    fn event(&mut self, name: &str, more: Value) -> Value {
        let mut event = json!({ "type": name, "sequence_number": self.next });
        self.next += 1;
        if let (Some(event), Value::Object(more)) = (event.as_object_mut(), more) {
            event.extend(more);
        }
        event
    }

    fn set(&mut self, name: &str, value: Value) {
        self.response.insert(name.to_owned(), value);
    }
}
