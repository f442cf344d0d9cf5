//! `nexusd` with its crash points, for scenarios that kill it.

use std::process::ExitCode;

fn main() -> ExitCode {
    nexus_daemon::entry::main()
}
