//! The seed of the key that signs the audit: made at the first start, in the keychain where there
//! is one, else in a file that only its owner can read.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};

use crate::Secrets;
use crate::error::SecretError;
use crate::file::{self, Readers};

/// Name of the seed's file in the state folder.
pub(crate) const SEED_FILE: &str = "audit.key";
/// Length of a seed, in bytes.
const SEED_BYTES: usize = 32;

/// Where a new seed is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedPlace {
    /// In the keychain, or in a file where there is none.
    Keychain,
    /// In a file, whatever there is.
    File,
}

impl Secrets {
    /// Reads the seed of the audit's key, 32 bytes in hexadecimal characters, or makes one. A
    /// seed in a file goes before one in the keychain: it is there because no keychain was.
    ///
    /// `is_first` says that there was no key before. Otherwise a keychain that is locked is waited
    /// for, by failing: a second key would only raise the question where the first one went.
    ///
    /// # Errors
    /// When a seed exists and cannot be read, or a new one can be kept nowhere.
    pub async fn audit_seed(
        &self,
        name: &str,
        place: SeedPlace,
        is_first: bool,
    ) -> Result<SecretString, SecretError> {
        let path = self.state_dir.join(SEED_FILE);
        if path.try_exists().unwrap_or(true) {
            return checked(file::read(&path, Readers::Owner)?, &path);
        }
        if place == SeedPlace::Keychain {
            match self.keychain.get(name).await {
                Ok(seed) => return checked(seed, Path::new(name)),
                Err(SecretError::NotFound(_)) => {
                    let seed = new_seed(&path)?;
                    match self.keychain.put(name, &seed).await {
                        Ok(()) => return Ok(seed),
                        Err(error) => tracing::info!(%error, "the audit key goes into a file"),
                    }
                }
                Err(SecretError::KeychainMissing { .. }) => {}
                Err(error) if is_first => {
                    tracing::info!(%error, "the audit key goes into a file");
                }
                Err(error) => return Err(error),
            }
        }
        let seed = new_seed(&path)?;
        keep(&path, &seed).map_err(|error| file::problem(&path, &error))?;
        Ok(seed)
    }
}

fn checked(seed: SecretString, place: &Path) -> Result<SecretString, SecretError> {
    let text = seed.expose_secret();
    if text.len() == 2 * SEED_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(seed);
    }
    Err(SecretError::File {
        path: place.to_owned(),
        problem: "is not the seed of an audit key; remove it, and a new one is made".to_owned(),
    })
}

fn new_seed(path: &Path) -> Result<SecretString, SecretError> {
    let mut bytes = Zeroizing::new([0_u8; SEED_BYTES]);
    getrandom::fill(bytes.as_mut())
        .map_err(|error| file::problem(path, &io::Error::other(error)))?;
    let mut text = Zeroizing::new(String::with_capacity(2 * SEED_BYTES));
    for byte in bytes.iter() {
        text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
    }
    Ok(SecretString::from(text.as_str()))
}

/// One daemon owns a home, so nobody else makes this file at the same time.
fn keep(path: &Path, seed: &SecretString) -> io::Result<()> {
    let draft = path.with_extension("key-new");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = file::create_owner_only(&draft)?;
    file.write_all(seed.expose_secret().as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use keyring_core::mock;

    use super::*;
    use crate::keychain::Keychain;

    fn secrets(folder: &Path, keychain: Keychain) -> Secrets {
        Secrets { keychain, ..Secrets::open(folder) }
    }

    fn without() -> Keychain {
        Keychain::connecting(|| Err(keyring_core::Error::NoDefaultStore))
    }

    #[tokio::test]
    async fn without_a_keychain_the_seed_lies_in_a_file_of_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let first = secrets(folder.path(), without());
        let first = first.audit_seed("audit/x", SeedPlace::Keychain, true).await.unwrap();
        let again = secrets(folder.path(), without());
        let again = again.audit_seed("audit/x", SeedPlace::Keychain, false).await.unwrap();
        assert_eq!(first.expose_secret(), again.expose_secret());
        assert_eq!(first.expose_secret().len(), 64);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join(SEED_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[tokio::test]
    async fn with_a_keychain_nothing_of_it_is_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let store = mock::Store::new().unwrap();
        let keychain = || {
            let store = Arc::clone(&store);
            Keychain::connecting(move || Ok(store.clone()))
        };
        let first = secrets(folder.path(), keychain());
        let first = first.audit_seed("audit/x", SeedPlace::Keychain, true).await.unwrap();
        let again = secrets(folder.path(), keychain());
        let again = again.audit_seed("audit/x", SeedPlace::Keychain, false).await.unwrap();
        assert_eq!(first.expose_secret(), again.expose_secret());
        assert!(!folder.path().join(SEED_FILE).exists());
    }

    #[tokio::test]
    async fn a_locked_keychain_is_waited_for_once_there_was_a_key() {
        let folder = tempfile::tempdir().unwrap();
        let locked = || {
            Keychain::connecting(|| {
                Err(keyring_core::Error::NoStorageAccess("it is locked".into()))
            })
        };
        let seed = secrets(folder.path(), locked());
        let refused = seed.audit_seed("audit/x", SeedPlace::Keychain, false).await;
        assert!(matches!(refused, Err(SecretError::KeychainLocked { .. })), "{refused:?}");
        assert!(!folder.path().join(SEED_FILE).exists());
        assert!(seed.audit_seed("audit/x", SeedPlace::Keychain, true).await.is_ok());
    }

    #[tokio::test]
    async fn a_damaged_seed_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = file::create_owner_only(&folder.path().join(SEED_FILE)).unwrap();
        file.write_all(b"short").unwrap();
        let seed = secrets(folder.path(), without());
        assert!(seed.audit_seed("audit/x", SeedPlace::File, true).await.is_err());
    }
}
