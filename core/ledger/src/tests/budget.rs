//! No budget is overdrawn by calls that run side by side, whatever order they come in and
//! wherever the daemon dies.

use std::collections::BTreeMap;

use nexus_domain::budget::{Amounts, Claim, Limits, Payer, Resource, Standing, WorkClass};
use nexus_domain::event::Event;
use nexus_domain::id::ReservationId;
use nexus_domain::message::Usage;
use proptest::prelude::*;

use super::support::{Home, at, begin_turn, session, turn_id};
use crate::{
    Ledger, Reserved, Spent, UsageBasis, UsageBy, UsageFilter, UsageRow, UsageSums, Wanted,
};

fn claim(budget: &str, holder: &str, limits: Limits) -> Claim {
    Claim {
        budget: budget.to_owned(),
        holder: holder.to_owned(),
        window: "2026-11-21".to_owned(),
        resets_at: Some(at(1_000)),
        limits,
        warn_percent: 80,
    }
}

fn tokens(tokens: u64) -> Amounts {
    Amounts { tokens, ..Amounts::default() }
}

fn token_limit(tokens: u64) -> Limits {
    Limits { tokens: Some(tokens), ..Limits::default() }
}

fn id(n: u64) -> ReservationId {
    ReservationId::from_parts(at(n), u128::from(n))
}

fn wanted(n: u64, claims: Vec<Claim>, cases: Vec<Amounts>) -> Wanted {
    Wanted {
        id: id(n),
        turn_id: Some(turn_id(n % 3)),
        model: "acme/one".to_owned(),
        is_priced: true,
        payer: Payer::default(),
        claims,
        cases,
        model_ms_min: 0,
        at: at(n),
    }
}

async fn reserve(ledger: &Ledger, wanted: Wanted) -> (Reserved, Vec<Event>) {
    ledger.write(move |tx| tx.budgets().reserve(&wanted)).await.unwrap()
}

async fn settle(ledger: &Ledger, n: u64, amounts: Amounts) -> Option<Vec<Event>> {
    let spent = Spent { amounts, is_priced: true };
    ledger.write(move |tx| tx.budgets().settle(id(n), spent)).await.unwrap()
}

async fn standing(ledger: &Ledger, claim: &Claim) -> Standing {
    let claim = claim.clone();
    ledger.read(move |r| r.budgets().standing(&claim)).await.unwrap()
}

#[derive(Clone, Debug)]
enum Step {
    /// A call by one of two agents with a worst case.
    Reserve { agent: usize, tokens: u64, micro_usd: u64 },
    /// One of the calls at work ends, with so much of its worst case spent, in percent.
    Settle { which: usize, percent: u64 },
    /// A tool call by one of two agents.
    ToolCall { agent: usize },
    /// The daemon dies and starts again: what was at work counts in full.
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => (0..2_usize, 0..400_u64, 0..90_u64)
            .prop_map(|(agent, tokens, micro_usd)| Step::Reserve { agent, tokens, micro_usd }),
        // Rarely a provider takes more than the worst case: then all of it is booked.
        5 => (any::<usize>(), prop_oneof![9 => 0..=100_u64, 1 => 100..150_u64])
            .prop_map(|(which, percent)| Step::Settle { which, percent }),
        2 => (0..2_usize).prop_map(|agent| Step::ToolCall { agent }),
        1 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 1..60)
}

/// The same in plain numbers, written without looking at the code it is compared with.
#[derive(Default)]
struct Model {
    used: BTreeMap<String, Amounts>,
    open: Vec<(u64, usize, Amounts)>,
    /// How far settled calls went beyond what was set aside for them.
    excess: Amounts,
}

const AGENTS: [&str; 2] = ["agent:a", "agent:b"];

fn limits_of(holder: &str) -> Limits {
    match holder {
        "owner" => Limits {
            tokens: Some(1_500),
            micro_usd: Some(300),
            tool_calls: Some(6),
            ..Limits::default()
        },
        _ => Limits { tokens: Some(1_000), tool_calls: Some(4), ..Limits::default() },
    }
}

fn claims_of(agent: usize) -> Vec<Claim> {
    ["owner", AGENTS[agent]].map(|holder| claim(holder, holder, limits_of(holder))).to_vec()
}

impl Model {
    fn reserved(&self, holder: &str) -> Amounts {
        let is_its = |agent: usize| holder == "owner" || holder == AGENTS[agent];
        let its = self.open.iter().filter(|(_, agent, _)| is_its(*agent));
        its.fold(Amounts::default(), |sum, (_, _, amounts)| sum.plus(*amounts))
    }

    fn has_room(&self, agent: usize, amounts: Amounts) -> bool {
        ["owner", AGENTS[agent]].iter().all(|holder| {
            let used = self.used.get(*holder).copied().unwrap_or_default();
            let sum = used.plus(self.reserved(holder)).plus(amounts);
            Resource::ALL.iter().all(|resource| {
                let limit = limits_of(holder).of(*resource);
                amounts.of(*resource) == 0 || limit.is_none_or(|max| sum.of(*resource) <= max)
            })
        })
    }

    fn spend(&mut self, agent: usize, amounts: Amounts) {
        for holder in ["owner", AGENTS[agent]] {
            let used = self.used.entry(holder.to_owned()).or_default();
            *used = used.plus(amounts);
        }
    }

    async fn check(&self, ledger: &Ledger) {
        for holder in ["owner", AGENTS[0], AGENTS[1]] {
            let now = standing(ledger, &claim(holder, holder, limits_of(holder))).await;
            assert_eq!(now.used, self.used.get(holder).copied().unwrap_or_default(), "{holder}");
            assert_eq!(now.reserved, self.reserved(holder), "{holder}");
            for resource in Resource::ALL {
                let Some(limit) = limits_of(holder).of(resource) else { continue };
                let sum = now.used.of(resource) + now.reserved.of(resource);
                assert!(sum <= limit + self.excess.of(resource), "{holder} {resource:?}: {now:?}");
            }
        }
    }
}

async fn play(steps: Vec<Step>) {
    let home = Home::new();
    let mut ledger = home.open();
    let mut model = Model::default();
    for (n, step) in steps.into_iter().enumerate() {
        let n = n as u64;
        match step {
            Step::Reserve { agent, tokens, micro_usd } => {
                let amounts = Amounts { tokens, micro_usd, ..Amounts::default() };
                let has_room = model.has_room(agent, amounts);
                let (reserved, _) =
                    reserve(&ledger, wanted(n, claims_of(agent), vec![amounts])).await;
                assert_eq!(matches!(reserved, Reserved::Granted { .. }), has_room, "{reserved:?}");
                if has_room {
                    model.open.push((n, agent, amounts));
                }
            }
            Step::Settle { which, percent } if !model.open.is_empty() => {
                let (n, agent, aside) = model.open.swap_remove(which % model.open.len());
                let part = |amount: u64| amount * percent / 100;
                let spent = Amounts {
                    tokens: part(aside.tokens),
                    micro_usd: part(aside.micro_usd),
                    ..Amounts::default()
                };
                model.excess = model.excess.plus(spent.minus(aside));
                model.spend(agent, spent);
                assert!(settle(&ledger, n, spent).await.is_some());
                assert_eq!(settle(&ledger, n, spent).await, None, "it was booked twice");
            }
            Step::Settle { .. } => {}
            Step::ToolCall { agent } => {
                let call = Amounts { tool_calls: 1, ..Amounts::default() };
                let has_room = model.has_room(agent, call);
                let claims = claims_of(agent);
                let taken = ledger.write(move |tx| tx.budgets().take_tool_call(&claims));
                assert_eq!(taken.await.unwrap().0.is_none(), has_room);
                if has_room {
                    model.spend(agent, call);
                }
            }
            Step::Crash => {
                // Nothing of a process is left but the file; closing adds nothing to it.
                ledger.close().await;
                ledger = home.open();
                let left = ledger.read(|r| r.budgets().reservations(None)).await.unwrap();
                assert_eq!(left.len(), model.open.len());
                for reservation in left {
                    let spent = Spent { amounts: reservation.amounts, is_priced: true };
                    let booked = ledger.write(move |tx| tx.budgets().settle(reservation.id, spent));
                    assert!(booked.await.unwrap().is_some());
                }
                for (_, agent, aside) in std::mem::take(&mut model.open) {
                    model.spend(agent, aside);
                }
            }
        }
        model.check(&ledger).await;
    }
    ledger.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_budget_agrees_with_plain_arithmetic_in_any_order(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(steps));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_run_side_by_side_never_get_the_last_of_a_budget_twice() {
    let home = Home::new();
    let ledger = home.open();
    let account = claim("day", "owner", token_limit(1_000));
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..64_u64 {
        let (ledger, account) = (ledger.clone(), account.clone());
        tasks.spawn(async move {
            let wish = wanted(n, vec![account.clone()], vec![tokens(90)]);
            let granted = matches!(reserve(&ledger, wish).await.0, Reserved::Granted { .. });
            let seen = standing(&ledger, &account).await;
            assert!(seen.used.tokens + seen.reserved.tokens <= 1_000, "{seen:?}");
            if granted && n % 2 == 0 {
                settle(&ledger, n, tokens(90)).await;
            }
            granted
        });
    }
    let n_granted = tasks.join_all().await.into_iter().filter(|granted| *granted).count() as u64;
    let end = standing(&ledger, &account).await;
    assert_eq!(end.used.tokens + end.reserved.tokens, n_granted * 90);
    assert_eq!(n_granted, 11);
}

#[tokio::test]
async fn people_are_told_once_and_again_when_the_limit_has_changed() {
    let home = Home::new();
    let ledger = home.open();
    let mut account = claim("day", "owner", token_limit(100));
    let mut told = Vec::new();
    for (n, amount) in [(1, 79), (2, 1), (3, 5), (4, 15)] {
        reserve(&ledger, wanted(n, vec![account.clone()], vec![tokens(amount)])).await;
        told.push(settle(&ledger, n, tokens(amount)).await.unwrap());
    }
    let names: Vec<Vec<_>> =
        told.iter().map(|events| events.iter().map(Event::type_name).collect()).collect();
    assert_eq!(names, [vec![], vec!["budget.warned"], vec![], vec!["budget.exhausted"]]);
    let (reserved, told) =
        reserve(&ledger, wanted(5, vec![account.clone()], vec![tokens(1)])).await;
    assert!(matches!(reserved, Reserved::Refused(_)) && told.is_empty());

    account.limits = token_limit(110);
    let (reserved, told) =
        reserve(&ledger, wanted(6, vec![account.clone()], vec![tokens(20)])).await;
    assert!(matches!(&reserved, Reserved::Refused(short) if short.is_lasting()), "{reserved:?}");
    assert_eq!(told.iter().map(Event::type_name).collect::<Vec<_>>(), ["budget.exhausted"]);
    let (_, told) = reserve(&ledger, wanted(7, vec![account], vec![tokens(20)])).await;
    assert!(told.is_empty());
}

#[tokio::test]
async fn all_accounts_pay_or_none() {
    let home = Home::new();
    let ledger = home.open();
    let wide = claim("month", "owner", token_limit(1_000));
    let tight = claim("day", "agent:main", token_limit(10));
    let claims = vec![wide.clone(), tight.clone()];
    let (reserved, _) = reserve(&ledger, wanted(1, claims.clone(), vec![tokens(11)])).await;
    let Reserved::Refused(shortage) = reserved else { panic!("{reserved:?}") };
    assert_eq!((shortage.budget.as_str(), shortage.holder.as_str()), ("day", "agent:main"));
    assert_eq!(standing(&ledger, &wide).await, Standing::default());
    // The next best case fits.
    let (reserved, _) = reserve(&ledger, wanted(2, claims, vec![tokens(11), tokens(5)])).await;
    assert_eq!(reserved, Reserved::Granted { case: 1, amounts: tokens(5) });
    let accounts = ledger.read(|r| r.budgets().accounts("day", "2026-11-21", 10)).await.unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].standing.reserved, tokens(5));
    let left = ledger.read(|r| r.budgets().reservations(Some(turn_id(2)))).await.unwrap();
    assert_eq!(left.len(), 1);
}

fn row(day: &str, agent: &str, basis: UsageBasis, n: u64) -> UsageRow {
    UsageRow {
        day: day.to_owned(),
        agent_id: agent.to_owned(),
        session_key: "main".to_owned(),
        model: "acme/one".to_owned(),
        api_key: String::new(),
        class: WorkClass::Interactive,
        basis,
        n_calls: 1,
        n_tool_calls: 0,
        usage: Usage { input_tokens: n, output_tokens: 1, ..Usage::default() },
        micro_usd: n,
        model_ms: 2,
    }
}

#[tokio::test]
async fn daily_sums_are_told_apart_by_what_is_known() {
    let home = Home::new();
    let ledger = home.open();
    let add = ledger.write(|tx| {
        for (day, agent, basis, n) in [
            ("2026-11-20", "main", UsageBasis::Priced, 10),
            ("2026-11-20", "main", UsageBasis::Priced, 5),
            ("2026-11-21", "main", UsageBasis::Estimated, 7),
            ("2026-11-21", "coder", UsageBasis::Unknown, 100),
            ("2026-11-21", "coder", UsageBasis::Free, 1_000),
        ] {
            let micro_usd =
                if matches!(basis, UsageBasis::Priced | UsageBasis::Estimated) { n } else { 0 };
            tx.usage().add(&UsageRow { micro_usd, ..row(day, agent, basis, n) })?;
        }
        Ok(())
    });
    add.await.unwrap();
    let total = |filter: UsageFilter| {
        let ledger = ledger.clone();
        async move { ledger.read(move |r| r.usage().total(&filter)).await.unwrap() }
    };
    let all = total(UsageFilter::default()).await;
    assert_eq!((all.n_calls, all.n_priced, all.n_unpriced), (5, 3, 1));
    assert_eq!((all.priced_micro_usd, all.estimated_micro_usd), (15, 7));
    assert_eq!((all.unpriced_tokens, all.usage.input_tokens), (101, 1_122));
    let day =
        total(UsageFilter { until: Some("2026-11-20".to_owned()), ..Default::default() }).await;
    assert_eq!((day.n_calls, day.priced_micro_usd), (2, 15));
    let none = total(UsageFilter { model: Some("x/y".to_owned()), ..Default::default() }).await;
    assert_eq!(none, UsageSums::default());
    for (by, names) in [
        (UsageBy::Agent, vec!["coder", "main"]),
        (UsageBy::Session, vec!["main"]),
        (UsageBy::Model, vec!["acme/one"]),
        (UsageBy::Day, vec!["2026-11-20", "2026-11-21"]),
        (UsageBy::Key, vec![""]),
        (UsageBy::Class, vec!["interactive"]),
    ] {
        let filter = UsageFilter::default();
        let found = ledger.read(move |r| r.usage().by(by, &filter)).await.unwrap();
        assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names);
    }
}

/// The step of the schema that makes the table sums up what was there before.
#[tokio::test]
async fn turns_from_before_the_daily_sums_count() {
    let home = Home::new();
    let ledger = home.open();
    let begin = ledger.write(|tx| {
        begin_turn(tx, 1, &session("main"))?;
        let mut turn = super::support::turn(1, &session("main"));
        turn.n_steps = 3;
        turn.usage.input_tokens = 40;
        turn.model = Some("acme/one".to_owned());
        tx.turns().save(&turn)
    });
    begin.await.unwrap();
    ledger.close().await;
    let conn = rusqlite::Connection::open(home.path()).unwrap();
    conn.execute_batch("DROP TABLE usage_days;").unwrap();
    conn.execute_batch(crate::usage::SCHEMA).unwrap();
    drop(conn);
    let ledger = home.open();
    let total = ledger.read(|r| r.usage().total(&UsageFilter::default())).await.unwrap();
    assert_eq!((total.n_calls, total.usage.input_tokens, total.n_unpriced), (3, 40, 3));
}
