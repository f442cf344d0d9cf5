//! What happens when a part of the daemon panics. Half a daemon, that answers and delivers nothing
//! any more, is worse than one that starts anew: it ends in good order, and whoever keeps it starts
//! another one, unless that happens again and again.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use crate::context::Shutdown;

/// Crashes within [`WITHIN_MS`] after which no other daemon is started.
const CRASHES_MAX: usize = 3;
/// See [`CRASHES_MAX`], in milliseconds.
const WITHIN_MS: u64 = 5 * 60_000;
/// Pause before the start after the first crash, in milliseconds. Each further one takes
/// [`PAUSE_FACTOR`] times as long.
const PAUSE_MS: u64 = 1_000;
/// See [`PAUSE_MS`].
const PAUSE_FACTOR: u64 = 4;

/// Runs a part of the daemon that is to live as long as it. When it panics, the daemon ends.
pub(crate) async fn guarded(
    name: &'static str,
    shutdown: Shutdown,
    part: impl Future<Output = ()>,
) {
    let part = async {
        crate::crash::panic_in(name);
        part.await;
    };
    // Whatever it held goes with the daemon, so that nobody sees what it left half done.
    if AssertUnwindSafe(part).catch_unwind().await.is_err() {
        tracing::error!(name, "a part of the daemon panicked: the daemon ends");
        shutdown.crash(name);
    }
}

/// The crashes of the daemons that one process started.
#[derive(Debug, Default)]
pub struct Crashes(VecDeque<u64>);

impl Crashes {
    /// How long to wait before the next start, in milliseconds, after a crash at this time of a
    /// clock that only goes forward. Nothing when it happened too often.
    pub fn pause_ms(&mut self, now_ms: u64) -> Option<u64> {
        self.0.retain(|at| now_ms.saturating_sub(*at) < WITHIN_MS);
        self.0.push_back(now_ms);
        let before = u32::try_from(self.0.len() - 1).ok()?;
        (self.0.len() < CRASHES_MAX).then(|| PAUSE_MS * PAUSE_FACTOR.pow(before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daemon_that_crashes_again_and_again_is_left_alone() {
        let mut crashes = Crashes::default();
        assert_eq!(crashes.pause_ms(0), Some(1_000));
        assert_eq!(crashes.pause_ms(10_000), Some(4_000));
        assert_eq!(crashes.pause_ms(20_000), None);
        assert_eq!(crashes.pause_ms(WITHIN_MS), None, "one has passed, two have not");
        assert_eq!(crashes.pause_ms(3 * WITHIN_MS), Some(1_000));
    }

    #[tokio::test]
    async fn a_part_that_panics_ends_the_daemon_and_one_that_ends_does_not() {
        let shutdown = Shutdown::default();
        guarded("quiet", shutdown.clone(), async {}).await;
        assert!(!shutdown.has_begun());
        guarded("loud", shutdown.clone(), async { panic!("on purpose") }).await;
        assert!(shutdown.has_begun());
        assert_eq!(shutdown.crashed(), Some("loud"));
    }
}
