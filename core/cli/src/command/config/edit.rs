//! Edits `nexus.toml` without touching what nobody asked to touch, and never to something that
//! the daemon would not take.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use toml_edit::{DocumentMut, Item, Key, Table, Value};

use crate::command::db;
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};

/// Largest configuration that is edited, in bytes.
const CONFIG_BYTES_MAX: u64 = 1024 * 1024;

/// Sets keys, all or none; comes back with the values as they stand in the file.
pub(super) fn set(pairs: &[(String, String)], context: &Context) -> Result<Vec<String>> {
    let file = context.home.join("nexus.toml");
    let before = read(&file)?;
    let mut refusal = None;
    // What TOML makes of the words comes first, so its complaint fits best; then all as text, so
    // that text needs no quotes even where it looks like a number.
    for reading in [as_toml, as_text] {
        let mut document = parse(&before, &file)?;
        let mut written = Vec::new();
        for (key, text) in pairs {
            let value = reading(text);
            written.push(value.to_string().trim().to_owned());
            place(&mut document, &parse_key(key)?, value)?;
        }
        match replace(&joined(&before, &document), &file, context) {
            Ok(()) => return Ok(written),
            Err(error) if error.code == "CONFIG_INVALID" => {
                refusal.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    Err(refusal.unwrap_or_else(|| CliError::usage("that is not a value")))
}

/// The new text. A file of comments only keeps them above what is set first.
fn joined(before: &str, document: &DocumentMut) -> String {
    let text = document.to_string();
    let is_bare = before.lines().all(|line| line.trim().is_empty() || line.starts_with('#'));
    match is_bare && !before.trim().is_empty() {
        true => {
            let set = text.strip_suffix(before).unwrap_or(&text);
            format!("{}\n\n{set}", before.trim_end())
        }
        false => text,
    }
}

/// Takes a key out.
pub(super) fn unset(key: &str, context: &Context) -> Result<()> {
    let keys = parse_key(key)?;
    let file = context.home.join("nexus.toml");
    let mut document = parse(&read(&file)?, &file)?;
    if !remove(&mut document, &keys) {
        let what = format!("`{key}` is not set in {}", file.display());
        return Err(
            CliError::new(Exit::NotFound, "NOT_FOUND", what).fix("nexus config list --changed")
        );
    }
    replace(&document.to_string(), &file, context)
}

fn parse_key(key: &str) -> Result<Vec<Key>> {
    Key::parse(key).map_err(|_| {
        CliError::usage(format!("`{key}` is not a key"))
            .why("parts are separated by dots; a part with other signs stands in quotes")
            .fix("nexus config set 'models.prices.\"openai/gpt-5\".input' 1.25")
    })
}

fn read(file: &Path) -> Result<String> {
    match std::fs::metadata(file) {
        Ok(metadata) if metadata.len() > CONFIG_BYTES_MAX => {
            Err(CliError::failed(format!("{} is too large to be edited", file.display())))
        }
        Ok(_) => Ok(std::fs::read_to_string(file)?),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let what = format!("there is no {}", file.display());
            Err(CliError::new(Exit::NotFound, "NOT_FOUND", what).fix("nexus init"))
        }
        Err(e) => Err(e.into()),
    }
}

fn parse(text: &str, file: &Path) -> Result<DocumentMut> {
    text.parse().map_err(|e: toml_edit::TomlError| {
        CliError::failed(format!("{} is not valid TOML", file.display()))
            .why(e.to_string())
            .fix(format!("edit {}", file.display()))
    })
}

/// What TOML makes of the words; plain text where it makes nothing.
fn as_toml(text: &str) -> Value {
    text.parse().unwrap_or_else(|_| Value::from(text))
}

fn as_text(text: &str) -> Value {
    Value::from(text)
}

/// Puts a value where its key says; a value that stood there keeps its comments.
fn place(document: &mut DocumentMut, keys: &[Key], mut value: Value) -> Result<()> {
    let Some((last, tables)) = keys.split_last() else {
        return Err(CliError::usage("a key has at least one part"));
    };
    let mut at: &mut dyn toml_edit::TableLike = document.as_table_mut();
    for key in tables {
        let item = at.entry(key.get()).or_insert_with(|| {
            let mut table = Table::new();
            // `[models.prices]` alone, not an empty `[models]` above it.
            table.set_implicit(true);
            Item::Table(table)
        });
        at = item
            .as_table_like_mut()
            .ok_or_else(|| CliError::usage(format!("`{}` is a value, not a table", key.get())))?;
    }
    match at.get_mut(last.get()) {
        Some(Item::Value(old)) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        Some(Item::Table(_) | Item::ArrayOfTables(_)) => {
            return Err(CliError::usage(format!("`{}` is a table, not a value", last.get())));
        }
        _ => {
            let item = match value {
                // A table in braces becomes one with a header, as a person would write it.
                Value::InlineTable(table) => Item::Table(table.into_table()),
                value => Item::Value(value),
            };
            at.insert(last.get(), item);
        }
    }
    Ok(())
}

fn remove(document: &mut DocumentMut, keys: &[Key]) -> bool {
    let Some((last, tables)) = keys.split_last() else { return false };
    let mut at: &mut dyn toml_edit::TableLike = document.as_table_mut();
    for key in tables {
        match at.get_mut(key.get()).and_then(Item::as_table_like_mut) {
            Some(table) => at = table,
            None => return false,
        }
    }
    at.remove(last.get()).is_some()
}

/// Puts new text in the place of the file, if the daemon would take it; in one step, so that no
/// reader ever sees half of it.
fn replace(text: &str, file: &Path, context: &Context) -> Result<()> {
    let candidate = Candidate(file.with_file_name(format!(".nexus.toml.{}", std::process::id())));
    write_like(file, &candidate.0, text)?;
    let nexusd = context.nexusd()?;
    let path =
        candidate.0.to_str().ok_or_else(|| CliError::failed("the home's name is not text"))?;
    let report = db::document(nexusd.ask(&["check", "--config", path])?)?;
    if report["ok"] == json!(false) {
        return Err(super::invalid(&report).fix("nexus config list"));
    }
    let before = db::document(nexusd.ask(&["check"])?)?;
    if let Some(warning) = new_warning(&before, &report) {
        let mut error = CliError::usage(warning)
            .why("nothing was changed")
            .fix("nexus config list")
            .fix(format!("to have it all the same, edit {}", file.display()));
        "CONFIG_UNKNOWN_KEY".clone_into(&mut error.code);
        return Err(error);
    }
    std::fs::rename(&candidate.0, file)?;
    keep_name(file)
}

/// Makes the new name survive a power cut: it stands in the folder, not in the file.
fn keep_name(file: &Path) -> Result<()> {
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// A warning the change would bring: most likely a mistyped key.
fn new_warning(before: &Json, after: &Json) -> Option<String> {
    // Lines move when something is inserted, so the words after the line number are compared.
    let words = |line: &Json| {
        let text = line.as_str().map_or_else(|| line.to_string(), str::to_owned);
        let rest = text.split_once(": ").map(|(_, rest)| rest.to_owned());
        if text.starts_with("line ") { rest.unwrap_or(text) } else { text }
    };
    let known: Vec<_> = before["warnings"].as_array().into_iter().flatten().map(words).collect();
    let mut found = after["warnings"].as_array().into_iter().flatten().map(words);
    found.find(|warning| !known.contains(warning))
}

/// A file that is gone when nobody has moved it into place.
struct Candidate(PathBuf);

impl Drop for Candidate {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Writes a file that only its owner reads until it has the mode of the one it replaces.
fn write_like(model: &Path, path: &Path, text: &str) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(std::fs::metadata(model)?.permissions())?;
    file.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, key: &str, text: &str, after: &str) {
        let mut document: DocumentMut = before.parse().unwrap();
        place(&mut document, &parse_key(key).unwrap(), as_toml(text)).unwrap();
        assert_eq!(joined(before, &document), after);
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
        check("", "logging.level", "debug", "[logging]\nlevel = \"debug\"\n");
    }

    #[test]
    fn a_table_is_not_overwritten_by_a_value() {
        let mut document: DocumentMut = "[runtime]\nport = 1\n".parse().unwrap();
        assert!(place(&mut document, &parse_key("runtime").unwrap(), Value::from(1)).is_err());
        let key = parse_key("runtime.port.deep").unwrap();
        assert!(place(&mut document, &key, Value::from(1)).is_err());
    }

    #[test]
    fn comments_stay_on_top_and_tables_get_headers() {
        check("# hello\n\n", "runtime.port", "5", "# hello\n\n[runtime]\nport = 5\n");
        let braces = "{ kind = \"ollama\", models = [\"a\"] }";
        let expect = "[models.local]\nkind = \"ollama\"\nmodels = [\"a\"]\n";
        check("", "models.local", braces, expect);
    }

    #[test]
    fn only_a_warning_that_is_new_counts() {
        let before = json!({"warnings": ["line 3: unknown key `a`"]});
        let after = json!({"warnings": ["line 5: unknown key `a`", "line 1: unknown key `b`"]});
        assert_eq!(new_warning(&before, &after).as_deref(), Some("unknown key `b`"));
        assert_eq!(new_warning(&after, &before), None);
    }
}
