//! Framing B: JSON-RPC 2.0 over a WebSocket that belongs to one client's runs. Its own calls are
//! codecs over rows of the method table; every row can be called under its wire name as well.

mod desk;
mod knock;
mod run;
mod tell;

use std::sync::Arc;

use nexus_domain::Failure;
use nexus_domain::id::ConnectionId;
use nexus_protocol::agent_socket::PING_INTERVAL_MS;
use nexus_protocol::jsonrpc::{self as rpc, Incoming, RpcError};
use nexus_protocol::{IN_FLIGHT_MAX, TICK_INTERVAL_MS};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use self::desk::Desk;
use super::Peer;
use super::door::Shared;
use super::jsonrpc;
use super::line::{Farewell, Framing, Line, NO_EVENTS};
use super::pulse::Beat;
use super::socket::{Socket, check_answer};
use super::subscription::Feed;
use crate::authorize::Caller;
use crate::bus::{Filter, Item};

pub(super) use knock::upgrade;

/// Ticks between two pings.
const PING_TICKS: u64 = PING_INTERVAL_MS / TICK_INTERVAL_MS;
/// When a client that has too much in flight may try again, in milliseconds.
const IN_FLIGHT_RETRY_MS: u64 = 100;

/// Serves one client until it leaves, misbehaves or the daemon stops. Its runs end with it.
async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    shared: Arc<Shared>,
    mut socket: Box<Socket<S>>,
    peer: Peer,
    caller: Caller,
) {
    let clock = &shared.context.clock;
    let client_id = ConnectionId::from_parts(clock.now(), clock.entropy());
    tracing::debug!(connection = %client_id, address = %peer.address, "an agent client came in");
    let caller = Arc::new(caller);
    let desk = Arc::new(Desk::new(Arc::clone(&shared), Arc::clone(&caller)));
    // However this ends.
    let _gone = desk.gone.clone().drop_guard();
    socket.trust();
    let facts = json!({ "clientId": client_id, "version": env!("CARGO_PKG_VERSION") });
    socket.push(rpc::notification("connected", &facts.to_string()));
    let mut frames = Frames { desk, n_in_flight: 0 };
    Line::new(shared, socket, caller, client_id).serve(&mut frames).await;
    drop(peer);
}

/// What framing B remembers of a client, beside its desk.
struct Frames {
    desk: Arc<Desk>,
    /// Frames without their reply.
    n_in_flight: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Framing<S> for Frames {
    /// The reply to a frame; none for notifications.
    type Done = Option<String>;

    fn take_text(&mut self, line: &mut Line<S, Self::Done>, text: &str) {
        let incoming = rpc::read(text.as_bytes());
        let is_too_much = self.n_in_flight >= IN_FLIGHT_MAX;
        if !is_too_much && wants_events(&incoming) {
            self.follow(line);
        }
        self.n_in_flight += 1;
        let desk = Arc::clone(&self.desk);
        line.running.push(Box::pin(async move {
            let reply = jsonrpc::reply_to(incoming, |call| match is_too_much {
                true => Box::pin(std::future::ready(Err(overloaded()))),
                false => Box::pin(make(Arc::clone(&desk), call)),
            });
            reply.await.map(|reply| reply.text)
        }));
    }

    fn take_bytes(&mut self, line: &mut Line<S, Self::Done>) {
        let error = RpcError::new(rpc::PARSE_ERROR, "a frame is JSON text, not bytes");
        line.socket.push(rpc::response(&rpc::Id::Null, Err(&error)));
    }

    fn settle(&mut self, line: &mut Line<S, Self::Done>, reply: Self::Done) {
        self.n_in_flight -= 1;
        self.desk.take_asides().into_iter().for_each(|aside| line.socket.push(aside));
        if let Some(reply) = reply {
            line.socket.push(reply);
        }
        if self.n_in_flight == 0 && self.desk.is_idle() {
            line.feed = None;
        }
    }

    fn send_items(&mut self, line: &mut Line<S, Self::Done>, items: &[Item]) {
        for item in items {
            for notification in self.desk.tell(item) {
                line.socket.push(notification);
            }
            self.desk.has_passed(item);
        }
        self.desk.take_asides().into_iter().for_each(|aside| line.socket.push(aside));
    }

    fn hear(&mut self, line: &mut Line<S, Self::Done>, beat: &Beat, has_ticked: bool) {
        if has_ticked && beat.n_ticks.is_multiple_of(PING_TICKS) {
            line.socket.ping();
        }
    }

    fn look_at_authority(
        &mut self,
        _line: &mut Line<S, Self::Done>,
        may_follow: bool,
    ) -> Option<Farewell> {
        self.desk.set_may_follow(may_follow);
        (!may_follow && self.desk.is_subscribed())
            .then(|| Farewell::new(CloseCode::Policy, NO_EVENTS))
    }

    fn n_in_flight(&self) -> usize {
        self.n_in_flight
    }

    fn part(&mut self, _line: &mut Line<S, Self::Done>) -> Farewell {
        Farewell::new(CloseCode::Away, "the daemon stops")
    }
}

impl Frames {
    /// Looks at events from now on. Which of them are told is decided one by one.
    fn follow<S: AsyncRead + AsyncWrite + Unpin>(&self, line: &mut Line<S, Option<String>>) {
        if line.feed.is_some() {
            return;
        }
        let context = &line.shared.context;
        let filter = Filter::all().with_transient_of(self.desk.sessions.clone());
        let subscription = context.bus.subscribe(filter, context.ledger.position());
        line.feed = Some(Feed::new(context.ledger.clone(), subscription));
    }
}

/// Makes a call, and sees to it that its result can be sent.
async fn make(desk: Arc<Desk>, call: rpc::Call) -> Result<String, RpcError> {
    let result = desk::make(desk, call).await?;
    check_answer(&result).map_err(|failure| RpcError::from(&failure))?;
    Ok(result)
}

/// Whether a call is among them that is followed by events.
fn wants_events(incoming: &Incoming) -> bool {
    let calls = match incoming {
        Incoming::One(call) => std::slice::from_ref(call),
        Incoming::Many(calls) => calls.as_slice(),
    };
    let wants = |method: &str| matches!(method, "agent.run" | "notify.subscribe");
    calls.iter().any(|call| call.as_ref().is_ok_and(|call| wants(&call.method)))
}

fn overloaded() -> RpcError {
    let failure = Failure::overloaded(
        "too many frames of this connection are unanswered",
        IN_FLIGHT_RETRY_MS,
    );
    RpcError::from(&failure.hint("wait for answers before you send more"))
}
