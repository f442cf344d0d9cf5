//! The part of the configuration about updates.

use super::Finding;
use super::typed::Getter;

const HOUR_MS: u64 = 60 * 60 * 1_000;

/// Where new versions come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdatesConfig {
    /// Address of the signed manifest.
    pub endpoint: String,
    /// Public keys that may sign it.
    pub keys: Vec<String>,
    /// Time between two looks, in milliseconds; nothing where it is looked for by hand only.
    pub check_ms: Option<u64>,
    /// Whether an update is installed by itself as soon as nothing is at work.
    pub installs_when_idle: bool,
    /// How long a new version must be well before it stays, in milliseconds.
    pub trial_ms: u64,
}

/// Reads it; nothing where updates are off.
pub(super) fn updates(get: &Getter<'_>, errors: &mut Vec<Finding>) -> Option<UpdatesConfig> {
    let endpoint = get.text("updates.endpoint");
    if endpoint.is_empty() {
        return None;
    }
    let keys = get.texts("updates.keys");
    if keys.is_empty() {
        errors.push(Finding {
            line: get.line("updates.endpoint"),
            text:
                "`updates.endpoint` needs `updates.keys`, the minisign public keys that may sign \
                   releases: without them nobody could tell a release from a forgery"
                    .to_owned(),
        });
    }
    let check_hours = get.integer("updates.check_hours");
    Some(UpdatesConfig {
        endpoint,
        keys,
        check_ms: (check_hours > 0).then(|| check_hours.saturating_mul(HOUR_MS)),
        installs_when_idle: get.text("updates.install") == "when_idle",
        trial_ms: get.integer("updates.trial_s").saturating_mul(1_000),
    })
}
