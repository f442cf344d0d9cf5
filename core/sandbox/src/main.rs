//! The helper alone, for tests and for programs that cannot start themselves again.

use std::process::ExitCode;

fn main() -> ExitCode {
    nexus_sandbox::helper::run_if_asked().unwrap_or_else(|| ExitCode::from(2))
}
