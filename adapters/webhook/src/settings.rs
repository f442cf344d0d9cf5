//! What can be configured, under `[adapters.<name>.settings]` and `[adapters.<name>.hooks.*]` of
//! the daemon.

use std::collections::BTreeMap;

use nexus_ingress::{Listen, read_settings};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::hook::Hook;

/// The port unless another is configured: the one after that of the OpenAI API.
const PORT: u16 = 18_791;
/// Largest body unless another is configured, in bytes.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// Most hooks of one adapter.
const HOOKS_MAX: usize = 200;
/// Most requests a minute from one address that can be configured.
const REMOTE_PER_MINUTE_MAX: u32 = 60_000;
/// Where the hooks stand in what the daemon hands over.
const HOOKS: &str = "hooks";

/// The settings of the listener unless they are set.
pub(crate) fn listen() -> Listen {
    Listen { body_bytes_max: BODY_BYTES_MAX, ..Listen::on(PORT) }
}

/// What can be configured beside the listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Own {
    /// Requests a minute from one address, good ones or not.
    remote_per_minute: u32,
}

impl Default for Own {
    fn default() -> Self {
        Self { remote_per_minute: 600 }
    }
}

/// The settings.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Where and for whom it listens.
    pub(crate) listen: Listen,
    /// Requests a minute from one address, good ones or not.
    pub(crate) remote_per_minute: u32,
    /// The hooks, by name.
    pub(crate) hooks: BTreeMap<String, Hook>,
}

impl Settings {
    /// Reads and checks the settings and the hooks.
    ///
    /// # Errors
    /// What is wrong, and what would be right.
    pub(crate) fn read(
        mut config: Map<String, Value>,
        credentials: &BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let hooks = match config.remove(HOOKS) {
            None => Map::new(),
            Some(Value::Object(hooks)) => hooks,
            Some(_) => return Err("`hooks` is not a table of tables".to_owned()),
        };
        let (listen, own) = read_settings::<Own>(config, &listen())?;
        let remote_per_minute = own.remote_per_minute;
        if !(1..=REMOTE_PER_MINUTE_MAX).contains(&remote_per_minute) {
            return Err(format!(
                "`remote_per_minute` must be between 1 and {REMOTE_PER_MINUTE_MAX}"
            ));
        }
        if hooks.len() > HOOKS_MAX {
            return Err(format!("there are {} hooks; at most {HOOKS_MAX} are kept", hooks.len()));
        }
        let read = |(name, table): (String, Value)| {
            let hook = Hook::read(&name, table, credentials);
            hook.map_err(|error| format!("hook `{name}`: {error}")).map(|hook| (name, hook))
        };
        let hooks = hooks.into_iter().map(read).collect::<Result<_, String>>()?;
        Ok(Self { listen, remote_per_minute, hooks })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::hook::Kind;

    fn read(config: &Value) -> Result<Settings, String> {
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
        let settings = read(&json!({})).unwrap();
        assert_eq!(settings.listen, listen());
        assert!(settings.hooks.is_empty() && settings.remote_per_minute == 600);
        let Settings { listen, hooks, .. } = read(&json!({
            "listen": "127.0.0.1:0",
            "hooks": {
                "github": { "verify": "github", "on": ["push"], "text": "{{ body.ref }}" },
                "wake": { "verify": "bearer", "sessions": ["main"] },
                "both": { "verify": "bearer", "secrets": ["wake", "github"], "kind": "agent" },
            },
        }))
        .unwrap();
        assert_eq!(listen.listen.port(), 0);
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
            (json!({ "remote_per_minute": 0 }), "remote_per_minute"),
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
