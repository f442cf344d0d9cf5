//! What streams by: text as it is written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{MessageId, SessionKey, TurnId};

/// Something that passes by and is not recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "properties")]
pub enum Transient {
    /// The text of a reply so far. Sent to whoever joins in the middle, and whenever a reply
    /// starts over after a broken stream; it replaces what was shown.
    #[serde(rename = "agent.streaming.snapshot")]
    Snapshot {
        turn_id: TurnId,
        session_key: SessionKey,
        message_id: MessageId,
        seq: u64,
        text: String,
    },
    /// More text of a reply; follows the snapshot or delta with the next lower `seq`.
    #[serde(rename = "agent.streaming.token")]
    Token {
        turn_id: TurnId,
        session_key: SessionKey,
        message_id: MessageId,
        seq: u64,
        delta: String,
    },
    /// More of the model's reasoning, for those who want to watch.
    #[serde(rename = "agent.streaming.reasoning")]
    Reasoning {
        turn_id: TurnId,
        session_key: SessionKey,
        message_id: MessageId,
        seq: u64,
        delta: String,
    },
    /// More of what the program of a running tool call writes, to stdout and stderr as it comes.
    /// `n_skipped` bytes before it were left out, because they came faster than anybody reads; the
    /// call's result is what counts.
    #[serde(rename = "agent.streaming.output")]
    Output {
        turn_id: TurnId,
        session_key: SessionKey,
        tool_call_id: String,
        seq: u64,
        n_skipped: u64,
        delta: String,
    },
}

impl Transient {
    /// Every type name, in the order of the variants.
    pub const TYPE_NAMES: &[&str] = &[
        "agent.streaming.snapshot",
        "agent.streaming.token",
        "agent.streaming.reasoning",
        "agent.streaming.output",
    ];

    /// The session it belongs to.
    #[must_use]
    pub fn session_key(&self) -> &SessionKey {
        match self {
            Self::Snapshot { session_key, .. }
            | Self::Token { session_key, .. }
            | Self::Reasoning { session_key, .. }
            | Self::Output { session_key, .. } => session_key,
        }
    }

    /// The type name on the wire.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Snapshot { .. } => "agent.streaming.snapshot",
            Self::Token { .. } => "agent.streaming.token",
            Self::Reasoning { .. } => "agent.streaming.reasoning",
            Self::Output { .. } => "agent.streaming.output",
        }
    }
}
