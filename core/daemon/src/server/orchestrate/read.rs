//! What orchestrators write, read: their own few methods, with params by name.

use nexus_domain::Failure;
use nexus_domain::id::AgentId;
use nexus_protocol::jsonrpc::{self, Call, RpcError};
use nexus_protocol::parse;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Messages on a page when nobody says how many.
const MESSAGES_DEFAULT: u32 = 100;
/// Longest name of a message under way, in characters.
const REQUEST_ID_CHARS_MAX: usize = 128;

/// A call at `/rpc` that is none of the method table.
pub(super) enum OfDaemon {
    Create(CreateAgent),
    Destroy(NamedAgent),
    List,
    ShutDown,
}

/// A call at `/agent/{id}`.
pub(super) enum OfAgent {
    Send(Send),
    Cancel(Cancel),
    ShutDown,
    Tokens,
    Context,
    Messages(Page),
    Compact(Compact),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateAgent {
    pub(super) agent_id: Option<AgentId>,
    pub(super) system_prompt: Option<String>,
    pub(super) preset: Option<String>,
    #[serde(default)]
    pub(super) disable_tools: Vec<String>,
    pub(super) parent_agent_id: Option<AgentId>,
    pub(super) cwd: Option<String>,
    #[serde(default)]
    pub(super) allowed_write_paths: Vec<String>,
    pub(super) model: Option<String>,
    #[serde(default)]
    pub(super) is_temp: bool,
    pub(super) initial_message: Option<String>,
    #[serde(default)]
    pub(super) wait_for_initial_response: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedAgent {
    pub(super) agent_id: AgentId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Send {
    pub(super) content: String,
    pub(super) request_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cancel {
    pub(super) request_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    #[serde(default)]
    pub(super) offset: u32,
    #[serde(default = "messages_default")]
    pub(super) limit: u32,
}

fn messages_default() -> u32 {
    MESSAGES_DEFAULT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Compact {
    #[serde(default)]
    pub(super) force: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Reads a call at `/rpc`; `None` when its name is none of these, and may be one of the method
/// table.
pub(super) fn of_daemon(call: &Call) -> Option<Result<OfDaemon, RpcError>> {
    let params = call.params.clone();
    let read = match call.method.as_str() {
        "create_agent" => input(params).map(OfDaemon::Create),
        "destroy_agent" => input(params).map(OfDaemon::Destroy),
        "list_agents" => input(params).map(|Nothing {}| OfDaemon::List),
        "shutdown_server" => input(params).map(|Nothing {}| OfDaemon::ShutDown),
        _ => return None,
    };
    Some(read.map_err(|failure| RpcError::from(&failure)))
}

/// Reads a call at `/agent/{id}`.
///
/// # Errors
/// When an agent has no such method, or the params are not those of the method.
pub(super) fn of_agent(call: Call) -> Result<OfAgent, RpcError> {
    let params = call.params;
    let read = match call.method.as_str() {
        "send" => input(params).and_then(checked).map(OfAgent::Send),
        "cancel" => input(params).map(OfAgent::Cancel),
        "shutdown" => input(params).map(|Nothing {}| OfAgent::ShutDown),
        "get_tokens" => input(params).map(|Nothing {}| OfAgent::Tokens),
        "get_context" => input(params).map(|Nothing {}| OfAgent::Context),
        "get_messages" => input(params).map(OfAgent::Messages),
        "compact" => input(params).map(OfAgent::Compact),
        other => {
            let failure =
                Failure::invalid(format!("an agent has no method `{}`", jsonrpc::shown(other)))
                    .hint(
                        "it has send, cancel, shutdown, get_tokens, get_context, get_messages \
                         and compact; all others are called at /rpc",
                    );
            return Err(RpcError::no_method(&failure));
        }
    };
    read.map_err(|failure| RpcError::from(&failure))
}

fn input<T: DeserializeOwned>(params: Option<Value>) -> Result<T, Failure> {
    let value = params.unwrap_or_else(|| json!({}));
    match value.is_array() {
        true => {
            Err(Failure::invalid("params are given by name here")
                .details(json!({ "path": "params" })))
        }
        false => parse::typed(value, "params"),
    }
}

fn checked(message: Send) -> Result<Send, Failure> {
    let Some(given) = &message.request_id else { return Ok(message) };
    let n_chars = given.chars().count();
    match (1..=REQUEST_ID_CHARS_MAX).contains(&n_chars) {
        true => Ok(message),
        false => Err(Failure::invalid(format!(
            "`params.request_id` has {n_chars} characters; it has 1 to {REQUEST_ID_CHARS_MAX}"
        ))
        .details(json!({ "path": "params.request_id" }))),
    }
}

/// The errors that what was posted to an address is met with before anything is done; for the
/// fuzzer.
#[cfg(feature = "test-util")]
pub fn orchestrated(id: &str, body: &[u8]) -> Vec<RpcError> {
    use nexus_protocol::jsonrpc::Incoming;

    let calls = match jsonrpc::read(body) {
        Incoming::One(call) => vec![call],
        Incoming::Many(calls) => calls,
    };
    let agent = AgentId::parse(id);
    let mut errors: Vec<_> = agent.as_ref().err().map(RpcError::from).into_iter().collect();
    for call in calls {
        let error = match call {
            Err(refused) => Some(refused.error),
            Ok(call) => match of_daemon(&call) {
                Some(own) => own.err(),
                None => of_agent(call).err(),
            },
        };
        errors.extend(error);
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(method: &str, params: Value) -> (i64, Value) {
        let call = Call { id: None, method: method.to_owned(), params: Some(params) };
        let error = match of_daemon(&call) {
            Some(own) => own.err(),
            None => of_agent(call).err(),
        };
        let error = error.unwrap();
        (error.code, error.data.unwrap_or_default()["details"]["path"].clone())
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_path() {
        let (invalid, none) = (jsonrpc::INVALID_PARAMS, jsonrpc::METHOD_NOT_FOUND);
        for (method, params, expected) in [
            ("create_agent", json!({ "agent_id": "../x" }), (invalid, json!("params.agent_id"))),
            ("destroy_agent", json!({}), (invalid, json!("params"))),
            ("list_agents", json!([]), (invalid, json!("params"))),
            ("send", json!({ "content": 7 }), (invalid, json!("params.content"))),
            (
                "send",
                json!({ "content": "x", "request_id": "" }),
                (invalid, json!("params.request_id")),
            ),
            ("get_messages", json!({ "offset": -1 }), (invalid, json!("params.offset"))),
            ("health", json!({}), (none, Value::Null)),
        ] {
            assert_eq!(fault(method, params), expected, "{method}");
        }
    }
}
