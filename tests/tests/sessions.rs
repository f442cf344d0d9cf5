//! A person keeps their conversations in order: names them, empties them, copies them, takes them
//! along as documents, has something done again.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use nexus_domain::message::Role;
use nexus_tests::{Act, DaemonProcess, FakeModel, Rpc, Talk, TestHome, echo};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const ECHO: &str = env!("CARGO_BIN_EXE_adapter-echo-scenario");
/// What the model says to "Hold forth", word by word as it is let.
const SPEECH: &str = "one two three four";
/// Permits for the rest of any speech.
const ALL_WORDS: usize = 100;

struct Stage {
    _home: TestHome,
    _daemon: DaemonProcess,
    talk: Talk,
    rpc: Rpc,
    model: FakeModel,
    words: Arc<Semaphore>,
}

async fn stage() -> Result<Stage> {
    let words = Arc::new(Semaphore::new(0));
    let let_through = Arc::clone(&words);
    let model =
        FakeModel::openai(move |seen| match (seen.asked().as_str(), seen.brings_results()) {
            ("Hold forth", _) => Act::SayHeld(SPEECH.to_owned(), Arc::clone(&let_through)),
            ("What time is it?", false) => Act::Call(vec![("time".to_owned(), json!({}))]),
            (_, true) => Act::Say("Late.".to_owned()),
            ("Fail", _) => Act::Say(String::new()),
            (asked, false) => Act::Say(format!("You said: {asked}")),
        });
    let model = model.await?;
    let config = format!(
        "[agents.main]\nmodels = [\"fake/one\"]\n\n{}\n{}",
        model.provider("fake", 60_000),
        model.provider("other", 60_000),
    );
    let home = TestHome::with_config(&config)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let (talk, rpc) = (Talk::with(&daemon).await?, Rpc::of(&daemon)?);
    Ok(Stage { _home: home, _daemon: daemon, talk, rpc, model, words })
}

impl Stage {
    async fn said(&self, session: &str, text: &str) -> Result<()> {
        self.talk.ended(self.talk.say(session, text).await?).await?;
        Ok(())
    }

    /// A call of the table; commands get a key of their own.
    async fn call(&self, method: &str, params: Value) -> Result<Value> {
        self.rpc.result("/rpc", method, keyed(params)?).await
    }

    async fn refused(&self, method: &str, params: Value) -> Result<Value> {
        self.rpc.error("/rpc", method, keyed(params)?).await
    }

    /// Everything that the pages of an export hold.
    async fn export(&self, key: &str, format: &str, limit: u32) -> Result<(String, usize)> {
        let (mut text, mut n_pages, mut cursor) = (String::new(), 0, Value::Null);
        loop {
            let mut params = json!({ "key": key, "format": format, "limit": limit });
            if !cursor.is_null() {
                params["cursor"] = cursor;
            }
            let page = self.rpc.result("/rpc", "sessions.export", params).await?;
            text.push_str(page["text"].as_str().context("no text")?);
            n_pages += 1;
            cursor = page["nextCursor"].clone();
            if cursor.is_null() {
                return Ok((text, n_pages));
            }
        }
    }
}

fn keyed(mut params: Value) -> Result<Value> {
    params["idempotencyKey"] = json!(nexus_client::idempotency_key()?);
    Ok(params)
}

/// What the model was shown of the conversation when it was asked last.
fn shown(model: &FakeModel) -> Vec<String> {
    let seen = model.seen();
    let messages = seen.last().unwrap().body["messages"].as_array().unwrap().clone();
    let spoken = messages.iter().filter(|one| one["role"] != "system");
    spoken.map(|one| one["content"].to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_reset_goes_on_empty() -> Result<()> {
    let stage = stage().await?;
    stage.said("main", "The word is heron").await?;
    stage.said("main", "And the other is stork").await?;
    let found = json!({ "search": "heron" });
    let list = stage.rpc.result("/rpc", "sessions.list", found.clone()).await?;
    ensure!(list["sessions"][0]["key"] == "main", "{list}");

    let reset = stage.call("sessions.reset", json!({ "key": "main" })).await?;
    ensure!(reset["nMessages"] == 4 && reset["session"]["n_messages"] == 0, "{reset}");
    ensure!(stage.talk.messages("main").await?.is_empty(), "something is still there");
    let list = stage.rpc.result("/rpc", "sessions.list", found).await?;
    ensure!(list["sessions"] == json!([]), "it is still found: {list}");
    let told = stage.talk.until("session.reset", |event| event.payload["n_messages"] == 4).await?;
    ensure!(
        told.payload["by"] == json!(nexus_domain::principal::Principal::Owner),
        "{:?}",
        told.payload
    );

    stage.said("main", "What was the word?").await?;
    let shown = shown(&stage.model);
    ensure!(shown.len() == 1 && !shown[0].contains("heron"), "{shown:?}");
    // What was done stays on record.
    let requests = stage.talk.requests().await?;
    ensure!(requests.len() == 3, "{requests:?}");
    let params = json!({ "id": requests[2].id });
    let first = stage.rpc.result("/rpc", "requests.get", params).await?;
    ensure!(first["turn"]["status"] == "completed", "{first}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_session_is_emptied_only_when_it_may_be_stopped() -> Result<()> {
    let stage = stage().await?;
    let held = stage.talk.say("main", "Hold forth").await?;
    stage.words.add_permits(1);
    stage.talk.shown("main", "one ").await?;
    let waiting = stage.talk.say("main", "And then?").await?;
    stage.talk.until("nex.request.queued", |_| true).await?;

    for method in ["sessions.reset", "sessions.delete"] {
        let refused = stage.refused(method, json!({ "key": "main" })).await?;
        ensure!(refused["data"]["code"] == "CONFLICT", "{refused}");
        ensure!(refused["data"]["hint"].as_str().is_some_and(|hint| hint.contains("stop")));
    }
    let reset = stage.call("sessions.reset", json!({ "key": "main", "stop": true })).await?;
    ensure!(reset["session"]["n_messages"] == 0, "{reset}");
    for id in [held, waiting] {
        let ended = stage.talk.ended(id).await?.request;
        ensure!(format!("{:?}", ended.status) == "Cancelled", "{:?}", ended.status);
    }
    stage.said("main", "Hello").await?;
    ensure!(stage.talk.texts("main", Role::User).await? == ["Hello"]);

    let gone = stage.call("sessions.delete", json!({ "key": "main" })).await?;
    ensure!(gone["nMessages"] == 2, "{gone}");
    let unknown = stage.refused("sessions.get", json!({ "key": "main" })).await;
    ensure!(unknown.is_ok(), "it is still there");
    let list = stage.rpc.result("/rpc", "sessions.list", json!({})).await?;
    ensure!(list["sessions"] == json!([]), "{list}");
    // Whoever speaks there begins anew.
    stage.said("main", "Anybody there?").await?;
    ensure!(stage.talk.texts("main", Role::User).await? == ["Anybody there?"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_on_a_session_holds_for_its_runs() -> Result<()> {
    let stage = stage().await?;
    stage.said("main", "Hello").await?;
    let set = json!({
        "key": "main", "title": " Birds ", "model": "other/one", "stepsMax": 1,
        "queueMode": "collect",
    });
    let set = stage.call("sessions.patch", set).await?;
    ensure!(set["session"]["title"] == "Birds", "{set}");
    let done = stage.talk.ended(stage.talk.say("main", "What time is it?").await?).await?;
    let turn = done.turn.context("no turn")?;
    ensure!(turn.model.as_deref() == Some("other/one") && turn.n_steps == 1, "{turn:?}");

    let held = stage.talk.say("main", "Hold forth").await?;
    stage.words.add_permits(1);
    stage.talk.shown("main", "one ").await?;
    let waiting = stage.talk.say("main", "later").await?;
    stage.talk.until("nex.request.queued", |event| event.payload["mode"] == "collect").await?;
    stage.words.add_permits(ALL_WORDS);
    stage.talk.ended(held).await?;
    stage.talk.ended(waiting).await?;

    // What is left out stays, what is null is cleared.
    let cleared = json!({ "key": "main", "model": null, "stepsMax": null });
    let cleared = stage.call("sessions.patch", cleared).await?;
    let expected = json!({ "queue_mode": "collect" });
    ensure!(cleared["session"]["defaults"] == expected, "{cleared}");
    ensure!(cleared["session"]["title"] == "Birds", "{cleared}");
    let done = stage.talk.ended(stage.talk.say("main", "Hello again").await?).await?;
    ensure!(done.turn.context("no turn")?.model.as_deref() == Some("fake/one"));

    for (bad, path) in [
        (json!({ "key": "main", "model": "nobody/knows" }), "params.model"),
        (json!({ "key": "main", "title": "two\nlines" }), "params.title"),
        (json!({ "key": "main", "stepsMax": 0 }), "params.stepsMax"),
    ] {
        let refused = stage.refused("sessions.patch", bad).await?;
        ensure!(refused["data"]["details"]["path"] == path, "{refused}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_begins_with_what_was_said_up_to_a_message() -> Result<()> {
    let stage = stage().await?;
    for text in ["The word is heron", "What time is it?", "And stork?"] {
        stage.said("main", text).await?;
    }
    let messages = stage.talk.messages("main").await?;
    let (asking, last) = (messages[3].id, messages[6].id);
    ensure!(messages.len() == 8, "{messages:?}");

    let all = stage.call("sessions.fork", json!({ "key": "main" })).await?;
    ensure!(all["session"]["key"] == "fork:main:1" && all["nMessages"] == 8, "{all}");
    ensure!(all["session"]["forked_from"]["session_key"] == "main", "{all}");
    let cut = json!({ "key": "main", "before": last, "to": "other", "title": "The other" });
    let cut = stage.call("sessions.fork", cut).await?;
    ensure!(cut["nMessages"] == 6 && cut["session"]["title"] == "The other", "{cut}");
    // Where a call has no answer yet, a model could not read on.
    let open = stage.refused("sessions.fork", json!({ "key": "main", "through": asking })).await?;
    ensure!(open["data"]["code"] == "INVALID_REQUEST", "{open}");
    let taken = stage.refused("sessions.fork", json!({ "key": "main", "to": "other" })).await?;
    ensure!(taken["data"]["code"] == "CONFLICT", "{taken}");

    // Both go on by themselves, and the model sees what came along.
    stage.said("other", "Something else").await?;
    let shown = shown(&stage.model);
    ensure!(shown.len() == 7 && shown[0].contains("heron"), "{shown:?}");
    ensure!(!shown.iter().any(|text| text.contains("stork")), "{shown:?}");
    ensure!(stage.talk.messages("main").await?.len() == 8, "the original changed");
    let history = json!({ "key": "other" });
    let history = stage.rpc.result("/rpc", "sessions.history", history).await?;
    ensure!(history["toolCalls"].as_array().is_some_and(|calls| calls.len() == 1), "{history}");
    stage.call("sessions.reset", json!({ "key": "main" })).await?;
    ensure!(stage.talk.messages("other").await?.len() == 8, "the copy lost something");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_leaves_as_a_document_without_secrets() -> Result<()> {
    let stage = stage().await?;
    // The first question has the daemon read the key, which is the value to look for.
    stage.said("main", "Hello `there`").await?;
    let key = stage.model.seen()[0].key.trim_start_matches("Bearer ").to_owned();
    ensure!(key.len() > 5, "there is no key: {key}");
    stage.said("main", &format!("Somebody told me {key}")).await?;
    stage.said("main", "What time is it?").await?;

    for limit in [1, 3, 500] {
        let (text, n_pages) = stage.export("main", "json", limit).await?;
        let document: Value = serde_json::from_str(&text).with_context(|| text.clone())?;
        let messages = document["messages"].as_array().context("no messages")?;
        ensure!(messages.len() == 8 && n_pages == 8_usize.div_ceil(limit as usize), "{n_pages}");
        ensure!(document["session"]["key"] == "main", "{document}");
        ensure!(messages[5]["tool_calls"][0]["status"] == "completed", "{}", messages[5]);
        ensure!(!text.contains(&key) && text.contains("[credential]"), "{text}");
    }
    let (text, _) = stage.export("main", "markdown", 2).await?;
    ensure!(text.starts_with("# Hello `there`\n\nSession `main`, agent `main`, 20"), "{text}");
    ensure!(text.contains("\n- `time` `{}`: completed\n") && text.contains("## You, "), "{text}");
    ensure!(!text.contains(&key) && text.contains("Somebody told me [credential]"), "{text}");
    ensure!(text.matches("\n## ").count() == 7, "{text}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_becomes_a_new_session_and_never_changes_one() -> Result<()> {
    let stage = stage().await?;
    stage.said("main", "The word is heron").await?;
    stage.said("main", "What time is it?").await?;
    let (text, _) = stage.export("main", "json", 500).await?;
    let mut document: Value = serde_json::from_str(&text)?;
    let taken = json!({ "document": document });
    let there = stage.refused("sessions.import", taken).await?;
    ensure!(there["data"]["code"] == "CONFLICT", "{there}");

    // In two pieces, as a long document comes.
    let messages = document["messages"].as_array().unwrap().clone();
    ensure!(messages.len() == 6, "{document}");
    document["messages"] = json!(messages[..2]);
    let params = json!({ "document": document, "key": "again", "idempotencyKey": "one" });
    let first = stage.rpc.result("/rpc", "sessions.import", params.clone()).await?;
    ensure!(first["nMessages"] == 2 && first["session"]["key"] == "again", "{first}");
    let once = stage.rpc.result("/rpc", "sessions.import", params).await?;
    ensure!(once == first, "it was imported twice: {once}");
    document["messages"] = json!(messages[2..]);
    let mut rest = json!({ "document": document, "key": "again" });
    let unasked = stage.refused("sessions.import", rest.clone()).await?;
    ensure!(unasked["data"]["code"] == "CONFLICT", "it was added to what is there: {unasked}");
    rest["after"] = first["lastMessageId"].clone();
    let second = stage.call("sessions.import", rest.clone()).await?;
    ensure!(second["nMessages"] == 4 && second["session"]["n_messages"] == 6, "{second}");
    ensure!(stage.refused("sessions.import", rest).await?["data"]["code"] == "CONFLICT");

    let (copy, _) = stage.export("again", "json", 500).await?;
    let copy: Value = serde_json::from_str(&copy)?;
    let said = |document: &Value| -> Vec<Value> {
        let messages = document["messages"].as_array().unwrap();
        messages.iter().map(|one| json!([one["role"], one["parts"], one["created_at"]])).collect()
    };
    ensure!(said(&copy) == said(&json!({ "messages": messages })), "{copy}");
    ensure!(copy["messages"][3]["tool_calls"][0]["status"] == "completed", "{copy}");
    ensure!(copy["labels"].as_array().unwrap().iter().any(|l| l["label"] == "untrusted"));
    stage.said("again", "Which word?").await?;
    ensure!(shown(&stage.model)[0].contains("heron"), "{:?}", shown(&stage.model));
    ensure!(stage.talk.messages("main").await?.len() == 6, "the original changed");

    document["messages"] = json!([messages[4]]);
    let torn = json!({ "document": document, "key": "torn" });
    let torn = stage.refused("sessions.import", torn).await?;
    ensure!(torn["code"] == -32602, "a result without its call was taken: {torn}");
    document["messages"] = json!(messages[..2]);
    document["session"]["agent_id"] = json!("nobody");
    let foreign = json!({ "document": document, "key": "torn" });
    ensure!(stage.refused("sessions.import", foreign).await?["data"]["code"] == "NOT_FOUND");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_shown_moved_and_dropped() -> Result<()> {
    let stage = stage().await?;
    let held = stage.talk.say("main", "Hold forth").await?;
    stage.words.add_permits(1);
    stage.talk.shown("main", "one ").await?;
    let mut waiting = Vec::new();
    for text in ["a", "b", "c"] {
        waiting.push(stage.talk.say("main", text).await?);
        let id = waiting.last().unwrap().to_string();
        let is_it =
            |event: &nexus_protocol::frame::EventFrame| event.payload["request_id"] == id.as_str();
        stage.talk.until("nex.request.queued", is_it).await?;
    }
    let purposes = |queue: &Value| -> Vec<String> {
        let waiting = queue["waiting"].as_array().unwrap();
        waiting.iter().map(|one| one["purpose"].as_str().unwrap().to_owned()).collect()
    };
    let queue = stage.rpc.result("/rpc", "sessions.queue", json!({ "key": "main" })).await?;
    ensure!(queue["active"] == json!(held) && purposes(&queue) == ["a", "b", "c"], "{queue}");
    let first = json!({ "key": "main", "runId": waiting[2], "to": 0 });
    ensure!(purposes(&stage.call("sessions.queue.move", first).await?) == ["c", "a", "b"]);
    let last = json!({ "key": "main", "runId": waiting[2], "to": 9 });
    ensure!(purposes(&stage.call("sessions.queue.move", last).await?) == ["a", "b", "c"]);
    let second = json!({ "key": "main", "runId": waiting[2], "to": 1 });
    ensure!(purposes(&stage.call("sessions.queue.move", second).await?) == ["a", "c", "b"]);
    let elsewhere = json!({ "key": "main", "runId": held, "to": 0 });
    let elsewhere = stage.refused("sessions.queue.move", elsewhere).await?;
    ensure!(elsewhere["data"]["code"] == "NOT_FOUND", "{elsewhere}");
    stage.call("requests.cancel", json!({ "id": waiting[0] })).await?;
    stage.words.add_permits(ALL_WORDS);
    for id in [held, waiting[1], waiting[2]] {
        stage.talk.ended(id).await?;
    }
    let said = stage.talk.texts("main", Role::User).await?;
    ensure!(said == ["Hold forth", "c", "b"], "{said:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_has_ended_is_done_again_once_per_key() -> Result<()> {
    let stage = stage().await?;
    let held = stage.talk.say("main", "Hold forth").await?;
    stage.words.add_permits(1);
    stage.talk.shown("main", "one ").await?;
    let early = stage.refused("requests.replay", json!({ "id": held })).await?;
    ensure!(early["data"]["code"] == "CONFLICT", "{early}");
    stage.talk.abort("main", false).await?;

    let params = keyed(json!({ "id": held }))?;
    stage.words.add_permits(ALL_WORDS);
    let again = stage.rpc.result("/rpc", "requests.replay", params.clone()).await?;
    ensure!(again["replays"] == json!(held) && again["isDuplicate"] == false, "{again}");
    let repeated = stage.rpc.result("/rpc", "requests.replay", params.clone()).await?;
    ensure!(repeated["requestId"] == again["requestId"], "{repeated}");
    ensure!(repeated["isDuplicate"] == true, "{repeated}");
    let mut other = params;
    other["id"] = again["requestId"].clone();
    let misused = stage.rpc.error("/rpc", "requests.replay", other).await?;
    ensure!(misused["data"]["code"] == "INVALID_REQUEST", "{misused}");

    let id = nexus_domain::id::RequestId::parse(again["requestId"].as_str().unwrap()).unwrap();
    let done = stage.talk.ended(id).await?;
    ensure!(done.request.replays == Some(held), "{:?}", done.request);
    ensure!(done.request.stages.len() == 8, "it went another way: {:?}", done.request.stages);
    ensure!(stage.talk.texts("main", Role::Assistant).await?[1] == SPEECH);
    let old = stage.rpc.result("/rpc", "requests.get", json!({ "id": held })).await?;
    ensure!(old["replayedBy"] == json!([id]), "{old}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_sender_said_is_said_again_by_the_sender() -> Result<()> {
    let model = FakeModel::openai(|seen| Act::Say(format!("You said: {}", seen.asked()))).await?;
    let events = "events = [{ content = \"let me in\", event_id = \"knock\", peer_id = \"room\", \
                  peer_kind = \"group\" }]";
    let home = echo::home(&model, ECHO, events)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let (talk, rpc) = (Talk::with(&daemon).await?, Rpc::of(&daemon)?);
    talk.until("nex.request.completed", |_| true).await?;
    let denied = talk.requests().await?.remove(0);
    ensure!(format!("{:?}", denied.status) == "Denied", "{denied:?}");

    // The owner asks for it, and lends the stranger nothing.
    let params = keyed(json!({ "id": denied.id }))?;
    let again = rpc.result("/rpc", "requests.replay", params).await?;
    let id = nexus_domain::id::RequestId::parse(again["requestId"].as_str().unwrap()).unwrap();
    let ended = talk.ended(id).await?.request;
    ensure!(format!("{:?}", ended.status) == "Denied", "{ended:?}");
    ensure!(model.seen().is_empty() && echo::sent(&home)?.is_empty(), "a stranger was answered");

    // Once a person has said who it is, the answer goes where the question came from.
    let link = json!({
        "sender": { "channel": "echo", "senderId": "someone" }, "whom": "owner",
    });
    let linked = rpc.call("/rpc", "contacts.link", keyed(link)?).await?;
    ensure!(linked.get("error").is_none(), "{linked}");
    let params = keyed(json!({ "id": id }))?;
    let again = rpc.result("/rpc", "requests.replay", params).await?;
    let id = nexus_domain::id::RequestId::parse(again["requestId"].as_str().unwrap()).unwrap();
    let ended = talk.ended(id).await?.request;
    ensure!(format!("{:?}", ended.status) == "Completed", "{ended:?}");
    talk.until("adapter.out.sent", |_| true).await?;
    let sent = echo::sent(&home)?;
    ensure!(sent.len() == 1 && sent[0].to_string().contains("\"knock\""), "{sent:?}");
    Ok(())
}
