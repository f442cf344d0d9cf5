//! The configuration: read whole, checked whole, then swapped in whole.
//!
//! Sources, each over the one before: defaults, `nexus.toml`, the environment
//! (`NEXUS__RUNTIME__PORT`), the command line. An unknown key is a warning with a suggestion; a
//! wrong value is an error with its line and what would be right.

mod authority;
mod budget;
mod constraint;
mod credentials;
mod environment;
mod keys;
mod model;
mod parse;
#[cfg(test)]
mod tests;
mod typed;

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use nexus_protocol::config::{ConfigSource, ConfigValue};

pub use credentials::{CredentialProgram, CredentialsConfig};
pub use environment::{Environment, home_from_environment};
pub use model::{ModelConfig, Price};
pub use typed::{
    AdapterConfig, AuditConfig, Config, HttpFetchConfig, LabelConfig, LogFormat, LoggingConfig,
    RuntimeConfig,
};

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

/// Reads and checks the configuration of a home.
///
/// # Errors
/// Every finding that makes it unusable; nothing is half applied.
pub fn load(
    path: &Path,
    environment: &Environment,
    flags: &[(&str, String)],
) -> Result<Loaded, Vec<Finding>> {
    let text = match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(vec![unreadable(path, &error)]),
        Ok(meta) if meta.len() > CONFIG_BYTES_MAX => {
            return Err(vec![Finding {
                line: None,
                text: format!(
                    "{} has {} bytes; a configuration has at most {CONFIG_BYTES_MAX}",
                    path.display(),
                    meta.len()
                ),
            }]);
        }
        Ok(_) => std::fs::read_to_string(path).map_err(|e| vec![unreadable(path, &e)])?,
    };
    parse_text(&text, path, environment, flags)
}

/// Checks configuration text; the pure half of [`load`].
///
/// # Errors
/// Every finding that makes it unusable.
pub fn parse_text(
    text: &str,
    path: &Path,
    environment: &Environment,
    flags: &[(&str, String)],
) -> Result<Loaded, Vec<Finding>> {
    let (mut values, mut warnings) = parse::file(text)?;
    let mut errors = Vec::new();
    for (key, value) in environment.settings() {
        parse::overlay(&mut values, &key, &value, ConfigSource::Environment, &mut errors);
    }
    for (key, value) in flags {
        parse::overlay(&mut values, key, value, ConfigSource::Flag, &mut errors);
    }
    let config = typed::build(&values, path, environment, &mut errors, &mut warnings);
    match errors.is_empty() {
        true => Ok(Loaded { config, warnings }),
        false => Err(errors),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Finding {
    Finding { line: None, text: format!("{} cannot be read: {error}", path.display()) }
}

/// The configuration in force; readers take a snapshot and keep it as long as they need.
pub struct ConfigHandle {
    path: PathBuf,
    environment: Environment,
    flags: Vec<(&'static str, String)>,
    current: RwLock<Arc<Config>>,
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
    /// Wraps a configuration that was loaded.
    #[must_use]
    pub fn new(
        path: PathBuf,
        environment: Environment,
        flags: Vec<(&'static str, String)>,
        config: Config,
    ) -> Self {
        Self { path, environment, flags, current: RwLock::new(Arc::new(config)) }
    }

    /// The configuration in force.
    #[must_use]
    pub fn current(&self) -> Arc<Config> {
        match self.current.read() {
            Ok(config) => Arc::clone(&config),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The environment as it was at start.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Reads the file again; nothing changes yet.
    ///
    /// # Errors
    /// The findings.
    pub fn read_again(&self) -> Result<Loaded, Vec<Finding>> {
        load(&self.path, &self.environment, &self.flags)
    }

    /// Swaps in what was read, and says what that changes.
    pub fn put_in_force(&self, loaded: Loaded) -> Reloaded {
        let old = self.current();
        let (changed, needs_restart) = differences(&old.values, &loaded.config.values);
        let fresh = Arc::new(loaded.config);
        match self.current.write() {
            Ok(mut current) => *current = fresh,
            Err(poisoned) => *poisoned.into_inner() = fresh,
        }
        let warnings = loaded.warnings.iter().map(ToString::to_string).collect();
        Reloaded { changed, needs_restart, warnings }
    }
}

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
