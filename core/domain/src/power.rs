//! How a sleep of the machine is seen by comparing clocks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A time by which the clock of sleep may run ahead of the other one without a sleep, in
/// milliseconds: reading both takes a moment, too.
const GAP_MS_MIN: u64 = 1_000;
/// A jump of the time of day that is taken for a sleep, in milliseconds. Smaller ones are corrections.
const JUMP_MS_MIN: u64 = 10_000;
/// A look that comes so many times later than it should is late because nothing ran.
const LATE_TICKS: u64 = 3;

/// By what a wake was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Noticed {
    /// The operating system said so.
    Announced,
    /// The clock that goes on during sleep ran ahead.
    Gap,
    /// The time of day jumped.
    Jump,
    /// The daemon did not run: it was stopped, or its virtual machine was.
    Stall,
}

/// The clocks at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The time of day, in milliseconds.
    pub wall_ms: i64,
    /// The clock that stands still during sleep, in microseconds.
    pub monotonic_us: u64,
    /// The clock that goes on during sleep, in microseconds; the same as the one before where there
    /// is none.
    pub boot_us: u64,
}

/// What the time between two readings says: how long the machine slept, in milliseconds, and how
/// that shows. `tick_ms` is how soon the second reading should have come; nothing where that says
/// nothing.
#[must_use]
pub fn sleep_between(
    before: Reading,
    after: Reading,
    tick_ms: Option<u64>,
) -> Option<(u64, Noticed)> {
    let ran_ms = after.monotonic_us.saturating_sub(before.monotonic_us) / 1_000;
    let passed_ms = after.boot_us.saturating_sub(before.boot_us) / 1_000;
    let gap_ms = passed_ms.saturating_sub(ran_ms);
    if gap_ms >= GAP_MS_MIN {
        return Some((gap_ms, Noticed::Gap));
    }
    let wall_ms = u64::try_from(after.wall_ms.saturating_sub(before.wall_ms)).unwrap_or_default();
    let jump_ms = wall_ms.saturating_sub(ran_ms);
    if jump_ms >= JUMP_MS_MIN {
        return Some((jump_ms, Noticed::Jump));
    }
    let tick_ms = tick_ms?;
    let late_ms = ran_ms.saturating_sub(tick_ms);
    (ran_ms > tick_ms.saturating_mul(LATE_TICKS)).then_some((late_ms, Noticed::Stall))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Reading = Reading { wall_ms: 1_000_000, monotonic_us: 5_000, boot_us: 70_005_000 };

    #[track_caller]
    fn check(wall_ms: i64, ran_ms: u64, boot_ms: u64, expect: Option<(u64, Noticed)>) {
        let after = Reading {
            wall_ms: START.wall_ms + wall_ms,
            monotonic_us: START.monotonic_us + ran_ms * 1_000,
            boot_us: START.boot_us + boot_ms * 1_000,
        };
        assert_eq!(sleep_between(START, after, Some(5_000)), expect);
    }

    #[test]
    fn a_sleep_shows_in_the_clocks_and_little_things_do_not() {
        check(5_000, 5_000, 5_000, None);
        check(5_000, 5_000, 5_002, None);
        check(7_205_000, 5_000, 7_205_000, Some((7_200_000, Noticed::Gap)));
        check(1_000, 100, 3_100, Some((3_000, Noticed::Gap)));
    }

    #[test]
    fn the_time_of_day_jumps_forward_only_and_far() {
        check(14_999, 5_000, 5_000, None);
        check(15_000, 5_000, 5_000, Some((10_000, Noticed::Jump)));
        check(-3_600_000, 5_000, 5_000, None);
    }

    #[test]
    fn nothing_ran_when_a_look_is_far_too_late() {
        check(15_000, 15_000, 15_000, None);
        check(15_001, 15_001, 15_001, Some((10_001, Noticed::Stall)));
        let late = Reading { monotonic_us: START.monotonic_us + 99_000_000, ..START };
        assert_eq!(sleep_between(START, late, None), None, "nobody looks");
    }
}
