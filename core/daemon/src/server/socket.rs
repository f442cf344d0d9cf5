//! A WebSocket with a queue before it: answers gather while there is more to read and go out in
//! one write; what waits is counted.

mod limited;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Context, Poll};

use futures_util::{SinkExt as _, StreamExt as _};
use nexus_agent::port::Clock;
use nexus_protocol::{BUFFERED_BYTES_MAX, HANDSHAKE_BYTES_MAX, PAYLOAD_BYTES_MAX};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, Utf8Bytes};

use limited::Limited;

/// Read and write buffers of a connection, in bytes. Larger ones cost memory per idle client and
/// win nothing.
const BUFFER_BYTES: usize = 4 * 1024;
/// Queued bytes from which writing no longer waits for the end of what can be read.
const EAGER_BYTES: usize = 64 * 1024;
/// Queued bytes from which nothing new is fetched for the client: neither its requests nor its
/// events, which stay where they are until it has read.
const FULL_BYTES: usize = 1024 * 1024;
/// Time for a closing handshake, in milliseconds.
const CLOSE_MS_MAX: u64 = 1_000;
/// Most bytes that are thrown away while closing.
const DISCARD_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What a handshake may have on the wire beside its text.
const HANDSHAKE_BYTES_SPARE: usize = 2 * BUFFER_BYTES;

const _: () = assert!(FULL_BYTES < BUFFERED_BYTES_MAX);

/// Limits and buffers of every WebSocket.
fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_message_size(Some(PAYLOAD_BYTES_MAX))
        .max_frame_size(Some(PAYLOAD_BYTES_MAX))
}

/// What came of one step.
#[derive(Debug)]
pub(super) enum Step {
    /// A frame of text.
    Text(Utf8Bytes),
    /// A frame of bytes, which nobody here reads.
    Binary,
    /// There is room again.
    Drained,
    /// The frame was larger than the limit.
    TooLarge,
    /// The client has gone, or speaks no WebSocket.
    Gone,
}

/// A WebSocket with a queue before it.
pub(super) struct Socket<S> {
    ws: WebSocketStream<Limited<S>>,
    queue: VecDeque<Message>,
    n_queued_bytes: usize,
    /// Something was written and not flushed.
    is_dirty: bool,
    /// Rises whenever the client takes something.
    n_progress: u64,
    is_broken: bool,
    /// A frame was too large: where the next one begins is not known any more.
    is_lost: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// Begins as the server's end of a connection that was upgraded. Until [`Self::trust`] is
    /// called, the client may send a handshake and no more.
    pub(super) async fn new(stream: S) -> Self {
        let stream = Limited::new(stream, HANDSHAKE_BYTES_MAX + HANDSHAKE_BYTES_SPARE);
        let ws = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config())).await;
        Self {
            ws,
            queue: VecDeque::new(),
            n_queued_bytes: 0,
            is_dirty: false,
            n_progress: 0,
            is_broken: false,
            is_lost: false,
        }
    }

    /// Lets the client send frames up to the limit of the protocol.
    pub(super) fn trust(&mut self) {
        self.ws.get_mut().lift();
    }

    /// Queues a frame; the next steps send it.
    pub(super) fn push(&mut self, text: String) {
        self.queue(Message::text(text));
    }

    /// Queues a ping, which a client that lives answers by itself.
    pub(super) fn ping(&mut self) {
        self.queue(Message::Ping(Bytes::new()));
    }

    fn queue(&mut self, message: Message) {
        self.n_queued_bytes += message.len();
        self.queue.push_back(message);
    }

    /// Whether more may be fetched for the client.
    pub(super) fn has_room(&self) -> bool {
        self.n_queued_bytes < FULL_BYTES
    }

    /// Whether more waits than any client may make us keep.
    pub(super) fn is_over_limit(&self) -> bool {
        self.n_queued_bytes > BUFFERED_BYTES_MAX
    }

    /// What the client has taken so far, and whether it has anything left to take.
    pub(super) fn progress(&self) -> (u64, bool) {
        (self.n_progress, self.is_dirty || !self.queue.is_empty())
    }

    /// Reads the next frame and writes what is queued once there is nothing more to read. While
    /// the queue is full only writes, and answers `Drained` when there is room again. Dropping
    /// the future loses nothing.
    pub(super) async fn step(&mut self) -> Step {
        poll_fn(|cx| self.poll_step(cx)).await
    }

    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        if self.is_broken {
            return Poll::Ready(Step::Gone);
        }
        let was_full = !self.has_room();
        if was_full || self.n_queued_bytes > EAGER_BYTES {
            self.poll_write(cx);
        }
        if self.has_room() {
            if was_full {
                return Poll::Ready(Step::Drained);
            }
            while let Poll::Ready(read) = self.ws.poll_next_unpin(cx) {
                match read {
                    Some(Ok(Message::Text(text))) => return Poll::Ready(Step::Text(text)),
                    Some(Ok(Message::Binary(_))) => return Poll::Ready(Step::Binary),
                    // The answer to a ping waits in the socket's own buffer.
                    Some(Ok(Message::Ping(_))) => self.is_dirty = true,
                    Some(Ok(_)) => {}
                    Some(Err(error)) if is_too_large(&error) => {
                        self.is_lost = true;
                        return Poll::Ready(Step::TooLarge);
                    }
                    Some(Err(_)) | None => {
                        self.is_broken = true;
                        return Poll::Ready(Step::Gone);
                    }
                }
            }
        }
        self.poll_write(cx);
        match self.is_broken {
            true => Poll::Ready(Step::Gone),
            false => Poll::Pending,
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) {
        if self.try_poll_write(cx).is_err() {
            self.is_broken = true;
        }
    }

    fn try_poll_write(&mut self, cx: &mut Context<'_>) -> Result<(), Error> {
        while !self.queue.is_empty() {
            match self.ws.poll_ready_unpin(cx) {
                Poll::Pending => return Ok(()),
                Poll::Ready(ready) => ready?,
            }
            let Some(message) = self.queue.pop_front() else { break };
            self.n_queued_bytes -= message.len();
            self.is_dirty = true;
            self.n_progress += 1;
            self.ws.start_send_unpin(message)?;
        }
        if self.is_dirty
            && let Poll::Ready(flushed) = self.ws.poll_flush_unpin(cx)
        {
            flushed?;
            self.is_dirty = false;
            self.n_progress += 1;
        }
        Ok(())
    }

    /// Throws away what is queued: the client does not take it.
    pub(super) fn drop_queue(&mut self) {
        self.queue.clear();
        self.n_queued_bytes = 0;
    }

    /// Sends what is queued, says why, and waits a moment for the client's goodbye. Without that
    /// moment the operating system may throw the reason away together with unread input.
    pub(super) async fn close(mut self, clock: &dyn Clock, code: CloseCode, reason: &str) {
        let reason = Utf8Bytes::from(reason.to_owned());
        self.queue(Message::Close(Some(CloseFrame { code, reason })));
        let goodbye = async {
            let sent = poll_fn(|cx| match self.try_poll_write(cx) {
                Err(_) => Poll::Ready(false),
                Ok(()) if self.queue.is_empty() && !self.is_dirty => Poll::Ready(true),
                Ok(()) => Poll::Pending,
            });
            if sent.await {
                self.await_goodbye().await;
                self.discard().await;
            }
        };
        tokio::select! {
            () = goodbye => {}
            () = clock.sleep(CLOSE_MS_MAX) => {}
        }
    }

    async fn await_goodbye(&mut self) {
        while !self.is_lost {
            match self.ws.next().await {
                Some(Ok(_)) => {}
                Some(Err(error)) if is_too_large(&error) => self.is_lost = true,
                Some(Err(_)) | None => return,
            }
        }
    }

    /// Hangs up and reads on past whatever the client still sends, below the protocol. A socket
    /// that is closed with unread input is reset, and what was said last is lost with it.
    async fn discard(&mut self) {
        let stream = self.ws.get_mut();
        stream.lift();
        if stream.shutdown().await.is_err() {
            return;
        }
        let mut scrap = vec![0_u8; BUFFER_BYTES];
        let mut n_discarded = 0;
        while n_discarded < DISCARD_BYTES_MAX {
            match stream.read(&mut scrap).await {
                Ok(0) | Err(_) => return,
                Ok(n_bytes) => n_discarded += n_bytes,
            }
        }
    }
}

fn is_too_large(error: &Error) -> bool {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { .. }) => true,
        Error::Io(error) => limited::is_over_limit(error),
        _ => false,
    }
}
