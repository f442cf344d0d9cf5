//! Pieces of a reply while it is written.

use nexus_protocol::caller::{StreamDelta, StreamError, StreamStart, StreamTool};
use serde_json::Value;

/// One piece, as the daemon says it.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamPart {
    /// A reply begins.
    Start(StreamStart),
    /// More text of it.
    Delta(StreamDelta),
    /// More of the reasoning before it.
    Reasoning(StreamDelta),
    /// The agent uses a tool of its own.
    Tool(StreamTool),
    /// Nothing more comes for an event, and no `send` either.
    Error(StreamError),
}

impl StreamPart {
    /// Reads a notification; `None` when it is about something else.
    pub(crate) fn read(method: &str, params: Value) -> Option<Result<Self, serde_json::Error>> {
        Some(match method {
            "stream.start" => serde_json::from_value(params).map(Self::Start),
            "stream.delta" => serde_json::from_value(params).map(Self::Delta),
            "stream.reasoning" => serde_json::from_value(params).map(Self::Reasoning),
            "stream.tool" => serde_json::from_value(params).map(Self::Tool),
            "stream.error" => serde_json::from_value(params).map(Self::Error),
            _ => return None,
        })
    }
}
