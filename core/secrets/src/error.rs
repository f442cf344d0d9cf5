//! Why a credential could not be read, and how to mend it. No variant can hold a secret.

use std::path::PathBuf;

use nexus_domain::Failure;

use crate::catalogue::CREDENTIALS_MAX;
use crate::keychain::KEYCHAIN_MS_MAX;
use crate::name::CredentialName;
use crate::pointer::Pointer;
use crate::vault::PASSPHRASE_CHARS_MIN;

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
    /// There is a keychain, and this program may not use it.
    #[error("the keychain refuses this program")]
    KeychainDenied {
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
    /// Nothing that may hold it does.
    #[error("there is no credential `{name}`: {}", looked.join("; "))]
    Nowhere {
        /// Its name.
        name: CredentialName,
        /// Where it was looked for and what was found there, in words.
        looked: Vec<String>,
    },
    /// The vault is there, or could be, and its key is not.
    #[error("the vault is locked")]
    VaultLocked,
    /// There is no vault, and nothing it could be made with.
    #[error("there is no vault yet")]
    VaultMissing,
    /// The key or passphrase does not open the vault.
    #[error("this key or passphrase does not open the vault")]
    VaultKey,
    /// A new vault wants a longer passphrase.
    #[error("the passphrase of a vault has at least {PASSPHRASE_CHARS_MIN} characters")]
    PassphraseShort,
    /// systemd handed nothing to this process.
    #[error("this process was not given credentials by systemd")]
    SystemdMissing,
    /// Values cannot be written there.
    #[error("`{0}` can be read, not written")]
    ReadOnly(Pointer),
    /// No store can take new credentials.
    #[error("no store can keep a new credential: {}", tried.join("; "))]
    NoStore {
        /// What was tried and why it did not do, in words.
        tried: Vec<String>,
    },
    /// The credential is there already.
    #[error("there is a credential `{0}` already")]
    Exists(CredentialName),
    /// A home keeps only so many.
    #[error("a home keeps at most {CREDENTIALS_MAX} credentials")]
    TooMany,
    /// A program that hands out a credential brought nothing.
    #[error("the program behind `{pointer}` {problem}")]
    Child {
        /// The credential.
        pointer: Pointer,
        /// What went wrong; nothing of what the program wrote.
        problem: String,
    },
    /// No such program is configured.
    #[error("no program is configured for `exec:{0}`")]
    NoProvider(String),
    /// Programs are not run while the daemon starts.
    #[error("`{0}` is asked once the daemon has started")]
    NotYet(Pointer),
    /// The reading task ended early; the runtime is shutting down.
    #[error("reading the credential was interrupted: {0}")]
    Interrupted(String),
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        let text = error.to_string();
        match error {
            SecretError::NotFound(pointer) => Self::not_found(text).hint(where_to_put(&pointer)),
            SecretError::Nowhere { name, .. } => {
                Self::not_found(text).hint(format!("store it: nexus credential add {name}"))
            }
            SecretError::VaultLocked => {
                Self::unavailable(text).hint("give its passphrase: nexus credential unlock")
            }
            SecretError::VaultMissing => Self::unavailable(text).hint(
                "make one; its passphrase opens it after each start: nexus credential unlock",
            ),
            SecretError::VaultKey => Self::denied(text).hint(
                "give the passphrase or key file it was made with; what is in it cannot be read \
                 without",
            ),
            SecretError::PassphraseShort => Self::invalid(text).hint("use several words"),
            SecretError::SystemdMissing => {
                Self::unavailable(text).hint("add LoadCredentialEncrypted= to the unit")
            }
            SecretError::ReadOnly(_) => Self::invalid(text).hint("change it at its source"),
            SecretError::NoStore { .. } => Self::unavailable(text).hint(
                "unlock the keychain of the desktop; or, without one, make an encrypted vault: \
                 nexus credential unlock",
            ),
            SecretError::Exists(name) => Self::conflict(text)
                .hint(format!("replace it: nexus credential add {name} --replace")),
            SecretError::TooMany => Self::invalid(text).hint("nexus credential remove NAME"),
            SecretError::Child { pointer, .. } => Self::unavailable(text).hint(match pointer {
                Pointer::OnePassword(reference) => {
                    format!("try it by hand: op read '{reference}'; sign in with: op signin")
                }
                _ => "try its command by hand, as it stands under [credentials.exec]".to_owned(),
            }),
            SecretError::NoProvider(name) => Self::invalid(text).hint(format!(
                "add `command = [\"program\", \"argument\"]` under [credentials.exec.{name}]"
            )),
            SecretError::NotYet(_) => Self::unavailable(text),
            SecretError::Empty(_) => Self::invalid(text).hint("write the credential there"),
            SecretError::Exposed { path, .. } => Self::denied(text).hint(format!(
                "run `chmod 600 {}`; if others use this machine, replace the credential",
                path.display()
            )),
            SecretError::File { .. } => Self::unavailable(text),
            SecretError::KeychainMissing { cause } => Self::unavailable(text)
                .hint("make an encrypted vault instead: nexus credential unlock")
                .because(cause),
            SecretError::KeychainLocked { cause } => Self::unavailable(text)
                .hint(
                    "log in to the desktop, or unlock the keychain there; to use an encrypted \
                     vault instead: nexus config set credentials.store vault",
                )
                .because(cause),
            SecretError::KeychainDenied { cause } => Self::unavailable(text)
                .hint(
                    "let it, where the session decides that; or make an encrypted vault instead: \
                     nexus credential unlock",
                )
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

fn where_to_put(pointer: &Pointer) -> String {
    match pointer {
        Pointer::Env(name) => format!("set {name} in the daemon's environment"),
        Pointer::Keychain(name) => {
            format!("unlock the keychain, or store it: nexus credential add {name}")
        }
        Pointer::Credential(name) | Pointer::Vault(name) => {
            format!("store it: nexus credential add {name}")
        }
        Pointer::Systemd(name) => format!(
            "add LoadCredentialEncrypted={} to the unit, and restart",
            name.as_str().replace('/', ".")
        ),
        Pointer::File(path) => format!("write the credential into {path}"),
        Pointer::OnePassword(_) | Pointer::Exec { .. } => "check the reference".to_owned(),
    }
}
