//! `nexus key`: keys for programs, and signed tokens.

use clap::{Args, Subcommand};
use nexus_client::call;
use nexus_domain::access::{ApiKey, KeyBudget};
use nexus_domain::budget::{BudgetPeriod, Limits};
use nexus_domain::id::AgentId;
use nexus_protocol::Scope;
use nexus_protocol::key::{
    CreateParams, ListParams, RevokeParams, RotateParams, TokenParams, TokenResult,
};

use super::acl::grants::duration;
use crate::context::Context;
use crate::environment::now;
use crate::failure::{Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, id, text};

const CREATE_EXAMPLES: &str = "\
Examples
  nexus key create ci --scope session.write --agent main --budget 5usd/month --expires 90d
  nexus key create dashboard --scope session.read --scope request.read
  nexus key create build --scope session.write --json | jq -r .value > build.key";
const LIST_EXAMPLES: &str = "\
Examples
  nexus key list
  nexus key list --all --json";
const REVOKE_EXAMPLES: &str = "\
Examples
  nexus key revoke ci
  nexus key revoke @last
  nexus key revoke 01JDQ7M2Z3";
const ROTATE_EXAMPLES: &str = "\
Examples
  nexus key rotate-jwt
  nexus key rotate-jwt && nexus key token";
const TOKEN_EXAMPLES: &str = "\
Examples
  nexus key token
  nexus key token --expires 1h --scope session.read";
/// Millionths of a dollar in a dollar.
const MICRO_PER_USD: f64 = 1_000_000.0;
/// Most dollars of a budget.
const USD_MAX: f64 = 1_000_000_000.0;

/// Keys for programs.
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Issue a key; its value is shown once
    #[command(after_help = CREATE_EXAMPLES)]
    Create(Create),
    /// Which keys there are
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Also those that were revoked
        #[arg(long)]
        all: bool,
    },
    /// Take a key back; whoever is connected with it is cut off
    #[command(after_help = REVOKE_EXAMPLES)]
    Revoke {
        /// Its label, its id, the beginning of it, or @last
        id: String,
    },
    /// Make a short-lived signed token (JWT), where a program cannot keep a key
    #[command(after_help = TOKEN_EXAMPLES)]
    Token {
        /// How long it holds: 10m unless you say otherwise, 24h at most
        #[arg(long, value_name = "TIME", value_parser = duration)]
        expires: Option<u64>,
        /// What it may do at most; all that you may when left out
        #[arg(long, value_name = "SCOPE", value_parser = scope)]
        scope: Vec<Scope>,
    },
    /// Let no signed token that was made until now hold any longer
    #[command(after_help = ROTATE_EXAMPLES)]
    RotateJwt,
}

/// What a key is to be.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// What it is for
    label: String,
    /// What it may do at most; may be given several times
    #[arg(long, value_name = "SCOPE", required = true, value_parser = scope)]
    scope: Vec<Scope>,
    /// An agent that it may use; may be given several times. All agents when left out
    #[arg(long, value_name = "NAME", value_parser = AgentId::parse)]
    agent: Vec<AgentId>,
    /// How much may be spent with it, such as 5usd/month or 200000tokens,100calls/day
    #[arg(long, value_name = "AMOUNT", value_parser = budget)]
    budget: Option<KeyBudget>,
    /// How long it holds, such as 8h or 90d; until it is revoked when left out
    #[arg(long, value_name = "TIME", value_parser = duration)]
    expires: Option<u64>,
}

/// Reads the name of a scope.
pub(crate) fn scope(name: &str) -> std::result::Result<Scope, String> {
    Scope::by_name(name).ok_or_else(|| {
        let names: Vec<_> = Scope::ALL.iter().map(|scope| scope.name()).collect();
        format!("`{name}` is no scope; there are: {}", names.join(", "))
    })
}

/// Reads `5usd/month` or `200000tokens,100calls/day`.
fn budget(given: &str) -> std::result::Result<KeyBudget, String> {
    let (amounts, period) = given.split_once('/').unwrap_or((given, "total"));
    let period = match period {
        "day" => BudgetPeriod::Day,
        "month" => BudgetPeriod::Month,
        "total" => BudgetPeriod::Total,
        other => return Err(format!("`{other}` is no period; write /day, /month or nothing")),
    };
    let mut limits = Limits::default();
    for amount in amounts.split(',').map(str::trim) {
        let wrong =
            || format!("`{amount}` is no amount; write 5usd, 200000tokens, 100calls or 60s");
        let at = amount.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(wrong)?;
        let (number, unit) = amount.split_at(at);
        let whole = || number.parse::<u64>().map_err(|_| wrong());
        match unit {
            "usd" => {
                let usd: f64 = number.parse().map_err(|_| wrong())?;
                if !(0.0..=USD_MAX).contains(&usd) {
                    return Err(wrong());
                }
                limits.micro_usd = Some((usd * MICRO_PER_USD).round() as u64);
            }
            "tokens" => limits.tokens = Some(whole()?),
            "calls" => limits.tool_calls = Some(whole()?),
            "s" => limits.model_ms = Some(whole()?.checked_mul(1_000).ok_or_else(wrong)?),
            _ => return Err(wrong()),
        }
    }
    Ok(KeyBudget { period, limits })
}

pub(crate) async fn run(key: Key, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let output = &context.output;
    match key {
        Key::Create(create) => {
            let params = CreateParams {
                label: create.label,
                scopes: create.scope,
                agents: (!create.agent.is_empty()).then_some(create.agent),
                budget: create.budget,
                lifetime_ms: create.expires,
                idempotency_key: context.fresh_key()?,
            };
            let made = client.request::<call::KeysCreate>(params).await?;
            if output.is_json() {
                output.document(&made)?;
            } else {
                say(&made.key, "is issued", Sign::Good, output)?;
                output.line(&made.value)?;
                output.line("Keep it now: it is shown this once, and nobody can look it up.")?;
            }
        }
        Key::List { all } => {
            let params = ListParams { include_ended: all };
            let result = client.request::<call::KeysList>(params).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => list(&result.keys, output)?,
            }
        }
        Key::Revoke { id } => {
            let params = RevokeParams { id, idempotency_key: context.fresh_key()? };
            let key = client.request::<call::KeysRevoke>(params).await?.key;
            match output.is_json() {
                true => output.document(&key)?,
                false => say(&key, "is revoked", Sign::Idle, output)?,
            }
        }
        Key::Token { expires, scope } => {
            let params = TokenParams {
                lifetime_ms: expires,
                scopes: (!scope.is_empty()).then_some(scope),
                idempotency_key: context.fresh_key()?,
            };
            let made = client.request::<call::KeysToken>(params).await?;
            match output.is_json() {
                true => output.document(&made)?,
                false => token(&made, output)?,
            }
        }
        Key::RotateJwt => {
            let params = RotateParams { idempotency_key: context.fresh_key()? };
            let rotated = client.request::<call::KeysRotate>(params).await?;
            match output.is_json() {
                true => output.document(&rotated)?,
                false => output.line(&format!(
                    "{} signed tokens made until now open nothing any more",
                    output.sign(Sign::Good)
                ))?,
            }
        }
    }
    Ok(Exit::Ok)
}

fn say(key: &ApiKey, word: &str, sign: Sign, output: &Output) -> Result<()> {
    output.line(&format!("{} the key {} for {} {word}", output.sign(sign), key.id, key.label))?;
    Ok(())
}

fn token(made: &TokenResult, output: &Output) -> Result<()> {
    output.line(&made.token)?;
    let left = text::left(made.expires_at, now());
    output.line(&format!("It stands for {}; {left}.", made.principal))?;
    Ok(())
}

fn list(keys: &[ApiKey], output: &Output) -> Result<()> {
    let columns = [
        ("", 0),
        ("id", 0),
        ("for", 0),
        ("until", 1),
        ("last used", 1),
        ("agents", 2),
        ("scopes", 2),
    ];
    let mut table = Table::new(columns, "no keys; `nexus key create --help` makes one");
    let ids: Vec<_> = keys.iter().map(|key| key.id.to_string()).collect();
    let shown = if output.is_tty() { id::short(&ids) } else { ids };
    for (key, id) in keys.iter().zip(shown) {
        let is_open = key.is_in_force(now());
        let (sign, style) = output.sign_parts(if is_open { Sign::Good } else { Sign::Idle });
        let until = match (key.revoked_at, key.expires_at) {
            (Some(_), _) => "revoked".to_owned(),
            (None, Some(_)) if !is_open => "ran out".to_owned(),
            (None, Some(end)) => text::left(end, now()),
            (None, None) => "-".to_owned(),
        };
        let used = key.last_used_at.map_or("never".to_owned(), |at| text::ago(at, now()));
        let agents = key.agents.as_ref().map_or("all".to_owned(), |agents| {
            agents.iter().map(AgentId::as_str).collect::<Vec<_>>().join(", ")
        });
        table.row([
            Cell::styled(sign, style),
            id.into(),
            text::one_line(&key.label).into(),
            until.into(),
            used.into(),
            agents.into(),
            key.scopes.join(", ").into(),
        ]);
    }
    table.print(output)
}

#[cfg(test)]
mod tests {
    use nexus_domain::budget::Resource;

    use super::*;

    #[test]
    fn a_budget_is_read() {
        let read = budget("2.5usd, 100calls/month").unwrap();
        assert_eq!(read.period, BudgetPeriod::Month);
        assert_eq!(read.limits.of(Resource::Money), Some(2_500_000));
        assert_eq!(read.limits.of(Resource::ToolCalls), Some(100));
        assert_eq!(budget("60s").unwrap().limits.model_ms, Some(60_000));
        for wrong in ["", "5", "usd", "-1usd", "5usd/week", "1.5calls", "5eur", "1e99usd"] {
            assert!(budget(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_scope_is_read_and_another_word_is_told_which_there_are() {
        assert_eq!(scope("session.read"), Ok(Scope::SessionRead));
        assert!(scope("admin").unwrap_err().contains("session.write"));
    }
}
