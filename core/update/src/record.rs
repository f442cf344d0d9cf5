//! What became of the latest update, in a file of the home, so that it outlives every process that
//! takes part.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::{Installation, UpdateError};

/// Where it is, below the home.
const FILE: &str = "state/update.json";
/// Longest record, in bytes.
const RECORD_BYTES_MAX: u64 = 64 * 1024;

/// What became of the latest update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The version that was installed.
    pub version: Version,
    /// The version before.
    pub from: Version,
    /// What was replaced.
    pub installation: Installation,
    /// What the program is started with.
    pub args: Vec<String>,
    /// Time it has to come up, in milliseconds.
    pub start_ms: u64,
    /// Time it must be well, in milliseconds.
    pub trial_ms: u64,
    /// Whether the version before can still read the ledger.
    pub can_return: bool,
    /// How it went.
    pub verdict: Verdict,
    /// Whether the person was told.
    pub is_told: bool,
}

/// How an update went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is not known yet.
    Trial,
    /// It is well.
    Kept,
    /// It was not, and the version before runs again. Why, in words.
    TakenBack(String),
    /// It was not, and the version before cannot read the ledger any more. Why, in words.
    Stuck(String),
}

impl Record {
    /// The record of a home; nothing where there was no update, or where it cannot be read.
    #[must_use]
    pub fn read(home: &Path) -> Option<Self> {
        let path = home.join(FILE);
        if path.metadata().ok()?.len() > RECORD_BYTES_MAX {
            return None;
        }
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    /// Writes it; a crash leaves the old one or the new one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, home: &Path) -> Result<(), UpdateError> {
        let path = home.join(FILE);
        let part = path.with_extension("part");
        let bytes = serde_json::to_vec_pretty(self)
            .map_err(|error| UpdateError::File { path: path.clone(), why: error.to_string() })?;
        let written = || {
            let mut file = std::fs::File::create(&part)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            std::fs::rename(&part, &path)
        };
        written().map_err(UpdateError::file(path))
    }

    /// Where it would be.
    #[must_use]
    pub fn path(home: &Path) -> PathBuf {
        home.join(FILE)
    }
}

/// The trial of the version that runs, seen from within.
#[derive(Clone, Debug)]
pub struct Trial {
    home: PathBuf,
    /// Time it must be well, in milliseconds.
    pub trial_ms: u64,
}

impl Trial {
    /// The trial that a home is in.
    #[must_use]
    pub fn of(home: &Path) -> Option<Self> {
        let record = Record::read(home)?;
        let is_on = record.verdict == Verdict::Trial;
        is_on.then(|| Self { home: home.to_owned(), trial_ms: record.trial_ms })
    }

    /// Says that the new version is well; from now on it is the one that stays.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn pass(&self) -> Result<(), UpdateError> {
        match Record::read(&self.home) {
            Some(record) if record.verdict == Verdict::Trial => {
                Record { verdict: Verdict::Kept, ..record }.write(&self.home)
            }
            _ => Ok(()),
        }
    }
}
