//! `nexus config`: the configuration, with every value's source, and safe changes to it.

mod edit;

use clap::Subcommand;
use nexus_client::{Discovery, call};
use nexus_protocol::config::{ConfigSource, ConfigValue, GetParams, GetResult};
use serde_json::{Value, json};

use super::{daemon, db};
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, style};
use crate::suggest::closest;

const GET_EXAMPLES: &str = "\
Examples
  nexus config get runtime.port
  nexus config get runtime --json";
const SET_EXAMPLES: &str = "\
Examples
  nexus config set runtime.port 18790
  nexus config set agents.main.models '[\"openai/gpt-5\"]'
  nexus config set 'models.prices.\"openai/gpt-5\".input' 1.25
  nexus config set models.local.kind openai_compatible models.local.base_url http://127.0.0.1:8000/v1";
const UNSET_EXAMPLES: &str = "\
Examples
  nexus config unset runtime.port
  nexus config unset adapters.echo";
const LIST_EXAMPLES: &str = "\
Examples
  nexus config list
  nexus config list --changed";
const PATH_EXAMPLES: &str = "\
Examples
  nexus config path
  $EDITOR \"$(nexus config path)\"";

/// The configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// One value, or a table of them
    #[command(after_help = GET_EXAMPLES)]
    Get {
        /// A key such as runtime.port, or a table such as runtime
        key: String,
    },
    /// Change a value in nexus.toml; comments stay, and what is invalid never gets there
    #[command(after_help = SET_EXAMPLES)]
    Set {
        /// A key such as runtime.port and its TOML value (text needs no quotes); more pairs are
        /// set together, all or none
        #[arg(required = true, num_args = 2.., allow_negative_numbers = true, value_names = ["KEY", "VALUE"])]
        pairs: Vec<String>,
    },
    /// Take a value out of nexus.toml, so that its default holds
    #[command(after_help = UNSET_EXAMPLES)]
    Unset {
        /// A key such as runtime.port
        key: String,
    },
    /// Every key with its value, its source and its meaning
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Only those that somebody set
        #[arg(long)]
        changed: bool,
    },
    /// Where the file is
    #[command(after_help = PATH_EXAMPLES)]
    Path,
}

pub(crate) async fn run(config: Config, context: &Context) -> Result<Exit> {
    match config {
        Config::Get { key } => get(&key, context).await,
        Config::Set { pairs } => {
            let pairs = pairs_of(&pairs)?;
            let written = edit::set(&pairs, context)?;
            let changes = pairs.into_iter().map(|(key, _)| key).zip(written);
            after_change(&changes.collect::<Vec<_>>(), context).await
        }
        Config::Unset { key } => {
            edit::unset(&key, context)?;
            after_change(&[(key, "its default".to_owned())], context).await
        }
        Config::List { changed } => list(changed, context).await,
        Config::Path => {
            let path = context.home.join("nexus.toml");
            if context.output.is_json() {
                context.output.document(&json!({ "path": path }))?;
            } else {
                context.output.line(&path.display().to_string())?;
            }
            Ok(Exit::Ok)
        }
    }
}

/// The values in force: the daemon's, or without one those it would start with.
async fn values(context: &Context) -> Result<GetResult> {
    if matches!(Discovery::find(&context.home).await, Discovery::Running(_)) {
        let client = context.connect().await?;
        return Ok(client.request::<call::ConfigGet>(GetParams::default()).await?);
    }
    let report = db::document(context.nexusd()?.ask(&["check"])?)?;
    if report["ok"] == json!(false) {
        return Err(invalid(&report));
    }
    let values = serde_json::from_value(report["values"].clone())
        .map_err(|e| CliError::failed(format!("nexusd answered something else: {e}")))?;
    Ok(GetResult { path: context.home.join("nexus.toml").display().to_string(), values })
}

/// What `nexusd check` found, as an error.
pub(super) fn invalid(report: &Value) -> CliError {
    let errors = report["errors"].as_array().into_iter().flatten();
    let errors: Vec<_> =
        errors.map(|line| line.as_str().map_or(line.to_string(), str::to_owned)).collect();
    let mut error = CliError::usage("the configuration is not valid").why(errors.join("\n       "));
    "CONFIG_INVALID".clone_into(&mut error.code);
    error
}

async fn get(key: &str, context: &Context) -> Result<Exit> {
    let all = values(context).await?;
    let is_below = |value: &&ConfigValue| {
        value.key == key || value.key.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'))
    };
    let found: Vec<_> = all.values.iter().filter(is_below).collect();
    let output = &context.output;
    if found.is_empty() {
        let what = format!("there is no key `{key}`");
        let error = CliError::new(Exit::NotFound, "NOT_FOUND", what);
        return Err(match closest(key, all.values.iter().map(|value| value.key.as_str())) {
            Some(near) => error.fix(format!("did you mean `{near}`? nexus config get {near}")),
            None => error.fix("nexus config list"),
        });
    }
    match found.as_slice() {
        [one] if one.key == key => {
            if output.is_json() {
                output.document(one)?
            } else {
                output.line(&plain(&one.value))?
            }
        }
        many if output.is_json() => output.document(&many)?,
        many => table(many, output)?,
    }
    Ok(Exit::Ok)
}

/// Text without quotes, everything else as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn source(source: ConfigSource) -> &'static str {
    match source {
        ConfigSource::Default => "default",
        ConfigSource::File => "nexus.toml",
        ConfigSource::Environment => "environment",
        ConfigSource::Flag => "command line",
    }
}

fn table(values: &[&ConfigValue], output: &Output) -> Result<()> {
    let columns = [("key", 0), ("value", 0), ("source", 1), ("what it means", 2)];
    let mut table = Table::new(columns, "nothing is set: every key has its default");
    for value in values {
        let value_style = match value.source {
            ConfigSource::Default => style::DIM,
            _ => style::BOLD,
        };
        let restart = if value.needs_restart { " (needs a restart)" } else { "" };
        table.row([
            value.key.as_str().into(),
            Cell::styled(plain(&value.value), value_style),
            source(value.source).into(),
            format!("{}{restart}", value.doc).into(),
        ]);
    }
    table.print(output)
}

async fn list(changed: bool, context: &Context) -> Result<Exit> {
    let mut all = values(context).await?;
    if changed {
        all.values.retain(|value| value.source != ConfigSource::Default);
    }
    if context.output.is_json() {
        context.output.document(&all)?;
    } else {
        table(&all.values.iter().collect::<Vec<_>>(), &context.output)?;
    }
    Ok(Exit::Ok)
}

fn pairs_of(words: &[String]) -> Result<Vec<(String, String)>> {
    if !words.len().is_multiple_of(2) {
        let what = format!("`{}` has no value", words.last().map_or("", String::as_str));
        return Err(CliError::usage(what)
            .why("keys and values come in pairs")
            .fix("nexus config set runtime.port 18790 logging.level debug"));
    }
    Ok(words.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect())
}

/// The file has changed: a running daemon is asked to read it again.
async fn after_change(changes: &[(String, String)], context: &Context) -> Result<Exit> {
    let output = &context.output;
    let is_running = matches!(Discovery::find(&context.home).await, Discovery::Running(_));
    let reloaded = if is_running { Some(daemon::reload(context).await?) } else { None };
    if output.is_json() {
        let path = context.home.join("nexus.toml");
        let list = changes.iter().map(|(key, value)| json!({ "key": key, "value": value }));
        let list = list.collect::<Vec<_>>();
        output.document(&json!({ "changes": list, "path": path, "reload": reloaded }))?;
        return Ok(Exit::Ok);
    }
    for (key, value) in changes {
        output.line(&format!("{} {key} = {value}", output.sign(Sign::Good)))?;
    }
    match reloaded {
        Some(result) => daemon::show_reload(&result, context)?,
        None => output.note("  it holds from the next start on: nexus up"),
    }
    Ok(Exit::Ok)
}
