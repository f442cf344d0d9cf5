//! What a child is asked besides deliveries.

use std::time::Duration;

use nexus_domain::failure::Failure;
use nexus_protocol::bridge::{
    AccountAnswer, AccountParams, AccountsAnswer, BackfillAnswer, BackfillParams, HealthAnswer,
};
use nexus_protocol::hook::{HookTestAnswer, HookTestParams, HooksAnswer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::child::Child;
use crate::link::CallError;

/// Longest wait for word on its health, in milliseconds.
const HEALTH_MS_MAX: u64 = 10_000;
/// Longest wait for a page of old messages, or a list of accounts, in milliseconds.
const PAGE_MS_MAX: u64 = 60_000;
/// Longest wait for a new account, in milliseconds: a person has to scan a code meanwhile.
const LINK_MS_MAX: u64 = 5 * 60_000;

impl Child {
    /// Asks how it is. One without such a method is well if it says so.
    ///
    /// # Errors
    /// When it does not answer, or says what cannot be read.
    pub async fn health(&self) -> Result<HealthAnswer, Failure> {
        match self.ask("health", &json!({}), HEALTH_MS_MAX).await {
            Ok(answer) => Ok(answer),
            Err(CallError::Refused(_)) => Ok(HealthAnswer { is_healthy: true, detail: None }),
            Err(error) => Err(self.lament("health", &error)),
        }
    }

    /// Asks for a page of old messages.
    ///
    /// # Errors
    /// When it cannot, does not answer, or says what cannot be read.
    pub async fn backfill(&self, params: &BackfillParams) -> Result<BackfillAnswer, Failure> {
        let answer = self.ask("backfill", params, PAGE_MS_MAX).await;
        answer.map_err(|error| self.lament("backfill", &error))
    }

    /// Asks which accounts it has.
    ///
    /// # Errors
    /// When it cannot, does not answer, or says what cannot be read.
    pub async fn accounts(&self) -> Result<AccountsAnswer, Failure> {
        let answer = self.ask("accounts.list", &json!({}), PAGE_MS_MAX).await;
        answer.map_err(|error| self.lament("accounts.list", &error))
    }

    /// Has it link an account. What a person has to do for it comes as `status` lines.
    ///
    /// # Errors
    /// When it cannot, does not answer, or says what cannot be read.
    pub async fn add_account(&self, params: &AccountParams) -> Result<AccountAnswer, Failure> {
        let answer = self.ask("accounts.add", params, LINK_MS_MAX).await;
        answer.map_err(|error| self.lament("accounts.add", &error))
    }

    /// Asks which hooks it takes in.
    ///
    /// # Errors
    /// When it cannot, does not answer, or says what cannot be read.
    pub async fn hooks(&self) -> Result<HooksAnswer, Failure> {
        let answer = self.ask("hook.list", &json!({}), HEALTH_MS_MAX).await;
        answer.map_err(|error| self.lament("hook.list", &error))
    }

    /// Has it sign a delivery itself and take it in.
    ///
    /// # Errors
    /// When it cannot, does not answer, or says what cannot be read.
    pub async fn test_hook(&self, params: &HookTestParams) -> Result<HookTestAnswer, Failure> {
        let limit_ms = PAGE_MS_MAX + params.wait_s.unwrap_or_default().saturating_mul(1_000);
        let answer = self.ask("hook.test", params, limit_ms).await;
        answer.map_err(|error| self.lament("hook.test", &error))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        params: &impl Serialize,
        limit_ms: u64,
    ) -> Result<T, CallError> {
        let params =
            serde_json::to_value(params).map_err(|error| CallError::NotSent(error.to_string()))?;
        let answer = self.call(method, params, limit_ms).await?;
        serde_json::from_value(answer)
            .map_err(|error| CallError::Nonsense(format!("its answer cannot be read: {error}")))
    }

    fn lament(&self, method: &str, error: &CallError) -> Failure {
        let name = self.name();
        match error {
            CallError::Refused(error)
                if error.code == nexus_protocol::jsonrpc::METHOD_NOT_FOUND =>
            {
                Failure::invalid(format!("adapter `{name}` cannot do `{method}`"))
                    .hint("what it can: nexus adapter info NAME")
            }
            CallError::TimedOut { limit_ms } => Failure::unavailable(format!(
                "adapter `{name}` did not answer `{method}` within {} s",
                Duration::from_millis(*limit_ms).as_secs()
            )),
            CallError::NotSent(reason) => {
                Failure::unavailable(reason.clone()).hint("how it stands: nexus adapter list")
            }
            error => {
                Failure::unavailable(format!("adapter `{name}`, asked for `{method}`: {error}"))
                    .hint("how it stands: nexus adapter list")
            }
        }
    }
}
