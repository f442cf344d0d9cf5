//! When a child that ended is started again: a pure function of how long it ran.

use nexus_domain::retry::RetryPolicy;

/// A run of this length was a good one: earlier quick exits are forgotten. In microseconds.
pub(crate) const GOOD_RUN_US: u64 = 10 * 60 * 1_000_000;

/// Counts exits without a good run in between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Restarts {
    pub(crate) n_quick_exits: u32,
}

impl Restarts {
    /// Takes note of an exit. The pause before the next start in milliseconds, or `None` when the
    /// child is given up.
    pub(crate) fn after_exit(&mut self, ran_us: u64, jitter: f64) -> Option<u64> {
        if ran_us >= GOOD_RUN_US {
            self.n_quick_exits = 0;
        }
        self.n_quick_exits += 1;
        RetryPolicy::CHILD.delay_ms(self.n_quick_exits, None, jitter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_exits_back_off_and_end() {
        let mut restarts = Restarts::default();
        let pauses: Vec<_> = (0..5).map(|_| restarts.after_exit(1, 1.0)).collect();
        assert_eq!(pauses, [Some(1_000), Some(2_000), Some(4_000), Some(8_000), None]);
    }

    #[test]
    fn a_good_run_starts_the_count_anew() {
        let mut restarts = Restarts { n_quick_exits: 4 };
        assert_eq!(restarts.after_exit(GOOD_RUN_US, 1.0), Some(1_000));
        assert_eq!(restarts.n_quick_exits, 1);
    }
}
