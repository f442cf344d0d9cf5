//! The task that owns a socket: pairs answers with calls, feeds the subscription, and knows why
//! the connection ended.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use nexus_protocol::IN_FLIGHT_MAX;
use nexus_protocol::event::SubscribeResult;
use nexus_protocol::frame::{ClientFrame, EventFrame, Req, Res, ServerFrame, Shutdown};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error as WsError, Message, Utf8Bytes};

use crate::error::{ClientError, CloseReason};
use crate::subscription::{Feed, Item};
use crate::tls::Stream;

pub(crate) type Socket = WebSocketStream<Stream>;
pub(crate) type Answer = Result<Value, ClientError>;

/// How many ticks may be missed before a connection counts as dead.
const TICKS_MISSED_MAX: u64 = 3;
/// Time the socket gets to say goodbye, in milliseconds.
const GOODBYE_MS_MAX: u64 = 500;

/// Who waits for an answer.
pub(crate) enum Waiter {
    /// One answer.
    Once(oneshot::Sender<Answer>),
    /// A first and a final one.
    Run(mpsc::Sender<Answer>),
    /// One answer, and the events after it.
    Subscribe(oneshot::Sender<Answer>, mpsc::Sender<Item>),
}

impl Waiter {
    fn is_gone(&self) -> bool {
        match self {
            Self::Once(answer) | Self::Subscribe(answer, _) => answer.is_closed(),
            Self::Run(answers) => answers.is_closed(),
        }
    }

    fn fail(self, error: ClientError) {
        match self {
            Self::Once(answer) | Self::Subscribe(answer, _) => drop(answer.send(Err(error))),
            Self::Run(answers) => drop(answers.try_send(Err(error))),
        }
    }
}

/// A call on its way to the socket.
pub(crate) struct Outgoing {
    pub(crate) method: &'static str,
    pub(crate) params: Value,
    pub(crate) waiter: Waiter,
}

/// Limits the daemon named in its hello.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) payload_bytes_max: usize,
    pub(crate) tick_interval_ms: u64,
}

struct Connection {
    limits: Limits,
    waiters: HashMap<String, Waiter>,
    n_calls: u64,
    feed: Option<Feed>,
    notice: Option<Shutdown>,
    health: watch::Sender<u64>,
    to_socket: mpsc::Sender<Message>,
}

/// Runs a connection until either side ends it; `closed` learns why before the waiters do.
pub(crate) async fn run(
    socket: Socket,
    limits: Limits,
    mut calls: mpsc::Receiver<Outgoing>,
    closed: watch::Sender<Option<CloseReason>>,
    health: watch::Sender<u64>,
) {
    let (sink, mut stream) = socket.split();
    let (to_socket, from_calls) = mpsc::channel(IN_FLIGHT_MAX);
    let writer = tokio::spawn(write(sink, from_calls));
    let mut connection = Connection {
        limits,
        waiters: HashMap::new(),
        n_calls: 0,
        feed: None,
        notice: None,
        health,
        to_socket,
    };
    let reason = connection.pump(&mut stream, &mut calls).await;
    tracing::debug!(%reason, "connection to the daemon ended");
    calls.close();
    closed.send_replace(Some(reason.clone()));
    drop(connection.feed.take());
    for (_, waiter) in connection.waiters.drain() {
        waiter.fail(ClientError::Closed(reason.clone()));
    }
    while let Ok(outgoing) = calls.try_recv() {
        outgoing.waiter.fail(ClientError::Closed(reason.clone()));
    }
    drop(connection);
    let abort = writer.abort_handle();
    if tokio::time::timeout(Duration::from_millis(GOODBYE_MS_MAX), writer).await.is_err() {
        abort.abort();
    }
}

/// Writes frames until there are no more, then says goodbye. Apart from the reader, so that a
/// daemon that does not read cannot keep us from reading.
async fn write(mut sink: SplitSink<Socket, Message>, mut frames: mpsc::Receiver<Message>) {
    while let Some(frame) = frames.recv().await {
        if sink.send(frame).await.is_err() {
            return;
        }
    }
    let _ = sink.close().await;
}

impl Connection {
    async fn pump(
        &mut self,
        stream: &mut SplitStream<Socket>,
        calls: &mut mpsc::Receiver<Outgoing>,
    ) -> CloseReason {
        let silent_ms = self.limits.tick_interval_ms.saturating_mul(TICKS_MISSED_MAX).max(1);
        let silence = tokio::time::sleep(Duration::from_millis(silent_ms));
        tokio::pin!(silence);
        loop {
            tokio::select! {
                frame = stream.next() => {
                    silence.set(tokio::time::sleep(Duration::from_millis(silent_ms)));
                    if let Some(reason) = self.on_frame(frame) {
                        return reason;
                    }
                }
                call = calls.recv() => match call {
                    Some(outgoing) => self.on_call(outgoing),
                    None => return CloseReason::ByUs,
                },
                () = &mut silence => return CloseReason::Silent { silent_ms },
            }
        }
    }

    fn on_call(&mut self, outgoing: Outgoing) {
        // A caller that gave up waiting leaves its place to the next one.
        self.waiters.retain(|_, waiter| !waiter.is_gone());
        if self.waiters.len() >= IN_FLIGHT_MAX {
            return outgoing.waiter.fail(ClientError::Busy(self.waiters.len()));
        }
        self.n_calls += 1;
        let id = self.n_calls.to_string();
        let Outgoing { method, params, waiter } = outgoing;
        let frame = ClientFrame::Req(Req { id: id.clone(), method: method.to_owned(), params });
        let text = match serde_json::to_string(&frame) {
            Ok(text) => text,
            Err(e) => return waiter.fail(ClientError::Closed(CloseReason::Broken(e.to_string()))),
        };
        let bytes_max = self.limits.payload_bytes_max;
        if text.len() > bytes_max {
            return waiter.fail(ClientError::TooLarge { bytes: text.len(), bytes_max });
        }
        match self.to_socket.try_send(Message::Text(Utf8Bytes::from(text))) {
            Ok(()) => drop(self.waiters.insert(id, waiter)),
            Err(_) => waiter.fail(ClientError::Busy(self.waiters.len())),
        }
    }

    /// Takes a frame in; a reason when it ends the connection.
    fn on_frame(&mut self, frame: Option<Result<Message, WsError>>) -> Option<CloseReason> {
        match frame {
            None => Some(self.ended(CloseReason::Broken("the stream ended".into()))),
            Some(Err(e)) => Some(self.ended(broken(&e))),
            Some(Ok(Message::Close(frame))) => {
                let (code, reason) =
                    frame.map_or((1005, String::new()), |f| (f.code.into(), f.reason.to_string()));
                Some(self.ended(CloseReason::Closed { code, reason }))
            }
            Some(Ok(Message::Text(text))) => self.on_text(text.as_str()),
            Some(Ok(Message::Binary(_))) => {
                Some(CloseReason::Garbage("a binary frame came".into()))
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => None,
        }
    }

    /// What the daemon announced explains an end better than how the socket ended.
    fn ended(&mut self, otherwise: CloseReason) -> CloseReason {
        match self.notice.take() {
            Some(Shutdown { reason, restart_expected_ms }) => {
                CloseReason::Shutdown { reason, restart_expected_ms }
            }
            None => otherwise,
        }
    }

    fn on_text(&mut self, text: &str) -> Option<CloseReason> {
        match serde_json::from_str::<ServerFrame>(text) {
            Ok(ServerFrame::Res(res)) => self.on_answer(res),
            Ok(ServerFrame::Event(event)) => self.on_event(event),
            Ok(ServerFrame::HelloOk(_) | ServerFrame::HelloError(_)) => {
                return Some(CloseReason::Garbage("a second hello answer came".into()));
            }
            Err(e) => return self.on_unreadable(text, &e),
        }
        None
    }

    /// A frame of a later protocol is skipped; what is not even JSON ends the connection.
    fn on_unreadable(&mut self, text: &str, error: &serde_json::Error) -> Option<CloseReason> {
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            return Some(CloseReason::Garbage(format!("a frame is not JSON: {error}")));
        };
        let id = value.get("id").and_then(Value::as_str);
        if let Some(waiter) = id.and_then(|id| self.waiters.remove(id)) {
            let why = format!("an answer could not be read: {error}");
            waiter.fail(ClientError::Closed(CloseReason::Garbage(why)));
        }
        tracing::warn!(%error, "skipped a frame nobody understands");
        None
    }

    fn on_answer(&mut self, res: Res) {
        let Some(waiter) = self.waiters.remove(&res.id) else {
            tracing::debug!(id = res.id, "an answer came that nobody waits for");
            return;
        };
        let answer = match (res.ok, res.error) {
            (true, _) => Ok(res.payload.unwrap_or(Value::Null)),
            (false, Some(error)) => Err(ClientError::Answered(error)),
            (false, None) => Err(ClientError::Closed(CloseReason::Garbage(
                "an answer failed without saying why".into(),
            ))),
        };
        match waiter {
            Waiter::Once(waiting) => drop(waiting.send(answer)),
            Waiter::Run(waiting) => {
                let is_first = matches!(&answer, Ok(value) if value["status"] == "accepted");
                let is_heard = waiting.try_send(answer).is_ok();
                if is_first && is_heard {
                    self.waiters.insert(res.id, Waiter::Run(waiting));
                }
            }
            Waiter::Subscribe(waiting, items) => {
                let begin = answer.as_ref().ok().and_then(|value| {
                    serde_json::from_value::<SubscribeResult>(value.clone()).ok()
                });
                if let Some(begin) = begin {
                    self.feed = Some(Feed::new(items, begin.after));
                }
                drop(waiting.send(answer));
            }
        }
    }

    fn on_event(&mut self, event: EventFrame) {
        match event.event.as_str() {
            "shutdown" => {
                self.notice = Some(serde_json::from_value(event.payload).unwrap_or(Shutdown {
                    reason: "it did not say why".into(),
                    restart_expected_ms: None,
                }));
            }
            "health" => self.health.send_modify(|n_changes| *n_changes += 1),
            "tick" | "presence" => {}
            _ => {
                if self.feed.as_mut().is_some_and(|feed| !feed.push(event)) {
                    self.feed = None;
                }
            }
        }
    }
}

fn broken(error: &WsError) -> CloseReason {
    match error {
        WsError::Capacity(e) => CloseReason::Garbage(format!("a frame is too large: {e}")),
        WsError::Utf8(e) => CloseReason::Garbage(format!("a frame is not text: {e}")),
        WsError::Protocol(
            tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => CloseReason::Broken("the daemon went away without a word".into()),
        WsError::Protocol(e) => CloseReason::Garbage(e.to_string()),
        WsError::Io(e) => CloseReason::Broken(e.to_string()),
        other => CloseReason::Broken(other.to_string()),
    }
}
