//! An idle daemon spends nothing: a whole day of the hand-driven clock, and no model is asked.

use anyhow::{Result, ensure};
use nexus_daemon::Daemon;
use nexus_domain::id::Position;
use nexus_ledger::UsageFilter;
use nexus_tests::{Act, FakeModel, HandClock, TestHome, inside};

const MINUTE_MS: u64 = 60_000;
const MINUTES_OF_A_DAY: u64 = 24 * 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_nothing_to_do_asks_no_model() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("somebody asked".to_owned())).await?;
    let home = TestHome::with_model(&model)?;
    let clock = HandClock::new();
    let mut options = inside::options(&home);
    options.clock = clock.clone();
    let daemon = Daemon::assemble(options).await?;
    for _ in 0..MINUTES_OF_A_DAY {
        clock.pass(MINUTE_MS);
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
