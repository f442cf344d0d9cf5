//! The same conversation (read a file, write one, edit it, say so) with a provider that has every
//! kind of trouble, in both dialects. It recovers, or it ends with a sentence that helps; and no
//! file is touched twice.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use nexus_client::call;
use nexus_domain::agent::{AgentErrorKind, StopReason, TurnStatus};
use nexus_domain::message::Role;
use nexus_domain::request::RequestStatus;
use nexus_protocol::model;
use nexus_tests::{Act, DaemonProcess, FakeModel, Seen, Talk, TestHome};
use serde_json::json;
use tokio::sync::Semaphore;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
/// Longest silence of the provider, in milliseconds.
const SILENT_MS_MAX: u64 = 400;
/// Calls of the provider that a conversation without trouble takes.
const CALLS: usize = 4;

/// A trouble, by the name of its session and file.
struct Trouble {
    name: &'static str,
    /// The call that meets it, counted from 0; the last one is the one that speaks.
    at: usize,
    /// How often it strikes.
    n_times: usize,
    act: fn() -> Act,
}

const fn trouble(name: &'static str, at: usize, n_times: usize, act: fn() -> Act) -> Trouble {
    Trouble { name, at, n_times, act }
}

/// Troubles that pass.
const PASSING: &[Trouble] = &[
    trouble("none", 0, 0, || Act::Garbage),
    trouble("limited", 2, 1, || Act::Refuse(429, Some(1))),
    trouble("limited-at-first", 0, 2, || Act::Refuse(429, Some(0))),
    trouble("overloaded", 2, 2, || Act::Refuse(529, None)),
    trouble("broken", 1, 1, || Act::Refuse(500, None)),
    trouble("cut-before-a-call", 2, 1, || Act::Cut("I will".to_owned())),
    trouble("cut-while-speaking", 3, 2, || Act::Cut("It is".to_owned())),
    trouble("garbage", 2, 1, || Act::Garbage),
    trouble("garbage-while-speaking", 3, 1, || Act::Garbage),
    trouble("stalled", 1, 1, || Act::Stall),
    trouble("stalled-while-speaking", 3, 1, || say_words("It is never done.", 2)),
];

/// Troubles that do not pass: what the person is told has this kind and these words.
const LASTING: &[(Trouble, AgentErrorKind, &str)] = &[
    (
        trouble("limited", 2, 9, || Act::Refuse(429, Some(7_200))),
        AgentErrorKind::RateLimit,
        "answered 429",
    ),
    (
        trouble("overloaded", 2, 9, || Act::Refuse(529, None)),
        AgentErrorKind::ModelError,
        "answered 529",
    ),
    (
        trouble("broken", 2, 9, || Act::Refuse(500, None)),
        AgentErrorKind::ModelError,
        "answered 500",
    ),
    (trouble("refused", 2, 9, || Act::Refuse(401, None)), AgentErrorKind::AuthFailure, "401"),
    (trouble("no-credit", 2, 9, || Act::Refuse(402, None)), AgentErrorKind::AuthFailure, "402"),
    (trouble("unknown", 2, 9, || Act::Refuse(404, None)), AgentErrorKind::ModelError, "404"),
    (
        trouble("cut", 2, 9, || Act::Cut("I was about to".to_owned())),
        AgentErrorKind::ModelError,
        "cut off",
    ),
    (trouble("garbage", 2, 9, || Act::Garbage), AgentErrorKind::ModelError, "unreadable"),
    (trouble("stalled", 2, 9, || Act::Stall), AgentErrorKind::Timeout, "no answer from the model"),
];

#[tokio::test(flavor = "multi_thread")]
async fn passing_troubles_leave_no_trace_openai() -> Result<()> {
    let model = FakeModel::openai(brain(PASSING.iter())).await?;
    recover(&model).await
}

#[tokio::test(flavor = "multi_thread")]
async fn passing_troubles_leave_no_trace_anthropic() -> Result<()> {
    let model = FakeModel::anthropic(brain(PASSING.iter())).await?;
    recover(&model).await
}

#[tokio::test(flavor = "multi_thread")]
async fn lasting_troubles_are_explained_openai() -> Result<()> {
    let model = FakeModel::openai(brain(LASTING.iter().map(|(trouble, ..)| trouble))).await?;
    fail(&model).await
}

#[tokio::test(flavor = "multi_thread")]
async fn lasting_troubles_are_explained_anthropic() -> Result<()> {
    let model = FakeModel::anthropic(brain(LASTING.iter().map(|(trouble, ..)| trouble))).await?;
    fail(&model).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_model_takes_over_and_the_first_is_left_alone() -> Result<()> {
    let first = FakeModel::openai(|_| Act::Refuse(401, None)).await?;
    let second = FakeModel::anthropic(|_| Act::Say("I stand in.".to_owned())).await?;
    let config = format!(
        "[agents.main]\nmodels = [\"first/one\", \"second/one\"]\n\n{}\n{}",
        first.provider("first", 2_000),
        second.provider("second", 2_000)
    );
    let home = TestHome::with_config(&config)?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    stands_in(&talk).await?;
    let cooling = cooling_until(&talk).await?.context("the first model is not left alone")?;
    ensure!(first.seen().len() == 1, "the first model was asked {} times", first.seen().len());

    daemon.kill()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    ensure!(cooling_until(&talk).await? == Some(cooling), "the cool-down was forgotten");
    stands_in(&talk).await?;
    ensure!(first.seen().len() == 1, "the first model was asked while it is left alone");
    Ok(())
}

async fn stands_in(talk: &Talk) -> Result<()> {
    let done = talk.ended(talk.say("main", "Are you there?").await?).await?;
    let turn = done.turn.context("no turn")?;
    ensure!(turn.status == TurnStatus::Completed, "{:?}", turn.error);
    ensure!(turn.model.as_deref() == Some("second/one"), "{:?} answered", turn.model);
    let said = talk.texts("main", Role::Assistant).await?;
    ensure!(said.iter().all(|text| text == "I stand in."), "{said:?}");
    Ok(())
}

async fn cooling_until(talk: &Talk) -> Result<Option<nexus_domain::Timestamp>> {
    let listed = talk.client().request::<call::ModelsList>(model::ListParams {}).await?;
    let first = listed.models.into_iter().find(|one| one.id == "first/one");
    Ok(first.context("the first model is not listed")?.cooling_until)
}

/// Says so many words, then nothing.
fn say_words(text: &str, n_words: usize) -> Act {
    Act::SayHeld(text.to_owned(), Arc::new(Semaphore::new(n_words)))
}

/// Holds the conversation that the person's words name, with its trouble.
fn brain(
    troubles: impl Iterator<Item = &'static Trouble>,
) -> impl Fn(&Seen) -> Act + Send + Sync + 'static {
    let troubles: HashMap<_, _> = troubles.map(|trouble| (trouble.name, trouble)).collect();
    let struck = Mutex::new(HashMap::<&str, usize>::new());
    move |seen| {
        let asked = seen.asked();
        let Some(trouble) = troubles.get(asked.as_str()) else { return Act::Refuse(400, None) };
        let n_results = seen.n_results();
        let mut struck = struck.lock().unwrap_or_else(PoisonError::into_inner);
        let n_struck = struck.entry(trouble.name).or_default();
        if n_results == trouble.at && *n_struck < trouble.n_times {
            *n_struck += 1;
            return (trouble.act)();
        }
        let path = format!("{}.txt", trouble.name);
        let call = |name: &str, arguments| Act::Call(vec![(name.to_owned(), arguments)]);
        match n_results {
            0 => call("read_file", json!({"path": "in.txt"})),
            1 => call("write_file", json!({"path": path, "content": "end\n"})),
            2 => call("edit_file", json!({"path": path, "old": "end\n", "new": "once\nend\n"})),
            _ => Act::Say("It is done.".to_owned()),
        }
    }
}

async fn sit_down(model: &FakeModel) -> Result<(TestHome, DaemonProcess, Talk)> {
    let provider = model.provider("fake", SILENT_MS_MAX);
    let home =
        TestHome::with_config(&format!("[agents.main]\nmodels = [\"fake/one\"]\n\n{provider}"))?;
    std::fs::write(home.workspace().join("in.txt"), "something to read\n")?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    Ok((home, daemon, talk))
}

async fn recover(model: &FakeModel) -> Result<()> {
    let (home, _daemon, talk) = sit_down(model).await?;
    let mut asked = Vec::new();
    for trouble in PASSING {
        asked.push((trouble, talk.say(trouble.name, trouble.name).await?));
    }
    for (trouble, id) in asked {
        let done = talk.ended(id).await?;
        let recovered = async {
            let error = done.turn.as_ref().and_then(|turn| turn.error.clone());
            ensure!(done.request.status == RequestStatus::Completed, "{error:?}");
            let said = talk.texts(trouble.name, Role::Assistant).await?;
            ensure!(said == ["", "", "", "It is done."], "on record is {said:?}");
            check_effects(&home, trouble.name, "once\nend\n", &done.tool_calls)?;
            let n_calls = model.seen().iter().filter(|s| s.asked() == trouble.name).count();
            ensure!(n_calls == CALLS + trouble.n_times, "{n_calls} calls");
            Ok(())
        };
        recovered.await.with_context(|| format!("trouble: {}", trouble.name))?;
    }
    Ok(())
}

async fn fail(model: &FakeModel) -> Result<()> {
    let (home, _daemon, talk) = sit_down(model).await?;
    let mut asked = Vec::new();
    for (trouble, kind, words) in LASTING {
        asked.push((trouble, kind, words, talk.say(trouble.name, trouble.name).await?));
    }
    for (trouble, kind, words, id) in asked {
        let done = talk.ended(id).await?;
        let explained = async {
            let turn = done.turn.context("no turn")?;
            ensure!(turn.status == TurnStatus::Failed, "the turn is {:?}", turn.status);
            ensure!(turn.stop_reason == Some(StopReason::Error), "{:?}", turn.stop_reason);
            let error = turn.error.context("no error is on record")?;
            ensure!(error.kind == *kind, "it is told as {:?}: {}", error.kind, error.message);
            ensure!(error.message.contains(words), "it is told as `{}`", error.message);
            ensure!(error.hint.is_some_and(|hint| hint.len() > 10), "it says not how to mend it");
            ensure!(done.request.status == RequestStatus::Failed, "{:?}", done.request.status);
            ensure!(done.request.error == Some(error.message), "{:?}", done.request.error);
            // What was shown before it failed stays, once.
            let said = talk.texts(trouble.name, Role::Assistant).await?;
            let partial = said.iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
            let shown = if trouble.name == "cut" { vec!["I was about to"] } else { vec![] };
            ensure!(partial == shown, "on record is {said:?}");
            check_effects(&home, trouble.name, "end\n", &done.tool_calls)
        };
        explained.await.with_context(|| format!("trouble: {}", trouble.name))?;
    }
    Ok(())
}

fn check_effects(
    home: &TestHome,
    name: &str,
    wanted: &str,
    calls: &[nexus_domain::agent::ToolCallRecord],
) -> Result<()> {
    let text = std::fs::read_to_string(home.workspace().join(format!("{name}.txt")))?;
    ensure!(text == wanted, "the file holds {text:?}");
    let n_calls = if wanted == "end\n" { 2 } else { 3 };
    ensure!(calls.len() == n_calls, "{} tool calls are on record", calls.len());
    Ok(())
}
