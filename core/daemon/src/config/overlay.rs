//! What is said beside the file: the environment, and over it the command line.

use nexus_protocol::config::ConfigSource;

use super::{Environment, Finding, parse};

/// Settings from the environment and the command line, as they were at start.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    environment: Environment,
    flags: Vec<(&'static str, String)>,
}

/// One setting of the overlay.
pub(super) struct Setting {
    pub(super) parts: Vec<String>,
    pub(super) text: String,
    pub(super) source: ConfigSource,
    /// The variable, or the option.
    pub(super) name: String,
}

impl Overlay {
    /// An overlay of an environment, and of keys given on the command line.
    #[must_use]
    pub fn new(environment: Environment, flags: Vec<(&'static str, String)>) -> Self {
        Self { environment, flags }
    }

    /// The environment.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Every setting, the one that counts first.
    pub(super) fn settings(&self) -> impl Iterator<Item = Setting> {
        let parts = |key: &str| key.split('.').map(str::to_owned).collect();
        let flags = self.flags.iter().map(move |(key, text)| Setting {
            parts: parts(key),
            text: text.clone(),
            source: ConfigSource::Flag,
            name: format!("--{}", key.rsplit('.').next().unwrap_or(key)),
        });
        let variables = self.environment.settings().into_iter().map(move |(key, text)| Setting {
            source: ConfigSource::Environment,
            name: format!("NEXUS__{}", key.replace('.', "__").to_ascii_uppercase()),
            parts: parts(&key),
            text,
        });
        flags.chain(variables)
    }

    /// Puts the settings over the values of the file.
    pub(super) fn put_over(&self, values: &mut parse::Values, errors: &mut Vec<Finding>) {
        for (key, value) in self.environment.settings() {
            parse::overlay(values, &key, &value, ConfigSource::Environment, errors);
        }
        for (key, value) in &self.flags {
            parse::overlay(values, key, value, ConfigSource::Flag, errors);
        }
    }
}
