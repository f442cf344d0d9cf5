//! A part of the daemon panics. Half a daemon is worse than a short break: it ends in good order and
//! starts anew in the same place, unless that happens again and again.

use anyhow::{Result, ensure};
use nexus_client::call;
use nexus_protocol::runtime::StatusParams;
use nexus_tests::{DaemonProcess, TestHome};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
/// Exit code of a daemon that gives up.
const EXIT_CRASHED: i32 = 70;

/// Starts it without waiting: it may have crashed before anybody reaches it.
fn start(home: &TestHome, panics: &str) -> Result<DaemonProcess> {
    DaemonProcess::begin_with(NEXUSD, home.path(), &[("NEXUS_PANIC_IN", panics)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_whose_part_panics_starts_anew_in_the_same_place() -> Result<()> {
    let home = TestHome::offline()?;
    let daemon = start(&home, "outbox")?;
    let is_up = "the daemon is up";
    daemon.wait_until("the new start", || daemon.said().matches(is_up).count() == 2).await?;
    let mut daemon = daemon.listening().await?;
    let said = daemon.said();
    ensure!(said.contains("a part of the daemon panicked"), "{said}");
    let place = daemon.address();
    let is_same = said.lines().filter(|line| line.contains(is_up)).all(|line| line.contains(place));
    ensure!(is_same, "{said}");
    let client = daemon.client().await?;
    let status = client.request::<call::Status>(StatusParams::default()).await?;
    ensure!(status.safe_mode.is_none(), "{status:?}");
    daemon.stop()?;
    ensure!(daemon.ended().await? == 0, "{}", daemon.said());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_panics_again_and_again_ends_and_starts_in_safe_mode() -> Result<()> {
    let home = TestHome::offline()?;
    let mut daemon = start(&home, "outbox:3")?;
    let code = daemon.ended().await?;
    ensure!(code == EXIT_CRASHED, "exit code {code}: {}", daemon.said());
    ensure!(daemon.said().contains("nexusd --safe"), "{}", daemon.said());
    let arguments = ["--safe", "--port", "0"];
    let daemon = DaemonProcess::take_over(NEXUSD, home.path(), &arguments).await?;
    let client = daemon.client().await?;
    let status = client.request::<call::Status>(StatusParams::default()).await?;
    let safe = status.safe_mode.unwrap_or_default();
    ensure!(safe.contains("adapters stay off"), "{safe}");
    Ok(())
}
