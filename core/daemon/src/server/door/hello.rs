//! Credentials that come in a hello: the password, and the proofs of devices and browsers.

use nexus_domain::Failure;
use nexus_domain::access::Device;
use nexus_domain::principal::Principal;
use nexus_protocol::device::DeviceAuth;
use nexus_protocol::frame::{ClientFacts, Hello};
use secrecy::SecretString;

use super::{Shared, unauthorized};
use crate::authorize::Caller;
use crate::methods::device::enter;
use crate::server::Peer;
use crate::ways::{Basis, Proved, not_paired, prove};

/// Whom guesses of the password claim to be.
const OWNER: &str = "owner";

impl Shared {
    /// The caller behind a hello. A credential in it decides alone: a wrong one is not made good by
    /// what the request for the WebSocket showed. `nonce` is that of the challenge that was sent
    /// before; without one, no device comes in.
    ///
    /// # Errors
    /// `UNAUTHORIZED`, or with more to say to a device: `NOT_PAIRED`, `DEVICE_AUTH_…`; audited, and
    /// its answer delayed. `OVERLOADED` when too many passwords are being tried.
    pub(in crate::server) async fn by_hello(
        &self,
        hello: &Hello,
        nonce: &str,
        arrived: Option<Caller>,
        peer: &Peer,
        surface: &str,
    ) -> Result<Caller, Failure> {
        let auth = hello.auth.clone().unwrap_or_default();
        let found = match (&auth.device, auth.token, auth.password, &auth.browser) {
            (Some(device), None, None, None) => {
                self.by_device(device, &hello.client, nonce, peer).await
            }
            (None, Some(token), None, None) => {
                self.by_secret(&token, false).ok_or_else(unauthorized)
            }
            (None, None, Some(password), None) => self.by_password(password.into(), peer).await,
            (None, None, None, browser) => {
                self.by_arrival(arrived, browser.as_ref(), &hello.client, nonce).await
            }
            _ => Err(Failure::invalid(
                "a hello shows one credential: token, password, device or browser",
            )),
        };
        match found {
            Ok(caller) => {
                self.record_login(&caller, surface).await;
                Ok(caller)
            }
            Err(failure) => {
                self.refuse_login(peer.address.ip(), surface).await;
                Err(failure)
            }
        }
    }

    /// Whoever knows the password is the owner. Somebody who guesses waits before the next guess
    /// is looked at.
    pub(in crate::server) async fn by_password(
        &self,
        password: SecretString,
        peer: &Peer,
    ) -> Result<Caller, Failure> {
        let address = peer.address.ip();
        let delay_ms = self.throttle.delay_ms(address, OWNER, self.now());
        if delay_ms > 0 {
            self.context.clock.sleep(delay_ms).await;
        }
        match self.context.ways.check_password(password).await? {
            Some(mark) => {
                let caller = self.context.ways.caller(Basis::Password(mark), self.now());
                caller.ok_or_else(unauthorized)
            }
            None => {
                self.throttle.failed_as(OWNER, self.now());
                Err(unauthorized())
            }
        }
    }

    async fn by_device(
        &self,
        auth: &DeviceAuth,
        client: &ClientFacts,
        nonce: &str,
        peer: &Peer,
    ) -> Result<Caller, Failure> {
        let (ways, now) = (&self.context.ways, self.now());
        let proved = prove(auth, client, nonce, now)?;
        if ways.device(&proved.id).is_none() {
            self.pair(&proved, auth, client, peer).await?;
        }
        let basis = Basis::Device(proved.id);
        let mut caller = ways.caller(basis, now).ok_or_else(unauthorized)?;
        if let Some(scopes) = &auth.scopes {
            caller.scopes.retain(|scope| scopes.contains(scope));
        }
        Ok(caller)
    }

    /// Pairs a device that brings a ticket; without one it is told how to be paired.
    async fn pair(
        &self,
        proved: &Proved,
        auth: &DeviceAuth,
        client: &ClientFacts,
        peer: &Peer,
    ) -> Result<(), Failure> {
        let (pairings, now) = (self.context.ways.pairings(), self.now());
        let ticket = auth.ticket.as_deref().and_then(|ticket| pairings.spend(ticket, now));
        let address = peer.address.ip().to_string();
        let entropy = self.context.clock.entropy();
        let pending = pairings.ask(proved, client, address, entropy, now);
        let Some(ticket) = ticket else {
            self.throttle.failed_as(&Principal::Device(proved.id.clone()).to_string(), now);
            return Err(not_paired(&pending));
        };
        // It asked by coming, and the ticket is the answer.
        let (pending, public_key) = pairings.take(&proved.id, now)?;
        let device = Device {
            id: pending.device_id,
            public_key,
            name: ticket.name.unwrap_or(pending.name),
            platform: pending.platform,
            scopes: ticket.scopes,
            paired_by: ticket.made_by,
            paired_at: now,
            last_used_at: None,
            revoked_at: None,
            revoked_by: None,
        };
        tracing::info!(device = %device.id, name = device.name, "a device was paired by a ticket");
        enter(&self.context, device).await
    }
}
