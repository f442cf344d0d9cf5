//! `NexusProtocol.swift`: the types of the wire for clients in Swift, from the same bundle as
//! those in TypeScript. Texts of a closed list become structs that keep a value they do not know,
//! tagged unions become enums with one payload per case.

mod shape;

use std::fmt::Write as _;

use serde_json::{Map, Value};

use self::shape::{camel, constant, escaped, pascal, tag, tag_value, type_of};
use super::bundle;

/// What the types stand on.
const HEAD: &str = include_str!("swift/support.swift");

/// The file.
///
/// # Errors
/// As for [`bundle::bundle`], or names a shape that it cannot say.
pub(super) fn swift() -> Result<String, String> {
    let bundle = bundle::bundle()?;
    let none = Map::new();
    let all = bundle.get("definitions").and_then(Value::as_object).unwrap_or(&none);
    let mut text = HEAD.to_owned();
    for (name, schema) in all {
        match name.as_str() {
            "Methods" => write_calls(&mut text, schema),
            "Events" => write_events(&mut text, "RecordedEvent", schema),
            "Transients" => write_events(&mut text, "TransientEvent", schema),
            _ => write_type(&mut text, name, schema, 0),
        }
        // Writing into a String cannot fail.
        .map_err(|error| error.to_string())?;
    }
    Ok(text)
}

fn write_calls(text: &mut String, methods: &Value) -> std::fmt::Result {
    for (wire, row) in fields(methods) {
        let name = pascal(wire);
        write_doc(text, row, "")?;
        writeln!(
            text,
            "public enum {name}Call: NexusCall {{\n    public typealias Params = {name}Params\n    \
             public typealias Result = {name}Result\n    public static let name = \"{wire}\"\n}}"
        )?;
    }
    Ok(())
}

fn write_events(text: &mut String, name: &str, events: &Value) -> std::fmt::Result {
    let cases: Vec<_> = fields(events)
        .map(|(wire, schema)| (wire.as_str(), camel(wire), pascal(wire), schema))
        .collect();
    writeln!(
        text,
        "\n/// Something that happened, by its type; what is newer than this file is `unknown`.\n\
         public enum {name}: Hashable, Sendable {{"
    )?;
    for (_, case, payload, _) in &cases {
        writeln!(text, "    case {}({payload})", escaped(case))?;
    }
    writeln!(text, "    case unknown(type: String, properties: JSONValue)\n")?;
    writeln!(
        text,
        "    public init(type: String, properties: JSONValue) throws {{\n        \
         let data = try JSONEncoder().encode(properties)\n        switch type {{"
    )?;
    for (wire, case, payload, _) in &cases {
        writeln!(
            text,
            "        case \"{wire}\": self = .{}(try JSONDecoder().decode({payload}.self, from: data))",
            escaped(case)
        )?;
    }
    writeln!(
        text,
        "        default: self = .unknown(type: type, properties: properties)\n        }}\n    }}"
    )?;
    for (_, _, payload, schema) in &cases {
        write_type(text, payload, schema, 1)?;
    }
    writeln!(text, "}}")
}

/// A named type.
fn write_type(text: &mut String, name: &str, schema: &Value, depth: usize) -> std::fmt::Result {
    let pad = "    ".repeat(depth);
    let variants = schema.get("oneOf").and_then(Value::as_array);
    if let Some(variants) = variants {
        let constants: Option<Vec<_>> = variants.iter().map(constant).collect();
        return match (constants, tag(variants)) {
            (Some(values), _) => write_list(text, name, schema, &values, &pad),
            (None, Some(tag)) => write_union(text, name, schema, variants, tag, depth),
            (None, None) => {
                write_doc(text, schema, &pad)?;
                writeln!(text, "{pad}public typealias {name} = JSONValue")
            }
        };
    }
    if schema.get("properties").is_some() {
        return write_struct(text, name, schema, None, depth);
    }
    if schema.get("type").and_then(Value::as_str) == Some("object")
        && schema.get("additionalProperties").and_then(Value::as_bool) == Some(false)
    {
        write_doc(text, schema, &pad)?;
        return writeln!(
            text,
            "{pad}public struct {name}: Codable, Hashable, Sendable {{\n{pad}    public init() {{}}\n{pad}}}"
        );
    }
    write_doc(text, schema, &pad)?;
    writeln!(text, "{pad}public typealias {name} = {}", type_of(schema))
}

/// Texts of a closed list. A daemon that is newer may say one more; it is kept as it is.
fn write_list(
    text: &mut String,
    name: &str,
    schema: &Value,
    values: &[(&str, &Value)],
    pad: &str,
) -> std::fmt::Result {
    write_doc(text, schema, pad)?;
    writeln!(
        text,
        "{pad}public struct {name}: RawRepresentable, Codable, Hashable, Sendable {{\n\
         {pad}    public let rawValue: String\n\
         {pad}    public init(rawValue: String) {{ self.rawValue = rawValue }}"
    )?;
    for (value, variant) in values {
        write_doc(text, variant, &format!("{pad}    "))?;
        let case = escaped(&camel(value));
        writeln!(text, "{pad}    public static let {case} = {name}(rawValue: \"{value}\")")?;
    }
    writeln!(text, "{pad}}}")
}

/// One of several shapes, told apart by a field.
fn write_union(
    text: &mut String,
    name: &str,
    schema: &Value,
    variants: &[Value],
    tag: &str,
    depth: usize,
) -> std::fmt::Result {
    let pad = "    ".repeat(depth);
    let cases: Vec<_> =
        variants.iter().filter_map(|variant| Some((tag_value(variant, tag)?, variant))).collect();
    write_doc(text, schema, &pad)?;
    writeln!(text, "{pad}public indirect enum {name}: Codable, Hashable, Sendable {{")?;
    for (value, variant) in &cases {
        write_doc(text, variant, &format!("{pad}    "))?;
        writeln!(text, "{pad}    case {}({})", escaped(&camel(value)), payload_name(value))?;
    }
    writeln!(
        text,
        "\n{pad}    public init(from decoder: Decoder) throws {{\n\
         {pad}        let fields = try decoder.container(keyedBy: AnyKey.self)\n\
         {pad}        switch try fields.decode(String.self, forKey: AnyKey(\"{tag}\")) {{"
    )?;
    for (value, _) in &cases {
        let (case, payload) = (escaped(&camel(value)), payload_name(value));
        writeln!(
            text,
            "{pad}        case \"{value}\": self = .{case}(try {payload}(from: decoder))"
        )?;
    }
    writeln!(
        text,
        "{pad}        case let other:\n\
         {pad}            throw DecodingError.dataCorruptedError(\n\
         {pad}                forKey: AnyKey(\"{tag}\"), in: fields,\n\
         {pad}                debugDescription: \"{name} has no `\\(other)`\")\n\
         {pad}        }}\n{pad}    }}\n\n\
         {pad}    public func encode(to encoder: Encoder) throws {{\n\
         {pad}        var fields = encoder.container(keyedBy: AnyKey.self)\n\
         {pad}        switch self {{"
    )?;
    for (value, _) in &cases {
        writeln!(
            text,
            "{pad}        case .{}(let value):\n\
             {pad}            try fields.encode(\"{value}\", forKey: AnyKey(\"{tag}\"))\n\
             {pad}            try value.encode(to: encoder)",
            escaped(&camel(value))
        )?;
    }
    writeln!(text, "{pad}        }}\n{pad}    }}")?;
    for (value, variant) in &cases {
        write_struct(text, &payload_name(value), variant, Some(tag), depth + 1)?;
    }
    writeln!(text, "{pad}}}")
}

fn write_struct(
    text: &mut String,
    name: &str,
    schema: &Value,
    tag: Option<&str>,
    depth: usize,
) -> std::fmt::Result {
    let pad = "    ".repeat(depth);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|n| n == name));
    let fields: Vec<_> = fields(schema)
        .filter(|(wire, _)| Some(wire.as_str()) != tag)
        .map(|(wire, field)| {
            let kind = type_of(field);
            let kind = if is_required(wire) || kind.ends_with('?') { kind } else { kind + "?" };
            (wire, camel(wire), kind, field)
        })
        .collect();
    writeln!(text)?;
    write_doc(text, schema, &pad)?;
    writeln!(text, "{pad}public struct {name}: Codable, Hashable, Sendable {{")?;
    for (_, field, kind, schema) in &fields {
        write_doc(text, schema, &format!("{pad}    "))?;
        writeln!(text, "{pad}    public var {}: {kind}", escaped(field))?;
    }
    let arguments: Vec<_> = fields
        .iter()
        .map(|(_, field, kind, _)| {
            let default = if kind.ends_with('?') { " = nil" } else { "" };
            format!("{}: {kind}{default}", escaped(field))
        })
        .collect();
    writeln!(text, "\n{pad}    public init({}) {{", arguments.join(", "))?;
    for (_, field, ..) in &fields {
        writeln!(text, "{pad}        self.{field} = {}", escaped(field))?;
    }
    writeln!(text, "{pad}    }}")?;
    if fields.iter().any(|(wire, field, ..)| *wire != field) {
        writeln!(text, "\n{pad}    enum CodingKeys: String, CodingKey {{")?;
        for (wire, field, ..) in &fields {
            writeln!(text, "{pad}        case {} = \"{wire}\"", escaped(field))?;
        }
        writeln!(text, "{pad}    }}")?;
    }
    writeln!(text, "{pad}}}")
}

fn fields(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn write_doc(text: &mut String, schema: &Value, pad: &str) -> std::fmt::Result {
    let doc = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    doc.lines().try_for_each(|line| writeln!(text, "{pad}/// {line}"))
}

/// The payload of a case; a name of its own, so that it hides no other type.
fn payload_name(value: &str) -> String {
    pascal(value) + "Case"
}
