//! The proxy as a program meets it, with a gate and a machine made for the test.
#![cfg(unix)]

use std::sync::Mutex;

use futures_util::future::BoxFuture;
use nexus_domain::id::MessageId;
use nexus_domain::permission::Target;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};

use super::*;
use crate::port::{Answer, Ask, Gate, Left, Reach, Watcher};
use crate::tools::RunningCall;
use crate::turn::tests::ports::HandClock;

/// Lets through to whatever is not called `localhost`.
#[derive(Default)]
struct Guard {
    reached: Mutex<Vec<(String, bool, Option<String>)>>,
    left: Mutex<Vec<Left>>,
}

impl Gate for Guard {
    fn ask(&self, _: Ask) -> BoxFuture<'_, Answer> {
        Box::pin(async { Answer::Allowed })
    }

    fn reach(&self, reach: Reach) -> BoxFuture<'_, Answer> {
        let [Target::Host { host, port }] = reach.action.targets.as_slice() else {
            panic!("one machine: {:?}", reach.action)
        };
        let unfit = reach.unfit.clone();
        let seen = (format!("{host}:{port}"), reach.is_again, unfit.clone());
        self.reached.lock().unwrap().push(seen);
        let answer = match unfit {
            Some(why) => Answer::Refused(why),
            None if host == "localhost" => Answer::Refused("no".to_owned()),
            None => Answer::Allowed,
        };
        Box::pin(async move { answer })
    }

    fn left(&self, _: String, machines: Vec<Left>) -> BoxFuture<'_, ()> {
        *self.left.lock().unwrap() = machines;
        Box::pin(async {})
    }
}

struct Blind;

impl Watcher for Blind {
    fn started(&self, _: MessageId) {}
    fn text(&self, _: MessageId, _: &str) {}
    fn reasoning(&self, _: MessageId, _: &str) {}
    fn ended(&self, _: MessageId) {}
}

/// A machine that answers each request with what it was asked.
async fn mirror() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut asked = vec![0; 64 * 1024];
                let n = stream.read(&mut asked).await.unwrap_or(0);
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {n}\r\n\r\n");
                let _ = stream.write_all(&[head.as_bytes(), &asked[..n]].concat()).await;
            });
        }
    });
    port
}

struct Bench {
    egress: Egress,
    guard: Arc<Guard>,
    _folder: TempDir,
}

impl Bench {
    fn new(wanted: Wanted, bytes_max: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let guard = Arc::new(Guard::default());
        let gate = Arc::clone(&guard) as Arc<dyn Gate>;
        let call = RunningCall { id: "c".to_owned(), gate, watcher: Arc::new(Blind) };
        let command = (vec!["curl".to_owned()], "curl".to_owned());
        let mut desk = Desk::new(call, Arc::new(HandClock::default()), command, wanted, true);
        desk.bytes_max = bytes_max;
        let egress = Egress::open(folder.path(), desk).unwrap();
        Self { egress, guard, _folder: folder }
    }

    fn open() -> Self {
        Self::new(Wanted::Any(true), BYTES_MAX)
    }

    async fn connect(&self) -> UnixStream {
        UnixStream::connect(socket(&self.egress.folder)).await.unwrap()
    }

    /// Says something on a connection of its own and hears the answer.
    async fn say(&self, words: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(words.as_bytes()).await.unwrap();
        if !words.ends_with("\r\n\r\n") {
            stream.shutdown().await.unwrap();
        }
        hear(&mut stream).await
    }

    fn reached(&self) -> Vec<(String, bool)> {
        let reached = self.guard.reached.lock().unwrap();
        reached.iter().map(|(place, is_again, _)| (place.clone(), *is_again)).collect()
    }
}

/// One answer, as far as it came before the connection was cut.
async fn hear(stream: &mut UnixStream) -> String {
    let mut heard = String::new();
    let mut piece = vec![0; 4096];
    while let Ok(n @ 1..) = stream.read(&mut piece).await {
        heard.push_str(&String::from_utf8_lossy(&piece[..n]));
        let Some((head, body)) = heard.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            break;
        }
    }
    heard
}

#[tokio::test]
async fn what_is_sent_on_is_meant_for_the_machine_that_was_decided() {
    let (bench, port) = (Bench::open(), mirror().await);
    let heard = bench
        .say(&format!(
            "GET http://127.0.0.1:{port}/a?b HTTP/1.1\r\nHost: evil.example\r\nX-Mine: 1\r\n\
             Proxy-Authorization: secret\r\nConnection: close, x-hop\r\nX-Hop: 1\r\n\r\n"
        ))
        .await;
    assert!(heard.starts_with("HTTP/1.1 200 OK"), "{heard}");
    assert!(heard.contains("GET /a?b HTTP/1.1") && heard.contains("x-mine: 1"), "{heard}");
    assert!(heard.contains(&format!("host: 127.0.0.1:{port}")), "{heard}");
    for hidden in ["evil.example", "secret", "x-hop"] {
        assert!(!heard.contains(hidden), "{hidden}: {heard}");
    }
    assert_eq!(bench.reached(), [(format!("127.0.0.1:{port}"), false)]);
    bench.egress.close().await;
    let left = bench.guard.left.lock().unwrap().clone();
    assert!(left[0].outcome.starts_with("1 connections, "), "{left:?}");
}

#[tokio::test]
async fn each_request_of_a_connection_is_decided_by_the_machine_it_names() {
    let (bench, port) = (Bench::open(), mirror().await);
    let mut stream = bench.connect().await;
    let mut ask = async |host: &str| {
        let words = format!("GET http://{host}:{port}/ HTTP/1.1\r\nHost: {host}\r\n\r\n");
        stream.write_all(words.as_bytes()).await.unwrap();
        hear(&mut stream).await
    };
    assert!(ask("127.0.0.1").await.starts_with("HTTP/1.1 200"));
    let refused = ask("localhost").await;
    assert!(refused.starts_with("HTTP/1.1 403") && refused.ends_with("nexus: no\n"), "{refused}");
    assert!(ask("localhost").await.starts_with("HTTP/1.1 403"));
    assert!(ask("127.0.0.1").await.starts_with("HTTP/1.1 200"));
    // What is refused is not asked about twice.
    let place = |host| format!("{host}:{port}");
    let expected =
        [(place("127.0.0.1"), false), (place("localhost"), false), (place("127.0.0.1"), true)];
    assert_eq!(bench.reached(), expected);
    assert!(bench.egress.notes().contains(&format!("localhost:{port} was refused: no]")));
}

#[tokio::test]
async fn a_tunnel_carries_what_is_spoken_on_it() {
    let (bench, port) = (Bench::open(), mirror().await);
    let mut stream = bench.connect().await;
    let words = format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: x\r\n\r\n");
    stream.write_all(words.as_bytes()).await.unwrap();
    assert!(hear(&mut stream).await.starts_with("HTTP/1.1 200"));
    stream.write_all(b"\x16\x03anything").await.unwrap();
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).await.unwrap();
    assert!(heard.ends_with(b"\x16\x03anything"), "{}", String::from_utf8_lossy(&heard));
}

#[tokio::test]
async fn what_names_no_machine_is_turned_away_before_the_gate() {
    let bench = Bench::open();
    for (words, expected) in [
        ("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", "400"),
        ("GET https://example.org/ HTTP/1.1\r\nHost: example.org\r\n\r\n", "400"),
        ("GET http://me@example.org/ HTTP/1.1\r\nHost: example.org\r\n\r\n", "400"),
        ("CONNECT example.org HTTP/1.1\r\nHost: example.org\r\n\r\n", "400"),
        ("CONNECT example.org:0 HTTP/1.1\r\nHost: example.org\r\n\r\n", "400"),
        ("\x05\x01\x00", ""),
        ("hello\r\n\r\n", "400"),
    ] {
        let heard = bench.say(words).await;
        assert!(heard.is_empty() || heard.contains(expected), "{words}: {heard}");
    }
    let huge = format!("GET http://a/ HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(2 * HEAD_BYTES_MAX));
    assert!(bench.say(&huge).await.starts_with("HTTP/1.1 431"));
    let many = format!("GET http://a/ HTTP/1.1\r\n{}\r\n", "X: 1\r\n".repeat(HEAD_FIELDS_MAX + 1));
    assert!(bench.say(&many).await.starts_with("HTTP/1.1 431"));
    assert!(bench.reached().is_empty(), "{:?}", bench.reached());
}

#[tokio::test]
async fn the_number_of_machines_is_bounded() {
    let bench = Bench::new(Wanted::Named(vec!["only.example".to_owned()]), BYTES_MAX);
    let mut last = String::new();
    for n in 0..=MACHINES_MAX {
        last = bench.say(&format!("CONNECT m{n}.example:443 HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        assert!(last.starts_with("HTTP/1.1 403"), "{last}");
    }
    assert!(last.contains("asked for 64 machines already"), "{last}");
    assert_eq!(bench.reached().len(), MACHINES_MAX);
    assert!(bench.egress.notes().lines().count() <= NOTES_MAX + 2);
}

#[tokio::test]
async fn what_is_too_much_is_cut() {
    let (bench, port) = (Bench::new(Wanted::Any(true), 1_000), mirror().await);
    let words =
        format!("GET http://127.0.0.1:{port}/{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(2_000));
    bench.say(&words).await;
    assert!(bench.egress.notes().contains("the network was cut"), "{}", bench.egress.notes());
    // Nobody is let in any more.
    while UnixStream::connect(socket(&bench.egress.folder)).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
