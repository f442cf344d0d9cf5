//! What a daemon costs that does nothing: alone, and with an adapter.

use std::time::Duration;

use anyhow::Result;

use crate::Bench;
use crate::daemon::{self, Home};
use crate::process::Process;
use crate::table::Row;

/// Time for a daemon to come to rest after its start, in milliseconds: longer than a thread of the
/// runtime waits for more blocking work, so that those of the start are gone.
const REST_MS: u64 = 15_000;
/// How long it is watched, in milliseconds: longer than most of what it does now and then.
const WATCHED_MS: u64 = 30_000;

/// What was counted while it was watched.
pub(crate) struct Idle {
    /// Memory, in megabytes.
    pub(crate) rss_mb: f64,
    /// The part of it that no file backs, in megabytes.
    pub(crate) anonymous_mb: f64,
    /// Processor time in a minute, in milliseconds.
    pub(crate) cpu_ms: f64,
    /// Voluntary changes of context in a second, over all threads.
    pub(crate) wakeups: f64,
}

/// Watches the daemon without an adapter beside the raw limit, then one with the echo adapter.
pub(crate) async fn measure(bench: &Bench, base_url: &str) -> Result<Vec<Row>> {
    let raw = daemon::start_raw().await?;
    let alone = Home::new(base_url)?;
    let server = daemon::start(bench, &alone).await?;
    let (ours, limit) = tokio::join!(watch(&server.process), watch(&raw.process));
    drop(server);
    let with_echo = Home::new(base_url)?;
    let echo = daemon::program(bench, "nexus-adapter-echo");
    with_echo.add(&format!("\n[adapters.echo]\ncommand = [{:?}]\naccount = \"main\"\n", echo))?;
    let server = daemon::start(bench, &with_echo).await?;
    let beside = watch(&server.process).await;
    Ok(vec![
        Row::new("idle.rss", "idle memory, resident", ours.rss_mb, "MB")
            .limit(limit.rss_mb)
            .aim("<= 25 MB"),
        Row::new("idle.anonymous", "idle memory, anonymous", ours.anonymous_mb, "MB")
            .limit(limit.anonymous_mb)
            .aim("<= 8 MB"),
        Row::new("idle.cpu", "idle processor a minute", ours.cpu_ms, "ms")
            .limit(limit.cpu_ms)
            .aim("<= 18 ms (0.03 %)"),
        Row::new("idle.wakeups", "idle wake-ups a second", ours.wakeups, "/s")
            .limit(limit.wakeups)
            .aim("<= 5"),
        Row::new("idle.echo.rss", "the same with echo: memory, resident", beside.rss_mb, "MB"),
        Row::new("idle.echo.cpu", "... processor a minute", beside.cpu_ms, "ms"),
        Row::new("idle.echo.wakeups", "... wake-ups a second", beside.wakeups, "/s").aim("<= 5"),
    ])
}

/// Watches a process that has just started.
pub(crate) async fn watch(process: &Process) -> Idle {
    tokio::time::sleep(Duration::from_millis(REST_MS)).await;
    let before = process.threads();
    tokio::time::sleep(Duration::from_millis(WATCHED_MS)).await;
    // What a thread did before it ended meanwhile is not known.
    let (mut cpu_us, mut wakeups) = (0.0, 0.0);
    for (id, thread) in process.threads() {
        let before = before.get(&id).copied().unwrap_or_default();
        cpu_us += thread.cpu_us - before.cpu_us;
        wakeups += thread.wakeups - before.wakeups;
    }
    let seconds = WATCHED_MS as f64 / 1_000.0;
    let (rss, anonymous) = process.memory_kb();
    Idle {
        rss_mb: rss / 1_024.0,
        anonymous_mb: anonymous / 1_024.0,
        cpu_ms: cpu_us / 1_000.0 * 60.0 / seconds,
        wakeups: wakeups / seconds,
    }
}
