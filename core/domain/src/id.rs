//! Identifiers. Ids that we make are ULIDs: sortable by time, 26 characters, unique without a
//! registry. Ids that people choose (agents, sessions) are checked names.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::failure::Failure;
use crate::time::Timestamp;

macro_rules! ulid_ids {
    ($($(#[$doc:meta])* $name:ident, $noun:literal;)+) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(Ulid);

        impl $name {
            /// Makes an id from an instant and 80 bits of randomness; the caller owns both.
            #[must_use]
            pub fn from_parts(at: Timestamp, entropy: u128) -> Self {
                Self(Ulid::from_parts(u64::try_from(at.0).unwrap_or(0), entropy))
            }

            /// The id so many steps behind this one, for a part of what it names: parts sort right
            /// behind the whole.
            #[must_use]
            pub fn behind(self, n: u128) -> Self {
                Self(Ulid(self.0.0.saturating_add(n)))
            }

            /// Reads the 26-character form.
            ///
            /// # Errors
            /// `Invalid` when the text is not a ULID.
            pub fn parse(text: &str) -> Result<Self, Failure> {
                Ulid::from_str(text).map(Self).map_err(|_| {
                    Failure::invalid(format!("`{text}` is not a {} id", $noun))
                        .hint("an id has 26 letters and digits, like 01JDQ7M2Z3N4P5Q6R7S8T9V0W1")
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$",
                    "description": concat!("ULID of a ", $noun),
                })
            }
        }
    )+};
}

ulid_ids! {
    /// One event's way through the eight stages.
    RequestId, "request";
    /// One run of an agent in a session.
    TurnId, "turn";
    /// One message of a turn.
    MessageId, "message";
    /// A decision that waits for a person.
    PermissionId, "permission request";
    /// A standing answer of a person.
    GrantId, "grant";
    /// What is set aside for one call of a model.
    ReservationId, "reservation";
    /// One effect in the outbox.
    DeliveryId, "delivery";
    /// A key issued to a program.
    KeyId, "key";
    /// A scheduled job.
    JobId, "job";
    /// One live connection to the control plane.
    ConnectionId, "connection";
}

/// Longest session key, in characters.
pub const SESSION_KEY_CHARS_MAX: usize = 200;

/// The name of a conversation, such as `main`, `dm:owner` or `group:telegram:42`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("minLength" = 1, "maxLength" = 200, "pattern" = r"^[^\s\x00-\x1f\x7f-\x9f]+$"))]
pub struct SessionKey(String);

impl SessionKey {
    /// Checks and wraps a session key.
    ///
    /// # Errors
    /// `Invalid` when it is empty, too long, or holds white space or control characters.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let n_chars = text.chars().count();
        if n_chars == 0 || n_chars > SESSION_KEY_CHARS_MAX {
            return Err(Failure::invalid(format!(
                "a session key has 1 to {SESSION_KEY_CHARS_MAX} characters, this one has {n_chars}"
            )));
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(Failure::invalid("a session key has no spaces or control characters")
                .hint("use letters, digits and `:` `-` `_` `.`"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SessionKey {
    type Error = Failure;
    fn try_from(text: String) -> Result<Self, Failure> {
        Self::parse(&text)
    }
}

impl From<SessionKey> for String {
    fn from(key: SessionKey) -> Self {
        key.0
    }
}

impl fmt::Display for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of an agent: a letter or digit, then up to 61 letters, digits, `.`, `_` or `-`;
/// a leading dot marks a temporary agent.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = r"^\.?[A-Za-z0-9][A-Za-z0-9._-]{0,61}$"))]
pub struct AgentId(String);

impl AgentId {
    /// Checks and wraps an agent's name.
    ///
    /// # Errors
    /// `Invalid` when the name could not be a folder name on every platform.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let body = text.strip_prefix('.').unwrap_or(text);
        let is_valid = (1..=62).contains(&body.len())
            && body.starts_with(|c: char| c.is_ascii_alphanumeric())
            && body.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
        if is_valid {
            return Ok(Self(text.to_owned()));
        }
        Err(Failure::invalid(format!("`{}` is not an agent name", text.escape_debug()))
            .hint("start with a letter or digit; then letters, digits, `.`, `_`, `-`; at most 62"))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it names an agent that ends with the daemon.
    #[must_use]
    pub fn is_temp(&self) -> bool {
        self.0.starts_with('.')
    }
}

impl TryFrom<String> for AgentId {
    type Error = Failure;
    fn try_from(text: String) -> Result<Self, Failure> {
        Self::parse(&text)
    }
}

impl From<AgentId> for String {
    fn from(id: AgentId) -> Self {
        id.0
    }
}

impl fmt::Display for AgentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The place of a recorded event in the ledger; the first event has position 1.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct Position(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_escape_a_folder_are_refused() {
        for bad in ["", "..", "a/b", "../x", "a\\b", "a b", "-x", "ü", &"x".repeat(63)] {
            assert!(AgentId::parse(bad).is_err(), "{bad:?} was accepted");
        }
        for good in ["main", ".1", "coder-2", "A.b_c"] {
            assert!(AgentId::parse(good).is_ok(), "{good:?} was refused");
        }
    }

    #[test]
    fn an_id_reads_back() {
        let id = RequestId::from_parts(Timestamp(1_700_000_000_000), 42);
        assert_eq!(RequestId::parse(&id.to_string()).unwrap(), id);
        assert!(RequestId::parse("nope").is_err());
    }
}
