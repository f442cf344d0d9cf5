//! The run loop: lines in, lines out, until the daemon closes the pipe.

use std::sync::Arc;
use std::time::Duration;

use nexus_protocol::adapter::{
    HelloParams, LINE_BYTES_MAX, Line, LineError, SendError, SendErrorKind,
};
use nexus_protocol::jsonrpc::{INVALID_PARAMS, METHOD_NOT_FOUND};
use nexus_protocol::line::{Incoming, LineBuffer, NOT_NOW};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::daemon::{Daemon, Phase};
use crate::stream::StreamPart;
use crate::{Bridge, complain};

/// Lines that wait to be written.
const OUTGOING_LINES_MAX: usize = 64;
/// Calls of the daemon that are worked on at once; more are told to come again.
pub(crate) const CALLS_MAX: usize = 64;
/// What a delivery that found no room is told to wait, in milliseconds.
const RETRY_MS: u64 = 1_000;
/// Time for deliveries in hand when the daemon closes the pipe, and for `drain`, in milliseconds;
/// together with it they stay below the daemon's own 5 s.
const DRAIN_MS_MAX: u64 = 2_000;
/// Time for the last answers to be written, in milliseconds.
const FLUSH_MS_MAX: u64 = 500;
/// Longest time without a word from the daemon, in milliseconds.
const SILENT_MS_MAX: u64 = 5 * 60_000;
/// Bytes read at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// Why serving ended before the daemon said so.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The settings or the outside system do not allow work.
    #[error("{0}")]
    Start(String),
    /// The daemon asks how we are every 30 s; one that does not is there no longer.
    #[error("the daemon has said nothing for {} s", SILENT_MS_MAX / 1_000)]
    Silent,
    /// The pipe broke.
    #[error("the pipe to the daemon broke: {0}")]
    Pipe(#[from] std::io::Error),
}

/// Serves one account over a pair of pipes, until the daemon closes its side and everything in
/// hand is done.
///
/// # Errors
/// When the bridge cannot start, or a pipe breaks.
pub async fn serve(
    bridge: impl Bridge,
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite + Unpin + Send + 'static,
) -> Result<(), ServeError> {
    let (outgoing, lines) = mpsc::channel(OUTGOING_LINES_MAX);
    let (finish, finished) = oneshot::channel();
    let mut writer = tokio::spawn(write(output, lines, finished));
    let mut server = Server {
        bridge: Arc::new(bridge),
        daemon: Daemon::new(outgoing.clone()),
        outgoing,
        calls: JoinSet::new(),
        is_greeted: false,
    };
    let read = tokio::select! {
        read = server.read(input) => read,
        written = &mut writer => return Err(ServeError::Pipe(broken(written))),
    };
    server.drain().await;
    let _ = finish.send(());
    let rest = Duration::from_millis(FLUSH_MS_MAX);
    if let Ok(written) = tokio::time::timeout(rest, writer).await {
        written.map_err(std::io::Error::other)??;
    }
    read
}

fn broken(written: Result<std::io::Result<()>, tokio::task::JoinError>) -> std::io::Error {
    match written {
        Ok(Ok(())) => std::io::Error::other("it was closed"),
        Ok(Err(error)) => error,
        Err(error) => std::io::Error::other(error),
    }
}

/// Writes until `finished`, then what is still queued. The channel itself may never close: tasks
/// of the bridge can hold handles to the daemon.
async fn write(
    mut output: impl AsyncWrite + Unpin,
    mut lines: mpsc::Receiver<Vec<u8>>,
    mut finished: oneshot::Receiver<()>,
) -> std::io::Result<()> {
    loop {
        let line = tokio::select! {
            biased;
            line = lines.recv() => line,
            _ = &mut finished => None,
        };
        let Some(line) = line else {
            return Ok(());
        };
        output.write_all(&line).await?;
        output.flush().await?;
    }
}

struct Server<B> {
    bridge: Arc<B>,
    daemon: Daemon,
    outgoing: mpsc::Sender<Vec<u8>>,
    calls: JoinSet<()>,
    is_greeted: bool,
}

impl<B: Bridge> Server<B> {
    async fn read(&mut self, mut input: impl AsyncRead + Unpin) -> Result<(), ServeError> {
        let mut buffer = LineBuffer::new(LINE_BYTES_MAX);
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let silence = Duration::from_millis(SILENT_MS_MAX);
            let read = tokio::time::timeout(silence, input.read(&mut chunk)).await;
            let n_bytes = read.map_err(|_| ServeError::Silent)??;
            if n_bytes == 0 {
                return Ok(());
            }
            buffer.push(&chunk[..n_bytes]);
            while let Some(line) = buffer.next_line() {
                match line.ok().and_then(Incoming::parse) {
                    Some(incoming) => self.take(incoming).await?,
                    None => complain("a line from the daemon is not JSON-RPC; it was passed over"),
                }
            }
        }
    }

    async fn take(&mut self, incoming: Incoming) -> Result<(), ServeError> {
        match incoming {
            Incoming::Answer { id, outcome } => self.daemon.answer(id, outcome),
            Incoming::Notification { method, params } => match StreamPart::read(&method, params) {
                Some(Ok(part)) => self.bridge.stream(part),
                Some(Err(error)) => complain(&format!("`{method}` cannot be read: {error}")),
                None => {}
            },
            Incoming::Call { id, method, params } if method == "hello" => {
                return self.greet(id, params).await;
            }
            Incoming::Call { id, method, params } => {
                while self.calls.try_join_next().is_some() {}
                if self.calls.len() >= CALLS_MAX {
                    answer(&self.outgoing, id, Err(too_many_calls())).await;
                    return Ok(());
                }
                let (bridge, outgoing) = (Arc::clone(&self.bridge), self.outgoing.clone());
                self.calls.spawn(async move {
                    let outcome = dispatch(&*bridge, &method, params).await;
                    answer(&outgoing, id, outcome).await;
                });
            }
        }
        Ok(())
    }

    async fn greet(&mut self, id: u64, params: Value) -> Result<(), ServeError> {
        if std::mem::replace(&mut self.is_greeted, true) {
            let message = "`hello` was said already".to_owned();
            let error = LineError { code: INVALID_PARAMS, message, data: None };
            answer(&self.outgoing, id, Err(error)).await;
            return Ok(());
        }
        let started = match serde_json::from_value::<HelloParams>(params) {
            Ok(hello) => self.bridge.start(hello, self.daemon.clone()).await,
            Err(error) => Err(format!("`hello` cannot be read: {error}")),
        };
        if let Err(message) = started {
            let error = LineError { code: NOT_NOW, message: message.clone(), data: None };
            answer(&self.outgoing, id, Err(error)).await;
            return Err(ServeError::Start(message));
        }
        answer(&self.outgoing, id, Ok(json!(self.bridge.facts()))).await;
        self.daemon.enter(Phase::Open);
        Ok(())
    }

    /// Finishes the deliveries in hand, then the bridge. Events that were not acknowledged fail
    /// at once: nobody can acknowledge them any more.
    async fn drain(&mut self) {
        self.daemon.enter(Phase::Closed);
        let limit = Duration::from_millis(DRAIN_MS_MAX);
        let calls = async { while self.calls.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, calls).await.is_err() {
            complain("some deliveries were not done in time");
        }
        if tokio::time::timeout(limit, self.bridge.drain()).await.is_err() {
            complain("the connection to the outside was not closed in time");
        }
    }
}

fn too_many_calls() -> LineError {
    let message = format!("{CALLS_MAX} calls are being worked on already");
    let kind = SendErrorKind::RateLimited;
    SendError { kind, message, retry_after_ms: Some(RETRY_MS) }.into()
}

async fn dispatch(bridge: &impl Bridge, method: &str, params: Value) -> Result<Value, LineError> {
    let answer = match method {
        "send" => Some(json!(bridge.send(read(method, params)?).await?)),
        "edit" => {
            bridge.edit(read(method, params)?).await?;
            Some(json!({}))
        }
        "hook.list" => bridge.hooks().map(|hooks| json!(hooks)),
        "hook.test" => bridge.test_hook(read(method, params)?).await.map(|answer| json!(answer)),
        "health" => match bridge.health().await {
            Ok(()) => Some(json!({ "is_healthy": true })),
            Err(detail) => Some(json!({ "is_healthy": false, "detail": detail })),
        },
        _ => None,
    };
    answer.ok_or_else(|| LineError {
        code: METHOD_NOT_FOUND,
        message: format!("this adapter has no method `{method}`"),
        data: None,
    })
}

fn read<P: DeserializeOwned>(method: &str, params: Value) -> Result<P, LineError> {
    serde_json::from_value(params).map_err(|error| LineError {
        code: INVALID_PARAMS,
        message: format!("`{method}` cannot be read: {error}"),
        data: None,
    })
}

async fn answer(outgoing: &mpsc::Sender<Vec<u8>>, id: u64, outcome: Result<Value, LineError>) {
    let line = Line::answer(id, outcome).to_bytes().or_else(|too_long| {
        let error = LineError { code: NOT_NOW, message: too_long.to_string(), data: None };
        Line::answer(id, Err(error)).to_bytes()
    });
    if let Ok(line) = line {
        // An error means that the pipe broke, which the run loop notices by itself.
        let _ = outgoing.send(line).await;
    }
}

#[cfg(test)]
mod tests;
