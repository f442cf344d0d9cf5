//! The configuration: what is in force, why, and changes to it.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_protocol::config::{
    ApplyParams, ChangeResult, ExplainParams, ExplainResult, GetParams, GetResult, PatchParams,
    SchemaParams, SchemaResult, SetParams,
};

use super::person;
use crate::config::{self, Config, Edit, FileText, explain::explain as explain_key, file};
use crate::context::Context;
use crate::reconfigure;

/// Shows the configuration in force, with the source of each value.
pub async fn get(
    context: &Arc<Context>,
    _permit: Permit,
    params: GetParams,
) -> Result<GetResult, Failure> {
    let on_disk = file::read(context.config.path()).ok().flatten();
    let in_force = context.config.standing().hash.clone();
    let pending_restart = context.config.pending_restart();
    let config = context.config.current();
    shown(&config, &params, on_disk, &in_force, pending_restart)
}

/// The answer of `config.get`, of a daemon or without one.
///
/// # Errors
/// `NotFound` when there is no such key.
pub fn shown(
    config: &Config,
    params: &GetParams,
    on_disk: Option<FileText>,
    in_force: &str,
    pending_restart: Vec<String>,
) -> Result<GetResult, Failure> {
    let is_wanted = |key: &str| match &params.key {
        None => true,
        Some(wanted) => {
            key == wanted || key.strip_prefix(wanted).is_some_and(|r| r.starts_with('.'))
        }
    };
    let values: Vec<_> = config.values.iter().filter(|v| is_wanted(&v.key)).cloned().collect();
    if let (true, Some(key)) = (values.is_empty(), &params.key) {
        return Err(Failure::not_found(format!("`{key}` is not a setting"))
            .hint("see all of them: nexus config list"));
    }
    let hash = on_disk.as_ref().map(|file| file.hash.clone());
    let text = on_disk.filter(|file| params.text && file.hash == in_force).map(|file| file.text);
    let path = config.path.display().to_string();
    Ok(GetResult { path, values, hash, text, pending_restart })
}

/// Changes keys of `nexus.toml`, and puts them in force.
pub async fn set(
    context: &Arc<Context>,
    permit: Permit,
    params: SetParams,
) -> Result<ChangeResult, Failure> {
    person(&permit, "change the configuration")?;
    let edit = Edit::Set(&params.changes);
    reconfigure::change(context, edit, params.base_hash.as_deref(), params.dry_run).await
}

/// Merges a patch into `nexus.toml`, and puts it in force.
pub async fn patch(
    context: &Arc<Context>,
    permit: Permit,
    params: PatchParams,
) -> Result<ChangeResult, Failure> {
    person(&permit, "change the configuration")?;
    let edit = Edit::Patch(&params.patch);
    reconfigure::change(context, edit, params.base_hash.as_deref(), params.dry_run).await
}

/// Replaces the text of `nexus.toml`, and puts it in force.
pub async fn apply(
    context: &Arc<Context>,
    permit: Permit,
    params: ApplyParams,
) -> Result<ChangeResult, Failure> {
    person(&permit, "change the configuration")?;
    let edit = Edit::Apply(&params.text);
    reconfigure::change(context, edit, params.base_hash.as_deref(), params.dry_run).await
}

/// Explains one key.
pub async fn explain(
    context: &Arc<Context>,
    _permit: Permit,
    params: ExplainParams,
) -> Result<ExplainResult, Failure> {
    let on_disk = file::read(context.config.path()).ok().flatten();
    let pending = context.config.pending_restart();
    let config = context.config.current();
    explain_key(&params.key, &config, on_disk.as_ref(), context.config.overlay(), &pending)
}

/// Hands out the JSON Schema of `nexus.toml`.
pub async fn schema(
    _context: &Arc<Context>,
    _permit: Permit,
    _params: SchemaParams,
) -> Result<SchemaResult, Failure> {
    Ok(SchemaResult { schema: config::schema() })
}
