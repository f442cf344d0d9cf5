//! What an adapter says about itself besides `hello`: its manifest, its health, its accounts, and
//! old messages.

use nexus_domain::arrival::Arrival;
use nexus_domain::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::adapter::Ability;

/// Old messages that are taken at once.
pub const BACKFILL_LEN_MAX: usize = 200;

/// What an adapter needs of the machine. Names of settings stand as
/// `setting:NAME`, with what counts unless it is set as `setting:NAME=PLACE`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Needs {
    /// Whom it talks to, as `host:port` or as a URL.
    pub hosts: Vec<String>,
    /// Where it listens, as `address:port`, if others come to it.
    pub listen: Vec<String>,
    /// Folders besides its own that it would read; whether it may is for nexus.toml to say.
    pub folders: Vec<String>,
    /// Memory, in MiB, when the usual cap is too little; granted in nexus.toml only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<u32>,
    /// For which services it needs a credential.
    pub credentials: Vec<String>,
}

/// The manifest: `adapter.toml` beside the program, or what `<command> info` prints as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Manifest {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The channel it bridges.
    pub channel: String,
    /// Versions of the contract that it speaks.
    pub protocol: Vec<u32>,
    /// What it can do.
    pub supports: Vec<Ability>,
    /// What it needs of the machine.
    pub needs: Needs,
}

/// The answer to `health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HealthAnswer {
    /// Whether the outside system can be reached.
    pub is_healthy: bool,
    /// Why not, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// An account of the outside system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// Its id.
    pub account_id: String,
    /// How people know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How it stands, in a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// The answer to `accounts.list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountsAnswer {
    /// Its accounts.
    pub accounts: Vec<Account>,
}

/// Params of `accounts.add`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountParams {
    /// The account to link, when its id is known before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
}

/// The answer to `accounts.add`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountAnswer {
    /// The linked account.
    pub account: Account,
}

/// Params of `backfill`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BackfillParams {
    /// One conversation; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_id: Option<String>,
    /// Nothing older than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Where the last page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Most messages.
    pub limit: usize,
}

/// The answer to `backfill`: old messages, which are recorded and never run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BackfillAnswer {
    /// The messages.
    pub events: Vec<Arrival>,
    /// Where the next page begins; nothing when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
