//! Orchestrators: agents over plain HTTP, as the protocol of `create_agent` and `/agent/{id}` has
//! it.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use nexus_tests::{Act, DaemonProcess, FakeModel, Rpc, TestHome};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
/// What the model says to "Hold forth", word by word as it is let.
const SPEECH: &str = "one two three four";
const ALL_WORDS: usize = 100;

async fn model(words: Arc<Semaphore>) -> Result<FakeModel> {
    FakeModel::openai(move |seen| match (seen.asked().as_str(), seen.brings_results()) {
        ("Hold forth", _) => Act::SayHeld(SPEECH.to_owned(), Arc::clone(&words)),
        (asked, false) if asked.starts_with("Write ") => Act::Call(vec![(
            "write_file".to_owned(),
            json!({ "path": asked.trim_start_matches("Write "), "content": "x" }),
        )]),
        (asked, false) if asked.starts_with("Say the whole") => {
            Act::Say(format!("{asked} ").repeat(40))
        }
        (_, false) if seen.body["messages"][0]["content"].to_string().contains("You condense") => {
            Act::Say("They talked for a while.".to_owned())
        }
        (asked, false) => Act::Say(format!("You said: {asked}")),
        (_, true) => Act::Say(seen.last_text()),
    })
    .await
}

struct Scene {
    home: TestHome,
    model: FakeModel,
    daemon: DaemonProcess,
    rpc: Rpc,
    words: Arc<Semaphore>,
}

async fn scene() -> Result<Scene> {
    let words = Arc::new(Semaphore::new(0));
    let model = model(Arc::clone(&words)).await?;
    let home = TestHome::with_config(&format!(
        "[agents.main]\nmodels = [\"fake/one\"]\n\n{}",
        model.provider("fake", 60_000)
    ))?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let rpc = Rpc::of(&daemon)?;
    Ok(Scene { home, model, daemon, rpc, words })
}

fn listed<'a>(all: &'a Value, id: &str) -> Result<&'a Value> {
    let agents = all["agents"].as_array().context("no list")?;
    agents.iter().find(|one| one["agent_id"] == id).with_context(|| format!("no {id} in {all}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_made_spoken_to_looked_at_and_removed() -> Result<()> {
    let scene = scene().await?;
    let (rpc, sandbox) = (&scene.rpc, scene.home.workspace().join("sandbox"));
    std::fs::create_dir_all(sandbox.join("out"))?;
    let made = rpc
        .result(
            "/",
            "create_agent",
            json!({
                "agent_id": "worker", "preset": "sandboxed", "cwd": sandbox,
                "allowed_write_paths": [sandbox.join("out")], "disable_tools": ["edit_file"],
                "system_prompt": "You are short.", "model": "fake/one",
            }),
        )
        .await?;
    ensure!(made == json!({ "agent_id": "worker", "url": "/agent/worker" }), "{made}");

    let sent = rpc.result("/agent/worker", "send", json!({ "content": "Hi" })).await?;
    ensure!(sent["content"] == "You said: Hi", "{sent}");
    ensure!(sent["request_id"].as_str().is_some_and(|id| id.len() == 16), "{sent}");
    let named = json!({ "content": "Write out/a.txt", "request_id": "r1" });
    let sent = rpc.result("/agent/worker", "send", named).await?;
    ensure!(sent["request_id"] == "r1" && sandbox.join("out/a.txt").exists(), "{sent}");
    let asked = json!({ "content": "Write b.txt" });
    let refused = rpc.result("/agent/worker", "send", asked).await?;
    let text = refused["content"].as_str().context("no content")?;
    ensure!(text.contains("writes only the paths it was given"), "{text}");
    ensure!(!sandbox.join("b.txt").exists(), "it wrote elsewhere");

    // What the model was told and offered.
    let seen = scene.model.seen();
    let first = &seen.first().context("nothing was asked")?.body;
    ensure!(first["messages"][0].to_string().contains("You are short."), "{first}");
    let tools = first["tools"].to_string();
    let has = |name: &str| tools.contains(&format!("\"name\":\"{name}\""));
    ensure!(has("write_file") && !has("edit_file") && !has("exec"), "{tools}");
    ensure!(!has("http_fetch") && !has("agent_create"), "{tools}");

    let all = rpc.result("/rpc", "list_agents", json!({})).await?;
    let worker = listed(&all, "worker")?;
    ensure!(worker["message_count"] == 10 && worker["child_count"] == 0, "{worker}");
    ensure!(worker["model"] == "fake/one" && worker["write_paths"] == json!(["out"]), "{worker}");
    ensure!(worker["last_action_at"].is_i64() && worker["is_temp"] == false, "{worker}");

    let tokens = rpc.result("/agent/worker", "get_tokens", json!({})).await?;
    let of = |name: &str| tokens[name].as_u64().unwrap_or_default();
    ensure!(of("total") == of("system") + of("tools") + of("messages"), "{tokens}");
    ensure!(of("messages") > 0 && of("available") + of("total") == of("budget"), "{tokens}");
    let context = rpc.result("/agent/worker", "get_context", json!({})).await?;
    ensure!(context == json!({ "message_count": 10, "system_prompt": true }), "{context}");
    let page = json!({ "offset": 1, "limit": 2 });
    let page = rpc.result("/agent/worker", "get_messages", page).await?;
    ensure!(page["total"] == 10 && page["messages"][0]["content"] == "You said: Hi", "{page}");
    ensure!(page["messages"][1]["role"] == "user", "{page}");

    let gone = rpc.result("/rpc", "destroy_agent", json!({ "agent_id": "worker" })).await?;
    ensure!(gone["success"] == true && gone["agent_id"] == "worker", "{gone}");
    let body = json!({ "jsonrpc": "2.0", "method": "get_tokens", "id": 1 });
    ensure!(rpc.post("/agent/worker", body).await?.status == 404, "it is still there");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_too_far_or_does_not_fit_is_refused_by_its_code() -> Result<()> {
    let scene = scene().await?;
    let rpc = &scene.rpc;
    let outside = tempfile::tempdir()?;
    rpc.result("/rpc", "create_agent", json!({ "agent_id": "top", "preset": "trusted" })).await?;
    for (params, code) in [
        (json!({ "preset": "yolo" }), -32003),
        (json!({ "preset": "boundless" }), -32602),
        (json!({ "preset": 7 }), -32602),
        (json!({ "agent_id": "../x" }), -32602),
        (json!({ "agent_id": ".7" }), -32602),
        (json!({ "agent_id": "top" }), -32005),
        (json!({ "agent_id": "TOP" }), -32005),
        (json!({ "cwd": "relative" }), -32602),
        (json!({ "cwd": "/nowhere/at/all" }), -32602),
        (json!({ "cwd": scene.home.path().join("state") }), -32003),
        (json!({ "cwd": scene.home.path() }), -32003),
        (json!({ "cwd": "/" }), -32003),
        (json!({ "parent_agent_id": "top", "cwd": outside.path() }), -32003),
        (json!({ "parent_agent_id": "top", "preset": "trusted" }), -32003),
        (json!({ "parent_agent_id": "nobody" }), -32004),
        (json!({ "allowed_write_paths": ["../up"] }), -32003),
        (json!({ "allowed_write_paths": ["/etc"] }), -32003),
        (json!({ "allowed_write_paths": "out" }), -32602),
        (json!({ "disable_tools": ["wrte_file"] }), -32602),
        (json!({ "model": "fake/none" }), -32602),
        (json!({ "colour": "red" }), -32602),
        (json!(["positional"]), -32602),
    ] {
        let error = rpc.error("/rpc", "create_agent", params.clone()).await?;
        ensure!(error["code"] == code, "{params}: {error}");
    }
    for (path, method, params, code) in [
        ("/agent/top", "send", json!({}), -32602),
        ("/agent/top", "send", json!({ "content": 5 }), -32602),
        ("/agent/top", "send", json!({ "content": "x", "request_id": "" }), -32602),
        ("/agent/top", "cancel", json!({}), -32602),
        ("/agent/top", "get_messages", json!({ "limit": 0 }), -32602),
        ("/agent/top", "nothing", json!({}), -32601),
        ("/rpc", "destroy_agent", json!({ "agent_id": "main" }), -32005),
        ("/rpc", "destroy_agent", json!({ "agent_id": "nobody" }), -32004),
    ] {
        let error = rpc.error(path, method, params.clone()).await?;
        ensure!(error["code"] == code, "{method} {params}: {error}");
    }
    for path in ["/agent/nobody", "/agent/..%2Fmain", "/agent/%2e%2e", "/agent/a%00b"] {
        let body = json!({ "jsonrpc": "2.0", "method": "get_tokens", "id": 1 });
        let answer = rpc.post(path, body).await?;
        ensure!(answer.status == 404 && answer.body["error"].is_object(), "{path}: {answer:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_queue_and_one_is_stopped_from_elsewhere() -> Result<()> {
    let scene = scene().await?;
    let rpc = scene.rpc.clone();
    rpc.result("/rpc", "create_agent", json!({ "agent_id": "one" })).await?;
    let say = |content: &str, id: &str| {
        let (rpc, params) = (rpc.clone(), json!({ "content": content, "request_id": id }));
        tokio::spawn(async move { rpc.result("/agent/one", "send", params).await })
    };
    let talk = nexus_tests::Talk::with(&scene.daemon).await?;
    let held = say("Hold forth", "held");
    scene.words.add_permits(1);
    talk.shown("agent:one", "one ").await?;
    let next = say("Next", "next");
    talk.until("nex.request.queued", |_| true).await?;
    let twice = json!({ "content": "x", "request_id": "next" });
    let error = rpc.error("/agent/one", "send", twice).await?;
    ensure!(error["code"] == -32602, "{error}");

    let cancelled = rpc.result("/agent/one", "cancel", json!({ "request_id": "held" })).await?;
    ensure!(cancelled == json!({ "cancelled": true, "request_id": "held" }), "{cancelled}");
    let held = held.await??;
    ensure!(held == json!({ "cancelled": true, "request_id": "held" }), "{held}");
    let next = next.await??;
    ensure!(next["content"] == "You said: Next", "{next}");

    // One that waits is stopped, too, and the one before it goes on.
    let held = say("Hold forth", "again");
    let n_speeches =
        || scene.model.seen().iter().filter(|seen| seen.asked() == "Hold forth").count();
    scene.daemon.wait_until("the second speech has begun", || n_speeches() == 2).await?;
    let waiting = say("Never", "waiting");
    let n_queued = std::sync::atomic::AtomicUsize::new(0);
    talk.until("nex.request.queued", |_| {
        n_queued.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 1
    })
    .await?;
    let stopped = rpc.result("/agent/one", "cancel", json!({ "request_id": "waiting" })).await?;
    ensure!(stopped["cancelled"] == true, "{stopped}");
    let waiting = waiting.await??;
    ensure!(waiting["cancelled"] == true, "it was not stopped: {waiting}");
    scene.words.add_permits(ALL_WORDS);
    ensure!(held.await??["content"] == SPEECH, "the one before it was stopped as well");

    let late = rpc.result("/agent/one", "cancel", json!({ "request_id": "held" })).await?;
    ensure!(late["cancelled"] == false && late["reason"] == "not_found_or_completed", "{late}");
    let told = scene.model.seen().iter().any(|seen| seen.asked() == "Never");
    ensure!(!told, "what was stopped reached the model");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_come_back_with_their_history_and_temporary_ones_do_not() -> Result<()> {
    let mut scene = scene().await?;
    let rpc = &scene.rpc;
    let first = json!({
        "agent_id": "keeper", "preset": "trusted", "initial_message": "Remember me",
        "wait_for_initial_response": true,
    });
    let made = rpc.result("/rpc", "create_agent", first).await?;
    ensure!(made["response"]["content"] == "You said: Remember me", "{made}");
    rpc.result("/rpc", "create_agent", json!({ "agent_id": "child", "parent_agent_id": "keeper" }))
        .await?;
    let temp = rpc.result("/rpc", "create_agent", json!({ "is_temp": true })).await?;
    ensure!(temp["agent_id"] == ".1" && temp["url"] == "/agent/.1", "{temp}");
    let anonymous = rpc.result("/rpc", "create_agent", json!({})).await?;
    let id = anonymous["agent_id"].as_str().context("no id")?;
    ensure!(id.len() == 8 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    let sent = rpc.result("/agent/.1", "send", json!({ "content": "Hi" })).await?;
    ensure!(sent["content"] == "You said: Hi", "{sent}");

    scene.daemon.kill()?;
    scene.daemon.died().await?;
    scene.daemon = DaemonProcess::start(NEXUSD, scene.home.path()).await?;
    let rpc = Rpc::of(&scene.daemon)?;
    let all = rpc.result("/rpc", "list_agents", json!({})).await?;
    ensure!(listed(&all, "keeper")?["child_count"] == 1, "{all}");
    ensure!(listed(&all, "child")?["parent_agent_id"] == "keeper", "{all}");
    ensure!(listed(&all, ".1").is_err(), "a temporary agent came back: {all}");
    let page = rpc.result("/agent/keeper", "get_messages", json!({})).await?;
    ensure!(page["messages"][1]["content"] == "You said: Remember me", "{page}");
    let sent = rpc.result("/agent/keeper", "send", json!({ "content": "Again" })).await?;
    ensure!(sent["content"] == "You said: Again", "{sent}");
    let told = scene.model.seen().last().context("nothing was asked")?.body.to_string();
    ensure!(told.contains("Remember me"), "the history was not told: {told}");

    // A name that is used anew begins anew.
    rpc.result("/rpc", "destroy_agent", json!({ "agent_id": "keeper" })).await?;
    let all = rpc.result("/rpc", "list_agents", json!({})).await?;
    ensure!(listed(&all, "child").is_err(), "a child outlived its parent: {all}");
    rpc.result("/rpc", "create_agent", json!({ "agent_id": "keeper" })).await?;
    let page = rpc.result("/agent/keeper", "get_messages", json!({})).await?;
    ensure!(page["total"] == 0, "{page}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_condensed_and_rules_stay() -> Result<()> {
    let scene = scene().await?;
    let rpc = &scene.rpc;
    let nothing = rpc.error("/agent/main", "compact", json!({})).await?;
    ensure!(nothing["code"] == -32004, "{nothing}");
    for n in 0..4 {
        let said = json!({ "content": format!("Say the whole story {n}") });
        rpc.result("/agent/main", "send", said).await?;
    }
    let short = rpc.result("/agent/main", "compact", json!({})).await?;
    ensure!(short["compacted"] == false, "{short}");
    let done = rpc.result("/agent/main", "compact", json!({ "force": true })).await?;
    ensure!(done["compacted"] == true, "{done}");
    ensure!(done["tokens_after"].as_u64() < done["tokens_before"].as_u64(), "{done}");
    let page = rpc.result("/agent/main", "get_messages", json!({})).await?;
    ensure!(page["total"] == 8, "messages were lost: {page}");
    rpc.result("/agent/main", "send", json!({ "content": "And now?" })).await?;
    let told = scene.model.seen().last().context("nothing was asked")?.body.to_string();
    ensure!(told.contains("They talked for a while."), "{told}");
    ensure!(!told.contains("Say the whole story 0"), "{told}");
    // The pipeline's record of it is like that of any request.
    let talk = nexus_tests::Talk::with(&scene.daemon).await?;
    let requests = talk.requests().await?;
    let condensed = requests.iter().filter(|one| one.purpose == "condense the conversation");
    ensure!(condensed.clone().count() == 2, "{requests:?}");
    ensure!(condensed.clone().all(|one| one.stages.len() == 8), "{requests:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_and_notifications_work_at_an_agent() -> Result<()> {
    let scene = scene().await?;
    let rpc = &scene.rpc;
    let call = |id: u32, method: &str, params: Value| json!({ "jsonrpc": "2.0", "method": method, "params": params, "id": id });
    let batch = json!([
        call(1, "send", json!({ "content": "One" })),
        { "jsonrpc": "2.0", "method": "send", "params": { "content": "Quiet" } },
        call(2, "get_context", json!({})),
        call(3, "agents.list", json!({})),
        7,
    ]);
    let answer = rpc.post("/agent/main", batch).await?;
    let list = answer.body.as_array().context("no list")?;
    ensure!(list.len() == 4, "{list:?}");
    ensure!(list[0]["result"]["content"] == "You said: One", "{list:?}");
    ensure!(list[1]["result"]["message_count"] == 4, "{list:?}");
    ensure!(list[2]["error"]["code"] == -32601 && list[3]["error"]["code"] == -32600, "{list:?}");
    let alone = json!({ "jsonrpc": "2.0", "method": "get_context" });
    ensure!(rpc.post("/agent/main", alone).await?.status == 204, "a notification was answered");
    // The method table is there beside it, in the same batch.
    let mixed = json!([call(1, "list_agents", json!({})), call(2, "agents.list", json!({}))]);
    let answer = rpc.post("/", mixed).await?.body;
    ensure!(answer[0]["result"]["agents"][0]["agent_id"] == "main", "{answer}");
    ensure!(answer[1]["result"]["agents"][0]["id"] == "main", "{answer}");
    let stopped = rpc.result("/agent/main", "shutdown", json!({})).await?;
    ensure!(stopped == json!({ "success": true }), "{stopped}");
    let all = rpc.result("/rpc", "list_agents", json!({})).await?;
    ensure!(listed(&all, "main")?["should_shutdown"] == true, "{all}");
    let stopped = rpc.result("/rpc", "shutdown_server", json!({})).await?;
    ensure!(stopped["success"] == true, "{stopped}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_who_rests_and_who_was_halted() -> Result<()> {
    let scene = scene().await?;
    let rpc = &scene.rpc;
    let facts = async || -> Result<(Value, Value)> {
        let all = rpc.result("/rpc", "list_agents", json!({})).await?;
        let main = listed(&all, "main")?;
        Ok((main["should_shutdown"].clone(), main["halted_at_iteration_limit"].clone()))
    };
    ensure!(facts().await? == (json!(false), json!(false)));
    // One told so before anybody spoke to it rests as well.
    rpc.result("/agent/main", "shutdown", json!({})).await?;
    ensure!(facts().await? == (json!(true), json!(false)));
    rpc.result("/agent/main", "send", json!({ "content": "Hi" })).await?;
    ensure!(facts().await? == (json!(false), json!(false)));

    let patch = json!({ "key": "main", "stepsMax": 1, "idempotencyKey": "one step" });
    rpc.result("/rpc", "sessions.patch", patch).await?;
    rpc.result("/agent/main", "send", json!({ "content": "Write a.txt" })).await?;
    ensure!(facts().await? == (json!(false), json!(true)));
    rpc.result("/agent/main", "shutdown", json!({})).await?;
    ensure!(facts().await? == (json!(true), json!(true)));
    rpc.result("/agent/main", "send", json!({ "content": "Hi" })).await?;
    ensure!(facts().await? == (json!(false), json!(false)));
    Ok(())
}
