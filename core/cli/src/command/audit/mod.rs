//! `nexus acl audit`: the record of decisions.

mod export;
mod filter;

use std::path::PathBuf;

use clap::Subcommand;
use nexus_client::{Client, call};
use nexus_protocol::audit::{
    Count, Entry, ListParams, ShowParams, ShowResult, StatsParams, StatsResult,
};
use serde_json::Value;

use self::filter::{Span, Wanted};
use super::db;
use crate::context::Context;
use crate::environment::now;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, style, text};

/// Decisions on one page of the daemon.
const PAGE_LEN: u32 = 100;

const LIST_EXAMPLES: &str = "\
Examples
  nexus acl audit list --verdict deny --since 7d
  nexus acl audit list --action tool.exec --principal agent:main
  nexus acl audit list --request @last --json";
const SHOW_EXAMPLES: &str = "\
Examples
  nexus acl audit show @last
  nexus acl audit show 1204";
const VERIFY_EXAMPLES: &str = "\
Examples
  nexus acl audit verify
  nexus acl audit verify --checkpoint /mnt/usb/audit.checkpoint
  nexus acl audit verify --key 5f0c…  # a public key that you wrote down elsewhere";
const EXPORT_EXAMPLES: &str = "\
Examples
  nexus acl audit export --out audit.jsonl
  nexus acl audit export --format csv --since 30d > audit.csv";
const STATS_EXAMPLES: &str = "\
Examples
  nexus acl audit stats
  nexus acl audit stats --since 24h --json";

/// The record of decisions.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Decisions, the latest first, with how their effects ended
    #[command(after_help = LIST_EXAMPLES)]
    List {
        #[command(flatten)]
        wanted: Wanted,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
        /// Only those before this position
        #[arg(long, value_name = "POSITION")]
        before: Option<u64>,
    },
    /// One decision, and the checkpoint that covers it
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its position, or @last
        #[arg(default_value = "@last")]
        position: String,
    },
    /// Check the whole chain; reads the file itself, whether or not the daemon runs
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify {
        /// Trust only this public key instead of those in state/audit.pub; may be repeated
        #[arg(long, value_name = "HEX")]
        key: Vec<String>,
        /// Check against this copy of state/audit.checkpoint, kept elsewhere
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
    /// Write the rows out, for other programs and for safe keeping
    #[command(after_help = EXPORT_EXAMPLES)]
    Export {
        #[command(flatten)]
        wanted: Wanted,
        /// JSON Lines can be verified by others; CSV is for spreadsheets
        #[arg(long, value_enum, default_value_t = export::Format::Jsonl)]
        format: export::Format,
        /// Write to this new file instead of the terminal
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// How much was decided, how, and for whom
    #[command(after_help = STATS_EXAMPLES)]
    Stats {
        /// From then on: 24h, 7d, a day or an instant
        #[arg(long, value_name = "WHEN", default_value = "7d", value_parser = Span::parse)]
        since: Span,
    },
}

pub(crate) async fn run(audit: Audit, context: &Context) -> Result<Exit> {
    let output = &context.output;
    if let Audit::Verify { key, checkpoint } = audit {
        return verify(key, checkpoint, context);
    }
    let client = context.connect().await?;
    match audit {
        Audit::List { wanted, limit, before } => {
            list(&client, &wanted, limit, before, output).await
        }
        Audit::Show { position } => show(&client, &position, output).await,
        Audit::Export { wanted, format, out } => {
            export::run(&client, &wanted, format, out, output).await
        }
        Audit::Stats { since } => {
            let params = StatsParams { since: Some(since.start(now())) };
            let stats = client.request::<call::AclAuditStats>(params).await?;
            match output.is_json() {
                true => output.document(&stats),
                false => show_stats(&stats, output),
            }
        }
        Audit::Verify { .. } => Ok(()),
    }?;
    Ok(Exit::Ok)
}

async fn list(
    client: &Client,
    wanted: &Wanted,
    limit: u32,
    mut before: Option<u64>,
    output: &Output,
) -> Result<()> {
    let mut entries = Vec::new();
    let filter = wanted.filter(now());
    loop {
        let room = limit - u32::try_from(entries.len()).unwrap_or(limit);
        let params =
            ListParams { filter: filter.clone(), before, limit: Some(room.clamp(1, PAGE_LEN)) };
        let page = client.request::<call::AclAuditList>(params).await?;
        entries.extend(page.entries);
        before = page.next_before;
        if before.is_none() || entries.len() >= limit as usize {
            break;
        }
    }
    if output.is_json() {
        let document = serde_json::json!({ "entries": entries, "nextBefore": before });
        return output.document(&document);
    }
    table(&entries, output)?;
    if let (Some(before), true) = (before, output.is_tty()) {
        output.note(&format!("there are more: --before {before}, or --limit N"));
    }
    Ok(())
}

fn table(entries: &[Entry], output: &Output) -> Result<()> {
    let columns = [
        ("", 0),
        ("position", 0),
        ("when", 3),
        ("who", 2),
        ("verdict", 4),
        ("action", 0),
        ("came of it", 1),
        ("resource", 0),
    ];
    let mut table = Table::new(columns, "nothing was decided that fits");
    for entry in entries {
        let (sign, sign_style) = output.sign_parts(sign(&entry.verdict));
        let when = match output.is_tty() {
            true => text::ago(entry.at, now()),
            false => text::rfc3339(entry.at),
        };
        table.row([
            Cell::styled(sign, sign_style),
            entry.position.to_string().into(),
            when.into(),
            entry.principals.join(" > ").into(),
            Cell::styled(entry.verdict.as_str(), sign_style),
            entry.action.as_str().into(),
            text::cut(&outcomes(entry), 24).into(),
            entry.resource.as_str().into(),
        ]);
    }
    table.print(output)
}

fn outcomes(entry: &Entry) -> String {
    let texts = entry.outcomes.iter().map(|outcome| outcome.text.as_str());
    texts.collect::<Vec<_>>().join("; ")
}

fn sign(verdict: &str) -> Sign {
    match verdict {
        "allow" => Sign::Good,
        "ask" => Sign::Ask,
        _ => Sign::Bad,
    }
}

async fn show(client: &Client, position: &str, output: &Output) -> Result<()> {
    let position = match position {
        "@last" => 0,
        text => text.parse().map_err(|_| {
            CliError::usage(format!("`{text}` is not a position"))
                .fix("nexus acl audit list")
                .fix("nexus acl audit show @last")
        })?,
    };
    let shown = client.request::<call::AclAuditShow>(ShowParams { position }).await?;
    if output.is_json() {
        return output.document(&shown);
    }
    details(&shown, output)
}

fn details(shown: &ShowResult, output: &Output) -> Result<()> {
    let entry = &shown.entry;
    let sign = output.sign(sign(&entry.verdict));
    let what = format!("{} {}", entry.verdict, entry.action);
    output.line(&format!("{sign} {}", output.paint(style::BOLD, &text::one_line(&what))))?;
    let field = |name: &str, value: &str| {
        let label = output.paint(style::DIM, &text::pad(name, 11));
        output.line(&format!("  {label}{}", text::one_line(value)))
    };
    field("resource", &entry.resource)?;
    field("who", &entry.principals.join(" > "))?;
    field("why", &entry.reason)?;
    field("when", &text::rfc3339(entry.at))?;
    for outcome in &entry.outcomes {
        let when = text::rfc3339(outcome.at);
        field("came of it", &format!("{} ({when}, row {})", outcome.text, outcome.position))?;
    }
    if let Some(request) = entry.request_id {
        field("request", &request.to_string())?;
    }
    if let Some(session) = &entry.session_key {
        field("session", session)?;
    }
    if let Some(digest) = &entry.digest {
        field("digest", digest)?;
    }
    field("row", &entry.position.to_string())?;
    field("seal", &entry.hash)?;
    match &shown.checkpoint {
        Some(checkpoint) => field(
            "signed",
            &format!(
                "by checkpoint {} (key {}, {})",
                checkpoint.number,
                checkpoint.key_id,
                text::rfc3339(checkpoint.at)
            ),
        ),
        None => field("signed", "not yet; the next checkpoint covers it"),
    }
}

fn verify(keys: Vec<String>, checkpoint: Option<PathBuf>, context: &Context) -> Result<Exit> {
    let mut arguments = vec!["audit".to_owned(), "verify".to_owned()];
    for key in keys {
        arguments.extend(["--key".to_owned(), key]);
    }
    if let Some(file) = checkpoint {
        let file = std::path::absolute(file)?;
        let file = file.to_str().ok_or_else(|| CliError::usage("the file name is not text"))?;
        arguments.extend(["--checkpoint".to_owned(), file.to_owned()]);
    }
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let report = db::document(context.nexusd()?.ask(&arguments)?)?;
    let output = &context.output;
    if output.is_json() {
        output.document(&report)?;
    } else {
        show_verified(&report, output)?;
    }
    Ok(if db::is_ok(&report) { Exit::Ok } else { Exit::Found })
}

fn show_verified(report: &Value, output: &Output) -> Result<()> {
    let broken = &report["broken"];
    if broken.is_object() {
        output.line(&format!(
            "{} the record of decisions is not whole\n  row  {}\n  why  {}",
            output.sign(Sign::Bad),
            broken["position"],
            text::one_line(broken["reason"].as_str().unwrap_or_default()),
        ))?;
        output
            .note("\nKeep a copy of state/ before anything else; rows before this one are sound.");
        return Ok(());
    }
    let n = |key: &str| report[key].as_u64().unwrap_or_default();
    let last = (n("first") + n("n_rows")).saturating_sub(1);
    output.line(&format!(
        "{} the record of decisions is whole: rows {} to {last}",
        output.sign(Sign::Good),
        n("first"),
    ))?;
    let signed = match report["are_signatures_checked"].as_bool() {
        Some(true) => format!(
            "{} checked, up to row {}",
            text::count(n("n_checkpoints"), "signed checkpoint"),
            n("signed_to")
        ),
        _ => "no signature was checked: there is no public key beside the ledger".to_owned(),
    };
    output.line(&format!("  {signed}"))?;
    if last > n("signed_to") {
        let open = text::count(last - n("signed_to"), "row");
        output
            .line(&format!("  {open} since then: held by seals alone until the next checkpoint"))?;
    }
    Ok(())
}

fn show_stats(stats: &StatsResult, output: &Output) -> Result<()> {
    let since = stats.since.map_or_else(|| "none".to_owned(), text::rfc3339);
    output.line(&format!("{} decisions since {since}", stats.n_decisions))?;
    if stats.is_cut {
        output.line("  (there are more; only the latest were counted)")?;
    }
    output.line(&format!("  chain: {} rows, signed to {}", stats.head, stats.signed_to))?;
    for (title, counts) in [
        ("verdicts", &stats.verdicts),
        ("actions", &stats.actions),
        ("who acted", &stats.principals),
        ("refused", &stats.denied),
    ] {
        section(title, counts, output)?;
    }
    Ok(())
}

fn section(title: &str, counts: &[Count], output: &Output) -> Result<()> {
    if counts.is_empty() {
        return Ok(());
    }
    output.line(&format!("\n{}", output.paint(style::BOLD, title)))?;
    for Count { name, count } in counts {
        output.line(&format!("  {count:>7}  {}", text::one_line(name)))?;
    }
    Ok(())
}
