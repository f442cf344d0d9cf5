//! Credentials as the daemon uses them: every reading is in the audit before the value is used,
//! and programs that hand out values are run by the supervisor.

pub mod clear;
pub mod import;
pub mod migrate;
mod runner;

use std::sync::Arc;

use nexus_agent::port::Clock;
use nexus_domain::failure::Failure;
use nexus_domain::principal::Principal;
use nexus_ledger::Ledger;
use nexus_protocol::health::HealthStatus;
use nexus_secrets::{
    ExecProvider, Found, Pointer, Reach, Redactor, SecretString, Secrets, Settings, StoreKind,
};
use tokio::sync::watch;

use crate::audit::credential_read;
use crate::config::{Config, Environment};
use crate::context::Context;
use crate::engine::KEY_VARIABLES;
use crate::home::Home;

/// The variable that has the login shell asked for keys.
const LOAD_SHELL: &str = "NEXUS_LOAD_SHELL_ENV";

/// Reads and keeps credentials, with the audit.
pub struct Credentials {
    secrets: Secrets,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    /// Rings whenever something may be readable that was not before.
    bell: watch::Sender<u64>,
}

impl Credentials {
    /// Opens the credentials of a home.
    #[must_use]
    pub fn open(
        home: &Home,
        environment: &Environment,
        redactor: Redactor,
        ledger: Ledger,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let environment = environment.clone();
        let runner = runner::SupervisedRunner { folder: home.state(), clock: Arc::clone(&clock) };
        let secrets = Secrets::open(&home.state())
            .with_environment(move |name| environment.get(name).map(str::to_owned))
            .with_runner(Arc::new(runner))
            .with_redactor(redactor);
        Self { secrets, ledger, clock, bell: watch::Sender::new(0) }
    }

    /// Takes what the configuration says now.
    pub fn configure(&self, config: &Config) {
        let exec = config.credentials.exec.iter().map(|(name, exec)| {
            let provider =
                ExecProvider { command: exec.command.clone(), variables: exec.variables.clone() };
            (name.clone(), provider)
        });
        self.secrets.configure(Settings {
            store: config.credentials.store,
            vault_key_file: config.credentials.vault_key_file.clone(),
            exec: exec.collect(),
        });
    }

    /// The stores themselves; what reads a value through them has to note it in the audit.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Blanks out known values.
    #[must_use]
    pub fn redactor(&self) -> &Redactor {
        self.secrets.redactor()
    }

    /// Reads a credential for a purpose. The reading is committed to the audit first.
    ///
    /// # Errors
    /// When it cannot be noted or read.
    pub async fn read(
        &self,
        reader: Principal,
        pointer: &Pointer,
        purpose: &str,
        reach: Reach,
    ) -> Result<SecretString, Failure> {
        self.note(reader, pointer, purpose).await?;
        Ok(self.secrets.get_within(pointer, reach).await?)
    }

    /// Looks for the key of a model provider. Looking is not reading: the audit notes it once
    /// something was found, before it is handed on.
    pub async fn provider_key(&self, provider: &str, reach: Reach) -> Option<Found> {
        let found = self.secrets.find_provider_key(provider, reach).await?;
        let purpose = format!("key of the model provider {provider}");
        match self.note(models_job(), &found.pointer, &purpose).await {
            Ok(()) => Some(found),
            Err(failure) => {
                tracing::error!(%failure, "a provider key is not used: the audit cannot note it");
                None
            }
        }
    }

    /// Whether a variable of the environment, or one of the login shell, has a value.
    pub async fn has_variable(&self, variable: &str) -> bool {
        self.secrets.get_within(&Pointer::Env(variable.to_owned()), Reach::AtHand).await.is_ok()
    }

    /// Tells those who wait for a credential to look again.
    pub fn ring(&self) {
        self.bell.send_modify(|n_rings| *n_rings += 1);
    }

    /// Rings whenever something may be readable that was not before.
    #[must_use]
    pub fn bell(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    /// Notes in the audit that a credential is about to be read.
    ///
    /// # Errors
    /// When it cannot be noted; then it is not to be read.
    pub async fn note(
        &self,
        reader: Principal,
        pointer: &Pointer,
        purpose: &str,
    ) -> Result<(), Failure> {
        let at = self.clock.now();
        credential_read(&self.ledger, at, reader, pointer, purpose).await.map(|_| ())
    }
}

/// Who reads the keys of model providers.
#[must_use]
pub fn models_job() -> Principal {
    Principal::Job("models".to_owned())
}

/// Asks the login shell once, when `NEXUS_LOAD_SHELL_ENV=1` wants it, for the variables that the
/// configuration names and those that known providers use.
pub async fn load_shell(context: &Context) {
    if context.config.environment().get(LOAD_SHELL) != Some("1") {
        return;
    }
    let config = context.config.current();
    let pointed = config.models.iter().filter_map(|model| model.key.as_deref());
    let pointed = pointed.filter_map(|key| key.strip_prefix("env:"));
    let wanted: Vec<_> = pointed.chain(KEY_VARIABLES.iter().copied()).map(str::to_owned).collect();
    match context.credentials.secrets().load_shell(&wanted).await {
        Ok(n_found) => tracing::info!(n_found, "variables taken from the login shell"),
        Err(error) => tracing::warn!(%error, "the login shell gave no variables: it"),
    }
}

/// Writes the line of the store in use on the board: what is wrong with it, and how to mend it.
pub async fn check(context: &Context) {
    let now = context.clock.now();
    let set = |status, reason: &str, fix: Option<&str>| {
        context.health.set("credentials", status, reason, fix, now);
    };
    let secrets = context.credentials.secrets();
    let (chosen, records) = match (secrets.chosen_store(), secrets.records()) {
        (Ok(chosen), Ok(records)) => (chosen, records),
        (Err(error), _) | (_, Err(error)) => {
            let failure = Failure::from(error);
            return set(HealthStatus::Degraded, &failure.message, failure.hint.as_deref());
        }
    };
    let count = format!("{} kept", records.len());
    let Some(chosen) = chosen else {
        return set(HealthStatus::Healthy, &format!("no store was needed yet; {count}"), None);
    };
    let reports = secrets.stores().await;
    let trouble = reports.into_iter().find(|report| report.kind == chosen);
    match trouble.and_then(|report| report.trouble) {
        None => set(HealthStatus::Healthy, &format!("{}; {count}", store_words(chosen)), None),
        Some(error) => {
            let failure = Failure::from(error);
            let reason = format!("{}: {}", store_words(chosen), failure.message);
            set(HealthStatus::Degraded, &reason, failure.hint.as_deref());
        }
    }
}

fn store_words(kind: StoreKind) -> &'static str {
    match kind {
        StoreKind::Keychain => "new ones go to the keychain",
        StoreKind::Vault => "new ones go to the encrypted vault",
        StoreKind::Systemd => "new ones come from systemd",
        StoreKind::Env => "new ones come from the environment",
    }
}
