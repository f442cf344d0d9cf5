//! Stop is real. Time stands still in these tests: whatever ends, ends without waiting.

use std::time::Duration;

use nexus_domain::agent::StopReason;
use serde_json::json;

use super::ports::{Bench, Script, call, calls, quiet, says};
use crate::provider::ReplyPart;

#[tokio::test]
async fn stopping_a_stream_drops_it_and_keeps_the_text_so_far() {
    let bench = Bench::new(vec![Script::Stall(vec![ReplyPart::Text("So far".into())])]);
    let running = bench.start();
    bench.diary.until("text So far").await;
    bench.stop.stop_now();
    let outcome = running.await.unwrap();
    assert_eq!((outcome.reply.as_str(), outcome.stop_reason), ("So far", StopReason::Aborted));
    assert_eq!(bench.diary.lines(), ["started", "text So far", "ended"]);
    assert_eq!(bench.clock.now_ms(), 0);
}

#[tokio::test]
async fn stopping_at_the_gate_asks_and_does_nothing_more() {
    let write = |id: &str| call(id, "write_file", json!({"path": id, "content": "x"}));
    let bench = Bench::new(vec![calls(&[write("a"), write("b")])]);
    bench.diary.answers.lock().unwrap().push(("write_file".to_owned(), None));
    let running = bench.start();
    bench.diary.until("ask").await;
    bench.stop.stop_now();
    assert_eq!(running.await.unwrap().stop_reason, StopReason::Aborted);
    assert_eq!(bench.diary.only(&["ask", "finished", "results"]).len(), 1);
    assert_eq!((bench.read("a"), bench.read("b")), (None, None));
}

#[tokio::test]
async fn stopping_in_a_retry_pause_ends_at_once() {
    let bench = Bench::new(vec![Script::Refuse(super::ports::busy())]);
    let running = bench.start();
    bench.diary.until("errored").await;
    bench.stop.stop_now();
    assert_eq!(running.await.unwrap().stop_reason, StopReason::Aborted);
    assert_eq!(bench.clock.now_ms(), 0);
}

#[tokio::test]
async fn a_boundary_stop_finishes_the_step_in_hand() {
    let read = || calls(&[call("a", "time", json!({})), call("b", "time", json!({}))]);
    let bench = Bench::new(vec![read(), says("never")]);
    bench.stop.stop_at_boundary();
    assert_eq!(bench.run().await.stop_reason, StopReason::Aborted);
    assert!(bench.model.seen.lock().unwrap().is_empty());

    let bench = Bench::new(vec![Script::Stall(vec![ReplyPart::Text("t".into())])]);
    let running = bench.start();
    bench.diary.until("text").await;
    bench.stop.stop_at_boundary();
    quiet().await;
    assert!(!running.is_finished(), "the reply in hand was cut off");
    bench.stop.stop_now();
    assert_eq!(running.await.unwrap().stop_reason, StopReason::Aborted);
}

#[tokio::test]
async fn a_boundary_stop_leaves_a_whole_history() {
    let write = |id: &str| call(id, "write_file", json!({"path": id, "content": "x"}));
    let bench = Bench::new(vec![calls(&[write("a"), write("b")]), says("never")]);
    bench.diary.answers.lock().unwrap().push(("write_file".to_owned(), None));
    let running = bench.start();
    bench.diary.until("ask").await;
    bench.stop.stop_at_boundary();
    quiet().await;
    assert!(!running.is_finished(), "the call in hand was cut off");
    bench.stop.stop_now();
    running.await.unwrap();
    assert_eq!(bench.read("b"), None);
}

#[tokio::test]
async fn waiting_for_a_person_does_not_count_as_work() {
    let write = call("a", "write_file", json!({"path": "a", "content": "x"}));
    let mut bench = Bench::new(vec![calls(&[write]), says("thanks")]);
    bench.input.agent.limits.duration_ms_max = 5_000;
    bench.diary.answers.lock().unwrap().push(("write_file".to_owned(), None));
    let running = bench.start();
    bench.diary.until("ask").await;
    bench.clock.advance(3_600_000);
    quiet().await;
    assert!(!running.is_finished(), "the wait ran into the limit");
    bench.stop.stop_now();
    let outcome = tokio::time::timeout(Duration::from_secs(10), running).await.unwrap().unwrap();
    assert_eq!(outcome.stop_reason, StopReason::Aborted);
}
