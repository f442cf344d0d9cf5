//! Names under which other programs know a row of the method table. An alias is data: where its
//! params are named otherwise they are renamed, and the row answers as it always does.

use serde_json::{Map, Value};

use crate::methods::Method;

/// Another name of a row.
#[derive(Clone, Copy, Debug)]
pub struct Alias {
    /// The name on the wire.
    pub name: &'static str,
    /// The row that answers.
    pub method: Method,
    /// Params by their other name and by ours.
    pub renamed: &'static [(&'static str, &'static str)],
    /// Params that say nothing here and are left out.
    pub ignored: &'static [&'static str],
    /// Params that are left out when they are `false` or `null`, and refused otherwise: what they
    /// ask for does not exist here.
    pub must_be_off: &'static [&'static str],
    /// Whether its callers send an `idempotencyKey` where the row wants one.
    pub is_keyed: bool,
}

const fn alias(name: &'static str, method: Method) -> Alias {
    Alias { name, method, renamed: &[], ignored: &[], must_be_off: &[], is_keyed: true }
}

/// Every alias.
pub const ALIASES: &[Alias] = &[
    alias("system-presence", Method::Presence),
    Alias { is_keyed: false, ..alias("system-event", Method::PresenceNote) },
    Alias {
        renamed: &[("sessionKey", "key")],
        ignored: &["thinking", "timeoutMs"],
        must_be_off: &["deliver"],
        ..alias("chat.send", Method::SessionsSend)
    },
    Alias { renamed: &[("sessionKey", "key")], ..alias("chat.history", Method::SessionsHistory) },
    Alias {
        renamed: &[("sessionKey", "key")],
        is_keyed: false,
        ..alias("chat.abort", Method::SessionsAbort)
    },
    alias("sessions.resolve", Method::SessionsGet),
    alias("usage.status", Method::UsageGet),
    alias("usage.cost", Method::UsageGet),
];

/// Finds an alias by its name on the wire.
#[must_use]
pub fn find(name: &str) -> Option<&'static Alias> {
    ALIASES.iter().find(|alias| alias.name == name)
}

impl Alias {
    /// The params as the row names them. What is no object is left as it is, for the row to
    /// refuse. `fresh_key` makes a key for callers that send none: each of their calls is a new
    /// command.
    #[must_use]
    pub fn translate(&self, params: Value, fresh_key: impl FnOnce() -> String) -> Value {
        let fields = match params {
            Value::Null => Map::new(),
            Value::Object(fields) => fields,
            other => return other,
        };
        let is_off = |value: &Value| matches!(value, Value::Null | Value::Bool(false));
        let mut out = Map::new();
        for (name, value) in fields {
            let name = name.as_str();
            let is_nothing = self.must_be_off.contains(&name) && is_off(&value);
            if self.ignored.contains(&name) || is_nothing {
                continue;
            }
            let ours = self.renamed.iter().find(|(theirs, _)| *theirs == name);
            out.insert(ours.map_or(name, |(_, ours)| ours).to_owned(), value);
        }
        if !self.is_keyed && !out.contains_key(KEY) {
            out.insert(KEY.to_owned(), fresh_key().into());
        }
        Value::Object(out)
    }
}

/// The param that lets a command be repeated.
const KEY: &str = "idempotencyKey";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(name: &str, theirs: Value, ours: Value) {
        let translated = find(name).unwrap().translate(theirs, || "fresh".to_owned());
        assert_eq!(translated, ours, "{name}");
    }

    #[test]
    fn no_alias_hides_a_row_or_another() {
        for (n, alias) in ALIASES.iter().enumerate() {
            assert_eq!(Method::by_name(alias.name), None, "{}", alias.name);
            assert!(ALIASES[n + 1..].iter().all(|other| other.name != alias.name));
        }
    }

    #[test]
    fn params_come_under_our_names() {
        check(
            "chat.send",
            json!({ "sessionKey": "main", "message": "hi", "thinking": "low", "deliver": false,
                    "idempotencyKey": "k" }),
            json!({ "key": "main", "message": "hi", "idempotencyKey": "k" }),
        );
        check(
            "chat.history",
            json!({ "sessionKey": "main", "limit": 5 }),
            json!({ "key": "main", "limit": 5 }),
        );
        check(
            "chat.abort",
            json!({ "sessionKey": "main", "runId": "r" }),
            json!({ "key": "main", "runId": "r", "idempotencyKey": "fresh" }),
        );
        check("system-presence", Value::Null, json!({}));
        check(
            "system-event",
            json!({ "text": "here", "idempotencyKey": "own" }),
            json!({ "text": "here", "idempotencyKey": "own" }),
        );
    }

    #[test]
    fn what_is_asked_for_and_does_not_exist_is_not_passed_over() {
        check("chat.send", json!({ "deliver": true }), json!({ "deliver": true }));
        check("chat.send", json!([1]), json!([1]));
    }
}
