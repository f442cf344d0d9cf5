//! The only place that reads time.

use std::sync::Arc;

use futures_util::future::BoxFuture;
pub use nexus_agent::port::Clock;
use nexus_domain::Timestamp;

/// The clock of the machine.
pub struct SystemClock {
    origin: std::time::Instant,
}

impl SystemClock {
    /// Starts the clock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one home of time")]
    pub fn new() -> Self {
        Self { origin: std::time::Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one home of time")]
    fn now(&self) -> Timestamp {
        let since_epoch =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    fn monotonic_us(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    #[cfg(any(target_os = "linux", target_os = "macos"))]
    fn boot_us(&self) -> u64 {
        // On macOS the clock of this name goes on during sleep, and that of `Instant` does not.
        #[cfg(target_os = "linux")]
        let clock = rustix::time::ClockId::Boottime;
        #[cfg(target_os = "macos")]
        let clock = rustix::time::ClockId::Monotonic;
        let now = rustix::time::clock_gettime(clock);
        let micros = u64::try_from(now.tv_nsec).unwrap_or_default() / 1_000;
        u64::try_from(now.tv_sec).unwrap_or_default().saturating_mul(1_000_000) + micros
    }

    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(std::time::Duration::from_millis(ms)))
    }

    fn entropy(&self) -> u128 {
        let mut bytes = [0_u8; 16];
        // Without randomness ids would collide and keys would be guessable: there is no way on.
        if getrandom::fill(&mut bytes).is_err() {
            tracing::error!("the operating system gives no randomness");
            std::process::abort();
        }
        u128::from_le_bytes(bytes)
    }
}

/// The same clock as the supervisor knows it.
pub(crate) struct SupervisorClock(pub(crate) Arc<dyn Clock>);

impl nexus_supervisor::Clock for SupervisorClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
    fn monotonic_us(&self) -> u64 {
        self.0.monotonic_us()
    }
    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        self.0.sleep(ms)
    }
    fn entropy(&self) -> u128 {
        self.0.entropy()
    }
}
