//! The policies of sleep and wake, with a source of words and a clock that are driven by hand.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use futures_util::future::BoxFuture;
use nexus_client::{Client, ClientOptions, Token, call};
use nexus_daemon::Daemon;
use nexus_daemon::power::{Parked, PowerSource, Source, TICK_MS, Word};
use nexus_domain::permission::{PermissionRequest, PermissionStatus};
use nexus_protocol::acl::ShowParams;
use nexus_protocol::frame::ClientFacts;
use nexus_protocol::health::{HealthParams, HealthResult};
use nexus_tests::{Act, FakeModel, HandClock, Talk, TestHome, inside};
use serde_json::json;
use tokio::sync::mpsc;

const HOUR_MS: u64 = 60 * 60 * 1_000;
/// Looks of the daemon at questions that ran out come about as often, in milliseconds.
const LOOK_MS: u64 = 15_000;

/// Says what the scenario says.
struct Spoken(mpsc::Receiver<Word>);

impl PowerSource for Spoken {
    fn tell(mut self: Box<Self>, words: mpsc::Sender<Word>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            while let Some(word) = self.0.recv().await {
                if words.send(word).await.is_err() {
                    return;
                }
            }
        })
    }
}

struct Bench {
    daemon: Daemon,
    clock: Arc<HandClock>,
    words: mpsc::Sender<Word>,
    home: TestHome,
    model: FakeModel,
}

impl Bench {
    async fn start() -> Result<Self> {
        let model = FakeModel::openai(|seen| match seen.brings_results() {
            true => Act::Say("It is edited.".to_owned()),
            false => {
                let arguments = json!({ "path": "a.txt", "old": "one", "new": "two" });
                Act::Call(vec![("edit_file".to_owned(), arguments)])
            }
        });
        let model = model.await?;
        let home = TestHome::with_model(&model)?;
        std::fs::write(home.workspace().join("a.txt"), "one\n")?;
        home.ask_before("edit_file")?;
        let (words, spoken) = mpsc::channel(1);
        let clock = HandClock::new();
        let mut options = inside::options(&home);
        options.clock = clock.clone();
        options.power.source = Source::Given(Box::new(Spoken(spoken)));
        let daemon = Daemon::assemble(options).await?;
        Ok(Self { daemon, clock, words, home, model })
    }

    async fn talk(&self) -> Result<Talk> {
        let facts = ClientFacts { name: "scenario".to_owned(), ..ClientFacts::default() };
        let token = Token::read(self.home.path())?;
        let address = self.daemon.address().to_string();
        Ok(Talk::over(Client::connect(ClientOptions::new(address, Some(token), facts)).await?))
    }

    async fn fall_asleep(&self) -> Result<()> {
        let (parked, is_parked) = Parked::new();
        self.words.send(Word::Sleeps(parked)).await?;
        // It says that by its end.
        let _ = is_parked.await;
        Ok(())
    }

    async fn asked(&self, talk: &Talk) -> Result<PermissionRequest> {
        talk.say("edit", "edit").await?;
        let asked = talk.until("permission.requested", |_| true).await?;
        Ok(serde_json::from_value(asked.payload["permission"].clone())?)
    }

    async fn show(&self, talk: &Talk, asked: &PermissionRequest) -> Result<PermissionRequest> {
        let params = ShowParams { id: asked.id.to_string() };
        Ok(talk.client().request::<call::AclRequestsShow>(params).await?.request)
    }

    async fn health(&self, talk: &Talk) -> Result<HealthResult> {
        Ok(talk.client().request::<call::Health>(HealthParams {}).await?)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announced_sleep_takes_no_time_from_questions() -> Result<()> {
    let bench = Bench::start().await?;
    let talk = bench.talk().await?;
    let asked = bench.asked(&talk).await?;
    bench.fall_asleep().await?;
    let slept_ms = 48 * HOUR_MS;
    bench.clock.sleep_through(slept_ms);
    bench.words.send(Word::Woke).await?;
    let woke = talk.until("power.woke", |_| true).await?;
    ensure!(woke.payload == json!({ "slept_ms": slept_ms, "noticed": "announced" }), "{woke:?}");
    let after = bench.show(&talk, &asked).await?;
    ensure!(after.status == PermissionStatus::Pending, "{after:?}");
    ensure!(after.expires_at == asked.expires_at.plus_ms(slept_ms), "{after:?}");
    let told = talk.until("permission.updated", |_| true).await?;
    ensure!(told.payload["expires_at"] == json!(after.expires_at), "{told:?}");
    ensure!(bench.model.seen().len() == 1, "a wake asks no model");
    let power = bench.health(&talk).await?.power.context("no word of it")?;
    ensure!(power.slept_ms == slept_ms && power.n_sleeps == 1, "{power:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleep_that_nobody_announced_is_seen_before_anything_runs_out() -> Result<()> {
    let bench = Bench::start().await?;
    let talk = bench.talk().await?;
    let asked = bench.asked(&talk).await?;
    let slept_ms = 48 * HOUR_MS;
    bench.clock.sleep_through(slept_ms);
    // The looks at questions and at the clocks are due at the same moment.
    bench.clock.pass(LOOK_MS.max(TICK_MS));
    let woke = talk.until("power.woke", |_| true).await?;
    ensure!(woke.payload == json!({ "slept_ms": slept_ms, "noticed": "gap" }), "{woke:?}");
    let after = bench.show(&talk, &asked).await?;
    ensure!(after.status == PermissionStatus::Pending, "{after:?}");
    ensure!(after.expires_at == asked.expires_at.plus_ms(slept_ms), "{after:?}");
    talk.approve("edit").await?;
    talk.until("turn.completed", |_| true).await?;
    ensure!(std::fs::read_to_string(bench.home.workspace().join("a.txt"))? == "two\n");
    ensure!(bench.health(&talk).await?.power.is_some_and(|power| power.n_sleeps == 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_about_a_sleep_that_was_seen_already_changes_nothing() -> Result<()> {
    let bench = Bench::start().await?;
    let talk = bench.talk().await?;
    bench.fall_asleep().await?;
    bench.clock.sleep_through(HOUR_MS);
    bench.clock.pass(TICK_MS);
    talk.until("power.woke", |_| true).await?;
    bench.words.send(Word::Woke).await?;
    // The next word is heard after this one.
    bench.fall_asleep().await?;
    ensure!(bench.health(&talk).await?.power.is_some_and(|power| power.n_sleeps == 1));
    bench.words.send(Word::Woke).await?;
    talk.until("power.woke", |event| event.payload["slept_ms"] == 0).await?;
    ensure!(bench.health(&talk).await?.power.is_some_and(|power| power.n_sleeps == 2));
    Ok(())
}
