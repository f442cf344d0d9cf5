//! Lays out what a package holds, as it will lie on the machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Release, files, packaging, parts};
use crate::icons;
use crate::run::{Program, root};

/// Shells, and where each looks for what completes its command lines.
const COMPLETIONS: &[(&str, &str)] = &[
    ("bash", "usr/share/bash-completion/completions/nexus"),
    ("zsh", "usr/share/zsh/vendor-completions/_nexus"),
    ("fish", "usr/share/fish/vendor_completions.d/nexus.fish"),
];

/// Mode of programs and of scripts.
const PROGRAM: u32 = 0o755;
/// Mode of everything else.
const FILE: u32 = 0o644;

/// The headless programs, with all that belongs to them.
pub(super) fn headless(release: &Release) -> Result<PathBuf> {
    let stage = release.stage.join("nexus");
    let adapters = parts::adapters()?;
    for name in parts::PROGRAMS.iter().copied().chain(adapters.iter().map(String::as_str)) {
        program(release, &stage, name)?;
    }
    let nexus = stage.join("usr/bin/nexus");
    units(&nexus, &stage)?;
    for (shell, path) in COMPLETIONS {
        let script = Program::new(&nexus.to_string_lossy()).args("completions").args(shell);
        write(&stage.join(path), script.output()?.as_bytes(), FILE)?;
    }
    manual(&nexus, &stage)?;
    documents(release, &stage, "nexus")?;
    Ok(stage)
}

/// The desktop application.
pub(super) fn desktop(release: &Release) -> Result<PathBuf> {
    let stage = release.stage.join("nexus-desktop");
    program(release, &stage, parts::DESKTOP)?;
    let entry = fs::read(packaging("nexus.desktop"))?;
    write(&stage.join("usr/share/applications/nexus.desktop"), &entry, FILE)?;
    let themed = stage.join("usr/share/icons/hicolor");
    for size in icons::SIZES {
        let icon = fs::read(icons::png(*size))?;
        write(&themed.join(format!("{size}x{size}/apps/nexus.png")), &icon, FILE)?;
    }
    let source = fs::read(icons::source())?;
    write(&themed.join("scalable/apps/nexus.svg"), &source, FILE)?;
    documents(release, &stage, "nexus-desktop")?;
    Ok(stage)
}

/// A program, without what only debuggers read.
fn program(release: &Release, stage: &Path, name: &str) -> Result<()> {
    let to = stage.join("usr/bin").join(name);
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let from = parts::built(release.is_debug).join(name);
    Program::new("strip").args("--strip-all -o").arg(&to).arg(&from).run()?;
    Ok(fs::set_permissions(&to, fs::Permissions::from_mode(PROGRAM))?)
}

/// The units, as `nexus daemon install` writes them.
fn units(nexus: &Path, stage: &Path) -> Result<()> {
    for (scope, folder) in [("", "user"), ("--system", "system")] {
        let printed = Program::new(&nexus.to_string_lossy())
            .args("--json daemon install --print --packaged")
            .args(scope)
            .output()?;
        let printed: Value = serde_json::from_str(&printed)?;
        let units = printed["files"].as_array().context("no unit was printed")?;
        for unit in units {
            let (path, text) = (unit["path"].as_str(), unit["text"].as_str());
            let name = path.and_then(|path| Path::new(path).file_name()).context("no name")?;
            let path = stage.join("usr/lib/systemd").join(folder).join(name);
            write(&path, text.context("no text")?.as_bytes(), FILE)?;
        }
    }
    Ok(())
}

/// The manual pages, as Debian wants them: compressed, without a time.
fn manual(nexus: &Path, stage: &Path) -> Result<()> {
    let (commands, daemons) = (stage.join("usr/share/man/man1"), stage.join("usr/share/man/man8"));
    Program::new(&nexus.to_string_lossy()).args("--quiet manual").arg(&commands).output()?;
    write(&daemons.join("nexusd.8"), &fs::read(packaging("nexusd.8"))?, FILE)?;
    for page in files(&commands)?.into_iter().chain(files(&daemons)?) {
        fs::set_permissions(&page, fs::Permissions::from_mode(FILE))?;
        Program::new("gzip").args("--no-name -9 --force").arg(page).run()?;
    }
    Ok(())
}

/// What every package says of itself.
fn documents(release: &Release, stage: &Path, package: &str) -> Result<()> {
    let folder = stage.join("usr/share/doc").join(package);
    write(&folder.join("copyright"), &fs::read(root().join("LICENSE"))?, FILE)?;
    let others = fs::read(release.file("-third-party-licences.txt"))?;
    let path = folder.join("third-party-licences.txt");
    write(&path, &others, FILE)?;
    Program::new("gzip").args("--no-name -9 --force").arg(&path).run()?;
    let readme = fs::read(packaging(&format!("{package}.README")))?;
    write(&folder.join("README"), &readme, FILE)
}

/// Writes a file and makes its folders.
pub(super) fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes).with_context(|| format!("{}", path.display()))?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(mode))?)
}
