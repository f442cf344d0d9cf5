//! Values that fit the schemas: examples for readers, and samples that other languages are held
//! against. Each went through the type of its row, so it is what the daemon itself would write.

use nexus_domain::event::{Event, Transient};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{
    Dialect, Direction, client_frame, definitions_of, params, params_name, result, root,
    server_frame,
};
use crate::frame::{ClientFrame, ServerFrame};
use crate::methods::Method;

/// Most samples of one type: enough for each variant of the widest one.
const SAMPLES_MAX: usize = 80;
/// Deepest nesting of a sample; types that hold themselves end there.
const DEPTH_MAX: usize = 12;

macro_rules! typed_methods {
    ($($wire:literal => $variant:ident, $resource:ident :: $function:ident,
       $($params:ident)::+, $($result:ident)::+, $scope:ident, $kind:ident, $doc:literal;)+) => {
        /// Samples of a method's input.
        fn typed_params(method: Method, schema: &Value) -> Result<Vec<Value>, String> {
            match method { $(Method::$variant => typed::<crate::$($params)::+>(schema),)+ }
        }

        /// Samples of a method's result.
        fn typed_result(method: Method, schema: &Value) -> Result<Vec<Value>, String> {
            match method { $(Method::$variant => typed::<crate::$($result)::+>(schema),)+ }
        }
    };
}

crate::for_each_method!(typed_methods);

/// Samples of everything on the wire: `methods` by name with `params` and `result`, `frames` of
/// `client` and `daemon`, `events` and `transients`.
///
/// # Errors
/// Names a schema that its own type does not follow.
pub fn samples() -> Result<Value, String> {
    let mut methods = Map::new();
    for method in Method::ALL {
        let row = json!({
            "params": typed_params(*method, &params(*method, Dialect::Published))?,
            "result": typed_result(*method, &result(*method, Dialect::Published))?,
        });
        methods.insert(method.name().to_owned(), row);
    }
    let outbound = (Dialect::Published, Direction::Outbound);
    Ok(super::sorted(json!({
        "methods": methods,
        "frames": {
            "client": typed::<ClientFrame>(&client_frame(Dialect::Published))?,
            "daemon": typed::<ServerFrame>(&server_frame(Dialect::Published))?,
        },
        "events": typed::<Event>(&root::<Event>(outbound.0, outbound.1))?,
        "transients": typed::<Transient>(&root::<Transient>(outbound.0, outbound.1))?,
    })))
}

/// The example of a method, as OpenRPC has them.
pub(super) fn pairing(method: Method) -> Result<Value, String> {
    let first = |samples: Vec<Value>| samples.into_iter().next().unwrap_or_default();
    let input = first(typed_params(method, &params(method, Dialect::Published))?);
    let output = first(typed_result(method, &result(method, Dialect::Published))?);
    let fields = super::sorted(input).as_object().cloned().unwrap_or_default();
    let params: Vec<_> =
        fields.into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    Ok(json!({
        "name": params_name(method).trim_end_matches("Params"),
        "params": params,
        "result": { "name": "result", "value": output },
    }))
}

/// Samples of a type, one per variant of it and of what it holds, as the type itself writes them.
fn typed<T: DeserializeOwned + Serialize>(schema: &Value) -> Result<Vec<Value>, String> {
    let none = Map::new();
    let maker = Maker { definitions: definitions_of(schema).unwrap_or(&none) };
    let mut samples: Vec<Value> = Vec::new();
    for turn in 0..maker.width(schema, 0).clamp(2, SAMPLES_MAX) {
        let raw = maker.make(schema, "text", turn, 0);
        let value: T = serde_json::from_value(raw.clone())
            .map_err(|error| format!("{error} in the sample {raw}"))?;
        let written = serde_json::to_value(&value).map_err(|error| error.to_string())?;
        if !samples.contains(&written) {
            samples.push(written);
        }
    }
    Ok(samples)
}

struct Maker<'a> {
    definitions: &'a Map<String, Value>,
}

impl Maker<'_> {
    fn resolve<'s>(&'s self, schema: &'s Value) -> (&'s Value, Option<&'s str>) {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next());
        match name.and_then(|name| self.definitions.get(name)) {
            Some(target) => (target, name),
            None => (schema, None),
        }
    }

    /// How many turns it takes until every variant was made once.
    fn width(&self, schema: &Value, depth: usize) -> usize {
        let (schema, _) = self.resolve(schema);
        if depth > DEPTH_MAX {
            return 1;
        }
        let widest = |parts: &mut dyn Iterator<Item = &Value>| {
            parts.map(|part| self.width(part, depth + 1)).max().unwrap_or(1)
        };
        if let Some(variants) = variants(schema) {
            return variants.len().max(widest(&mut variants.iter()));
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return values.len();
        }
        let fields = schema.get("properties").and_then(Value::as_object);
        let of_fields = fields.map_or(1, |fields| widest(&mut fields.values()));
        let of_items = schema.get("items").map_or(1, |items| self.width(items, depth + 1));
        of_fields.max(of_items)
    }

    /// A value; `turn` says which variant, and whether what may be left out is there.
    fn make(&self, schema: &Value, name: &str, turn: usize, depth: usize) -> Value {
        let (schema, definition) = self.resolve(schema);
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return values.get(turn % values.len().max(1)).cloned().unwrap_or_default();
        }
        if let Some(variants) = variants(schema) {
            // The least of them at the bottom, so that a type that holds itself ends.
            let n = if depth > DEPTH_MAX { variants.len() - 1 } else { turn % variants.len() };
            return self.make(&variants[n], definition.unwrap_or(name), turn, depth + 1);
        }
        match kind(schema, turn, depth) {
            "boolean" => json!(turn.is_multiple_of(2)),
            "integer" | "number" => number(schema, name, definition),
            "string" => json!(text(schema, name, definition)),
            "array" if depth > DEPTH_MAX => json!([]),
            "array" => {
                let n_min = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1).max(1);
                let item = |n: u64| {
                    let turn = turn + usize::try_from(n).unwrap_or_default();
                    schema.get("items").map(|items| self.make(items, name, turn, depth + 1))
                };
                (0..n_min).filter_map(item).collect::<Vec<_>>().into()
            }
            "object" => self.object(schema, turn, depth),
            "null" => Value::Null,
            _ => json!({ "any": ["thing", 1] }),
        }
    }

    fn object(&self, schema: &Value, turn: usize, depth: usize) -> Value {
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|n| n == name));
        let fields = schema.get("properties").and_then(Value::as_object);
        let mut object: Map<_, _> = fields
            .into_iter()
            .flatten()
            // Everything first, then only what must be there.
            .filter(|(name, _)| is_required(name) || (turn.is_multiple_of(2) && depth < DEPTH_MAX))
            .map(|(name, field)| (name.clone(), self.make(field, name, turn, depth + 1)))
            .collect();
        if object.is_empty()
            && let Some(values) = schema.get("additionalProperties").filter(|v| v.is_object())
        {
            object.insert("name".to_owned(), self.make(values, "value", turn, depth + 1));
        }
        object.into()
    }
}

fn variants(schema: &Value) -> Option<&Vec<Value>> {
    ["oneOf", "anyOf"].iter().find_map(|key| schema.get(key)?.as_array()).filter(|v| !v.is_empty())
}

/// The kind to make; of `string or null`, the second only where little is wanted.
fn kind(schema: &Value, turn: usize, depth: usize) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            let wants_little = depth > DEPTH_MAX || !turn.is_multiple_of(2);
            let kinds = || kinds.iter().filter_map(Value::as_str);
            let null = kinds().find(|kind| *kind == "null").filter(|_| wants_little);
            null.or_else(|| kinds().next()).unwrap_or_default()
        }
        _ => "",
    }
}

fn number(schema: &Value, name: &str, definition: Option<&str>) -> Value {
    let bound = |key: &str| schema.get(key).and_then(Value::as_u64);
    let wanted = match (definition, name) {
        (Some("Timestamp"), _) => 1_767_225_600_000,
        (_, name) if name.ends_with("Ms") || name.ends_with("_ms") => 1_500,
        _ => 7,
    };
    json!(wanted.clamp(bound("minimum").unwrap_or(0), bound("maximum").unwrap_or(u64::MAX)))
}

/// A text that a reader would expect under this name.
fn text(schema: &Value, name: &str, definition: Option<&str>) -> String {
    let pattern = schema.get("pattern").and_then(Value::as_str).unwrap_or_default();
    if pattern.starts_with("^[0-7]") {
        return "01JDQ7M2Z3N4P5Q6R7S8T9V0W1".to_owned();
    }
    let text = match (definition, name) {
        (Some("SessionKey" | "AgentId"), _) | (_, "key" | "sessionKey" | "session_key") => "main",
        (_, "idempotencyKey") => "3f1c0b1e-once",
        (_, "model") => "openai/gpt-5",
        (_, "tool") => "read_file",
        (_, "path") => "notes/today.md",
        (_, "version") => "0.1.0",
        (_, "message" | "content") => "Good morning.",
        (Some(_), _) => "main",
        (None, name) => name,
    };
    let least = schema.get("minLength").and_then(Value::as_u64).unwrap_or_default();
    let most = schema.get("maxLength").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let (least, most) =
        (usize::try_from(least).unwrap_or(0), usize::try_from(most).unwrap_or(usize::MAX));
    let fitting: String = text.chars().take(most).collect();
    fitting.clone() + &"x".repeat(least.saturating_sub(fitting.chars().count()))
}
