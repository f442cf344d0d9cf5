//! `nexus status`, and what `nexus` alone says.

use nexus_client::{Discovery, call};
use nexus_domain::request::{Request, RequestStatus};
use nexus_protocol::budget::BudgetState;
use nexus_protocol::health::HealthStatus;
use nexus_protocol::runtime::{StatusParams, StatusResult};

use crate::command::runtime::health_words;
use crate::command::{acl, pause};
use crate::context::Context;
use crate::environment::now;
use crate::failure::{Exit, Result};
use crate::output::{Output, Sign, id, request_status, style, text};

/// Requests that have ended and are shown.
const RECENT_SHOWN_MAX: usize = 5;
/// Columns of a line before its purpose.
const LEAD_COLUMNS: usize = 40;

const EXAMPLES: &str = "\
Examples
  nexus status
  nexus status --check && echo all is well";

const GETTING_STARTED: &str = "\
Nexus runs AI agents that you can see through. It is not running yet.

  nexus up        start it: makes your home folder, picks a model, opens the Control UI
  nexus chat      talk to your agent here in the terminal
  nexus --help    everything else";

/// Shows the summary.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Status {
    /// End with 6 when something is amiss or needs you
    #[arg(long)]
    check: bool,
}

pub(crate) async fn run(status: &Status, context: &Context) -> Result<Exit> {
    let shown = fetch(context).await?;
    print(&shown, &context.output)?;
    let is_well = shown.health.status == HealthStatus::Healthy && shown.waiting.is_empty();
    Ok(if status.check && !is_well { Exit::Found } else { Exit::Ok })
}

/// The same summary under `nexus runtime status`.
pub(crate) async fn show(context: &Context) -> Result<Exit> {
    print(&fetch(context).await?, &context.output)?;
    Ok(Exit::Ok)
}

/// What `nexus` alone says: the summary, or how to begin.
pub(crate) async fn overview(context: &Context) -> Result<Exit> {
    if Discovery::find(&context.home).await == Discovery::NotRunning && !context.output.is_json() {
        context.output.line(GETTING_STARTED)?;
        return Ok(Exit::Ok);
    }
    show(context).await
}

async fn fetch(context: &Context) -> Result<StatusResult> {
    let client = context.connect().await?;
    Ok(client.request::<call::Status>(StatusParams {}).await?)
}

fn print(status: &StatusResult, output: &Output) -> Result<()> {
    if output.is_json() {
        return output.document(status);
    }
    let summary = text::one_line(status.summary.trim_end_matches('.'));
    output.line(&format!(
        "{} · {} today",
        output.paint(style::BOLD, &summary),
        text::cost(status.cost_today)
    ))?;
    if let Some(why) = &status.safe_mode {
        let what = format!("safe mode, adapters are off: {}", text::one_line(why));
        let line = output.paint(style::BAD, &what);
        output.line(&format!("  {}  {line}", output.sign(Sign::Bad)))?;
    }
    if let Some(paused) = &status.paused {
        let what = format!("{}, go on with: nexus resume", pause::line(paused));
        output.line(&format!("  {}  {what}", output.sign(Sign::Idle)))?;
    }
    for agent in &status.yolo_agents {
        let what = format!("agent {agent} is yolo: it does whatever is not forbidden, unasked");
        output.line(&format!(
            "  {}  {}",
            output.sign(Sign::Bad),
            output.paint(style::BAD, &what)
        ))?;
    }
    print_waiting(status, output)?;
    // What waits for a person stands above already, with what it asks.
    let working = status.working.iter().filter(|work| work.status != RequestStatus::Parked);
    print_requests(&working.cloned().collect::<Vec<_>>(), output)?;
    print_budgets(status, output)?;
    print_health(status, output)?;
    let recent = status.recent.len().min(RECENT_SHOWN_MAX);
    print_requests(&status.recent[..recent], output)?;
    if !status.exposed_at.is_empty() {
        let urls = text::one_line(&status.exposed_at.join(", "));
        output.line(&format!("\n  {}  others reach it at {urls}", output.sign(Sign::Warn)))?;
    }
    output.line(&output.paint(
        style::DIM,
        &format!(
            "\nnexus {} · {} · model {} ({}) · {}",
            status.health.version,
            status.address,
            text::one_line(&status.model),
            text::one_line(&status.model_reason),
            text::one_line(&status.home),
        ),
    ))
}

fn print_waiting(status: &StatusResult, output: &Output) -> Result<()> {
    if status.waiting.is_empty() {
        return Ok(());
    }
    output.line("")?;
    let ids: Vec<_> = status.waiting.iter().map(|request| request.id.to_string()).collect();
    for (request, id) in status.waiting.iter().zip(id::short(&ids)) {
        let room = output.columns().saturating_sub(LEAD_COLUMNS + 30).max(20);
        output.line(&format!(
            "  {}  {id}  {}  {}  {}   nexus acl request show {id}",
            output.sign(Sign::Ask),
            request.agent_id,
            text::cut(&acl::action(request), room),
            text::left(request.expires_at, now()),
        ))?;
    }
    Ok(())
}

fn print_requests(requests: &[Request], output: &Output) -> Result<()> {
    if requests.is_empty() {
        return Ok(());
    }
    output.line("")?;
    let ids: Vec<_> = requests.iter().map(|request| request.id.to_string()).collect();
    for (request, id) in requests.iter().zip(id::short(&ids)) {
        let (sign, word) = request_status(request.status);
        let when = text::ago(request.completed_at.unwrap_or(request.started_at), now());
        let room = output.columns().saturating_sub(LEAD_COLUMNS).max(20);
        output.line(&format!(
            "  {}  {id}  {}  {}  {}",
            output.sign(sign),
            text::pad(word, 9),
            text::pad(&when, 7),
            text::cut(&text::one_line(&request.purpose), room),
        ))?;
    }
    Ok(())
}

/// Budgets that are nearly used up. One that is used up stands among what is amiss.
fn print_budgets(status: &StatusResult, output: &Output) -> Result<()> {
    let near = status.budgets.iter().filter(|facts| facts.state == BudgetState::Warned);
    for facts in near {
        let Some(account) = facts.accounts.first() else { continue };
        let limit = facts.budget.limits.of(account.resource).unwrap_or_default();
        let what = format!(
            "budget {} of {}: {} of {} spent ({}%)",
            facts.budget.name,
            account.holder,
            account.resource.words(account.used.of(account.resource)),
            account.resource.words(limit),
            account.percent,
        );
        output.line(&format!("\n  {}  {}", output.sign(Sign::Warn), text::one_line(&what)))?;
    }
    Ok(())
}

/// What is well is not spelled out.
fn print_health(status: &StatusResult, output: &Output) -> Result<()> {
    let amiss = status.health.checks.iter().filter(|check| check.status != HealthStatus::Healthy);
    let amiss: Vec<_> = amiss.collect();
    output.line("")?;
    for check in &amiss {
        let (sign, word) = health_words(check.status);
        let fix = check.fix.as_ref().map_or(String::new(), |fix| format!(" → {fix}"));
        let what = text::one_line(&format!("{} {word}: {}{fix}", check.id, check.reason));
        output.line(&format!("  {}  {what}", output.sign(sign)))?;
    }
    let (sign, word) = health_words(status.health.status);
    let n_well = status.health.checks.len() - amiss.len();
    let line = match amiss.is_empty() {
        true => format!("{word}, up {}", text::duration_ms(status.health.uptime_ms)),
        false => format!("{n_well} others are well"),
    };
    let sign = if amiss.is_empty() { sign } else { Sign::Good };
    output.line(&format!("  {}  {line}", output.sign(sign)))
}
