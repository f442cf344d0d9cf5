//! Time, passed in.

use futures_util::future::BoxFuture;
use nexus_domain::Timestamp;

/// Reads time and waits. The daemon passes its own; a test's moves by hand.
pub trait Clock: Send + Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;
    /// Microseconds of a clock that only moves forward.
    fn monotonic_us(&self) -> u64;
    /// Waits; a test's clock may end the wait when it moves.
    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()>;
    /// Random bits, for jitter.
    fn entropy(&self) -> u128;
}

/// Spreads restarts: a number in `0.0..=1.0`.
pub(crate) fn jitter(clock: &dyn Clock) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "32 of the random bits are enough")]
    let bits = clock.entropy() as u32;
    f64::from(bits) / f64::from(u32::MAX)
}
