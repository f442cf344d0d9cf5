//! Pause is a state of the daemon: what comes in is admitted once and waits, a restart changes
//! nothing, and what waited runs once.

use std::cell::Cell;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use nexus_client::{Client, ClientOptions, Token, call, idempotency_key};
use nexus_daemon::Daemon;
use nexus_domain::delivery::DeliveryStatus;
use nexus_domain::message::Role;
use nexus_domain::pause::{PauseMode, Paused};
use nexus_domain::request::RequestStatus;
use nexus_protocol::frame::{ClientFacts, EventFrame};
use nexus_protocol::health::HealthStatus;
use nexus_protocol::message::SendParams;
use nexus_protocol::runtime::{
    PauseParams, ResumeParams, StatusParams, SummaryParams, SummaryResult,
};
use nexus_tests::{
    Act, DaemonProcess, FakeModel, HandClock, Talk, TestHome, echo, inside, records,
};
use serde_json::json;
use tokio::sync::Semaphore;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const ECHO: &str = env!("CARGO_BIN_EXE_adapter-echo-scenario");
const HOUR_MS: u64 = 3_600_000;

async fn pause(talk: &Talk, mode: PauseMode, for_ms: Option<u64>) -> Result<Paused> {
    let params = PauseParams { mode, for_ms, idempotency_key: idempotency_key()? };
    let result = talk.client().request::<call::RuntimePause>(params).await?;
    result.paused.context("it is not paused")
}

async fn resume(talk: &Talk) -> Result<()> {
    let params = ResumeParams { idempotency_key: idempotency_key()? };
    let result = talk.client().request::<call::RuntimeResume>(params).await?;
    ensure!(result.paused.is_none(), "{result:?}");
    Ok(())
}

async fn summary(talk: &Talk) -> Result<SummaryResult> {
    Ok(talk.client().request::<call::RuntimeSummary>(SummaryParams {}).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_during_a_pause_waits_across_a_restart_and_runs_once() -> Result<()> {
    let model = FakeModel::openai(|seen| Act::Say(format!("heard {}", seen.last_text()))).await?;
    let home = TestHome::with_model(&model)?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let paused = pause(&talk, PauseMode::NewWork, None).await?;
    ensure!(paused.until.is_none());
    let first = talk.say("main", "one").await?;
    let second = talk.say("side", "two").await?;
    // Both have been decided about when the state says so.
    for id in [first, second] {
        let is_it = |event: &EventFrame| event.payload["request_id"] == id.to_string().as_str();
        talk.until("nex.request.queued", is_it).await?;
    }
    let told = summary(&talk).await?;
    ensure!(told.paused == Some(paused) && told.on_hold == 2, "{told:?}");
    ensure!(
        told.sentence == "Nothing needs you. New work is paused. 2 requests are on hold.",
        "{}",
        told.sentence
    );
    let status = talk.client().request::<call::Status>(StatusParams {}).await?;
    ensure!(status.health.status == HealthStatus::Healthy, "a pause is nothing amiss");
    ensure!(status.paused == Some(paused) && status.health.paused == Some(paused));

    daemon.kill()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let third = talk.say("main", "three").await?;
    talk.until("nex.request.queued", |event| {
        event.payload["request_id"] == third.to_string().as_str()
    })
    .await?;
    ensure!(summary(&talk).await?.paused == Some(paused), "a restart ended the pause");
    ensure!(model.seen().is_empty(), "something ran: {:?}", model.seen());

    resume(&talk).await?;
    for id in [first, second, third] {
        let ended = talk.ended(id).await?;
        ensure!(ended.request.status == RequestStatus::Completed, "{ended:?}");
    }
    let told =
        [talk.texts("main", Role::Assistant).await?, talk.texts("side", Role::Assistant).await?];
    ensure!(told == [vec!["heard one", "heard three"], vec!["heard two"]], "{told:?}");
    ensure!(model.seen().len() == 3, "{:?}", model.seen());
    // Whoever ends it twice is not told that it went wrong.
    resume(&talk).await?;
    let decisions = records::decisions(&home).await?;
    let n_decided = |method: &str| {
        decisions.iter().filter(|one| one.record.resource.as_deref() == Some(method)).count()
    };
    ensure!(n_decided("runtime.pause") == 1 && n_decided("runtime.resume") == 2, "{decisions:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_goes_on_when_only_new_work_is_paused() -> Result<()> {
    let (asked, go) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (tell, wait) = (Arc::clone(&asked), Arc::clone(&go));
    let model = FakeModel::openai(move |seen| match seen.last_text().as_str() {
        "work" => {
            tell.add_permits(1);
            Act::SayHeld("done with it".to_owned(), Arc::clone(&wait))
        }
        _ => Act::Say("done".to_owned()),
    })
    .await?;
    let home = TestHome::with_model(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let running = talk.say("main", "work").await?;
    asked.acquire().await?.forget();
    pause(&talk, PauseMode::NewWork, None).await?;
    let waiting = talk.say("main", "more").await?;
    go.add_permits(10);
    let ended = talk.ended(running).await?;
    ensure!(ended.request.status == RequestStatus::Completed, "{ended:?}");
    let stands = talk.look("main").await?;
    ensure!(stands.active_turn.is_none() && stands.queued.len() == 1, "{stands:?}");
    resume(&talk).await?;
    talk.ended(waiting).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_stops_before_its_tool_call_and_goes_on_after() -> Result<()> {
    let (asked, go) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (tell, wait) = (Arc::clone(&asked), Arc::clone(&go));
    let model = FakeModel::openai(move |seen| {
        if seen.n_results() > 0 {
            return Act::Say("written".to_owned());
        }
        tell.add_permits(1);
        // The reply is on its way when the pause begins.
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current()
                .block_on(async { wait.acquire().await.unwrap().forget() });
        });
        let arguments = json!({ "path": "new.txt", "content": "new\n" });
        Act::Call(vec![("write_file".to_owned(), arguments)])
    })
    .await?;
    let config = model.config().replace("[agents.main]\n", "[agents.main]\npreset = \"yolo\"\n");
    let home = TestHome::with_config(&config)?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let id = talk.say("main", "write").await?;
    asked.acquire().await?.forget();
    pause(&talk, PauseMode::All, None).await?;
    go.add_permits(10);
    let has_calls = |event: &EventFrame| event.payload["message"]["role"] == "assistant";
    talk.until("message.recorded", has_calls).await?;
    while summary(&talk).await?.on_hold == 0 {
        tokio::task::yield_now().await;
    }
    ensure!(summary(&talk).await?.working == 0);
    ensure!(!home.workspace().join("new.txt").exists(), "it acted during the pause");

    // A stop of the daemon does not wait for it.
    daemon.stop()?;
    daemon.died().await?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    ensure!(!home.workspace().join("new.txt").exists(), "it acted during the pause");
    resume(&talk).await?;
    let ended = talk.ended(id).await?;
    ensure!(ended.request.status == RequestStatus::Completed, "{ended:?}");
    ensure!(home.workspace().join("new.txt").exists());
    let decisions = records::decisions(&home).await?;
    ensure!(records::allowed(&decisions, "tool.write_file").len() == 1, "{decisions:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_ends_by_the_clock() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("here".to_owned())).await?;
    let home = TestHome::with_model(&model)?;
    let clock = HandClock::new();
    let mut options = inside::options(&home);
    options.clock = clock.clone();
    let daemon = Daemon::assemble(options).await?;
    let facts = ClientFacts { name: "scenario".to_owned(), ..ClientFacts::default() };
    let options =
        ClientOptions::new(daemon.address().to_string(), Some(Token::read(home.path())?), facts);
    let talk = Talk::over(Client::connect(options).await?);
    let paused = pause(&talk, PauseMode::All, Some(HOUR_MS)).await?;
    ensure!(paused.until == Some(paused.since.plus_ms(HOUR_MS)));
    let longer = pause(&talk, PauseMode::NewWork, Some(2 * HOUR_MS)).await?;
    ensure!(longer.since == paused.since && longer.mode == PauseMode::NewWork);
    let id = talk.say("main", "are you there?").await?;
    clock.pass(HOUR_MS);
    ensure!(summary(&talk).await?.paused == Some(longer), "it was prolonged");
    ensure!(model.seen().is_empty());
    clock.pass(HOUR_MS);
    let ended = talk.ended(id).await?;
    ensure!(ended.request.status == RequestStatus::Completed, "{ended:?}");
    let event = talk.until("runtime.resumed", |_| true).await?;
    ensure!(event.payload["by"].is_null(), "{event:?}");
    daemon.drain("the scenario is over").await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_of_everything_holds_deliveries_back() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("for you".to_owned())).await?;
    let home = echo::home(&model, ECHO, "")?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let is_up = |event: &EventFrame| event.payload["state"] == "running";
    talk.until("adapter.status", is_up).await?;
    pause(&talk, PauseMode::All, None).await?;
    let params = SendParams {
        to: "chat:42".to_owned(),
        message: "On my way.".to_owned(),
        adapter: Some("echo".to_owned()),
        thread_id: None,
        reply_to_id: None,
        idempotency_key: idempotency_key()?,
    };
    let told = talk.client().request::<call::MessagesSend>(params).await?;
    ensure!(told.delivery.state == DeliveryStatus::Pending, "{told:?}");
    drop(daemon);
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let n_starts = Cell::new(0);
    let is_second = |event: &EventFrame| {
        n_starts.set(n_starts.get() + u32::from(is_up(event)));
        n_starts.get() == 2
    };
    talk.until("adapter.status", is_second).await?;
    resume(&talk).await?;
    let sending = talk.until("adapter.out.sending", |_| true).await?;
    let resumed = talk.until("runtime.resumed", |_| true).await?;
    ensure!(sending.position > resumed.position, "{sending:?} {resumed:?}");
    talk.until("adapter.out.sent", |_| true).await?;
    ensure!(echo::sent(&home)?.len() == 1);
    Ok(())
}
