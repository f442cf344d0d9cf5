//! Frames and events as AsyncAPI 3.0 (<https://www.asyncapi.com/docs/reference/specification>):
//! what goes over the WebSocket of framing A, and over the stream of events.

use nexus_domain::event::{Event, Transient};
use serde_json::{Map, Value, json};

use super::bundle::Definitions;
use super::{Dialect, Direction, client_frame, event_schemas, info, root, server_frame, sorted};
use crate::frame::{Lagged, PresenceEntry, Shutdown};
use crate::routes::Route;

/// What AsyncAPI reads without being told.
const DIALECT: Dialect = Dialect::Draft07;

/// The document.
///
/// # Errors
/// As for [`super::bundle`].
pub fn asyncapi() -> Result<Value, String> {
    let mut all = Definitions::new("#/components/schemas/");
    let mut messages = Map::new();
    let sent = frames(&mut all, &mut messages, "client", client_frame(DIALECT))?;
    let heard = frames(&mut all, &mut messages, "daemon", server_frame(DIALECT))?;
    let mut events = Vec::new();
    for schema in [
        root::<Event>(DIALECT, Direction::Outbound),
        root::<Transient>(DIALECT, Direction::Outbound),
    ] {
        for event in event_schemas(&all.absorb(schema)?) {
            let key = format!("event.{}", event.name);
            messages.insert(key.clone(), message(&event.name, &event.doc, event.properties));
            events.push(key);
        }
    }
    let lagged = all.collect("Lagged", root::<Lagged>(DIALECT, Direction::Outbound))?;
    messages.insert(
        "event.lagged".to_owned(),
        message("lagged", "The subscriber was too slow; it subscribes again from here.", lagged),
    );
    events.push("event.lagged".to_owned());
    all.collect("Shutdown", root::<Shutdown>(DIALECT, Direction::Outbound))?;
    all.collect("PresenceEntry", root::<PresenceEntry>(DIALECT, Direction::Outbound))?;
    Ok(sorted(json!({
        "asyncapi": "3.0.0",
        "info": info("Nexus events", "Frames of the WebSocket, and everything that can happen."),
        "servers": { "local": {
            "host": format!("127.0.0.1:{}", crate::PORT_DEFAULT),
            "protocol": "ws",
            "description": "The daemon on this machine.",
        } },
        "channels": {
            "socket": channel(Route::Socket, sent.iter().chain(&heard)),
            "events": channel(Route::Events, events.iter()),
        },
        "operations": {
            "call": operation("receive", "socket", "What a client says.", &sent),
            "answer": operation("send", "socket", "What the daemon says.", &heard),
            "follow": operation(
                "send",
                "events",
                "What happens. On the WebSocket the same content is the payload of `event` frames.",
                &events,
            ),
        },
        "components": { "messages": messages, "schemas": all.into_value() },
    })))
}

/// The variants of a frame as messages; hands out their keys.
fn frames(
    all: &mut Definitions,
    messages: &mut Map<String, Value>,
    side: &str,
    schema: Value,
) -> Result<Vec<String>, String> {
    let schema = all.absorb(schema)?;
    let mut keys = Vec::new();
    for variant in schema.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
        let name = variant.pointer("/properties/type/const").and_then(Value::as_str);
        let name = name.ok_or_else(|| format!("a frame of the {side} has no type"))?;
        let doc = variant.get("description").and_then(Value::as_str).unwrap_or_default();
        let key = format!("{side}.{name}");
        messages.insert(key.clone(), message(name, doc, variant.clone()));
        keys.push(key);
    }
    Ok(keys)
}

fn message(name: &str, doc: &str, payload: Value) -> Value {
    json!({ "name": name, "summary": doc, "contentType": "application/json", "payload": payload })
}

fn channel<'a>(route: Route, keys: impl Iterator<Item = &'a String>) -> Value {
    let messages: Map<_, _> = keys
        .map(|key| (key.clone(), json!({ "$ref": format!("#/components/messages/{key}") })))
        .collect();
    json!({ "address": route.path(), "description": route.doc(), "messages": messages })
}

fn operation(action: &str, channel: &str, summary: &str, keys: &[String]) -> Value {
    let messages: Vec<_> = keys
        .iter()
        .map(|key| json!({ "$ref": format!("#/channels/{channel}/messages/{key}") }))
        .collect();
    json!({
        "action": action,
        "summary": summary,
        "channel": { "$ref": format!("#/channels/{channel}") },
        "messages": messages,
    })
}
