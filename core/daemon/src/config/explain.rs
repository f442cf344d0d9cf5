//! Where a value comes from: every source that says something about a key, in order.

use std::collections::BTreeMap;

use nexus_domain::Failure;
use nexus_protocol::config::{ConfigOrigin, ConfigSource, ExplainResult};
use serde_json::Value;

use super::{Config, FileText, Overlay, edit, keys, parse};

/// What a file says about each key, with its line; nothing when it cannot be understood.
pub(super) fn in_file(text: &str) -> BTreeMap<Vec<String>, (Value, Option<usize>)> {
    let values = parse::file(text).map(|(values, _)| values).unwrap_or_default();
    values.into_iter().map(|(path, sourced)| (path, (sourced.value, sourced.line))).collect()
}

/// Explains a key of a configuration, with the file that it was read from.
///
/// # Errors
/// `NotFound` when there is no such key, with the nearest one.
pub fn explain(
    key: &str,
    config: &Config,
    file: Option<&FileText>,
    overlay: &Overlay,
    pending: &[String],
) -> Result<ExplainResult, Failure> {
    let path = edit::parts(key)?;
    let name = path.join(".");
    let Some(row) = keys::find(&path) else { return Err(unknown(&path, &name)) };
    let mut sources: Vec<_> = overlay
        .settings()
        .filter(|setting| setting.parts == path)
        .filter_map(|setting| {
            Some(ConfigOrigin {
                source: setting.source,
                name: Some(setting.name),
                value: row.kind.read(&setting.text)?,
                line: None,
                is_in_force: false,
            })
        })
        .collect();
    let said = file.and_then(|file| in_file(&file.text).remove(&path));
    sources.extend(said.map(|(value, line)| ConfigOrigin {
        source: ConfigSource::File,
        name: Some(config.path.display().to_string()),
        value,
        line: line.map(|line| line as u64),
        is_in_force: false,
    }));
    let default = row.default_value();
    sources.extend(default.clone().map(|value| ConfigOrigin {
        source: ConfigSource::Default,
        name: None,
        value,
        line: None,
        is_in_force: false,
    }));
    let in_force = config.values.iter().find(|value| value.key == name);
    let source = in_force.map_or(ConfigSource::Default, |value| value.source);
    // The value in force may be an older one, while the file of today is refused.
    let value = in_force.map(|value| value.value.clone()).or_else(|| default.clone());
    let counts = sources
        .iter_mut()
        .find(|origin| origin.source == source && Some(&origin.value) == value.as_ref());
    if let Some(origin) = counts {
        origin.is_in_force = true;
    }
    Ok(ExplainResult {
        pattern: row.name.to_owned(),
        doc: row.doc.to_owned(),
        wanted: row.kind.wanted(),
        value,
        default,
        sources,
        applies_live: !row.needs_restart,
        is_pending: pending.contains(&name),
        key: name,
    })
}

fn unknown(path: &[String], name: &str) -> Failure {
    if keys::is_table(path) {
        return Failure::not_found(format!("`{name}` is a table of settings"))
            .hint(format!("see what it holds: nexus config get {name}"));
    }
    let failure = Failure::not_found(format!("`{name}` is not a setting"));
    match keys::suggest(name) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("see all of them: nexus config list"),
    }
}
