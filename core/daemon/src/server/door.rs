//! What all connections share, and the one door: what was shown becomes a caller here, whichever
//! way it came.

mod browser;
mod hello;
pub(super) mod shown;

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, Uri};
use nexus_domain::principal::Principal;
use nexus_domain::{Failure, Timestamp};
use secrecy::ExposeSecret as _;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::Peer;
use super::cookie;
use super::login::{SESSION_TTL_MS, Session, session_digest};
use super::metrics::Metrics;
use super::pulse::{self, Beat};
use super::throttle::Throttle;
use crate::authorize::{Caller, DoorEvent, audit_connection, audit_door};
use crate::context::Context;
use crate::dispatch::Dispatcher;
use crate::ways::{self, Basis};
use shown::Shown;

/// What all connections share.
pub(super) struct Shared {
    pub(super) context: Arc<Context>,
    pub(super) dispatcher: Dispatcher,
    /// The person this installation belongs to: today everybody who is known is that person.
    pub(super) owner: Caller,
    pub(super) metrics: Metrics,
    /// Ticks, presence and health for every client.
    pub(super) beat: watch::Sender<Beat>,
    pub(super) throttle: Throttle,
    /// Everything that runs for a connection, so that a drain can wait for it.
    pub(super) tasks: TaskTracker,
}

/// Who a request comes from, by its headers.
#[derive(Clone, Debug)]
pub(super) enum Visitor {
    /// Somebody known, and the cookie to send along if it is due for renewal.
    Known(Caller, Option<HeaderValue>),
    /// It showed a credential, and that is wrong.
    Wrong,
    /// It showed the cookie of a browser where that alone opens nothing.
    Unproved,
    /// It showed nothing.
    Nobody,
}

/// Somebody known who wants a WebSocket.
pub(super) struct Upgrade {
    pub(super) caller: Caller,
    /// The subprotocol to name in the answer, if the client named any.
    pub(super) subprotocol: Option<HeaderValue>,
}

impl Shared {
    pub(super) fn new(context: Arc<Context>, dispatcher: Dispatcher, tasks: TaskTracker) -> Self {
        let beat = watch::Sender::new(pulse::first(&context));
        Self {
            context,
            dispatcher,
            owner: Caller::owner(),
            metrics: Metrics::new(),
            beat,
            throttle: Throttle::default(),
            tasks,
        }
    }

    /// Who shows a text in a header: the control-plane token, an API key or a signed token.
    fn by_secret(&self, presented: &str, is_address: bool) -> Option<Caller> {
        if !is_address && self.is_token(presented) {
            return Some(self.owner.clone());
        }
        self.context.ways.by_secret(presented, self.context.clock.now(), is_address)
    }

    /// Whether a text is the control-plane token. Digests are compared, in constant time, so that
    /// not even the length of the token can be found out by trying.
    fn is_token(&self, presented: &str) -> bool {
        let ours = Sha256::digest(self.context.token.expose_secret().as_bytes());
        let theirs = Sha256::digest(presented.as_bytes());
        ours.ct_eq(&theirs).into()
    }

    /// Who a request comes from, by its headers, or by where it came from.
    pub(super) async fn visitor(&self, headers: &HeaderMap, peer: &Peer) -> Visitor {
        self.or_by_tailnet(&shown::in_headers(headers), headers, peer).await
    }

    /// Who shows this; or who the tailnet says it is, if it shows nothing. A browser cannot help
    /// showing a session that has ended, so that counts as nothing here.
    async fn or_by_tailnet(&self, shown: &Shown<'_>, headers: &HeaderMap, peer: &Peer) -> Visitor {
        let visitor = self.look_at(shown);
        let shows_nothing = match (shown, &visitor) {
            (_, Visitor::Known(..)) => false,
            (Shown::Nothing | Shown::Session(_), _) => true,
            _ => false,
        };
        let seat = peer.seat.as_ref().filter(|_| shows_nothing && !is_from_another_site(headers));
        match seat {
            Some(seat) => match ways::by_tailnet(&self.context, seat).await {
                Some(caller) => Visitor::Known(caller, None),
                None => visitor,
            },
            None => visitor,
        }
    }

    fn look_at(&self, shown: &Shown<'_>) -> Visitor {
        let found = match shown {
            Shown::Secret(secret) => self.by_secret(secret, false),
            Shown::Subprotocol(token) => self.context.ways.by_secret(token, self.now(), false),
            Shown::InAddress(token) => self.by_secret(token, true),
            Shown::Session(token) => return self.browser(token),
            Shown::Unreadable => None,
            Shown::Nothing => return Visitor::Nobody,
        };
        found.map_or(Visitor::Wrong, |caller| Visitor::Known(caller, None))
    }

    fn browser(&self, token: &str) -> Visitor {
        let now = self.now();
        let Session::Valid { is_due_for_renewal } = self.context.logins.session(token, now) else {
            return Visitor::Wrong;
        };
        let basis = Basis::Browser(session_digest(token));
        // Whoever made its link may have lost what the browser came in by.
        let Some(caller) = self.context.ways.caller(basis, now) else { return Visitor::Wrong };
        if !is_due_for_renewal {
            return Visitor::Known(caller, None);
        }
        self.save_logins();
        Visitor::Known(caller, cookie::set_session(token, SESSION_TTL_MS))
    }

    fn now(&self) -> Timestamp {
        self.context.clock.now()
    }

    /// The caller behind a request that only somebody known may make. The cookie of a browser,
    /// which proves nothing about the browser's key, is not enough.
    ///
    /// # Errors
    /// `Unauthorized`; a wrong credential is audited and its answer delayed.
    pub(super) async fn known(
        &self,
        headers: &HeaderMap,
        peer: &Peer,
        surface: &str,
    ) -> Result<Caller, Failure> {
        self.admit(proved(self.visitor(headers, peer).await), peer, surface).await
    }

    /// The caller behind a request for something that tells nothing about anybody, such as a
    /// document: here the cookie of a browser is enough.
    ///
    /// # Errors
    /// As [`Self::known`].
    pub(super) async fn reader(
        &self,
        headers: &HeaderMap,
        peer: &Peer,
        surface: &str,
    ) -> Result<Caller, Failure> {
        self.admit(self.visitor(headers, peer).await, peer, surface).await
    }

    /// The caller behind a request to become a WebSocket of a protocol that has no hello: by the
    /// same headers, or by a signed token in the address (`?token=`) or among the subprotocols,
    /// where a browser can put one.
    ///
    /// # Errors
    /// `Unauthorized`, for an answer with 401; a wrong credential is audited and its answer
    /// delayed.
    pub(super) async fn by_upgrade(
        &self,
        headers: &HeaderMap,
        uri: &Uri,
        peer: &Peer,
        surface: &str,
    ) -> Result<Upgrade, Failure> {
        let visitor = self.or_by_tailnet(&shown::in_upgrade(headers, uri), headers, peer).await;
        let caller = self.admit(proved(visitor), peer, surface).await?;
        Ok(Upgrade { caller, subprotocol: shown::agreed_subprotocol(headers) })
    }

    async fn admit(&self, visitor: Visitor, peer: &Peer, surface: &str) -> Result<Caller, Failure> {
        match visitor {
            Visitor::Known(caller, _) => {
                // One row for a connection and a credential, whatever it asks for.
                if peer.is_first(&caller.authority.basis) {
                    self.record_login(&caller, surface).await;
                }
                return Ok(caller);
            }
            Visitor::Nobody => {}
            Visitor::Wrong => self.refuse_login(peer.address.ip(), surface).await,
            Visitor::Unproved => {
                self.refuse_login(peer.address.ip(), surface).await;
                return Err(unproved());
            }
        }
        Err(unauthorized())
    }

    /// Audits that somebody known came in. A full disk must not lock the owner out of looking at
    /// what is wrong: reading goes on without the row, and every command needs one of its own.
    async fn record_login(&self, caller: &Caller, surface: &str) {
        if let Err(failure) = audit_connection(&self.context, caller, surface).await {
            tracing::error!(?failure, surface, "a login could not be recorded");
        }
    }

    /// Audits a wrong credential and holds its answer back.
    pub(super) async fn refuse_login(&self, address: IpAddr, surface: &str) {
        self.metrics.login_failed();
        let stranger = Principal::Unknown(format!("control:{address}"));
        let event = DoorEvent::LoginFailed;
        if let Err(failure) = audit_door(&self.context, event, stranger, surface).await {
            tracing::error!(?failure, "a failed login could not be recorded");
        }
        let delay_ms = self.throttle.failed(address, self.context.clock.now());
        tracing::info!(%address, surface, delay_ms, "a login failed");
        if delay_ms > 0 {
            tokio::select! {
                () = self.context.clock.sleep(delay_ms) => {}
                () = self.context.shutdown.begun() => {}
            }
        }
    }

    fn save_logins(&self) {
        let logins = self.context.logins.clone();
        self.tasks.spawn_blocking(move || {
            if let Err(failure) = logins.save() {
                tracing::warn!(?failure, "the visit of a browser was not recorded");
            }
        });
    }
}

/// Whether a page of another site had a browser send this. A browser names no origin for everything
/// it fetches, and what it has no part in showing is nothing such a page may make use of.
fn is_from_another_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

/// What a visitor is where the cookie of a browser alone opens nothing.
fn proved(visitor: Visitor) -> Visitor {
    match visitor {
        Visitor::Known(caller, _) if matches!(caller.authority.basis, Basis::Browser(_)) => {
            Visitor::Unproved
        }
        visitor => visitor,
    }
}

fn unproved() -> Failure {
    Failure::unauthenticated(
        "a browser's session opens the pages, and the socket at /ws with the browser's key; \
         nothing else",
    )
    .hint("send `Authorization: Bearer <token or key>`: `nexus key create` makes one")
}

fn unauthorized() -> Failure {
    Failure::unauthenticated("this needs a credential that holds: a token, a key or a browser")
        .hint(
            "send `Authorization: Bearer <token or key>` (`nexus key create` makes one), or open \
             the UI with `nexus ui`",
        )
}
