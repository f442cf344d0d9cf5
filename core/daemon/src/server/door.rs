//! What all connections share, and who may come in.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::http::{HeaderMap, HeaderValue, header};
use nexus_domain::Failure;
use nexus_domain::principal::Principal;
use secrecy::ExposeSecret as _;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::Peer;
use super::cookie;
use super::login::{SESSION_TTL_MS, Session};
use super::metrics::Metrics;
use super::pulse::{self, Beat};
use super::throttle::Throttle;
use crate::authorize::{Caller, DoorEvent, audit_door};
use crate::context::Context;
use crate::dispatch::Dispatcher;

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
    /// It showed nothing.
    Nobody,
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

    /// Whether a text is the control-plane token. Digests are compared, in constant time, so that
    /// not even the length of the token can be found out by trying.
    pub(super) fn is_token(&self, presented: &str) -> bool {
        let ours = Sha256::digest(self.context.token.expose_secret().as_bytes());
        let theirs = Sha256::digest(presented.as_bytes());
        ours.ct_eq(&theirs).into()
    }

    /// Who a request comes from: bearer token first, then session cookie.
    pub(super) fn visitor(&self, headers: &HeaderMap) -> Visitor {
        if let Some(authorization) = headers.get(header::AUTHORIZATION) {
            return match bearer(authorization) {
                Some(token) if self.is_token(token) => Visitor::Known(self.owner.clone(), None),
                _ => Visitor::Wrong,
            };
        }
        let Some(token) = cookie::session_token(headers) else { return Visitor::Nobody };
        match self.context.logins.session(token, self.context.clock.now()) {
            Session::Invalid => Visitor::Wrong,
            Session::Valid { is_due_for_renewal: false } => {
                Visitor::Known(self.owner.clone(), None)
            }
            Session::Valid { is_due_for_renewal: true } => {
                self.save_logins();
                Visitor::Known(self.owner.clone(), cookie::set_session(token, SESSION_TTL_MS))
            }
        }
    }

    /// The caller behind a request that only somebody known may make.
    ///
    /// # Errors
    /// `Unauthorized`; a wrong credential is audited and its answer delayed.
    pub(super) async fn known(
        &self,
        headers: &HeaderMap,
        peer: &Peer,
        surface: &str,
    ) -> Result<Caller, Failure> {
        match self.visitor(headers) {
            Visitor::Known(caller, _) => {
                // One row for a connection, whatever it asks for.
                if !peer.is_recorded.swap(true, Ordering::AcqRel) {
                    let event = match headers.contains_key(header::AUTHORIZATION) {
                        true => DoorEvent::TokenShown,
                        false => DoorEvent::BrowserKnown,
                    };
                    self.record_login(event, &caller, surface).await;
                }
                return Ok(caller);
            }
            Visitor::Nobody => {}
            Visitor::Wrong => self.refuse_login(peer.address.ip(), surface).await,
        }
        Err(Failure::unauthenticated("this needs the control-plane token or a signed-in browser")
            .hint("send `Authorization: Bearer <token>`, or open the UI with `nexus ui`"))
    }

    /// Audits that somebody known came in. A full disk must not lock the owner out of looking at
    /// what is wrong: reading goes on without the row, and every command needs one of its own.
    pub(super) async fn record_login(&self, event: DoorEvent, caller: &Caller, surface: &str) {
        let principal = caller.principal.clone();
        if let Err(failure) = audit_door(&self.context, event, principal, surface).await {
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

fn bearer(authorization: &HeaderValue) -> Option<&str> {
    let (scheme, token) = authorization.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        let read = |text| bearer(&HeaderValue::from_static(text)).map(str::to_owned);
        assert_eq!(read("Bearer abc"), Some("abc".to_owned()));
        assert_eq!(read("bearer  abc "), Some("abc".to_owned()));
        assert_eq!(read("Basic abc"), None);
        assert_eq!(read("abc"), None);
    }
}
