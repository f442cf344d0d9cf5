//! Nothing is asked of a model before it is paid for, and whatever was asked is settled.

use std::collections::VecDeque;
use std::sync::Mutex;

use futures_util::future::BoxFuture;
use nexus_domain::Timestamp;
use nexus_domain::agent::{AgentError, AgentErrorKind, StopReason};
use nexus_domain::id::ReservationId;
use nexus_domain::message::Usage;

use super::ports::{Bench, Script, busy, calls, cut, quiet, says};
use crate::port::{Held, LogError, Meter, ModelSpent, Reservation, Spending};
use crate::provider::{ModelError, ReplyPart};

/// A meter that keeps what it was told. Nothing is bounded unless it was given an answer.
#[derive(Default)]
pub(crate) struct Purse {
    pub(crate) answers: Mutex<VecDeque<Reservation>>,
    pub(crate) asked: Mutex<Vec<Spending>>,
    pub(crate) settled: Mutex<Vec<ModelSpent>>,
}

impl Meter for Purse {
    fn reserve(&self, spending: Spending) -> BoxFuture<'_, Reservation> {
        self.asked.lock().unwrap().push(spending);
        let answer = self.answers.lock().unwrap().pop_front();
        Box::pin(std::future::ready(answer.unwrap_or(Reservation::Unbounded)))
    }

    fn settle(&self, spent: ModelSpent) -> BoxFuture<'_, Result<(), LogError>> {
        self.settled.lock().unwrap().push(spent);
        Box::pin(std::future::ready(Ok(())))
    }
}

fn id(n: u128) -> ReservationId {
    ReservationId::from_parts(Timestamp(1), n)
}

fn held(n: u128, model_ms_max: u64) -> Reservation {
    Reservation::Held(Held { id: id(n), output_tokens_max: 700, model_ms_max })
}

fn used_up() -> Reservation {
    Reservation::Refused(AgentError {
        kind: AgentErrorKind::BudgetExhausted,
        message: "the budget `day` is used up".to_owned(),
        hint: Some("raise it".to_owned()),
        is_retryable: false,
    })
}

fn bench(scripts: Vec<Script>, answers: Vec<Reservation>) -> Bench {
    let bench = Bench::new(scripts);
    bench.purse.answers.lock().unwrap().extend(answers);
    bench
}

#[tokio::test]
async fn without_budget_no_model_is_asked_and_none_after_it() {
    let bench = bench(Vec::new(), vec![used_up()]);
    let outcome = bench.run().await;
    let error = outcome.error.unwrap();
    assert_eq!(
        (outcome.stop_reason, error.kind),
        (StopReason::Error, AgentErrorKind::BudgetExhausted)
    );
    assert_eq!(error.hint.as_deref(), Some("raise it"));
    assert_eq!(bench.purse.asked.lock().unwrap().len(), 1, "another model was tried");
    assert!(bench.model.seen.lock().unwrap().is_empty());
    assert!(bench.second.seen.lock().unwrap().is_empty());
    assert_eq!(bench.clock.now_ms(), 0, "it was tried again");
}

#[tokio::test]
async fn a_budget_that_ends_between_steps_ends_the_turn() {
    let time = super::ports::call("a", "time", serde_json::json!({}));
    let bench = bench(vec![calls(&[time])], vec![held(1, 60_000), used_up()]);
    let outcome = bench.run().await;
    assert_eq!(outcome.error.unwrap().kind, AgentErrorKind::BudgetExhausted);
    assert_eq!(bench.diary.only(&["results"]).len(), 1, "the step in hand was not finished");
}

#[tokio::test]
async fn a_call_stays_within_what_was_set_aside_and_is_settled_with_its_reply() {
    let bench = bench(vec![says("hello")], vec![held(1, 60_000)]);
    assert_eq!(bench.run().await.stop_reason, StopReason::EndTurn);
    assert_eq!(bench.model.seen.lock().unwrap()[0].output_tokens_max, Some(700));
    let asked = bench.purse.asked.lock().unwrap()[0].clone();
    assert!(!asked.is_priced && asked.cases.len() > 1);
    assert!(asked.cases.iter().all(|case| case.amounts.model_ms == 600_000));
    let spent = bench.diary.replies.lock().unwrap()[0].spent.clone();
    assert_eq!((spent.reservation, spent.is_estimated), (Some(id(1)), false));
    assert_eq!(spent.usage, Usage { input_tokens: 100, output_tokens: 10, ..Usage::default() });
    assert!(bench.purse.settled.lock().unwrap().is_empty(), "it was settled twice");
}

#[tokio::test]
async fn a_refused_call_costs_nothing_and_a_broken_one_what_it_may_have_cost() {
    let broken = Script::Parts(vec![Ok(ReplyPart::Text("x".repeat(400))), Err(cut())]);
    let scripts = vec![Script::Refuse(busy()), broken, says("hello")];
    let bench = bench(scripts, vec![held(1, 600_000), held(2, 600_000), held(3, 600_000)]);
    assert_eq!(bench.run_through_time().await.stop_reason, StopReason::EndTurn);
    let settled = bench.purse.settled.lock().unwrap().clone();
    let [refused, broken] = &settled[..] else { panic!("{settled:?}") };
    assert_eq!((refused.reservation, refused.usage), (Some(id(1)), Usage::default()));
    assert_eq!((broken.reservation, broken.is_estimated), (Some(id(2)), true));
    assert!(broken.usage.input_tokens > 100 && broken.usage.output_tokens == 100);
}

#[tokio::test]
async fn a_stopped_call_is_settled_with_an_estimate() {
    let usage = Usage { input_tokens: 55, output_tokens: 1, ..Usage::default() };
    let parts = vec![ReplyPart::Usage(usage), ReplyPart::Text("So far, so good".into())];
    let bench = bench(vec![Script::Stall(parts)], vec![held(1, 600_000)]);
    let running = bench.start();
    bench.diary.until("text So far").await;
    bench.stop.stop_now();
    assert_eq!(running.await.unwrap().stop_reason, StopReason::Aborted);
    let spent = bench.purse.settled.lock().unwrap()[0].clone();
    assert_eq!((spent.usage.input_tokens, spent.usage.output_tokens), (55, 4));
}

#[tokio::test]
async fn a_call_ends_when_the_model_time_of_a_budget_is_over() {
    let parts = vec![ReplyPart::Text("Once upon a time".into())];
    let bench = bench(vec![Script::Stall(parts)], vec![held(1, 9_000)]);
    let running = bench.start();
    bench.diary.until("text Once").await;
    quiet().await;
    bench.clock.advance(9_000);
    let outcome = running.await.unwrap();
    let error = outcome.error.unwrap();
    assert_eq!(error.kind, AgentErrorKind::BudgetExhausted);
    assert!(error.message.contains("9 s"), "{}", error.message);
    let spent = bench.purse.settled.lock().unwrap()[0].clone();
    assert_eq!((spent.reservation, spent.model_ms), (Some(id(1)), 9_000));
}

#[tokio::test]
async fn what_cannot_be_set_aside_is_not_spent() {
    let bench = bench(Vec::new(), vec![Reservation::Broken("disk full".to_owned())]);
    let outcome = bench.run().await;
    assert_eq!(outcome.error.unwrap().kind, AgentErrorKind::Internal);
    assert!(bench.model.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_reply_without_figures_is_estimated() {
    let parts = vec![
        Ok(ReplyPart::Text("y".repeat(40))),
        Ok(ReplyPart::Stop(crate::provider::ProviderStop::End)),
    ];
    let bench = bench(vec![Script::Parts(parts)], Vec::new());
    bench.run().await;
    let spent = bench.diary.replies.lock().unwrap()[0].spent.clone();
    assert!(spent.is_estimated && spent.usage.input_tokens > 100);
    assert!(spent.usage.output_tokens >= 10);
}

#[tokio::test]
async fn a_key_that_is_refused_says_where_it_is_configured() {
    let error = ModelError::from_status("acme", 401, "");
    let hint = error.hint.unwrap();
    assert!(hint.contains("models.acme.key") && hint.contains("nexus models test"), "{hint}");
}
