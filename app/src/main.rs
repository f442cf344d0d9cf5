//! The tray application: the daemon in this process, an icon that says how it is, and a window
//! that shows the Control UI. What a web page can do is done there, not here: this program has no
//! command that a page could call.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod owner;
mod shell;
mod state;
mod tray;
mod window;

use std::io::Write as _;
use std::process::ExitCode;

use nexus_daemon::config::{Environment, home_from_environment};

/// Exit code when the machine has no display to put an icon on.
const EXIT_NO_DISPLAY: u8 = 2;

fn main() -> ExitCode {
    if let Some(code) = nexus_daemon::entry::run_helper_if_asked() {
        return code;
    }
    let environment = Environment::of_process();
    if !has_display(&environment) {
        return fail(
            "there is no display to put an icon on: neither DISPLAY nor WAYLAND_DISPLAY is set; \
             on a machine without a desktop, run `nexus up`",
            EXIT_NO_DISPLAY,
        );
    }
    let home = match home_from_environment(None, &environment) {
        Ok(home) => home,
        Err(why) => return fail(&why, 1),
    };
    let is_hidden = std::env::args().any(|arg| arg == "--hidden");
    match shell::run(home, environment, is_hidden) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => fail(&format!("{why:#}"), 1),
    }
}

/// The toolkit ends the process without a word when there is none, so it is asked before.
fn has_display(environment: &Environment) -> bool {
    let is_set = |name| environment.get(name).is_some();
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

fn fail(why: &str, code: u8) -> ExitCode {
    // Without a terminal there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "nexus-app: {why}");
    ExitCode::from(code)
}
