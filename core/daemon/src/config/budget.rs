//! Budgets: the tables `[budgets.<name>]`.

use jiff::tz::TimeZone;
use nexus_domain::budget::{Budget, BudgetPeriod, BudgetScope, Limits, WorkClass};

use super::Finding;
use super::typed::Getter;

/// The budget of background work that is in force unless a table of the same name says otherwise:
/// nobody is watching when a schedule goes astray.
const BACKGROUND: &str = "background";
const BACKGROUND_USD: f64 = 1.0;
const BACKGROUND_TOKENS: u64 = 1_000_000;

/// Reads the budgets; what cannot be used goes to `errors`.
pub(super) fn budgets(get: &Getter<'_>, errors: &mut Vec<Finding>) -> Vec<Budget> {
    let mut names = get.names("budgets");
    names.insert(BACKGROUND.to_owned());
    names.into_iter().map(|name| budget(get, name, errors)).collect()
}

fn budget(get: &Getter<'_>, name: String, errors: &mut Vec<Finding>) -> Budget {
    let at = |key: &str| ["budgets", name.as_str(), key].map(str::to_owned).to_vec();
    let text = |key: &str| get.at(&at(key)).and_then(|value| value.as_str().map(str::to_owned));
    let count = |key: &str| get.at(&at(key)).and_then(|value| value.as_u64());
    let is_background = name == BACKGROUND;
    let mut limits = Limits {
        micro_usd: get.at(&at("usd_max")).and_then(|value| value.as_f64()).map(micro_usd),
        tokens: count("tokens_max"),
        tool_calls: count("tool_calls_max"),
        model_ms: count("model_ms_max"),
    };
    if limits.is_empty() && is_background {
        limits.micro_usd = Some(micro_usd(BACKGROUND_USD));
        limits.tokens = Some(BACKGROUND_TOKENS);
    }
    if limits.is_empty() {
        errors.push(Finding {
            line: None,
            text: format!(
                "`budgets.{name}` limits nothing; set at least one of usd_max, tokens_max, \
                 tool_calls_max and model_ms_max"
            ),
        });
    }
    let time_zone = text("time_zone").unwrap_or_default();
    if TimeZone::get(&time_zone).is_err() {
        errors.push(Finding {
            line: get.line_at(&at("time_zone")),
            text: format!(
                "`budgets.{name}.time_zone` must be a name like \"Europe/Berlin\", not \
                 `{time_zone}`"
            ),
        });
    }
    let scope = match text("scope").as_deref() {
        Some("agent") => BudgetScope::Agent,
        Some("session") => BudgetScope::Session,
        Some("key") => BudgetScope::Key,
        _ => BudgetScope::Owner,
    };
    let of = text("of");
    if scope == BudgetScope::Owner && of.is_some() {
        errors.push(Finding {
            line: get.line_at(&at("of")),
            text: format!(
                "`budgets.{name}.of` names one agent, session or key; set `scope` to say which \
                 of them"
            ),
        });
    }
    Budget {
        scope,
        of,
        class: match text("class").as_deref() {
            Some("interactive") => Some(WorkClass::Interactive),
            Some("background") => Some(WorkClass::Background),
            Some("any") if !is_background || get.is_set(&at("class")) => None,
            _ => is_background.then_some(WorkClass::Background),
        },
        period: match text("period").as_deref() {
            Some("month") => BudgetPeriod::Month,
            Some("total") => BudgetPeriod::Total,
            _ => BudgetPeriod::Day,
        },
        time_zone,
        limits,
        warn_percent: count("warn_percent").and_then(|n| u8::try_from(n).ok()).unwrap_or(80),
        name,
    }
}

/// From dollars to millionths of a dollar.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "amounts are checked to be finite and not negative"
)]
fn micro_usd(dollars: f64) -> u64 {
    (dollars * 1_000_000.0).round() as u64
}
