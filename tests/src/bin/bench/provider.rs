//! A model provider that answers at once, in the protocol of OpenAI's chat completions.

use std::convert::Infallible;

use anyhow::Result;
use axum::Router;
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use futures_util::stream;
use serde_json::{Value, json};

/// What it says, a piece at a time.
const PIECES: &[&str] =
    &["Good", " morning", ".", " What", " can", " I", " do", " for", " you", "?"];

/// Serves in the background; returns the base URL.
pub(crate) async fn serve() -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let listener = listener.tap_io(|socket| {
        // A socket that refuses is still usable.
        let _ = socket.set_nodelay(true);
    });
    let app = Router::new().route("/v1/chat/completions", post(answer));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(format!("http://{address}/v1"))
}

async fn answer() -> impl IntoResponse {
    let chunk = |choices: Value, usage: Value| {
        json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000,
            "model": "instant", "choices": choices, "usage": usage,
        })
        .to_string()
    };
    let delta =
        |delta: Value, end: Value| json!([{"index": 0, "delta": delta, "finish_reason": end}]);
    let mut chunks: Vec<String> = PIECES
        .iter()
        .map(|piece| {
            chunk(delta(json!({"role": "assistant", "content": piece}), Value::Null), Value::Null)
        })
        .collect();
    let usage =
        json!({"prompt_tokens": 100, "completion_tokens": PIECES.len(), "total_tokens": 110});
    chunks.push(chunk(delta(json!({}), json!("stop")), Value::Null));
    chunks.push(chunk(json!([]), usage));
    chunks.push("[DONE]".to_owned());
    let events = chunks.into_iter().map(|chunk| Ok::<_, Infallible>(Event::default().data(chunk)));
    Sse::new(stream::iter(events.collect::<Vec<_>>()))
}
