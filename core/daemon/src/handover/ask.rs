//! Asks the owner of a home to hand it over: one call at its control plane, with the token that
//! only the owner of the home can read.

use std::net::SocketAddr;
use std::pin::pin;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use nexus_agent::port::Clock;
use nexus_domain::failure::Failure;
use nexus_domain::id::RequestId;
use nexus_ledger::SCHEMA_VERSION;
use nexus_protocol::runtime::{HandoverParams, HandoverResult};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::home::{Home, Owner};

/// Time for one answer, in milliseconds.
const ANSWER_MS_MAX: u64 = 2_000;
/// Largest answer, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// What the owner said.
pub(super) enum Answer {
    /// It drains and lets go.
    Granted(HandoverResult),
    /// It stays where it is.
    Refused(Failure),
    /// Nothing.
    Silent {
        /// Why.
        why: String,
        /// How long it was waited for.
        took_ms: u64,
    },
}

/// Asks once.
///
/// # Errors
/// When the token of the home cannot be read.
pub(super) async fn ask(
    home: &Home,
    address: SocketAddr,
    clock: &dyn Clock,
    me: &Owner,
) -> Result<Answer, Failure> {
    let token = nexus_secrets::control_token(&home.state()).map_err(Failure::from)?;
    let id = RequestId::from_parts(clock.now(), clock.entropy());
    let params = HandoverParams {
        idempotency_key: format!("handover-{id}"),
        home: home.root().display().to_string(),
        pid: me.pid,
        kind: me.kind.name().to_owned(),
        version: me.version.clone(),
        schema_version: SCHEMA_VERSION,
    };
    let call = json!({
        "jsonrpc": "2.0", "id": 1, "method": "runtime.handover", "params": params,
    });
    let asked = tokio::select! {
        asked = post(reachable(address), token.expose_secret(), call.to_string()) => asked,
        () = clock.sleep(ANSWER_MS_MAX) => {
            let why = format!("no answer within {ANSWER_MS_MAX} ms");
            return Ok(Answer::Silent { why, took_ms: ANSWER_MS_MAX });
        }
    };
    Ok(match asked {
        Ok(body) => read(&body, address),
        Err(why) => Answer::Silent { why, took_ms: 0 },
    })
}

/// A listener on all interfaces also listens on loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let port = address.port();
        address = match address {
            SocketAddr::V4(_) => (std::net::Ipv4Addr::LOCALHOST, port).into(),
            SocketAddr::V6(_) => (std::net::Ipv6Addr::LOCALHOST, port).into(),
        };
    }
    address
}

async fn post(address: SocketAddr, token: &str, body: String) -> Result<Vec<u8>, String> {
    let shown = |error: &dyn std::fmt::Display| error.to_string();
    let stream = tokio::net::TcpStream::connect(address).await.map_err(|error| shown(&error))?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| shown(&error))?;
    let request = Request::post("/rpc")
        .header(header::HOST, address.to_string())
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| shown(&error))?;
    let answer = async {
        let answer = sender.send_request(request).await.map_err(|error| shown(&error))?;
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        Ok::<_, String>(body.map_err(|error| shown(&error))?.to_bytes().to_vec())
    };
    // The connection is driven here and ends with the answer; nothing of it outlives the call.
    let mut answer = pin!(answer);
    tokio::select! {
        answer = &mut answer => answer,
        // Whatever came before it ended is still to be read.
        _ = connection => answer.await,
    }
}

fn read(body: &[u8], address: SocketAddr) -> Answer {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    if let Ok(granted) = serde_json::from_value(answer["result"].clone()) {
        return Answer::Granted(granted);
    }
    let Some(message) = answer["error"]["message"].as_str() else {
        let why = format!("whoever answers at {address} is no Nexus");
        return Answer::Silent { why, took_ms: 0 };
    };
    let said = format!("the owner of this home keeps it: {message}");
    let data = &answer["error"]["data"];
    let failure = match data["code"].as_str() {
        Some("FORBIDDEN" | "UNAUTHORIZED") => Failure::denied(said),
        Some("UNAVAILABLE") => {
            return Answer::Silent { why: message.to_owned(), took_ms: 0 };
        }
        _ if message.contains("no method") => {
            return Answer::Refused(
                Failure::conflict("the owner of this home is older and cannot hand it over")
                    .hint("stop it first: nexus down; then: nexus up"),
            );
        }
        _ => Failure::conflict(said),
    };
    Answer::Refused(match data["hint"].as_str() {
        Some(hint) => failure.hint(hint),
        None => failure,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &Value) -> Answer {
        read(body.to_string().as_bytes(), "127.0.0.1:1".parse().unwrap())
    }

    #[test]
    fn an_owner_may_agree_refuse_or_be_none_of_ours() {
        let granted = json!({ "result": { "pid": 7, "epoch": 3, "withinMs": 9 } });
        let Answer::Granted(granted) = said(&granted) else { panic!("it agreed") };
        assert_eq!((granted.pid, granted.epoch, granted.within_ms), (7, 3, 9));
        let error = json!({ "code": -32005, "message": "not this home",
                            "data": { "code": "CONFLICT", "hint": "another" } });
        let Answer::Refused(failure) = said(&json!({ "error": error })) else {
            panic!("it refused")
        };
        assert!(failure.message.ends_with("not this home"), "{failure}");
        assert_eq!(failure.hint.as_deref(), Some("another"));
        assert!(matches!(said(&json!({ "hello": true })), Answer::Silent { .. }));
    }

    #[test]
    fn a_listener_for_all_is_asked_on_loopback() {
        let all = "0.0.0.0:18789".parse().unwrap();
        assert_eq!(reachable(all), "127.0.0.1:18789".parse().unwrap());
    }
}
