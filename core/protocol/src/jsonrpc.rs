//! JSON-RPC 2.0 as bytes, without I/O: calls in, responses out, single and in batches, as the
//! specification at <https://www.jsonrpc.org/specification> has it.

use nexus_domain::failure::{Failure, FailureKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::WireError;

/// The body is not JSON.
pub const PARSE_ERROR: i64 = -32700;
/// The body is JSON, but no call.
pub const INVALID_REQUEST: i64 = -32600;
/// The method is unknown.
pub const METHOD_NOT_FOUND: i64 = -32601;
/// The params do not fit the method.
pub const INVALID_PARAMS: i64 = -32602;
/// Our fault.
pub const INTERNAL_ERROR: i64 = -32603;
/// Ours: the caller has not proved who it is.
pub const UNAUTHORIZED: i64 = -32000;
/// Ours: the caller may not.
pub const FORBIDDEN: i64 = -32003;
/// Ours: the thing named does not exist.
pub const NOT_FOUND: i64 = -32004;
/// Ours: somebody else changed it first.
pub const CONFLICT: i64 = -32005;
/// Ours: a limit is reached; `data.retryAfterMs` says when to try again.
pub const OVERLOADED: i64 = -32006;
/// Ours: not now.
pub const UNAVAILABLE: i64 = -32007;

/// Most calls in one batch.
pub const BATCH_LEN_MAX: usize = 64;
/// Longest method name that is repeated in an error, in characters.
const NAME_CHARS_MAX: usize = 80;

/// What ties a response to its call.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Id {
    /// A text.
    Text(String),
    /// A number.
    Number(serde_json::Number),
    /// `null`: asked for so, or because the call's own id could not be read.
    Null,
}

/// A call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its id; none for a notification, which is never answered.
    pub id: Option<Id>,
    /// The method.
    pub method: String,
    /// By name or by position; none when left out.
    pub params: Option<Value>,
}

/// Something that is no call, with the id it is answered on.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The call's own id where it can be read, else `null`.
    pub id: Id,
    /// Why.
    pub error: RpcError,
}

/// What a body holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// One call.
    One(Result<Call, Refused>),
    /// A batch, never empty; answered by a list.
    Many(Vec<Result<Call, Refused>>),
}

/// An error on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RpcError {
    /// One of the codes above.
    pub code: i64,
    /// What went wrong, in one sentence.
    pub message: String,
    /// The error as the other framings write it: code in words, hint, details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl RpcError {
    /// An error without further facts.
    #[must_use]
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// There is no such method.
    #[must_use]
    pub fn no_method(failure: &Failure) -> Self {
        Self { code: METHOD_NOT_FOUND, ..Self::from(failure) }
    }
}

impl From<&Failure> for RpcError {
    fn from(failure: &Failure) -> Self {
        let code = match (failure.kind, failure.code) {
            (_, "UNAUTHORIZED") => UNAUTHORIZED,
            (_, "CONFLICT") => CONFLICT,
            (_, "OVERLOADED") => OVERLOADED,
            (FailureKind::Invalid, _) => INVALID_PARAMS,
            (FailureKind::Denied, _) => FORBIDDEN,
            (FailureKind::NotFound, _) => NOT_FOUND,
            (FailureKind::Unavailable, _) => UNAVAILABLE,
            (FailureKind::Internal, _) => INTERNAL_ERROR,
        };
        let data = serde_json::to_value(WireError::from(failure)).ok();
        Self { code, message: failure.message.clone(), data }
    }
}

/// Reads a body.
#[must_use]
pub fn read(body: &[u8]) -> Incoming {
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => {
            let error = RpcError::new(PARSE_ERROR, format!("the body is not JSON: {error}"));
            return Incoming::One(Err(Refused { id: Id::Null, error }));
        }
    };
    match value {
        Value::Array(calls) if calls.is_empty() => {
            Incoming::One(refuse(Id::Null, "a batch holds at least one call"))
        }
        Value::Array(calls) if calls.len() > BATCH_LEN_MAX => {
            let text = format!("a batch holds at most {BATCH_LEN_MAX} calls, not {}", calls.len());
            Incoming::One(refuse(Id::Null, &text))
        }
        Value::Array(calls) => Incoming::Many(calls.into_iter().map(call).collect()),
        one => Incoming::One(call(one)),
    }
}

fn refuse(id: Id, why: &str) -> Result<Call, Refused> {
    Err(Refused { id, error: RpcError::new(INVALID_REQUEST, why) })
}

fn call(value: Value) -> Result<Call, Refused> {
    let Value::Object(mut members) = value else {
        return refuse(Id::Null, "a call is an object");
    };
    let id = match id(&mut members) {
        Ok(id) => id,
        Err(why) => return refuse(Id::Null, why),
    };
    let answered_on = || id.clone().unwrap_or(Id::Null);
    if members.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return refuse(answered_on(), "`jsonrpc` must be \"2.0\"");
    }
    let Some(Value::String(method)) = members.remove("method") else {
        return refuse(answered_on(), "`method` must be a text");
    };
    match members.remove("params") {
        Some(params) if !params.is_object() && !params.is_array() => {
            refuse(answered_on(), "`params` must be an object or a list, or be left out")
        }
        params => Ok(Call { id, method, params }),
    }
}

fn id(members: &mut Map<String, Value>) -> Result<Option<Id>, &'static str> {
    match members.remove("id") {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Id::Null)),
        Some(Value::String(text)) => Ok(Some(Id::Text(text))),
        Some(Value::Number(number)) => Ok(Some(Id::Number(number))),
        Some(_) => Err("`id` must be a text, a number or null"),
    }
}

/// A response. The result is JSON already.
#[must_use]
pub fn response(id: &Id, outcome: Result<&str, &RpcError>) -> String {
    let (name, body) = match outcome {
        Ok(result) => ("result", result.to_owned()),
        Err(error) => ("error", json(error)),
    };
    format!(r#"{{"jsonrpc":"2.0","{name}":{body},"id":{}}}"#, json(id))
}

/// A notification. The params are JSON already, the method a name of ours.
#[must_use]
pub fn notification(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","method":{},"params":{params}}}"#, json(&method))
}

/// A method name as an error repeats it.
#[must_use]
pub fn shown(method: &str) -> String {
    method.chars().take(NAME_CHARS_MAX).collect::<String>().escape_debug().to_string()
}

/// Ids, texts and errors: nothing in them can fail to be written.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn one(text: &str) -> Result<Call, (Id, i64)> {
        match read(text.as_bytes()) {
            Incoming::One(call) => call.map_err(|refused| (refused.id, refused.error.code)),
            Incoming::Many(_) => panic!("a batch: {text}"),
        }
    }

    #[test]
    fn a_call_is_read_with_any_id() {
        let number = |n: i64| Id::Number(n.into());
        let cases = [
            (r#"{"jsonrpc":"2.0","method":"m","id":1}"#, Some(number(1))),
            (r#"{"jsonrpc":"2.0","method":"m","id":"1"}"#, Some(Id::Text("1".to_owned()))),
            (r#"{"jsonrpc":"2.0","method":"m","id":null}"#, Some(Id::Null)),
            (r#"{"jsonrpc":"2.0","method":"m"}"#, None),
            (r#"{"jsonrpc":"2.0","method":"m","id":-7,"else":true}"#, Some(number(-7))),
        ];
        for (text, id) in cases {
            let call = one(text).unwrap();
            assert_eq!((call.id, call.method.as_str(), call.params), (id, "m", None), "{text}");
        }
        let params = one(r#"{"jsonrpc":"2.0","method":"m","params":[1,2],"id":1}"#).unwrap();
        assert_eq!(params.params, Some(json!([1, 2])));
    }

    #[test]
    fn only_what_is_not_json_is_a_parse_error() {
        let parse = Err((Id::Null, PARSE_ERROR));
        for text in ["", "{", "[1,", r#"{"jsonrpc":"2.0","method":"foobar,"params":"bar","baz]"#] {
            assert_eq!(one(text), parse, "{text}");
        }
        assert_eq!(one("\u{0}"), parse);
    }

    #[test]
    fn what_is_json_and_no_call_is_an_invalid_request_on_its_own_id() {
        let invalid = |id: Id| Err((id, INVALID_REQUEST));
        for text in ["1", "\"x\"", "null", "[]", "{}", r#"{"jsonrpc":"2.0","method":1}"#] {
            assert_eq!(one(text), invalid(Id::Null), "{text}");
        }
        let own = Id::Number(7.into());
        for text in [
            r#"{"jsonrpc":"1.0","method":"m","id":7}"#,
            r#"{"method":"m","id":7}"#,
            r#"{"jsonrpc":"2.0","id":7}"#,
            r#"{"jsonrpc":"2.0","method":"m","params":"bar","id":7}"#,
            r#"{"jsonrpc":"2.0","method":"m","params":null,"id":7}"#,
        ] {
            assert_eq!(one(text), invalid(own.clone()), "{text}");
        }
        assert_eq!(one(r#"{"jsonrpc":"2.0","method":"m","id":{}}"#), invalid(Id::Null));
    }

    #[test]
    fn a_batch_keeps_its_order_and_its_mistakes() {
        let Incoming::Many(calls) = read(br#"[1,{"jsonrpc":"2.0","method":"m"}]"#) else {
            panic!("no batch");
        };
        assert!(calls[0].is_err() && calls[1].is_ok());
        let many = format!("[{}]", vec!["1"; BATCH_LEN_MAX + 1].join(","));
        assert_eq!(one(&many), Err((Id::Null, INVALID_REQUEST)));
    }

    #[test]
    fn responses_are_what_the_specification_says() {
        let error = RpcError::new(METHOD_NOT_FOUND, "there is no method `x\"y`");
        let read = |text: String| serde_json::from_str::<Value>(&text).unwrap();
        assert_eq!(
            read(response(&Id::Text("a\"b".to_owned()), Ok(r#"{"x":1}"#))),
            json!({ "jsonrpc": "2.0", "result": { "x": 1 }, "id": "a\"b" })
        );
        assert_eq!(
            read(response(&Id::Null, Err(&error))),
            json!({ "jsonrpc": "2.0", "id": null,
                    "error": { "code": -32601, "message": "there is no method `x\"y`" } })
        );
        assert_eq!(
            read(notification("connected", r#"{"clientId":"c"}"#)),
            json!({ "jsonrpc": "2.0", "method": "connected", "params": { "clientId": "c" } })
        );
    }

    #[test]
    fn a_failure_keeps_its_code_its_hint_and_no_cause() {
        let failure = Failure::overloaded("too much", 50).hint("wait");
        let error = RpcError::from(&failure);
        assert_eq!(error.code, OVERLOADED);
        let data = error.data.unwrap();
        assert_eq!((&data["hint"], &data["retryAfterMs"]), (&json!("wait"), &json!(50)));
        let error = RpcError::from(&Failure::internal("the secret cause"));
        assert_eq!(error.code, INTERNAL_ERROR);
        assert!(!serde_json::to_string(&error).unwrap().contains("secret"));
    }

    proptest! {
        #[test]
        fn reading_never_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&body);
        }

        #[test]
        fn what_is_written_reads_back(method in "\\PC{0,20}", id in "\\PC{0,20}") {
            let text = json!({ "jsonrpc": "2.0", "method": method, "id": id }).to_string();
            let call = one(&text).unwrap();
            prop_assert_eq!(call.method, method);
            prop_assert_eq!(call.id, Some(Id::Text(id)));
        }
    }
}
