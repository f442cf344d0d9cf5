//! Framing A: hello, then requests, responses and events as JSON text frames.

use nexus_domain::id::{ConnectionId, Position};
use nexus_domain::principal::Principal;
use nexus_domain::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::device::DeviceAuth;
use crate::error::WireError;
use crate::health::HealthResult;
use crate::login::BrowserAuth;
use crate::scope::Scope;

/// What a client says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientFacts {
    /// Program name.
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// Program version.
    pub version: String,
    /// Operating system.
    pub platform: String,
    /// `cli`, `ui`, `tray`, `test` or whatever else it is; `cli` is not shown in presence.
    pub mode: String,
    /// Tells two instances of one program apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
}

/// How a client proves who it is, by one of these.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientAuth {
    /// The control-plane token, an API key, or a signed token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The proof of a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceAuth>,
    /// The proof of a browser that has a cookie: that it is not somebody else's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<BrowserAuth>,
}

impl std::fmt::Debug for ClientAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientAuth(…)")
    }
}

/// The first frame of a connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hello {
    /// Lowest protocol version the client speaks.
    #[schemars(range(min = 1))]
    pub min_protocol: u32,
    /// Highest protocol version the client speaks.
    #[schemars(range(min = 1))]
    pub max_protocol: u32,
    /// Who is calling.
    pub client: ClientFacts,
    /// Optional abilities of the client.
    #[serde(default)]
    pub caps: Vec<String>,
    /// Proof of identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<ClientAuth>,
    /// Language for texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The browser's own name for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Req {
    /// The client's id of this call; comes back in the answer.
    #[schemars(length(min = 1, max = 128))]
    pub id: String,
    /// Wire name of the method.
    pub method: String,
    /// Input of the method.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub params: Value,
}

/// A frame from a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum ClientFrame {
    /// The first frame.
    Hello(Hello),
    /// Any later frame.
    Req(Req),
}

/// Who is connected, as everybody may see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresenceEntry {
    /// Program name.
    pub host: String,
    /// Where from; left out on loopback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// Program version.
    pub version: String,
    /// What kind of client.
    pub mode: String,
    /// Tells two instances apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// How long its person has been idle, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_input_seconds: Option<u64>,
    /// What it says about itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Words it is marked with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Why the entry changed last: `connect`, `disconnect`, `self`, or what a client said.
    pub reason: String,
    /// When it changed last.
    pub ts: Timestamp,
}

/// Which program answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerFacts {
    /// Version of the daemon.
    pub version: String,
    /// Name of the machine.
    pub host: String,
    /// The id of this connection.
    pub conn_id: ConnectionId,
}

/// What this connection may use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Features {
    /// Methods it may call.
    pub methods: Vec<String>,
    /// Event types it may receive.
    pub events: Vec<String>,
}

/// Versions of the snapshot's parts; they rise with every change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StateVersion {
    /// Version of the presence list.
    pub presence: u64,
    /// Version of the health summary.
    pub health: u64,
}

/// The state of the daemon when the connection began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Who is connected.
    pub presence: Vec<PresenceEntry>,
    /// How the daemon is.
    pub health: HealthResult,
    /// Versions of the two.
    pub state_version: StateVersion,
    /// How long the daemon has been up, in milliseconds.
    pub uptime_ms: u64,
    /// Position of the latest recorded event: subscribe from here to miss nothing.
    pub position: Position,
}

/// Limits of this connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// Largest frame, in bytes.
    pub max_payload: usize,
    /// Most bytes that wait for this connection.
    pub max_buffered_bytes: usize,
    /// Pause between ticks, in milliseconds.
    pub tick_interval_ms: u64,
}

/// Who the daemon takes the client for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Caller")]
pub struct Session {
    /// The principal.
    pub principal: Principal,
    /// Its scopes.
    pub scopes: Vec<Scope>,
}

/// The answer to a hello that was accepted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HelloOk {
    /// The protocol version of this connection.
    pub protocol: u32,
    /// Which program answers.
    pub server: ServerFacts,
    /// What this connection may use.
    pub features: Features,
    /// The state of the daemon.
    pub snapshot: Snapshot,
    /// Limits.
    pub policy: Policy,
    /// Who the client is.
    pub auth: Session,
}

/// The answer to a hello that was refused; the connection closes after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HelloError {
    /// Why, in words.
    pub reason: String,
    /// The protocol version the daemon speaks.
    pub expected_protocol: u32,
    /// The oldest client version that works.
    pub min_client: String,
}

/// The answer to a call. `payload` stands when `ok`, `error` otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Res {
    /// The id of the call; `invalid` when the frame had none that could be read.
    pub id: String,
    /// Whether it succeeded.
    pub ok: bool,
    /// The result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Value>,
    /// The error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<WireError>,
}

/// Something the daemon says by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventFrame {
    /// Event type: a recorded or transient event, or `challenge`, `tick`, `presence`, `health`,
    /// `shutdown`, `lagged`.
    pub event: String,
    /// Its content: for recorded and transient events, the properties.
    #[serde(default)]
    pub payload: Value,
    /// Rises by one with every event frame of this connection, from 1 on after the hello; a gap
    /// means frames were dropped. `challenge` has 0.
    pub seq: u64,
    /// The position, for recorded events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// When it was recorded, for recorded events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Versions after this event, for `presence` and `health`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_version: Option<StateVersion>,
}

/// A frame from the daemon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum ServerFrame {
    /// The hello was accepted.
    HelloOk(Box<HelloOk>),
    /// The hello was refused.
    HelloError(HelloError),
    /// The answer to a call.
    Res(Res),
    /// Something the daemon says by itself.
    Event(EventFrame),
}

/// Payload of `challenge`, the event that comes before the hello; whoever signs in with a device key
/// signs its nonce. Everybody else passes it over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Challenge {
    /// Random, of this connection only; 64 hexadecimal digits.
    pub nonce: String,
    /// When it was made.
    pub ts: Timestamp,
}

/// Payload of `shutdown`, sent before the connection closes with code 1012.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shutdown {
    /// Why.
    pub reason: String,
    /// When it will be back, if it will.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_expected_ms: Option<u64>,
}

/// Payload of `lagged`: the subscriber was too slow and reads on from the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lagged {
    /// The last position that was sent; subscribe again after it.
    pub after: Position,
}
