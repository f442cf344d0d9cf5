//! The method table as OpenRPC 1.3 (<https://spec.open-rpc.org>): what `POST /rpc` and the
//! JSON-RPC WebSocket answer.

use serde_json::{Value, json};

use super::bundle::Definitions;
use super::{Dialect, info, params, result, result_name, sample, sorted};
use crate::jsonrpc;
use crate::methods::Method;

/// Errors a call may come to, with what they mean.
pub(super) const ERRORS: [(&str, i64, &str); 11] = [
    ("ParseError", jsonrpc::PARSE_ERROR, "The body is not JSON."),
    ("InvalidRequest", jsonrpc::INVALID_REQUEST, "The body is JSON, but no call."),
    ("MethodNotFound", jsonrpc::METHOD_NOT_FOUND, "There is no such method."),
    ("InvalidParams", jsonrpc::INVALID_PARAMS, "The params do not fit the method."),
    ("InternalError", jsonrpc::INTERNAL_ERROR, "Our fault."),
    ("Unauthorized", jsonrpc::UNAUTHORIZED, "The caller has not proved who it is."),
    ("Forbidden", jsonrpc::FORBIDDEN, "The caller may not."),
    ("NotFound", jsonrpc::NOT_FOUND, "The thing named does not exist."),
    ("Conflict", jsonrpc::CONFLICT, "Somebody else changed or decided it first."),
    ("Overloaded", jsonrpc::OVERLOADED, "A limit is reached; `data.retryAfterMs` says when."),
    ("Unavailable", jsonrpc::UNAVAILABLE, "Not now."),
];

/// The document.
///
/// # Errors
/// As for [`super::bundle`].
pub fn openrpc() -> Result<Value, String> {
    let mut all = Definitions::new("#/components/schemas/");
    let methods = Method::ALL.iter().map(|method| row(*method, &mut all));
    let methods = methods.collect::<Result<Vec<_>, _>>()?;
    let errors: serde_json::Map<_, _> = ERRORS
        .iter()
        .map(|(name, code, message)| {
            ((*name).to_owned(), json!({ "code": code, "message": message }))
        })
        .collect();
    Ok(sorted(json!({
        "openrpc": "1.3.2",
        "info": info("Nexus control plane", "Every method of the daemon, called by JSON-RPC 2.0."),
        "servers": [{
            "name": "this machine",
            "url": format!("http://127.0.0.1:{}/rpc", crate::PORT_DEFAULT),
        }],
        "methods": methods,
        "components": { "schemas": all.into_value(), "errors": errors },
    })))
}

fn row(method: Method, all: &mut Definitions) -> Result<Value, String> {
    let schema = all.absorb(params(method, Dialect::Draft07))?;
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let fields = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let params: Vec<_> = fields
        .into_iter()
        .map(|(name, schema)| {
            let is_required = required.iter().any(|field| *field == name.as_str());
            let description = schema.get("description").cloned().unwrap_or_default();
            let mut row = json!({ "name": name, "required": is_required, "schema": schema });
            if description.is_string() {
                row["description"] = description;
            }
            row
        })
        .collect();
    let returns = all.collect(&result_name(method), result(method, Dialect::Draft07))?;
    let errors: Vec<_> = ERRORS
        .iter()
        .skip(3)
        .map(|(name, ..)| json!({ "$ref": format!("#/components/errors/{name}") }))
        .collect();
    let tag = method.name().split('.').next().unwrap_or_default();
    Ok(json!({
        "name": method.name(),
        "summary": method.doc(),
        "tags": [{ "name": tag }],
        "paramStructure": "by-name",
        "params": params,
        "result": { "name": "result", "schema": returns },
        "errors": errors,
        "examples": [sample::pairing(method)?],
        "x-scope": method.scope().name(),
        "x-kind": method.kind().name(),
    }))
}
