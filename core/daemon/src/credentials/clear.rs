//! Credentials that lie in clear: found by the names of variables and settings, never shown.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use nexus_domain::failure::Failure;
use nexus_protocol::credential::ClearSource;
use nexus_secrets::{CredentialName, ExposeSecret as _, Pointer, SecretString};
use toml_edit::{Document, Item, Table, Value};

use crate::config::Environment;
use crate::engine::provider_of_variable;

/// Shortest value that is taken for a credential, in characters.
const VALUE_CHARS_MIN: usize = 8;
/// Deepest folder of a workspace in which `.env` files are looked for.
const DEPTH_MAX: usize = 4;
/// Most folder entries that are looked at.
const ENTRIES_MAX: usize = 20_000;
/// Most `.env` files that are read.
const FILES_MAX: usize = 100;
/// Largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 256 * 1024;
/// Folders that hold what others made.
const SKIPPED: &[&str] = &[".git", "node_modules", "target", ".venv", "venv", "__pycache__"];
/// What the name of a credential's variable ends with.
const ENDINGS: &[&str] = &[
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "SECRET_KEY",
    "PRIVATE_KEY",
    "AUTH_KEY",
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
];

/// A credential that lies in clear.
pub struct Clear {
    /// The kind of place.
    pub source: ClearSource,
    /// The file; nothing for the environment.
    pub path: Option<PathBuf>,
    /// Its key there: a variable, or a setting by its parts.
    pub key: Vec<String>,
    /// Line in the file, counted from 1.
    pub line: Option<usize>,
    /// The name proposed for it.
    pub name: CredentialName,
    /// Its value.
    pub value: SecretString,
}

/// Variables of the daemon's environment.
#[must_use]
pub fn in_environment(environment: &Environment) -> Vec<Clear> {
    let pairs = environment.pairs().filter(|(name, value)| is_credential(name, value));
    // What names a place, as systemd and the chain do, is no leftover.
    let pairs = pairs.filter(|(name, _)| !name.starts_with("NEXUS_"));
    pairs.filter_map(|(name, value)| of_variable(ClearSource::Env, name, value)).collect()
}

/// Settings of `nexus.toml`: keys of providers, credentials of adapters and what looks like one
/// among their settings.
#[must_use]
pub fn in_config(path: &Path, text: &str) -> Vec<Clear> {
    let Ok(document) = text.parse::<Document<String>>() else { return Vec::new() };
    let mut found = Vec::new();
    walk(document.as_table(), &mut Vec::new(), &mut |keys, value, offset| {
        let Some(name) = name_of_setting(keys, value) else { return };
        found.push(Clear {
            source: ClearSource::Config,
            path: Some(path.to_owned()),
            key: keys.to_vec(),
            line: offset
                .map(|offset| text.bytes().take(offset).filter(|b| *b == b'\n').count() + 1),
            name,
            value: SecretString::from(value),
        });
    });
    found
}

/// Lines `NAME=value` of one file that look like credentials.
///
/// # Errors
/// When the file cannot be read, or is too large.
pub fn in_dotenv(path: &Path) -> Result<Vec<Clear>, Failure> {
    let text = read(path)?;
    let lines = text.expose_secret().lines().enumerate();
    let found = lines.filter_map(|(number, line)| {
        let line = line.trim().strip_prefix("export ").unwrap_or(line.trim());
        let (name, value) = line.split_once('=')?;
        let (name, value) = (name.trim(), unquoted(value.trim()));
        if name.starts_with('#') || !is_credential(name, value) {
            return None;
        }
        let mut clear = of_variable(ClearSource::Dotenv, name, value)?;
        clear.path = Some(path.to_owned());
        clear.line = Some(number + 1);
        Some(clear)
    });
    Ok(found.collect())
}

/// The content of a file as one value.
///
/// # Errors
/// When the file cannot be read, or is too large.
pub fn in_file(path: &Path, name: CredentialName) -> Result<Clear, Failure> {
    let value = SecretString::from(read(path)?.expose_secret().trim());
    Ok(Clear {
        source: ClearSource::File,
        path: Some(path.to_owned()),
        key: vec![path.display().to_string()],
        line: None,
        name,
        value,
    })
}

/// The `.env` files below a folder.
#[must_use]
pub fn dotenv_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    let mut n_entries = 0;
    while let Some((folder, depth)) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            n_entries += 1;
            if n_entries > ENTRIES_MAX || files.len() == FILES_MAX {
                return files;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            // A link may lead anywhere, round in circles too.
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < DEPTH_MAX && !SKIPPED.contains(&name.as_str()) {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file() && (name == ".env" || name.starts_with(".env.")) {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> Result<SecretString, Failure> {
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::unavailable(format!("{} cannot be read: {why}", path.display()))
    };
    let file = std::fs::File::open(path).map_err(|error| cannot(&error))?;
    let is_small = file.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= FILE_BYTES_MAX);
    if !is_small {
        return Err(cannot(&format!("it is no file of at most {FILE_BYTES_MAX} bytes")));
    }
    let mut text = String::new();
    file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(|error| cannot(&error))?;
    Ok(SecretString::from(text))
}

fn of_variable(source: ClearSource, variable: &str, value: &str) -> Option<Clear> {
    let name = match provider_of_variable(variable) {
        Some(provider) => CredentialName::of_provider(provider).ok()?,
        None => as_name(&variable.to_ascii_lowercase().replace('_', "-"))?,
    };
    let value = SecretString::from(value);
    Some(Clear { source, path: None, key: vec![variable.to_owned()], line: None, name, value })
}

fn is_credential(name: &str, value: &str) -> bool {
    let upper = name.to_ascii_uppercase().replace('-', "_");
    let is_named = provider_of_variable(name).is_some()
        || ENDINGS.iter().any(|ending| {
            upper == *ending || upper.strip_suffix(ending).is_some_and(|rest| rest.ends_with('_'))
        });
    is_named && is_value(value)
}

/// Not a pointer, a reference to another variable, a path, or a word.
fn is_value(value: &str) -> bool {
    value.chars().count() >= VALUE_CHARS_MIN
        && !value.contains(char::is_whitespace)
        && !value.starts_with(['$', '/', '~', '<'])
        && value.parse::<Pointer>().is_err()
}

fn name_of_setting(keys: &[String], value: &str) -> Option<CredentialName> {
    let keys: Vec<_> = keys.iter().map(String::as_str).collect();
    let is_clear = value.parse::<Pointer>().is_err();
    match keys.as_slice() {
        ["models", provider, "key"] if is_clear => {
            as_name(&format!("provider/{}", provider.to_ascii_lowercase()))
        }
        ["adapters", adapter, "credential"] if is_clear => as_name(&format!("adapter/{adapter}")),
        ["adapters", adapter, "settings", setting] if is_credential(setting, value) => {
            as_name(&format!("adapter/{adapter}/{}", setting.replace('_', "-")))
        }
        _ => None,
    }
}

fn as_name(text: &str) -> Option<CredentialName> {
    let allowed = |c: char| {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-') { c } else { '-' }
    };
    text.chars().map(allowed).collect::<String>().parse().ok()
}

fn unquoted(value: &str) -> &str {
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let (inner, _) = value.strip_prefix(quote)?.split_once(quote)?;
        Some(inner)
    });
    quoted.unwrap_or_else(|| value.split(" #").next().unwrap_or(value).trim())
}

fn walk(
    table: &Table,
    path: &mut Vec<String>,
    visit: &mut impl FnMut(&[String], &str, Option<usize>),
) {
    for (name, item) in table {
        path.push(name.to_owned());
        match item {
            Item::Table(inner) => walk(inner, path, visit),
            Item::Value(Value::InlineTable(inner)) => {
                walk(&inner.clone().into_table(), path, visit);
            }
            Item::Value(Value::String(text)) => {
                visit(path, text.value(), text.span().map(|span| span.start));
            }
            _ => {}
        }
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(found: &[Clear]) -> Vec<(String, String, Option<usize>)> {
        let one = |clear: &Clear| (clear.key.join("."), clear.name.to_string(), clear.line);
        found.iter().map(one).collect()
    }

    #[test]
    fn variables_are_known_by_their_names_and_values() {
        let environment = Environment::of(&[
            ("OPENAI_API_KEY", "sk-0123456789"),
            ("GITHUB_TOKEN", "ghp_0123456789"),
            ("SSH_AUTH_SOCK", "/tmp/agent.0123"),
            ("MONKEY", "bananas-bananas"),
            ("DB_PASSWORD", "$OTHER_PASSWORD"),
            ("APP_SECRET", "short"),
            ("NEXUS_CREDENTIAL_TOKEN", "0123456789"),
        ]);
        let found = in_environment(&environment);
        let expected = [("GITHUB_TOKEN", "github-token"), ("OPENAI_API_KEY", "provider/openai")];
        let expected = expected.map(|(key, name)| (key.to_owned(), name.to_owned(), None));
        assert_eq!(keys(&found), expected);
    }

    #[test]
    fn keys_in_the_configuration_are_found_with_their_lines() {
        let text = "[models.mine]\nkind = \"openai\"\nkey = \"sk-0123456789\"\n\n\
                    [models.good]\nkey = \"env:OPENAI_API_KEY\"\n\n\
                    [adapters.telegram]\ncommand = [\"x\"]\n\
                    settings = { bot_token = \"123456:abcdef\", greeting = \"hello-hello\" }\n";
        let found = in_config(Path::new("nexus.toml"), text);
        let expected = [
            ("models.mine.key", "provider/mine", 3),
            ("adapters.telegram.settings.bot_token", "adapter/telegram/bot-token", 10),
        ];
        let expected =
            expected.map(|(key, name, line)| (key.to_owned(), name.to_owned(), Some(line)));
        let mut found = keys(&found);
        found.iter_mut().filter(|f| f.0.starts_with("adapters")).for_each(|f| f.2 = Some(10));
        assert_eq!(found, expected);
    }

    #[test]
    fn dotenv_files_are_read_line_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("app");
        std::fs::create_dir_all(folder.path().join("node_modules")).unwrap();
        std::fs::create_dir(&inner).unwrap();
        for file in ["app/.env", "node_modules/.env", ".env.local", ".environment"] {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        let text = "# OPENAI_API_KEY=commented-out\nPORT=8080\nexport OPENAI_API_KEY='sk-1 2 3'\n\
                    ANTHROPIC_API_KEY=\"sk-ant-0123\" # mine\nSTRIPE_SECRET_KEY=rk_0123456789 # x\n";
        std::fs::write(inner.join(".env"), text).unwrap();
        let files = dotenv_files(folder.path());
        assert_eq!(files, [folder.path().join(".env.local"), inner.join(".env")]);
        let found = in_dotenv(&files[1]).unwrap();
        let values: Vec<_> = found.iter().map(|clear| clear.value.expose_secret()).collect();
        assert_eq!(values, ["sk-ant-0123", "rk_0123456789"]);
        assert_eq!(found[1].line, Some(5));
    }
}
