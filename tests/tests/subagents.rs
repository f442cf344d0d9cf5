//! Agents that work for agents: made in a turn, given work, waited for, stopped with whoever
//! wanted it; and what they know and cost goes where it belongs.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use nexus_client::call;
use nexus_domain::id::SessionKey;
use nexus_domain::label::Label;
use nexus_domain::message::Role;
use nexus_domain::request::{Request, RequestStatus};
use nexus_protocol::{agent, audit, budget};
use nexus_tests::{Act, DaemonProcess, FakeModel, Rpc, Seen, Talk, TestHome};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
/// What a child says when it is told to, word by word as it is let.
const SPEECH: &str = "one two";
const ALL_WORDS: usize = 100;

/// Calls that a person tells an agent to make, one after the other: `name {arguments}` a line.
fn told(seen: &Seen) -> Option<(String, Value)> {
    let asked = seen.asked();
    let lines: Vec<_> = asked.lines().filter(|line| line.contains(" {")).collect();
    let messages = seen.body["messages"].as_array()?;
    let from = messages.iter().rposition(|one| one["role"] == "user")?;
    let n_done = messages[from..].iter().filter(|one| one["role"] == "tool").count();
    let (name, arguments) = lines.get(n_done)?.split_once(' ')?;
    let last = seen.last_text();
    let request = last.split('"').find(|word| word.len() == 26).unwrap_or_default();
    let arguments = arguments.replace("REQUEST", request);
    Some((name.to_owned(), serde_json::from_str(&arguments).ok()?))
}

async fn model(words: Arc<Semaphore>) -> Result<FakeModel> {
    FakeModel::openai(move |seen| match (told(seen), seen.asked().as_str()) {
        (Some(call), _) => Act::Call(vec![call]),
        (None, "Hold forth") => Act::SayHeld(SPEECH.to_owned(), Arc::clone(&words)),
        (None, _) if seen.brings_results() => Act::Say(seen.last_text()),
        (None, asked) => Act::Say(format!("You said: {asked}")),
    })
    .await
}

struct Scene {
    home: TestHome,
    model: FakeModel,
    daemon: DaemonProcess,
    talk: Talk,
    words: Arc<Semaphore>,
}

async fn scene_with(config: &str) -> Result<Scene> {
    let words = Arc::new(Semaphore::new(0));
    let model = model(Arc::clone(&words)).await?;
    let home = TestHome::with_config(&format!(
        "[agents.main]\nmodels = [\"fake/one\"]\n\n{config}\n{}",
        model.provider("fake", 60_000)
    ))?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    Ok(Scene { home, model, daemon, talk, words })
}

impl Scene {
    async fn run(&self, text: &str) -> Result<String> {
        let done = self.talk.ended(self.talk.say("main", text).await?).await?;
        ensure!(done.request.status == RequestStatus::Completed, "{:?}", done.request.error);
        let replies = self.talk.texts("main", Role::Assistant).await?;
        replies.last().cloned().context("no reply")
    }

    async fn of_session(&self, key: &str) -> Result<Request> {
        let all = self.talk.requests().await?;
        let of_key = |one: &&Request| one.session_key.as_ref().is_some_and(|k| k.as_str() == key);
        all.iter().find(of_key).cloned().with_context(|| format!("nothing ran in {key}"))
    }
}

const MAKE: &str = r#"agent_create {"name": "helper", "preset": "worker", "write_paths": ["out"]}"#;

fn send(message: &str) -> String {
    format!("agent_send {}", json!({ "agent": "helper", "message": message }))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_has_another_one_work_and_the_records_say_so() -> Result<()> {
    let scene =
        scene_with("[budgets.of_main]\nscope = \"agent\"\nof = \"main\"\ntokens_max = 1000000\n")
            .await?;
    let order = r#"write_file {"path": "out/a.txt", "content": "from the child"}"#;
    let reply = scene.run(&format!("{MAKE}\n{}", send(order))).await?;
    ensure!(reply.contains("\"state\": \"done\""), "{reply}");
    let file = scene.home.workspace().join("out/a.txt");
    ensure!(std::fs::read_to_string(&file)? == "from the child", "it did not write");

    // Lineage: the child's request names the run that sent it, and that run what it sent.
    let child = scene.of_session("agent:helper").await?;
    let parent = child.parent.clone().context("no parent")?;
    ensure!(parent.agent_id.as_str() == "main", "{parent:?}");
    let shown = scene.talk.ended(parent.request_id).await?;
    ensure!(shown.sent.iter().any(|one| one.id == child.id), "{:?}", shown.sent);

    // The whole line acts, and pays.
    let params = audit::ListParams { limit: Some(100), ..audit::ListParams::default() };
    let rows = scene.talk.client().request::<call::AclAuditList>(params).await?.entries;
    let row = rows.iter().find(|row| row.action == "tool.write_file").context("no row")?;
    ensure!(row.principals == ["owner", "agent:main", "agent:helper"], "{:?}", row.principals);
    let params = budget::GetParams { name: "of_main".to_owned() };
    let budget = scene.talk.client().request::<call::BudgetsGet>(params).await?.budget;
    let spent = budget.accounts.iter().find(|one| one.holder == "agent:main");
    let spent = spent.context("nothing was spent")?.used.tokens;
    let turns = [shown.turn, scene.talk.ended(child.id).await?.turn];
    let used: u64 = turns.iter().flatten().map(|turn| turn.usage.total_tokens()).sum();
    ensure!(spent == used, "{spent} of {used} tokens count for main");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_never_goes_beyond_its_parent() -> Result<()> {
    let scene = scene_with("").await?;
    for (wish, why) in [
        (r#"{"name": "a", "preset": "trusted"}"#, "narrower than its parent"),
        (r#"{"name": "b", "folder": "../state"}"#, "outside the folder of agent `main`"),
        (r#"{"name": "c", "write_paths": ["../up"]}"#, "cannot be given"),
    ] {
        std::fs::create_dir_all(scene.home.path().join("state"))?;
        let reply = scene.run(&format!("agent_create {wish}")).await?;
        ensure!(reply.contains(why), "{wish}: {reply}");
    }
    let write = send(r#"write_file {"path": "b.txt", "content": ""}"#);
    let reply = scene.run(&format!("{MAKE}\n{write}")).await?;
    ensure!(reply.contains("writes only the paths it was given"), "{reply}");
    let reply = scene.run(&send(r#"http_fetch {"url": "https://example.org/"}"#)).await?;
    ensure!(reply.contains("there is no tool `http_fetch`"), "{reply}");
    let reply = scene.run(&send(r#"agent_create {"name": "deeper"}"#)).await?;
    ensure!(reply.contains("there is no tool `agent_create`"), "{reply}");
    // Nobody works for somebody else's agent.
    let rpc = Rpc::of(&scene.daemon)?;
    rpc.result("/rpc", "create_agent", json!({ "agent_id": "apart" })).await?;
    let reply = scene.run(r#"agent_send {"agent": "apart", "message": "hi"}"#).await?;
    ensure!(reply.contains("is not beneath you"), "{reply}");

    // A parent that is reduced reduces what works for it, in mid-life.
    rpc.result("/rpc", "create_agent", json!({ "agent_id": "boss", "preset": "trusted" })).await?;
    let worker = json!({
        "agent_id": "worker", "parent_agent_id": "boss", "preset": "worker",
        "allowed_write_paths": ["x"],
    });
    rpc.result("/rpc", "create_agent", worker).await?;
    let write = json!({ "content": r#"write_file {"path": "x/1.txt", "content": "1"}"# });
    let sent = rpc.result("/agent/worker", "send", write.clone()).await?;
    ensure!(sent["content"].as_str().is_some_and(|text| !text.contains("given")), "{sent}");
    let reduced = agent::UpdateParams {
        agent_id: nexus_domain::id::AgentId::parse("boss")?,
        preset: Some("sandboxed".to_owned()),
        allowed_write_paths: Some(vec!["y".to_owned()]),
        disable_tools: None,
        model: None,
        system_prompt: None,
        idempotency_key: nexus_client::idempotency_key()?,
    };
    scene.talk.client().request::<call::AgentsUpdate>(reduced).await?;
    let sent = rpc.result("/agent/worker", "send", write).await?;
    let text = sent["content"].as_str().unwrap_or_default();
    ensure!(text.contains("writes only the paths it was given"), "{sent}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_was_exposed_to_the_other_is() -> Result<()> {
    let scene = scene_with("").await?;
    for (folder, file) in [("private", "diary.md"), ("downloads", "page.md")] {
        std::fs::create_dir_all(scene.home.workspace().join(folder))?;
        std::fs::write(scene.home.workspace().join(folder).join(file), "dear diary")?;
    }
    let labels = async |key: &str| -> Result<Vec<Label>> {
        Ok(scene.talk.look(key).await?.labels.iter().map(|one| one.label).collect())
    };
    // Down: what the parent read before it sent anything.
    let read = r#"read_file {"path": "private/diary.md"}"#;
    scene.run(&format!("{read}\n{MAKE}\n{}", send("hello"))).await?;
    ensure!(labels("agent:helper").await?.contains(&Label::Private), "it did not go down");
    ensure!(!labels("main").await?.contains(&Label::Untrusted), "from nowhere");
    // Up: what the child read, with its reply.
    scene.run(&send(r#"read_file {"path": "downloads/page.md"}"#)).await?;
    ensure!(labels("main").await?.contains(&Label::Untrusted), "it did not come up");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_that_is_stopped_stops_what_works_for_it() -> Result<()> {
    let scene = scene_with("").await?;
    let parent = scene.talk.say("main", &format!("{MAKE}\n{}", send("Hold forth"))).await?;
    scene.words.add_permits(1);
    scene.talk.shown("agent:helper", "one ").await?;
    scene.talk.abort("main", false).await?;
    let done = scene.talk.ended(parent).await?;
    ensure!(done.request.status == RequestStatus::Cancelled, "{:?}", done.request.status);
    let child = scene.of_session("agent:helper").await?;
    let child = scene.talk.ended(child.id).await?;
    ensure!(child.request.status == RequestStatus::Cancelled, "{:?}", child.request.status);

    // And one that is removed while it works.
    let parent = scene.talk.say("main", &send("Hold forth")).await?;
    let n_speeches =
        || scene.model.seen().iter().filter(|seen| seen.asked() == "Hold forth").count();
    scene.daemon.wait_until("the second speech has begun", || n_speeches() == 2).await?;
    let rpc = Rpc::of(&scene.daemon)?;
    rpc.result("/rpc", "destroy_agent", json!({ "agent_id": "helper" })).await?;
    let done = scene.talk.ended(parent).await?;
    ensure!(done.request.status == RequestStatus::Completed, "{:?}", done.request.error);
    let replies = scene.talk.texts("main", Role::Assistant).await?;
    let last = replies.last().context("no reply")?;
    ensure!(last.contains("\"state\": \"stopped\""), "{last}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn children_work_side_by_side_and_outlive_a_crash_once() -> Result<()> {
    let mut scene = scene_with("").await?;
    let second = MAKE.replace("helper", "other");
    let order = [
        MAKE.to_owned(),
        second,
        r#"agent_send {"agent": "other", "message": "Quick", "wait": false}"#.to_owned(),
        r#"agent_wait {"requests": ["REQUEST"]}"#.to_owned(),
        r#"agent_list {}"#.to_owned(),
        send("Hold forth"),
    ];
    let parent = scene.talk.say("main", &order.join("\n")).await?;
    scene.words.add_permits(1);
    scene.talk.shown("agent:helper", "one ").await?;
    scene.daemon.kill()?;
    scene.daemon.died().await?;
    scene.words.add_permits(ALL_WORDS);
    scene.daemon = DaemonProcess::start(NEXUSD, scene.home.path()).await?;
    scene.talk = Talk::with(&scene.daemon).await?;
    let done = scene.talk.ended(parent).await?;
    ensure!(done.request.status == RequestStatus::Completed, "{:?}", done.request.error);
    let results: Vec<_> = done.tool_calls.iter().filter_map(|one| one.result.clone()).collect();
    ensure!(results[3].contains("You said: Quick"), "{results:?}");
    ensure!(results[4].contains("\"helper\"") && results[4].contains("\"other\""), "{results:?}");
    ensure!(results[5].contains(SPEECH), "{results:?}");
    let key = SessionKey::parse("agent:helper")?;
    let all = scene.talk.requests().await?;
    let n_sent = all.iter().filter(|one| one.session_key.as_ref() == Some(&key)).count();
    ensure!(n_sent == 1, "the child was given the same work {n_sent} times");
    Ok(())
}
