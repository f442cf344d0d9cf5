//! The HTTP surface: every address the control plane answers, one row each.
//!
//! The daemon builds its router from this table and has a handler for each row or does not
//! compile; the OpenAPI document and the test that knocks at every door read it too.

use crate::health::HealthResult;
use crate::schema;
use crate::tool::Invoked;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How an address is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads; answers `HEAD` as well.
    Get,
    /// Changes something, or carries calls.
    Post,
}

impl Verb {
    /// The name on the wire, such as `GET`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Who is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever names a host and an origin that are ours.
    Open,
    /// Only who shows a credential that holds; others get 401.
    Known,
}

/// What a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing; a body is not read, and more than 64 KiB, or chunks, are refused with 413.
    Empty,
    /// JSON; another content type is refused with 415, and what is too large with 413.
    Json,
    /// A small form, as browsers send it; the same holds for it.
    Form,
}

impl Body {
    /// The content type it comes as.
    #[must_use]
    pub fn content_type(self) -> Option<&'static str> {
        match self {
            Self::Empty => None,
            Self::Json => Some("application/json"),
            Self::Form => Some("application/x-www-form-urlencoded"),
        }
    }
}

/// What an address answers with when all is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A page or a file of the Control UI.
    Page,
    /// JSON-RPC 2.0 responses.
    JsonRpc,
    /// The upgrade to a WebSocket.
    WebSocket,
    /// The daemon's health.
    Health,
    /// The health in one word, with the version.
    Brief,
    /// Plain text.
    Text,
    /// Server-sent events.
    Events,
    /// A redirection that signs the browser in.
    SignIn,
    /// A one-time link.
    Link,
    /// What a tool call came to.
    Call,
    /// A document that describes the wire.
    Document,
}

/// What anybody may know of the daemon's health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BriefHealth {
    /// How the daemon is.
    pub status: crate::health::HealthStatus,
    /// Its version.
    pub version: String,
}

/// A link that signs one browser in, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInLink {
    /// The address to open.
    pub url: String,
    /// When it ends.
    pub expires_at: nexus_domain::Timestamp,
}

impl Reply {
    /// The content type.
    #[must_use]
    pub fn content_type(self) -> Option<&'static str> {
        match self {
            Self::Page => Some("text/html"),
            Self::JsonRpc
            | Self::Health
            | Self::Brief
            | Self::Link
            | Self::Call
            | Self::Document => Some("application/json"),
            Self::Text => Some("text/plain"),
            Self::Events => Some("text/event-stream"),
            Self::WebSocket | Self::SignIn => None,
        }
    }

    /// The status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::WebSocket => 101,
            Self::SignIn => 303,
            _ => 200,
        }
    }

    /// The schema of what is answered, where there is one.
    #[must_use]
    pub fn schema(self) -> Option<Value> {
        match self {
            Self::Health => Some(schema::outbound::<HealthResult>()),
            Self::Brief => Some(schema::outbound::<BriefHealth>()),
            Self::Link => Some(schema::outbound::<SignInLink>()),
            Self::Call => Some(schema::outbound::<Invoked>()),
            _ => None,
        }
    }
}

/// Calls `$with!` with every row of the route table:
/// verb, path, variant, access, body, reply, one line of docs.
#[macro_export]
macro_rules! for_each_route {
    ($with:ident) => { $with! {
        Get  "/"                  => Ui,        Open,  Empty, Page,      "The Control UI; with an upgrade, the WebSocket of `/ws`.";
        Post "/"                  => RpcRoot,   Known, Json,  JsonRpc,   "JSON-RPC 2.0, as at `/rpc`.";
        Get  "/ui/{*path}"        => UiFile,    Open,  Empty, Page,      "A file of the Control UI.";
        Get  "/health"            => Health,    Open,  Empty, Health,    "How the daemon and its parts are; for strangers one word and the version.";
        Get  "/ready"             => Ready,     Open,  Empty, Brief,     "200 when work is taken, 503 otherwise.";
        Get  "/metrics"           => Metrics,   Known, Empty, Text,      "Figures in the text format of Prometheus.";
        Get  "/open"              => Open,      Open,  Empty, SignIn,    "Uses a one-time link (`?code=`) and goes on to the Control UI.";
        Get  "/login"             => LoginPage, Open,  Empty, Page,      "The page where a browser gives the password.";
        Post "/login"             => Login,     Open,  Form,  SignIn,    "Takes the password (`password=`), signs the browser in and goes on to the Control UI.";
        Post "/api/link"          => Link,      Known, Empty, Link,      "Makes a one-time link that signs a browser in.";
        Get  "/api/events/stream" => Events,    Known, Empty, Events,    "Recorded events as server-sent events: `?types=`, `?after=`, `?transient=`, `?session=`, `Last-Event-ID`.";
        Get  "/ws"                => Socket,    Open,  Empty, WebSocket, "Framing A: hello, then requests, responses and events.";
        Get  "/ws/agent"          => AgentSocket, Known, Empty, WebSocket, "Framing B: JSON-RPC 2.0; the credential comes with the upgrade.";
        Post "/tools/invoke"      => ToolsInvoke, Known, Json, Call,     "One tool call in the name of a session's agent, or with `dryRun` what access control says about it.";
        Post "/rpc"               => Rpc,       Known, Json,  JsonRpc,   "Framing C: JSON-RPC 2.0, a call or a batch.";
        Post "/agent/{id}"        => Agent,     Known, Json,  JsonRpc,   "Framing C at one agent: `send`, `cancel` and the like.";
        Get  "/openapi.json"      => OpenApi,   Known, Empty, Document,  "This surface, as OpenAPI 3.1.";
        Get  "/openrpc.json"      => OpenRpc,   Known, Empty, Document,  "The method table, as OpenRPC 1.3.";
        Get  "/asyncapi.json"     => AsyncApi,  Known, Empty, Document,  "Frames and events of the WebSocket, as AsyncAPI 3.0.";
        Get  "/schema/{*path}"    => Schema,    Known, Empty, Document,  "A JSON Schema, such as `/schema/methods/health.result.json`.";
    } };
}

macro_rules! route_enum {
    ($($verb:ident $path:literal => $variant:ident, $access:ident, $body:ident, $reply:ident,
       $doc:literal;)+) => {
        /// A row of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Route { $(#[doc = $doc] $variant,)+ }

        impl Route {
            /// Every row, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// How it is used.
            #[must_use]
            pub fn verb(self) -> Verb {
                match self { $(Self::$variant => Verb::$verb,)+ }
            }

            /// The path, with `{name}` where it varies and `{*name}` for the rest of it.
            #[must_use]
            pub fn path(self) -> &'static str {
                match self { $(Self::$variant => $path,)+ }
            }

            /// Who is answered.
            #[must_use]
            pub fn access(self) -> Access {
                match self { $(Self::$variant => Access::$access,)+ }
            }

            /// What a request carries.
            #[must_use]
            pub fn body(self) -> Body {
                match self { $(Self::$variant => Body::$body,)+ }
            }

            /// What is answered.
            #[must_use]
            pub fn reply(self) -> Reply {
                match self { $(Self::$variant => Reply::$reply,)+ }
            }

            /// One line for people.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)+ }
            }
        }
    };
}

for_each_route!(route_enum);

impl Route {
    /// The path with something in the places where it varies.
    #[must_use]
    pub fn path_with(self, something: &str) -> String {
        let parts = self.path().split('/');
        let parts = parts.map(|part| if part.starts_with('{') { something } else { part });
        parts.collect::<Vec<_>>().join("/")
    }
}
