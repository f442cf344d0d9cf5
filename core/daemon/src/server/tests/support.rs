//! A daemon with a clock driven by hand, and clients of few words.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{SinkExt as _, StreamExt as _};
use nexus_agent::port::Clock;
use nexus_domain::Timestamp;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Message, http::Request};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::assemble::{Daemon, StartOptions};
use crate::clock::SystemClock;
use crate::config::Environment;
use crate::home::OwnerKind;

/// Longest wait for anything, in seconds; only a test that fails takes so long.
const PATIENCE_S: u64 = 30;

/// Stands still until it is moved.
pub(super) struct HandClock {
    now_ms: watch::Sender<u64>,
    entropy: SystemClock,
}

impl HandClock {
    fn advance(&self, ms: u64) {
        self.now_ms.send_modify(|now| *now += ms);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_700_000_000_000).plus_ms(*self.now_ms.borrow())
    }

    fn monotonic_us(&self) -> u64 {
        *self.now_ms.borrow() * 1000
    }

    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        let mut now_ms = self.now_ms.subscribe();
        let until = *now_ms.borrow() + ms;
        Box::pin(async move {
            let _ = now_ms.wait_for(|now| *now >= until).await;
        })
    }

    fn entropy(&self) -> u128 {
        self.entropy.entropy()
    }
}

/// A daemon in a home of its own.
pub(super) struct House {
    pub(super) daemon: Daemon,
    clock: Arc<HandClock>,
    _folder: tempfile::TempDir,
}

impl House {
    pub(super) async fn new() -> Self {
        Self::with_config("").await
    }

    /// A daemon with this `nexus.toml`.
    pub(super) async fn with_config(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("nexus")).unwrap();
        std::fs::write(folder.path().join("nexus/nexus.toml"), config).unwrap();
        let clock =
            Arc::new(HandClock { now_ms: watch::Sender::new(0), entropy: SystemClock::new() });
        let options = StartOptions {
            home: folder.path().join("nexus"),
            kind: OwnerKind::Headless,
            taken: None,
            is_safe: false,
            port: Some(0),
            listener: None,
            environment: Environment::of(&[]),
            clock: clock.clone(),
            power: crate::power::Watched::nothing(),
            hooks: Vec::new(),
            sandbox: nexus_sandbox::SandboxOptions::default(),
            redactor: nexus_secrets::Redactor::default(),
        };
        let daemon = Daemon::assemble(options).await.unwrap();
        Self { daemon, clock, _folder: folder }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.daemon.address()
    }

    pub(super) fn token(&self) -> String {
        self.daemon.context().token.expose_secret().to_owned()
    }

    pub(super) fn bearer(&self) -> String {
        format!("Authorization: Bearer {}", self.token())
    }

    /// Sends a request with these further lines and reads the whole answer.
    pub(super) async fn ask(&self, line: &str, lines: &[&str]) -> Answer {
        let host = format!("Host: {}", self.address());
        let has_host = lines.iter().any(|line| line.to_lowercase().starts_with("host:"));
        let host = if has_host { "X-Nothing: 1" } else { &host };
        self.ask_raw(&format!(
            "{line} HTTP/1.1\r\n{host}\r\nConnection: close\r\n{}\r\n",
            lines.iter().map(|line| format!("{line}\r\n")).collect::<String>()
        ))
        .await
    }

    /// Posts a body with these further lines.
    pub(super) async fn post(&self, path: &str, body: &str, lines: &[&str]) -> Answer {
        let (address, length) = (self.address(), body.len());
        let lines = lines.iter().map(|line| format!("{line}\r\n")).collect::<String>();
        self.ask_raw(&format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Content-Length: {length}\r\n{lines}\r\n{body}"
        ))
        .await
    }

    /// Posts JSON as the owner.
    pub(super) async fn post_json(&self, path: &str, body: &Value) -> Answer {
        let lines = ["Content-Type: application/json", &self.bearer()];
        self.post(path, &body.to_string(), &lines).await
    }

    pub(super) async fn ask_raw(&self, text: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address()).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        within(stream.read_to_end(&mut answer)).await.unwrap();
        Answer(String::from_utf8_lossy(&answer).into_owned())
    }

    /// Opens a WebSocket; nothing is said yet.
    pub(super) async fn knock(&self, lines: &[(&'static str, &str)]) -> Client {
        let url = format!("ws://{}/ws", self.address());
        let mut request: Request<()> = url.into_client_request().unwrap();
        for (name, value) in lines {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(self.address()).await.unwrap();
        let (ws, _) = within(client_async(request, stream)).await.unwrap();
        Client { ws, events: Vec::new() }
    }

    /// Comes in with the token.
    pub(super) async fn client(&self) -> Client {
        let mut client = self.knock(&[]).await;
        client.say(&hello(Some(&self.token()))).await;
        let answer = client.hear().await;
        assert_eq!(answer["type"], "hello-ok", "{answer}");
        client
    }

    /// Stops the daemon as its program does.
    pub(super) async fn drain(self) {
        let Self { daemon, clock, _folder } = self;
        let passing = async {
            loop {
                tokio::time::sleep(Duration::from_millis(10)).await;
                clock.advance(1_000);
            }
        };
        tokio::select! {
            () = within(daemon.drain("test")) => {}
            () = passing => {}
        }
    }

    /// Lets time pass.
    pub(super) fn pass(&self, ms: u64) {
        self.clock.advance(ms);
    }

    /// Waits for something that comes only when time passes, a second at a time.
    pub(super) async fn while_time_passes<T>(&self, future: impl Future<Output = T>) -> T {
        let passing = async {
            loop {
                tokio::time::sleep(Duration::from_millis(10)).await;
                self.clock.advance(1_000);
            }
        };
        tokio::select! {
            value = within(future) => value,
            () = passing => unreachable!("time passes for ever"),
        }
    }
}

pub(super) fn hello(token: Option<&str>) -> Value {
    let mut hello = json!({
        "type": "hello", "minProtocol": 1, "maxProtocol": 1,
        "client": { "name": "test", "version": "1", "platform": "x", "mode": "test" },
    });
    if let Some(token) = token {
        hello["auth"] = json!({ "token": token });
    }
    hello
}

pub(super) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(PATIENCE_S), future).await.expect("nothing came")
}

/// An answer over HTTP as text.
pub(super) struct Answer(pub(super) String);

impl Answer {
    pub(super) fn status(&self) -> u16 {
        self.0.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let head = self.0.split("\r\n\r\n").next().unwrap_or_default();
        head.lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    }

    pub(super) fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(self.body()).unwrap_or_else(|_| panic!("no JSON: {}", self.0))
    }
}

/// A client of framing A.
pub(super) struct Client<S = TcpStream> {
    pub(super) ws: WebSocketStream<S>,
    /// Events that came while an answer was awaited.
    pub(super) events: Vec<Value>,
}

/// What a client hears last.
pub(super) type Goodbye = (u16, String);

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(super) async fn say(&mut self, frame: &Value) {
        self.say_text(&frame.to_string()).await;
    }

    pub(super) async fn say_text(&mut self, text: &str) {
        self.ws.send(Message::text(text)).await.unwrap();
    }

    /// The next frame, whatever it is.
    pub(super) async fn hear_any(&mut self) -> Value {
        match within(self.ws.next()).await {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
            other => panic!("no frame but {other:?}"),
        }
    }

    /// The next frame; the challenge, which only a device answers, is passed over.
    pub(super) async fn hear(&mut self) -> Value {
        loop {
            match within(self.ws.next()).await {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    if frame["event"] != "challenge" {
                        return frame;
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no frame but {other:?}"),
            }
        }
    }

    /// Reads on to the end and answers with how it came.
    pub(super) async fn goodbye(&mut self) -> Goodbye {
        loop {
            match within(self.ws.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => {}
                other => panic!("no goodbye but {other:?}"),
            }
        }
    }

    /// Calls a method; answers with the frame.
    pub(super) async fn call(&mut self, method: &str, params: Value) -> Value {
        let id = format!("call-{method}");
        self.say(&json!({ "type": "req", "id": id, "method": method, "params": params })).await;
        let answer = self.hear_answer().await;
        assert_eq!(answer["id"], id);
        answer
    }

    /// The next answer; events that come before it are kept.
    pub(super) async fn hear_answer(&mut self) -> Value {
        loop {
            let frame = self.hear().await;
            if frame["type"] == "res" {
                return frame;
            }
            self.events.push(frame);
        }
    }

    /// The next event of a type, among those that came already or by waiting.
    pub(super) async fn event(&mut self, kind: &str) -> Value {
        if let Some(place) = self.events.iter().position(|event| event["event"] == kind) {
            return self.events.remove(place);
        }
        loop {
            let frame = self.hear().await;
            if frame["event"] == kind {
                return frame;
            }
        }
    }
}
