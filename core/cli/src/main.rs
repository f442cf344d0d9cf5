//! `nexus`: the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    nexus_cli::main()
}
