//! Values for a schema: such as fit, and such as do not any more.

#![expect(clippy::unwrap_used, reason = "a schema that cannot be read fails the test")]

use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => &root["$defs"][reference.rsplit('/').next().unwrap()],
        None => schema,
    }
}

/// Values that fit a schema, whose references lead into `root`.
pub fn fitting(root: &Value, schema: &Value) -> BoxedStrategy<Value> {
    let schema = resolve(root, schema);
    if let Some(constant) = schema.get("const") {
        return Just(constant.clone()).boxed();
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(parts) = schema.get(key).and_then(Value::as_array) {
            let parts: Vec<_> = parts.iter().map(|part| fitting(root, part)).collect();
            return proptest::strategy::Union::new(parts).boxed();
        }
    }
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return Just(json!({ "any": [1, "two"] })).boxed(),
    };
    let kinds: Vec<_> = kinds.into_iter().map(|kind| of_kind(root, schema, kind)).collect();
    proptest::strategy::Union::new(kinds).boxed()
}

fn of_kind(root: &Value, schema: &Value, kind: &str) -> BoxedStrategy<Value> {
    let bound = |key: &str, or: u64| schema.get(key).and_then(Value::as_u64).unwrap_or(or);
    match kind {
        "null" => Just(Value::Null).boxed(),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "integer" => {
            let (min, max) = (bound("minimum", 0), bound("maximum", 1_000).min(1 << 40));
            (min..=max).prop_map(Value::from).boxed()
        }
        "number" => {
            let (min, max) = (bound("minimum", 0), bound("maximum", 1_000).min(1 << 40));
            (min * 1_000..=max * 1_000).prop_map(|n| json!(n as f64 / 1_000.0)).boxed()
        }
        "string" => match schema.get("pattern").and_then(Value::as_str) {
            Some(pattern) if pattern.starts_with("^[0-7]") => {
                Just(json!("01JDQ7M2Z3N4P5Q6R7S8T9V0W1")).boxed()
            }
            Some(_) => "[a-zA-Z0-9][a-z0-9._-]{0,20}".prop_map(Value::from).boxed(),
            None => {
                let (min, max) = (bound("minLength", 0), bound("maxLength", 40).min(150));
                proptest::string::string_regex(&format!("[ -~äöü]{{{min},{max}}}"))
                    .unwrap()
                    .prop_map(Value::from)
                    .boxed()
            }
        },
        "array" => {
            let n_min = schema["minItems"].as_u64().map_or(0, |n| usize::try_from(n).unwrap());
            let items = fitting(root, &schema["items"]);
            proptest::collection::vec(items, n_min..n_min.max(2) + 1).prop_map(Value::from).boxed()
        }
        "object" => object(root, schema),
        other => panic!("unknown kind {other}"),
    }
}

fn object(root: &Value, schema: &Value) -> BoxedStrategy<Value> {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required: Vec<String> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().map(|n| n.as_str().unwrap().to_owned()).collect())
        .unwrap_or_default();
    let fields: Vec<_> = properties
        .iter()
        .map(|(name, field)| {
            let (name, is_required) = (name.clone(), required.contains(name));
            (fitting(root, field), any::<bool>())
                .prop_map(move |(value, keep)| (name.clone(), value, keep || is_required))
        })
        .collect();
    fields
        .prop_map(|fields| {
            let kept = fields.into_iter().filter(|(_, _, keep)| *keep);
            Value::Object(kept.map(|(name, value, _)| (name, value)).collect())
        })
        .boxed()
}

/// Damages a value in one place: a field less, a stranger more, another type, a bound broken.
pub fn damage(value: &mut Value, choice: u64) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let names: Vec<_> = fields.keys().cloned().collect();
            let name = &names[(choice / 8) as usize % names.len()];
            match choice % 8 {
                0 => drop(fields.remove(name)),
                1 => drop(fields.insert("strangerInTheFrame".into(), json!(1))),
                2 => drop(fields.insert(name.clone(), json!([true]))),
                3 => drop(fields.insert(name.clone(), json!(""))),
                4 => drop(fields.insert(name.clone(), json!("x y\u{7}".repeat(80)))),
                5 => drop(fields.insert(name.clone(), json!(0))),
                6 => drop(fields.insert(name.clone(), json!(99_999_999_999_u64))),
                _ => damage(&mut fields[name], choice / 8),
            }
        }
        Value::Object(fields) => drop(fields.insert("stranger".into(), json!(null))),
        other => *other = json!({ "not": "this" }),
    }
}
