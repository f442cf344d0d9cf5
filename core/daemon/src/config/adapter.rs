//! Adapters, as they are configured.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use super::Finding;
use super::credentials::{Place, check_pointer};
use super::environment::Environment;
use super::hook::{self, HookConfig};
use super::typed::Getter;

/// An adapter as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterConfig {
    /// The name the person gave it.
    pub name: String,
    /// Program and arguments.
    pub command: Vec<String>,
    /// The account it serves.
    pub account: String,
    /// Where its credential is, as a pointer.
    pub credential: Option<String>,
    /// Where further credentials are, as pointers by the names it is handed them under.
    pub credentials: BTreeMap<String, String>,
    /// Hooks that it takes in.
    pub hooks: Vec<HookConfig>,
    /// Its own settings, handed to it as they are, but for texts `credential:NAME`: those are
    /// handed over as the value of that credential.
    pub settings: serde_json::Map<String, Value>,
    /// Whether it is started.
    pub enabled: bool,
    /// What it may reach and use.
    pub rights: AdapterRights,
}

/// What the owner lets an adapter reach and use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdapterRights {
    /// Whether it is confined at all.
    pub confine: bool,
    /// Folders and files besides its own that it may read.
    pub read: Vec<PathBuf>,
    /// Folders besides its own that it may write.
    pub write: Vec<PathBuf>,
    /// Memory, in MiB.
    pub memory_mib_max: u64,
    /// Events a second that it may hand in for long.
    pub events_per_s_max: u32,
}

/// The adapters; what cannot be used goes to `errors`.
pub(super) fn adapters(
    get: &Getter<'_>,
    environment: &Environment,
    errors: &mut Vec<Finding>,
    warnings: &mut Vec<Finding>,
) -> Vec<AdapterConfig> {
    let mut adapters = Vec::new();
    let mut hooks_taken = BTreeMap::new();
    for name in get.names("adapters") {
        let at = |key: &str| ["adapters", name.as_str(), key].map(str::to_owned).to_vec();
        let command = get.texts_at(&at("command"));
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(is_plain) {
            // It names a folder and a file, too.
            let text = format!(
                "`{}` cannot be an adapter's name: letters, digits, - and _",
                name.escape_debug()
            );
            errors.push(Finding { line: None, text });
            continue;
        }
        if command.is_empty() {
            let text = format!("`adapters.{name}` has no `command`");
            errors.push(Finding { line: None, text });
            continue;
        }
        let account = get.at(&at("account")).and_then(|v| v.as_str().map(str::to_owned));
        let credential = get.at(&at("credential")).and_then(|v| v.as_str().map(str::to_owned));
        if let Some(text) = &credential {
            let line = get.line_at(&at("credential"));
            let place = Place { setting: format!("adapters.{name}.credential"), line };
            check_pointer(&place, text, environment, errors, warnings);
        }
        let credentials = hook::credentials(get, &name, environment, errors, warnings);
        let hooks = hook::hooks(get, &name, &mut hooks_taken, errors);
        let settings = get.at(&at("settings")).and_then(|v| v.as_object().cloned());
        let is_on = |key: &str| get.at(&at(key)).is_none_or(|v| v.as_bool() != Some(false));
        let paths = |key: &str| get.texts_at(&at(key)).into_iter().map(PathBuf::from).collect();
        let rights = AdapterRights {
            confine: is_on("confine"),
            read: paths("read"),
            write: paths("write"),
            memory_mib_max: get.integer_at(&at("memory_mib_max")),
            events_per_s_max: u32::try_from(get.integer_at(&at("events_per_s_max")))
                .unwrap_or(u32::MAX),
        };
        adapters.push(AdapterConfig {
            command,
            account: account.unwrap_or_default(),
            credential,
            credentials,
            hooks,
            settings: settings.unwrap_or_default(),
            enabled: is_on("enabled"),
            rights,
            name,
        });
    }
    adapters
}
