//! `nexus completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::failure::{Exit, Result};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples
  nexus completions bash > ~/.local/share/bash-completion/completions/nexus
  nexus completions zsh > ~/.zfunc/_nexus
  nexus completions fish > ~/.config/fish/completions/nexus.fish";

/// Prints a completion script.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(completions: &Completions, output: &Output) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Arguments::command(), "nexus", &mut script);
    let script = String::from_utf8_lossy(&script);
    if output.is_json() {
        output.document(&serde_json::json!({
            "shell": completions.shell.to_string(), "script": script,
        }))?;
    } else {
        output.piece(&script)?;
    }
    Ok(Exit::Ok)
}
