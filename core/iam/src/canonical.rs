//! The canonical form of an action: what a person approves is exactly what runs.

use nexus_domain::permission::{CanonicalAction, Target};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Brings a tool call into canonical form and names it by digest.
///
/// The canonical form is compact JSON with the keys of every object sorted by their bytes; the
/// digest is SHA-256 over `{"arguments":…,"targets":[…],"tool":…}` in that form. The summary is
/// for people and not part of the digest: it follows from the rest.
#[must_use]
pub fn canonical_action(
    tool: &str,
    summary: String,
    arguments: Value,
    targets: Vec<Target>,
) -> CanonicalAction {
    canonical_action_in(None, tool, summary, arguments, targets)
}

/// The same for an action whose targets are named from a folder: the same words in another folder
/// are another action. The folder is part of what the digest covers, as `"folder":…`.
#[must_use]
pub fn canonical_action_in(
    folder: Option<String>,
    tool: &str,
    summary: String,
    arguments: Value,
    targets: Vec<Target>,
) -> CanonicalAction {
    let arguments = sorted(arguments);
    let mut whole = json!({ "tool": tool, "arguments": arguments, "targets": targets });
    if let (Some(folder), Value::Object(whole)) = (&folder, &mut whole) {
        whole.insert("folder".to_owned(), folder.as_str().into());
    }
    let digest = hex::encode(Sha256::digest(sorted(whole).to_string().as_bytes()));
    CanonicalAction { tool: tool.to_owned(), summary, arguments, targets, folder, digest }
}

/// Sorts explicitly, because whether a JSON map keeps insertion order is decided by whichever
/// crate of the build turns that feature on.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(
                entries.into_iter().map(|(key, value)| (key, sorted(value))).collect::<Map<_, _>>(),
            )
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digest(arguments: Value) -> String {
        canonical_action("write", String::new(), arguments, Vec::new()).digest
    }

    #[test]
    fn the_digest_is_a_fixed_format() {
        // sha256 of {"arguments":{"a":1,"b":[{"c":null,"d":"x"}]},"targets":[],"tool":"write"}
        let arguments = json!({ "b": [{ "d": "x", "c": null }], "a": 1 });
        let action = canonical_action("write", "write x".to_owned(), arguments, Vec::new());
        assert_eq!(action.arguments.to_string(), r#"{"a":1,"b":[{"c":null,"d":"x"}]}"#);
        assert_eq!(
            action.digest,
            "84542004f2af123958938ec65ae910b355be5deb514410706b6ac0552ed77b61"
        );
    }

    #[test]
    fn another_tool_is_another_action() {
        let read = canonical_action("read", String::new(), json!({}), Vec::new());
        assert_ne!(read.digest, digest(json!({})));
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-e]{1,2}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn reversed(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                Value::Object(map.iter().rev().map(|(k, v)| (k.clone(), reversed(v))).collect())
            }
            Value::Array(items) => Value::Array(items.iter().map(reversed).collect()),
            other => other.clone(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn key_order_does_not_matter(value in json_value()) {
            prop_assert_eq!(digest(value.clone()), digest(reversed(&value)));
        }

        #[test]
        fn any_other_value_is_another_action(a in json_value(), b in json_value()) {
            prop_assert_eq!(a == b, digest(a) == digest(b));
        }
    }
}
