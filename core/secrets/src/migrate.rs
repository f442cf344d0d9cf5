//! Moves values from one store into another. A value is in the new place, and was read back from
//! there, before it leaves the old one: whatever breaks off in between, it is in one of them.

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use crate::catalogue::Record;
use crate::error::SecretError;
use crate::file::{self, Readers};
use crate::name::CredentialName;
use crate::pointer::Pointer;
use crate::signing::SEED_FILE;
use crate::store::{Store, StoreKind, blocking};
use crate::{Reach, Secrets};

/// What moving a value came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Where it is now.
    pub to: Pointer,
    /// A file that still holds it, because it is none of this home.
    pub left: Option<String>,
}

impl Secrets {
    /// How the keychain stands, without asking anybody to unlock it.
    ///
    /// # Errors
    /// When there is none, it is locked, or this program may not use it.
    pub async fn look_at_keychain(&self) -> Result<(), SecretError> {
        self.keychain.look().await
    }

    /// Makes the keychain the store of new credentials, if it works and none was chosen. True when
    /// it was made so now.
    ///
    /// # Errors
    /// When the keychain cannot be used, or the record cannot be written.
    pub async fn settle_on_keychain(&self) -> Result<bool, SecretError> {
        if self.chosen_store()?.is_some() {
            return Ok(false);
        }
        self.keychain.look().await?;
        self.keychain.probe().await?;
        self.catalogue.set_store(StoreKind::Keychain)?;
        Ok(true)
    }

    /// Whether a store can take values now: tries it by writing.
    ///
    /// # Errors
    /// When it cannot, or is none that values are written to.
    pub async fn probe_store(&self, kind: StoreKind) -> Result<(), SecretError> {
        match kind {
            StoreKind::Vault => self.vault().probe().await,
            _ => self.keychain.probe().await,
        }
    }

    /// The credentials whose values would move to a store: those in our other store, and those in
    /// files. What systemd, programs and the environment hold is theirs.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn movable(&self, to: StoreKind) -> Result<Vec<(CredentialName, Record)>, SecretError> {
        let moves = |pointer: &Pointer| match pointer {
            Pointer::File(_) => true,
            Pointer::Keychain(_) => to != StoreKind::Keychain,
            Pointer::Vault(_) => to != StoreKind::Vault,
            _ => false,
        };
        let records = self.catalogue.records()?.into_iter();
        Ok(records.filter(|(_, record)| moves(&record.pointer)).collect())
    }

    /// Moves one credential.
    ///
    /// # Errors
    /// When it is not there, cannot be read, or the store does not take it; then it is where it was.
    pub async fn migrate(
        &self,
        name: &CredentialName,
        to: StoreKind,
    ) -> Result<Moved, SecretError> {
        let record = self.catalogue.record(name)?;
        let record =
            record.ok_or_else(|| SecretError::NotFound(Pointer::Credential(name.clone())))?;
        let secret = self.read(&record.pointer, Reach::AtHand).await?;
        let vault = self.vault();
        let store: &dyn Store = if to == StoreKind::Vault { &vault } else { &self.keychain };
        store.put(name, &secret).await?;
        check_same(&store.get(name).await?, &secret, &store.pointer(name))?;
        let pointer = store.pointer(name);
        self.catalogue.put(name, Record { pointer: pointer.clone(), ..record.clone() })?;
        let left = self.clear(&record.pointer).await?;
        Ok(Moved { to: pointer, left })
    }

    /// Makes a store the one of new credentials, as somebody decided.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn settle_on(&self, kind: StoreKind) -> Result<(), SecretError> {
        self.catalogue.set_store(kind)
    }

    /// Whether the seed of the audit's key lies in a file.
    #[must_use]
    pub fn has_seed_file(&self) -> bool {
        self.state_dir.join(SEED_FILE).is_file()
    }

    /// Moves the seed of the audit's key from its file into the keychain; the key stays the same.
    ///
    /// # Errors
    /// When there is no such file, or the keychain does not take it; then it is where it was.
    pub async fn migrate_seed(&self, name: &str) -> Result<Pointer, SecretError> {
        let path = self.state_dir.join(SEED_FILE);
        let from = path.clone();
        let seed = blocking(move || file::read(&from, Readers::Owner)).await?;
        self.redactor.learn(&seed);
        let pointer = Pointer::Keychain(name.to_owned());
        self.keychain.put(name, &seed).await?;
        check_same(&self.keychain.get(name).await?, &seed, &pointer)?;
        blocking(move || wipe(&path)).await?;
        Ok(pointer)
    }

    /// Takes a value away from where it was; names the file of somebody else that still holds it.
    async fn clear(&self, pointer: &Pointer) -> Result<Option<String>, SecretError> {
        match pointer {
            Pointer::Keychain(item) => self.keychain.remove(item).await.map(|_| None),
            Pointer::Vault(entry) => self.vault().remove(entry).await.map(|_| None),
            Pointer::File(path) => {
                let path = self.state_dir.join(path);
                if !path.starts_with(&self.state_dir) {
                    return Ok(Some(path.display().to_string()));
                }
                blocking(move || wipe(&path)).await.map(|()| None)
            }
            _ => Ok(None),
        }
    }
}

fn check_same(
    read: &SecretString,
    written: &SecretString,
    place: &Pointer,
) -> Result<(), SecretError> {
    if read.expose_secret() == written.expose_secret() {
        return Ok(());
    }
    let problem = "what was written is not what is read";
    Err(SecretError::KeychainEntry { name: place.to_string(), problem: problem.to_owned() })
}

/// Writes over a file before it is removed: where the disk writes in place, nothing is left.
fn wipe(path: &Path) -> Result<(), SecretError> {
    use std::io::Write as _;
    let wiped = (|| {
        let n_bytes = usize::try_from(path.metadata()?.len()).unwrap_or(0);
        let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
        file.write_all(&vec![0; n_bytes])?;
        file.sync_all()?;
        std::fs::remove_file(path)
    })();
    wiped.map_err(|error| file::problem(path, &error))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use keyring_core::mock;
    use nexus_domain::Timestamp;

    use super::*;
    use crate::keychain::Keychain;

    fn name(text: &str) -> CredentialName {
        text.parse().unwrap()
    }

    /// A home with a vault that is open, and a keychain in memory.
    async fn secrets(folder: &Path) -> Secrets {
        let store = mock::Store::new().unwrap();
        let keychain = Keychain::connecting(move || Ok(Arc::clone(&store) as _));
        let secrets = Secrets { keychain, ..Secrets::open(folder) };
        secrets.unlock(&SecretString::from("correct horse battery")).await.unwrap();
        secrets
    }

    #[tokio::test]
    async fn values_move_into_the_keychain_and_leave_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = secrets(folder.path()).await;
        let (at, in_vault, in_file) = (Timestamp(1), name("provider/a"), name("provider/b"));
        secrets.add(&in_vault, &SecretString::from("value-a"), at, false).await.unwrap();
        let path = folder.path().join("b.key");
        file::replace(&path, b"value-b").unwrap();
        secrets.point(&in_file, Pointer::File("b.key".into()), at, false).await.unwrap();
        let env = name("provider/c");
        let other = Secrets::open(folder.path()).with_environment(|_| Some("c".to_owned()));
        other.point(&env, Pointer::Env("C".into()), at, false).await.unwrap();

        let movable = secrets.movable(StoreKind::Keychain).unwrap();
        let names: Vec<_> = movable.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, [in_vault.clone(), in_file.clone()]);
        for name in &names {
            let moved = secrets.migrate(name, StoreKind::Keychain).await.unwrap();
            assert_eq!(moved.to, Pointer::Keychain(name.to_string()));
            assert_eq!(moved.left, None);
        }
        assert!(!path.exists());
        for (name, value) in [(&in_vault, "value-a"), (&in_file, "value-b")] {
            let read = secrets.get(&Pointer::Credential(name.clone())).await.unwrap();
            assert_eq!(read.expose_secret(), value);
            assert!(secrets.get(&Pointer::Vault(name.clone())).await.is_err());
        }
        assert!(secrets.movable(StoreKind::Keychain).unwrap().is_empty());
        // And back again.
        let moved = secrets.migrate(&in_vault, StoreKind::Vault).await.unwrap();
        assert_eq!(moved.to, Pointer::Vault(in_vault));
    }

    #[tokio::test]
    async fn what_cannot_be_moved_stays_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = secrets(folder.path()).await;
        let (at, key) = (Timestamp(1), name("provider/a"));
        secrets.settle_on(StoreKind::Vault).unwrap();
        secrets.add(&key, &SecretString::from("value"), at, false).await.unwrap();
        let keychain = Keychain::connecting(|| {
            Err(keyring_core::Error::NoStorageAccess("it is locked".into()))
        });
        let locked = Secrets { keychain, ..secrets };
        let refused = locked.migrate(&key, StoreKind::Keychain).await;
        assert!(matches!(refused, Err(SecretError::KeychainLocked { .. })), "{refused:?}");
        let read = locked.get(&Pointer::Credential(key)).await.unwrap();
        assert_eq!(read.expose_secret(), "value");
    }

    #[tokio::test]
    async fn the_seed_of_the_audit_moves_and_stays_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = secrets(folder.path()).await;
        let place = crate::SeedPlace::File;
        let before = secrets.audit_seed("audit/x", place, true).await.unwrap();
        assert!(secrets.has_seed_file());
        secrets.migrate_seed("audit/x").await.unwrap();
        assert!(!secrets.has_seed_file());
        let place = crate::SeedPlace::Keychain;
        let after = secrets.audit_seed("audit/x", place, false).await.unwrap();
        assert_eq!(before.expose_secret(), after.expose_secret());
    }
}
