//! The record of decisions.

use nexus_domain::Timestamp;
use nexus_domain::id::{RequestId, SessionKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which rows are wanted; what is left out matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Filter {
    /// A principal anywhere in the chain, such as `owner`, `agent:main` or `job:outbox`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// `allow`, `ask` or `deny`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// An action, such as `tool.exec`, `deliver` or `sign_in`, or its part before a point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// A part of the resource, in small or capital letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// From then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Until then, itself not included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// In the course of this request: its id, the beginning of it, or `@last`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// In this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<SessionKey>,
}

/// Input of `acl.audit.list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {
    /// Which decisions.
    #[serde(default)]
    pub filter: Filter,
    /// Only decisions before this position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// Items on the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
}

/// Result of `acl.audit.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The decisions, the latest first.
    pub entries: Vec<Entry>,
    /// Where the next page goes on, even when this one came back short or empty: a page looks at a
    /// bounded number of rows. Absent when there is nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_before: Option<u64>,
}

/// A decision with how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its place in the chain.
    pub position: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// Who acts for whom, the invoker first.
    pub principals: Vec<String>,
    /// What was to be done.
    pub action: String,
    /// On what.
    pub resource: String,
    /// `allow`, `ask` or `deny`.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// Digest of exactly what would be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The request in whose course it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// The session of that request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<String>,
    /// How the effect ended; most have one outcome, what only was decided has none.
    pub outcomes: Vec<Outcome>,
    /// Its seal.
    pub hash: String,
}

/// How an effect ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// Its own place in the chain.
    pub position: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// What came of it.
    pub text: String,
}

/// Input of `acl.audit.show`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowParams {
    /// A position; that of an outcome shows its decision. 0 shows the latest decision.
    pub position: u64,
}

/// Result of `acl.audit.show`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShowResult {
    /// The decision.
    pub entry: Entry,
    /// The first checkpoint that covers it, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Checkpoint>,
}

/// A signed statement about the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Checkpoint {
    /// Its place among the checkpoints.
    pub number: u64,
    /// When it was signed.
    pub at: Timestamp,
    /// The last row that was pruned; 0 when none was.
    pub base: u64,
    /// The seal of that row.
    pub base_hash: String,
    /// The last row it covers.
    pub position: u64,
    /// The seal of that row.
    pub head_hash: String,
    /// The key it is signed with.
    pub key_id: String,
    /// Ed25519 signature, in hexadecimal characters.
    pub signature: String,
}

/// Input of `acl.audit.verify`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyParams {}

/// Result of `acl.audit.verify`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyResult {
    /// Whether nothing is wrong.
    pub is_whole: bool,
    /// What was found, when nothing is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// The first row that does not fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
}

/// A chain that is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// How many rows are there.
    pub n_rows: u64,
    /// The first of them; the ones before were pruned.
    pub first: u64,
    /// The seal of the last one.
    pub head_hash: String,
    /// How many checkpoints agree with the chain.
    pub n_checkpoints: u64,
    /// The last row under a checkpoint. Rows after it are held together by their seals alone.
    pub signed_to: u64,
    /// Whether signatures were checked.
    pub are_signatures_checked: bool,
}

/// The first row that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Broken {
    /// Where.
    pub position: u64,
    /// What is wrong.
    pub reason: String,
}

/// Input of `acl.audit.export`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportParams {
    /// Which rows; an outcome goes with its decision. Only all rows together can be verified.
    #[serde(default)]
    pub filter: Filter,
    /// Only rows after this position.
    #[serde(default)]
    pub after: u64,
    /// Only checkpoints after this number.
    #[serde(default)]
    pub after_checkpoint: u64,
    /// Rows on the page, and checkpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
}

/// Result of `acl.audit.export`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportResult {
    /// Rows in the order of the chain.
    pub rows: Vec<Row>,
    /// Checkpoints in their order.
    pub checkpoints: Vec<Checkpoint>,
    /// Public keys of the checkpoints, in hexadecimal characters.
    pub keys: Vec<String>,
    /// Where the next page of rows goes on; absent when there is nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_after: Option<u64>,
}

/// A row as it stands in the chain: exactly what its seal covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its place.
    pub position: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// For an outcome: the decision it belongs to.
    pub decision: Option<u64>,
    /// The request in whose course it was.
    pub request_id: Option<String>,
    /// The turn in whose course it was.
    pub turn_id: Option<String>,
    /// Who acts for whom, as JSON text.
    pub chain: Option<String>,
    /// What was to be done.
    pub action: Option<String>,
    /// On what.
    pub resource: Option<String>,
    /// How it was decided.
    pub verdict: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Digest of exactly what would be done.
    pub digest: Option<String>,
    /// For an outcome: how the effect ended.
    pub outcome: Option<String>,
    /// Its seal.
    pub hash: String,
}

/// Input of `acl.audit.stats`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatsParams {
    /// From then on; seven days when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

/// Result of `acl.audit.stats`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatsResult {
    /// The last row of the chain.
    pub head: u64,
    /// The last row under a checkpoint.
    pub signed_to: u64,
    /// Decisions since then.
    pub n_decisions: u64,
    /// The earliest decision that was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Whether there are more decisions than were counted.
    pub is_cut: bool,
    /// By verdict, the most frequent first.
    pub verdicts: Vec<Count>,
    /// By action.
    pub actions: Vec<Count>,
    /// By the one who acted.
    pub principals: Vec<Count>,
    /// By action, of what was refused.
    pub denied: Vec<Count>,
}

/// How often something occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Count {
    /// What.
    pub name: String,
    /// How often.
    pub count: u64,
}
