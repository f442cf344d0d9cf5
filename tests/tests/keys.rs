//! Keys in the hands of programs: a run on a key's account, its budget, a restart, and the end.

use anyhow::{Result, ensure};
use nexus_client::{Client, ClientOptions, Token, call};
use nexus_domain::access::KeyBudget;
use nexus_domain::budget::{BudgetPeriod, Limits};
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::principal::Principal;
use nexus_protocol::agent::RunParams;
use nexus_protocol::key::{CreateParams, CreateResult, RevokeParams};
use nexus_protocol::request::GetParams;
use nexus_protocol::{Scope, budget, session};
use nexus_tests::{Act, DaemonProcess, FakeModel, TestHome};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");

/// A key for `main` on whose account so many tokens may be spent.
async fn issue(owner: &Client, tokens: u64) -> Result<CreateResult> {
    let params = CreateParams {
        label: "ci".to_owned(),
        scopes: vec![Scope::SessionWrite, Scope::SessionRead, Scope::RequestRead],
        agents: Some(vec![AgentId::parse("main")?]),
        budget: Some(KeyBudget {
            period: BudgetPeriod::Total,
            limits: Limits { tokens: Some(tokens), ..Limits::default() },
        }),
        lifetime_ms: None,
        idempotency_key: format!("issue-{tokens}"),
    };
    Ok(owner.request::<call::KeysCreate>(params).await?)
}

async fn holder(daemon: &DaemonProcess, key: &CreateResult) -> Result<Client> {
    let options = daemon.client_options()?;
    let options = ClientOptions { token: Some(Token::new(key.value.clone())), ..options };
    Ok(Client::connect(options).await?)
}

fn ask(text: &str) -> Result<RunParams> {
    Ok(RunParams {
        message: text.to_owned(),
        session_key: Some(SessionKey::parse("ci")?),
        agent_id: None,
        queue_mode: None,
        idempotency_key: text.to_owned(),
        steps_max: None,
        tier: None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_on_a_key_is_its_own_is_paid_from_its_budget_and_outlives_a_restart() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("Built.".to_owned())).await?;
    let config = model.config().replace("idle_ms_max", "output_tokens_max = 600\nidle_ms_max");
    let home = TestHome::with_config(&config)?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let owner = daemon.client().await?;
    let poor = holder(&daemon, &issue(&owner, 20).await?).await?;
    let refused = poor.agent(&ask("too much")?).await?.finished().await?;
    let refused = refused.summary.unwrap_or_default();
    ensure!(refused.contains("too small for a single call: 20 tokens in all"), "{refused}");
    ensure!(model.seen().is_empty(), "a model was called without a budget");
    let key = issue(&owner, 100_000).await?;
    let program = holder(&daemon, &key).await?;
    let done = program.agent(&ask("build")?).await?.finished().await?;
    ensure!(done.summary.as_deref() == Some("Built."), "{done:?}");
    let params = GetParams { id: done.run_id.to_string() };
    let trace = owner.request::<call::RequestsGet>(params).await?;
    let principal = Principal::ApiKey(key.key.id.to_string());
    ensure!(trace.request.principal == Some(principal), "{:?}", trace.request);
    let name = format!("key-{}", key.key.id);
    let params = budget::GetParams { name: name.clone() };
    let booked = owner.request::<call::BudgetsGet>(params).await?.budget;
    ensure!(booked.accounts[0].used.tokens == 15, "{booked:?}");
    daemon.kill()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let program = holder(&daemon, &key).await?;
    let listed = program.request::<call::SessionsList>(session::ListParams::default()).await?;
    ensure!(listed.sessions.len() == 1, "{listed:?}");
    // What stands for the key is in no file of the home.
    for entry in std::fs::read_dir(home.path().join("state"))? {
        let path = entry?.path();
        let text = if path.is_file() { std::fs::read(&path)? } else { Vec::new() };
        let value = key.value.as_bytes();
        let is_there = text.windows(value.len()).any(|window| window == value);
        ensure!(!is_there, "the key lies in {}", path.display());
    }
    let owner = daemon.client().await?;
    let id = key.key.id.to_string();
    let params = RevokeParams { id, idempotency_key: "end".to_owned() };
    owner.request::<call::KeysRevoke>(params).await?;
    ensure!(holder(&daemon, &key).await.is_err(), "a revoked key opens the door");
    Ok(())
}
