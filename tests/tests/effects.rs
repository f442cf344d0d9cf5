//! Never an effect without its record: the daemon dies on each side of the row and of the effect,
//! for each kind of effect, and while nothing can be written nothing happens.

use std::sync::OnceLock;

use anyhow::{Context as _, Result, bail, ensure};
use nexus_client::{Client, call, idempotency_key};
use nexus_domain::id::Position;
use nexus_domain::permission::{PermissionKind, PermissionRequest};
use nexus_protocol::acl;
use nexus_protocol::event::SubscribeParams;
use nexus_tests::{Act, DaemonProcess, FakeModel, Talk, TestHome, records};
use serde_json::{Value, json};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");

/// What the model asks for, one after the other in scenarios of their own.
const TOOLS: [&str; 4] = ["write_file", "http_fetch", "exec", "delete_file"];

/// Where the daemon dies, in order: whether there is a row by then, whether the effect has
/// happened, and whether its outcome is on record.
const POINTS: [(&str, bool, bool, bool); 4] = [
    ("ReplyRecorded", false, false, false),
    ("IntentRecorded", true, false, false),
    ("EffectUnrecorded", true, true, false),
    ("ResultRecorded", true, true, true),
];

/// A home in which one tool call is going to happen.
struct Scene {
    tool: &'static str,
    home: TestHome,
    model: FakeModel,
}

impl Scene {
    async fn of(tool: &'static str) -> Result<Self> {
        let page = std::sync::Arc::new(OnceLock::<String>::new());
        let own = std::sync::Arc::clone(&page);
        let model = FakeModel::openai(move |seen| match seen.n_results() {
            0 => Act::Call(vec![(tool.to_owned(), arguments(tool, own.get()))]),
            _ => Act::Say("Done.".to_owned()),
        })
        .await?;
        page.set(model.page()).map_err(|_| anyhow::anyhow!("set twice"))?;
        let config = model.config() + "\n[tools.http_fetch]\nallow_private_hosts = true\n";
        let home = TestHome::with_config(&config)?;
        std::fs::write(home.workspace().join("old.txt"), "to be deleted\n")?;
        Ok(Self { tool, home, model })
    }

    /// How often the effect can be seen in the world.
    fn n_effects(&self) -> usize {
        let inside = |name: &str| self.home.workspace().join(name);
        match self.tool {
            "write_file" => usize::from(inside("new.txt").exists()),
            "http_fetch" => self.model.n_visits(),
            "exec" => std::fs::read_to_string(inside("ran.txt")).map_or(0, |t| t.lines().count()),
            _ => usize::from(!inside("old.txt").exists()),
        }
    }

    fn action(&self) -> String {
        format!("tool.{}", self.tool)
    }
}

fn arguments(tool: &str, page: Option<&String>) -> Value {
    match tool {
        "write_file" => json!({ "path": "new.txt", "content": "new\n" }),
        "http_fetch" => json!({ "url": page }),
        "exec" => json!({ "argv": ["sh", "-c", "echo once >> ran.txt"] }),
        _ => json!({ "path": "old.txt" }),
    }
}

/// Follows the events, answers every question, and returns when the request has ended. What may
/// have happened already is not to happen again.
async fn drive(client: &Client) -> Result<()> {
    let types = ["nex.request.completed", "permission.requested"].map(str::to_owned).to_vec();
    let params = SubscribeParams { types, after: Some(Position(0)), ..SubscribeParams::default() };
    let mut events = client.subscribe(&params).await?;
    loop {
        let event = events.next().await.map_err(|end| anyhow::anyhow!("{end:?}"))?;
        if event.event == "nex.request.completed" {
            return Ok(());
        }
        let asked =
            serde_json::from_value::<PermissionRequest>(event.payload["permission"].clone())?;
        let key = idempotency_key()?;
        let answered = match asked.kind {
            PermissionKind::UnknownOutcome => {
                let params = acl::DenyParams::once(&asked, key);
                client.request::<call::AclRequestsDeny>(params).await.map(drop)
            }
            _ => {
                let params = acl::ApproveParams::once(&asked, key);
                client.request::<call::AclRequestsApprove>(params).await.map(drop)
            }
        };
        match answered {
            // Answered before the daemon died, or withdrawn by now.
            Err(error) if error.wire().is_none() => bail!(error),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_tool_has_an_effect_without_its_row_wherever_the_daemon_dies() -> Result<()> {
    for tool in TOOLS {
        for point in POINTS {
            let at = format!("{tool}, killed at {}", point.0);
            die_and_go_on(tool, point).await.context(at)?;
        }
    }
    Ok(())
}

async fn die_and_go_on(tool: &'static str, point: (&str, bool, bool, bool)) -> Result<()> {
    let (point, has_row, has_effect, has_outcome) = point;
    let scene = Scene::of(tool).await?;
    let mut doomed = DaemonProcess::start_doomed(NEXUSD, scene.home.path(), point).await?;
    let talk = Talk::with(&doomed).await?;
    talk.say("main", "Do it.").await?;
    let _ = drive(talk.client()).await;
    doomed.died().await?;
    let rows = records::decisions(&scene.home).await?;
    let allowed = records::allowed(&rows, &scene.action());
    ensure!(allowed.len() == usize::from(has_row), "{} rows: {allowed:?}", allowed.len());
    ensure!(scene.n_effects() == usize::from(has_effect), "{} effects", scene.n_effects());
    let n_outcomes: usize = allowed.iter().map(|row| row.outcomes.len()).sum();
    ensure!(n_outcomes == usize::from(has_outcome), "{allowed:?}");
    records::verify(NEXUSD, &scene.home)?;

    let mut daemon = DaemonProcess::start(NEXUSD, scene.home.path()).await?;
    drive(&daemon.client().await?).await?;
    daemon.stop()?;
    daemon.died().await?;
    ensure!(scene.n_effects() <= 1, "it happened {} times", scene.n_effects());
    let rows = records::decisions(&scene.home).await?;
    let allowed = records::allowed(&rows, &scene.action());
    ensure!(allowed.len() >= scene.n_effects(), "an effect without its row: {allowed:?}");
    ensure!(allowed.iter().all(|row| row.outcomes.len() == 1), "{allowed:?}");
    records::verify(NEXUSD, &scene.home)
}

/// A disk that takes nothing more, between the model's wish and the record of the decision. What
/// the tool would do needs no disk, so only the missing row can keep it from happening.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn while_the_disk_takes_nothing_no_tool_runs() -> Result<()> {
    let scene = Scene::of("http_fetch").await?;
    let config = std::fs::read_to_string(scene.home.path().join("nexus.toml"))?;
    // No question first: that would be a row, too.
    std::fs::write(
        scene.home.path().join("nexus.toml"),
        config.replace("[agents.main]\n", "[agents.main]\npreset = \"yolo\"\n"),
    )?;
    let daemon = DaemonProcess::start_held(NEXUSD, scene.home.path(), "ReplyRecorded:1").await?;
    let talk = Talk::with(&daemon).await?;
    let request = talk.say("main", "Do it.").await?;
    daemon.wait_until("the hold", || scene.home.path().join("held").exists()).await?;
    daemon.limit_files(Some(1))?;
    std::fs::write(scene.home.path().join("go"), "")?;
    let is_refused = || daemon.said().contains("a decision could not be recorded");
    daemon.wait_until("the refusal", is_refused).await?;
    ensure!(scene.model.n_visits() == 0, "the page was fetched without a record");
    daemon.limit_files(None)?;
    talk.ended(request).await?;
    ensure!(scene.model.n_visits() == 0, "the page was fetched later");
    let mut daemon = daemon;
    daemon.stop()?;
    daemon.died().await?;
    let rows = records::decisions(&scene.home).await?;
    ensure!(records::allowed(&rows, "tool.http_fetch").is_empty(), "{rows:?}");
    records::verify(NEXUSD, &scene.home)
}
