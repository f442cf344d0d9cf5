//! A daemon made of a script: says hello, then answers each call as the test wants it answered.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "a test double, shared by several tests"
)]

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// One thing the fake does in answer to a frame.
#[derive(Clone, Debug)]
pub enum Do {
    /// Sends this value as a text frame.
    Send(Value),
    /// Sends these bytes as a text frame.
    Text(String),
    /// Sends a binary frame.
    Binary,
    /// Closes with a code and a reason.
    Close(u16, &'static str),
    /// Drops the TCP connection.
    Drop,
    /// Waits.
    Wait(u64),
}

/// Answers a frame; the first one is the hello.
pub type Script = Arc<dyn Fn(&Value) -> Vec<Do> + Send + Sync>;

/// A fake daemon that lives as long as its runtime.
pub struct Fake {
    pub address: String,
}

impl Fake {
    pub async fn start(script: impl Fn(&Value) -> Vec<Do> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::serve(listener, Arc::new(script))
    }

    pub fn serve(listener: TcpListener, script: Script) -> Self {
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(stream, Arc::clone(&script)));
            }
        });
        Self { address }
    }
}

async fn connection(mut stream: TcpStream, script: Script) {
    let mut head = [0_u8; 512];
    let Ok(n) = stream.peek(&mut head).await else { return };
    let head = String::from_utf8_lossy(&head[..n]).into_owned();
    if !head.starts_with("GET /ws") {
        return http(&mut stream, &head).await;
    }
    let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
    while let Some(Ok(frame)) = socket.next().await {
        let Message::Text(text) = frame else { continue };
        let value: Value = serde_json::from_str(&text).unwrap();
        for step in script(&value) {
            let sent = match step {
                Do::Send(value) => socket.send(Message::Text(value.to_string().into())).await,
                Do::Text(text) => socket.send(Message::Text(text.into())).await,
                Do::Binary => socket.send(Message::Binary(vec![1, 2, 3].into())).await,
                Do::Close(code, reason) => {
                    let frame = CloseFrame { code: code.into(), reason: reason.into() };
                    socket.close(Some(frame)).await
                }
                Do::Drop => return,
                Do::Wait(ms) => {
                    tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
                    Ok(())
                }
            };
            if sent.is_err() {
                return;
            }
        }
    }
}

async fn http(stream: &mut TcpStream, head: &str) {
    let mut request = vec![0_u8; 4096];
    let _ = stream.read(&mut request).await;
    let body = if head.starts_with("POST /api/link") {
        json!({"url": "http://127.0.0.1:1/open?code=abc", "expiresAt": 1_800_000_000_000_i64})
    } else {
        json!({"status": "healthy", "version": "9.9.9"})
    };
    let body = body.to_string();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(answer.as_bytes()).await;
}

pub fn health() -> Value {
    json!({
        "status": "healthy", "version": "9.9.9", "uptime_ms": 61_000, "pid": 4242,
        "adapters": {"total": 0, "running": 0, "errored": 0},
        "pipeline": {"active_requests": 0, "total_processed": 3},
        "checks": [{"id": "ledger", "status": "healthy", "since": 1, "reason": "ok"}],
    })
}

pub fn hello_ok() -> Value {
    json!({
        "type": "hello-ok",
        "protocol": 1,
        "server": {"version": "9.9.9", "host": "fake", "connId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"},
        "features": {"methods": ["health"], "events": []},
        "snapshot": {
            "presence": [], "health": health(),
            "stateVersion": {"presence": 1, "health": 1}, "uptimeMs": 61_000, "position": 7,
        },
        "policy": {"maxPayload": 4096, "maxBufferedBytes": 4_194_304, "tickIntervalMs": 15_000},
        "auth": {"principal": {"kind": "owner"}, "scopes": ["runtime.read"]},
    })
}

pub fn ok(frame: &Value, payload: Value) -> Do {
    Do::Send(json!({"type": "res", "id": frame["id"], "ok": true, "payload": payload}))
}

pub fn error(frame: &Value, code: &str, message: &str) -> Do {
    let error = json!({"code": code, "message": message, "hint": "a hint"});
    Do::Send(json!({"type": "res", "id": frame["id"], "ok": false, "error": error}))
}

pub fn event(seq: u64, position: u64) -> Value {
    json!({
        "type": "event", "event": "system.started", "payload": {"version": "9.9.9"},
        "seq": seq, "position": position, "at": 1_700_000_000_000_i64,
    })
}

pub fn is_hello(frame: &Value) -> bool {
    frame["type"] == "hello"
}
