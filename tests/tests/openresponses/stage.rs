//! A daemon with the adapter, and what its clients get to see, held against the schema.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use nexus_client::{call, idempotency_key};
use nexus_domain::request::RequestStatus;
use nexus_protocol::key;
use nexus_protocol::scope::Scope;
use nexus_tests::process::run_example;
use nexus_tests::{DaemonProcess, FakeModel, Talk, TestHome};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub(crate) const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const ADAPTER: &str = env!("CARGO_BIN_EXE_adapter-openresponses-scenario");

/// Pause between two looks at something that another process changes.
const LOOK: Duration = Duration::from_millis(20);

/// Most looks before a scenario gives up. It bounds a hang; nothing is asserted about it.
const LOOKS_MAX: u32 = 1_500;

/// A daemon with the adapter, and a key.
pub(crate) struct Stage {
    pub(crate) home: TestHome,
    pub(crate) daemon: DaemonProcess,
    pub(crate) talk: Talk,
    pub(crate) url: String,
    pub(crate) key: String,
}

/// Holds a value against one definition of the schema.
pub(crate) fn fits(name: &str, value: &Value) -> Result<()> {
    let mut schema: Value = serde_json::from_str(include_str!("schema.json"))?;
    schema["$ref"] = json!(format!("#/$defs/{name}"));
    let validator = jsonschema::validator_for(&schema)?;
    let wrong: Vec<_> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    ensure!(wrong.is_empty(), "no {name}: {wrong:?}\n{value:#}");
    Ok(())
}

/// Holds a series of events against the schema and the rules of their order; the response at its end.
pub(crate) fn told(events: &[Value]) -> Result<Value> {
    for (n, event) in events.iter().enumerate() {
        fits("event", event)?;
        ensure!(event["sequence_number"] == n, "{event}");
    }
    let ends = ["response.completed", "response.incomplete", "response.failed"];
    let last = events.last().context("no events")?;
    ensure!(events[0]["type"] == "response.created", "{}", events[0]);
    ensure!(ends.iter().any(|end| last["type"] == *end), "{last}");
    let names: Vec<_> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    let count = |name: &str| names.iter().filter(|one| **one == name).count();
    let output = last["response"]["output"].as_array().context("no output")?;
    ensure!(count("response.output_item.added") == output.len(), "{names:?}");
    ensure!(count("response.output_item.done") == output.len(), "{names:?}");
    Ok(last["response"].clone())
}

/// The texts of a response's messages.
pub(crate) fn text(response: &Value) -> String {
    let items = response["output"].as_array().into_iter().flatten();
    let texts = items.filter_map(|item| item["content"][0]["text"].as_str());
    texts.collect::<Vec<_>>().join("|")
}

impl Stage {
    pub(crate) async fn set(model: &FakeModel) -> Result<Self> {
        let config = format!(
            "[agents.main]\nmodels = [\"fake/one\"]\n\n{}output_tokens_max = 600\n\n\
             [adapters.openresponses]\ncommand = [{ADAPTER:?}]\naccount = \"main\"\n\n\
             [adapters.openresponses.settings]\nlisten = \"127.0.0.1:0\"\n",
            model.provider("fake", 60_000),
        );
        let home = TestHome::with_config(&config)?;
        let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
        Self::on(home, daemon).await
    }

    /// With a daemon that runs already.
    pub(crate) async fn on(home: TestHome, daemon: DaemonProcess) -> Result<Self> {
        let talk = Talk::with(&daemon).await?;
        let port = || port(home.path());
        daemon.wait_until("listening", || port().is_some()).await?;
        let url = format!("http://127.0.0.1:{}/v1", port().context("no port")?);
        let key = make_key(&talk).await?;
        Ok(Self { home, daemon, talk, url, key })
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        Client::new().request(method, format!("{}{path}", self.url)).bearer_auth(&self.key)
    }

    /// A call whose answer must have that status.
    pub(crate) async fn ask(
        &self,
        status: u16,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value> {
        let call = self.call(method, path);
        let call = if body.is_null() { call } else { call.json(body) };
        let response = call.send().await?;
        let got = response.status().as_u16();
        let body: Value = response.json().await?;
        ensure!(got == status, "{path}: {got}: {body}");
        if got >= 400 {
            fits("error", &body)?;
        }
        Ok(body)
    }

    /// A response, whole.
    pub(crate) async fn create(&self, more: &Value) -> Result<Value> {
        let response = self.ask(200, Method::POST, "/responses", &asking(more)).await?;
        fits("response", &response)?;
        Ok(response)
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.ask(200, Method::GET, path, &Value::Null).await
    }

    /// The events of a stream, and whether it had its end.
    pub(crate) async fn events(&self, call: RequestBuilder) -> Result<Vec<Value>> {
        let response = call.send().await?;
        ensure!(response.status() == 200, "{}", response.text().await?);
        ensure!(response.headers()["content-type"] == "text/event-stream; charset=utf-8");
        let text = response.text().await?;
        ensure!(text.ends_with("data: [DONE]\n\n"), "{text}");
        let mut events = Vec::new();
        for block in text.split("\n\n").filter(|block| block.starts_with("event: ")) {
            let (name, data) = block.split_once('\n').context("an event without data")?;
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").context("data")?)?;
            ensure!(name == format!("event: {}", data["type"].as_str().unwrap_or_default()));
            events.push(data);
        }
        Ok(events)
    }

    pub(crate) async fn stream(&self, more: &Value) -> Result<Vec<Value>> {
        let mut body = asking(more);
        body["stream"] = json!(true);
        self.events(self.call(Method::POST, "/responses").json(&body)).await
    }

    /// Begins a response in the background whose events are kept, and leaves; its id.
    pub(crate) async fn begin_streamed(&self, input: &str) -> Result<String> {
        let body = asking(&json!({ "input": input, "background": true, "stream": true }));
        let mut response = self.call(Method::POST, "/responses").json(&body).send().await?;
        let head = response.chunk().await?.context("nothing came")?;
        let head = String::from_utf8(head.to_vec())?;
        let (_, rest) = head.split_once("\"id\":\"").context("no id")?;
        Ok(rest.split_once('"').context("no id")?.0.to_owned())
    }

    /// Waits until a response has that status.
    pub(crate) async fn until(&self, id: &str, status: &str) -> Result<Value> {
        for _ in 0..LOOKS_MAX {
            let response = self.get(&format!("/responses/{id}")).await?;
            if response["status"] == status {
                return Ok(response);
            }
            ensure!(response["completed_at"].is_null(), "{response}");
            tokio::time::sleep(LOOK).await;
        }
        bail!("{id} is never {status}")
    }

    /// Runs a script of the official client; says what was as it should be.
    pub(crate) async fn run(&self, interpreter: PathBuf, script: &str) -> Result<Vec<String>> {
        ensure!(
            clients().join("ready").is_file(),
            "the official clients are not installed in {}; run `cargo xtask test --step build`",
            clients().display()
        );
        let variables = [
            ("OPENAI_BASE_URL", self.url.clone()),
            ("OPENAI_API_KEY", self.key.clone()),
            ("NODE_PATH", clients().join("node/node_modules").display().to_string()),
        ];
        let script =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/openresponses").join(script);
        let running = tokio::task::spawn_blocking(move || {
            let variables: Vec<_> = variables.iter().map(|(n, value)| (*n, &**value)).collect();
            run_example(&interpreter.display().to_string(), &script, &variables)
        });
        let (is_good, said) = running.await??;
        ensure!(is_good, "{said}\n{}", self.daemon.said());
        let good = said.lines().filter_map(|line| line.strip_prefix("good "));
        Ok(good.map(str::to_owned).collect())
    }

    /// Waits until every run that would never have ended was cancelled.
    pub(crate) async fn nothing_is_held(&self) -> Result<()> {
        for _ in 0..LOOKS_MAX {
            let requests = self.talk.requests().await?;
            let mut held = requests.iter().filter(|request| request.purpose == "hold");
            if held.all(|request| request.status == RequestStatus::Cancelled) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("runs go on although their callers left")
    }

    pub(crate) async fn socket(&self) -> Result<Socket> {
        let url = format!("{}/responses", self.url.replace("http:", "ws:"));
        let mut request = url.into_client_request()?;
        let value = format!("Bearer {}", self.key).parse()?;
        request.headers_mut().insert("authorization", value);
        Ok(Socket(tokio_tungstenite::connect_async(request).await?.0))
    }
}

pub(crate) fn asking(more: &Value) -> Value {
    let mut body = json!({ "model": "nexus/main", "input": "hello" });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

/// A connection that makes one response after the other.
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub(crate) async fn say(&mut self, body: &Value) -> Result<()> {
        Ok(self.0.send(Message::text(body.to_string())).await?)
    }

    /// Everything up to the end of a response, or an error alone.
    pub(crate) async fn hear(&mut self) -> Result<Vec<Value>> {
        let mut events = Vec::new();
        loop {
            let message = self.0.next().await.context("it was closed")??;
            let Message::Text(text) = message else { continue };
            let event: Value = serde_json::from_str(&text)?;
            let name = event["type"].as_str().unwrap_or_default().to_owned();
            events.push(event);
            let ends = ["error", "response.completed", "response.incomplete", "response.failed"];
            if ends.contains(&name.as_str()) {
                return Ok(events);
            }
        }
    }

    /// A response.
    pub(crate) async fn create(&mut self, more: &Value) -> Result<Value> {
        self.say(&creating(more)).await?;
        told(&self.hear().await?)
    }

    /// The code of the error that answers instead.
    pub(crate) async fn fail(&mut self, more: &Value) -> Result<Value> {
        self.say(&creating(more)).await?;
        let events = self.hear().await?;
        ensure!(events.len() == 1, "{events:?}");
        fits("socket_error", &events[0])?;
        Ok(events[0]["error"]["code"].clone())
    }
}

fn creating(more: &Value) -> Value {
    let mut body = asking(more);
    body["type"] = json!("response.create");
    body
}

pub(crate) async fn make_key(talk: &Talk) -> Result<String> {
    let params = key::CreateParams {
        label: "client".to_owned(),
        scopes: vec![Scope::SessionWrite],
        agents: None,
        budget: None,
        lifetime_ms: None,
        idempotency_key: idempotency_key()?,
    };
    Ok(talk.client().request::<call::KeysCreate>(params).await?.value)
}

/// Where `cargo xtask test` installs them.
pub(crate) fn clients() -> PathBuf {
    let target = Path::new(NEXUSD).ancestors().nth(2).unwrap_or(Path::new("."));
    target.join("clients/openai")
}

/// The port it listens on now.
fn port(home: &Path) -> Option<u16> {
    let log = home.join("state/logs/adapters/openresponses.log");
    let said = std::fs::read_to_string(log).unwrap_or_default();
    let (_, rest) = said.rsplit_once("listening on http://127.0.0.1:")?;
    rest.split_once("/v1").and_then(|(port, _)| port.parse().ok())
}
