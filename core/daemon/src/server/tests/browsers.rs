//! Browsers that are signed in: the cookie says who comes, the key proves that it is not stolen.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_protocol::login::browser_text;
use serde_json::{Value, json};

use super::support::{Client, House, hello};
use crate::server::login::BIND_MS_MAX;

/// A browser's key, as its page holds it.
pub(super) struct BrowserKey(EcdsaKeyPair);

impl BrowserKey {
    pub(super) fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref())
    }

    /// What it shows in a hello after this challenge.
    pub(super) fn proof(&self, nonce: &str) -> Value {
        let public_key = self.public();
        let text = browser_text(&public_key, nonce);
        let signature = self.0.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
        json!({ "browser": { "publicKey": public_key, "signature": signature, "nonce": nonce } })
    }
}

impl House {
    /// A cookie of a browser that came by a link of the owner; with the cookie it had before.
    pub(super) async fn cookie(&self, before: Option<&str>) -> String {
        let lines = [&self.bearer(), "Content-Length: 0"];
        let made = self.ask("POST /api/link", &lines).await.json();
        let url = made["url"].as_str().unwrap();
        let path = url.strip_prefix(&format!("http://{}", self.address())).unwrap();
        let lines: Vec<String> =
            before.map(|cookie| format!("Cookie: {cookie}")).into_iter().collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let opened = self.ask(&format!("GET {path}"), &lines).await;
        opened.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    }

    /// Comes with a cookie and what `auth` makes of the challenge; gives the answer to the hello.
    pub(super) async fn browse(
        &self,
        cookie: &str,
        auth: impl FnOnce(&str) -> Value,
    ) -> (Client, Value) {
        let mut client = self.knock(&[("cookie", cookie)]).await;
        let challenge = client.hear_any().await;
        let mut said = hello(None);
        match auth(challenge["payload"]["nonce"].as_str().unwrap()) {
            Value::Null => {}
            auth => said["auth"] = auth,
        }
        client.say(&said).await;
        let answer = self.while_time_passes(client.hear()).await;
        (client, answer)
    }
}

#[track_caller]
fn refused(answer: &Value, code: &str) {
    let reason = answer["reason"].as_str().unwrap_or_default();
    assert!(answer["type"] == "hello-error" && reason.starts_with(code), "{code}: {answer}");
}

#[tokio::test]
async fn a_stolen_cookie_opens_nothing_without_the_key() {
    let house = House::new().await;
    let (cookie, key, thief) = (house.cookie(None).await, BrowserKey::new(), BrowserKey::new());
    let mut heard = Value::Null;
    let (_client, answer) = house
        .browse(&cookie, |nonce| {
            heard = key.proof(nonce);
            heard.clone()
        })
        .await;
    assert_eq!(answer["type"], "hello-ok", "{answer}");
    assert_eq!(answer["auth"]["principal"]["kind"], "owner", "{answer}");

    let (_, answer) = house.browse(&cookie, |_| Value::Null).await;
    refused(&answer, "BROWSER_AUTH_MISSING");
    let (_, answer) = house.browse(&cookie, |nonce| thief.proof(nonce)).await;
    refused(&answer, "BROWSER_AUTH_KEY");
    let (_, answer) = house.browse(&cookie, |_| heard.clone()).await;
    refused(&answer, "BROWSER_AUTH_NONCE");
    let (_, answer) = house
        .browse(&cookie, |nonce| {
            let mut replayed = heard.clone();
            replayed["browser"]["nonce"] = json!(nonce);
            replayed
        })
        .await;
    refused(&answer, "BROWSER_AUTH_SIGNATURE");
    let (_, answer) = house
        .browse(&cookie, |nonce| {
            let mut posing = thief.proof(nonce);
            posing["browser"]["publicKey"] = json!(key.public());
            posing
        })
        .await;
    refused(&answer, "BROWSER_AUTH_SIGNATURE");

    // Nor does it open anything over HTTP by which a browser of the thief's could come in.
    let cookie_line = format!("Cookie: {cookie}");
    for ask in ["GET /metrics", "GET /api/events/stream", "POST /api/link", "GET /ws/agent"] {
        let lines = [&cookie_line, "Content-Length: 0"];
        let answer = house.while_time_passes(house.ask(ask, &lines)).await;
        assert_eq!(answer.status(), 401, "{ask}: {}", answer.0);
    }
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "health" }).to_string();
    let lines = [cookie_line.as_str(), "Content-Type: application/json"];
    for path in ["/rpc", "/", "/agent/main", "/tools/invoke"] {
        let answer = house.while_time_passes(house.post(path, &call, &lines)).await;
        assert_eq!(answer.status(), 401, "{path}: {}", answer.0);
    }
    let (_client, answer) = house.browse(&cookie, |nonce| key.proof(nonce)).await;
    assert_eq!(answer["type"], "hello-ok", "the browser itself comes back: {answer}");
}

#[tokio::test]
async fn a_session_that_no_key_took_in_time_is_over() {
    let house = House::new().await;
    let (cookie, key) = (house.cookie(None).await, BrowserKey::new());
    let cookie_line = format!("Cookie: {cookie}");
    assert!(house.ask("GET /health", &[&cookie_line]).await.json()["checks"].is_array());
    house.pass(BIND_MS_MAX);
    let (_, answer) = house.browse(&cookie, |nonce| key.proof(nonce)).await;
    refused(&answer, "unauthorized");
    let health = house.while_time_passes(house.ask("GET /health", &[&cookie_line])).await;
    assert!(health.json()["checks"].is_null(), "{}", health.0);
}

#[tokio::test]
async fn signing_in_anew_ends_the_session_before_and_a_person_ends_any() {
    let house = House::new().await;
    let (old, key) = (house.cookie(None).await, BrowserKey::new());
    let (mut tab, answer) = house.browse(&old, |nonce| key.proof(nonce)).await;
    assert_eq!(answer["type"], "hello-ok", "{answer}");
    let new = house.cookie(Some(&old)).await;
    assert_eq!(tab.goodbye().await.1, "your authority was taken back");
    let (_, answer) = house.browse(&old, |nonce| key.proof(nonce)).await;
    refused(&answer, "unauthorized");
    let (mut tab, answer) = house.browse(&new, |nonce| key.proof(nonce)).await;
    assert_eq!(answer["type"], "hello-ok", "the same key serves the next session: {answer}");

    let mut owner = house.client().await;
    let listed = owner.call("login.browsers", json!({})).await;
    let browsers = listed["payload"]["browsers"].as_array().unwrap();
    assert_eq!(browsers.len(), 1, "{listed}");
    assert!(browsers[0]["boundAt"].is_number() && browsers[0]["platform"] == "x", "{listed}");
    let id = browsers[0]["id"].as_str().unwrap();
    let params = json!({ "browser": "0000", "idempotencyKey": "none" });
    assert_eq!(owner.call("login.end", params).await["error"]["code"], "NOT_FOUND");
    let params = json!({ "browser": id[..8], "idempotencyKey": "end" });
    let ended = owner.call("login.end", params).await;
    assert_eq!(ended["payload"]["browser"]["id"], id, "{ended}");
    assert_eq!(tab.goodbye().await.1, "your authority was taken back");
    let (_, answer) = house.browse(&new, |nonce| key.proof(nonce)).await;
    refused(&answer, "unauthorized");
    let listed = owner.call("login.browsers", json!({})).await;
    assert_eq!(listed["payload"]["browsers"], json!([]), "{listed}");
    let audit = owner.call("acl.audit.list", json!({ "limit": 100 })).await.to_string();
    assert!(audit.contains("bind_key") && audit.contains("a key of its own"), "{audit}");
}
