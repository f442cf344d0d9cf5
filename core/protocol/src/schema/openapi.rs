//! The HTTP surface as OpenAPI 3.1 (<https://spec.openapis.org/oas/v3.1.1.html>), from the route
//! table.

use serde_json::{Map, Value, json};

use super::bundle::Definitions;
use super::{Dialect, Direction, info, root, sorted};
use crate::error::WireError;
use crate::routes::{Access, Reply, Route};
use crate::tool::Invocation;

/// The document.
///
/// # Errors
/// As for [`super::bundle`].
pub fn openapi() -> Result<Value, String> {
    let mut all = Definitions::new("#/components/schemas/");
    let error = all.collect("Error", root::<WireError>(Dialect::Published, Direction::Outbound))?;
    let mut paths = Map::new();
    for route in Route::ALL {
        let path = route.path().replace("{*", "{");
        let verbs = paths.entry(path).or_insert_with(|| json!({}));
        verbs[route.verb().name().to_lowercase()] = operation(*route, &mut all)?;
    }
    let body = json!({
        "type": "object", "properties": { "error": error }, "required": ["error"],
    });
    Ok(sorted(json!({
        "openapi": "3.1.0",
        "info": info(
            "Nexus over HTTP",
            "Every address of the control plane. The calls themselves are in openrpc.json.",
        ),
        "servers": [{ "url": format!("http://127.0.0.1:{}", crate::PORT_DEFAULT) }],
        "paths": paths,
        "components": {
            "schemas": all.into_value(),
            "responses": { "Error": {
                "description": "What is wrong, why, and how to mend it.",
                "content": { "application/json": { "schema": body } },
            } },
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "browser": { "type": "apiKey", "in": "cookie", "name": "nexus_session" },
            },
        },
    })))
}

fn operation(route: Route, all: &mut Definitions) -> Result<Value, String> {
    let reply = route.reply();
    let mut answer = json!({ "description": answer_text(reply) });
    if let Some(kind) = reply.content_type() {
        let schema = match reply.schema() {
            Some(schema) => all.collect(&format!("{reply:?}"), schema)?,
            None => json!({}),
        };
        answer["content"] = json!({ kind: { "schema": schema } });
    }
    let error = json!({ "$ref": "#/components/responses/Error" });
    let mut responses = json!({ reply.status().to_string(): answer, "default": error });
    if route.access() == Access::Known {
        responses["401"] = error;
    }
    let mut operation = json!({
        "operationId": format!("{route:?}"),
        "summary": route.doc(),
        "responses": responses,
        "security": match route.access() {
            Access::Open => json!([]),
            // What tells nothing about anybody; elsewhere a cookie, which can be stolen, proves
            // nothing.
            Access::Known if route.reply() == Reply::Document => {
                json!([{ "bearer": [] }, { "browser": [] }])
            }
            Access::Known => json!([{ "bearer": [] }]),
        },
    });
    if let Some(kind) = route.body().content_type() {
        let schema = match route {
            Route::ToolsInvoke => all.collect("Invocation", super::input::<Invocation>())?,
            Route::Login => json!({
                "type": "object",
                "properties": { "password": { "type": "string", "format": "password" } },
                "required": ["password"],
            }),
            _ => json!({}),
        };
        operation["requestBody"] =
            json!({ "required": true, "content": { kind: { "schema": schema } } });
    }
    let parameters: Vec<_> = parameters(route.path()).collect();
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    }
    Ok(operation)
}

fn parameters(path: &str) -> impl Iterator<Item = Value> {
    path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({
            "name": name.trim_start_matches('*'),
            "in": "path",
            "required": true,
            "schema": { "type": "string" },
        }))
    })
}

fn answer_text(reply: Reply) -> &'static str {
    match reply {
        Reply::Page => "A page or a file.",
        Reply::JsonRpc => "Responses; 204 when there were only notifications.",
        Reply::WebSocket => "The connection is a WebSocket from here on.",
        Reply::Health => "The whole health; `status` and `version` alone for strangers.",
        Reply::Brief => "Work is taken.",
        Reply::Text => "Text.",
        Reply::Events => "Events, until the client leaves.",
        Reply::SignIn => "The browser is signed in.",
        Reply::Link => "The link.",
        Reply::Call => "The call was made, whatever the tool says, or foreseen.",
        Reply::Document => "The document.",
    }
}
