//! A call from its frame to its answer.

use std::borrow::Cow;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use nexus_domain::Failure;
use nexus_domain::id::SessionKey;
use nexus_protocol::frame::ClientFrame;
use nexus_protocol::{MethodKind, parse};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::super::make;
use super::Shared;
use crate::authorize::Caller;
use crate::dispatch::{Answer, Call, LastAnswer};
use crate::methods::session::own_session;

/// Longest id of a call, in characters.
const ID_CHARS_MAX: usize = 128;
/// Most runs of one connection that have not given their last answer.
pub(super) const RUNS_MAX: usize = 256;
/// When a client that has too much in flight may try again, in milliseconds.
pub(super) const IN_FLIGHT_RETRY_MS: u64 = 100;
/// Stands for the id of a frame whose own cannot be read.
const NO_ID: &str = "invalid";

/// A call that can be made.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) id: String,
    call: Call,
}

impl Request {
    /// Whether the call begins something that is answered again when it ends.
    pub(super) fn is_run(&self) -> bool {
        self.call.method().kind() == MethodKind::Stream
    }

    /// The session in which the caller begins something by this call.
    pub(super) fn opens(&self, caller: &Caller) -> Option<SessionKey> {
        match &self.call {
            Call::SessionsSend(params) => Some(params.key.clone()),
            Call::AgentRun(params) => {
                params.session_key.clone().or_else(|| own_session(&caller.principal))
            }
            _ => None,
        }
    }
}

/// A frame that is not a call.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) id: String,
    pub(super) failure: Failure,
}

/// What a call came to.
pub(super) enum Done {
    First { id: String, outcome: Result<Answer, Failure> },
    Last { id: String, outcome: Result<String, Failure> },
}

/// The same frame as [`nexus_protocol::frame::Req`], read without copying.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
}

/// Reads a frame.
pub(super) fn read(text: &str, fresh_key: &dyn Fn() -> String) -> Result<Request, Refused> {
    let frame: Frame<'_> = match serde_json::from_str(text) {
        Ok(frame) => frame,
        Err(_) => return Err(explain(text)),
    };
    let n_chars = frame.id.chars().count();
    if frame.kind != "req" || n_chars == 0 || n_chars > ID_CHARS_MAX {
        return Err(explain(text));
    }
    match Call::read_any(&frame.method, frame.params.map(RawValue::get), fresh_key) {
        Ok(call) => Ok(Request { id: frame.id.into_owned(), call }),
        Err(failure) => Err(Refused { id: frame.id.into_owned(), failure }),
    }
}

/// Why a frame is not a call, in the words of the protocol; slower, and only needed here.
fn explain(text: &str) -> Refused {
    let id = serde_json::from_str::<Value>(text).ok().and_then(|frame| {
        let id = frame.get("id")?.as_str()?;
        (1..=ID_CHARS_MAX).contains(&id.chars().count()).then(|| id.to_owned())
    });
    let failure = match parse::client_frame(text) {
        Err(failure) => failure,
        Ok(ClientFrame::Hello(_)) => Failure::invalid("`hello` is said once, at the beginning"),
        // The two readers of a call differ; a test rules that out.
        Ok(ClientFrame::Req(_)) => Failure::internal("a valid call was not understood"),
    };
    Refused { id: id.unwrap_or_else(|| NO_ID.to_owned()), failure }
}

/// Makes a call.
pub(super) fn start(
    shared: Arc<Shared>,
    caller: Arc<Caller>,
    request: Request,
) -> BoxFuture<'static, Done> {
    let Request { id, call } = request;
    Box::pin(async move { Done::First { id, outcome: make::make(shared, caller, call).await } })
}

/// Waits for the last answer of a run.
pub(super) fn await_last(id: String, last: LastAnswer) -> BoxFuture<'static, Done> {
    Box::pin(async move { Done::Last { id, outcome: last.await } })
}

#[cfg(test)]
mod tests {
    use nexus_protocol::Method;

    use super::*;

    fn read(text: &str) -> Result<Request, Refused> {
        super::read(text, &|| "fresh".to_owned())
    }

    #[test]
    fn a_call_is_read() {
        let request = read(r#"{"type":"req","id":"1","method":"health"}"#).unwrap();
        assert_eq!((request.id.as_str(), request.call.method()), ("1", Method::Health));
        let text =
            r#"{"params":{"key":"m\u0061in"},"method":"sessions.get","id":"ä","type":"req"}"#;
        assert_eq!(read(text).unwrap().id, "ä");
    }

    #[test]
    fn a_call_under_another_name_is_a_call_of_its_row() {
        let text = r#"{"type":"req","id":"1","method":"chat.abort","params":{"sessionKey":"m"}}"#;
        let Call::SessionsAbort(params) = read(text).unwrap().call else { panic!("another row") };
        assert_eq!((params.key.as_str(), params.idempotency_key.as_str()), ("m", "fresh"));
    }

    #[test]
    fn what_is_not_a_call_is_answered_with_its_id_if_it_has_one() {
        let check = |text: &str, id: &str, part: &str| {
            let refused = read(text).unwrap_err();
            assert_eq!(refused.id, id, "{text}");
            assert_eq!(refused.failure.code, "INVALID_REQUEST", "{text}");
            assert!(refused.failure.message.contains(part), "{text}: {}", refused.failure);
        };
        check("nonsense", "invalid", "not JSON");
        check("[]", "invalid", "object");
        check(r#"{"type":"req","id":"7"}"#, "7", "method");
        check(r#"{"type":"req","id":7,"method":"health"}"#, "invalid", "id");
        check(r#"{"type":"req","id":"","method":"health"}"#, "invalid", "id");
        check(r#"{"type":"req","id":"7","method":"health","x":1}"#, "7", "x");
        check(r#"{"type":"res","id":"7","ok":true}"#, "7", "res");
        check(r#"{"type":"req","id":"7","method":"helth"}"#, "7", "helth");
        let again = r#"{"type":"hello","minProtocol":1,"maxProtocol":1,
            "client":{"name":"a","version":"1","platform":"x","mode":"test"}}"#;
        check(again, "invalid", "once");
        let long = format!(r#"{{"type":"req","id":"{}","method":"health"}}"#, "x".repeat(129));
        check(&long, "invalid", "id");
    }

    /// The quick reader and the published one take the same frames.
    #[test]
    fn both_readers_agree() {
        let frames = [
            r#"{"type":"req","id":"1","method":"health","params":null}"#,
            r#"{"type":"req","id":"1","method":"health","params":{}}"#,
            r#"{"type":"req","id":"1","id":"2","method":"health"}"#,
            r#"{"type":"req","id":"1","method":"health"} {}"#,
            r#"{"type":"req","id":"1","method":null}"#,
            r#"{"type":null,"id":"1","method":"health"}"#,
            r#"{"type":"req","method":"health"}"#,
        ];
        for frame in frames {
            let published = matches!(parse::client_frame(frame), Ok(ClientFrame::Req(_)));
            let quick = read(frame).is_ok();
            assert!(!quick || published, "taken here only: {frame}");
            let is_internal = read(frame).is_err_and(|r| r.failure.code == "INTERNAL");
            assert!(!is_internal || frame.contains(r#""id":"1","id""#), "differs: {frame}");
        }
    }
}
