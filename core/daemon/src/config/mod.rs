//! The configuration: read whole, checked whole, then swapped in whole.
//!
//! Sources, each over the one before: defaults, `nexus.toml`, the environment
//! (`NEXUS__RUNTIME__PORT`), the command line. An unknown key is a warning with a suggestion; a
//! wrong value is an error with its line and what would be right.

mod adapter;
mod authority;
mod budget;
pub mod change;
mod constraint;
mod credentials;
mod edit;
mod environment;
pub mod explain;
mod expose;
pub mod file;
mod hook;
mod keys;
mod model;
pub mod offline;
mod overlay;
mod parse;
mod people;
mod schema;
mod start;
mod tailnet;
#[cfg(test)]
mod tests;
mod typed;
mod updates;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use nexus_protocol::config::ConfigValue;
use tokio::sync::watch;

pub use adapter::{AdapterConfig, AdapterRights};
pub use credentials::{CredentialProgram, CredentialsConfig};
pub use edit::{Edit, apply as edit};
pub use environment::{Environment, home_from_environment};
pub use expose::{Bind, ExposeConfig, Mdns, TlsConfig};
pub use file::FileText;
pub use hook::HookConfig;
pub use model::{ModelConfig, Price};
pub use overlay::Overlay;
pub use schema::{schema, schema_text};
pub use start::{Started, keep_last_good, sentence, start};
pub use tailnet::{Gives, TailnetLogin};
pub use typed::{
    AuditConfig, Config, HttpFetchConfig, LabelConfig, LogFormat, LoggingConfig, RuntimeConfig,
};
pub use updates::UpdatesConfig;

/// Largest `nexus.toml`, in bytes.
pub const CONFIG_BYTES_MAX: u64 = 1024 * 1024;

/// Something in the configuration that is wrong or not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Line in `nexus.toml`, counted from 1; `None` for values from elsewhere.
    pub line: Option<usize>,
    /// What, why, and what would be right.
    pub text: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// What reading the configuration came to.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// What nobody understood; the daemon works all the same.
    pub warnings: Vec<Finding>,
}

/// Reads and checks the configuration of a home. No file is an empty one.
///
/// # Errors
/// Every finding that makes it unusable; nothing is half applied.
pub fn load(path: &Path, overlay: &Overlay) -> Result<Loaded, Vec<Finding>> {
    let text = file::read(path).map_err(|finding| vec![finding])?;
    parse_text(&text.map(|text| text.text).unwrap_or_default(), path, overlay)
}

/// Checks configuration text; the pure half of [`load`].
///
/// # Errors
/// Every finding that makes it unusable.
pub fn parse_text(text: &str, path: &Path, overlay: &Overlay) -> Result<Loaded, Vec<Finding>> {
    let (mut values, mut warnings) = parse::file(text)?;
    let mut errors = Vec::new();
    overlay.put_over(&mut values, &mut errors);
    let config = typed::build(&values, path, overlay.environment(), &mut errors, &mut warnings);
    match errors.is_empty() {
        true => Ok(Loaded { config, warnings }),
        false => Err(errors),
    }
}

/// The configuration in force; readers take a snapshot and keep it as long as they need.
pub struct ConfigHandle {
    path: PathBuf,
    overlay: Overlay,
    current: RwLock<Arc<Config>>,
    /// The values that only a restart changes, as they were at start.
    at_start: Vec<ConfigValue>,
    standing: Mutex<Standing>,
    /// Held while the configuration is changed, so that changes follow each other.
    pub gate: tokio::sync::Mutex<()>,
    /// Rises with each change.
    version: watch::Sender<u64>,
}

/// How the file stands to what is in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Digest of the text that is in force.
    pub hash: String,
    /// What is wrong with the file of today, if it was refused, and its digest where it has one.
    pub refused: Option<(String, Option<String>)>,
    /// Whether the daemon runs in safe mode, where adapters are off.
    pub safe_mode: Option<SafeMode>,
}

/// Why a daemon runs in safe mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SafeMode {
    /// Its own configuration could not be used at the start.
    Broken,
    /// It was started so.
    Ordered,
}

/// What a reload changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// Keys that changed and are in force.
    pub changed: Vec<String>,
    /// Keys that changed and need a restart.
    pub needs_restart: Vec<String>,
    /// What nobody understood.
    pub warnings: Vec<String>,
}

impl ConfigHandle {
    /// Has no adapter be started, as long as this daemon runs.
    pub fn order_safe_mode(&self) {
        self.standing().safe_mode.get_or_insert(SafeMode::Ordered);
    }

    /// Wraps what a daemon starts with.
    #[must_use]
    pub fn new(path: PathBuf, overlay: Overlay, started: Started) -> Self {
        let config = started.loaded.config;
        let at_start = config.values.iter().filter(|value| value.needs_restart).cloned().collect();
        let standing = Standing {
            hash: started.hash,
            safe_mode: started.safe_mode.is_some().then_some(SafeMode::Broken),
            refused: started.safe_mode.map(|why| (why, None)),
        };
        Self {
            path,
            overlay,
            current: RwLock::new(Arc::new(config)),
            at_start,
            standing: Mutex::new(standing),
            gate: tokio::sync::Mutex::default(),
            version: watch::Sender::new(0),
        }
    }

    /// The configuration in force.
    #[must_use]
    pub fn current(&self) -> Arc<Config> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The environment as it was at start.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        self.overlay.environment()
    }

    /// What is said beside the file.
    #[must_use]
    pub fn overlay(&self) -> &Overlay {
        &self.overlay
    }

    /// How the file stands to what is in force.
    pub fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of each change.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Keys that were changed since the start and wait for a restart.
    #[must_use]
    pub fn pending_restart(&self) -> Vec<String> {
        let current = self.current();
        let fixed: Vec<_> =
            current.values.iter().filter(|value| value.needs_restart).cloned().collect();
        differences(&self.at_start, &fixed).1
    }

    /// Reads the file again; nothing changes yet. At start a home without the file gets one; a
    /// file that vanishes later was not meant to set everything back.
    ///
    /// # Errors
    /// The findings, with the digest of the text where there is one.
    pub fn read_again(&self) -> Result<(Loaded, FileText), (Vec<Finding>, Option<String>)> {
        let file = file::read(&self.path).map_err(|finding| (vec![finding], None))?;
        let Some(file) = file else {
            let text = format!(
                "{} is gone; put it back, the last good one is state/nexus.last-good.toml",
                self.path.display()
            );
            return Err((vec![Finding { line: None, text }], None));
        };
        match parse_text(&file.text, &self.path, &self.overlay) {
            Ok(loaded) => Ok((loaded, file)),
            Err(findings) => Err((findings, Some(file.hash))),
        }
    }

    /// Swaps in what was read, and says what that changes.
    pub fn put_in_force(&self, loaded: Loaded, hash: String) -> Reloaded {
        let old = self.current();
        let (changed, needs_restart) = differences(&old.values, &loaded.config.values);
        let fresh = Arc::new(loaded.config);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        let mut standing = self.standing();
        standing.hash = hash;
        standing.refused = None;
        drop(standing);
        self.version.send_modify(|version| *version += 1);
        let warnings = loaded.warnings.iter().map(ToString::to_string).collect();
        Reloaded { changed, needs_restart, warnings }
    }
}

/// Keys that differ between two sets of values: those that a running daemon takes over, and those
/// that need a restart.
fn differences(old: &[ConfigValue], new: &[ConfigValue]) -> (Vec<String>, Vec<String>) {
    let value_in = |list: &[ConfigValue], key: &str| {
        list.iter().find(|v| v.key == key).map(|v| v.value.clone())
    };
    let gone = old.iter().filter(|o| !new.iter().any(|n| n.key == o.key));
    let differing =
        new.iter().filter(|n| value_in(old, &n.key) != Some(n.value.clone())).chain(gone);
    let (restart, live): (Vec<_>, Vec<_>) = differing.partition(|value| value.needs_restart);
    let keys = |values: Vec<&ConfigValue>| values.iter().map(|v| v.key.clone()).collect();
    (keys(live), keys(restart))
}
