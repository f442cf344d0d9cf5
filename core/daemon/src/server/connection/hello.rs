//! The handshake: who is calling, and what it may expect.

use std::net::IpAddr;
use std::sync::Arc;

use nexus_domain::id::ConnectionId;
use nexus_protocol::frame::{
    Challenge, ClientFrame, Features, Hello, HelloError, HelloOk, Policy, PresenceEntry,
    ServerFacts, ServerFrame, Session, Snapshot, StateVersion,
};
use nexus_protocol::{
    BUFFERED_BYTES_MAX, HANDSHAKE_BYTES_MAX, HANDSHAKE_MS_MAX, Method, PAYLOAD_BYTES_MAX, PROTOCOL,
    PROTOCOL_MIN, TICK_INTERVAL_MS, parse,
};
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::{Peer, Shared};
use crate::authorize::{Caller, is_offered, may_follow};
use crate::presence::short;
use crate::server::encode::{self, Place};
use crate::server::line::Farewell;
use crate::server::socket::{Socket, Step};
use crate::server::subscription;

/// Oldest client that speaks a protocol this daemon understands.
const MIN_CLIENT: &str = "0.1.0";
/// Said to somebody known whom the policies show nothing.
const FORBIDDEN: &str = "no policy lets you see this daemon";
/// Events that come without being asked for.
const UNASKED_EVENTS: [&str; 5] = ["health", "lagged", "presence", "shutdown", "tick"];

/// A client that was let in.
pub(super) struct Greeted {
    pub(super) caller: Caller,
    pub(super) connection_id: ConnectionId,
    /// Its place in the presence list.
    pub(super) presence_key: String,
    /// What its snapshot said.
    pub(super) told: StateVersion,
}

/// As much of a hello as has to be understood across protocol versions.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Range {
    #[serde(rename = "type")]
    kind: String,
    min_protocol: u32,
    max_protocol: u32,
}

/// Waits for the hello and answers it. `None` when the client has gone.
///
/// # Errors
/// What the client is sent away with; a `hello-error` is queued where the protocol has one.
pub(super) async fn shake<S: AsyncRead + AsyncWrite + Unpin>(
    shared: &Arc<Shared>,
    socket: &mut Socket<S>,
    peer: &Peer,
    cookie_caller: Option<Caller>,
) -> Result<Option<Greeted>, Farewell> {
    let challenge = challenge(shared);
    push_challenge(socket, &challenge);
    let Some(text) = first_frame(shared, socket).await? else { return Ok(None) };
    let hello = match read(&text) {
        Ok(hello) => hello,
        Err(Refusal { error, farewell }) => {
            if let Some(error) = error {
                push(socket, &error);
            }
            return Err(farewell);
        }
    };
    let address = peer.address.ip();
    let caller = match shared.by_hello(&hello, &challenge.nonce, cookie_caller, peer, "/ws").await {
        Ok(caller) => caller,
        Err(failure) => {
            let reason = match failure.code {
                "UNAUTHORIZED" => "unauthorized",
                _ => &failure.message,
            };
            push(socket, &hello_error(reason));
            return Err(Farewell::new(CloseCode::Policy, "unauthorized"));
        }
    };
    if !may_follow(&shared.context, &caller, Method::Health) {
        push(socket, &hello_error(FORBIDDEN));
        return Err(Farewell::new(CloseCode::Policy, FORBIDDEN));
    }
    Ok(Some(greet(shared, socket, hello, address, caller)))
}

/// Said before anything else, so that a device can sign something that no other connection has
/// seen. A client that says hello at once has not waited for it and need not read it.
fn challenge(shared: &Shared) -> Challenge {
    let clock = &shared.context.clock;
    let nonce = format!("{:032x}{:032x}", clock.entropy(), clock.entropy());
    Challenge { nonce, ts: clock.now() }
}

fn push_challenge<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut Socket<S>,
    challenge: &Challenge,
) {
    // Events of the connection are counted from the hello on.
    socket.push(encode::event("challenge", &encode::json(challenge), 0, Place::default()));
}

async fn first_frame<S: AsyncRead + AsyncWrite + Unpin>(
    shared: &Shared,
    socket: &mut Socket<S>,
) -> Result<Option<Utf8Bytes>, Farewell> {
    let policy = |reason: &str| Err(Farewell::new(CloseCode::Policy, reason));
    let step = tokio::select! {
        step = socket.step() => step,
        () = shared.context.clock.sleep(HANDSHAKE_MS_MAX) => {
            return policy("no hello came in time");
        }
        () = shared.context.shutdown.begun() => {
            return Err(Farewell::new(CloseCode::Restart, "the daemon stops"));
        }
    };
    match step {
        Step::Text(text) if text.len() <= HANDSHAKE_BYTES_MAX => Ok(Some(text)),
        Step::Text(_) | Step::TooLarge => policy("the first frame is too large"),
        Step::Binary | Step::Drained => policy("the first frame must be a hello in JSON"),
        Step::Gone => Ok(None),
    }
}

struct Refusal {
    error: Option<HelloError>,
    farewell: Farewell,
}

fn read(text: &str) -> Result<Hello, Refusal> {
    let not_a_hello = || Refusal {
        error: None,
        farewell: Farewell::new(CloseCode::Policy, "the first frame must be a hello in JSON"),
    };
    // The range first: a client of another version may send fields that are unknown here.
    if let Ok(range) = serde_json::from_str::<Range>(text) {
        if range.kind != "hello" {
            return Err(not_a_hello());
        }
        if range.min_protocol > PROTOCOL || range.max_protocol < PROTOCOL_MIN {
            let reason = format!(
                "this daemon speaks protocol {PROTOCOL_MIN} to {PROTOCOL}, the client {} to {}",
                range.min_protocol, range.max_protocol
            );
            let farewell = Farewell::new(CloseCode::Protocol, "no common protocol version");
            return Err(Refusal { error: Some(hello_error(&reason)), farewell });
        }
    }
    match parse::client_frame(text) {
        Ok(ClientFrame::Hello(hello)) if hello.min_protocol <= hello.max_protocol => Ok(hello),
        Ok(ClientFrame::Hello(_)) => Err(invalid("`minProtocol` is above `maxProtocol`")),
        Ok(ClientFrame::Req(_)) => Err(not_a_hello()),
        Err(failure) if is_hello(text) => Err(invalid(&failure.message)),
        Err(_) => Err(not_a_hello()),
    }
}

fn is_hello(text: &str) -> bool {
    let frame = serde_json::from_str::<serde_json::Value>(text);
    frame.is_ok_and(|frame| frame.get("type").is_some_and(|kind| kind == "hello"))
}

fn invalid(reason: &str) -> Refusal {
    let farewell = Farewell::new(CloseCode::Policy, "the hello is not valid");
    Refusal { error: Some(hello_error(reason)), farewell }
}

fn hello_error(reason: &str) -> HelloError {
    HelloError {
        reason: reason.to_owned(),
        expected_protocol: PROTOCOL,
        min_client: MIN_CLIENT.to_owned(),
    }
}

fn greet<S: AsyncRead + AsyncWrite + Unpin>(
    shared: &Shared,
    socket: &mut Socket<S>,
    hello: Hello,
    address: IpAddr,
    caller: Caller,
) -> Greeted {
    let context = &shared.context;
    let now = context.clock.now();
    let connection_id = ConnectionId::from_parts(now, context.clock.entropy());
    let beat = shared.beat.borrow().clone();
    let protocol = PROTOCOL.min(hello.max_protocol);
    let presence_key = join_presence(shared, hello, address, connection_id);
    let hello_ok = HelloOk {
        protocol,
        server: ServerFacts {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            host: context.presence.host().to_owned(),
            conn_id: connection_id,
        },
        features: features(shared, &caller),
        snapshot: Snapshot {
            presence: beat.presence.to_vec(),
            health: context.health_result(),
            state_version: beat.version,
            uptime_ms: now.ms_since(context.started_at),
            position: context.ledger.position(),
        },
        policy: Policy {
            max_payload: PAYLOAD_BYTES_MAX,
            max_buffered_bytes: BUFFERED_BYTES_MAX,
            tick_interval_ms: TICK_INTERVAL_MS,
        },
        auth: Session { principal: caller.principal.clone(), scopes: caller.scopes.clone() },
    };
    push_frame(socket, &ServerFrame::HelloOk(Box::new(hello_ok)));
    socket.trust();
    Greeted { caller, connection_id, presence_key, told: beat.version }
}

fn features(shared: &Shared, caller: &Caller) -> Features {
    let is_allowed = |method: &&Method| is_offered(&shared.context, caller, **method);
    let allowed = Method::ALL.iter().filter(is_allowed);
    let names = subscription::seen_types(caller).chain(UNASKED_EVENTS);
    Features {
        methods: allowed.map(|method| method.name().to_owned()).collect(),
        events: names.map(str::to_owned).collect(),
    }
}

fn join_presence(
    shared: &Shared,
    hello: Hello,
    address: IpAddr,
    connection_id: ConnectionId,
) -> String {
    let client = hello.client;
    let instance_id = client.instance_id.map(|id| short(&id)).filter(|id| !id.is_empty());
    let key = instance_id.clone().unwrap_or_else(|| connection_id.to_string()).to_lowercase();
    let entry = PresenceEntry {
        host: short(&client.name),
        ip: (!address.is_loopback()).then(|| address.to_string()),
        version: short(&client.version),
        mode: short(&client.mode),
        instance_id,
        last_input_seconds: None,
        text: None,
        tags: Vec::new(),
        reason: "connect".to_owned(),
        ts: shared.context.clock.now(),
    };
    shared.context.presence.join(&key, connection_id, entry);
    key
}

fn push<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut Socket<S>, error: &HelloError) {
    push_frame(socket, &ServerFrame::HelloError(error.clone()));
}

fn push_frame<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut Socket<S>, frame: &ServerFrame) {
    match serde_json::to_string(frame) {
        Ok(text) => socket.push(text),
        Err(error) => tracing::error!(%error, "a frame of the handshake could not be written"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> (Option<String>, CloseCode) {
        match read(text) {
            Ok(_) => panic!("{text} was taken"),
            Err(Refusal { error, farewell }) => (error.map(|e| e.reason), farewell.code),
        }
    }

    const CLIENT: &str = r#""client":{"name":"a","version":"1","platform":"x","mode":"test"}"#;

    #[test]
    fn a_hello_is_taken() {
        let text = format!(r#"{{"type":"hello","minProtocol":1,"maxProtocol":9,{CLIENT}}}"#);
        assert!(read(&text).is_ok());
    }

    #[test]
    fn what_is_no_hello_is_cut_without_a_word() {
        for text in ["x", "[]", "{}", r#"{"type":"req","id":"1","method":"health"}"#] {
            assert_eq!(refusal(text), (None, CloseCode::Policy), "{text}");
        }
    }

    #[test]
    fn another_protocol_version_is_told_which_one_works() {
        let text = r#"{"type":"hello","minProtocol":2,"maxProtocol":3,"new":"field"}"#;
        let (reason, code) = refusal(text);
        assert_eq!(code, CloseCode::Protocol);
        assert!(reason.unwrap().contains("1 to 1"));
    }

    #[test]
    fn a_hello_with_a_mistake_is_told_where() {
        let text = r#"{"type":"hello","minProtocol":1,"maxProtocol":1,"client":{"name":7}}"#;
        let (reason, code) = refusal(text);
        assert_eq!(code, CloseCode::Policy);
        assert!(reason.unwrap().contains("client.name"));
    }
}
