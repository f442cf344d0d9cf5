//! Whole turns: a message in, a streamed reply out, over a provider that takes no time.

use std::time::Instant;

use anyhow::{Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use crate::load::{Socket, Target, connect, wait_for};

/// What one turn took, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// Until the first piece of text.
    pub(crate) first_ms: f64,
    /// Until it was recorded as completed.
    pub(crate) total_ms: f64,
}

/// Runs `n_turns` turns on each of `n_sessions` connections, side by side. Every turn has a session
/// of its own, so that history does not grow into the figures.
pub(crate) async fn run(
    target: &Target,
    name: &str,
    n_sessions: usize,
    n_turns: usize,
) -> Result<Vec<Turn>> {
    let mut workers = JoinSet::new();
    for worker in 0..n_sessions {
        let (target, name) = (target.clone(), format!("bench:{name}:{worker}"));
        workers.spawn(async move {
            let mut socket = connect(&target).await?;
            subscribe(&mut socket).await?;
            let mut turns = Vec::with_capacity(n_turns);
            for n in 0..n_turns {
                turns.push(turn(&mut socket, &format!("{name}:{n}")).await?);
            }
            Ok::<_, anyhow::Error>(turns)
        });
    }
    let mut turns = Vec::new();
    while let Some(worker) = workers.join_next().await {
        turns.extend(worker??);
    }
    Ok(turns)
}

async fn subscribe(socket: &mut Socket) -> Result<()> {
    let call = json!({
        "type": "req", "id": "subscribe", "method": "events.subscribe",
        "params": { "types": ["nex.request.completed"], "transient": true },
    });
    socket.send(Message::text(call.to_string())).await?;
    let answer: Value = serde_json::from_str(&wait_for(socket, "\"id\":\"subscribe\"").await?)?;
    if answer["ok"] != true {
        bail!("the daemon refused to send events: {answer}");
    }
    Ok(())
}

async fn turn(socket: &mut Socket, session_key: &str) -> Result<Turn> {
    let call = json!({
        "type": "req", "id": session_key, "method": "sessions.send",
        "params": { "key": session_key, "message": "hi", "idempotencyKey": session_key },
    });
    // The quotes keep `bench:1` and `bench:10` apart.
    let session = format!("\"{session_key}\"");
    let start = Instant::now();
    let since = |start: Instant| start.elapsed().as_secs_f64() * 1_000.0;
    socket.send(Message::text(call.to_string())).await?;
    let mut first_ms = None;
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else { continue };
        if !text.contains(&session) {
            continue;
        }
        if text.contains("\"ok\":false") {
            bail!("the daemon refused a message: {text}");
        }
        if text.contains("\"agent.streaming.") {
            first_ms.get_or_insert_with(|| since(start));
        } else if text.contains("\"nex.request.completed\"") {
            if !text.contains("\"completed\"") {
                bail!("a turn failed: {text}");
            }
            let total_ms = since(start);
            return Ok(Turn { first_ms: first_ms.unwrap_or(total_ms), total_ms });
        }
    }
    bail!("the connection ended in the middle of a turn")
}
