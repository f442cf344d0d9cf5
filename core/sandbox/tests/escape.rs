//! Programs that really try to get out. `inside` is what they run; the rest looks from outside at
//! whether they did. The table that comes of it is kept in `docs/sandbox-attempts.md`; built with
//! `NEXUS_BLESS=1`, the test writes it anew.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::disallowed_methods,
    reason = "the attempts start processes and read the environment"
)]
#![expect(clippy::print_stdout, reason = "the attempts say how they went")]
#![allow(unreachable_pub, reason = "the modules of one test program")]

#[path = "escape/attempt.rs"]
mod attempt;
#[path = "escape/bench.rs"]
mod bench;
#[path = "escape/table.rs"]
mod table;

use std::time::Duration;

use bench::{Bench, is_growing, until_said};
use nexus_sandbox::{Ended, Mechanism, Posture};

/// Inside, this does one attempt; outside, it has nothing to do.
#[test]
fn inside() {
    if let Ok(words) = std::env::var("NEXUS_ATTEMPT") {
        attempt::run(&serde_json::from_str::<Vec<String>>(&words).unwrap());
    }
}

#[tokio::test]
async fn no_attempt_succeeds_and_the_table_is_the_committed_one() {
    let full = Bench::new(&[]).await;
    let bare = Bench::new(&[Mechanism::Namespaces]).await;
    println!("posture with everything:     {}", full.sandbox.posture());
    println!("posture without namespaces:  {}", bare.sandbox.posture());
    let rows = table::run(&full, &bare).await;
    let text = table::print(&rows);
    println!("{text}");
    let escaped: Vec<_> = rows.iter().filter(|row| row.has_escaped()).collect();
    assert!(escaped.is_empty(), "{escaped:#?}");
    // Where a mechanism is missing the words differ; what was asserted above does not.
    if full.is_full() && bare.sandbox.has(Mechanism::Landlock) {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sandbox-attempts.md");
        if option_env!("NEXUS_BLESS").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(text, committed, "NEXUS_BLESS=1 cargo test -p nexus-sandbox writes it anew");
    }
}

#[tokio::test]
async fn what_is_allowed_works() {
    let bench = Bench::new(&[]).await;
    let file = bench.path("home/notes/new");
    let written = bench.try_out(&["write", file.to_str().unwrap()]).await;
    assert_eq!(written.said, "+wrote it", "{}", written.output);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "planted");
    let removed = bench.try_out(&["remove", file.to_str().unwrap()]).await;
    assert_eq!(removed.said, "+removed it");
    let scratch = bench.try_out(&["write", "/tmp/scratch"]).await;
    assert_eq!(scratch.said, "+wrote it");
    assert!(!std::path::Path::new("/tmp/scratch").exists(), "its /tmp is its own");
    let env = bench.try_out(&["env"]).await;
    assert_eq!(env.said, r#"+["NEXUS_ATTEMPT", "PATH"]"#);
}

/// With a proxy there is one address, and it leads to the proxy's socket and nowhere else.
#[tokio::test]
async fn a_proxy_is_all_there_is() {
    let bench = Bench::new(&[]).await;
    let socket = bench.path("user/proxy");
    let proxy = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let answering = std::thread::spawn(move || {
        use std::io::Write as _;
        proxy.accept().unwrap().0.write_all(b"from the proxy").unwrap();
    });
    let outside = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    outside.set_nonblocking(true).unwrap();
    let port = 3128;
    let with_proxy = |words: &[&str]| {
        let mut spawn = bench.attempt(words);
        spawn.profile.network = nexus_sandbox::Network::Proxy { socket: socket.clone(), port };
        spawn
    };
    let reached = bench.run(with_proxy(&["fetch", &format!("127.0.0.1:{port}")])).await;
    assert_eq!(reached.said, "+from the proxy", "{}", reached.output);
    answering.join().unwrap();
    let address = outside.local_addr().unwrap().to_string();
    for words in [["tcp", address.as_str()], ["udp", "1.1.1.1:53"], ["tcp", "1.1.1.1:443"]] {
        let refused = bench.run(with_proxy(&words)).await;
        assert!(refused.said.starts_with('-'), "{words:?}: {}", refused.output);
    }
    assert!(outside.accept().is_err());
}

#[tokio::test]
async fn a_terminal_is_one() {
    let bench = Bench::new(&[]).await;
    let mut spawn = bench.attempt(&["env"]);
    spawn.program = "/bin/sh".into();
    let script = "test -t 0 && test -t 1 && test -t 2 && echo said > /dev/tty";
    spawn.argv = ["sh", "-c", script].map(str::to_owned).to_vec();
    let without = bench.run(spawn.clone()).await;
    assert_eq!(without.ended, Ended::Code(1));
    spawn.pty = true;
    let with = bench.run(spawn).await;
    assert_eq!((with.ended, with.output.trim()), (Ended::Code(0), "said"));
}

#[tokio::test]
async fn nothing_survives_a_stop() {
    for without in [vec![], vec![Mechanism::Namespaces]] {
        let bench = Bench::new(&without).await;
        for how in ["setsid", "double-fork", "ignores-signals"] {
            let sign = bench.path(&format!("home/notes/{how}"));
            let mut child = bench.start(&["survive", how, sign.to_str().unwrap()]).await;
            assert_eq!(until_said(&mut child).await, "+it is there");
            assert!(is_growing(&sign).await, "{how} is alive");
            tokio::time::timeout(Duration::from_secs(2), child.stop())
                .await
                .expect("everything is gone within 2 s");
            assert!(!is_growing(&sign).await, "{how} survived, without {without:?}");
        }
    }
}

#[tokio::test]
async fn nothing_survives_the_one_who_started_it() {
    for without in [vec![], vec![Mechanism::Namespaces]] {
        let bench = Bench::new(&without).await;
        let sign = bench.path("home/notes/orphan");
        let mut child = bench.start(&["survive", "double-fork", sign.to_str().unwrap()]).await;
        assert_eq!(until_said(&mut child).await, "+it is there");
        drop(child);
        while is_growing(&sign).await {}
    }
}

#[tokio::test]
async fn nothing_is_left_behind_by_a_program_that_ends() {
    for without in [vec![], vec![Mechanism::Namespaces]] {
        let bench = Bench::new(&without).await;
        let sign = bench.path("home/notes/left");
        let mut spawn = bench.attempt(&["env"]);
        spawn.program = "/bin/sh".into();
        let script = format!(
            "(setsid sh -c 'while :; do echo alive >> {0}; sleep 0.05; done' > /dev/null 2>&1 &) ; \
             while ! test -e {0}; do :; done",
            sign.display()
        );
        spawn.argv = ["sh", "-c", &script].map(str::to_owned).to_vec();
        let outcome = bench.run(spawn).await;
        assert_eq!(outcome.ended, Ended::Code(0), "{}", outcome.output);
        assert!(sign.exists());
        assert!(!is_growing(&sign).await, "without {without:?}");
    }
}

#[tokio::test]
async fn a_mechanism_that_is_switched_off_shows_in_the_posture() {
    for mechanism in [Mechanism::Landlock, Mechanism::Seccomp, Mechanism::Limits] {
        let bench = Bench::new(&[mechanism]).await;
        let Posture::Partial { reasons } = bench.sandbox.posture() else {
            panic!("{mechanism:?}: {}", bench.sandbox.posture());
        };
        let expected = format!("no {}: switched off", mechanism.name());
        assert!(reasons.contains(&expected), "{reasons:?}");
    }
    let nothing = Bench::new(&[Mechanism::Namespaces, Mechanism::Landlock]).await;
    assert_eq!(nothing.sandbox.posture().name(), "none");
}

#[tokio::test]
async fn without_a_helper_nothing_runs() {
    let sandbox = nexus_sandbox::Sandbox::open(nexus_sandbox::SandboxOptions::default()).await;
    assert_eq!(sandbox.posture().name(), "none");
    let bench = Bench::new(&[]).await;
    assert!(sandbox.spawn(bench.attempt(&["env"])).await.is_err());
}

#[tokio::test]
async fn a_program_that_does_not_exist_is_named() {
    let bench = Bench::new(&[]).await;
    let mut spawn = bench.attempt(&["env"]);
    spawn.program = "/usr/bin/no-such-program".into();
    let mut child = bench.sandbox.spawn(spawn).await.unwrap();
    // The confinement was in force before the kernel looked for the file.
    assert_ne!(child.wait().await, Ended::Code(0));
}
