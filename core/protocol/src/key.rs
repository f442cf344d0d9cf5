//! Keys of programs, and signed tokens.

use nexus_domain::Timestamp;
use nexus_domain::access::{ApiKey, KeyBudget};
use nexus_domain::id::AgentId;
use nexus_domain::principal::Principal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scope::Scope;

/// Input of `keys.create`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateParams {
    /// What the key is for, in a person's words.
    #[schemars(length(min = 1, max = 100))]
    pub label: String,
    /// What its holder may ask for at most; `runtime.read` is always among them. None that the
    /// caller lacks.
    #[schemars(length(max = 64))]
    pub scopes: Vec<Scope>,
    /// The agents it may use; all of them when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub agents: Option<Vec<AgentId>>,
    /// How much may be spent on its account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<KeyBudget>,
    /// How long it holds, in milliseconds; until it is revoked when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1000, max = 315_360_000_000_u64))]
    pub lifetime_ms: Option<u64>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `keys.create`.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateResult {
    /// The key as it is kept.
    pub key: ApiKey,
    /// Its value. It is shown here and never again.
    pub value: String,
}

impl std::fmt::Debug for CreateResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreateResult").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Input of `keys.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {
    /// Also those that were revoked.
    #[serde(default)]
    pub include_ended: bool,
}

/// Result of `keys.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The keys, the latest first; without their values, which nobody keeps.
    pub keys: Vec<ApiKey>,
}

/// Input of `keys.revoke`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeParams {
    /// The key: its id, an unambiguous beginning of it, or `@last`.
    #[schemars(length(min = 1, max = 26))]
    pub id: String,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `keys.revoke`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeResult {
    /// The key as it stands now.
    pub key: ApiKey,
}

/// Input of `keys.token`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenParams {
    /// How long it holds, in milliseconds; ten minutes when left out, 24 hours at most. In an
    /// address only one of an hour at most is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1000, max = 86_400_000))]
    pub lifetime_ms: Option<u64>,
    /// What its holder may ask for at most; all that the caller may when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub scopes: Option<Vec<Scope>>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `keys.token`.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenResult {
    /// The token: a JWT, signed with HS256.
    pub token: String,
    /// Whom it stands for.
    pub principal: Principal,
    /// What its holder may ask for at most.
    pub scopes: Vec<Scope>,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for TokenResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenResult")
            .field("principal", &self.principal)
            .field("scopes", &self.scopes)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Input of `keys.rotate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RotateParams {
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `keys.rotate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RotateResult {
    /// From when on earlier tokens open nothing.
    pub at: Timestamp,
}
