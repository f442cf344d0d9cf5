//! Where a credential is, in one word of configuration.

use std::fmt;
use std::str::FromStr;

use nexus_domain::Failure;
use serde::{Deserialize, Serialize};

use crate::name::CredentialName;

/// The ways to write a pointer, for error texts.
pub const POINTER_FORMS: &str = "credential:NAME, keychain:NAME, vault:NAME, systemd:NAME, \
                                 op://VAULT/ITEM/FIELD, exec:PROVIDER, file:PATH or env:NAME";

/// The place of a credential. Not a secret itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Pointer {
    /// A credential by name, wherever it is kept: the record says, or the chain finds it.
    Credential(CredentialName),
    /// An item of the OS keychain, of service `nexus`.
    Keychain(String),
    /// An entry of the encrypted vault.
    Vault(CredentialName),
    /// A credential that systemd hands to the service.
    Systemd(CredentialName),
    /// A reference of 1Password, `op://VAULT/ITEM/FIELD`, read with its own program.
    OnePassword(String),
    /// What a configured program writes to its stdout.
    Exec {
        /// The table `[credentials.exec.<provider>]`.
        provider: String,
        /// What stands for `{}` in its command.
        item: Option<String>,
    },
    /// A file that only its owner can read; relative paths start at the state folder.
    File(String),
    /// An environment variable of the daemon.
    Env(String),
}

impl FromStr for Pointer {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let is_text = |part: &str| !part.trim().is_empty() && !part.contains(char::is_control);
        let parts = text.split_once(':').filter(|(_, name)| is_text(name));
        match parts {
            Some(("credential", name)) => Ok(Self::Credential(name.parse()?)),
            Some(("keychain", name)) => Ok(Self::Keychain(name.to_owned())),
            Some(("vault", name)) => Ok(Self::Vault(name.parse()?)),
            Some(("systemd", name)) => Ok(Self::Systemd(name.parse()?)),
            Some(("op", path)) if path.starts_with("//") && path.len() > 2 => {
                Ok(Self::OnePassword(text.to_owned()))
            }
            Some(("exec", rest)) => {
                let (provider, item) = match rest.split_once(':') {
                    Some((provider, item)) if is_text(item) => (provider, Some(item.to_owned())),
                    _ => (rest, None),
                };
                Ok(Self::Exec { provider: provider.to_owned(), item })
            }
            Some(("file", path)) => Ok(Self::File(path.to_owned())),
            Some(("env", name)) => Ok(Self::Env(name.to_owned())),
            // The text is not repeated: it may be the secret itself, pasted by mistake.
            _ => Err(Failure::invalid("this is not a pointer to a credential").hint(format!(
                "write {POINTER_FORMS}; a key itself never stands in the configuration"
            ))),
        }
    }
}

impl TryFrom<String> for Pointer {
    type Error = Failure;

    fn try_from(text: String) -> Result<Self, Failure> {
        text.parse()
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.to_string()
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credential(name) => write!(f, "credential:{name}"),
            Self::Keychain(name) => write!(f, "keychain:{name}"),
            Self::Vault(name) => write!(f, "vault:{name}"),
            Self::Systemd(name) => write!(f, "systemd:{name}"),
            Self::OnePassword(reference) => f.write_str(reference),
            Self::Exec { provider, item: None } => write!(f, "exec:{provider}"),
            Self::Exec { provider, item: Some(item) } => write!(f, "exec:{provider}:{item}"),
            Self::File(path) => write!(f, "file:{path}"),
            Self::Env(name) => write!(f, "env:{name}"),
        }
    }
}
