//! What is known of each credential besides its value: `credentials.json` in the state folder.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nexus_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::SecretError;
use crate::file;
use crate::name::CredentialName;
use crate::pointer::Pointer;
use crate::store::StoreKind;

/// Name of the file in the state folder. It holds names and places, never a value.
const CATALOGUE_FILE: &str = "credentials.json";
/// Most credentials of one home.
pub(crate) const CREDENTIALS_MAX: usize = 1_000;

/// One credential, without its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Where its value is.
    pub pointer: Pointer,
    /// When it was added or last replaced.
    pub added_at: Timestamp,
    /// When it was last verified, and whether it was good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<Verified>,
}

/// The last verification of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// When.
    pub at: Timestamp,
    /// Whether it was good.
    pub is_ok: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Contents {
    /// Where new credentials go, once that was found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    store: Option<StoreKind>,
    #[serde(default)]
    credentials: BTreeMap<CredentialName, Record>,
}

/// The catalogue of a state folder. Small, so that it is read anew for each question: nothing
/// can disagree with the file.
pub(crate) struct Catalogue {
    path: PathBuf,
    turn: Mutex<()>,
}

impl Catalogue {
    pub(crate) fn of(state_dir: &std::path::Path) -> Self {
        Self { path: state_dir.join(CATALOGUE_FILE), turn: Mutex::new(()) }
    }

    pub(crate) fn store(&self) -> Result<Option<StoreKind>, SecretError> {
        let _turn = self.turn();
        Ok(self.read()?.store)
    }

    pub(crate) fn set_store(&self, store: StoreKind) -> Result<(), SecretError> {
        self.change(|contents| {
            contents.store = Some(store);
            Ok(())
        })
    }

    pub(crate) fn record(&self, name: &CredentialName) -> Result<Option<Record>, SecretError> {
        let _turn = self.turn();
        Ok(self.read()?.credentials.remove(name))
    }

    pub(crate) fn records(&self) -> Result<BTreeMap<CredentialName, Record>, SecretError> {
        let _turn = self.turn();
        Ok(self.read()?.credentials)
    }

    pub(crate) fn put(&self, name: &CredentialName, record: Record) -> Result<(), SecretError> {
        self.change(|contents| {
            contents.credentials.insert(name.clone(), record);
            match contents.credentials.len() > CREDENTIALS_MAX {
                true => Err(SecretError::TooMany),
                false => Ok(()),
            }
        })
    }

    pub(crate) fn remove(&self, name: &CredentialName) -> Result<(), SecretError> {
        self.change(|contents| {
            contents.credentials.remove(name);
            Ok(())
        })
    }

    pub(crate) fn verified(
        &self,
        name: &CredentialName,
        verified: Verified,
    ) -> Result<(), SecretError> {
        self.change(|contents| {
            if let Some(record) = contents.credentials.get_mut(name) {
                record.verified = Some(verified);
            }
            Ok(())
        })
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> Result<Contents, SecretError> {
        let bytes = match std::fs::read(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Contents::default());
            }
            other => other.map_err(|error| file::problem(&self.path, &error))?,
        };
        serde_json::from_slice(&bytes).map_err(|error| SecretError::File {
            path: self.path.clone(),
            problem: format!("is damaged ({error}); it names credentials and holds none: mend it, or move it away and add them again"),
        })
    }

    fn change(
        &self,
        change: impl FnOnce(&mut Contents) -> Result<(), SecretError>,
    ) -> Result<(), SecretError> {
        let _turn = self.turn();
        let mut contents = self.read()?;
        change(&mut contents)?;
        let text = serde_json::to_vec_pretty(&contents)
            .map_err(|error| SecretError::Interrupted(error.to_string()))?;
        file::replace(&self.path, &text)
    }
}
