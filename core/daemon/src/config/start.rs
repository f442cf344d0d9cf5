//! The configuration at start, and the last good one that stands in for a broken file.

use nexus_domain::failure::Failure;

use super::{FileText, Finding, Loaded, Overlay, file, parse_text};
use crate::home::Home;

/// What a daemon starts with.
#[derive(Debug)]
pub struct Started {
    /// The configuration.
    pub loaded: Loaded,
    /// The digest of the text it was made from.
    pub hash: String,
    /// Why it is not that of `nexus.toml`: the daemon runs in safe mode.
    pub safe_mode: Option<String>,
}

/// Reads `nexus.toml`, or when that cannot be used the last configuration that could.
///
/// # Errors
/// `Invalid` with every finding, when there is no last good configuration, or that one cannot be
/// used either.
pub fn start(home: &Home, overlay: &Overlay) -> Result<Started, Failure> {
    let path = home.config_file();
    let read = |path| {
        let text = file::read(path).map_err(|finding| vec![finding])?;
        let text = text.unwrap_or_else(|| FileText::new(String::new()));
        let loaded = parse_text(&text.text, &home.config_file(), overlay)?;
        Ok::<_, Vec<Finding>>((loaded, text))
    };
    let findings = match read(&path) {
        Ok((loaded, text)) => {
            keep_last_good(home, &text.text);
            return Ok(Started { loaded, hash: text.hash, safe_mode: None });
        }
        Err(findings) => sentence(&findings),
    };
    let last_good = home.last_good_config_file();
    let stand_in = last_good.is_file().then(|| read(&last_good).ok()).flatten();
    let Some((loaded, text)) = stand_in else {
        return Err(Failure::invalid(format!("nexus.toml cannot be used: {findings}"))
            .hint(format!("mend {}", path.display())));
    };
    tracing::error!(%findings, "nexus.toml cannot be used; starting in safe mode");
    Ok(Started { loaded, hash: text.hash, safe_mode: Some(findings) })
}

/// Keeps a configuration that works, for the day when its successor does not. Only its owner reads
/// it, like the rest of the state.
pub fn keep_last_good(home: &Home, text: &str) {
    let path = home.last_good_config_file();
    let is_kept =
        std::fs::read_to_string(&path).is_ok_and(|kept| kept == text) && is_private(&path);
    if is_kept {
        return;
    }
    if let Err(error) = file::write_private(&path, text) {
        tracing::warn!(%error, "the last good configuration could not be kept");
    }
}

#[cfg(unix)]
fn is_private(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|meta| meta.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(_: &std::path::Path) -> bool {
    true
}

/// Findings in one line.
#[must_use]
pub fn sentence(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
