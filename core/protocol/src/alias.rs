//! Names under which other programs know a row of the method table. An alias is data: where its
//! params are named otherwise they are renamed, and the row answers as it always does.

use serde_json::{Map, Value};

use nexus_domain::session::MAIN_KEY;

use crate::methods::{Method, MethodKind};

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
    /// Params with the one value that is taken for each, because it is what happens here anyway; with
    /// another one they are refused.
    pub only: &'static [(&'static str, &'static str)],
    /// Params of the row that its callers do not know, with their values.
    pub fixed: &'static [(&'static str, &'static str)],
    /// Whether its callers send an `idempotencyKey` where the row wants one.
    pub is_keyed: bool,
}

const fn alias(name: &'static str, method: Method) -> Alias {
    Alias {
        name,
        method,
        renamed: &[],
        ignored: &[],
        must_be_off: &[],
        only: &[],
        fixed: &[],
        is_keyed: true,
    }
}

/// Another name of something that is done to a device, under the names of its protocol.
const fn of_device(name: &'static str, method: Method) -> Alias {
    Alias {
        renamed: &[
            ("requestId", "device"),
            ("deviceId", "device"),
            ("nodeId", "device"),
            ("displayName", "name"),
        ],
        is_keyed: false,
        ..alias(name, method)
    }
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
    Alias {
        renamed: &[("provider", "adapter"), ("channel", "adapter")],
        must_be_off: &["mediaUrl", "gifPlayback"],
        ..alias("send", Method::MessagesSend)
    },
    // A heartbeat that could be waited for does not exist: what is said now is heard now.
    Alias {
        renamed: &[("text", "message")],
        only: &[("mode", "now")],
        fixed: &[("key", MAIN_KEY)],
        is_keyed: false,
        ..alias("wake", Method::SessionsSend)
    },
    alias("sessions.resolve", Method::SessionsGet),
    Alias {
        renamed: &[("sessionKey", "key")],
        ..alias("sessions.preview", Method::SessionsHistory)
    },
    Alias { fixed: &[("by", "session")], ..alias("sessions.usage", Method::UsageList) },
    of_device("device.pair.list", Method::DevicesList),
    of_device("device.pair.approve", Method::DevicesApprove),
    of_device("device.pair.reject", Method::DevicesReject),
    of_device("device.token.rotate", Method::DevicesRotate),
    of_device("device.token.revoke", Method::DevicesRevoke),
    of_device("node.pair.list", Method::DevicesList),
    of_device("node.pair.approve", Method::DevicesApprove),
    of_device("node.pair.reject", Method::DevicesReject),
    of_device("node.rename", Method::DevicesRename),
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
            let is_only = self.only.iter().any(|(only, word)| *only == name && value == *word);
            if self.ignored.contains(&name) || is_nothing || is_only {
                continue;
            }
            let ours = self.renamed.iter().find(|(theirs, _)| *theirs == name);
            out.insert(ours.map_or(name, |(_, ours)| ours).to_owned(), value);
        }
        for (name, value) in self.fixed {
            out.entry(*name).or_insert_with(|| (*value).into());
        }
        let is_command = self.method.kind() != MethodKind::Query;
        if is_command && !self.is_keyed && !out.contains_key(KEY) {
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
            "wake",
            json!({ "text": "look", "mode": "now" }),
            json!({ "key": "main", "message": "look", "idempotencyKey": "fresh" }),
        );
        check("device.pair.list", json!({}), json!({}));
        check(
            "node.rename",
            json!({ "nodeId": "d", "displayName": "Phone" }),
            json!({ "device": "d", "name": "Phone", "idempotencyKey": "fresh" }),
        );
        check("sessions.usage", Value::Null, json!({ "by": "session" }));
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
        let later = json!({ "text": "look", "mode": "next-heartbeat" });
        let refused = find("wake").unwrap().translate(later, || "fresh".to_owned());
        assert_eq!(refused["mode"], "next-heartbeat", "the row knows no such field: {refused}");
    }
}
