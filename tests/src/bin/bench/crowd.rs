//! Many clients at once: what idle ones cost, whether those who follow miss anything, and whether
//! one who stops reading is felt by the others.

use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use crate::daemon::Server;
use crate::load::{self, Socket, Target, connect, wait_for};
use crate::table::Row;
use crate::turns;

/// Clients that stay and do nothing.
const N_IDLE: usize = 2_000;
/// Calls whose slowest one in a hundred is told.
const N_CALLS: usize = 5_000;
/// Clients that follow everything.
const N_SUBSCRIBERS: usize = 100;
/// Events that each of them hears at least.
const N_EVENTS: u64 = 10_000;
/// Turns side by side while they listen.
const N_SESSIONS: usize = 8;
/// Most goes of turns until everybody has heard enough.
const ROUNDS_MAX: usize = 100;
/// Turns of each of them in one go.
const N_TURNS: usize = 25;

/// Keys that are made and revoked.
const N_REVOKED: usize = 50;

/// Measures all of it on a daemon of its own.
pub(crate) async fn measure(server: &Server) -> Result<Vec<Row>> {
    let alone = load::calls(&server.target, 1, 1, N_CALLS).await?;
    let mut rows = idle(server, alone.p99_ms).await?;
    rows.extend(followers(server).await?);
    rows.extend(stalled(server).await?);
    rows.push(revoked(server).await?);
    Ok(rows)
}

/// From the answer to a revocation until the holder's connection is closed, the slowest of several.
async fn revoked(server: &Server) -> Result<Row> {
    let mut owner = connect(&server.target).await?;
    let mut slowest_ms = 0.0_f64;
    for n in 0..N_REVOKED {
        let params = json!({
            "label": "bench", "scopes": ["session.read"], "idempotencyKey": format!("make-{n}"),
        });
        let made = call(&mut owner, "keys.create", params).await?;
        let key = made["payload"]["value"].as_str().context("no key was made")?;
        let hello = server.target.hello.as_deref().context("the limit has no keys")?;
        let hello = hello.replace(&server.target.token, key);
        let target = Target { hello: Some(hello), ..server.target.clone() };
        let mut holder = connect(&target).await?;
        let params =
            json!({ "id": made["payload"]["key"]["id"], "idempotencyKey": format!("end-{n}") });
        let ended = tokio::spawn(async move {
            while let Some(Ok(_)) = holder.next().await {}
            Instant::now()
        });
        call(&mut owner, "keys.revoke", params).await?;
        let answered = Instant::now();
        let ms = ended.await?.saturating_duration_since(answered).as_secs_f64() * 1_000.0;
        slowest_ms = slowest_ms.max(ms);
    }
    let what = "revoked to cut off, slowest of 50";
    Ok(Row::new("revoked.cut", what, slowest_ms, "ms").aim("<= 100 ms"))
}

async fn call(socket: &mut Socket, method: &str, params: Value) -> Result<Value> {
    let id = format!("{method} {}", params["idempotencyKey"].as_str().unwrap_or_default());
    let call = json!({ "type": "req", "id": id, "method": method, "params": params });
    socket.send(Message::text(call.to_string())).await?;
    let answer = wait_for(socket, &json!(id).to_string()).await?;
    let answer: Value = serde_json::from_str(&answer)?;
    ensure!(answer["ok"] == true, "{method}: {answer}");
    Ok(answer)
}

async fn idle(server: &Server, alone_p99_ms: f64) -> Result<Vec<Row>> {
    let (before, _) = server.process.memory_kb();
    let mut sockets = Vec::with_capacity(N_IDLE);
    for _ in 0..N_IDLE {
        sockets.push(connect(&server.target).await?);
    }
    let (after, _) = server.process.memory_kb();
    let beside = load::calls(&server.target, 1, 1, N_CALLS).await?;
    drop(sockets);
    let each_kb = (after - before) / N_IDLE as f64;
    Ok(vec![
        Row::new("crowd.memory", "2,000 idle WS clients, memory of each", each_kb, "KB")
            .aim("<= 10 KB"),
        Row::new("crowd.health.p99", "WS health beside 2,000 idle, p99", beside.p99_ms, "ms")
            .limit(alone_p99_ms)
            .aim("about as alone"),
    ])
}

/// Everybody hears every event, in order and without a gap.
async fn followers(server: &Server) -> Result<Vec<Row>> {
    let mut listeners = JoinSet::new();
    for _ in 0..N_SUBSCRIBERS {
        let (socket, after) = follow(&server.target, None).await?;
        listeners.spawn(hear(socket, after));
    }
    let start = Instant::now();
    let mut n_heard = 0;
    for n in 0..ROUNDS_MAX {
        turns::run(&server.target, &format!("crowd:{n}"), N_SESSIONS, N_TURNS).await?;
        if let Some(one) = listeners.try_join_next() {
            n_heard += one??;
            break;
        }
    }
    ensure!(n_heard > 0, "nobody has heard {N_EVENTS} events");
    while let Some(one) = listeners.join_next().await {
        n_heard += one??;
    }
    let rate = n_heard as f64 / start.elapsed().as_secs_f64();
    Ok(vec![
        Row::new("crowd.heard", "events heard by 100 followers, no gap", n_heard as f64, "")
            .aim(">= 1,000,000"),
        Row::new("crowd.heard.rate", "live events to 100 followers", rate, "/s"),
    ])
}

async fn follow(target: &Target, after: Option<u64>) -> Result<(Socket, u64)> {
    let mut socket = connect(target).await?;
    let answer = call(&mut socket, "events.subscribe", json!({ "after": after })).await?;
    let after = answer["payload"]["after"].as_u64();
    Ok((socket, after.with_context(|| format!("no place to follow from: {answer}"))?))
}

/// Hears events until there are enough, each following on the one before it.
async fn hear(mut socket: Socket, after: u64) -> Result<u64> {
    let mut at = after;
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else { continue };
        let frame: Value = serde_json::from_str(&text)?;
        if frame["event"] == "lagged" {
            bail!("a follower was too slow after {at}");
        }
        let Some(position) = frame["position"].as_u64() else { continue };
        ensure!(position == at + 1, "{position} came after {at}");
        at = position;
        if at >= after + N_EVENTS {
            return Ok(at - after);
        }
    }
    bail!("the connection ended after {at}")
}

/// One client follows everything from the beginning and reads nothing.
async fn stalled(server: &Server) -> Result<Vec<Row>> {
    let without = load::calls(&server.target, 1, 1, N_CALLS).await?;
    let (before, _) = server.process.memory_kb();
    let (socket, _) = follow(&server.target, Some(0)).await?;
    let beside = load::calls(&server.target, 1, 1, N_CALLS).await?;
    turns::run(&server.target, "stalled", N_SESSIONS, N_TURNS).await?;
    let (after, _) = server.process.memory_kb();
    drop(socket);
    Ok(vec![
        Row::new(
            "stalled.health.p99",
            "WS health beside a stalled follower, p99",
            beside.p99_ms,
            "ms",
        )
        .limit(without.p99_ms)
        .aim("about as alone"),
        Row::new("stalled.memory", "memory while it stalls", (after - before) / 1024.0, "MB")
            .aim("<= 4 MB"),
    ])
}
