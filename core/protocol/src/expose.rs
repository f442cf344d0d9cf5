//! Who can reach the control plane from outside this machine.

use nexus_domain::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Scope;

/// Input of `expose.status`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusParams {}

/// To whom the control plane is to be opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ExposeTarget {
    /// To nobody outside this machine.
    #[default]
    Off,
    /// To the local networks of this machine.
    Lan,
    /// To the tailnet, by `tailscale serve`.
    Tailnet,
    /// On one address of this machine.
    Address,
}

/// What is announced on the local network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MdnsMode {
    /// Nothing.
    #[default]
    Off,
    /// Protocol and port.
    Minimal,
    /// Also the machine's name, the certificate's fingerprint and the path.
    Full,
}

/// Input of `expose.set`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetParams {
    /// To whom.
    pub target: ExposeTarget,
    /// The address, where that is the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64))]
    pub address: Option<String>,
    /// What is announced from now on; as before when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mdns: Option<MdnsMode>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// How an address is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum EndpointKind {
    /// By a listener of the daemon, with its certificate.
    Direct,
    /// By `tailscale serve`, with the certificate of the tailnet.
    Tailscale,
}

/// An address that others reach.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// How.
    pub kind: EndpointKind,
    /// Where a browser opens it, such as `https://192.168.1.5:18789`.
    pub url: String,
    /// Host and port.
    pub address: String,
    /// SHA-256 of the certificate, as `sha256:…` in hex; nothing where it is not ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// SHA-256 of its public key, in the same form; stays when the certificate is renewed, and may
    /// be pinned in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_fingerprint: Option<String>,
    /// Whether browsers will warn, because nobody vouches for the certificate.
    pub is_self_signed: bool,
    /// When the certificate ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Somebody who is let in by being somebody in the tailnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TailnetAccess {
    /// The login, such as `me@example.com`, or a tag, such as `tag:ci`.
    pub login: String,
    /// What it may; everything, as the owner, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<Scope>>,
}

/// Result of `expose.status` and `expose.set`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusResult {
    /// Where programs of this machine reach it, without TLS.
    pub inside: String,
    /// The setting `runtime.bind`.
    pub bind: String,
    /// Where others reach it; empty when nobody does.
    pub endpoints: Vec<Endpoint>,
    /// What is announced on the local network, when anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<String>,
    /// Who comes in over the tailnet without showing a credential, because the configuration names
    /// it (`tailscale.logins`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tailnet_logins: Vec<TailnetAccess>,
    /// What the configuration wants and could not be done, and how to mend it.
    pub problems: Vec<String>,
}
