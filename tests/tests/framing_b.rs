//! Agents run over `/ws/agent`: what is told on the way, what a person decides, what a stop stops.

use std::sync::Arc;

use anyhow::{Result, bail, ensure};
use nexus_domain::id::RequestId;
use nexus_domain::request::RequestStatus;
use nexus_tests::wire::{Heard, Wire};
use nexus_tests::{Act, DaemonProcess, FakeModel, Talk, TestHome};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");

/// A client of framing B.
struct Client {
    wire: Wire,
    told: Vec<Value>,
}

impl Client {
    async fn of(daemon: &DaemonProcess) -> Result<Self> {
        let mut client = Self { wire: Wire::agent(daemon).await?, told: Vec::new() };
        client.until(|frame| frame["method"] == "connected").await?;
        Ok(client)
    }

    async fn call(&mut self, id: &str, method: &str, params: Value) -> Result<()> {
        let call = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.wire.say(&call).await
    }

    /// Waits for a frame; the others are kept.
    async fn until(&mut self, is_meant: impl Fn(&Value) -> bool) -> Result<Value> {
        loop {
            match self.wire.hear().await? {
                Heard::Frame(frame) if is_meant(&frame) => return Ok(frame),
                Heard::Frame(frame) => self.told.push(frame),
                other => bail!("the connection ended: {other:?}"),
            }
        }
    }

    /// Waits for the answer to a call.
    async fn answer(&mut self, id: &str) -> Result<Value> {
        self.until(|frame| frame["id"] == id).await
    }

    /// The events of a session that were told, by type.
    fn events(&self, session: &str) -> Vec<&str> {
        let of = self.told.iter().filter(|frame| frame["params"]["sessionId"] == session);
        of.filter_map(|frame| frame["params"]["event"]["type"].as_str()).collect()
    }
}

fn run(task: &str, session: &str) -> Value {
    json!({ "task": task, "sessionId": session })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_a_person_allows_is_told_from_thought_to_answer() -> Result<()> {
    let model = FakeModel::openai(|seen| match seen.brings_results() {
        false => Act::Call(vec![("delete_file".to_owned(), json!({ "path": "old.txt" }))]),
        true => Act::Say("It is gone.".to_owned()),
    })
    .await?;
    let home = TestHome::with_model(&model)?;
    std::fs::write(home.workspace().join("old.txt"), "x")?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let mut client = Client::of(&daemon).await?;
    client.call("1", "agent.run", run("tidy up", "s")).await?;
    let asked = client.until(|frame| frame["method"] == "approval.request").await?;
    let question = &asked["params"];
    ensure!(question["tool"] == "delete_file" && question["sessionId"] == "s", "{asked}");
    ensure!(question["params"]["path"] == "old.txt", "{asked}");
    ensure!(home.workspace().join("old.txt").exists());
    let yes = json!({ "requestId": question["id"], "decision": "approve", "reason": "go on",
                      "digest": question["digest"] });
    client.call("2", "approval.respond", yes).await?;
    let answered = client.answer("2").await?;
    ensure!(answered["result"]["ok"] == true, "{answered}");
    let ended = client.answer("1").await?;
    let result = &ended["result"];
    ensure!(result["success"] == true && result["answer"] == "It is gone.", "{ended}");
    ensure!(result["turns"] == 2, "{ended}");
    let events = client.events("s");
    for kind in ["tool_call", "observation", "chunk", "final_answer", "done"] {
        ensure!(events.contains(&kind), "no {kind}: {events:?}");
    }
    let place = |kind: &str| events.iter().position(|one| *one == kind);
    ensure!(place("tool_call") < place("observation"), "{events:?}");
    ensure!(place("observation") < place("chunk"), "{events:?}");
    let seen = client.told.iter().find(|f| f["params"]["event"]["type"] == "observation");
    let data = &seen.unwrap_or(&Value::Null)["params"]["event"]["data"];
    ensure!(data["tool"] == "delete_file" && data["success"] == true, "{data}");
    ensure!(!home.workspace().join("old.txt").exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_is_answered_and_its_stream_is_closed() -> Result<()> {
    let hold = Arc::new(Semaphore::new(2));
    let held = Arc::clone(&hold);
    let model = FakeModel::openai(move |_| {
        Act::SayHeld("one two three four".to_owned(), Arc::clone(&held))
    })
    .await?;
    let home = TestHome::with_model(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let mut client = Client::of(&daemon).await?;
    client.call("1", "agent.run", run("count", "s")).await?;
    client.until(|frame| frame["params"]["event"]["type"] == "chunk").await?;
    client.call("2", "agent.run", run("again", "s")).await?;
    let refused = client.answer("2").await?;
    ensure!(refused["error"]["code"] == -32005, "{refused}");
    ensure!(refused["error"]["data"]["sessionId"] == "s", "{refused}");
    // Neither does another client get into a session that is at work, nor stop it.
    let mut other = Client::of(&daemon).await?;
    other.call("1", "agent.run", run("me too", "s")).await?;
    ensure!(other.answer("1").await?["error"]["code"] == -32005);
    other.call("2", "agent.cancel", json!({ "sessionId": "s" })).await?;
    ensure!(other.answer("2").await?["result"]["cancelled"] == false);

    client.call("3", "agent.cancel", json!({ "sessionId": "s" })).await?;
    let (mut ended, mut cancelled) = (None, None);
    while ended.is_none() || cancelled.is_none() {
        let frame = client.until(|frame| frame["id"] == "1" || frame["id"] == "3").await?;
        let place = if frame["id"] == "1" { &mut ended } else { &mut cancelled };
        *place = Some(frame);
    }
    let (ended, cancelled) = (ended.unwrap_or_default(), cancelled.unwrap_or_default());
    ensure!(cancelled["result"]["cancelled"] == true, "{cancelled}");
    ensure!(ended["result"]["stoppedReason"] == "cancelled", "{ended}");
    ensure!(ended["result"]["success"] == false, "{ended}");
    hold.add_permits(8);
    client.call("4", "sessions.history", json!({ "key": "s" })).await?;
    let history = client.answer("4").await?.to_string();
    ensure!(!history.contains("four"), "the stream went on: {history}");
    ensure!(model.seen().len() == 1, "it was asked again");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_has_five_runs_and_takes_them_along_when_it_goes() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Stall).await?;
    let home = TestHome::with_model(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let mut client = Client::of(&daemon).await?;
    for n in 0..5 {
        client.call(&n.to_string(), "agent.run", run("wait", &format!("s{n}"))).await?;
    }
    for n in 0..5 {
        let session = format!("s{n}");
        talk.until("turn.created", |event| event.payload["session_key"] == session).await?;
    }
    client.call("6", "agent.run", run("one more", "s6")).await?;
    let refused = client.answer("6").await?;
    ensure!(refused["error"]["code"] == -32002, "{refused}");
    let requests = talk.requests().await?;
    ensure!(requests.len() == 5, "{}", requests.len());
    drop(client);
    let ids: Vec<RequestId> = requests.iter().map(|request| request.id).collect();
    for id in ids {
        let ended = talk.ended(id).await?;
        ensure!(ended.request.status == RequestStatus::Cancelled, "{:?}", ended.request);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_at_its_turns_and_uses_the_model_of_its_tier() -> Result<()> {
    let model =
        FakeModel::openai(|_| Act::Call(vec![("list_dir".to_owned(), json!({ "path": "." }))]))
            .await?;
    let quick = FakeModel::openai(|_| Act::Say("Quick.".to_owned())).await?;
    let config = format!(
        "{}\n{}\n[models.tiers]\nflash = \"quick/one\"\n",
        model.config(),
        quick.provider("quick", 2_000)
    );
    let home = TestHome::with_config(&config)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let mut client = Client::of(&daemon).await?;
    let limited = json!({ "task": "look around", "sessionId": "a", "maxTurns": 2 });
    client.call("1", "agent.run", limited).await?;
    let ended = client.answer("1").await?;
    ensure!(ended["result"]["stoppedReason"] == "max_turns", "{ended}");
    ensure!(ended["result"]["turns"] == 2 && ended["result"]["success"] == false, "{ended}");
    let tiered = json!({ "task": "hello", "sessionId": "b", "tier": "flash" });
    client.call("2", "agent.run", tiered).await?;
    ensure!(client.answer("2").await?["result"]["answer"] == "Quick.");
    ensure!((model.seen().len(), quick.seen().len()) == (2, 1));
    let unset = json!({ "task": "hello", "sessionId": "c", "tier": "opus", "maxTurns": 1 });
    client.call("3", "agent.run", unset).await?;
    let ended = client.answer("3").await?;
    ensure!(ended["result"]["turns"] == 1 && model.seen().len() == 3, "its own model: {ended}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_says_so_on_its_id() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Refuse(401, None)).await?;
    let home = TestHome::with_model(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let mut client = Client::of(&daemon).await?;
    client.call("1", "agent.run", run("hello", "s")).await?;
    let ended = client.answer("1").await?;
    let result = &ended["result"];
    ensure!(result["success"] == false && result["stoppedReason"] == "error", "{ended}");
    ensure!(result["answer"].as_str().is_some_and(|why| !why.is_empty()), "{ended}");
    ensure!(client.events("s").contains(&"error") && client.events("s").ends_with(&["done"]));
    Ok(())
}
