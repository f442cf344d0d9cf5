//! Edits the text of `nexus.toml` without touching what nobody asked to touch.

use nexus_domain::Failure;
use nexus_protocol::config::ConfigChange;
use serde_json::{Map, Value as Json};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Key as TomlKey, Table, TableLike, Value};

use super::{keys, parse};

/// What is to be done to the text.
#[derive(Clone, Copy, Debug)]
pub enum Edit<'a> {
    /// Keys are changed, each by its name.
    Set(&'a [ConfigChange]),
    /// A merge patch (RFC 7396) is merged into the tables.
    Patch(&'a Map<String, Json>),
    /// The whole text is replaced.
    Apply(&'a str),
}

/// A change to one key by its parts: the new value, or nothing to take it out.
struct Step {
    path: Vec<String>,
    value: Option<Value>,
}

/// The text after an edit; whether it can be used is for others to say.
///
/// # Errors
/// `Invalid` when a key or a value is none, or the text is not TOML; `NotFound` when a key that is
/// to be taken out is not there.
pub fn apply(before: &str, edit: Edit<'_>) -> Result<String, Failure> {
    let (steps, must_exist) = match edit {
        Edit::Apply(text) => return Ok(text.to_owned()),
        Edit::Set(changes) => (changes.iter().map(step_of).collect::<Result<Vec<_>, _>>()?, true),
        Edit::Patch(patch) => {
            let mut steps = Vec::new();
            flatten(patch, &mut Vec::new(), &mut steps)?;
            (steps, false)
        }
    };
    let mut document: DocumentMut = before.parse().map_err(|error: toml_edit::TomlError| {
        Failure::invalid(format!(
            "nexus.toml is not TOML and cannot be edited: {}",
            error.message()
        ))
        .hint("mend the file, or replace it whole: nexus config apply FILE")
    })?;
    for step in steps {
        match step.value {
            Some(value) => {
                check_known(&step.path, &value)?;
                place(&mut document, &step.path, value)?;
            }
            None if !remove(&mut document, &step.path) && must_exist => {
                let key = step.path.join(".");
                return Err(Failure::not_found(format!("`{key}` is not set in nexus.toml"))
                    .hint("what is set: nexus config list --changed"));
            }
            None => {}
        }
    }
    Ok(joined(before, &document))
}

/// The parts of a key as it is written in TOML.
///
/// # Errors
/// `Invalid` when it is no key.
pub(super) fn parts(key: &str) -> Result<Vec<String>, Failure> {
    let keys = TomlKey::parse(key).map_err(|_| {
        Failure::invalid(format!("`{}` is not a key", key.escape_debug())).hint(
            "parts are separated by dots; a part with other signs stands in quotes, such as \
             models.prices.\"openai/gpt-5\".input",
        )
    })?;
    Ok(keys.iter().map(|key| key.get().to_owned()).collect())
}

fn step_of(change: &ConfigChange) -> Result<Step, Failure> {
    let path = parts(&change.key)?;
    let value = match (&change.value, &change.text) {
        (Some(_), Some(_)) => {
            return Err(Failure::invalid(format!("`{}` has two values", change.key))
                .hint("give `value` or `text`, not both"));
        }
        (Some(value), None) => Some(to_toml(value, &change.key)?),
        (None, Some(text)) => Some(read_words(text, &path)),
        (None, None) => None,
    };
    Ok(Step { path, value })
}

/// What a person means by the words: what TOML makes of them where that fits the key, and
/// otherwise plain text, so that text needs no quotes even where it looks like a number.
fn read_words(text: &str, path: &[String]) -> Value {
    let toml = text.parse::<Value>().ok();
    let Some(key) = keys::find(path) else { return toml.unwrap_or_else(|| Value::from(text)) };
    let fitting = toml
        .clone()
        .filter(|value| parse::to_json(value).is_some_and(|value| key.kind.fits(&value)));
    let as_text = || key.kind.fits(&Json::from(text)).then(|| Value::from(text));
    fitting.or_else(as_text).or(toml).unwrap_or_else(|| Value::from(text))
}

fn to_toml(value: &Json, place: &str) -> Result<Value, Failure> {
    let unfit = |what: &str| Failure::invalid(format!("`{place}` cannot hold {what}"));
    Ok(match value {
        Json::Null => return Err(unfit("null inside a list or a table")),
        Json::Bool(truth) => Value::from(*truth),
        Json::String(text) => Value::from(text.as_str()),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::from(whole),
            (None, Some(float)) if number.is_f64() => Value::from(float),
            _ => return Err(unfit("a number as large as this")),
        },
        Json::Array(items) => {
            let items = items.iter().map(|item| to_toml(item, place));
            Value::Array(items.collect::<Result<Array, _>>()?)
        }
        Json::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| Ok((TomlKey::new(name.as_str()), to_toml(value, place)?)));
            Value::InlineTable(fields.collect::<Result<InlineTable, Failure>>()?)
        }
    })
}

/// The changes a merge patch makes, leaf by leaf.
fn flatten(
    patch: &Map<String, Json>,
    path: &mut Vec<String>,
    steps: &mut Vec<Step>,
) -> Result<(), Failure> {
    // In one order, whichever way the build keeps the fields of an object.
    for (name, value) in patch.iter().collect::<std::collections::BTreeMap<_, _>>() {
        path.push(name.clone());
        match value {
            Json::Null => steps.push(Step { path: path.clone(), value: None }),
            Json::Object(inner) if path.len() < parse::DEPTH_MAX => flatten(inner, path, steps)?,
            leaf => {
                let value = Some(to_toml(leaf, &path.join("."))?);
                steps.push(Step { path: path.clone(), value });
            }
        }
        path.pop();
    }
    Ok(())
}

/// A key that nobody knows would be left alone when it is read, and is most likely a slip.
fn check_known(path: &[String], value: &Value) -> Result<(), Failure> {
    let is_inside_table = (1..path.len())
        .any(|n| keys::find(&path[..n]).is_some_and(|key| matches!(key.kind, keys::Kind::Table)));
    if is_inside_table || keys::find(path).is_some() {
        return Ok(());
    }
    if let (Value::InlineTable(table), true) = (value, keys::is_table(path)) {
        return table.iter().try_for_each(|(name, value)| {
            let path: Vec<_> = path.iter().cloned().chain([name.to_owned()]).collect();
            check_known(&path, value)
        });
    }
    let name = path.join(".");
    if keys::is_table(path) {
        return Err(Failure::invalid(format!("`{name}` is a table, not a value"))
            .hint(format!("see what it holds: nexus config get {name}")));
    }
    let failure = Failure::invalid(format!("`{name}` is not a setting"));
    Err(match keys::suggest(&name) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("see all of them: nexus config list"),
    })
}

/// Puts a value where its key says; a value that stood there keeps its comments.
fn place(document: &mut DocumentMut, path: &[String], mut value: Value) -> Result<(), Failure> {
    let Some((last, tables)) = path.split_last() else {
        return Err(Failure::invalid("a key has at least one part"));
    };
    let mut at: &mut dyn TableLike = document.as_table_mut();
    for name in tables {
        let item = at.entry(name).or_insert_with(|| {
            let mut table = Table::new();
            // `[models.prices]` alone, not an empty `[models]` above it.
            table.set_implicit(true);
            Item::Table(table)
        });
        at = item
            .as_table_like_mut()
            .ok_or_else(|| Failure::invalid(format!("`{name}` is a value, not a table")))?;
    }
    match at.get_mut(last) {
        Some(Item::Value(old)) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        Some(Item::Table(_) | Item::ArrayOfTables(_)) => {
            return Err(Failure::invalid(format!("`{last}` is a table, not a value")));
        }
        _ => {
            let item = match value {
                // A table in braces becomes one with a header, as a person would write it.
                Value::InlineTable(table) => Item::Table(table.into_table()),
                value => Item::Value(value),
            };
            at.insert(last, item);
        }
    }
    Ok(())
}

fn remove(document: &mut DocumentMut, path: &[String]) -> bool {
    let Some((last, tables)) = path.split_last() else { return false };
    let mut at: &mut dyn TableLike = document.as_table_mut();
    for name in tables {
        match at.get_mut(name).and_then(Item::as_table_like_mut) {
            Some(table) => at = table,
            None => return false,
        }
    }
    at.remove(last).is_some()
}

/// The new text. A file of comments only keeps them above what is set first, and a file keeps the
/// ends of its lines.
fn joined(before: &str, document: &DocumentMut) -> String {
    let text = document.to_string();
    let is_bare = before.lines().all(|line| line.trim().is_empty() || line.starts_with('#'));
    let text = match is_bare && !before.trim().is_empty() {
        true => {
            let set = text.strip_suffix(before).unwrap_or(&text);
            format!("{}\n\n{set}", before.trim_end())
        }
        false => text,
    };
    match before.contains("\r\n") {
        true => text.replace("\r\n", "\n").replace('\n', "\r\n"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(before: &str, key: &str, text: &str) -> Result<String, Failure> {
        let change = ConfigChange { key: key.to_owned(), value: None, text: Some(text.to_owned()) };
        apply(before, Edit::Set(&[change]))
    }

    #[track_caller]
    fn check(before: &str, key: &str, text: &str, after: &str) {
        assert_eq!(set(before, key, text).unwrap(), after);
    }

    fn patched(before: &str, patch: Json) -> Result<String, Failure> {
        apply(before, Edit::Patch(patch.as_object().unwrap()))
    }

    #[test]
    fn an_edit_touches_only_its_value() {
        check(
            "# mine\n[runtime] # the port\nport = 1 # not 2\n\n[x]\n",
            "runtime.port",
            "18790",
            "# mine\n[runtime] # the port\nport = 18790 # not 2\n\n[x]\n",
        );
        check("", "runtime.port", "5", "[runtime]\nport = 5\n");
        check(
            "[agents.main]\n",
            "agents.main.models",
            "[\"a/b\"]",
            "[agents.main]\nmodels = [\"a/b\"]\n",
        );
        check(
            "",
            "models.prices.\"openai/gpt-5\".input",
            "1.25",
            "[models.prices.\"openai/gpt-5\"]\ninput = 1.25\n",
        );
        check("a = 1\r\n", "runtime.port", "5", "a = 1\r\n\r\n[runtime]\r\nport = 5\r\n");
    }

    #[test]
    fn words_are_read_as_the_key_wants_them() {
        check("", "logging.level", "debug", "[logging]\nlevel = \"debug\"\n");
        check("", "logging.level", "'debug'", "[logging]\nlevel = 'debug'\n");
        check("", "adapters.a.account", "12", "[adapters.a]\naccount = \"12\"\n");
        check("", "runtime.port", "1_000", "[runtime]\nport = 1_000\n");
        check("", "models.prices.\"a/b\".input", "1", "[models.prices.\"a/b\"]\ninput = 1\n");
    }

    #[test]
    fn a_table_is_not_overwritten_by_a_value() {
        let before = "[runtime]\nport = 1\n";
        assert!(set(before, "runtime", "1").unwrap_err().message.contains("is a table"));
        let failure = set(before, "runtime.port.deep", "1").unwrap_err();
        assert_eq!(failure.message, "`runtime.port.deep` is not a setting");
    }

    #[test]
    fn comments_stay_on_top_and_tables_get_headers() {
        check("# hello\n\n", "runtime.port", "5", "# hello\n\n[runtime]\nport = 5\n");
        let braces = "{ kind = \"ollama\", models = [\"a\"] }";
        let expect = "[models.local]\nkind = \"ollama\"\nmodels = [\"a\"]\n";
        check("", "models.local", braces, expect);
    }

    #[test]
    fn slips_are_met_with_what_was_meant() {
        let failure = set("", "runtime.prot", "1").unwrap_err();
        assert_eq!(failure.hint.as_deref(), Some("did you mean `runtime.port`?"));
        let failure = set("", "models.local", "{ kid = \"ollama\" }").unwrap_err();
        assert_eq!(failure.message, "`models.local.kid` is not a setting");
        assert!(set("", "a b", "1").unwrap_err().message.contains("is not a key"));
        assert!(set("[x", "runtime.port", "1").unwrap_err().message.contains("not TOML"));
    }

    #[test]
    fn a_key_is_taken_out_with_nothing_else() {
        let before = "# top\n[runtime]\nport = 1\n# drain\ndrain_ms = 5\n";
        let out = |key: &str| ConfigChange { key: key.to_owned(), ..ConfigChange::default() };
        let after = apply(before, Edit::Set(&[out("runtime.port")])).unwrap();
        assert_eq!(after, "# top\n[runtime]\n# drain\ndrain_ms = 5\n");
        let failure = apply(before, Edit::Set(&[out("runtime.bind")])).unwrap_err();
        assert_eq!(failure.code, "NOT_FOUND");
    }

    #[test]
    fn a_patch_merges_sets_and_takes_out() {
        let before = "[runtime]\nport = 1 # mine\ndrain_ms = 5\n";
        let patch = json!({
            "runtime": { "port": 2, "drain_ms": null, "bind": null },
            "agents": { "main": { "models": ["a/b"] } },
            "adapters": { "x": { "settings": { "deep": { "er": true } } } },
        });
        let after = "[runtime]\nport = 2 # mine\n\n[adapters.x.settings.deep]\ner = true\n\n\
                     [agents.main]\nmodels = [\"a/b\"]\n";
        assert_eq!(patched(before, patch).unwrap(), after);
        let failure = patched(before, json!({ "runtime": { "port": [null] } })).unwrap_err();
        assert!(failure.message.contains("cannot hold null"), "{failure}");
        let failure = patched(before, json!({ "runtme": { "port": 1 } })).unwrap_err();
        assert_eq!(failure.hint.as_deref(), Some("did you mean `runtime.port`?"));
        assert!(patched(before, json!({ "runtime": { "port": u64::MAX } })).is_err());
    }
}
