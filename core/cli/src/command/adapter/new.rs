//! `nexus adapter new`: something to start from, which keeps the contract already.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Sign, style};

const PYTHON: &str = include_str!("../../../../../adapters/examples/files/adapter.py");
const PYTHON_MANIFEST: &str = include_str!("../../../../../adapters/examples/files/adapter.toml");
const RUST: &str = include_str!("../../../templates/adapter/main.rs");
const RUST_PACKAGE: &str = include_str!("../../../templates/adapter/Cargo.toml.txt");

/// Languages there is a start for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// With the SDK
    #[default]
    Rust,
    /// With the standard library only
    Python,
}

/// What to write.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// Its name, which is that of its channel too
    name: String,
    /// The language
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
    /// The folder to make its folder in; here when left out
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Where `adapters/sdk` of the Nexus sources lies, for Rust
    #[arg(long, value_name = "DIR", default_value = "../nexus/adapters/sdk")]
    sdk: String,
}

pub(super) fn run(new: &New, context: &Context) -> Result<Exit> {
    let name = &new.name;
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty()
        || !name.chars().all(is_plain)
        || !name.starts_with(|c: char| c.is_ascii_lowercase())
    {
        return Err(CliError::usage(format!("`{}` cannot be a name", name.escape_debug()))
            .fix("a letter, then letters, digits and -, in lower case"));
    }
    let folder = new.into.clone().unwrap_or_default().join(name);
    let folder = std::path::absolute(folder)?;
    if folder.exists() {
        return Err(CliError::usage(format!("{} is there already", folder.display())));
    }
    let (files, next) = match new.lang {
        Language::Python => {
            let text = PYTHON.replace("NAME = \"files\"", &format!("NAME = \"{name}\""));
            let manifest = PYTHON_MANIFEST.replace("\"files\"", &format!("\"{name}\""));
            (
                vec![("adapter.py", text), ("adapter.toml", manifest)],
                "python3 adapter.py".to_owned(),
            )
        }
        Language::Rust => {
            let package = RUST_PACKAGE.replace("NAME", name).replace("SDK", &new.sdk);
            let program = format!("target/release/nexus-adapter-{name}");
            (
                vec![("Cargo.toml", package), ("src/main.rs", RUST.replace("NAME", name))],
                format!("cargo build --release, then {program}"),
            )
        }
    };
    for (file, text) in &files {
        write(&folder.join(file), text)?;
    }
    let output = &context.output;
    if output.is_json() {
        let names: Vec<_> = files.iter().map(|(file, _)| file).collect();
        output.document(&json!({ "folder": folder, "files": names }))?;
        return Ok(Exit::Ok);
    }
    output.line(&format!("{} {}", output.sign(Sign::Good), folder.display()))?;
    for (file, _) in &files {
        output.line(&format!("  {file}"))?;
    }
    let hints = [
        format!("  run it with: {next}"),
        "  then: nexus adapter check -- COMMAND, and nexus adapter add NAME -- COMMAND".to_owned(),
    ];
    for hint in hints {
        output.line(&output.paint(style::DIM, &hint))?;
    }
    Ok(Exit::Ok)
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}
