//! A reply while it is written, on its way to the adapter of the one who asked. What the adapter
//! does not take yet is put together, so that a slow one costs no more than the reply itself.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexus_domain::arrival::Arrival;
use nexus_domain::failure::Failure;
use nexus_domain::id::TurnId;
use nexus_domain::request::Request;
use nexus_iam::Effect;
use nexus_ledger::AuditEntry;
use nexus_protocol::adapter::Ability;
use nexus_protocol::caller::{StreamDelta, StreamStart, StreamTool, ToolProgress};
use nexus_supervisor::Child;
use serde_json::json;
use tokio::sync::{Notify, oneshot};

use crate::context::Context;
use crate::jobs;
use crate::jobs::outbox::grow::{self, Growing};
use crate::jobs::outbox::permit;

/// Longest text of one line, in bytes.
const DELTA_BYTES_MAX: usize = 128 * 1024;
/// Longest wait for the adapter to take the rest of a reply that is complete, in milliseconds;
/// after it, the reply comes in one piece.
const FLUSH_MS_MAX: u64 = 5_000;

/// How an adapter shows a reply while it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It is told every piece.
    Stream,
    /// A message grows by edits.
    Message,
}

/// The way of an adapter, if it has one. A message grows for people only, when it is answered for
/// the first time, and not where replies are held so that they can be taken back.
fn way(context: &Context, child: &Child, request: &Request, arrival: &Arrival) -> Option<Way> {
    let facts = child.facts()?;
    let config = context.config.current();
    let is_held = config.holds.get(&arrival.channel).is_some_and(|hold_ms| *hold_ms > 0);
    let is_first = request.wish.is_streamed.is_none() && request.replays.is_none();
    match facts.supports.contains(&Ability::Stream) {
        true => Some(Way::Stream),
        false if grow::can_grow(&facts) && !is_held && is_first => Some(Way::Message),
        false => None,
    }
}

enum Piece {
    /// What the model says, or thinks before.
    Said {
        is_reasoning: bool,
        text: String,
    },
    Tool(StreamTool),
}

#[derive(Default)]
struct Pending {
    pieces: VecDeque<Piece>,
    has_ended: bool,
}

#[derive(Default)]
struct Queue {
    pending: Mutex<Pending>,
    bell: Notify,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The stream of one run.
pub(super) struct Outlet {
    stream_id: String,
    queue: Arc<Queue>,
    flushed: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Outlet {
    /// Begins to show a reply, if its sender wants to see it grow, its adapter can show that, and
    /// nothing forbids it. What has to be asked first comes in one piece, later.
    ///
    /// # Errors
    /// When the decision cannot be made or recorded; then nothing is shown.
    pub(super) async fn open(
        context: &Arc<Context>,
        turn_id: TurnId,
        request: &Request,
        arrival: &Arrival,
    ) -> Result<Option<Self>, Failure> {
        if request.wish.is_streamed == Some(false) {
            return Ok(None);
        }
        let adapter = jobs::adapters::key(&arrival.channel, &arrival.account_id);
        let child = context.adapters.serving(&adapter);
        let Some(way) = child.as_ref().and_then(|child| way(context, child, request, arrival))
        else {
            return Ok(None);
        };
        let Some(child) = child else { return Ok(None) };
        let (query, verdict) =
            permit::decide(context, &adapter, &arrival.peer_id, Some(request)).await?;
        if verdict.effect != Effect::Allow {
            return Ok(None);
        }
        let entry = AuditEntry {
            at: context.clock.now(),
            request_id: Some(request.id),
            turn_id: Some(turn_id),
            chain: query.chain,
            action: "deliver".to_owned(),
            resource: format!("{adapter} {}, while it is written", arrival.peer_id),
            verdict: verdict.effect.name().to_owned(),
            reason: verdict.to_string(),
            digest: None,
        };
        let queue = Arc::new(Queue::default());
        let (done, flushed) = oneshot::channel();
        let stream_id = turn_id.to_string();
        let start = StreamStart {
            stream_id: stream_id.clone(),
            event_id: arrival.event_id.clone(),
            to: arrival.peer_id.clone(),
            thread_id: arrival.thread_id.clone(),
            reply_to_id: Some(arrival.event_id.clone()),
        };
        let growing = match way {
            Way::Stream => None,
            Way::Message => {
                let target = jobs::outbox::Target {
                    to: arrival.peer_id.clone(),
                    thread_id: arrival.thread_id.clone(),
                    reply_to_id: Some(arrival.event_id.clone()),
                };
                let (child, adapter) = (child.clone(), adapter.clone());
                let growing = Growing::open(context, child, adapter, request.id, target).await?;
                let Some(growing) = growing else { return Ok(None) };
                Some(growing)
            }
        };
        let subject = format!("stream:{turn_id}");
        context.ledger.write(move |tx| tx.audit().begin(&entry, Some(&subject))).await?;
        let writer = Writer {
            context: Arc::clone(context),
            child,
            adapter,
            request: request.clone(),
            queue: Arc::clone(&queue),
            start,
        };
        tokio::spawn(async move {
            writer.run(growing).await;
            // Nobody may be left who waits for it.
            let _ = done.send(());
        });
        Ok(Some(Self { stream_id, queue, flushed: Mutex::new(Some(flushed)) }))
    }

    /// More of what the model says, or thinks before.
    pub(super) fn say(&self, is_more_reasoning: bool, delta: &str) {
        let mut pending = self.queue.lock();
        match pending.pieces.back_mut() {
            Some(Piece::Said { is_reasoning, text }) if *is_reasoning == is_more_reasoning => {
                text.push_str(delta);
            }
            _ => pending
                .pieces
                .push_back(Piece::Said { is_reasoning: is_more_reasoning, text: delta.to_owned() }),
        }
        drop(pending);
        self.queue.bell.notify_one();
    }

    pub(super) fn tool(&self, tool_call_id: &str, name: &str, status: ToolProgress) {
        let piece = Piece::Tool(StreamTool {
            stream_id: self.stream_id.clone(),
            tool_call_id: tool_call_id.to_owned(),
            name: name.to_owned(),
            status,
        });
        self.queue.lock().pieces.push_back(piece);
        self.queue.bell.notify_one();
    }

    /// Ends the stream, and waits a moment until the adapter has it all.
    pub(super) async fn flush(&self, context: &Context) {
        self.queue.lock().has_ended = true;
        self.queue.bell.notify_one();
        let flushed = self.flushed.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(flushed) = flushed else { return };
        tokio::select! {
            _ = flushed => {}
            () = context.clock.sleep(FLUSH_MS_MAX) => self.queue.lock().pieces.clear(),
        }
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.queue.lock().has_ended = true;
        self.queue.bell.notify_one();
    }
}

/// Says the pieces to the adapter, one after the other.
struct Writer {
    context: Arc<Context>,
    child: Child,
    adapter: String,
    request: Request,
    queue: Arc<Queue>,
    start: StreamStart,
}

impl Writer {
    async fn run(self, growing: Option<Growing>) {
        let written = match growing {
            Some(growing) => self.grow(growing).await,
            None => self.write().await,
        };
        let outcome = match written {
            Ok(()) => "shown",
            Err(why) => {
                tracing::debug!(adapter = self.adapter, %why, "a reply is no longer shown");
                "broken off"
            }
        };
        let subject = format!("stream:{}", self.start.stream_id);
        let now = self.context.clock.now();
        let ended = self.context.ledger.write(move |tx| tx.audit().end(&subject, now, outcome));
        if let Err(error) = ended.await {
            tracing::warn!(%error, "the end of a stream could not be recorded");
        }
    }

    async fn write(&self) -> Result<(), String> {
        let say = async |method: &str, params| {
            self.child.notify(method, params).await.map_err(|error| error.to_string())
        };
        say("stream.start", json!(self.start)).await?;
        let mut is_checked = true;
        loop {
            let piece = {
                let mut pending = self.queue.lock();
                match pending.pieces.pop_front() {
                    None if pending.has_ended => return Ok(()),
                    piece => piece,
                }
            };
            let Some(piece) = piece else {
                self.queue.bell.notified().await;
                continue;
            };
            match piece {
                Piece::Tool(tool) => {
                    is_checked = false;
                    say("stream.tool", json!(tool)).await?;
                }
                Piece::Said { is_reasoning, text } => {
                    self.check(&mut is_checked).await?;
                    let method = if is_reasoning { "stream.reasoning" } else { "stream.delta" };
                    self.speak(method, &text).await?;
                }
            }
        }
    }

    /// Has the reply grow in a message, at the pace of its medium. The end of it takes the way of
    /// every delivery, so that nothing is shown here once the reply is complete.
    async fn grow(&self, mut growing: Growing) -> Result<(), String> {
        let (mut text, mut shown) = (String::new(), String::new());
        let mut is_checked = true;
        loop {
            if self.take_all(&mut text, &mut is_checked) {
                return Ok(());
            }
            if text.trim().is_empty() || text == shown {
                self.queue.bell.notified().await;
                continue;
            }
            tokio::select! {
                () = self.context.clock.sleep(growing.pause_ms()) => {}
                () = self.ended() => return Ok(()),
            }
            if self.take_all(&mut text, &mut is_checked) {
                return Ok(());
            }
            if self.context.pause.holds_steps() {
                continue;
            }
            self.check(&mut is_checked).await?;
            growing.show(&self.context, &text).await?;
            shown.clone_from(&text);
        }
    }

    /// Adds what has been said by now, and whether that is the end. What was said before a tool was
    /// used is no part of the reply.
    fn take_all(&self, text: &mut String, is_checked: &mut bool) -> bool {
        let mut pending = self.queue.lock();
        for piece in pending.pieces.drain(..) {
            match piece {
                Piece::Said { is_reasoning: true, .. } => {}
                Piece::Said { text: more, .. } => text.push_str(&more),
                Piece::Tool(_) => {
                    *is_checked = false;
                    text.clear();
                }
            }
        }
        pending.has_ended
    }

    async fn ended(&self) {
        while !self.queue.lock().has_ended {
            self.queue.bell.notified().await;
        }
    }

    /// What a tool returned may be nothing for this place: what is said after it is decided anew.
    async fn check(&self, is_checked: &mut bool) -> Result<(), String> {
        if *is_checked {
            return Ok(());
        }
        let decided =
            permit::decide(&self.context, &self.adapter, &self.start.to, Some(&self.request));
        let (_, verdict) = decided.await.map_err(|failure| failure.message)?;
        *is_checked = verdict.effect == Effect::Allow;
        if *is_checked { Ok(()) } else { Err(verdict.to_string()) }
    }

    async fn speak(&self, method: &str, text: &str) -> Result<(), String> {
        let mut rest = text;
        while !rest.is_empty() {
            let mut end = rest.len().min(DELTA_BYTES_MAX);
            while !rest.is_char_boundary(end) {
                end -= 1;
            }
            let (now, later) = rest.split_at(end);
            let stream_id = self.start.stream_id.clone();
            let delta = StreamDelta { stream_id, text: now.to_owned() };
            self.child.notify(method, json!(delta)).await.map_err(|error| error.to_string())?;
            rest = later;
        }
        Ok(())
    }
}
