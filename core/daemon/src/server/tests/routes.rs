//! Every address refuses what it should. The list is the table the router is built from, so that
//! a new address is tested from its first day.

use nexus_protocol::routes::{Access, Body, Reply, Route};
use serde_json::json;

use super::support::{Answer, House};

/// More than any address takes.
const TOO_LARGE_BYTES: usize = 3 * 1024 * 1024;

/// Knocks as a client would that does everything right, but for these lines.
async fn knock(house: &House, route: Route, lines: &[&str], body: &str) -> Answer {
    let has = |name: &str| lines.iter().any(|line| line.to_lowercase().starts_with(name));
    let mut own = Vec::new();
    if !has("host:") {
        own.push(format!("Host: {}", house.address()));
    }
    if let (Some(kind), false) = (route.body().content_type(), has("content-type:")) {
        own.push(format!("Content-Type: {kind}"));
    }
    if !has("content-length:") {
        own.push(format!("Content-Length: {}", body.len()));
    }
    let lines: String = own
        .iter()
        .map(String::as_str)
        .chain(lines.iter().copied())
        .map(|line| format!("{line}\r\n"))
        .collect();
    let (verb, path) = (route.verb().name(), route.path_with("x"));
    let request = format!("{verb} {path} HTTP/1.1\r\nConnection: close\r\n{lines}\r\n{body}");
    house.ask_raw(&request).await
}

fn small(route: Route) -> &'static str {
    match route.body() {
        Body::Json => r#"{"jsonrpc":"2.0","method":"health","id":1}"#,
        Body::Form => "password=wrong",
        Body::Empty => "",
    }
}

#[tokio::test]
async fn every_address_refuses_strangers_by_name_and_by_origin() {
    let house = House::new().await;
    let bearer = house.bearer();
    for route in Route::ALL {
        let foreign = ["Origin: http://evil.example", bearer.as_str()];
        let answer = knock(&house, *route, &foreign, small(*route)).await;
        assert_eq!(answer.status(), 403, "{route:?}: {}", answer.0);
        let rebound = ["Host: evil.example", bearer.as_str()];
        let answer = knock(&house, *route, &rebound, small(*route)).await;
        assert_eq!(answer.status(), 421, "{route:?}: {}", answer.0);
    }
}

#[tokio::test]
async fn every_address_refuses_a_credential_that_is_missing_wrong_or_revoked() {
    let house = House::new().await;
    let mut owner = house.client().await;
    let params = json!({ "label": "k", "scopes": ["session.read"], "idempotencyKey": "make" });
    let made = owner.call("keys.create", params).await;
    let revoked = made["payload"]["value"].as_str().unwrap().to_owned();
    let params = json!({ "id": made["payload"]["key"]["id"], "idempotencyKey": "end" });
    let ended = owner.call("keys.revoke", params).await;
    assert_eq!(ended["ok"], true, "{ended}");
    let cookie = format!("Cookie: {}", house.cookie(None).await);
    for route in Route::ALL.iter().filter(|route| route.access() == Access::Known) {
        let answer = knock(&house, *route, &[], small(*route)).await;
        assert_eq!(answer.status(), 401, "{route:?}: {}", answer.0);
        assert!(answer.header("www-authenticate").is_some(), "{route:?}");
        for credential in ["nxk_wrong", &revoked] {
            let line = format!("Authorization: Bearer {credential}");
            let lines = [line.as_str()];
            let knock = knock(&house, *route, &lines, small(*route));
            let answer = house.while_time_passes(knock).await;
            assert_eq!(answer.status(), 401, "{route:?}: {}", answer.0);
        }
        if route.reply() != Reply::Document {
            // It says who comes, and not that it was not stolen.
            let lines = [cookie.as_str()];
            let knock = knock(&house, *route, &lines, small(*route));
            let answer = house.while_time_passes(knock).await;
            assert_eq!(answer.status(), 401, "{route:?}: {}", answer.0);
        }
    }
}

#[tokio::test]
async fn every_address_refuses_bodies_it_does_not_take() {
    let house = House::new().await;
    let bearer = house.bearer();
    let large = "x".repeat(TOO_LARGE_BYTES);
    for route in Route::ALL {
        let answer = knock(&house, *route, &[&bearer], &large).await;
        assert_eq!(answer.status(), 413, "{route:?}: {}", answer.0);
        if route.body() != Body::Empty {
            let kind = ["Content-Type: text/plain", bearer.as_str()];
            let answer = knock(&house, *route, &kind, small(*route)).await;
            assert_eq!(answer.status(), 415, "{route:?}: {}", answer.0);
        }
    }
}

#[tokio::test]
async fn no_address_waits_for_a_body_that_drips() {
    let house = House::new().await;
    let bearer = house.bearer();
    for route in Route::ALL {
        if *route == Route::Events {
            continue;
        }
        let lines = ["Content-Length: 100", bearer.as_str()];
        let answer = house.while_time_passes(knock(&house, *route, &lines, "{")).await;
        match route.body() {
            Body::Json | Body::Form => assert_eq!(answer.status(), 408, "{route:?}: {}", answer.0),
            // It is not read, and answered at once.
            Body::Empty => assert_ne!(answer.status(), 0, "{route:?}"),
        }
    }
}

#[tokio::test]
async fn every_address_is_answered_by_its_own_handler() {
    let house = House::new().await;
    let bearer = house.bearer();
    for route in Route::ALL {
        let lines = ["X-Nothing: 1"];
        let asked = knock(&house, *route, &lines, small(*route));
        let answer = house.while_time_passes(asked).await;
        assert_ne!(answer.status(), 405, "{route:?}: {}", answer.0);
        if route.path().contains('{') || route.path().contains("stream") {
            continue;
        }
        let lines = [bearer.as_str()];
        let asked = knock(&house, *route, &lines, small(*route));
        let answer = house.while_time_passes(asked).await;
        assert_ne!(answer.status(), 404, "{route:?}: {}", answer.0);
    }
}

#[tokio::test]
async fn the_wire_describes_itself() {
    let house = House::new().await;
    let bearer = house.bearer();
    for name in nexus_protocol::schema::names() {
        let answer = house.ask(&format!("GET /{name}"), &[&bearer]).await;
        assert_eq!(answer.status(), 200, "{name}: {}", answer.0);
    }
    let answer = house.ask("GET /openrpc.json", &[&bearer]).await;
    assert_eq!(answer.json()["openrpc"], "1.3.2");
    for missing in ["schema/../secret.json", "schema/methods/none.params.json", "schema/x"] {
        let answer = house.ask(&format!("GET /{missing}"), &[&bearer]).await;
        assert_eq!(answer.status(), 404, "{missing}: {}", answer.0);
    }
}
