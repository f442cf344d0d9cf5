//! Which store takes new credentials, and how the stores stand.

use std::sync::Arc;

use secrecy::SecretString;

use crate::Secrets;
use crate::error::SecretError;
use crate::store::{Store, StoreKind, blocking};
use crate::vault::Unlocked;

/// How one store stands.
#[derive(Debug)]
pub struct StoreReport {
    /// The store.
    pub kind: StoreKind,
    /// Why it cannot be used now, if it cannot.
    pub trouble: Option<SecretError>,
}

impl Secrets {
    /// Opens the vault with a passphrase; the first passphrase makes it. A new vault becomes the
    /// store of new credentials unless another one was chosen before.
    ///
    /// # Errors
    /// When the passphrase does not open it, or is too short for a new one.
    pub async fn unlock(&self, passphrase: &SecretString) -> Result<Unlocked, SecretError> {
        self.redactor.learn(passphrase);
        let (vault, passphrase) = (Arc::clone(&self.vault), passphrase.clone());
        let unlocked = blocking(move || vault.unlock(&passphrase)).await?;
        let is_open_question = self.catalogue.store()?.is_none() && self.wanted().is_none();
        if unlocked == Unlocked::Made && is_open_question {
            self.catalogue.set_store(StoreKind::Vault)?;
        }
        Ok(unlocked)
    }

    /// The store of new credentials, if it was chosen.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn chosen_store(&self) -> Result<Option<StoreKind>, SecretError> {
        Ok(self.wanted().or(self.catalogue.store()?))
    }

    /// How the stores stand, those first that can keep new credentials. The keychain is tried by
    /// writing to it, unless the vault was chosen; one that is locked is left alone, because
    /// writing would have a person asked who did not want anything.
    pub async fn stores(&self) -> Vec<StoreReport> {
        let chosen = self.chosen_store().ok().flatten();
        let (systemd, vault) = (self.systemd(), self.vault());
        let mut reports = Vec::new();
        let keychain = match chosen {
            Some(StoreKind::Vault) => None,
            _ => Some(&self.keychain as &dyn Store),
        };
        for store in keychain.into_iter().chain([&vault as &dyn Store, &systemd]) {
            let trouble = match store.kind() {
                // Looking must not write into the vault each time.
                StoreKind::Vault => {
                    let (vault, sources) = (Arc::clone(&self.vault), self.key_sources());
                    blocking(move || vault.check_open(&sources)).await.err()
                }
                StoreKind::Keychain => match self.keychain.look().await {
                    Ok(()) => store.probe().await.err(),
                    Err(trouble) => Some(trouble),
                },
                _ => store.probe().await.err(),
            };
            reports.push(StoreReport { kind: store.kind(), trouble });
        }
        reports
    }

    /// The store for a new credential: the configured one, the recorded one, or the first that
    /// works, which is then recorded. A keychain that is only locked is waited for, not replaced.
    pub(crate) async fn choose_store(&self) -> Result<StoreKind, SecretError> {
        if let Some(kind) = self.chosen_store()? {
            return Ok(kind);
        }
        let vault = self.vault();
        let candidates: [&dyn Store; 2] = [&self.keychain, &vault];
        let mut tried = Vec::new();
        for store in candidates {
            match store.probe().await {
                Ok(()) => {
                    tracing::info!(store = %store.kind(), "new credentials are kept here from now on");
                    self.catalogue.set_store(store.kind())?;
                    return Ok(store.kind());
                }
                Err(
                    error @ SecretError::KeychainLocked { .. }
                    | error @ SecretError::KeychainTimeout,
                ) => {
                    return Err(error);
                }
                Err(error) => tried.push(error.to_string()),
            }
        }
        Err(SecretError::NoStore { tried })
    }
}
