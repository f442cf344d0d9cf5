//! The places that keep credentials, behind one trait.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::error::SecretError;
use crate::keychain::{self, Keychain};
use crate::name::CredentialName;
use crate::pointer::Pointer;
use crate::systemd;
use crate::vault::{KeySources, Vault};

/// A kind of place, in the order in which a credential is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreKind {
    /// The keychain of the operating system.
    Keychain,
    /// What systemd hands to the service.
    Systemd,
    /// The encrypted vault.
    Vault,
    /// Environment variables.
    Env,
}

impl StoreKind {
    /// The name in configuration and listings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::Systemd => "systemd",
            Self::Vault => "vault",
            Self::Env => "env",
        }
    }
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One place that keeps credentials by name.
pub(crate) trait Store: Send + Sync {
    fn kind(&self) -> StoreKind;

    /// Where a credential of this name is, in this store.
    fn pointer(&self, name: &CredentialName) -> Pointer;

    fn get<'a>(&'a self, name: &'a CredentialName) -> Answer<'a, SecretString>;

    /// Writes a value over what was there.
    fn put<'a>(&'a self, name: &'a CredentialName, _secret: &'a SecretString) -> Answer<'a, ()> {
        let error = SecretError::ReadOnly(self.pointer(name));
        Box::pin(async move { Err(error) })
    }

    /// Removes a value; says whether there was one.
    fn remove<'a>(&'a self, name: &'a CredentialName) -> Answer<'a, bool> {
        let error = SecretError::ReadOnly(self.pointer(name));
        Box::pin(async move { Err(error) })
    }

    /// Whether a value can be kept here now: writes, reads and removes one of no meaning.
    fn probe(&self) -> Answer<'_, ()>;
}

/// What a store answers.
pub(crate) type Answer<'a, T> = BoxFuture<'a, Result<T, SecretError>>;

impl Store for Keychain {
    fn kind(&self) -> StoreKind {
        StoreKind::Keychain
    }

    fn pointer(&self, name: &CredentialName) -> Pointer {
        Pointer::Keychain(name.to_string())
    }

    fn get<'a>(&'a self, name: &'a CredentialName) -> Answer<'a, SecretString> {
        Box::pin(Keychain::get(self, name.as_str()))
    }

    fn put<'a>(&'a self, name: &'a CredentialName, secret: &'a SecretString) -> Answer<'a, ()> {
        Box::pin(Keychain::put(self, name.as_str(), secret))
    }

    fn remove<'a>(&'a self, name: &'a CredentialName) -> Answer<'a, bool> {
        Box::pin(Keychain::remove(self, name.as_str()))
    }

    fn probe(&self) -> Answer<'_, ()> {
        Box::pin(Keychain::probe(self))
    }
}

/// systemd's folder.
pub(crate) struct SystemdStore {
    pub(crate) folder: Option<PathBuf>,
}

impl Store for SystemdStore {
    fn kind(&self) -> StoreKind {
        StoreKind::Systemd
    }

    fn pointer(&self, name: &CredentialName) -> Pointer {
        Pointer::Systemd(name.clone())
    }

    fn get<'a>(&'a self, name: &'a CredentialName) -> Answer<'a, SecretString> {
        let (folder, name) = (self.folder.clone(), name.clone());
        Box::pin(blocking(move || systemd::read(folder, &name)))
    }

    fn probe(&self) -> Answer<'_, ()> {
        let has_folder = self.folder.is_some();
        Box::pin(async move {
            match has_folder {
                true => Ok(()),
                false => Err(SecretError::SystemdMissing),
            }
        })
    }
}

/// The encrypted vault, with the places its key may come from.
pub(crate) struct VaultStore {
    pub(crate) vault: Arc<Vault>,
    pub(crate) sources: KeySources,
}

impl VaultStore {
    fn run<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Vault, &KeySources) -> Result<T, SecretError> + Send + 'static,
    ) -> Answer<'static, T> {
        let (vault, sources) = (Arc::clone(&self.vault), self.sources.clone());
        Box::pin(blocking(move || act(&vault, &sources)))
    }
}

impl Store for VaultStore {
    fn kind(&self) -> StoreKind {
        StoreKind::Vault
    }

    fn pointer(&self, name: &CredentialName) -> Pointer {
        Pointer::Vault(name.clone())
    }

    fn get<'a>(&'a self, name: &'a CredentialName) -> Answer<'a, SecretString> {
        let name = name.clone();
        self.run(move |vault, sources| vault.get(sources, &name))
    }

    fn put<'a>(&'a self, name: &'a CredentialName, secret: &'a SecretString) -> Answer<'a, ()> {
        let (name, secret) = (name.clone(), secret.clone());
        self.run(move |vault, sources| vault.put(sources, name.as_str(), &secret))
    }

    fn remove<'a>(&'a self, name: &'a CredentialName) -> Answer<'a, bool> {
        let name = name.clone();
        self.run(move |vault, sources| vault.remove(sources, name.as_str()))
    }

    fn probe(&self) -> Answer<'_, ()> {
        self.run(|vault, sources| {
            vault.check_open(sources)?;
            let (name, value) = keychain::canary()?;
            vault.put(sources, &name, &value)?;
            vault.remove(sources, &name).map(|_| ())
        })
    }
}

/// Environment variables, last in the chain.
pub(crate) struct EnvStore<'e> {
    pub(crate) lookup: &'e (dyn Fn(&str) -> Option<SecretString> + Send + Sync),
}

impl Store for EnvStore<'_> {
    fn kind(&self) -> StoreKind {
        StoreKind::Env
    }

    fn pointer(&self, name: &CredentialName) -> Pointer {
        Pointer::Env(name.variable())
    }

    fn get<'a>(&'a self, name: &'a CredentialName) -> Answer<'a, SecretString> {
        let found = (self.lookup)(&name.variable());
        let missing = SecretError::NotFound(self.pointer(name));
        Box::pin(async move { found.filter(|v| !v.expose_secret().is_empty()).ok_or(missing) })
    }

    fn probe(&self) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// Moves blocking work off the runtime's workers.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SecretError> + Send + 'static,
) -> Result<T, SecretError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| SecretError::Interrupted(error.to_string()))?
}
