//! Automations that are registered when the daemon is assembled: they may add to what the agent
//! sees, or answer in its place.

use std::sync::Arc;

use anyhow::{Result, ensure};
use futures_util::future::BoxFuture;
use nexus_client::{Client, ClientOptions, Token, call};
use nexus_daemon::Daemon;
use nexus_daemon::engine::Hook;
use nexus_domain::message::Role;
use nexus_domain::pipeline::{Admitted, HookAnswer, Stage};
use nexus_domain::request::{RequestStatus, StageOutcome};
use nexus_protocol::agent::RunParams;
use nexus_protocol::frame::ClientFacts;
use nexus_protocol::request::{GetParams, GetResult};
use nexus_tests::{Act, FakeModel, Talk, TestHome, inside};
use tokio::sync::Notify;

/// Knows the weather, and answers greetings itself.
struct Porter;

impl Hook for Porter {
    fn name(&self) -> &str {
        "porter"
    }

    fn run<'a>(&'a self, admitted: &'a Admitted) -> BoxFuture<'a, HookAnswer> {
        let is_greeting = admitted.identified.received.arrival.content == "hello";
        Box::pin(async move {
            HookAnswer {
                hook: "porter".to_owned(),
                has_fired: true,
                enrichment: Some("It rains in Lisbon.".to_owned()),
                reply: is_greeting.then(|| "hello yourself".to_owned()),
            }
        })
    }
}

/// Holds the first message back until the second one has come as far.
#[derive(Default)]
struct Overtaking(Notify);

impl Hook for Overtaking {
    fn name(&self) -> &str {
        "overtaking"
    }

    fn run<'a>(&'a self, admitted: &'a Admitted) -> BoxFuture<'a, HookAnswer> {
        let content = &admitted.identified.received.arrival.content;
        Box::pin(async move {
            match content.as_str() {
                "first" => self.0.notified().await,
                _ => self.0.notify_one(),
            }
            HookAnswer { hook: self.name().to_owned(), ..HookAnswer::default() }
        })
    }
}

/// Breaks down at one word.
struct Brittle;

impl Hook for Brittle {
    fn name(&self) -> &str {
        "brittle"
    }

    fn run<'a>(&'a self, admitted: &'a Admitted) -> BoxFuture<'a, HookAnswer> {
        let is_too_much = admitted.identified.received.arrival.content == "break";
        Box::pin(async move {
            assert!(!is_too_much, "on purpose");
            HookAnswer { hook: self.name().to_owned(), ..HookAnswer::default() }
        })
    }
}

async fn assemble(home: &TestHome, hook: impl Hook + 'static) -> Result<(Daemon, Client)> {
    let mut options = inside::options(home);
    options.hooks = vec![Arc::new(hook)];
    let daemon = Daemon::assemble(options).await?;
    let facts = ClientFacts { name: "scenario".to_owned(), ..ClientFacts::default() };
    let token = Token::read(home.path())?;
    let options = ClientOptions::new(daemon.address().to_string(), Some(token), facts);
    let client = Client::connect(options).await?;
    Ok((daemon, client))
}

async fn say(client: &Client, text: &str, answer: &str) -> Result<GetResult> {
    let params = RunParams {
        message: text.to_owned(),
        session_key: None,
        agent_id: None,
        queue_mode: None,
        steps_max: None,
        tier: None,
        idempotency_key: text.to_owned(),
    };
    let done = client.agent(&params).await?.finished().await?;
    ensure!(done.summary.as_deref() == Some(answer), "it was told {:?}", done.summary);
    let params = GetParams { id: done.run_id.to_string() };
    Ok(client.request::<call::RequestsGet>(params).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_adds_to_the_context_or_answers_in_the_agents_place() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("Take an umbrella.".to_owned())).await?;
    let home = TestHome::with_model(&model)?;
    let (daemon, client) = assemble(&home, Porter).await?;

    let told = say(&client, "What shall I wear?", "Take an umbrella.").await?;
    ensure!(told.request.status == RequestStatus::Completed, "{:?}", told.request);
    let seen = model.seen();
    ensure!(seen.len() == 1, "the model was called {} times", seen.len());
    ensure!(seen[0].body.to_string().contains("It rains in Lisbon."), "{}", seen[0].body);

    let greeted = say(&client, "hello", "hello yourself").await?;
    ensure!(greeted.request.status == RequestStatus::HandledByAutomation, "{:?}", greeted.request);
    ensure!(model.seen().len() == 1, "an agent ran all the same");
    let by = greeted.turn.and_then(|turn| turn.model);
    ensure!(by.as_deref() == Some("automation/porter"), "answered by {by:?}");
    let last = greeted.request.stages.last();
    let ended = last.is_some_and(|trace| {
        trace.stage == Stage::RunAutomations && trace.outcome == StageOutcome::Ended
    });
    ensure!(ended, "the trace says {:?}", greeted.request.stages);
    daemon.drain("the scenario is over").await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_hook_is_quicker_overtakes_nobody() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("Noted.".to_owned())).await?;
    let home = TestHome::with_model(&model)?;
    let (daemon, client) = assemble(&home, Overtaking::default()).await?;
    let talk = Talk::over(client);
    talk.say("main", "first").await?;
    talk.ended(talk.say("main", "second").await?).await?;
    let said = talk.texts("main", Role::User).await?;
    ensure!(said == ["first", "second"], "{said:?}");
    daemon.drain("the scenario is over").await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_breaks_down_fails_one_message_and_no_other() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Say("Noted.".to_owned())).await?;
    let home = TestHome::with_model(&model)?;
    let (daemon, client) = assemble(&home, Brittle).await?;
    let talk = Talk::over(client);
    let broken = talk.ended(talk.say("main", "break").await?).await?;
    ensure!(broken.request.status == RequestStatus::Failed, "{broken:?}");
    let well = talk.ended(talk.say("main", "go on").await?).await?;
    ensure!(well.request.status == RequestStatus::Completed, "{well:?}");
    daemon.drain("the scenario is over").await;
    Ok(())
}
