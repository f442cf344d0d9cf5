//! `nexus down`.

use std::time::Duration;

use nexus_client::{Client, Discovery, call};
use nexus_protocol::runtime::ShutdownParams;
use serde_json::json;

use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Sign, text};
use crate::process;
use crate::service::{Installed, Manager};

/// Time a drain may take before we stop waiting for it, in milliseconds: its own limit of 30 s
/// and some room.
const DRAIN_MS_MAX: u64 = 45_000;
/// Time a drain gets with `--now`, in milliseconds.
const NOW_MS_MAX: u64 = 2_000;
/// Pause between two looks, in milliseconds.
const LOOK_MS: u64 = 50;
/// Time after which the wait is explained, in milliseconds.
const EXPLAIN_AFTER_MS: u64 = 1_000;

const EXAMPLES: &str = "\
Examples
  nexus down
  nexus down --now";

/// Stops the daemon.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Down {
    /// Do not wait for runs: what is unfinished goes on at the next start
    #[arg(long)]
    now: bool,
}

pub(crate) async fn run(down: &Down, context: &Context) -> Result<Exit> {
    let output = &context.output;
    let Some(pid) = stop(down.now, "nexus down", context).await? else {
        if output.is_json() {
            output.document(&json!({ "wasRunning": false }))?;
        } else {
            output.line("the daemon was not running")?;
        }
        return Ok(Exit::Ok);
    };
    if output.is_json() {
        output.document(&json!({ "wasRunning": true, "pid": pid }))?;
    } else {
        output.line(&format!("{} the daemon has stopped", output.sign(Sign::Good)))?;
    }
    Ok(Exit::Ok)
}

/// Stops the daemon and waits until its home is free; the process id it had, if it ran.
pub(crate) async fn stop(now: bool, reason: &str, context: &Context) -> Result<Option<u32>> {
    // Or whoever knocks next starts it again.
    if let Some((manager, Installed { has_socket: true, .. })) =
        Manager::for_home(&context.home, &context.environment)
    {
        manager.close_socket()?;
    }
    let pid = match Discovery::find(&context.home).await {
        Discovery::NotRunning => return Ok(None),
        Discovery::Running(running) => {
            let asked = async {
                let client = context.connect().await?;
                ask(&client, reason, context).await
            };
            match asked.await {
                Ok(pid) => pid,
                // A daemon that stops at once may be gone before its answer is read.
                Err(error) if error.code == "CONNECTION_CLOSED" => running.pid,
                Err(_) if now => running.pid,
                Err(error) => return Err(error),
            }
        }
        // It starts, stops, or hangs: only ending the process is left.
        Discovery::Unreachable { facts, .. } if now => facts.pid,
        Discovery::Unreachable { facts, .. } => facts.pid,
    };
    let within_ms = if now { NOW_MS_MAX } else { DRAIN_MS_MAX };
    if wait_free(within_ms, !now, context).await {
        return Ok(Some(pid));
    }
    if !now {
        let what = format!("the daemon has not stopped within {}", text::duration_ms(within_ms));
        return Err(CliError::new(Exit::Timeout, "TIMEOUT", what)
            .why("it waits for runs to end")
            .fix("nexus daemon logs -f")
            .fix("nexus down --now"));
    }
    process::kill(pid)?;
    if wait_free(NOW_MS_MAX, false, context).await {
        context.output.note("it was ended at once; what is unfinished goes on at the next start");
        return Ok(Some(pid));
    }
    Err(CliError::failed(format!("process {pid} does not end")).fix(format!("kill -9 {pid}")))
}

async fn ask(client: &Client, reason: &str, context: &Context) -> Result<u32> {
    let params = ShutdownParams {
        idempotency_key: context.fresh_key()?,
        reason: Some(reason.to_owned()),
        restart_expected_ms: None,
    };
    Ok(client.request::<call::RuntimeShutdown>(params).await?.pid)
}

/// Waits until no process holds the home.
async fn wait_free(within_ms: u64, explains: bool, context: &Context) -> bool {
    let mut waited_ms = 0;
    let mut is_explained = false;
    while Discovery::find(&context.home).await != Discovery::NotRunning {
        if waited_ms >= within_ms {
            return false;
        }
        if explains && waited_ms >= EXPLAIN_AFTER_MS && !is_explained {
            context.output.note("  waiting for runs to end (nexus down --now does not wait)");
            is_explained = true;
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        waited_ms += LOOK_MS;
    }
    true
}
