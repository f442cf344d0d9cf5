//! Credentials that the owner issues: keys for programs, and devices that were paired.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::budget::{Budget, BudgetPeriod, BudgetScope, Limits};
use crate::id::{AgentId, KeyId};
use crate::principal::Principal;
use crate::time::Timestamp;

/// When people are warned that the budget of a key runs out, in percent.
const WARN_PERCENT: u8 = 80;

/// How much may be spent on a key's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyBudget {
    /// When it begins anew; days and months begin in UTC.
    pub period: BudgetPeriod,
    /// Most of each resource in one period.
    pub limits: Limits,
}

/// A key issued to a program, without its value, which nobody keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiKey {
    /// Its id; the principal is `api_key:<id>`.
    pub id: KeyId,
    /// What it is for, in a person's words.
    pub label: String,
    /// What its holder may ask for at most, by the names of the scopes.
    pub scopes: Vec<String>,
    /// The agents it may use; all of them when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agents: Option<Vec<AgentId>>,
    /// How much may be spent on its account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<KeyBudget>,
    /// Who issued it.
    pub created_by: Principal,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends; `None` holds until it is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When a connection was last opened with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// Who took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_by: Option<Principal>,
}

impl ApiKey {
    /// Whether it opens the door at an instant.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    /// Its holder.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::ApiKey(self.id.to_string())
    }

    /// Its budget, as budgets of the configuration are.
    #[must_use]
    pub fn budget(&self) -> Option<Budget> {
        let KeyBudget { period, limits } = self.budget?;
        Some(Budget {
            name: format!("key-{}", self.id),
            scope: BudgetScope::Key,
            of: Some(self.id.to_string()),
            class: None,
            period,
            time_zone: "UTC".to_owned(),
            limits,
            warn_percent: WARN_PERCENT,
        })
    }
}

/// A device that was paired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// SHA-256 of its public key, lower-case hex; the principal is `device:<id>`.
    pub id: String,
    /// Its Ed25519 public key, 32 bytes as base64url.
    pub public_key: String,
    /// What people call it.
    pub name: String,
    /// Its operating system, as it said.
    pub platform: String,
    /// What it may ask for at most, by the names of the scopes.
    pub scopes: Vec<String>,
    /// Who paired it.
    pub paired_by: Principal,
    /// When it was paired.
    pub paired_at: Timestamp,
    /// When it last opened a connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// When its pairing was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// Who took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_by: Option<Principal>,
}

impl Device {
    /// Its principal.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::Device(self.id.clone())
    }
}
