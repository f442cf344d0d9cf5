//! What can be configured, under `[adapters.<name>.settings]` of the daemon.

use std::net::{Ipv4Addr, SocketAddr};

use serde::Deserialize;
use serde_json::{Map, Value};

/// The port unless another is configured: the one after the control plane's.
const PORT: u16 = 18_790;
/// Largest body that can be configured, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most calls at once that can be configured.
const CALLS_MAX: usize = 1_024;

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Address and port to listen on.
    pub(crate) listen: SocketAddr,
    /// Whether others than this machine may be listened to without TLS.
    pub(crate) allow_plain_http: bool,
    /// Names by which callers may call us beside the address, with or without a port.
    pub(crate) allowed_hosts: Vec<String>,
    /// Pages that may call from a browser, such as `https://app.example`; none unless named.
    pub(crate) allowed_origins: Vec<String>,
    /// Largest body of a request, in bytes.
    pub(crate) body_bytes_max: usize,
    /// Longest run, in milliseconds.
    pub(crate) request_timeout_ms: u64,
    /// Most calls that are worked on at once.
    pub(crate) calls_max: usize,
    /// Silence in a stream before a comment keeps it open, in milliseconds.
    pub(crate) keep_alive_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)),
            allow_plain_http: false,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            body_bytes_max: 20 * 1024 * 1024,
            // What the official clients wait.
            request_timeout_ms: 600_000,
            calls_max: 64,
            keep_alive_ms: 15_000,
        }
    }
}

impl Settings {
    /// Reads and checks the settings.
    ///
    /// # Errors
    /// What is wrong, and what would be right.
    pub(crate) fn read(config: Map<String, Value>) -> Result<Self, String> {
        let settings: Self = serde_path_to_error::deserialize(Value::Object(config))
            .map_err(|error| format!("the setting {error}"))?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), String> {
        let bounds = [
            ("body_bytes_max", self.body_bytes_max, BODY_BYTES_MAX),
            ("calls_max", self.calls_max, CALLS_MAX),
        ];
        for (name, value, max) in bounds {
            if !(1..=max).contains(&value) {
                return Err(format!("`{name}` must be between 1 and {max}, it is {value}"));
            }
        }
        if self.request_timeout_ms == 0 || self.keep_alive_ms == 0 {
            return Err("`request_timeout_ms` and `keep_alive_ms` must be at least 1".to_owned());
        }
        if !self.listen.ip().is_loopback() && !self.allow_plain_http {
            return Err(format!(
                "`listen` is {}, which others reach, and keys would travel readable; listen on \
                 127.0.0.1 behind a proxy that brings TLS, or set `allow_plain_http = true`",
                self.listen
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(config: &Value) -> Result<Settings, String> {
        Settings::read(config.as_object().unwrap().clone())
    }

    #[test]
    fn settings_are_read_whole_or_not_at_all() {
        assert_eq!(read(&json!({})).unwrap(), Settings::default());
        let settings = read(&json!({ "listen": "127.0.0.1:0", "calls_max": 2 })).unwrap();
        assert_eq!((settings.listen.port(), settings.calls_max), (0, 2));
        let wrong = [
            (json!({ "lisen": "x" }), "lisen"),
            (json!({ "listen": "localhost" }), "listen"),
            (json!({ "calls_max": 0 }), "between 1 and"),
            (json!({ "body_bytes_max": 1_000_000_000 }), "body_bytes_max"),
            (json!({ "keep_alive_ms": 0 }), "at least 1"),
        ];
        for (config, part) in wrong {
            let error = read(&config).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn others_are_listened_to_only_on_purpose() {
        let error = read(&json!({ "listen": "0.0.0.0:18790" })).unwrap_err();
        assert!(error.contains("allow_plain_http = true"), "{error}");
        read(&json!({ "listen": "0.0.0.0:18790", "allow_plain_http": true })).unwrap();
        read(&json!({ "listen": "[::1]:1" })).unwrap();
    }
}
