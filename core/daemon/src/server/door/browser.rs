//! What a browser shows beside its cookie: that it holds the key to which its session belongs.

use nexus_domain::Failure;
use nexus_protocol::frame::ClientFacts;
use nexus_protocol::login::BrowserAuth;

use super::{Shared, unauthorized};
use crate::authorize::{Caller, DoorEvent, audit_door};
use crate::server::login::{Belongs, is_signed_by};
use crate::ways::Basis;

/// Where keys are shown.
const SURFACE: &str = "/ws";

impl Shared {
    /// The caller behind what the request for the WebSocket showed. A cookie may have been copied,
    /// so a browser also signs the nonce of this connection; the first key that does so after
    /// signing in is the session's from then on.
    ///
    /// # Errors
    /// `UNAUTHORIZED`, or `BROWSER_AUTH_…`: what is wrong with the proof.
    pub(super) async fn by_arrival(
        &self,
        arrived: Option<Caller>,
        auth: Option<&BrowserAuth>,
        client: &ClientFacts,
        nonce: &str,
    ) -> Result<Caller, Failure> {
        let caller = arrived.ok_or_else(unauthorized)?;
        let Basis::Browser(digest) = &caller.authority.basis else { return Ok(caller) };
        let auth = auth.ok_or_else(|| {
            wrong(
                "BROWSER_AUTH_MISSING",
                "a browser's session opens this only with the browser's key; a page has one over \
                 https or at 127.0.0.1, and after an update once it is loaded again",
            )
        })?;
        if auth.nonce != nonce {
            return Err(wrong("BROWSER_AUTH_NONCE", "the nonce is not the one of the challenge"));
        }
        if !is_signed_by(auth, nonce) {
            return Err(wrong("BROWSER_AUTH_SIGNATURE", "the signature does not fit"));
        }
        let logins = &self.context.logins;
        let key = auth.public_key.as_str();
        let is_ours = match logins.belongs(digest, key, self.now()) {
            Belongs::Here => true,
            Belongs::Elsewhere => false,
            Belongs::Nowhere => {
                let (event, principal) = (DoorEvent::KeyBound, caller.principal.clone());
                audit_door(&self.context, event, principal, SURFACE).await?;
                let is_bound = logins.bind(digest, key, &client.platform, self.now());
                self.save_logins();
                is_bound
            }
        };
        if is_ours { Ok(caller) } else { Err(of_another()) }
    }
}

fn of_another() -> Failure {
    wrong(
        "BROWSER_AUTH_KEY",
        "the session is of another browser, or of this one before its data was cleared: sign in \
         again (nexus ui), and see who is signed in (nexus login list)",
    )
}

fn wrong(code: &'static str, message: &str) -> Failure {
    let mut failure = Failure::unauthenticated(format!("{code}: {message}"));
    failure.code = code;
    failure
}
