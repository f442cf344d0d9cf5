//! Scheduled jobs and heartbeats, by a clock that is driven by hand: what is due runs once, what is
//! missed follows its policy, and nobody gains rights by waiting.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use nexus_client::{Client, ClientOptions, Token, idempotency_key};
use nexus_daemon::Daemon;
use nexus_daemon::clock::{Clock as _, SystemClock};
use nexus_daemon::power::TICK_MS;
use nexus_domain::request::RequestStatus;
use nexus_protocol::Method;
use nexus_protocol::frame::{ClientFacts, EventFrame};
use nexus_tests::{Act, DaemonProcess, FakeModel, HandClock, Talk, TestHome, inside};
use serde_json::{Value, json};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;

struct Bench {
    daemon: Option<Daemon>,
    clock: Arc<HandClock>,
    home: TestHome,
    model: FakeModel,
}

impl Bench {
    async fn start() -> Result<Self> {
        let model = FakeModel::openai(|seen| match seen.last_text().as_str() {
            "edit" if !seen.brings_results() => {
                let arguments = json!({ "path": "a.txt", "old": "one", "new": "two" });
                Act::Call(vec![("edit_file".to_owned(), arguments)])
            }
            text => Act::Say(format!("done: {text}")),
        });
        let model = model.await?;
        let home = TestHome::with_model(&model)?;
        std::fs::write(home.workspace().join("a.txt"), "one\n")?;
        home.ask_before("edit_file")?;
        let mut bench = Self { daemon: None, clock: HandClock::new(), home, model };
        bench.begin().await?;
        Ok(bench)
    }

    async fn begin(&mut self) -> Result<()> {
        let mut options = inside::options(&self.home);
        options.clock = self.clock.clone();
        self.daemon = Some(Daemon::assemble(options).await?);
        Ok(())
    }

    async fn end(&mut self) -> Result<()> {
        self.daemon.take().context("no daemon")?.drain("the scenario says so").await;
        Ok(())
    }

    async fn talk(&self) -> Result<Talk> {
        self.talk_with(Token::read(self.home.path())?).await
    }

    async fn talk_with(&self, token: Token) -> Result<Talk> {
        let facts = ClientFacts { name: "scenario".to_owned(), ..ClientFacts::default() };
        let address = self.daemon.as_ref().context("no daemon")?.address().to_string();
        Ok(Talk::over(Client::connect(ClientOptions::new(address, Some(token), facts)).await?))
    }

    fn asked(&self, text: &str) -> usize {
        self.model.seen().iter().filter(|seen| seen.last_text() == text).count()
    }
}

/// A job that runs every so often, with what else is said about it.
fn every(name: &str, ms: u64, more: Value) -> Value {
    let mut job = json!({
        "name": name, "agent_id": "main", "prompt": name,
        "when": { "kind": "every", "value": { "ms": ms } },
    });
    if let (Some(job), Value::Object(more)) = (job.as_object_mut(), more) {
        job.extend(more);
    }
    job
}

async fn command(talk: &Talk, method: Method, mut params: Value) -> Result<Value> {
    params["idempotencyKey"] = idempotency_key()?.into();
    Ok(talk.client().call(method, params).await?)
}

async fn create(talk: &Talk, job: Value) -> Result<Value> {
    command(talk, Method::ScheduleCreate, json!({ "job": job })).await
}

fn of(name: &str, times: usize) -> impl Fn(&EventFrame) -> bool {
    let (name, left) = (name.to_owned(), std::cell::Cell::new(times));
    move |event| {
        if event.payload["name"] != name.as_str() {
            return false;
        }
        left.set(left.get().saturating_sub(1));
        left.get() == 0
    }
}

/// The nth run of a job, when it has ended.
async fn ran(talk: &Talk, name: &str, nth: usize) -> Result<(EventFrame, RequestStatus)> {
    let event = talk.until("schedule.run", of(name, nth)).await?;
    let id = serde_json::from_value(event.payload["request_id"].clone())?;
    let ended = talk.ended(id).await?;
    Ok((event, ended.request.status))
}

async fn skipped(talk: &Talk, name: &str, nth: usize) -> Result<(String, u64)> {
    let event = talk.until("schedule.skipped", of(name, nth)).await?;
    let why = event.payload["why"].as_str().unwrap_or_default().to_owned();
    Ok((why, event.payload["n_missed"].as_u64().unwrap_or_default()))
}

async fn history(talk: &Talk, name: &str) -> Result<Vec<Value>> {
    let told = talk.client().call(Method::ScheduleRuns, json!({ "id": name })).await?;
    Ok(told["runs"].as_array().cloned().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_runs_once_by_the_rights_of_maker_job_and_agent() -> Result<()> {
    let bench = Bench::start().await?;
    let talk = bench.talk().await?;
    let made = create(&talk, every("tidy", HOUR_MS, json!({}))).await?;
    let id = made["job"]["job"]["id"].as_str().context("no id")?.to_owned();
    bench.clock.pass(HOUR_MS);
    let (first, status) = ran(&talk, "tidy", 1).await?;
    ensure!(status == RequestStatus::Completed && first.payload["n_missed"] == 0, "{first:?}");
    bench.clock.pass(HOUR_MS);
    let (_, status) = ran(&talk, "tidy", 2).await?;
    ensure!(status == RequestStatus::Completed);
    ensure!(bench.asked("tidy") == 2, "{:?}", bench.model.seen());
    let runs = history(&talk, "tidy").await?;
    ensure!(runs.len() == 2 && runs[0]["status"] == "completed", "{runs:?}");
    // The agent's own tools know the job between them and the maker.
    create(&talk, every("edit", HOUR_MS, json!({}))).await?;
    bench.clock.pass(HOUR_MS);
    talk.until("schedule.run", of("edit", 1)).await?;
    let asked = talk.until("permission.requested", |_| true).await?;
    let chain = asked.payload["permission"]["chain"].to_string();
    ensure!(chain.contains("owner") && chain.contains("job"), "{chain}");
    let audit = talk.client().call(Method::AclAuditList, json!({ "limit": 100 })).await?;
    let (audit, chain) = (audit.to_string(), format!(r#"["owner","job:{id}"]"#));
    ensure!(audit.contains(&chain), "{audit}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missed_in_sleep_follows_its_policy_and_a_heartbeat_costs_nothing() -> Result<()> {
    let bench = Bench::start().await?;
    let talk = bench.talk().await?;
    create(&talk, every("skips", HOUR_MS, json!({ "missed": "skip" }))).await?;
    create(&talk, every("once", HOUR_MS, json!({}))).await?;
    create(&talk, every("each", HOUR_MS, json!({ "missed": "catch_up" }))).await?;
    let beat = json!({ "isOn": true, "everyMs": HOUR_MS, "prompt": "beat" });
    command(&talk, Method::HeartbeatSet, beat).await?;
    bench.clock.sleep_through(3 * HOUR_MS + MINUTE_MS);
    bench.clock.pass(TICK_MS);
    talk.until("power.woke", |_| true).await?;
    ensure!(skipped(&talk, "skips", 1).await? == ("missed".to_owned(), 3));
    ensure!(skipped(&talk, "heartbeat of main", 1).await? == ("missed".to_owned(), 3));
    let (once, _) = ran(&talk, "once", 1).await?;
    ensure!(once.payload["n_missed"] == 2, "{once:?}");
    let (third, _) = ran(&talk, "each", 3).await?;
    ensure!(third.payload["n_missed"] == 0, "{third:?}");
    // The next regular time comes after it, as if nothing had been.
    bench.clock.pass(HOUR_MS);
    for (name, nth) in [("skips", 1), ("once", 2), ("each", 4), ("heartbeat of main", 1)] {
        let (_, status) = ran(&talk, name, nth).await?;
        ensure!(status == RequestStatus::Completed, "{name}");
    }
    let asked = ["skips", "once", "each", "beat"].map(|text| bench.asked(text));
    ensure!(asked == [1, 2, 4, 1], "{asked:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missed_while_the_daemon_is_off_or_paused_runs_once_after() -> Result<()> {
    let mut bench = Bench::start().await?;
    let talk = bench.talk().await?;
    create(&talk, every("once", HOUR_MS, json!({}))).await?;
    let beat = json!({ "isOn": true, "everyMs": HOUR_MS, "prompt": "beat" });
    command(&talk, Method::HeartbeatSet, beat).await?;
    bench.end().await?;
    // A time that comes just when runs are possible again is not missed.
    bench.clock.pass(2 * HOUR_MS + MINUTE_MS);
    bench.begin().await?;
    let talk = bench.talk().await?;
    let (first, _) = ran(&talk, "once", 1).await?;
    ensure!(first.payload["n_missed"] == 1, "{first:?}");
    ensure!(skipped(&talk, "heartbeat of main", 1).await? == ("missed".to_owned(), 2));

    command(&talk, Method::RuntimePause, json!({ "mode": "new_work" })).await?;
    bench.clock.pass(3 * HOUR_MS + MINUTE_MS);
    // Whoever looks now sees that nothing ran; what runs after the pause is seen below.
    ensure!(history(&talk, "once").await?.len() == 1);
    command(&talk, Method::RuntimeResume, json!({})).await?;
    let (second, _) = ran(&talk, "once", 2).await?;
    ensure!(second.payload["n_missed"] == 2, "{second:?}");
    ensure!(skipped(&talk, "heartbeat of main", 2).await? == ("missed".to_owned(), 3));
    ensure!(bench.asked("once") == 2 && bench.asked("beat") == 0, "{:?}", bench.model.seen());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_right_after_the_claim_neither_loses_nor_doubles_a_run() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("done".to_owned())).await?;
    let home = TestHome::with_model(&model)?;
    for (nth, point) in ["Admitted", "TurnOpened", "RunUnrecorded"].into_iter().enumerate() {
        let mut daemon = DaemonProcess::start_doomed(NEXUSD, home.path(), point).await?;
        let talk = Talk::with(&daemon).await?;
        // By the clock of the machine, which this daemon has.
        let when = json!({ "kind": "at", "value": { "at": SystemClock::new().now().0 + 1_500 } });
        let job = json!({ "name": point, "agent_id": "main", "prompt": point, "when": when });
        create(&talk, job).await?;
        daemon.died().await?;
        let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
        let talk = Talk::with(&daemon).await?;
        let (_, status) = ran(&talk, point, 1).await?;
        ensure!(status == RequestStatus::Completed, "{point}");
        let runs = history(&talk, point).await?;
        ensure!(runs.len() == 1 && runs[0]["run"]["n_missed"] == 0, "{point}: {runs:?}");
        let requests = talk.requests().await?;
        ensure!(requests.len() == nth + 1, "{point}: {requests:?}");
        let shown = talk.client().call(Method::ScheduleGet, json!({ "id": point })).await?;
        ensure!(shown["job"]["job"]["due_at"].is_null(), "it is over: {shown}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_somebody_who_lost_the_right_does_not_run_and_says_why() -> Result<()> {
    let bench = Bench::start().await?;
    let talk = bench.talk().await?;
    let scopes = ["session.read", "session.write"];
    let key = json!({ "label": "ci", "scopes": scopes });
    let key = command(&talk, Method::KeysCreate, key).await?;
    let value = key["value"].as_str().context("no key")?.to_owned();
    let theirs = bench.talk_with(Token::new(value)).await?;
    create(&theirs, every("theirs", HOUR_MS, json!({}))).await?;
    // The owner's jobs are not theirs to change.
    create(&talk, every("ours", 2 * HOUR_MS, json!({}))).await?;
    let refused = command(&theirs, Method::SchedulePause, json!({ "id": "ours" })).await;
    ensure!(refused.is_err(), "{refused:?}");
    bench.clock.pass(HOUR_MS);
    let (_, status) = ran(&talk, "theirs", 1).await?;
    ensure!(status == RequestStatus::Completed);
    let id = key["key"]["id"].as_str().context("no id")?;
    command(&talk, Method::KeysRevoke, json!({ "id": id })).await?;
    bench.clock.pass(HOUR_MS);
    let (_, status) = ran(&talk, "theirs", 2).await?;
    ensure!(status == RequestStatus::Denied, "{status:?}");
    let runs = history(&talk, "theirs").await?;
    ensure!(runs[0]["status"] == "denied" && runs[0]["error"].is_string(), "{runs:?}");
    ensure!(bench.asked("theirs") == 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_goes_on_has_the_next_one_passed_over() -> Result<()> {
    let bench = Bench::start().await?;
    let talk = bench.talk().await?;
    let made = create(&talk, every("edit", MINUTE_MS, json!({}))).await?;
    bench.clock.pass(MINUTE_MS);
    talk.until("permission.requested", |_| true).await?;
    bench.clock.pass(MINUTE_MS);
    ensure!(skipped(&talk, "edit", 1).await? == ("overlap".to_owned(), 0));
    let now = command(&talk, Method::ScheduleRun, json!({ "id": "edit" })).await;
    ensure!(now.is_err(), "{now:?}");
    let id = made["job"]["job"]["id"].as_str().context("no id")?;
    talk.approve(&format!("job:{id}")).await?;
    let (_, status) = ran(&talk, "edit", 1).await?;
    ensure!(status == RequestStatus::Completed, "{status:?}");
    ensure!(std::fs::read_to_string(bench.home.workspace().join("a.txt"))? == "two\n");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_job_rests_and_one_that_is_changed_keeps_its_new_times() -> Result<()> {
    let bench = Bench::start().await?;
    let talk = bench.talk().await?;
    create(&talk, every("tidy", HOUR_MS, json!({}))).await?;
    let paused = command(&talk, Method::SchedulePause, json!({ "id": "tidy" })).await?;
    ensure!(paused["job"]["job"]["due_at"].is_null(), "{paused}");
    bench.clock.pass(5 * HOUR_MS);
    let resumed = command(&talk, Method::ScheduleResume, json!({ "id": "tidy" })).await?;
    ensure!(resumed["job"]["job"]["due_at"].is_i64(), "{resumed}");
    bench.clock.pass(HOUR_MS);
    let (first, _) = ran(&talk, "tidy", 1).await?;
    ensure!(first.payload["n_missed"] == 0, "a rest is not made up for: {first:?}");
    let job = every("tidy", 2 * HOUR_MS, json!({}));
    command(&talk, Method::ScheduleUpdate, json!({ "id": "tidy", "job": job })).await?;
    let now = command(&talk, Method::ScheduleRun, json!({ "id": "tidy" })).await?;
    let id = serde_json::from_value(now["requestId"].clone())?;
    ensure!(talk.ended(id).await?.request.status == RequestStatus::Completed);
    let preview = json!({ "job": every("x", HOUR_MS, json!({})), "count": 3 });
    let preview = talk.client().call(Method::SchedulePreview, preview).await?;
    let foreseen = preview["foreseen"].as_array().context("nothing")?;
    let verdict = |what: &str| {
        let found = foreseen.iter().find(|one| one["what"] == what);
        found.and_then(|one| one["verdict"].as_str()).unwrap_or_default().to_owned()
    };
    ensure!(verdict("start") == "allow" && verdict("read_file") == "allow", "{preview}");
    ensure!(verdict("edit_file") == "ask", "{preview}");
    ensure!(preview["times"].as_array().is_some_and(|times| times.len() == 3), "{preview}");
    command(&talk, Method::ScheduleDelete, json!({ "id": "tidy" })).await?;
    ensure!(history(&talk, "tidy").await.is_err());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_brings_what_waits_and_asks_no_model_when_nothing_does() -> Result<()> {
    let bench = Bench::start().await?;
    let talk = bench.talk().await?;
    let none = command(&talk, Method::HeartbeatNote, json!({ "text": "look" })).await;
    ensure!(none.is_err(), "there is no heartbeat yet: {none:?}");
    let beat = json!({ "isOn": true, "everyMs": HOUR_MS });
    command(&talk, Method::HeartbeatSet, beat).await?;
    let due = |told: &Value| told["heartbeat"]["job"]["due_at"].as_i64();
    let first = due(&talk.client().call(Method::HeartbeatGet, json!({})).await?);
    bench.clock.pass(HOUR_MS);
    loop {
        // The beat is over when the next one is planned.
        let told = talk.client().call(Method::HeartbeatGet, json!({})).await?;
        if due(&told) > first {
            break;
        }
        tokio::task::yield_now().await;
    }
    ensure!(bench.model.seen().is_empty() && talk.requests().await?.is_empty());

    command(&talk, Method::HeartbeatNote, json!({ "text": "look" })).await?;
    let key = json!({ "label": "ci", "scopes": ["session.write"] });
    let key = command(&talk, Method::KeysCreate, key).await?;
    let theirs = bench.talk_with(Token::new(key["value"].as_str().unwrap_or_default().to_owned()));
    command(&theirs.await?, Method::HeartbeatNote, json!({ "text": "from outside" })).await?;
    let told = talk.client().call(Method::HeartbeatGet, json!({})).await?;
    ensure!(told["nWaiting"] == 2, "{told}");
    bench.clock.pass(HOUR_MS);
    let (_, status) = ran(&talk, "heartbeat of main", 1).await?;
    ensure!(status == RequestStatus::Completed);
    // What somebody else said came with the beat, by its own rights.
    let purpose = |event: &EventFrame| event.payload["purpose"] == "from outside";
    let started = talk.until("nex.request.started", purpose).await?;
    let id = serde_json::from_value(started.payload["request_id"].clone())?;
    let theirs = talk.ended(id).await?.request;
    let sender = theirs.principal.map(|who| who.to_string()).unwrap_or_default();
    ensure!(sender.starts_with("api_key:") && theirs.wish.job.is_none(), "{sender}");
    ensure!(bench.asked("look") == 1 && bench.asked("from outside") == 1);
    let told = talk.client().call(Method::HeartbeatGet, json!({})).await?;
    ensure!(told["nWaiting"] == 0, "{told}");
    Ok(())
}
