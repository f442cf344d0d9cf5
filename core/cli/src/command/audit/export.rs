//! Writes rows out page by page, so that no ledger is too large.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use nexus_client::{Client, call};
use nexus_protocol::audit::{Checkpoint, ExportParams, ExportResult, Filter, Row};
use serde::Serialize;

use super::filter::Wanted;
use crate::environment::now;
use crate::failure::{CliError, Result};
use crate::output::{Output, text};

/// Rows on one page of the daemon.
const PAGE_LEN: u32 = 100;
/// Columns of the CSV, in the order of the chain.
const COLUMNS: &str = "position,at,decision,request_id,turn_id,chain,action,resource,verdict,\
                       reason,digest,outcome,hash";

/// Form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// JSON Lines: keys, rows and checkpoints, exactly as the seals cover them
    Jsonl,
    /// CSV: rows, made safe for spreadsheets
    Csv,
}

/// A line of a JSON Lines export.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Line<'a> {
    #[serde(rename_all = "camelCase")]
    Key {
        public_key: &'a str,
    },
    Row(&'a Row),
    Checkpoint(&'a Checkpoint),
}

pub(crate) async fn run(
    client: &Client,
    wanted: &Wanted,
    format: Format,
    out: Option<PathBuf>,
    output: &Output,
) -> Result<()> {
    let filter = wanted.filter(now());
    let n_rows = match &out {
        Some(file) => {
            let mut writer = BufWriter::new(create(file)?);
            let n_rows = write(client, &filter, format, &mut writer).await?;
            writer.flush()?;
            n_rows
        }
        None => write(client, &filter, format, &mut BufWriter::new(std::io::stdout())).await?,
    };
    output.note(&text::count(n_rows, "row"));
    Ok(())
}

/// A new file of its owner; an export says a lot about a person.
fn create(file: &Path) -> Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            CliError::usage(format!("{} exists already", file.display()))
                .fix("choose another name, or remove it first")
        }
        _ => CliError::failed(format!("cannot write {}: {error}", file.display())),
    })
}

async fn write(
    client: &Client,
    filter: &Filter,
    format: Format,
    out: &mut impl Write,
) -> Result<u64> {
    // Only the whole chain can be verified, so only it comes with what is needed for that.
    let is_whole = *filter == Filter::default() && format == Format::Jsonl;
    if format == Format::Csv {
        write!(out, "{COLUMNS}\r\n")?;
    }
    let (mut n_rows, mut last, mut after) = (0, 0, Some(0));
    while let Some(from) = after {
        let page = page(client, filter, from, 0).await?;
        if from == 0 && is_whole {
            for public_key in &page.keys {
                line(out, &Line::Key { public_key })?;
            }
        }
        for row in &page.rows {
            match format {
                Format::Jsonl => line(out, &Line::Row(row))?,
                Format::Csv => write!(out, "{}\r\n", csv(row))?,
            }
            n_rows += 1;
            last = row.position;
        }
        after = page.next_after;
    }
    let mut number = is_whole.then_some(0);
    while let Some(from) = number {
        let page = page(client, filter, u64::MAX >> 1, from).await?;
        // What was signed while this was written covers rows that are not here.
        for checkpoint in page.checkpoints.iter().filter(|one| one.position <= last) {
            line(out, &Line::Checkpoint(checkpoint))?;
        }
        let is_full = page.checkpoints.len() == PAGE_LEN as usize;
        number = page.checkpoints.last().map(|one| one.number).filter(|_| is_full);
    }
    out.flush()?;
    Ok(n_rows)
}

async fn page(
    client: &Client,
    filter: &Filter,
    after: u64,
    after_checkpoint: u64,
) -> Result<ExportResult> {
    let params =
        ExportParams { filter: filter.clone(), after, after_checkpoint, limit: Some(PAGE_LEN) };
    Ok(client.request::<call::AclAuditExport>(params).await?)
}

fn line(out: &mut impl Write, line: &Line<'_>) -> Result<()> {
    let text = serde_json::to_string(line).map_err(|error| CliError::failed(error.to_string()))?;
    Ok(writeln!(out, "{text}")?)
}

fn csv(row: &Row) -> String {
    let number = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
    let cells = [
        row.position.to_string(),
        text::rfc3339(row.at),
        number(row.decision),
        cell(row.request_id.as_deref()),
        cell(row.turn_id.as_deref()),
        cell(row.chain.as_deref()),
        cell(row.action.as_deref()),
        cell(row.resource.as_deref()),
        cell(row.verdict.as_deref()),
        cell(row.reason.as_deref()),
        cell(row.digest.as_deref()),
        cell(row.outcome.as_deref()),
        cell(Some(&row.hash)),
    ];
    cells.join(",")
}

/// Quotes a text (RFC 4180). Resources and reasons may quote strangers: a cell that a spreadsheet
/// would take for a formula begins with an apostrophe, as OWASP advises against CSV injection.
fn cell(text: Option<&str>) -> String {
    let Some(text) = text else { return String::new() };
    let is_formula = text.trim_start_matches([' ', '\u{a0}']).starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '|', '%', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}',
        '\u{ff20}',
    ]);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\"").replace('\0', "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        let check = |text: &str, expect: &str| assert_eq!(cell(Some(text)), expect);
        check("plain", "\"plain\"");
        check("a,\"b\"\nc", "\"a,\"\"b\"\"\nc\"");
        for formula in
            ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =cmd|'/C calc'!A0", "\u{ff1d}1"]
        {
            assert!(cell(Some(formula)).starts_with("\"'"), "{formula:?}");
        }
        assert_eq!(cell(None), "");
    }
}
