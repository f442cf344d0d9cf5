//! `nexus config`: the configuration, with every value's source, and safe changes to it.

mod ask;
mod change;
mod explain;

use std::path::PathBuf;

use clap::Subcommand;
use nexus_client::call;
use nexus_protocol::config::{ConfigSource, ConfigValue, GetParams, GetResult, SchemaParams};
use serde_json::{Value, json};

use ask::ask;
use change::How;

use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, style};
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
const PATCH_EXAMPLES: &str = "\
Examples
  nexus config patch '{\"runtime\": {\"drain_ms\": 5000}, \"adapters\": {\"old\": null}}'
  nexus config patch - < patch.json";
const APPLY_EXAMPLES: &str = "\
Examples
  nexus config apply nexus.new.toml --dry-run
  nexus config apply - < nexus.new.toml";
const EXPLAIN_EXAMPLES: &str = "\
Examples
  nexus config explain runtime.port
  nexus config explain agents.main.models --json";
const SCHEMA_EXAMPLES: &str = "\
Examples
  nexus config schema > nexus.toml.schema.json
  nexus config schema --json";
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
        #[command(flatten)]
        how: How,
    },
    /// Take a value out of nexus.toml, so that its default holds
    #[command(after_help = UNSET_EXAMPLES)]
    Unset {
        /// A key such as runtime.port
        key: String,
        #[command(flatten)]
        how: How,
    },
    /// Merge a JSON patch into nexus.toml (RFC 7396): null takes out
    #[command(after_help = PATCH_EXAMPLES)]
    Patch {
        /// A JSON object, or - for stdin
        patch: String,
        #[command(flatten)]
        how: How,
    },
    /// Replace the text of nexus.toml by that of another file, if the daemon would take it
    #[command(after_help = APPLY_EXAMPLES)]
    Apply {
        /// The file, or - for stdin
        file: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// One key: its value, every source that sets it, and whether a change needs a restart
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain {
        /// A key such as runtime.port
        key: String,
    },
    /// The JSON Schema of nexus.toml, for editors
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema,
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
        Config::Set { pairs, how } => change::set(&pairs, how, context).await,
        Config::Unset { key, how } => change::unset(&key, how, context).await,
        Config::Patch { patch, how } => change::patch(&patch, how, context).await,
        Config::Apply { file, how } => change::apply(&file, how, context).await,
        Config::Explain { key } => explain::run(&key, context).await,
        Config::Schema => schema(context).await,
        Config::List { changed } => list(changed, context).await,
        Config::Path => path(context),
    }
}

fn path(context: &Context) -> Result<Exit> {
    let path = context.home.join("nexus.toml");
    if context.output.is_json() {
        context.output.document(&json!({ "path": path }))?;
    } else {
        context.output.line(&path.display().to_string())?;
    }
    Ok(Exit::Ok)
}

async fn schema(context: &Context) -> Result<Exit> {
    let schema = ask::<call::ConfigSchema>(SchemaParams {}, context).await?.result.schema;
    // A schema is JSON in any case; for people, so that it can be read.
    if context.output.is_json() {
        context.output.document(&schema)?;
    } else {
        let text = serde_json::to_string_pretty(&schema);
        context.output.line(&text.map_err(|e| CliError::failed(e.to_string()))?)?;
    }
    Ok(Exit::Ok)
}

/// The values in force: the daemon's, or without one those it would start with.
async fn values(context: &Context) -> Result<GetResult> {
    Ok(ask::<call::ConfigGet>(GetParams::default(), context).await?.result)
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
