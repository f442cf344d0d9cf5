//! Framing A: hello, then requests, responses and events.

mod call;
mod hello;

use std::sync::Arc;

use nexus_domain::Failure;
use nexus_domain::id::{Position, SessionKey};
use nexus_protocol::Method;
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::frame::{Shutdown, StateVersion};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use self::call::{Done, IN_FLIGHT_RETRY_MS, RUNS_MAX};
use super::Peer;
use super::door::Shared;
use super::encode::{self, Place};
use super::line::{Farewell, Framing, Line, NO_EVENTS};
use super::make;
use super::pulse::Beat;
use super::socket::{Socket, check_answer};
use super::subscription::{self, Feed};
use crate::authorize::Caller;
use crate::bus::{Filter, Item, Sessions};
use crate::dispatch::Answer;

/// A client at the door.
pub(super) struct Arrived {
    pub(super) peer: Peer,
    /// Who it is by its cookie, if it has one.
    pub(super) cookie_caller: Option<Caller>,
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
    let connection_id = greeted.connection_id;
    tracing::debug!(connection = %connection_id, address = %peer.address, "a client came in");
    let presence_key = greeted.presence_key.clone();
    let mut framing = Frames {
        presence_key: greeted.presence_key,
        told: greeted.told,
        following: Following::Nothing,
        n_in_flight: 0,
        n_runs: 0,
        seq: 0,
    };
    let line = Line::new(shared.clone(), socket, Arc::new(greeted.caller), connection_id);
    line.serve(&mut framing).await;
    shared.context.presence.leave(&presence_key, connection_id, shared.context.clock.now());
    drop(peer);
}

/// Which events a client gets.
enum Following {
    /// Only what everybody gets.
    Nothing,
    /// What happens in the sessions it opened.
    Opened(Sessions),
    /// What it asked for.
    Subscribed,
}

/// What framing A remembers of a client.
struct Frames {
    presence_key: String,
    /// What the client knows of presence and health.
    told: StateVersion,
    following: Following,
    /// Calls without their first answer.
    n_in_flight: usize,
    /// Runs without their last answer.
    n_runs: usize,
    seq: u64,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Framing<S> for Frames {
    type Done = Done;

    fn take_text(&mut self, line: &mut Line<S, Done>, text: &str) {
        let shared = Arc::clone(&line.shared);
        let request = match call::read(text, &|| make::fresh_key(&shared)) {
            Ok(request) => request,
            Err(refused) => {
                line.socket.push(encode::failed(&refused.id, &refused.failure));
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
            line.socket.push(encode::failed(&request.id, &failure));
            return;
        }
        self.n_in_flight += 1;
        if let Some(session_key) = request.opens(&line.caller) {
            self.open(line, session_key);
        }
        line.running.push(call::start(line.shared.clone(), line.caller.clone(), request));
    }

    fn take_bytes(&mut self, line: &mut Line<S, Done>) {
        let failure = Failure::invalid("a frame is JSON text, not bytes");
        line.socket.push(encode::failed("invalid", &failure));
    }

    /// Sends what a call came to.
    fn settle(&mut self, line: &mut Line<S, Done>, done: Done) {
        let frame = match done {
            Done::First { id, outcome } => {
                self.n_in_flight -= 1;
                match outcome {
                    Ok(Answer::Once(payload)) => answered(&id, &payload),
                    Ok(Answer::Twice(payload, last)) => {
                        self.n_runs += 1;
                        line.running.push(call::await_last(id.clone(), last));
                        encode::ok(&id, &payload)
                    }
                    Ok(Answer::Subscribe(params)) => self.subscribe(line, &id, params),
                    Err(failure) => encode::failed(&id, &failure),
                }
            }
            Done::Last { id, outcome } => {
                self.n_runs -= 1;
                match outcome {
                    Ok(payload) => answered(&id, &payload),
                    Err(failure) => encode::failed(&id, &failure),
                }
            }
        };
        line.socket.push(frame);
    }

    fn send_items(&mut self, line: &mut Line<S, Done>, items: &[Item]) {
        for item in items {
            self.seq += 1;
            line.socket.push(subscription::frame(item, self.seq));
        }
    }

    fn hear(&mut self, line: &mut Line<S, Done>, beat: &Beat, has_ticked: bool) {
        let version = beat.version;
        let place = Place { version: Some(version), ..Place::default() };
        if self.told.presence != version.presence {
            self.send_event(line, "presence", &beat.presence_json, place);
        }
        if self.told.health != version.health {
            self.send_event(line, "health", &beat.health_json, place);
        }
        self.told = version;
        if has_ticked {
            let now = line.shared.context.clock.now();
            line.shared.context.presence.touch(&self.presence_key, now);
            self.send_event(line, "tick", &format!(r#"{{"ts":{}}}"#, now.0), Place::default());
        }
    }

    fn look_at_authority(
        &mut self,
        line: &mut Line<S, Done>,
        may_follow: bool,
    ) -> Option<Farewell> {
        match self.following {
            Following::Subscribed if !may_follow => {
                return Some(Farewell::new(CloseCode::Policy, NO_EVENTS));
            }
            Following::Opened(_) if !may_follow => {
                line.feed = None;
                self.following = Following::Nothing;
            }
            _ => {}
        }
        None
    }

    fn n_in_flight(&self) -> usize {
        self.n_in_flight
    }

    fn part(&mut self, line: &mut Line<S, Done>) -> Farewell {
        let shutdown = &line.shared.context.shutdown;
        let payload = Shutdown {
            reason: shutdown.reason().to_owned(),
            restart_expected_ms: shutdown.restart_expected_ms(),
        };
        let payload = encode::json(&payload);
        self.send_event(line, "shutdown", &payload, Place::default());
        Farewell::new(CloseCode::Restart, "the daemon stops")
    }
}

impl Frames {
    /// A second subscription replaces the first.
    fn subscribe<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        line: &mut Line<S, Done>,
        id: &str,
        params: SubscribeParams,
    ) -> String {
        // Decided when the call was made; what is in force may have changed since.
        if !line.may(Method::EventsSubscribe) {
            return encode::failed(id, &Failure::denied(NO_EVENTS));
        }
        let context = &line.shared.context;
        let begun = subscription::begin(context, &line.caller, params).and_then(|(sub, result)| {
            serde_json::to_string(&result).map_err(Failure::internal).map(|text| (sub, text))
        });
        match begun {
            Ok((subscription, payload)) => {
                self.following = Following::Subscribed;
                line.feed = Some(Feed::new(context.ledger.clone(), subscription));
                encode::ok(id, &payload)
            }
            Err(failure) => encode::failed(id, &failure),
        }
    }

    /// A client that has not said what it wants gets what happens in the sessions it opens, as far
    /// as it may follow events at all.
    fn open<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        line: &mut Line<S, Done>,
        session_key: SessionKey,
    ) {
        match &self.following {
            Following::Subscribed => {}
            Following::Opened(sessions) => sessions.add(session_key),
            Following::Nothing if line.may(Method::EventsSubscribe) => {
                let sessions = Sessions::default();
                sessions.add(session_key);
                let filter = Filter::of_sessions(sessions.clone()).seen_with(&line.caller.scopes);
                let context = &line.shared.context;
                let after: Position = context.ledger.position();
                let subscription = context.bus.subscribe(filter, after);
                line.feed = Some(Feed::new(context.ledger.clone(), subscription));
                self.following = Following::Opened(sessions);
            }
            Following::Nothing => {}
        }
    }

    fn send_event<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        line: &mut Line<S, Done>,
        kind: &str,
        payload: &str,
        place: Place,
    ) {
        self.seq += 1;
        line.socket.push(encode::event(kind, payload, self.seq, place));
    }
}

/// What a call came to, if it can be sent.
fn answered(id: &str, payload: &str) -> String {
    match check_answer(payload) {
        Ok(()) => encode::ok(id, payload),
        Err(failure) => encode::failed(id, &failure),
    }
}
