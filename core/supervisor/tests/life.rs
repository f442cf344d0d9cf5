//! Start, end, restart and drain of children.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what fails here fails the test")]

mod common;

use common::{Bench, HELLO, delivery, run, until};
use nexus_supervisor::{CallError, SendErrorKind, State};

#[test]
fn a_child_lives_in_an_empty_environment_and_a_private_folder() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted("env > env.txt; pwd > pwd.txt; touch done; read -r forever");
        let status = until(&child, State::Running).await;
        assert_eq!(status.facts.unwrap().channel, "echo");
        bench.until_file("done").await;
        let environment = bench.read("env.txt");
        let mut names: Vec<_> =
            environment.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        names.sort_unstable();
        // The shell itself adds PWD, and some shells `_` and SHLVL.
        names.retain(|name| !["PWD", "_", "SHLVL", "OLDPWD"].contains(name));
        assert_eq!(names, ["HOME", "LANG", "PATH"], "{environment}");
        assert!(!environment.contains("s3cr3t"));
        let home = bench.folder.path().join("child");
        assert_eq!(bench.read("pwd.txt").trim(), home.to_str().unwrap());
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(home).unwrap().permissions(),
        );
        assert_eq!(mode & 0o777, 0o700);
    });
}

#[test]
fn a_child_that_ends_is_started_again_after_growing_pauses_and_then_given_up() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted("echo start >> starts; echo oh no >&2; exit 3");
        for (n, pause_ms) in [1_000, 2_000, 4_000, 8_000].into_iter().enumerate() {
            bench.clock.until_someone_sleeps(pause_ms).await;
            let status = until(&child, State::BackingOff).await;
            assert_eq!(status.reason, "exited with code 3");
            assert_eq!(status.n_quick_exits as usize, n + 1);
            assert_eq!(status.retry_at, Some(status.since.plus_ms(pause_ms)));
            assert_eq!(status.last_exit.unwrap().stderr, ["oh no"]);
            bench.clock.advance(pause_ms);
        }
        let status = until(&child, State::Failed).await;
        assert_eq!(status.n_quick_exits, 5);
        assert_eq!(bench.read("starts").lines().count(), 5);
        assert_eq!(child.last_stderr(), ["oh no"]);
        // By hand it is started again, and the count starts anew.
        child.start();
        bench.clock.until_someone_sleeps(1_000).await;
        assert_eq!(until(&child, State::BackingOff).await.n_quick_exits, 1);
        assert_eq!(bench.read("starts").lines().count(), 6);
    });
}

#[test]
fn a_child_that_does_not_say_hello_is_ended() {
    run(async {
        let bench = Bench::new();
        let child = bench.script("sleep 1000");
        until(&child, State::Starting).await;
        bench.clock.until_someone_sleeps(10_000).await;
        bench.clock.advance(10_000);
        let status = until(&child, State::BackingOff).await;
        assert!(status.reason.starts_with("did not answer `hello`"), "{}", status.reason);
    });
}

#[test]
fn another_version_of_the_contract_is_not_tried_again() {
    run(async {
        let bench = Bench::new();
        let child = bench.script(&format!(
            "{}\nread -r forever",
            HELLO.replace("\"protocol\":1", "\"protocol\":2")
        ));
        let status = until(&child, State::Failed).await;
        assert!(status.reason.contains("speaks version 2"), "{}", status.reason);
    });
}

#[test]
fn a_program_that_is_missing_is_named() {
    run(async {
        let bench = Bench::new();
        let spec = bench.spec("child", &["no-such-program"]);
        let child = bench.supervisor.add(spec).unwrap();
        let status = until(&child, State::BackingOff).await;
        assert!(status.reason.contains("`no-such-program` could not be started"));
        let twice = bench.supervisor.add(bench.spec("child", &["sh"])).unwrap_err();
        assert!(twice.message.contains("two adapters"), "{twice}");
        for command in [&["./here"][..], &["a/b"], &[""], &[]] {
            assert!(bench.supervisor.add(bench.spec("other", command)).is_err(), "{command:?}");
        }
    });
}

#[test]
fn a_drain_ends_the_polite_way_first() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted("while read -r line; do :; done; echo drained > end");
        until(&child, State::Running).await;
        bench.supervisor.drain().await;
        assert_eq!(bench.read("end"), "drained\n");
        let status = child.status().borrow().clone();
        assert_eq!(status.state, State::Stopped);
        assert_eq!(status.last_exit.unwrap().reason, "exited with code 0");
        let error = child.send(delivery("x")).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Network, "nothing was sent");
        assert_eq!(error.message, "adapter `child` is stopped");
        child.start();
        until(&child, State::Running).await;
    });
}

#[test]
fn a_drain_ends_who_does_not_listen() {
    run(async {
        let bench = Bench::new();
        // The grandchild would outlive its parent; the group does not.
        let child = bench.greeted(
            "trap 'echo term >> signals' TERM
             sh -c 'trap \"\" TERM; echo $$ > grandchild; while :; do sleep 1; done' &
             while :; do sleep 1; done",
        );
        until(&child, State::Running).await;
        bench.until_file("grandchild").await;
        let stop = child.stop();
        tokio::pin!(stop);
        for _ in 0..2 {
            tokio::select! {
                () = &mut stop => panic!("it ended too early"),
                () = bench.clock.until_someone_sleeps(5_000) => {}
            }
            assert_eq!(child.status().borrow().state, State::Draining);
            bench.clock.advance(5_000);
        }
        stop.await;
        let exit = child.status().borrow().last_exit.clone().unwrap();
        assert_eq!(exit.reason, "was ended by signal 9");
        bench.until_gone("grandchild").await;
    });
}

#[test]
fn a_dropped_supervisor_leaves_nobody_behind() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted(
            "echo $$ > parent; sleep 1000 & echo $! > grandchild.tmp
             mv grandchild.tmp grandchild; wait",
        );
        until(&child, State::Running).await;
        bench.until_file("grandchild").await;
        let Bench { supervisor, folder, .. } = bench;
        drop(supervisor);
        let bench = Bench { folder, ..Bench::new() };
        bench.until_gone("parent").await;
        bench.until_gone("grandchild").await;
    });
}

#[test]
fn a_restart_is_a_drain_and_a_start() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted("echo start >> starts; while read -r line; do :; done");
        let first = until(&child, State::Running).await.pid;
        let mut status = child.status();
        child.restart();
        let second = status
            .wait_for(|status| status.state == State::Running && status.pid != first)
            .await
            .unwrap()
            .clone();
        assert_eq!(second.n_quick_exits, 0);
        bench.supervisor.drain().await;
        assert_eq!(bench.read("starts").lines().count(), 2);
    });
}

#[test]
fn a_call_to_a_child_that_ends_is_lost_and_one_that_hangs_runs_out() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted("read -r call; exit 1");
        until(&child, State::Running).await;
        let error = child.call("health", serde_json::Value::Null, 1_234).await.unwrap_err();
        assert!(matches!(error, CallError::Lost(_)), "{error:?}");

        let child =
            bench.supervisor.add(bench.spec(
                "hanging",
                &["sh", "-c", &format!("{HELLO}\nwhile read -r line; do :; done")],
            ));
        let child = child.unwrap();
        until(&child, State::Running).await;
        let send = child.send(delivery("x"));
        tokio::pin!(send);
        tokio::select! {
            _ = &mut send => panic!("nobody answered"),
            () = bench.clock.until_someone_sleeps(60_000) => {}
        }
        // The line may be on its way; only then is the outcome unknown.
        bench.clock.advance(60_000);
        let error = send.await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Unknown, "{error}");
        assert_eq!(until(&child, State::Running).await.state, State::Running);
    });
}

#[test]
fn an_answer_written_right_before_the_end_counts() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted(
            r#"read -r call; say '{"jsonrpc":"2.0","id":2,"result":{"message_ids":["m1"]}}'; exit 1"#,
        );
        until(&child, State::Running).await;
        let result = child.send(delivery("x")).await.unwrap();
        assert_eq!(result.message_ids, ["m1"]);
    });
}

#[test]
fn a_typed_send_error_comes_through() {
    run(async {
        let bench = Bench::new();
        let child = bench.greeted(
            r#"read -r call
               say '{"jsonrpc":"2.0","id":2,"error":{"code":-32001,"message":"slow down","data":{"kind":"rate_limited","retry_after_ms":700}}}'
               read -r call
               say '{"jsonrpc":"2.0","id":3,"error":{"code":-1,"message":"whatever"}}'
               read -r forever"#,
        );
        until(&child, State::Running).await;
        let error = child.send(delivery("x")).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::RateLimited);
        assert_eq!(error.retry_after_ms, Some(700));
        let error = child.send(delivery("x")).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Unknown);
    });
}
