//! The encrypted vault: every credential in one file, `vault.age`, for machines without a
//! keychain.
//!
//! The file is encrypted to one age key. That key comes from systemd, from a key file outside the
//! state folder, or from `vault.key.age` beside the vault, which a passphrase opens. All of it is
//! plain age, so that `age --decrypt` reads it without us.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use age::{scrypt, x25519};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::error::SecretError;
use crate::file::{self, Readers};
use crate::name::CredentialName;
use crate::pointer::Pointer;
use crate::redact::Redactor;

/// Name of the vault in the state folder.
const VAULT_FILE: &str = "vault.age";
/// Name of the passphrase-protected key beside it.
const KEY_FILE: &str = "vault.key.age";
/// systemd credential that holds the vault's key, or its passphrase.
const SYSTEMD_KEY: &str = "nexus.vault-key";
/// Work to open the key with a passphrase, as a power of two: about a second and 128 MiB.
const WORK_LOG2: u8 = 17;
/// Most work that is done for a key that somebody else made, as a power of two.
const WORK_LOG2_MAX: u8 = 20;
/// Shortest passphrase for a new vault, in characters.
pub const PASSPHRASE_CHARS_MIN: usize = 12;
/// Largest vault, in bytes.
const VAULT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// How a vault came to be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlocked {
    /// There was none: it was made, with this passphrase.
    Made,
    /// The passphrase opened it.
    Opened,
}

/// Where the key may be found without a person.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySources {
    /// systemd's folder.
    pub(crate) systemd: Option<PathBuf>,
    /// The configured key file.
    pub(crate) file: Option<PathBuf>,
}

type Entries = BTreeMap<String, Zeroizing<String>>;

/// The vault of a state folder. Blocking: callers move it off the runtime's workers.
pub(crate) struct Vault {
    folder: PathBuf,
    key: Mutex<Option<x25519::Identity>>,
    /// One reader or writer at a time: a change is read, altered and written as a whole.
    turn: Mutex<()>,
    /// Learns every value as soon as the vault is open, used or not.
    redactor: Redactor,
}

impl Vault {
    pub(crate) fn of(state_dir: &Path, redactor: Redactor) -> Self {
        Self { folder: state_dir.to_owned(), key: Mutex::new(None), turn: Mutex::new(()), redactor }
    }

    /// Whether there is one.
    pub(crate) fn exists(&self) -> bool {
        self.path().exists() || self.key_path().exists()
    }

    /// Opens it with a passphrase, or makes one.
    pub(crate) fn unlock(&self, passphrase: &SecretString) -> Result<Unlocked, SecretError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let (identity, unlocked) = self.identity_by_passphrase(passphrase)?;
        self.check(&identity)?;
        self.keep(identity);
        Ok(unlocked)
    }

    pub(crate) fn get(
        &self,
        sources: &KeySources,
        name: &CredentialName,
    ) -> Result<SecretString, SecretError> {
        let missing = || SecretError::NotFound(Pointer::Vault(name.clone()));
        if !self.exists() {
            return Err(missing());
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = self.read(&self.identity(sources)?)?;
        entries
            .get(name.as_str())
            .map(|value| SecretString::from(value.as_str()))
            .ok_or_else(missing)
    }

    pub(crate) fn put(
        &self,
        sources: &KeySources,
        name: &str,
        secret: &SecretString,
    ) -> Result<(), SecretError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let identity = self.identity(sources)?;
        let mut entries = self.read(&identity)?;
        entries.insert(name.to_owned(), Zeroizing::new(secret.expose_secret().to_owned()));
        self.write(&identity, &entries)
    }

    pub(crate) fn remove(&self, sources: &KeySources, name: &str) -> Result<bool, SecretError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let identity = self.identity(sources)?;
        let mut entries = self.read(&identity)?;
        if entries.remove(name).is_none() {
            return Ok(false);
        }
        self.write(&identity, &entries).map(|()| true)
    }

    /// Whether the vault can be opened without a person, or is open.
    pub(crate) fn check_open(&self, sources: &KeySources) -> Result<(), SecretError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let identity = self.identity(sources)?;
        self.check(&identity)
    }

    fn path(&self) -> PathBuf {
        self.folder.join(VAULT_FILE)
    }

    fn key_path(&self) -> PathBuf {
        self.folder.join(KEY_FILE)
    }

    fn keep(&self, identity: x25519::Identity) {
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = Some(identity);
    }

    fn identity(&self, sources: &KeySources) -> Result<x25519::Identity, SecretError> {
        let kept = self.key.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(identity) = kept {
            return Ok(identity);
        }
        let locked = || match self.exists() {
            true => SecretError::VaultLocked,
            false => SecretError::VaultMissing,
        };
        let text = self.key_text(sources)?.ok_or_else(locked)?;
        let identity = match text.expose_secret().starts_with("AGE-SECRET-KEY-") {
            true => parse_identity(&text)?,
            false => self.identity_by_passphrase(&text)?.0,
        };
        self.keep(identity.clone());
        Ok(identity)
    }

    /// The key, or a passphrase, from where no person is needed.
    fn key_text(&self, sources: &KeySources) -> Result<Option<SecretString>, SecretError> {
        let systemd = sources.systemd.as_ref().map(|folder| folder.join(SYSTEMD_KEY));
        if let Some(path) = systemd.filter(|path| path.exists()) {
            return without_comments(&file::read(&path, Readers::Group)?).map(Some);
        }
        let Some(path) = &sources.file else { return Ok(None) };
        let inside = |path: &Path| {
            let folder = self.folder.canonicalize().ok()?;
            Some(path.canonicalize().ok()?.starts_with(folder))
        };
        if inside(path) == Some(true) {
            return Err(SecretError::File {
                path: path.clone(),
                problem: "lies in the state folder, beside the vault it opens; move it elsewhere"
                    .to_owned(),
            });
        }
        without_comments(&file::read(path, Readers::Owner)?).map(Some)
    }

    /// The key that a passphrase protects; the first passphrase makes it.
    fn identity_by_passphrase(
        &self,
        passphrase: &SecretString,
    ) -> Result<(x25519::Identity, Unlocked), SecretError> {
        let path = self.key_path();
        if path.exists() {
            let sealed = read_bytes(&path)?;
            let mut opener = scrypt::Identity::new(passphrase.expose_secret().into());
            opener.set_max_work_factor(WORK_LOG2_MAX);
            let text = open(&sealed, &opener).map_err(|_| SecretError::VaultKey)?;
            let text = Zeroizing::new(String::from_utf8_lossy(&text).into_owned());
            return Ok((parse_identity(&SecretString::from(text.trim()))?, Unlocked::Opened));
        }
        if self.path().exists() {
            return Err(SecretError::VaultKey);
        }
        if passphrase.expose_secret().chars().count() < PASSPHRASE_CHARS_MIN {
            return Err(SecretError::PassphraseShort);
        }
        let identity = x25519::Identity::generate();
        let mut recipient = scrypt::Recipient::new(passphrase.expose_secret().into());
        recipient.set_work_factor(WORK_LOG2);
        let sealed = seal(identity.to_string().expose_secret().as_bytes(), &recipient)?;
        file::replace(&path, &sealed)?;
        Ok((identity, Unlocked::Made))
    }

    fn check(&self, identity: &x25519::Identity) -> Result<(), SecretError> {
        self.read(identity).map(|_| ())
    }

    fn read(&self, identity: &x25519::Identity) -> Result<Entries, SecretError> {
        let path = self.path();
        if !path.exists() {
            return Ok(Entries::new());
        }
        let plain = open(&read_bytes(&path)?, identity).map_err(|_| SecretError::VaultKey)?;
        let damaged = || SecretError::File { path, problem: "is damaged inside".to_owned() };
        // What fails to parse is a secret: the parser's own words are not repeated.
        let entries: BTreeMap<String, String> =
            serde_json::from_slice(&plain).map_err(|_| damaged())?;
        let entries: Entries =
            entries.into_iter().map(|(name, value)| (name, Zeroizing::new(value))).collect();
        for value in entries.values() {
            self.redactor.learn(&SecretString::from(value.as_str()));
        }
        Ok(entries)
    }

    fn write(&self, identity: &x25519::Identity, entries: &Entries) -> Result<(), SecretError> {
        let lines: BTreeMap<&str, &str> =
            entries.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let plain = serde_json::to_vec(&lines).map(Zeroizing::new);
        let plain = plain.map_err(|_| SecretError::Interrupted("encoding failed".to_owned()))?;
        file::replace(&self.path(), &seal(&plain, &identity.to_public())?)
    }
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, SecretError> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(VAULT_BYTES_MAX).read_to_end(&mut bytes))
        .map_err(|error| file::problem(path, &error))?;
    Ok(bytes)
}

fn parse_identity(text: &SecretString) -> Result<x25519::Identity, SecretError> {
    text.expose_secret().parse().map_err(|_: &'static str| SecretError::VaultKey)
}

/// The one line that matters of a key file as `age-keygen` writes it.
fn without_comments(text: &SecretString) -> Result<SecretString, SecretError> {
    let lines = text.expose_secret().lines().map(str::trim);
    let line = lines.into_iter().find(|line| !line.is_empty() && !line.starts_with('#'));
    line.map(SecretString::from).ok_or(SecretError::VaultKey)
}

fn seal(plain: &[u8], recipient: &dyn age::Recipient) -> Result<Vec<u8>, SecretError> {
    let failed = |error: &dyn std::fmt::Display| SecretError::Interrupted(error.to_string());
    let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient))
        .map_err(|error| failed(&error))?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(|error| failed(&error))?;
    writer.write_all(plain).map_err(|error| failed(&error))?;
    writer.finish().map_err(|error| failed(&error))?;
    Ok(sealed)
}

fn open(
    sealed: &[u8],
    identity: &dyn age::Identity,
) -> Result<Zeroizing<Vec<u8>>, age::DecryptError> {
    let decryptor = age::Decryptor::new_buffered(sealed)?;
    // Made large enough at once: a buffer that grows leaves copies behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    let mut reader = decryptor.decrypt(std::iter::once(identity))?;
    reader.read_to_end(&mut plain)?;
    Ok(plain)
}

#[cfg(test)]
#[path = "vault_tests.rs"]
mod tests;
