//! Grants: standing answers.

use nexus_domain::Timestamp;
use nexus_domain::grant::{Grant, GrantEffect, GrantScope, GrantVerb};
use nexus_domain::id::PermissionId;
use nexus_domain::permission::PermissionStatus;
use nexus_domain::principal::Principal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Input of `acl.grants.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {
    /// Also those that ran out or were revoked.
    #[serde(default)]
    pub include_ended: bool,
    /// Only those of this principal, such as `agent:main`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// Only those before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Items on the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
}

/// Result of `acl.grants.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The grants, the latest first.
    pub grants: Vec<Grant>,
}

/// Input of `acl.grants.show`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowParams {
    /// The grant: its id, an unambiguous beginning of it, or `@last`.
    #[schemars(length(min = 1, max = 26))]
    pub id: String,
}

/// Something that happened to a grant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GrantLogItem {
    /// When.
    pub at: Timestamp,
    /// `created`, `used`, `expired` or `revoked`.
    pub what: String,
    /// Who did it; left out for the passing of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Principal>,
}

/// Result of `acl.grants.show`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShowResult {
    /// The grant.
    pub grant: Grant,
    /// How many decisions rested on it.
    pub n_uses: u64,
    /// What happened to it, the latest first.
    pub log: Vec<GrantLogItem>,
}

/// Input of `acl.grants.create`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateParams {
    /// Whom it is about, such as `agent:main` or `api_key:ci`.
    #[schemars(length(min = 1, max = 200))]
    pub principal: String,
    /// The verb.
    pub verb: GrantVerb,
    /// Yes or no.
    pub effect: GrantEffect,
    /// Where it holds.
    pub scope: GrantScope,
    /// Why, for people.
    #[schemars(length(min = 1, max = 500))]
    pub reason: String,
    /// How long it holds, in milliseconds; until it is revoked when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1000, max = 315_360_000_000_i64))]
    pub duration_ms: Option<u64>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// How far back a preview looks, in milliseconds: a week.
pub const PREVIEW_MS: u64 = 7 * 24 * 60 * 60 * 1000;

/// Input of `acl.grants.preview`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewParams {
    /// Whom it would be about, such as `agent:main`.
    #[schemars(length(min = 1, max = 200))]
    pub principal: String,
    /// The verb.
    pub verb: GrantVerb,
    /// Yes or no: what allows must cover all that is touched, what denies only meets some of it.
    pub effect: GrantEffect,
    /// Where it would hold.
    pub scope: GrantScope,
}

/// Result of `acl.grants.preview`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewResult {
    /// Since when permission requests were looked at.
    pub since: Timestamp,
    /// How many were looked at: those of this principal.
    pub n_looked: u32,
    /// How many of them it would have answered.
    pub n_matched: u32,
    /// Whether there were more than are looked at.
    pub is_partial: bool,
    /// The latest of those it would have answered, at most 20.
    pub matched: Vec<PreviewMatch>,
}

/// A permission request that a grant would have answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewMatch {
    /// Its id.
    pub id: PermissionId,
    /// What would have been done, in one line.
    pub summary: String,
    /// How it stands.
    pub status: PermissionStatus,
    /// When it was asked.
    pub created_at: Timestamp,
}

/// Result of `acl.grants.create` and `acl.grants.revoke`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeResult {
    /// The grant as it stands now.
    pub grant: Grant,
}

/// Input of `acl.grants.revoke`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeParams {
    /// The grant: its id, an unambiguous beginning of it, or `@last`.
    #[schemars(length(min = 1, max = 26))]
    pub id: String,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}
