//! `nexus db`: the database, by the hands of `nexusd`, which alone knows it.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::Value;

use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Sign, text};
use crate::process::Output as Answer;

const CHECK_EXAMPLES: &str = "\
Examples
  nexus db check
  nexus db check --json";
const BACKUP_EXAMPLES: &str = "\
Examples
  nexus db backup ~/nexus-backup.db
  nexus db backup /mnt/usb/nexus.db --json";
const COMPACT_EXAMPLES: &str = "\
Examples
  nexus down && nexus db compact && nexus up
  nexus db compact --json";

/// Cares for the database.
#[derive(Debug, Subcommand)]
pub(crate) enum Db {
    /// Read all of it and report damage; works beside a running daemon
    #[command(after_help = CHECK_EXAMPLES)]
    Check,
    /// Copy it to a file and check the copy; works beside a running daemon
    #[command(after_help = BACKUP_EXAMPLES)]
    Backup {
        /// The new file
        to: PathBuf,
    },
    /// Give back unused space; the daemon must be stopped
    #[command(after_help = COMPACT_EXAMPLES)]
    Compact,
}

pub(crate) fn run(db: Db, context: &Context) -> Result<Exit> {
    let nexusd = context.nexusd()?;
    let answer = match &db {
        Db::Check => nexusd.ask(&["db", "check"])?,
        Db::Backup { to } => {
            let to = std::path::absolute(to)?;
            let to = to.to_str().ok_or_else(|| CliError::usage("the file name is not text"))?;
            nexusd.ask(&["db", "backup", to])?
        }
        Db::Compact => nexusd.ask(&["db", "compact"])?,
    };
    let report = document(answer)?;
    if context.output.is_json() {
        context.output.document(&report)?;
    } else {
        match db {
            Db::Check => show_check(context, &report)?,
            Db::Backup { .. } => show_backup(context, &report)?,
            Db::Compact => show_compact(context, &report)?,
        }
    }
    let check = if report["check"].is_object() { &report["check"] } else { &report };
    Ok(if is_ok(check) { Exit::Ok } else { Exit::Found })
}

/// The document a subcommand of `nexusd` answered, or the error in it.
pub(crate) fn document(answer: Answer) -> Result<Value> {
    if let Ok(wire) = serde_json::from_value(answer.document["error"].clone()) {
        let wire: nexus_protocol::WireError = wire;
        return Err(wire.into());
    }
    if answer.document.is_null() {
        let words = answer.stderr.lines().next().unwrap_or("it said nothing");
        let words = words.strip_prefix("error: ").unwrap_or(words);
        let mut error = CliError::failed(words);
        let fixes = answer.stderr.lines().filter_map(|line| line.trim().strip_prefix("fix "));
        error.fix.extend(fixes.map(|fix| fix.trim().to_owned()));
        return Err(error.why(format!("nexusd ended with code {}", answer.code)));
    }
    Ok(answer.document)
}

/// Whether a report of the database says that all is well.
pub(crate) fn is_ok(report: &Value) -> bool {
    ["is_ok", "isOk", "ok"].iter().find_map(|key| report[key].as_bool()).unwrap_or(true)
}

fn bytes_of(report: &Value, key: &str) -> String {
    report[key].as_u64().map_or_else(|| "unknown size".to_owned(), text::bytes)
}

/// The problems a check found, one line each.
pub(crate) fn problems(report: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    for (key, label) in [("integrity", "damaged"), ("foreign_keys", "dangling")] {
        let lines = report[key].as_array().into_iter().flatten().filter_map(Value::as_str);
        problems.extend(lines.map(|line| format!("{label}: {line}")));
    }
    if report["audit_break"].is_object() {
        problems.push(format!(
            "the audit chain is broken at {}: {}",
            report["audit_break"]["position"],
            report["audit_break"]["reason"].as_str().unwrap_or("unknown reason")
        ));
    }
    problems
}

fn show_check(context: &Context, report: &Value) -> Result<()> {
    let output = &context.output;
    let path = report["path"].as_str().unwrap_or("the database");
    let problems = problems(report);
    if problems.is_empty() && is_ok(report) {
        let rows = report["audit"]["n_rows"].as_u64();
        let audit = rows.map_or(String::new(), |n| format!(", audit chain of {n} whole"));
        let size = bytes_of(report, "n_bytes");
        let schema = &report["schema_found"];
        return output.line(&format!(
            "{} nothing is wrong: {path}, {size}, schema {schema}{audit}",
            output.sign(Sign::Good)
        ));
    }
    for problem in &problems {
        output.line(&format!("{} {}", output.sign(Sign::Bad), text::one_line(problem)))?;
    }
    output.note("keep this file, stop the daemon (nexus down), and go back to a backup");
    Ok(())
}

fn show_backup(context: &Context, report: &Value) -> Result<()> {
    let path = report["path"].as_str().unwrap_or("the backup");
    let size = bytes_of(report, "n_bytes");
    context.output.line(&format!("{} {path}: {size}, checked", context.output.sign(Sign::Good)))
}

fn show_compact(context: &Context, report: &Value) -> Result<()> {
    context.output.line(&format!(
        "{} {} before, {} after",
        context.output.sign(Sign::Good),
        bytes_of(report, "n_bytes_before"),
        bytes_of(report, "n_bytes_after")
    ))
}
