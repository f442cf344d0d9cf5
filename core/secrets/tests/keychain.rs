//! A real Secret Service: gnome-keyring on a private session bus, with a home of its own.
//!
//! This program starts a session and runs itself inside it, once per kind of session. Without the
//! test harness, because what runs inside has to be a whole process, and no test that can be
//! skipped.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what fails here fails the test")]
#![allow(clippy::print_stdout, reason = "a test program without the harness says its results")]

#[cfg(target_os = "linux")]
mod session;

#[cfg(target_os = "linux")]
fn main() {
    session::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {}
