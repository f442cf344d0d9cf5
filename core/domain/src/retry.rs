//! When to try again, as arithmetic.

/// How often and how patiently something is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries in all, the first included; at least 1.
    pub tries_max: u32,
    /// Pause after the first failure, in milliseconds.
    pub delay_ms_min: u64,
    /// Longest pause of our own choosing, in milliseconds.
    pub delay_ms_max: u64,
    /// Longest pause we accept when the other side names one, in milliseconds.
    pub asked_ms_max: u64,
}

impl RetryPolicy {
    /// For calls to a model provider.
    pub const MODEL: Self =
        Self { tries_max: 4, delay_ms_min: 500, delay_ms_max: 20_000, asked_ms_max: 60_000 };

    /// For children that crash: 1 s doubling to 5 min; a child is given up after 5 quick exits.
    pub const CHILD: Self =
        Self { tries_max: 5, delay_ms_min: 1_000, delay_ms_max: 300_000, asked_ms_max: 300_000 };

    /// The pause before try number `tries_done + 1`, or `None` when no try is left.
    ///
    /// `asked_ms` is what the other side asked for (`retry-after`); it wins over our own schedule
    /// unless it is longer than `asked_ms_max`, which ends the retries: waiting longer would keep
    /// a person in the dark. `jitter` in `0.0..=1.0` spreads callers over the last half of the
    /// pause.
    #[must_use]
    pub fn delay_ms(self, tries_done: u32, asked_ms: Option<u64>, jitter: f64) -> Option<u64> {
        if tries_done >= self.tries_max {
            return None;
        }
        if let Some(asked_ms) = asked_ms {
            return (asked_ms <= self.asked_ms_max).then_some(asked_ms);
        }
        let doublings = tries_done.saturating_sub(1).min(32);
        let full_ms = self.delay_ms_min.saturating_mul(1 << doublings).min(self.delay_ms_max);
        let half_ms = full_ms / 2;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "jitter is clamped to 0..=1 and pauses are minutes at most"
        )]
        let spread_ms = (half_ms as f64 * jitter.clamp(0.0, 1.0)) as u64;
        Some(full_ms - half_ms + spread_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_limit_and_end() {
        let delays: Vec<_> = (1..=5).map(|n| RetryPolicy::MODEL.delay_ms(n, None, 1.0)).collect();
        assert_eq!(delays, [Some(500), Some(1_000), Some(2_000), None, None]);
        assert_eq!(RetryPolicy::CHILD.delay_ms(1, None, 0.0), Some(500));
    }

    #[test]
    fn the_other_side_decides_within_reason() {
        assert_eq!(RetryPolicy::MODEL.delay_ms(1, Some(7_000), 0.3), Some(7_000));
        assert_eq!(RetryPolicy::MODEL.delay_ms(1, Some(3_600_000), 0.3), None);
    }
}
