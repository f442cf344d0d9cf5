//! How shapes and names are said in Swift.

use serde_json::Value;

/// Words that Swift keeps for itself.
const RESERVED: &[&str] = &[
    "as",
    "break",
    "case",
    "catch",
    "class",
    "continue",
    "default",
    "defer",
    "do",
    "else",
    "enum",
    "extension",
    "false",
    "for",
    "func",
    "guard",
    "if",
    "import",
    "in",
    "init",
    "internal",
    "is",
    "let",
    "nil",
    "operator",
    "private",
    "protocol",
    "public",
    "repeat",
    "return",
    "self",
    "static",
    "struct",
    "subscript",
    "super",
    "switch",
    "throw",
    "throws",
    "true",
    "try",
    "var",
    "where",
    "while",
    "Type",
    "Self",
];

/// The type of a field, `?` at its end when it may be null.
pub(super) fn type_of(schema: &Value) -> String {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some([only]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        return type_of(only);
    }
    if let Some(parts) = schema.get("anyOf").and_then(Value::as_array) {
        let is_null = |part: &&Value| part.get("type").and_then(Value::as_str) == Some("null");
        let others: Vec<_> = parts.iter().filter(|part| !is_null(part)).collect();
        let mark = if others.len() < parts.len() { "?" } else { "" };
        return match others.as_slice() {
            [only] => type_of(only) + mark,
            _ => format!("JSONValue{mark}"),
        };
    }
    match schema.get("type") {
        Some(Value::String(kind)) => plain(kind, schema),
        Some(Value::Array(kinds)) => {
            let kinds: Vec<_> = kinds.iter().filter_map(Value::as_str).collect();
            let others: Vec<_> = kinds.iter().filter(|kind| **kind != "null").collect();
            let mark = if others.len() < kinds.len() { "?" } else { "" };
            match others.as_slice() {
                [only] => plain(only, schema) + mark,
                _ => format!("JSONValue{mark}"),
            }
        }
        _ => "JSONValue".to_owned(),
    }
}

fn plain(kind: &str, schema: &Value) -> String {
    match kind {
        "string" => "String".to_owned(),
        "boolean" => "Bool".to_owned(),
        "number" => "Double".to_owned(),
        "integer" => match schema.get("format").and_then(Value::as_str) {
            Some("uint64" | "uint") => "UInt64".to_owned(),
            _ => "Int64".to_owned(),
        },
        "array" => match schema.get("items") {
            Some(items) => format!("[{}]", type_of(items)),
            None => "[JSONValue]".to_owned(),
        },
        "object" => match schema.get("additionalProperties").filter(|values| values.is_object()) {
            Some(values) => format!("[String: {}]", type_of(values)),
            None => "JSONValue".to_owned(),
        },
        _ => "JSONValue".to_owned(),
    }
}

pub(super) fn constant(variant: &Value) -> Option<(&str, &Value)> {
    Some((variant.get("const")?.as_str()?, variant))
}

/// The field that tells the variants apart: one that is a constant in each of them.
pub(super) fn tag(variants: &[Value]) -> Option<&str> {
    let first = variants.first()?.get("properties")?.as_object()?;
    let is_tag = |name: &&String| variants.iter().all(|one| tag_value(one, name).is_some());
    first.keys().find(is_tag).map(String::as_str)
}

pub(super) fn tag_value<'a>(variant: &'a Value, tag: &str) -> Option<&'a str> {
    variant.get("properties")?.get(tag)?.get("const")?.as_str()
}

fn words(wire: &str) -> impl Iterator<Item = &str> {
    wire.split(['.', '_', '-', ' ']).filter(|word| !word.is_empty())
}

pub(super) fn pascal(wire: &str) -> String {
    words(wire).map(|word| recased(word, char::to_ascii_uppercase)).collect()
}

pub(super) fn camel(wire: &str) -> String {
    let is_loud = !wire.chars().any(|c| c.is_ascii_lowercase());
    let quiet = if is_loud { wire.to_lowercase() } else { wire.to_owned() };
    recased(&pascal(&quiet), char::to_ascii_lowercase)
}

/// The word with its first letter changed.
fn recased(word: &str, change: fn(&char) -> char) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| change(&first)).into_iter().chain(letters).collect()
}

pub(super) fn escaped(name: &str) -> String {
    if RESERVED.contains(&name) { format!("`{name}`") } else { name.to_owned() }
}
