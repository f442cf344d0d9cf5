//! The JSON Schema of `nexus.toml`, made from the table of keys, so that editors can check and
//! complete what they are given.

use nexus_protocol::schema::sorted;
use serde_json::{Map, Value, json};

use super::keys::{KEYS, Key, Kind};

/// The schema, in dialect 2020-12. What it leaves to the daemon are rules between keys.
#[must_use]
pub fn schema() -> Value {
    let mut root = table();
    for key in KEYS {
        let mut at = &mut root;
        let parts: Vec<_> = key.name.split('.').collect();
        for (n, part) in parts.iter().enumerate() {
            let slot = match *part {
                // A name that the person chooses.
                "*" => &mut at["additionalProperties"],
                name => &mut at["properties"][name],
            };
            if n + 1 == parts.len() {
                *slot = leaf(key);
            } else if !slot.is_object() {
                *slot = table();
            }
            at = slot;
        }
    }
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("nexus.toml");
    root["description"] = json!("The configuration of Nexus.");
    sorted(root)
}

/// A table; what is not named in it is a slip.
fn table() -> Value {
    json!({ "type": "object", "properties": {}, "additionalProperties": false })
}

fn leaf(key: &Key) -> Value {
    let shape = match key.kind {
        Kind::Integer(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Amount => json!({ "type": "number", "minimum": 0 }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Text => json!({ "type": "string" }),
        Kind::Choice(words) => json!({ "type": "string", "enum": words }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Table => json!({ "type": "object" }),
    };
    let mut leaf: Map<String, Value> = shape.as_object().cloned().unwrap_or_default();
    leaf.insert("description".to_owned(), json!(key.doc));
    if let Some(default) = key.default_value() {
        leaf.insert("default".to_owned(), default);
    }
    if key.needs_restart {
        leaf.insert("x-needs-restart".to_owned(), json!(true));
    }
    Value::Object(leaf)
}

/// The schema as it is committed.
///
/// # Errors
/// Never in practice; JSON can always be written.
pub fn schema_text() -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(&schema())? + "\n")
}
