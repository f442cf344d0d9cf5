//! Moves the values of credentials into one store, each with its reading in the audit first.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_domain::principal::Principal;
use nexus_protocol::credential::{MigrateParams, MigrateResult, MigrateTo, Migrated};
use nexus_secrets::{CredentialName, Pointer, SeedPlace, StoreKind};

use crate::audit;
use crate::context::Context;

/// What the key that signs the audit is called in answers.
const AUDIT_KEY: &str = "audit key";

/// Moves what the params name. What cannot be moved stays where it is and is said; the others go
/// on.
///
/// # Errors
/// When the store cannot be written to, or a name is none of those that can be moved.
pub async fn run(context: &Arc<Context>, params: &MigrateParams) -> Result<MigrateResult, Failure> {
    let secrets = context.credentials.secrets();
    let (to, word) = match params.to {
        MigrateTo::Keychain => (StoreKind::Keychain, "keychain"),
        MigrateTo::Vault => (StoreKind::Vault, "vault"),
    };
    let mut movable = secrets.movable(to)?;
    if !params.names.is_empty() {
        for name in &params.names {
            let name: CredentialName = name.parse()?;
            if !movable.iter().any(|(known, _)| *known == name) {
                return Err(Failure::not_found(format!("`{name}` has no value to be moved"))
                    .hint("see where it is: nexus credential list"));
            }
        }
        movable.retain(|(name, _)| params.names.iter().any(|wanted| name.as_str() == wanted));
    }
    let seed = audit::key_name(context.home.root());
    let moves_seed = to == StoreKind::Keychain
        && params.names.is_empty()
        && context.config.current().audit.key_place == SeedPlace::Keychain
        && secrets.has_seed_file();
    if !params.dry_run {
        // One answer for all, instead of the same one for each.
        secrets.probe_store(to).await?;
    }
    let mut result = MigrateResult { migrated: Vec::new(), n_failed: 0 };
    for (name, record) in movable {
        let moved = match params.dry_run {
            true => Ok((None, format!("would move to the {word}"))),
            false => one(context, &name, &record.pointer, to).await,
        };
        note(&mut result, name.to_string(), record.pointer.to_string(), moved);
    }
    if moves_seed {
        let moved = match params.dry_run {
            true => Ok((None, format!("would move to the {word}"))),
            false => {
                let moved = secrets.migrate_seed(&seed).await.map_err(Failure::from);
                moved.map(|place| (Some(place.to_string()), "moved".to_owned()))
            }
        };
        note(&mut result, AUDIT_KEY.to_owned(), "file:audit.key".to_owned(), moved);
    }
    if !params.dry_run && params.names.is_empty() {
        secrets.settle_on(to)?;
    }
    Ok(result)
}

async fn one(
    context: &Context,
    name: &CredentialName,
    from: &Pointer,
    to: StoreKind,
) -> Result<(Option<String>, String), Failure> {
    context.credentials.note(Principal::Owner, from, "moved to another store").await?;
    let moved = context.credentials.secrets().migrate(name, to).await?;
    let note = match moved.left {
        Some(path) => format!("moved; {path} can go, if nothing else reads it"),
        None => "moved".to_owned(),
    };
    Ok((Some(moved.to.to_string()), note))
}

fn note(
    result: &mut MigrateResult,
    name: String,
    from: String,
    moved: Result<(Option<String>, String), Failure>,
) {
    let (to, note) = moved.unwrap_or_else(|failure| {
        result.n_failed += 1;
        let hint = failure.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
        (None, format!("stayed: {}{hint}", failure.message))
    });
    result.migrated.push(Migrated { name, from, to, note });
}
