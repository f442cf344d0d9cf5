//! How fast a child may hand in events. What comes faster stays in its pipe, where it costs others
//! nothing.

use std::sync::{Mutex, PoisonError};

/// A burst may be this many seconds' worth.
const BURST_S: u64 = 5;
/// A flood is remembered for so long, in microseconds.
const REMEMBERED_US: u64 = 60 * 1_000_000;

#[derive(Debug)]
struct Bucket {
    /// Millionths of an event that may still come at once.
    left_millionths: u64,
    at_us: u64,
    slowed_at_us: Option<u64>,
}

/// A bucket of events that fills by itself.
#[derive(Debug)]
pub(crate) struct Pace {
    per_s: u64,
    bucket: Mutex<Bucket>,
}

impl Pace {
    pub(crate) fn new(per_s: u32, now_us: u64) -> Self {
        let per_s = u64::from(per_s.max(1));
        let left_millionths = per_s * BURST_S * 1_000_000;
        let bucket = Bucket { left_millionths, at_us: now_us, slowed_at_us: None };
        Self { per_s, bucket: Mutex::new(bucket) }
    }

    /// Takes one event out: how long it has to wait, in milliseconds. After the wait comes
    /// [`Self::waited`].
    pub(crate) fn take(&self, now_us: u64) -> Option<u64> {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let passed_us = now_us.saturating_sub(bucket.at_us);
        let full = self.per_s * BURST_S * 1_000_000;
        bucket.left_millionths =
            bucket.left_millionths.saturating_add(passed_us.saturating_mul(self.per_s)).min(full);
        bucket.at_us = now_us;
        if let Some(left) = bucket.left_millionths.checked_sub(1_000_000) {
            bucket.left_millionths = left;
            return None;
        }
        bucket.slowed_at_us = Some(now_us);
        Some((1_000 / self.per_s).max(1))
    }

    /// The wait has paid for the event: it fills nothing.
    pub(crate) fn waited(&self, now_us: u64) {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner).at_us = now_us;
    }

    /// What is to be said about it, while it is or was just now too fast.
    pub(crate) fn lament(&self, now_us: u64) -> Option<String> {
        let bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = now_us.saturating_sub(bucket.slowed_at_us?) < REMEMBERED_US;
        is_recent.then(|| {
            format!("hands in more than {} events a second, and is slowed down to that", self.per_s)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_a_flood_waits() {
        let pace = Pace::new(10, 0);
        assert!((0..50).all(|_| pace.take(0).is_none()), "five seconds' worth at once");
        assert_eq!(pace.take(0), Some(100));
        assert!(pace.lament(1).unwrap().contains("more than 10 events"));
        pace.waited(100_000);
        assert_eq!(pace.take(100_000), Some(100), "the wait was for the event before");
        assert_eq!(pace.take(200_000), None, "a tenth of a second is one event");
        assert_eq!(pace.lament(200_000_000), None);
    }
}
