//! A WebSocket and an event stream without a client library around them: for what a well-behaved
//! client never does.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::process::DaemonProcess;

/// Longest wait for an answer. It bounds a hang; nothing is asserted about it.
const ANSWER_WAIT: Duration = Duration::from_secs(60);

/// A WebSocket.
pub struct Wire {
    socket: WebSocketStream<TcpStream>,
}

/// What came over a WebSocket.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A frame.
    Frame(Value),
    /// The other side hung up, with its code and its words.
    Closed(u16, String),
    /// The connection is gone without a word.
    Gone,
}

impl Wire {
    /// Connects, and says nothing yet.
    ///
    /// # Errors
    /// When the daemon does not open a WebSocket.
    pub async fn open(daemon: &DaemonProcess) -> Result<Self> {
        Self::open_narrow(daemon, None).await
    }

    /// Connects with a receive buffer of so many bytes.
    ///
    /// # Errors
    /// When the daemon does not open a WebSocket.
    pub async fn open_narrow(daemon: &DaemonProcess, buffer_bytes: Option<u32>) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        if let Some(bytes) = buffer_bytes {
            socket.set_recv_buffer_size(bytes)?;
        }
        let stream = socket.connect(daemon.address().parse()?).await?;
        let url = format!("ws://{}/ws", daemon.address());
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await?;
        Ok(Self { socket })
    }

    /// Connects to framing B as the owner; what is heard first is `connected`.
    ///
    /// # Errors
    /// When the daemon does not open a WebSocket.
    pub async fn agent(daemon: &DaemonProcess) -> Result<Self> {
        let stream = TcpSocket::new_v4()?.connect(daemon.address().parse()?).await?;
        let mut request = format!("ws://{}/ws/agent", daemon.address()).into_client_request()?;
        request.headers_mut().insert("x-api-key", daemon.token()?.reveal().parse()?);
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await?;
        Ok(Self { socket })
    }

    /// Connects and says hello as the owner.
    ///
    /// # Errors
    /// When the daemon does not take it.
    pub async fn greeted(daemon: &DaemonProcess) -> Result<Self> {
        let mut wire = Self::open(daemon).await?;
        wire.greet(daemon).await?;
        Ok(wire)
    }

    /// Says hello as the owner.
    ///
    /// # Errors
    /// When the daemon does not take it.
    pub async fn greet(&mut self, daemon: &DaemonProcess) -> Result<()> {
        self.say(&hello(daemon)?).await?;
        match self.hear_answer().await? {
            Heard::Frame(frame) if frame["type"] == "hello-ok" => Ok(()),
            other => bail!("the hello was answered with {other:?}"),
        }
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn say(&mut self, frame: &Value) -> Result<()> {
        self.send(Message::text(frame.to_string())).await
    }

    /// Sends anything.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn send(&mut self, message: Message) -> Result<()> {
        Ok(self.socket.send(message).await?)
    }

    /// Waits for the next frame, or the end.
    ///
    /// # Errors
    /// When nothing comes, or a frame is not JSON.
    pub async fn hear(&mut self) -> Result<Heard> {
        loop {
            let next = tokio::time::timeout(ANSWER_WAIT, self.socket.next()).await;
            return match next.context("nothing is heard")? {
                Some(Ok(Message::Text(text))) => Ok(Heard::Frame(serde_json::from_str(&text)?)),
                Some(Ok(Message::Close(Some(close)))) => {
                    Ok(Heard::Closed(close.code.into(), close.reason.to_string()))
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => Ok(Heard::Gone),
                Some(Ok(_)) => continue,
            };
        }
    }

    /// Waits for the answer to a call, or the end; events pass by.
    ///
    /// # Errors
    /// When nothing comes.
    pub async fn hear_answer(&mut self) -> Result<Heard> {
        loop {
            match self.hear().await? {
                Heard::Frame(frame) if frame["type"] == "event" => {}
                other => return Ok(other),
            }
        }
    }
}

/// The hello of a client that knows the token.
///
/// # Errors
/// When the token cannot be read.
pub fn hello(daemon: &DaemonProcess) -> Result<Value> {
    let token = daemon.token()?;
    let client = json!({"name": "wire", "version": "0", "platform": "test", "mode": "test"});
    Ok(json!({"type": "hello", "minProtocol": 1, "maxProtocol": 1, "client": client,
              "auth": {"token": token.reveal()}}))
}

/// A stream of server-sent events.
pub struct EventStream {
    response: reqwest::Response,
    bytes: Vec<u8>,
}

/// One server-sent event.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamEvent {
    /// The position, for recorded events.
    pub id: Option<u64>,
    /// The type.
    pub event: String,
    /// The properties.
    pub data: Value,
}

impl EventStream {
    /// Follows the daemon's events; `query` is what follows `?`.
    ///
    /// # Errors
    /// When the daemon refuses.
    pub async fn open(daemon: &DaemonProcess, query: &str, last_id: Option<u64>) -> Result<Self> {
        let url = format!("http://{}/api/events/stream?{query}", daemon.address());
        let client = reqwest::Client::builder().no_proxy().build()?;
        let mut request = client.get(url).bearer_auth(daemon.token()?.reveal());
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await?.error_for_status()?;
        Ok(Self { response, bytes: Vec::new() })
    }

    /// Waits for the next event.
    ///
    /// # Errors
    /// When nothing comes, or the stream ends.
    pub async fn next(&mut self) -> Result<StreamEvent> {
        loop {
            // A piece from the wire may end inside a character; a block never does.
            let end = self.bytes.windows(2).position(|pair| pair == b"\n\n");
            if let Some(end) = end {
                let block: Vec<_> = self.bytes.drain(..end + 2).collect();
                let event = read_block(std::str::from_utf8(&block)?)?;
                if let Some(event) = event {
                    return Ok(event);
                }
                continue;
            }
            let chunk = tokio::time::timeout(ANSWER_WAIT, self.response.chunk()).await;
            let chunk = chunk.context("nothing comes")??.context("the stream has ended")?;
            self.bytes.extend_from_slice(&chunk);
        }
    }
}

/// Reads one block; comments and the retry time are none.
fn read_block(block: &str) -> Result<Option<StreamEvent>> {
    let field =
        |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let Some(event) = field("event") else { return Ok(None) };
    let id = field("id").map(str::parse).transpose()?;
    let data = serde_json::from_str(field("data").unwrap_or("null"))?;
    Ok(Some(StreamEvent { id, event: event.to_owned(), data }))
}
