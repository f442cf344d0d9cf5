//! Installs the official clients of other people's APIs, with which the tests call ours: for Python
//! and for Node, in the versions of the files under `tests/clients`, beside what cargo builds.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::run::{Program, root, say, target_dir};

/// The APIs, each a folder under `tests/clients`.
const APIS: &[&str] = &["openai"];
/// What decides which versions they are.
const PINS: &[&str] = &["requirements.txt", "package.json", "package-lock.json", ".npmrc"];

/// Installs them, unless they are those of the files already.
pub(crate) fn ensure() -> Result<()> {
    for api in APIS {
        let (pins, home) = (root().join("tests/clients").join(api), folder(api));
        let wanted = read(&pins)?;
        // Written last, so that an installation that broke off is begun anew.
        let ready = home.join("ready");
        if fs::read_to_string(&ready).is_ok_and(|installed| installed == wanted) {
            continue;
        }
        say(format!("installing the official clients of {api}"));
        install(&pins, &home).with_context(|| {
            format!(
                "the official clients of {api}, which the tests need, cannot be installed; the \
                 first time this needs a registry of packages for Python and for Node"
            )
        })?;
        fs::write(&ready, wanted)?;
    }
    Ok(())
}

fn folder(api: &str) -> std::path::PathBuf {
    target_dir().join("clients").join(api)
}

fn read(pins: &Path) -> Result<String> {
    let texts = PINS.iter().map(|pin| {
        let path = pins.join(pin);
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
    });
    texts.collect()
}

fn install(pins: &Path, home: &Path) -> Result<()> {
    if home.is_dir() {
        fs::remove_dir_all(home)?;
    }
    let (python, node) = (home.join("python"), home.join("node"));
    fs::create_dir_all(&node)?;
    Program::new("python3").args("-m venv").arg(&python).run()?;
    let interpreter = python.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    Program::new(&interpreter.to_string_lossy())
        .args("-m pip install --quiet --disable-pip-version-check --requirement")
        .arg(pins.join("requirements.txt"))
        .run()?;
    for pin in PINS.iter().filter(|pin| **pin != "requirements.txt") {
        fs::copy(pins.join(pin), node.join(pin))?;
    }
    Program::new("npm").inside(&node.to_string_lossy()).args("ci --prefer-offline").run()
}
