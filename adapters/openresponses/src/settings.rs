//! What can be configured beside the listener, under `[adapters.<name>.settings]` of the daemon.

use std::time::Duration;

use nexus_ingress::{Listen, read_settings};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::store::Limits;

/// The port unless another is configured.
const PORT: u16 = 18_792;
/// Most MiB that can be configured for what is kept.
const STORE_MIB_MAX: u32 = 1024 * 1024;

/// The settings of the listener unless they are set.
pub(crate) fn listen() -> Listen {
    Listen::on(PORT)
}

/// What is our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Silence in a stream before something keeps it open.
    pub(crate) keep_alive: Duration,
    /// Longest run in the background, in milliseconds.
    pub(crate) background_timeout_ms: u64,
    /// Most WebSockets that are open at once.
    pub(crate) sockets_max: usize,
    /// How much is kept.
    pub(crate) limits: Limits,
}

#[derive(Serialize, Deserialize)]
struct Own {
    keep_alive_ms: u64,
    background_timeout_ms: u64,
    sockets_max: usize,
    responses_max: u32,
    store_mib_max: u32,
    store_days_max: u32,
}

impl Default for Own {
    fn default() -> Self {
        Self {
            keep_alive_ms: 15_000,
            background_timeout_ms: 24 * 60 * 60 * 1_000,
            sockets_max: 64,
            responses_max: 10_000,
            store_mib_max: 512,
            store_days_max: 30,
        }
    }
}

/// Reads the settings.
///
/// # Errors
/// What is wrong, and what would be right.
pub(crate) fn read(config: Map<String, Value>) -> Result<(Listen, Settings), String> {
    let (listen, own) = read_settings::<Own>(config, &listen())?;
    let numbers = [
        ("keep_alive_ms", own.keep_alive_ms),
        ("background_timeout_ms", own.background_timeout_ms),
        ("responses_max", own.responses_max.into()),
        ("store_days_max", own.store_days_max.into()),
    ];
    if let Some((name, _)) = numbers.iter().find(|(_, number)| *number == 0) {
        return Err(format!("`{name}` must be at least 1"));
    }
    if !(1..=STORE_MIB_MAX).contains(&own.store_mib_max) {
        return Err(format!("`store_mib_max` must be between 1 and {STORE_MIB_MAX}"));
    }
    let limits = Limits {
        responses_max: own.responses_max,
        store_mib_max: own.store_mib_max,
        store_days_max: own.store_days_max,
    };
    let settings = Settings {
        keep_alive: Duration::from_millis(own.keep_alive_ms),
        background_timeout_ms: own.background_timeout_ms,
        sockets_max: own.sockets_max,
        limits,
    };
    Ok((listen, settings))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_is_kept_without_a_bound() {
        let read = |config: Value| read(config.as_object().unwrap().clone());
        let (listened, settings) = read(json!({})).unwrap();
        assert_eq!((listened, settings.limits.store_days_max), (listen(), 30));
        for name in ["keep_alive_ms", "responses_max", "store_mib_max", "store_days_max"] {
            assert!(read(json!({ name: 0 })).unwrap_err().contains(name));
        }
        assert!(read(json!({ "sockets_max": -1 })).unwrap_err().contains("sockets_max"));
    }
}
