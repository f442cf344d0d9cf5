//! The manifest that programs look for updates in: what the release holds, by length and digest.
//!
//! Its form is `core/update/src/manifest.rs`. It counts once it is signed:
//! `minisign -S -m nexus-release.json`, by a key that never lies on the machine that builds.

use std::fs;

use anyhow::{Context, Result};
use serde_json::json;

use super::{Release, files, parts, sha256};
use crate::run::Program;

/// Its name, beside the files.
pub(super) const NAME: &str = "nexus-release.json";

/// Writes the manifest of what lies in the folder of a release.
pub(super) fn write(release: &Release) -> Result<()> {
    let mut artifacts = Vec::new();
    for path in files(&release.folder)? {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(form) = form(&file) else { continue };
        let bytes = fs::read(&path)?;
        artifacts.push(json!({
            "target": format!("linux-{}", std::env::consts::ARCH),
            "form": form,
            "file": file,
            "n_bytes": bytes.len(),
            "sha256": sha256(&bytes),
        }));
    }
    let manifest = json!({
        "format": 1,
        "version": release.version,
        "ledger_schema": ledger_schema(release)?,
        "notes": "",
        "artifacts": artifacts,
    });
    let text = serde_json::to_string_pretty(&manifest)? + "\n";
    Ok(fs::write(release.folder.join(NAME), text)?)
}

/// What a file is to the updater; packages of Debian are none of its business.
fn form(file: &str) -> Option<&'static str> {
    if file.ends_with(".tar.gz") {
        return Some("folder");
    }
    file.ends_with(".AppImage").then_some("application")
}

/// The version of the tables that the daemon of this release leaves behind.
fn ledger_schema(release: &Release) -> Result<u64> {
    let nexusd = parts::built(release.is_debug).join("nexusd");
    let said = Program::new(&nexusd.to_string_lossy()).args("--version").output()?;
    let line = said.lines().find_map(|line| line.strip_prefix("ledger schema "));
    line.context("nexusd does not say its ledger schema")?.trim().parse().context(said)
}
