//! What a child can do wrong, and what it must not cost.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what fails here fails the test")]

mod common;

use common::{Bench, delivery, event, run, until};
use nexus_supervisor::{SendErrorKind, State};

/// Keeps a script alive until its input ends.
const REST: &str = "while read -r line; do say \"$line\" >> answers; done";

#[test]
fn events_are_taken_in_order_and_acknowledged_after_the_handler() {
    run(async {
        let bench = Bench::taking(2);
        let child = bench.greeted(&format!(
            "say '{}'; say '{}'; say '{}'; say '{}'\n{REST}",
            event(1, "a"),
            event(2, "b"),
            event(3, "a"),
            event(4, "c"),
        ));
        bench.until_lines("answers", 2).await;
        let answers = bench.read("answers");
        let accepted =
            |id| format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"status":"accepted"}}}}"#);
        assert_eq!(answers.lines().collect::<Vec<_>>(), [accepted(1), accepted(2)]);
        // The third waits for the handler, and no acknowledgement comes before it returns.
        bench.recorder.gate.add_permits(2);
        bench.until_lines("answers", 4).await;
        assert!(bench.read("answers").lines().nth(2).unwrap().contains("duplicate"));
        let ids: Vec<_> =
            bench.recorder.arrivals.lock().unwrap().iter().map(|a| a.event_id.clone()).collect();
        assert_eq!(ids, ["a", "b", "c"]);
        child.stop().await;
    });
}

#[test]
fn events_for_others_and_events_out_of_bounds_never_reach_the_handler() {
    run(async {
        let bench = Bench::new();
        let _child = bench.greeted(&format!(
            "say '{}'; say '{}'; say '{}'; say '{}'; say '{}'\n{REST}",
            event(1, "a").replace(r#""channel":"echo""#, r#""channel":"telegram""#),
            event(2, "b").replace(r#""account_id":"main""#, r#""account_id":"other""#),
            event(3, "c").replace(r#""content":"hi""#, r#""content":"""#),
            event(4, "d").replace("sender_id", "unheard_of"),
            event(5, "e"),
        ));
        bench.until_lines("answers", 5).await;
        let answers = bench.read("answers");
        let statuses: Vec<_> = ["refused", "refused", "refused", "cannot be read", "accepted"]
            .into_iter()
            .zip(answers.lines())
            .filter(|(expected, line)| !line.contains(expected))
            .collect();
        assert!(statuses.is_empty(), "{statuses:?}");
        assert_eq!(bench.recorder.arrivals.lock().unwrap().len(), 1);
    });
}

#[test]
fn some_garbage_is_passed_over() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted(&format!(
            r#"say 'Traceback (most recent call last):'
               say '{{"jsonrpc":"2.0","id":99,"result":null}}'
               say '{{"jsonrpc":"2.0","method":"log","params":"hello"}}'
               say '{{"jsonrpc":"2.0","id":5,"method":"no_such_method"}}'
               head -c 3000000 /dev/zero | tr '\0' a; echo
               say '{}'
               {REST}"#,
            event(6, "after")
        ));
        bench.until_lines("answers", 2).await;
        let answers = bench.read("answers");
        assert!(answers.contains(r#""code":-32601"#), "{answers}");
        assert!(answers.contains(r#""id":6,"result":{"status":"accepted"}"#), "{answers}");
        assert_eq!(child.status().borrow().state, State::Running);
    });
}

#[test]
fn a_child_that_writes_nothing_but_garbage_is_ended() {
    for garbage in ["yes garbage", "cat /dev/zero", "yes ''"] {
        run(async move {
            let bench = Bench::new();
            let child = bench.greeted(garbage);
            let status = until(&child, State::BackingOff).await;
            assert_eq!(status.reason, "wrote 100 lines that are not JSON-RPC", "{garbage}");
        });
    }
}

#[test]
fn a_flood_of_events_waits_in_the_pipe() {
    run(async {
        let bench = Bench::taking(3);
        // Counts what the pipe took: `yes` writes for as long as somebody reads.
        let child = bench.greeted(&format!("yes '{}' & {REST}", event(1, "flood")));
        bench.until_lines("answers", 3).await;
        bench.recorder.changed.notified().await;
        // Nobody takes the fourth. The child is not ended for it, and can still be stopped.
        assert_eq!(until(&child, State::Running).await.state, State::Running);
        let stop = child.stop();
        tokio::pin!(stop);
        tokio::select! {
            () = &mut stop => panic!("the reader waits for the handler, which never returns"),
            // Its last words are cut.
            () = bench.clock.until_someone_sleeps(500) => bench.clock.advance(500),
        }
        stop.await;
        assert_eq!(child.status().borrow().state, State::Stopped);
    });
}

#[test]
fn a_flood_on_stderr_costs_fifty_lines() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted(
            "i=0; while [ $i -lt 5000 ]; do echo line $i >&2; i=$((i+1)); done
             head -c 9000 /dev/zero >&2; printf '\\nlast words' >&2; exit 1",
        );
        let status = until(&child, State::BackingOff).await;
        let stderr = status.last_exit.unwrap().stderr;
        assert_eq!(stderr.len(), 50);
        assert_eq!(stderr[49], "last words");
        assert!(stderr[48].contains("without a line break"), "{}", stderr[48]);
        assert!(stderr.iter().all(|line| line.len() <= 2_048));
    });
}

#[test]
fn a_child_that_never_reads_is_ended_and_what_was_queued_is_told_apart() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted("sleep 1000");
        until(&child, State::Running).await;
        let text = "x".repeat(500_000);
        let sends: Vec<_> = (0..40)
            .map(|_| {
                let (child, text) = (child.clone(), text.clone());
                tokio::spawn(async move { child.send(delivery(&text)).await })
            })
            .collect();
        bench.clock.until_someone_sleeps(10_000).await;
        // The pipe is full, the writer waits.
        bench.clock.advance(10_000);
        let status = until(&child, State::BackingOff).await;
        assert_eq!(status.reason, "did not read its input for 10 s");
        let mut kinds = Vec::new();
        for send in sends {
            kinds.push(send.await.unwrap().unwrap_err().kind);
        }
        let n_unknown = kinds.iter().filter(|&&kind| kind == SendErrorKind::Unknown).count();
        let n_unsent = kinds.iter().filter(|&&kind| kind == SendErrorKind::Network).count();
        assert_eq!(n_unknown + n_unsent, 40, "{kinds:?}");
        // 16 in the queue and one in the writer's hand: the rest certainly was not sent.
        assert!(n_unknown <= 17, "{n_unknown}");
    });
}

#[test]
fn a_delivery_that_is_too_long_for_a_line_is_not_sent() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted(REST);
        until(&child, State::Running).await;
        let error = child.send(delivery(&"x".repeat(1024 * 1024))).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Network);
        assert!(error.message.contains("at most 1048576"), "{error}");
    });
}

#[test]
fn one_bad_child_leaves_the_others_alone() {
    run(async {
        let bench = Bench::new();
        let bad = bench.greeted("yes garbage");
        let good = bench
            .supervisor
            .add(bench.spec("good", &["sh", "-c", &format!("{}\n{REST}", common::HELLO)]));
        let good = good.unwrap();
        until(&bad, State::BackingOff).await;
        assert_eq!(until(&good, State::Running).await.n_quick_exits, 0);
        assert_eq!(bench.supervisor.children().len(), 2);
        assert!(bench.supervisor.get("nobody").is_none());
    });
}
