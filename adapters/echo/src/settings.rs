//! Everything that can be configured, under `[adapters.<name>]` of the daemon.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value};

/// The settings. Those from `crash_after` on are **test modes**: they exist to prove that a
/// daemon survives an adapter that does so, and are of no other use.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// File in which each delivery is recorded as a line of JSON. A relative path starts in the
    /// adapter's private folder. Without it, deliveries are kept in memory only.
    pub(crate) record: Option<PathBuf>,
    /// Events to hand in, in order, each after the last was acknowledged.
    pub(crate) events: Vec<ScriptedEvent>,
    /// Pause before each event, in milliseconds.
    pub(crate) every_ms: u64,
    /// Longest message it declares to take, in characters.
    pub(crate) text_chars_max: Option<u32>,
    /// Shortest time between two edits of a message, in milliseconds. With it the adapter declares
    /// that it can edit, and records each edit as a line.
    pub(crate) edit_ms_min: Option<u32>,

    /// Test mode: after this many new deliveries, the next one is recorded, and the process dies
    /// with exit code 3 before it answers. The daemon cannot know whether it was sent.
    pub(crate) crash_after: Option<u32>,
    /// Test mode: does not promise that a repeated delivery arrives once, and records it again.
    pub(crate) repeats: bool,
    /// Test mode: takes no delivery, and gives this as the reason.
    pub(crate) refuses: Option<String>,
    /// Test mode: stops answering.
    pub(crate) hang: Option<Hang>,
    /// Test mode: so many lines that are not JSON are written to stdout.
    pub(crate) garbage: u64,
    /// Test mode: so many different events are written without waiting for any acknowledgement.
    pub(crate) flood: u64,
}

/// What is no longer answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hang {
    /// `hello`.
    Hello,
    /// `send`; other calls are.
    Send,
    /// Anything, from the first `send` on: stdin is not read any more.
    All,
}

/// An event as scripted; what is left out is filled in.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScriptedEvent {
    /// The text.
    pub(crate) content: String,
    /// Its id; `scripted-<n>` unless given, the same after each start, so that it runs once.
    pub(crate) event_id: Option<String>,
    /// Who sent it.
    #[serde(default = "someone")]
    pub(crate) sender_id: String,
    /// The conversation; a direct one with the sender unless given.
    pub(crate) peer_id: Option<String>,
    /// The kind of conversation: `dm`, `group` or `channel`.
    #[serde(default)]
    pub(crate) peer_kind: nexus_adapter::PeerKind,
}

fn someone() -> String {
    "someone".to_owned()
}

impl Settings {
    pub(crate) fn read(config: Map<String, Value>) -> Result<Self, String> {
        serde_json::from_value(Value::Object(config))
            .map_err(|error| format!("its settings cannot be used: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(config: Value) -> Result<Settings, String> {
        Settings::read(config.as_object().unwrap().clone())
    }

    #[test]
    fn settings_are_read_whole_or_not_at_all() {
        assert_eq!(read(json!({})).unwrap(), Settings::default());
        let settings = read(json!({ "hang": "all", "events": [{ "content": "hi" }] })).unwrap();
        assert_eq!(settings.hang, Some(Hang::All));
        assert_eq!(settings.events[0].sender_id, "someone");
        let error = read(json!({ "recrod": "x" })).unwrap_err();
        assert!(error.contains("unknown field `recrod`"), "{error}");
        assert!(read(json!({ "events": [{}] })).is_err());
    }
}
