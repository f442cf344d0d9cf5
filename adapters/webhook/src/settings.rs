//! What can be configured, under `[adapters.<name>.settings]` and `[adapters.<name>.hooks.*]` of
//! the daemon.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::hook::Hook;

/// The port unless another is configured: the one after that of the OpenAI API.
const PORT: u16 = 18_791;
/// Most hooks of one adapter.
const HOOKS_MAX: usize = 200;
/// Most deliveries at once that can be configured.
const CALLS_MAX: usize = 1_024;
/// Most requests a minute from one address that can be configured.
const REMOTE_PER_MINUTE_MAX: u32 = 60_000;
/// Where the hooks stand in what the daemon hands over.
const HOOKS: &str = "hooks";

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Whether others than this machine may be listened to without TLS.
    pub allow_plain_http: bool,
    /// Names by which senders may call us beside the address, with or without a port.
    pub allowed_hosts: Vec<String>,
    /// Most deliveries that are worked on at once.
    pub calls_max: usize,
    /// Requests a minute from one address, good ones or not.
    pub remote_per_minute: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)),
            allow_plain_http: false,
            allowed_hosts: Vec::new(),
            calls_max: 64,
            remote_per_minute: 600,
        }
    }
}

impl Settings {
    /// Reads and checks the settings and the hooks.
    ///
    /// # Errors
    /// What is wrong, and what would be right.
    pub fn read(
        mut config: Map<String, Value>,
        credentials: &BTreeMap<String, String>,
    ) -> Result<(Self, BTreeMap<String, Hook>), String> {
        let hooks = match config.remove(HOOKS) {
            None => Map::new(),
            Some(Value::Object(hooks)) => hooks,
            Some(_) => return Err("`hooks` is not a table of tables".to_owned()),
        };
        let settings: Self = serde_path_to_error::deserialize(Value::Object(config))
            .map_err(|error| format!("the setting {error}"))?;
        settings.check()?;
        if hooks.len() > HOOKS_MAX {
            return Err(format!("there are {} hooks; at most {HOOKS_MAX} are kept", hooks.len()));
        }
        let read = |(name, table): (String, Value)| {
            let hook = Hook::read(&name, table, credentials);
            hook.map_err(|error| format!("hook `{name}`: {error}")).map(|hook| (name, hook))
        };
        let hooks = hooks.into_iter().map(read).collect::<Result<_, String>>()?;
        Ok((settings, hooks))
    }

    fn check(&self) -> Result<(), String> {
        if !(1..=CALLS_MAX).contains(&self.calls_max) {
            return Err(format!("`calls_max` must be between 1 and {CALLS_MAX}"));
        }
        if !(1..=REMOTE_PER_MINUTE_MAX).contains(&self.remote_per_minute) {
            return Err(format!(
                "`remote_per_minute` must be between 1 and {REMOTE_PER_MINUTE_MAX}"
            ));
        }
        if !self.listen.ip().is_loopback() && !self.allow_plain_http {
            return Err(format!(
                "`listen` is {}, which others reach, and there is no TLS here; listen on \
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
    use crate::hook::Kind;

    fn read(config: &Value) -> Result<(Settings, BTreeMap<String, Hook>), String> {
        let credentials = [
            ("github", "It's a Secret to Everybody"),
            ("wake", "0123456789abcdef"),
            ("short", "abc"),
            ("plain", "not base64!"),
        ];
        let credentials = credentials.map(|(name, text)| (name.to_owned(), text.to_owned()));
        Settings::read(config.as_object().unwrap().clone(), &credentials.into())
    }

    #[test]
    fn settings_and_hooks_are_read_whole_or_not_at_all() {
        let (settings, hooks) = read(&json!({})).unwrap();
        assert!(settings == Settings::default() && hooks.is_empty());
        let (settings, hooks) = read(&json!({
            "listen": "127.0.0.1:0",
            "hooks": {
                "github": { "verify": "github", "on": ["push"], "text": "{{ body.ref }}" },
                "wake": { "verify": "bearer", "sessions": ["main"] },
                "both": { "verify": "bearer", "secrets": ["wake", "github"], "kind": "agent" },
            },
        }))
        .unwrap();
        assert_eq!(settings.listen.port(), 0);
        assert_eq!(hooks["wake"].kind, Kind::Wake);
        assert_eq!(hooks["both"].verifier.secrets.len(), 2);
        assert_eq!(hooks["github"].verifier.tolerance_s, 300);
        assert!(!format!("{hooks:?}").contains("Everybody"), "a secret is shown");
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        let hook = |table: Value| json!({ "hooks": { "github": table } });
        for (config, part) in [
            (json!({ "lisen": "x" }), "lisen"),
            (json!({ "calls_max": 0 }), "calls_max"),
            (json!({ "listen": "0.0.0.0:1" }), "allow_plain_http = true"),
            (json!({ "hooks": { "a b": { "verify": "github" } } }), "a hook's name"),
            (json!({ "hooks": { "new": { "verify": "github" } } }), "new = \"credential:NAME\""),
            (hook(json!({})), "hook `github`: `verify` is missing"),
            (hook(json!({ "verify": "none" })), "verify"),
            (hook(json!({ "verify": "github", "secret": "x" })), "secret"),
            (hook(json!({ "verify": "github", "secrets": [] })), "between 1 and 8"),
            (hook(json!({ "verify": "github", "secrets": ["short"] })), "can be guessed"),
            (hook(json!({ "verify": "standard", "secrets": ["plain"] })), "whsec_"),
            (hook(json!({ "verify": "header" })), "X-Gitlab-Token"),
            (hook(json!({ "verify": "header", "header": "a b" })), "no name of a header"),
            (hook(json!({ "verify": "header", "header": "Host" })), "header of its own"),
            (hook(json!({ "verify": "github", "header": "x" })), "belongs to \"header\""),
            (hook(json!({ "verify": "github", "text": "{{ x }}" })), "`text`: `x` is not there"),
            (hook(json!({ "verify": "github", "tolerance_s": 0 })), "between 1 and 3600"),
            (hook(json!({ "verify": "github", "wait_s_max": 601 })), "between 0 and 600"),
            (hook(json!({ "verify": "github", "kind": "wake", "on": ["a"] })), "kind `wake`"),
        ] {
            let error = read(&config).unwrap_err();
            assert!(error.contains(part), "{config}: {error}");
            assert!(!error.contains("abc") && !error.contains("not base64!"), "{error}");
        }
    }
}
