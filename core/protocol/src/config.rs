//! The configuration in force.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Input of `config.get`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetParams {
    /// A key such as `runtime.port`, or a table such as `runtime`; everything when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ConfigSource {
    /// Nobody set it.
    Default,
    /// `nexus.toml`.
    File,
    /// The environment.
    Environment,
    /// The command line.
    Flag,
}

/// One value of the configuration. Secrets are never among them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigValue {
    /// The key, such as `runtime.port`.
    pub key: String,
    /// The value in force.
    pub value: Value,
    /// Where it comes from.
    pub source: ConfigSource,
    /// What it means.
    pub doc: String,
    /// Whether a change needs a restart.
    pub needs_restart: bool,
}

/// Result of `config.get`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetResult {
    /// The file it is read from.
    pub path: String,
    /// The values, in order of their keys.
    pub values: Vec<ConfigValue>,
}
