//! `nexus doctor`: finds what is wrong, says how to mend it, and mends what it can.

mod live;
mod local;
mod mend;
mod port;
mod service;

use nexus_client::Discovery;
use nexus_protocol::PORT_DEFAULT;
use serde_json::json;

use self::mend::Mend;
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Sign, text};

/// Time one check has, in milliseconds.
const CHECK_MS_MAX: u64 = 5_000;
/// Names of the checks, in their order.
const CHECKS: &[&str] = &[
    "home",
    "files",
    "config",
    "adapters",
    "token",
    "disk",
    "clock",
    "service",
    "database",
    "daemon",
    "port",
    "desktop",
    "health",
    "model",
    "credentials",
];

const EXAMPLES: &str = "\
Examples
  nexus doctor
  nexus doctor --fix             mend what can be mended; asks before what cannot be undone
  nexus doctor --fix --yes       the same without asking
  nexus doctor --only credentials --json

Ends with 6 when a problem was found, or is left after --fix.";

/// Looks for problems.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {
    /// Mend what can be mended
    #[arg(long)]
    fix: bool,
    /// Mend without asking, too, what cannot be undone or interrupts work
    #[arg(long, short, requires = "fix")]
    yes: bool,
    /// Only this check
    #[arg(long, value_name = "CHECK", value_parser = clap::builder::PossibleValuesParser::new(CHECKS))]
    only: Option<String>,
}

/// A problem: what, the commands that mend it, and what `--fix` does about it.
struct Problem {
    check: &'static str,
    sign: Sign,
    what: String,
    fix: Vec<String>,
    mend: Option<Mend>,
}

impl Problem {
    fn bad(check: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check, sign: Sign::Bad, what: what.into(), fix: vec![fix.into()], mend: None }
    }

    fn warn(check: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { sign: Sign::Warn, ..Self::bad(check, what, fix) }
    }

    fn of(check: &'static str, error: CliError) -> Self {
        let what = match &error.why {
            Some(why) => format!("{}: {why}", error.what),
            None => error.what.clone(),
        };
        Self { check, sign: Sign::Bad, what, fix: error.fix, mend: None }
    }

    fn mended_by(mut self, mend: Mend) -> Self {
        self.mend = Some(mend);
        self
    }
}

/// What was found.
#[derive(Default)]
struct Findings {
    problems: Vec<Problem>,
    n_checks: u64,
    /// What the running daemon says about its store.
    credentials: Option<String>,
}

pub(crate) async fn run(doctor: &Doctor, context: &Context) -> Result<Exit> {
    let only = doctor.only.as_deref();
    let found = look(only, context).await;
    if !doctor.fix {
        return report(&found, &[], context);
    }
    let mut mended = Vec::new();
    for problem in &found.problems {
        let Some(mend) = &problem.mend else { continue };
        if mend.is_asked_about() && !doctor.yes && !mend::agrees(problem, mend, context)? {
            continue;
        }
        match mend.apply(context).await {
            Ok(()) => mended.push(format!("{}: {}", problem.check, mend.words())),
            Err(error) => context.output.complain(&error),
        }
    }
    // What was mended is believed when it is not found again.
    let left = if mended.is_empty() { found } else { look(only, context).await };
    report(&left, &mended, context)
}

async fn look(only: Option<&str>, context: &Context) -> Findings {
    let mut findings = Findings::default();
    let mut take = |problems: Vec<Problem>| {
        findings.n_checks += 1;
        findings.problems.extend(problems);
    };
    let has_home = context.home.is_dir();
    take(local::home(&context.home));
    let mut credentials = None;
    if has_home {
        take(local::files(&context.home));
        take(local::configuration(context));
        take(local::adapters(context));
        take(local::token(&context.home));
        take(local::disk(&context.home));
        take(local::clock(&context.home));
        take(service::check(context));
        take(local::database(context));
        let found = Discovery::find(&context.home).await;
        take(live::daemon(&found, context).await);
        if let Discovery::Running(running) = &found {
            take(live::desktop(running));
            let limit = std::time::Duration::from_millis(CHECK_MS_MAX);
            let checked = live::parts(context, &mut credentials);
            let checked = tokio::time::timeout(limit, checked).await;
            take(checked.unwrap_or_else(|_| {
                vec![Problem::bad("daemon", "it does not answer in time", "nexus daemon logs")]
            }));
        }
    }
    findings.credentials = credentials;
    if let Some(only) = only {
        findings.problems.retain(|problem| problem.check == only);
        findings.n_checks = 1;
    }
    findings
}

fn report(found: &Findings, mended: &[String], context: &Context) -> Result<Exit> {
    let output = &context.output;
    let Findings { problems, n_checks, credentials } = found;
    if let Some(credentials) = credentials {
        output.note(&format!("credentials: {credentials}"));
    }
    let exit = if problems.is_empty() { Exit::Ok } else { Exit::Found };
    if output.is_json() {
        let list = problems.iter().map(|problem| {
            let severity = if problem.sign == Sign::Bad { "error" } else { "warning" };
            json!({
                "check": problem.check, "severity": severity,
                "what": problem.what, "fix": problem.fix,
                "mend": problem.mend.as_ref().map(Mend::words),
            })
        });
        output.document(&json!({
            "ok": problems.is_empty(), "checks": n_checks,
            "problems": list.collect::<Vec<_>>(), "mended": mended, "home": context.home,
            "credentials": credentials,
        }))?;
        return Ok(exit);
    }
    for mended in mended {
        output.line(&format!("{} mended {}", output.sign(Sign::Good), text::one_line(mended)))?;
    }
    if problems.is_empty() {
        let sign = output.sign(Sign::Good);
        output.line(&format!("{sign} nothing is wrong ({})", text::count(*n_checks, "check")))?;
        return Ok(exit);
    }
    for problem in problems {
        let sign = output.sign(problem.sign);
        output.line(&format!("{sign} {}: {}", problem.check, text::one_line(&problem.what)))?;
        for fix in &problem.fix {
            output.line(&format!("  fix  {}", text::one_line(fix)))?;
        }
        if let Some(mend) = &problem.mend {
            let asks = if mend.is_asked_about() { ", and asks before" } else { "" };
            output.line(&format!("       --fix {}{asks}", text::one_line(&mend.words())))?;
        }
    }
    output.note(&format!("{} found", text::count(problems.len() as u64, "problem")));
    Ok(exit)
}

/// The port of the control plane by the configuration.
pub(super) fn configured_port(context: &Context) -> u16 {
    let text = std::fs::read_to_string(context.home.join("nexus.toml")).unwrap_or_default();
    let port = text.parse::<toml_edit::DocumentMut>().ok();
    let port = port.and_then(|file| file.get("runtime")?.get("port")?.as_integer());
    port.and_then(|port| u16::try_from(port).ok()).unwrap_or(PORT_DEFAULT)
}
