//! Sleep of the machine and changes of its network.
//!
//! The operating system may say that the machine goes to sleep ([`PowerSource`]); whether it does or
//! not, a sleep shows when it is over: by a clock that went on, by the time of day, or by a look
//! that came far too late. Both ways end in the same place, [`rest`], which says what is done
//! before and after; everybody else subscribes here.

#[cfg(target_os = "linux")]
mod logind;
mod network;
mod rest;
mod source;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use nexus_agent::port::Clock;
use nexus_domain::Timestamp;
use nexus_domain::power::{Noticed, Reading, sleep_between};
use nexus_protocol::health::PowerFacts;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::task::AbortOnDropHandle;

pub use self::source::{Parked, PowerSource, Source, Watched, Word};
use crate::context::Context;
use network::Network;

/// Pause between two looks at the clocks, in milliseconds.
pub const TICK_MS: u64 = 5_000;
/// Words of the operating system that wait to be heard.
const WORDS_MAX: usize = 4;
/// A machine that said it goes to sleep and runs on for so long has not, in microseconds.
const DROWSY_US_MAX: u64 = 60 * 1_000_000;
/// Sleeps from which connections to providers may not come back, in milliseconds.
const LONG_MS_MIN: u64 = 10_000;
/// How long changes of the network are gathered before they are looked at, in milliseconds.
const SETTLE_MS: u64 = 1_000;

/// The last wake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Awake {
    /// Counts from 1; 0 as long as the machine has not slept.
    pub nth: u64,
    /// How long it slept, in milliseconds.
    pub slept_ms: u64,
    /// When it woke up.
    pub at: Timestamp,
}

/// Tells everybody of sleep and wake. Clones share it.
#[derive(Clone)]
pub struct Power(Arc<Inner>);

struct Inner {
    awake: watch::Sender<Awake>,
    is_asleep: watch::Sender<bool>,
    network: watch::Sender<u64>,
    /// Rung by whoever sees a sleep in the clocks that nobody has dealt with.
    unseen: Notify,
    /// A sleep was seen, and is being dealt with.
    is_at_work: watch::Sender<bool>,
    /// The clocks when they were looked at last.
    looked: Mutex<Reading>,
    /// How soon looks follow each other, where a late one says something.
    tick_ms: Option<u64>,
    facts: Mutex<Option<PowerFacts>>,
}

impl Power {
    /// Begins awake.
    #[must_use]
    pub fn new(clock: &dyn Clock, tick_ms: Option<u64>) -> Self {
        Self(Arc::new(Inner {
            awake: watch::Sender::default(),
            is_asleep: watch::Sender::default(),
            network: watch::Sender::default(),
            unseen: Notify::new(),
            is_at_work: watch::Sender::default(),
            looked: Mutex::new(reading(clock)),
            tick_ms,
            facts: Mutex::default(),
        }))
    }

    /// Changes with every wake, when what had to be put right at once is.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Awake> {
        self.0.awake.subscribe()
    }

    /// Rises whenever the machine has other addresses.
    #[must_use]
    pub fn network(&self) -> watch::Receiver<u64> {
        self.0.network.subscribe()
    }

    /// The last sleep, for people.
    #[must_use]
    pub fn facts(&self) -> Option<PowerFacts> {
        *self.0.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_facts(&self, facts: PowerFacts) {
        *self.0.facts.lock().unwrap_or_else(PoisonError::into_inner) = Some(facts);
    }

    fn looked(&self) -> MutexGuard<'_, Reading> {
        self.0.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no sleep shows in the clocks that is not dealt with.
    fn is_settled(&self, clock: &dyn Clock) -> bool {
        let looked = self.looked();
        let seen = sleep_between(*looked, reading(clock), self.0.tick_ms);
        seen.is_none() && !*self.0.is_at_work.borrow()
    }

    /// A sleep that shows in the clocks since they were looked at. From now on it counts as seen.
    fn look(&self, clock: &dyn Clock) -> Option<(u64, Noticed)> {
        let mut looked = self.looked();
        let now = reading(clock);
        let seen = sleep_between(*looked, now, self.0.tick_ms);
        *looked = now;
        self.0.is_at_work.send_replace(seen.is_some());
        seen
    }
}

impl nexus_agent::port::Power for Power {
    fn awake(&self) -> BoxFuture<'_, ()> {
        let mut is_asleep = self.0.is_asleep.subscribe();
        Box::pin(async move {
            // The sender lives in here.
            let _ = is_asleep.wait_for(|is_asleep| !is_asleep).await;
        })
    }

    fn stirred(&self) -> BoxFuture<'_, ()> {
        let (mut awake, mut network) = (self.subscribe(), self.network());
        Box::pin(async move {
            tokio::select! { _ = awake.changed() => {}, _ = network.changed() => {} }
        })
    }

    fn slept(&self) -> BoxFuture<'_, ()> {
        let mut awake = self.subscribe();
        let nth = awake.borrow().nth;
        Box::pin(async move {
            let is_long = |awake: &Awake| awake.nth != nth && awake.slept_ms >= LONG_MS_MIN;
            let _ = awake.wait_for(is_long).await;
        })
    }
}

fn reading(clock: &dyn Clock) -> Reading {
    let (monotonic_us, boot_us) = (clock.monotonic_us(), clock.boot_us());
    Reading { wall_ms: clock.now().0, monotonic_us, boot_us }
}

/// Waits until a sleep that shows in the clocks is dealt with, for those whose limits do not run
/// while the machine sleeps.
pub(crate) async fn settled(context: &Context) {
    let power = &context.power;
    let mut is_at_work = power.0.is_at_work.subscribe();
    while !power.is_settled(&*context.clock) {
        power.0.unseen.notify_one();
        tokio::select! {
            _ = is_at_work.changed() => {}
            () = context.shutdown.begun() => return,
        }
    }
}

/// Watches until the daemon stops.
pub(crate) async fn run(context: Arc<Context>, watched: Watched) {
    let (words_in, mut words) = mpsc::channel(WORDS_MAX);
    let tick_ms = watched.tick_ms;
    let source = source::begin(&context, watched.source, words_in);
    let _source = AbortOnDropHandle::new(tokio::spawn(source));
    let mut watch = Watch { network: Network::open(), drowsy_since_us: None, back: None, context };
    let context = Arc::clone(&watch.context);
    let mut tick = context.clock.sleep(tick_ms);
    let mut settle: Option<BoxFuture<'static, ()>> = None;
    loop {
        tokio::select! {
            Some(word) = words.recv() => watch.hear(word).await,
            () = &mut tick => {
                watch.look().await;
                tick = context.clock.sleep(tick_ms);
            }
            () = context.power.0.unseen.notified() => watch.look().await,
            () = watch.network.stirred(), if settle.is_none() => {
                settle = Some(context.clock.sleep(SETTLE_MS));
            }
            () = async { if let Some(settle) = &mut settle { settle.await } }, if settle.is_some() => {
                settle = None;
                watch.compare_network().await;
            }
            () = context.shutdown.begun() => return,
        }
    }
}

struct Watch {
    context: Arc<Context>,
    network: Network,
    /// Since when the machine is going to sleep, by the clock that stands still in sleep.
    drowsy_since_us: Option<u64>,
    /// Waits for the adapters after a wake; a later wake takes its place.
    back: Option<AbortOnDropHandle<()>>,
}

impl Watch {
    async fn hear(&mut self, word: Word) {
        match word {
            Word::Sleeps(parked) => {
                // What the clocks show by now belongs to an earlier sleep.
                self.look().await;
                self.drowsy_since_us = Some(self.context.clock.monotonic_us());
                self.context.power.0.is_asleep.send_replace(true);
                rest::before(&self.context).await;
                drop(parked);
            }
            // One that was seen in the clocks already is over.
            Word::Woke if self.drowsy_since_us.is_none() => self.look().await,
            Word::Woke => {
                let seen = self.context.power.look(&*self.context.clock);
                let slept_ms = seen.map_or(0, |(slept_ms, _)| slept_ms);
                self.wake(slept_ms, Noticed::Announced).await;
            }
        }
    }

    async fn look(&mut self) {
        let seen = self.context.power.look(&*self.context.clock);
        let now_us = self.context.clock.monotonic_us();
        let is_false_alarm =
            self.drowsy_since_us.is_some_and(|since| now_us.saturating_sub(since) > DROWSY_US_MAX);
        match seen {
            Some((slept_ms, noticed)) => self.wake(slept_ms, noticed).await,
            None if is_false_alarm => self.wake(0, Noticed::Announced).await,
            None => self.look_at_network().await,
        }
    }

    async fn wake(&mut self, slept_ms: u64, noticed: Noticed) {
        let mut seen = Some((slept_ms, noticed));
        while let Some((slept_ms, noticed)) = seen {
            self.drowsy_since_us = None;
            let awake = rest::after(&self.context, slept_ms, noticed).await;
            self.back = Some(rest::watch_adapters(&self.context, awake));
            self.compare_network().await;
            // What was done just now took its time, which is no stall; another sleep is one.
            let again = self.context.power.look(&*self.context.clock);
            seen = again.filter(|(_, noticed)| *noticed != Noticed::Stall);
        }
        self.context.power.0.is_at_work.send_replace(false);
    }

    /// Looks at the addresses now and then where nobody tells of changes.
    async fn look_at_network(&mut self) {
        if self.network.is_due(self.context.clock.monotonic_us()) {
            self.compare_network().await;
        }
    }

    async fn compare_network(&mut self) {
        if let Some(is_online) = self.network.compare() {
            rest::network_changed(&self.context, is_online).await;
        }
    }
}
