//! Where credentials live: the OS keychain, systemd, an encrypted vault, 1Password and other
//! programs, owner-only files, the environment.
//!
//! Configuration never holds a secret, only a [`Pointer`] to one. A secret that was read is a
//! [`SecretString`]: it has no `Display`, its `Debug` shows nothing, and its memory is wiped when
//! it is dropped. This is the only crate that names the keychain, and it starts no processes: the
//! daemon passes in a [`Runner`].

mod catalogue;
mod child;
mod choose;
mod error;
mod file;
mod keychain;
mod look;
mod migrate;
mod name;
mod pointer;
mod redact;
mod shell;
mod signing;
mod store;
mod systemd;
mod token;
mod vault;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

pub use catalogue::{Record, Verified};
pub use child::{ChildCommand, ExecProvider, RunError, Runner};
pub use choose::StoreReport;
pub use error::SecretError;
pub use migrate::Moved;
pub use name::{CredentialName, NAME_BYTES_MAX};
use nexus_domain::Timestamp;
pub use pointer::{POINTER_FORMS, Pointer};
pub use redact::{Redactor, Stretch};
use secrecy::zeroize::Zeroizing;
pub use secrecy::{ExposeSecret, SecretString};
pub use signing::SeedPlace;
pub use store::StoreKind;
pub use token::{
    control_token, keep_password_hash, new_signing_secret, password_hash, signing_secret,
};
pub use vault::{PASSPHRASE_CHARS_MIN, Unlocked};

use crate::catalogue::Catalogue;
use crate::file::Readers;
use crate::keychain::Keychain;
use crate::store::{EnvStore, Store, SystemdStore, VaultStore, blocking};
use crate::vault::{KeySources, Vault};

/// Looks up one environment variable; the daemon's configuration passes it in, because this crate
/// reads no environment itself.
pub type Environment = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// A credential that was found, and where.
#[derive(Debug)]
pub struct Found {
    /// Where it is, so that configuration and status can say so.
    pub pointer: Pointer,
    /// The credential.
    pub secret: SecretString,
}

/// What the configuration says about credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Where new credentials go; found out by trying when left out.
    pub store: Option<StoreKind>,
    /// File with the vault's key or passphrase, outside the state folder.
    pub vault_key_file: Option<PathBuf>,
    /// Programs behind `exec:` pointers, by name.
    pub exec: BTreeMap<String, ExecProvider>,
}

/// Whether programs may be run to get at a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// No: only what is on this machine and at hand.
    AtHand,
    /// Yes, within their time limit.
    Programs,
}

/// Reads and keeps credentials.
pub struct Secrets {
    state_dir: PathBuf,
    environment: Environment,
    /// Variables of the login shell, once they were loaded.
    shell: RwLock<BTreeMap<String, Zeroizing<String>>>,
    keychain: Keychain,
    vault: Arc<Vault>,
    catalogue: Catalogue,
    runner: Option<Arc<dyn Runner>>,
    settings: RwLock<Settings>,
    redactor: Redactor,
}

impl Secrets {
    /// Reads files relative to `state_dir`, the OS keychain, and an empty environment.
    #[must_use]
    pub fn open(state_dir: &Path) -> Self {
        Self {
            state_dir: state_dir.to_owned(),
            environment: Box::new(|_| None),
            shell: RwLock::default(),
            keychain: Keychain::of_the_system(),
            vault: Arc::new(Vault::of(state_dir, Redactor::default())),
            catalogue: Catalogue::of(state_dir),
            runner: None,
            settings: RwLock::default(),
            redactor: Redactor::default(),
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

    /// Runs programs by this runner; without one there are no `op://` and `exec:` pointers.
    #[must_use]
    pub fn with_runner(mut self, runner: Arc<dyn Runner>) -> Self {
        self.runner = Some(runner);
        self
    }

    /// Teaches this redactor every value that is read or kept.
    #[must_use]
    pub fn with_redactor(mut self, redactor: Redactor) -> Self {
        self.vault = Arc::new(Vault::of(&self.state_dir, redactor.clone()));
        self.redactor = redactor;
        self
    }

    /// Knows every value that was read or kept.
    #[must_use]
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Takes what the configuration says now.
    pub fn configure(&self, settings: Settings) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// Reads the credential a pointer names. Nothing is cached: a credential that was changed is
    /// read anew, and a keychain that was locked may be open by now.
    ///
    /// # Errors
    /// When there is no such credential, or its place cannot be read or trusted.
    pub async fn get(&self, pointer: &Pointer) -> Result<SecretString, SecretError> {
        self.get_within(pointer, Reach::Programs).await
    }

    /// Reads a credential, running programs only if they are within `reach`.
    ///
    /// # Errors
    /// As [`Secrets::get`]; `NotYet` for what only a program can say.
    pub async fn get_within(
        &self,
        pointer: &Pointer,
        reach: Reach,
    ) -> Result<SecretString, SecretError> {
        match pointer {
            Pointer::Credential(name) => self.find(name, reach).await.map(|found| found.secret),
            placed => self.read(placed, reach).await,
        }
    }

    /// Finds a credential by name: where the record says; without a record, in the stores in
    /// their order. A record is never overruled by what another store happens to hold.
    ///
    /// # Errors
    /// When it is nowhere; the error names every place that was looked at.
    pub async fn find(&self, name: &CredentialName, reach: Reach) -> Result<Found, SecretError> {
        if let Some(record) = self.catalogue.record(name)? {
            let secret = self.read(&record.pointer, reach).await?;
            return Ok(Found { pointer: record.pointer, secret });
        }
        let lookup = |variable: &str| self.variable(variable);
        let env = EnvStore { lookup: &lookup };
        let (systemd, vault) = (self.systemd(), self.vault());
        let chain: [&dyn Store; 4] = [&self.keychain, &systemd, &vault, &env];
        let mut looked = Vec::new();
        for store in chain {
            match store.get(name).await {
                Ok(secret) if !secret.expose_secret().is_empty() => {
                    self.redactor.learn(&secret);
                    return Ok(Found { pointer: store.pointer(name), secret });
                }
                Ok(_) => looked.push(format!("{} is empty", store.pointer(name))),
                Err(SecretError::NotFound(pointer)) => looked.push(format!("not at {pointer}")),
                Err(error) => looked.push(error.to_string()),
            }
        }
        Err(SecretError::Nowhere { name: name.clone(), looked })
    }

    /// Looks for the key of a model provider: the credential `provider/<name>`. A machine without
    /// it has none; why is logged, because nobody asked for it by name.
    pub async fn find_provider_key(&self, provider: &str, reach: Reach) -> Option<Found> {
        let name = CredentialName::of_provider(provider).ok()?;
        match self.find(&name, reach).await {
            Ok(found) => Some(found),
            Err(error) => {
                tracing::debug!(provider, %error, "no provider key is stored");
                None
            }
        }
    }

    /// Keeps a value in the store for new credentials; one that has a value already keeps its
    /// store.
    ///
    /// # Errors
    /// When it exists and is not to be replaced, or no store can take it.
    pub async fn add(
        &self,
        name: &CredentialName,
        secret: &SecretString,
        at: Timestamp,
        may_replace: bool,
    ) -> Result<Pointer, SecretError> {
        self.redactor.learn(secret);
        let known = self.check_free(name, may_replace)?;
        let kind = match known.map(|record| record.pointer) {
            Some(Pointer::Keychain(_)) => StoreKind::Keychain,
            Some(Pointer::Vault(_)) => StoreKind::Vault,
            _ => self.choose_store().await?,
        };
        let vault = self.vault();
        let store: &dyn Store = if kind == StoreKind::Vault { &vault } else { &self.keychain };
        store.put(name, secret).await?;
        let pointer = store.pointer(name);
        self.catalogue
            .put(name, Record { pointer: pointer.clone(), added_at: at, verified: None })?;
        Ok(pointer)
    }

    /// Names a credential that is kept elsewhere: by 1Password, a program, systemd, a file.
    ///
    /// # Errors
    /// When it exists and is not to be replaced, or cannot be read there.
    pub async fn point(
        &self,
        name: &CredentialName,
        pointer: Pointer,
        at: Timestamp,
        may_replace: bool,
    ) -> Result<Pointer, SecretError> {
        self.check_free(name, may_replace)?;
        if matches!(pointer, Pointer::Credential(_)) {
            return Err(SecretError::ReadOnly(pointer));
        }
        self.read(&pointer, Reach::Programs).await?;
        self.catalogue
            .put(name, Record { pointer: pointer.clone(), added_at: at, verified: None })?;
        Ok(pointer)
    }

    /// Forgets a credential and removes its value from the keychain or the vault. What other
    /// places hold stays there. Says where it was.
    ///
    /// # Errors
    /// When there is no record of it, or its store cannot be changed.
    pub async fn remove(&self, name: &CredentialName) -> Result<Pointer, SecretError> {
        let record = self.catalogue.record(name)?;
        let record =
            record.ok_or_else(|| SecretError::NotFound(Pointer::Credential(name.clone())))?;
        match &record.pointer {
            Pointer::Keychain(item) => {
                self.keychain.remove(item).await?;
            }
            Pointer::Vault(entry) => {
                self.vault().remove(entry).await?;
            }
            _ => {}
        }
        self.catalogue.remove(name)?;
        Ok(record.pointer)
    }

    /// Every credential that has a record, without values.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn records(&self) -> Result<BTreeMap<CredentialName, Record>, SecretError> {
        self.catalogue.records()
    }

    /// Notes how a verification went.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn note_verified(
        &self,
        name: &CredentialName,
        verified: Verified,
    ) -> Result<(), SecretError> {
        self.catalogue.verified(name, verified)
    }

    /// Loads named variables of the login shell; they answer where the daemon's own environment
    /// does not. Says how many were found.
    ///
    /// # Errors
    /// When the shell is not known, does not start or takes too long.
    pub async fn load_shell(&self, wanted: &[String]) -> Result<usize, RunError> {
        let call = shell::call(|name| (self.environment)(name));
        let call = call.ok_or_else(|| RunError::Start("SHELL names no program".to_owned()))?;
        let runner = self.runner.as_ref().ok_or_else(|| RunError::Start("not here".to_owned()))?;
        let output = runner.run(call).await?;
        let picked = shell::pick(&output, wanted);
        let n_found = picked.len();
        *self.shell.write().unwrap_or_else(PoisonError::into_inner) = picked;
        Ok(n_found)
    }

    fn check_free(
        &self,
        name: &CredentialName,
        may_replace: bool,
    ) -> Result<Option<Record>, SecretError> {
        match self.catalogue.record(name)? {
            Some(_) if !may_replace => Err(SecretError::Exists(name.clone())),
            known => Ok(known),
        }
    }

    async fn read(&self, pointer: &Pointer, reach: Reach) -> Result<SecretString, SecretError> {
        let secret = match pointer {
            // A record points to a place, never to another record.
            Pointer::Credential(_) => return Err(SecretError::NotFound(pointer.clone())),
            Pointer::Keychain(name) => self.keychain.get(name).await?,
            Pointer::Vault(name) => self.vault().get(name).await?,
            Pointer::Systemd(name) => self.systemd().get(name).await?,
            Pointer::OnePassword(_) | Pointer::Exec { .. } => self.ask(pointer, reach).await?,
            Pointer::File(path) => {
                let path = self.state_dir.join(path);
                blocking(move || file::read(&path, Readers::Owner)).await?
            }
            Pointer::Env(name) => {
                self.variable(name).ok_or_else(|| SecretError::NotFound(pointer.clone()))?
            }
        };
        if secret.expose_secret().is_empty() {
            return Err(SecretError::Empty(pointer.clone()));
        }
        self.redactor.learn(&secret);
        Ok(secret)
    }

    async fn ask(&self, pointer: &Pointer, reach: Reach) -> Result<SecretString, SecretError> {
        let runner = match &self.runner {
            Some(runner) if reach == Reach::Programs => runner,
            _ => return Err(SecretError::NotYet(pointer.clone())),
        };
        let environment = |name: &str| self.variable(name).map(|v| v.expose_secret().to_owned());
        let command = match pointer {
            Pointer::Exec { provider, item } => {
                let known = self.settings().exec.get(provider).cloned();
                let known = known.ok_or_else(|| SecretError::NoProvider(provider.clone()))?;
                known.child(item.as_deref(), environment)
            }
            other => child::one_password(&other.to_string(), environment),
        };
        child::read(pointer, runner.run(command).await)
    }

    fn variable(&self, name: &str) -> Option<SecretString> {
        let own = (self.environment)(name).map(SecretString::from);
        own.or_else(|| {
            let shell = self.shell.read().unwrap_or_else(PoisonError::into_inner);
            shell.get(name).map(|value| SecretString::from(value.as_str()))
        })
    }

    fn settings(&self) -> Settings {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn wanted(&self) -> Option<StoreKind> {
        self.settings().store
    }

    fn systemd_folder(&self) -> Option<PathBuf> {
        (self.environment)(systemd::VARIABLE).map(PathBuf::from)
    }

    fn key_sources(&self) -> KeySources {
        KeySources { systemd: self.systemd_folder(), file: self.settings().vault_key_file }
    }

    fn systemd(&self) -> SystemdStore {
        SystemdStore { folder: self.systemd_folder() }
    }

    fn vault(&self) -> VaultStore {
        VaultStore { vault: Arc::clone(&self.vault), sources: self.key_sources() }
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").field("state_dir", &self.state_dir).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
