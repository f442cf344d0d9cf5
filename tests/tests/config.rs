//! The configuration of a running daemon: changed by methods, by an editor, and broken in every
//! way that a file can be.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use anyhow::{Result, ensure};
use nexus_client::{Client, ClientError, call, idempotency_key};
use nexus_protocol::config::{
    ApplyParams, ChangeResult, ConfigChange, ExplainParams, GetParams, PatchParams, SetParams,
};
use nexus_protocol::health::{HealthCheck, HealthParams, HealthStatus};
use nexus_protocol::runtime::StatusParams;
use nexus_tests::{DaemonProcess, Talk, TestHome};
use serde_json::{Value, json};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const CONFIG: &str = "# mine\n[models]\ndiscover = false # quiet\n\n# the end\n";

/// What stands in the file's place, how it got there, and what is said about it.
type Broken = (&'static str, fn(&Path), &'static str);

fn write(home: &TestHome, text: &str) {
    // As editors do it: a new file is put in the place of the old one.
    let draft = home.path().join("nexus.toml.draft");
    std::fs::write(&draft, text).unwrap();
    std::fs::rename(draft, home.path().join("nexus.toml")).unwrap();
}

fn text_of(home: &TestHome) -> String {
    std::fs::read_to_string(home.path().join("nexus.toml")).unwrap()
}

async fn line(client: &Client, id: &str) -> Result<HealthCheck> {
    let health = client.request::<call::Health>(HealthParams {}).await?;
    Ok(health.checks.into_iter().find(|check| check.id == id).unwrap())
}

async fn set(client: &Client, key: &str, value: Value) -> Result<ChangeResult, ClientError> {
    let change = ConfigChange { key: key.to_owned(), value: Some(value), text: None };
    let params = SetParams {
        changes: vec![change],
        idempotency_key: idempotency_key().unwrap(),
        ..SetParams::default()
    };
    client.request::<call::ConfigSet>(params).await
}

async fn value(client: &Client, key: &str) -> Result<Value> {
    let params = GetParams { key: Some(key.to_owned()), text: false };
    Ok(client.request::<call::ConfigGet>(params).await?.values.remove(0).value)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_by_method_is_in_force_and_the_rest_of_the_file_stays() -> Result<()> {
    let home = TestHome::with_config(CONFIG)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let client = talk.client();
    let done = set(client, "sessions.queue_len_max", json!(7)).await?;
    ensure!(done.applied == ["sessions.queue_len_max"] && done.needs_restart.is_empty());
    let set_in = CONFIG.replace("\n\n#", "\n\n[sessions]\nqueue_len_max = 7\n\n#");
    ensure!(text_of(&home) == set_in, "{}", text_of(&home));
    ensure!(value(client, "sessions.queue_len_max").await? == json!(7));
    let told = talk.until("config.changed", |_| true).await?;
    ensure!(told.payload["paths"] == json!(["sessions.queue_len_max"]), "{told:?}");

    let patch = json!({ "sessions": null, "logging": { "level": "debug" } });
    let params = PatchParams {
        patch: patch.as_object().unwrap().clone(),
        base_hash: Some(done.hash.clone()),
        dry_run: false,
        idempotency_key: idempotency_key()?,
    };
    let patched = client.request::<call::ConfigPatch>(params.clone()).await?;
    ensure!(patched.applied == ["sessions.queue_len_max"], "{patched:?}");
    ensure!(patched.needs_restart == ["logging.level"]);
    ensure!(line(client, "config").await?.reason.contains("after a restart: logging.level"));
    ensure!(value(client, "sessions.queue_len_max").await? == json!(20));

    // The file is another one by now.
    let stale = PatchParams { idempotency_key: idempotency_key()?, ..params };
    let refused = client.request::<call::ConfigPatch>(stale).await.unwrap_err();
    ensure!(refused.to_string().contains("changed by somebody else"), "{refused}");

    let before = text_of(&home);
    let refused = set(client, "runtime.drain_ms", json!("long")).await.unwrap_err();
    ensure!(refused.to_string().contains("must be a whole number from 0"), "{refused}");
    let refused = set(client, "runtime.dran_ms", json!(1)).await.unwrap_err();
    let hint = refused.wire().and_then(|wire| wire.hint.clone());
    ensure!(hint.as_deref() == Some("did you mean `runtime.drain_ms`?"), "{hint:?}");
    let refused = set(client, "models.x.key", json!("sk-live-0123456789")).await.unwrap_err();
    ensure!(!format!("{refused:?}").contains("sk-live"), "{refused:?}");
    ensure!(text_of(&home) == before);

    let params = ExplainParams { key: "logging.level".to_owned() };
    let explained = client.request::<call::ConfigExplain>(params).await?;
    ensure!(explained.is_pending && !explained.applies_live, "{explained:?}");
    ensure!(explained.sources[0].is_in_force && explained.sources[0].line == Some(6));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_editor_saves_is_in_force_a_moment_later() -> Result<()> {
    let home = TestHome::with_config(CONFIG)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    write(&home, &format!("{CONFIG}[sessions]\nqueue_len_max = 3\n"));
    talk.until("config.changed", |event| {
        event.payload["paths"] == json!(["sessions.queue_len_max"])
    })
    .await?;
    ensure!(value(talk.client(), "sessions.queue_len_max").await? == json!(3));

    let broken: [Broken; 4] = [
        (
            "a wrong value",
            |file| std::fs::write(file, "[runtime]\nport = 70000\n").unwrap(),
            "line 2",
        ),
        ("half a file", |file| std::fs::write(file, "[sessions]\nqueue_len_").unwrap(), "not TOML"),
        (
            "a folder",
            |file| {
                std::fs::remove_file(file).unwrap();
                std::fs::create_dir(file).unwrap();
            },
            "is a folder",
        ),
        ("nothing", |file| std::fs::remove_dir(file).unwrap(), "is gone"),
    ];
    let file = home.path().join("nexus.toml");
    for (what, break_it, said) in broken {
        break_it(&file);
        let is_said = |event: &nexus_protocol::frame::EventFrame| {
            event.payload["findings"][0].as_str().is_some_and(|finding| finding.contains(said))
        };
        talk.until("config.rejected", is_said).await?;
        let config = line(talk.client(), "config").await?;
        ensure!(config.status == HealthStatus::Degraded, "{what}: {config:?}");
        ensure!(config.reason.contains(said), "{what}: {config:?}");
        ensure!(value(talk.client(), "sessions.queue_len_max").await? == json!(3), "{what}");
    }
    write(&home, &format!("{CONFIG}[sessions]\nqueue_len_max = 4\n"));
    let n_seen = std::cell::Cell::new(0);
    talk.until("config.changed", |_| {
        n_seen.set(n_seen.get() + 1);
        n_seen.get() == 2
    })
    .await?;
    ensure!(line(talk.client(), "config").await?.status == HealthStatus::Healthy);
    ensure!(value(talk.client(), "sessions.queue_len_max").await? == json!(4));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_at_start_leads_to_safe_mode_and_out_of_it() -> Result<()> {
    let home = TestHome::with_config(&format!("{CONFIG}[sessions]\nqueue_len_max = 5\n"))?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    daemon.stop()?;
    daemon.died().await?;
    write(&home, "[sessions]\nqueue_len_max = 0\n");
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = daemon.client().await?;
    ensure!(value(&client, "sessions.queue_len_max").await? == json!(5));
    let status = client.request::<call::Status>(StatusParams {}).await?;
    ensure!(status.safe_mode.is_some_and(|why| why.contains("line 2")));
    let config = line(&client, "config").await?;
    ensure!(config.status == HealthStatus::Degraded && config.reason.contains("safe mode"));

    // The file of today can be mended by the methods, too.
    let params = ApplyParams {
        text: "[sessions]\nqueue_len_max = 6\n".to_owned(),
        idempotency_key: idempotency_key()?,
        ..ApplyParams::default()
    };
    client.request::<call::ConfigApply>(params).await?;
    ensure!(value(&client, "sessions.queue_len_max").await? == json!(6));
    let config = line(&client, "config").await?;
    ensure!(config.reason.contains("adapters stay off until a restart"), "{config:?}");
    daemon.stop()?;
    daemon.died().await?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = daemon.client().await?;
    let status = client.request::<call::Status>(StatusParams {}).await?;
    ensure!(status.safe_mode.is_none());
    ensure!(line(&client, "config").await?.status == HealthStatus::Healthy);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_without_a_predecessor_is_refused() -> Result<()> {
    let home = TestHome::with_config("[runtime]\nport = 70000\n")?;
    let refused = DaemonProcess::start(NEXUSD, home.path()).await.err().unwrap().to_string();
    ensure!(refused.contains("line 2: `runtime.port` must be a whole number"), "{refused}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_who_change_at_once_lose_nothing() -> Result<()> {
    let home = TestHome::with_config(CONFIG)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let mut tasks = Vec::new();
    for n in 0..10_u32 {
        let client = daemon.client().await?;
        tasks.push(tokio::spawn(async move {
            set(&client, &format!("agents.a{n}.steps_max"), json!(n + 1)).await
        }));
    }
    for task in tasks {
        task.await??;
    }
    let client = daemon.client().await?;
    for n in 0..10_u32 {
        let key = format!("agents.a{n}.steps_max");
        ensure!(value(&client, &key).await? == json!(n + 1), "{key}");
    }
    ensure!(text_of(&home).starts_with("# mine\n[models]\ndiscover = false # quiet\n"));
    Ok(())
}
