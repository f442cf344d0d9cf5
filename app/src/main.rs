//! The tray application: the daemon in this process, an icon that says how it is, and a window
//! that shows the Control UI. What a web page can do is done there, not here: this program has no
//! command that a page could call.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod act;
mod desk;
mod owner;
mod shell;
mod tray;
mod window;

use std::io::Write as _;
use std::process::ExitCode;

use nexus_daemon::config::{Environment, home_from_environment};
use nexus_desktop::arguments::Arguments;

/// Exit code when it was started in a way that it does not understand.
const EXIT_USAGE: u8 = 64;
/// Exit code when the machine has no display to put an icon on.
const EXIT_NO_DISPLAY: u8 = 2;

fn main() -> ExitCode {
    if let Some(code) = nexus_daemon::entry::run_helper_if_asked() {
        return code;
    }
    if let Some(code) = nexus_update::guard::run_if_asked() {
        return code;
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    let arguments = match Arguments::read(&words) {
        Ok(arguments) => arguments,
        Err(why) => return fail(&why, EXIT_USAGE),
    };
    let environment = Environment::of_process();
    if !has_display(&environment) {
        return fail(
            "there is no display to put an icon on: neither DISPLAY nor WAYLAND_DISPLAY is set; \
             on a machine without a desktop, run `nexus up`",
            EXIT_NO_DISPLAY,
        );
    }
    let home = match home_from_environment(arguments.home.clone(), &environment) {
        Ok(home) => home,
        Err(why) => return fail(&why, 1),
    };
    match shell::run(home, environment, &words, arguments) {
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
