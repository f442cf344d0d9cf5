//! The daemon and its adapters are killed at random moments, again and again, while messages come
//! in from a platform that repeats them until they are acknowledged, and replies go out to it.
//! Every message is handled once; every reply arrives once, or is listed as `unknown`.
//!
//! A share of it runs in the usual suite; `cargo xtask test --long` kills 200 times, and so does
//! `NEXUS_KILLS=200`. `NEXUS_SEED` repeats or changes who is killed when.
#![cfg(target_os = "linux")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use nexus_client::call;
use nexus_domain::delivery::DeliveryStatus;
use nexus_domain::message::Role;
use nexus_domain::request::{Request, RequestStatus};
use nexus_protocol::outbox::{DeliveryFacts, ListParams};
use nexus_tests::platform::{Mail, Taken};
use nexus_tests::{
    Act, DaemonProcess, Dice, FakeModel, Platform, Seen, Talk, TestHome, environment, records,
};
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::Semaphore;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const COURIER: &str = env!("CARGO_BIN_EXE_courier");
const SEED: usize = 20_261_122;
/// Kills in the usual suite.
const KILLS: usize = 30;
/// Messages for each kill: a thousand for 200.
const MESSAGES_PER_KILL: usize = 5;
const PERSONS: usize = 40;
/// Adapters, and their settings: the sends of the first are safe to repeat, replies grow in
/// messages of the last two.
const ACCOUNTS: &[(&str, &str)] = &[
    ("once", "sends_once = true"),
    ("twice", "sends_once = false"),
    ("grows-once", "sends_once = true\nedit_ms_min = 5"),
    ("grows-twice", "sends_once = false\nedit_ms_min = 5"),
];
/// Replies that go on by a word at the same time.
const WORDS_AT_ONCE: usize = 3;
/// Pause between two words of a reply, in milliseconds.
const WORD_MS: u64 = 12;

/// How often a delivery is tried.
const TRIES_MAX: u32 = 3;
/// Most things that happen on the platform from one kill to the next.
const HAPPENINGS_MAX: usize = 14;
/// A kill comes at the latest after this, in milliseconds.
const KILL_MS_MAX: u64 = 400;
/// And so long after the last thing that happened, in milliseconds, at most.
const DELAY_MS_MAX: usize = 12;
/// Pause between two looks, in milliseconds, and most of them.
const LOOK_MS: u64 = 100;
const LOOKS_MAX: usize = 200;

fn config(platform: &Platform, model: &FakeModel) -> String {
    let mut text = model.config()
        + "\n[ledger]\ndurability = \"process\"\n\n[sessions]\nqueue_len_max = 500\n";
    for (account, settings) in ACCOUNTS {
        text += &format!(
            "\n[adapters.{account}]\ncommand = [{COURIER:?}]\naccount = \"{account}\"\n\n\
             [adapters.{account}.settings]\nplatform = \"{}\"\n{settings}\n",
            platform.address()
        );
    }
    text
}

fn person(n: usize) -> String {
    format!("person-{n}")
}

/// Ids are of different lengths, so that the platform repeats some of them.
fn mail(n: usize) -> Mail {
    Mail {
        id: format!("mail-{n}{}", "x".repeat(n % 4)),
        account: ACCOUNTS[n % ACCOUNTS.len()].0.to_owned(),
        peer: person(n % PERSONS),
        text: format!("message {n}."),
    }
}

fn reply(n: usize) -> String {
    format!("You said: message {n}.")
}

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Victim {
    Daemon,
    Adapter,
    Both,
}

struct World {
    home: TestHome,
    platform: Platform,
    daemon: DaemonProcess,
    dice: Dice,
    killed: BTreeMap<Victim, usize>,
}

impl World {
    async fn open(model: &FakeModel, seed: usize) -> Result<Self> {
        let platform = Platform::open().await?;
        let home = TestHome::with_config(&config(&platform, model))?;
        let persons: Vec<_> = (0..PERSONS).map(person).collect();
        records::introduce(NEXUSD, &home, "courier", &persons, false).await?;
        let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
        Ok(Self {
            home,
            platform,
            daemon,
            dice: Dice::seeded(seed as u64),
            killed: BTreeMap::new(),
        })
    }

    /// Lets a random while pass, counted in what happens on the platform.
    async fn a_while(&mut self) -> Result<()> {
        let mut happenings = self.platform.happenings();
        let until = *happenings.borrow() + 1 + self.dice.below(HAPPENINGS_MAX);
        let limit = Duration::from_millis(KILL_MS_MAX);
        let enough = happenings.wait_for(|n| *n >= until);
        // Nothing happens while everybody is starting again: that is a moment like any other.
        let _ = tokio::time::timeout(limit, enough).await;
        let delay = self.dice.below(DELAY_MS_MAX) as u64;
        tokio::time::sleep(Duration::from_millis(delay)).await;
        Ok(())
    }

    async fn kill(&mut self) -> Result<()> {
        let victim = match self.dice.below(6) {
            0 | 1 => Victim::Daemon,
            2 => Victim::Both,
            _ => Victim::Adapter,
        };
        let had_adapter = victim != Victim::Daemon && self.kill_adapter()?;
        // Where no adapter is there to be killed it is the daemon's turn.
        if victim != Victim::Adapter || !had_adapter {
            self.daemon.kill()?;
            self.daemon = DaemonProcess::start(NEXUSD, self.home.path()).await?;
        }
        let victim = if had_adapter { victim } else { Victim::Daemon };
        *self.killed.entry(victim).or_default() += 1;
        Ok(())
    }

    /// Kills an adapter that runs, or the one that keeps it confined; whether there was one.
    fn kill_adapter(&mut self) -> Result<bool> {
        let file = self.home.path().join("state/adapters/running.json");
        let text = std::fs::read(file).unwrap_or_default();
        let running: BTreeMap<String, serde_json::Value> =
            serde_json::from_slice(&text).unwrap_or_default();
        let pids: Vec<_> = running.values().filter_map(|one| one["pid"].as_i64()).collect();
        if pids.is_empty() {
            return Ok(false);
        }
        let keeper = i32::try_from(pids[self.dice.below(pids.len())])?;
        let mut family = vec![keeper];
        family.extend(children(keeper));
        let pid = family[self.dice.below(family.len())];
        let pid = Pid::from_raw(pid).context("no process has number 0")?;
        // It may have ended by itself since.
        Ok(kill_process(pid, Signal::KILL).is_ok())
    }

    /// Waits until everything that was handed in is handled and every reply has its end.
    async fn settled(&self, n_mail: usize) -> Result<(Vec<Request>, Vec<DeliveryFacts>)> {
        let talk = Talk::with(&self.daemon).await?;
        let mut how = String::new();
        for _ in 0..LOOKS_MAX {
            let requests = talk.requests().await?;
            let deliveries = deliveries(&talk).await?;
            let is_at_work = |one: &&Request| !one.status.is_final();
            let n_open = requests.iter().filter(is_at_work).count();
            let is_open = |one: &&DeliveryFacts| {
                matches!(one.state, DeliveryStatus::Pending | DeliveryStatus::Sending)
            };
            let n_waiting = deliveries.iter().filter(is_open).count();
            if self.platform.n_acknowledged() == n_mail && n_open == 0 && n_waiting == 0 {
                return Ok((requests, deliveries));
            }
            how = format!(
                "{} of {n_mail} acknowledged, {n_open} requests and {n_waiting} deliveries open: \
                 {:?} {:?}",
                self.platform.n_acknowledged(),
                requests.iter().find(is_at_work),
                deliveries.iter().find(is_open)
            );
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
        anyhow::bail!("{how}:\n{}", self.daemon.said())
    }
}

/// What a process started, and what that started.
fn children(pid: i32) -> Vec<i32> {
    let file = format!("/proc/{pid}/task/{pid}/children");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let own: Vec<i32> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    own.iter().flat_map(|&pid| std::iter::once(pid).chain(children(pid))).collect()
}

async fn deliveries(talk: &Talk) -> Result<Vec<DeliveryFacts>> {
    let mut all: Vec<DeliveryFacts> = Vec::new();
    loop {
        let before = all.last().map(|last| last.id);
        let params = ListParams { limit: Some(500), before, ..ListParams::default() };
        let page = talk.client().request::<call::OutboxList>(params).await?;
        all.extend(page.deliveries);
        if !page.has_more {
            return Ok(all);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_whenever_everything_happens_once() -> Result<()> {
    let n_kills = environment::kills().unwrap_or(KILLS);
    let seed = environment::seed().unwrap_or(SEED);
    println!("NEXUS_SEED={seed} NEXUS_KILLS={n_kills}");
    let words = Arc::new(Semaphore::new(0));
    let (held, model) = (Arc::clone(&words), |seen: &Seen| format!("You said: {}", seen.asked()));
    let model = FakeModel::openai(move |seen| Act::SayHeld(model(seen), Arc::clone(&held))).await?;
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(WORD_MS)).await;
            words.add_permits(WORDS_AT_ONCE.saturating_sub(words.available_permits()));
        }
    });
    let mut world = World::open(&model, seed).await?;
    let n_mail = n_kills * MESSAGES_PER_KILL;
    for n in 0..n_kills {
        world.platform.post((n * MESSAGES_PER_KILL..(n + 1) * MESSAGES_PER_KILL).map(mail));
        world.a_while().await?;
        world.kill().await.with_context(|| format!("kill {n}"))?;
    }
    let (requests, deliveries) = world.settled(n_mail).await?;
    println!("{}", check_handled_once(&world, n_mail, &requests).await?);
    println!("{}", check_delivered(&world, n_mail, &requests, &deliveries)?);
    world.daemon.stop()?;
    world.daemon.died().await?;
    records::verify(NEXUSD, &world.home)
}

/// Says how often what came in was handled.
async fn check_handled_once(world: &World, n_mail: usize, requests: &[Request]) -> Result<String> {
    let unfinished = requests.iter().find(|one| one.status != RequestStatus::Completed);
    ensure!(unfinished.is_none(), "{unfinished:?}");
    let events: HashSet<_> = requests.iter().map(|one| &one.event_id).collect();
    let turns: HashSet<_> = requests.iter().filter_map(|one| one.turn_id).collect();
    let counted = format!(
        "{n_mail} messages, handed in {} times: {} requests, {} turns",
        world.platform.n_handed(),
        requests.len(),
        turns.len()
    );
    ensure!(requests.len() == n_mail && events.len() == n_mail, "{} requests", requests.len());
    ensure!(turns.len() == n_mail, "{} turns", turns.len());
    let talk = Talk::with(&world.daemon).await?;
    for n in 0..PERSONS.min(n_mail) {
        let messages = talk.messages(&format!("dm:{}", person(n))).await?;
        let texts = |role: Role| {
            let of = messages.iter().filter(move |message| message.role == role);
            of.map(|message| message.text()).collect::<Vec<_>>()
        };
        let (mut said, mut answered) = (texts(Role::User), texts(Role::Assistant));
        said.sort();
        answered.sort();
        let numbers: Vec<_> = (0..n_mail).filter(|one| one % PERSONS == n).collect();
        let mut wanted: Vec<_> = numbers.iter().map(|&one| mail(one).text).collect();
        let mut replies: Vec<_> = numbers.iter().map(|&one| reply(one)).collect();
        wanted.sort();
        replies.sort();
        ensure!(said == wanted, "{} was heard saying {said:?}", person(n));
        ensure!(answered == replies, "{} was answered {answered:?}", person(n));
    }
    Ok(counted)
}

/// Says how often what went out arrived.
fn check_delivered(
    world: &World,
    n_mail: usize,
    requests: &[Request],
    deliveries: &[DeliveryFacts],
) -> Result<String> {
    let taken = world.platform.taken();
    let mut arrived: HashMap<&str, Vec<&Taken>> = HashMap::new();
    for one in &taken {
        arrived.entry(&one.key).or_default().push(one);
    }
    let mut by_text: HashMap<&str, Vec<&DeliveryFacts>> = HashMap::new();
    for one in deliveries {
        by_text.entry(&one.text).or_default().push(one);
    }
    let answered: HashSet<_> = deliveries.iter().map(|one| one.request_id).collect();
    ensure!(requests.iter().all(|one| answered.contains(&one.id)), "a reply is in no outbox");
    let (mut n_sent, mut n_unknown, mut n_unknown_arrived) = (0, 0, 0);
    for n in 0..n_mail {
        let (mail, text) = (mail(n), reply(n));
        let rows = by_text.get(&*text).map(Vec::as_slice).unwrap_or_default();
        let [row] = rows else { anyhow::bail!("{text} stands in the outbox as {rows:?}") };
        let came = arrived.remove(&*row.id.to_string()).unwrap_or_default();
        ensure!(came.iter().all(|one| one.to == mail.peer && one.account == mail.account));
        ensure!(came.iter().all(|one| text.starts_with(&one.text)), "{text} came as {came:?}");
        let is_whole = came.iter().all(|one| one.text == text);
        ensure!(is_whole || row.state != DeliveryStatus::Sent, "{text} came as {came:?}");
        match (row.state, came.len()) {
            (DeliveryStatus::Sent, 1) => n_sent += 1,
            (DeliveryStatus::Unknown, n_came @ (0 | 1)) => {
                n_unknown += 1;
                n_unknown_arrived += n_came;
                // Where sends are safe to repeat, only one that was cut off each time it was tried.
                ensure!(row.adapter.ends_with("twice") || row.n_tries >= TRIES_MAX, "{row:?}");
            }
            (_, n_came) => anyhow::bail!("it came {n_came} times: {row:?}"),
        }
    }
    ensure!(arrived.is_empty(), "nobody said {arrived:?}");
    let n_repeated: usize = taken.iter().map(|one| one.n_times - 1).sum();
    let n_grown = taken.iter().filter(|one| one.n_edits > 0).count();
    Ok(format!(
        "{} kills {:?}; {n_mail} replies: {n_sent} arrived once ({n_repeated} repetitions were \
         known by their key, {n_grown} grew in a message), {n_unknown} are listed as unknown \
         ({n_unknown_arrived} of them arrived), 0 lost, 0 twice",
        world.killed.values().sum::<usize>(),
        world.killed,
    ))
}
