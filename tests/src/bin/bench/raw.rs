//! The limit: a server that does nothing but the transport, with the libraries that the daemon
//! uses. Its address is the first line that it prints.

use std::convert::Infallible;
use std::io::Write as _;

use anyhow::Result;
use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use futures_util::{StreamExt as _, stream};

/// An answer of about the size of the daemon's health.
const HEALTH: &str = r#"{"status":"healthy","version":"0.1.0","uptime_ms":123456,"pid":4242,"adapters":{"total":0,"running":0,"errored":0},"pipeline":{"active_requests":0,"total_processed":0},"checks":[{"id":"ledger","status":"healthy","since":1700000000000,"reason":"open"},{"id":"model","status":"healthy","since":1700000000000,"reason":"bench/instant"}]}"#;
/// Read and write buffers of a WebSocket, in bytes; small ones cost no speed and much less memory.
const BUFFER_BYTES: usize = 4_096;
/// An event of about the size of the daemon's.
const EVENT: &str = r#"{"position":123456,"at":1700000000000,"type":"nex.request.stage","properties":{"request_id":"req_01HZZZZZZZZZZZZZZZZZZZZZZZ","stage":"runAgent","outcome":"continued","duration_us":1234,"note":""}}"#;

/// Serves until it is killed.
pub(crate) async fn serve() -> Result<()> {
    let app = Router::new()
        .route("/health", get(async || ([("content-type", "application/json")], HEALTH)))
        .route("/ws", get(upgrade))
        .route("/sse/{count}", get(events));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", listener.local_addr()?)?;
    out.flush()?;
    let listener = listener.tap_io(|socket| {
        // Without it a small answer waits for the next one; a socket that refuses is still usable.
        let _ = socket.set_nodelay(true);
    });
    axum::serve(listener, app).await?;
    Ok(())
}

async fn upgrade(upgrade: WebSocketUpgrade) -> impl IntoResponse {
    upgrade.read_buffer_size(BUFFER_BYTES).write_buffer_size(0).on_upgrade(echo)
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if matches!(message, Message::Text(_)) && socket.send(message).await.is_err() {
            return;
        }
    }
}

async fn events(axum::extract::Path(count): axum::extract::Path<usize>) -> impl IntoResponse {
    let one = |n: usize| Ok::<_, Infallible>(Event::default().id(n.to_string()).data(EVENT));
    Sse::new(stream::iter(0..count).map(one))
}
