//! Permission requests.

use nexus_domain::grant::GrantScope;
use nexus_domain::id::SessionKey;
use nexus_domain::permission::{AnswerSignature, PermissionRequest};
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
    /// For how long it is allowed.
    #[serde(default)]
    pub span: ApproveSpan,
    /// Where an approval for longer than once holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<StandingPlace>,
    /// Said to the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2000))]
    pub comment: Option<String>,
    /// What a paired device signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<AnswerSignature>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

impl ApproveParams {
    /// A yes to exactly what was shown, this once.
    #[must_use]
    pub fn once(shown: &PermissionRequest, idempotency_key: String) -> Self {
        Self {
            id: shown.id.to_string(),
            digest: Some(shown.action.digest.clone()),
            span: ApproveSpan::Once,
            place: None,
            comment: None,
            signature: None,
            idempotency_key,
        }
    }
}

/// How long an approval holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApproveSpan {
    /// For this call.
    #[default]
    Once,
    /// For a day.
    Day,
    /// Until it is revoked.
    Always,
}

/// Where a standing answer holds. Left out, it is the first proposal of the request: the narrowest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StandingPlace {
    /// One of the request's proposals, counted from 0.
    Proposal(u32),
    /// A scope of the person's own, within one of the proposals.
    Scope(GrantScope),
}

/// Input of `acl.requests.deny`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DenyParams {
    /// The permission request: its id, an unambiguous beginning of it, or `@last`.
    #[schemars(length(min = 1, max = 26))]
    pub id: String,
    /// The digest of the action that was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Whether the like of it is denied from now on.
    #[serde(default)]
    pub always: bool,
    /// Where a denial for good holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<StandingPlace>,
    /// Said to the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2000))]
    pub comment: Option<String>,
    /// What a paired device signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<AnswerSignature>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

impl DenyParams {
    /// A no to exactly what was shown, this once.
    #[must_use]
    pub fn once(shown: &PermissionRequest, idempotency_key: String) -> Self {
        Self {
            id: shown.id.to_string(),
            digest: Some(shown.action.digest.clone()),
            always: false,
            place: None,
            comment: None,
            signature: None,
            idempotency_key,
        }
    }
}

/// Input of `acl.requests.seen` and `acl.requests.extend`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClockParams {
    /// The permission request: its id, an unambiguous beginning of it, or `@last`.
    #[schemars(length(min = 1, max = 26))]
    pub id: String,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of the commands about a permission request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResolveResult {
    /// The permission request as it stands now.
    pub request: PermissionRequest,
}
