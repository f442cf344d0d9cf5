//! Messages that come and go through an adapter: who is let in, what runs once, what is sent once,
//! and an adapter that dies in the middle.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, anyhow, ensure};
use nexus_client::call;
use nexus_domain::id::RequestId;
use nexus_domain::request::RequestStatus;
use nexus_ledger::AuditDecision;
use nexus_protocol::frame::EventFrame;
use nexus_protocol::health::{HealthParams, HealthResult, HealthStatus};
use nexus_tests::{Act, DaemonProcess, FakeModel, Talk, TestHome, echo, records};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const ECHO: &str = env!("CARGO_BIN_EXE_adapter-echo-scenario");

/// A home with the echo adapter; `settings` are its own.
fn home(model: &FakeModel, settings: &str) -> Result<TestHome> {
    echo::home(model, ECHO, settings)
}

/// Waits until the request of an event has ended.
async fn ended(talk: &Talk, event_id: &str) -> Result<nexus_protocol::request::GetResult> {
    let is_it = |event: &EventFrame| {
        event.payload["event_id"].as_str().is_some_and(|id| id.ends_with(event_id))
    };
    let started = talk.until("nex.request.started", is_it).await?;
    let id = started.payload["request_id"].as_str().context("no id")?;
    talk.ended(RequestId::parse(id).map_err(|failure| anyhow!(failure))?).await
}

/// The second event of which something is true.
fn second(is_one: impl Fn(&EventFrame) -> bool) -> impl Fn(&EventFrame) -> bool {
    let n_seen = AtomicUsize::new(0);
    move |event| is_one(event) && n_seen.fetch_add(1, Ordering::SeqCst) == 1
}

async fn health(talk: &Talk) -> Result<HealthResult> {
    Ok(talk.client().request::<call::Health>(HealthParams {}).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_in_a_group_is_denied_and_nothing_runs() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("Hello, stranger.".to_owned())).await?;
    let home = home(
        &model,
        "events = [\
         { content = \"let me in\", event_id = \"knock\", peer_id = \"room\", peer_kind = \"group\" },\n\
         { content = \"let me in\", event_id = \"knock\", peer_id = \"room\", peer_kind = \"group\" },\n\
         { content = \"and now?\", event_id = \"again\", peer_id = \"all\", peer_kind = \"channel\" }]",
    )?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    // Each is handed in after the one before was acknowledged, so the last one comes last.
    for event_id in ["knock", "again"] {
        let denied = ended(&talk, event_id).await?;
        ensure!(denied.request.status == RequestStatus::Denied, "{:?}", denied.request.status);
        let reason = denied.request.error.context("no reason is given")?;
        ensure!(
            reason.contains("in groups and channels unknown senders are denied"),
            "it says `{reason}`"
        );
        ensure!(denied.turn.is_none() && denied.tool_calls.is_empty(), "something ran");
    }
    ensure!(talk.requests().await?.len() == 2, "{:?}", talk.requests().await?);
    ensure!(model.seen().is_empty(), "the model was asked on behalf of a stranger");
    ensure!(echo::sent(&home)?.is_empty(), "a stranger was answered");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_sender_is_answered_once() -> Result<()> {
    let model = FakeModel::openai(|seen| Act::Say(format!("You said: {}", seen.asked()))).await?;
    let home = home(
        &model,
        "events = [{ content = \"hi\", event_id = \"one\", sender_id = \"anna\" },\n\
         { content = \"hi\", event_id = \"one\", sender_id = \"anna\" },\n\
         { content = \"and?\", event_id = \"two\", sender_id = \"anna\" },\n\
         { content = \"let me in\", event_id = \"three\" }]",
    )?;
    echo::introduce(NEXUSD, &home, "anna", false).await?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    for event_id in ["one", "two"] {
        let done = ended(&talk, event_id).await?.request;
        ensure!(done.status == RequestStatus::Completed, "{:?}", done.error);
    }
    talk.until("adapter.out.sent", second(|_| true)).await?;
    check_sent(&home)?;

    // After a restart the adapter hands everything in once more: nothing runs, nothing is sent.
    daemon.kill()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    talk.until("adapter.status", second(|event| event.payload["state"] == "running")).await?;
    talk.ended(talk.say("main", "Anything else?").await?).await?;
    let requests = talk.requests().await?;
    ensure!(requests.len() == 4, "{} requests", requests.len());
    check_sent(&home)
}

fn check_sent(home: &TestHome) -> Result<()> {
    let sent = echo::sent(home)?;
    let texts: Vec<_> = sent.iter().map(|one| one["text"].as_str().unwrap_or("?")).collect();
    ensure!(texts == ["You said: hi", "You said: and?"], "sent was {texts:?}");
    ensure!(sent.iter().all(|one| one["to"] == "anna"), "{sent:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_that_dies_while_it_sends_is_started_again_and_sends_once() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("Here I am.".to_owned())).await?;
    let home = home(
        &model,
        "crash_after = 0\n\
         events = [{ content = \"hi\", event_id = \"one\", sender_id = \"boss\" }]",
    )?;
    echo::introduce(NEXUSD, &home, "boss", true).await?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let down =
        talk.until("adapter.status", |event| event.payload["state"] == "backing_off").await?;
    let reason = down.payload["reason"].as_str().unwrap_or_default();
    ensure!(reason.contains('3'), "the exit code is not told: `{reason}`");
    talk.until("adapter.out.sent", |_| true).await?;
    let sent = echo::sent(&home)?;
    ensure!(sent.len() == 1 && sent[0]["text"] == "Here I am.", "sent was {sent:?}");
    let health = health(&talk).await?;
    ensure!(health.adapters.total == 1 && health.adapters.running == 1, "{:?}", health.adapters);
    ensure!(health.status == HealthStatus::Healthy, "{:?}", health.status);
    let done = ended(&talk, "one").await?.request;
    ensure!(done.status == RequestStatus::Completed, "{:?}", done.error);
    Ok(())
}

/// The outcomes of the one delivery that was allowed.
async fn outcomes(home: &TestHome) -> Result<Vec<Vec<String>>> {
    let rows = records::decisions(home).await?;
    let of = |row: &AuditDecision| records::outcomes(row).into_iter().map(str::to_owned).collect();
    Ok(records::allowed(&rows, "deliver").into_iter().map(of).collect())
}

/// One message by the owner, to be answered once.
async fn asked_once(settings: &str) -> Result<(FakeModel, TestHome)> {
    let model = FakeModel::openai(|_| Act::Say("Here I am.".to_owned())).await?;
    let event = "events = [{ content = \"hi\", event_id = \"one\", sender_id = \"boss\" }]";
    let home = home(&model, &format!("{settings}\n{event}"))?;
    echo::introduce(NEXUSD, &home, "boss", true).await?;
    Ok((model, home))
}

async fn stopped(mut daemon: DaemonProcess) -> Result<()> {
    daemon.stop()?;
    daemon.died().await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_end_of_a_delivery_stands_in_the_audit() -> Result<()> {
    for (settings, event, beginning, n_sent) in [
        ("", "adapter.out.sent", "sent", 1),
        ("refuses = \"no such words here\"", "adapter.out.error", "failed: no such words", 0),
    ] {
        let (_model, home) = asked_once(settings).await?;
        let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
        Talk::with(&daemon).await?.until(event, |_| true).await?;
        stopped(daemon).await?;
        let ends = outcomes(&home).await?;
        let is_said = matches!(&ends[..], [end] if end.len() == 1 && end[0].starts_with(beginning));
        ensure!(is_said, "{settings}: {ends:?}");
        ensure!(echo::sent(&home)?.len() == n_sent, "{:?}", echo::sent(&home)?);
    }
    Ok(())
}

/// The daemon dies before the row of a delivery, between the row and the sending, and between the
/// sending and its outcome.
#[tokio::test(flavor = "multi_thread")]
async fn no_delivery_goes_out_without_its_row_wherever_the_daemon_dies() -> Result<()> {
    // Whether a repetition is safe, where it dies, rows and messages at that moment, and what is
    // there in the end.
    for (repeats, point, n_rows, n_sent, n_sent_after, word) in [
        (false, "RunRecorded", 0, 0, 1, "sent"),
        (false, "DeliveryIntent", 1, 0, 1, "sent"),
        (false, "DeliveryUnrecorded", 1, 1, 1, "sent"),
        (true, "RunRecorded", 0, 0, 1, "sent"),
        (true, "DeliveryIntent", 1, 0, 0, "unknown"),
        (true, "DeliveryUnrecorded", 1, 1, 1, "unknown"),
    ] {
        let at = format!("repeats: {repeats}, killed at {point}");
        let (_model, home) = asked_once(&format!("repeats = {repeats}")).await?;
        let mut doomed = DaemonProcess::start_doomed(NEXUSD, home.path(), point).await?;
        doomed.died().await?;
        ensure!(outcomes(&home).await? == vec![Vec::<String>::new(); n_rows], "{at}");
        ensure!(echo::sent(&home)?.len() == n_sent, "{at}: {:?}", echo::sent(&home)?);
        records::verify(NEXUSD, &home)?;

        let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
        let talk = Talk::with(&daemon).await?;
        match word {
            "unknown" => {
                let failed = talk.until("adapter.out.error", |_| true).await?;
                ensure!(failed.payload["is_unknown"] == true, "{at}: {failed:?}");
            }
            _ => drop(talk.until("adapter.out.sent", |_| true).await?),
        }
        stopped(daemon).await?;
        ensure!(echo::sent(&home)?.len() == n_sent_after, "{at}: {:?}", echo::sent(&home)?);
        let ends = outcomes(&home).await?;
        ensure!(ends.iter().all(|end| end.len() == 1), "{at}: {ends:?}");
        let last = ends.iter().flatten().next().cloned().unwrap_or_default();
        ensure!(last.starts_with(word) || word == "unknown", "{at}: {ends:?}");
        records::verify(NEXUSD, &home)?;
    }
    Ok(())
}
