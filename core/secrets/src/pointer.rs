//! Where a credential is, in one word of configuration.

use std::fmt;
use std::str::FromStr;

use nexus_domain::Failure;

/// The place of a credential: `env:NAME`, `keychain:NAME` or `file:PATH`. Not a secret itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pointer {
    /// An environment variable of the daemon.
    Env(String),
    /// An item of the OS keychain, of service `nexus`.
    Keychain(String),
    /// A file that only its owner can read; relative paths start at the state folder.
    File(String),
}

impl FromStr for Pointer {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let parts = text.split_once(':').filter(|(_, name)| !name.trim().is_empty());
        match parts {
            Some(("env", name)) => Ok(Self::Env(name.to_owned())),
            Some(("keychain", name)) => Ok(Self::Keychain(name.to_owned())),
            Some(("file", path)) => Ok(Self::File(path.to_owned())),
            // The text is not repeated: it may be the secret itself, pasted by mistake.
            _ => Err(Failure::invalid("this is not a pointer to a credential").hint(
                "write `env:NAME`, `keychain:NAME` or `file:PATH`; a key itself never stands in \
                 the configuration",
            )),
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::Keychain(name) => write!(f, "keychain:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
        }
    }
}
