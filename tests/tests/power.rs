//! The machine sleeps and wakes up: a real daemon on a private bus with a mock of logind, and one
//! that is frozen without a word.
#![cfg(target_os = "linux")]

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use nexus_client::call;
use nexus_domain::id::Position;
use nexus_domain::message::Role;
use nexus_domain::permission::PermissionRequest;
use nexus_domain::request::RequestStatus;
use nexus_protocol::acl::ShowParams;
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::frame::EventFrame;
use nexus_protocol::health::HealthParams;
use nexus_tests::wire::{Heard, Wire};
use nexus_tests::{Act, DaemonProcess, FakeModel, Logind, Seen, Talk, TestHome, echo};
use serde_json::json;
use tokio::sync::Semaphore;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const ECHO: &str = env!("CARGO_BIN_EXE_adapter-echo-scenario");
/// Sleeps in a row.
const SLEEPS: usize = 100;
/// Sleeps before memory is looked at: until then pools and caches fill.
const WARM_UP: usize = 20;
/// Growth of memory over the sleeps after the warm-up that is not a leak, in bytes.
const GROWTH_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Holds what is called a story, edits what it is told to, and says the rest.
fn brain(seen: &Seen, hold: &Arc<Semaphore>) -> Act {
    let asked = seen.asked();
    match asked.as_str() {
        _ if seen.brings_results() => Act::Say("It is edited.".to_owned()),
        "a story" => Act::SayHeld("once upon a time".to_owned(), Arc::clone(hold)),
        "edit" => {
            let arguments = json!({ "path": "a.txt", "old": "one", "new": "two" });
            Act::Call(vec![("edit_file".to_owned(), arguments)])
        }
        _ => Act::Say(format!("You said: {asked}")),
    }
}

/// The types of all events in order, with the state of adapters.
async fn history(talk: &Talk, last: impl Fn(&EventFrame) -> bool) -> Result<Vec<String>> {
    let params = SubscribeParams { after: Some(Position(0)), ..SubscribeParams::default() };
    let mut events = talk.client().subscribe(&params).await?;
    let mut seen = Vec::new();
    loop {
        let event = tokio::time::timeout(Duration::from_secs(60), events.next()).await;
        let event =
            event.context("nothing more comes")?.map_err(|end| anyhow::anyhow!("{end:?}"))?;
        let state = event.payload["state"].as_str().filter(|_| event.event == "adapter.status");
        seen.push(format!("{} {}", event.event, state.unwrap_or_default()).trim().to_owned());
        if last(&event) {
            return Ok(seen);
        }
    }
}

fn is_running(event: &EventFrame) -> bool {
    event.event == "adapter.status" && event.payload["state"] == "running"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleep_is_waited_for_and_everything_goes_on_after_it() -> Result<()> {
    let hold = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&hold);
    let model = FakeModel::openai(move |seen| brain(seen, &held)).await?;
    let home = echo::home(&model, ECHO, "")?;
    // A story that is held is silent for as long as the machine sleeps.
    let config = std::fs::read_to_string(home.path().join("nexus.toml"))?;
    std::fs::write(home.path().join("nexus.toml"), config.replace("= 2000", "= 60000"))?;
    std::fs::write(home.workspace().join("a.txt"), "one\n")?;
    home.ask_before("edit_file")?;
    let logind = Logind::start().await?;
    let daemon = DaemonProcess::start_with(NEXUSD, home.path(), &[logind.variable()]).await?;
    logind.until_delayed_by(1).await?;
    ensure!(
        logind.inhibitors().await? == [("sleep".into(), "Nexus".into(), "delay".into())],
        "{:?}",
        logind.inhibitors().await?
    );
    let talk = Talk::with(&daemon).await?;
    talk.until("adapter.status", is_running).await?;
    let story = talk.say("story", "a story").await?;
    hold.add_permits(2);
    talk.shown("story", "once upon ").await?;
    let edit = talk.say("edit", "edit").await?;
    let asked = talk.until("permission.requested", |_| true).await?;
    let asked: PermissionRequest = serde_json::from_value(asked.payload["permission"].clone())?;

    logind.prepare_for_sleep(true).await?;
    logind.until_delayed_by(0).await?;
    // What is said while the machine falls asleep waits for its model.
    let n_calls = model.seen().len();
    let late = talk.say("late", "are you awake?").await?;
    talk.until("turn.created", |event| event.payload["session_key"] == "late").await?;
    ensure!(model.seen().len() == n_calls, "a model was asked while the machine falls asleep");

    logind.prepare_for_sleep(false).await?;
    logind.until_delayed_by(1).await?;
    let woke = talk.until("power.woke", |_| true).await?;
    ensure!(woke.payload["noticed"] == "announced", "{woke:?}");
    hold.add_permits(10);
    let told = talk.ended(story).await?;
    ensure!(told.request.status == RequestStatus::Completed, "{told:?}");
    let still = ShowParams { id: asked.id.to_string() };
    let still = talk.client().request::<call::AclRequestsShow>(still).await?.request;
    ensure!(still.expires_at >= asked.expires_at, "{still:?}");
    talk.approve("edit").await?;
    ensure!(talk.ended(edit).await?.request.status == RequestStatus::Completed);
    ensure!(talk.ended(late).await?.request.status == RequestStatus::Completed);

    // Nothing twice: one call for the story, two for the edit, one for the late message.
    ensure!(model.seen().len() == 4, "{} calls", model.seen().len());
    ensure!(talk.texts("story", Role::Assistant).await? == ["once upon a time"]);
    ensure!(talk.texts("late", Role::Assistant).await? == ["You said: are you awake?"]);
    ensure!(std::fs::read_to_string(home.workspace().join("a.txt"))? == "two\n");

    let has_slept = std::sync::atomic::AtomicBool::new(false);
    let is_back = |event: &EventFrame| {
        let was_suspended = event.payload["state"] == "suspended";
        has_slept.fetch_or(was_suspended, std::sync::atomic::Ordering::SeqCst) && is_running(event)
    };
    let seen = history(&talk, is_back).await?;
    let place = |what: &str| seen.iter().rposition(|event| event == what).context(what.to_owned());
    let order = [place("power.slept")?, place("power.woke")?];
    ensure!(order.is_sorted(), "{seen:?}");
    ensure!(place("adapter.status suspended")? < place("adapter.status running")?, "{seen:?}");
    let health = talk.client().request::<call::Health>(HealthParams {}).await?;
    let power = health.power.context("health says nothing of the sleep")?;
    ensure!(power.n_sleeps == 1, "{power:?}");
    ensure!(health.checks.iter().any(|check| check.id == "power"), "{health:?}");
    println!("awake again: {:?} {power:?}", health.checks.iter().find(|c| c.id == "power"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sleeps_leave_nothing_behind() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("Nobody asked.".to_owned())).await?;
    let home = echo::home(&model, ECHO, "")?;
    let logind = Logind::start().await?;
    let daemon = DaemonProcess::start_with(NEXUSD, home.path(), &[logind.variable()]).await?;
    let talk = Talk::with(&daemon).await?;
    talk.until("adapter.status", is_running).await?;
    let params =
        SubscribeParams { types: vec!["power.woke".to_owned()], ..SubscribeParams::default() };
    let mut wakes = talk.client().subscribe(&params).await?;
    let mut before = None;
    for n in 1..=SLEEPS {
        logind.until_delayed_by(1).await?;
        logind.prepare_for_sleep(true).await?;
        logind.until_delayed_by(0).await?;
        logind.prepare_for_sleep(false).await?;
        wakes.next().await.map_err(|end| anyhow::anyhow!("{end:?}"))?;
        if n == WARM_UP {
            logind.until_delayed_by(1).await?;
            before = Some((daemon.memory_bytes(), daemon.n_open_files()));
        }
    }
    logind.until_delayed_by(1).await?;
    let (bytes, n_files) = before.context("no warm-up")?;
    let (bytes_after, n_files_after) = (daemon.memory_bytes(), daemon.n_open_files());
    println!("memory {bytes:?} -> {bytes_after:?}, files {n_files:?} -> {n_files_after:?}");
    ensure!(n_files == n_files_after, "open files: {n_files:?}, then {n_files_after:?}");
    let limit = bytes.context("no memory")? + GROWTH_BYTES_MAX;
    ensure!(bytes_after.context("no memory")? <= limit, "memory: {bytes:?}, then {bytes_after:?}");
    ensure!(model.seen().is_empty(), "a model was asked");
    let health = talk.client().request::<call::Health>(HealthParams {}).await?;
    ensure!(health.power.is_some_and(|power| power.n_sleeps == SLEEPS as u64), "{health:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_process_sees_that_it_was_and_clients_are_told() -> Result<()> {
    let home = TestHome::offline()?;
    let daemon = DaemonProcess::start_with(NEXUSD, home.path(), &[("NEXUS_POWER_TICK_MS", "300")]);
    let daemon = daemon.await?;
    let talk = Talk::with(&daemon).await?;
    let mut deaf = Wire::greeted(&daemon).await?;
    daemon.freeze(true)?;
    // How long it stands still is what is tested: longer than several of its looks.
    tokio::time::sleep(Duration::from_secs(2)).await;
    daemon.freeze(false)?;
    let is_stall = |event: &EventFrame| {
        event.payload["noticed"] == "stall" && event.payload["slept_ms"].as_u64() >= Some(1_000)
    };
    talk.until("power.woke", is_stall).await?;
    // This one has not read its ping, and so has not answered; the other one has.
    let is_cut = || daemon.said().contains("a client did not outlive a sleep");
    daemon.wait_until("the cut of a client", is_cut).await?;
    let goodbye = loop {
        match deaf.hear().await? {
            Heard::Frame(_) => {}
            end => break end,
        }
    };
    let reason = "no answer after the machine woke up".to_owned();
    ensure!(goodbye == Heard::Closed(1001, reason), "{goodbye:?}");
    talk.client().request::<call::Health>(HealthParams {}).await?;
    ensure!(daemon.said().matches("a client did not outlive a sleep").count() == 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bus_nothing_is_said_and_nothing_missing() -> Result<()> {
    let home = TestHome::offline()?;
    let nowhere = format!("unix:path={}/no-bus", home.path().display());
    let variable = [("DBUS_SYSTEM_BUS_ADDRESS", nowhere.as_str())];
    let daemon = DaemonProcess::start_with(NEXUSD, home.path(), &variable).await?;
    let talk = Talk::with(&daemon).await?;
    let health = talk.client().request::<call::Health>(HealthParams {}).await?;
    ensure!(health.power.is_none() && !health.checks.iter().any(|check| check.id == "power"));
    ensure!(!daemon.said().contains("logind"), "{}", daemon.said());
    Ok(())
}
