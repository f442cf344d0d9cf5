//! Measures the release build next to the raw limits of the same machine, in the same minute:
//! `bench <folder of the programs> [--only PART] [--json FILE] [--compare FILE]`.
//!
//! Absolute times on a shared machine mean little, so every row that has a limit is a ratio to it.
//! The limit is a program that does nothing but the transport, with the same libraries; this
//! program starts itself as that (`bench raw`).

#![allow(clippy::disallowed_methods, reason = "measuring reads the clock and starts programs")]

#[cfg(target_os = "linux")]
mod app;
mod callers;
mod connections;
mod crowd;
mod daemon;
mod handover;
mod idle;
mod load;
mod process;
mod provider;
mod raw;
mod rows;
mod startup;
mod table;
mod turns;
mod verdicts;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

/// What a row is measured with.
pub(crate) struct Bench {
    /// Folder of the release programs.
    pub(crate) programs: PathBuf,
    /// Only this part, where one is named.
    pub(crate) only: Option<String>,
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let first = args.next().context("usage: bench <folder> [--json FILE] [--compare FILE]")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if first == "raw" {
        return runtime.block_on(raw::serve());
    }
    let mut only = None;
    let mut json = None;
    let mut compare = None;
    while let Some(flag) = args.next() {
        let value = args.next().with_context(|| format!("`{flag}` needs a value"))?;
        match flag.as_str() {
            "--only" => only = Some(value),
            "--json" => json = Some(PathBuf::from(value)),
            "--compare" => compare = Some(PathBuf::from(value)),
            other => bail!("there is no flag `{other}`"),
        }
    }
    let bench = Bench { programs: PathBuf::from(first), only };
    let rows = runtime.block_on(rows::measure(&bench))?;
    let before = compare.map(|file| table::read(&file)).transpose()?;
    table::print(&rows, before.as_ref())?;
    if let Some(file) = json {
        table::write(&rows, &file)?;
    }
    Ok(())
}
