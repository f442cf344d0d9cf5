//! The daemon's log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Lines when the caller does not say.
pub const LINES_DEFAULT: u32 = 100;

/// Input of `logs.tail`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TailParams {
    /// Most lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub lines: Option<u32>,
    /// Only lines with this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub containing: Option<String>,
}

/// Result of `logs.tail`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TailResult {
    /// The last lines, oldest first; each is a JSON object as it stands in the log.
    pub lines: Vec<String>,
}
