//! Webhooks against a real daemon, through the adapter: what proves itself runs once, what does
//! not is refused and noted, and a hook has no more rights than it was given.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures_util::future::try_join_all;
use nexus_adapter_webhook::verify::{Scheme, Secret, Verifier};
use nexus_client::{call, idempotency_key};
use nexus_domain::label::Label;
use nexus_domain::message::Role;
use nexus_domain::request::{Request, RequestStatus};
use nexus_ledger::AuditDecision;
use nexus_protocol::frame::EventFrame;
use nexus_protocol::hooks;
use nexus_tests::{Act, DaemonProcess, FakeModel, Seen, Talk, TestHome, echo, records};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const ADAPTER: &str = env!("CARGO_BIN_EXE_adapter-webhook-scenario");
const ECHO: &str = env!("CARGO_BIN_EXE_adapter-echo-scenario");

/// One secret for all hooks: `whsec_` with base64 behind it is good for every scheme.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Platforms that sign what they send.
const SIGNED: [Scheme; 4] = [Scheme::Github, Scheme::Standard, Scheme::Stripe, Scheme::Slack];
/// Pause between two looks at something that another process changes.
const LOOK: Duration = Duration::from_millis(20);
/// Most looks before a scenario gives up. It bounds a hang; nothing is asserted about it.
const LOOKS_MAX: u32 = 1_500;

fn answer(seen: &Seen) -> Act {
    match seen.asked().as_str() {
        "write" if seen.brings_results() => Act::Say("It was not written.".to_owned()),
        "write" => {
            let arguments = json!({ "path": "a.txt", "content": "x" });
            Act::Call(vec![("write_file".to_owned(), arguments)])
        }
        asked => Act::Say(format!("Heard: {asked}")),
    }
}

/// A daemon with the adapter and its hooks.
struct Stage {
    home: TestHome,
    daemon: DaemonProcess,
    talk: Talk,
}

impl Stage {
    /// `hooks` stands in nexus.toml, and `more` behind it.
    async fn set(model: &FakeModel, hooks: &str, more: &str) -> Result<Self> {
        let home = TestHome::with_model(model)?;
        let secret = home.path().join("secret");
        std::fs::write(&secret, SECRET)?;
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600))?;
        let names = hooks.lines().filter_map(|line| line.strip_prefix("[adapters.hooks.hooks."));
        let names = names.filter_map(|rest| rest.split(['.', ']']).next());
        let pointers: std::collections::BTreeSet<String> =
            names.map(|name| format!("{name} = \"file:{}\"\n", secret.display())).collect();
        let pointers: String = pointers.into_iter().collect();
        let config = format!(
            "{}\n[agents.other]\nmodels = [\"fake/one\"]\n\n[adapters.hooks]\n\
             command = [{ADAPTER:?}]\n\n[adapters.hooks.settings]\nlisten = \"127.0.0.1:0\"\n\n\
             [adapters.hooks.credentials]\n{pointers}\n{hooks}\n{more}\n",
            model.config(),
        );
        std::fs::write(home.path().join("nexus.toml"), config)?;
        let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
        let talk = Talk::with(&daemon).await?;
        let stage = Self { home, daemon, talk };
        stage.listening(1).await?;
        Ok(stage)
    }

    /// Waits until the adapter has listened for the `n`th time.
    async fn listening(&self, n: usize) -> Result<()> {
        self.daemon.wait_until("listening", || self.addresses().len() >= n).await
    }

    fn addresses(&self) -> Vec<String> {
        let log = self.home.path().join("state/logs/adapters/hooks.log");
        let said = std::fs::read_to_string(log).unwrap_or_default();
        let url =
            |line: &str| Some(line.split_once("listening on ")?.1.split('"').next()?.to_owned());
        said.lines().filter_map(url).collect()
    }

    fn url(&self, hook: &str) -> Result<String> {
        let base = self.addresses().pop().context("it does not listen")?;
        Ok(format!("{base}/{hook}"))
    }

    /// The daemon dies and comes back.
    async fn again(mut self) -> Result<Self> {
        let n_starts = self.addresses().len();
        self.daemon.kill()?;
        self.daemon.died().await?;
        self.daemon = DaemonProcess::start(NEXUSD, self.home.path()).await?;
        self.talk = Talk::with(&self.daemon).await?;
        self.daemon.wait_until("listening again", || self.addresses().len() > n_starts).await?;
        Ok(self)
    }

    async fn post(&self, hook: &str, headers: &HeaderMap, body: &str) -> Result<(u16, Value)> {
        let call = reqwest::Client::new().post(self.url(hook)?).headers(headers.clone());
        let response = call.body(body.to_owned()).send().await?;
        let status = response.status().as_u16();
        Ok((status, response.json().await.context("no JSON")?))
    }

    async fn request(&self, body: &Value) -> Result<Request> {
        let id = body["request_id"].as_str().context("no request")?.to_owned();
        let requests = self.talk.requests().await?;
        let found = requests.into_iter().find(|request| request.id.to_string() == id);
        found.with_context(|| format!("there is no request {id}"))
    }

    /// Waits until the request that an answer names has ended.
    async fn ended(&self, body: &Value) -> Result<Request> {
        for _ in 0..LOOKS_MAX {
            let request = self.request(body).await?;
            if request.status.is_final() {
                return Ok(request);
            }
            tokio::time::sleep(LOOK).await;
        }
        anyhow::bail!("it does not end: {body}")
    }
}

/// The headers of a delivery that was signed so many seconds ago.
fn signed(scheme: Scheme, id: &str, body: &str, ago_s: i64) -> Result<HeaderMap> {
    let secret = Secret::read(scheme, SECRET).map_err(anyhow::Error::msg)?;
    let verifier = Verifier { scheme, header: None, secrets: vec![secret], tolerance_s: 300 };
    let now_s = nexus_adapter::now().0 / 1_000 - ago_s;
    let mut headers = HeaderMap::new();
    for (name, value) in verifier.prove(id, body.as_bytes(), now_s) {
        headers.insert(name, HeaderValue::from_str(&value)?);
    }
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    Ok(headers)
}

fn bearer() -> Result<HeaderMap> {
    signed(Scheme::Bearer, "", "", 0)
}

/// A body with its id where the platform has it.
fn body_of(n: u32) -> String {
    json!({ "id": format!("evt_{n}"), "event_id": format!("Ev{n}"), "text": format!("word {n}") })
        .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_platforms_sign_runs_once_and_nothing_else_does() -> Result<()> {
    let model = FakeModel::openai(answer).await?;
    let hooks: String = SIGNED
        .iter()
        .map(|scheme| {
            let name = scheme.name();
            format!(
                "[adapters.hooks.hooks.{name}]\nverify = \"{name}\"\nagents = [\"main\"]\n\
                 text = \"{name} {{{{ body.text }}}}\"\n\n"
            )
        })
        .collect();
    let mut stage = Stage::set(&model, &hooks, "").await?;
    let mut taken = Vec::new();
    for scheme in SIGNED {
        let (hook, body) = (scheme.name(), body_of(1));
        let headers = signed(scheme, "d-1", &body, 0)?;
        let (status, first) = stage.post(hook, &headers, &body).await?;
        ensure!(status == 202 && first["status"] == "accepted", "{hook}: {status} {first}");
        let request = stage.ended(&first).await?;
        ensure!(request.status == RequestStatus::Completed, "{hook}: {request:?}");
        let principal = request.principal.as_ref().map(ToString::to_string).unwrap_or_default();
        ensure!(principal == format!("hook:{hook}"), "{principal}");
        // The same again is the same request.
        let (status, second) = stage.post(hook, &headers, &body).await?;
        ensure!(status == 200 && second["status"] == "duplicate", "{hook}: {second}");
        ensure!(second["request_id"] == first["request_id"], "{hook}: {second}");
        taken.push((scheme, headers.clone(), body.clone(), first["request_id"].clone()));
    }
    // Altered, of nobody, and old: side by side, because who is wrong again waits longer.
    let mut wrong = Vec::new();
    for (scheme, headers, _, _) in &taken {
        wrong.push((*scheme, headers.clone(), body_of(2), "invalid_credentials"));
        let mut bare = HeaderMap::new();
        bare.insert("content-type", HeaderValue::from_static("application/json"));
        wrong.push((*scheme, bare, body_of(1), "missing_credentials"));
        // GitHub signs no time.
        if *scheme != Scheme::Github {
            let old = signed(*scheme, "d-2", &body_of(2), 301)?;
            wrong.push((*scheme, old, body_of(2), "stale_timestamp"));
        }
    }
    let n_wrong = wrong.len();
    let refused = wrong.into_iter().map(async |(scheme, headers, body, code)| {
        let (status, said) = stage.post(scheme.name(), &headers, &body).await?;
        let is_refused = status == 401 && said["error"]["code"] == code;
        ensure!(is_refused, "{scheme:?}, {code}: {status} {said}");
        Ok(())
    });
    try_join_all(refused).await?;
    ensure!(model.seen().len() == SIGNED.len(), "{} runs", model.seen().len());
    // The record outlives the daemon, and with it what came already.
    stage = stage.again().await?;
    for (scheme, headers, body, request_id) in taken {
        let (status, again) = stage.post(scheme.name(), &headers, &body).await?;
        ensure!(status == 200 && again["status"] == "duplicate", "{scheme:?}: {again}");
        ensure!(again["request_id"] == request_id, "{scheme:?}: {again}");
        // A new delivery of an old hook still runs.
        let fresh = signed(scheme, "d-3", &body_of(3), 0)?;
        let (status, fresh) = stage.post(scheme.name(), &fresh, &body_of(3)).await?;
        ensure!(status == 202, "{scheme:?}: {fresh}");
        stage.ended(&fresh).await?;
    }
    ensure!(model.seen().len() == 2 * SIGNED.len(), "{} runs", model.seen().len());
    stage.daemon.stop()?;
    stage.daemon.died().await?;
    let noted = records::decisions(&stage.home).await?;
    let is_refusal = |row: &&AuditDecision| row.record.action.as_deref() == Some("authenticate");
    let noted: Vec<_> = noted.iter().filter(is_refusal).collect();
    ensure!(noted.len() == n_wrong, "{} were noted", noted.len());
    let of_stripe = Some("adapter hooks/main, hook stripe");
    ensure!(noted.iter().any(|row| row.record.resource.as_deref() == of_stripe), "{noted:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_who_waits_gets_the_reply_and_the_run_goes_on_without_it() -> Result<()> {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let model = FakeModel::openai(move |seen| match seen.asked().as_str() {
        "hold" => Act::SayHeld("at last".to_owned(), Arc::clone(&held)),
        _ => answer(seen),
    });
    let model = model.await?;
    let hooks =
        "[adapters.hooks.hooks.agent]\nverify = \"bearer\"\nagents = [\"main\", \"other\"]\n";
    let stage = Stage::set(&model, hooks, "").await?;
    let mut headers = bearer()?;
    headers.insert("prefer", HeaderValue::from_static("wait=60"));
    let body = json!({ "text": "hello", "session": "chat", "agent": "other" }).to_string();
    let (status, said) = stage.post("agent", &headers, &body).await?;
    ensure!(status == 200 && said["text"] == "Heard: hello", "{said}");
    let request = stage.request(&said).await?;
    let key = request.session_key.as_ref().map(ToString::to_string);
    ensure!(key.as_deref() == Some("hook:agent:chat"), "{key:?}");
    ensure!(request.agent_id.is_some_and(|id| id.as_str() == "other"));
    let labels = stage.talk.look("hook:agent:chat").await?.labels;
    ensure!(labels.iter().any(|one| one.label == Label::Untrusted), "{labels:?}");
    // Nobody waits longer than wanted; what was begun goes on.
    headers.insert("prefer", HeaderValue::from_static("wait=1"));
    let (status, begun) =
        stage.post("agent", &headers, &json!({ "text": "hold" }).to_string()).await?;
    ensure!(status == 202 && begun["status"] == "accepted", "{begun}");
    gate.add_permits(100);
    let ended = stage.ended(&begun).await?;
    ensure!(ended.status == RequestStatus::Completed, "{ended:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_or_too_much_is_refused_in_words() -> Result<()> {
    let model = FakeModel::openai(answer).await?;
    let hooks = "[adapters.hooks.hooks.ci]\nverify = \"bearer\"\nagents = [\"main\"]\n\
                 text = \"{{ body.a }}\"\nper_minute = 2\n\n\
                 [adapters.hooks.hooks.slack]\nverify = \"slack\"\nagents = [\"main\"]\n";
    let stage = Stage::set(&model, hooks, "").await?;
    let code = |body: &Value| body["error"]["code"].as_str().unwrap_or_default().to_owned();
    let (status, body) = stage.post("nobody", &bearer()?, "{}").await?;
    ensure!(status == 404 && code(&body) == "unknown_hook", "{body}");
    let (status, body) = stage.post(&format!("ci?token={SECRET}"), &HeaderMap::new(), "{}").await?;
    ensure!(status == 400 && code(&body) == "secret_in_address", "{body}");
    let mut headers = bearer()?;
    headers.insert("content-type", HeaderValue::from_static("text/html"));
    let (status, body) = stage.post("ci", &headers, "{}").await?;
    ensure!(status == 415 && code(&body) == "unsupported_content_type", "{body}");
    let large = "x".repeat(256 * 1024 + 1);
    let (status, body) = stage.post("ci", &bearer()?, &large).await?;
    ensure!(status == 413, "{body}");
    let mut headers = bearer()?;
    headers.insert("origin", HeaderValue::from_static("https://evil.example"));
    let (status, body) = stage.post("ci", &headers, "{}").await?;
    ensure!(status == 403 && code(&body) == "origin_not_allowed", "{body}");
    let looked = reqwest::get(stage.url("ci")?).await?;
    ensure!(looked.status() == 405, "{looked:?}");
    // Slack asks whether somebody is there, and is believed like always.
    let asked = json!({ "type": "url_verification", "challenge": "3eZbrw" }).to_string();
    let headers = signed(Scheme::Slack, "", &asked, 0)?;
    let (status, body) = stage.post("slack", &headers, &asked).await?;
    ensure!(status == 200 && body == json!({ "challenge": "3eZbrw" }), "{body}");
    let (status, _) = stage.post("slack", &bearer()?, &asked).await?;
    ensure!(status == 401);
    // Whoever uses a command of Slack is shown what the agent said, and nothing else.
    let command = "command=%2Fask&text=hello";
    let mut headers = signed(Scheme::Slack, "", command, 0)?;
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert("content-type", form);
    let call = reqwest::Client::new().post(stage.url("slack?wait=30")?).headers(headers.clone());
    let said: Value = call.body(command).send().await?.json().await?;
    let text = said["text"].as_str().unwrap_or_default();
    ensure!(text.starts_with("Heard: Webhook `slack`, event `/ask`"), "{said}");
    let call = reqwest::Client::new().post(stage.url("slack")?).headers(headers);
    let again = call.body(command).send().await?;
    ensure!(again.status() == 200 && again.text().await?.is_empty());
    let n_runs = model.seen().len();
    // Two a minute: what cannot be read counts, what is not believed does not.
    let (status, body) = stage.post("ci", &bearer()?, "{").await?;
    ensure!(status == 400 && code(&body) == "invalid_body", "{body}");
    let (status, body) = stage.post("ci", &bearer()?, "{}").await?;
    ensure!(status == 422 && code(&body) == "nothing_to_say", "{body}");
    let call = reqwest::Client::new().post(stage.url("ci")?).headers(bearer()?).body("{}");
    let response = call.send().await?;
    ensure!(response.status() == 429, "{response:?}");
    let wait: u64 = response.headers()["retry-after"].to_str()?.parse()?;
    ensure!((1..=30).contains(&wait), "{wait}");
    ensure!(model.seen().len() == n_runs, "something ran");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_has_no_more_rights_than_it_was_given() -> Result<()> {
    let model = FakeModel::openai(answer).await?;
    let hooks = "[adapters.hooks.hooks.agent]\nverify = \"bearer\"\nagents = [\"main\"]\n\n\
                 [adapters.hooks.hooks.barred]\nverify = \"bearer\"\nagents = [\"main\"]\n\n\
                 [adapters.hooks.hooks.wake]\nverify = \"bearer\"\nagents = [\"main\"]\n\
                 sessions = [\"main\"]\n";
    let stage = Stage::set(&model, hooks, "").await?;
    let policies = stage.home.path().join("state/acl");
    std::fs::create_dir_all(&policies)?;
    std::fs::write(
        policies.join("hooks.cedar"),
        "@id(\"no-barred\")\n@reason(\"it is barred\")\nforbid (principal == Hook::\"barred\", \
         action == Action::\"start_run\", resource);\n",
    )?;
    let reload = nexus_protocol::runtime::ReloadParams { idempotency_key: idempotency_key()? };
    stage.talk.client().request::<call::RuntimeReload>(reload).await?;
    let say = |text: &str, agent: Option<&str>| json!({ "text": text, "agent": agent }).to_string();
    let (status, body) = stage.post("agent", &bearer()?, &say("hi", Some("other"))).await?;
    let message = body["error"]["message"].as_str().unwrap_or_default();
    ensure!(status == 403 && message.contains("and not `other`"), "{status} {body}");
    let (status, body) = stage.post("barred", &bearer()?, &say("hi", None)).await?;
    let message = body["error"]["message"].as_str().unwrap_or_default();
    ensure!(status == 403 && message.contains("it is barred"), "{status} {body}");
    ensure!(model.seen().is_empty(), "something ran");
    // What goes further than reading asks the owner.
    let (status, body) = stage.post("agent", &bearer()?, &say("write", None)).await?;
    ensure!(status == 202, "{body}");
    let is_by_hook = |event: &EventFrame| event.payload["permission"]["chain"][0]["kind"] == "hook";
    stage.talk.until("permission.requested", is_by_hook).await?;
    ensure!(!stage.home.workspace().join("a.txt").exists(), "it was written unasked");
    // A wake speaks in the conversation that the configuration opens to it.
    let (status, body) =
        stage.post("wake", &bearer()?, "{\"text\": \"look\", \"mode\": \"now\"}").await?;
    ensure!(status == 200, "{body}");
    let woken = stage.ended(&body).await?;
    ensure!(woken.session_key.is_some_and(|key| key.as_str() == "main"), "elsewhere");
    let said = stage.talk.texts("main", Role::Assistant).await?;
    ensure!(said == ["Heard: look"], "{said:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_go_where_the_configuration_says() -> Result<()> {
    let model = FakeModel::openai(answer).await?;
    let hooks = "[adapters.hooks.hooks.alarm]\nverify = \"bearer\"\nagents = [\"main\"]\n\
                 text = \"{{ body.what }}\"\ndeliver = \"echo:room\"\n";
    let more = format!(
        "[adapters.echo]\ncommand = [{ECHO:?}]\naccount = \"main\"\n\n\
         [adapters.echo.settings]\nrecord = \"sent.jsonl\"\n"
    );
    let stage = Stage::set(&model, hooks, &more).await?;
    let (status, body) = stage.post("alarm", &bearer()?, "{\"what\": \"fire\"}").await?;
    ensure!(status == 202, "{body}");
    stage.ended(&body).await?;
    let sent = || echo::sent(&stage.home).unwrap_or_default();
    stage.daemon.wait_until("sent", || !sent().is_empty()).await?;
    let sent = sent();
    ensure!(sent.len() == 1 && sent[0]["to"] == "room", "{sent:?}");
    ensure!(sent[0]["text"] == "Heard: fire", "{sent:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_can_try_a_hook_without_seeing_its_secret() -> Result<()> {
    let model = FakeModel::openai(answer).await?;
    let hooks = "[adapters.hooks.hooks.github]\nverify = \"github\"\nagents = [\"main\"]\n\
                 on = [\"issues.opened\"]\ntext = \"{{ body.issue.title }}\"\n";
    let stage = Stage::set(&model, hooks, "").await?;
    let listed = stage.talk.client().request::<call::HooksList>(hooks::ListParams {}).await?;
    ensure!(listed.hooks.len() == 1, "{listed:?}");
    let hook = &listed.hooks[0];
    ensure!(hook.verify.as_deref() == Some("github") && hook.agents.len() == 1, "{hook:?}");
    let send = async |event: &str, id: Option<&str>, name: &str| {
        let params = hooks::SendParams {
            name: name.to_owned(),
            data: json!({ "action": "opened", "issue": { "title": "It breaks" } }).to_string(),
            content_type: None,
            event: Some(event.to_owned()),
            id: id.map(str::to_owned),
            wait_s: Some(30),
            idempotency_key: idempotency_key()?,
        };
        Ok::<_, anyhow::Error>(stage.talk.client().request::<call::HooksSend>(params).await?)
    };
    let said = send("issues.opened", Some("one"), "github").await?;
    ensure!(said.status == 200 && said.body.contains("Heard: It breaks"), "{said:?}");
    let said = send("issues", Some("one"), "github").await?;
    ensure!(said.status == 200 && said.body.contains("duplicate"), "{said:?}");
    let said = send("push", None, "github").await?;
    ensure!(said.status == 200 && said.body.contains("ignored"), "{said:?}");
    ensure!(
        send("push", None, "gihub")
            .await
            .is_err_and(|error| { format!("{error:?}").contains("there is no hook `gihub`") })
    );
    ensure!(model.seen().len() == 1);
    // The secret is in no file but its own.
    let log = std::fs::read_to_string(stage.home.path().join("state/logs/adapters/hooks.log"))?;
    ensure!(
        !log.contains("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") && !stage.daemon.said().contains("MfKQ")
    );
    Ok(())
}
