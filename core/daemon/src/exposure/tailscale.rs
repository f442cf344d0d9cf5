//! Tailscale, by its own program: it brings the name, the certificate and the encryption, and hands
//! what comes over to our address on loopback.

use std::path::PathBuf;
use std::sync::Arc;

use nexus_domain::Failure;
use nexus_supervisor::{Once, OnceError, run_once};
use serde::Deserialize;

use crate::clock::SupervisorClock;
use crate::context::Context;

/// Time that one run of the program has, in milliseconds.
const RUN_MS_MAX: u64 = 15_000;
/// Most that it may write, in bytes.
const OUTPUT_BYTES_MAX: usize = 1024 * 1024;
/// The port that the tailnet is served on.
const PORT: u16 = 443;

/// The program of Tailscale.
pub(super) struct Tailscale {
    command: String,
    environment: Vec<(String, String)>,
    folder: PathBuf,
    clock: Arc<SupervisorClock>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    #[serde(default)]
    backend_state: String,
    #[serde(rename = "Self")]
    own: Option<Own>,
}

#[derive(Deserialize)]
struct Own {
    #[serde(rename = "DNSName", default)]
    dns_name: String,
}

impl Tailscale {
    pub(super) fn of(context: &Context) -> Self {
        let environment = context.config.environment();
        let variables = ["PATH", "HOME", "SYSTEMROOT"];
        let variables = variables.iter().filter_map(|name| {
            environment.get(name).map(|value| ((*name).to_owned(), value.to_owned()))
        });
        Self {
            command: context.config.current().expose.tailscale_command.clone(),
            environment: variables.collect(),
            folder: context.home.state(),
            clock: Arc::new(SupervisorClock(Arc::clone(&context.clock))),
        }
    }

    /// The name of this machine in its tailnet.
    ///
    /// # Errors
    /// `Unavailable` when the program is not there, or the machine is in no tailnet.
    pub(super) async fn name(&self) -> Result<String, Failure> {
        let status: Status = self.ask(&["status", "--json", "--peers=false"]).await?;
        let name = status.own.map(|own| own.dns_name.trim_end_matches('.').to_ascii_lowercase());
        match (status.backend_state.as_str(), name) {
            ("Running", Some(name)) if is_host_name(&name) => Ok(name),
            ("Running", _) => Err(Failure::unavailable("this machine has no name in its tailnet")
                .hint("turn on MagicDNS and HTTPS in the admin console of Tailscale")),
            (state, _) => {
                let state: String = state.chars().filter(char::is_ascii_alphanumeric).collect();
                Err(Failure::unavailable(format!("Tailscale is not connected ({state})"))
                    .hint("run: tailscale up"))
            }
        }
    }

    /// Whom the root of our port in the tailnet is handed on to, if anybody.
    ///
    /// # Errors
    /// `Unavailable` when the program is not there or says something else.
    pub(super) async fn served(&self, name: &str) -> Result<Option<String>, Failure> {
        let config: serde_json::Value = self.ask(&["serve", "status", "--json"]).await?;
        let handler = &config["Web"][format!("{name}:{PORT}")]["Handlers"]["/"];
        let target = handler["Proxy"].as_str().map(str::to_owned);
        Ok(target.or_else(|| handler.is_object().then(|| "something else".to_owned())))
    }

    /// Hands what comes over the tailnet on to us.
    ///
    /// # Errors
    /// `Unavailable` when the program refuses, `Conflict` when somebody else is served there.
    pub(super) async fn serve(&self, name: &str, target: &str) -> Result<(), Failure> {
        match self.served(name).await? {
            Some(present) if present == target => return Ok(()),
            // A port of ours from before, on which nobody listens any more.
            Some(present) if present.starts_with("http://127.0.0.1:") => {}
            Some(present) => {
                return Err(Failure::conflict(format!(
                    "https://{name} is served already, from {present}, and is left alone"
                ))
                .hint(format!("free it: tailscale serve --https={PORT} off")));
            }
            None => {}
        }
        self.run(&["serve", "--bg", &format!("--https={PORT}"), target]).await?;
        match self.served(name).await?.as_deref() == Some(target) {
            true => Ok(()),
            false => Err(Failure::unavailable("`tailscale serve` did not take it over")
                .hint("see why: tailscale serve status")),
        }
    }

    /// Ends that, if it is us who are served.
    ///
    /// # Errors
    /// `Unavailable` when the program refuses.
    pub(super) async fn stop(&self, target: &str) -> Result<(), Failure> {
        let name = self.name().await?;
        if self.served(&name).await?.as_deref() == Some(target) {
            self.run(&["serve", &format!("--https={PORT}"), "off"]).await?;
        }
        Ok(())
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, words: &[&str]) -> Result<T, Failure> {
        let output = self.run(words).await?;
        let text = if output.trim_ascii().is_empty() { b"{}" } else { output.trim_ascii() };
        serde_json::from_slice(text).map_err(|error| {
            Failure::unavailable(format!("`tailscale {}` answers something else", words.join(" ")))
                .because(error)
        })
    }

    async fn run(&self, words: &[&str]) -> Result<Vec<u8>, Failure> {
        let once = Once {
            command: std::iter::once(self.command.as_str())
                .chain(words.iter().copied())
                .map(str::to_owned)
                .collect(),
            environment: self.environment.clone(),
            folder: self.folder.clone(),
            duration_ms_max: RUN_MS_MAX,
            stdout_bytes_max: OUTPUT_BYTES_MAX,
        };
        let mut output = Vec::new();
        let outcome = run_once(once, Arc::clone(&self.clock) as _, &mut output).await;
        let line = format!("tailscale {}", words.join(" "));
        let failure = match outcome {
            Ok(()) => return Ok(output),
            Err(OnceError::Start(why)) => {
                let what = format!("Tailscale was not found as `{}`: {why}", self.command);
                return Err(Failure::unavailable(what).hint(
                    "install it, or name it: nexus config set tailscale.command /path/to/tailscale",
                ));
            }
            Err(OnceError::Failed(how)) => format!("`{line}` {how}"),
            Err(OnceError::Timeout) => format!("`{line}` took longer than {RUN_MS_MAX} ms"),
            Err(OnceError::TooLong) => format!("`{line}` wrote too much"),
        };
        Err(Failure::unavailable(failure).hint(format!("see why, by hand: {line}")))
    }
}

/// A name that may become a `Host` we answer to is looked at closely.
fn is_host_name(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.contains('.') && name.len() < 254 && name.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_host_name_is_taken() {
        assert!(is_host_name("box.tail1234.ts.net"));
        for name in ["", "box", "box..net", "box.net/", "a b.net", "box.net:443", "*.ts.net"] {
            assert!(!is_host_name(name), "{name}");
        }
    }
}
