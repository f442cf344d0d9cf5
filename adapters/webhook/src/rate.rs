//! How often something may happen: so many at once, and so many a minute for long.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// Most keys that are remembered; beyond it those that have not been seen for longest go.
const KEYS_MAX: usize = 4_096;
/// Milliseconds of a minute.
const MINUTE_MS: u64 = 60_000;

/// A bucket for each key.
#[derive(Debug)]
pub(crate) struct Rates<K> {
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// What is left, in thousandths.
    left: u64,
    at_ms: i64,
}

impl<K> Default for Rates<K> {
    fn default() -> Self {
        Self { buckets: Mutex::new(HashMap::new()) }
    }
}

impl<K: Clone + Eq + Hash> Rates<K> {
    /// Takes one for a key that may have `per_minute` of them. Otherwise says after how many
    /// seconds there is one again.
    pub(crate) fn take(&self, key: &K, per_minute: u32, now_ms: i64) -> Result<(), u64> {
        let full = u64::from(per_minute) * 1_000;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEYS_MAX && !buckets.contains_key(key) {
            let oldest = buckets.iter().min_by_key(|(_, bucket)| bucket.at_ms);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                buckets.remove(&oldest);
            }
        }
        let bucket = buckets.entry(key.clone()).or_insert(Bucket { left: full, at_ms: now_ms });
        let passed_ms = u64::try_from(now_ms.saturating_sub(bucket.at_ms)).unwrap_or_default();
        let more = passed_ms.saturating_mul(u64::from(per_minute)) * 1_000 / MINUTE_MS;
        // What is too little to count is not lost: it counts from the same instant the next time.
        if more > 0 || bucket.at_ms > now_ms {
            *bucket = Bucket { left: bucket.left.saturating_add(more).min(full), at_ms: now_ms };
        }
        if bucket.left >= 1_000 {
            bucket.left -= 1_000;
            return Ok(());
        }
        let wait_ms = (1_000 - bucket.left) * MINUTE_MS / full.max(1);
        Err(wait_ms.div_ceil(1_000).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_and_so_many_for_long() {
        let rates = Rates::default();
        for _ in 0..6 {
            assert_eq!(rates.take(&"a", 6, 0), Ok(()));
        }
        assert_eq!(rates.take(&"a", 6, 0), Err(10));
        assert_eq!(rates.take(&"b", 6, 0), Ok(()), "another one has its own");
        assert_eq!(rates.take(&"a", 6, 4_000), Err(6));
        assert_eq!(rates.take(&"a", 6, 10_000), Ok(()));
        assert_eq!(rates.take(&"a", 6, 10_000), Err(10));
        // A clock that is set back gives nothing away and takes nothing for long.
        assert!(rates.take(&"a", 6, -100_000).is_err());
        assert_eq!(rates.take(&"a", 6, -90_000), Ok(()));
        for n in 0..30_000 {
            let _ = rates.take(&"a", 6, n);
        }
    }

    #[test]
    fn no_more_keys_are_kept_than_there_is_room_for() {
        let rates = Rates::default();
        for key in 0..2 * KEYS_MAX {
            assert_eq!(rates.take(&key, 1, i64::try_from(key).unwrap()), Ok(()));
        }
        assert_eq!(rates.buckets.lock().unwrap().len(), KEYS_MAX);
    }
}
