//! The daemon as a whole.

use nexus_domain::id::AgentId;
use nexus_domain::message::Cost;
use nexus_domain::pause::{PauseMode, Paused};
use nexus_domain::permission::PermissionRequest;
use nexus_domain::request::Request;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::budget::BudgetFacts;
use crate::health::{HealthCheck, HealthResult};

/// Longest time after which a pause may end by itself, in milliseconds: 30 days.
pub const PAUSE_MS_MAX: u64 = 30 * 24 * 3_600_000;

/// Input of `status`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusParams {}

/// Result of `status`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusResult {
    /// The sentence of `runtime.summary`.
    pub summary: String,
    /// How the daemon is.
    pub health: HealthResult,
    /// Where the control plane listens, such as `127.0.0.1:18789`.
    pub address: String,
    /// Where others reach it; empty when only this machine does.
    #[serde(default)]
    pub exposed_at: Vec<String>,
    /// The home folder.
    pub home: String,
    /// The model in use, as `provider/model`.
    pub model: String,
    /// Why that model: configured, found in the keychain, found on this machine, offline.
    pub model_reason: String,
    /// Permission requests that wait.
    pub waiting: Vec<PermissionRequest>,
    /// Requests at work.
    pub working: Vec<Request>,
    /// The last requests that ended.
    pub recent: Vec<Request>,
    /// What was used today cost, from midnight UTC; the same figure as in `usage.get`.
    pub cost_today: Cost,
    /// Budgets with how they stand, the fullest first.
    pub budgets: Vec<BudgetFacts>,
    /// The pause, while there is one.
    #[serde(default)]
    pub paused: Option<Paused>,
    /// Agents that do whatever is not forbidden without asking, which is to be shown in red.
    #[serde(default)]
    pub yolo_agents: Vec<AgentId>,
    /// Why the daemon runs with an older configuration and without adapters; nothing when it does
    /// not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe_mode: Option<String>,
}

/// Input of `runtime.reload`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReloadParams {
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `runtime.reload`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReloadResult {
    /// Keys that changed and are in force.
    pub changed: Vec<String>,
    /// Keys that changed and need a restart.
    pub needs_restart: Vec<String>,
    /// What the file says that nobody understands, with a suggestion.
    pub warnings: Vec<String>,
}

/// Input of `runtime.shutdown`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShutdownParams {
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
    /// Why; shown to the clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it will be back, in milliseconds, if whoever stops it starts it again; told to the
    /// clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 86_400_000))]
    pub restart_expected_ms: Option<u64>,
}

/// Result of `runtime.shutdown`: the daemon drains from here on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShutdownResult {
    /// The process that is about to end.
    pub pid: u32,
}

/// Input of `runtime.handover`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HandoverParams {
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
    /// The home folder that is wanted, as a whole path: a daemon of another home refuses.
    #[schemars(length(min = 1, max = 4096))]
    pub home: String,
    /// The process that takes over.
    pub pid: u32,
    /// How it runs: `headless`, `desktop`, `service`.
    #[schemars(length(min = 1, max = 32))]
    pub kind: String,
    /// Its version.
    #[schemars(length(min = 1, max = 64))]
    pub version: String,
    /// The newest form of the database that it knows: one that is too old for ours is refused.
    pub schema_version: u64,
}

/// Result of `runtime.handover`: the daemon drains from here on, and then its home is free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HandoverResult {
    /// The process that is about to let go.
    pub pid: u32,
    /// The lease that ends; the next one has an epoch above it.
    pub epoch: u64,
    /// Time within which it has let go, at the latest, in milliseconds.
    pub within_ms: u64,
}

/// Input of `runtime.summary`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SummaryParams {}

/// Result of `runtime.summary`: the one sentence, and what it is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SummaryResult {
    /// What a person must know first comes first: "2 things need you.", "Nothing needs you. 3
    /// agents are working."
    pub sentence: String,
    /// Permission requests that wait for a person.
    pub waiting: u64,
    /// Agents at work.
    pub working: u64,
    /// Requests that wait for the end of a pause, and runs that a pause has stopped.
    pub on_hold: u64,
    /// Checks of the health that are not well, the worst first.
    pub amiss: Vec<HealthCheck>,
    /// The pause, while there is one.
    pub paused: Option<Paused>,
    /// What was used today cost, from midnight UTC.
    pub cost_today: Cost,
}

/// Input of `runtime.pause`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PauseParams {
    /// How much stands still.
    pub mode: PauseMode,
    /// After how many milliseconds the pause ends by itself; left out, it lasts until somebody ends
    /// it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = PAUSE_MS_MAX))]
    pub for_ms: Option<u64>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Input of `runtime.resume`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResumeParams {
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `runtime.pause` and `runtime.resume`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PauseResult {
    /// The pause in force; nothing when there is none.
    pub paused: Option<Paused>,
}
