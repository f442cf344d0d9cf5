//! Watches the keychain, where one is used: says when it is locked, gone or refuses, and puts
//! credentials to use as soon as they can be read again, without a restart.
//!
//! It only looks: a dialog that asks for a password opens because a person wanted something.

use std::sync::Arc;

use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_protocol::health::HealthStatus;
use nexus_secrets::{Pointer, SecretError, StoreKind};

use crate::context::Context;
use crate::credentials;
use crate::home::OwnerKind;
use crate::methods::credential;

/// Pause between two looks while it cannot be used, in milliseconds.
const LOOK_MS: u64 = 10_000;
/// Pause between two looks while all is well, in milliseconds.
const CALM_MS: u64 = 60_000;

/// How it stands, in a word.
fn word(outcome: &Result<(), SecretError>) -> &'static str {
    match outcome {
        Ok(()) => "open",
        Err(SecretError::KeychainLocked { .. }) => "locked",
        Err(SecretError::KeychainDenied { .. }) => "denied",
        Err(SecretError::KeychainTimeout) => "silent",
        Err(_) => "absent",
    }
}

/// Runs until the daemon stops.
pub async fn run(context: Arc<Context>, kind: OwnerKind) {
    let is_desktop = matches!(kind, OwnerKind::Desktop);
    if is_desktop {
        settle(&context).await;
    }
    let mut before = None;
    loop {
        let pause_ms = match n_kept(&context, is_desktop) {
            // What nobody uses is not looked at.
            None => {
                before = None;
                CALM_MS
            }
            Some(n_kept) => {
                let outcome = context.credentials.secrets().look_at_keychain().await;
                let now = word(&outcome);
                if before != Some(now) {
                    tell(&context, before, now, outcome, n_kept).await;
                    if now == "open" && before.is_some() {
                        if is_desktop {
                            settle(&context).await;
                        }
                        credential::changed(&context).await;
                    } else {
                        credentials::check(&context).await;
                    }
                    before = Some(now);
                }
                if now == "open" { CALM_MS } else { LOOK_MS }
            }
        };
        tokio::select! {
            () = context.shutdown.begun() => return,
            () = context.clock.sleep(pause_ms) => {}
        }
    }
}

/// On a desktop credentials belong into the keychain from the first start on.
async fn settle(context: &Context) {
    match context.credentials.secrets().settle_on_keychain().await {
        Ok(true) => credentials::check(context).await,
        Ok(false) => {}
        Err(error) => tracing::info!(%error, "the keychain does not take credentials yet"),
    }
}

/// How many credentials are in the keychain; nothing when it does not matter here.
fn n_kept(context: &Context, is_desktop: bool) -> Option<usize> {
    let secrets = context.credentials.secrets();
    let records = secrets.records().unwrap_or_default();
    let n_kept = records.values().filter(|r| matches!(r.pointer, Pointer::Keychain(_))).count();
    let is_chosen = matches!(secrets.chosen_store(), Ok(Some(StoreKind::Keychain)));
    let is_open_question = is_desktop && matches!(secrets.chosen_store(), Ok(None));
    (n_kept > 0 || is_chosen || is_open_question).then_some(n_kept)
}

async fn tell(
    context: &Context,
    before: Option<&'static str>,
    state: &'static str,
    outcome: Result<(), SecretError>,
    n_kept: usize,
) {
    let at = context.clock.now();
    let failure = outcome.err().map(Failure::from);
    let reason = failure.as_ref().map_or_else(
        || "the keychain can be used".to_owned(),
        |failure| match n_kept {
            0 => failure.message.clone(),
            1 => format!("{}; a credential in it waits", failure.message),
            n_kept => format!("{}; {n_kept} credentials in it wait", failure.message),
        },
    );
    let status = if failure.is_some() { HealthStatus::Degraded } else { HealthStatus::Healthy };
    let fix = failure.and_then(|failure| failure.hint);
    context.health.set("keychain", status, &reason, fix.as_deref(), at);
    // That it is open at the start is nothing that happened.
    if before.is_none() && state == "open" {
        return;
    }
    tracing::info!(state, "the keychain changed");
    let event = Event::KeychainChanged { state: state.to_owned(), reason };
    let recorded = context.ledger.write(move |tx| tx.events().record(at, &event).map(|_| ())).await;
    if let Err(failure) = recorded {
        tracing::warn!(?failure, "the change of the keychain could not be recorded");
    }
}
