//! Which deliveries of a hook are worth a run; the others are taken and let go.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::template::{Facts, Path};

/// Most entries of a filter.
const ENTRIES_MAX: usize = 64;

/// The filter of a hook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Kinds of events; all when there are none.
    on: Vec<String>,
    when: Vec<Condition>,
    unless: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    path: Path,
    values: Vec<String>,
}

/// What a filter is read from.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Raw {
    pub(crate) on: Vec<String>,
    pub(crate) when: Map<String, Value>,
    pub(crate) unless: Map<String, Value>,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(raw: Raw) -> Result<Self, String> {
        if raw.on.len() > ENTRIES_MAX || raw.on.iter().any(String::is_empty) {
            return Err(format!("`on` is a list of up to {ENTRIES_MAX} kinds of events"));
        }
        let conditions = |name: &str, table: Map<String, Value>| {
            if table.len() > ENTRIES_MAX {
                return Err(format!("`{name}` has at most {ENTRIES_MAX} entries"));
            }
            let read = |(path, value): (String, Value)| {
                let wrong = |error: String| format!("`{name}`: {error}");
                let path = Path::parse(&path).map_err(wrong)?;
                Ok(Condition { path, values: values(&value).map_err(wrong)? })
            };
            table.into_iter().map(read).collect::<Result<Vec<_>, String>>()
        };
        let (when, unless) = (conditions("when", raw.when)?, conditions("unless", raw.unless)?);
        Ok(Self { on: raw.on, when, unless })
    }

    /// Whether kinds of events are chosen at all.
    #[must_use]
    pub fn chooses_events(&self) -> bool {
        !self.on.is_empty()
    }

    /// Why a delivery is let go; nothing for one that is wanted.
    #[must_use]
    pub fn refuses(&self, facts: &Facts) -> Option<String> {
        let event = &facts.event;
        if !self.on.is_empty() && !self.on.iter().any(|wanted| is_of(event, wanted)) {
            return Some(format!("events of the kind `{}` are not wanted", event.escape_debug()));
        }
        if let Some(missed) = self.when.iter().find(|condition| !condition.holds(facts)) {
            return Some(format!("`{}` is not what is wanted", missed.path));
        }
        let hit = self.unless.iter().find(|condition| condition.holds(facts))?;
        Some(format!("`{}` is what is not wanted", hit.path))
    }
}

impl Condition {
    fn holds(&self, facts: &Facts) -> bool {
        let text = self.path.text(facts).unwrap_or_default();
        self.values.contains(&text)
    }
}

/// `pull_request` means every kind of it, `pull_request.opened` that one.
fn is_of(event: &str, wanted: &str) -> bool {
    event.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn values(value: &Value) -> Result<Vec<String>, String> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err("a value is a text, a number, true or false, or a list of them".to_owned()),
    };
    match value {
        Value::Array(list) if !list.is_empty() && list.len() <= ENTRIES_MAX => {
            list.iter().map(one).collect()
        }
        other => one(other).map(|text| vec![text]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filter(raw: Value) -> Result<Filter, String> {
        Filter::read(serde_json::from_value(raw).unwrap())
    }

    fn facts(event: &str, body: Value) -> Facts {
        Facts { event: event.to_owned(), body, ..Facts::default() }
    }

    #[test]
    fn only_what_is_wanted_passes() {
        let one = filter(json!({
            "on": ["push", "pull_request.opened"],
            "when": { "body.ref": ["main", "next"], "body.n": 1 },
            "unless": { "body.user.type": "Bot" },
        }))
        .unwrap();
        assert!(one.chooses_events());
        let body = json!({ "ref": "main", "n": 1 });
        assert_eq!(one.refuses(&facts("push", body.clone())), None);
        assert_eq!(one.refuses(&facts("pull_request.opened", body.clone())), None);
        for (event, body, part) in [
            ("pushed", body.clone(), "`pushed` are not wanted"),
            ("pull_request.closed", body.clone(), "not wanted"),
            ("push", json!({ "ref": "other", "n": 1 }), "`body.ref` is not"),
            ("push", json!({ "ref": "main" }), "`body.n` is not"),
            (
                "push",
                json!({ "ref": "main", "n": 1, "user": { "type": "Bot" } }),
                "`body.user.type` is what",
            ),
        ] {
            let why = one.refuses(&facts(event, body)).unwrap();
            assert!(why.contains(part), "{why}");
        }
        assert_eq!(Filter::default().refuses(&facts("anything", json!({}))), None);
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        for (raw, part) in [
            (json!({ "on": [""] }), "`on`"),
            (json!({ "when": { "boddy.a": 1 } }), "begins with body"),
            (json!({ "when": { "body.a": { "b": 1 } } }), "`when`: a value is"),
            (json!({ "unless": { "body.a": [] } }), "`unless`: a value is"),
        ] {
            let error = filter(raw).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
