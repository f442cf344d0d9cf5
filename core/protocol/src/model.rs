//! Models.

use nexus_domain::message::{Cost, Usage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Input of `models.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {}

/// One model that can be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelFacts {
    /// As `provider/model`.
    pub id: String,
    /// The provider.
    pub provider: String,
    /// Whether it is the one in use.
    pub is_active: bool,
    /// Whether what it needs (a key, a local server) was found.
    pub is_ready: bool,
    /// Where the credential or server was found, or what is missing. Never a value.
    pub reason: String,
    /// Tokens that fit into one call.
    pub context_tokens_max: u64,
    /// Price of a million tokens sent, in millionths of a US dollar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_micro_usd_per_mtok: Option<u64>,
    /// Price of a million tokens received, in millionths of a US dollar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_micro_usd_per_mtok: Option<u64>,
    /// Until when it is left alone after failures, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cooling_until: Option<nexus_domain::Timestamp>,
}

/// Result of `models.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The models, the active one first.
    pub models: Vec<ModelFacts>,
}

/// Input of `models.test`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestParams {
    /// As `provider/model`; the active one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `models.test`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// As `provider/model`.
    pub model: String,
    /// Whether it answered.
    pub is_ok: bool,
    /// What it said, or what went wrong.
    pub message: String,
    /// How to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Time to the first token, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<u64>,
    /// Time to the end, in milliseconds.
    pub total_ms: u64,
    /// Tokens.
    pub usage: Usage,
    /// Cost.
    pub cost: Cost,
}
