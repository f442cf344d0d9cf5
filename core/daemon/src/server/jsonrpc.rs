//! From a JSON-RPC body to its reply; HTTP and WebSocket share it.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use nexus_domain::Failure;
use nexus_protocol::jsonrpc::{self, Call, Incoming, Refused, RpcError};

use super::door::Shared;
use super::make;
use crate::authorize::Caller;
use crate::dispatch::{self, Answer};

/// A call on its way to its result.
pub(super) type Making = BoxFuture<'static, Result<String, RpcError>>;

/// What a body is answered with.
#[derive(Debug, PartialEq)]
pub(super) struct Reply {
    /// A response, or a list of them.
    pub(super) text: String,
    /// Whether there was no call in it at all.
    pub(super) is_refusal: bool,
}

/// Answers a body; nothing when it held notifications only, which are not answered whatever comes
/// of them. The calls of a batch are made one after the other, so that one may build on another.
pub(super) async fn reply(body: &[u8], make: impl Fn(Call) -> Making) -> Option<Reply> {
    reply_to(jsonrpc::read(body), make).await
}

/// Answers what was read from a body; the same rules.
pub(super) async fn reply_to(incoming: Incoming, make: impl Fn(Call) -> Making) -> Option<Reply> {
    let calls = match incoming {
        Incoming::One(call) => {
            let is_refusal = call.is_err();
            return answer(call, &make).await.map(|text| Reply { text, is_refusal });
        }
        Incoming::Many(calls) => calls,
    };
    let mut responses = Vec::new();
    for call in calls {
        responses.extend(answer(call, &make).await);
    }
    (!responses.is_empty())
        .then(|| Reply { text: format!("[{}]", responses.join(",")), is_refusal: false })
}

async fn answer(call: Result<Call, Refused>, make: &impl Fn(Call) -> Making) -> Option<String> {
    let call = match call {
        Ok(call) => call,
        Err(refused) => return Some(jsonrpc::response(&refused.id, Err(&refused.error))),
    };
    let id = call.id.clone();
    let outcome = make(call).await;
    id.map(|id| jsonrpc::response(&id, outcome.as_ref().map(String::as_str)))
}

/// Makes a call of the method table, under its wire name.
///
/// # Errors
/// What the decision or the handler says, and what does not fit.
pub(super) async fn make(
    shared: Arc<Shared>,
    caller: Arc<Caller>,
    call: Call,
) -> Result<String, RpcError> {
    let params = call.params.as_ref().map(ToString::to_string);
    let fresh_key = || make::fresh_key(&shared);
    let read = dispatch::Call::read_any(&call.method, params.as_deref(), &fresh_key);
    let read = read.map_err(|failure| match dispatch::Call::is_known(&call.method) {
        false => RpcError::no_method(&failure),
        true => RpcError::from(&failure),
    })?;
    let made = make::make(shared, caller, read).await;
    match made.map_err(|failure| RpcError::from(&failure))? {
        Answer::Once(result) => Ok(result.to_string()),
        // There is one response to a call here: the one that says how the run ended.
        Answer::Twice(_, last) => last.await.map_err(|failure| RpcError::from(&failure)),
        Answer::Subscribe(_) => {
            let failure = Failure::invalid("one response cannot be followed by events")
                .hint("follow them at /api/events/stream, or call it over the WebSocket at /ws");
            Err(RpcError::from(&failure))
        }
    }
}

#[cfg(test)]
mod tests {
    use nexus_protocol::jsonrpc::{INVALID_PARAMS, METHOD_NOT_FOUND};
    use serde_json::{Value, json};

    use super::*;

    /// The methods that the examples of the specification call.
    async fn example(call: Call) -> Result<String, RpcError> {
        let params = call.params.unwrap_or_default();
        let number = |value: &Value| value.as_i64();
        let difference = |a: Option<i64>, b: Option<i64>| Some(a? - b?);
        let result = match call.method.as_str() {
            "subtract" if params.is_array() => {
                difference(params.get(0).and_then(number), params.get(1).and_then(number))
            }
            "subtract" => difference(number(&params["minuend"]), number(&params["subtrahend"])),
            "sum" => params.as_array().and_then(|list| list.iter().map(number).sum()),
            "get_data" => return Ok(r#"["hello",5]"#.to_owned()),
            "update" | "notify_hello" | "notify_sum" => Some(0),
            _ => return Err(RpcError::new(METHOD_NOT_FOUND, "Method not found")),
        };
        let result = result.ok_or_else(|| RpcError::new(INVALID_PARAMS, "numbers are missing"))?;
        Ok(result.to_string())
    }

    /// Replies, with the texts of errors left out: the specification leaves them open.
    async fn replied(body: &str) -> Option<Value> {
        let reply = reply(body.as_bytes(), |call| Box::pin(example(call))).await?;
        let mut value: Value = serde_json::from_str(&reply.text).unwrap();
        let of_one = std::slice::from_mut(&mut value);
        let responses = match of_one {
            [Value::Array(list)] => list.as_mut_slice(),
            one => one,
        };
        for response in responses {
            if let Some(error) = response.get_mut("error").and_then(Value::as_object_mut) {
                assert!(error.remove("message").is_some_and(|text| text.is_string()));
                error.remove("data");
            }
        }
        Some(value)
    }

    fn error(code: i64, id: Value) -> Value {
        json!({ "jsonrpc": "2.0", "error": { "code": code }, "id": id })
    }

    fn result(result: Value, id: Value) -> Value {
        json!({ "jsonrpc": "2.0", "result": result, "id": id })
    }

    /// Section 7 of the specification, every example of it.
    #[tokio::test]
    async fn the_examples_of_the_specification_hold() {
        let none = Value::Null;
        let invalid = || error(-32600, none.clone());
        let examples = [
            (
                r#"{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}"#,
                Some(result(json!(19), json!(1))),
            ),
            (
                r#"{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}"#,
                Some(result(json!(-19), json!(2))),
            ),
            (
                r#"{"jsonrpc": "2.0", "method": "subtract",
                    "params": {"subtrahend": 23, "minuend": 42}, "id": 3}"#,
                Some(result(json!(19), json!(3))),
            ),
            (
                r#"{"jsonrpc": "2.0", "method": "subtract",
                    "params": {"minuend": 42, "subtrahend": 23}, "id": 4}"#,
                Some(result(json!(19), json!(4))),
            ),
            (r#"{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}"#, None),
            (r#"{"jsonrpc": "2.0", "method": "foobar"}"#, None),
            (
                r#"{"jsonrpc": "2.0", "method": "foobar", "id": "1"}"#,
                Some(error(-32601, json!("1"))),
            ),
            (
                r#"{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]"#,
                Some(error(-32700, none.clone())),
            ),
            (r#"{"jsonrpc": "2.0", "method": 1, "params": "bar"}"#, Some(invalid())),
            (
                r#"[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
                    {"jsonrpc": "2.0", "method"]"#,
                Some(error(-32700, none.clone())),
            ),
            ("[]", Some(invalid())),
            ("[1]", Some(json!([invalid()]))),
            ("[1,2,3]", Some(json!([invalid(), invalid(), invalid()]))),
            (
                r#"[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
                    {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
                    {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
                    {"foo": "boo"},
                    {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
                    {"jsonrpc": "2.0", "method": "get_data", "id": "9"}]"#,
                Some(json!([
                    result(json!(7), json!("1")),
                    result(json!(19), json!("2")),
                    invalid(),
                    error(-32601, json!("5")),
                    result(json!(["hello", 5]), json!("9")),
                ])),
            ),
            (
                r#"[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
                    {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}]"#,
                None,
            ),
        ];
        for (body, expected) in examples {
            assert_eq!(replied(body).await, expected, "{body}");
        }
    }
}
