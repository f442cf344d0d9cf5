//! From an edit to a configuration that would be put in force: the one path for the methods of a
//! running daemon and for a command line without one.

use std::path::Path;

use nexus_domain::Failure;
use nexus_protocol::config::{ChangeResult, ConfigDifference, ConfigOverride, ConfigValue};

use super::edit::{self, Edit};
use super::file::{self, FileText};
use super::{Finding, Loaded, Overlay, differences, explain, parse_text};

/// A file as it would be after an edit, checked and not written yet.
#[derive(Debug)]
pub struct Candidate {
    /// The file as it was when the edit was made.
    pub before: FileText,
    /// What would be written.
    pub after: FileText,
    /// The configuration that it would make.
    pub loaded: Loaded,
}

/// Makes a candidate from the file as it is.
///
/// # Errors
/// `Conflict` when the file is not the one that the edit is meant for, `Invalid` with every
/// finding when the daemon would not take the outcome, `Unavailable` when the file cannot be read.
pub fn prepare(
    path: &Path,
    overlay: &Overlay,
    edit: Edit<'_>,
    base_hash: Option<&str>,
) -> Result<Candidate, Failure> {
    let before = match file::read(path) {
        Ok(found) => found.unwrap_or_else(|| FileText::new(String::new())),
        // What cannot be read can still be replaced whole, unless it is not even a file.
        Err(_) if matches!(edit, Edit::Apply(_)) && path.is_file() => FileText::new(String::new()),
        Err(finding) => return Err(Failure::unavailable(finding.text)),
    };
    check_base(&before, base_hash)?;
    let after = FileText::new(edit::apply(&before.text, edit)?);
    if after.text.len() as u64 > super::CONFIG_BYTES_MAX {
        return Err(Failure::invalid(format!(
            "the file would have {} bytes; a configuration has at most {}",
            after.text.len(),
            super::CONFIG_BYTES_MAX
        )));
    }
    let loaded = parse_text(&after.text, path, overlay).map_err(|findings| refusal(&findings))?;
    Ok(Candidate { before, after, loaded })
}

impl Candidate {
    /// Writes the file, unless somebody else wrote it in the meantime.
    ///
    /// # Errors
    /// `Conflict` when it is another file by now, `Unavailable` when it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        if let Ok(found) = file::read(path) {
            let now = found.unwrap_or_else(|| FileText::new(String::new()));
            check_base(&now, Some(&self.before.hash))?;
        }
        match self.before.hash == self.after.hash {
            true => Ok(()),
            false => file::write(path, &self.after.text),
        }
    }

    /// What it changes, compared with values that are in force.
    #[must_use]
    pub fn result(
        &self,
        in_force: &[ConfigValue],
        overlay: &Overlay,
        dry_run: bool,
    ) -> ChangeResult {
        let values = &self.loaded.config.values;
        let (applied, needs_restart) = differences(in_force, values);
        let of = |list: &[ConfigValue], key: &str| {
            list.iter().find(|value| value.key == key).map(|value| value.value.clone())
        };
        let mut keys: Vec<_> = applied.iter().chain(&needs_restart).collect();
        keys.sort();
        let change = |key: &&String| ConfigDifference {
            key: (*key).clone(),
            before: of(in_force, key),
            after: of(values, key),
        };
        ChangeResult {
            path: self.loaded.config.path.display().to_string(),
            hash: match dry_run {
                true => self.before.hash.clone(),
                false => self.after.hash.clone(),
            },
            changes: keys.iter().map(change).collect(),
            applied,
            needs_restart,
            overruled: self.overruled(overlay),
            warnings: self.loaded.warnings.iter().map(ToString::to_string).collect(),
            dry_run,
        }
    }

    /// Keys that this edit changes in the file, and that something else overrules.
    fn overruled(&self, overlay: &Overlay) -> Vec<ConfigOverride> {
        let (old, new) = (explain::in_file(&self.before.text), explain::in_file(&self.after.text));
        overlay
            .settings()
            .filter(|setting| old.get(&setting.parts) != new.get(&setting.parts))
            .map(|setting| ConfigOverride {
                key: setting.parts.join("."),
                by: setting.source,
                name: setting.name,
            })
            .collect()
    }
}

fn check_base(file: &FileText, base_hash: Option<&str>) -> Result<(), Failure> {
    match base_hash.is_none_or(|base| base.eq_ignore_ascii_case(&file.hash)) {
        true => Ok(()),
        false => Err(Failure::conflict("nexus.toml was changed by somebody else in the meantime")
            .hint("read it again (config.get), make the change anew, and send it with that `hash`")
            .details(serde_json::json!({ "hash": file.hash }))),
    }
}

/// Findings as a refusal: nothing was changed.
#[must_use]
pub fn refusal(findings: &[Finding]) -> Failure {
    let texts: Vec<_> = findings.iter().map(ToString::to_string).collect();
    Failure::invalid(format!("the configuration stays as it was: {}", texts.join("; ")))
        .hint("see what a key takes: nexus config explain KEY")
        .details(serde_json::json!({ "findings": texts }))
}
