//! Devices: pairing, and what ends it.

use nexus_domain::Timestamp;
use nexus_domain::access::Device;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::frame::ClientFacts;
use crate::scope::Scope;

/// What a device has when nobody says otherwise: talking, looking, and deciding what is asked.
pub const DEVICE_SCOPES_DEFAULT: [Scope; 7] = [
    Scope::RuntimeRead,
    Scope::AgentRead,
    Scope::SessionRead,
    Scope::SessionWrite,
    Scope::RequestRead,
    Scope::AclRead,
    Scope::AclApprove,
];

/// How a device proves in its hello who it is: it signs the nonce of the challenge that came
/// before. The signed text is made by [`signed_text`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceAuth {
    /// Its Ed25519 public key: 32 bytes as base64url without padding.
    #[schemars(length(min = 43, max = 43))]
    pub public_key: String,
    /// The signature: 64 bytes as base64url without padding.
    #[schemars(length(min = 86, max = 86))]
    pub signature: String,
    /// When it signed, in milliseconds since 1970.
    pub signed_at: Timestamp,
    /// The nonce of the challenge.
    #[schemars(length(max = 128))]
    pub nonce: String,
    /// Fewer scopes than it was paired with, for this connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub scopes: Option<Vec<Scope>>,
    /// A pairing ticket of the owner, when it is not paired yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub ticket: Option<String>,
}

impl std::fmt::Debug for DeviceAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceAuth").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}

/// What a device signs in its hello: fields with `|` between them, none of which may hold one.
///
/// `nexus-device-1|deviceId|client.name|client.mode|client.platform|scopes|signedAt|ticket|nonce`,
/// where the scopes are their names with commas between them, in the order in which they are sent,
/// and what is left out is empty. `None` when a field holds a `|`.
#[must_use]
pub fn signed_text(device_id: &str, client: &ClientFacts, auth: &DeviceAuth) -> Option<String> {
    let scopes = auth.scopes.iter().flatten().map(|scope| scope.name()).collect::<Vec<_>>();
    let fields = [
        "nexus-device-1",
        device_id,
        &client.name,
        &client.mode,
        &client.platform,
        &scopes.join(","),
        &auth.signed_at.0.to_string(),
        auth.ticket.as_deref().unwrap_or_default(),
        &auth.nonce,
    ];
    (!fields.iter().any(|field| field.contains('|'))).then(|| fields.join("|"))
}

/// What a device signs when it answers a permission request:
/// `nexus-answer-1|requestId|approve or deny|digest of the action`.
#[must_use]
pub fn answer_text(permission_id: &str, is_yes: bool, digest: &str) -> String {
    let word = if is_yes { "approve" } else { "deny" };
    format!("nexus-answer-1|{permission_id}|{word}|{digest}")
}

/// A device that asks to be paired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PendingDevice {
    /// Its id: SHA-256 of its public key, lower-case hex.
    pub device_id: String,
    /// The code that the device shows, to be compared with it.
    pub code: String,
    /// What it calls itself.
    pub name: String,
    /// Its operating system, as it says.
    pub platform: String,
    /// Where it knocked from.
    pub address: String,
    /// When it asked.
    pub requested_at: Timestamp,
    /// Until when it can be approved.
    pub expires_at: Timestamp,
}

/// Input of `devices.pair`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PairParams {
    /// What the device will be called; what it calls itself when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub name: Option<String>,
    /// What it may ask for at most; the usual ones when left out. None that the caller lacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub scopes: Option<Vec<Scope>>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `devices.pair` and `devices.rotate`.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TicketResult {
    /// A ticket that pairs one device, once.
    pub ticket: String,
    /// The scopes it gives.
    pub scopes: Vec<Scope>,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for TicketResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TicketResult").field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

/// Input of `devices.link`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkParams {
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `devices.link`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkResult {
    /// Path and query, to be put behind the address where the browser reaches the daemon.
    pub path: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for LinkResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkResult").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Input of `devices.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {
    /// Also those whose pairing was taken back.
    #[serde(default)]
    pub include_ended: bool,
}

/// Result of `devices.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The devices.
    pub devices: Vec<Device>,
    /// Those that ask to be paired.
    pub pending: Vec<PendingDevice>,
}

/// Input of `devices.approve`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApproveParams {
    /// The code that the device shows, or its id or the beginning of it.
    #[schemars(length(min = 6, max = 64))]
    pub device: String,
    /// What it will be called; what it calls itself when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub name: Option<String>,
    /// What it may ask for at most; the usual ones when left out. None that the caller lacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub scopes: Option<Vec<Scope>>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Input of `devices.reject`, `devices.revoke` and `devices.rotate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceParams {
    /// The device: its id or the beginning of it; for one that asks to be paired also its code.
    #[schemars(length(min = 4, max = 64))]
    pub device: String,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Input of `devices.rename`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RenameParams {
    /// The device: its id or the beginning of it.
    #[schemars(length(min = 4, max = 64))]
    pub device: String,
    /// Its new name.
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `devices.approve`, `devices.rename` and `devices.revoke`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeResult {
    /// The device as it stands now.
    pub device: Device,
}

/// Result of `devices.reject`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RejectResult {
    /// The device that was turned away.
    pub device: PendingDevice,
}
