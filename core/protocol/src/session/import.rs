//! A session out of a document.

use nexus_domain::Timestamp;
use nexus_domain::agent::ToolCallRecord;
use nexus_domain::id::{AgentId, MessageId, SessionKey, TurnId};
use nexus_domain::label::Label;
use nexus_domain::message::{Part, Role};
use nexus_domain::session::Session;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the JSON document of a session calls itself.
pub const SESSION_DOCUMENT: &str = "nexus.session/1";
/// Most messages of one piece.
pub const IMPORT_MESSAGES_MAX: usize = 500;

/// Input of `sessions.import`: a document as `sessions.export` writes it in JSON, or a piece of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportParams {
    /// The document.
    pub document: SessionDocument,
    /// What the session is called here; as in the document when left out. There must be none of
    /// this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<SessionKey>,
    /// The agent that answers in it; as in the document when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// `lastMessageId` of the piece before: the messages follow it, as long as nothing else was
    /// said there since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<MessageId>,
    /// Lets the command be repeated safely, also after a restart.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// A session as a document. Fields that are not known are passed over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionDocument {
    /// What it is: `nexus.session/1`.
    #[schemars(length(min = 1, max = 64))]
    pub document: String,
    /// The session.
    pub session: DocumentSession,
    /// What it was exposed to.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub labels: Vec<DocumentLabel>,
    /// What was said, in order.
    #[schemars(length(max = 500))]
    pub messages: Vec<DocumentMessage>,
}

/// What of a session comes along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DocumentSession {
    /// Its key where it was.
    pub key: SessionKey,
    /// The agent that answered.
    pub agent_id: AgentId,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub title: Option<String>,
}

/// A label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DocumentLabel {
    /// What it says.
    pub label: Label,
}

/// A message. Its id does not come along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DocumentMessage {
    /// The turn it was said in; messages of one turn name the same one.
    pub turn_id: TurnId,
    /// Who spoke.
    pub role: Role,
    /// What was said.
    #[schemars(length(max = 1000))]
    pub parts: Vec<Part>,
    /// When.
    pub created_at: Timestamp,
    /// What its calls came to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 1000))]
    pub tool_calls: Vec<ToolCallRecord>,
}

/// Result of `sessions.import`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportResult {
    /// The session as it is now.
    pub session: Session,
    /// Messages that came with this piece.
    pub n_messages: u64,
    /// The last of them: the next piece follows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_message_id: Option<MessageId>,
}
