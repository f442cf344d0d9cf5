//! Adapters as the control plane sees them: what keeps them, how they stand, what they may.

use nexus_domain::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::adapter::AdapterFacts;
use crate::bridge::{Account, Manifest};

/// The states of an adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdapterState {
    /// Not wanted, not there.
    Stopped,
    /// Spawned; has not answered `hello`.
    Starting,
    /// At work.
    Running,
    /// At work, but not well.
    Degraded,
    /// The machine sleeps or has just woken: nothing is given to it before it was heard again.
    Suspended,
    /// Ended by itself; will be started again.
    BackingOff,
    /// Given up, until somebody starts it again or changes its settings.
    Failed,
    /// Asked to end; has not yet.
    Draining,
}

impl AdapterState {
    /// The name on the wire, such as `backing_off`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Degraded => "degraded",
            Self::Suspended => "suspended",
            Self::BackingOff => "backing_off",
            Self::Failed => "failed",
            Self::Draining => "draining",
        }
    }
}

impl std::fmt::Display for AdapterState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// How an adapter ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdapterExit {
    /// When.
    pub at: Timestamp,
    /// Why, in a sentence.
    pub reason: String,
    /// The last lines it wrote to stderr.
    pub stderr: Vec<String>,
}

/// How an adapter stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdapterView {
    /// Its name in nexus.toml.
    pub name: String,
    /// The account it serves.
    pub account: String,
    /// Its state.
    pub state: AdapterState,
    /// Why it is in this state; empty when there is nothing to say.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// The channel it bridges, once it has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Its process, while there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// How often it ended soon after its start, without a good run in between.
    pub n_quick_exits: u32,
    /// When it will be started again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    /// How it ended last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_exit: Option<AdapterExit>,
}

/// How far an adapter is confined, as far as this machine enforces it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdapterConfinement {
    /// `full`, `partial` or `none`.
    pub posture: String,
    /// What it may reach, one sentence each.
    pub may: Vec<String>,
    /// What is not enforced here, one sentence each.
    pub gaps: Vec<String>,
}

/// Input of `adapters.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {}

/// Result of `adapters.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// All that are configured, by name.
    pub adapters: Vec<AdapterView>,
}

/// Input of the queries about one adapter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NameParams {
    /// Its name in nexus.toml.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
}

/// Input of the commands about one adapter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderParams {
    /// Its name in nexus.toml.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of the commands about one adapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderResult {
    /// How it stands now.
    pub adapter: AdapterView,
}

/// Result of `adapters.info`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InfoResult {
    /// How it stands.
    pub adapter: AdapterView,
    /// Program and arguments.
    pub command: Vec<String>,
    /// Its own folder.
    pub folder: String,
    /// Its log.
    pub log: String,
    /// Where its credential is, as a pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// What it said in answer to `hello`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<AdapterFacts>,
    /// Its manifest, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Manifest>,
    /// How far it is confined.
    pub confinement: AdapterConfinement,
    /// The last lines it wrote to stderr in this run.
    pub stderr: Vec<String>,
}

/// Input of `adapters.add`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddParams {
    /// The name it gets.
    #[schemars(length(min = 1, max = 64))]
    pub name: String,
    /// Program and arguments. No secret belongs here.
    #[schemars(length(min = 1, max = 64))]
    pub command: Vec<String>,
    /// The account it serves; `main` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Where its credential is, as a pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// Its own settings.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub settings: Map<String, Value>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `adapters.remove`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemoveResult {
    /// Its folder, which stays.
    pub folder: String,
}

/// Input of `adapters.logs`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogsParams {
    /// Its name in nexus.toml.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// How many lines from the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub lines: Option<u32>,
}

/// Result of `adapters.logs`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogsResult {
    /// The lines, the oldest first: time, source and text.
    pub lines: Vec<String>,
    /// The file.
    pub path: String,
}

/// Result of `adapters.health`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthResult {
    /// Its name.
    pub name: String,
    /// Whether it is well and reaches the outside.
    pub is_healthy: bool,
    /// Why not, for people.
    pub detail: String,
    /// How long it took to answer, in milliseconds.
    pub took_ms: u64,
}

/// Result of `adapters.accounts.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountsResult {
    /// Its accounts.
    pub accounts: Vec<Account>,
}

/// Input of `adapters.accounts.add`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountAddParams {
    /// The adapter's name in nexus.toml.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// The account, when its id is known before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Input of `adapters.backfill`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BackfillParams {
    /// The adapter's name in nexus.toml.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// One conversation; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// Nothing older than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Most messages in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000))]
    pub limit: Option<u32>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `adapters.backfill`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackfillResult {
    /// Messages that were recorded now; nothing ran.
    pub n_recorded: u32,
    /// Messages that were known.
    pub n_known: u32,
    /// Messages that were refused, as for another account.
    pub n_refused: u32,
    /// Whether there are more.
    pub has_more: bool,
}
