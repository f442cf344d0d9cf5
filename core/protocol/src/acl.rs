//! Permission requests.

use nexus_domain::id::SessionKey;
use nexus_domain::permission::PermissionRequest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Input of `acl.requests.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {
    /// Also those that were decided, the latest first after the pending ones.
    #[serde(default)]
    pub include_resolved: bool,
    /// Only those of this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<SessionKey>,
    /// Items on the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
}

/// Result of `acl.requests.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The permission requests.
    pub requests: Vec<PermissionRequest>,
}

/// Input of `acl.requests.show`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowParams {
    /// The permission request: its id, an unambiguous beginning of it, or `@last`.
    #[schemars(length(min = 1, max = 26))]
    pub id: String,
}

/// Result of `acl.requests.show`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShowResult {
    /// The permission request.
    pub request: PermissionRequest,
}

/// Input of `acl.requests.approve`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApproveParams {
    /// The permission request: its id, an unambiguous beginning of it, or `@last`.
    #[schemars(length(min = 1, max = 26))]
    pub id: String,
    /// The digest of the action that was shown. With it, a decision can never land on another
    /// action than the one the person saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Said to the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Input of `acl.requests.deny`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DenyParams {
    /// The permission request: its id, an unambiguous beginning of it, or `@last`.
    #[schemars(length(min = 1, max = 26))]
    pub id: String,
    /// Said to the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `acl.requests.approve` and `acl.requests.deny`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResolveResult {
    /// The permission request as it stands now.
    pub request: PermissionRequest,
}
