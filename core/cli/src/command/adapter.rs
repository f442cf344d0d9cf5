//! `nexus adapter`: bridges to the outside.

mod check;
mod new;
pub(crate) mod show;

use clap::{Args, Subcommand};
use nexus_client::call;
use nexus_domain::Timestamp;
use nexus_protocol::adapters::{
    AccountAddParams, AddParams, BackfillParams, ListParams, LogsParams, NameParams, OrderParams,
};
use serde_json::{Map, Value};

use crate::context::Context;
use crate::environment::now;
use crate::failure::{CliError, Exit, Result};

const LIST_EXAMPLES: &str = "\
Examples
  nexus adapter list
  nexus adapter list --json";
const INFO_EXAMPLES: &str = "\
Examples
  nexus adapter info telegram          what it said, what it may, how it ended last
  nexus adapter info telegram --json";
const ADD_EXAMPLES: &str = "\
Examples
  nexus adapter add hooks --set listen=127.0.0.1:8080 -- /opt/nexus/nexus-adapter-webhook
  nexus adapter add bot --credential credential:telegram -- python3 /opt/bot/adapter.py";
const REMOVE_EXAMPLES: &str = "\
Examples
  nexus adapter remove hooks           its folder stays
  nexus adapter remove hooks && rm -r ~/nexus/state/adapters/hooks";
const START_EXAMPLES: &str = "\
Examples
  nexus adapter start telegram
  nexus adapter start telegram --json";
const STOP_EXAMPLES: &str = "\
Examples
  nexus adapter stop telegram          until it, or the daemon, is started again
  nexus config set adapters.telegram.enabled false";
const RESTART_EXAMPLES: &str = "\
Examples
  nexus adapter restart telegram
  nexus adapter restart telegram && nexus adapter logs telegram";
const HEALTH_EXAMPLES: &str = "\
Examples
  nexus adapter health
  nexus adapter health telegram --json";
const ACCOUNTS_LIST_EXAMPLES: &str = "\
Examples
  nexus adapter accounts list whatsapp
  nexus adapter accounts list whatsapp --json";
const ACCOUNTS_ADD_EXAMPLES: &str = "\
Examples
  nexus adapter accounts add whatsapp
  nexus adapter accounts add whatsapp +4915112345";
const LOGS_EXAMPLES: &str = "\
Examples
  nexus adapter logs telegram
  nexus adapter logs telegram -n 200";
const CHECK_EXAMPLES: &str = "\
Examples
  nexus adapter check -- ./my-adapter
  nexus adapter check --config '{\"listen\": \"127.0.0.1:0\"}' -- python3 adapter.py";
const NEW_EXAMPLES: &str = "\
Examples
  nexus adapter new weather --lang python
  nexus adapter new weather --lang rust --into ~/src";
const BACKFILL_EXAMPLES: &str = "\
Examples
  nexus adapter backfill telegram --days 30
  nexus adapter backfill telegram --peer 4711 --limit 100";

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Bridges to the outside.
#[derive(Debug, Subcommand)]
pub(crate) enum Adapter {
    /// Which there are, and how they stand
    #[command(after_help = LIST_EXAMPLES)]
    List,
    /// All about one
    #[command(after_help = INFO_EXAMPLES)]
    Info(Name),
    /// Write one into nexus.toml and start it
    #[command(after_help = ADD_EXAMPLES)]
    Add(Add),
    /// Drain one and take it out of nexus.toml
    #[command(after_help = REMOVE_EXAMPLES)]
    Remove(Name),
    /// Start one, also one that was given up
    #[command(after_help = START_EXAMPLES)]
    Start(Name),
    /// Drain one and leave it stopped until it, or the daemon, is started again
    #[command(after_help = STOP_EXAMPLES)]
    Stop(Name),
    /// Drain one and start it again
    #[command(after_help = RESTART_EXAMPLES)]
    Restart(Name),
    /// What one wrote and what became of it
    #[command(after_help = LOGS_EXAMPLES)]
    Logs {
        /// Its name
        name: String,
        /// How many lines
        #[arg(short = 'n', long, default_value_t = 50)]
        lines: u32,
    },
    /// Ask one, or all, whether they reach the outside
    #[command(after_help = HEALTH_EXAMPLES)]
    Health {
        /// Its name; all when left out
        name: Option<String>,
    },
    /// Accounts of an adapter
    #[command(subcommand)]
    Accounts(Accounts),
    /// Find out whether a program keeps the adapter contract; no daemon is needed
    #[command(after_help = CHECK_EXAMPLES)]
    Check(check::Check),
    /// Write a new adapter to start from; no daemon is needed
    #[command(after_help = NEW_EXAMPLES)]
    New(new::New),
    /// Record old messages as history; nothing runs because of them
    #[command(after_help = BACKFILL_EXAMPLES)]
    Backfill(Backfill),
}

/// An adapter.
#[derive(Debug, Args)]
pub(crate) struct Name {
    /// Its name
    pub(crate) name: String,
}

/// A new one.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The name it gets
    name: String,
    /// The account it serves
    #[arg(long)]
    account: Option<String>,
    /// Where its credential is, such as `credential:NAME`
    #[arg(long, value_name = "POINTER")]
    credential: Option<String>,
    /// A setting of its own; JSON, or plain text
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Program and arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// Accounts of an adapter.
#[derive(Debug, Subcommand)]
pub(crate) enum Accounts {
    /// Which it has
    #[command(after_help = ACCOUNTS_LIST_EXAMPLES)]
    List(Name),
    /// Link one; what you have to do for it stands in its log
    #[command(after_help = ACCOUNTS_ADD_EXAMPLES)]
    Add {
        /// The adapter's name
        name: String,
        /// The account, when its id is known before
        account: Option<String>,
    },
}

/// Old messages.
#[derive(Debug, Args)]
pub(crate) struct Backfill {
    /// Its name
    name: String,
    /// One conversation only
    #[arg(long)]
    peer: Option<String>,
    /// Nothing older than so many days
    #[arg(long)]
    days: Option<u32>,
    /// Most messages
    #[arg(long)]
    limit: Option<u32>,
}

pub(crate) async fn run(adapter: Adapter, context: &Context) -> Result<Exit> {
    let adapter = match adapter {
        Adapter::Check(wanted) => return check::run(wanted, context),
        Adapter::New(wanted) => return new::run(&wanted, context),
        other => other,
    };
    let client = context.connect().await?;
    let output = &context.output;
    let order = |name: Name| -> Result<OrderParams> {
        Ok(OrderParams { name: name.name, idempotency_key: context.fresh_key()? })
    };
    match adapter {
        Adapter::List => {
            let result = client.request::<call::AdaptersList>(ListParams {}).await?;
            show::list(&result, now(), output)
        }
        Adapter::Info(name) => {
            let params = NameParams { name: name.name };
            let result = client.request::<call::AdaptersInfo>(params).await?;
            show::info(&result, now(), output)
        }
        Adapter::Add(add) => {
            let params = add_params(add, context)?;
            let result = client.request::<call::AdaptersAdd>(params).await?;
            show::order(&result.adapter, now(), output)
        }
        Adapter::Remove(name) => {
            let named = name.name.clone();
            let result = client.request::<call::AdaptersRemove>(order(name)?).await?;
            show::removed(&named, &result, output)
        }
        Adapter::Start(name) => {
            let result = client.request::<call::AdaptersStart>(order(name)?).await?;
            show::order(&result.adapter, now(), output)
        }
        Adapter::Stop(name) => {
            let result = client.request::<call::AdaptersStop>(order(name)?).await?;
            show::stopped(&result.adapter, now(), output)
        }
        Adapter::Restart(name) => {
            let result = client.request::<call::AdaptersRestart>(order(name)?).await?;
            show::order(&result.adapter, now(), output)
        }
        Adapter::Logs { name, lines } => {
            let params = LogsParams { name, lines: Some(lines) };
            let result = client.request::<call::AdaptersLogs>(params).await?;
            show::logs(&result, output)
        }
        Adapter::Health { name } => {
            let names = match name {
                Some(name) => vec![name],
                None => {
                    let all = client.request::<call::AdaptersList>(ListParams {}).await?;
                    all.adapters.into_iter().map(|adapter| adapter.name).collect()
                }
            };
            let mut results = Vec::new();
            for name in names {
                results.push(client.request::<call::AdaptersHealth>(NameParams { name }).await?);
            }
            show::health(&results, output)
        }
        Adapter::Accounts(Accounts::List(name)) => {
            let params = NameParams { name: name.name };
            let result = client.request::<call::AdaptersAccountsList>(params).await?;
            show::accounts(&result, output)
        }
        Adapter::Accounts(Accounts::Add { name, account }) => {
            let log = format!("what to do for it stands in: nexus adapter logs {name}");
            output.note(&log);
            let params = AccountAddParams { name, account, idempotency_key: context.fresh_key()? };
            let result = client.request::<call::AdaptersAccountsAdd>(params).await?;
            show::accounts(&result, output)
        }
        // Those that need no daemon have been dealt with.
        Adapter::Check(_) | Adapter::New(_) => Ok(Exit::Ok),
        Adapter::Backfill(backfill) => {
            let since = backfill
                .days
                .map(|days| Timestamp(now().0.saturating_sub(i64::from(days) * DAY_MS)));
            let params = BackfillParams {
                name: backfill.name,
                peer: backfill.peer,
                since,
                limit: backfill.limit,
                idempotency_key: context.fresh_key()?,
            };
            let result = client.request::<call::AdaptersBackfill>(params).await?;
            show::backfill(&result, output)
        }
    }
}

fn add_params(add: Add, context: &Context) -> Result<AddParams> {
    let mut command = add.command;
    if let Some(program) = command.first_mut()
        && program.contains(['/', '\\'])
    {
        // The daemon has another working directory.
        let absolute = std::path::absolute(&*program)
            .map_err(|error| CliError::usage(format!("`{program}` is no path: {error}")))?;
        *program = absolute.display().to_string();
    }
    let mut settings = Map::new();
    for setting in &add.settings {
        let (key, text) = setting.split_once('=').ok_or_else(|| {
            CliError::usage(format!("`{setting}` is no setting"))
                .fix("write KEY=VALUE, such as --set listen=127.0.0.1:8080")
        })?;
        let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        settings.insert(key.to_owned(), value);
    }
    Ok(AddParams {
        name: add.name,
        command,
        account: add.account,
        credential: add.credential,
        settings,
        idempotency_key: context.fresh_key()?,
    })
}
