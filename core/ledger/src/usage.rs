//! What was used, in daily sums: written with each reply, so that no question about usage ever
//! walks through the history.

use nexus_domain::budget::WorkClass;
use nexus_domain::message::{CostBasis, Usage};
use rusqlite::{Connection, Row, ToSql, params};

use crate::error::LedgerError;
use crate::sql;

/// Days are those of UTC. What came before this table is summed up from the turns, where nothing
/// is known of keys, classes and time.
pub(crate) const SCHEMA: &str = "
CREATE TABLE usage_days (
    day                 TEXT NOT NULL,
    agent_id            TEXT NOT NULL,
    session_key         TEXT NOT NULL,
    model               TEXT NOT NULL,
    api_key             TEXT NOT NULL,
    class               TEXT NOT NULL,
    basis               TEXT NOT NULL,
    n_calls             INTEGER NOT NULL,
    n_tool_calls        INTEGER NOT NULL,
    input_tokens        INTEGER NOT NULL,
    output_tokens       INTEGER NOT NULL,
    cached_input_tokens INTEGER NOT NULL,
    cache_write_tokens  INTEGER NOT NULL,
    reasoning_tokens    INTEGER NOT NULL,
    micro_usd           INTEGER NOT NULL,
    model_ms            INTEGER NOT NULL,
    PRIMARY KEY (day, agent_id, session_key, model, api_key, class, basis)
) STRICT, WITHOUT ROWID;
INSERT INTO usage_days
    SELECT date(started_at / 1000, 'unixepoch'), agent_id, session_key, coalesce(model, ''), '',
        'interactive',
        CASE cost_basis WHEN 'price_table' THEN 'priced' ELSE cost_basis END,
        sum(n_steps), 0, sum(input_tokens), sum(output_tokens), sum(cached_input_tokens),
        sum(cache_write_tokens), sum(reasoning_tokens), sum(cost_micro_usd), 0
    FROM turns WHERE n_steps > 0 OR input_tokens + output_tokens > 0
    GROUP BY 1, 2, 3, 4, 7;
";

/// Where the cost of something used comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageBasis {
    /// Tokens as the provider reported them, at a known price.
    Priced,
    /// Tokens as we estimate them, because the call broke off before the provider said.
    Estimated,
    /// The model costs nothing.
    Free,
    /// No price is known.
    Unknown,
}

impl UsageBasis {
    /// From the basis of a cost, and whether the tokens behind it are an estimate.
    #[must_use]
    pub fn of(basis: CostBasis, is_estimated: bool) -> Self {
        match (basis, is_estimated) {
            (CostBasis::Unknown, _) => Self::Unknown,
            (CostBasis::Free, _) => Self::Free,
            (CostBasis::PriceTable, true) => Self::Estimated,
            (CostBasis::PriceTable, false) => Self::Priced,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Priced => "priced",
            Self::Estimated => "estimated",
            Self::Free => "free",
            Self::Unknown => "unknown",
        }
    }
}

/// Something used, to be added to its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRow {
    /// The day, as `2026-11-21`, of UTC.
    pub day: String,
    /// The agent; empty for what no agent did.
    pub agent_id: String,
    /// The session; empty for what belongs to none.
    pub session_key: String,
    /// As `provider/model`; empty before the first reply of a turn.
    pub model: String,
    /// The API key; empty for what was asked without one.
    pub api_key: String,
    /// The class of the work.
    pub class: WorkClass,
    /// Where the cost comes from.
    pub basis: UsageBasis,
    /// Model calls.
    pub n_calls: u64,
    /// Tool calls that were allowed.
    pub n_tool_calls: u64,
    /// Tokens.
    pub usage: Usage,
    /// Cost, in millionths of a US dollar.
    pub micro_usd: u64,
    /// Time spent waiting for the model, in milliseconds.
    pub model_ms: u64,
}

/// Which rows count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageFilter {
    /// First day, included.
    pub since: Option<String>,
    /// Last day, included.
    pub until: Option<String>,
    /// One agent.
    pub agent_id: Option<String>,
    /// One session.
    pub session_key: Option<String>,
    /// One model.
    pub model: Option<String>,
    /// One API key.
    pub api_key: Option<String>,
}

/// By what usage is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageBy {
    /// By agent.
    Agent,
    /// By session.
    Session,
    /// By model.
    Model,
    /// By day.
    Day,
    /// By API key.
    Key,
    /// By class of work.
    Class,
}

/// Sums of what was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageSums {
    /// Model calls.
    pub n_calls: u64,
    /// Tool calls that were allowed.
    pub n_tool_calls: u64,
    /// Tokens.
    pub usage: Usage,
    /// Time spent waiting for models, in milliseconds.
    pub model_ms: u64,
    /// Cost of calls that the provider reported, in millionths of a US dollar.
    pub priced_micro_usd: u64,
    /// Cost of calls that broke off, estimated, in millionths of a US dollar.
    pub estimated_micro_usd: u64,
    /// Calls of models without a known price.
    pub n_unpriced: u64,
    /// Tokens of those.
    pub unpriced_tokens: u64,
    /// Calls of models with a price, whether the tokens are reported or estimated.
    pub n_priced: u64,
}

/// Reads usage.
pub struct UsageDays<'a>(pub(crate) &'a Connection);

const SUMS: &str = "sum(n_calls) AS n_calls, sum(n_tool_calls) AS n_tool_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
    sum(cached_input_tokens) AS cached_input_tokens,
    sum(cache_write_tokens) AS cache_write_tokens, sum(reasoning_tokens) AS reasoning_tokens,
    sum(model_ms) AS model_ms,
    sum(CASE basis WHEN 'priced' THEN micro_usd ELSE 0 END) AS priced_micro_usd,
    sum(CASE basis WHEN 'estimated' THEN micro_usd ELSE 0 END) AS estimated_micro_usd,
    sum(CASE basis WHEN 'unknown' THEN n_calls ELSE 0 END) AS n_unpriced,
    sum(CASE basis WHEN 'unknown' THEN input_tokens + output_tokens ELSE 0 END)
        AS unpriced_tokens,
    sum(CASE WHEN basis IN ('priced', 'estimated') THEN n_calls ELSE 0 END) AS n_priced";

const WHERE: &str = "day >= ?1 AND day <= ?2 AND (?3 IS NULL OR agent_id = ?3)
    AND (?4 IS NULL OR session_key = ?4) AND (?5 IS NULL OR model = ?5)
    AND (?6 IS NULL OR api_key = ?6)";

impl UsageDays<'_> {
    /// The sums of everything that counts.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn total(&self, filter: &UsageFilter) -> Result<UsageSums, LedgerError> {
        // An aggregate without groups has one row even over nothing; its sums are null then.
        let sql = format!("SELECT count(*) AS n_rows, {SUMS} FROM usage_days WHERE {WHERE}");
        let total = sql::first(self.0, &sql, &params_of(filter)[..], |row| {
            match sql::count(row, "n_rows")? {
                0 => Ok(UsageSums::default()),
                _ => read_sums(row),
            }
        })?;
        Ok(total.unwrap_or_default())
    }

    /// The sums by agent, session, model, day, key or class, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn by(
        &self,
        by: UsageBy,
        filter: &UsageFilter,
    ) -> Result<Vec<(String, UsageSums)>, LedgerError> {
        let column = match by {
            UsageBy::Agent => "agent_id",
            UsageBy::Session => "session_key",
            UsageBy::Model => "model",
            UsageBy::Day => "day",
            UsageBy::Key => "api_key",
            UsageBy::Class => "class",
        };
        let sql = format!(
            "SELECT {column} AS name, {SUMS} FROM usage_days WHERE {WHERE}
             GROUP BY {column} ORDER BY {column}"
        );
        sql::all(self.0, &sql, &params_of(filter)[..], |row| {
            Ok((row.get("name")?, read_sums(row)?))
        })
    }
}

fn params_of(filter: &UsageFilter) -> [&dyn ToSql; 6] {
    let since: &dyn ToSql = match &filter.since {
        Some(since) => since,
        None => &"",
    };
    // Sorts after every day.
    let until: &dyn ToSql = match &filter.until {
        Some(until) => until,
        None => &"~",
    };
    [since, until, &filter.agent_id, &filter.session_key, &filter.model, &filter.api_key]
}

fn read_sums(row: &Row<'_>) -> Result<UsageSums, LedgerError> {
    Ok(UsageSums {
        n_calls: sql::count(row, "n_calls")?,
        n_tool_calls: sql::count(row, "n_tool_calls")?,
        usage: Usage {
            input_tokens: sql::count(row, "input_tokens")?,
            output_tokens: sql::count(row, "output_tokens")?,
            cached_input_tokens: sql::count(row, "cached_input_tokens")?,
            cache_write_tokens: sql::count(row, "cache_write_tokens")?,
            reasoning_tokens: sql::count(row, "reasoning_tokens")?,
        },
        model_ms: sql::count(row, "model_ms")?,
        priced_micro_usd: sql::count(row, "priced_micro_usd")?,
        estimated_micro_usd: sql::count(row, "estimated_micro_usd")?,
        n_unpriced: sql::count(row, "n_unpriced")?,
        unpriced_tokens: sql::count(row, "unpriced_tokens")?,
        n_priced: sql::count(row, "n_priced")?,
    })
}

/// Records usage.
pub struct UsageDaysMut<'a>(pub(crate) UsageDays<'a>);

impl UsageDaysMut<'_> {
    /// Adds to the sums of a day.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn add(&self, row: &UsageRow) -> Result<(), LedgerError> {
        let UsageRow { usage, .. } = row;
        sql::run(
            self.0.0,
            "INSERT INTO usage_days VALUES
                 (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
             ON CONFLICT (day, agent_id, session_key, model, api_key, class, basis) DO UPDATE SET
                 n_calls = n_calls + excluded.n_calls,
                 n_tool_calls = n_tool_calls + excluded.n_tool_calls,
                 input_tokens = input_tokens + excluded.input_tokens,
                 output_tokens = output_tokens + excluded.output_tokens,
                 cached_input_tokens = cached_input_tokens + excluded.cached_input_tokens,
                 cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens,
                 reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens,
                 micro_usd = micro_usd + excluded.micro_usd,
                 model_ms = model_ms + excluded.model_ms",
            params![
                row.day,
                row.agent_id,
                row.session_key,
                row.model,
                row.api_key,
                row.class.name(),
                row.basis.name(),
                sql::number(row.n_calls),
                sql::number(row.n_tool_calls),
                sql::number(usage.input_tokens),
                sql::number(usage.output_tokens),
                sql::number(usage.cached_input_tokens),
                sql::number(usage.cache_write_tokens),
                sql::number(usage.reasoning_tokens),
                sql::number(row.micro_usd),
                sql::number(row.model_ms),
            ],
        )?;
        Ok(())
    }
}
