//! `nexus up`.

use nexus_client::call;
use nexus_client::discovery::Running;
use nexus_protocol::health::HealthStatus;
use nexus_protocol::runtime::{StatusParams, StatusResult};
use serde_json::json;

use super::{init, start};
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Sign, style, text};
use crate::process::{self, Wish};

const EXAMPLES: &str = "\
Examples
  nexus up
  nexus up --no-open --port 18790
  nexus up --foreground
  nexus up --take-over";

/// Starts the daemon.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Up {
    /// Keep the daemon in this terminal; Ctrl-C drains and stops it
    #[arg(long)]
    foreground: bool,
    /// Do not open a browser
    #[arg(long, visible_alias = "no-ui")]
    no_open: bool,
    /// Port of the control plane for this run
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Take the home over from the daemon that owns it, such as the tray application; it finishes
    /// what is in hand first
    #[arg(long)]
    take_over: bool,
    /// Take it also from one that does not answer
    #[arg(long, requires = "take_over")]
    force: bool,
}

impl Up {
    fn wish(&self) -> Wish {
        Wish { port: self.port, takes_over: self.take_over, is_forced: self.force }
    }
}

pub(crate) async fn run(up: Up, context: &Context) -> Result<Exit> {
    if up.foreground {
        return foreground(&up, context).await;
    }
    if up.take_over {
        let running = start::take_over(up.wish(), context).await?;
        announce(&running, false, !up.no_open, context).await?;
        return Ok(Exit::Ok);
    }
    let started = start::ensure(up.port, context).await?;
    if started.was_running
        && let Some(port) = up.port
        && !started.running.address.ends_with(&format!(":{port}"))
    {
        let address = &started.running.address;
        return Err(CliError::new(
            Exit::Conflict,
            "CONFLICT",
            format!("a daemon runs in this home already, at {address}"),
        )
        .fix(format!("nexus down && nexus up --port {port}"))
        .fix(format!("nexus config set runtime.port {port}  (for good)")));
    }
    announce(&started.running, started.was_running, !up.no_open, context).await?;
    Ok(Exit::Ok)
}

/// Prints the link, and which model answers and why.
async fn announce(
    running: &Running,
    was_running: bool,
    may_open: bool,
    context: &Context,
) -> Result<()> {
    let client = context.connect().await?;
    let status = client.request::<call::Status>(StatusParams {}).await?;
    let url = context.link(running).await?;
    let output = &context.output;
    let is_opened =
        may_open && output.is_tty() && process::open_in_browser(&context.environment, &url);
    if output.is_json() {
        return output.document(&json!({
            "url": url, "address": running.address, "pid": running.pid, "home": context.home,
            "version": running.version, "wasRunning": was_running, "isOpened": is_opened,
            "model": status.model, "modelReason": status.model_reason,
        }));
    }
    let word = if was_running { "is running already" } else { "is up" };
    let sign = output.sign_note(Sign::Good);
    let Running { version, address, pid, .. } = running;
    output.note(&format!("{sign} nexus {version} {word} at {address} (process {pid})"));
    if was_running && running.kind == "desktop" {
        output.note("  it is in the tray application; to have it without: nexus up --take-over");
    }
    say_model(&status, context);
    for check in status.health.checks.iter().filter(|check| is_amiss(check.status)) {
        let fix = check.fix.as_ref().map_or(String::new(), |fix| format!(" → {fix}"));
        let what = text::one_line(&format!("{}: {}{fix}", check.id, check.reason));
        output.note(&format!("{} {what}", output.sign_note(Sign::Warn)));
    }
    output.note(&format!(
        "  {}  {}",
        output.paint_note(style::DIM, "Control UI"),
        if is_opened {
            "opened in your browser; the link works once:"
        } else {
            "open this link; it works once:"
        },
    ));
    output.line(&url)?;
    output.note("  next: nexus chat · nexus status · nexus down");
    Ok(())
}

fn is_amiss(status: HealthStatus) -> bool {
    matches!(status, HealthStatus::Degraded | HealthStatus::Unhealthy)
}

fn say_model(status: &StatusResult, context: &Context) {
    let output = &context.output;
    output.note(&format!(
        "  {}       {}: {}",
        output.paint_note(style::DIM, "model"),
        output.paint_note(style::BOLD, &text::one_line(&status.model)),
        text::one_line(&status.model_reason),
    ));
    output.note("              change it: nexus models list, then nexus config set agents.main.models '[\"provider/model\"]'");
}

/// Runs the daemon as a child of this terminal until it ends.
async fn foreground(up: &Up, context: &Context) -> Result<Exit> {
    if let (Ok(running), false) = (context.running().await, up.take_over) {
        let what = format!("a daemon runs in this home already, at {}", running.address);
        return Err(CliError::new(Exit::Conflict, "CONFLICT", what)
            .why(format!("process {} holds {}", running.pid, context.home.display()))
            .fix("nexus up --foreground --take-over")
            .fix("nexus down"));
    }
    init::make(context)?;
    let mut child = context.nexusd()?.start_attached(up.wish())?;
    let ready = start::wait_ready_beside(context);
    tokio::pin!(ready);
    let mut is_announced = false;
    loop {
        tokio::select! {
            status = child.wait() => {
                let status = status?;
                if status.success() {
                    return Ok(Exit::Ok);
                }
                return Err(CliError::failed(format!("the daemon ended: {status}"))
                    .fix("nexus doctor"));
            }
            running = &mut ready, if !is_announced => {
                is_announced = true;
                announce(&running?, false, !up.no_open, context).await?;
            }
            // The terminal sends Ctrl-C to the daemon too; it drains, and we wait for it.
            _ = tokio::signal::ctrl_c() => {}
        }
    }
}
