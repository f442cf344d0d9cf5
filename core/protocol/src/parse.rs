//! Reading what came in: first the type, with the path of what does not fit; then the bounds
//! that types cannot hold, read from the same schema that is published.

use std::collections::HashMap;
use std::sync::LazyLock;

use nexus_domain::failure::Failure;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::frame::ClientFrame;
use crate::methods::Method;
use crate::schema::{self, Dialect};

static PARAMS: LazyLock<HashMap<Method, Value>> = LazyLock::new(|| {
    Method::ALL
        .iter()
        .map(|method| (*method, schema::params(*method, Dialect::Published)))
        .collect()
});

static CLIENT_FRAME: LazyLock<Value> = LazyLock::new(|| schema::client_frame(Dialect::Published));

/// Reads the input of a method. Left out means empty.
///
/// # Errors
/// `Invalid`, naming the field and what would be right.
pub fn params<T: DeserializeOwned>(method: Method, value: Value) -> Result<T, Failure> {
    let value = if value.is_null() { Value::Object(Map::new()) } else { value };
    if let Some(schema) = PARAMS.get(&method) {
        check_bounds(schema, schema, &value, "params").map_err(|failure| {
            failure.hint(format!("see `{}` in docs/protocol.md", method.name()))
        })?;
    }
    typed(value, "params")
        .map_err(|failure| failure.hint(format!("see `{}` in docs/protocol.md", method.name())))
}

macro_rules! checked {
    ($($wire:literal => $variant:ident, $resource:ident :: $function:ident,
       $($params:ident)::+, $($result:ident)::+, $scope:ident, $kind:ident, $doc:literal;)+) => {
        /// Checks the input of a method as the daemon will: for clients, before they send it.
        ///
        /// # Errors
        /// As for [`params`].
        pub fn check(method: Method, value: Value) -> Result<(), Failure> {
            match method {
                $(Method::$variant => params::<crate::$($params)::+>(method, value).map(drop),)+
            }
        }
    };
}

crate::for_each_method!(checked);

/// Reads the input of a call that stands in no table. Left out means empty.
///
/// # Errors
/// `Invalid`, naming the field and what would be right.
pub fn input<T: DeserializeOwned + JsonSchema>(value: Value) -> Result<T, Failure> {
    let value = if value.is_null() { Value::Object(Map::new()) } else { value };
    let schema = schema::input::<T>();
    check_bounds(&schema, &schema, &value, "params")?;
    typed(value, "params")
}

/// Reads a frame of a client. The tag is taken off by hand: the derived reader of a tagged enum
/// forgets the path of what does not fit.
///
/// # Errors
/// `Invalid`, naming the field and what would be right.
pub fn client_frame(text: &str) -> Result<ClientFrame, Failure> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| Failure::invalid(format!("the frame is not JSON: {error}")))?;
    let Value::Object(mut frame) = value else {
        return Err(Failure::invalid("a frame is a JSON object"));
    };
    let kind = frame.remove("type");
    let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default();
    let value = Value::Object(frame);
    let variants = CLIENT_FRAME.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    for variant in variants {
        if variant.pointer("/properties/type/const").and_then(Value::as_str) == Some(kind) {
            check_bounds(&CLIENT_FRAME, variant, &value, kind)?;
        }
    }
    match kind {
        "hello" => typed(value, kind).map(ClientFrame::Hello),
        "req" => typed(value, kind).map(ClientFrame::Req),
        other => {
            Err(Failure::invalid(format!("a client sends no `{}` frames", other.escape_debug()))
                .hint("the first frame has the type `hello`, every later one `req`"))
        }
    }
}

/// Reads a value that is no method's input as a whole.
///
/// # Errors
/// `Invalid`, naming the field and what would be right.
pub fn typed<T: DeserializeOwned>(value: Value, place: &str) -> Result<T, Failure> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = match error.path().to_string().as_str() {
            "." => place.to_owned(),
            path => format!("{place}.{path}"),
        };
        misfit(&path, &error.into_inner().to_string())
    })
}

fn misfit(path: &str, why: &str) -> Failure {
    Failure::invalid(format!("`{path}` does not fit: {why}")).details(json!({ "path": path }))
}

/// Checks lengths and ranges, and that objects are objects; other types and names are the parser's
/// part.
fn check_bounds(root: &Value, schema: &Value, value: &Value, path: &str) -> Result<(), Failure> {
    let schema = resolve(root, schema);
    // The derived readers take an array for a struct, field by field; then nothing here would be
    // checked by name.
    if value.is_array() && schema.get("type").is_some_and(|kind| kind == "object") {
        return Err(misfit(path, "it is a list, not an object"));
    }
    if let Some(text) = value.as_str() {
        let n_chars = text.chars().count() as u64;
        let (min, max) = (bound(schema, "minLength"), bound(schema, "maxLength"));
        if min.is_some_and(|min| n_chars < min) || max.is_some_and(|max| n_chars > max) {
            let range = range_text(min, max);
            return Err(misfit(path, &format!("it has {n_chars} characters, not {range}")));
        }
    }
    if let Some(number) = value.as_u64() {
        let (min, max) = (bound(schema, "minimum"), bound(schema, "maximum"));
        if min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max) {
            return Err(misfit(path, &format!("it is {number}, not {}", range_text(min, max))));
        }
    }
    if let (Some(schema), Some(items)) = (schema.get("items"), value.as_array()) {
        for (index, item) in items.iter().enumerate() {
            check_bounds(root, schema, item, &format!("{path}[{index}]"))?;
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    if let (Some(properties), Some(fields)) = (properties, value.as_object()) {
        for (name, field) in fields {
            if let Some(schema) = properties.get(name) {
                check_bounds(root, schema, field, &format!("{path}.{name}"))?;
            }
        }
    }
    Ok(())
}

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next());
    let schema = name.and_then(|name| root.get("$defs")?.get(name)).unwrap_or(schema);
    // What may be left out is written as a choice between it and null.
    match schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([some, none]) if none.get("type").is_some_and(|kind| kind == "null") => {
            resolve(root, some)
        }
        _ => schema,
    }
}

fn bound(schema: &Value, key: &str) -> Option<u64> {
    schema.get(key).and_then(Value::as_u64)
}

fn range_text(min: Option<u64>, max: Option<u64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => "any".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{contact, request, session};

    #[test]
    fn bounds_are_checked_and_named() {
        let error = params::<request::ListParams>(Method::RequestsList, json!({ "limit": 501 }));
        let error = error.unwrap_err();
        assert!(error.message.contains("params.limit"), "{error}");
        assert!(error.message.contains("1 to 500"), "{error}");
    }

    #[test]
    fn bounds_are_checked_within_what_may_be_left_out_too() {
        let after = json!({ "after": { "channel": "telegram", "senderId": "" } });
        let error = params::<contact::ListParams>(Method::ContactsList, after).unwrap_err();
        assert!(error.message.contains("params.after.senderId"), "{error}");
        let none = json!({ "after": null });
        assert!(params::<contact::ListParams>(Method::ContactsList, none).is_ok());
    }

    #[test]
    fn left_out_params_are_empty_ones() {
        assert!(params::<request::ListParams>(Method::RequestsList, Value::Null).is_ok());
        let error = params::<session::GetParams>(Method::SessionsGet, Value::Null).unwrap_err();
        assert!(error.message.contains("key"), "{error}");
    }

    #[test]
    fn a_bad_field_is_named_with_its_path() {
        let frame = r#"{"type":"hello","minProtocol":1,"maxProtocol":1,"client":{"name":7}}"#;
        let error = client_frame(frame).unwrap_err();
        assert!(error.message.contains("hello.client.name"), "{error}");
    }
}
