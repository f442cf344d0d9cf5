//! An idle daemon spends nothing: a whole day of the hand-driven clock, and no model is asked.

use std::sync::Arc;

use anyhow::{Result, ensure};
use futures_util::future::BoxFuture;
use nexus_agent::port::Clock;
use nexus_daemon::clock::SystemClock;
use nexus_daemon::config::Environment;
use nexus_daemon::home::OwnerKind;
use nexus_daemon::{Daemon, StartOptions};
use nexus_domain::Timestamp;
use nexus_domain::id::Position;
use nexus_ledger::UsageFilter;
use nexus_tests::{Act, FakeModel, TestHome};
use tokio::sync::watch;

const MINUTE_MS: u64 = 60_000;
const MINUTES_OF_A_DAY: u64 = 24 * 60;

/// A clock that moves by hand.
struct HandClock {
    now_ms: watch::Sender<u64>,
    entropy: SystemClock,
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_800_000_000_000).plus_ms(*self.now_ms.borrow())
    }

    fn monotonic_us(&self) -> u64 {
        *self.now_ms.borrow() * 1_000
    }

    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        let mut now_ms = self.now_ms.subscribe();
        let until = *now_ms.borrow() + ms;
        Box::pin(async move {
            let _ = now_ms.wait_for(|now| *now >= until).await;
        })
    }

    fn entropy(&self) -> u128 {
        self.entropy.entropy()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_nothing_to_do_asks_no_model() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("somebody asked".to_owned())).await?;
    let home = TestHome::with_model(&model)?;
    let clock = Arc::new(HandClock { now_ms: watch::Sender::new(0), entropy: SystemClock::new() });
    let mut options = StartOptions::new(home.path().to_owned(), OwnerKind::Headless);
    options.port = Some(0);
    options.environment = Environment::of(&[("FAKE_KEY", "not-a-secret")]);
    options.clock = clock.clone();
    let daemon = Daemon::assemble(options).await?;
    for _ in 0..MINUTES_OF_A_DAY {
        clock.now_ms.send_modify(|now| *now += MINUTE_MS);
        // A read behind everything that woke up: whoever wanted to work has had a chance to.
        daemon.context().ledger.read(|r| r.events().latest()).await?;
        tokio::task::yield_now().await;
    }
    let (total, events) = daemon
        .context()
        .ledger
        .read(|r| {
            Ok((r.usage().total(&UsageFilter::default())?, r.events().after(Position(0), 1_000)?))
        })
        .await?;
    ensure!(model.seen().is_empty(), "a model was asked: {:?}", model.seen());
    ensure!(total == nexus_ledger::UsageSums::default(), "{total:?}");
    let is_work = |kind: &str| kind.starts_with("turn.") || kind.starts_with("nex.request.");
    ensure!(!events.iter().any(|event| is_work(&event.kind)), "something ran");
    daemon.drain("the day is over").await;
    Ok(())
}
