//! What can be configured beside the listener, under `[adapters.<name>.settings]` of the daemon.

use std::time::Duration;

use nexus_ingress::{Listen, read_settings};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The port unless another is configured: the one after the control plane's.
const PORT: u16 = 18_790;

/// The settings of the listener unless they are set.
pub(crate) fn listen() -> Listen {
    Listen::on(PORT)
}

#[derive(Serialize, Deserialize)]
struct Own {
    /// Silence in a stream before a comment keeps it open, in milliseconds.
    keep_alive_ms: u64,
}

impl Default for Own {
    fn default() -> Self {
        Self { keep_alive_ms: 15_000 }
    }
}

/// Reads the settings of the listener, and how long a stream may be silent before a comment keeps
/// it open.
///
/// # Errors
/// What is wrong, and what would be right.
pub(crate) fn read(config: Map<String, Value>) -> Result<(Listen, Duration), String> {
    let (listen, own) = read_settings::<Own>(config, &listen())?;
    if own.keep_alive_ms == 0 {
        return Err("`keep_alive_ms` must be at least 1".to_owned());
    }
    Ok((listen, Duration::from_millis(own.keep_alive_ms)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_stream_is_kept_open_by_something() {
        let read = |config: Value| read(config.as_object().unwrap().clone());
        assert_eq!(read(json!({})).unwrap(), (listen(), Duration::from_secs(15)));
        assert!(read(json!({ "keep_alive_ms": 0 })).unwrap_err().contains("at least 1"));
    }
}
