//! Why an update does not come about.

use std::path::PathBuf;

/// Why an update does not come about. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// The configuration cannot be used.
    #[error("{0}")]
    Configuration(String),
    /// The place cannot be reached, or does not keep to HTTP.
    #[error("the release cannot be read from {place}: {why}")]
    Unreachable {
        /// Where it was looked for.
        place: String,
        /// Why.
        why: String,
    },
    /// Nobody who may has signed it.
    #[error(
        "the release is not signed by a key of updates.keys ({0}); nothing of it was used. If the \
         publisher has a new key, set it after you have checked where it comes from"
    )]
    Unsigned(String),
    /// It is signed and cannot be understood.
    #[error("the release cannot be understood: {0}")]
    Malformed(String),
    /// It holds nothing for this machine.
    #[error("version {version} has no file for {target} in the form that is installed here")]
    NotForUs {
        /// The version that is offered.
        version: String,
        /// This machine.
        target: String,
    },
    /// What came is not what was signed.
    #[error("{file} is not what was signed: {why}; it was thrown away")]
    Different {
        /// The file.
        file: String,
        /// What differs.
        why: String,
    },
    /// A file cannot be written, read or renamed.
    #[error("{path}: {why}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl UpdateError {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |error| Self::File { path, why: error.to_string() }
    }
}
