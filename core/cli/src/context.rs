//! What every command is given: the home, the ways to talk, and the way to the daemon.

use std::path::PathBuf;

use nexus_client::discovery::{Probe, Running};
use nexus_client::http::{self, HttpError, HttpRequest};
use nexus_client::{Client, ClientError, ClientOptions, Discovery, Token, Trust};
use nexus_protocol::frame::ClientFacts;
use serde_json::json;

use crate::environment::Environment;
use crate::failure::{CliError, Exit, Result};
use crate::output::Output;
use crate::process::Nexusd;
use crate::remote::Remote;

/// Time the daemon has to make a link, in milliseconds.
const LINK_MS_MAX: u64 = 5_000;

/// What every command is given.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) home: PathBuf,
    /// Whether somebody named the home, by option or by `NEXUS_ROOT`.
    pub(crate) is_home_named: bool,
    /// A daemon that was named, in place of the one of the home.
    pub(crate) remote: Option<Remote>,
    pub(crate) environment: Environment,
    pub(crate) output: Output,
}

impl Context {
    pub(crate) fn new(
        home: Option<PathBuf>,
        remote: Option<Remote>,
        environment: Environment,
        output: Output,
    ) -> Result<Self> {
        let is_home_named = home.is_some() || environment.is_home_named;
        let home = home.or_else(|| environment.home.clone()).ok_or_else(|| {
            CliError::usage("no home folder is known")
                .why("neither NEXUS_ROOT nor HOME is set")
                .fix("name it: nexus --home DIR …")
        })?;
        let home = std::path::absolute(&home)
            .map_err(|e| CliError::usage(format!("{} is no folder name: {e}", home.display())))?;
        Ok(Self { home, is_home_named, remote, environment, output })
    }

    /// `nexusd` for this home.
    pub(crate) fn nexusd(&self) -> Result<Nexusd> {
        Nexusd::find(&self.environment, &self.home)
    }

    /// The daemon that runs in this home.
    pub(crate) async fn running(&self) -> Result<Running> {
        if self.remote.is_some() {
            return Err(CliError::usage("this command is about the daemon of this machine")
                .why("--url names one that may be elsewhere")
                .fix("leave out --url, or run it there"));
        }
        match Discovery::find(&self.home).await {
            Discovery::Running(running) => Ok(running),
            Discovery::NotRunning => Err(CliError::not_running(&self.home)),
            Discovery::Unreachable { facts, probe } => {
                let why = match (&facts.address, probe) {
                    (Some(address), Some(Probe::Other)) => {
                        format!("another program answers at {address}")
                    }
                    (Some(address), Some(Probe::Timeout)) => {
                        format!("it listens at {address} and says nothing")
                    }
                    (Some(address), _) => format!("nothing listens at {address}"),
                    (None, _) => "it has not opened its port yet: it is starting".to_owned(),
                };
                let what = format!("the daemon (process {}) does not answer", facts.pid);
                let mut error = CliError::new(Exit::Unreachable, "DAEMON_UNREACHABLE", what);
                error.is_retryable = true;
                Err(error
                    .why(why)
                    .fix("wait a moment, then: nexus daemon status")
                    .fix("nexus daemon logs")
                    .fix("nexus down --now && nexus up"))
            }
        }
    }

    /// A connection to the daemon that was named, or to the one that runs in this home.
    pub(crate) async fn connect(&self) -> Result<Client> {
        if let Some(remote) = &self.remote {
            return Ok(Client::connect(self.remote_options(remote)).await?);
        }
        let running = self.running().await?;
        let token = Token::read(&self.home)?;
        Ok(Client::connect(self.options(running.address, token)).await?)
    }

    fn remote_options(&self, remote: &Remote) -> ClientOptions {
        let mut options = self.options(remote.target.address.clone(), remote.token.clone());
        options.trust = remote.target.trust;
        options
    }

    fn options(&self, address: String, token: Token) -> ClientOptions {
        let facts = ClientFacts {
            name: "nexus".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            platform: std::env::consts::OS.to_owned(),
            mode: "cli".to_owned(),
            instance_id: None,
        };
        ClientOptions::new(address, Some(token), facts)
    }

    /// Connects again after a break; a restarted daemon may listen somewhere else.
    pub(crate) async fn dial(self) -> std::result::Result<Client, ClientError> {
        let away = |why: String| ClientError::Unreachable {
            address: self.home.display().to_string(),
            why,
        };
        if let Some(remote) = &self.remote {
            return Client::connect(self.remote_options(remote)).await;
        }
        let Discovery::Running(running) = Discovery::find(&self.home).await else {
            return Err(away("the daemon is not running".to_owned()));
        };
        let token = Token::read(&self.home).map_err(|e| away(e.to_string()))?;
        Client::connect(self.options(running.address, token)).await
    }

    /// Where to send a request over HTTP, whom to trust there, and what proves who we are.
    pub(crate) async fn endpoint(&self) -> Result<(String, Option<Trust>, Token)> {
        if let Some(remote) = &self.remote {
            let target = &remote.target;
            return Ok((target.address.clone(), target.trust, remote.token.clone()));
        }
        Ok((self.running().await?.address, None, Token::read(&self.home)?))
    }

    /// A fresh one-time link to the Control UI.
    pub(crate) async fn link(&self, running: &Running) -> Result<String> {
        let token = Token::read(&self.home)?;
        let request = HttpRequest {
            address: &running.address,
            trust: None,
            path: "/api/link",
            token: Some(&token),
            body: Some(json!({})),
            within_ms: LINK_MS_MAX,
        };
        let answer = http::send(request).await.map_err(|e| {
            let exit =
                if matches!(e, HttpError::Timeout(_)) { Exit::Timeout } else { Exit::Unreachable };
            CliError::new(exit, "DAEMON_UNREACHABLE", format!("no link was made: {e}"))
                .fix("nexus daemon status")
        })?;
        match (answer.status, answer.body["url"].as_str()) {
            (200..=299, Some(url)) => Ok(url.to_owned()),
            (401 | 403, _) => Err(CliError::new(
                Exit::Denied,
                "UNAUTHORIZED",
                "the daemon did not accept the token of this home",
            )
            .fix("nexus daemon restart")),
            (status, _) => Err(CliError::failed(format!("no link was made (HTTP {status})"))
                .fix("nexus daemon logs")),
        }
    }

    /// A key for a command that nobody has given one.
    pub(crate) fn fresh_key(&self) -> Result<String> {
        Ok(nexus_client::idempotency_key()?)
    }
}
