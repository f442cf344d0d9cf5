//! What an adapter is started with.

use std::collections::BTreeMap;

use nexus_domain::failure::Failure;
use nexus_domain::principal::Principal;
use nexus_protocol::adapter::{ADAPTER_PROTOCOL, HelloParams};
use nexus_secrets::{ExposeSecret as _, Pointer, Reach};
use nexus_supervisor::{ChildSpec, Confinement};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::key;
use crate::config::AdapterConfig;
use crate::context::Context;

/// PATH of adapters: system programs only.
pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Where an adapter finds its hooks among its settings.
const HOOKS: &str = "hooks";

pub(super) async fn spec(
    context: &Context,
    config: &AdapterConfig,
    confinement: Option<Confinement>,
) -> Result<ChildSpec, Failure> {
    let name = key(&config.name, &config.account);
    let credential = match &config.credential {
        Some(text) => Some(read(context, &name, text).await?),
        None => None,
    };
    let mut credentials = BTreeMap::new();
    for (named, text) in &config.credentials {
        credentials.insert(named.clone(), read(context, &name, text).await?);
    }
    let mut settings = config.settings.clone();
    for value in settings.values_mut() {
        if let Value::String(text) = value
            && text.starts_with("credential:")
        {
            *text = read(context, &name, text).await?;
        }
    }
    if !config.hooks.is_empty() {
        let hooks = config.hooks.iter();
        let hooks = hooks.map(|hook| (hook.name.clone(), Value::Object(hook.table.clone())));
        settings.insert(HOOKS.to_owned(), Value::Object(hooks.collect()));
    }
    Ok(ChildSpec {
        name,
        command: config.command.clone(),
        home: context.home.adapters().join(&config.name),
        path: PATH.to_owned(),
        lang: "C.UTF-8".to_owned(),
        hello: HelloParams {
            protocol: ADAPTER_PROTOCOL,
            account_id: config.account.clone(),
            config: settings,
            credential,
            credentials,
        },
        confinement,
        events_per_s_max: config.rights.events_per_s_max,
    })
}

/// What an adapter was told in `hello`, so that it can be compared and nothing can be read from it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Told([u8; 32]);

/// What an adapter is told at its start; `None` when no credential is part of it.
pub(super) fn told(config: &AdapterConfig, spec: &ChildSpec) -> Option<Told> {
    let plain = HelloParams {
        protocol: ADAPTER_PROTOCOL,
        account_id: config.account.clone(),
        config: config.settings.clone(),
        credential: None,
        credentials: BTreeMap::new(),
    };
    let text = serde_json::to_vec(&spec.hello).ok()?;
    let is_plain = serde_json::to_vec(&plain).is_ok_and(|plain| plain == text);
    (!is_plain).then(|| Told(Sha256::digest(text).into()))
}

/// Reads a credential for an adapter. Its `hello` is the one place where it travels.
async fn read(context: &Context, adapter: &str, pointer: &str) -> Result<String, Failure> {
    let reader = Principal::Adapter(adapter.to_owned());
    let pointer = pointer.parse::<Pointer>()?;
    let purpose = format!("credential of the adapter {adapter}");
    let secret = context.credentials.read(reader, &pointer, &purpose, Reach::Programs).await?;
    Ok(secret.expose_secret().to_owned())
}
