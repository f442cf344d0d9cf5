//! An open WebSocket with all that the framings on it share. A single task reads, answers and
//! sends, so that nothing has to be locked; calls run side by side in it.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use nexus_domain::id::ConnectionId;
use nexus_ledger::LedgerError;
use nexus_protocol::Method;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::door::Shared;
use super::metrics::Open;
use super::pulse::Beat;
use super::socket::{Socket, Step};
use super::subscription::Feed;
use crate::authorize::{Caller, may_follow};
use crate::bus::Item;

/// Time for calls in hand to be answered after a drain began, in milliseconds.
const FINISH_MS_MAX: u64 = 2_000;
/// Ticks without the client taking anything after which it is cut.
const STALLED_TICKS_MAX: u32 = 2;

/// Said to a client that may not follow events any more.
pub(super) const NO_EVENTS: &str = "you may no longer follow events";

/// Why a connection ends, as the client is told.
pub(super) struct Farewell {
    pub(super) code: CloseCode,
    pub(super) reason: String,
}

impl Farewell {
    pub(super) fn new(code: CloseCode, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// What one framing does with what comes over a line.
pub(super) trait Framing<S>: Sized {
    /// What a call on its way comes to.
    type Done: Send + 'static;

    /// A frame of text came.
    fn take_text(&mut self, line: &mut Line<S, Self::Done>, text: &str);
    /// A frame of bytes came, which nobody here reads.
    fn take_bytes(&mut self, line: &mut Line<S, Self::Done>);
    /// A call has come to something.
    fn settle(&mut self, line: &mut Line<S, Self::Done>, done: Self::Done);
    /// Events came that the feed is for.
    fn send_items(&mut self, line: &mut Line<S, Self::Done>, items: &[Item]);
    /// Presence or health changed, or a tick has passed.
    fn hear(&mut self, line: &mut Line<S, Self::Done>, beat: &Beat, has_ticked: bool);
    /// What is in force has changed. Whoever asked for events and may no longer follow them is sent
    /// away; who only gets some besides gets no more.
    fn look_at_authority(
        &mut self,
        line: &mut Line<S, Self::Done>,
        may_follow: bool,
    ) -> Option<Farewell>;
    /// Calls without their first answer; a stop waits for them for a moment.
    fn n_in_flight(&self) -> usize;
    /// What is said last when the daemon stops.
    fn part(&mut self, line: &mut Line<S, Self::Done>) -> Farewell;
}

/// An open WebSocket with what its framing works on.
pub(super) struct Line<S, D> {
    pub(super) shared: Arc<Shared>,
    pub(super) socket: Box<Socket<S>>,
    pub(super) caller: Arc<Caller>,
    pub(super) connection_id: ConnectionId,
    /// Events for the client, while it is to have any.
    pub(super) feed: Option<Feed>,
    /// Calls on their way.
    pub(super) running: FuturesUnordered<BoxFuture<'static, D>>,
    /// The next beat, kept between polls: there is one for every client.
    beat: BoxFuture<'static, watch::Receiver<Beat>>,
    n_ticks_told: u64,
    n_wakes_told: u64,
    /// What was heard of the client when it was pinged after the machine woke up, until it has to
    /// have answered.
    n_heard_asleep: Option<u64>,
    /// Tells when what is in force has changed.
    epochs: watch::Receiver<u64>,
    progress_seen: u64,
    n_ticks_stalled: u32,
    _open: Open,
}

/// What woke a line.
enum Woken<D> {
    Stopping,
    Epoch,
    Done(D),
    Step(Step),
    Items(Result<Vec<Item>, LedgerError>),
    Beat(watch::Receiver<Beat>),
}

impl<S: AsyncRead + AsyncWrite + Unpin, D: Send + 'static> Line<S, D> {
    /// Begins with a client that was let in. Boxed, because a task keeps a place for each value that
    /// moves through it, and there is a task for every client.
    pub(super) fn new(
        shared: Arc<Shared>,
        socket: Box<Socket<S>>,
        caller: Arc<Caller>,
        connection_id: ConnectionId,
    ) -> Box<Self> {
        let mut epochs = shared.context.iam.epochs();
        // What was in force when the client was let in may be out of date by now.
        epochs.mark_changed();
        let (n_ticks_told, n_wakes_told) = {
            let beat = shared.beat.borrow();
            (beat.n_ticks, beat.n_wakes)
        };
        Box::new(Self {
            beat: listen(shared.beat.subscribe()),
            n_ticks_told,
            n_wakes_told,
            n_heard_asleep: None,
            socket,
            caller,
            connection_id,
            feed: None,
            running: FuturesUnordered::new(),
            epochs,
            progress_seen: 0,
            n_ticks_stalled: 0,
            _open: shared.metrics.socket(),
            shared,
        })
    }

    /// Serves a client until it leaves, misbehaves or the daemon stops, and says goodbye.
    pub(super) async fn serve(mut self: Box<Self>, framing: &mut impl Framing<S, Done = D>) {
        let farewell = self.work(framing).await;
        let Self { shared, socket, connection_id, running, .. } = *self;
        drop(running);
        if let Some(farewell) = farewell {
            let reason = &farewell.reason;
            tracing::debug!(connection = %connection_id, reason, "a client is sent away");
            socket.close(&*shared.context.clock, farewell.code, reason).await;
        }
    }

    /// Works until the end; `None` when the client has gone by itself.
    async fn work(&mut self, framing: &mut impl Framing<S, Done = D>) -> Option<Farewell> {
        let context = self.shared.context.clone();
        let mut stopping = Box::pin(async move { context.shutdown.begun().await });
        loop {
            let has_room = self.socket.has_room();
            // Answers first, then input, then events: answers to calls that came together leave
            // together, because the socket writes only when there is nothing more to read.
            let woken = tokio::select! {
                biased;
                () = &mut stopping => Woken::Stopping,
                // Before anything is sent: authority that is gone is gone for what waits, too.
                Ok(()) = self.epochs.changed() => Woken::Epoch,
                Some(done) = self.running.next(), if has_room => Woken::Done(done),
                step = self.socket.step() => Woken::Step(step),
                items = next_items(&mut self.feed), if has_room => Woken::Items(items),
                beat = &mut self.beat => Woken::Beat(beat),
            };
            let farewell = match woken {
                Woken::Stopping => return self.finish(framing).await,
                Woken::Epoch => self.look_at_authority(framing),
                Woken::Done(done) => {
                    framing.settle(self, done);
                    None
                }
                Woken::Step(Step::Gone) => return None,
                Woken::Step(step) => self.take(framing, step),
                Woken::Items(items) => self.pass_on(framing, items),
                Woken::Beat(beat) => self.hear(framing, beat),
            };
            if farewell.is_some() {
                return farewell;
            }
            if self.socket.is_over_limit() {
                return Some(self.cut_slow_consumer());
            }
        }
    }

    /// Whether the caller may, as things stand now.
    pub(super) fn may(&self, method: Method) -> bool {
        may_follow(&self.shared.context, &self.caller, method)
    }

    /// Cuts off a client that lost its authority: to see the daemon at all, or to follow events.
    fn look_at_authority(&mut self, framing: &mut impl Framing<S, Done = D>) -> Option<Farewell> {
        let farewell = match self.may(Method::Health) {
            false => Some(Farewell::new(CloseCode::Policy, "your authority was taken back")),
            true => {
                let may_follow = self.may(Method::EventsSubscribe);
                framing.look_at_authority(self, may_follow)
            }
        };
        if let Some(farewell) = &farewell {
            let reason = &farewell.reason;
            tracing::info!(connection = %self.connection_id, reason, "a client is cut");
        }
        farewell
    }

    fn take(&mut self, framing: &mut impl Framing<S, Done = D>, step: Step) -> Option<Farewell> {
        match step {
            Step::Text(text) => framing.take_text(self, &text),
            Step::Binary => framing.take_bytes(self),
            Step::TooLarge => {
                let limit = nexus_protocol::PAYLOAD_BYTES_MAX;
                let reason = format!("a frame has at most {limit} bytes");
                return Some(Farewell::new(CloseCode::Size, reason));
            }
            Step::Drained | Step::Gone => {}
        }
        None
    }

    fn pass_on(
        &mut self,
        framing: &mut impl Framing<S, Done = D>,
        items: Result<Vec<Item>, LedgerError>,
    ) -> Option<Farewell> {
        match items {
            Ok(items) => {
                self.shared.metrics.events_sent(items.len() as u64);
                framing.send_items(self, &items);
                None
            }
            Err(error) => {
                tracing::error!(%error, connection = %self.connection_id, "events cannot be read");
                let reason = "the ledger cannot be read; see `nexus db check`";
                Some(Farewell::new(CloseCode::Error, reason))
            }
        }
    }

    /// Tells what changed since the last beat, and looks whether the client still reads.
    fn hear(
        &mut self,
        framing: &mut impl Framing<S, Done = D>,
        mut receiver: watch::Receiver<Beat>,
    ) -> Option<Farewell> {
        let beat = receiver.borrow_and_update().clone();
        self.beat = listen(receiver);
        let has_ticked = self.n_ticks_told != beat.n_ticks;
        self.n_ticks_told = beat.n_ticks;
        if has_ticked && self.is_stalled() {
            return Some(self.cut_slow_consumer());
        }
        framing.hear(self, &beat, has_ticked);
        let is_judged = beat.n_answered == self.n_wakes_told;
        if let Some(n_heard) = self.n_heard_asleep.take_if(|_| is_judged)
            && n_heard == self.socket.n_heard()
        {
            tracing::info!(connection = %self.connection_id, "a client did not outlive a sleep");
            self.socket.drop_queue();
            return Some(Farewell::new(CloseCode::Away, "no answer after the machine woke up"));
        }
        if beat.n_wakes != self.n_wakes_told {
            self.n_wakes_told = beat.n_wakes;
            self.n_heard_asleep = Some(self.socket.n_heard());
            self.socket.ping();
        }
        None
    }

    fn is_stalled(&mut self) -> bool {
        let (progress, is_waiting) = self.socket.progress();
        let is_stuck = is_waiting && progress == self.progress_seen;
        self.progress_seen = progress;
        self.n_ticks_stalled = if is_stuck { self.n_ticks_stalled + 1 } else { 0 };
        self.n_ticks_stalled >= STALLED_TICKS_MAX
    }

    fn cut_slow_consumer(&mut self) -> Farewell {
        tracing::info!(connection = %self.connection_id, "a client does not read and is cut");
        self.shared.metrics.slow_consumer();
        self.socket.drop_queue();
        Farewell::new(CloseCode::Policy, "slow consumer")
    }

    /// Answers what is in hand, then says goodbye.
    async fn finish(&mut self, framing: &mut impl Framing<S, Done = D>) -> Option<Farewell> {
        let mut deadline = self.shared.context.clock.sleep(FINISH_MS_MAX);
        while framing.n_in_flight() > 0 {
            tokio::select! {
                biased;
                Some(done) = self.running.next() => framing.settle(self, done),
                () = &mut deadline => break,
                step = self.socket.step() => if matches!(step, Step::Gone) {
                    return None;
                },
            }
        }
        Some(framing.part(self))
    }
}

async fn next_items(feed: &mut Option<Feed>) -> Result<Vec<Item>, LedgerError> {
    match feed {
        Some(feed) => feed.next().await,
        None => std::future::pending().await,
    }
}

fn listen(mut receiver: watch::Receiver<Beat>) -> BoxFuture<'static, watch::Receiver<Beat>> {
    Box::pin(async move {
        if receiver.changed().await.is_err() {
            // The pulse outlives every connection; if it ever did not, nothing more is told.
            std::future::pending::<()>().await;
        }
        receiver
    })
}
