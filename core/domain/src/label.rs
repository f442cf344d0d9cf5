//! Labels: what a conversation has been exposed to. The engine sets them, never a model, and
//! nothing takes one off a session again.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{SessionKey, TurnId};
use crate::time::Timestamp;

/// What a session or a file has been exposed to.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Content from outside the owner's control: a page, a stranger's message, a file made of it.
    Untrusted,
    /// Something that is the owner's own business: a private file, the owner's profile.
    Private,
    /// The value of a credential.
    Secret,
}

impl Label {
    /// The name that policies and people see.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Untrusted => "untrusted",
            Self::Private => "private",
            Self::Secret => "secret",
        }
    }
}

/// What kind of thing brought a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LabelSource {
    /// The result of a tool.
    Tool,
    /// A message.
    Message,
    /// A file.
    File,
    /// Another session.
    Session,
    /// A credential.
    Credential,
}

/// A label of a session and what brought it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionLabel {
    /// The label.
    pub label: Label,
    /// What kind of thing brought it.
    pub source: LabelSource,
    /// Which one, in words: `GET https://example.org/`, `notes/page.md`, `person:anna on echo`.
    pub detail: String,
    /// The turn in which it came; left out for what came before any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    /// When.
    pub at: Timestamp,
}

impl fmt::Display for SessionLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.source {
            LabelSource::Tool => "the tool call",
            LabelSource::Message => "a message of",
            LabelSource::File => "the file",
            LabelSource::Session => "the session",
            LabelSource::Credential => "the credential",
        };
        write!(f, "{} through {kind} {}", self.label.name(), self.detail)
    }
}

/// A label of a file: who wrote it under which exposure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLabel {
    /// The file or folder: beneath the home, with `/` between its parts; absolute elsewhere.
    pub path: String,
    /// The label.
    pub label: Label,
    /// The session that wrote it.
    pub session_key: SessionKey,
    /// When.
    pub at: Timestamp,
}
