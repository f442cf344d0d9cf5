//! Credentials.

use std::collections::BTreeMap;
use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_domain::principal::{Chain, Principal};
use nexus_iam::Permit;
use nexus_protocol::credential::{
    AddParams, ClearCredential, ClearSource, CredentialFacts, GetParams, GetResult, ImportParams,
    ImportResult, ListParams, ListResult, MigrateParams, MigrateResult, PlaceResult, RemoveParams,
    ScanParams, ScanResult, SecretText, StoreFacts, UnlockParams, UnlockResult, VALUE_CHARS_MAX,
    VerifyParams, VerifyResult,
};
use nexus_secrets::{
    CredentialName, ExposeSecret as _, Pointer, Reach, Record, SecretString, StoreReport, Unlocked,
    Verified,
};

use crate::assemble;
use crate::config::Config;
use crate::context::Context;
use crate::credentials::clear::{self, Clear};
use crate::credentials::{self, import, migrate};

/// Lists credentials and the stores that keep them; never a value.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    _params: ListParams,
) -> Result<ListResult, Failure> {
    let secrets = context.credentials.secrets();
    let config = context.config.current();
    let one = |(name, record): (CredentialName, Record)| CredentialFacts {
        store: store_name(&record.pointer).to_owned(),
        place: record.pointer.to_string(),
        used_by: users(&config, &name),
        added_at: record.added_at,
        verified_at: record.verified.map(|verified| verified.at),
        is_good: record.verified.map(|verified| verified.is_ok),
        name: name.to_string(),
    };
    let credentials = secrets.records()?.into_iter().map(one).collect();
    let chosen = secrets.chosen_store()?;
    let facts = |report: StoreReport| {
        let trouble = report.trouble.map(Failure::from);
        StoreFacts {
            store: report.kind.name().to_owned(),
            is_chosen: chosen == Some(report.kind),
            is_ready: trouble.is_none(),
            reason: trouble.as_ref().map(|failure| failure.message.clone()),
            fix: trouble.and_then(|failure| failure.hint),
        }
    };
    let stores = secrets.stores().await.into_iter().map(facts).collect();
    Ok(ListResult { credentials, stores })
}

/// Keeps a value under a name, or names one that is kept elsewhere.
pub async fn add(
    context: &Arc<Context>,
    _permit: Permit,
    params: AddParams,
) -> Result<PlaceResult, Failure> {
    let name: CredentialName = params.name.parse()?;
    let secrets = context.credentials.secrets();
    let at = context.clock.now();
    let place = match (&params.value, &params.pointer) {
        (Some(value), None) => {
            let value = value.expose().trim();
            if value.is_empty() || value.len() > VALUE_CHARS_MAX {
                return Err(Failure::invalid(format!(
                    "a value has from 1 to {VALUE_CHARS_MAX} characters"
                )));
            }
            secrets.add(&name, &SecretString::from(value), at, params.replace).await?
        }
        (None, Some(pointer)) => secrets.point(&name, pointer.parse()?, at, params.replace).await?,
        _ => {
            return Err(Failure::invalid("a credential has either a value or a place")
                .hint("give `value` or `pointer`, not both"));
        }
    };
    changed(context).await;
    Ok(PlaceResult { name: name.to_string(), place: place.to_string() })
}

/// Hands out one value, to the owner only; the audit notes it first.
pub async fn get(
    context: &Arc<Context>,
    permit: Permit,
    params: GetParams,
) -> Result<GetResult, Failure> {
    if *permit.chain() != Chain::of(Principal::Owner) {
        return Err(Failure::denied("only the owner may see the value of a credential"));
    }
    let name: CredentialName = params.name.parse()?;
    let pointer = Pointer::Credential(name.clone());
    let credentials = &context.credentials;
    let value =
        credentials.read(Principal::Owner, &pointer, "shown to the owner", Reach::Programs).await?;
    let record = credentials.secrets().records()?.remove(&name);
    Ok(GetResult {
        name: name.to_string(),
        place: record.map_or(pointer, |record| record.pointer).to_string(),
        value: SecretText::new(value.expose_secret().to_owned()),
    })
}

/// Tries a credential: by the smallest call to its provider, or by reading it.
pub async fn verify(
    context: &Arc<Context>,
    _permit: Permit,
    params: VerifyParams,
) -> Result<VerifyResult, Failure> {
    let name: CredentialName = params.name.parse()?;
    // What was rotated where it is kept is read anew.
    assemble::apply_models(context).await?;
    let (is_ok, how, message, hint) = match provider_model(context, &name) {
        Some(model) => {
            let test = context.engine.models().test(&model, &*context.clock).await;
            let how = format!("called {model}");
            match test.outcome {
                Ok(_) => (true, how, format!("it answered in {} ms", test.total_ms), None),
                Err(error) => {
                    let message = context.credentials.redactor().clean(&error.message);
                    (false, how, message.into_owned(), error.hint)
                }
            }
        }
        None => {
            let pointer = Pointer::Credential(name.clone());
            let reader = Principal::Owner;
            let read =
                context.credentials.read(reader, &pointer, "verified", Reach::Programs).await;
            let how = "read it".to_owned();
            match read {
                Ok(_) => (true, how, "there is a value".to_owned(), None),
                Err(failure) => (false, how, failure.message, failure.hint),
            }
        }
    };
    let verified = Verified { at: context.clock.now(), is_ok };
    context.credentials.secrets().note_verified(&name, verified)?;
    Ok(VerifyResult { name: name.to_string(), is_ok, how, message, hint })
}

/// Looks for credentials that lie in clear.
pub async fn scan(
    context: &Arc<Context>,
    _permit: Permit,
    _params: ScanParams,
) -> Result<ScanResult, Failure> {
    let looking = Arc::clone(context);
    let (found, looked_at) =
        tokio::task::spawn_blocking(move || look(&looking)).await.map_err(Failure::internal)?;
    let records = context.credentials.secrets().records()?;
    let found = found.into_iter().map(|clear| facts(&clear, &records)).collect();
    Ok(ScanResult { found, looked_at })
}

/// Moves credentials that lie in clear into the store.
pub async fn import(
    context: &Arc<Context>,
    _permit: Permit,
    params: ImportParams,
) -> Result<ImportResult, Failure> {
    let imported = import::run(context, &params).await?;
    if !params.dry_run {
        changed(context).await;
    }
    Ok(ImportResult { imported })
}

/// Moves values from files and the other store into one store.
pub async fn migrate(
    context: &Arc<Context>,
    _permit: Permit,
    params: MigrateParams,
) -> Result<MigrateResult, Failure> {
    let result = migrate::run(context, &params).await?;
    if !params.dry_run {
        changed(context).await;
    }
    Ok(result)
}

/// Forgets a credential, and removes its value from keychain or vault.
pub async fn remove(
    context: &Arc<Context>,
    _permit: Permit,
    params: RemoveParams,
) -> Result<PlaceResult, Failure> {
    let name: CredentialName = params.name.parse()?;
    let place = context.credentials.secrets().remove(&name).await?;
    changed(context).await;
    Ok(PlaceResult { name: name.to_string(), place: place.to_string() })
}

/// Opens the encrypted vault with a passphrase; the first passphrase makes it.
pub async fn unlock(
    context: &Arc<Context>,
    _permit: Permit,
    params: UnlockParams,
) -> Result<UnlockResult, Failure> {
    let passphrase = SecretString::from(params.passphrase.expose());
    let unlocked = context.credentials.secrets().unlock(&passphrase).await?;
    changed(context).await;
    Ok(UnlockResult { is_new: unlocked == Unlocked::Made })
}

/// Puts what changed to use. What cannot be is on the board and does not undo the change.
pub(crate) async fn changed(context: &Context) {
    if let Err(failure) = assemble::apply_models(context).await {
        tracing::warn!(%failure, "models could not be looked up again");
    }
    credentials::check(context).await;
    context.credentials.ring();
}

fn look(context: &Context) -> (Vec<Clear>, Vec<String>) {
    let book = context.agents.book();
    let mut found = clear::in_environment(context.config.environment());
    let mut looked_at = vec!["the daemon's environment".to_owned()];
    let file = context.home.config_file();
    looked_at.push(file.display().to_string());
    if let Ok(text) = std::fs::read_to_string(&file) {
        found.extend(clear::in_config(&file, &text));
    }
    for agent in book.all().map(|agent| book.workspace(&context.home, agent.id())) {
        looked_at.push(format!(".env files below {}", agent.display()));
        for file in clear::dotenv_files(&agent) {
            match clear::in_dotenv(&file) {
                Ok(clears) => found.extend(clears),
                Err(failure) => looked_at.push(failure.message),
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    // The workspace of an agent may lie below another one's.
    found.retain(|clear| seen.insert((clear.path.clone(), clear.key.clone())));
    (found, looked_at)
}

fn facts(clear: &Clear, records: &BTreeMap<CredentialName, Record>) -> ClearCredential {
    let is_stored = records.contains_key(&clear.name);
    let path = clear.path.as_ref().map(|path| path.display().to_string());
    let key = clear.key.join(".");
    let way = match clear.source {
        ClearSource::Env => format!("env --key {key}"),
        ClearSource::Config => format!("config --key {key}"),
        ClearSource::Dotenv | ClearSource::File => {
            format!("dotenv {} --key {key}", path.as_deref().unwrap_or_default())
        }
    };
    let proposal = match (is_stored, clear.source) {
        (true, ClearSource::Config) | (false, _) => format!("nexus credential import {way}"),
        (true, _) => "it is stored; the clear text can go, if nothing else reads it".to_owned(),
    };
    ClearCredential {
        source: clear.source,
        path,
        key,
        line: clear.line.map(|line| line as u64),
        name: clear.name.to_string(),
        is_stored,
        proposal,
    }
}

/// The settings that use a credential.
fn users(config: &Config, name: &CredentialName) -> Vec<String> {
    let pointer = format!("credential:{name}");
    let models = config.models.iter().filter(|model| model.key.as_deref() == Some(&pointer));
    let mut users: Vec<_> = models.map(|model| format!("models.{}.key", model.name)).collect();
    if let Some(provider) = name.provider()
        && !config.models.iter().any(|model| model.name == provider)
    {
        users.push(format!("model provider {provider}, by its name"));
    }
    for adapter in &config.adapters {
        if adapter.credential.as_deref() == Some(&pointer) {
            users.push(format!("adapters.{}.credential", adapter.name));
        }
        let settings = adapter.settings.iter();
        let used = settings.filter(|(_, value)| value.as_str() == Some(&pointer));
        users.extend(used.map(|(key, _)| format!("adapters.{}.settings.{key}", adapter.name)));
    }
    users
}

/// A model whose provider uses a credential.
fn provider_model(context: &Context, name: &CredentialName) -> Option<String> {
    let config = context.config.current();
    let pointer = format!("credential:{name}");
    let configured = config.models.iter().find(|model| model.key.as_deref() == Some(&pointer));
    let is_own = |provider: &str| config.models.iter().any(|model| model.name == provider);
    let by_name = name.provider().filter(|provider| !is_own(provider));
    let provider = configured.map(|model| model.name.as_str()).or(by_name)?;
    let models = context.engine.models().models(context.clock.now());
    models.into_iter().find(|model| model.provider == provider && model.is_ready).map(|m| m.id)
}

fn store_name(pointer: &Pointer) -> &'static str {
    match pointer {
        Pointer::Credential(_) => "record",
        Pointer::Keychain(_) => "keychain",
        Pointer::Vault(_) => "vault",
        Pointer::Systemd(_) => "systemd",
        Pointer::OnePassword(_) => "1password",
        Pointer::Exec { .. } => "exec",
        Pointer::File(_) => "file",
        Pointer::Env(_) => "env",
    }
}
