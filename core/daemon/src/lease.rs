//! The lease of the home: who may commit. The lock file keeps a second daemon from starting; the
//! lease makes one harmless that was stopped in the middle and wakes up when another has taken its
//! place. Each commit looks at it (`nexus_ledger::Ledger::take_lease`); this file takes it, and has
//! the daemon end as soon as it is gone.

use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::failure::Failure;
use nexus_ledger::{Claim, Lease, Ledger, LedgerError};

use crate::context::Context;
use crate::handover::HANDOVER_MS;
use crate::home::Owner;

/// Pause between two looks, in milliseconds: a daemon that has nothing to write would not notice
/// otherwise.
const LOOK_MS: u64 = 5_000;

/// Becomes the owner of a ledger.
///
/// # Errors
/// When somebody holds the file in the middle of a write, or that of the database.
pub(crate) async fn take(ledger: &Ledger, owner: &Owner, now: Timestamp) -> Result<Lease, Failure> {
    let holder = format!("process {}", owner.pid);
    let claim = Claim { holder, kind: owner.kind.name().to_owned(), since: now };
    Ok(ledger.take_lease(claim).await?)
}

/// Watches over the lease until the daemon stops.
pub(crate) async fn run(context: Arc<Context>) {
    loop {
        tokio::select! {
            error = context.ledger.deposed() => return depose(&context, &error),
            () = context.clock.sleep(LOOK_MS) => look(&context).await,
            () = context.shutdown.begun() => return,
        }
    }
}

/// Has the writer find out for itself: it is the one that refuses whatever comes after.
async fn look(context: &Context) {
    let own = context.lease.clone();
    let seen = context.ledger.read(|r| r.leases().current()).await;
    if seen.is_ok_and(|lease| lease.as_ref() == Some(&own)) {
        return;
    }
    if let Err(error) = context.ledger.write(|_| Ok(())).await {
        tracing::warn!(%error, "the lease of this daemon cannot be seen");
    }
}

fn depose(context: &Context, error: &LedgerError) {
    tracing::error!(%error, "this daemon ends: another one owns its home");
    context.shutdown.depose(&error.to_string(), HANDOVER_MS);
}
