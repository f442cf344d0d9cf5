//! Scheduled jobs.

use nexus_domain::Timestamp;
use nexus_domain::id::{AgentId, JobId, RequestId};
use nexus_domain::request::RequestStatus;
use nexus_domain::schedule::{Job, JobRun, JobSpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tool::CheckVerdict;

/// Most times of one job that are listed ahead.
pub const UPCOMING_MAX: usize = 48;
/// How far ahead times are listed, in milliseconds.
pub const AHEAD_MS: u64 = 24 * 60 * 60 * 1_000;
/// Times that a preview lists unless it is asked for more.
pub const PREVIEW_TIMES: u32 = 5;
/// Lines of a history unless more are asked for.
pub const RUNS_SHOWN: u32 = 50;

/// Input of `schedule.list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {
    /// Only those of one agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
}

/// A job as callers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// The job.
    pub job: Job,
    /// Its times in English words.
    pub timing: String,
    /// Whether its last run goes on.
    pub is_running: bool,
    /// Its last line of history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<RunView>,
    /// Its times within the next 24 hours, 48 at most.
    pub upcoming: Vec<Timestamp>,
}

/// A line of a job's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// What was decided.
    pub run: JobRun,
    /// How its request stands, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<RequestStatus>,
    /// Why it failed or was denied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Result of `schedule.list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The jobs and heartbeats: the next one due first, those that are not due last.
    pub jobs: Vec<JobView>,
}

/// Input of `schedule.get`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetParams {
    /// The job: its id, the beginning of it, its name, or `@last` for the newest.
    #[schemars(length(min = 1, max = 100))]
    pub id: String,
}

/// Result of `schedule.get`, and of what changes a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobResult {
    /// The job as it is now.
    pub job: JobView,
}

/// Input of `schedule.create`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateParams {
    /// What it is to do, and when.
    pub job: JobSpec,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Input of `schedule.update`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateParams {
    /// The job, as for `schedule.get`.
    #[schemars(length(min = 1, max = 100))]
    pub id: String,
    /// All that it says from now on.
    pub job: JobSpec,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Input of what is done to one job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobParams {
    /// The job, as for `schedule.get`.
    #[schemars(length(min = 1, max = 100))]
    pub id: String,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `schedule.delete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteResult {
    /// The job that is gone.
    pub id: JobId,
}

/// Result of `schedule.run`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunResult {
    /// The request that it became.
    pub request_id: RequestId,
    /// Whether this key had been used before; then nothing new runs.
    pub is_duplicate: bool,
}

/// Input of `schedule.runs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunsParams {
    /// The job, as for `schedule.get`.
    #[schemars(length(min = 1, max = 100))]
    pub id: String,
    /// Most lines; 50 when left out. 200 are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
}

/// Result of `schedule.runs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunsResult {
    /// The job.
    pub id: JobId,
    /// Its history, the latest first.
    pub runs: Vec<RunView>,
}

/// Input of `schedule.preview`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewParams {
    /// What it would do, and when.
    pub job: JobSpec,
    /// The job that would be changed to this; a new one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub id: Option<String>,
    /// How many of its next times to list; 5 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 48))]
    pub count: Option<u32>,
}

/// What access control says about one thing that a run may do. It is asked about a usual call: a
/// real one may meet a rule about its file or machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Foreseen {
    /// The tool; `start` for the run itself, `deliver` for the reply.
    pub what: String,
    /// What access control says.
    pub verdict: CheckVerdict,
    /// Why.
    pub reason: String,
}

/// Result of `schedule.preview`. Nothing has happened, and what is true now may not be later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewResult {
    /// Its times in English words.
    pub timing: String,
    /// Its next times.
    pub times: Vec<Timestamp>,
    /// What a run may do, what a person would be asked about, and what it may not.
    pub foreseen: Vec<Foreseen>,
}
