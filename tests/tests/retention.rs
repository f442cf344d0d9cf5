//! What is older than it has to be kept is given up by the daemon itself, and the rest still fits.

use std::time::Duration;

use anyhow::{Result, ensure};
use nexus_daemon::Daemon;
use nexus_domain::Timestamp;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::principal::{Chain, Principal};
use nexus_ledger::{AuditEntry, AuditPosition};
use nexus_tests::{HandClock, TestHome, inside, records};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const HOUR_MS: u64 = 60 * 60 * 1000;
/// Rows that grow old; a pruning is not worth fewer than a hundred.
const N_OLD: u64 = 150;
/// Pause between two looks at what the daemon's own task does.
const LOOK: Duration = Duration::from_millis(10);
/// Most looks, an hour apart, before the scenario gives up. It bounds a hang; nothing is asserted
/// about it.
const LOOKS_MAX: u32 = 3_000;

async fn append(daemon: &Daemon, clock: &HandClock, n_rows: u64) -> Result<()> {
    use nexus_agent::port::Clock as _;
    let now: Timestamp = clock.now();
    let write = daemon.context().ledger.write(move |tx| {
        for n in 0..n_rows {
            let chain = Chain::of(Principal::Owner);
            tx.audit().append(&AuditEntry::fact(now, chain, "test", format!("row {n}"), "why"))?;
        }
        Ok(())
    });
    Ok(write.await?)
}

/// The number of the first row that is kept.
async fn first(daemon: &Daemon) -> Result<AuditPosition> {
    let checkpoint = daemon.context().ledger.read(|r| r.audit().checkpoint()).await?;
    Ok(AuditPosition(checkpoint.map_or(0, |latest| latest.base.0) + 1))
}

/// Lets hours go by, each with room for whoever woke up, until something is so.
async fn pass_until(
    clock: &HandClock,
    what: &str,
    is_so: impl AsyncFn() -> Result<bool>,
) -> Result<()> {
    for _ in 0..LOOKS_MAX {
        if is_so().await? {
            return Ok(());
        }
        clock.pass(HOUR_MS);
        tokio::time::sleep(LOOK).await;
    }
    anyhow::bail!("{what} did not happen")
}

#[tokio::test(flavor = "multi_thread")]
async fn old_rows_are_given_up_by_the_daemon_and_the_rest_still_fits() -> Result<()> {
    let home = TestHome::with_config("[models]\ndiscover = false\n[acl]\naudit_days = 2\n")?;
    let clock = HandClock::new();
    let mut options = inside::options(&home);
    options.clock = clock.clone();
    let daemon = Daemon::assemble(options).await?;
    append(&daemon, &clock, N_OLD).await?;
    let is_signed = async || {
        let signed = daemon.context().ledger.read(|r| r.audit().checkpoint()).await?;
        Ok(signed.is_some_and(|latest| latest.position.0 >= N_OLD))
    };
    pass_until(&clock, "a checkpoint", is_signed).await?;
    ensure!(first(&daemon).await?.0 == 1, "rows were given up that are young");
    let is_pruned = async || Ok(first(&daemon).await?.0 > N_OLD);
    pass_until(&clock, "a pruning", is_pruned).await?;
    let kept = first(&daemon).await?;
    append(&daemon, &clock, 5).await?;
    daemon.drain("enough time has passed").await;

    records::verify(NEXUSD, &home)?;
    let rows = records::decisions(&home).await?;
    ensure!(rows.iter().all(|row| row.record.position >= kept), "old rows are still there");
    let prunings = records::allowed(&rows, "audit.prune");
    ensure!(prunings.len() == 1, "{prunings:?}");
    let said = prunings[0].record.resource.clone().unwrap_or_default();
    ensure!(said == format!("rows 1 to {}", kept.0 - 1), "it says `{said}`");
    // Who starts on what is left goes on with the same chain.
    Daemon::assemble(inside::options(&home)).await?.drain("it started").await;
    records::verify(NEXUSD, &home)
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_stood_alone_are_given_up_and_conversations_are_not() -> Result<()> {
    use nexus_agent::port::Clock as _;
    let home = TestHome::with_config("[models]\ndiscover = false\n[sessions]\ncall_days = 3\n")?;
    let clock = HandClock::new();
    let mut options = inside::options(&home);
    options.clock = clock.clone();
    let daemon = Daemon::assemble(options).await?;
    let begin = async |names: &[&str]| -> Result<()> {
        let keys: Vec<_> =
            names.iter().map(|name| SessionKey::parse(name)).collect::<Result<_, _>>()?;
        let (now, main) = (clock.now(), AgentId::parse("main")?);
        let write = daemon.context().ledger.write(move |tx| {
            keys.iter().try_for_each(|key| tx.sessions().ensure(key, &main, now).map(|_| ()))
        });
        Ok(write.await?)
    };
    let is_there = async |name: &str| -> Result<bool> {
        let key = SessionKey::parse(name)?;
        Ok(daemon.context().ledger.read(move |r| r.sessions().get(&key)).await?.is_some())
    };
    begin(&["call:old", "main", "callous", "dm:friend"]).await?;
    for _ in 0..48 {
        clock.pass(HOUR_MS);
    }
    begin(&["call:young"]).await?;
    let is_gone = async || Ok(!is_there("call:old").await?);
    pass_until(&clock, "giving up an old call", is_gone).await?;
    for name in ["main", "callous", "dm:friend"] {
        ensure!(is_there(name).await?, "{name} was given up");
    }
    let is_gone = async || Ok(!is_there("call:young").await?);
    pass_until(&clock, "giving up the other call", is_gone).await?;
    daemon.drain("enough time has passed").await;
    Ok(())
}
