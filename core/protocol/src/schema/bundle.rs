//! Types gathered under one roof, for generators and for the documents.

use std::collections::BTreeMap;

use nexus_domain::event::{Event, Transient};
use serde_json::{Map, Value, json};

use super::{
    Dialect, Direction, client_frame, definitions_of, event_schemas, params, params_name, result,
    result_name, root, server_frame, sorted,
};
use crate::frame::{Lagged, PresenceEntry, Shutdown};
use crate::methods::Method;

/// Schemas by name, with references between them.
pub(super) struct Definitions {
    /// Where references point to, such as `#/definitions/`.
    place: &'static str,
    schemas: BTreeMap<String, Value>,
}

impl Definitions {
    pub(super) fn new(place: &'static str) -> Self {
        Self { place, schemas: BTreeMap::new() }
    }

    /// A reference to a schema of this set.
    pub(super) fn reference(&self, name: &str) -> Value {
        json!({ "$ref": format!("{}{name}", self.place) })
    }

    /// Moves a root schema and its definitions in, and refers to it.
    pub(super) fn collect(&mut self, name: &str, schema: Value) -> Result<Value, String> {
        let schema = self.absorb(schema)?;
        self.insert(name, schema)?;
        Ok(self.reference(name))
    }

    /// Moves the definitions of a root schema in and hands out the rest of it.
    pub(super) fn absorb(&mut self, mut schema: Value) -> Result<Value, String> {
        let nested = definitions_of(&schema).cloned().unwrap_or_default();
        if let Some(object) = schema.as_object_mut() {
            for key in ["$schema", "definitions", "$defs", "title"] {
                object.remove(key);
            }
        }
        for (name, mut definition) in nested {
            self.redirect(&mut definition);
            self.insert(&name, definition)?;
        }
        self.redirect(&mut schema);
        Ok(schema)
    }

    pub(super) fn insert(&mut self, name: &str, schema: Value) -> Result<(), String> {
        match self.schemas.get(name) {
            Some(known) if *known != schema => Err(format!("two types share the name `{name}`")),
            _ => {
                self.schemas.insert(name.to_owned(), schema);
                Ok(())
            }
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.schemas.keys()
    }

    pub(super) fn into_value(self) -> Value {
        json!(self.schemas)
    }

    fn redirect(&self, schema: &mut Value) {
        match schema {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get_mut("$ref")
                    && let Some(name) = reference.rsplit('/').next()
                {
                    *reference = format!("{}{name}", self.place);
                }
                object.values_mut().for_each(|value| self.redirect(value));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.redirect(item)),
            _ => {}
        }
    }
}

/// One document with every type, for generators: `definitions` by name, plus `Methods`,
/// `Events` and `Transients`, which map a wire name to its types.
///
/// # Errors
/// Names two different types that would share one name in it.
pub fn bundle() -> Result<Value, String> {
    let dialect = Dialect::Draft07;
    let mut all = Definitions::new("#/definitions/");
    let mut methods = Map::new();
    for method in Method::ALL {
        let params = all.collect(&params_name(*method), params(*method, dialect))?;
        let result = all.collect(&result_name(*method), result(*method, dialect))?;
        let row = json!({ "params": params, "result": result });
        methods.insert(method.name().to_owned(), described(closed(row), method.doc()));
    }
    all.collect("ClientFrame", client_frame(dialect))?;
    all.collect("ServerFrame", server_frame(dialect))?;
    all.collect("Lagged", root::<Lagged>(dialect, Direction::Outbound))?;
    all.collect("Shutdown", root::<Shutdown>(dialect, Direction::Outbound))?;
    all.collect("PresenceEntry", root::<PresenceEntry>(dialect, Direction::Outbound))?;
    let events = event_map(&mut all, root::<Event>(dialect, Direction::Outbound))?;
    let transients = event_map(&mut all, root::<Transient>(dialect, Direction::Outbound))?;
    let doc = "Every method, by its wire name.";
    all.insert("Methods", described(closed(methods.into()), doc))?;
    let doc = "Properties of every recorded event, by its type.";
    all.insert("Events", described(closed(events), doc))?;
    let doc = "Properties of what streams by without being recorded, by its type.";
    all.insert("Transients", described(closed(transients), doc))?;
    let properties: Map<_, _> =
        all.names().map(|name| (name.clone(), all.reference(name))).collect();
    let mut bundle = closed(properties.into());
    bundle["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    bundle["title"] = json!("Protocol");
    bundle["definitions"] = all.into_value();
    Ok(sorted(bundle))
}

fn event_map(all: &mut Definitions, schema: Value) -> Result<Value, String> {
    let mut map = Map::new();
    for event in event_schemas(&all.absorb(schema)?) {
        map.insert(event.name, described(event.properties, &event.doc));
    }
    Ok(map.into())
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
