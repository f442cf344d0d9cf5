//! Starting a confined program, and holding on to it.

use std::path::PathBuf;

use crate::posture::Mechanism;
use crate::profile::{Profile, ProfileError};

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub use unix::{Child, Sandbox};

#[cfg(windows)]
pub use crate::windows::{Child, Sandbox};

/// How a sandbox is made.
#[derive(Clone, Debug, Default)]
pub struct SandboxOptions {
    /// An executable that calls [`crate::helper::run_if_asked`] first of all. Without one nothing
    /// can be run.
    pub helper: Option<PathBuf>,
    /// Mechanisms that are left out, so that tests see what then happens. The posture says so.
    pub without: Vec<Mechanism>,
}

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Spawn {
    /// The file, resolved.
    pub program: PathBuf,
    /// Its words, the name it is called by first.
    pub argv: Vec<String>,
    /// Where; must be visible to it.
    pub cwd: PathBuf,
    /// What it may reach and use.
    pub profile: Profile,
    /// Whether it gets a terminal; stderr then goes to stdout.
    pub pty: bool,
    /// Whether it is spoken to: its stdin and stdout are then the two ways of [`Child::duplex`].
    pub is_duplex: bool,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this code.
    Code(i32),
    /// By this signal; a limit of the kernel ends programs in this way.
    Signal(i32),
    /// It was stopped.
    Stopped,
    /// Nobody knows: its keeper was killed.
    Lost,
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(9) => write!(f, "killed (signal 9)"),
            Self::Signal(24) => write!(f, "killed: its processor time was used up (signal 24)"),
            Self::Signal(25) => write!(f, "killed: a file grew too large (signal 25)"),
            Self::Signal(31) => write!(f, "killed: a system call was refused (signal 31)"),
            Self::Signal(signal) => write!(f, "ended by signal {signal}"),
            Self::Stopped => write!(f, "stopped"),
            Self::Lost => write!(f, "lost: its keeper was killed"),
        }
    }
}

/// Why a program was not started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The profile contradicts itself.
    #[error("the confinement cannot be set up: {0}")]
    Profile(#[from] ProfileError),
    /// The operating system refused.
    #[error("the confinement cannot be set up: {0}")]
    System(#[from] std::io::Error),
    /// A stage said no before the program started.
    #[error("{0}")]
    Refused(String),
    /// There is no helper.
    #[error("programs cannot be run here: {0}")]
    Unavailable(String),
}
