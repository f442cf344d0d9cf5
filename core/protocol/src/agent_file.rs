//! The files that make up an agent's prompt.

use nexus_domain::Timestamp;
use nexus_domain::id::AgentId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Largest file of an agent, in bytes: what of it is shown to a model.
pub const AGENT_FILE_BYTES_MAX: usize = 16 * 1024;

/// A file of an agent. No other has a meaning, so no other can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AgentFileName {
    /// Who the agent is.
    #[serde(rename = "IDENTITY.md")]
    Identity,
    /// How it speaks.
    #[serde(rename = "SOUL.md")]
    Soul,
}

impl AgentFileName {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Identity, Self::Soul];

    /// Its name in the agent's folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "IDENTITY.md",
            Self::Soul => "SOUL.md",
        }
    }
}

/// A file, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentFile {
    /// Its name.
    pub name: AgentFileName,
    /// Its size in bytes; none when there is no such file yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// When it was changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
}

/// Input of `agents.files.list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {
    /// The agent.
    pub agent_id: AgentId,
}

/// Result of `agents.files.list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The agent's folder on the machine of the daemon.
    pub folder: String,
    /// Every file there can be.
    pub files: Vec<AgentFile>,
}

/// Input of `agents.files.get`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetParams {
    /// The agent.
    pub agent_id: AgentId,
    /// The file.
    pub name: AgentFileName,
}

/// Result of `agents.files.get`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetResult {
    /// The file.
    pub file: AgentFile,
    /// Its text; empty when there is no such file yet.
    pub text: String,
    /// SHA-256 of the text, lower-case hex; what `agents.files.set` takes as `was`.
    pub digest: String,
}

/// Input of `agents.files.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetParams {
    /// The agent.
    pub agent_id: AgentId,
    /// The file.
    pub name: AgentFileName,
    /// Its new text, at most 16 KiB.
    #[schemars(length(max = 16_384))]
    pub text: String,
    /// The digest that `agents.files.get` gave: if the file is another one by now, nothing is
    /// changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 64, max = 64))]
    pub was: Option<String>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `agents.files.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetResult {
    /// The file as it is now.
    pub file: AgentFile,
    /// SHA-256 of its text, lower-case hex.
    pub digest: String,
}
