//! `nexus-adapter-webhook`: started by the daemon, speaks with it over stdin and stdout.

use std::process::ExitCode;

fn main() -> ExitCode {
    nexus_adapter::main(nexus_adapter_webhook::Webhook::default())
}
