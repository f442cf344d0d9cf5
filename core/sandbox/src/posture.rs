//! How much of the confinement is real here.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One way in which the operating system confines a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mechanism {
    /// Its own view of files, processes and network (bubblewrap).
    Namespaces,
    /// A list of folders that the kernel checks on every access, and no signals or abstract
    /// sockets across its border (Landlock, ABI 6 or later).
    Landlock,
    /// A list of system calls that are refused (seccomp).
    Seccomp,
    /// Memory, files, time and processes are bounded.
    Limits,
    /// The whole tree of processes ends with the run.
    Tree,
    /// The Seatbelt profile of macOS.
    Seatbelt,
    /// The job object of Windows.
    JobObject,
}

impl Mechanism {
    /// All mechanisms of Linux.
    pub const LINUX: &[Self] =
        &[Self::Namespaces, Self::Landlock, Self::Seccomp, Self::Limits, Self::Tree];

    /// Its name, as settings and reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces",
            Self::Landlock => "landlock",
            Self::Seccomp => "seccomp",
            Self::Limits => "limits",
            Self::Tree => "tree",
            Self::Seatbelt => "seatbelt",
            Self::JobObject => "job_object",
        }
    }

    /// The mechanism of a name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Seatbelt, Self::JobObject]
            .into_iter()
            .chain(Self::LINUX.iter().copied())
            .find(|mechanism| mechanism.name() == name)
    }
}

/// How far a program is confined. Policies see [`Posture::name`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Posture {
    /// Files, network, processes and resources, each by what was built for it.
    Full,
    /// Confined, with gaps.
    Partial {
        /// The gaps, one sentence each.
        reasons: Vec<String>,
    },
    /// Not confined: whatever the user may do, the program may do.
    None {
        /// Why.
        reason: String,
    },
}

impl Posture {
    /// `full`, `partial` or `none`: the fact that policies look at.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial { .. } => "partial",
            Self::None { .. } => "none",
        }
    }
}

impl fmt::Display for Posture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => write!(f, "full"),
            Self::Partial { reasons } => write!(f, "partial: {}", reasons.join("; ")),
            Self::None { reason } => write!(f, "none: {reason}"),
        }
    }
}
