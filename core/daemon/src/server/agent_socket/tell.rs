//! What happens, in the words of this framing: `agent.event` and `approval.request` about the
//! client's own runs, `notify` about what it follows. Every event is told only to whoever has the
//! scope to see it.

use nexus_domain::event::Transient;
use nexus_domain::id::SessionKey;
use nexus_domain::message::{Message, Part, Role};
use nexus_domain::permission::PermissionRequest;
use nexus_ledger::Committed;
use nexus_protocol::agent_socket::{Channel, OBSERVATION_CHARS_MAX};
use nexus_protocol::event::scope_of;
use nexus_protocol::jsonrpc::notification;
use serde_json::{Value, json};

use super::desk::Desk;
use crate::bus::{Item, Passing};

/// What has been told of a run.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Model replies so far.
    n_turns: u32,
    /// What the agent said with its last calls.
    thought: String,
    /// Whether text of the reply at hand was told.
    has_streamed: bool,
}

impl Desk {
    /// The notifications that an event is worth.
    pub(super) fn tell(&self, item: &Item) -> Vec<String> {
        if !self.may_follow() {
            return Vec::new();
        }
        match item {
            Item::Recorded(event) if self.may_see(&event.kind) => self.tell_recorded(event),
            Item::Transient(passing) if self.may_see(passing.kind) => self.tell_passing(passing),
            // What was missed is told anew: the text so far follows.
            Item::Recorded(_) | Item::Transient(_) | Item::Lagged { .. } => Vec::new(),
        }
    }

    fn may_see(&self, kind: &str) -> bool {
        scope_of(kind).is_some_and(|scope| self.caller.has(scope))
    }

    fn tell_recorded(&self, event: &Committed) -> Vec<String> {
        let kind = event.kind.as_ref();
        let mut told = Vec::new();
        let properties = || serde_json::from_str::<Value>(&event.properties).unwrap_or_default();
        if let Some(key) = &event.session_key
            && let Some(run) = self.runs().get_mut(key)
        {
            told = match kind {
                "message.recorded" => run.told.message(key, properties()),
                "agent.tool.completed" => run.told.observation(key, &properties()),
                "permission.requested" => run.told.question(key, properties()),
                "agent.error" => run.told.trouble(key, &properties()),
                _ => Vec::new(),
            };
        }
        told.extend(self.notify(event));
        told
    }

    /// What the client follows by channel.
    fn notify(&self, event: &Committed) -> Option<String> {
        let followed = self.followed();
        if !followed.has_all && followed.channels.is_empty() {
            return None;
        }
        let channel = channel_of(event);
        if !followed.wants(&channel) {
            return None;
        }
        let properties: Value = serde_json::from_str(&event.properties).ok()?;
        let params = json!({
            "channel": channel,
            "event": name_of(event.kind.as_ref(), &properties),
            "data": properties,
            "timestamp": event.at,
        });
        Some(notification("notify", &params.to_string()))
    }

    fn tell_passing(&self, passing: &Passing) -> Vec<String> {
        let mut runs = self.runs();
        let Some(run) = runs.get_mut(&passing.session_key) else { return Vec::new() };
        let text = format!(r#"{{"type":"{}","properties":{}}}"#, passing.kind, passing.properties);
        let Ok(passing) = serde_json::from_str::<Transient>(&text) else { return Vec::new() };
        run.told.passing(passing).into_iter().collect()
    }
}

impl Told {
    /// The reply at hand.
    fn turn(&self) -> Option<u32> {
        Some(self.n_turns + 1)
    }

    fn passing(&mut self, passing: Transient) -> Option<String> {
        let turn = self.turn();
        match passing {
            Transient::Token { session_key, delta, .. } => {
                self.has_streamed = true;
                Some(agent_event(&session_key, "chunk", turn, json!(delta)))
            }
            Transient::Reasoning { session_key, delta, .. } => {
                Some(agent_event(&session_key, "thinking", turn, json!(delta)))
            }
            Transient::Snapshot { session_key, text, .. } => {
                // A reply that begins has said nothing; one that begins anew takes back what it
                // said, and one that was joined in the middle has said this.
                let is_news = self.has_streamed || !text.is_empty();
                self.has_streamed = !text.is_empty();
                is_news.then(|| replacing_chunk(&session_key, turn, &text))
            }
            Transient::Output { .. } => None,
        }
    }

    fn message(&mut self, key: &SessionKey, mut properties: Value) -> Vec<String> {
        let message = serde_json::from_value::<Message>(properties["message"].take());
        let Ok(message) = message else { return Vec::new() };
        if message.role != Role::Assistant {
            return Vec::new();
        }
        self.n_turns += 1;
        self.has_streamed = false;
        self.thought = message.text();
        let calls = message.parts.iter().filter_map(|part| match part {
            Part::ToolCall(call) => Some(json!({
                "tool": call.name, "params": call.arguments, "thought": self.thought,
                "callId": call.id,
            })),
            _ => None,
        });
        calls.map(|data| agent_event(key, "tool_call", Some(self.n_turns), data)).collect()
    }

    fn observation(&self, key: &SessionKey, properties: &Value) -> Vec<String> {
        let output = properties["excerpt"].as_str().unwrap_or_default();
        let data = json!({
            "tool": properties["name"],
            "success": properties["status"] == "completed",
            "output": output.chars().take(OBSERVATION_CHARS_MAX).collect::<String>(),
            "callId": properties["tool_call_id"],
        });
        vec![agent_event(key, "observation", Some(self.n_turns), data)]
    }

    fn trouble(&self, key: &SessionKey, properties: &Value) -> Vec<String> {
        let data =
            json!({ "message": properties["message"], "willRetry": properties["will_retry"] });
        vec![agent_event(key, "error", self.turn(), data)]
    }

    /// A question is told twice: as the state of the call, and as what a person can answer.
    fn question(&self, key: &SessionKey, mut properties: Value) -> Vec<String> {
        let asked = serde_json::from_value::<PermissionRequest>(properties["permission"].take());
        let Ok(asked) = asked else { return Vec::new() };
        let call = json!({
            "tool": asked.action.tool, "params": asked.action.arguments, "thought": self.thought,
            "callId": asked.tool_call_id, "awaitingApproval": true,
        });
        let question = json!({
            "id": asked.id,
            "requestId": asked.id,
            "sessionId": key,
            "tool": asked.action.tool,
            "params": asked.action.arguments,
            "thought": self.thought,
            "summary": asked.action.summary,
            "reason": asked.reason,
            "digest": asked.action.digest,
            "status": asked.status,
            "createdAt": asked.created_at,
            "expiresAt": asked.expires_at,
        });
        vec![
            agent_event(key, "tool_call", Some(self.n_turns), call),
            notification("approval.request", &question.to_string()),
        ]
    }
}

/// An event of a run.
pub(super) fn agent_event(key: &SessionKey, kind: &str, turn: Option<u32>, data: Value) -> String {
    let event = json!({ "type": kind, "turn": turn, "data": data });
    notification("agent.event", &json!({ "sessionId": key, "event": event }).to_string())
}

/// Text that stands for all that was told of the reply so far.
fn replacing_chunk(key: &SessionKey, turn: Option<u32>, text: &str) -> String {
    let event = json!({ "type": "chunk", "turn": turn, "data": text, "replace": true });
    notification("agent.event", &json!({ "sessionId": key, "event": event }).to_string())
}

/// The channel of an event; each has one.
fn channel_of(event: &Committed) -> Channel {
    let kind = event.kind.as_ref();
    if kind.starts_with("permission.") {
        return Channel::Approval;
    }
    if kind.starts_with("nex.request.") {
        let properties: Value = serde_json::from_str(&event.properties).unwrap_or_default();
        let id = properties["request_id"].as_str().unwrap_or_default();
        return Channel::Task(id.to_owned());
    }
    match &event.session_key {
        Some(key) => Channel::Agent(key.as_str().to_owned()),
        None => Channel::Global,
    }
}

/// What an event is called here: five have a name of their own, the rest keep theirs.
fn name_of<'a>(kind: &'a str, properties: &Value) -> &'a str {
    match kind {
        "turn.created" => "agent.started",
        "turn.completed" if properties["status"] == "failed" => "agent.error",
        "turn.completed" => "agent.completed",
        "permission.requested" => "approval_request",
        "permission.resolved" => "approval_resolved",
        other => other,
    }
}
