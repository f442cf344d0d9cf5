//! `cargo xtask codegen`: what is made from the method table: schemas, `docs/protocol.md`, the
//! UI's types.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::Flags;
use crate::run::{Program, root, say, target_dir};
use crate::ui;

/// Where generated files live; everything below is owned by the generator.
const GENERATED: &[&str] =
    &["docs/schema", "docs/protocol.md", "ui/src/rpc/protocol.ts", "ui/src/rpc/samples.ts"];

/// The program that writes them.
const GENERATOR: &str = "core/protocol/examples/codegen.rs";

/// The schema of `nexus.toml`, which the daemon knows.
const CONFIG_SCHEMA: &str = "docs/schema/nexus.toml.schema.json";

/// Makes the generated files, or with `--check` fails when one would change.
pub(crate) fn run(flags: &mut Flags) -> Result<()> {
    let is_check = flags.take("--check");
    flags.finish_empty()?;
    if is_check { check() } else { generate() }
}

/// Fails when a generated file is not what the generator makes; leaves the files as they were.
pub(crate) fn check() -> Result<()> {
    let before = read_all()?;
    let outcome = generate();
    let after = read_all()?;
    if outcome.is_err() {
        restore(&before, &after)?;
    }
    outcome?;
    let names: Vec<&PathBuf> = before.keys().chain(after.keys()).collect();
    let mut stale: Vec<String> = names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| name.display().to_string())
        .collect();
    stale.sort();
    stale.dedup();
    if stale.is_empty() {
        say(format!("{} generated files are as they should be", after.len()));
        return Ok(());
    }
    restore(&before, &after)?;
    bail!("stale: {}\nrun `cargo xtask codegen` and commit the result", stale.join(", "))
}

fn generate() -> Result<()> {
    if !root().join(GENERATOR).is_file() {
        say(format!("there is no {GENERATOR}"));
        return Ok(());
    }
    // With the features that the tests are built with, so that nothing is compiled twice.
    Program::cargo()
        .args("build --locked --quiet --workspace --bin nexusd --example codegen")
        .run()
        .context("the generators do not build")?;
    let built = target_dir().join("debug");
    let program = |name: &str| Program::new(&built.join(name).to_string_lossy());
    program("examples/codegen").arg(root()).run().context("the generator failed")?;
    let schema = program("nexusd").args("schema").output();
    let schema = schema.context("the schema of the configuration cannot be made")?;
    std::fs::write(root().join(CONFIG_SCHEMA), format!("{}\n", schema.trim_end()))?;
    if root().join("ui/package.json").is_file() {
        ui::ensure_modules()?;
        ui::npm("run --silent codegen").run().context("the types of the UI cannot be made")?;
    }
    Ok(())
}

fn read_all() -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for place in GENERATED {
        read_into(Path::new(place), &mut files)?;
    }
    Ok(files)
}

fn read_into(place: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    let path = root().join(place);
    if path.is_dir() {
        for entry in path.read_dir()? {
            read_into(&place.join(entry?.file_name()), files)?;
        }
    } else if path.is_file() {
        files.insert(place.to_path_buf(), std::fs::read(&path)?);
    }
    Ok(())
}

fn restore(before: &BTreeMap<PathBuf, Vec<u8>>, after: &BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    for name in after.keys().filter(|name| !before.contains_key(*name)) {
        std::fs::remove_file(root().join(name))?;
    }
    for (name, bytes) in before {
        std::fs::write(root().join(name), bytes)?;
    }
    Ok(())
}
