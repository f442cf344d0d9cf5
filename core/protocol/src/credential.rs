//! Credentials: names, places and states. A value travels in two places only: into
//! `credentials.add` and `credentials.unlock`, and out of `credentials.get`.

use nexus_domain::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest value of a credential, in characters.
pub const VALUE_CHARS_MAX: usize = 65_536;

/// Text that is never shown: its `Debug` says nothing, and its memory is wiped.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct SecretText(String);

impl SecretText {
    /// Wraps a value.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(value)
    }

    /// Hands the value out.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl Drop for SecretText {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

/// Input of `credentials.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {}

/// One credential, without its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialFacts {
    /// Its name.
    pub name: String,
    /// Kind of place: `keychain`, `vault`, `systemd`, `1password`, `exec`, `file` or `env`.
    pub store: String,
    /// The place itself, as a pointer.
    pub place: String,
    /// Settings that use it.
    pub used_by: Vec<String>,
    /// When it was added or last replaced.
    pub added_at: Timestamp,
    /// When it was last verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
    /// Whether it was good then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_good: Option<bool>,
}

/// How one store stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoreFacts {
    /// `keychain`, `vault` or `systemd`.
    pub store: String,
    /// Whether new credentials go there.
    pub is_chosen: bool,
    /// Whether it can be used now.
    pub is_ready: bool,
    /// What is wrong, if something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// Result of `credentials.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The credentials, by name.
    pub credentials: Vec<CredentialFacts>,
    /// The stores, those first that can keep new ones.
    pub stores: Vec<StoreFacts>,
}

/// Input of `credentials.add`. Either a value or the place of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddParams {
    /// Its name, such as `provider/openai`.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<SecretText>,
    /// Where its value is kept instead, such as `op://vault/item/field`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 4096))]
    pub pointer: Option<String>,
    /// Whether one of this name may be replaced.
    #[serde(default)]
    pub replace: bool,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `credentials.add` and `credentials.remove`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceResult {
    /// Its name.
    pub name: String,
    /// Where it is, or was.
    pub place: String,
}

/// Input of `credentials.get`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetParams {
    /// Its name.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
}

/// Result of `credentials.get`. The one answer that holds a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetResult {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: String,
    /// Its value.
    pub value: SecretText,
}

/// Input of `credentials.verify`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyParams {
    /// Its name.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `credentials.verify`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyResult {
    /// Its name.
    pub name: String,
    /// Whether it is good.
    pub is_ok: bool,
    /// What was done: a call to a model, or reading it.
    pub how: String,
    /// What came of it.
    pub message: String,
    /// How to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Input of `credentials.scan`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScanParams {}

/// A kind of place where credentials lie in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ClearSource {
    /// The environment of the daemon.
    Env,
    /// `nexus.toml`.
    Config,
    /// A file of `NAME=value` lines.
    Dotenv,
    /// A file that is nothing but one value.
    File,
}

/// A credential that lies in clear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClearCredential {
    /// The kind of place.
    pub source: ClearSource,
    /// The file; nothing for the environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its key there: a variable or a setting.
    pub key: String,
    /// Line in the file, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The name proposed for it.
    pub name: String,
    /// Whether there is a credential of that name.
    pub is_stored: bool,
    /// What to do about it, in words.
    pub proposal: String,
}

/// Result of `credentials.scan`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScanResult {
    /// What was found.
    pub found: Vec<ClearCredential>,
    /// Where was looked, in words.
    pub looked_at: Vec<String>,
}

/// Input of `credentials.import`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportParams {
    /// The kind of place.
    pub source: ClearSource,
    /// The file, for `dotenv` and `file`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 4096))]
    pub path: Option<String>,
    /// Keys to take; all that look like credentials when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// The name of the one that is taken; the proposed one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    pub name: Option<String>,
    /// Whether credentials of the same names may be replaced.
    #[serde(default)]
    pub replace: bool,
    /// Only says what would be done.
    #[serde(default)]
    pub dry_run: bool,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// What became of one credential that lay in clear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// Its key in the place it came from.
    pub key: String,
    /// Its name now.
    pub name: String,
    /// Where it is kept; nothing after a dry run or when it was left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What was done, or would be, or why nothing was; and what is left to do.
    pub note: String,
}

/// Result of `credentials.import`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportResult {
    /// What became of each.
    pub imported: Vec<Imported>,
}

/// A store that values can be moved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MigrateTo {
    /// The keychain of the operating system.
    Keychain,
    /// The encrypted vault.
    Vault,
}

/// Input of `credentials.migrate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MigrateParams {
    /// Where they are to be; new ones go there, too, from then on.
    pub to: MigrateTo,
    /// Which; all whose values can be moved when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Only says what would be done.
    #[serde(default)]
    pub dry_run: bool,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// What became of one value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Migrated {
    /// The name of the credential, or `audit key`.
    pub name: String,
    /// Where it was.
    pub from: String,
    /// Where it is now; nothing after a dry run or when it stayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What was done, or would be, or why nothing was; and what is left to do.
    pub note: String,
}

/// Result of `credentials.migrate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MigrateResult {
    /// What became of each.
    pub migrated: Vec<Migrated>,
    /// How many stayed where they were although they were to move.
    pub n_failed: u64,
}

/// Input of `credentials.remove`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveParams {
    /// Its name.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Input of `credentials.unlock`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnlockParams {
    /// The passphrase of the vault; the first one makes it.
    pub passphrase: SecretText,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `credentials.unlock`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnlockResult {
    /// Whether the vault was made just now.
    pub is_new: bool,
}
