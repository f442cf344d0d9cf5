//! `nexusd`: the daemon without a desktop.

use std::process::ExitCode;

fn main() -> ExitCode {
    nexus_daemon::entry::main()
}
