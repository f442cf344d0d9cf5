//! JSON-RPC over HTTP, as an orchestrator speaks it.

use anyhow::{Context as _, Result, ensure};
use nexus_client::Token;
use nexus_client::http::{self, HttpAnswer, HttpRequest};
use serde_json::{Value, json};

use crate::process::DaemonProcess;

/// Longest wait for an answer, in milliseconds. It bounds a hang; nothing is asserted about it.
const ANSWER_MS_MAX: u64 = 60_000;

/// An orchestrator at a daemon.
#[derive(Clone)]
pub struct Rpc {
    address: String,
    token: Token,
}

impl Rpc {
    /// One that holds the control-plane token.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(daemon: &DaemonProcess) -> Result<Self> {
        Ok(Self { address: daemon.address().to_owned(), token: daemon.token()? })
    }

    /// One that holds something else, such as a key.
    #[must_use]
    pub fn with(daemon: &DaemonProcess, credential: &str) -> Self {
        let token = Token::new(credential.to_owned());
        Self { address: daemon.address().to_owned(), token }
    }

    /// Posts a body.
    ///
    /// # Errors
    /// When nothing answers.
    pub async fn post(&self, path: &str, body: Value) -> Result<HttpAnswer> {
        let request = HttpRequest {
            address: &self.address,
            trust: None,
            path,
            token: Some(&self.token),
            body: Some(body),
            within_ms: ANSWER_MS_MAX,
        };
        Ok(http::send(request).await?)
    }

    /// Makes a call and gives its response.
    ///
    /// # Errors
    /// When nothing answers.
    pub async fn call(&self, path: &str, method: &str, params: Value) -> Result<Value> {
        let call = json!({ "jsonrpc": "2.0", "method": method, "params": params, "id": 1 });
        Ok(self.post(path, call).await?.body)
    }

    /// Makes a call that is to succeed, and gives its result.
    ///
    /// # Errors
    /// When it does not.
    pub async fn result(&self, path: &str, method: &str, params: Value) -> Result<Value> {
        let mut response = self.call(path, method, params).await?;
        ensure!(response.get("error").is_none(), "{method}: {response}");
        Ok(response["result"].take())
    }

    /// Makes a call that is to fail, and gives its error.
    ///
    /// # Errors
    /// When it does not.
    pub async fn error(&self, path: &str, method: &str, params: Value) -> Result<Value> {
        let response = self.call(path, method, params).await?;
        let error = response.get("error").cloned();
        error.with_context(|| format!("{method} was answered with {response}"))
    }
}
