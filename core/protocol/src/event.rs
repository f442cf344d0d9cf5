//! Following events.

use nexus_domain::id::{Position, SessionKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Input of `events.subscribe`. A second call replaces the first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubscribeParams {
    /// Event types; `session.*` stands for all that begin so. All when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Recorded events after this position; from now on when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Position>,
    /// Only streaming text of this session; of all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<SessionKey>,
    /// Whether streaming text is wanted at all.
    #[serde(default)]
    pub transient: bool,
}

/// Result of `events.subscribe`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscribeResult {
    /// Where the subscription begins.
    pub after: Position,
    /// The latest position when it began; events up to it are a replay.
    pub latest: Position,
}
