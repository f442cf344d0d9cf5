//! What is kept beside the database to check it by: the public keys and the latest checkpoint.
//! Whoever exchanges or cuts the database has to exchange these as well; whoever keeps a copy
//! of them elsewhere notices even that.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::checkpoint::AuditCheckpoint;
use super::key::AuditPublicKey;
use crate::error::LedgerError;
use crate::file::put_in_place;

/// The public keys, beside the database: one a line, its id before it.
pub const AUDIT_KEYS_FILE: &str = "audit.pub";
/// The latest checkpoint, beside the database.
pub const AUDIT_CHECKPOINT_FILE: &str = "audit.checkpoint";
/// Largest file of evidence, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// What a chain is checked against besides itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditEvidence {
    /// The keys that may have signed; empty leaves signatures unchecked.
    pub keys: Vec<AuditPublicKey>,
    /// The checkpoint that was noted outside the database.
    pub noted: Option<AuditCheckpoint>,
    /// Whether there must be a noted checkpoint once anything was signed.
    pub is_noting: bool,
}

impl AuditEvidence {
    /// Reads the evidence beside a database. A folder without keys, such as that of a backup,
    /// gives none.
    ///
    /// # Errors
    /// `Corrupt` when a file of it cannot be understood, `Unusable` when it cannot be read.
    pub fn beside(database: &Path) -> Result<Self, LedgerError> {
        let Some(text) = read(&beside(database, AUDIT_KEYS_FILE))? else {
            return Ok(Self::default());
        };
        let keys = keys(&text)?;
        let noted = Self::checkpoint(&beside(database, AUDIT_CHECKPOINT_FILE))?;
        Ok(Self { is_noting: !keys.is_empty(), keys, noted })
    }

    /// Reads a checkpoint that was noted in a file; `None` when there is no such file.
    ///
    /// # Errors
    /// `Corrupt` when it cannot be understood, `Unusable` when it cannot be read.
    pub fn checkpoint(file: &Path) -> Result<Option<AuditCheckpoint>, LedgerError> {
        let Some(text) = read(file)? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|error| {
            LedgerError::corrupt(format!("{} is no checkpoint: {error}", file.display()))
        })
    }

    /// Notes a checkpoint beside the database, over the one before. A note that this database
    /// contradicts is left in place, because it is the evidence.
    ///
    /// # Errors
    /// `DiskFull` or `Unusable` when the file cannot be written.
    pub fn note(database: &Path, checkpoint: &AuditCheckpoint) -> Result<(), LedgerError> {
        let text = serde_json::to_string_pretty(checkpoint)? + "\n";
        replace(&beside(database, AUDIT_CHECKPOINT_FILE), &text)
    }

    /// Adds a public key to those beside the database; true when it was not among them.
    ///
    /// # Errors
    /// `DiskFull` or `Unusable` when the file cannot be written.
    pub fn publish(database: &Path, key: &AuditPublicKey) -> Result<bool, LedgerError> {
        let file = beside(database, AUDIT_KEYS_FILE);
        let mut text = read(&file)?.unwrap_or_default();
        if keys(&text)?.contains(key) {
            return Ok(false);
        }
        text += &format!("{} {}\n", key.id(), key.to_hex());
        replace(&file, &text)?;
        Ok(true)
    }
}

fn beside(database: &Path, name: &str) -> PathBuf {
    database.with_file_name(name)
}

fn keys(text: &str) -> Result<Vec<AuditPublicKey>, LedgerError> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let key = |line: &str| {
        let key = AuditPublicKey::read(line.split_whitespace().last().unwrap_or_default())?;
        match line.starts_with(&key.id()) {
            true => Ok(key),
            false => Err(LedgerError::corrupt(format!(
                "{AUDIT_KEYS_FILE}: the id before a key does not belong to it"
            ))),
        }
    };
    lines.map(key).collect()
}

fn read(file: &Path) -> Result<Option<String>, LedgerError> {
    let mut text = String::new();
    match File::open(file) {
        Ok(handle) => handle.take(FILE_BYTES_MAX).read_to_string(&mut text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(LedgerError::io(file, &error)),
    }
    .map_err(|error| LedgerError::io(file, &error))?;
    Ok(Some(text))
}

/// Puts a file in place whole, or not at all.
fn replace(file: &Path, text: &str) -> Result<(), LedgerError> {
    let mut draft = file.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&draft).and_then(|mut handle| {
        handle.write_all(text.as_bytes())?;
        handle.sync_all()
    });
    written.and_then(|()| put_in_place(&draft, file)).map_err(|error| LedgerError::io(file, &error))
}
