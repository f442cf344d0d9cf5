//! Sessions as documents.

use nexus_domain::id::{MessageId, SessionKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bytes of text after which a page of an export ends with the message in hand.
pub const EXPORT_BYTES_EAGER: usize = 256 * 1024;

/// Form of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// For people: what was said, and which tools were called.
    #[default]
    Markdown,
    /// For programs: one JSON document with every message and what its calls came to.
    Json,
}

/// Input of `sessions.export`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportParams {
    /// The session.
    pub key: SessionKey,
    /// The form; Markdown when left out.
    #[serde(default)]
    pub format: ExportFormat,
    /// `nextCursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<MessageId>,
    /// Messages on the page; a page also ends with the message that makes it longer than 256 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
}

/// Result of `sessions.export`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportResult {
    /// A piece of the document; the pieces of all pages, joined, are the whole of it. Values of
    /// known credentials are blanked out.
    pub text: String,
    /// Messages on this page.
    pub n_messages: u64,
    /// Where the next page begins; none on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<MessageId>,
}
