//! Changes of the configuration while the daemon runs: validated whole, then swapped in whole,
//! whoever asks for it: a method, a person with an editor, or an order to read it again.

use std::sync::Arc;

use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_protocol::config::ChangeResult;
use nexus_protocol::health::HealthStatus;
use nexus_protocol::runtime::ReloadResult;

use crate::assemble;
use crate::config::change::{Candidate, prepare, refusal};
use crate::config::{self, Edit, Finding, Loaded, Reloaded, SafeMode, sentence};
use crate::context::Context;

/// Id of the line on the health board.
pub const HEALTH: &str = "config";
/// Tables whose change may mean another model.
const MODEL_TABLES: &[&str] = &["agents.", "credentials.", "models."];
/// Tables whose change means other adapters.
const ADAPTER_TABLES: &str = "adapters.";

/// Reads the configuration and the policies again; what cannot be used changes nothing.
///
/// # Errors
/// What is wrong, by line.
pub async fn reload(context: &Arc<Context>) -> Result<ReloadResult, Failure> {
    let _gate = context.config.gate.lock().await;
    let (loaded, file) = match context.config.read_again() {
        Ok(read) => read,
        Err((findings, hash)) => return Err(refuse(context, &findings, hash).await),
    };
    let reloaded = swap(context, loaded, &file.hash, None).await?;
    // Whoever asks for it in so many words may have started a model server just now.
    assemble::apply_models(context).await?;
    settle(context, &file.text);
    context.adapters.apply(context).await;
    let event = Event::ConfigReloaded {
        changed: reloaded.changed.clone(),
        needs_restart: reloaded.needs_restart.clone(),
    };
    record(context, event).await?;
    tell_changes(context, &reloaded).await?;
    Ok(ReloadResult {
        changed: reloaded.changed,
        needs_restart: reloaded.needs_restart,
        warnings: reloaded.warnings,
    })
}

/// Looks at a file that somebody may have changed. What it says is put in force, or said where
/// people look; there is nobody to answer.
pub async fn notice(context: &Arc<Context>) {
    let _gate = context.config.gate.lock().await;
    let read = context.config.read_again();
    let standing = context.config.standing().clone();
    let outcome = match read {
        Ok((_, file)) if file.hash == standing.hash && standing.refused.is_none() => return,
        Ok((loaded, file)) => {
            tracing::info!("nexus.toml has changed");
            match swap(context, loaded, &file.hash, None).await {
                Ok(reloaded) => finish(context, &reloaded, &file.text).await,
                Err(failure) => Err(failure),
            }
        }
        Err((findings, hash)) => {
            let now = Some((sentence(&findings), hash.clone()));
            if now != standing.refused {
                refuse(context, &findings, hash).await;
            }
            return;
        }
    };
    if let Err(failure) = outcome {
        tracing::error!(?failure, "the changed configuration was not taken over");
    }
}

/// Makes an edit: checks what would come of it, writes the file, and puts it in force.
///
/// # Errors
/// `Invalid` with every finding, `Conflict` when the file is another one by now, `Unavailable`
/// when it cannot be written; then nothing was changed.
pub async fn change(
    context: &Arc<Context>,
    edit: Edit<'_>,
    base_hash: Option<&str>,
    dry_run: bool,
) -> Result<ChangeResult, Failure> {
    let _gate = context.config.gate.lock().await;
    let (path, overlay) = (context.config.path(), context.config.overlay());
    let candidate = prepare(path, overlay, edit, base_hash)?;
    let in_force = context.config.current();
    let result = candidate.result(&in_force.values, overlay, dry_run);
    if dry_run {
        return Ok(result);
    }
    let (loaded, hash) = (candidate.loaded.clone(), candidate.after.hash.clone());
    let reloaded = swap(context, loaded, &hash, Some(&candidate)).await?;
    finish(context, &reloaded, &candidate.after.text).await?;
    Ok(result)
}

/// Puts a configuration in force, together with the policies as they are now; the file is written
/// between the last check and the swap.
async fn swap(
    context: &Arc<Context>,
    loaded: Loaded,
    hash: &str,
    candidate: Option<&Candidate>,
) -> Result<Reloaded, Failure> {
    let held = context.agents.hold().await;
    let book = held.under(&loaded.config);
    let policies = context.policies.read_again(&loaded.config, &book, &context.health).await?;
    if let Some(candidate) = candidate {
        candidate.write(context.config.path())?;
    }
    let has_others = context.ways.let_in(&loaded.config);
    let reloaded = context.config.put_in_force(loaded, hash.to_owned());
    context.policies.put_in_force(policies, &book, &context.health).await;
    held.put(book);
    if has_others {
        let now = context.clock.now();
        // Nobody comes in by the tailnet who may not, even if this fails.
        if let Err(failure) = context.ways.refresh(&context.ledger, &context.policies, now).await {
            tracing::warn!(?failure, "new logins of the tailnet and hooks can do nothing yet");
        }
    }
    Ok(reloaded)
}

async fn finish(context: &Arc<Context>, reloaded: &Reloaded, text: &str) -> Result<(), Failure> {
    let is_about_models = |key: &String| MODEL_TABLES.iter().any(|table| key.starts_with(table));
    if reloaded.changed.iter().any(is_about_models) {
        assemble::apply_models(context).await?;
    }
    settle(context, text);
    if reloaded.changed.iter().any(|key| key.starts_with(ADAPTER_TABLES)) {
        context.adapters.apply(context).await;
    }
    tell_changes(context, reloaded).await
}

/// What is in force now is the one to fall back on.
fn settle(context: &Context, text: &str) {
    config::keep_last_good(&context.home, text);
    show(context);
}

async fn tell_changes(context: &Context, reloaded: &Reloaded) -> Result<(), Failure> {
    if reloaded.changed.is_empty() && reloaded.needs_restart.is_empty() {
        return Ok(());
    }
    let paths = [reloaded.changed.as_slice(), reloaded.needs_restart.as_slice()].concat();
    tracing::info!(?paths, "the configuration has changed");
    let requires_restart = reloaded.needs_restart.clone();
    record(context, Event::ConfigChanged { paths, requires_restart }).await
}

/// Says everywhere that a file cannot be used, and that nothing has changed.
async fn refuse(context: &Context, findings: &[Finding], hash: Option<String>) -> Failure {
    let findings_text = sentence(findings);
    tracing::error!(findings = %findings_text, "the configuration stays as it was");
    context.config.standing().refused = Some((findings_text, hash));
    show(context);
    let findings_list = findings.iter().map(ToString::to_string).collect();
    if let Err(failure) = record(context, Event::ConfigRejected { findings: findings_list }).await {
        tracing::warn!(?failure, "the refusal could not be recorded");
    }
    let path = context.config.path().display();
    refusal(findings).hint(format!("mend {path}; it is taken over as soon as it can be used"))
}

/// Writes the line on the health board.
pub fn show(context: &Context) {
    let now = context.clock.now();
    let standing = context.config.standing().clone();
    let set = |status, reason: &str, fix| context.health.set(HEALTH, status, reason, fix, now);
    match (standing.refused, standing.safe_mode) {
        (Some((why, _)), Some(SafeMode::Broken)) => {
            let reason = format!("safe mode with the last good configuration; nexus.toml: {why}");
            set(
                HealthStatus::Degraded,
                &reason,
                Some("mend nexus.toml, then: nexus daemon restart"),
            );
        }
        (Some((why, _)), _) => {
            let reason = format!("nexus.toml is not what is in force: {why}");
            set(
                HealthStatus::Degraded,
                &reason,
                Some("mend nexus.toml; see: nexus config explain KEY"),
            );
        }
        (None, Some(safe)) => {
            set(HealthStatus::Degraded, in_safe_mode(safe), Some("nexus daemon restart"));
        }
        (None, None) => match context.config.pending_restart().as_slice() {
            [] => set(HealthStatus::Healthy, "in force", None),
            keys => {
                let reason = format!("in force; after a restart: {}", keys.join(", "));
                set(HealthStatus::Healthy, &reason, Some("nexus daemon restart"));
            }
        },
    }
}

/// What is wrong, while the daemon runs in safe mode.
#[must_use]
pub fn safe_mode(context: &Context) -> Option<String> {
    let standing = context.config.standing();
    let safe = standing.safe_mode?;
    Some(
        standing
            .refused
            .as_ref()
            .map_or_else(|| in_safe_mode(safe).to_owned(), |(why, _)| why.clone()),
    )
}

/// What is to be known in safe mode, where nothing is wrong with the file.
fn in_safe_mode(safe: SafeMode) -> &'static str {
    match safe {
        SafeMode::Broken => "nexus.toml is in force again; adapters stay off until a restart",
        SafeMode::Ordered => "started in safe mode: adapters stay off until a restart",
    }
}

async fn record(context: &Context, event: Event) -> Result<(), Failure> {
    let now = context.clock.now();
    context.ledger.write(move |tx| tx.events().record(now, &event).map(|_| ())).await?;
    Ok(())
}
