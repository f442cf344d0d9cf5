//! Every row of the table, in order.

use anyhow::{Context as _, Result};

use crate::Bench;
#[cfg(target_os = "linux")]
use crate::app;
use crate::daemon::{self, Home, Server};
use crate::load::{self, Target, Timing};
use crate::process::Process;
use crate::table::{Row, median, percentile};
use crate::{callers, connections, crowd, handover, idle, provider, startup, turns, verdicts};

/// How often a load is repeated, ours and the limit in turn.
const N_ROUNDS: usize = 3;

/// The parts that can be measured alone.
const PARTS: &[&str] =
    &["daemon", "idle", "app", "crowd", "callers", "handover", "programs", "ledger", "verdict"];

/// Measures everything, or the one part that is asked for.
pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Row>> {
    if let Some(only) = &bench.only {
        let parts = PARTS.join(", ");
        anyhow::ensure!(PARTS.contains(&only.as_str()), "`{only}` is none of {parts}");
    }
    let is_wanted = |part: &str| bench.only.as_deref().is_none_or(|only| only == part);
    let mut rows = Vec::new();
    let with_home = ["daemon", "idle", "app", "crowd", "callers", "handover", "programs"];
    if with_home.into_iter().any(is_wanted) {
        let base_url = provider::serve().await?;
        let home = Home::new(&base_url)?;
        if is_wanted("daemon") {
            rows.extend(whole_daemon(bench, &home).await?);
        }
        if is_wanted("idle") {
            rows.extend(idle::measure(bench, &base_url).await?);
        }
        #[cfg(target_os = "linux")]
        if is_wanted("app") {
            rows.extend(app::measure(bench, &base_url).await?);
        }
        if is_wanted("crowd") {
            let home = Home::new(&base_url)?;
            rows.extend(crowd::measure(&daemon::start(bench, &home).await?).await?);
        }
        if is_wanted("callers") {
            rows.extend(callers::measure(bench, &base_url).await?);
        }
        if is_wanted("handover") {
            rows.extend(handover::measure(bench, &base_url).await?);
        }
        if is_wanted("programs") {
            rows.extend(startup::commands(bench, &home)?);
            rows.extend(startup::sizes(bench)?);
        }
    }
    if is_wanted("ledger") {
        rows.extend(ledger(bench)?);
    }
    if is_wanted("verdict") {
        rows.extend(verdicts::measure()?);
    }
    Ok(rows)
}

async fn whole_daemon(bench: &Bench, home: &Home) -> Result<Vec<Row>> {
    let mut rows = startup::start(bench, home).await?;
    let server = daemon::start(bench, home).await?;
    let raw = daemon::start_raw().await?;
    rows.extend(ws(&server, &raw).await?);
    rows.extend(http(&server, &raw).await?);
    rows.push(connections::handshake(&server, &raw).await?);
    rows.extend(whole_turns(&server).await?);
    rows.push(connections::fan_out(&server, &raw, home).await?);
    // Last of those that share the daemon, because it leaves the memory larger.
    rows.push(connections::idle(&server, &raw).await?);
    Ok(rows)
}

/// A load on ours and on the limit, several times in turn; processor time is per answer.
struct Pair {
    ours: Timing,
    limit: Timing,
    ours_cpu_us: f64,
    limit_cpu_us: f64,
}

async fn pair<F: AsyncFn(Target) -> Result<Timing>>(
    server: &Server,
    raw: &Server,
    n: usize,
    load: F,
) -> Result<Pair> {
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for _ in 0..N_ROUNDS {
        ours.push(measured(&server.process, n, load(server.target.clone())).await?);
        limit.push(measured(&raw.process, n, load(raw.target.clone())).await?);
    }
    let (ours, ours_cpu_us) = middle(&ours);
    let (limit, limit_cpu_us) = middle(&limit);
    Ok(Pair { ours, limit, ours_cpu_us, limit_cpu_us })
}

async fn measured(
    process: &Process,
    n: usize,
    load: impl Future<Output = Result<Timing>>,
) -> Result<(Timing, f64)> {
    let before = process.cpu_us();
    let timing = load.await?;
    Ok((timing, (process.cpu_us() - before) / n as f64))
}

fn middle(rounds: &[(Timing, f64)]) -> (Timing, f64) {
    let of = |pick: fn(&(Timing, f64)) -> f64| median(&rounds.iter().map(pick).collect::<Vec<_>>());
    let timing = Timing {
        p50_ms: of(|(timing, _)| timing.p50_ms),
        p99_ms: of(|(timing, _)| timing.p99_ms),
        rate: of(|(timing, _)| timing.rate),
    };
    (timing, of(|(_, cpu_us)| *cpu_us))
}

async fn ws(server: &Server, raw: &Server) -> Result<Vec<Row>> {
    let one = pair(server, raw, 5_000, async |t| load::calls(&t, 1, 1, 5_000).await).await?;
    let many = pair(server, raw, 64_000, async |t| load::calls(&t, 16, 8, 4_000).await).await?;
    let wide = pair(server, raw, 32_000, async |t| load::calls(&t, 64, 1, 500).await).await?;
    Ok(vec![
        Row::new("ws.1.p50", "WS health, 1 client, p50", one.ours.p50_ms, "ms")
            .limit(one.limit.p50_ms)
            .aim("<= 0.06 ms"),
        Row::new("ws.1.p99", "WS health, 1 client, p99", one.ours.p99_ms, "ms")
            .limit(one.limit.p99_ms)
            .aim("<= 0.3 ms"),
        Row::new("ws.1.cpu", "WS health, 1 client, processor a call", one.ours_cpu_us, "us")
            .limit(one.limit_cpu_us)
            .aim("<= 30 us"),
        Row::new("ws.16x8.rate", "WS health, 16 clients x 8", many.ours.rate, "/s")
            .limit(many.limit.rate)
            .aim(">= 60 % of raw"),
        Row::new("ws.16x8.cpu", "WS health, 16 clients x 8, processor", many.ours_cpu_us, "us")
            .limit(many.limit_cpu_us)
            .aim("<= 11 us"),
        Row::new("ws.64.rate", "WS health, 64 clients", wide.ours.rate, "/s")
            .limit(wide.limit.rate)
            .aim(">= 70 % of raw"),
    ])
}

async fn http(server: &Server, raw: &Server) -> Result<Vec<Row>> {
    let many = pair(server, raw, 32_000, async |t| load::requests(&t, 16, 2_000).await).await?;
    Ok(vec![
        Row::new("http.rate", "HTTP /health, 16 connections", many.ours.rate, "/s")
            .limit(many.limit.rate)
            .aim(">= 60 % of raw"),
        Row::new("http.cpu", "HTTP /health, processor", many.ours_cpu_us, "us")
            .limit(many.limit_cpu_us),
    ])
}

async fn whole_turns(server: &Server) -> Result<Vec<Row>> {
    // The first turn opens the connection to the provider.
    let first = turns::run(&server.target, "first", 1, 1).await?;
    let before = server.process.cpu_us();
    let alone = turns::run(&server.target, "alone", 1, 100).await?;
    let cpu_ms = (server.process.cpu_us() - before) / 1_000.0 / alone.len() as f64;
    let start = std::time::Instant::now();
    let eight = turns::run(&server.target, "eight", 8, 50).await?;
    let eight_rate = eight.len() as f64 / start.elapsed().as_secs_f64();
    let start = std::time::Instant::now();
    let many = turns::run(&server.target, "many", 64, 10).await?;
    let many_rate = many.len() as f64 / start.elapsed().as_secs_f64();
    let totals = |turns: &[turns::Turn]| turns.iter().map(|turn| turn.total_ms).collect::<Vec<_>>();
    let firsts: Vec<f64> = alone.iter().map(|turn| turn.first_ms).collect();
    Ok(vec![
        Row::new("turn.cold", "first turn after the start", median(&totals(&first)), "ms"),
        Row::new("turn.first", "turn, first text, p50", median(&firsts), "ms").aim("<= 3 ms"),
        Row::new("turn.total", "turn, p50", median(&totals(&alone)), "ms").aim("<= 4 ms"),
        Row::new("turn.cpu", "turn, processor", cpu_ms, "ms").aim("<= 2.5 ms"),
        Row::new("turn.8.p50", "8 turns at once, p50", median(&totals(&eight)), "ms")
            .aim("<= 15 ms"),
        Row::new("turn.8.rate", "8 turns at once", eight_rate, "/s").aim(">= 500/s"),
        Row::new("turn.64.p99", "64 turns at once, p99", percentile(&totals(&many), 0.99), "ms")
            .aim("<= 200 ms"),
        Row::new("turn.64.rate", "64 turns at once", many_rate, "/s").aim(">= 600/s"),
    ])
}

/// The ledger next to bare SQLite; only the ledger's crate may name SQLite, so that its own example
/// measures both and prints the figures.
fn ledger(bench: &Bench) -> Result<Vec<Row>> {
    let example = bench.programs.join("examples").join("commits");
    if !example.is_file() {
        return Ok(Vec::new());
    }
    let output = std::process::Command::new(&example).output().context("the ledger's example")?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let figures: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let of = |name: &str| figures[name].as_f64().unwrap_or(f64::NAN);
    Ok(vec![
        Row::new("ledger.one", "ledger, one row after the other", of("one"), "/s")
            .limit(of("raw_one")),
        Row::new("ledger.group", "ledger, 64 writers", of("group"), "/s")
            .limit(of("raw_group"))
            .aim(">= 80 % of raw"),
        Row::new(
            "budget.call",
            "paying for a model call, 3 budgets",
            1_000_000.0 / of("calls"),
            "us",
        )
        .limit(2_000_000.0 / of("raw_one")),
        Row::new("audit.cost", "audit, added to one effect", of("audit_us"), "us").aim("<= 100 us"),
        Row::new("audit.verify", "audit, rows verified", of("audit_verify"), "/s")
            .aim(">= 100,000/s"),
    ])
}
