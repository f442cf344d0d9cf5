//! `nexus manual`: the manual pages, as packages bring them.

use std::path::PathBuf;

use clap::CommandFactory;

use crate::arguments::Arguments;
use crate::failure::{Exit, Result};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples
  nexus manual ~/.local/share/man/man1
  nexus manual /tmp/man && man /tmp/man/nexus-doctor.1";

/// Writes one page for each command.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Manual {
    /// The folder; made if need be
    folder: PathBuf,
}

pub(crate) fn run(manual: &Manual, output: &Output) -> Result<Exit> {
    std::fs::create_dir_all(&manual.folder)?;
    clap_mangen::generate_to(Arguments::command(), &manual.folder)?;
    let n_pages = std::fs::read_dir(&manual.folder)?.count();
    if output.is_json() {
        output.document(&serde_json::json!({ "folder": manual.folder, "pages": n_pages }))?;
    } else {
        output.line(&format!("{n_pages} pages in {}", manual.folder.display()))?;
    }
    Ok(Exit::Ok)
}
