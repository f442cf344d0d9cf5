//! The schemas of the wire, built from the method table and the types themselves.
//!
//! Two dialects: 2020-12 is what we publish and validate against; draft-07 is what the generator
//! of TypeScript reads without losing fields. Nothing is written by hand, so a type and its
//! schema cannot drift apart.

mod document;

use std::collections::BTreeMap;

use nexus_domain::event::{Event, Recorded, Transient};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

pub use document::protocol_md;

use crate::frame::{ClientFrame, Lagged, PresenceEntry, ServerFrame, Shutdown};
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
fn sorted(value: Value) -> Value {
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

/// One document with every type, for generators: `definitions` by name, plus `Methods`,
/// `Events` and `Transients`, which map a wire name to its types.
///
/// # Errors
/// Names two different types that would share one name in it.
pub fn bundle() -> Result<Value, String> {
    let dialect = Dialect::Draft07;
    let mut definitions = BTreeMap::new();
    let mut methods = Map::new();
    for method in Method::ALL {
        let (params_name, result_name) = (params_name(*method), result_name(*method));
        collect(&mut definitions, &params_name, params(*method, dialect))?;
        collect(&mut definitions, &result_name, result(*method, dialect))?;
        let row = json!({ "params": reference(&params_name), "result": reference(&result_name) });
        methods.insert(method.name().to_owned(), described(closed(row), method.doc()));
    }
    collect(&mut definitions, "ClientFrame", client_frame(dialect))?;
    collect(&mut definitions, "ServerFrame", server_frame(dialect))?;
    collect(&mut definitions, "Lagged", root::<Lagged>(dialect, Direction::Outbound))?;
    collect(&mut definitions, "Shutdown", root::<Shutdown>(dialect, Direction::Outbound))?;
    collect(
        &mut definitions,
        "PresenceEntry",
        root::<PresenceEntry>(dialect, Direction::Outbound),
    )?;
    let recorded = root::<Event>(dialect, Direction::Outbound);
    let transient = root::<Transient>(dialect, Direction::Outbound);
    let events = event_map(&mut definitions, recorded)?;
    let transients = event_map(&mut definitions, transient)?;
    let doc = "Every method, by its wire name.";
    definitions.insert("Methods".into(), described(closed(methods.into()), doc));
    let doc = "Properties of every recorded event, by its type.";
    definitions.insert("Events".into(), described(closed(events), doc));
    let doc = "Properties of what streams by without being recorded, by its type.";
    definitions.insert("Transients".into(), described(closed(transients), doc));
    let names: Vec<_> = definitions.keys().cloned().collect();
    let properties: Map<_, _> =
        names.into_iter().map(|name| (name.clone(), reference(&name))).collect();
    let mut bundle = closed(properties.into());
    bundle["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    bundle["title"] = json!("Protocol");
    bundle["definitions"] = json!(definitions);
    Ok(sorted(bundle))
}

/// Every generated file, by its path under `docs/`.
///
/// # Errors
/// As for [`bundle`], or when a schema cannot be written as text.
pub fn files() -> Result<BTreeMap<String, String>, String> {
    let dialect = Dialect::Published;
    let mut schemas = BTreeMap::new();
    for method in Method::ALL {
        let name = method.name();
        schemas.insert(format!("methods/{name}.params.json"), params(*method, dialect));
        schemas.insert(format!("methods/{name}.result.json"), result(*method, dialect));
    }
    schemas.insert("client-frame.json".to_owned(), client_frame(dialect));
    schemas.insert("server-frame.json".to_owned(), server_frame(dialect));
    schemas.insert("recorded-event.json".to_owned(), recorded_event(dialect));
    schemas.insert("transient-event.json".to_owned(), transient_event(dialect));
    schemas.insert("bundle.draft-07.json".to_owned(), bundle()?);
    let mut files = BTreeMap::from([("protocol.md".to_owned(), protocol_md())]);
    for (name, schema) in schemas {
        let text = serde_json::to_string_pretty(&schema).map_err(|error| error.to_string())?;
        files.insert(format!("schema/{name}"), text + "\n");
    }
    Ok(files)
}

fn event_map(definitions: &mut BTreeMap<String, Value>, schema: Value) -> Result<Value, String> {
    let mut map = Map::new();
    for event in event_schemas(&schema) {
        map.insert(event.name, described(event.properties, &event.doc));
    }
    for (name, definition) in definitions_of(&schema).cloned().unwrap_or_default() {
        insert(definitions, &name, definition)?;
    }
    Ok(map.into())
}

/// Moves a root schema and its definitions into a shared set.
fn collect(
    definitions: &mut BTreeMap<String, Value>,
    name: &str,
    mut schema: Value,
) -> Result<(), String> {
    let nested = definitions_of(&schema).cloned().unwrap_or_default();
    if let Some(object) = schema.as_object_mut() {
        for key in ["$schema", "definitions", "title"] {
            object.remove(key);
        }
    }
    for (name, definition) in nested {
        insert(definitions, &name, definition)?;
    }
    insert(definitions, name, schema)
}

fn insert(
    definitions: &mut BTreeMap<String, Value>,
    name: &str,
    schema: Value,
) -> Result<(), String> {
    match definitions.get(name) {
        Some(known) if *known != schema => Err(format!("two types share the name `{name}`")),
        _ => {
            definitions.insert(name.to_owned(), schema);
            Ok(())
        }
    }
}

fn definitions_of(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("$defs").or_else(|| schema.get("definitions"))?.as_object()
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

fn closed(properties: Value) -> Value {
    let mut required: Vec<_> =
        properties.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default();
    // For the same reason as in `sorted`.
    required.sort();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn described(mut schema: Value, doc: &str) -> Value {
    schema["description"] = json!(doc);
    schema
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
