//! From TOML text to checked values, with the line of each.

use std::collections::BTreeMap;

use nexus_protocol::config::ConfigSource;
use serde_json::{Value, json};
use toml_edit::{Document, Item, Table, Value as Toml};

use super::Finding;
use super::keys;

/// A value with where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sourced {
    pub(super) value: Value,
    pub(super) source: ConfigSource,
    pub(super) line: Option<usize>,
    /// The line of each entry of a list.
    pub(super) item_lines: Vec<Option<usize>>,
}

impl Sourced {
    fn new(value: Value, source: ConfigSource, line: Option<usize>) -> Self {
        Self { value, source, line, item_lines: Vec::new() }
    }
}

/// Checked values by the parts of their name; a part may itself contain dots
/// (`models.prices."openai/gpt-5.1".input`).
pub(super) type Values = BTreeMap<Vec<String>, Sourced>;

/// Deepest nesting of tables.
pub(super) const DEPTH_MAX: usize = 6;

/// Reads the file's text.
pub(super) fn file(text: &str) -> Result<(Values, Vec<Finding>), Vec<Finding>> {
    let document = text.parse::<Document<String>>().map_err(|error| {
        let line = error.span().map(|span| line_of(text, span.start));
        vec![Finding { line, text: format!("this is not TOML: {}", error.message()) }]
    })?;
    let mut walk = Walk { text, values: Values::new(), errors: vec![], warnings: vec![] };
    walk.table(document.as_table(), &mut Vec::new());
    match walk.errors.is_empty() {
        true => Ok((walk.values, walk.warnings)),
        false => Err(walk.errors),
    }
}

/// Puts a value from the environment or the command line over the others.
pub(super) fn overlay(
    values: &mut Values,
    name: &str,
    text: &str,
    source: ConfigSource,
    errors: &mut Vec<Finding>,
) {
    let parts: Vec<String> = name.split('.').map(str::to_owned).collect();
    let Some(key) = keys::find(&parts) else {
        let hint = keys::suggest(name).map(|near| format!("; did you mean `{near}`?"));
        let text = format!("`{name}` is not a setting{}", hint.unwrap_or_default());
        errors.push(Finding { line: None, text });
        return;
    };
    match key.kind.read(text) {
        Some(value) => {
            values.insert(parts, Sourced::new(value, source, None));
        }
        None => errors.push(Finding {
            line: None,
            text: format!("`{name}` must be {}, not `{text}`", key.kind.wanted()),
        }),
    }
}

struct Walk<'a> {
    text: &'a str,
    values: Values,
    errors: Vec<Finding>,
    warnings: Vec<Finding>,
}

impl Walk<'_> {
    fn table(&mut self, table: &Table, path: &mut Vec<String>) {
        for (name, item) in table {
            path.push(name.to_owned());
            let line = item.span().map(|span| line_of(self.text, span.start));
            match item {
                Item::Table(_) | Item::Value(Toml::InlineTable(_)) if is_table(path) => {
                    self.whole(item, path, line);
                }
                Item::Table(_) | Item::Value(Toml::InlineTable(_)) if !keys::is_table(path) => {
                    self.unknown_table(path, line);
                }
                Item::Table(inner) if path.len() < DEPTH_MAX => self.table(inner, path),
                Item::Value(Toml::InlineTable(inner)) if path.len() < DEPTH_MAX => {
                    self.table(&inner.clone().into_table(), path);
                }
                Item::Value(value) => self.leaf(value, path, line),
                Item::None => {}
                Item::Table(_) | Item::ArrayOfTables(_) => self.unknown(path, line),
            }
            path.pop();
        }
    }

    fn whole(&mut self, item: &Item, path: &[String], line: Option<usize>) {
        let table = match item.clone().into_table() {
            Ok(table) => table.into_inline_table(),
            Err(_) => return,
        };
        if let Some(value) = to_json(&Toml::InlineTable(table)) {
            let sourced = Sourced::new(value, ConfigSource::File, line);
            self.values.insert(path.to_vec(), sourced);
        }
    }

    fn leaf(&mut self, toml: &Toml, path: &[String], line: Option<usize>) {
        let Some(key) = keys::find(path) else {
            self.unknown(path, line);
            return;
        };
        match to_json(toml).filter(|value| key.kind.fits(value)) {
            Some(value) => {
                let mut sourced = Sourced::new(value, ConfigSource::File, line);
                let line_of = |item: &Toml| item.span().map(|span| line_of(self.text, span.start));
                sourced.item_lines = toml.as_array().into_iter().flatten().map(line_of).collect();
                self.values.insert(path.to_vec(), sourced);
            }
            None => self.errors.push(Finding {
                line,
                text: format!(
                    "`{}` must be {}, not `{}`",
                    path.join("."),
                    key.kind.wanted(),
                    shorten(toml.to_string().trim())
                ),
            }),
        }
    }

    /// Said once for the table; everything in it is left alone with it.
    fn unknown_table(&mut self, path: &[String], line: Option<usize>) {
        if keys::find(path).is_some() {
            return self.unknown(path, line);
        }
        let name = path.join(".");
        let hint = keys::suggest_table(path).map(|near| format!("; did you mean `[{near}]`?"));
        let text = format!(
            "`[{name}]` is not a table of settings and is left alone, with everything in it{}",
            hint.unwrap_or_default()
        );
        self.warnings.push(Finding { line, text });
    }

    fn unknown(&mut self, path: &[String], line: Option<usize>) {
        let name = path.join(".");
        let hint = keys::suggest(&name).map(|near| format!("; did you mean `{near}`?"));
        let hint = hint.unwrap_or_default();
        // A rule that is left alone would be believed to hold.
        if path.first().is_some_and(|table| table == "constraints") {
            let text = format!("`{name}` is not a setting{hint}; there are never and ask_before");
            return self.errors.push(Finding { line, text });
        }
        let text = format!("`{name}` is not a setting and is left alone{hint}");
        self.warnings.push(Finding { line, text });
    }
}

fn is_table(path: &[String]) -> bool {
    keys::find(path).is_some_and(|key| matches!(key.kind, keys::Kind::Table))
}

pub(super) fn to_json(toml: &Toml) -> Option<Value> {
    match toml {
        Toml::String(text) => Some(json!(text.value())),
        Toml::Integer(number) => Some(json!(number.value())),
        Toml::Float(number) => Some(json!(number.value())),
        Toml::Boolean(truth) => Some(json!(truth.value())),
        Toml::Array(list) => list.iter().map(to_json).collect::<Option<Vec<_>>>().map(Value::Array),
        Toml::InlineTable(table) => table
            .iter()
            .map(|(name, value)| Some((name.to_owned(), to_json(value)?)))
            .collect::<Option<_>>()
            .map(Value::Object),
        Toml::Datetime(_) => None,
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_owned();
    }
    text.chars().take(59).chain(['…']).collect()
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
