//! The name of a credential.

use std::fmt;
use std::str::FromStr;

use nexus_domain::Failure;
use serde::{Deserialize, Serialize};

/// Longest name, in bytes.
pub const NAME_BYTES_MAX: usize = 128;

/// The name of a credential, such as `provider/openai` or `telegram/main`: lower-case letters,
/// digits, `.`, `_`, `-`, and `/` between parts. It is a file name below systemd's folder and an
/// item's name in the keychain, so that it can be nothing that climbs or hides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CredentialName(String);

impl CredentialName {
    /// The name under which the key of a model provider is kept.
    ///
    /// # Errors
    /// When the provider's name cannot be part of one.
    pub fn of_provider(provider: &str) -> Result<Self, Failure> {
        format!("provider/{provider}").parse()
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The provider, for a name like `provider/openai`.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.0.strip_prefix("provider/")
    }

    /// As systemd names it: a plain file name.
    pub(crate) fn file_name(&self) -> String {
        self.0.replace('/', ".")
    }

    /// As the environment names it, last in the chain.
    #[must_use]
    pub fn variable(&self) -> String {
        let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        format!("NEXUS_CREDENTIAL_{}", self.0.chars().map(letter).collect::<String>())
    }
}

impl FromStr for CredentialName {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let is_part = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
                && part.bytes().all(|b| {
                    b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-')
                })
        };
        if text.len() <= NAME_BYTES_MAX && text.split('/').all(is_part) {
            return Ok(Self(text.to_owned()));
        }
        // The text is not repeated: it may be the secret itself, given in the wrong place.
        Err(Failure::invalid("this is not the name of a credential").hint(
            "a name has lower-case letters, digits, `.`, `_` and `-`, with `/` between its parts, \
             such as provider/openai",
        ))
    }
}

impl TryFrom<String> for CredentialName {
    type Error = Failure;

    fn try_from(text: String) -> Result<Self, Failure> {
        text.parse()
    }
}

impl From<CredentialName> for String {
    fn from(name: CredentialName) -> Self {
        name.0
    }
}

impl fmt::Display for CredentialName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
