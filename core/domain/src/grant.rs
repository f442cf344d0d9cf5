//! Standing answers: what a person allowed or refused beyond one call.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{GrantId, PermissionId, SessionKey};
use crate::principal::Principal;
use crate::time::Timestamp;

/// The verb a grant is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantVerb {
    /// Call a method of the control plane.
    Call,
    /// Start a run of an agent.
    StartRun,
    /// Use a tool.
    UseTool,
    /// Deliver a message.
    Deliver,
}

/// What a grant says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantEffect {
    /// Yes, without asking.
    Allow,
    /// No, whatever else permits it.
    Deny,
}

/// Where a grant holds. Every field that is set narrows it; what is left out holds for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct GrantScope {
    /// The resource by name: a method, an agent, a tool or a channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Exactly this action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// This file, or everything beneath this folder, as the tool names it; a folder ends with `/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// This host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Only this port of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Commands that begin with these words; the first is the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// This recipient on the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// Only in this session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_key: Option<SessionKey>,
}

/// A standing answer as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grant {
    /// Its id; decisions name it as the policy that decided.
    pub id: GrantId,
    /// Whom it is about: the one that acts.
    pub principal: Principal,
    /// The verb.
    pub verb: GrantVerb,
    /// Yes or no.
    pub effect: GrantEffect,
    /// Where it holds.
    pub scope: GrantScope,
    /// Why, for people.
    pub reason: String,
    /// Who made it.
    pub granted_by: Principal,
    /// The permission request it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission_id: Option<PermissionId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; `None` holds until it is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// Who took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_by: Option<Principal>,
}

impl Grant {
    /// Whether it holds at an instant.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}
