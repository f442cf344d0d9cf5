//! Programs that are run once: what they wrote, and what is left of them.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use nexus_domain::Timestamp;
use nexus_supervisor::{Clock, Once, OnceError, run_once};

/// Waits by the wall clock.
struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }
    fn monotonic_us(&self) -> u64 {
        0
    }
    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(Duration::from_millis(ms)))
    }
    fn entropy(&self) -> u128 {
        0
    }
}

async fn run(folder: &Path, script: &str, duration_ms_max: u64) -> Result<String, OnceError> {
    let once = Once {
        command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
        environment: vec![("GIVEN".to_owned(), "yes".to_owned())],
        folder: folder.to_owned(),
        duration_ms_max,
        stdout_bytes_max: 1_000,
    };
    let mut take = Vec::new();
    run_once(once, Arc::new(WallClock), &mut take).await?;
    Ok(String::from_utf8(take).unwrap())
}

#[tokio::test]
async fn it_sees_what_it_is_given_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(folder.path(), "echo $GIVEN:$HOME:$CARGO; cat; pwd", 60_000).await.unwrap();
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines[0], "yes::");
    assert_eq!(Path::new(lines[1]), folder.path().canonicalize().unwrap());
}

#[tokio::test]
async fn each_bad_end_has_its_kind_and_quotes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let failed = run(folder.path(), "echo secret; echo secret >&2; exit 3", 60_000).await;
    assert_eq!(failed, Err(OnceError::Failed("exited with code 3".to_owned())));
    let long = run(folder.path(), "while :; do echo 0123456789; done", 60_000).await;
    assert_eq!(long, Err(OnceError::TooLong));
}

/// The grandchild keeps a fifo open for writing; a reader sees its end once nobody is left. The
/// reader is there first: of a fifo that nobody writes any more, an end is never announced.
#[tokio::test]
async fn nothing_of_its_group_outlives_its_time() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), "mkfifo alive", 60_000).await.unwrap();
    let fifo = folder.path().join("alive");
    let mut reader = tokio::net::unix::pipe::OpenOptions::new().open_receiver(fifo).unwrap();
    let script = "(exec 3>alive; echo up > up; exec sleep 1000) & wait";
    assert_eq!(run(folder.path(), script, 3_000).await, Err(OnceError::Timeout));
    assert!(folder.path().join("up").exists());
    let mut rest = Vec::new();
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut rest);
    tokio::time::timeout(Duration::from_secs(30), ended).await.unwrap().unwrap();
}
