//! The two directions of the pipe. Each is a task that ends with the words for what went wrong,
//! or with `None` when the other side closed it.

use std::sync::Arc;

use nexus_protocol::adapter::{Acknowledgement, EventParams, LINE_BYTES_MAX, Line, LineError};
use nexus_protocol::jsonrpc::INVALID_PARAMS;
use nexus_protocol::line::{Incoming, LineBuffer, NOT_NOW};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, watch};

use crate::Handler;
use crate::clock::Clock;
use crate::desk::{Wish, too_many};
use crate::link::Calls;
use crate::pace::Pace;
use crate::pulse::Mood;
use crate::stderr::Throttle;

/// Longest wait for a child to take one line, in milliseconds; one that does not read is ended.
pub(crate) const WRITE_MS_MAX: u64 = 10_000;
/// Lines that are not JSON-RPC, or too long, before a child is ended.
pub(crate) const GARBAGE_LINES_MAX: u32 = 100;
/// Arrivals that wait for the handler; more stay in the pipe, and the child has to wait.
pub(crate) const EVENTS_WAITING_MAX: usize = 8;
/// Longest text of a `log` or `status` line that is kept, in characters.
const REMARK_CHARS_MAX: usize = 1_000;
/// Longest name of a method that is passed on whole, in bytes.
const METHOD_BYTES_MAX: usize = 64;
/// Bytes read at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// An arrival that wants its acknowledgement.
pub(crate) struct Event {
    id: u64,
    params: Value,
}

/// Writes lines until all senders are gone or `end` says so; then closes the pipe, which tells
/// the child to end.
pub(crate) async fn write(
    mut stdin: impl AsyncWrite + Unpin,
    mut lines: mpsc::Receiver<Vec<u8>>,
    mut end: watch::Receiver<bool>,
    clock: Arc<dyn Clock>,
) -> Option<String> {
    loop {
        let line = tokio::select! {
            biased;
            line = lines.recv() => line?,
            _ = end.wait_for(|&has_ended| has_ended) => return None,
        };
        let written = async {
            stdin.write_all(&line).await?;
            stdin.flush().await
        };
        tokio::select! {
            biased;
            // A closed pipe is no fault of its own: the child is ending, and its exit says more.
            written = written => if written.is_err() { return None },
            () = clock.sleep(WRITE_MS_MAX) => {
                return Some(format!("did not read its input for {} s", WRITE_MS_MAX / 1000));
            }
        }
    }
}

/// Everything the reading side hands on to.
pub(crate) struct Reader {
    pub(crate) adapter: String,
    pub(crate) calls: Arc<Calls>,
    pub(crate) events: mpsc::Sender<Event>,
    pub(crate) wishes: mpsc::Sender<Wish>,
    pub(crate) outgoing: mpsc::Sender<Vec<u8>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) handler: Arc<dyn Handler>,
}

impl Reader {
    /// Reads lines until the child closes its stdout.
    pub(crate) async fn read(self, mut stdout: impl AsyncRead + Unpin) -> Option<String> {
        let mut buffer = LineBuffer::new(LINE_BYTES_MAX);
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut n_garbage = 0;
        let mut throttle = Throttle::default();
        while let Ok(n_bytes @ 1..) = stdout.read(&mut chunk).await {
            buffer.push(&chunk[..n_bytes]);
            while let Some(line) = buffer.next_line() {
                let incoming = line.ok().and_then(Incoming::parse);
                if let Some(incoming) = incoming {
                    self.calls.hear();
                    self.take(incoming, &mut throttle).await;
                    continue;
                }
                n_garbage += 1;
                if n_garbage >= GARBAGE_LINES_MAX {
                    return Some(format!("wrote {n_garbage} lines that are not JSON-RPC"));
                }
                if throttle.admits(self.clock.monotonic_us()) {
                    tracing::warn!(adapter = self.adapter, "a line on stdout is not JSON-RPC");
                }
            }
        }
        None
    }

    async fn take(&self, incoming: Incoming, throttle: &mut Throttle) {
        match incoming {
            Incoming::Answer { id, outcome } => {
                if !self.calls.answer(id, outcome) {
                    tracing::debug!(adapter = self.adapter, id, "an answer nobody waits for");
                }
            }
            Incoming::Call { id, method, params } if method == "event" => {
                // Waiting here is the back pressure: what the daemon cannot take stays in the
                // pipe. An error means that the child is being ended.
                let _ = self.events.send(Event { id, params }).await;
            }
            Incoming::Call { id, mut method, params } => {
                if method.len() > METHOD_BYTES_MAX {
                    method = excerpt(&method);
                }
                // Waiting here would keep answers to our own calls from being read.
                if self.wishes.try_send(Wish { id, method, params }).is_err() {
                    answer(&self.outgoing, id, Err(too_many())).await;
                }
            }
            Incoming::Notification { method, params } => {
                if throttle.admits(self.clock.monotonic_us()) {
                    let (method, params) = (excerpt(&method), excerpt(&params.to_string()));
                    tracing::debug!(adapter = self.adapter, method, params, "remark");
                    self.handler.said(&self.adapter, &method, &params);
                }
            }
        }
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(REMARK_CHARS_MAX).collect()
}

pub(crate) async fn answer(
    outgoing: &mpsc::Sender<Vec<u8>>,
    id: u64,
    outcome: Result<Value, LineError>,
) {
    let line = Line::answer(id, outcome).to_bytes().or_else(|too_long| {
        let message = too_long.to_string();
        Line::answer(id, Err(LineError { code: NOT_NOW, message, data: None })).to_bytes()
    });
    if let Ok(line) = line {
        // An error means that the child is being ended; it will hand the event in again.
        let _ = outgoing.send(line).await;
    }
}

/// Hands arrivals to the handler, one after the other, and acknowledges each when it returns, if
/// it is to be acknowledged at all.
pub(crate) struct Intake {
    pub(crate) adapter: String,
    pub(crate) account_id: String,
    pub(crate) channel: String,
    pub(crate) handler: Arc<dyn Handler>,
    pub(crate) outgoing: mpsc::Sender<Vec<u8>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pace: Arc<Pace>,
    pub(crate) mood: watch::Sender<Mood>,
    /// Events that claimed what is not the adapter's own.
    pub(crate) n_violations: u64,
}

impl Intake {
    pub(crate) async fn run(mut self, mut events: mpsc::Receiver<Event>) {
        while let Some(event) = events.recv().await {
            self.pause().await;
            let outcome = match serde_json::from_value::<EventParams>(event.params) {
                Ok(params) => self.admit(params).await,
                Err(error) => Some(Err(LineError {
                    code: INVALID_PARAMS,
                    message: format!("the event cannot be read: {error}"),
                    data: None,
                })),
            };
            if let Some(outcome) = outcome {
                answer(&self.outgoing, event.id, outcome).await;
            }
        }
    }

    /// Lets an event that comes too fast wait, and all behind it in the pipe.
    async fn pause(&self) {
        let Some(ms) = self.pace.take(self.clock.monotonic_us()) else { return };
        self.mood.send_if_modified(|mood| {
            let is_news = *mood == Mood::Well;
            if is_news {
                *mood = Mood::of(self.pace.lament(self.clock.monotonic_us()));
            }
            is_news
        });
        self.clock.sleep(ms).await;
        self.pace.waited(self.clock.monotonic_us());
    }

    async fn admit(&mut self, params: EventParams) -> Option<Result<Value, LineError>> {
        let arrival = params.event;
        let refusal = if arrival.channel != self.channel || arrival.account_id != self.account_id {
            // Only what it declared: an adapter cannot speak for another one.
            let claim = format!(
                "this adapter serves account `{}` of channel `{}`, not `{}` of `{}`",
                self.account_id,
                self.channel,
                excerpt(&arrival.account_id),
                excerpt(&arrival.channel)
            );
            self.n_violations += 1;
            if self.n_violations.is_power_of_two() {
                let what = format!("{claim} (time {})", self.n_violations);
                self.handler.violated(&self.adapter, what).await;
            }
            Some(claim)
        } else {
            arrival.check().err().map(|failure| failure.to_string())
        };
        let acknowledgement = match refusal {
            Some(reason) => {
                tracing::debug!(adapter = self.adapter, reason, "an event was refused");
                Acknowledgement::Refused(reason)
            }
            None => self.handler.event(&self.adapter, arrival).await?,
        };
        Some(serde_json::to_value(acknowledgement).map_err(|error| LineError {
            code: INVALID_PARAMS,
            message: format!("the acknowledgement cannot be written: {error}"),
            data: None,
        }))
    }
}
