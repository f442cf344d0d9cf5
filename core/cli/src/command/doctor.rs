//! `nexus doctor`: finds what is wrong and says how to mend it.

use std::path::Path;

use nexus_client::discovery::{Probe, probe};
use nexus_client::{Discovery, Token, TokenError, call};
use nexus_protocol::PORT_DEFAULT;
use nexus_protocol::health::{HealthParams, HealthStatus};
use nexus_protocol::model::ListParams;
use serde_json::{Value, json};

use super::db;
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Sign, text};
use crate::process;
use crate::service::{Manager, Scope};

/// Free space below which writing may soon fail, in bytes.
const FREE_BYTES_MIN: u64 = 500 * 1024 * 1024;
/// Time one check has, in milliseconds.
const CHECK_MS_MAX: u64 = 5_000;

const EXAMPLES: &str = "\
Examples
  nexus doctor
  nexus doctor --json

Ends with 6 when a problem was found.";

/// Looks for problems.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {}

/// A problem: what, and the commands that mend it.
struct Problem {
    check: &'static str,
    sign: Sign,
    what: String,
    fix: Vec<String>,
}

impl Problem {
    fn bad(check: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check, sign: Sign::Bad, what: what.into(), fix: vec![fix.into()] }
    }

    fn warn(check: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check, sign: Sign::Warn, what: what.into(), fix: vec![fix.into()] }
    }

    fn of(check: &'static str, error: CliError) -> Self {
        let what = match &error.why {
            Some(why) => format!("{}: {why}", error.what),
            None => error.what.clone(),
        };
        Self { check, sign: Sign::Bad, what, fix: error.fix }
    }
}

pub(crate) async fn run(_: &Doctor, context: &Context) -> Result<Exit> {
    let mut problems = Vec::new();
    let mut credentials = None;
    let mut n_checks = 0;
    let mut take = |found: Vec<Problem>| {
        n_checks += 1;
        problems.extend(found);
    };
    let has_home = context.home.is_dir();
    take(home(&context.home));
    if has_home {
        take(configuration(context));
        take(token(&context.home));
        take(disk(&context.home));
        take(service(context));
        take(database(context));
        let found = Discovery::find(&context.home).await;
        let is_running = matches!(found, Discovery::Running(_));
        take(daemon(&found, context).await);
        if is_running {
            let limit = std::time::Duration::from_millis(CHECK_MS_MAX);
            let checked = tokio::time::timeout(limit, parts(context, &mut credentials)).await;
            take(checked.unwrap_or_else(|_| {
                vec![Problem::bad("daemon", "it does not answer in time", "nexus daemon logs")]
            }));
        }
    }
    report(&problems, n_checks, credentials.as_deref(), context)
}

fn report(
    problems: &[Problem],
    n_checks: u64,
    credentials: Option<&str>,
    context: &Context,
) -> Result<Exit> {
    let output = &context.output;
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
            })
        });
        output.document(&json!({
            "ok": problems.is_empty(), "checks": n_checks,
            "problems": list.collect::<Vec<_>>(), "home": context.home,
            "credentials": credentials,
        }))?;
        return Ok(exit);
    }
    if problems.is_empty() {
        let sign = output.sign(Sign::Good);
        output.line(&format!("{sign} nothing is wrong ({})", text::count(n_checks, "check")))?;
        return Ok(exit);
    }
    for problem in problems {
        let sign = output.sign(problem.sign);
        output.line(&format!("{sign} {}: {}", problem.check, text::one_line(&problem.what)))?;
        for fix in &problem.fix {
            output.line(&format!("  fix  {}", text::one_line(fix)))?;
        }
    }
    output.note(&format!("{} found", text::count(problems.len() as u64, "problem")));
    Ok(exit)
}

fn home(home: &Path) -> Vec<Problem> {
    if !home.is_dir() {
        let what = format!("there is no home at {}", home.display());
        return vec![Problem::bad("home", what, "nexus init")];
    }
    let mut problems = Vec::new();
    for folder in [home.to_owned(), home.join("state")] {
        if let Some(mode) = exposed(&folder) {
            let path = folder.display();
            let what = format!("{path} can be read by others (mode {mode:03o})");
            problems.push(Problem::warn("home", what, format!("chmod 700 {path}")));
        }
    }
    if !home.join("state").is_dir() {
        problems.push(Problem::bad("home", "the home is not complete", "nexus init"));
    }
    problems
}

#[cfg(unix)]
fn exposed(folder: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(folder).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn exposed(_: &Path) -> Option<u32> {
    None
}

fn configuration(context: &Context) -> Vec<Problem> {
    let checked = context.nexusd().and_then(|nexusd| db::document(nexusd.ask(&["check"])?));
    let report = match checked {
        Ok(report) => report,
        Err(error) => return vec![Problem::of("config", error)],
    };
    let lines = |key: &str| {
        let list = report[key].as_array().cloned().unwrap_or_default();
        list.into_iter().map(|line| match line {
            Value::String(text) => text,
            other => other.to_string(),
        })
    };
    let edit = format!("edit {}", context.home.join("nexus.toml").display());
    let errors = lines("errors").map(|line| Problem::bad("config", line, edit.clone()));
    let warnings = lines("warnings").map(|line| Problem::warn("config", line, edit.clone()));
    errors.chain(warnings).collect()
}

fn token(home: &Path) -> Vec<Problem> {
    match Token::read(home) {
        // The daemon makes it when it starts for the first time.
        Ok(_) | Err(TokenError::Missing(_)) => Vec::new(),
        Err(error) => vec![Problem::of("token", error.into())],
    }
}

fn disk(home: &Path) -> Vec<Problem> {
    match process::disk_bytes(home) {
        Some((free, _)) if free < FREE_BYTES_MIN => vec![Problem::bad(
            "disk",
            format!("only {} are free at {}", text::bytes(free), home.display()),
            "make room; then, with the daemon stopped: nexus db compact",
        )],
        _ => Vec::new(),
    }
}

/// A service that stands in the way instead of looking after the daemon.
fn service(context: &Context) -> Vec<Problem> {
    let found = Manager::for_home(&context.home, &context.environment);
    let Some((manager, installed)) = found else { return Vec::new() };
    let again = match manager.scope() {
        Scope::User => "nexus daemon install",
        Scope::System => "sudo nexus daemon install --system",
    };
    let mut problems = Vec::new();
    if !installed.program.is_file() {
        let what = format!("it starts {}, which is gone", installed.program.display());
        problems.push(Problem::bad("service", what, again));
    }
    if manager.state() == "failed" {
        let what = "it failed too often and is not started any more";
        problems.push(Problem::bad("service", what, manager.log_command()));
    }
    if !manager.is_enabled() {
        problems.push(Problem::warn("service", "it does not start by itself", again));
    }
    problems
}

fn database(context: &Context) -> Vec<Problem> {
    // Before the first start there is none.
    if !context.home.join("state/nexus.db").exists() {
        return Vec::new();
    }
    let checked = context.nexusd().and_then(|nexusd| db::document(nexusd.ask(&["db", "check"])?));
    let report = match checked {
        Ok(report) => report,
        Err(error) => return vec![Problem::of("database", error)],
    };
    if db::is_ok(&report) {
        return Vec::new();
    }
    let fix = "keep this file, stop the daemon (nexus down), and go back to a backup";
    let found = db::problems(&report).into_iter();
    found.map(|problem| Problem::bad("database", problem, fix)).collect()
}

async fn daemon(found: &Discovery, context: &Context) -> Vec<Problem> {
    match found {
        Discovery::Running(_) => Vec::new(),
        Discovery::Unreachable { facts, .. } => {
            let what = format!("process {} holds the home and does not answer", facts.pid);
            vec![Problem::bad("daemon", what, "nexus daemon logs; nexus down --now && nexus up")]
        }
        Discovery::NotRunning => {
            let mut problems =
                vec![Problem::warn("daemon", "the daemon is not running", "nexus up")];
            let port = configured_port(context);
            if probe(&format!("127.0.0.1:{port}")).await != Probe::None {
                let what = format!("another program uses port {port}, so the daemon cannot start");
                let fix = format!("nexus config set runtime.port {}", port.wrapping_add(1));
                problems.push(Problem::bad("port", what, fix));
            }
            problems
        }
    }
}

/// The port of the control plane by the configuration.
pub(super) fn configured_port(context: &Context) -> u16 {
    let text = std::fs::read_to_string(context.home.join("nexus.toml")).unwrap_or_default();
    let port = text.parse::<toml_edit::DocumentMut>().ok();
    let port = port.and_then(|file| file.get("runtime")?.get("port")?.as_integer());
    port.and_then(|port| u16::try_from(port).ok()).unwrap_or(PORT_DEFAULT)
}

/// What only the running daemon knows: its own checks, and whether a model can answer.
async fn parts(context: &Context, credentials: &mut Option<String>) -> Vec<Problem> {
    let client = match context.connect().await {
        Ok(client) => client,
        Err(error) => return vec![Problem::of("daemon", error)],
    };
    let mut problems = Vec::new();
    match client.request::<call::Health>(HealthParams {}).await {
        Ok(health) => problems.extend(health.checks.into_iter().filter_map(|check| {
            if check.id == "credentials" {
                *credentials = Some(check.reason.clone());
            }
            let sign = match check.status {
                HealthStatus::Healthy | HealthStatus::Starting => return None,
                HealthStatus::Degraded => Sign::Warn,
                HealthStatus::Unhealthy => Sign::Bad,
            };
            let what = format!("{}: {}", check.id, check.reason);
            Some(Problem { check: "health", sign, what, fix: check.fix.into_iter().collect() })
        })),
        Err(error) => problems.push(Problem::of("daemon", error.into())),
    }
    match client.request::<call::ModelsList>(ListParams {}).await {
        Ok(list) => match list.models.iter().find(|model| model.is_active) {
            None => problems.push(Problem::bad(
                "model",
                "no model is in use",
                "nexus models list; nexus config set agents.main.models '[\"provider/model\"]'",
            )),
            Some(model) if !model.is_ready => {
                let what = format!("{} is not ready: {}", model.id, model.reason);
                problems.push(Problem::bad("model", what, "nexus models list; nexus models test"));
            }
            Some(_) => {}
        },
        Err(error) => problems.push(Problem::of("model", error.into())),
    }
    problems
}
