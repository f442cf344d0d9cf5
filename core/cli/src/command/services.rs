//! `nexus services`: everything that runs, in one list. It has no ways of its own: the daemon, its
//! parts and the adapters are asked and ordered as by their own commands.

use clap::Subcommand;
use nexus_client::call;
use nexus_domain::Timestamp;
use nexus_protocol::adapters::{AdapterView, ListParams};
use nexus_protocol::health::{HealthParams, HealthResult};
use nexus_protocol::logs::TailParams;
use serde_json::json;

use super::adapter::{self, Adapter, Name, show};
use super::daemon::{self, Daemon};
use super::install;
use super::runtime::health_words;
use crate::context::Context;
use crate::environment::now;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Sign, text};
use crate::service::Manager;

/// What the operating system looks after: the daemon by another name.
const SERVICE: &str = "service";
/// The daemon itself.
const RUNTIME: &str = "runtime";

const EXAMPLES: &str = "\
Examples
  nexus services list
  nexus services restart telegram
  nexus services logs runtime -n 50

A service is `runtime`, the name of an adapter, or a part of the daemon such as `ledger`; the
row `service` says how the system's service manager stands to the daemon, where it looks after it.
`nexus up` starts all of them, `nexus down` stops all of them.";

/// Everything that runs.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Services {
    /// Which there are, and how they stand
    #[command(after_help = EXAMPLES)]
    List,
    /// How one stands, or all
    #[command(after_help = EXAMPLES)]
    Status {
        /// The service
        service: Option<String>,
    },
    /// Start one, or everything
    #[command(after_help = EXAMPLES)]
    Start {
        /// The service
        service: Option<String>,
    },
    /// Stop one, or everything
    #[command(after_help = EXAMPLES)]
    Stop {
        /// The service
        service: Option<String>,
    },
    /// Stop and start one, or everything
    #[command(after_help = EXAMPLES)]
    Restart {
        /// The service
        service: Option<String>,
    },
    /// What one wrote
    #[command(after_help = EXAMPLES)]
    Logs {
        /// The service; the daemon when left out
        service: Option<String>,
        /// How many lines
        #[arg(short = 'n', long, default_value_t = 50)]
        lines: u32,
    },
}

/// What a name stands for.
enum Service {
    Runtime,
    Adapter(Name),
    /// A part of the daemon, which lives and ends with it.
    Part(String),
}

/// A row of the list.
struct Row {
    name: String,
    kind: &'static str,
    sign: Sign,
    state: String,
    since: Option<Timestamp>,
    why: String,
}

pub(crate) async fn run(services: Services, context: &Context) -> Result<Exit> {
    match services {
        Services::List => list(None, context).await,
        Services::Status { service } => list(service.as_deref(), context).await,
        Services::Start { service } => match find(service, context).await? {
            Service::Runtime => daemon::run(Daemon::Start { port: None }, context).await,
            Service::Adapter(name) => adapter::run(Adapter::Start(name), context).await,
            Service::Part(part) => Err(with_the_daemon(&part)),
        },
        Services::Stop { service } => match find(service, context).await? {
            Service::Runtime => daemon::run(Daemon::Stop { now: false }, context).await,
            Service::Adapter(name) => adapter::run(Adapter::Stop(name), context).await,
            Service::Part(part) => Err(with_the_daemon(&part)),
        },
        Services::Restart { service } => match find(service, context).await? {
            Service::Runtime => daemon::run(Daemon::Restart { now: false }, context).await,
            Service::Adapter(name) => adapter::run(Adapter::Restart(name), context).await,
            Service::Part(part) => Err(with_the_daemon(&part)),
        },
        Services::Logs { service, lines } => match find(service, context).await? {
            Service::Runtime => {
                let lines = usize::try_from(lines).unwrap_or(usize::MAX);
                daemon::run(Daemon::Logs { follow: false, lines }, context).await
            }
            Service::Adapter(name) => {
                adapter::run(Adapter::Logs { name: name.name, lines }, context).await
            }
            Service::Part(part) => part_logs(part, lines, context).await,
        },
    }
}

fn with_the_daemon(part: &str) -> CliError {
    CliError::usage(format!("`{part}` is a part of the daemon, and lives and ends with it"))
        .fix("nexus services restart runtime")
}

/// What a name stands for; without a daemon there is only the daemon.
async fn find(service: Option<String>, context: &Context) -> Result<Service> {
    let Some(name) = service.filter(|name| name != RUNTIME && name != SERVICE) else {
        return Ok(Service::Runtime);
    };
    let (health, adapters) = ask(context).await?;
    // As people read it in `adapter list`: the account is no part of the name.
    let bare = name.split('/').next().unwrap_or(&name).to_owned();
    if adapters.iter().any(|adapter| adapter.name == bare) {
        return Ok(Service::Adapter(Name { name: bare }));
    }
    if health.checks.iter().any(|check| check.id == name) {
        return Ok(Service::Part(name));
    }
    Err(CliError::new(Exit::NotFound, "NOT_FOUND", format!("there is no service `{name}`"))
        .fix("nexus services list"))
}

async fn ask(context: &Context) -> Result<(HealthResult, Vec<AdapterView>)> {
    let client = context.connect().await?;
    let health = client.request::<call::Health>(HealthParams {}).await?;
    let adapters = client.request::<call::AdaptersList>(ListParams {}).await?.adapters;
    Ok((health, adapters))
}

async fn list(only: Option<&str>, context: &Context) -> Result<Exit> {
    let mut rows = match ask(context).await {
        Ok((health, adapters)) => rows(&health, &adapters),
        Err(error) if matches!(error.exit, Exit::Unreachable) => vec![Row {
            name: RUNTIME.to_owned(),
            kind: "daemon",
            sign: Sign::Idle,
            state: "stopped".to_owned(),
            since: None,
            why: "start everything: nexus up".to_owned(),
        }],
        Err(error) => return Err(error),
    };
    rows.extend(manager_row(context));
    let is_meant = |row: &&Row| only.is_none_or(|only| row.name == only);
    let rows: Vec<_> = rows.iter().filter(is_meant).collect();
    if let (true, Some(only)) = (rows.is_empty(), only) {
        return Err(CliError::new(
            Exit::NotFound,
            "NOT_FOUND",
            format!("there is no service `{only}`"),
        )
        .fix("nexus services list"));
    }
    let is_fine = !rows.iter().any(|row| matches!(row.sign, Sign::Warn | Sign::Bad));
    let exit = if is_fine { Exit::Ok } else { Exit::Found };
    let output = &context.output;
    if output.is_json() {
        let of_row = |row: &&Row| json!({ "service": row.name, "kind": row.kind, "state": row.state, "since": row.since, "reason": row.why });
        output.document(&rows.iter().map(of_row).collect::<Vec<_>>())?;
        return Ok(exit);
    }
    let mut table = Table::new(
        [("", 0), ("service", 0), ("kind", 1), ("state", 0), ("since", 2), ("why", 0)],
        "nothing runs",
    );
    for row in rows {
        let (mark, style) = output.sign_parts(row.sign);
        table.row([
            Cell::styled(mark, style),
            row.name.clone().into(),
            row.kind.into(),
            Cell::styled(row.state.as_str(), style),
            row.since.map_or(String::new(), |since| text::ago(since, now())).into(),
            row.why.clone().into(),
        ]);
    }
    table.print(output)?;
    Ok(exit)
}

/// How the service manager of the system stands to the daemon of this home, where it looks after
/// it.
fn manager_row(context: &Context) -> Option<Row> {
    if context.remote.is_some() {
        return None;
    }
    let (manager, installed) = Manager::for_home(&context.home, &context.environment)?;
    let state = manager.state();
    let sign = match state.as_str() {
        "failed" => Sign::Bad,
        "active" | "activating" | "written down" => Sign::Good,
        _ => Sign::Idle,
    };
    let why = install::line(&manager, &installed);
    let why = why.strip_prefix("service: ").unwrap_or(&why).to_owned();
    Some(Row { name: SERVICE.to_owned(), kind: "system", sign, state, since: None, why })
}

fn rows(health: &HealthResult, adapters: &[AdapterView]) -> Vec<Row> {
    let (sign, state) = health_words(health.status);
    let started_at = Timestamp(now().0.saturating_sub_unsigned(health.uptime_ms));
    let mut rows = vec![Row {
        name: RUNTIME.to_owned(),
        kind: "daemon",
        sign,
        state: state.to_owned(),
        since: Some(started_at),
        why: format!("nexusd {}, process {}", health.version, health.pid),
    }];
    rows.extend(adapters.iter().map(|view| Row {
        name: view.name.clone(),
        kind: "adapter",
        sign: show::sign(view.state),
        state: show::word(view.state).to_owned(),
        since: Some(view.since),
        why: show::note(view, now()),
    }));
    let parts = health.checks.iter().filter(|check| check.id != RUNTIME);
    rows.extend(parts.map(|check| {
        let (sign, state) = health_words(check.status);
        Row {
            name: check.id.clone(),
            kind: "part",
            sign,
            state: state.to_owned(),
            since: Some(check.since),
            why: check.reason.clone(),
        }
    }));
    rows
}

/// Lines of the daemon's log in which a part is named.
async fn part_logs(part: String, lines: u32, context: &Context) -> Result<Exit> {
    let params = TailParams { lines: Some(lines), containing: Some(part.clone()) };
    let client = context.connect().await?;
    let result = client.request::<call::LogsTail>(params).await?;
    if context.output.is_json() {
        context.output.document(&result)?;
        return Ok(Exit::Ok);
    }
    if result.lines.is_empty() {
        context.output.note(&format!("nothing in the daemon's log names `{part}`"));
    }
    for line in &result.lines {
        context.output.line(&text::one_line(line))?;
    }
    Ok(Exit::Ok)
}
