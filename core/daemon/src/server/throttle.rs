//! Slows down whoever guesses. Whoever has the right credential is never held up, so that nobody
//! can lock the owner out by guessing from the same address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use nexus_domain::Timestamp;

/// Most addresses that are remembered; the one quiet for longest is forgotten first.
const ADDRESSES_MAX: usize = 1024;
/// After so much quiet an address begins anew, in milliseconds.
const QUIET_MS: u64 = 10 * 60 * 1000;
/// Pause after the second failure, in milliseconds; it doubles with every further one.
const DELAY_MS_MIN: u64 = 250;
/// Longest pause, in milliseconds.
const DELAY_MS_MAX: u64 = 8_000;

/// Failed logins by address.
#[derive(Default)]
pub(super) struct Throttle {
    addresses: Mutex<HashMap<IpAddr, Failures>>,
}

#[derive(Clone, Copy)]
struct Failures {
    n_failures: u32,
    last_at: Timestamp,
}

impl Throttle {
    /// Counts a failure and says how long its answer has to wait, in milliseconds.
    pub(super) fn failed(&self, address: IpAddr, now: Timestamp) -> u64 {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = !addresses.contains_key(&address);
        if is_new && addresses.len() >= ADDRESSES_MAX {
            let quietest = addresses.iter().min_by_key(|(_, failures)| failures.last_at);
            if let Some(quietest) = quietest.map(|(address, _)| *address) {
                addresses.remove(&quietest);
            }
        }
        let failures = addresses.entry(address).or_insert(Failures { n_failures: 0, last_at: now });
        if now.ms_since(failures.last_at) >= QUIET_MS {
            failures.n_failures = 0;
        }
        failures.n_failures = failures.n_failures.saturating_add(1);
        failures.last_at = now;
        match failures.n_failures {
            // A slip of the fingers costs nothing.
            0 | 1 => 0,
            n => DELAY_MS_MIN.saturating_mul(1 << (n - 2).min(16)).min(DELAY_MS_MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn guessing_gets_slower_and_quiet_heals() {
        let throttle = Throttle::default();
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let delays: Vec<_> = (0..8).map(|_| throttle.failed(address, Timestamp(0))).collect();
        assert_eq!(delays, [0, 250, 500, 1000, 2000, 4000, 8000, 8000]);
        assert_eq!(throttle.failed(address, Timestamp(0).plus_ms(QUIET_MS)), 0);
    }

    #[test]
    fn the_table_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..2 * u32::try_from(ADDRESSES_MAX).unwrap() {
            throttle.failed(IpAddr::V4(Ipv4Addr::from(n)), Timestamp(i64::from(n)));
        }
        assert_eq!(throttle.addresses.lock().unwrap().len(), ADDRESSES_MAX);
    }
}
