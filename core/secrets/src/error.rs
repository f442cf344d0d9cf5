//! Why a credential could not be read, and how to mend it. No variant can hold a secret.

use std::path::PathBuf;

use nexus_domain::Failure;

use crate::keychain::{KEYCHAIN_MS_MAX, SERVICE};
use crate::pointer::Pointer;

/// Why a credential could not be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SecretError {
    /// The place can be read and holds nothing. A locked keychain may say this, too.
    #[error("there is no credential at `{0}`")]
    NotFound(Pointer),
    /// The credential is there and has no characters.
    #[error("the credential at `{0}` is empty")]
    Empty(Pointer),
    /// The file can be read by others than its owner.
    #[error("`{}` can be read by other users of this machine (mode {mode:03o})", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file cannot be read or written.
    #[error("`{}` {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// This session has no keychain: no session bus, or nothing on it that keeps secrets.
    #[error("there is no keychain in this session")]
    KeychainMissing {
        /// The cause, for the log.
        cause: String,
    },
    /// The keychain is locked and nobody unlocked it.
    #[error("the keychain is locked")]
    KeychainLocked {
        /// The cause, for the log.
        cause: String,
    },
    /// The keychain did not answer in time; it may be waiting for a person.
    #[error("the keychain did not answer within {} s", KEYCHAIN_MS_MAX / 1000)]
    KeychainTimeout,
    /// The keychain's answer makes no sense.
    #[error("the keychain entry `{name}` cannot be used: {problem}")]
    KeychainEntry {
        /// The entry.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The reading task ended early; the runtime is shutting down.
    #[error("reading the credential was interrupted: {0}")]
    Interrupted(String),
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        let text = error.to_string();
        match error {
            SecretError::NotFound(pointer) => Self::not_found(text).hint(match &pointer {
                Pointer::Env(name) => format!("set {name} in the daemon's environment"),
                Pointer::Keychain(name) => format!(
                    "unlock the keychain, or store the credential: secret-tool store --label \
                     'nexus {name}' service {SERVICE} username '{name}'"
                ),
                Pointer::File(path) => format!("write the credential into {path}"),
            }),
            SecretError::Empty(_) => Self::invalid(text).hint("write the credential there"),
            SecretError::Exposed { path, .. } => Self::denied(text).hint(format!(
                "run `chmod 600 {}`; if others use this machine, replace the credential",
                path.display()
            )),
            SecretError::File { .. } => Self::unavailable(text),
            SecretError::KeychainMissing { cause } => Self::unavailable(text)
                .hint("use `file:PATH` or `env:NAME` on machines without a desktop session")
                .because(cause),
            SecretError::KeychainLocked { cause } => Self::unavailable(text)
                .hint("log in to the desktop, or unlock the keychain there")
                .because(cause),
            SecretError::KeychainTimeout => {
                Self::unavailable(text).hint("look for a dialog that asks to unlock the keychain")
            }
            SecretError::KeychainEntry { .. } => {
                Self::invalid(text).hint("delete the entry and store the credential again")
            }
            SecretError::Interrupted(cause) => {
                Self::unavailable("the credential could not be read").because(cause)
            }
        }
    }
}
