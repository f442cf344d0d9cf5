//! The OS keychain. Its API blocks, may wait for a person, and fails in ways that differ by
//! machine; here that becomes one call with a time limit and five kinds of answer.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyring_core::{CredentialStore, Entry, Error};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::error::SecretError;
use crate::look;
use crate::pointer::Pointer;

/// The keychain service under which every item of Nexus is stored.
pub(crate) const SERVICE: &str = "nexus";
/// Longest wait for the keychain, in milliseconds; a locked one may show a dialog and wait.
pub(crate) const KEYCHAIN_MS_MAX: u64 = 3_000;
/// Most calls that may hang in the keychain at once. A call cannot be interrupted, so that each
/// that runs out of time leaves a thread behind until the dialog is answered.
pub(crate) const CALLS_MAX: usize = 4;

type Connect = Arc<dyn Fn() -> Result<Arc<CredentialStore>, Error> + Send + Sync>;
/// Says how the keychain stands, without asking anybody.
type Look = fn() -> Result<(), SecretError>;

/// A way to the keychain. It connects anew for each call: the daemon may have been started before
/// the desktop session, or outlive it.
pub(crate) struct Keychain {
    connect: Connect,
    look: Look,
    calls: Arc<Semaphore>,
}

impl Keychain {
    /// The keychain of the operating system.
    pub(crate) fn of_the_system() -> Self {
        Self { look: look::look, ..Self::connecting(connect_system) }
    }

    pub(crate) fn connecting(
        connect: impl Fn() -> Result<Arc<CredentialStore>, Error> + Send + Sync + 'static,
    ) -> Self {
        let calls = Arc::new(Semaphore::new(CALLS_MAX));
        Self { connect: Arc::new(connect), look: || Ok(()), calls }
    }

    /// Fails when nothing could be read or written now; asks nobody to unlock it.
    pub(crate) async fn look(&self) -> Result<(), SecretError> {
        let look = self.look;
        self.blocking(look).await
    }

    /// Reads one item. Whether the keychain is locked is asked before: a locked one may say that
    /// there is no such item, or open a dialog for each that is read while a daemon starts.
    pub(crate) async fn get(&self, name: &str) -> Result<SecretString, SecretError> {
        self.look().await?;
        self.call(name, |entry| entry.get_password().map(SecretString::from)).await
    }

    /// Writes one item, over what was there.
    pub(crate) async fn put(&self, name: &str, secret: &SecretString) -> Result<(), SecretError> {
        let secret = secret.clone();
        self.call(name, move |entry| entry.set_password(secret.expose_secret())).await
    }

    /// Removes one item; says whether there was one.
    pub(crate) async fn remove(&self, name: &str) -> Result<bool, SecretError> {
        let removed = self.call(name, |entry| entry.delete_credential()).await;
        match removed {
            Ok(()) => Ok(true),
            Err(SecretError::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes, reads and removes an item of no meaning. Nothing less tells whether a keychain
    /// works: a locked one answers a reader that there is no such item.
    pub(crate) async fn probe(&self) -> Result<(), SecretError> {
        let (name, value) = canary()?;
        self.put(&name, &value).await?;
        let read = self.get(&name).await;
        let removed = self.remove(&name).await;
        let is_same = read?.expose_secret() == value.expose_secret();
        if !removed? || !is_same {
            let problem = "what was written is not what is read";
            return Err(SecretError::KeychainEntry { name, problem: problem.to_owned() });
        }
        Ok(())
    }

    async fn call<T: Send + 'static>(
        &self,
        name: &str,
        act: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, SecretError> {
        let connect = Arc::clone(&self.connect);
        let user = name.to_owned();
        self.blocking(move || {
            let entry = connect().and_then(|store| store.build(SERVICE, &user, None));
            entry.and_then(|entry| act(&entry)).map_err(|error| translate(&user, error))
        })
        .await
    }

    /// One call, in its time.
    async fn blocking<T: Send + 'static>(
        &self,
        act: impl FnOnce() -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let calls = Arc::clone(&self.calls);
        let call = async move {
            let slot = calls
                .acquire_owned()
                .await
                .map_err(|error| SecretError::Interrupted(error.to_string()))?;
            // Never on a worker of the runtime: the store blocks, and panics there.
            tokio::task::spawn_blocking(move || {
                let _slot = slot;
                act()
            })
            .await
            .map_err(|error| SecretError::Interrupted(error.to_string()))?
        };
        tokio::time::timeout(Duration::from_millis(KEYCHAIN_MS_MAX), call)
            .await
            .unwrap_or(Err(SecretError::KeychainTimeout))
    }
}

/// A name and a value that nothing else has.
pub(crate) fn canary() -> Result<(String, SecretString), SecretError> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).map_err(|error| SecretError::Interrupted(error.to_string()))?;
    let text = BASE64_URL_SAFE_NO_PAD.encode(bytes).to_ascii_lowercase();
    let name = text[..8].replace(['-', '_'], "0");
    Ok((format!("nexus-probe-{name}"), SecretString::from(text)))
}

fn translate(name: &str, error: Error) -> SecretError {
    let entry = |problem: &str| SecretError::KeychainEntry {
        name: name.to_owned(),
        problem: problem.to_owned(),
    };
    match error {
        Error::NoEntry => SecretError::NotFound(Pointer::Keychain(name.to_owned())),
        Error::PlatformFailure(cause) if look::is_refusal(&*cause) => {
            SecretError::KeychainDenied { cause: cause.to_string() }
        }
        Error::PlatformFailure(cause) => SecretError::KeychainMissing { cause: cause.to_string() },
        Error::NoDefaultStore => SecretError::KeychainMissing { cause: error.to_string() },
        Error::NoStorageAccess(cause) => SecretError::KeychainLocked { cause: cause.to_string() },
        // The next two carry the bytes of the secret: they are dropped here, unseen.
        Error::BadEncoding(_) => entry("it is not text"),
        Error::BadDataFormat(..) => entry("its format is unknown"),
        Error::Ambiguous(_) => entry("there are several with this name"),
        Error::TooLong(..) | Error::Invalid(..) => entry("its name is not valid"),
        Error::BadStoreFormat(cause) | Error::NotSupportedByStore(cause) => {
            SecretError::KeychainMissing { cause }
        }
        other => SecretError::KeychainMissing { cause: other.to_string() },
    }
}

#[cfg(target_os = "linux")]
fn connect_system() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn connect_system() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn connect_system() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn connect_system() -> Result<Arc<CredentialStore>, Error> {
    Err(Error::NotSupportedByStore("no keychain is known on this system".to_owned()))
}
