//! Paired devices: an Ed25519 key each. A device that is not paired may ask to be, or brings a
//! ticket of the owner.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_domain::access::Device;
use nexus_domain::principal::Principal;
use nexus_domain::{Failure, Timestamp};
use nexus_iam::Holder;
use nexus_protocol::Scope;
use nexus_protocol::device::{DeviceAuth, PendingDevice, signed_text};
use nexus_protocol::frame::ClientFacts;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::Standing;

/// Most devices that are paired at once.
pub const DEVICES_MAX: usize = 1_000;
/// How long a device may wait to be approved, and a ticket to be used, in milliseconds.
const PAIRING_MS: u64 = 10 * 60 * 1000;
/// Most devices that wait, and most tickets; a new one replaces the oldest.
const PAIRINGS_MAX: usize = 32;
/// How far the clock of a device may be off, in milliseconds.
const SKEW_MS_MAX: u64 = 10 * 60 * 1000;
/// Codes have six digits.
const CODES: u32 = 1_000_000;
/// Randomness of a ticket, in bytes.
const TICKET_BYTES: usize = 32;
/// Longest name that a device gives itself, in characters.
const NAME_CHARS_MAX: usize = 100;
/// Length of a public key, in bytes.
const PUBLIC_KEY_BYTES: usize = 32;

/// The devices that are paired, by id.
#[derive(Debug, Default)]
pub(super) struct Devices(HashMap<String, Arc<Device>>);

impl Devices {
    pub(super) fn new(devices: Vec<Device>) -> Self {
        Self(devices.into_iter().map(|device| (device.id.clone(), Arc::new(device))).collect())
    }

    pub(super) fn get(&self, id: &str) -> Option<&Arc<Device>> {
        self.0.get(id)
    }

    pub(super) fn standing(&self, id: &str) -> Option<Standing> {
        let device = self.get(id)?;
        let scopes = device.scopes.iter().filter_map(|name| Scope::by_name(name));
        Some(Standing { principal: device.principal(), scopes: scopes.collect() })
    }

    pub(super) fn holders(&self) -> impl Iterator<Item = Holder> {
        self.0.values().map(|device| Holder {
            principal: device.principal(),
            scopes: device.scopes.clone(),
            agents: None,
        })
    }
}

/// A device that proved that it holds its key.
#[derive(Clone, Debug)]
pub(crate) struct Proved {
    pub(crate) id: String,
    pub(crate) public_key: String,
}

/// Checks what a device signed in its hello.
///
/// # Errors
/// `DEVICE_AUTH_…`: what is wrong with it, which helps nobody who does not hold the key.
pub(crate) fn prove(
    auth: &DeviceAuth,
    client: &ClientFacts,
    nonce: &str,
    now: Timestamp,
) -> Result<Proved, Failure> {
    let key = URL_SAFE_NO_PAD.decode(&auth.public_key).ok();
    let key = key.filter(|key| key.len() == PUBLIC_KEY_BYTES).ok_or_else(|| {
        wrong("DEVICE_AUTH_KEY", "the public key is not 32 bytes as base64url without padding")
    })?;
    let id = hex::encode(Sha256::digest(&key));
    if nonce.is_empty() || !bool::from(auth.nonce.as_bytes().ct_eq(nonce.as_bytes())) {
        return Err(wrong("DEVICE_AUTH_NONCE", "the nonce is not the one of the challenge"));
    }
    let skew = now.ms_since(auth.signed_at).max(auth.signed_at.ms_since(now));
    if skew > SKEW_MS_MAX {
        return Err(wrong("DEVICE_AUTH_CLOCK", "the device's clock is off by over ten minutes"));
    }
    let text = signed_text(&id, client, auth)
        .ok_or_else(|| wrong("DEVICE_AUTH_TEXT", "a field that is signed holds a `|`"))?;
    if !verifies(&key, &text, &URL_SAFE_NO_PAD.decode(&auth.signature).unwrap_or_default()) {
        return Err(wrong("DEVICE_AUTH_SIGNATURE", "the signature does not fit"));
    }
    Ok(Proved { id, public_key: auth.public_key.clone() })
}

fn verifies(key: &[u8], text: &str, signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, key).verify(text.as_bytes(), signature).is_ok()
}

/// Whether a device signed a text, by a signature in hexadecimal characters.
#[must_use]
pub fn has_signed(device: &Device, text: &str, signature_hex: &str) -> bool {
    let key = URL_SAFE_NO_PAD.decode(&device.public_key).unwrap_or_default();
    hex::decode(signature_hex).is_ok_and(|signature| verifies(&key, text, &signature))
}

fn wrong(code: &'static str, message: &str) -> Failure {
    let mut failure = Failure::unauthenticated(format!("{code}: {message}"));
    failure.code = code;
    failure
}

/// Whether the hello of a device proves anything to whoever sent its nonce; for the fuzzer.
#[cfg(feature = "test-util")]
pub fn device_proves(hello: &str) -> bool {
    let hello = serde_json::from_str::<nexus_protocol::frame::Hello>(hello).ok();
    let client = hello.as_ref().map(|hello| &hello.client);
    let auth = hello.as_ref().and_then(|hello| hello.auth.as_ref()?.device.as_ref());
    let Some((auth, client)) = auth.zip(client) else { return false };
    prove(auth, client, &auth.nonce, auth.signed_at).is_ok()
}

/// What a ticket gives to the device that brings it.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// What the device is called, if that was said.
    pub name: Option<String>,
    /// Its scopes, by name.
    pub scopes: Vec<String>,
    /// Who made the ticket.
    pub made_by: Principal,
}

/// Acquaintances that are not made yet. Kept in memory: after a restart a device asks again.
#[derive(Default)]
pub struct Pairings(Mutex<State>);

#[derive(Default)]
struct State {
    pending: VecDeque<(PendingDevice, String)>,
    tickets: VecDeque<([u8; 32], Timestamp, Ticket)>,
}

impl State {
    fn forget_old(&mut self, now: Timestamp) {
        self.pending.retain(|(pending, _)| now < pending.expires_at);
        self.tickets.retain(|(_, end, _)| now < *end);
    }
}

impl Pairings {
    /// Notes that a device asks, and gives the code it shall show. One that asks again keeps its
    /// code.
    pub(crate) fn ask(
        &self,
        proved: &Proved,
        client: &ClientFacts,
        address: String,
        entropy: u128,
        now: Timestamp,
    ) -> PendingDevice {
        let mut state = self.state(now);
        let known = state.pending.iter().find(|(pending, _)| pending.device_id == proved.id);
        if let Some((pending, _)) = known {
            return pending.clone();
        }
        if state.pending.len() >= PAIRINGS_MAX {
            state.pending.pop_front();
        }
        let short = |text: &str| {
            text.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect::<String>()
        };
        let code = u32::try_from(entropy % u128::from(CODES)).unwrap_or_default();
        let pending = PendingDevice {
            device_id: proved.id.clone(),
            code: format!("{code:06}"),
            name: short(&client.name),
            platform: short(&client.platform),
            address,
            requested_at: now,
            expires_at: now.plus_ms(PAIRING_MS),
        };
        state.pending.push_back((pending.clone(), proved.public_key.clone()));
        pending
    }

    /// The devices that ask.
    #[must_use]
    pub fn pending(&self, now: Timestamp) -> Vec<PendingDevice> {
        self.state(now).pending.iter().map(|(pending, _)| pending.clone()).collect()
    }

    /// Takes the device that a person named by its code, its id or the beginning of it, off the
    /// list, with its public key.
    ///
    /// # Errors
    /// `NotFound`, or `Conflict` when several are meant.
    pub fn take(&self, name: &str, now: Timestamp) -> Result<(PendingDevice, String), Failure> {
        let wanted = name.trim().to_ascii_lowercase();
        let mut state = self.state(now);
        let is_meant = |(pending, _): &(PendingDevice, String)| {
            pending.code == wanted || pending.device_id.starts_with(&wanted)
        };
        let places: Vec<_> = state.pending.iter().map(is_meant).collect();
        let mut places = places.into_iter().enumerate().filter(|(_, is_meant)| *is_meant);
        match (places.next(), places.next()) {
            (Some((place, _)), None) => {
                state.pending.remove(place).ok_or_else(|| Failure::not_found("it is gone"))
            }
            (None, _) => Err(Failure::not_found(format!(
                "no device asks to be paired by `{}`",
                name.escape_debug()
            ))
            .hint("see those that ask: nexus device list")),
            (Some(_), Some(_)) => {
                Err(Failure::conflict("several devices ask by that; name one by its id")
                    .hint("see them: nexus device list"))
            }
        }
    }

    /// Makes a ticket.
    ///
    /// # Errors
    /// `Internal` when the operating system gives no randomness.
    pub fn issue(
        &self,
        ticket: Ticket,
        now: Timestamp,
    ) -> Result<(SecretString, Timestamp), Failure> {
        let mut bytes = [0_u8; TICKET_BYTES];
        getrandom::fill(&mut bytes)
            .map_err(|error| Failure::internal(format!("no randomness: {error}")))?;
        let value = URL_SAFE_NO_PAD.encode(bytes);
        let expires_at = now.plus_ms(PAIRING_MS);
        let mut state = self.state(now);
        if state.tickets.len() >= PAIRINGS_MAX {
            state.tickets.pop_front();
        }
        state.tickets.push_back((Sha256::digest(value.as_bytes()).into(), expires_at, ticket));
        Ok((SecretString::from(value), expires_at))
    }

    /// Spends a ticket.
    pub(crate) fn spend(&self, presented: &str, now: Timestamp) -> Option<Ticket> {
        let digest: [u8; 32] = Sha256::digest(presented.as_bytes()).into();
        let mut state = self.state(now);
        let matches: Vec<_> =
            state.tickets.iter().map(|(known, ..)| bool::from(known.ct_eq(&digest))).collect();
        let place = matches.into_iter().position(|is_this| is_this)?;
        state.tickets.remove(place).map(|(_, _, ticket)| ticket)
    }

    fn state(&self, now: Timestamp) -> MutexGuard<'_, State> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.forget_old(now);
        state
    }
}

/// Said to a device that has to be approved first.
pub(crate) fn not_paired(pending: &PendingDevice) -> Failure {
    let code = &pending.code;
    let mut failure = Failure::unauthenticated(format!(
        "NOT_PAIRED: this device is not paired; compare the code {code} where Nexus runs, and \
         approve it there: nexus device approve {code}"
    ))
    .details(serde_json::json!({ "deviceId": pending.device_id, "code": code }));
    failure.code = "NOT_PAIRED";
    failure
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn client() -> ClientFacts {
        ClientFacts {
            name: "phone".to_owned(),
            version: "1".to_owned(),
            platform: "ios".to_owned(),
            mode: "ui".to_owned(),
            instance_id: None,
        }
    }

    fn signed(seed: u8, nonce: &str) -> DeviceAuth {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let mut auth = DeviceAuth {
            public_key: URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()),
            signature: String::new(),
            signed_at: NOW,
            nonce: nonce.to_owned(),
            scopes: Some(vec![Scope::RuntimeRead, Scope::SessionRead]),
            ticket: None,
        };
        let id = hex::encode(Sha256::digest(pair.public_key().as_ref()));
        let text = signed_text(&id, &client(), &auth).unwrap();
        auth.signature = URL_SAFE_NO_PAD.encode(pair.sign(text.as_bytes()).as_ref());
        auth
    }

    #[test]
    fn a_signature_holds_for_exactly_what_was_signed() {
        let auth = signed(1, "n1");
        assert_eq!(prove(&auth, &client(), "n1", NOW).unwrap().id.len(), 64);
        let code = |auth: &DeviceAuth, client: &ClientFacts, nonce: &str, now| {
            prove(auth, client, nonce, now).unwrap_err().code
        };
        assert_eq!(code(&auth, &client(), "n2", NOW), "DEVICE_AUTH_NONCE");
        assert_eq!(code(&signed(1, ""), &client(), "", NOW), "DEVICE_AUTH_NONCE");
        assert_eq!(code(&auth, &client(), "n1", NOW.plus_ms(700_000)), "DEVICE_AUTH_CLOCK");
        let signature = "DEVICE_AUTH_SIGNATURE";
        let other = ClientFacts { mode: "cli".to_owned(), ..client() };
        assert_eq!(code(&auth, &other, "n1", NOW), signature);
        let more = DeviceAuth { scopes: None, ..auth.clone() };
        assert_eq!(code(&more, &client(), "n1", NOW), signature);
        let later = DeviceAuth { signed_at: NOW.plus_ms(1), ..auth.clone() };
        assert_eq!(code(&later, &client(), "n1", NOW), signature);
        let ticket = DeviceAuth { ticket: Some("t".to_owned()), ..auth.clone() };
        assert_eq!(code(&ticket, &client(), "n1", NOW), signature);
        let stolen = DeviceAuth { public_key: signed(2, "n1").public_key, ..auth.clone() };
        assert_eq!(code(&stolen, &client(), "n1", NOW), signature);
        let short = DeviceAuth { public_key: "AAAA".to_owned(), ..auth.clone() };
        assert_eq!(code(&short, &client(), "n1", NOW), "DEVICE_AUTH_KEY");
        let piped = ClientFacts { name: "a|b".to_owned(), ..client() };
        assert_eq!(code(&auth, &piped, "n1", NOW), "DEVICE_AUTH_TEXT");
    }

    #[test]
    fn a_ticket_is_spent_once_and_a_device_that_asks_again_keeps_its_code() {
        let pairings = Pairings::default();
        let ticket = Ticket { name: None, scopes: Vec::new(), made_by: Principal::Owner };
        let (value, end) = pairings.issue(ticket.clone(), NOW).unwrap();
        let value = secrecy::ExposeSecret::expose_secret(&value);
        assert!(pairings.spend("other", NOW).is_none());
        assert!(pairings.spend(value, NOW).is_some());
        assert!(pairings.spend(value, NOW).is_none());
        let (value, _) = pairings.issue(ticket, NOW).unwrap();
        assert!(pairings.spend(secrecy::ExposeSecret::expose_secret(&value), end).is_none());
        let proved = prove(&signed(1, "n"), &client(), "n", NOW).unwrap();
        let first = pairings.ask(&proved, &client(), "here".to_owned(), 7, NOW);
        let again = pairings.ask(&proved, &client(), "here".to_owned(), 8, NOW);
        assert_eq!((first.code.as_str(), &again), ("000007", &first));
        assert!(pairings.take("000008", NOW).is_err());
        assert_eq!(pairings.take("000007", NOW).unwrap().1, proved.public_key);
        assert!(pairings.pending(NOW).is_empty());
        for n in 0..100 {
            let proved = Proved { id: n.to_string(), public_key: String::new() };
            pairings.ask(&proved, &client(), String::new(), n, NOW);
        }
        assert_eq!(pairings.pending(NOW).len(), PAIRINGS_MAX);
        assert!(pairings.pending(NOW.plus_ms(PAIRING_MS)).is_empty());
    }
}
