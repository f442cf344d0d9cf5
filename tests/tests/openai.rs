//! Clients of the OpenAI API against a real daemon, through the adapter: above all the official
//! ones for Python and Node, unmodified.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use nexus_client::{call, idempotency_key};
use nexus_domain::access::KeyBudget;
use nexus_domain::budget::{BudgetPeriod, Limits};
use nexus_domain::request::RequestStatus;
use nexus_protocol::key;
use nexus_protocol::request::CancelParams;
use nexus_protocol::scope::Scope;
use nexus_tests::process::run_example;
use nexus_tests::{Act, DaemonProcess, FakeModel, Seen, Talk, TestHome};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const ADAPTER: &str = env!("CARGO_BIN_EXE_adapter-openai-scenario");

/// What the scripts check, in this order.
const CHECKS: &str = "models whole streamed tools tools_streamed picture form errors broken \
                      session concurrent left embeddings";

/// Pause between two looks at something that another process changes.
const LOOK: Duration = Duration::from_millis(20);
/// Most looks before a scenario gives up. It bounds a hang; nothing is asserted about it.
const LOOKS_MAX: u32 = 1_500;
/// Most permits a held answer may need.
const WORDS_MAX: usize = 100;

/// What the scripts under `tests/clients/openai` expect to be told.
fn answer(seen: &Seen) -> Act {
    let body = &seen.body;
    let asked = seen.asked();
    let said = body["messages"].to_string();
    let held =
        |text: &str, n_words| Act::SayHeld(text.to_owned(), Arc::new(Semaphore::new(n_words)));
    if seen.brings_results() {
        return Act::Say(format!("The tool said: {}", seen.last_text()));
    }
    match asked.as_str() {
        "hello" => Act::Say("Hello from the model.".to_owned()),
        "slowly" => held("word by word by word", WORDS_MAX),
        "hold" | "break" => held("begun and never ended", 1),
        "form" if body["response_format"]["type"] == "json_schema" => {
            Act::Say(json!({ "city": "Oslo", "degrees": 4 }).to_string())
        }
        "refuse" => Act::Refuse(401, None),
        "recall" if said.contains("My name is Bob.") => Act::Say("I remember Bob.".to_owned()),
        "recall" => Act::Say("I remember nothing.".to_owned()),
        _ if asked.starts_with("echo ") => Act::Say(asked),
        _ if asked.contains("weather") => {
            Act::Call(vec![("get_weather".to_owned(), json!({ "city": "Oslo" }))])
        }
        _ if asked.contains("picture") => {
            Act::Say(format!("I see {} picture.", said.matches("data:image/png;base64,").count()))
        }
        _ => Act::Say("So be it.".to_owned()),
    }
}

/// A daemon with the adapter, and keys for its callers.
struct Stage {
    home: TestHome,
    daemon: DaemonProcess,
    talk: Talk,
    url: String,
}

impl Stage {
    async fn set(model: &FakeModel) -> Result<Self> {
        let config = format!(
            "[agents.main]\nmodels = [\"fake/one\"]\n\n[agents.other]\nmodels = [\"fake/one\"]\n\n\
             {}output_tokens_max = 600\n\n[models]\nembeddings = \"fake/small\"\n\n\
             [adapters.openai]\ncommand = [{ADAPTER:?}]\naccount = \"main\"\n\n\
             [adapters.openai.settings]\nlisten = \"127.0.0.1:0\"\n",
            model.provider("fake", 60_000),
        );
        let home = TestHome::with_config(&config)?;
        let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
        let talk = Talk::with(&daemon).await?;
        let port = || {
            let log = home.path().join("state/logs/adapters/openai.log");
            let said = std::fs::read_to_string(log).unwrap_or_default();
            let (_, rest) = said.split_once("listening on http://127.0.0.1:")?;
            rest.split_once("/v1").and_then(|(port, _)| port.parse::<u16>().ok())
        };
        daemon.wait_until("listening", || port().is_some()).await?;
        let url = format!("http://127.0.0.1:{}/v1", port().context("no port")?);
        Ok(Self { home, daemon, talk, url })
    }

    async fn key(&self, agent: Option<&str>, tokens: Option<u64>) -> Result<String> {
        let agents = agent.map(|agent| Ok::<_, anyhow::Error>(vec![agent.to_owned().try_into()?]));
        let budget = tokens.map(|tokens| KeyBudget {
            period: BudgetPeriod::Total,
            limits: Limits { tokens: Some(tokens), ..Limits::default() },
        });
        let params = key::CreateParams {
            label: "client".to_owned(),
            scopes: vec![Scope::SessionWrite],
            agents: agents.transpose()?,
            budget,
            lifetime_ms: None,
            idempotency_key: idempotency_key()?,
        };
        Ok(self.talk.client().request::<call::KeysCreate>(params).await?.value)
    }

    async fn ask(&self, key: &str, session: Option<&str>, body: &Value) -> Result<(u16, Value)> {
        let call = reqwest::Client::new().post(format!("{}/chat/completions", self.url));
        let call = match session {
            Some(session) => call.header("x-nexus-session", session),
            None => call,
        };
        let response = call.bearer_auth(key).json(body).send().await?;
        Ok((response.status().as_u16(), response.json().await?))
    }

    /// Runs a script of the official client; says what was as it should be.
    async fn run(&self, interpreter: PathBuf, script: &str) -> Result<Vec<String>> {
        ensure!(
            clients().join("ready").is_file(),
            "the official clients are not installed in {}; run `cargo xtask test --step build`",
            clients().display()
        );
        let told = self.home.path().join("told");
        let variables = [
            ("OPENAI_BASE_URL", self.url.clone()),
            ("OPENAI_API_KEY", self.key(None, None).await?),
            ("POOR_KEY", self.key(None, Some(20)).await?),
            ("NODE_PATH", clients().join("node/node_modules").display().to_string()),
            ("TOLD", told.display().to_string()),
        ];
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/openai").join(script);
        let running = tokio::task::spawn_blocking(move || {
            let variables: Vec<_> = variables.iter().map(|(n, value)| (*n, &**value)).collect();
            run_example(&interpreter.display().to_string(), &script, &variables)
        });
        let stopped = async {
            // The script makes the file when its stream has begun.
            while !told.exists() {
                tokio::time::sleep(LOOK).await;
            }
            let requests = self.talk.requests().await?;
            let broken = requests.iter().find(|request| request.purpose == "break");
            let id = broken.context("no such request")?.id;
            let params = CancelParams { id, idempotency_key: idempotency_key()? };
            self.talk.client().request::<call::RequestsCancel>(params).await?;
            std::future::pending::<Result<()>>().await
        };
        let (is_good, said) = tokio::select! {
            ended = running => ended??,
            stopped = stopped => return Err(stopped.err().context("it went on")?),
        };
        ensure!(is_good, "{said}\n{}", self.daemon.said());
        let good = said.lines().filter_map(|line| line.strip_prefix("good "));
        Ok(good.map(str::to_owned).collect())
    }

    /// Waits until every run that would never have ended was cancelled.
    async fn nothing_is_held(&self) -> Result<()> {
        for _ in 0..LOOKS_MAX {
            let requests = self.talk.requests().await?;
            let mut held = requests.iter().filter(|request| request.purpose == "hold");
            if held.all(|request| request.status == RequestStatus::Cancelled) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        anyhow::bail!("runs go on although their callers left")
    }
}

/// Where `cargo xtask test` installs them.
fn clients() -> PathBuf {
    let target = Path::new(NEXUSD).ancestors().nth(2).unwrap_or(Path::new("."));
    target.join("clients/openai")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_for_python_works() -> Result<()> {
    let model = FakeModel::openai(answer).await?;
    let stage = Stage::set(&model).await?;
    let good = stage.run(clients().join("python/bin/python"), "script.py").await?;
    ensure!(good.join(" ") == CHECKS, "{good:?}");
    stage.nothing_is_held().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_for_node_works() -> Result<()> {
    let model = FakeModel::openai(answer).await?;
    let stage = Stage::set(&model).await?;
    let good = stage.run("node".into(), "script.cjs").await?;
    ensure!(good.join(" ") == CHECKS, "{good:?}");
    stage.nothing_is_held().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_speaks_to_its_agents_only() -> Result<()> {
    let model = FakeModel::openai(answer).await?;
    let stage = Stage::set(&model).await?;
    let key = stage.key(Some("other"), None).await?;
    let asking = |model: &str| json!({ "model": model, "messages": [{ "role": "user", "content": "hello" }] });
    let (status, body) = stage.ask(&key, None, &asking("nexus/other")).await?;
    ensure!(status == 200 && body["model"] == "nexus/other", "{body}");
    for name in ["nexus/main", "nobody"] {
        let (status, body) = stage.ask(&key, None, &asking(name)).await?;
        ensure!(status == 404 && body["error"]["code"] == "model_not_found", "{body}");
    }
    let call = reqwest::Client::new().get(format!("{}/models", stage.url)).bearer_auth(&key);
    let listed: Value = call.send().await?.json().await?;
    ensure!(listed["data"].as_array().is_some_and(|list| list.len() == 1), "{listed}");
    // What was said stands in the record as the key's, and the key in no file of the home.
    let requests = stage.talk.requests().await?;
    let said = requests.iter().find(|request| request.purpose == "hello").context("no request")?;
    let principal = said.principal.as_ref().map(ToString::to_string).unwrap_or_default();
    ensure!(principal.starts_with("api_key:"), "{principal}");
    let spool = stage.home.path().join("state/adapters/openai/spool");
    ensure!(spool.read_dir()?.next().is_none(), "something was left behind");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn results_of_tools_go_on_in_a_session() -> Result<()> {
    let model = FakeModel::openai(answer).await?;
    let stage = Stage::set(&model).await?;
    let key = stage.key(None, None).await?;
    let tools = json!([{ "type": "function", "function": { "name": "get_weather" } }]);
    let asking = |messages: Value| json!({ "model": "main", "messages": messages, "tools": tools });
    let first = asking(json!([{ "role": "user", "content": "What is the weather?" }]));
    let (status, body) = stage.ask(&key, Some("trip"), &first).await?;
    let call = &body["choices"][0]["message"]["tool_calls"][0];
    ensure!(status == 200 && call["function"]["name"] == "get_weather", "{body}");
    let result = json!({ "role": "tool", "tool_call_id": call["id"], "content": "4 degrees" });
    let (status, body) = stage.ask(&key, Some("trip"), &asking(json!([result]))).await?;
    ensure!(status == 200, "{body}");
    let said = &body["choices"][0]["message"]["content"];
    ensure!(said == "The tool said: 4 degrees", "{body}");
    Ok(())
}
