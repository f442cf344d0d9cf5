//! Devices and the password, at the door.

use std::sync::Arc;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_domain::Failure;
use nexus_protocol::Scope;
use nexus_protocol::device::{DeviceAuth, signed_text};
use nexus_protocol::frame::{ClientAuth, ClientFacts, Hello};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use super::support::House;
use crate::authorize::{Caller, is_offered};
use crate::dispatch::Dispatcher;
use crate::server::Peer;
use crate::server::door::Shared;

const NONCE: &str = "the nonce of a challenge";

/// The door of a daemon.
struct Door {
    house: House,
    shared: Arc<Shared>,
}

impl Door {
    async fn new() -> Self {
        let house = House::new().await;
        let context = house.daemon.context();
        let dispatcher = Dispatcher::new(Arc::clone(context));
        let shared = Shared::new(Arc::clone(context), dispatcher, TaskTracker::new());
        Self { shared: Arc::new(shared), house }
    }

    async fn knock(&self, auth: ClientAuth) -> Result<Caller, Failure> {
        let place = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
        let address = self.house.address();
        let peer = Peer {
            address,
            is_secure: false,
            seat: None,
            _place: Arc::new(place),
            recorded: Arc::default(),
        };
        let hello = Hello {
            min_protocol: 1,
            max_protocol: 1,
            client: client(),
            caps: Vec::new(),
            auth: Some(auth),
            locale: None,
            user_agent: None,
        };
        let knock = self.shared.by_hello(&hello, NONCE, None, &peer, "/ws");
        self.house.while_time_passes(knock).await
    }

    async fn call(&self, method: &str, more: Value) -> Value {
        let mut params = json!({});
        if method != "devices.list" {
            params["idempotencyKey"] = json!(format!("{method}{more}"));
        }
        for (name, value) in more.as_object().unwrap() {
            params[name] = value.clone();
        }
        let answer = self.house.client().await.call(method, params).await;
        assert_eq!(answer["ok"], true, "{method}: {answer}");
        answer["payload"].clone()
    }
}

fn client() -> ClientFacts {
    ClientFacts {
        name: "phone".to_owned(),
        version: "1".to_owned(),
        platform: "ios".to_owned(),
        mode: "ui".to_owned(),
        instance_id: None,
    }
}

struct Key(Ed25519KeyPair);

impl Key {
    fn new(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }

    fn id(&self) -> String {
        hex::encode(Sha256::digest(self.0.public_key().as_ref()))
    }

    fn auth(&self, door: &Door, ticket: Option<&str>, scopes: Option<Vec<Scope>>) -> ClientAuth {
        self.answer(&door.house, NONCE, ticket, scopes)
    }

    /// Signs the nonce of a challenge.
    fn answer(
        &self,
        house: &House,
        nonce: &str,
        ticket: Option<&str>,
        scopes: Option<Vec<Scope>>,
    ) -> ClientAuth {
        let mut auth = DeviceAuth {
            public_key: URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref()),
            signature: String::new(),
            signed_at: house.daemon.context().clock.now(),
            nonce: nonce.to_owned(),
            scopes,
            ticket: ticket.map(str::to_owned),
        };
        let text = signed_text(&self.id(), &client(), &auth).unwrap();
        auth.signature = URL_SAFE_NO_PAD.encode(self.0.sign(text.as_bytes()).as_ref());
        ClientAuth { device: Some(auth), ..ClientAuth::default() }
    }
}

#[tokio::test]
async fn a_device_comes_in_over_a_socket_by_the_challenge_of_that_socket() {
    let house = House::new().await;
    let phone = Key::new(9);
    let mut owner = house.client().await;
    let mut seen = Vec::new();
    // Unpaired, then paired, then with the challenge of another socket.
    for (nonce_of, expected) in [(0, "hello-error"), (1, "hello-ok"), (1, "hello-error")] {
        let mut client = house.knock(&[]).await;
        let challenge = client.hear_any().await;
        assert_eq!(challenge["event"], "challenge", "{challenge}");
        seen.push(challenge["payload"]["nonce"].as_str().unwrap().to_owned());
        let auth = phone.answer(&house, &seen[nonce_of], None, None);
        let mut hello = super::support::hello(None);
        hello["client"] = serde_json::to_value(self::client()).unwrap();
        hello["auth"] = serde_json::to_value(auth).unwrap();
        client.say(&hello).await;
        let answer = house.while_time_passes(client.hear()).await;
        assert_eq!(answer["type"], expected, "{answer}");
        if nonce_of == 0 {
            let reason = answer["reason"].as_str().unwrap();
            let code = reason.split_whitespace().last().unwrap();
            let params = json!({
                "device": code, "name": "Phone", "scopes": ["session.read"], "idempotencyKey": "a",
            });
            let approved = owner.call("devices.approve", params).await;
            assert_eq!(approved["ok"], true, "{approved} for {reason}");
        }
    }
}

#[tokio::test]
async fn a_stranger_is_told_how_to_be_paired_and_comes_in_once_it_is() {
    let door = Door::new().await;
    let phone = Key::new(1);
    let refused = door.knock(phone.auth(&door, None, None)).await.unwrap_err();
    assert_eq!(refused.code, "NOT_PAIRED");
    let listed = door.call("devices.list", json!({})).await;
    let code = listed["pending"][0]["code"].as_str().unwrap();
    assert!(refused.message.contains(&format!("nexus device approve {code}")), "{refused}");
    let scopes = json!(["session.read"]);
    let asked = json!({ "device": code, "name": "My phone", "scopes": scopes });
    let paired = door.call("devices.approve", asked).await;
    assert_eq!(paired["device"]["id"], phone.id());
    assert_eq!(paired["device"]["scopes"], json!(["runtime.read", "session.read"]));
    let caller = door.knock(phone.auth(&door, None, None)).await.unwrap();
    assert_eq!(caller.principal.to_string(), format!("device:{}", phone.id()));
    let context = door.house.daemon.context();
    let offers =
        |name: &str| is_offered(context, &caller, nexus_protocol::Method::by_name(name).unwrap());
    assert!(offers("sessions.list") && !offers("sessions.send"));
    let fewer = door.knock(phone.auth(&door, None, Some(vec![Scope::RuntimeRead]))).await;
    assert_eq!(fewer.unwrap().scopes, [Scope::RuntimeRead]);
    let listed = door.call("devices.list", json!({})).await;
    assert_eq!(listed["pending"], json!([]));
    assert_eq!(listed["devices"][0]["name"], "My phone");
    assert!(listed["devices"][0]["last_used_at"].is_number(), "{listed}");
    let renamed = json!({ "device": &phone.id()[..8], "name": "Old phone" });
    assert_eq!(door.call("devices.rename", renamed).await["device"]["name"], "Old phone");
    let now = context.clock.now();
    assert!(context.ways.holds(&caller.authority, now));
    door.call("devices.revoke", json!({ "device": phone.id() })).await;
    assert!(!context.ways.holds(&caller.authority, now));
    let refused = door.knock(phone.auth(&door, None, None)).await.unwrap_err();
    assert_eq!(refused.code, "NOT_PAIRED");
    door.call("devices.reject", json!({ "device": phone.id() })).await;
    assert_eq!(door.call("devices.list", json!({})).await["pending"], json!([]));
}

#[tokio::test]
async fn a_ticket_pairs_one_device_and_a_new_key_takes_the_place_of_an_old_one() {
    let door = Door::new().await;
    let made = door.call("devices.pair", json!({ "name": "Tablet" })).await;
    let ticket = made["ticket"].as_str().unwrap();
    let (first, second) = (Key::new(1), Key::new(2));
    let caller = door.knock(first.auth(&door, Some(ticket), None)).await.unwrap();
    assert!(caller.has(Scope::AclApprove) && !caller.has(Scope::AccessAdmin));
    let refused = door.knock(second.auth(&door, Some(ticket), None)).await.unwrap_err();
    assert_eq!(refused.code, "NOT_PAIRED", "a ticket pairs once");
    let made = door.call("devices.rotate", json!({ "device": first.id() })).await;
    let ticket = made["ticket"].as_str().unwrap();
    let refused = door.knock(first.auth(&door, None, None)).await.unwrap_err();
    assert_eq!(refused.code, "NOT_PAIRED", "its old key ended");
    door.knock(second.auth(&door, Some(ticket), None)).await.unwrap();
    let listed = door.call("devices.list", json!({})).await;
    assert_eq!(listed["devices"][0]["id"], second.id());
    assert_eq!(listed["devices"][0]["name"], "Tablet");
}

#[tokio::test]
async fn a_device_proves_itself_with_its_own_key_and_nothing_beside_it() {
    let door = Door::new().await;
    let phone = Key::new(1);
    let mut forged = phone.auth(&door, None, None);
    forged.device.as_mut().unwrap().signed_at.0 += 1;
    assert_eq!(door.knock(forged).await.unwrap_err().code, "DEVICE_AUTH_SIGNATURE");
    let mut replayed = phone.auth(&door, None, None);
    replayed.device.as_mut().unwrap().nonce = "of another connection".to_owned();
    assert_eq!(door.knock(replayed).await.unwrap_err().code, "DEVICE_AUTH_NONCE");
    let mut both = phone.auth(&door, None, None);
    both.token = Some(door.house.token());
    assert_eq!(door.knock(both).await.unwrap_err().code, "INVALID_REQUEST");
    assert_eq!(door.call("devices.list", json!({})).await["pending"], json!([]));
}

#[tokio::test]
async fn the_password_is_the_owners_and_a_new_one_ends_what_the_old_one_opened() {
    let door = Door::new().await;
    let with = |password: &str| ClientAuth {
        password: Some(password.to_owned()),
        ..ClientAuth::default()
    };
    let first = "correct horse battery";
    assert_eq!(door.knock(with(first)).await.unwrap_err().code, "UNAUTHORIZED", "none is set");
    door.call("login.password", json!({ "password": first })).await;
    let caller = door.knock(with(first)).await.unwrap();
    assert_eq!(caller.principal.to_string(), "owner");
    for wrong in ["", "correct horse batterz"] {
        assert_eq!(door.knock(with(wrong)).await.unwrap_err().code, "UNAUTHORIZED", "{wrong}");
    }
    let context = door.house.daemon.context();
    let holds = |caller: &Caller| context.ways.holds(&caller.authority, context.clock.now());
    assert!(holds(&caller));
    door.call("login.password", json!({ "password": "another good one" })).await;
    assert!(!holds(&caller));
    let caller = door.knock(with("another good one")).await.unwrap();
    assert_eq!(door.call("login.password", json!({})).await["isSet"], false);
    assert!(!holds(&caller));
    assert_eq!(door.knock(with("another good one")).await.unwrap_err().code, "UNAUTHORIZED");
    let mut owner = door.house.client().await;
    let audit = owner.call("acl.audit.list", json!({ "limit": 200 })).await.to_string();
    assert!(audit.contains("the password was given") && !audit.contains(first), "{audit}");
}

#[tokio::test]
async fn an_address_may_carry_a_short_lived_token_and_nothing_else() {
    let door = Door::new().await;
    let key = json!({ "label": "x", "scopes": ["session.read"] });
    let key = door.call("keys.create", key).await["value"].as_str().unwrap().to_owned();
    let token = async |life_ms: u64| {
        let made = door.call("keys.token", json!({ "lifetimeMs": life_ms })).await;
        made["token"].as_str().unwrap().to_owned()
    };
    let (hour, day) = (token(3_600_000).await, token(86_400_000).await);
    let knock = async |query: &str, lines: &[(&'static str, &str)]| {
        let mut headers = axum::http::HeaderMap::new();
        for (name, value) in lines {
            headers.insert(*name, value.parse().unwrap());
        }
        let place = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
        let address = door.house.address();
        let peer = Peer {
            address,
            is_secure: false,
            seat: None,
            _place: Arc::new(place),
            recorded: Arc::default(),
        };
        let uri = format!("/ws/agent{query}").parse().unwrap();
        let upgrade = door.shared.by_upgrade(&headers, &uri, &peer, "/ws/agent");
        door.house.while_time_passes(upgrade).await.map(|upgrade| {
            let protocol = upgrade.subprotocol.map(|name| name.to_str().unwrap().to_owned());
            (upgrade.caller.principal.to_string(), protocol)
        })
    };
    assert_eq!(knock(&format!("?token={hour}"), &[]).await.unwrap().0, "owner");
    for wrong in [&day, &key, &door.house.token()] {
        assert!(knock(&format!("?token={wrong}"), &[]).await.is_err(), "{wrong}");
    }
    let names = format!("jsonrpc, {day}");
    let (_, named) = knock("", &[("sec-websocket-protocol", &names)]).await.unwrap();
    assert_eq!(named.as_deref(), Some("jsonrpc"));
    assert!(knock("", &[("x-api-key", &key)]).await.unwrap().0.starts_with("api_key:"));
    assert!(knock("", &[]).await.is_err());
}
