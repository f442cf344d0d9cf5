//! Budgets.

use nexus_domain::Timestamp;
use nexus_domain::budget::{Amounts, Budget, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Input of `budgets.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {}

/// Input of `budgets.get`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetParams {
    /// The budget's name.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
}

/// How full something is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum BudgetState {
    /// There is room.
    #[default]
    Fine,
    /// The part from which people are warned is passed.
    Warned,
    /// Nothing is left of one of its limits.
    Exhausted,
}

/// One account of a budget in the present period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountFacts {
    /// Whose: `owner`, `agent:main`, `session:main`, `key:…`.
    pub holder: String,
    /// Spent.
    pub used: Amounts,
    /// Set aside for calls at work.
    pub reserved: Amounts,
    /// Calls of models whose price is unknown: their tokens count, their money does not.
    pub n_unpriced: u64,
    /// How full it is.
    pub state: BudgetState,
    /// How much of its tightest limit is spent, in percent.
    pub percent: u64,
    /// Which limit that is.
    pub resource: Resource,
}

/// A budget with how it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BudgetFacts {
    /// As configured.
    pub budget: Budget,
    /// The present period, such as `2026-11-21`, `2026-11` or `total`.
    pub window: String,
    /// When the next one begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resets_at: Option<Timestamp>,
    /// How full its fullest account is.
    pub state: BudgetState,
    /// The accounts, the fullest first; at most 100.
    pub accounts: Vec<AccountFacts>,
}

/// Result of `budgets.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The budgets, by name.
    pub budgets: Vec<BudgetFacts>,
}

/// Result of `budgets.get`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetResult {
    /// The budget.
    pub budget: BudgetFacts,
}
