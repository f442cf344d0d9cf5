//! `nexus usage`.

use clap::ValueEnum;
use nexus_client::call;
use nexus_domain::message::{Cost, CostBasis};
use nexus_protocol::usage::{GetParams, ListParams, ListResult, UsageBy, UsageFigures};

use crate::context::Context;
use crate::environment::now;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{style, text};

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

const EXAMPLES: &str = "\
Examples
  nexus usage                          the last 30 days, day by day
  nexus usage --by model --since 7d
  nexus usage --by agent --since 2026-11-01 --json";

/// What was used, and what it cost
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Usage {
    /// Tell it apart by this
    #[arg(long, value_enum, default_value_t = By::Day)]
    by: By,
    /// First day: 2026-11-21, 7d for the last seven days, or `all` (days are those of UTC)
    #[arg(long, value_name = "DAY", default_value = "30d")]
    since: String,
    /// Only this agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Only this session
    #[arg(long, value_name = "KEY")]
    session: Option<String>,
    /// Only this model, as provider/model
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Most rows
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    /// Go on where the page before ended
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

/// By what usage is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    Agent,
    Session,
    Model,
    Day,
    Key,
    Class,
}

impl By {
    fn noun(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Session => "session",
            Self::Model => "model",
            Self::Day => "day",
            Self::Key => "key",
            Self::Class => "class",
        }
    }
}

pub(crate) async fn run(usage: Usage, context: &Context) -> Result<Exit> {
    let Usage { by, since, agent, session, model, limit, cursor } = usage;
    let params = ListParams {
        by: match by {
            By::Agent => UsageBy::Agent,
            By::Session => UsageBy::Session,
            By::Model => UsageBy::Model,
            By::Day => UsageBy::Day,
            By::Key => UsageBy::Key,
            By::Class => UsageBy::Class,
        },
        filter: GetParams {
            since: first_day(&since)?,
            agent_id: agent,
            session_key: session,
            model,
            ..GetParams::default()
        },
        limit: Some(limit),
        cursor,
    };
    let client = context.connect().await?;
    let result = client.request::<call::UsageList>(params).await?;
    if context.output.is_json() {
        context.output.document(&result)?;
        return Ok(Exit::Ok);
    }
    print(by, &result, context)?;
    Ok(Exit::Ok)
}

/// `7d` is the last seven days, today included.
fn first_day(since: &str) -> Result<Option<String>> {
    if since == "all" {
        return Ok(None);
    }
    let Some(days) = since.strip_suffix('d').and_then(|days| days.parse::<i64>().ok()) else {
        return Ok(Some(since.to_owned()));
    };
    let first = now().0.saturating_sub((days.max(1) - 1).saturating_mul(DAY_MS));
    let first = jiff::Timestamp::from_millisecond(first)
        .map_err(|_| CliError::usage(format!("{since} is too long ago")).fix("--since all"))?;
    Ok(Some(first.strftime("%Y-%m-%d").to_string()))
}

fn print(by: By, result: &ListResult, context: &Context) -> Result<()> {
    let output = &context.output;
    let empty = "nothing was used; see further back with --since all";
    let columns = [(by.noun(), 0), ("cost", 0), ("calls", 1), ("in", 2), ("out", 2), ("tools", 3)];
    let mut table = Table::new(columns, empty);
    for row in &result.rows {
        let name = if row.name.is_empty() { "(none)" } else { &row.name };
        table.row(cells(name, &row.figures, style::PLAIN));
    }
    if result.rows.len() > 1 && output.is_tty() {
        table.row(cells("total", &result.total, style::BOLD));
    }
    table.print(output)?;
    if let Some(note) = note(&result.total) {
        output.note(&format!("\n{note}"));
    }
    if let Some(cursor) = &result.next_cursor {
        output.note(&format!("more: nexus usage --by {} --cursor {cursor}", by.noun()));
    }
    Ok(())
}

fn cells(name: &str, figures: &UsageFigures, name_style: anstyle::Style) -> [Cell; 6] {
    [
        Cell::styled(name, name_style),
        cost(figures).into(),
        figures.n_calls.to_string().into(),
        text::tokens(figures.usage.input_tokens).into(),
        text::tokens(figures.usage.output_tokens).into(),
        figures.n_tool_calls.to_string().into(),
    ]
}

/// The cost with how sure it is: unknown is never shown as zero.
fn cost(figures: &UsageFigures) -> String {
    let cost = text::cost(figures.cost());
    match figures.estimated_micro_usd {
        0 => cost,
        _ => format!("{cost} ~"),
    }
}

fn note(total: &UsageFigures) -> Option<String> {
    let mut parts = Vec::new();
    if total.estimated_micro_usd > 0 {
        let basis = CostBasis::PriceTable;
        let cost = text::cost(Cost { micro_usd: total.estimated_micro_usd, basis });
        parts.push(format!("~ {cost} of it is estimated: calls that broke off"));
    }
    if total.n_unpriced > 0 {
        parts.push(format!(
            "{} ({} tokens) of models without a known price are not in the cost; set \
             models.prices in nexus.toml",
            text::count(total.n_unpriced, "call"),
            text::tokens(total.unpriced_tokens)
        ));
    }
    (!parts.is_empty()).then(|| parts.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_says_how_sure_it_is() {
        let mut figures = UsageFigures { n_calls: 2, ..UsageFigures::default() };
        assert_eq!(cost(&figures), "free");
        figures = UsageFigures { n_priced: 2, priced_micro_usd: 1_200_000, ..figures };
        assert_eq!(cost(&figures), "$1.20");
        figures.estimated_micro_usd = 100_000;
        assert_eq!(cost(&figures), "$1.30 ~");
        figures.n_unpriced = 1;
        assert_eq!(cost(&figures), "at least $1.30 ~");
        assert!(note(&figures).is_some_and(|note| note.contains("without a known price")));
    }

    #[test]
    fn the_first_day_is_a_day_or_so_many_ago() {
        assert_eq!(first_day("all").unwrap(), None);
        assert_eq!(first_day("2026-11-01").unwrap().as_deref(), Some("2026-11-01"));
        assert_eq!(first_day("1d").unwrap(), first_day("0d").unwrap());
        assert!(first_day("9223372036854775807d").is_err());
    }
}
