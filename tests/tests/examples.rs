//! The conversations of `docs/examples`, held by independent clients against a real daemon.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use nexus_tests::process::{Example, run_example};
use nexus_tests::{Act, DaemonProcess, FakeModel, Talk, TestHome};
use serde_json::{Value, json};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const CLIENT: &str = env!("CARGO_BIN_EXE_client-example");

/// The answers of a conversation, each with its HTTP status.
fn answers(said: &str) -> Result<Vec<(Value, u16)>> {
    let lines = said.lines().filter_map(|line| line.strip_prefix("< "));
    lines
        .map(|line| {
            let (body, status) = line.rsplit_once(' ').context("no status")?;
            Ok((serde_json::from_str(body)?, status.parse()?))
        })
        .collect()
}

/// Holds a conversation of `docs/examples` and hands out what was said.
fn hold(interpreter: &str, name: &str, daemon: &DaemonProcess, home: &TestHome) -> Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = folder.join("../docs/examples").join(name);
    let url = format!("http://{}", daemon.address());
    let token_file = home.path().join("state/control.token").display().to_string();
    let packages = folder.join("../ui/node_modules").display().to_string();
    let variables = [
        ("NEXUS_URL", url.as_str()),
        ("NEXUS_TOKEN_FILE", token_file.as_str()),
        ("NODE_PATH", packages.as_str()),
    ];
    let (is_good, said) = run_example(interpreter, &script, &variables)?;
    ensure!(is_good, "{said}");
    Ok(said)
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_talks_json_rpc() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("Hello, curl.".to_owned())).await?;
    let home = TestHome::with_model(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let said = hold("/bin/sh", "rpc.sh", &daemon, &home)?;
    let answers = answers(&said)?;
    ensure!(answers.len() == 5 && answers.iter().all(|(_, status)| *status == 200), "{said}");
    let [agents, run, again, batch, misfit] = [0, 1, 2, 3, 4].map(|n: usize| &answers[n].0);
    ensure!(agents["result"]["defaultAgent"] == "main", "{agents}");
    ensure!(run["id"] == "run" && run["result"]["summary"] == "Hello, curl.", "{run}");
    ensure!(again["result"]["isDuplicate"] == true, "{again}");
    ensure!(again["result"]["runId"] == run["result"]["runId"], "{again}");
    ensure!(model.seen().len() == 1, "the run was repeated");
    ensure!(batch.as_array().is_some_and(|list| list.len() == 2), "{batch}");
    ensure!(batch[0]["result"]["messages"].as_array().is_some_and(|m| m.len() == 2), "{batch}");
    ensure!(batch[1]["error"]["data"]["hint"] == "did you mean `sessions.list`?", "{batch}");
    let error = &misfit["error"];
    ensure!(error["code"] == -32602, "{misfit}");
    ensure!(error["data"]["details"] == json!({ "path": "params.limit" }), "{misfit}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_comes_in_with_a_key() -> Result<()> {
    let home = TestHome::offline()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let said = hold("/bin/sh", "keys.sh", &daemon, &home)?;
    let lines: Vec<_> = said.lines().collect();
    let says = |at: usize, start: &str, part: &str| {
        lines.get(at).is_some_and(|line| line.starts_with(start) && line.contains(part))
    };
    ensure!(lines.len() == 4 && says(0, "issued: 0", ""), "{said}");
    ensure!(says(1, "may read: ", "\"sessions\":[]"), "{said}");
    ensure!(says(2, "may not write: ", "lacks the scope `session.write`"), "{said}");
    ensure!(says(3, "revoked: ", "-32000"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_the_registry_talks_json_rpc() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("Hello, package.".to_owned())).await?;
    let home = TestHome::with_model(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let said = hold("node", "rpc.cjs", &daemon, &home)?;
    let lines: Vec<_> = said.lines().collect();
    ensure!(lines == ["Hello, package.", "2 -32601", "-32602 params.limit"], "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_runs_an_agent_over_its_socket() -> Result<()> {
    let model = FakeModel::openai(|seen| match seen.brings_results() {
        false => Act::Call(vec![("delete_file".to_owned(), json!({ "path": "old.txt" }))]),
        true => Act::Say("It is gone.".to_owned()),
    })
    .await?;
    let home = TestHome::with_model(&model)?;
    std::fs::write(home.workspace().join("old.txt"), "x")?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let said = hold("node", "ws-agent.cjs", &daemon, &home)?;
    let lines: Vec<_> = said.lines().filter(|line| !line.starts_with("asked ")).collect();
    let told = ["tools true", "event tool_call", "event tool_call", "event done"];
    let answered =
        ["complete 2 It is gone.", "-32602 params.tier", "-32001", "batch ping list true"];
    ensure!(lines == [told.as_slice(), answered.as_slice()].concat(), "{said}");
    ensure!(said.contains("asked ") && !home.workspace().join("old.txt").exists(), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_says_hello() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("Hello, script.".to_owned())).await?;
    let home = TestHome::with_model(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let said = hold("node", "hello.cjs", &daemon, &home)?;
    let lines: Vec<_> = said.lines().map(str::trim_end).collect();
    let expected = [
        "challenge 64",
        "hello-ok 1 15000 true",
        "presence gateway true",
        "run accepted",
        "run done Hello, script.",
        "history 2",
        "shutdown update 1500 1",
        "closed 1012",
    ];
    ensure!(lines == expected, "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_library_goes_on_after_a_restart() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("Hello, Rust.".to_owned())).await?;
    let home = TestHome::with_model(&model)?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let mut example = Example::start(CLIENT, home.path())?;
    ensure!(example.until("Hello, Rust.").await? == ["1 agent", "Hello, Rust."]);
    let heard = example.until("turn.completed").await?;
    ensure!(heard.iter().filter(|line| *line == "message.recorded").count() == 2, "{heard:?}");
    daemon.stop()?;
    daemon.died().await?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    example.until("back").await?;
    // What happens now, and nothing of before, is heard once.
    let talk = Talk::with(&daemon).await?;
    talk.ended(talk.say("main", "Are you there?").await?).await?;
    let heard = example.until("turn.completed").await?;
    ensure!(heard.iter().filter(|line| *line == "turn.created").count() == 1, "{heard:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_has_agents_work() -> Result<()> {
    let model = FakeModel::openai(|seen| match seen.brings_results() {
        false => Act::Call(vec![(
            "write_file".to_owned(),
            json!({ "path": "notes/a.md", "content": "noted" }),
        )]),
        true => Act::Say("It is written.".to_owned()),
    })
    .await?;
    let home = TestHome::with_model(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let said = hold("/bin/sh", "agents.sh", &daemon, &home)?;
    let answers = answers(&said)?;
    ensure!(answers.len() == 8 && answers.iter().all(|(_, status)| *status == 200), "{said}");
    ensure!(answers[1].0["result"] == json!({ "agent_id": "scribe", "url": "/agent/scribe" }));
    let sent = json!({ "content": "It is written.", "request_id": "note-1" });
    ensure!(answers[2].0["result"] == sent, "{said}");
    let note = home.workspace().join("agents/lead/notes/a.md");
    ensure!(std::fs::read_to_string(note)? == "noted", "{said}");
    let standing = &answers[3].0;
    ensure!(standing[0]["result"]["message_count"] == 4, "{standing}");
    ensure!(standing[2]["result"]["messages"][0]["content"] == "Write a note", "{standing}");
    let listed = answers[4].0["result"]["agents"].as_array().context("no list")?;
    ensure!(listed.iter().any(|one| one["parent_agent_id"] == "lead"), "{said}");
    ensure!(answers[5].0["result"]["reason"] == "not_found_or_completed", "{said}");
    ensure!(answers[6].0["error"]["code"] == -32003, "{said}");
    ensure!(answers[7].0["result"]["destroyed"] == json!(["scribe", "lead"]), "{said}");
    Ok(())
}
