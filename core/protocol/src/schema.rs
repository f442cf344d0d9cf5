//! The schemas of the wire, built from the method table and the types themselves.
//!
//! Two dialects: 2020-12 is what we publish and validate against; draft-07 is what the generator
//! of TypeScript reads without losing fields. Nothing is written by hand, so a type and its
//! schema cannot drift apart.

mod asyncapi;
mod bundle;
mod document;
mod openapi;
mod openrpc;
mod sample;
mod swift;

use std::collections::BTreeMap;

use nexus_domain::event::{Recorded, Transient};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

pub use asyncapi::asyncapi;
pub use bundle::bundle;
pub use document::protocol_md;
pub use openapi::openapi;
pub use openrpc::openrpc;
pub use sample::samples;

use crate::frame::{ClientFrame, ServerFrame};
use crate::methods::Method;

/// A dialect of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// 2020-12, for publication and validation.
    Published,
    /// Draft-07, for code generators.
    Draft07,
}

/// Which side of a type the schema describes: what is read may leave defaults out, what is
/// written never does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Inbound,
    Outbound,
}

fn root<T: JsonSchema>(dialect: Dialect, direction: Direction) -> Value {
    let settings = match dialect {
        Dialect::Published => SchemaSettings::draft2020_12(),
        Dialect::Draft07 => SchemaSettings::draft07(),
    };
    let settings = match direction {
        Direction::Inbound => settings.for_deserialize(),
        Direction::Outbound => settings.for_serialize(),
    };
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    let definitions = definitions_of(&schema).cloned().unwrap_or_default();
    inline_variants(&mut schema, &definitions);
    bound_integers(&mut schema);
    sorted(schema)
}

/// Puts the keys of every object in order. Whether `serde_json` keeps them sorted depends on
/// which crates are built together; what is committed must not.
#[must_use]
pub fn sorted(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let object: BTreeMap<_, _> =
                object.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(object.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

macro_rules! method_schemas {
    ($($wire:literal => $variant:ident, $resource:ident :: $function:ident,
       $($params:ident)::+, $($result:ident)::+, $scope:ident, $kind:ident, $doc:literal;)+) => {
        /// The schema of a method's input.
        #[must_use]
        pub fn params(method: Method, dialect: Dialect) -> Value {
            let schema = match method {
                $(Method::$variant => root::<crate::$($params)::+>(dialect, Direction::Inbound),)+
            };
            titled(schema, &params_name(method))
        }

        /// The schema of a method's result.
        #[must_use]
        pub fn result(method: Method, dialect: Dialect) -> Value {
            let schema = match method {
                $(Method::$variant => root::<crate::$($result)::+>(dialect, Direction::Outbound),)+
            };
            titled(schema, &result_name(method))
        }
    };
}

crate::for_each_method!(method_schemas);

/// The schema of an input that stands in no table.
pub(crate) fn input<T: JsonSchema>() -> Value {
    root::<T>(Dialect::Published, Direction::Inbound)
}

/// The schema of every frame a client may send.
#[must_use]
pub fn client_frame(dialect: Dialect) -> Value {
    titled(root::<ClientFrame>(dialect, Direction::Inbound), "ClientFrame")
}

/// The schema of every frame the daemon sends.
#[must_use]
pub fn server_frame(dialect: Dialect) -> Value {
    titled(root::<ServerFrame>(dialect, Direction::Outbound), "ServerFrame")
}

/// The schema of a recorded event, as `GET /api/events/stream` and exports show it.
#[must_use]
pub fn recorded_event(dialect: Dialect) -> Value {
    titled(root::<Recorded>(dialect, Direction::Outbound), "RecordedEvent")
}

/// The schema of what streams by without being recorded.
#[must_use]
pub fn transient_event(dialect: Dialect) -> Value {
    titled(root::<Transient>(dialect, Direction::Outbound), "TransientEvent")
}

/// One event type with the schema of its properties.
pub(crate) struct EventSchema {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) properties: Value,
}

/// The variants of a `type`/`properties` enum, in order of declaration.
pub(crate) fn event_schemas(schema: &Value) -> Vec<EventSchema> {
    let variants = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let one = |variant: &Value| {
        let name = variant.pointer("/properties/type/const")?.as_str()?.to_owned();
        let doc = variant.get("description").and_then(Value::as_str).unwrap_or_default();
        let properties = variant.pointer("/properties/properties")?.clone();
        Some(EventSchema { name, doc: doc.to_owned(), properties })
    };
    variants.filter_map(one).collect()
}

/// The type name of a method's input, such as `SessionsListParams`.
pub(crate) fn params_name(method: Method) -> String {
    format!("{}Params", pascal(method.name()))
}

/// The type name of a method's result, such as `SessionsListResult`.
pub(crate) fn result_name(method: Method) -> String {
    format!("{}Result", pascal(method.name()))
}

fn pascal(wire: &str) -> String {
    let upper = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|c| c.to_ascii_uppercase())
            .into_iter()
            .chain(letters)
            .collect::<String>()
    };
    wire.split('.').map(upper).collect()
}

/// The schema of a type as it is written.
pub(crate) fn outbound<T: JsonSchema>() -> Value {
    root::<T>(Dialect::Published, Direction::Outbound)
}

/// What every document says about itself.
fn info(title: &str, description: &str) -> Value {
    json!({
        "title": title,
        "version": env!("CARGO_PKG_VERSION"),
        "description": description,
        "license": { "name": "Apache-2.0 OR MIT", "url": "https://spdx.org/licenses/Apache-2.0" },
    })
}

/// The names of the documents and schemas under `docs/`, such as `schema/client-frame.json`.
#[must_use]
pub fn names() -> Vec<String> {
    let whole = ["openapi", "openrpc", "asyncapi", "client-frame", "server-frame"]
        .into_iter()
        .chain(["recorded-event", "transient-event", "bundle.draft-07", "samples"]);
    let of_methods = Method::ALL.iter().flat_map(|method| {
        ["params", "result"].map(|side| format!("methods/{}.{side}", method.name()))
    });
    whole.map(str::to_owned).chain(of_methods).map(|name| format!("schema/{name}.json")).collect()
}

/// One document or schema, by its name under `docs/`; the three documents of the whole wire also
/// without their folder, such as `openrpc.json`. `None` when there is none of this name.
///
/// # Errors
/// As for [`bundle`].
#[must_use]
pub fn document(name: &str) -> Option<Result<Value, String>> {
    let dialect = Dialect::Published;
    let name = name.strip_suffix(".json")?;
    Some(match name.strip_prefix("schema/").unwrap_or(name) {
        "openapi" => openapi(),
        "openrpc" => openrpc(),
        "asyncapi" => asyncapi(),
        "bundle.draft-07" => bundle(),
        "samples" => samples(),
        "client-frame" => Ok(client_frame(dialect)),
        "server-frame" => Ok(server_frame(dialect)),
        "recorded-event" => Ok(recorded_event(dialect)),
        "transient-event" => Ok(transient_event(dialect)),
        other => {
            let (method, side) = other.strip_prefix("methods/")?.rsplit_once('.')?;
            let method = Method::by_name(method)?;
            match side {
                "params" => Ok(params(method, dialect)),
                "result" => Ok(result(method, dialect)),
                _ => return None,
            }
        }
    })
}

/// Every generated file, by its path under `docs/`.
///
/// # Errors
/// As for [`bundle`], or when a schema cannot be written as text.
pub fn files() -> Result<BTreeMap<String, String>, String> {
    let mut files = BTreeMap::from([("protocol.md".to_owned(), protocol_md())]);
    for name in names() {
        let document = document(&name).ok_or_else(|| format!("{name} has no document"))??;
        let text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?;
        files.insert(name, text + "\n");
    }
    files.insert("schema/NexusProtocol.swift".to_owned(), swift::swift()?);
    Ok(files)
}

fn definitions_of(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("$defs").or_else(|| schema.get("definitions"))?.as_object()
}

fn titled(mut schema: Value, title: &str) -> Value {
    schema["title"] = json!(title);
    sorted(schema)
}

/// Writes the variants of an internally tagged enum out in full. As a reference beside a `type`
/// property they would contradict themselves: the referenced type knows no `type`, and a type
/// that refuses unknown fields would refuse its own tag.
fn inline_variants(schema: &mut Value, definitions: &Map<String, Value>) {
    let variants = schema.get_mut("oneOf").and_then(Value::as_array_mut);
    for variant in variants.into_iter().flatten() {
        let Some(target) = variant_target(variant, definitions) else { continue };
        let (Some(own), Some(target)) = (variant.as_object_mut(), target.as_object()) else {
            continue;
        };
        own.remove("$ref");
        own.remove("allOf");
        for (key, value) in target {
            match (own.get_mut(key), value) {
                (Some(Value::Object(own)), Value::Object(theirs)) => {
                    own.extend(theirs.clone());
                }
                (Some(Value::Array(own)), Value::Array(theirs)) => own.extend(theirs.clone()),
                (Some(_), _) => {}
                (None, value) => {
                    own.insert(key.clone(), value.clone());
                }
            }
        }
    }
}

fn variant_target(variant: &Value, definitions: &Map<String, Value>) -> Option<Value> {
    variant.get("properties")?;
    let reference = variant.get("$ref").or_else(|| variant.pointer("/allOf/0/$ref"))?.as_str()?;
    definitions.get(reference.rsplit('/').next()?).cloned()
}

/// Turns the integer formats, which validators ignore, into bounds, which they check.
fn bound_integers(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            let bounds = match object.get("format").and_then(Value::as_str) {
                Some("uint32") => Some((0, u64::from(u32::MAX))),
                Some("uint64" | "uint") => Some((0, u64::MAX)),
                _ => None,
            };
            if let Some((minimum, maximum)) = bounds {
                object.entry("minimum").or_insert(json!(minimum));
                object.entry("maximum").or_insert(json!(maximum));
            }
            object.values_mut().for_each(bound_integers);
        }
        Value::Array(items) => items.iter_mut().for_each(bound_integers),
        _ => {}
    }
}
