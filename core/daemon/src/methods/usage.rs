//! What was used, and what it cost.

use std::cmp::Reverse;
use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_ledger::{UsageBy as By, UsageFilter, UsageSums};
use nexus_protocol::session::PAGE_LEN_DEFAULT;
use nexus_protocol::usage::{
    GetParams, GetResult, ListParams, ListResult, UsageBy, UsageFigures, UsageRow,
};

use crate::context::Context;

/// Sums up what was used and what it cost.
pub async fn get(
    context: &Arc<Context>,
    _permit: Permit,
    params: GetParams,
) -> Result<GetResult, Failure> {
    let filter = filter(params)?;
    let total = context.ledger.read(move |r| r.usage().total(&filter)).await?;
    Ok(GetResult { total: figures(total) })
}

/// Tells what was used by agent, session, model, day, key or class.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    params: ListParams,
) -> Result<ListResult, Failure> {
    let ListParams { by, filter: wanted, limit, cursor } = params;
    let filter = filter(wanted)?;
    let start = cursor.map_or(Ok(0), |cursor| {
        cursor
            .parse::<usize>()
            .map_err(|_| Failure::invalid("the cursor is not one of `usage.list`"))
    })?;
    let column = match by {
        UsageBy::Agent => By::Agent,
        UsageBy::Session => By::Session,
        UsageBy::Model => By::Model,
        UsageBy::Day => By::Day,
        UsageBy::Key => By::Key,
        UsageBy::Class => By::Class,
    };
    let (mut found, total) = context
        .ledger
        .read(move |r| Ok((r.usage().by(column, &filter)?, r.usage().total(&filter)?)))
        .await?;
    match by {
        UsageBy::Day => found.reverse(),
        _ => found.sort_by_key(|(_, sums)| {
            let micro_usd = sums.priced_micro_usd.saturating_add(sums.estimated_micro_usd);
            Reverse((micro_usd, sums.usage.total_tokens()))
        }),
    }
    let n_found = found.len();
    let n_rows = usize::try_from(limit.unwrap_or(PAGE_LEN_DEFAULT)).unwrap_or(usize::MAX);
    let rows: Vec<_> = found
        .into_iter()
        .skip(start)
        .take(n_rows)
        .map(|(name, sums)| UsageRow { name, figures: figures(sums) })
        .collect();
    let end = start + rows.len();
    let next_cursor = (end < n_found && !rows.is_empty()).then(|| end.to_string());
    Ok(ListResult { rows, total: figures(total), next_cursor })
}

fn filter(params: GetParams) -> Result<UsageFilter, Failure> {
    let GetParams { since, until, agent_id, session_key, model, key } = params;
    for (name, day) in [("since", &since), ("until", &until)] {
        let is_day = |day: &String| day.parse::<jiff::civil::Date>().is_ok();
        if let Some(wrong) = day.as_ref().filter(|day| !is_day(day)) {
            return Err(Failure::invalid(format!("`{name}` is `{wrong}`, which is not a day"))
                .hint("write it as 2026-11-21; days are those of UTC"));
        }
    }
    Ok(UsageFilter { since, until, agent_id, session_key, model, api_key: key })
}

pub(crate) fn figures(sums: UsageSums) -> UsageFigures {
    UsageFigures {
        n_calls: sums.n_calls,
        n_tool_calls: sums.n_tool_calls,
        usage: sums.usage,
        model_ms: sums.model_ms,
        priced_micro_usd: sums.priced_micro_usd,
        estimated_micro_usd: sums.estimated_micro_usd,
        n_priced: sums.n_priced,
        n_unpriced: sums.n_unpriced,
        unpriced_tokens: sums.unpriced_tokens,
    }
}
