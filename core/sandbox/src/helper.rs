//! The stages between the daemon and the program. Each is this executable started again with one
//! of two hidden words, so that nothing has to run between fork and exec in a threaded daemon.

#[cfg(unix)]
mod forward;
#[cfg(unix)]
mod inside;
#[cfg(unix)]
mod keeper;
#[cfg(unix)]
mod terminal;

use std::process::ExitCode;

/// The word that makes this program a keeper.
#[cfg_attr(windows, allow(dead_code, reason = "Windows has no keeper"))]
pub(crate) const KEEPER: &str = "__sandbox-exec";
/// The word that makes it the stage inside.
#[cfg_attr(windows, allow(dead_code, reason = "Windows has no keeper"))]
pub(crate) const INSIDE: &str = "__sandbox-inside";
/// Exit code of a stage that could not do its work.
#[cfg_attr(windows, allow(dead_code, reason = "Windows has no keeper"))]
pub(crate) const EXIT_FAILED: u8 = 125;

/// Does the work of a stage if this process was started for one. A program that runs programs
/// through [`crate::Sandbox`] calls this first of all in `main`.
#[must_use]
pub fn run_if_asked() -> Option<ExitCode> {
    #[cfg(unix)]
    match std::env::args().nth(1).as_deref() {
        Some(KEEPER) => return Some(keeper::run()),
        Some(INSIDE) => return Some(inside::run()),
        _ => {}
    }
    None
}
