//! Every key the configuration knows: one row each, with its kind, its default and its meaning.

mod table;

use serde_json::{Value, json};

pub(super) use table::KEYS;

/// What values a key takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// A whole number within bounds, both included.
    Integer(i64, i64),
    /// A number that is not negative.
    Amount,
    /// `true` or `false`.
    Bool,
    /// Any text.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A table that is handed on as it is.
    Table,
}

impl Kind {
    /// What a value must look like, for error texts.
    pub(super) fn wanted(self) -> String {
        match self {
            Self::Integer(min, max) => format!("a whole number from {min} to {max}"),
            Self::Amount => "a number, zero or more".to_owned(),
            Self::Bool => "true or false".to_owned(),
            Self::Text => "text in quotes".to_owned(),
            Self::Choice(words) => {
                let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
                format!("one of {}", quoted.join(", "))
            }
            Self::Texts => "a list of texts, like [\"a\", \"b\"]".to_owned(),
            Self::Table => "a table".to_owned(),
        }
    }

    /// Whether a value is of this kind.
    pub(super) fn fits(self, value: &Value) -> bool {
        match self {
            Self::Integer(min, max) => value.as_i64().is_some_and(|n| (min..=max).contains(&n)),
            Self::Amount => value.as_f64().is_some_and(|n| n.is_finite() && n >= 0.0),
            Self::Bool => value.is_boolean(),
            Self::Text => value.is_string(),
            Self::Choice(words) => value.as_str().is_some_and(|text| words.contains(&text)),
            Self::Texts => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            Self::Table => value.is_object(),
        }
    }

    /// Reads a value given as plain text, from the environment or the command line.
    pub(super) fn read(self, text: &str) -> Option<Value> {
        let value = match self {
            Self::Integer(..) => json!(text.trim().parse::<i64>().ok()?),
            Self::Amount => json!(text.trim().parse::<f64>().ok()?),
            Self::Bool => json!(text.trim().parse::<bool>().ok()?),
            Self::Text | Self::Choice(_) => json!(text),
            Self::Texts => json!(text.split(',').map(str::trim).collect::<Vec<_>>()),
            Self::Table => serde_json::from_str(text).ok()?,
        };
        self.fits(&value).then_some(value)
    }
}

/// A row of the key table. `*` in a name stands for a name that the person chooses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// JSON text of the default; empty for "not set".
    pub(super) default: &'static str,
    pub(super) needs_restart: bool,
    pub(super) doc: &'static str,
}

const fn key(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    needs_restart: bool,
    doc: &'static str,
) -> Key {
    Key { name, kind, default, needs_restart, doc }
}

impl Key {
    /// The default, if there is one.
    pub(super) fn default_value(&self) -> Option<Value> {
        serde_json::from_str(self.default).ok()
    }

    /// Whether a dotted name, split into its parts, is an instance of this key.
    pub(super) fn matches(&self, parts: &[String]) -> bool {
        let own: Vec<_> = self.name.split('.').collect();
        own.len() == parts.len()
            && own.iter().zip(parts).all(|(own, part)| *own == "*" || own == part)
    }
}

/// The row for a name; exact names win over patterns.
pub(super) fn find(parts: &[String]) -> Option<&'static Key> {
    let matching = || KEYS.iter().filter(|key| key.matches(parts));
    matching().find(|key| !key.name.contains('*')).or_else(|| matching().next())
}

/// Whether keys can stand in a table of this name.
pub(super) fn is_table(path: &[String]) -> bool {
    KEYS.iter().any(|key| {
        let own: Vec<_> = key.name.split('.').collect();
        own.len() > path.len() && own.iter().zip(path).all(|(own, part)| *own == "*" || own == part)
    })
}

/// The known table nearest to an unknown one, if it is near enough to be a slip.
pub(super) fn suggest_table(path: &[String]) -> Option<String> {
    let name = path.join(".");
    let filled = KEYS.iter().filter_map(|key| {
        let own: Vec<_> = key.name.split('.').collect();
        let fill = |(own, part): (&&str, &String)| {
            if *own == "*" { part.clone() } else { (*own).to_owned() }
        };
        (own.len() > path.len())
            .then(|| own.iter().zip(path).map(fill).collect::<Vec<_>>().join("."))
    });
    nearest(filled, &name)
}

fn nearest(candidates: impl Iterator<Item = String>, name: &str) -> Option<String> {
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(&candidate, name), candidate))
        .min()
        // In a short name three slips would be another word.
        .filter(|(n, _)| *n <= 3 && n * 2 < name.chars().count())
        .map(|(_, candidate)| candidate)
}

/// The known name nearest to an unknown one, if it is near enough to be a slip.
pub(super) fn suggest(name: &str) -> Option<String> {
    let parts: Vec<_> = name.split('.').collect();
    let filled = KEYS.iter().filter_map(|key| {
        let own: Vec<_> = key.name.split('.').collect();
        (own.len() == parts.len()).then(|| {
            own.iter().zip(&parts).map(|(o, p)| if *o == "*" { *p } else { *o }).collect::<Vec<_>>()
        })
    });
    nearest(filled.map(|candidate| candidate.join(".")), name)
}
