//! Budgets: how much may be spent, on whose account, and the one decision whether a call fits.
//!
//! A call reserves the worst it can come to before it is sent and settles with what it came to.
//! The sum of what is used and what is reserved never passes a limit through a reservation, so
//! calls that run side by side cannot overdraw a budget together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{AgentId, SessionKey};
use crate::principal::{Chain, Principal};
use crate::time::Timestamp;

/// What budgets count.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Money, in millionths of a US dollar.
    #[default]
    Money,
    /// Tokens sent and received.
    Tokens,
    /// Tool calls that were allowed.
    ToolCalls,
    /// Time spent waiting for models, in milliseconds.
    ModelTime,
}

impl Resource {
    /// All of them, in the order in which a shortage is looked for.
    pub const ALL: [Self; 4] = [Self::Money, Self::Tokens, Self::ToolCalls, Self::ModelTime];

    /// The configuration key of its limit, in a table `[budgets.<name>]`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Money => "usd_max",
            Self::Tokens => "tokens_max",
            Self::ToolCalls => "tool_calls_max",
            Self::ModelTime => "model_ms_max",
        }
    }

    /// An amount of it in words, such as `$1.20` or `12000 tokens`.
    #[must_use]
    pub fn words(self, amount: u64) -> String {
        match self {
            Self::Money if amount > 0 && amount < 10_000 => {
                format!("${}.{:06}", amount / 1_000_000, amount % 1_000_000)
            }
            Self::Money => format!("${}.{:02}", amount / 1_000_000, amount % 1_000_000 / 10_000),
            Self::Tokens if amount == 1 => "1 token".to_owned(),
            Self::Tokens => format!("{amount} tokens"),
            Self::ToolCalls if amount == 1 => "1 tool call".to_owned(),
            Self::ToolCalls => format!("{amount} tool calls"),
            Self::ModelTime => format!("{} s of model time", amount / 1_000),
        }
    }

    /// How much of a limit is spent, such as `3 of 10 tool calls`.
    #[must_use]
    pub fn part(self, used: u64, limit: u64) -> String {
        match self {
            Self::Money | Self::ModelTime => {
                format!("{} of {}", self.words(used), self.words(limit))
            }
            Self::Tokens | Self::ToolCalls => format!("{used} of {}", self.words(limit)),
        }
    }
}

/// An amount of each resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Amounts {
    /// Millionths of a US dollar.
    pub micro_usd: u64,
    /// Tokens.
    pub tokens: u64,
    /// Tool calls.
    pub tool_calls: u64,
    /// Milliseconds.
    pub model_ms: u64,
}

impl Amounts {
    /// The amount of one resource.
    #[must_use]
    pub fn of(&self, resource: Resource) -> u64 {
        match resource {
            Resource::Money => self.micro_usd,
            Resource::Tokens => self.tokens,
            Resource::ToolCalls => self.tool_calls,
            Resource::ModelTime => self.model_ms,
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            micro_usd: self.micro_usd.saturating_add(other.micro_usd),
            tokens: self.tokens.saturating_add(other.tokens),
            tool_calls: self.tool_calls.saturating_add(other.tool_calls),
            model_ms: self.model_ms.saturating_add(other.model_ms),
        }
    }

    /// What is left when the other is taken away; never less than nothing.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            micro_usd: self.micro_usd.saturating_sub(other.micro_usd),
            tokens: self.tokens.saturating_sub(other.tokens),
            tool_calls: self.tool_calls.saturating_sub(other.tool_calls),
            model_ms: self.model_ms.saturating_sub(other.model_ms),
        }
    }
}

/// Most of each resource; what is left out has no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Limits {
    /// Millionths of a US dollar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub micro_usd: Option<u64>,
    /// Tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Tool calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<u64>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_ms: Option<u64>,
}

impl Limits {
    /// The limit of one resource.
    #[must_use]
    pub fn of(&self, resource: Resource) -> Option<u64> {
        match resource {
            Resource::Money => self.micro_usd,
            Resource::Tokens => self.tokens,
            Resource::ToolCalls => self.tool_calls,
            Resource::ModelTime => self.model_ms,
        }
    }

    /// Whether nothing is limited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a budget hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BudgetScope {
    /// The whole installation.
    Owner,
    /// Each agent, or one.
    Agent,
    /// Each session, or one.
    Session,
    /// Each API key, or one.
    Key,
}

/// When a budget begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BudgetPeriod {
    /// At midnight of its time zone.
    Day,
    /// At midnight before the first of the month.
    Month,
    /// Never.
    Total,
}

/// Whether somebody waits for the work, or it began by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkClass {
    /// A person or a program asked.
    #[default]
    Interactive,
    /// A job of the daemon began it: schedules and heartbeats.
    Background,
}

impl WorkClass {
    /// Its name, as in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Background => "background",
        }
    }
}

/// A budget as configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Budget {
    /// Its name.
    pub name: String,
    /// What it hangs on.
    pub scope: BudgetScope,
    /// The one agent, session or key it is for; each has its own when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The one class of work it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<WorkClass>,
    /// When it begins anew.
    pub period: BudgetPeriod,
    /// IANA name of the time zone in which days and months begin.
    pub time_zone: String,
    /// Most of each resource in one period.
    pub limits: Limits,
    /// From which part of a limit on people are warned, in percent.
    pub warn_percent: u8,
}

/// Who pays: whoever stands in the chain, and the session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Payer {
    /// The agents of the chain; the last one acts, and each of them counts.
    pub agents: Vec<AgentId>,
    /// The session.
    pub session_key: Option<SessionKey>,
    /// The API key on whose behalf it happens.
    pub key: Option<String>,
    /// The class of the work.
    pub class: WorkClass,
}

impl Payer {
    /// Who pays for what a chain does in a session.
    #[must_use]
    pub fn of(chain: &Chain, session_key: Option<SessionKey>) -> Self {
        let mut payer = Self { session_key, ..Self::default() };
        for link in chain.links() {
            match link {
                Principal::Agent(id) if !payer.agents.contains(id) => payer.agents.push(id.clone()),
                Principal::ApiKey(key) => payer.key = Some(key.clone()),
                // A hook has an account as a key has; its deliveries come by themselves.
                Principal::Hook(name) => {
                    payer.key = Some(format!("hook:{name}"));
                    payer.class = WorkClass::Background;
                }
                Principal::Job(_) => payer.class = WorkClass::Background,
                _ => {}
            }
        }
        payer
    }
}

impl Budget {
    /// On which accounts of this budget a payer's work is booked; none when it does not apply.
    #[must_use]
    pub fn holders(&self, payer: &Payer) -> Vec<String> {
        if self.class.is_some_and(|class| class != payer.class) {
            return Vec::new();
        }
        let candidates: Vec<&str> = match self.scope {
            BudgetScope::Owner => return vec!["owner".to_owned()],
            BudgetScope::Agent => payer.agents.iter().map(AgentId::as_str).collect(),
            BudgetScope::Session => payer.session_key.iter().map(SessionKey::as_str).collect(),
            BudgetScope::Key => payer.key.iter().map(String::as_str).collect(),
        };
        let is_meant = |name: &&str| self.of.as_deref().is_none_or(|of| of == *name);
        let prefix = match self.scope {
            BudgetScope::Owner => "owner",
            BudgetScope::Agent => "agent",
            BudgetScope::Session => "session",
            BudgetScope::Key => "key",
        };
        candidates.into_iter().filter(is_meant).map(|name| format!("{prefix}:{name}")).collect()
    }
}

/// One account of one budget in one period, with the limits in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The budget's name.
    pub budget: String,
    /// The account, such as `owner` or `agent:main`.
    pub holder: String,
    /// The period, such as `2026-11-21`, `2026-11` or `total`.
    pub window: String,
    /// When the next period begins.
    pub resets_at: Option<Timestamp>,
    /// Limits in force.
    pub limits: Limits,
    /// When people are warned, in percent of a limit.
    pub warn_percent: u8,
}

/// How an account stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// Spent.
    pub used: Amounts,
    /// Set aside for calls at work.
    pub reserved: Amounts,
    /// Calls of models whose price is unknown: their tokens count, their money does not.
    pub n_unpriced: u64,
}

/// A budget that has no room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shortage {
    /// The budget's name.
    pub budget: String,
    /// The account.
    pub holder: String,
    /// Of what there is too little.
    pub resource: Resource,
    /// Spent.
    pub used: u64,
    /// Set aside for other calls.
    pub reserved: u64,
    /// What was wanted at least.
    pub wanted: u64,
    /// The limit.
    pub limit: u64,
    /// When the next period begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resets_at: Option<Timestamp>,
}

impl Shortage {
    /// Whether there is no room even when no other call is at work.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        self.used.saturating_add(self.wanted) > self.limit
    }
}

/// Chooses the first of several worst cases that fits into every account. Model time alone is cut
/// to what is left, down to `model_ms_min`, because a call can be ended when its time is over.
///
/// # Errors
/// The shortage that the last and smallest case meets.
pub fn choose(
    accounts: &[(Claim, Standing)],
    cases: &[Amounts],
    model_ms_min: u64,
) -> Result<(usize, Amounts), Option<Shortage>> {
    let mut shortage = None;
    for (n, case) in cases.iter().enumerate() {
        match fit(accounts, *case, model_ms_min) {
            Ok(granted) => return Ok((n, granted)),
            Err(found) => shortage = Some(found),
        }
    }
    Err(shortage)
}

fn fit(
    accounts: &[(Claim, Standing)],
    case: Amounts,
    model_ms_min: u64,
) -> Result<Amounts, Shortage> {
    let mut granted = case;
    for (claim, standing) in accounts {
        for resource in Resource::ALL {
            let Some(limit) = claim.limits.of(resource) else { continue };
            let (used, reserved) = (standing.used.of(resource), standing.reserved.of(resource));
            let room = limit.saturating_sub(used.saturating_add(reserved));
            let wanted = match resource {
                Resource::ModelTime => case.model_ms.min(model_ms_min),
                _ => case.of(resource),
            };
            // A call that needs nothing of a resource is not kept from happening by it.
            if wanted > room {
                return Err(Shortage {
                    budget: claim.budget.clone(),
                    holder: claim.holder.clone(),
                    resource,
                    used,
                    reserved,
                    wanted,
                    limit,
                    resets_at: claim.resets_at,
                });
            }
            if resource == Resource::ModelTime {
                granted.model_ms = granted.model_ms.min(room);
            }
        }
    }
    Ok(granted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(scope: BudgetScope, of: Option<&str>, class: Option<WorkClass>) -> Budget {
        Budget {
            name: "b".to_owned(),
            scope,
            of: of.map(str::to_owned),
            class,
            period: BudgetPeriod::Day,
            time_zone: "UTC".to_owned(),
            limits: Limits::default(),
            warn_percent: 80,
        }
    }

    fn claim(limits: Limits) -> Claim {
        Claim {
            budget: "b".to_owned(),
            holder: "owner".to_owned(),
            window: "total".to_owned(),
            resets_at: None,
            limits,
            warn_percent: 80,
        }
    }

    #[test]
    fn every_agent_of_a_chain_pays() {
        let parent = AgentId::parse("main").unwrap();
        let child = AgentId::parse("coder").unwrap();
        let chain = Chain::of(Principal::ApiKey("k1".to_owned()))
            .through(parent.clone())
            .through(child.clone())
            .through(parent);
        let payer = Payer::of(&chain, SessionKey::parse("s").ok());
        let holders = |scope, of| budget(scope, of, None).holders(&payer);
        assert_eq!(holders(BudgetScope::Owner, None), ["owner"]);
        assert_eq!(holders(BudgetScope::Agent, None), ["agent:main", "agent:coder"]);
        assert_eq!(holders(BudgetScope::Agent, Some("coder")), ["agent:coder"]);
        assert_eq!(holders(BudgetScope::Session, None), ["session:s"]);
        assert_eq!(holders(BudgetScope::Key, None), ["key:k1"]);
        assert!(holders(BudgetScope::Key, Some("k2")).is_empty());
    }

    #[test]
    fn background_work_has_a_class_of_its_own() {
        let agent = AgentId::parse("main").unwrap();
        let job = Payer::of(&Chain::of(Principal::Job("cron".to_owned())).through(agent), None);
        let asked = Payer::of(&Chain::of(Principal::Owner), None);
        let own = budget(BudgetScope::Owner, None, Some(WorkClass::Background));
        assert_eq!(own.holders(&job), ["owner"]);
        assert!(own.holders(&asked).is_empty());
    }

    #[test]
    fn the_largest_case_that_fits_is_chosen() {
        let account =
            (claim(Limits { tokens: Some(100), ..Limits::default() }), Standing::default());
        let case = |tokens| Amounts { tokens, ..Amounts::default() };
        let chosen = choose(std::slice::from_ref(&account), &[case(200), case(100), case(50)], 0);
        assert_eq!(chosen, Ok((1, case(100))));
        let shortage = choose(&[account], &[case(200), case(101)], 0).unwrap_err().unwrap();
        assert_eq!((shortage.wanted, shortage.limit), (101, 100));
        assert!(shortage.is_lasting());
    }

    #[test]
    fn model_time_is_cut_to_what_is_left() {
        let mut account =
            (claim(Limits { model_ms: Some(60_000), ..Limits::default() }), Standing::default());
        account.1.used.model_ms = 50_000;
        let case = Amounts { model_ms: 600_000, ..Amounts::default() };
        let (_, granted) = choose(std::slice::from_ref(&account), &[case], 5_000).unwrap();
        assert_eq!(granted.model_ms, 10_000);
        account.1.reserved.model_ms = 6_000;
        let shortage = choose(&[account], &[case], 5_000).unwrap_err().unwrap();
        assert!(!shortage.is_lasting(), "the others will give their time back");
    }

    #[test]
    fn a_call_that_needs_nothing_passes_a_budget_that_is_used_up() {
        let mut account =
            (claim(Limits { micro_usd: Some(10), ..Limits::default() }), Standing::default());
        account.1.used.micro_usd = 25;
        let free = Amounts { tokens: 5, ..Amounts::default() };
        assert!(choose(std::slice::from_ref(&account), &[free], 0).is_ok());
        let paid = Amounts { micro_usd: 1, ..Amounts::default() };
        assert!(choose(&[account], &[paid], 0).is_err());
    }

    #[test]
    fn amounts_are_said_in_words() {
        assert_eq!(Resource::Money.words(1_230_000), "$1.23");
        assert_eq!(Resource::Money.words(1_230), "$0.001230");
        assert_eq!(Resource::Money.words(0), "$0.00");
        assert_eq!(Resource::ModelTime.words(61_000), "61 s of model time");
    }
}
