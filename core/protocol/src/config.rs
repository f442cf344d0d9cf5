//! The configuration: what is in force, how it came about, and changes to it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Input of `config.get`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetParams {
    /// A key such as `runtime.port`, or a table such as `runtime`; everything when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether to hand out the text of the file, too, as an editor needs it for `config.apply`.
    #[serde(default)]
    pub text: bool,
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetResult {
    /// The file it is read from.
    pub path: String,
    /// The values, in order of their keys.
    pub values: Vec<ConfigValue>,
    /// SHA-256 of the file as it is now, to be given as `baseHash`; nothing while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// The text of the file, if it was asked for and is what is in force: what was refused may
    /// hold a secret in clear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Keys that were changed and wait for a restart.
    #[serde(default)]
    pub pending_restart: Vec<String>,
}

/// A change to one key. Without a value the key is taken out of the file, so that its default
/// holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfigChange {
    /// The key, such as `runtime.port`; a part with other signs stands in quotes, as in TOML.
    #[schemars(length(min = 1, max = 512))]
    pub key: String,
    /// The new value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The new value as a person types it, in place of `value`: TOML, or text without quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Input of `config.set`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetParams {
    /// The changes; all of them are made, or none.
    #[schemars(length(min = 1, max = 256))]
    pub changes: Vec<ConfigChange>,
    /// The `hash` of the file that the change is meant for; a file that is another one by now is
    /// left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_hash: Option<String>,
    /// Only say what would change.
    #[serde(default)]
    pub dry_run: bool,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Input of `config.patch`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PatchParams {
    /// A merge patch (RFC 7396) over the tables of the file: objects are merged, null takes out,
    /// everything else is set.
    pub patch: Map<String, Value>,
    /// The `hash` of the file that the change is meant for; a file that is another one by now is
    /// left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_hash: Option<String>,
    /// Only say what would change.
    #[serde(default)]
    pub dry_run: bool,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Input of `config.apply`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApplyParams {
    /// The whole new text of the file.
    pub text: String,
    /// The `hash` of the file that the change is meant for; a file that is another one by now is
    /// left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_hash: Option<String>,
    /// Only say what would change.
    #[serde(default)]
    pub dry_run: bool,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// A value that differs between the configuration before and after a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigDifference {
    /// The key.
    pub key: String,
    /// The value before; nothing when it was not set and has no default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The value after; nothing when it is not set any more and has no default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// A value that the file says and something else overrules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigOverride {
    /// The key.
    pub key: String,
    /// What overrules it.
    pub by: ConfigSource,
    /// By its name: the variable, or the option of the command line.
    pub name: String,
}

/// Result of `config.set`, `config.patch` and `config.apply`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeResult {
    /// The file.
    pub path: String,
    /// SHA-256 of the file after the change.
    pub hash: String,
    /// What differs, in order of the keys.
    pub changes: Vec<ConfigDifference>,
    /// Keys that changed and are in force.
    pub applied: Vec<String>,
    /// Keys that changed and need a restart.
    pub needs_restart: Vec<String>,
    /// Keys whose new value does not count, because something overrules it.
    pub overruled: Vec<ConfigOverride>,
    /// What the file says that nobody understands, or that should be thought about.
    pub warnings: Vec<String>,
    /// Whether nothing was written, because only this was asked for.
    pub dry_run: bool,
}

/// Input of `config.explain`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExplainParams {
    /// The key, such as `runtime.port`.
    #[schemars(length(min = 1, max = 512))]
    pub key: String,
}

/// One source that says something about a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigOrigin {
    /// The kind of source.
    pub source: ConfigSource,
    /// Which one: the file, the variable, the option; nothing for the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it says.
    pub value: Value,
    /// Line in the file, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Whether this is the one that counts.
    pub is_in_force: bool,
}

/// Result of `config.explain`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainResult {
    /// The key.
    pub key: String,
    /// The row of the table it belongs to, such as `agents.*.models`.
    pub pattern: String,
    /// What it means.
    pub doc: String,
    /// What values it takes, in words.
    pub wanted: String,
    /// The value in force; nothing when it is not set and has no default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The default; nothing when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Every source that says something about it, the one that counts first.
    pub sources: Vec<ConfigOrigin>,
    /// Whether a change is in force at once; otherwise it needs a restart.
    pub applies_live: bool,
    /// Whether it was changed and waits for a restart.
    pub is_pending: bool,
}

/// Input of `config.schema`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SchemaParams {}

/// Result of `config.schema`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchemaResult {
    /// The JSON Schema (2020-12) of `nexus.toml`.
    pub schema: Value,
}
