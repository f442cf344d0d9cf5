//! Whoever follows the events gets each recorded one once and in order, however often the line
//! breaks; and the text of a reply, whenever they join.

use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, ensure};
use nexus_domain::id::Position;
use nexus_domain::message::Role;
use nexus_domain::request::RequestStatus;
use nexus_protocol::event::SubscribeParams;
use nexus_tests::talk::{EVENT_WAIT, key};
use nexus_tests::wire::{EventStream, Heard, StreamEvent, Wire};
use nexus_tests::{Act, DaemonProcess, Dice, FakeModel, Talk, TestHome};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
/// Messages that make the events to be followed.
const MESSAGES: usize = 120;
const SESSIONS: usize = 6;
/// How often each kind of connection is cut.
const CUTS: usize = 200;
/// Most events read before a cut.
const STRETCH_LEN_MAX: usize = 15;
/// The session whose end is the end of what is compared.
const LAST: &str = "last";
const CONFIG: &str = "[ledger]\ndurability = \"process\"\n\n[models]\ndiscover = false\n\n\
                      [sessions]\nqueue_len_max = 100\n";

/// A recorded event as any reader sees it.
type Entry = (u64, String, Value);

fn is_last((_, kind, payload): &Entry) -> bool {
    kind == "nex.request.completed" && payload["session_key"] == LAST
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_are_cut_miss_nothing_and_see_nothing_twice() -> Result<()> {
    let home = TestHome::with_config(CONFIG)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let load = async {
        let talk = Talk::with(&daemon).await?;
        let mut ids = Vec::new();
        for n in 0..MESSAGES {
            ids.push(talk.say(&format!("session-{}", n % SESSIONS), "hello").await?);
        }
        for id in ids {
            talk.ended(id).await?;
        }
        talk.say(LAST, "This is all.").await
    };
    let (loaded, whole, by_socket, by_stream) =
        tokio::join!(load, read_uncut(&daemon), read_by_socket(&daemon), read_by_stream(&daemon),);
    loaded?;
    let whole = whole?;
    ensure!(whole.len() > MESSAGES * 10, "only {} events happened", whole.len());
    ensure!(whole.is_sorted_by(|a, b| a.0 < b.0), "positions do not rise");
    compare(&whole, &by_socket?).context("by WebSocket")?;
    compare(&whole, &by_stream?).context("by event stream")
}

async fn read_uncut(daemon: &DaemonProcess) -> Result<Vec<Entry>> {
    let client = daemon.client().await?;
    let params = SubscribeParams { after: Some(Position(0)), ..SubscribeParams::default() };
    let mut events = client.subscribe(&params).await?;
    let mut entries = Vec::new();
    while !entries.last().is_some_and(is_last) {
        let event = events.next().await.map_err(|end| anyhow!("{end:?}"))?;
        let position = event.position.context("no position")?;
        entries.push((position.0, event.event, event.payload));
    }
    Ok(entries)
}

async fn read_by_socket(daemon: &DaemonProcess) -> Result<Vec<Entry>> {
    let mut dice = Dice::seeded(7);
    let mut entries: Vec<Entry> = Vec::new();
    for n in 0.. {
        let mut n_left = if n < CUTS { dice.below(STRETCH_LEN_MAX) } else { usize::MAX };
        let client = daemon.client().await?;
        let after = Some(Position(entries.last().map_or(0, |last| last.0)));
        let params = SubscribeParams { after, ..SubscribeParams::default() };
        let mut events = client.subscribe(&params).await?;
        while n_left > 0 && !entries.last().is_some_and(is_last) {
            let event = events.next().await.map_err(|end| anyhow!("{end:?}"))?;
            let position = event.position.context("no position")?;
            entries.push((position.0, event.event, event.payload));
            n_left -= 1;
        }
        if entries.last().is_some_and(is_last) {
            ensure!(n >= CUTS, "it was cut only {n} times");
            break;
        }
    }
    Ok(entries)
}

async fn read_by_stream(daemon: &DaemonProcess) -> Result<Vec<Entry>> {
    let mut dice = Dice::seeded(8);
    let mut entries: Vec<Entry> = Vec::new();
    for n in 0.. {
        let mut n_left = if n < CUTS { dice.below(STRETCH_LEN_MAX) } else { usize::MAX };
        // A browser repeats the old address and says where it was by a header.
        let last_id = entries.last().map(|last| last.0);
        let mut events = EventStream::open(daemon, "after=0", last_id).await?;
        while n_left > 0 && !entries.last().is_some_and(is_last) {
            let event = events.next().await?;
            entries.push((event.id.context("no position")?, event.event, event.data));
            n_left -= 1;
        }
        if entries.last().is_some_and(is_last) {
            ensure!(n >= CUTS, "it was cut only {n} times");
            break;
        }
    }
    Ok(entries)
}

fn compare(whole: &[Entry], read: &[Entry]) -> Result<()> {
    let differing = whole.iter().zip(read).position(|(ours, theirs)| ours != theirs);
    if let Some(at) = differing {
        anyhow::bail!("event {at}: {:?} was read as {:?}", whole[at], read[at]);
    }
    ensure!(whole.len() == read.len(), "{} of {} events were read", read.len(), whole.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_joins_in_the_middle_of_a_reply_gets_all_of_it() -> Result<()> {
    const SPEECH: &str = "one two three four five six seven eight nine ten.";
    let words = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&words);
    let model =
        FakeModel::anthropic(move |_| Act::SayHeld(SPEECH.to_owned(), Arc::clone(&held))).await?;
    let home = TestHome::with_model(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let id = talk.say("main", "Count").await?;
    words.add_permits(4);
    talk.shown("main", "one two three four ").await?;

    let joiner = daemon.client().await?;
    let params = SubscribeParams {
        types: vec!["agent.streaming.*".to_owned(), "message.recorded".to_owned()],
        session_key: Some(key("main")?),
        transient: true,
        ..SubscribeParams::default()
    };
    let mut by_socket = joiner.subscribe(&params).await?;
    let query = "transient=1&session=main&types=agent.streaming.*,message.recorded";
    let mut by_stream = EventStream::open(&daemon, query, None).await?;
    let first = by_stream.next().await?;
    ensure!(first.event == "agent.streaming.snapshot", "{first:?}");
    ensure!(first.data["text"] == "one two three four ", "{first:?}");

    words.add_permits(100);
    let mut reply = Reply::default();
    reply.take(&first)?;
    while !reply.is_recorded {
        reply.take(&by_stream.next().await?)?;
    }
    ensure!(reply.text == SPEECH, "the stream added up to {:?}", reply.text);
    let mut reply = Reply::default();
    while !reply.is_recorded {
        let event = by_socket.next().await.map_err(|end| anyhow!("{end:?}"))?;
        let id = event.position.map(|position| position.0);
        reply.take(&StreamEvent { id, event: event.event, data: event.payload })?;
    }
    ensure!(reply.text == SPEECH, "the socket's deltas added up to {:?}", reply.text);
    ensure!(reply.n_snapshots == 1, "{} times the text so far", reply.n_snapshots);
    talk.ended(id).await?;
    ensure!(talk.texts("main", Role::Assistant).await? == [SPEECH], "another text is on record");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_starts_over_replaces_what_was_shown() -> Result<()> {
    let n_calls = std::sync::atomic::AtomicUsize::new(0);
    let model = FakeModel::openai(move |_| {
        match n_calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => Act::Cut("Half of a".to_owned()),
            _ => Act::Say("A whole reply.".to_owned()),
        }
    })
    .await?;
    let home = TestHome::with_model(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let mut events =
        EventStream::open(&daemon, "transient=1&types=agent.streaming.*,message.recorded", None)
            .await?;
    talk.say("main", "Speak").await?;
    let mut reply = Reply::default();
    let mut texts = Vec::new();
    while !reply.is_recorded {
        reply.take(&events.next().await?)?;
        texts.push(reply.text.clone());
    }
    ensure!(texts.iter().any(|text| text == "Half of a"), "the cut text was not shown: {texts:?}");
    ensure!(reply.text == "A whole reply.", "{texts:?}");
    Ok(())
}

/// A reply as a reader puts it together.
#[derive(Default)]
struct Reply {
    text: String,
    seq: Option<u64>,
    n_snapshots: usize,
    is_recorded: bool,
}

impl Reply {
    fn take(&mut self, event: &StreamEvent) -> Result<()> {
        let seq = event.data["seq"].as_u64();
        let text_in = |name: &str| event.data[name].as_str().unwrap_or_default().to_owned();
        match event.event.as_str() {
            "agent.streaming.snapshot" => {
                self.text = text_in("text");
                self.seq = seq;
                self.n_snapshots += 1;
            }
            "agent.streaming.token" => {
                let before = seq.and_then(|seq| seq.checked_sub(1));
                ensure!(self.seq == before, "{seq:?} follows {:?}", self.seq);
                self.text += &text_in("delta");
                self.seq = seq;
            }
            "message.recorded" => {
                self.is_recorded = event.data["message"]["role"] == "assistant";
            }
            other => anyhow::bail!("`{other}` was not asked for"),
        }
        Ok(())
    }
}

/// More text than the daemon keeps for anybody: its rings, its queue for one client and what the
/// operating system buffers together hold less.
const LONG_REPLIES: usize = 6;
const LONG_REPLY_WORDS: usize = 3_500;
const WORD_BYTES: usize = 1_000;
/// More memory than this is not taken on behalf of somebody who does not read, in bytes.
const GROWTH_BYTES_MAX: u64 = 100 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_is_told_and_loses_nothing_recorded() -> Result<()> {
    let word = "w".repeat(WORD_BYTES - 1) + " ";
    let text = word.repeat(LONG_REPLY_WORDS);
    let free = Arc::new(Semaphore::new(LONG_REPLIES * LONG_REPLY_WORDS));
    let model = FakeModel::openai(move |_| Act::SayHeld(text.clone(), Arc::clone(&free))).await?;
    let home = TestHome::with_model(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let mut slow = Wire::open_narrow(&daemon, Some(4 * 1024)).await?;
    slow.greet(&daemon).await?;
    let types = json!(["agent.streaming.*", "nex.request.completed"]);
    let params = json!({"types": types, "after": 0, "transient": true});
    slow.say(&json!({"type": "req", "id": "1", "method": "events.subscribe", "params": params}))
        .await?;
    let before = daemon.memory_bytes();
    for n in 0..LONG_REPLIES {
        let done = talk.ended(talk.say(&format!("long-{n}"), "Tell me everything").await?).await?;
        ensure!(done.request.status == RequestStatus::Completed, "{:?}", done.request.error);
    }
    if let (Some(before), Some(after)) = (before, daemon.memory_bytes()) {
        let grown = after.saturating_sub(before);
        ensure!(grown < GROWTH_BYTES_MAX, "the daemon has grown by {grown} bytes");
    }
    let told = tokio::time::timeout(EVENT_WAIT, read_until_told(&mut slow)).await;
    let n_completed = told.context("it missed text and was not told")??;
    ensure!(n_completed == LONG_REPLIES, "{n_completed} replies were told");
    Ok(())
}

/// What was recorded meanwhile comes from the ledger first, then the word that text was missed.
async fn read_until_told(slow: &mut Wire) -> Result<usize> {
    let (mut has_lagged, mut n_completed) = (false, 0);
    while n_completed < LONG_REPLIES || !has_lagged {
        match slow.hear().await? {
            Heard::Frame(frame) if frame["event"] == "lagged" => has_lagged = true,
            Heard::Frame(frame) if frame["event"] == "nex.request.completed" => n_completed += 1,
            Heard::Frame(_) => {}
            end => anyhow::bail!("after {n_completed} replies: {end:?}"),
        }
    }
    Ok(n_completed)
}
