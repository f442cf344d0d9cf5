//! Budgets.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_protocol::budget::{GetParams, GetResult, ListParams, ListResult};

use crate::budget;
use crate::context::Context;
use crate::suggest;

/// Lists the budgets with how they stand.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    _params: ListParams,
) -> Result<ListResult, Failure> {
    let (budgets, now) = (budget::all(context), context.clock.now());
    let read = context.ledger.read(move |r| budget::standings(r, &budgets, now));
    Ok(ListResult { budgets: read.await? })
}

/// Shows one budget with its accounts.
pub async fn get(
    context: &Arc<Context>,
    _permit: Permit,
    params: GetParams,
) -> Result<GetResult, Failure> {
    let (budgets, now) = (budget::all(context), context.clock.now());
    let found = budgets.iter().find(|budget| budget.name == params.name).cloned();
    let Some(found) = found else {
        let names = budgets.iter().map(|budget| budget.name.as_str());
        let hint = match suggest::closest(&params.name, names) {
            Some(near) => format!("did you mean `{near}`? see: nexus budget list"),
            None => "see: nexus budget list".to_owned(),
        };
        return Err(Failure::not_found(format!("there is no budget `{}`", params.name)).hint(hint));
    };
    let read = context.ledger.read(move |r| budget::standings(r, &[found], now)).await?;
    let budget = read.into_iter().next();
    Ok(GetResult { budget: budget.ok_or_else(|| Failure::internal("a budget is gone"))? })
}
