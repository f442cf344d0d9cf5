//! The order of things: record before effect, results before the next step; retries and failover.

use nexus_domain::agent::{AgentErrorKind, StopReason};
use nexus_domain::message::Part;
use serde_json::json;

use super::ports::{Bench, Script, busy, call, calls, cut, says};
use crate::port::Answer;
use crate::provider::{ModelError, ReplyPart};

#[tokio::test]
async fn a_reply_is_recorded_before_its_tools_and_results_before_the_next_step() {
    let bench = Bench::new(vec![
        calls(&[
            call("a", "read_file", json!({"path": "x.txt"})),
            call("b", "write_file", json!({"path": "y.txt", "content": "new\n"})),
            call("c", "edit_file", json!({"path": "y.txt", "old": "new", "new": "old"})),
        ]),
        says("done"),
    ]);
    bench.write("x.txt", "hello\n");
    let outcome = bench.run().await;
    assert_eq!((outcome.reply.as_str(), outcome.stop_reason), ("done", StopReason::EndTurn));
    assert_eq!(bench.read("y.txt").as_deref(), Some("old\n"));
    assert_eq!(
        bench.diary.only(&["reply", "ask", "finished", "results"]),
        [
            "reply one/m \"\"",
            "ask read_file Policy read x.txt",
            "finished a Completed hello\n",
            "ask write_file Policy write y.txt (4 bytes)",
            "finished b Completed wrote y.txt (now 4 bytes)",
            "ask edit_file Policy edit y.txt",
            "finished c Completed edited y.txt",
            "results a b c",
            "reply one/m \"done\"",
        ]
    );
    let record = bench.diary.records.lock().unwrap()[2].record.clone();
    assert_eq!(record.as_deref(), Some("--- a/y.txt\n+++ b/y.txt\n@@ -1 +1 @@\n-new\n+old\n"));
}

#[tokio::test]
async fn calls_that_look_are_asked_side_by_side_and_keep_their_order() {
    let read = |id: &str| call(id, "read_file", json!({"path": "x"}));
    let bench = Bench::new(vec![calls(&[read("a"), read("b"), read("c")]), says("ok")]);
    bench.write("x", "1\n");
    bench.diary.answers.lock().unwrap().push(("read_file".to_owned(), None));
    let running = bench.start();
    while bench.diary.only(&["ask"]).len() < 3 {
        tokio::task::yield_now().await;
    }
    assert!(bench.diary.only(&["finished"]).is_empty());
    bench.diary.open_gate.notify_waiters();
    assert_eq!(running.await.unwrap().reply, "ok");
    assert_eq!(bench.diary.only(&["results"]), ["results a b c"]);
}

#[tokio::test]
async fn wrong_arguments_and_unknown_tools_never_reach_the_gate() {
    let bench = Bench::new(vec![
        calls(&[
            call("a", "read_file", json!({"file": "x"})),
            call("b", "read_file", json!("{\"path\": ")),
            call("c", "rm_rf", json!({})),
            call("d", "http_fetch", json!({"url": "https://example.org"})),
            call("e", "read_file", json!({"path": "../etc/passwd"})),
        ]),
        says("sorry"),
    ]);
    bench.run().await;
    assert!(bench.diary.only(&["ask"]).is_empty(), "{:?}", bench.diary.lines());
    let finished = bench.diary.only(&["finished"]);
    assert!(finished.iter().all(|line| line.contains(" Failed ")), "{finished:?}");
    // They are looked at side by side, so they end in any order.
    let of = |id: &str| finished.iter().find(|line| line.starts_with(&format!("finished {id} ")));
    let says = |id: &str, words: &str| of(id).is_some_and(|line| line.contains(words));
    assert!(says("a", "path") && says("b", "not JSON"), "{finished:?}");
    assert!(says("c", "there is no tool") && says("d", "there is no tool"), "{finished:?}");
    let seen = bench.model.seen.lock().unwrap();
    let Some(Part::ToolResult(result)) = seen[1].messages.last().unwrap().parts.first() else {
        panic!("no result was sent")
    };
    assert!(result.is_error);
}

#[tokio::test]
async fn a_refusal_is_told_to_the_model_and_nothing_happens() {
    let write = call("a", "write_file", json!({"path": "y", "content": "x"}));
    let bench = Bench::new(vec![calls(&[write]), says("understood")]);
    let refused = Some(Answer::Refused("not on a Sunday".to_owned()));
    bench.diary.answers.lock().unwrap().push(("write_file".to_owned(), refused));
    let outcome = bench.run().await;
    assert_eq!(outcome.stop_reason, StopReason::EndTurn);
    assert_eq!(bench.read("y"), None);
    assert_eq!(bench.diary.only(&["finished"]), ["finished a Failed not on a Sunday"]);
}

#[tokio::test]
async fn what_cannot_be_recorded_does_not_happen() {
    let write = call("a", "write_file", json!({"path": "y", "content": "x"}));
    for broken in ["reply", "gate"] {
        let bench = Bench::new(vec![calls(std::slice::from_ref(&write))]);
        if broken == "gate" {
            let answer = Some(Answer::Broken("disk full".to_owned()));
            bench.diary.answers.lock().unwrap().push(("write_file".to_owned(), answer));
        } else {
            *bench.diary.breaks_at.lock().unwrap() = Some(broken.to_owned());
        }
        let outcome = bench.run().await;
        assert_eq!(outcome.stop_reason, StopReason::Error, "{broken}");
        assert_eq!(outcome.error.unwrap().kind, AgentErrorKind::Internal);
        assert_eq!(bench.read("y"), None, "{broken}");
        assert_eq!(bench.model.seen.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn ids_that_a_provider_repeats_are_made_unique() {
    let time = || calls(&[call("x", "time", json!({})), call("", "time", json!({}))]);
    let bench = Bench::new(vec![time(), time(), says("ok")]);
    bench.run().await;
    let records = bench.diary.records.lock().unwrap();
    let ids: std::collections::HashSet<_> = records.iter().map(|r| r.id.clone()).collect();
    assert_eq!((records.len(), ids.len()), (4, 4), "{ids:?}");
}

#[tokio::test]
async fn a_cut_reply_is_started_anew_and_its_tools_never_run() {
    let bench = Bench::new(vec![
        Script::Parts(vec![
            Ok(ReplyPart::Text("Half a ".into())),
            Ok(ReplyPart::ToolCall(call("a", "write_file", json!({"path": "y", "content": ""})))),
            Err(cut()),
        ]),
        says("Whole."),
    ]);
    let outcome = bench.run_through_time().await;
    assert_eq!(outcome.reply, "Whole.");
    assert_eq!(bench.read("y"), None);
    assert_eq!(
        bench.diary.lines(),
        [
            "started",
            "text Half a ",
            "errored true the reply of one was cut off before it was complete",
            "started",
            "text Whole.",
            "reply one/m \"Whole.\"",
            "ended",
        ]
    );
}

#[tokio::test]
async fn the_provider_decides_when_it_is_asked_again() {
    let bench = Bench::new(vec![Script::Refuse(busy()), says("ok")]);
    assert_eq!(bench.run_through_time().await.reply, "ok");
    assert_eq!(bench.clock.now_ms(), 7_000);
}

#[tokio::test]
async fn a_failing_model_is_left_alone_and_the_next_one_answers() {
    let bench = Bench::new((0..4).map(|_| Script::Refuse(cut())).collect());
    bench.then_second(vec![calls(&[call("a", "time", json!({}))]), says("second")]);
    let outcome = bench.run_through_time().await;
    assert_eq!(outcome.reply, "second");
    let lines = bench.diary.only(&["errored", "cooled", "reply"]);
    assert_eq!(lines.iter().filter(|line| line.starts_with("errored true")).count(), 4);
    assert!(lines[4].starts_with("cooled one/m "), "{lines:?}");
    assert_eq!(lines[5..], ["reply two/m \"\"", "reply two/m \"second\""]);
    assert_eq!(bench.model.seen.lock().unwrap().len(), 4, "it was asked again while cooling");
}

#[tokio::test]
async fn a_wrong_key_is_not_tried_twice_and_says_how_to_mend_it() {
    let refused = || Script::Refuse(ModelError::from_status("one", 401, "bad key"));
    let bench = Bench::new(vec![refused()]);
    bench.then_second(vec![refused()]);
    let outcome = bench.run().await;
    let error = outcome.error.unwrap();
    assert_eq!((outcome.stop_reason, error.kind), (StopReason::Error, AgentErrorKind::AuthFailure));
    assert!(error.message.contains("one/m") && error.message.contains("two/m"));
    assert!(error.hint.unwrap().contains("nexus models test"));
}

#[tokio::test]
async fn each_limit_ends_the_run_with_its_name() {
    let looping = || {
        let mut parts = vec![ReplyPart::Text("hm".into())];
        parts.push(ReplyPart::ToolCall(call("a", "time", json!({}))));
        let usage = nexus_domain::message::Usage { input_tokens: 60, ..Default::default() };
        parts.push(ReplyPart::Usage(usage));
        parts.push(ReplyPart::Stop(crate::provider::ProviderStop::ToolCalls));
        Script::Parts(parts.into_iter().map(Ok).collect())
    };
    let mut bench = Bench::new((0..3).map(|_| looping()).collect());
    bench.input.agent.limits.steps_max = 3;
    let outcome = bench.run().await;
    assert_eq!(outcome.stop_reason, StopReason::Limit);
    assert!(outcome.reply.starts_with("hm\n\n") && outcome.reply.contains("steps_max"));
    assert_eq!(bench.diary.only(&["results"]).len(), 3);

    let mut bench = Bench::new((0..2).map(|_| looping()).collect());
    bench.input.agent.limits.tokens_max = 100;
    assert!(bench.run().await.reply.contains("100 tokens (tokens_max of [agents.main]"));

    let mut bench = Bench::new(vec![Script::Stall(vec![ReplyPart::Text("well".into())])]);
    bench.input.agent.limits.duration_ms_max = 5_000;
    let outcome = bench.run_through_time().await;
    assert_eq!((outcome.stop_reason, bench.clock.now_ms()), (StopReason::Limit, 5_000));
    assert!(outcome.reply.starts_with("well") && outcome.reply.contains("duration_ms_max"));
}

#[tokio::test]
async fn a_model_that_takes_no_for_no_answer_is_stopped_with_the_reason() {
    let write = |id: &str, path: &str| {
        calls(&[call(id, "write_file", json!({"path": path, "content": "x"}))])
    };
    let bench = Bench::new(vec![
        write("a", "x.txt"),
        write("b", "other.txt"),
        write("c", "x.txt"),
        write("d", "x.txt"),
    ]);
    let refused = Some(Answer::Refused("not on a Sunday".to_owned()));
    bench.diary.answers.lock().unwrap().push(("write_file".to_owned(), refused));
    let outcome = bench.run().await;
    assert_eq!(outcome.stop_reason, StopReason::Limit);
    let said = &outcome.reply;
    assert!(said.contains("asked 3 times"), "{said}");
    assert!(said.contains("write x.txt (1 bytes)") && said.contains("not on a Sunday"), "{said}");
    assert_eq!(bench.diary.only(&["ask"]).len(), 4, "the fourth result is on record, then it ends");
}
