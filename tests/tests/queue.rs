//! Somebody speaks into a session that is busy: five ways of queueing, a full queue, and a stop
//! that is one.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use nexus_domain::agent::{StopReason, ToolCallStatus, TurnStatus};
use nexus_domain::id::TurnId;
use nexus_domain::message::Role;
use nexus_domain::request::RequestStatus;
use nexus_domain::session::QueueMode;
use nexus_protocol::request::GetResult;
use nexus_tests::{Act, DaemonProcess, FakeModel, HeldPage, Talk, TestHome};
use serde_json::json;
use tokio::sync::Semaphore;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
/// Requests that may wait in these scenarios.
const QUEUE_LEN_MAX: usize = 5;
/// What the model says to "Hold forth", word by word as it is let.
const SPEECH: &str = "one two three four";
/// Sessions in which something is tried again and again, because it hangs on a moment.
const SPEAKERS: usize = 25;
/// Permits for the rest of any speech.
const ALL_WORDS: usize = 100;

/// A daemon whose model holds forth in `main` and answers everything else at once.
struct Stage {
    home: TestHome,
    daemon: DaemonProcess,
    talk: Talk,
    model: FakeModel,
    page: HeldPage,
    words: Arc<Semaphore>,
}

async fn stage() -> Result<Stage> {
    let (page, words) = (HeldPage::open().await?, Arc::new(Semaphore::new(0)));
    let (url, let_through) = (page.url().to_owned(), Arc::clone(&words));
    let model = FakeModel::openai(move |seen| match (seen.asked().as_str(), seen.n_results()) {
        ("Hold forth", _) => Act::SayHeld(SPEECH.to_owned(), Arc::clone(&let_through)),
        ("Fetch and write", 0) => Act::Call(vec![
            ("http_fetch".to_owned(), json!({"url": url})),
            ("write_file".to_owned(), json!({"path": "after.txt", "content": "too late"})),
        ]),
        (asked, _) => Act::Say(format!("You said: {asked}")),
    });
    let model = model.await?;
    let home = TestHome::with_config(&format!(
        "[sessions]\nqueue_len_max = {QUEUE_LEN_MAX}\n\n[tools.http_fetch]\n\
         allow_private_hosts = true\n\n[agents.main]\nmodels = [\"fake/one\"]\n\n{}",
        model.provider("fake", 60_000)
    ))?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    Ok(Stage { home, daemon, talk, model, page, words })
}

impl Stage {
    fn has_written(&self) -> bool {
        self.home.workspace().join("after.txt").exists()
    }

    /// Something that happens after everything before it: a conversation elsewhere.
    async fn something_else_happens(&self) -> Result<()> {
        let done = self.talk.ended(self.talk.say("elsewhere", "Meanwhile").await?).await?;
        ensure!(done.request.status == RequestStatus::Completed, "{:?}", done.request.error);
        Ok(())
    }
}

fn turn_of(done: &GetResult) -> Result<TurnId> {
    done.request.turn_id.context("it has no turn")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_runs_in_the_order_of_its_modes() -> Result<()> {
    let stage = stage().await?;
    let talk = &stage.talk;
    let held = talk.say("main", "Hold forth").await?;
    let mut waiting = Vec::new();
    for (mode, text) in [
        (QueueMode::Queue, "last"),
        (QueueMode::Followup, "first"),
        (QueueMode::Collect, "second"),
        (QueueMode::Collect, "together"),
        (QueueMode::Followup, "third"),
    ] {
        waiting.push(talk.say_as(mode, "main", text).await?);
        let id = waiting.last().context("just sent")?.to_string();
        talk.until("nex.request.queued", |event| event.payload["request_id"] == id.as_str())
            .await?;
    }
    let queued = talk.look("main").await?.queued;
    ensure!(queued.iter().map(|one| one.id).eq(waiting.iter().copied()), "{queued:?}");
    // Others are not kept waiting.
    stage.something_else_happens().await?;

    stage.words.add_permits(ALL_WORDS);
    let mut done = vec![talk.ended(held).await?];
    for id in waiting {
        done.push(talk.ended(id).await?);
    }
    for one in &done {
        ensure!(one.request.status == RequestStatus::Completed, "{:?}", one.request.error);
    }
    ensure!(turn_of(&done[3])? == turn_of(&done[4])?, "collected requests share no turn");
    let said = talk.texts("main", Role::User).await?;
    ensure!(said == ["Hold forth", "first", "second", "together", "third", "last"], "{said:?}");
    let replies = talk.texts("main", Role::Assistant).await?;
    let answered =
        ["first", "second\n\ntogether", "third", "last"].map(|text| format!("You said: {text}"));
    ensure!(replies[0] == SPEECH && replies[1..] == answered, "{replies:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_and_says_so() -> Result<()> {
    let stage = stage().await?;
    let talk = &stage.talk;
    let held = talk.say("main", "Hold forth").await?;
    let mut waiting = Vec::new();
    for n in 0..QUEUE_LEN_MAX {
        waiting.push(talk.say("main", &format!("waiting {n}")).await?);
    }
    let refused = talk.ended(talk.say("main", "one too many").await?).await?;
    ensure!(refused.request.status == RequestStatus::Failed, "{:?}", refused.request.status);
    let error = refused.request.error.context("no reason is given")?;
    ensure!(error.starts_with("5 requests wait in `main` already; wait until"), "`{error}`");
    ensure!(error.contains("sessions.queue_len_max"), "it gives no hint: `{error}`");
    ensure!(refused.turn.is_none(), "a refused request has a turn");

    stage.words.add_permits(ALL_WORDS);
    talk.ended(held).await?;
    for id in waiting {
        let done = talk.ended(id).await?;
        ensure!(done.request.status == RequestStatus::Completed, "{:?}", done.request.error);
    }
    let said = talk.texts("main", Role::User).await?;
    ensure!(said.len() == 1 + QUEUE_LEN_MAX, "{said:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn steering_lets_the_tool_in_hand_finish() -> Result<()> {
    let stage = stage().await?;
    let talk = &stage.talk;
    let steered = talk.say("main", "Fetch and write").await?;
    talk.approve("main").await?;
    stage.page.visited().await?;
    let waiting = talk.say_as(QueueMode::Queue, "main", "when there is time").await?;
    let steering = talk.say_as(QueueMode::Steer, "main", "Do something else").await?;
    let id = steering.to_string();
    talk.until("nex.request.queued", |event| event.payload["request_id"] == id.as_str()).await?;
    stage.something_else_happens().await?;
    stage.page.answer();

    let steered = talk.ended(steered).await?;
    ensure!(steered.request.status == RequestStatus::Cancelled, "{:?}", steered.request.status);
    let status = |name: &str| steered.tool_calls.iter().find(|c| c.name == name).map(|c| c.status);
    ensure!(status("http_fetch") == Some(ToolCallStatus::Completed), "{:?}", steered.tool_calls);
    ensure!(status("write_file") != Some(ToolCallStatus::Completed), "{:?}", steered.tool_calls);
    let fetched = steered.tool_calls.iter().find_map(|call| call.result.clone());
    ensure!(fetched.is_some_and(|text| text.contains("slow page")), "the result was lost");

    // Everything that waited goes into the next turn.
    let (waiting, steering) = (talk.ended(waiting).await?, talk.ended(steering).await?);
    ensure!(turn_of(&waiting)? == turn_of(&steering)?, "they share no turn");
    ensure!(steering.request.status == RequestStatus::Completed, "{:?}", steering.request.error);
    let replies = talk.texts("main", Role::Assistant).await?;
    let together = "You said: when there is time\n\nDo something else";
    ensure!(replies == ["", together], "{replies:?}");
    ensure!(!stage.has_written(), "a call began after the person had said something new");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupting_stops_at_once() -> Result<()> {
    let stage = stage().await?;
    let talk = &stage.talk;
    let cut = talk.say("main", "Hold forth").await?;
    stage.words.add_permits(2);
    talk.shown("main", "one two ").await?;
    // Nobody lets the model go on: the run ends all the same.
    let interrupting = talk.say_as(QueueMode::Interrupt, "main", "Enough").await?;
    let cut = talk.ended(cut).await?;
    ensure!(cut.request.status == RequestStatus::Cancelled, "{:?}", cut.request.status);
    let turn = cut.turn.context("no turn")?;
    ensure!(turn.stop_reason == Some(StopReason::Aborted), "{:?}", turn.stop_reason);
    let done = talk.ended(interrupting).await?;
    ensure!(done.request.status == RequestStatus::Completed, "{:?}", done.request.error);
    let replies = talk.texts("main", Role::Assistant).await?;
    ensure!(replies == ["one two ", "You said: Enough"], "{replies:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_is_heard_however_soon_it_comes() -> Result<()> {
    let stage = stage().await?;
    let talk = &stage.talk;
    for n in 0..SPEAKERS {
        let session = format!("speaker-{n}");
        let cut = talk.say(&session, "Hold forth").await?;
        let interrupting = talk.say_as(QueueMode::Interrupt, &session, "Enough").await?;
        let cut = talk.ended(cut).await?.request;
        ensure!(cut.status == RequestStatus::Cancelled, "{session} is {:?}", cut.status);
        let done = talk.ended(interrupting).await?.request;
        ensure!(done.status == RequestStatus::Completed, "{session}: {:?}", done.error);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_follow_closely_keep_their_order() -> Result<()> {
    let stage = stage().await?;
    let talk = &stage.talk;
    for n in 0..SPEAKERS {
        let session = format!("speaker-{n}");
        let mut last = None;
        let wanted: Vec<_> = (0..QUEUE_LEN_MAX).map(|n| format!("message {n}")).collect();
        for text in &wanted {
            last = Some(talk.say(&session, text).await?);
        }
        talk.ended(last.context("nothing was said")?).await?;
        let said = talk.texts(&session, Role::User).await?;
        ensure!(said == wanted, "{said:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_keeps_what_was_said_and_what_waits() -> Result<()> {
    let stage = stage().await?;
    let talk = &stage.talk;
    let stopped = talk.say("main", "Hold forth").await?;
    stage.words.add_permits(1);
    talk.shown("main", "one ").await?;
    let waiting = talk.say("main", "still wanted").await?;
    let answer = talk.abort("main", false).await?;
    let stopped = talk.ended(stopped).await?;
    ensure!(answer.turn_id == stopped.request.turn_id && answer.n_dropped == 0, "{answer:?}");
    ensure!(stopped.request.status == RequestStatus::Cancelled, "{:?}", stopped.request.status);
    let turn = stopped.turn.context("no turn")?;
    ensure!(turn.status == TurnStatus::Aborted, "the turn is {:?}", turn.status);
    let done = talk.ended(waiting).await?;
    ensure!(done.request.status == RequestStatus::Completed, "{:?}", done.request.error);
    // What the model would still have said is not heard any more.
    stage.words.add_permits(ALL_WORDS);
    stage.something_else_happens().await?;
    let replies = talk.texts("main", Role::Assistant).await?;
    ensure!(replies == ["one ", "You said: still wanted"], "{replies:?}");
    let again = talk.abort("main", false).await?;
    ensure!(again.turn_id.is_none(), "nothing runs, and {again:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_happens_after_a_stop() -> Result<()> {
    let mut stage = stage().await?;
    let talk = &stage.talk;
    let stopped = talk.say("main", "Fetch and write").await?;
    talk.approve("main").await?;
    stage.page.visited().await?;
    let waiting = [talk.say("main", "not wanted").await?, talk.say("main", "neither").await?];
    let answer = talk.abort("main", true).await?;
    ensure!(answer.n_dropped == 2, "{answer:?}");
    stage.page.answer();

    let stopped = talk.ended(stopped).await?;
    ensure!(stopped.request.status == RequestStatus::Cancelled, "{:?}", stopped.request.status);
    let fetch = stopped.tool_calls.iter().find(|call| call.name == "http_fetch");
    let fetch = fetch.context("the call is not on record")?;
    ensure!(fetch.status == ToolCallStatus::Unknown, "the cut call is {:?}", fetch.status);
    for id in waiting {
        let dropped = talk.ended(id).await?.request;
        ensure!(dropped.status == RequestStatus::Cancelled, "{:?}", dropped.status);
        ensure!(dropped.error.as_deref() == Some("dropped from the queue"), "{:?}", dropped.error);
    }
    stage.something_else_happens().await?;
    ensure!(!stage.has_written(), "a tool ran after the stop");
    let n_asked = stage.model.seen().iter().filter(|s| s.asked() == "Fetch and write").count();
    ensure!(n_asked == 1, "the model was asked {n_asked} times");
    ensure!(stage.daemon.is_alive()?, "the daemon is gone");
    Ok(())
}
