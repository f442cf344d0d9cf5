//! Builds the Control UI when its sources are newer than what was built.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::run::{Program, root, say};

/// What the built page depends on, inside `ui/`.
const SOURCES: &[&str] = &["src", "public", "index.html", "package-lock.json", "vite.config.ts"];

/// Makes `ui/dist`, unless it is newer than all it is made of.
pub(crate) fn ensure_built() -> Result<()> {
    let ui = root().join("ui");
    if !ui.join("package.json").is_file() {
        return Ok(());
    }
    ensure_modules()?;
    // A plain `cargo build` leaves a stub page there, without assets.
    let dist = ui.join("dist");
    let built = modified(&dist.join("index.html")).filter(|_| dist.join("assets").is_dir());
    let newest = SOURCES.iter().filter_map(|source| newest_in(&ui.join(source))).max();
    if built.is_some() && built >= newest {
        return Ok(());
    }
    say("building the Control UI");
    npm("run --silent build -- --logLevel warn").run().context("the Control UI does not build")
}

/// Installs the UI's packages, unless they are those of the lock file already.
pub(crate) fn ensure_modules() -> Result<()> {
    let ui = root().join("ui");
    // npm writes this file at the end of every installation.
    let installed = modified(&ui.join("node_modules").join(".package-lock.json"));
    if installed.is_some() && installed >= modified(&ui.join("package-lock.json")) {
        return Ok(());
    }
    say("installing the Control UI's packages");
    npm("ci --prefer-offline --no-fund --no-audit --loglevel error")
        .run()
        .context("the UI's packages cannot be installed")
}

/// `npm` in the UI's folder.
pub(crate) fn npm(args: &str) -> Program {
    Program::new("npm").inside("ui").args(args)
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

fn newest_in(path: &Path) -> Option<SystemTime> {
    let here = modified(path);
    let Ok(entries) = path.read_dir() else { return here };
    entries.flatten().filter_map(|entry| newest_in(&entry.path())).max().max(here)
}
