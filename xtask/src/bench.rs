//! `cargo xtask bench`: measures the release build next to the raw limits of the same machine.

use anyhow::{Context, Result};

use crate::Flags;
use crate::packages::{self, Purpose};
use crate::run::{Program, target_dir};
use crate::ui;

/// The part that is measured in a browser.
const UI: &str = "ui";

/// Builds the release programs and hands over to the bench program, which prints the table.
pub(crate) fn run(flags: &mut Flags) -> Result<()> {
    let only = flags.take_value("--only")?;
    let json = flags.take_value("--json")?;
    let compare = flags.take_value("--compare")?;
    flags.finish_empty()?;
    // The tray application is measured on a display of its own.
    packages::ensure(Purpose::Test)?;
    ui::ensure_built()?;
    if only.as_deref() == Some(UI) {
        return pages();
    }
    Program::cargo()
        .args(
            "build --locked --release -p nexus-daemon -p nexus-cli -p nexus-adapter-echo \
             -p nexus-adapter-openai -p nexus-app",
        )
        .run()
        .context("Nexus does not build")?;
    Program::cargo()
        .args(
            "build --locked --release -p nexus-tests -p nexus-ledger --bin bench --example commits",
        )
        .run()
        .context("the bench does not build")?;
    let folder = target_dir().join("release");
    let mut bench = Program::new(&folder.join("bench").to_string_lossy()).arg(&folder);
    if let Some(part) = only {
        bench = bench.args("--only").arg(part);
    }
    if let Some(file) = json {
        bench = bench.args("--json").arg(file);
    }
    if let Some(file) = compare {
        bench = bench.args("--compare").arg(file);
    }
    bench.run()
}

/// Measures the Control UI in a browser; it prints its own table.
fn pages() -> Result<()> {
    Program::cargo()
        .args("build --locked --release -p nexus-daemon")
        .run()
        .context("Nexus does not build")?;
    let folder = target_dir().join("release");
    let measured = ui::npm("run measure").with("NEXUS_BIN_DIR", folder);
    measured.run().context("the Control UI could not be measured")
}
