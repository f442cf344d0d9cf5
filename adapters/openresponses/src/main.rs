//! `nexus-adapter-openresponses`: started by the daemon, speaks with it over stdin and stdout.

use std::process::ExitCode;

fn main() -> ExitCode {
    nexus_adapter::main(nexus_adapter_openresponses::OpenResponses::default())
}
