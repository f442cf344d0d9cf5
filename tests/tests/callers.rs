//! Programs that come in through an adapter with a key of their own: what one run comes to for
//! them, while it is written and in the end, and what they are refused.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use nexus_client::{call, idempotency_key};
use nexus_domain::id::AgentId;
use nexus_protocol::key;
use nexus_protocol::scope::Scope;
use nexus_tests::{Act, DaemonProcess, FakeModel, Talk, TestHome};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const DESK: &str = env!("CARGO_BIN_EXE_caller-adapter");

fn home(model: &FakeModel) -> Result<TestHome> {
    let home = TestHome::with_model(model)?;
    let config =
        format!("{}\n[adapters.desk]\ncommand = [{DESK:?}]\naccount = \"main\"\n", model.config(),);
    std::fs::write(home.path().join("nexus.toml"), config)?;
    Ok(home)
}

async fn make_key(talk: &Talk, agents: &[&str]) -> Result<key::CreateResult> {
    let agents: Result<Vec<_>, _> = agents.iter().map(|id| AgentId::parse(id)).collect();
    let params = key::CreateParams {
        label: "desk".to_owned(),
        scopes: vec![Scope::SessionWrite],
        agents: Some(agents?).filter(|agents| !agents.is_empty()),
        budget: None,
        lifetime_ms: None,
        idempotency_key: idempotency_key()?,
    };
    Ok(talk.client().request::<call::KeysCreate>(params).await?)
}

struct Caller {
    name: String,
    key: String,
    lines: Lines<BufReader<OwnedReadHalf>>,
    output: OwnedWriteHalf,
}

impl Caller {
    async fn come_in(
        daemon: &DaemonProcess,
        home: &TestHome,
        name: &str,
        key: &str,
    ) -> Result<Self> {
        let file = home.path().join("state/adapters/desk/address");
        let address = || std::fs::read_to_string(&file).unwrap_or_default();
        daemon.wait_until("listening", || !address().is_empty()).await?;
        let (input, output) = TcpStream::connect(address()).await?.into_split();
        let lines = BufReader::new(input).lines();
        Ok(Self { name: name.to_owned(), key: key.to_owned(), lines, output })
    }

    async fn say(&mut self, method: &str, params: Value) -> Result<()> {
        let line = format!("{}\n", json!({ "method": method, "params": params }));
        Ok(self.output.write_all(line.as_bytes()).await?)
    }

    /// Submits one run under an event id that begins with the caller's name.
    async fn submit(&mut self, id: &str, content: &str, more: Value) -> Result<()> {
        let event_id = format!("{}/{id}", self.name);
        let mut params = json!({
            "caller": { "credential": self.key, "remote": "192.0.2.7" },
            "event": {
                "event_id": event_id, "timestamp": 1, "content": content, "channel": "desk",
                "account_id": "main", "sender_id": self.name, "peer_id": self.name,
            },
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            params[name] = value.clone();
        }
        self.say("submit", params).await
    }

    /// The next line of a kind; what comes before it is given as well.
    async fn until(&mut self, kind: &str) -> Result<(Value, Vec<Value>)> {
        let mut before = Vec::new();
        loop {
            let next = tokio::time::timeout(Duration::from_secs(60), self.lines.next_line());
            let Some(line) =
                next.await.with_context(|| format!("no `{kind}` after {before:?}"))??
            else {
                bail!("the adapter hung up after {before:?}");
            };
            let line: Value = serde_json::from_str(&line)?;
            match line.get(kind) {
                Some(value) => return Ok((value.clone(), before)),
                None => before.push(line),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_stands_alone_is_shown_while_written_and_sent_whole() -> Result<()> {
    let model = FakeModel::openai(|seen| Act::Say(format!("heard: {}", seen.asked()))).await?;
    let home = home(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let key = make_key(&talk, &[]).await?;
    let mut caller = Caller::come_in(&daemon, &home, "ann", &key.value).await?;
    let brief = json!({
        "instructions": "Answer in verse.",
        "said": [
            { "role": "user", "parts": [{ "kind": "text", "value": "My name is Ann." }] },
            { "role": "assistant", "parts": [{ "kind": "text", "value": "Hello, Ann." }] },
        ],
        "sampling": { "temperature": 0.25, "output_tokens_max": 77, "stops": ["END"] },
    });
    caller.submit("1", "What is my name?", json!({ "brief": brief, "is_streamed": true })).await?;
    let (sent, before) = caller.until("send").await?;
    ensure!(sent["text"] == "heard: What is my name?", "{sent}");
    ensure!(sent["outcome"]["stop_reason"] == "end_turn", "{sent}");
    ensure!(sent["outcome"]["event_id"] == "ann/1", "{sent}");
    ensure!(sent["outcome"]["usage"]["output_tokens"].as_u64() > Some(0), "{sent}");
    let start = before.iter().find_map(|line| line.get("start")).context("no start")?;
    ensure!(start["stream_id"] == sent["stream_id"] && start["event_id"] == "ann/1", "{start}");
    let deltas = before.iter().filter_map(|line| line["delta"]["text"].as_str());
    ensure!(deltas.collect::<String>() == "heard: What is my name?", "{before:?}");

    let seen = model.seen();
    let body = &seen.last().context("the model was not asked")?.body;
    let said = body["messages"].to_string();
    ensure!(said.contains("My name is Ann.") && said.contains("Answer in verse."), "{said}");
    ensure!(body["temperature"] == 0.25 && body["stop"] == json!(["END"]), "{body}");
    let tokens = body["max_tokens"].as_u64().or(body["max_completion_tokens"].as_u64());
    ensure!(tokens == Some(77), "{body}");

    // The same event again runs nothing; another one does not know of the first.
    caller.submit("1", "What is my name?", json!({})).await?;
    let (again, _) = caller.until("result").await?;
    ensure!(again["is_duplicate"] == true, "{again}");
    caller.submit("2", "And now?", json!({})).await?;
    let (sent, before) = caller.until("send").await?;
    ensure!(sent["text"] == "heard: And now?", "{sent}");
    ensure!(before.iter().all(|line| line.get("delta").is_none()), "nobody wanted to see it grow");
    let seen = model.seen();
    let said = seen.last().context("the model was not asked")?.body["messages"].to_string();
    ensure!(!said.contains("Ann"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_of_the_caller_are_handed_out_and_their_results_taken_in() -> Result<()> {
    let model = FakeModel::openai(|seen| match seen.body["messages"].to_string() {
        said if said.contains("22 degrees") => Act::Say("It is 22 degrees.".to_owned()),
        _ => Act::Call(vec![("weather".to_owned(), json!({ "city": "Ulm" }))]),
    })
    .await?;
    let home = home(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let key = make_key(&talk, &[]).await?;
    let mut caller = Caller::come_in(&daemon, &home, "ann", &key.value).await?;
    let tools = json!([{
        "name": "weather", "description": "Tells the weather.",
        "schema": { "type": "object", "properties": { "city": { "type": "string" } } },
    }]);
    let first = json!({ "brief": { "tools": tools, "tool_choice": "required" } });
    caller.submit("1", "How warm is it in Ulm?", first).await?;
    let (sent, _) = caller.until("send").await?;
    ensure!(sent["outcome"]["stop_reason"] == "client_tools", "{sent}");
    let call = sent["outcome"]["tool_calls"][0].clone();
    ensure!(call["name"] == "weather" && call["arguments"]["city"] == "Ulm", "{sent}");
    ensure!(model.seen()[0].body["tool_choice"] == "required", "{:?}", model.seen()[0].body);

    // A caller that keeps the conversation hands all of it in.
    let brief = json!({
        "tools": tools,
        "said": [
            { "role": "user", "parts": [{ "kind": "text", "value": "How warm is it in Ulm?" }] },
            { "role": "assistant", "parts": [{ "kind": "tool_call", "value": call }] },
        ],
        "parts": [{ "kind": "tool_result", "value":
            { "call_id": call["id"], "content": "22 degrees", "is_error": false } }],
    });
    caller.submit("2", "22 degrees", json!({ "brief": brief })).await?;
    let (sent, _) = caller.until("send").await?;
    ensure!(sent["text"] == "It is 22 degrees.", "{sent}");

    // In a session only what is new is handed in.
    let named = |mut more: Value| {
        more["session_key"] = json!("warm");
        more
    };
    caller.submit("3", "And now?", named(json!({ "brief": { "tools": tools } }))).await?;
    let (sent, _) = caller.until("send").await?;
    let id = sent["outcome"]["tool_calls"][0]["id"].clone();
    let result = json!({ "call_id": id, "content": "22 degrees", "is_error": false });
    let parts = json!({ "parts": [{ "kind": "tool_result", "value": result }], "tools": tools });
    caller.submit("4", "22 degrees", named(json!({ "brief": parts }))).await?;
    let (sent, _) = caller.until("send").await?;
    ensure!(sent["text"] == "It is 22 degrees.", "{sent}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_come_through_the_spool_and_texts_become_vectors() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("A dot.".to_owned())).await?;
    let home = home(&model)?;
    let file = home.path().join("nexus.toml");
    let config = std::fs::read_to_string(&file)?;
    std::fs::write(&file, format!("{config}\n[models]\nembeddings = \"fake/small\"\n"))?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let key = make_key(&talk, &[]).await?;
    let mut caller = Caller::come_in(&daemon, &home, "ann", &key.value).await?;
    let spool = home.path().join("state/adapters/desk/spool");
    std::fs::create_dir_all(&spool)?;
    std::fs::write(spool.join("dot.png"), b"dot")?;
    let parts = json!([
        { "kind": "image", "value": { "content_type": "image/png", "blob": "dot.png" } },
        { "kind": "text", "value": "What is this?" },
    ]);
    let brief = json!({ "parts": parts }).to_string();
    std::fs::write(spool.join("brief.json"), brief)?;
    caller.submit("1", "(a picture)", json!({ "brief_file": "brief.json" })).await?;
    caller.until("result").await?;
    // Whoever answers has read it.
    std::fs::remove_dir_all(&spool)?;
    let (sent, _) = caller.until("send").await?;
    ensure!(sent["text"] == "A dot.", "{sent}");
    let body = model.seen().last().context("the model was not asked")?.body.clone();
    let said = body["messages"].as_array().and_then(|all| all.last()).cloned();
    let said = said.context("nothing was said")?["content"].clone();
    ensure!(said[0]["image_url"]["url"] == "data:image/png;base64,ZG90", "{said}");
    ensure!(
        said[1]["text"] == "What is this?" && said.as_array().map(Vec::len) == Some(2),
        "{said}"
    );

    let embed = |model: &str| {
        let caller = json!({ "credential": key.value });
        json!({ "caller": caller, "model": model, "input": ["four", "a"], "dimensions": 2 })
    };
    caller.say("embed", embed("small")).await?;
    let (made, _) = caller.until("result").await?;
    ensure!(made["vectors"] == json!([[4.0, 1.0], [1.0, 1.0]]), "{made}");
    ensure!(made["input_tokens"] == 4 && made["model"] == "fake/small", "{made}");
    caller.say("embed", embed("large")).await?;
    let (refusal, _) = caller.until("refusal").await?;
    ensure!(refusal["kind"] == "not_found", "{refusal}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_may_not_is_refused_with_its_kind() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Stall).await?;
    let home = home(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let key = make_key(&talk, &["main"]).await?;
    let mut caller = Caller::come_in(&daemon, &home, "ann", &key.value).await?;
    caller.say("caller", json!({ "credential": key.value })).await?;
    let (facts, _) = caller.until("result").await?;
    ensure!(facts["principal"] == format!("api_key:{}", key.key.id), "{facts}");
    ensure!(facts["agents"][0]["id"] == "main", "{facts}");

    let refused = [
        (json!({ "caller": { "credential": "nxk_wrong" } }), "unauthorized"),
        (json!({ "agent_id": "nobody" }), "not_found"),
        (json!({ "brief": { "sampling": { "temperature": 9 } } }), "invalid"),
        (json!({ "brief_file": "../control.token" }), "invalid"),
        (
            json!({ "brief": { "parts": [{ "kind": "image", "value":
            { "content_type": "image/png", "blob": "nothing.png" } }] } }),
            "invalid",
        ),
    ];
    for (more, kind) in refused {
        caller.submit("x", "Hello", more).await?;
        let (refusal, _) = caller.until("refusal").await?;
        ensure!(refusal["kind"] == kind, "{refusal}");
        ensure!(!refusal.to_string().contains("nxk_"), "{refusal}");
    }
    ensure!(model.seen().is_empty(), "the model was asked");

    // A caller that leaves stops its run, and is told.
    caller.submit("1", "Think long", json!({})).await?;
    caller.until("result").await?;
    daemon.wait_until("the model asked", || !model.seen().is_empty()).await?;
    caller.say("cancel", json!({ "event_id": "ann/1" })).await?;
    let (error, before) = caller.until("error").await?;
    ensure!(error["event_id"] == "ann/1" && error["error"]["kind"] == "cancelled", "{error}");
    ensure!(before.iter().all(|line| line.get("send").is_none()), "{before:?}");

    // One key cannot be used when it was taken back.
    let params =
        key::RevokeParams { id: key.key.id.to_string(), idempotency_key: idempotency_key()? };
    talk.client().request::<call::KeysRevoke>(params).await?;
    caller.submit("2", "Hello", json!({})).await?;
    let (refusal, _) = caller.until("refusal").await?;
    ensure!(refusal["kind"] == "unauthorized", "{refusal}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_speaks_for_hooks_of_its_own_table_and_only_if_it_says_so() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("Heard.".to_owned())).await?;
    for takes_hooks in [false, true] {
        let home = home(&model)?;
        let file = home.path().join("nexus.toml");
        let config = format!(
            "{}[adapters.desk.settings]\ntakes_hooks = {takes_hooks}\n\n\
             [adapters.desk.hooks.own]\nagents = [\"main\"]\n\n\
             [adapters.elsewhere]\ncommand = [\"/nowhere\"]\n\n\
             [adapters.elsewhere.hooks.theirs]\nagents = [\"main\"]\n",
            std::fs::read_to_string(&file)?
        );
        std::fs::write(&file, config)?;
        let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
        let talk = Talk::with(&daemon).await?;
        let mut caller = Caller::come_in(&daemon, &home, "ann", "").await?;
        let delivery = |hook: &str, channel: &str, more: Value| {
            let mut params = json!({ "hook": hook, "event": {
                "event_id": format!("ann/{hook}"), "timestamp": 0, "content": "Hello",
                "channel": channel, "account_id": "main", "sender_id": "x", "peer_id": "ann" } });
            let fields = params.as_object_mut();
            if let (Some(fields), Value::Object(more)) = (fields, more) {
                fields.extend(more);
            }
            params
        };
        let wrong = [
            ("theirs", "desk", json!({}), "not_found"),
            ("nobody", "desk", json!({}), "not_found"),
            ("own", "webhook", json!({}), "invalid"),
            ("own", "desk", json!({ "agent_id": "nobody" }), "denied"),
        ];
        for (hook, channel, more, kind) in wrong {
            caller.say("hook", delivery(hook, channel, more)).await?;
            let (refusal, _) = caller.until("refusal").await?;
            let is_refused =
                refusal["kind"] == kind || (!takes_hooks && refusal["kind"] == "denied");
            ensure!(is_refused, "{hook} {channel}: {refusal}");
        }
        ensure!(talk.requests().await?.is_empty(), "something was taken");
        caller.say("hook", delivery("own", "desk", json!({ "is_awaited": true }))).await?;
        if takes_hooks {
            let (sent, _) = caller.until("send").await?;
            ensure!(sent["text"] == "Heard.", "{sent}");
            let requests = talk.requests().await?;
            let principal = requests[0].principal.as_ref().map(ToString::to_string);
            ensure!(principal.as_deref() == Some("hook:own"), "{principal:?}");
        } else {
            let (refusal, _) = caller.until("refusal").await?;
            let why = refusal["message"].as_str().unwrap_or_default();
            ensure!(why.contains("does not say that it takes in hooks"), "{refusal}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_reply_is_an_empty_answer_and_wishes_reach_the_model() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say(String::new())).await?;
    let home = home(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let key = make_key(&talk, &[]).await?;
    let mut caller = Caller::come_in(&daemon, &home, "ann", &key.value).await?;
    let tool = |name: &str, is_strict: bool| json!({ "name": name, "schema": { "type": "object" }, "is_strict": is_strict });
    let brief = json!({
        "tools": [tool("exact", true), tool("loose", false)],
        "sampling": { "effort": "low", "is_parallel": false },
    });
    for is_streamed in [true, false] {
        let more = json!({ "brief": brief, "is_streamed": is_streamed });
        caller.submit(&format!("{is_streamed}"), "Say nothing.", more).await?;
        let (sent, _) = caller.until("send").await?;
        ensure!(sent["text"] == "" && sent["outcome"]["stop_reason"] == "end_turn", "{sent}");
    }
    let seen = model.seen();
    let body = &seen.last().context("the model was not asked")?.body;
    ensure!(body["reasoning_effort"] == "low" && body["parallel_tool_calls"] == false, "{body}");
    let strict = |name: &str| {
        let tools = body["tools"].as_array().cloned().unwrap_or_default();
        let tool = tools.into_iter().find(|tool| tool["function"]["name"] == name);
        tool.map(|tool| tool["function"]["strict"].clone())
    };
    ensure!(strict("exact") == Some(json!(true)) && strict("loose") == Some(Value::Null), "{body}");

    // The title of a message that is nothing but parts is not for the model.
    let parts = json!([{ "kind": "text", "value": "What it says." }]);
    let whole = json!({ "brief": { "parts": parts, "is_whole": true } });
    caller.submit("whole", "(a title)", whole).await?;
    caller.until("send").await?;
    let seen = model.seen();
    let said = seen.last().context("the model was not asked")?.body["messages"].to_string();
    ensure!(said.contains("What it says.") && !said.contains("(a title)"), "{said}");
    Ok(())
}
