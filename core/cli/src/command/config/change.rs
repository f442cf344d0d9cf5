//! `nexus config set`, `unset`, `patch` and `apply`: changes to `nexus.toml`.

use std::io::Read as _;
use std::path::Path;

use nexus_client::call;
use nexus_protocol::config::{
    ApplyParams, ChangeResult, ConfigChange, ConfigSource, PatchParams, SetParams,
};
use serde_json::{Map, Value};

use super::ask::{Answer, ask};
use super::plain;
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Sign, style, text};

/// Largest text that is read from a file or from stdin, in bytes.
const INPUT_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// How a change is made.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct How {
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
    /// Leave the file alone unless it still has this hash; see: nexus config list --json
    #[arg(long, value_name = "HASH")]
    base: Option<String>,
}

pub(super) async fn set(words: &[String], how: How, context: &Context) -> Result<Exit> {
    if !words.len().is_multiple_of(2) {
        let what = format!("`{}` has no value", words.last().map_or("", String::as_str));
        return Err(CliError::usage(what)
            .why("keys and values come in pairs")
            .fix("nexus config set runtime.port 18790 logging.level debug"));
    }
    let change = |pair: &[String]| ConfigChange {
        key: pair[0].clone(),
        value: None,
        text: Some(pair[1].clone()),
    };
    changes(words.chunks(2).map(change).collect(), how, context).await
}

pub(super) async fn unset(key: &str, how: How, context: &Context) -> Result<Exit> {
    let change = ConfigChange { key: key.to_owned(), value: None, text: None };
    changes(vec![change], how, context).await
}

async fn changes(changes: Vec<ConfigChange>, how: How, context: &Context) -> Result<Exit> {
    let params = SetParams {
        changes,
        base_hash: how.base,
        dry_run: how.dry_run,
        idempotency_key: context.fresh_key()?,
    };
    show(&ask::<call::ConfigSet>(params, context).await?, context)
}

pub(super) async fn patch(patch: &str, how: How, context: &Context) -> Result<Exit> {
    let text = if patch == "-" { read(Path::new("-"))? } else { patch.to_owned() };
    let patch: Map<String, Value> = serde_json::from_str(&text).map_err(|error| {
        CliError::usage(format!("the patch is not a JSON object: {error}"))
            .fix("nexus config patch '{\"runtime\": {\"drain_ms\": 5000}}'")
    })?;
    let params = PatchParams {
        patch,
        base_hash: how.base,
        dry_run: how.dry_run,
        idempotency_key: context.fresh_key()?,
    };
    show(&ask::<call::ConfigPatch>(params, context).await?, context)
}

pub(super) async fn apply(file: &Path, how: How, context: &Context) -> Result<Exit> {
    let params = ApplyParams {
        text: read(file)?,
        base_hash: how.base,
        dry_run: how.dry_run,
        idempotency_key: context.fresh_key()?,
    };
    show(&ask::<call::ConfigApply>(params, context).await?, context)
}

/// A whole text; `-` is stdin.
fn read(file: &Path) -> Result<String> {
    let source: Box<dyn std::io::Read> = match file == Path::new("-") {
        true => Box::new(std::io::stdin()),
        false => Box::new(std::fs::File::open(file).map_err(|error| {
            CliError::new(Exit::NotFound, "NOT_FOUND", format!("{}: {error}", file.display()))
        })?),
    };
    let mut text = String::new();
    let n_read = source.take(INPUT_BYTES_MAX + 1).read_to_string(&mut text)?;
    match n_read as u64 > INPUT_BYTES_MAX {
        true => Err(CliError::usage(format!("{} is too large", file.display()))),
        false => Ok(text),
    }
}

fn show(answer: &Answer<ChangeResult>, context: &Context) -> Result<Exit> {
    let (result, output) = (&answer.result, &context.output);
    if output.is_json() {
        output.document(result)?;
        return Ok(Exit::Ok);
    }
    for change in &result.changes {
        let waits = answer.is_running && result.needs_restart.contains(&change.key);
        let sign = output.sign(if waits { Sign::Warn } else { Sign::Good });
        let value = |value: &Option<Value>| {
            value
                .as_ref()
                .map_or_else(|| "not set".to_owned(), |value| text::one_line(&plain(value)))
        };
        let before = output.paint(style::DIM, &format!("(was {})", value(&change.before)));
        let restart = if waits { "  after a restart: nexus daemon restart" } else { "" };
        output.line(&format!(
            "{sign} {} = {} {before}{restart}",
            change.key,
            value(&change.after)
        ))?;
    }
    if result.changes.is_empty() {
        output.line("nothing has changed")?;
    }
    for overruled in &result.overruled {
        let who = match overruled.by {
            ConfigSource::Flag => format!("{} of the command line", overruled.name),
            _ => format!("the variable {}", overruled.name),
        };
        let sign = output.sign_note(Sign::Warn);
        output.note(&format!("{sign} {} is overruled by {who}", overruled.key));
    }
    for warning in &result.warnings {
        let sign = output.sign_note(Sign::Warn);
        output.note(&format!("{sign} {}", text::one_line(warning)));
    }
    match (result.dry_run, answer.is_running) {
        (true, _) => output.note("  nothing was written"),
        (false, false) if !result.changes.is_empty() => {
            output.note("  it holds from the next start on: nexus up");
        }
        _ => {}
    }
    Ok(Exit::Ok)
}
