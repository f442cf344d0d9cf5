//! The environment, read once at start. Nothing else in the daemon reads it.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Variables the daemon looks at, as they were when it started.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.variables.keys()).finish()
    }
}

impl Environment {
    /// Reads the environment of the process.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one home of the environment")]
    pub fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { variables }
    }

    /// An environment made by hand, for tests.
    #[must_use]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { variables: pairs.iter().map(own).collect() }
    }

    /// The value of a variable; empty counts as unset.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Every variable with its value, by name.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The home folder of the user.
    pub(super) fn user_home(&self) -> Option<PathBuf> {
        self.get("HOME").or_else(|| self.get("USERPROFILE")).map(PathBuf::from)
    }

    /// Settings given as `NEXUS__RUNTIME__PORT=1234`, as (`runtime.port`, `1234`).
    pub(super) fn settings(&self) -> Vec<(String, String)> {
        self.variables
            .iter()
            .filter_map(|(name, value)| {
                let key = name.strip_prefix("NEXUS__")?.to_ascii_lowercase().replace("__", ".");
                Some((key, value.clone()))
            })
            .collect()
    }
}

/// The home folder: the flag, `NEXUS_ROOT`, or `~/nexus`.
///
/// # Errors
/// A sentence for people when none of the three is known.
pub fn home_from_environment(
    flag: Option<PathBuf>,
    environment: &Environment,
) -> Result<PathBuf, String> {
    if let Some(home) = flag {
        return Ok(home);
    }
    if let Some(root) = environment.get("NEXUS_ROOT") {
        return Ok(PathBuf::from(root));
    }
    match environment.user_home() {
        Some(folder) => Ok(folder.join("nexus")),
        None => Err("the home folder is unknown: set NEXUS_ROOT or HOME, or give --home".into()),
    }
}
