//! Where and for whom an adapter listens, and its settings as a whole, which stand together under
//! `[adapters.<name>.settings]` of the daemon.

use std::net::{Ipv4Addr, SocketAddr};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Largest body that can be configured, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most calls at once that can be configured.
const CALLS_MAX: usize = 1_024;

/// Settings of one part: an object, whose default has every field.
pub trait Settings: Default + Serialize + DeserializeOwned {}

impl<T: Default + Serialize + DeserializeOwned> Settings for T {}

/// The settings of the listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listen {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Whether others than this machine may be listened to without TLS.
    pub allow_plain_http: bool,
    /// Names by which callers may call us beside the address, with or without a port.
    pub allowed_hosts: Vec<String>,
    /// Pages that may call from a browser, such as `https://app.example`; none unless named.
    pub allowed_origins: Vec<String>,
    /// Largest body of a request, in bytes.
    pub body_bytes_max: usize,
    /// Longest run, in milliseconds.
    pub request_timeout_ms: u64,
    /// Most calls that are worked on at once.
    pub calls_max: usize,
}

impl Listen {
    /// What counts unless it is set, on a port of this machine.
    #[must_use]
    pub fn on(port: u16) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            allow_plain_http: false,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            body_bytes_max: 20 * 1024 * 1024,
            // What the official clients of such APIs wait.
            request_timeout_ms: 600_000,
            calls_max: 64,
        }
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
        if self.request_timeout_ms == 0 {
            return Err("`request_timeout_ms` must be at least 1".to_owned());
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

/// Reads the settings of the listener, which are `listen` unless they are set, and those that are
/// the adapter's own.
///
/// # Errors
/// What is wrong, and what would be right.
pub fn read_settings<S: Settings>(
    mut config: Map<String, Value>,
    listen: &Listen,
) -> Result<(Listen, S), String> {
    let mut known = Vec::new();
    let listen: Listen = take(&mut config, listen, &mut known)?;
    let own: S = take(&mut config, &S::default(), &mut known)?;
    if let Some(unknown) = config.keys().next() {
        let known = known.join(", ");
        return Err(format!("there is no setting `{}`; there are {known}", unknown.escape_debug()));
    }
    listen.check()?;
    Ok((listen, own))
}

/// Takes the settings of one part out of `config`.
fn take<S: Serialize + DeserializeOwned>(
    config: &mut Map<String, Value>,
    default: &S,
    known: &mut Vec<String>,
) -> Result<S, String> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(default) else {
        return Err("the settings are not an object".to_owned());
    };
    for (name, value) in &mut fields {
        if let Some(set) = config.remove(name) {
            *value = set;
        }
        known.push(name.clone());
    }
    serde_path_to_error::deserialize(Value::Object(fields))
        .map_err(|error| format!("the setting {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Own {
        pause_ms: u64,
    }

    impl Default for Own {
        fn default() -> Self {
            Self { pause_ms: 5 }
        }
    }

    fn read(config: &Value) -> Result<(Listen, Own), String> {
        read_settings(config.as_object().unwrap().clone(), &Listen::on(1))
    }

    #[test]
    fn settings_are_read_whole_or_not_at_all() {
        assert_eq!(read(&json!({})).unwrap(), (Listen::on(1), Own::default()));
        let config = json!({ "listen": "127.0.0.1:0", "calls_max": 2, "pause_ms": 7 });
        let (listen, own) = read(&config).unwrap();
        assert_eq!((listen.listen.port(), listen.calls_max, own.pause_ms), (0, 2, 7));
        let wrong = [
            (json!({ "lisen": "x" }), "`lisen`; there are"),
            (json!({ "listen": "localhost" }), "listen"),
            (json!({ "calls_max": 0 }), "between 1 and"),
            (json!({ "body_bytes_max": 1_000_000_000 }), "body_bytes_max"),
            (json!({ "request_timeout_ms": 0 }), "at least 1"),
            (json!({ "pause_ms": -1 }), "pause_ms"),
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
