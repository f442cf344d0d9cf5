//! `nexus budget`.

use clap::Subcommand;
use nexus_client::call;
use nexus_domain::budget::{Budget as Spec, BudgetPeriod, BudgetScope, Resource};
use nexus_protocol::budget::{AccountFacts, BudgetFacts, BudgetState, GetParams, ListParams};

use crate::context::Context;
use crate::environment::now;
use crate::failure::{Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, text};

const LIST_EXAMPLES: &str = "\
Examples
  nexus budget list
  nexus budget list --json";
const SHOW_EXAMPLES: &str = "\
Examples
  nexus budget show background
  nexus config set budgets.daily.usd_max 5     makes one, or changes its limit";

/// Budgets.
#[derive(Debug, Subcommand)]
pub(crate) enum Budget {
    /// Which budgets there are and how they stand
    #[command(after_help = LIST_EXAMPLES)]
    List,
    /// One budget with everything it limits, account by account
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its name
        name: String,
    },
}

pub(crate) async fn run(budget: Budget, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let output = &context.output;
    match budget {
        Budget::List => {
            let result = client.request::<call::BudgetsList>(ListParams {}).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => list(&result.budgets, output)?,
            }
        }
        Budget::Show { name } => {
            let result = client.request::<call::BudgetsGet>(GetParams { name }).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => show(&result.budget, output)?,
            }
        }
    }
    Ok(Exit::Ok)
}

fn list(budgets: &[BudgetFacts], output: &Output) -> Result<()> {
    let columns = [("", 0), ("budget", 0), ("spent", 0), ("of", 1), ("on", 2), ("begins anew", 1)];
    let mut table = Table::new(columns, "there is no budget");
    for facts in budgets {
        let fullest = facts.accounts.first();
        let resource = fullest.map_or_else(|| tightest(&facts.budget), |account| account.resource);
        let limit = facts.budget.limits.of(resource).unwrap_or_default();
        let used = fullest.map_or(0, |account| account.used.of(resource));
        let (sign, sign_style) = output.sign_parts(sign(facts.state));
        table.row([
            Cell::styled(sign, sign_style),
            text::one_line(&facts.budget.name).into(),
            format!("{} ({}%)", resource.words(used), fullest.map_or(0, |a| a.percent)).into(),
            resource.words(limit).into(),
            fullest.map_or_else(|| subject(&facts.budget), |a| text::one_line(&a.holder)).into(),
            resets(facts).into(),
        ]);
    }
    table.print(output)?;
    if output.is_tty() {
        output.note("\nmake or change one: nexus config set budgets.daily.usd_max 5");
    }
    Ok(())
}

/// The first limit of a budget that was never used.
fn tightest(budget: &Spec) -> Resource {
    let is_limited = |resource: &Resource| budget.limits.of(*resource).is_some();
    Resource::ALL.into_iter().find(is_limited).unwrap_or_default()
}

fn show(facts: &BudgetFacts, output: &Output) -> Result<()> {
    let Spec { name, class, period, time_zone, warn_percent, .. } = &facts.budget;
    output.line(&format!("{} {}", output.sign(sign(facts.state)), text::one_line(name)))?;
    output.line(&format!("  on          {}", subject(&facts.budget)))?;
    output.line(&format!("  work        {}", class.map_or("any", |class| class.name())))?;
    let period = match period {
        BudgetPeriod::Day => "a day",
        BudgetPeriod::Month => "a month",
        BudgetPeriod::Total => "altogether",
    };
    for resource in Resource::ALL {
        if let Some(limit) = facts.budget.limits.of(resource) {
            output.line(&format!("  at most     {} {period}", resource.words(limit)))?;
        }
    }
    output.line(&format!("  warns at    {warn_percent} %"))?;
    output.line(&format!("  period      {} ({time_zone}), {}", facts.window, resets(facts)))?;
    if facts.accounts.is_empty() {
        return output.line("  nothing was spent in this period");
    }
    for account in &facts.accounts {
        output.line("")?;
        show_account(facts, account, output)?;
    }
    Ok(())
}

fn show_account(facts: &BudgetFacts, account: &AccountFacts, output: &Output) -> Result<()> {
    let holder = text::one_line(&account.holder);
    output.line(&format!("  {} {holder}", output.sign(sign(account.state))))?;
    for resource in Resource::ALL {
        let (used, reserved) = (account.used.of(resource), account.reserved.of(resource));
        let limit = facts.budget.limits.of(resource);
        if used == 0 && reserved == 0 && limit.is_none() {
            continue;
        }
        let of = limit.map_or(String::new(), |limit| format!(" of {}", resource.words(limit)));
        let aside = match reserved {
            0 => String::new(),
            _ => format!(", {} set aside", resource.words(reserved)),
        };
        output.line(&format!("      {}{of}{aside}", resource.words(used)))?;
    }
    if account.n_unpriced > 0 && facts.budget.limits.micro_usd.is_some() {
        let calls = text::count(account.n_unpriced, "call");
        output.line(&format!(
            "      {calls} of models without a known price: the money above does not hold them"
        ))?;
    }
    Ok(())
}

fn sign(state: BudgetState) -> Sign {
    match state {
        BudgetState::Fine => Sign::Good,
        BudgetState::Warned => Sign::Warn,
        BudgetState::Exhausted => Sign::Bad,
    }
}

fn subject(budget: &Spec) -> String {
    let noun = match budget.scope {
        BudgetScope::Owner => return "everything".to_owned(),
        BudgetScope::Agent => "agent",
        BudgetScope::Session => "session",
        BudgetScope::Key => "key",
    };
    match &budget.of {
        Some(of) => text::one_line(&format!("{noun} {of}")),
        None => format!("each {noun}"),
    }
}

fn resets(facts: &BudgetFacts) -> String {
    match facts.resets_at {
        Some(at) => text::left(at, now()).replace("left", "from now"),
        None => "never begins anew".to_owned(),
    }
}
