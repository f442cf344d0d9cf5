//! Connections: how fast one is made, what an idle one costs, how fast events reach many.

use std::time::Instant;

use anyhow::{Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::daemon::{Home, Server};
use crate::load::{Target, connect};
use crate::table::{Row, median};

/// Connections made one after the other.
const N_HANDSHAKES: usize = 200;
/// Connections that stay and do nothing.
const N_IDLE: usize = 1_000;
/// Subscribers of events.
const N_SUBSCRIBERS: usize = 100;
/// Bytes of one read.
const READ_BYTES: usize = 64 * 1024;

/// Time to connect and be accepted.
pub(crate) async fn handshake(server: &Server, raw: &Server) -> Result<Row> {
    let ours = handshakes(&server.target).await?;
    let limit = handshakes(&raw.target).await?;
    Ok(Row::new("ws.connect", "WS connect and hello", ours, "ms").limit(limit).aim("<= 0.4 ms"))
}

async fn handshakes(target: &Target) -> Result<f64> {
    let mut each_ms = Vec::with_capacity(N_HANDSHAKES);
    for _ in 0..N_HANDSHAKES {
        let start = Instant::now();
        let socket = connect(target).await?;
        each_ms.push(start.elapsed().as_secs_f64() * 1_000.0);
        drop(socket);
    }
    Ok(median(&each_ms))
}

/// Memory that an idle connection costs the server.
pub(crate) async fn idle(server: &Server, raw: &Server) -> Result<Row> {
    let ours = idle_kb(server).await?;
    let limit = idle_kb(raw).await?;
    let row = Row::new("ws.idle", "memory of an idle WS connection", ours, "KB");
    Ok(row.limit(limit).aim("<= 10 KB"))
}

async fn idle_kb(server: &Server) -> Result<f64> {
    let (before, _) = server.process.memory_kb();
    let mut sockets = Vec::with_capacity(N_IDLE);
    for _ in 0..N_IDLE {
        sockets.push(connect(&server.target).await?);
    }
    let (after, _) = server.process.memory_kb();
    drop(sockets);
    Ok((after - before) / N_IDLE as f64)
}

/// Events a second that reach many subscribers who read the ledger from its beginning.
pub(crate) async fn fan_out(server: &Server, raw: &Server, home: &Home) -> Result<Row> {
    let token = home.token()?;
    let ours = "/api/events/stream?after=0";
    let n_events = events(&server.target, ours, &token, usize::MAX).await?;
    let rate = fanned(&server.target, ours, &token, n_events).await?;
    let path = format!("/sse/{n_events}");
    let limit = fanned(&raw.target, &path, "", n_events).await?;
    let row = Row::new("sse.replay", "SSE events to 100 subscribers", rate, "/s");
    Ok(row.limit(limit).aim(">= 60 % of raw"))
}

async fn fanned(target: &Target, path: &str, token: &str, n_events: usize) -> Result<f64> {
    let start = Instant::now();
    let mut subscribers = JoinSet::new();
    for _ in 0..N_SUBSCRIBERS {
        let (target, path, token) = (target.clone(), path.to_owned(), token.to_owned());
        subscribers.spawn(async move { events(&target, &path, &token, n_events).await });
    }
    let mut n_read = 0;
    while let Some(one) = subscribers.join_next().await {
        n_read += one??;
    }
    Ok(n_read as f64 / start.elapsed().as_secs_f64())
}

/// Reads events until there are `n_max`, or until none comes for a while.
async fn events(target: &Target, path: &str, token: &str, n_max: usize) -> Result<usize> {
    const SILENCE: std::time::Duration = std::time::Duration::from_millis(1_000);
    let mut stream = TcpStream::connect(&target.address).await?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\
         accept: text/event-stream\r\n\r\n",
        target.address
    );
    stream.write_all(request.as_bytes()).await?;
    let mut buffer = vec![0; READ_BYTES];
    let mut n_events = 0;
    let mut is_line_start = false;
    let mut is_first = true;
    while n_events < n_max {
        let read = tokio::time::timeout(SILENCE, stream.read(&mut buffer)).await;
        let Ok(n) = read else { break };
        let bytes = &buffer[..n?];
        if bytes.is_empty() {
            break;
        }
        if std::mem::take(&mut is_first) && !bytes.starts_with(b"HTTP/1.1 200") {
            bail!("no events: {}", String::from_utf8_lossy(bytes));
        }
        // An event ends with an empty line; `id:` begins a line once in each.
        for pair in bytes {
            if is_line_start && *pair == b'i' {
                n_events += 1;
            }
            is_line_start = *pair == b'\n';
        }
    }
    Ok(n_events)
}
