//! Adapters as people keep them: added, stopped, started and removed while the daemon runs, with
//! the configuration as the one truth about what runs.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use anyhow::{Context as _, Result, ensure};
use nexus_client::{Client, call};
use nexus_protocol::adapters::{
    AdapterState, AdapterView, AddParams, BackfillParams, ListParams, LogsParams, NameParams,
    OrderParams,
};
use nexus_protocol::config::{ConfigChange, SetParams};
use nexus_tests::{DaemonProcess, Talk, TestHome};
use serde_json::{Map, Value, json};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const TROUBLE: &str = env!("CARGO_BIN_EXE_trouble");

/// Most looks at something that is about to change.
const LOOKS_MAX: usize = 600;

fn key() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static N: AtomicU32 = AtomicU32::new(0);
    format!("key-{}", N.fetch_add(1, Ordering::SeqCst))
}

fn words(command: &[&str]) -> Vec<String> {
    command.iter().map(|&word| word.to_owned()).collect()
}

async fn add(client: &Client, name: &str, command: &[&str], settings: Value) -> AdapterView {
    let params = AddParams {
        name: name.to_owned(),
        command: words(command),
        settings: settings.as_object().cloned().unwrap_or_default(),
        idempotency_key: key(),
        ..AddParams::default()
    };
    client.request::<call::AdaptersAdd>(params).await.unwrap().adapter
}

fn order(name: &str) -> OrderParams {
    OrderParams { name: name.to_owned(), idempotency_key: key() }
}

async fn view(client: &Client, name: &str) -> Option<AdapterView> {
    let all = client.request::<call::AdaptersList>(ListParams {}).await.unwrap();
    all.adapters.into_iter().find(|adapter| adapter.name == name)
}

/// Looks until an adapter is as expected.
async fn until(
    client: &Client,
    name: &str,
    is_so: impl Fn(&AdapterView) -> bool,
) -> Result<AdapterView> {
    let mut last = None;
    for _ in 0..LOOKS_MAX {
        last = view(client, name).await;
        if let Some(view) = last.as_ref().filter(|view| is_so(view)) {
            return Ok(view.clone());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    anyhow::bail!("{name} is {last:?}")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_follows_the_configuration_at_once() -> Result<()> {
    let home = TestHome::offline()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = daemon.client().await?;
    let config = || std::fs::read_to_string(home.path().join("nexus.toml"));

    let added = add(&client, "files", &[TROUBLE], json!({ "mode": "well" })).await;
    ensure!(added.state == AdapterState::Running, "{added:?}");
    ensure!(config()?.contains("[adapters.files]"), "it is written down: {}", config()?);

    let info = NameParams { name: "files".to_owned() };
    let info = client.request::<call::AdaptersInfo>(info).await?;
    ensure!(info.facts.is_some_and(|facts| facts.channel == "trouble"));
    ensure!(info.confinement.may.iter().any(|may| may.starts_with("write ")));
    ensure!(info.confinement.may.iter().any(|may| may == "reach no network"));

    // Other settings are another start; other things are not.
    let set = |key_name: &str, value: Value| SetParams {
        changes: vec![ConfigChange { key: key_name.to_owned(), value: Some(value), text: None }],
        idempotency_key: key(),
        ..SetParams::default()
    };
    let changed = client
        .request::<call::ConfigSet>(set("adapters.files.settings.mode", json!("idle")))
        .await?;
    ensure!(changed.needs_restart.is_empty(), "{changed:?}");
    let fresh = until(&client, "files", |view| {
        view.state == AdapterState::Running && view.pid != added.pid
    })
    .await?;
    client.request::<call::ConfigSet>(set("sessions.queue_len_max", json!(7))).await?;
    ensure!(view(&client, "files").await.unwrap().pid == fresh.pid, "it was left alone");

    let off =
        client.request::<call::ConfigSet>(set("adapters.files.enabled", json!(false))).await?;
    ensure!(off.needs_restart.is_empty());
    let off = view(&client, "files").await.context("it is still configured")?;
    ensure!(off.state == AdapterState::Stopped && off.reason.contains("turned off"), "{off:?}");
    client.request::<call::ConfigSet>(set("adapters.files.enabled", json!(true))).await?;
    until(&client, "files", |view| view.state == AdapterState::Running).await?;

    client.request::<call::AdaptersRemove>(order("files")).await?;
    ensure!(view(&client, "files").await.is_none());
    ensure!(!config()?.contains("adapters"), "{}", config()?);
    ensure!(home.path().join("state/adapters/files").is_dir(), "its folder stays");
    daemon.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_start_and_stop_adapters_and_read_why() -> Result<()> {
    let home = TestHome::offline()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = daemon.client().await?;
    let first = add(&client, "files", &[TROUBLE], json!({})).await;
    let stopped = client.request::<call::AdaptersStop>(order("files")).await?.adapter;
    ensure!(stopped.state == AdapterState::Stopped && stopped.pid.is_none(), "{stopped:?}");
    let last = stopped.last_exit.context("its end is remembered")?;
    ensure!(last.reason == "exited with code 0", "{last:?}");
    let started = client.request::<call::AdaptersStart>(order("files")).await?.adapter;
    ensure!(started.state == AdapterState::Running && started.pid != first.pid, "{started:?}");
    let again = client.request::<call::AdaptersRestart>(order("files")).await?.adapter;
    ensure!(again.state == AdapterState::Running && again.pid != started.pid, "{again:?}");
    let health = NameParams { name: "files".to_owned() };
    ensure!(client.request::<call::AdaptersHealth>(health).await?.is_healthy);

    let script = "echo I cannot find my settings >&2; exit 3";
    add(&client, "poor", &["/bin/sh", "-c", script], json!({})).await;
    let poor = until(&client, "poor", |view| view.state == AdapterState::BackingOff).await?;
    ensure!(poor.reason == "exited with code 3" && poor.retry_at.is_some(), "{poor:?}");
    ensure!(poor.last_exit.is_some_and(|exit| exit.stderr == ["I cannot find my settings"]));
    let params = LogsParams { name: "poor".to_owned(), lines: None };
    let logs = client.request::<call::AdaptersLogs>(params).await?.lines.join("\n");
    ensure!(logs.contains("stderr     I cannot find my settings"), "{logs}");
    ensure!(logs.contains("backing_off: exited with code 3"), "{logs}");

    let name = NameParams { name: "fils".to_owned() };
    let unknown = client.request::<call::AdaptersInfo>(name).await.unwrap_err().to_string();
    ensure!(unknown.contains("there is no adapter `fils`"), "{unknown}");
    daemon.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn old_messages_are_recorded_and_never_run() -> Result<()> {
    let home = TestHome::offline()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let client = talk.client();
    add(client, "files", &[TROUBLE], json!({ "mode": "well" })).await;
    let fill = || BackfillParams {
        name: "files".to_owned(),
        idempotency_key: key(),
        ..BackfillParams::default()
    };
    let first = client.request::<call::AdaptersBackfill>(fill()).await?;
    ensure!((first.n_recorded, first.n_known, first.n_refused) == (3, 0, 0), "{first:?}");
    let second = client.request::<call::AdaptersBackfill>(fill()).await?;
    ensure!((second.n_recorded, second.n_known) == (0, 3), "{second:?}");
    talk.until("adapter.backfilled", |event| event.payload["n_known"] == 3).await?;
    ensure!(talk.requests().await?.is_empty(), "nothing ran");
    daemon.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_of_anothers_account_is_on_record() -> Result<()> {
    let home = TestHome::offline()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    add(talk.client(), "liar", &[TROUBLE], json!({ "mode": "claim" })).await;
    let event = talk.until("adapter.violation", |_| true).await?;
    ensure!(event.payload["adapter"] == "liar/main", "{event:?}");
    let what = event.payload["what"].as_str().unwrap_or_default();
    ensure!(what.contains("not `not-mine` of `trouble`"), "{what}");
    ensure!(talk.requests().await?.is_empty(), "nothing ran");
    daemon.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_daemon_leaves_behind_is_ended() -> Result<()> {
    // Unconfined, and deaf to the end of its input: nothing but the book finds it again.
    let hello = r#"{"jsonrpc":"2.0","id":1,"result":{"protocol":1,"name":"t","version":"0","channel":"echo","supports":[]}}"#;
    let script = format!(
        "read -r hello; echo '{hello}'; echo $$ > pid.new; mv pid.new pid; while :; do sleep 1; done"
    );
    let mut settings = Map::new();
    settings.insert("command".to_owned(), json!(["/bin/sh", "-c", script]));
    let home = TestHome::with_config(&format!(
        "[models]\ndiscover = false\n[adapters.deaf]\nconfine = false\ncommand = {}\n",
        settings["command"]
    ))?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let pid_file = home.path().join("state/adapters/deaf/pid");
    daemon.wait_until("the adapter is up", || pid_file.exists()).await?;
    let pid = std::fs::read_to_string(&pid_file)?.trim().to_owned();
    let is_there = |pid: &str| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        stat.is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim().starts_with('Z'))
    };
    daemon.kill()?;
    daemon.died().await?;
    ensure!(is_there(&pid), "it outlives its daemon, or this test shows nothing");
    std::fs::remove_file(&pid_file)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    ensure!(!is_there(&pid), "the orphan is still there");
    daemon.wait_until("the next one is up", || pid_file.exists()).await?;
    let client = daemon.client().await?;
    let params = LogsParams { name: "deaf".to_owned(), lines: None };
    let logs = client.request::<call::AdaptersLogs>(params).await?.lines.join("\n");
    ensure!(logs.contains("was left over from a daemon that was killed"), "{logs}");
    daemon.stop()
}

/// Tries the ports that its settings name, and writes down what came of it.
const CALLER: &str = r#"
import errno, json, socket, sys
hello = json.loads(sys.stdin.readline())
config = hello["params"]["config"]
facts = {"protocol": 1, "name": "caller", "version": "1", "channel": "caller", "supports": []}
print(json.dumps({"jsonrpc": "2.0", "id": hello["id"], "result": facts}), flush=True)
def tried(what):
    try:
        what()
        return "done"
    except OSError as error:
        return errno.errorcode[error.errno]
def call(port):
    socket.create_connection(("127.0.0.1", port), 5).close()
def listen(address):
    host, port = address.rsplit(":", 1)
    with socket.create_server((host, int(port))):
        pass
came = [tried(lambda: call(config["declared"])), tried(lambda: call(config["other"])),
        tried(lambda: listen(config["listen"])), tried(lambda: listen("127.0.0.1:" + str(config["other"] + 1)))]
with open("came.new", "w") as file:
    json.dump(came, file)
import os
os.rename("came.new", "came")
for line in sys.stdin:
    pass
"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_reaches_the_ports_it_declared_and_no_others() -> Result<()> {
    let declared = std::net::TcpListener::bind("127.0.0.1:0")?;
    let other = std::net::TcpListener::bind("127.0.0.1:0")?;
    let (declared, other) = (declared.local_addr()?.port(), other.local_addr()?.port());
    let program = tempfile::tempdir()?;
    let script = program.path().join("caller.py");
    std::fs::write(&script, CALLER)?;
    let manifest = format!(
        "name = \"caller\"\n[needs]\nhosts = [\"127.0.0.1:{declared}\"]\n\
         listen = [\"setting:listen\"]\nfolders = [\"/root\"]\n"
    );
    std::fs::write(program.path().join("adapter.toml"), manifest)?;
    let home = TestHome::offline()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = daemon.client().await?;
    let script = script.to_str().context("a path in UTF-8")?;
    let settings = json!({ "declared": declared, "other": other, "listen": "127.0.0.1:0" });
    add(&client, "caller", &["python3", script], settings).await;
    let came = home.path().join("state/adapters/caller/came");
    daemon.wait_until("it has tried", || came.exists()).await?;
    let came: Vec<String> = serde_json::from_str(&std::fs::read_to_string(came)?)?;
    ensure!(came == ["done", "EACCES", "done", "EACCES"], "{came:?}");
    let name = NameParams { name: "caller".to_owned() };
    let info = client.request::<call::AdaptersInfo>(name).await?;
    let may = info.confinement.may.join("; ");
    ensure!(may.contains(&format!("connect to 127.0.0.1:{declared}")), "{may}");
    ensure!(may.contains("listen at 127.0.0.1:0") && !may.contains("/root"), "{may}");
    ensure!(info.confinement.gaps.iter().any(|gap| gap.contains("UDP is open")));
    daemon.stop()
}

/// Writes down what it is told at each start, and does nothing else.
const LISTENER: &str = "read hello; echo \"$hello\" >> told; \
    echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocol\":1,\"name\":\"sh\",\"version\":\"1\",\
\"channel\":\"sh\",\"supports\":[]}}'; cat > /dev/null";

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_credential_starts_anew_those_who_use_it_and_nobody_else() -> Result<()> {
    let listener = |name: &str, more: &str| {
        format!("[adapters.{name}]\ncommand = [\"/bin/sh\", \"-c\", {LISTENER:?}]\n{more}\n")
    };
    let home = TestHome::with_config(&format!(
        "[models]\ndiscover = false\n\n{}{}{}",
        listener("user", "credential = \"credential:bot\""),
        listener("setter", "settings = { key = \"credential:bot\" }"),
        listener("other", "")
    ))?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = daemon.client().await?;
    let keep = async |value: &str| {
        let file = home.path().join(value);
        std::fs::write(&file, value)?;
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        let pointer = format!("file:{}", file.display());
        let params: nexus_protocol::credential::AddParams = serde_json::from_value(json!({
            "name": "bot", "pointer": pointer, "replace": true, "idempotencyKey": key()
        }))?;
        anyhow::Ok(client.request::<call::CredentialsAdd>(params).await?)
    };
    let is_running = |view: &AdapterView| view.state == AdapterState::Running;
    keep("the-first-value").await?;
    let mut before = std::collections::BTreeMap::new();
    for name in ["user", "setter", "other"] {
        before.insert(name, until(&client, name, is_running).await?.pid);
    }
    // The same value again is no change.
    keep("the-first-value").await?;
    keep("the-second-value").await?;
    for name in ["user", "setter"] {
        let is_new = |view: &AdapterView| is_running(view) && view.pid != before[name];
        until(&client, name, is_new).await?;
        let told = home.path().join(format!("state/adapters/{name}/told"));
        let told = std::fs::read_to_string(told)?;
        ensure!(told.lines().count() == 2, "{name} was started more often: {told}");
        ensure!(told.lines().nth(1).is_some_and(|line| line.contains("the-second-value")));
    }
    ensure!(view(&client, "other").await.unwrap().pid == before["other"], "it was left alone");
    daemon.stop()
}
