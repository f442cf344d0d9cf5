//! Signs of life, and what happens without them.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what fails here fails the test")]

mod common;

use common::{Bench, run, until};
use nexus_supervisor::State;

const PAUSE_MS: u64 = 30_000;
const ANSWER_MS: u64 = 15_000;

/// Answers every call after `hello` with this result.
fn answering(result: &str) -> String {
    format!(
        r#"n=1; while read -r line; do n=$((n+1)); say '{{"jsonrpc":"2.0","id":'$n',"result":{result}}}'; done"#
    )
}

#[test]
fn one_that_says_nothing_is_degraded_and_then_killed() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted("while read -r line; do echo \"$line\" >> heard; done");
        until(&child, State::Running).await;
        for n_silent in 1..=3 {
            bench.clock.until_someone_sleeps(PAUSE_MS).await;
            bench.clock.advance(PAUSE_MS);
            bench.until_lines("heard", n_silent).await;
            bench.clock.until_someone_sleeps(ANSWER_MS).await;
            bench.clock.advance(ANSWER_MS);
            if n_silent < 3 {
                let status = until(&child, State::Degraded).await;
                assert!(status.reason.contains("no sign of life"), "{}", status.reason);
                assert!(status.facts.is_some() && status.pid.is_some(), "it is still at work");
            }
        }
        let status = until(&child, State::BackingOff).await;
        assert_eq!(status.reason, "hung: no sign of life for 135 s");
    });
}

#[test]
fn one_that_is_not_well_says_so_and_goes_on() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted(&answering(r#"{"is_healthy":false,"detail":"no network"}"#));
        until(&child, State::Running).await;
        bench.clock.until_someone_sleeps(PAUSE_MS).await;
        bench.clock.advance(PAUSE_MS);
        let status = until(&child, State::Degraded).await;
        assert_eq!(status.reason, "says that it is not well: no network");
    });
}

#[test]
fn a_wake_asks_at_once_and_ends_pauses() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted(&answering(r#"{"is_healthy":false,"detail":"asleep"}"#));
        until(&child, State::Running).await;
        let other = bench.spec("other", &["sh", "-c", "echo start >> starts; exit 3"]);
        let other = bench.supervisor.add(other).unwrap();
        until(&other, State::BackingOff).await;
        bench.clock.until_someone_sleeps(1_000).await;
        bench.supervisor.wake();
        assert_eq!(until(&child, State::Degraded).await.reason, "says that it is not well: asleep");
        let starts = bench.folder.path().join("other/starts");
        while std::fs::read_to_string(&starts).unwrap().lines().count() < 2 {
            tokio::task::yield_now().await;
        }
    });
}

#[test]
fn a_sleep_suspends_and_one_that_is_not_heard_after_it_is_started_anew() {
    run(async {
        let bench = Bench::new();
        // The first process says nothing after `hello`, the second one answers.
        let child = bench.greeted(&format!(
            "echo start >> starts; if [ $(wc -l < starts) -gt 1 ]; then {}; fi; \
             while read -r line; do echo \"$line\" >> heard; done",
            answering(r#"{"is_healthy":true}"#)
        ));
        let first = until(&child, State::Running).await;
        bench.supervisor.suspend();
        let asleep = until(&child, State::Suspended).await;
        assert!(asleep.facts.is_some() && asleep.pid == first.pid, "it goes on: {asleep:?}");
        bench.supervisor.wake();
        bench.until_lines("heard", 1).await;
        bench.clock.until_someone_sleeps(2_000).await;
        bench.clock.advance(2_000);
        let lost = until(&child, State::BackingOff).await;
        assert_eq!(lost.reason, "said nothing for 2 s after the machine woke up");
        assert_eq!(lost.n_quick_exits, 1);
        bench.clock.until_someone_sleeps(1_000).await;
        bench.clock.advance(1_000);
        let second = until(&child, State::Running).await;
        assert_ne!(second.pid, first.pid);
        bench.supervisor.suspend();
        until(&child, State::Suspended).await;
        bench.supervisor.wake();
        assert_eq!(until(&child, State::Running).await.pid, second.pid, "it answers, and stays");
    });
}

#[test]
fn one_that_was_removed_is_gone_and_its_name_is_free() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted("echo $$ > pid; while read -r line; do :; done");
        until(&child, State::Running).await;
        bench.until_file("pid").await;
        assert!(bench.supervisor.remove("child").await);
        bench.until_gone("pid").await;
        assert!(bench.supervisor.get("child").is_none() && !bench.supervisor.remove("child").await);
        let again = bench.greeted("while read -r line; do :; done");
        until(&again, State::Running).await;
    });
}
