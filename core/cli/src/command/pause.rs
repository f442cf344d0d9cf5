//! `nexus pause` and `nexus resume`.

use nexus_client::call;
use nexus_domain::pause::{PauseMode, Paused};
use nexus_protocol::runtime::{PauseParams, ResumeParams, SummaryParams, SummaryResult};

use super::acl::grants::duration;
use crate::context::Context;
use crate::environment::now;
use crate::failure::{Exit, Result};
use crate::output::{Sign, text};

pub(crate) const PAUSE_EXAMPLES: &str = "\
Examples
  nexus pause                  nothing new begins; what runs goes on
  nexus pause --all --for 1h   everything stands still for an hour";
pub(crate) const RESUME_EXAMPLES: &str = "\
Examples
  nexus resume
  nexus resume && nexus status";

/// Has agents begin nothing new.
#[derive(Debug, clap::Args)]
#[command(after_help = PAUSE_EXAMPLES)]
pub(crate) struct Pause {
    /// Also stop runs before their next step, and hold deliveries back
    #[arg(long)]
    all: bool,
    /// End it by itself after this time, such as 30m or 2h
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    for_ms: Option<u64>,
}

/// Ends a pause.
#[derive(Debug, clap::Args)]
#[command(after_help = RESUME_EXAMPLES)]
pub(crate) struct Resume {}

pub(crate) async fn pause(pause: &Pause, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let params = PauseParams {
        mode: if pause.all { PauseMode::All } else { PauseMode::NewWork },
        for_ms: pause.for_ms,
        idempotency_key: context.fresh_key()?,
    };
    let result = client.request::<call::RuntimePause>(params).await?;
    let output = &context.output;
    if output.is_json() {
        output.document(&result)?;
        return Ok(Exit::Ok);
    }
    if let Some(paused) = result.paused {
        output.line(&format!("{} {}", output.sign(Sign::Idle), line(&paused)))?;
    }
    let summary = client.request::<call::RuntimeSummary>(SummaryParams {}).await?;
    say_rest(&summary, context)?;
    output.note("  go on with: nexus resume");
    Ok(Exit::Ok)
}

fn say_rest(summary: &SummaryResult, context: &Context) -> Result<()> {
    if summary.working == 0 {
        return Ok(());
    }
    let agents = text::count(summary.working, "agent");
    let what = match summary.paused.map(|paused| paused.mode) {
        Some(PauseMode::All) => format!("  {agents} still end the step they are at"),
        _ => format!("  {agents} at work go on to the end; nexus pause --all stops them too"),
    };
    context.output.line(&what)
}

pub(crate) async fn resume(context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let before = client.request::<call::RuntimeSummary>(SummaryParams {}).await?;
    let params = ResumeParams { idempotency_key: context.fresh_key()? };
    let result = client.request::<call::RuntimeResume>(params).await?;
    let output = &context.output;
    if output.is_json() {
        output.document(&result)?;
        return Ok(Exit::Ok);
    }
    let sign = output.sign(Sign::Good);
    output.line(&match (before.paused, before.on_hold) {
        (None, _) => "nothing was paused".to_owned(),
        (Some(_), 0) => format!("{sign} agents work again"),
        (Some(_), n) => {
            format!("{sign} agents work again; {} on hold go on", text::count(n, "request"))
        }
    })?;
    Ok(Exit::Ok)
}

/// A pause in one line.
pub(crate) fn line(paused: &Paused) -> String {
    let what = match paused.mode {
        PauseMode::NewWork => "new work is paused",
        PauseMode::All => "everything is paused",
    };
    match paused.until {
        Some(until) => format!("{what}, {}", text::left(until, now())),
        None => what.to_owned(),
    }
}
