//! Starting: the daemon, the command line.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Result, bail};

use crate::Bench;
use crate::daemon::{self, Home};
use crate::table::{Row, median};

/// Starts of each program.
const N_STARTS: usize = 9;

/// From the start of the process to the first good answer.
pub(crate) async fn start(bench: &Bench, home: &Home) -> Result<Vec<Row>> {
    // The first start makes the home; that happens once in a lifetime.
    drop(daemon::start(bench, home).await?);
    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for _ in 0..N_STARTS {
        ours.push(daemon::start(bench, home).await?.start_ms);
        raw.push(daemon::start_raw().await?.start_ms);
    }
    let row = Row::new("start.health", "process start to /health", median(&ours), "ms");
    Ok(vec![row.limit(median(&raw)).aim("<= 20 ms")])
}

/// The command line, next to a program that does nothing.
pub(crate) fn commands(bench: &Bench, home: &Home) -> Result<Vec<Row>> {
    let nothing = || Command::new("true");
    let nexus = |arg: &str| {
        let mut command = Command::new(daemon::program(bench, "nexus"));
        command.arg(arg).env("NEXUS_ROOT", home.path());
        command
    };
    let limit = timed(nothing)?;
    let version = timed(|| nexus("version"))?;
    let status = timed(|| nexus("status"))?;
    Ok(vec![
        Row::new("cli.version", "nexus version", version, "ms").limit(limit).aim("<= 8 ms"),
        Row::new("cli.status", "nexus status", status, "ms").limit(limit).aim("<= 20 ms"),
    ])
}

fn timed(command: impl Fn() -> Command) -> Result<f64> {
    let mut each_ms = Vec::with_capacity(N_STARTS);
    for _ in 0..N_STARTS {
        let mut command = command();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let status = command.status()?;
        each_ms.push(start.elapsed().as_secs_f64() * 1_000.0);
        if !status.success() {
            bail!("{command:?} ended with {status}");
        }
    }
    Ok(median(&each_ms))
}

/// What has to be shipped.
pub(crate) fn sizes(bench: &Bench) -> Result<Vec<Row>> {
    let mut n_bytes = 0;
    for name in ["nexusd", "nexus"] {
        n_bytes += std::fs::metadata(daemon::program(bench, name))?.len();
    }
    let megabytes = n_bytes as f64 / 1_048_576.0;
    Ok(vec![Row::new("size", "nexusd and nexus", megabytes, "MB").aim("<= 40 MB")])
}
