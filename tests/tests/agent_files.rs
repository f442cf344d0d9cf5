//! The files of an agent, from afar: read, replaced, and nothing else in its folder or beyond.

use anyhow::{Context as _, Result, ensure};
use nexus_protocol::Method;
use nexus_tests::{Act, DaemonProcess, FakeModel, Rpc, Talk, TestHome};
use serde_json::{Value, json};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");

fn set(agent: &str, text: &str, key: &str) -> Value {
    json!({ "agentId": agent, "name": "SOUL.md", "text": text, "idempotencyKey": key })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_is_told_can_be_read_and_replaced_from_afar() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("Aye.".to_owned())).await?;
    let home = TestHome::with_model(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let (talk, rpc) = (Talk::with(&daemon).await?, Rpc::of(&daemon)?);
    let of_main = json!({ "agentId": "main" });
    let listed = rpc.result("/rpc", "agents.files.list", of_main).await?;
    let names: Vec<_> = listed["files"].as_array().unwrap().iter().map(|f| &f["name"]).collect();
    ensure!(names == ["IDENTITY.md", "SOUL.md"], "{listed}");
    let soul = json!({ "agentId": "main", "name": "SOUL.md" });
    let before = rpc.result("/rpc", "agents.files.get", soul.clone()).await?;
    ensure!(before["text"].as_str().is_some_and(|text| !text.is_empty()), "{before}");

    let mut params = set("main", "You talk like a pirate.", "k1");
    params["was"] = before["digest"].clone();
    let changed = rpc.result("/rpc", "agents.files.set", params.clone()).await?;
    let file = home.path().join("state/agents/main/SOUL.md");
    ensure!(std::fs::read_to_string(&file)? == "You talk like a pirate.", "{changed}");
    params["idempotencyKey"] = json!("k2");
    let stale = rpc.error("/rpc", "agents.files.set", params).await?;
    ensure!(stale["data"]["code"] == "CONFLICT", "{stale}");
    talk.ended(talk.say("main", "Hello").await?).await?;
    let prompt = model.seen().last().context("nobody was asked")?.body.to_string();
    ensure!(prompt.contains("You talk like a pirate."), "{prompt}");

    let long = rpc.error("/rpc", "agents.files.set", set("main", &"é".repeat(9_000), "k3")).await?;
    ensure!(long["code"] == -32602, "{long}");
    for name in ["../../../nexus.toml", "notes.md", "SOUL.md/../IDENTITY.md", ""] {
        let mut elsewhere = soul.clone();
        elsewhere["name"] = json!(name);
        let refused = rpc.error("/rpc", "agents.files.get", elsewhere).await?;
        ensure!(refused["code"] == -32602, "{name}: {refused}");
    }
    let nobody = rpc.error("/rpc", "agents.files.set", set("nobody", "x", "k4")).await?;
    ensure!(nobody["data"]["code"] == "NOT_FOUND", "{nobody}");
    ensure!(!home.path().join("state/agents/nobody").exists());

    #[cfg(unix)]
    {
        std::fs::remove_file(&file)?;
        std::os::unix::fs::symlink(home.path().join("nexus.toml"), &file)?;
        let led = rpc.error("/rpc", "agents.files.get", soul).await?;
        ensure!(led["data"]["code"] == "CONFLICT", "a link was followed: {led}");
        let led = rpc.error("/rpc", "agents.files.set", set("main", "x", "k5")).await?;
        ensure!(led["data"]["code"] == "CONFLICT", "a link was followed: {led}");
    }

    let key = json!({ "label": "k", "scopes": ["agent.read"], "idempotencyKey": "key" });
    let key = talk.client().call(Method::KeysCreate, key).await?;
    let reader = Rpc::with(&daemon, key["value"].as_str().context("no key")?);
    let of_main = json!({ "agentId": "main" });
    let listed = reader.result("/rpc", "agents.files.list", of_main).await?;
    ensure!(listed["files"].as_array().is_some_and(|files| files.len() == 2), "{listed}");
    let refused = reader.error("/rpc", "agents.files.set", set("main", "x", "k6")).await?;
    ensure!(refused["code"] == -32003, "{refused}");
    let audit =
        talk.client().call(Method::AclAuditList, json!({ "limit": 100 })).await?.to_string();
    ensure!(audit.contains("agents.files.set"), "{audit}");
    Ok(())
}
