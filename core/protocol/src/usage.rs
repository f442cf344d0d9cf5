//! What was used, and what it cost.

use nexus_domain::message::{Cost, CostBasis, Usage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which work counts. Days are those of UTC.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetParams {
    /// First day, as `2026-11-21`; from the beginning when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 10, max = 10))]
    pub since: Option<String>,
    /// Last day, included; until now when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 10, max = 10))]
    pub until: Option<String>,
    /// One agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// One session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<String>,
    /// One model, as `provider/model`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// One API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Sums of what was used. The cost is told apart by where it comes from; unknown is never zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageFigures {
    /// Model calls.
    pub n_calls: u64,
    /// Tool calls that were allowed.
    pub n_tool_calls: u64,
    /// Tokens.
    pub usage: Usage,
    /// Time spent waiting for models, in milliseconds.
    pub model_ms: u64,
    /// Cost of calls that the provider reported, in millionths of a US dollar.
    pub priced_micro_usd: u64,
    /// Cost of calls that broke off, estimated, in millionths of a US dollar.
    pub estimated_micro_usd: u64,
    /// Calls of models with a known price.
    pub n_priced: u64,
    /// Calls of models without one: what they cost is unknown.
    pub n_unpriced: u64,
    /// Tokens of those.
    pub unpriced_tokens: u64,
}

impl UsageFigures {
    /// The cost with where it comes from; a sum with an unknown part is unknown.
    #[must_use]
    pub fn cost(&self) -> Cost {
        let basis = match (self.n_unpriced, self.n_priced) {
            (1.., _) => CostBasis::Unknown,
            (0, 1..) => CostBasis::PriceTable,
            (0, 0) => CostBasis::Free,
        };
        Cost { micro_usd: self.priced_micro_usd.saturating_add(self.estimated_micro_usd), basis }
    }
}

/// Result of `usage.get`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetResult {
    /// The sums.
    pub total: UsageFigures,
}

/// By what usage is told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum UsageBy {
    /// By agent.
    Agent,
    /// By session.
    Session,
    /// By model.
    Model,
    /// By day.
    #[default]
    Day,
    /// By API key.
    Key,
    /// By class of work: asked for, or begun by a schedule.
    Class,
}

/// Input of `usage.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {
    /// By what.
    #[serde(default)]
    pub by: UsageBy,
    /// Which work counts.
    #[serde(default)]
    pub filter: GetParams,
    /// Most rows; 50 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub cursor: Option<String>,
}

/// One row of usage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageRow {
    /// The agent, session, model, day, key or class; empty for work that has none.
    pub name: String,
    /// Its sums.
    pub figures: UsageFigures,
}

/// Result of `usage.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The rows: days from the latest on, all others from the dearest on.
    pub rows: Vec<UsageRow>,
    /// The sums of all pages.
    pub total: UsageFigures,
    /// Where the next page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
