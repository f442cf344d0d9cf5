//! Authority that ends by itself. A call looks at the clock; a connection that only listens has to
//! be told.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use nexus_domain::Timestamp;
use tokio::sync::watch;

use crate::context::Context;

/// Most instants that are waited for. Ends are whole seconds of at most a day of signed tokens,
/// and those of keys; the furthest are left out, and looked for again when nearer ones have passed.
const ENDS_MAX: usize = 100_000;

/// The instants at which something ends.
#[derive(Default)]
pub(super) struct Ends {
    at: Mutex<BTreeSet<Timestamp>>,
    next: watch::Sender<Option<Timestamp>>,
}

impl Ends {
    pub(super) fn add(&self, at: Timestamp) {
        let mut all = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(at);
        if all.len() > ENDS_MAX {
            all.pop_last();
        }
        let next = all.first().copied();
        drop(all);
        self.next.send_if_modified(|known| std::mem::replace(known, next) != next);
    }

    /// Takes what has ended; says whether there was anything.
    fn take(&self, now: Timestamp) -> bool {
        let mut all = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let n_before = all.len();
        while all.first().is_some_and(|at| *at <= now) {
            all.pop_first();
        }
        let (has_ended, next) = (all.len() < n_before, all.first().copied());
        drop(all);
        self.next.send_if_modified(|known| std::mem::replace(known, next) != next);
        has_ended
    }
}

/// Waits for ends until the daemon stops, and begins an epoch at each: whoever is connected by what
/// has ended is cut off.
pub async fn run(context: Arc<Context>) {
    let ends = &context.ways.0.ends;
    let mut next = ends.next.subscribe();
    loop {
        let until = *next.borrow_and_update();
        let wait_ms = until.map(|until| until.ms_since(context.clock.now()));
        let ended = async {
            match wait_ms {
                Some(ms) => context.clock.sleep(ms).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = ended => {}
            Ok(()) = next.changed() => continue,
            () = context.shutdown.begun() => return,
        }
        let now = context.clock.now();
        if !ends.take(now) {
            continue;
        }
        // A new epoch even when there is nothing to read: signed tokens are on no list.
        if let Err(failure) = context.ways.refresh(&context.ledger, &context.policies, now).await {
            tracing::warn!(?failure, "what has ended could not be taken off the lists");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_end_is_waited_for() {
        let ends = Ends::default();
        let next = ends.next.subscribe();
        ends.add(Timestamp(50));
        ends.add(Timestamp(20));
        ends.add(Timestamp(20));
        assert_eq!(*next.borrow(), Some(Timestamp(20)));
        assert!(!ends.take(Timestamp(19)));
        assert!(ends.take(Timestamp(20)));
        assert_eq!(*next.borrow(), Some(Timestamp(50)));
        assert!(ends.take(Timestamp(99)));
        assert_eq!(*next.borrow(), None);
    }
}
