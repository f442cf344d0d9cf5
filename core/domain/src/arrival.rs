//! What arrives from outside, flat, as an adapter or the control plane hands it in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::time::Timestamp;

/// Longest text of one arrival, in bytes; larger content travels as an attachment.
pub const CONTENT_BYTES_MAX: usize = 512 * 1024;
/// Longest identifier of an arrival (`event_id`, `sender_id`, …), in bytes.
pub const IDENTIFIER_BYTES_MAX: usize = 512;
/// Most attachments of one arrival.
pub const ATTACHMENTS_MAX: usize = 20;

/// The kind of content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContentType {
    /// Plain or Markdown text.
    #[default]
    Text,
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// A film.
    Video,
    /// Any other file.
    File,
    /// A reaction to an earlier message.
    Reaction,
}

/// Where people meet: one to one, a group, or a channel many read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PeerKind {
    /// One to one.
    #[default]
    Dm,
    /// A group.
    Group,
    /// A channel.
    Channel,
}

/// A file that came with an arrival.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// The sender's id of the file.
    pub id: String,
    /// File name, without a path.
    pub filename: String,
    /// MIME type.
    pub content_type: String,
    /// Size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Where it can be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where it lies in the spool folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// One thing that arrived: the `NexusEvent` of the adapter contract. `(channel, event_id)` names
/// it once and for all; the same pair again is a duplicate and never runs again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrival {
    /// The source's own id of this event.
    pub event_id: String,
    /// When it happened at the source.
    pub timestamp: Timestamp,
    /// The text.
    pub content: String,
    /// What kind of content it is.
    #[serde(default)]
    pub content_type: ContentType,
    /// The outside medium, such as `telegram`; `control` for the control plane itself.
    pub channel: String,
    /// Which of our accounts on that channel received it.
    pub account_id: String,
    /// Who sent it, in the channel's own terms.
    pub sender_id: String,
    /// The conversation it belongs to, in the channel's own terms.
    pub peer_id: String,
    /// What kind of conversation that is.
    #[serde(default)]
    pub peer_kind: PeerKind,
    /// Files that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The sender's name as shown on the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_name: Option<String>,
    /// The thread inside the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to_id: Option<String>,
    /// Whatever else the source says; never trusted.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

impl Arrival {
    /// The id under which the events ledger keeps it: `{channel}:{event_id}`.
    #[must_use]
    pub fn ledger_id(&self) -> String {
        format!("{}:{}", self.channel, self.event_id)
    }

    /// Checks the sizes and the required names.
    ///
    /// # Errors
    /// `Invalid`, naming the field and its limit.
    pub fn check(&self) -> Result<(), Failure> {
        let names = [
            ("event_id", &self.event_id),
            ("channel", &self.channel),
            ("account_id", &self.account_id),
            ("sender_id", &self.sender_id),
            ("peer_id", &self.peer_id),
        ];
        for (field, text) in names {
            if text.is_empty() || text.len() > IDENTIFIER_BYTES_MAX {
                return Err(Failure::invalid(format!(
                    "`{field}` must have 1 to {IDENTIFIER_BYTES_MAX} bytes, it has {}",
                    text.len()
                )));
            }
        }
        if self.content.len() > CONTENT_BYTES_MAX {
            return Err(Failure::invalid(format!(
                "the text has {} bytes; at most {CONTENT_BYTES_MAX} are taken",
                self.content.len()
            ))
            .hint("put long text into a file of the workspace and name the file"));
        }
        if self.content.trim().is_empty() && self.attachments.is_empty() {
            return Err(Failure::invalid("the message is empty").hint("write something first"));
        }
        if self.attachments.len() > ATTACHMENTS_MAX {
            return Err(Failure::invalid(format!(
                "{} attachments came; at most {ATTACHMENTS_MAX} are taken",
                self.attachments.len()
            )));
        }
        Ok(())
    }
}
