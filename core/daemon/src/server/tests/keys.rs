//! Keys and signed tokens: what their holders may, and how it ends.

use serde_json::{Value, json};

use super::browsers::BrowserKey;
use super::stream::{read_on, read_until};
use super::support::{Client, House, hello};

/// A key with these scopes; its id and its value.
async fn issue(house: &House, scopes: &[&str], more: Value) -> (String, String) {
    let mut params = json!({ "label": "test", "scopes": scopes, "idempotencyKey": fresh() });
    for (name, value) in more.as_object().unwrap() {
        params[name] = value.clone();
    }
    let answer = house.client().await.call("keys.create", params).await;
    assert_eq!(answer["ok"], true, "{answer}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&answer["payload"]["key"]["id"]), text(&answer["payload"]["value"]))
}

fn fresh() -> String {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).unwrap();
    hex::encode(bytes)
}

async fn revoke(house: &House, id: &str) {
    let params = json!({ "id": id, "idempotencyKey": fresh() });
    let answer = house.client().await.call("keys.revoke", params).await;
    assert_eq!(answer["ok"], true, "{answer}");
}

async fn token(client: &mut Client, more: Value) -> Value {
    let mut params = json!({ "idempotencyKey": fresh() });
    for (name, value) in more.as_object().unwrap() {
        params[name] = value.clone();
    }
    client.call("keys.token", params).await
}

impl House {
    async fn come_in(&self, secret: &str) -> (Client, Value) {
        let mut client = self.knock(&[]).await;
        client.say(&hello(Some(secret))).await;
        let answer = client.hear().await;
        (client, answer)
    }
}

fn methods(hello_ok: &Value) -> Vec<&str> {
    let names = hello_ok["features"]["methods"].as_array().unwrap();
    names.iter().map(|name| name.as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_key_is_named_by_its_label_where_one_alone_has_it() {
    let house = House::new().await;
    let (first, _) = issue(&house, &["session.read"], json!({ "label": "ci" })).await;
    let (second, _) = issue(&house, &["session.read"], json!({ "label": "ci" })).await;
    let mut owner = house.client().await;
    let mut named = async |name: &str| {
        let params = json!({ "id": name, "idempotencyKey": fresh() });
        owner.call("keys.revoke", params).await
    };
    assert_eq!(named("ci").await["error"]["code"], "NOT_FOUND", "two are called so");
    assert_eq!(named(&first).await["ok"], true);
    assert_eq!(named("ci").await["payload"]["key"]["id"], second.as_str());
}

#[tokio::test]
async fn two_keys_with_other_scopes_are_offered_other_methods() {
    let house = House::new().await;
    let (id, reader) = issue(&house, &["session.read"], json!({})).await;
    let (_, writer) = issue(&house, &["session.write", "acl.read"], json!({})).await;
    let (mut reader, reader_ok) = house.come_in(&reader).await;
    let (mut writer, writer_ok) = house.come_in(&writer).await;
    assert_eq!(reader_ok["auth"]["principal"], json!({ "kind": "api_key", "id": id }));
    assert_eq!(reader_ok["auth"]["scopes"], json!(["runtime.read", "session.read"]));
    assert!(methods(&reader_ok).contains(&"sessions.list"));
    assert!(!methods(&reader_ok).contains(&"sessions.send"));
    assert!(methods(&writer_ok).contains(&"sessions.send"));
    assert!(!methods(&writer_ok).contains(&"sessions.list"));
    assert_eq!(reader.call("sessions.list", json!({})).await["ok"], true);
    let refused = writer.call("sessions.list", json!({})).await;
    assert_eq!(refused["error"]["code"], "FORBIDDEN", "{refused}");
    assert_eq!(writer.call("acl.grants.list", json!({})).await["ok"], true);
}

#[tokio::test]
async fn a_key_comes_in_by_every_header_and_is_on_record_by_its_id() {
    let house = House::new().await;
    let (id, key) = issue(&house, &["runtime.read"], json!({})).await;
    for line in [format!("Authorization: Bearer {key}"), format!("X-API-Key: {key}")] {
        let answer = house.ask("GET /health", &[&line]).await;
        assert!(answer.json()["checks"].is_array(), "{}", answer.0);
        assert_eq!(house.ask("GET /metrics", &[&line]).await.status(), 200);
    }
    let wrong = ["X-API-Key: nxk_no", "X-API-Key: ", "Authorization: Bearer nxk_"];
    for line in wrong {
        let answer = house.while_time_passes(house.ask("GET /metrics", &[line])).await;
        assert_eq!(answer.status(), 401, "{line}");
    }
    let mut owner = house.client().await;
    let listed = owner.call("keys.list", json!({})).await;
    assert_eq!(listed["payload"]["keys"][0]["id"], id);
    assert!(listed["payload"]["keys"][0]["last_used_at"].is_number(), "{listed}");
    assert!(!listed.to_string().contains(&key));
    let audit = owner.call("acl.audit.list", json!({ "limit": 200 })).await.to_string();
    for action in ["create_key", "connect"] {
        assert!(audit.contains(&format!("\"{action}\"")), "{audit}");
    }
    assert!(audit.contains("an API key was shown") && !audit.contains(&key));
}

#[tokio::test]
async fn revoking_a_key_cuts_socket_and_stream_and_leaves_others_alone() {
    let house = House::new().await;
    let (id, key) = issue(&house, &["session.read"], json!({})).await;
    let (_, other) = issue(&house, &["session.read"], json!({})).await;
    let (mut mine, _) = house.come_in(&key).await;
    let (mut neighbour, _) = house.come_in(&other).await;
    let lines = [format!("Authorization: Bearer {key}")];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let path = "/api/events/stream?types=system.*&after=0";
    let (mut stream, _) = read_until(&house, path, &lines, "connected").await;
    revoke(&house, &id).await;
    assert_eq!(mine.goodbye().await.1, "your authority was taken back");
    read_on(&mut stream, "event: revoked\n").await;
    assert_eq!(neighbour.call("sessions.list", json!({})).await["ok"], true);
    let (_, refused) = house.come_in(&key).await;
    assert_eq!(refused["type"], "hello-error");
    let answer = house.while_time_passes(house.ask("GET /metrics", &lines)).await;
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn a_key_ends_by_itself_and_takes_its_connections_with_it() {
    let house = House::new().await;
    let (_, key) = issue(&house, &["session.read"], json!({ "lifetimeMs": 60_000 })).await;
    let (mut client, _) = house.come_in(&key).await;
    let (_, reason) = house.while_time_passes(client.goodbye()).await;
    assert_eq!(reason, "your authority was taken back");
    let (_, refused) = house.come_in(&key).await;
    assert_eq!(refused["type"], "hello-error");
}

#[tokio::test]
async fn nobody_hands_on_more_than_they_have() {
    let house = House::new().await;
    let (_, key) = issue(&house, &["access.admin", "session.read"], json!({})).await;
    let (mut client, _) = house.come_in(&key).await;
    let params = json!({ "label": "x", "scopes": ["session.read"], "idempotencyKey": fresh() });
    let refused = client.call("keys.create", params).await;
    assert_eq!(refused["error"]["message"], "a key cannot issue keys");
    let refused = token(&mut client, json!({ "scopes": ["session.write"] })).await;
    assert_eq!(refused["error"]["code"], "FORBIDDEN", "{refused}");
    let made = token(&mut client, json!({ "scopes": ["session.read"] })).await;
    let jwt = made["payload"]["token"].as_str().unwrap();
    let (mut limited, ok) = house.come_in(jwt).await;
    assert_eq!(ok["auth"]["scopes"], json!(["runtime.read", "session.read"]));
    let refused = token(&mut limited, json!({ "scopes": ["access.admin"] })).await;
    assert_eq!(refused["error"]["code"], "FORBIDDEN", "{refused}");
    let lines = [format!("Authorization: Bearer {jwt}"), "Content-Length: 0".to_owned()];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(house.ask("POST /api/link", &lines).await.status(), 403, "outlives the token");
}

#[tokio::test]
async fn a_key_for_some_agents_follows_what_happens_in_their_sessions_and_nothing_else() {
    let house = House::with_config("[agents.other]\nsteps_max = 3\n").await;
    let mut owner = house.client().await;
    let send = |key: &str, agent: &str| json!({ "key": key, "agentId": agent, "message": "hello", "idempotencyKey": fresh() });
    for (key, agent) in [("mine", "other"), ("theirs", "main")] {
        assert_eq!(owner.call("sessions.send", send(key, agent)).await["ok"], true);
    }
    let scopes = ["session.read", "request.read", "acl.read"];
    let (_, key) = issue(&house, &scopes, json!({ "agents": ["other"] })).await;
    let (mut limited, ok) = house.come_in(&key).await;
    assert!(methods(&ok).contains(&"events.subscribe"));
    let begun = limited.call("events.subscribe", json!({ "after": 0 })).await;
    assert_eq!(begun["ok"], true, "{begun}");
    // From the ledger, and then as it happens.
    let created = limited.event("session.created").await;
    assert_eq!(created["payload"]["session_key"], "mine", "{created}");
    for (key, agent) in [("theirs", "main"), ("theirs-too", "main"), ("mine-too", "other")] {
        assert_eq!(owner.call("sessions.send", send(key, agent)).await["ok"], true);
    }
    let created = limited.event("session.created").await;
    assert_eq!(created["payload"]["session_key"], "mine-too", "{created}");
    let seen = serde_json::to_string(&limited.events).unwrap();
    assert!(!seen.contains("theirs") && !seen.contains("system.started"), "{seen}");
    let path = "/api/events/stream?after=0&types=session.*";
    let (_, text) =
        read_until(&house, path, &[&format!("Authorization: Bearer {key}")], "mine-too").await;
    assert!(!text.contains("theirs"), "{text}");
}

#[tokio::test]
async fn a_key_for_some_agents_sees_and_uses_no_others() {
    let house = House::new().await;
    let mut owner = house.client().await;
    let send = |key: &str| json!({ "key": key, "message": "hello", "idempotencyKey": fresh() });
    assert_eq!(owner.call("sessions.send", send("main")).await["ok"], true);
    let scopes = ["session.read", "session.write", "acl.read", "agent.read"];
    let (_, stranger) = issue(&house, &scopes, json!({ "agents": ["other"] })).await;
    let (mut stranger, ok) = house.come_in(&stranger).await;
    assert!(!methods(&ok).contains(&"acl.grants.list"), "it reaches beyond the agent");
    let listed = stranger.call("sessions.list", json!({})).await;
    assert_eq!(listed["payload"]["sessions"], json!([]), "{listed}");
    for method in ["sessions.get", "sessions.history"] {
        let answer = stranger.call(method, json!({ "key": "main" })).await;
        assert_eq!(answer["error"]["code"], "NOT_FOUND", "{method}: {answer}");
    }
    let text = stranger.call("events.subscribe", json!({ "transient": true })).await;
    assert_eq!(
        text["error"]["code"], "FORBIDDEN",
        "it has no place to look an owner up for: {text}"
    );
    let sent = stranger.call("sessions.send", send("mine")).await;
    let request = sent["payload"]["requestId"].as_str().unwrap().to_owned();
    let (_, friend) = issue(&house, &scopes, json!({ "agents": ["main"] })).await;
    let (mut friend, _) = house.come_in(&friend).await;
    let listed = friend.call("sessions.list", json!({})).await;
    assert_eq!(listed["payload"]["sessions"][0]["key"], "main", "{listed}");
    let mut trace = Value::Null;
    while trace["payload"]["request"]["error"].is_null() {
        trace = owner.call("requests.get", json!({ "id": request })).await;
    }
    let error = trace["payload"]["request"]["error"].as_str().unwrap().to_owned();
    assert!(error.contains("may use other and not `main`"), "{error}");
}

#[tokio::test]
async fn a_signed_token_ends_with_its_time_its_maker_and_its_secret() {
    let house = House::new().await;
    let (id, key) = issue(&house, &["session.read"], json!({})).await;
    let (mut maker, _) = house.come_in(&key).await;
    let by_key = token(&mut maker, json!({})).await["payload"]["token"].clone();
    let by_owner = token(&mut house.client().await, json!({ "lifetimeMs": 3_600_000 })).await;
    let by_owner = by_owner["payload"]["token"].clone();
    let (mut first, ok) = house.come_in(by_key.as_str().unwrap()).await;
    assert_eq!(ok["auth"]["principal"]["kind"], "api_key");
    revoke(&house, &id).await;
    assert_eq!(first.goodbye().await.1, "your authority was taken back");
    let (mut second, ok) = house.come_in(by_owner.as_str().unwrap()).await;
    assert_eq!(ok["auth"]["principal"]["kind"], "owner");
    let params = json!({ "idempotencyKey": fresh() });
    let rotated = house.client().await.call("keys.rotate", params).await;
    assert_eq!(rotated["ok"], true, "{rotated}");
    assert_eq!(second.goodbye().await.1, "your authority was taken back");
    let (_, refused) = house.come_in(by_owner.as_str().unwrap()).await;
    assert_eq!(refused["type"], "hello-error");
    let short = token(&mut house.client().await, json!({ "lifetimeMs": 30_000 })).await;
    let (mut third, _) = house.come_in(short["payload"]["token"].as_str().unwrap()).await;
    let (_, reason) = house.while_time_passes(third.goodbye()).await;
    assert_eq!(reason, "your authority was taken back");
}

#[tokio::test]
async fn a_link_hands_on_what_its_maker_has_for_as_long_as_the_maker_has_it() {
    let house = House::new().await;
    let (id, key) = issue(&house, &["session.read"], json!({})).await;
    let lines = [format!("Authorization: Bearer {key}"), "Content-Length: 0".to_owned()];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let made = house.ask("POST /api/link", &lines).await;
    let url = made.json()["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(&format!("http://{}", house.address())).unwrap();
    let opened = house.ask(&format!("GET {path}"), &[]).await;
    let cookie = opened.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let browser_key = BrowserKey::new();
    let (mut browser, ok) = house.browse(&cookie, |nonce| browser_key.proof(nonce)).await;
    assert_eq!(ok["auth"]["scopes"], json!(["runtime.read", "session.read"]), "{ok}");
    revoke(&house, &id).await;
    assert_eq!(browser.goodbye().await.1, "your authority was taken back");
    let line = format!("Cookie: {cookie}");
    let health = house.while_time_passes(house.ask("GET /health", &[&line])).await;
    assert!(health.json()["checks"].is_null(), "{}", health.0);
}
