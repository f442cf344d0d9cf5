//! Where credentials live: the OS keychain, owner-only files, environment pointers.
//!
//! Configuration never holds a secret, only a [`Pointer`] to one. A secret that was read is a
//! [`SecretString`]: it has no `Display`, its `Debug` shows nothing, and its memory is wiped when
//! it is dropped. This is the only crate that names the keychain.

mod error;
mod file;
mod keychain;
mod pointer;
mod signing;
mod token;

use std::path::{Path, PathBuf};

pub use error::SecretError;
pub use pointer::Pointer;
pub use secrecy::{ExposeSecret, SecretString};
pub use signing::SeedPlace;
pub use token::control_token;

use crate::keychain::Keychain;

/// Looks up one environment variable; the daemon's configuration passes it in, because this crate
/// reads no environment itself.
pub type Environment = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// A credential that was found without being asked for by pointer.
#[derive(Debug)]
pub struct Found {
    /// Where it is, so that configuration and status can say so.
    pub pointer: Pointer,
    /// The credential.
    pub secret: SecretString,
}

/// Reads credentials by pointer.
pub struct Secrets {
    state_dir: PathBuf,
    environment: Environment,
    keychain: Keychain,
}

impl Secrets {
    /// Reads files relative to `state_dir`, the OS keychain, and an empty environment.
    #[must_use]
    pub fn open(state_dir: &Path) -> Self {
        Self {
            state_dir: state_dir.to_owned(),
            environment: Box::new(|_| None),
            keychain: Keychain::of_the_system(),
        }
    }

    /// Answers `env:` pointers from this lookup.
    #[must_use]
    pub fn with_environment(
        mut self,
        lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.environment = Box::new(lookup);
        self
    }

    /// Reads the credential a pointer names. Nothing is cached: a credential that was changed is
    /// read anew, and a keychain that was locked may be open by now.
    ///
    /// # Errors
    /// When there is no such credential, or its place cannot be read or trusted.
    pub async fn get(&self, pointer: &Pointer) -> Result<SecretString, SecretError> {
        let secret = match pointer {
            Pointer::Env(name) => (self.environment)(name)
                .map(SecretString::from)
                .ok_or_else(|| SecretError::NotFound(pointer.clone()))?,
            Pointer::Keychain(name) => self.keychain.get(name).await?,
            Pointer::File(path) => {
                let path = self.state_dir.join(path);
                tokio::task::spawn_blocking(move || file::read(&path))
                    .await
                    .map_err(|error| SecretError::Interrupted(error.to_string()))??
            }
        };
        if secret.expose_secret().is_empty() {
            return Err(SecretError::Empty(pointer.clone()));
        }
        Ok(secret)
    }

    /// Looks for the key of a model provider where `nexus` keeps it: keychain entry
    /// `provider/<name>`. A machine without a keychain, or with a locked one, has none; why is
    /// logged, because nobody asked for this particular place.
    pub async fn find_provider_key(&self, provider: &str) -> Option<Found> {
        let pointer = Pointer::Keychain(format!("provider/{provider}"));
        match self.get(&pointer).await {
            Ok(secret) => Some(Found { pointer, secret }),
            Err(error) => {
                tracing::debug!(provider, %error, "no provider key in the keychain");
                None
            }
        }
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").field("state_dir", &self.state_dir).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
