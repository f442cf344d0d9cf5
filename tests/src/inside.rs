//! A daemon inside the test, and time that is moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::BoxFuture;
use nexus_agent::port::Clock;
use nexus_daemon::StartOptions;
use nexus_daemon::clock::SystemClock;
use nexus_daemon::config::Environment;
use nexus_daemon::home::OwnerKind;
use nexus_daemon::power::Watched;
use nexus_domain::Timestamp;
use tokio::sync::watch;

use crate::TestHome;

/// When the hand-driven clock begins.
const EPOCH: Timestamp = Timestamp(1_800_000_000_000);

/// Stands still until it is moved.
pub struct HandClock {
    now_ms: watch::Sender<u64>,
    asleep_ms: Arc<AtomicU64>,
    system: SystemClock,
}

impl HandClock {
    /// A clock at its beginning.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let (now_ms, asleep_ms) = (watch::Sender::new(0), Arc::default());
        Arc::new(Self { now_ms, asleep_ms, system: SystemClock::new() })
    }

    /// Moves on, and ends every wait that is over by then.
    pub fn pass(&self, ms: u64) {
        self.now_ms.send_modify(|now| *now += ms);
    }

    /// Lets the machine sleep: the time of day goes on, and nothing else does.
    pub fn sleep_through(&self, ms: u64) {
        self.asleep_ms.fetch_add(ms, Ordering::SeqCst);
    }

    fn asleep_ms(&self) -> u64 {
        self.asleep_ms.load(Ordering::SeqCst)
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        EPOCH.plus_ms(*self.now_ms.borrow() + self.asleep_ms())
    }

    fn monotonic_us(&self) -> u64 {
        *self.now_ms.borrow() * 1_000
    }

    fn boot_us(&self) -> u64 {
        self.monotonic_us() + self.asleep_ms() * 1_000
    }

    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        let mut now_ms = self.now_ms.subscribe();
        let until = *now_ms.borrow() + ms;
        Box::pin(async move {
            // An error means that the clock is gone, and with it everybody who could wait.
            let _ = now_ms.wait_for(|now| *now >= until).await;
        })
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        let (mut now_ms, asleep_ms) = (self.now_ms.subscribe(), Arc::clone(&self.asleep_ms));
        Box::pin(async move {
            // As above. A sleep of the machine counts from when the clock moves on after it.
            let is_there = |now: &u64| EPOCH.plus_ms(*now + asleep_ms.load(Ordering::SeqCst)) >= at;
            let _ = now_ms.wait_for(is_there).await;
        })
    }

    fn entropy(&self) -> u128 {
        self.system.entropy()
    }
}

/// How a daemon inside the test is started: on a free port, with an environment of its own.
#[must_use]
pub fn options(home: &TestHome) -> StartOptions {
    let mut options = StartOptions::new(home.path().to_owned(), OwnerKind::Headless);
    options.port = Some(0);
    // Its clock may be driven by hand, and the machine of the tests may be put to sleep.
    options.power = Watched::nothing();
    // Homes of a minute must not leave keys in the keychain of whoever runs the tests.
    let variables = [("FAKE_KEY", "not-a-secret"), ("NEXUS__ACL__AUDIT_KEY", "file")];
    options.environment = Environment::of(&variables);
    options
}
