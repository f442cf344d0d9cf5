//! One log for each adapter, beside the daemon's own, with an end to its growth.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use nexus_agent::port::Clock;
use nexus_secrets::Redactor;

use crate::logging::RotatingFile;

/// Size at which a log is put aside, in bytes; so many are kept as of the daemon's own.
const LOG_BYTES_MAX: u64 = 2 * 1024 * 1024;

/// The logs of all adapters.
pub(super) struct Logs {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    redactor: Redactor,
    files: Mutex<BTreeMap<String, RotatingFile>>,
}

impl Logs {
    pub(super) fn new(logs: &Path, clock: Arc<dyn Clock>, redactor: Redactor) -> Self {
        Self { folder: logs.join("adapters"), clock, redactor, files: Mutex::default() }
    }

    /// The file of an adapter, by its name in nexus.toml.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    /// Writes a line; without what is secret. `child` is the name that the supervisor uses.
    pub(super) fn write(&self, child: &str, source: &str, line: &str) {
        let name = child.rsplit_once('/').map_or(child, |(name, _)| name);
        let at = crate::logging::rfc3339(self.clock.now());
        let text: String =
            line.chars().map(|c| if c.is_control() && c != '\t' { ' ' } else { c }).collect();
        let line = format!("{at} {source:<10} {}\n", self.redactor.clean(&text));
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if !files.contains_key(name) {
            match self.open(name) {
                Ok(file) => drop(files.insert(name.to_owned(), file)),
                Err(error) => tracing::warn!(%error, name, "an adapter's log cannot be opened"),
            }
        }
        if let Some(file) = files.get_mut(name)
            && let Err(error) = file.write_all(line.as_bytes())
        {
            tracing::warn!(%error, name, "an adapter's log cannot be written");
        }
    }

    fn open(&self, name: &str) -> std::io::Result<RotatingFile> {
        std::fs::create_dir_all(&self.folder)?;
        RotatingFile::open(self.path(name), LOG_BYTES_MAX)
    }
}
