//! The home goes from one daemon to another and back: under load, with a newcomer that is killed in
//! the middle, from an owner that does not answer, and never without the right to it.
#![cfg(unix)]

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use nexus_client::{
    Client, ClientError, ClientOptions, Discovery, Resumed, ResumingEvents, Token, call,
};
use nexus_domain::delivery::DeliveryStatus;
use nexus_domain::id::Position;
use nexus_domain::message::Role;
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::frame::{ClientFacts, EventFrame};
use nexus_protocol::outbox::{DeliveryFacts, ListParams};
use nexus_protocol::runtime::HandoverParams;
use nexus_protocol::session::SendParams;
use nexus_tests::platform::Mail;
use nexus_tests::process::run_command;
use nexus_tests::talk::key;
use nexus_tests::{Act, DaemonProcess, FakeModel, Platform, Seen, Talk, TestHome, records};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const COURIER: &str = env!("CARGO_BIN_EXE_courier");
/// Times the home changes hands.
const HANDOVERS: usize = 7;
/// People who chat, and what each says from one hand-over to the next.
const TALKERS: usize = 4;
const SAID_EACH: usize = 4;
/// Messages that come in from outside from one hand-over to the next.
const MAIL_EACH: usize = 20;
const PERSONS: usize = 8;
/// Exit code of a daemon whose home was taken without its consent.
const DEPOSED: i32 = 3;
/// Pause between two looks, and most of them. They bound a hang; nothing is asserted about them.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS_MAX: usize = 1_200;

fn config(platform: &Platform, model: &FakeModel) -> String {
    let account = |(name, sends_once): (&str, bool)| {
        format!(
            "\n[adapters.{name}]\ncommand = [{COURIER:?}]\naccount = \"{name}\"\n\n\
             [adapters.{name}.settings]\nplatform = \"{}\"\nsends_once = {sends_once}\n",
            platform.address()
        )
    };
    let accounts: String = [("once", true), ("twice", false)].into_iter().map(account).collect();
    model.config() + "\n[sessions]\nqueue_len_max = 500\n" + &accounts
}

fn person(n: usize) -> String {
    format!("person-{n}")
}

fn mail(n: usize) -> Mail {
    Mail {
        id: format!("mail-{n}"),
        account: if n.is_multiple_of(2) { "once" } else { "twice" }.to_owned(),
        peer: person(n % PERSONS),
        text: format!("mail {n}."),
    }
}

async fn echoing() -> Result<FakeModel> {
    FakeModel::openai(|seen: &Seen| Act::Say(format!("You said: {}", seen.asked()))).await
}

async fn dial(home: PathBuf) -> Result<Client, ClientError> {
    // While the home changes hands nobody is there; whoever comes is found by the lock.
    let address = match Discovery::find(&home).await {
        Discovery::Running(running) => running.address,
        _ => "127.0.0.1:9".to_owned(),
    };
    let facts = ClientFacts {
        name: "handover".to_owned(),
        version: "0".to_owned(),
        platform: "test".to_owned(),
        mode: "test".to_owned(),
        instance_id: None,
    };
    let token = Token::read(&home).ok();
    Client::connect(ClientOptions::new(address, token, facts)).await
}

/// Somebody who says what there is to say, again after each break, until it is taken.
struct Talker {
    home: PathBuf,
    n: usize,
    client: Option<Client>,
}

impl Talker {
    async fn say(&mut self, said: usize) -> Result<()> {
        let session = format!("talk-{}", self.n);
        let params = SendParams {
            key: key(&session)?,
            message: format!("word {said}."),
            agent_id: None,
            queue_mode: None,
            attachments: Vec::new(),
            idempotency_key: format!("{session}-{said}"),
        };
        for _ in 0..LOOKS_MAX {
            if self.client.is_none() {
                self.client = dial(self.home.clone()).await.ok();
            }
            if let Some(client) = &self.client {
                match client.request::<call::SessionsSend>(params.clone()).await {
                    Ok(_) => return Ok(()),
                    Err(_) => self.client = None,
                }
            }
            tokio::time::sleep(LOOK).await;
        }
        anyhow::bail!("{session} could not say word {said}")
    }

    /// Says everything up to a number that rises with each hand-over.
    async fn run(mut self, mut until: watch::Receiver<usize>) -> Result<()> {
        let mut said = 0;
        while said < HANDOVERS * SAID_EACH {
            until.wait_for(|until| *until > said).await?;
            self.say(said).await?;
            said += 1;
        }
        Ok(())
    }
}

/// Follows every event from the first one on, over all breaks.
fn follow(home: PathBuf, mut until: watch::Receiver<u64>) -> JoinHandle<Result<Vec<EventFrame>>> {
    tokio::spawn(async move {
        let from_home = home.clone();
        let params = SubscribeParams { after: Some(Position(0)), ..SubscribeParams::default() };
        let again = move || -> futures_util::future::BoxFuture<'static, _> {
            Box::pin(dial(from_home.clone()))
        };
        let mut events = ResumingEvents::begin(dial(home).await?, params, Box::new(again)).await?;
        let mut seen: Vec<EventFrame> = Vec::new();
        loop {
            let last = seen.last().and_then(|one| one.position).map_or(0, |position| position.0);
            if *until.borrow() > 0 && last >= *until.borrow() {
                return Ok(seen);
            }
            tokio::select! {
                next = events.next() => match next? {
                    Resumed::Event(frame) if frame.position.is_some() => seen.push(frame),
                    _ => {}
                },
                _ = until.changed() => {}
            }
        }
    })
}

async fn deliveries(talk: &Talk) -> Result<Vec<DeliveryFacts>> {
    let params = ListParams { limit: Some(500), ..ListParams::default() };
    Ok(talk.client().request::<call::OutboxList>(params).await?.deliveries)
}

/// Waits until all that was said and handed in is answered.
async fn settled(platform: &Platform, daemon: &DaemonProcess, n_mail: usize) -> Result<()> {
    let talk = Talk::with(daemon).await?;
    let mut how = String::new();
    for _ in 0..LOOKS_MAX {
        let requests = talk.requests().await?;
        let n_open = requests.iter().filter(|one| !one.status.is_final()).count();
        let outbox = deliveries(&talk).await?;
        let is_open = |one: &&DeliveryFacts| {
            matches!(one.state, DeliveryStatus::Pending | DeliveryStatus::Sending)
        };
        let n_out = outbox.iter().filter(is_open).count();
        let n_in = platform.n_acknowledged();
        let n_wanted = n_mail + TALKERS * HANDOVERS * SAID_EACH;
        if n_in == n_mail && n_open == 0 && n_out == 0 && requests.len() >= n_wanted {
            ensure!(requests.len() == n_wanted, "{} requests", requests.len());
            return Ok(());
        }
        how = format!("{n_in} handed in, {n_open} requests and {n_out} deliveries open");
        tokio::time::sleep(LOOK).await;
    }
    anyhow::bail!("{how} of {n_mail}:\n{}", daemon.said())
}

#[tokio::test(flavor = "multi_thread")]
async fn under_load_nothing_is_lost_or_done_twice() -> Result<()> {
    let (model, platform) = (echoing().await?, Platform::open().await?);
    let home = TestHome::with_config(&config(&platform, &model))?;
    let persons: Vec<_> = (0..PERSONS).map(person).collect();
    records::introduce(NEXUSD, &home, "courier", &persons, false).await?;
    let mut owner = DaemonProcess::start(NEXUSD, home.path()).await?;
    let address = owner.address().to_owned();
    let (end, ended) = watch::channel(0);
    let follower = follow(home.path().to_owned(), ended);
    let (more, until) = watch::channel(0);
    let talkers: Vec<_> = (0..TALKERS)
        .map(|n| Talker { home: home.path().to_owned(), n, client: None })
        .map(|talker| tokio::spawn(talker.run(until.clone())))
        .collect();
    for n in 0..HANDOVERS {
        more.send_replace((n + 1) * SAID_EACH);
        platform.post((n * MAIL_EACH..(n + 1) * MAIL_EACH).map(mail));
        let mut happenings = platform.happenings();
        let busy = *happenings.borrow() + MAIL_EACH / 2;
        happenings.wait_for(|n| *n >= busy).await?;
        let mut next = DaemonProcess::take_over(NEXUSD, home.path(), &[]).await?;
        ensure!(next.is_alive()? && next.address() == address, "it listens elsewhere");
        ensure!(owner.ended().await? == 0, "{}", owner.said());
        owner = next;
    }
    for talker in talkers {
        talker.await??;
    }
    settled(&platform, &owner, HANDOVERS * MAIL_EACH).await?;
    check_replies(&platform, &owner).await?;
    let last = owner.client().await?.hello().snapshot.position;
    end.send_replace(last.0);
    check_events(&follower.await??)?;
    owner.stop()?;
    owner.died().await?;
    let ledger = records::open(&home)?;
    let lease = ledger.read(|r| r.leases().current()).await?.context("there is no lease")?;
    ensure!(lease.epoch == HANDOVERS as u64 + 1, "{lease:?}");
    ledger.close().await;
    records::verify(NEXUSD, &home)
}

async fn check_replies(platform: &Platform, owner: &DaemonProcess) -> Result<()> {
    let talk = Talk::with(owner).await?;
    for n in 0..TALKERS {
        let mut answered = talk.texts(&format!("talk-{n}"), Role::Assistant).await?;
        answered.sort();
        let said = (0..HANDOVERS * SAID_EACH).map(|said| format!("You said: word {said}."));
        let mut wanted: Vec<_> = said.collect();
        wanted.sort();
        ensure!(answered == wanted, "talk-{n} was answered {answered:?}");
    }
    let outbox = deliveries(&talk).await?;
    let is_sent = |one: &&DeliveryFacts| one.state == DeliveryStatus::Sent;
    let unsent: Vec<_> = outbox.iter().filter(|one| !is_sent(one)).collect();
    ensure!(unsent.is_empty(), "{} of {} are not sent: {unsent:?}", unsent.len(), outbox.len());
    let mut arrived: HashMap<String, usize> = HashMap::new();
    for one in platform.taken() {
        *arrived.entry(one.text).or_default() += 1;
    }
    for n in 0..HANDOVERS * MAIL_EACH {
        let n_times = arrived.remove(&format!("You said: mail {n}.")).unwrap_or_default();
        ensure!(n_times == 1, "mail {n} was answered {n_times} times");
    }
    ensure!(arrived.is_empty(), "nobody said {arrived:?}");
    Ok(())
}

/// Every event once and in order, and never a daemon before the last one stopped.
fn check_events(seen: &[EventFrame]) -> Result<()> {
    let positions: Vec<_> = seen.iter().filter_map(|one| one.position).map(|p| p.0).collect();
    let wanted: Vec<_> = (positions[0]..=positions[positions.len() - 1]).collect();
    ensure!(positions[0] == 1 && positions == wanted, "some events are missing or came twice");
    let lives: Vec<_> = seen
        .iter()
        .map(|one| one.event.as_str())
        .filter(|kind| matches!(*kind, "system.started" | "system.stopping"))
        .collect();
    let is_in_turn = lives
        .chunks(2)
        .all(|life| matches!(life, ["system.started", "system.stopping"] | ["system.started"]));
    ensure!(is_in_turn && lives.len() == 2 * HANDOVERS + 1, "{lives:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_where_it_was() -> Result<()> {
    let words = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&words);
    let model = FakeModel::openai(move |seen| {
        Act::SayHeld(format!("You said: {}", seen.asked()), Arc::clone(&held))
    })
    .await?;
    let home = TestHome::with_model(&model)?;
    let mut owner = DaemonProcess::start(NEXUSD, home.path()).await?;
    let request = Talk::with(&owner).await?.say("one", "go on.").await?;
    let next = DaemonProcess::take_over(NEXUSD, home.path(), &[]).await?;
    ensure!(owner.ended().await? == 0, "{}", owner.said());
    words.add_permits(100);
    let talk = Talk::with(&next).await?;
    talk.ended(request).await?;
    ensure!(talk.texts("one", Role::Assistant).await? == ["You said: go on."]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_that_is_killed_leaves_everything_as_it_was() -> Result<()> {
    let model = echoing().await?;
    let home = TestHome::with_model(&model)?;
    let mut said = HashSet::new();
    // From before it has asked to after it has taken the home.
    for n in 0..8_u64 {
        let mut owner = match Discovery::find(home.path()).await {
            Discovery::Running(_) => anyhow::bail!("somebody is left over"),
            _ => DaemonProcess::start(NEXUSD, home.path()).await?,
        };
        let talk = Talk::with(&owner).await?;
        let text = format!("message {n}.");
        talk.say("one", &text).await?;
        said.insert(format!("You said: {text}"));
        let mut next = DaemonProcess::begin_to_take_over(NEXUSD, home.path(), &[])?;
        tokio::time::sleep(Duration::from_millis(n * 40)).await;
        next.kill()?;
        let is_asked = owner.said().contains("is being handed over");
        if is_asked {
            ensure!(owner.ended().await? == 0, "{}", owner.said());
        } else {
            // It may have been asked at the very last.
            owner.stop()?;
            owner.died().await?;
        }
    }
    let owner = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&owner).await?;
    for _ in 0..LOOKS_MAX {
        let requests = talk.requests().await?;
        if requests.iter().all(|one| one.status.is_final()) {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    let answered = talk.texts("one", Role::Assistant).await?;
    let distinct: HashSet<_> = answered.iter().cloned().collect();
    ensure!(distinct == said && answered.len() == said.len(), "{answered:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_hangs_is_replaced_and_writes_nothing_more() -> Result<()> {
    let model = echoing().await?;
    let home = TestHome::with_model(&model)?;
    let mut frozen = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&frozen).await?;
    let first = talk.say("one", "before.").await?;
    talk.ended(first).await?;
    frozen.freeze(true)?;

    // Without force it says what is the matter, and changes nothing.
    let refused = run_command(NEXUSD, home.path(), &["--take-over"])?;
    ensure!(!refused.0 && refused.1.contains("does not answer"), "{}", refused.1);
    ensure!(refused.1.contains("--take-over --force"), "{}", refused.1);
    // With force, but on the port that the frozen one still holds.
    let port = frozen.address().rsplit_once(':').context("no port")?.1.to_owned();
    let held = ["--take-over", "--force", "--port", &port];
    let refused = run_command(NEXUSD, home.path(), &held)?;
    ensure!(!refused.0 && refused.1.contains("is held"), "{}", refused.1);
    ensure!(refused.1.contains("--port 18790"), "{}", refused.1);

    let free = ["--force", "--port", "0"];
    let next = DaemonProcess::take_over(NEXUSD, home.path(), &free).await?;
    let talk = Talk::with(&next).await?;
    let second = talk.say("one", "after.").await?;
    talk.ended(second).await?;
    frozen.freeze(false)?;
    ensure!(frozen.ended().await? == DEPOSED, "{}", frozen.said());
    ensure!(frozen.said().contains("has taken over"), "{}", frozen.said());

    // The home is the newcomer's: found by the lock, whole, and with one stop too few.
    let found = Discovery::find(home.path()).await;
    ensure!(matches!(&found, Discovery::Running(now) if now.pid == next.pid()), "{found:?}");
    let third = talk.say("one", "at last.").await?;
    talk.ended(third).await?;
    let texts = talk.texts("one", Role::Assistant).await?;
    ensure!(texts.len() == 3, "{texts:?}");
    let (end, until) = watch::channel(next.client().await?.hello().snapshot.position.0);
    let seen = follow(home.path().to_owned(), until).await??;
    drop(end);
    let stops = seen.iter().filter(|one| one.event == "system.stopping").count();
    ensure!(stops == 0, "the frozen one wrote that it stops");
    next.stop()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_a_home_without_the_right_to_it() -> Result<()> {
    let home = TestHome::offline()?;
    let owner = DaemonProcess::start(NEXUSD, home.path()).await?;
    // A second start says who owns the home, and how to take over.
    let (is_ok, said) = run_command(NEXUSD, home.path(), &["--port", "0"])?;
    ensure!(!is_ok && said.contains(&format!("nexusd (pid {})", owner.pid())), "{said}");
    ensure!(said.contains("nexus up --take-over"), "{said}");
    let client = owner.client().await?;
    let ask = |home: &Path, schema_version: u64| HandoverParams {
        idempotency_key: nexus_client::idempotency_key().unwrap_or_default(),
        home: home.display().to_string(),
        pid: 1,
        kind: "headless".to_owned(),
        version: "0.0.1".to_owned(),
        schema_version,
    };
    let elsewhere = ask(Path::new("/nowhere"), u64::MAX >> 11);
    let refused = client.request::<call::RuntimeHandover>(elsewhere).await.unwrap_err();
    ensure!(refused.to_string().contains("/nowhere"), "{refused}");
    let too_old = client.request::<call::RuntimeHandover>(ask(home.path(), 1)).await.unwrap_err();
    ensure!(too_old.to_string().contains("does not know the database"), "{too_old}");
    // Whoever cannot read the token of the home is nobody.
    let facts = owner.client_options()?.facts;
    let stranger = ClientOptions::new(owner.address().to_owned(), None, facts);
    ensure!(Client::connect(stranger).await.is_err(), "a stranger was let in");
    let status = client.request::<call::Health>(nexus_protocol::health::HealthParams {}).await?;
    ensure!(status.pid == owner.pid(), "it went away all the same");
    Ok(())
}
