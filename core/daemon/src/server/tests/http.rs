use super::browsers::BrowserKey;
use super::support::House;

#[tokio::test]
async fn health_tells_strangers_the_least() {
    let house = House::new().await;
    let answer = house.ask("GET /health", &[]).await;
    assert_eq!(answer.status(), 200);
    let body = answer.json();
    let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["status", "version"]);
    let answer = house.ask("GET /health", &[&house.bearer()]).await;
    assert!(answer.json()["checks"].is_array());
    assert_eq!(house.ask("GET /metrics", &[]).await.status(), 401);
    assert_eq!(house.ask("GET /metrics", &["Authorization: Bearer no"]).await.status(), 401);
    let answer = house.ask("GET /metrics", &[&house.bearer()]).await;
    assert!(answer.body().contains("nexus_login_failures_total 1"), "{}", answer.0);
}

#[tokio::test]
async fn ingress_from_outside_is_not_here() {
    let house = House::new().await;
    let strangers = [
        "POST /v1/chat/completions",
        "POST /v1/responses",
        "POST /hooks/github",
        "GET /hooks/x",
        "GET /nothing",
        "GET /../etc/passwd",
        "GET /ui/../Cargo.toml",
    ];
    for line in strangers {
        let answer = house.ask(line, &["Content-Length: 0"]).await;
        assert_eq!(answer.status(), 404, "{line}: {}", answer.0);
        assert_eq!(answer.json()["error"]["code"], "NOT_FOUND", "{line}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{line}");
    }
    let answer = house.ask("DELETE /health", &[]).await;
    assert_eq!(answer.status(), 405);
    assert!(answer.header("allow").is_some());
}

#[tokio::test]
async fn a_rebound_name_and_a_foreign_page_are_turned_away() {
    let house = House::new().await;
    let answer = house.ask("GET /health", &["Host: evil.example"]).await;
    assert_eq!(answer.status(), 421);
    assert!(answer.json()["error"]["hint"].as_str().unwrap().contains("allowed_hosts"));
    let answer = house.ask_raw("GET /health HTTP/1.1\r\nConnection: close\r\n\r\n").await;
    assert_eq!(answer.status(), 400);
    let lines = ["Content-Length: 0", "Origin: http://evil.example", &house.bearer()];
    assert_eq!(house.ask("POST /api/link", &lines).await.status(), 403);
    let lines = ["Content-Length: 0", "Origin: null", &house.bearer()];
    assert_eq!(house.ask("POST /api/link", &lines).await.status(), 403);
    let upgrade = [
        "Origin: http://evil.example",
        "Connection: upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    assert_eq!(house.ask("GET /ws", &upgrade).await.status(), 403);
    assert_eq!(house.ask("GET /ws", &[]).await.status(), 426);
}

#[tokio::test]
async fn a_link_signs_a_browser_in_once() {
    let house = House::new().await;
    assert_eq!(house.ask("POST /api/link", &["Content-Length: 0"]).await.status(), 401);
    let lines = ["Content-Length: 2", "Content-Type: application/json", &house.bearer()];
    let made = house
        .ask_raw(&format!(
            "POST /api/link HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{}\r\n\r\n{{}}",
            house.address(),
            lines.join("\r\n")
        ))
        .await;
    let url = made.json()["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(&format!("http://{}", house.address())).unwrap();
    assert_eq!(house.ask(&format!("HEAD {path}"), &[]).await.status(), 200, "looking is free");
    let opened = house.ask(&format!("GET {path}"), &[]).await;
    assert_eq!(opened.status(), 303);
    assert_eq!(opened.header("location"), Some("/"));
    let cookie = opened.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = format!("Cookie: {}", cookie.split(';').next().unwrap());
    let answer = house.ask("GET /health", &[&cookie]).await;
    assert!(answer.json()["checks"].is_array());
    let again = house.ask(&format!("GET {path}"), &[]).await;
    assert_eq!(again.status(), 410);
    assert!(again.header("content-type").unwrap().starts_with("text/html"));
    assert!(again.body().contains("nexus ui"), "{}", again.0);
    let key = BrowserKey::new();
    let cookie = cookie.strip_prefix("Cookie: ").unwrap();
    let (_browser, answer) = house.browse(cookie, |nonce| key.proof(nonce)).await;
    assert_eq!(answer["type"], "hello-ok", "{answer}");
}

#[tokio::test]
async fn the_ui_is_public_and_armoured() {
    let house = House::new().await;
    for path in ["/", "/chat/main", "/r/01ABC"] {
        let answer = house.ask(&format!("GET {path}"), &["Accept: text/html"]).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert!(answer.header("content-type").unwrap().starts_with("text/html"));
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
    }
    let answer = house.ask("GET /chat/main", &["Accept: application/json"]).await;
    assert_eq!(answer.status(), 404);
}
