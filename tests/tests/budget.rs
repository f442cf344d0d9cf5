//! Budgets over real turns: what is set aside, what is booked, and what happens when nothing is
//! left.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use nexus_client::{Client, call};
use nexus_domain::agent::{AgentErrorKind, StopReason};
use nexus_domain::id::SessionKey;
use nexus_domain::request::RequestStatus;
use nexus_protocol::agent::RunParams;
use nexus_protocol::budget::{AccountFacts, BudgetState, GetParams};
use nexus_protocol::health::{HealthParams, HealthStatus};
use nexus_protocol::request::GetResult;
use nexus_protocol::usage::{self, UsageBy, UsageFigures};
use nexus_protocol::{model, request, runtime};
use nexus_tests::{Act, DaemonProcess, FakeModel, TestHome};
use serde_json::json;
use tokio::sync::Semaphore;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
/// What each call of the fake model takes, as it reports it: 10 sent, 5 received.
const TOKENS_PER_CALL: u64 = 15;
/// Priced so that a call costs 10 x 2 + 5 x 10 = 70 millionths.
const PRICES: &str = "[models.prices.\"fake/one\"]\ninput = 2.0\noutput = 10.0\n";
const MICRO_USD_PER_CALL: u64 = 70;

fn config(model: &FakeModel, budgets: &str) -> String {
    // Short replies, so that a worst case is no larger than a scenario can use up.
    let model = model.config().replace("idle_ms_max", "output_tokens_max = 600\nidle_ms_max");
    format!("{model}\n{PRICES}\n{budgets}")
}

async fn say(client: &Client, session: &str, text: &str) -> Result<GetResult> {
    let params = RunParams {
        message: text.to_owned(),
        session_key: Some(SessionKey::parse(session)?),
        agent_id: None,
        queue_mode: None,
        steps_max: None,
        tier: None,
        idempotency_key: format!("{session}/{text}"),
    };
    let done = client.agent(&params).await?.finished().await?;
    let params = request::GetParams { id: done.run_id.to_string() };
    Ok(client.request::<call::RequestsGet>(params).await?)
}

async fn account(client: &Client, name: &str) -> Result<AccountFacts> {
    let params = GetParams { name: name.to_owned() };
    let found = client.request::<call::BudgetsGet>(params).await?.budget;
    found.accounts.into_iter().next().with_context(|| format!("`{name}` has no account"))
}

async fn total(client: &Client) -> Result<UsageFigures> {
    Ok(client.request::<call::UsageGet>(usage::GetParams::default()).await?.total)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_that_is_used_up_ends_the_turn_with_a_reason() -> Result<()> {
    let model = FakeModel::openai(|seen| Act::Say(format!("You said: {}", seen.asked()))).await?;
    let second = model.provider("second", 2_000);
    let budgets = format!("{second}\n[budgets.all]\nperiod = \"total\"\ntokens_max = 6000\n");
    let config = config(&model, &budgets)
        .replace("models = [\"fake/one\"]", "models = [\"fake/one\", \"second/one\"]");
    let home = TestHome::with_config(&config)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = daemon.client().await?;

    // The prompt, estimated generously, and the shortest reply are a few thousand tokens: after
    // so many calls of 15 tokens there is still room, because only what was used stays booked.
    for n in 0..3 {
        let done = say(&client, "main", &format!("hello {n}")).await?;
        ensure!(done.request.status == RequestStatus::Completed, "{:?}", done.request.error);
    }
    let spent = account(&client, "all").await?;
    ensure!(spent.used.tokens == 3 * TOKENS_PER_CALL, "{spent:?}");
    ensure!(spent.reserved == nexus_domain::budget::Amounts::default(), "{spent:?}");

    let lower = std::fs::read_to_string(home.path().join("nexus.toml"))?
        .replace("tokens_max = 6000", "tokens_max = 50");
    std::fs::write(home.path().join("nexus.toml"), lower)?;
    reload(&client).await?;
    let n_calls = model.seen().len();
    let done = say(&client, "main", "one more").await?;
    ensure!(done.request.status == RequestStatus::Failed, "{:?}", done.request);
    let turn = done.turn.context("no turn")?;
    let error = turn.error.context("no error")?;
    ensure!(turn.stop_reason == Some(StopReason::Error));
    ensure!(error.kind == AgentErrorKind::BudgetExhausted && !error.is_retryable, "{error:?}");
    let text = &error.message;
    let state = "the budget `all` of owner has too little left for the next call: 5 tokens left, \
                 45 of 50 tokens spent; the next call may take up to ";
    ensure!(text.contains(state), "{text}");
    ensure!(error.hint.as_deref().is_some_and(|hint| hint.contains("budgets.all.tokens_max")));
    ensure!(model.seen().len() == n_calls, "a model was asked all the same");

    // It was told once, and the board says so.
    say(&client, "main", "and more").await?;
    let health = client.request::<call::Health>(HealthParams::default()).await?;
    let check = health.checks.iter().find(|check| check.id == "budgets").context("no line")?;
    ensure!(check.status == HealthStatus::Degraded, "{check:?}");
    ensure!(check.reason.contains("all of owner has too little left for a call"), "{check:?}");
    let status = client.request::<call::Status>(runtime::StatusParams::default()).await?;
    let facts = status.budgets.iter().find(|facts| facts.budget.name == "all").context("none")?;
    ensure!(facts.state == BudgetState::Exhausted, "{facts:?}");
    ensure!(facts.accounts[0].percent == 90, "{facts:?}");
    Ok(())
}

async fn reload(client: &Client) -> Result<()> {
    let params = runtime::ReloadParams { idempotency_key: "reload".to_owned() };
    client.request::<call::RuntimeReload>(params).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_audited_and_events_come_once() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("never".to_owned())).await?;
    let budgets = "[budgets.none]\nperiod = \"month\"\nusd_max = 0.0001\n";
    let home = TestHome::with_config(&config(&model, budgets))?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = daemon.client().await?;
    for text in ["a", "b"] {
        let done = say(&client, "main", text).await?;
        ensure!(done.request.status == RequestStatus::Failed, "{:?}", done.request);
    }
    // A test of the model is a call like any other.
    let params = model::TestParams { model: None, idempotency_key: "t".to_owned() };
    let refused = client.request::<call::ModelsTest>(params).await;
    ensure!(refused.is_err_and(|error| error.to_string().contains("the budget `none`")));
    ensure!(model.seen().is_empty(), "something was spent");
    daemon.stop()?;
    let mut daemon = daemon;
    daemon.died().await?;

    let ledger = nexus_ledger::Ledger::open(nexus_ledger::LedgerOptions {
        path: home.path().join("state/nexus.db"),
        durability: nexus_ledger::Durability::Process,
        n_readers: 1,
        on_commit: None,
    })?;
    let (audit, events) = ledger
        .read(|r| {
            let events = r.events().after(nexus_domain::id::Position(0), 1_000)?;
            Ok((r.audit().list(100, None)?, events))
        })
        .await?;
    let is_refusal = |record: &&nexus_ledger::AuditRecord| {
        record.action.as_deref() == Some("model.call") && record.verdict.as_deref() == Some("deny")
    };
    let n_refused = audit.iter().filter(is_refusal).count();
    ensure!(n_refused == 3, "{n_refused} refusals in the audit");
    let n_told = events.iter().filter(|event| event.kind == "budget.exhausted").count();
    ensure!(n_told == 1, "told {n_told} times");
    ledger.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tool_calls_count_and_the_model_is_told() -> Result<()> {
    let model = FakeModel::openai(|seen| match seen.n_results() {
        0..=2 => Act::Call(vec![("time".to_owned(), json!({}))]),
        _ => Act::Say(seen.last_text()),
    });
    let model = model.await?;
    let budgets = "[budgets.tools]\nscope = \"session\"\ntool_calls_max = 2\n";
    let home = TestHome::with_config(&config(&model, budgets))?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = daemon.client().await?;
    let done = say(&client, "main", "go").await?;
    ensure!(done.request.status == RequestStatus::Completed, "{:?}", done.request.error);
    let seen = model.seen();
    let told = seen.last().context("no call")?.last_text();
    ensure!(told.contains("the budget `tools` of session:main is used up"), "{told}");
    ensure!(account(&client, "tools").await?.used.tool_calls == 2);
    // Another session has its own.
    say(&client, "other", "go").await?;
    let found = client.request::<call::BudgetsGet>(GetParams { name: "tools".to_owned() }).await?;
    ensure!(found.budget.accounts.len() == 2, "{:?}", found.budget.accounts);
    ensure!(total(&client).await?.n_tool_calls == 4);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_stay_within_a_budget_together() -> Result<()> {
    let words = Arc::new(Semaphore::new(0));
    let let_through = Arc::clone(&words);
    let model = FakeModel::openai(move |_| Act::SayHeld("a b".to_owned(), let_through.clone()));
    let model = model.await?;
    // The first run is held in its reply for as long as the scenario likes.
    let config = config(&model, "[budgets.narrow]\nusd_max = 1.0\n").replace("2000", "60000");
    let home = TestHome::with_config(&config)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let (one, two) = (daemon.client().await?, daemon.client().await?);
    let first = tokio::spawn(async move { say(&one, "one", "go").await });
    while model.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    let aside = account(&two, "narrow").await?;
    ensure!(aside.reserved.micro_usd > 0 && aside.used.micro_usd == 0, "{aside:?}");

    // Room for one and a half of them.
    let usd = aside.reserved.micro_usd as f64 * 1.5 / 1_000_000.0;
    let narrow = config.replace("usd_max = 1.0", &format!("usd_max = {usd}"));
    std::fs::write(home.path().join("nexus.toml"), narrow)?;
    reload(&two).await?;
    let done = say(&two, "two", "go").await?;
    let error = done.request.error.context("two worst cases fitted into one and a half")?;
    ensure!(error.contains("has no room just now") && error.contains("set aside"), "{error}");
    ensure!(model.seen().len() == 1, "a model was asked all the same");
    words.add_permits(100);
    let first = first.await??;
    ensure!(first.request.status == RequestStatus::Completed, "{:?}", first.request.error);
    // What the first did not need is there for others.
    let done = say(&two, "two", "go again").await?;
    ensure!(done.request.status == RequestStatus::Completed, "{:?}", done.request.error);
    ensure!(account(&two, "narrow").await?.used.micro_usd == 2 * MICRO_USD_PER_CALL);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_died_with_the_daemon_counts_in_full() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("hello".to_owned())).await?;
    let home = TestHome::with_config(&config(&model, "[budgets.day]\nusd_max = 1.0\n"))?;
    let mut doomed = DaemonProcess::start_doomed(NEXUSD, home.path(), "ReplyUnrecorded").await?;
    let client = doomed.client().await?;
    let _ = say(&client, "main", "hi").await;
    doomed.died().await?;

    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = daemon.client().await?;
    // The same message again is a duplicate and waits for the run that goes on.
    let done = say(&client, "main", "hi").await?;
    ensure!(done.request.status == RequestStatus::Completed, "{:?}", done.request.error);
    let spent = account(&client, "day").await?;
    ensure!(spent.reserved == nexus_domain::budget::Amounts::default(), "{spent:?}");
    // At least the 600 tokens that the reply might have had, at their price, and the call after.
    ensure!(spent.used.micro_usd >= 6_000 + MICRO_USD_PER_CALL, "{spent:?}");
    ensure!(spent.used.micro_usd < 100_000, "{spent:?}");
    let total = total(&client).await?;
    ensure!(total.priced_micro_usd == MICRO_USD_PER_CALL, "{total:?}");
    ensure!(total.estimated_micro_usd + total.priced_micro_usd == spent.used.micro_usd);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_is_told_by_agent_session_model_and_day() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("hello".to_owned())).await?;
    let home = TestHome::with_config(&config(&model, ""))?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = daemon.client().await?;
    for (session, text) in [("a", "1"), ("a", "2"), ("b", "3")] {
        say(&client, session, text).await?;
    }
    for (by, name, n_calls) in [
        (UsageBy::Session, "a", 2),
        (UsageBy::Agent, "main", 3),
        (UsageBy::Model, "fake/one", 3),
        (UsageBy::Class, "interactive", 3),
    ] {
        let params = usage::ListParams { by, ..usage::ListParams::default() };
        let found = client.request::<call::UsageList>(params).await?;
        let first = found.rows.first().context("no row")?;
        ensure!((first.name.as_str(), first.figures.n_calls) == (name, n_calls), "{found:?}");
        ensure!(found.total.priced_micro_usd == 3 * MICRO_USD_PER_CALL, "{found:?}");
    }
    let params = usage::ListParams { by: UsageBy::Session, limit: Some(1), ..Default::default() };
    let page = client.request::<call::UsageList>(params.clone()).await?;
    ensure!(page.rows.len() == 1 && page.next_cursor.is_some(), "{page:?}");
    let next = usage::ListParams { cursor: page.next_cursor, ..params };
    let next = client.request::<call::UsageList>(next).await?;
    ensure!(next.rows[0].name == "b" && next.next_cursor.is_none(), "{next:?}");
    // What is told as the cost of today is the same sum. The clock is real: it may be tomorrow.
    let status = client.request::<call::Status>(runtime::StatusParams::default()).await?;
    let by = UsageBy::Day;
    let params = usage::ListParams { by, ..usage::ListParams::default() };
    let days = client.request::<call::UsageList>(params).await?.rows;
    ensure!(days.iter().any(|day| day.figures.cost() == status.cost_today), "{status:?} {days:?}");
    let wrong = usage::GetParams { since: Some("2026-13-01".to_owned()), ..Default::default() };
    ensure!(client.request::<call::UsageGet>(wrong).await.is_err());
    Ok(())
}
