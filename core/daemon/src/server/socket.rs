//! A WebSocket with a queue before it: answers gather while there is more to read and go out in
//! one write; what waits is counted.

mod limited;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Context, Poll};

use futures_util::{SinkExt as _, StreamExt as _};
use nexus_agent::port::Clock;
use nexus_domain::Failure;
use nexus_protocol::{BUFFERED_BYTES_MAX, HANDSHAKE_BYTES_MAX, PAYLOAD_BYTES_MAX};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, Utf8Bytes};

use limited::Limited;

/// Read buffer of a connection, in bytes. Larger ones cost memory per idle client and win nothing.
const READ_BYTES: usize = 2 * 1024;
/// Bytes that gather before they are written.
const WRITE_BYTES: usize = 4 * 1024;
/// A message longer than this goes out in pieces, each a frame of its own that is written before
/// the next one. The buffer for writing grows to the largest frame and never shrinks: what a
/// client hears once, like the answer to its hello, would be what it costs for good.
const PIECE_BYTES_MIN: usize = 2 * 1024 - 16;
/// Pieces of a message, as long as they would not be shorter than the above or longer than the
/// below: who hears a lot at once is not kept by the smallness of its pieces.
const N_PIECES: usize = 32;
const PIECE_BYTES_MAX: usize = 16 * 1024;
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
const HANDSHAKE_BYTES_SPARE: usize = 8 * 1024;

const _: () = assert!(FULL_BYTES < BUFFERED_BYTES_MAX);

/// Longest answer, in bytes. Answers are only taken while the queue is not full, so that one of
/// this length never has a client cut that reads.
pub(super) const ANSWER_BYTES_MAX: usize = BUFFERED_BYTES_MAX - FULL_BYTES;

/// Makes sure that an answer can be sent.
///
/// # Errors
/// `Invalid` when it is too long; what was called has been done all the same.
pub(super) fn check_answer(text: &str) -> Result<(), Failure> {
    match text.len() {
        0..=ANSWER_BYTES_MAX => Ok(()),
        n_bytes => Err(Failure::invalid(format!(
            "the answer has {n_bytes} bytes, and over a WebSocket it has at most {ANSWER_BYTES_MAX}"
        ))
        .hint("ask for less at a time, for instance by `limit`, or call it at POST /rpc")),
    }
}

/// Limits and buffers of every WebSocket.
fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(WRITE_BYTES)
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
    /// Rises whenever it says something, be it an answer to a ping.
    n_heard: u64,
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
            n_heard: 0,
            is_broken: false,
            is_lost: false,
        }
    }

    /// Lets the client send frames up to the limit of the protocol.
    pub(super) fn trust(&mut self) {
        self.ws.get_mut().lift();
    }

    /// Queues a message; the next steps send it.
    pub(super) fn push(&mut self, text: String) {
        let piece_bytes = (text.len() / N_PIECES).clamp(PIECE_BYTES_MIN, PIECE_BYTES_MAX);
        if text.len() <= piece_bytes {
            self.queue(Message::text(text));
            return;
        }
        let mut rest = Bytes::from(text);
        let mut opcode = OpCode::Data(Data::Text);
        while !rest.is_empty() {
            // A piece may end within a character: only the whole of a message is text.
            let piece = rest.split_to(piece_bytes.min(rest.len()));
            self.queue(Message::Frame(Frame::message(piece, opcode, rest.is_empty())));
            opcode = OpCode::Data(Data::Continue);
        }
    }

    /// How much was heard of the client so far.
    pub(super) fn n_heard(&self) -> u64 {
        self.n_heard
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
                self.n_heard += u64::from(matches!(read, Some(Ok(_))));
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
            // A piece finds the buffer empty.
            let is_piece = matches!(self.queue.front(), Some(Message::Frame(_)));
            if is_piece && self.is_dirty && !self.try_poll_flush(cx)? {
                return Ok(());
            }
            let Some(message) = self.queue.pop_front() else { break };
            self.n_queued_bytes -= message.len();
            self.is_dirty = true;
            self.n_progress += 1;
            self.ws.start_send_unpin(message)?;
        }
        if self.is_dirty {
            self.try_poll_flush(cx)?;
        }
        Ok(())
    }

    /// Whether everything that was written has gone out.
    fn try_poll_flush(&mut self, cx: &mut Context<'_>) -> Result<bool, Error> {
        let Poll::Ready(flushed) = self.ws.poll_flush_unpin(cx) else { return Ok(false) };
        flushed?;
        self.is_dirty = false;
        self.n_progress += 1;
        Ok(true)
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
        let mut scrap = vec![0_u8; WRITE_BYTES];
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

#[cfg(test)]
mod tests {
    use tokio::io::{DuplexStream, duplex};

    use super::*;

    /// Both ends of a connection with this much room on the way.
    async fn pair(room: usize) -> (Socket<DuplexStream>, WebSocketStream<DuplexStream>) {
        let (ours, theirs) = duplex(room);
        let client = WebSocketStream::from_raw_socket(theirs, Role::Client, None);
        tokio::join!(Socket::new(ours), client)
    }

    #[tokio::test]
    async fn long_messages_go_in_pieces_and_arrive_whole_and_in_order() {
        let (mut socket, mut client) = pair(512).await;
        // Characters of three bytes, so that pieces end within one.
        let texts = [1, 600, 700, 5_000, 40_000, 2].map(|n| "€".repeat(n));
        for text in &texts {
            socket.push(text.clone());
        }
        let sent: usize = texts.iter().map(String::len).sum();
        assert!(socket.n_queued_bytes >= sent && socket.n_queued_bytes < sent + 1_000);
        let hear = async {
            for text in &texts {
                let heard = client.next().await.unwrap().unwrap();
                assert_eq!(heard.to_text().unwrap(), text, "{} bytes", text.len());
            }
        };
        tokio::select! {
            step = socket.step() => panic!("nothing was said: {step:?}"),
            () = hear => {}
        }
        assert_eq!(socket.n_queued_bytes, 0);
    }

    /// A client whose queue is over the limit is told why, after the piece that was on its way.
    #[tokio::test]
    async fn whoever_does_not_read_holds_a_bounded_queue_and_hears_why_it_ends() {
        struct Still;
        impl Clock for Still {
            fn now(&self) -> nexus_domain::Timestamp {
                nexus_domain::Timestamp(0)
            }
            fn monotonic_us(&self) -> u64 {
                0
            }
            fn sleep(&self, _: u64) -> futures_util::future::BoxFuture<'static, ()> {
                Box::pin(std::future::pending())
            }
            fn entropy(&self) -> u128 {
                0
            }
        }
        let (mut socket, mut client) = pair(1024).await;
        let message = "m".repeat(100_000);
        let mut n_pushed = 0;
        while socket.has_room() {
            socket.push(message.clone());
            let step = poll_fn(|cx| Poll::Ready(socket.poll_step(cx))).await;
            assert!(step.is_pending(), "{step:?}");
            n_pushed += 1;
        }
        assert!(n_pushed * message.len() <= FULL_BYTES + 2 * message.len(), "{n_pushed}");
        assert!(!socket.is_over_limit());
        socket.push("a".repeat(ANSWER_BYTES_MAX));
        while !socket.is_over_limit() {
            socket.push(message.clone());
        }
        assert!(socket.n_queued_bytes < BUFFERED_BYTES_MAX + 2 * message.len());
        socket.drop_queue();
        let hear = async move {
            let mut reason = None;
            // Read to the end, as a client does, which answers the goodbye and hangs up.
            while let Some(Ok(message)) = client.next().await {
                if let Message::Close(Some(close)) = message {
                    reason = Some(close.reason.to_string());
                }
            }
            reason
        };
        let ((), reason) =
            tokio::join!(socket.close(&Still, CloseCode::Policy, "slow consumer"), hear);
        assert_eq!(reason.as_deref(), Some("slow consumer"));
    }

    #[tokio::test]
    async fn a_ping_between_pieces_is_answered_and_breaks_nothing() {
        let (mut socket, mut client) = pair(256).await;
        socket.trust();
        let long = "x".repeat(30_000);
        socket.push(long.clone());
        client.send(Message::Ping(Bytes::from_static(b"here"))).await.unwrap();
        client.send(Message::text("and a call")).await.unwrap();
        let hear = async {
            let (mut has_pong, mut has_text) = (false, false);
            while !(has_pong && has_text) {
                match client.next().await.unwrap().unwrap() {
                    Message::Pong(bytes) => has_pong = bytes == "here",
                    other => has_text = other.to_text().unwrap() == long,
                }
            }
        };
        let serve = async {
            let Step::Text(text) = socket.step().await else { panic!("no call came") };
            assert_eq!(text.as_str(), "and a call");
            socket.step().await
        };
        tokio::select! {
            step = serve => panic!("nothing more was said: {step:?}"),
            () = hear => {}
        }
    }
}
