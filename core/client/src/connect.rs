//! Connecting, and what a connected client can do.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use nexus_protocol::agent::{RunParams, RunResult};
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::frame::{ClientAuth, ClientFacts, ClientFrame, Hello, HelloOk, ServerFrame};
use nexus_protocol::{HANDSHAKE_MS_MAX, IN_FLIGHT_MAX, Method, PROTOCOL, PROTOCOL_MIN};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WsError, Message, Utf8Bytes};

use crate::call::{self, Call};
use crate::connection::{self, Answer, Limits, Outgoing, Socket, Waiter};
use crate::error::{ClientError, CloseReason};
use crate::subscription::{EVENTS_BUFFERED_MAX, Subscription};
use crate::tls::{self, OpenError, Trust};
use crate::token::Token;

/// Time a call waits for its answer unless the caller says otherwise, in milliseconds.
pub const CALL_MS_MAX: u64 = 30_000;
/// Largest frame taken from the daemon, in bytes; a page of long messages fits.
pub const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Read and write buffer of the socket, in bytes: frames are small, connections may be many.
const SOCKET_BUFFER_BYTES: usize = 4 * 1024;
/// Most bytes that wait to be written, in bytes.
const WRITE_BUFFER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How to connect.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Host and port, such as `127.0.0.1:18789`.
    pub address: String,
    /// Whom TLS may lead to; without it there is no TLS, which is for this machine only.
    pub trust: Option<Trust>,
    /// What proves who we are; without it the daemon will most likely refuse.
    pub token: Option<Token>,
    /// What we say about ourselves.
    pub facts: ClientFacts,
    /// Time for connecting and saying hello, in milliseconds.
    pub handshake_ms_max: u64,
    /// Time a call waits for its answer, in milliseconds.
    pub call_ms_max: u64,
}

impl ClientOptions {
    /// Options with the usual limits.
    #[must_use]
    pub fn new(address: impl Into<String>, token: Option<Token>, facts: ClientFacts) -> Self {
        Self {
            address: address.into(),
            trust: None,
            token,
            facts,
            handshake_ms_max: HANDSHAKE_MS_MAX,
            call_ms_max: CALL_MS_MAX,
        }
    }
}

/// A live connection to a daemon. Dropping it closes the connection.
pub struct Client {
    calls: mpsc::Sender<Outgoing>,
    closed: watch::Receiver<Option<CloseReason>>,
    health: watch::Receiver<u64>,
    hello: HelloOk,
    call_ms_max: u64,
}

/// A run that was accepted.
pub struct Run {
    /// The first answer.
    pub accepted: RunResult,
    answers: mpsc::Receiver<Answer>,
    closed: watch::Receiver<Option<CloseReason>>,
}

impl Run {
    /// Waits for the final answer, for as long as the run takes. Safe to drop and call again.
    ///
    /// # Errors
    /// When the connection ends first; the run itself goes on, and calling `agent` again with
    /// the same idempotency key waits for the same run.
    pub async fn finished(&mut self) -> Result<RunResult, ClientError> {
        if self.accepted.status == nexus_protocol::agent::RunStatus::Done {
            return Ok(self.accepted.clone());
        }
        match self.answers.recv().await {
            Some(answer) => read(Method::AgentRun, answer?),
            None => Err(ClientError::Closed(end_of(&self.closed))),
        }
    }
}

impl Client {
    /// Connects and says hello.
    ///
    /// # Errors
    /// When nobody listens, somebody else does, or the daemon refuses.
    pub async fn connect(options: ClientOptions) -> Result<Self, ClientError> {
        let within_ms = options.handshake_ms_max;
        let shaking = shake_hands(&options);
        let (socket, hello) = tokio::time::timeout(Duration::from_millis(within_ms), shaking)
            .await
            .map_err(|_| ClientError::HandshakeTimeout { within_ms })??;
        let limits = Limits {
            payload_bytes_max: hello.policy.max_payload,
            tick_interval_ms: hello.policy.tick_interval_ms,
        };
        let (calls, from_calls) = mpsc::channel(IN_FLIGHT_MAX);
        let (closed_at, closed) = watch::channel(None);
        let (health_at, health) = watch::channel(0);
        tokio::spawn(connection::run(socket, limits, from_calls, closed_at, health_at));
        Ok(Self { calls, closed, health, hello, call_ms_max: options.call_ms_max })
    }

    /// What the daemon said in its hello: its version, our scopes, its state, its limits.
    #[must_use]
    pub fn hello(&self) -> &HelloOk {
        &self.hello
    }

    /// Calls a method of the table with its own types.
    ///
    /// # Errors
    /// When the daemon refuses, does not answer, or is gone.
    pub async fn request<C: Call>(&self, params: C::Params) -> Result<C::Result, ClientError> {
        read(C::METHOD, self.call(C::METHOD, write(C::METHOD, &params)?).await?)
    }

    /// Calls a method with params as JSON; for `agent`, the first answer.
    ///
    /// # Errors
    /// When the daemon refuses, does not answer, or is gone.
    pub async fn call(&self, method: Method, params: Value) -> Result<Value, ClientError> {
        self.call_within(method, params, self.call_ms_max).await
    }

    /// Calls a method that may take longer, or must not.
    ///
    /// # Errors
    /// When the daemon refuses, does not answer in time, or is gone.
    pub async fn call_within(
        &self,
        method: Method,
        params: Value,
        within_ms: u64,
    ) -> Result<Value, ClientError> {
        let (answer, waiting) = oneshot::channel();
        self.send(method, params, Waiter::Once(answer)).await?;
        self.wait(method, within_ms, waiting).await
    }

    /// Runs an agent: comes back when the run is accepted. The final answer is [`Run::finished`].
    ///
    /// # Errors
    /// When the daemon refuses, does not answer, or is gone.
    pub async fn agent(&self, params: &RunParams) -> Result<Run, ClientError> {
        let method = call::AgentRun::METHOD;
        // Two answers at most come on one id: accepted and final.
        let (answers, mut waiting) = mpsc::channel(2);
        self.send(method, write(method, params)?, Waiter::Run(answers)).await?;
        let within_ms = self.call_ms_max;
        let first = tokio::time::timeout(Duration::from_millis(within_ms), waiting.recv())
            .await
            .map_err(|_| ClientError::Timeout { method, within_ms })?
            .ok_or_else(|| ClientError::Closed(end_of(&self.closed)))??;
        let accepted = read(method, first)?;
        Ok(Run { accepted, answers: waiting, closed: self.closed.clone() })
    }

    /// Follows events. A later subscription of this client ends this one.
    ///
    /// # Errors
    /// When the daemon refuses, does not answer, or is gone.
    pub async fn subscribe(&self, params: &SubscribeParams) -> Result<Subscription, ClientError> {
        let method = call::EventsSubscribe::METHOD;
        let (answer, waiting) = oneshot::channel();
        let (items, from_connection) = mpsc::channel(EVENTS_BUFFERED_MAX);
        self.send(method, write(method, params)?, Waiter::Subscribe(answer, items)).await?;
        let begin = read(method, self.wait(method, self.call_ms_max, waiting).await?)?;
        Ok(Subscription { begin, items: from_connection, closed: self.closed.clone() })
    }

    /// Rises whenever the daemon says that its health has changed; ends with the connection.
    #[must_use]
    pub fn health_changes(&self) -> watch::Receiver<u64> {
        self.health.clone()
    }

    /// Waits until the connection has ended, and says why.
    pub async fn closed(&self) -> CloseReason {
        let mut closed = self.closed.clone();
        let reason = closed.wait_for(Option::is_some).await.map(|reason| reason.clone());
        reason.ok().flatten().unwrap_or(CloseReason::ByUs)
    }

    async fn send(&self, method: Method, params: Value, waiter: Waiter) -> Result<(), ClientError> {
        let outgoing = Outgoing { method: method.name(), params, waiter };
        let sent = self.calls.send(outgoing).await;
        sent.map_err(|_| ClientError::Closed(end_of(&self.closed)))
    }

    async fn wait(
        &self,
        method: Method,
        within_ms: u64,
        waiting: oneshot::Receiver<Answer>,
    ) -> Answer {
        tokio::time::timeout(Duration::from_millis(within_ms), waiting)
            .await
            .map_err(|_| ClientError::Timeout { method, within_ms })?
            .map_err(|_| ClientError::Closed(end_of(&self.closed)))?
    }
}

fn end_of(closed: &watch::Receiver<Option<CloseReason>>) -> CloseReason {
    closed.borrow().clone().unwrap_or(CloseReason::ByUs)
}

fn write(method: Method, params: &impl Serialize) -> Result<Value, ClientError> {
    let unwritable = |e: serde_json::Error| ClientError::Unreadable { method, why: e.to_string() };
    serde_json::to_value(params).map_err(unwritable)
}

fn read<T: DeserializeOwned>(method: Method, answer: Value) -> Result<T, ClientError> {
    let unreadable = |e: serde_json::Error| ClientError::Unreadable { method, why: e.to_string() };
    serde_json::from_value(answer).map_err(unreadable)
}

async fn shake_hands(options: &ClientOptions) -> Result<(Socket, HelloOk), ClientError> {
    let address = &options.address;
    let not_nexus = |why: String| ClientError::NotNexus { address: address.clone(), why };
    let stream = tls::open(address, options.trust).await.map_err(|error| match error {
        OpenError::Unreachable(why) => ClientError::Unreachable { address: address.clone(), why },
        OpenError::Tls(why) => ClientError::Untrusted { address: address.clone(), why },
    })?;
    let config = WebSocketConfig::default()
        .read_buffer_size(SOCKET_BUFFER_BYTES)
        .write_buffer_size(SOCKET_BUFFER_BYTES)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .max_message_size(Some(ANSWER_BYTES_MAX))
        .max_frame_size(Some(ANSWER_BYTES_MAX));
    // What stands here only makes the `Host`; the connection is there already.
    let url = format!("ws://{address}/ws");
    let upgrade = tokio_tungstenite::client_async_with_config(url, stream, Some(config)).await;
    let (mut socket, _) = upgrade.map_err(|e| match e {
        WsError::Http(response) if matches!(response.status().as_u16(), 401 | 403 | 421) => {
            ClientError::Forbidden { status: response.status().as_u16() }
        }
        other => not_nexus(other.to_string()),
    })?;
    let hello = ClientFrame::Hello(Hello {
        min_protocol: PROTOCOL_MIN,
        max_protocol: PROTOCOL,
        client: options.facts.clone(),
        caps: Vec::new(),
        auth: options.token.as_ref().map(|token| ClientAuth {
            token: Some(token.reveal().to_owned()),
            ..ClientAuth::default()
        }),
        locale: None,
        user_agent: None,
    });
    let text = serde_json::to_string(&hello).map_err(|e| not_nexus(e.to_string()))?;
    socket
        .send(Message::Text(Utf8Bytes::from(text)))
        .await
        .map_err(|e| not_nexus(e.to_string()))?;
    let hello = answer_to_hello(&mut socket, &not_nexus).await?;
    Ok((socket, hello))
}

async fn answer_to_hello(
    socket: &mut Socket,
    not_nexus: &impl Fn(String) -> ClientError,
) -> Result<HelloOk, ClientError> {
    loop {
        let frame = match socket.next().await {
            Some(Ok(frame)) => frame,
            Some(Err(e)) => return Err(not_nexus(e.to_string())),
            None => return Err(not_nexus("it hung up before the hello".into())),
        };
        let text = match frame {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) => continue,
            Message::Close(frame) => {
                let (code, reason) =
                    frame.map_or((1005, String::new()), |f| (f.code.into(), f.reason.to_string()));
                return Err(ClientError::Closed(CloseReason::Closed { code, reason }));
            }
            Message::Binary(_) | Message::Frame(_) => {
                return Err(not_nexus("it answered the hello in binary".into()));
            }
        };
        return match serde_json::from_str::<ServerFrame>(text.as_str()) {
            Ok(ServerFrame::HelloOk(hello)) => Ok(*hello),
            // The challenge, which only a device answers.
            Ok(ServerFrame::Event(_)) => continue,
            Ok(ServerFrame::HelloError(error)) => Err(ClientError::Refused(error)),
            Ok(_) => Err(not_nexus("it answered the hello with something else".into())),
            Err(e) => Err(not_nexus(format!("its answer to the hello could not be read: {e}"))),
        };
    }
}
