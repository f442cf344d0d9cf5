//! Opens a folder or an address with what the person uses for it.

use std::io;
use std::process::{Command, Stdio};

/// The program that knows what opens what.
#[cfg(target_os = "linux")]
const PROGRAM: &str = "xdg-open";
#[cfg(target_os = "macos")]
const PROGRAM: &str = "open";
#[cfg(windows)]
const PROGRAM: &str = "explorer";

/// Opens it, and does not wait for it.
///
/// # Errors
/// When this desktop has no program that knows.
#[expect(clippy::disallowed_methods, reason = "the desktop has no other way to open a folder")]
pub fn open(what: &str) -> io::Result<()> {
    let mut command = Command::new(PROGRAM);
    command.arg(what).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    // Whoever starts a process takes in its end, too; this one ends as soon as it has passed on
    // what it was given.
    std::thread::spawn(move || child.wait());
    Ok(())
}
