//! Stop is real. Time stands still in these tests: whatever ends, ends without waiting.

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
    bench.diary.open_gate.notify_one();
    assert_eq!(running.await.unwrap().stop_reason, StopReason::Aborted);
    assert_eq!((bench.read("a").as_deref(), bench.read("b")), (Some("x"), None));
    let lines = bench.diary.only(&["ask", "finished b", "results"]);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].starts_with("finished b Failed This call did not run"), "{lines:?}");
    assert_eq!((lines[2].as_str(), bench.model.seen.lock().unwrap().len()), ("results a b", 1));
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
    bench.diary.open_gate.notify_one();
    let outcome = running.await.unwrap();
    assert_eq!((outcome.reply.as_str(), outcome.stop_reason), ("thanks", StopReason::EndTurn));
}

#[tokio::test]
async fn a_tool_that_takes_too_long_is_told_and_the_turn_ends_by_its_limit() {
    let fetch = |id: &str, url: &str| call(id, "http_fetch", json!({ "url": url }));
    let url = super::ports::silent_server().await;
    let mut bench = Bench::new(vec![calls(&[fetch("a", &url), fetch("b", &url)])]);
    bench.allow_private_hosts();
    bench.input.agent.limits.duration_ms_max = 5_000;
    let running = bench.start();
    bench.diary.until("ask").await;
    quiet().await;
    bench.clock.advance(5_000);
    assert_eq!(running.await.unwrap().stop_reason, StopReason::Limit);
    let lines = bench.diary.only(&["ask", "finished", "results"]);
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(lines[1], "finished a Failed the tool was stopped: it took longer than 5 s");
    assert!(lines[2].starts_with("finished b Failed This call did not run: the turn has used up"));
}

#[tokio::test]
async fn stopping_a_tool_ends_it_and_records_nothing_more() {
    let url = super::ports::silent_server().await;
    let mut bench = Bench::new(vec![calls(&[call("a", "http_fetch", json!({ "url": url }))])]);
    bench.allow_private_hosts();
    let running = bench.start();
    bench.diary.until("ask").await;
    quiet().await;
    bench.stop.stop_now();
    assert_eq!(running.await.unwrap().stop_reason, StopReason::Aborted);
    assert!(bench.diary.only(&["finished", "results"]).is_empty());
    assert_eq!(bench.clock.now_ms(), 0);
}
