//! Load generators: WebSocket calls and HTTP requests, timed one by one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::table::percentile;

/// A WebSocket of this program.
pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Largest HTTP answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// What is called.
#[derive(Clone)]
pub(crate) struct Target {
    /// Host and port.
    pub(crate) address: String,
    /// Said first on a WebSocket; the raw limit wants no hello.
    pub(crate) hello: Option<String>,
    /// Sent with HTTP requests; the raw limit does not look at it.
    pub(crate) token: String,
}

/// What a load took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// Median, in milliseconds.
    pub(crate) p50_ms: f64,
    /// The slowest of a hundred, in milliseconds.
    pub(crate) p99_ms: f64,
    /// Answers per second.
    pub(crate) rate: f64,
}

impl Timing {
    fn of(each_ms: &[f64], seconds: f64) -> Self {
        Self {
            p50_ms: percentile(each_ms, 0.5),
            p99_ms: percentile(each_ms, 0.99),
            rate: each_ms.len() as f64 / seconds,
        }
    }
}

/// Connects, says hello and waits until it is accepted.
pub(crate) async fn connect(target: &Target) -> Result<Socket> {
    let stream = TcpStream::connect(&target.address).await?;
    stream.set_nodelay(true)?;
    let url = format!("ws://{}/ws", target.address);
    let stream = MaybeTlsStream::Plain(stream);
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await?;
    if let Some(hello) = &target.hello {
        socket.send(Message::text(hello.as_str())).await?;
        wait_for(&mut socket, "\"hello-ok\"").await?;
    }
    Ok(socket)
}

/// Reads frames until one contains `word`.
pub(crate) async fn wait_for(socket: &mut Socket, word: &str) -> Result<String> {
    while let Some(message) = socket.next().await {
        if let Message::Text(text) = message? {
            if text.contains("\"hello-error\"") {
                bail!("the daemon refused: {text}");
            }
            if text.contains(word) {
                return Ok(text.to_string());
            }
        }
    }
    bail!("the connection ended before `{word}` came")
}

/// Makes `n_calls` calls of `health` on each of `n_clients` connections, `n_at_once` at a time.
pub(crate) async fn calls(
    target: &Target,
    n_clients: usize,
    n_at_once: usize,
    n_calls: usize,
) -> Result<Timing> {
    let barrier = Arc::new(Barrier::new(n_clients + 1));
    let mut clients = JoinSet::new();
    for _ in 0..n_clients {
        let (target, barrier) = (target.clone(), Arc::clone(&barrier));
        clients.spawn(async move {
            let socket = connect(&target).await;
            barrier.wait().await;
            client(socket?, n_at_once, n_calls).await
        });
    }
    barrier.wait().await;
    let start = Instant::now();
    let mut each_ms = Vec::with_capacity(n_clients * n_calls);
    while let Some(one) = clients.join_next().await {
        each_ms.extend(one??);
    }
    Ok(Timing::of(&each_ms, start.elapsed().as_secs_f64()))
}

async fn client(mut socket: Socket, n_at_once: usize, n_calls: usize) -> Result<Vec<f64>> {
    let mut sent = HashMap::with_capacity(n_at_once);
    let mut each_ms = Vec::with_capacity(n_calls);
    let mut next = 0;
    while each_ms.len() < n_calls {
        while next < n_calls && sent.len() < n_at_once {
            let call = format!(r#"{{"type":"req","id":"{next}","method":"health","params":{{}}}}"#);
            sent.insert(next, Instant::now());
            socket.feed(Message::text(call)).await?;
            next += 1;
        }
        socket.flush().await?;
        let message = socket.next().await.context("the connection ended")??;
        let Message::Text(text) = message else { continue };
        // Events have no id of ours.
        if let Some(start) = id_of(&text).and_then(|id| sent.remove(&id)) {
            each_ms.push(start.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    Ok(each_ms)
}

fn id_of(text: &str) -> Option<usize> {
    let rest = text.split_once("\"id\":\"")?.1;
    rest.split_once('"')?.0.parse().ok()
}

/// Makes `n_requests` requests of `/health` on each of `n_connections` kept-alive connections.
pub(crate) async fn requests(
    target: &Target,
    n_connections: usize,
    n_requests: usize,
) -> Result<Timing> {
    let barrier = Arc::new(Barrier::new(n_connections + 1));
    let mut connections = JoinSet::new();
    for _ in 0..n_connections {
        let (target, barrier) = (target.clone(), Arc::clone(&barrier));
        connections.spawn(async move {
            let stream = TcpStream::connect(&target.address).await;
            barrier.wait().await;
            connection(stream?, &target, n_requests).await
        });
    }
    barrier.wait().await;
    let start = Instant::now();
    let mut each_ms = Vec::with_capacity(n_connections * n_requests);
    while let Some(one) = connections.join_next().await {
        each_ms.extend(one??);
    }
    Ok(Timing::of(&each_ms, start.elapsed().as_secs_f64()))
}

async fn connection(mut stream: TcpStream, target: &Target, n_requests: usize) -> Result<Vec<f64>> {
    stream.set_nodelay(true)?;
    let authorization = match target.token.as_str() {
        "" => String::new(),
        token => format!("authorization: Bearer {token}\r\n"),
    };
    let host = &target.address;
    let request = format!("GET /health HTTP/1.1\r\nhost: {host}\r\n{authorization}\r\n");
    let mut buffer = vec![0; ANSWER_BYTES_MAX];
    let mut each_ms = Vec::with_capacity(n_requests);
    for _ in 0..n_requests {
        let start = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        answer(&mut stream, &mut buffer).await?;
        each_ms.push(start.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(each_ms)
}

/// Reads one answer that says its length; returns the length of head and body.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<usize> {
    let mut n_read = 0;
    loop {
        let n = stream.read(&mut buffer[n_read..]).await?;
        if n == 0 {
            bail!("the connection ended");
        }
        n_read += n;
        let text = String::from_utf8_lossy(&buffer[..n_read]);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let length: usize = length.context("an answer without a length")?.trim().parse()?;
        if body.len() >= length {
            if !head.starts_with("http/1.1 200") {
                bail!("not a good answer: {head}");
            }
            return Ok(n_read);
        }
    }
}

/// Makes one request on a connection of its own; true when it is answered well.
pub(crate) async fn is_healthy(address: &str) -> bool {
    let Ok(stream) = TcpStream::connect(address).await else { return false };
    let target = Target { address: address.to_owned(), hello: None, token: String::new() };
    connection(stream, &target, 1).await.is_ok()
}
