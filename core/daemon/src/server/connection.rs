//! Framing A: one client on a WebSocket. A single task reads, answers and sends, so that nothing
//! has to be locked; calls run side by side in it.

mod call;
mod hello;

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use nexus_domain::Failure;
use nexus_domain::id::ConnectionId;
use nexus_protocol::Method;
use nexus_protocol::frame::StateVersion;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use self::call::{Done, IN_FLIGHT_RETRY_MS, RUNS_MAX};
use super::Peer;
use super::door::Shared;
use super::encode::{self, Place};
use super::metrics::Open;
use super::pulse::Beat;
use super::socket::{Socket, Step};
use super::subscription::{self, Feed};
use crate::authorize::{Caller, may_follow};
use crate::dispatch::Answer;

/// Time for calls in hand to be answered after a drain began, in milliseconds.
const FINISH_MS_MAX: u64 = 2_000;
/// Ticks without the client taking anything after which it is cut.
const STALLED_TICKS_MAX: u32 = 2;

/// Said to a client that may not follow events any more.
pub(super) const NO_EVENTS: &str = "you may no longer follow events";

/// A client at the door.
pub(super) struct Arrived {
    pub(super) peer: Peer,
    /// Who it is by its cookie, if it has one.
    pub(super) cookie_caller: Option<Caller>,
}

/// Why a connection ends, as the client is told.
struct Farewell {
    code: CloseCode,
    reason: String,
}

impl Farewell {
    fn new(code: CloseCode, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// Serves one client until it leaves, misbehaves or the daemon stops.
pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    shared: Arc<Shared>,
    mut socket: Box<Socket<S>>,
    arrived: Arrived,
) {
    let Arrived { peer, cookie_caller } = arrived;
    let handshake = hello::shake(&shared, &mut socket, &peer, cookie_caller);
    let greeted = match Box::pin(handshake).await {
        Ok(Some(greeted)) => greeted,
        Ok(None) => return,
        Err(farewell) => {
            socket.close(&*shared.context.clock, farewell.code, &farewell.reason).await;
            return;
        }
    };
    let span_id = greeted.connection_id;
    tracing::debug!(connection = %span_id, address = %peer.address, "a client came in");
    let presence_key = greeted.presence_key.clone();
    let mut epochs = shared.context.iam.epochs();
    // What was in force at the hello may be out of date by now.
    epochs.mark_changed();
    let mut connection = Connection {
        beat: listen(shared.beat.subscribe()),
        told: greeted.told,
        n_ticks_told: shared.beat.borrow().n_ticks,
        caller: Arc::new(greeted.caller),
        connection_id: greeted.connection_id,
        presence_key: greeted.presence_key,
        socket,
        feed: None,
        epochs,
        running: FuturesUnordered::new(),
        n_in_flight: 0,
        n_runs: 0,
        seq: 0,
        progress_seen: 0,
        n_ticks_stalled: 0,
        _open: shared.metrics.socket(),
        shared: shared.clone(),
    };
    let farewell = connection.serve().await;
    let socket = connection.socket;
    shared.context.presence.leave(&presence_key, shared.context.clock.now());
    if let Some(farewell) = farewell {
        tracing::debug!(connection = %span_id, reason = farewell.reason, "a client is sent away");
        socket.close(&*shared.context.clock, farewell.code, &farewell.reason).await;
    }
    drop(peer);
}

struct Connection<S> {
    shared: Arc<Shared>,
    socket: Box<Socket<S>>,
    caller: Arc<Caller>,
    connection_id: ConnectionId,
    presence_key: String,
    /// The next beat, kept between polls: there is one for every client.
    beat: BoxFuture<'static, watch::Receiver<Beat>>,
    /// What the client knows of presence and health.
    told: StateVersion,
    n_ticks_told: u64,
    feed: Option<Feed>,
    /// Tells when what is in force has changed.
    epochs: watch::Receiver<u64>,
    running: FuturesUnordered<BoxFuture<'static, Done>>,
    /// Calls without their first answer.
    n_in_flight: usize,
    /// Runs without their last answer.
    n_runs: usize,
    seq: u64,
    progress_seen: u64,
    n_ticks_stalled: u32,
    _open: Open,
}

/// What woke a connection.
enum Woken {
    Stopping,
    Epoch,
    Done(Done),
    Step(Step),
    Items(Result<Vec<crate::bus::Item>, nexus_ledger::LedgerError>),
    Beat(watch::Receiver<Beat>),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Serves until the end; `None` when the client has gone by itself.
    async fn serve(&mut self) -> Option<Farewell> {
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
                Woken::Stopping => return self.finish().await,
                Woken::Epoch => self.look_at_authority(),
                Woken::Done(done) => self.settle(done),
                Woken::Step(Step::Gone) => return None,
                Woken::Step(step) => self.take(step),
                Woken::Items(items) => self.send_items(items),
                Woken::Beat(beat) => self.hear(beat),
            };
            if farewell.is_some() {
                return farewell;
            }
            if self.socket.is_over_limit() {
                return Some(self.cut_slow_consumer());
            }
        }
    }

    /// Cuts off a client that lost its authority: to see the daemon at all, or to follow events.
    fn look_at_authority(&self) -> Option<Farewell> {
        let reason = match (self.may(Method::Health), &self.feed) {
            (false, _) => "your authority was taken back",
            (true, Some(_)) if !self.may(Method::EventsSubscribe) => NO_EVENTS,
            (true, _) => return None,
        };
        tracing::info!(connection = %self.connection_id, reason, "a client is cut");
        Some(Farewell::new(CloseCode::Policy, reason))
    }

    fn may(&self, method: Method) -> bool {
        may_follow(&self.shared.context, &self.caller, method)
    }

    fn take(&mut self, step: Step) -> Option<Farewell> {
        match step {
            Step::Text(text) => self.take_text(&text),
            Step::Binary => {
                let failure = Failure::invalid("a frame is JSON text, not bytes");
                self.socket.push(encode::failed("invalid", &failure));
            }
            Step::TooLarge => {
                let limit = nexus_protocol::PAYLOAD_BYTES_MAX;
                let reason = format!("a frame has at most {limit} bytes");
                return Some(Farewell::new(CloseCode::Size, reason));
            }
            Step::Drained | Step::Gone => {}
        }
        None
    }

    fn take_text(&mut self, text: &str) {
        let request = match call::read(text) {
            Ok(request) => request,
            Err(refused) => {
                self.socket.push(encode::failed(&refused.id, &refused.failure));
                return;
            }
        };
        let has_many_runs = request.is_run() && self.n_runs >= RUNS_MAX;
        if has_many_runs || self.n_in_flight >= nexus_protocol::IN_FLIGHT_MAX {
            let failure = Failure::overloaded(
                "too many calls of this connection are unanswered",
                IN_FLIGHT_RETRY_MS,
            )
            .hint("wait for answers before you send more");
            self.socket.push(encode::failed(&request.id, &failure));
            return;
        }
        self.n_in_flight += 1;
        self.running.push(call::start(self.shared.clone(), self.caller.clone(), request));
    }

    /// Sends what a call came to.
    fn settle(&mut self, done: Done) -> Option<Farewell> {
        let frame = match done {
            Done::First { id, outcome } => {
                self.n_in_flight -= 1;
                match outcome {
                    Ok(Answer::Once(payload)) => encode::ok(&id, &payload),
                    Ok(Answer::Twice(payload, last)) => {
                        self.n_runs += 1;
                        self.running.push(call::await_last(id.clone(), last));
                        encode::ok(&id, &payload)
                    }
                    Ok(Answer::Subscribe(params)) => self.subscribe(&id, params),
                    Err(failure) => encode::failed(&id, &failure),
                }
            }
            Done::Last { id, outcome } => {
                self.n_runs -= 1;
                match outcome {
                    Ok(payload) => encode::ok(&id, &payload),
                    Err(failure) => encode::failed(&id, &failure),
                }
            }
        };
        self.socket.push(frame);
        None
    }

    /// A second subscription replaces the first.
    fn subscribe(&mut self, id: &str, params: nexus_protocol::event::SubscribeParams) -> String {
        // Decided when the call was made; what is in force may have changed since.
        if !self.may(Method::EventsSubscribe) {
            return encode::failed(id, &Failure::denied(NO_EVENTS));
        }
        let begun = subscription::begin(&self.shared.context, params).and_then(|(sub, result)| {
            serde_json::to_string(&result).map_err(Failure::internal).map(|text| (sub, text))
        });
        match begun {
            Ok((subscription, payload)) => {
                self.feed = Some(Feed::new(self.shared.context.ledger.clone(), subscription));
                encode::ok(id, &payload)
            }
            Err(failure) => encode::failed(id, &failure),
        }
    }

    fn send_items(
        &mut self,
        items: Result<Vec<crate::bus::Item>, nexus_ledger::LedgerError>,
    ) -> Option<Farewell> {
        match items {
            Ok(items) => {
                self.shared.metrics.events_sent(items.len() as u64);
                for item in &items {
                    self.seq += 1;
                    self.socket.push(subscription::frame(item, self.seq));
                }
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
    fn hear(&mut self, mut receiver: watch::Receiver<Beat>) -> Option<Farewell> {
        let beat = receiver.borrow_and_update().clone();
        self.beat = listen(receiver);
        let version = beat.version;
        let place = Place { version: Some(version), ..Place::default() };
        if self.told.presence != version.presence {
            self.send_event("presence", &beat.presence_json, place);
        }
        if self.told.health != version.health {
            self.send_event("health", &beat.health_json, place);
        }
        self.told = version;
        if self.n_ticks_told == beat.n_ticks {
            return None;
        }
        self.n_ticks_told = beat.n_ticks;
        let now = self.shared.context.clock.now();
        self.shared.context.presence.touch(&self.presence_key, now);
        if self.is_stalled() {
            return Some(self.cut_slow_consumer());
        }
        self.send_event("tick", &format!(r#"{{"ts":{}}}"#, now.0), Place::default());
        None
    }

    fn send_event(&mut self, kind: &str, payload: &str, place: Place) {
        self.seq += 1;
        self.socket.push(encode::event(kind, payload, self.seq, place));
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
    async fn finish(&mut self) -> Option<Farewell> {
        let mut deadline = self.shared.context.clock.sleep(FINISH_MS_MAX);
        while self.n_in_flight > 0 {
            tokio::select! {
                biased;
                Some(done) = self.running.next() => {
                    self.settle(done);
                }
                () = &mut deadline => break,
                step = self.socket.step() => if matches!(step, Step::Gone) {
                    return None;
                },
            }
        }
        let reason = self.shared.context.shutdown.reason().to_owned();
        let payload = serde_json::json!({ "reason": reason }).to_string();
        self.send_event("shutdown", &payload, Place::default());
        Some(Farewell::new(CloseCode::Restart, "the daemon stops"))
    }
}

async fn next_items(
    feed: &mut Option<Feed>,
) -> Result<Vec<crate::bus::Item>, nexus_ledger::LedgerError> {
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
