//! How the daemon and its parts are.

use nexus_domain::pause::Paused;
use nexus_domain::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Input of `health`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HealthParams {}

/// The summary in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// Up, still taking up unfinished work.
    Starting,
    /// All is well.
    Healthy,
    /// It works, with something amiss.
    Degraded,
    /// It cannot do its work.
    Unhealthy,
}

/// One thing that is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HealthCheck {
    /// Stable id, such as `ledger` or `model`.
    pub id: String,
    /// How it is.
    pub status: HealthStatus,
    /// Since when.
    pub since: Timestamp,
    /// Why, in words.
    pub reason: String,
    /// A command that mends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// The adapters in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdapterCounts {
    /// Configured.
    pub total: u64,
    /// Running.
    pub running: u64,
    /// In trouble.
    pub errored: u64,
}

/// The pipeline in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PipelineCounts {
    /// Requests on their way.
    pub active_requests: u64,
    /// Requests ended since the daemon started.
    pub total_processed: u64,
}

/// The last sleep of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PowerFacts {
    /// When it woke up.
    pub awake_since: Timestamp,
    /// How long it had slept, in milliseconds.
    pub slept_ms: u64,
    /// How often it has slept since the daemon started.
    pub n_sleeps: u64,
    /// How long it took until every adapter was heard again, in milliseconds; nothing while it
    /// goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_ms: Option<u64>,
}

/// Result of `health`, and the body of `GET /health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HealthResult {
    /// The summary in one word.
    pub status: HealthStatus,
    /// Version of the daemon.
    pub version: String,
    /// How long it has been up, in milliseconds.
    pub uptime_ms: u64,
    /// Its process id.
    pub pid: u32,
    /// The adapters.
    pub adapters: AdapterCounts,
    /// The pipeline.
    pub pipeline: PipelineCounts,
    /// The last sleep of the machine; nothing when it has not slept since the daemon started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power: Option<PowerFacts>,
    /// Every check.
    pub checks: Vec<HealthCheck>,
    /// The pause, while there is one. It is what somebody wanted, and nothing amiss.
    #[serde(default)]
    pub paused: Option<Paused>,
}
