//! Who is there? The lock file, the lock, and the port are asked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod fake;

use std::fs;
use std::path::Path;

use fake::Fake;
use nexus_client::Discovery;
use nexus_client::discovery::{LOCK_FILE, Probe, probe};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

fn home_with(lock: &Value) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("state")).unwrap();
    fs::write(home.path().join(LOCK_FILE), lock.to_string()).unwrap();
    home
}

fn hold(home: &Path) -> fs::File {
    let file = fs::File::open(home.join(LOCK_FILE)).unwrap();
    file.lock().unwrap();
    file
}

async fn closed_port() -> String {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string()
}

#[tokio::test]
async fn an_answering_daemon_is_found() {
    let fake = Fake::start(|_| Vec::new()).await;
    let home = home_with(&json!({
        "pid": 42, "address": fake.address, "kind": "headless", "version": "1", "started_at": 1,
    }));
    let Discovery::Running(running) = Discovery::find(home.path()).await else {
        panic!("not found")
    };
    assert_eq!((running.pid, running.version.as_str()), (42, "9.9.9"));
    assert_eq!(running.address, fake.address);
}

#[tokio::test]
async fn what_a_killed_daemon_left_behind_is_nobody() {
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(Discovery::find(empty.path()).await, Discovery::NotRunning);
    for lock in [
        json!({"pid": 1, "address": closed_port().await, "kind": "headless", "version": "1"}),
        json!({"pid": 1}),
        json!("nonsense"),
    ] {
        let home = home_with(&lock);
        assert_eq!(Discovery::find(home.path()).await, Discovery::NotRunning, "{lock}");
    }
}

#[tokio::test]
async fn a_held_home_that_does_not_answer_is_unreachable() {
    let home = home_with(&json!({"pid": 7, "address": closed_port().await, "kind": "headless"}));
    let held = hold(home.path());
    let found = Discovery::find(home.path()).await;
    assert!(
        matches!(&found, Discovery::Unreachable { facts, probe: Some(Probe::None) } if facts.pid == 7),
        "{found:?}"
    );
    drop(held);
    let home = home_with(&json!({"pid": 7}));
    let _held = hold(home.path());
    let found = Discovery::find(home.path()).await;
    assert!(matches!(found, Discovery::Unreachable { probe: None, .. }), "{found:?}");
}

#[tokio::test]
async fn a_stranger_at_the_port_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").await.unwrap();
        }
    });
    assert_eq!(probe(&address).await, Probe::Other);
    assert_eq!(probe(&closed_port().await).await, Probe::None);
}

#[tokio::test]
async fn a_port_that_says_nothing_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    assert_eq!(probe(&address).await, Probe::Timeout);
    drop(listener);
}
