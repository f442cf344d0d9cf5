//! Budgets as the daemon sees them: which apply, in which period, how they stand, and what is
//! said when one has no room.

use jiff::tz::TimeZone;
use jiff::{ToSpan as _, Zoned};
use nexus_domain::Timestamp;
use nexus_domain::agent::{AgentError, AgentErrorKind};
use nexus_domain::budget::{Budget, BudgetPeriod, BudgetScope, Claim, Payer, Resource, Shortage};
use nexus_ledger::{Account, LedgerError, Reader};
use nexus_protocol::budget::{AccountFacts, BudgetFacts, BudgetState};
use nexus_protocol::health::HealthStatus;

use crate::context::Context;

/// Most accounts of one budget that are shown.
const ACCOUNTS_SHOWN_MAX: usize = 100;
/// Most accounts of one budget that are read to find the fullest.
const ACCOUNTS_READ_MAX: u32 = 10_000;

/// Every budget in force: those of the configuration, and those of keys.
#[must_use]
pub fn all(context: &Context) -> Vec<Budget> {
    let mut budgets = context.config.current().budgets.clone();
    budgets.extend(context.ways.budgets());
    budgets
}

/// The budgets that may be about a payer.
#[must_use]
pub fn of_payer(context: &Context, payer: &Payer) -> Vec<Budget> {
    let mut budgets = context.config.current().budgets.clone();
    budgets.extend(payer.key.as_deref().and_then(|key| context.ways.budget_of(key)));
    budgets
}

/// The accounts that must have room for what a payer does now.
#[must_use]
pub fn claims(budgets: &[Budget], payer: &Payer, now: Timestamp) -> Vec<Claim> {
    let of = |budget: &Budget| {
        let holders = budget.holders(payer);
        if holders.is_empty() {
            return Vec::new();
        }
        let (window, resets_at) = window(budget, now);
        let claim = |holder| Claim {
            budget: budget.name.clone(),
            holder,
            window: window.clone(),
            resets_at,
            limits: budget.limits,
            warn_percent: budget.warn_percent,
        };
        holders.into_iter().map(claim).collect()
    };
    budgets.iter().flat_map(of).collect()
}

/// The present period of a budget, and when the next one begins.
#[must_use]
pub fn window(budget: &Budget, now: Timestamp) -> (String, Option<Timestamp>) {
    let zoned = zoned(now, &budget.time_zone);
    let (label, next) = match budget.period {
        BudgetPeriod::Total => return ("total".to_owned(), None),
        BudgetPeriod::Day => {
            let next =
                zoned.date().tomorrow().and_then(|day| day.to_zoned(zoned.time_zone().clone()));
            (zoned.strftime("%Y-%m-%d").to_string(), next)
        }
        BudgetPeriod::Month => {
            let next = zoned
                .date()
                .first_of_month()
                .checked_add(1.month())
                .and_then(|day| day.to_zoned(zoned.time_zone().clone()));
            (zoned.strftime("%Y-%m").to_string(), next)
        }
    };
    // There is no day after the last one a calendar knows: a budget that never resets is safe.
    (label, next.ok().map(|next| Timestamp(next.timestamp().as_millisecond())))
}

/// The day of an instant in UTC, as daily sums are kept.
#[must_use]
pub fn day(now: Timestamp) -> String {
    zoned(now, "UTC").strftime("%Y-%m-%d").to_string()
}

fn zoned(at: Timestamp, time_zone: &str) -> Zoned {
    // The configuration was checked; an instant outside the calendar does not happen.
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone)
}

/// What is said when a budget has no room: which, how much, until when, and what to do.
#[must_use]
pub fn refusal(budgets: &[Budget], shortage: &Shortage) -> AgentError {
    let budget = budgets.iter().find(|budget| budget.name == shortage.budget);
    let time_zone = budget.map_or("UTC", |budget| budget.time_zone.as_str());
    let Shortage { budget, holder, resource, used, reserved, wanted, limit, .. } = shortage;
    let until = shortage.resets_at.map(|at| clock_time(at, time_zone));
    let words = |amount| resource.words(amount);
    let left = limit.saturating_sub(*used);
    let aside = match reserved {
        0 => String::new(),
        _ => format!(", {} set aside for calls at work", words(*reserved)),
    };
    let spent = format!("{} spent{aside}", resource.part(*used, *limit));
    let needs = match resource {
        Resource::ToolCalls => String::new(),
        Resource::ModelTime => format!("; a call needs at least {}", words(*wanted)),
        Resource::Money | Resource::Tokens => {
            format!("; the next call may take up to {}", words(*wanted))
        }
    };
    let state = match (shortage.is_lasting(), left) {
        (false, _) => format!("has no room just now: {spent}{needs}"),
        (true, 0) => format!("is used up: {spent}"),
        (true, _) if *used == 0 => {
            format!("is too small for a single call: {} in all{aside}{needs}", words(*limit))
        }
        (true, _) => {
            format!("has too little left for the next call: {} left, {spent}{needs}", words(left))
        }
    };
    let resets = match &until {
        Some(until) => format!("; it begins anew {until}"),
        None => "; it never begins anew".to_owned(),
    };
    let message = format!("the budget `{budget}` of {holder} {state}{resets}");
    let wait = match (&until, shortage.is_lasting()) {
        (_, false) => "wait until the calls at work have ended, or ".to_owned(),
        (Some(until), true) => format!("wait until {until}, or "),
        (None, true) => String::new(),
    };
    let is_of_key =
        shortage.holder.strip_prefix("key:").is_some_and(|key| *budget == format!("key-{key}"));
    let hint = match is_of_key {
        true => format!("{wait}ask the owner for a key with a larger budget: nexus key create"),
        false => format!(
            "{wait}raise budgets.{budget}.{} in nexus.toml and reload: nexus daemon reload (see \
             nexus budget show {budget})",
            resource.key(),
        ),
    };
    let kind = AgentErrorKind::BudgetExhausted;
    AgentError { kind, message, hint: Some(hint), is_retryable: false }
}

fn clock_time(at: Timestamp, time_zone: &str) -> String {
    format!("{} ({time_zone})", zoned(at, time_zone).strftime("%Y-%m-%d %H:%M"))
}

/// Every budget with its accounts in the present period.
///
/// # Errors
/// When the ledger cannot be read.
pub fn standings(
    reader: &Reader<'_>,
    budgets: &[Budget],
    now: Timestamp,
) -> Result<Vec<BudgetFacts>, LedgerError> {
    budgets.iter().map(|budget| facts(reader, budget, now)).collect()
}

fn facts(reader: &Reader<'_>, budget: &Budget, now: Timestamp) -> Result<BudgetFacts, LedgerError> {
    let (window, resets_at) = window(budget, now);
    let found = reader.budgets().accounts(&budget.name, &window, ACCOUNTS_READ_MAX)?;
    // An account whose name no longer fits belongs to an earlier shape of the budget.
    let mut accounts: Vec<_> = found
        .into_iter()
        .filter(|account| is_of(budget, &account.holder))
        .map(|account| account_facts(budget, account))
        .collect();
    accounts.sort_by_key(|account| std::cmp::Reverse((account.state, account.percent)));
    accounts.truncate(ACCOUNTS_SHOWN_MAX);
    let state = accounts.first().map_or(BudgetState::Fine, |account| account.state);
    Ok(BudgetFacts { budget: budget.clone(), window, resets_at, state, accounts })
}

fn is_of(budget: &Budget, holder: &str) -> bool {
    let (kind, name) = holder.split_once(':').unwrap_or((holder, ""));
    let wanted = match budget.scope {
        BudgetScope::Owner => "owner",
        BudgetScope::Agent => "agent",
        BudgetScope::Session => "session",
        BudgetScope::Key => "key",
    };
    kind == wanted && budget.of.as_deref().is_none_or(|of| of == name)
}

fn account_facts(budget: &Budget, account: Account) -> AccountFacts {
    let standing = account.standing;
    let percents = Resource::ALL.into_iter().filter_map(|resource| {
        let limit = budget.limits.of(resource)?;
        let used = u128::from(standing.used.of(resource));
        let percent = (used * 100).checked_div(u128::from(limit));
        // Of nothing, the first bit is already too much.
        let percent = percent.unwrap_or(if used == 0 { 100 } else { u128::from(u64::MAX) });
        Some((u64::try_from(percent).unwrap_or(u64::MAX), resource))
    });
    // What is left may be too little for any call; that is as good as nothing.
    let refused = account.exhausted.filter(|_| account.limits == budget.limits);
    let fullest = percents.max_by_key(|(percent, resource)| (refused == Some(*resource), *percent));
    let (percent, resource) = fullest.unwrap_or((0, Resource::Money));
    AccountFacts {
        holder: account.holder,
        used: standing.used,
        reserved: standing.reserved,
        n_unpriced: standing.n_unpriced,
        state: match percent {
            100.. => BudgetState::Exhausted,
            _ if refused.is_some() => BudgetState::Exhausted,
            percent if percent >= u64::from(budget.warn_percent) => BudgetState::Warned,
            _ => BudgetState::Fine,
        },
        percent,
        resource,
    }
}

/// Writes the line of the budgets on the health board.
///
/// # Errors
/// When the ledger cannot be read; then the line stays as it is.
pub async fn refresh_health(context: &Context) -> Result<(), LedgerError> {
    let (budgets, now) = (all(context), context.clock.now());
    let all = context.ledger.read(move |r| standings(r, &budgets, now)).await?;
    let mut full: Vec<_> = all.iter().filter(|facts| facts.state != BudgetState::Fine).collect();
    full.sort_by_key(|facts| std::cmp::Reverse(facts.state));
    let Some(worst) = full.first() else {
        context.health.set("budgets", HealthStatus::Healthy, "there is room", None, now);
        return Ok(());
    };
    let lines: Vec<_> = full.iter().filter_map(|facts| sentence(facts)).collect();
    let (status, fix) = match worst.state {
        BudgetState::Exhausted => (HealthStatus::Degraded, Some("nexus budget list")),
        _ => (HealthStatus::Healthy, None),
    };
    context.health.set("budgets", status, &lines.join("; "), fix, now);
    Ok(())
}

fn sentence(facts: &BudgetFacts) -> Option<String> {
    let account = facts.accounts.first()?;
    let limit = facts.budget.limits.of(account.resource)?;
    let used = account.used.of(account.resource);
    let state = match account.state {
        BudgetState::Exhausted if used < limit => "has too little left for a call",
        BudgetState::Exhausted => "is used up",
        BudgetState::Warned | BudgetState::Fine => "is nearly used up",
    };
    let until = facts.resets_at.map_or(String::new(), |at| {
        format!(", begins anew {}", clock_time(at, &facts.budget.time_zone))
    });
    Some(format!(
        "{} of {} {state} ({}{until})",
        facts.budget.name,
        account.holder,
        account.resource.part(used, limit),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(period: BudgetPeriod, time_zone: &str) -> Budget {
        Budget {
            name: "b".to_owned(),
            scope: BudgetScope::Owner,
            of: None,
            class: None,
            period,
            time_zone: time_zone.to_owned(),
            limits: nexus_domain::budget::Limits::default(),
            warn_percent: 80,
        }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn days_and_months_begin_in_their_time_zone() {
        let now = at("2026-03-31T22:30:00Z");
        let check = |period, zone, label: &str, resets: Option<&str>| {
            assert_eq!(window(&budget(period, zone), now), (label.to_owned(), resets.map(at)));
        };
        check(BudgetPeriod::Day, "UTC", "2026-03-31", Some("2026-04-01T00:00:00Z"));
        check(BudgetPeriod::Day, "Europe/Berlin", "2026-04-01", Some("2026-04-01T22:00:00Z"));
        check(BudgetPeriod::Month, "Europe/Berlin", "2026-04", Some("2026-04-30T22:00:00Z"));
        check(BudgetPeriod::Month, "UTC", "2026-03", Some("2026-04-01T00:00:00Z"));
        check(BudgetPeriod::Total, "UTC", "total", None);
    }

    #[test]
    fn a_day_with_a_changed_clock_ends_at_its_own_midnight() {
        let budget = budget(BudgetPeriod::Day, "Europe/Berlin");
        let (label, resets) = window(&budget, at("2026-03-29T10:00:00Z"));
        assert_eq!((label.as_str(), resets), ("2026-03-29", Some(at("2026-03-29T22:00:00Z"))));
    }

    #[test]
    fn a_refusal_says_what_why_until_when_and_how_to_mend_it() {
        let mut shortage = Shortage {
            budget: "b".to_owned(),
            holder: "owner".to_owned(),
            resource: Resource::Money,
            used: 4_980_000,
            reserved: 0,
            wanted: 120_000,
            limit: 5_000_000,
            resets_at: Some(at("2026-11-22T00:00:00Z")),
        };
        let budgets = [budget(BudgetPeriod::Day, "UTC")];
        let error = refusal(&budgets, &shortage);
        assert_eq!(
            error.message,
            "the budget `b` of owner has too little left for the next call: $0.02 left, $4.98 of \
             $5.00 spent; the next call may take up to $0.12; it begins anew 2026-11-22 00:00 (UTC)"
        );
        assert!(error.hint.unwrap().contains("raise budgets.b.usd_max"));
        (shortage.used, shortage.reserved) = (1_000_000, 3_900_000);
        let error = refusal(&budgets, &shortage);
        assert!(error.message.contains("$3.90 set aside for calls at work"), "{}", error.message);
        assert!(error.hint.unwrap().starts_with("wait until the calls at work have ended"));
        let small = Shortage {
            resource: Resource::Tokens,
            used: 0,
            reserved: 0,
            wanted: 4_220,
            limit: 100,
            resets_at: None,
            ..shortage.clone()
        };
        assert_eq!(
            refusal(&budgets, &small).message,
            "the budget `b` of owner is too small for a single call: 100 tokens in all; the next \
             call may take up to 4220 tokens; it never begins anew"
        );
        let spent =
            Shortage { resource: Resource::ToolCalls, used: 1, wanted: 1, limit: 1, ..small };
        assert_eq!(
            refusal(&budgets, &spent).message,
            "the budget `b` of owner is used up: 1 of 1 tool call spent; it never \
             begins anew"
        );
    }
}
