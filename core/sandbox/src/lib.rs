//! Runs a program under what confinement the operating system has, and says how much that is.
//!
//! The daemon never forks into foreign code. It starts itself again as a *keeper*
//! ([`helper::run_if_asked`]), hands it a [`Profile`] over a socket, and keeps the other end: when
//! that end closes, for whatever reason, everything the program started is killed. On Linux the
//! keeper starts `bwrap`, which makes the namespaces, and inside them this program once more,
//! which gives up what is left (Landlock, seccomp, resource limits) and becomes the program.
//!
//! What is enforced is found out by trying ([`Sandbox::open`]) and checked again in every run: a
//! run that cannot have what was promised does not start.

pub mod helper;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod output;
mod posture;
mod profile;
mod spawn;
#[cfg(windows)]
mod windows;
#[cfg_attr(windows, allow(dead_code, reason = "Windows has no keeper"))]
mod wire;

pub use output::{Capture, Text};
pub use posture::{Mechanism, Posture};
pub use profile::{Limits, Network, Profile, ProfileError, system_folders};
pub use spawn::{Child, Ended, Sandbox, SandboxOptions, Spawn, SpawnError};
