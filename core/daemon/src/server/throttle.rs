//! Slows down whoever guesses. Whoever has the right credential is never held up, so that nobody
//! can lock the owner out by guessing from the same address.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use nexus_domain::Timestamp;

/// Most addresses that are remembered, and as many principals; the one quiet for longest is
/// forgotten first.
const ADDRESSES_MAX: usize = 1024;
/// After so much quiet an address begins anew, in milliseconds.
const QUIET_MS: u64 = 10 * 60 * 1000;
/// Pause after the second failure, in milliseconds; it doubles with every further one.
const DELAY_MS_MIN: u64 = 250;
/// Longest pause, in milliseconds.
const DELAY_MS_MAX: u64 = 8_000;

/// Bits of an IPv6 address that one customer of a provider has for itself.
const V6_OWN_BITS: u32 = 64;

/// Failed logins by address, and by the principal that was claimed: whoever guesses from many
/// addresses is slowed down as well.
#[derive(Default)]
pub(crate) struct Throttle {
    addresses: Mutex<HashMap<IpAddr, Failures>>,
    principals: Mutex<HashMap<String, Failures>>,
}

#[derive(Clone, Copy)]
struct Failures {
    n_failures: u32,
    last_at: Timestamp,
}

impl Throttle {
    /// Counts a failure and says how long its answer has to wait, in milliseconds.
    pub(crate) fn failed(&self, address: IpAddr, now: Timestamp) -> u64 {
        count(&self.addresses, network(address), now)
    }

    /// The same for a failure in which somebody claimed to be a certain principal.
    pub(crate) fn failed_as(&self, principal: &str, now: Timestamp) -> u64 {
        count(&self.principals, principal.to_owned(), now)
    }

    /// How long another guess has to wait before it is looked at, in milliseconds: for guesses
    /// that cost us work.
    pub(crate) fn delay_ms(&self, address: IpAddr, principal: &str, now: Timestamp) -> u64 {
        let of_address = peek(&self.addresses, &network(address), now);
        of_address.max(peek(&self.principals, principal, now))
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6((u128::from(address) >> V6_OWN_BITS << V6_OWN_BITS).into())
        }
        v4 => v4,
    }
}

fn count<K: Hash + Eq + Clone>(all: &Mutex<HashMap<K, Failures>>, key: K, now: Timestamp) -> u64 {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    if !all.contains_key(&key) && all.len() >= ADDRESSES_MAX {
        let quietest = all.iter().min_by_key(|(_, failures)| failures.last_at);
        if let Some(quietest) = quietest.map(|(key, _)| key.clone()) {
            all.remove(&quietest);
        }
    }
    let failures = all.entry(key).or_insert(Failures { n_failures: 0, last_at: now });
    if now.ms_since(failures.last_at) >= QUIET_MS {
        failures.n_failures = 0;
    }
    failures.n_failures = failures.n_failures.saturating_add(1);
    failures.last_at = now;
    failures.delay_ms()
}

fn peek<K: Hash + Eq + Borrow<Q>, Q: Hash + Eq + ?Sized>(
    all: &Mutex<HashMap<K, Failures>>,
    key: &Q,
    now: Timestamp,
) -> u64 {
    let all = all.lock().unwrap_or_else(PoisonError::into_inner);
    let failures = all.get(key).filter(|failures| now.ms_since(failures.last_at) < QUIET_MS);
    failures.map_or(0, Failures::delay_ms)
}

impl Failures {
    fn delay_ms(&self) -> u64 {
        match self.n_failures {
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
    fn many_addresses_of_one_guesser_count_as_one() {
        let throttle = Throttle::default();
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(throttle.failed(address("2001:db8::1"), Timestamp(0)), 0);
        assert_eq!(throttle.failed(address("2001:db8::2:1"), Timestamp(0)), 250);
        assert_eq!(throttle.failed(address("2001:db8:0:1::1"), Timestamp(0)), 0);
        assert_eq!(throttle.failed(address("::ffff:10.0.0.1"), Timestamp(0)), 0);
        assert_eq!(throttle.failed(address("10.0.0.1"), Timestamp(0)), 250);
        assert_eq!(throttle.failed_as("owner", Timestamp(0)), 0);
        assert_eq!(throttle.failed_as("owner", Timestamp(0)), 250);
        assert_eq!(throttle.delay_ms(address("10.0.0.9"), "owner", Timestamp(1)), 250);
        assert_eq!(
            throttle.delay_ms(address("10.0.0.9"), "owner", Timestamp(0).plus_ms(QUIET_MS)),
            0
        );
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
