//! Devices from the first knock to the last: paired by a code or a ticket, kept over a restart,
//! and cut off when that is taken back. A device is made by hand here, down to its signature.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_client::{Client, call, idempotency_key};
use nexus_domain::Timestamp;
use nexus_protocol::Scope;
use nexus_protocol::device::{
    ApproveParams, DeviceAuth, DeviceParams, ListParams, ListResult, PairParams, RenameParams,
    TicketResult, signed_text,
};
use nexus_protocol::frame::ClientFacts;
use nexus_tests::wire::{Heard, Wire};
use nexus_tests::{DaemonProcess, TestHome};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const QUIET: &str = "[models]\ndiscover = false\n";
/// More than a clock may be off, in milliseconds.
const TOO_OLD_MS: i64 = 11 * 60 * 1000;

/// A device with its key.
struct Phone(Ed25519KeyPair);

/// What came of a knock.
enum Answer {
    /// It is in.
    In(Wire, Value),
    /// The reason it was turned away for.
    Away(String),
}

impl Answer {
    fn away(self) -> Result<String> {
        match self {
            Self::Away(reason) => Ok(reason),
            Self::In(_, hello) => bail!("it was let in: {hello}"),
        }
    }

    fn inside(self) -> Result<(Wire, Value)> {
        match self {
            Self::In(wire, hello) => Ok((wire, hello)),
            Self::Away(reason) => bail!("it was turned away: {reason}"),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a device has a clock of its own")]
fn clock() -> Result<Timestamp> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(Timestamp(i64::try_from(since.as_millis())?))
}

impl Phone {
    fn new(seed: u8) -> Result<Self> {
        Ok(Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32])?))
    }

    fn id(&self) -> String {
        hex::encode(Sha256::digest(self.0.public_key().as_ref()))
    }

    fn facts() -> ClientFacts {
        ClientFacts {
            name: "Anna's phone".to_owned(),
            version: "1".to_owned(),
            platform: "ios".to_owned(),
            mode: "ui".to_owned(),
            instance_id: None,
        }
    }

    /// What it says to a challenge.
    fn auth(&self, nonce: &str, ticket: Option<&str>, at: Timestamp) -> Result<DeviceAuth> {
        let mut auth = DeviceAuth {
            public_key: URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref()),
            signature: String::new(),
            signed_at: at,
            nonce: nonce.to_owned(),
            scopes: None,
            ticket: ticket.map(str::to_owned),
        };
        let text = signed_text(&self.id(), &Self::facts(), &auth).context("a field has a bar")?;
        auth.signature = URL_SAFE_NO_PAD.encode(self.0.sign(text.as_bytes()).as_ref());
        Ok(auth)
    }

    /// Knocks as it should.
    async fn knock(&self, daemon: &DaemonProcess, ticket: Option<&str>) -> Result<Answer> {
        let (wire, nonce) = challenged(daemon).await?;
        say_hello(wire, &self.auth(&nonce, ticket, clock()?)?).await
    }
}

/// A connection with the nonce of its challenge.
async fn challenged(daemon: &DaemonProcess) -> Result<(Wire, String)> {
    let mut wire = Wire::open(daemon).await?;
    match wire.hear().await? {
        Heard::Frame(frame) if frame["event"] == "challenge" => {
            let nonce = frame["payload"]["nonce"].as_str().context("no nonce")?.to_owned();
            Ok((wire, nonce))
        }
        other => bail!("no challenge but {other:?}"),
    }
}

async fn say_hello(mut wire: Wire, auth: &DeviceAuth) -> Result<Answer> {
    let hello = json!({
        "type": "hello", "minProtocol": 1, "maxProtocol": 1, "client": Phone::facts(),
        "auth": { "device": auth },
    });
    wire.say(&hello).await?;
    match wire.hear_answer().await? {
        Heard::Frame(frame) if frame["type"] == "hello-ok" => Ok(Answer::In(wire, frame)),
        Heard::Frame(frame) if frame["type"] == "hello-error" => {
            Ok(Answer::Away(frame["reason"].as_str().unwrap_or_default().to_owned()))
        }
        other => bail!("the hello was answered with {other:?}"),
    }
}

/// The code that a device shows to whoever holds it.
fn code(reason: &str) -> Result<String> {
    ensure!(reason.starts_with("NOT_PAIRED"), "{reason}");
    Ok(reason.split_whitespace().last().context("no code")?.to_owned())
}

async fn list(owner: &Client) -> Result<ListResult> {
    Ok(owner.request::<call::DevicesList>(ListParams { include_ended: false }).await?)
}

async fn approve(owner: &Client, device: String, scopes: &[Scope]) -> Result<()> {
    let scopes = Some(scopes.to_vec());
    let params = ApproveParams { device, name: None, scopes, idempotency_key: idempotency_key()? };
    owner.request::<call::DevicesApprove>(params).await?;
    Ok(())
}

fn named(device: &str) -> Result<DeviceParams> {
    Ok(DeviceParams { device: device.to_owned(), idempotency_key: idempotency_key()? })
}

async fn ticket(owner: &Client) -> Result<TicketResult> {
    let params = PairParams {
        name: Some("Tablet".to_owned()),
        scopes: None,
        idempotency_key: idempotency_key()?,
    };
    Ok(owner.request::<call::DevicesPair>(params).await?)
}

/// Makes a call over a connection that is in.
async fn ask(wire: &mut Wire, method: &str, params: Value) -> Result<Value> {
    wire.say(&json!({ "type": "req", "id": method, "method": method, "params": params })).await?;
    match wire.hear_answer().await? {
        Heard::Frame(frame) => Ok(frame),
        other => bail!("{method} was answered with {other:?}"),
    }
}

async fn until_cut(wire: &mut Wire) -> Result<(u16, String)> {
    loop {
        match wire.hear().await? {
            Heard::Frame(_) => {}
            Heard::Closed(code, reason) => return Ok((code, reason)),
            Heard::Gone => bail!("it was cut without a word"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_paired_by_its_code_and_lives_until_that_is_taken_back() -> Result<()> {
    let home = TestHome::with_config(QUIET)?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let owner = daemon.client().await?;
    let phone = Phone::new(1)?;
    let shown = code(&phone.knock(&daemon, None).await?.away()?)?;
    ensure!(code(&phone.knock(&daemon, None).await?.away()?)? == shown, "it keeps its code");
    let pending = list(&owner).await?.pending;
    ensure!(pending.len() == 1 && pending[0].code == shown, "{pending:?}");
    ensure!(pending[0].device_id == phone.id() && pending[0].name == "Anna's phone", "{pending:?}");
    approve(&owner, shown, &[Scope::SessionRead]).await?;

    let (mut wire, hello) = phone.knock(&daemon, None).await?.inside()?;
    ensure!(hello["auth"]["principal"] == json!({ "kind": "device", "id": phone.id() }), "{hello}");
    ensure!(hello["auth"]["scopes"] == json!(["runtime.read", "session.read"]), "{hello}");
    ensure!(ask(&mut wire, "sessions.list", json!({})).await?["ok"] == true);
    let refused = ask(&mut wire, "config.get", json!({})).await?;
    ensure!(refused["error"]["code"] == "FORBIDDEN", "{refused}");

    let idempotency_key = idempotency_key()?;
    let params = RenameParams { device: phone.id(), name: "Old phone".to_owned(), idempotency_key };
    owner.request::<call::DevicesRename>(params).await?;
    ensure!(list(&owner).await?.devices[0].name == "Old phone");

    // It stays paired over the death of the daemon.
    daemon.kill()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let owner = daemon.client().await?;
    let (mut wire, _) = phone.knock(&daemon, None).await?.inside()?;
    owner.request::<call::DevicesRevoke>(named(&phone.id()[..12])?).await?;
    let (code, reason) = until_cut(&mut wire).await?;
    ensure!((code, reason.as_str()) == (1008, "your authority was taken back"), "{code} {reason}");
    phone.knock(&daemon, None).await?.away()?;

    // Who is turned away has to ask again, and is given another code.
    let first = list(&owner).await?.pending.remove(0).code;
    owner.request::<call::DevicesReject>(named(&first)?).await?;
    ensure!(list(&owner).await?.pending.is_empty());
    let stale = approve(&owner, first, &[Scope::SessionRead]).await;
    ensure!(stale.is_err(), "a code that was turned away pairs nothing");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_pairs_one_device_and_a_rotated_key_opens_nothing() -> Result<()> {
    let home = TestHome::with_config(QUIET)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let owner = daemon.client().await?;
    let (old, new) = (Phone::new(1)?, Phone::new(2)?);
    let made = ticket(&owner).await?;
    let (mut wire, hello) = old.knock(&daemon, Some(&made.ticket)).await?.inside()?;
    ensure!(hello["auth"]["scopes"] == json!(made.scopes), "{hello}");
    ensure!(list(&owner).await?.devices[0].name == "Tablet");
    let again = new.knock(&daemon, Some(&made.ticket)).await?.away()?;
    ensure!(again.starts_with("NOT_PAIRED"), "a ticket pairs once: {again}");

    let rotated = owner.request::<call::DevicesRotate>(named(&old.id())?).await?;
    ensure!(until_cut(&mut wire).await?.0 == 1008, "its old key ended with its connection");
    old.knock(&daemon, None).await?.away()?;
    new.knock(&daemon, Some(&rotated.ticket)).await?.inside()?;
    let devices = list(&owner).await?.devices;
    ensure!(devices.len() == 1 && devices[0].id == new.id(), "{devices:?}");
    ensure!(devices[0].name == "Tablet", "it is the same device with another key: {devices:?}");
    // Neither the tickets nor a signature lies anywhere in the home.
    for entry in std::fs::read_dir(home.path().join("state"))? {
        let path = entry?.path();
        let bytes = if path.is_file() { std::fs::read(&path)? } else { Vec::new() };
        for ticket in [&made.ticket, &rotated.ticket] {
            let is_there = bytes.windows(ticket.len()).any(|part| part == ticket.as_bytes());
            ensure!(!is_there, "a ticket lies in {}", path.display());
        }
    }
    Ok(())
}

/// Why a device is turned away that answers a challenge so.
async fn refusal(
    daemon: &DaemonProcess,
    auth: impl Fn(&str) -> Result<DeviceAuth>,
) -> Result<String> {
    let (wire, nonce) = challenged(daemon).await?;
    say_hello(wire, &auth(&nonce)?).await?.away()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_holds_for_one_connection_one_moment_and_one_key() -> Result<()> {
    let home = TestHome::with_config(QUIET)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let owner = daemon.client().await?;
    let phone = Phone::new(1)?;
    let made = ticket(&owner).await?;
    phone.knock(&daemon, Some(&made.ticket)).await?.inside()?;

    // What was overheard on one connection is worth nothing on the next.
    let (wire, nonce) = challenged(&daemon).await?;
    let overheard = phone.auth(&nonce, None, clock()?)?;
    say_hello(wire, &overheard).await?.inside()?;
    let reason = refusal(&daemon, |_| Ok(overheard.clone())).await?;
    ensure!(reason.starts_with("DEVICE_AUTH_NONCE"), "replayed: {reason}");
    let reason =
        refusal(&daemon, |nonce| Ok(DeviceAuth { nonce: nonce.to_owned(), ..overheard.clone() }))
            .await?;
    ensure!(reason.starts_with("DEVICE_AUTH_SIGNATURE"), "of another challenge: {reason}");
    for off_ms in [-TOO_OLD_MS, TOO_OLD_MS] {
        let at = Timestamp(clock()?.0 + off_ms);
        let reason = refusal(&daemon, |nonce| phone.auth(nonce, None, at)).await?;
        ensure!(reason.starts_with("DEVICE_AUTH_CLOCK"), "{off_ms}: {reason}");
    }
    let thief = Phone::new(3)?;
    let reason = refusal(&daemon, |nonce| {
        let own = phone.auth(nonce, None, clock()?)?;
        Ok(DeviceAuth { public_key: own.public_key, ..thief.auth(nonce, None, clock()?)? })
    })
    .await?;
    ensure!(reason.starts_with("DEVICE_AUTH_SIGNATURE"), "with another key: {reason}");
    let reason = refusal(&daemon, |nonce| {
        let scopes = Some(Scope::ALL.to_vec());
        Ok(DeviceAuth { scopes, ..phone.auth(nonce, None, clock()?)? })
    })
    .await?;
    ensure!(reason.starts_with("DEVICE_AUTH_SIGNATURE"), "scopes are signed, too: {reason}");
    // Whoever holds the right key is not held up by any of this.
    phone.knock(&daemon, None).await?.inside()?;
    Ok(())
}
