//! `http_fetch` against servers of this machine.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;

use super::*;
use crate::tools::http_fetch;

async fn serve() -> SocketAddr {
    let html = |body: &'static str| move || async move { ([(CONTENT_TYPE, "text/html")], body) };
    let to =
        |place: &'static str| move || async move { (StatusCode::FOUND, [(LOCATION, place)], "") };
    let router = Router::new()
        .route("/page", get(html("<h1>Title</h1><script>evil()</script><p>Some <b>text</b>.")))
        .route("/plain", get(|| async { "plain" }))
        .route("/big", get(|| async { "x".repeat(10_000) }))
        .route("/picture", get(|| async { ([(CONTENT_TYPE, "image/png")], "x") }))
        .route("/gone", get(|| async { (StatusCode::NOT_FOUND, "nothing here") }))
        .route("/to-page", get(to("/page")))
        .route("/to-metadata", get(to("http://169.254.169.254/latest/meta-data")))
        .route("/to-file", get(to("file:///etc/passwd")))
        .route("/loop", get(to("/loop")))
        .route(
            "/to-port/{port}",
            get(|Path(port): Path<u16>| async move {
                (StatusCode::FOUND, [(LOCATION, format!("http://127.0.0.1:{port}/page?a=1"))], "")
            }),
        )
        .route("/to-name", get(to("http://localhost/page")))
        .route("/to-page-of-page", get(to("/to-page")))
        .route("/deep", get(|| async { ([(CONTENT_TYPE, "text/html")], "<div>".repeat(20_000)) }))
        .route(
            "/headers",
            get(|headers: HeaderMap| async move {
                headers.keys().map(|name| format!("{name}\n")).collect::<String>()
            }),
        )
        .route("/never", get(std::future::pending::<String>));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn local() -> HttpConfig {
    HttpConfig { allow_private_hosts: true, bytes_max: 2_000, duration_ms_max: 60_000 }
}

async fn fetch(bench: &Bench, address: SocketAddr, path: &str) -> String {
    bench.text("http_fetch", json!({ "url": format!("http://{address}{path}") })).await
}

#[tokio::test]
async fn pages_come_as_text_within_limits() {
    let (bench, address) = (Bench::with_http(local()), serve().await);
    let page = fetch(&bench, address, "/page").await;
    assert!(page.starts_with("200 OK\n\n# Title\n\nSome **text**."), "{page}");
    assert!(!page.contains("evil"));
    assert_eq!(fetch(&bench, address, "/plain").await, "200 OK\n\nplain");
    let big = fetch(&bench, address, "/big").await;
    assert!(big.len() < 2_100 && big.ends_with("[cut: the page is larger]"), "{big}");
    assert!(fetch(&bench, address, "/picture").await.contains("is image/png, not text"));
    let gone = fetch(&bench, address, "/gone").await;
    assert_eq!(gone, "error: 404 Not Found\n\nnothing here");
    let moved = fetch(&bench, address, "/to-page").await;
    assert!(moved.contains("(from http://") && moved.contains("# Title"), "{moved}");
    assert!(fetch(&bench, address, "/loop").await.contains("too many redirects"));
    assert!(fetch(&bench, address, "/to-file").await.starts_with("error: "));
    let headers = fetch(&bench, address, "/headers").await;
    assert!(!headers.contains("cookie") && !headers.contains("authorization"), "{headers}");
}

#[tokio::test]
async fn a_page_made_to_break_the_layout_does_not() {
    let config = HttpConfig { bytes_max: 1_000_000, ..local() };
    let (bench, address) = (Bench::with_http(config), serve().await);
    let deep = fetch(&bench, address, "/deep").await;
    assert!(!deep.is_empty());
}

#[tokio::test]
async fn private_hosts_are_refused_by_number_by_name_and_by_redirect() {
    let address = serve().await;
    let bench = Bench::new();
    for url in [
        format!("http://{address}/page"),
        format!("http://localhost:{}/page", address.port()),
        format!("http://[::1]:{}/page", address.port()),
        "http://169.254.169.254/latest/meta-data".to_owned(),
    ] {
        let said = bench.text("http_fetch", json!({ "url": url })).await;
        assert!(said.contains("private network"), "{url}: {said}");
    }
    for url in ["file:///etc/passwd", "gopher://x/", "nonsense", "http://u:p@example.org/"] {
        assert!(bench.tools.prepare("http_fetch", &json!({ "url": url })).is_err(), "{url}");
    }
}

#[tokio::test]
async fn a_redirect_into_a_private_network_is_not_followed() {
    // The redirect policy itself: the first hop is local here, which only a test allows.
    let policy = http_fetch::redirects(false);
    let client = reqwest::Client::builder().redirect(policy).no_proxy().build().unwrap();
    let address = serve().await;
    let answer = client.get(format!("http://{address}/to-metadata")).send().await.unwrap();
    assert_eq!((answer.status(), answer.url().path()), (StatusCode::FOUND, "/to-metadata"));
    // A hop on the same host is checked like the first address.
    let error = client.get(format!("http://{address}/to-page")).send().await.unwrap_err();
    assert!(error.is_redirect(), "{error:?}");
}

#[tokio::test]
async fn a_redirect_to_another_host_is_told_and_not_followed() {
    let (bench, address) = (Bench::with_http(local()), serve().await);
    let other = serve().await;
    let said = fetch(&bench, address, &format!("/to-port/{}", other.port())).await;
    let next = format!("http://127.0.0.1:{}/page?a=1", other.port());
    assert!(said.starts_with("error: ") && said.ends_with(&next), "{said}");
    assert!(!said.contains("Some **text**"), "it was followed: {said}");
    let said = fetch(&bench, address, "/to-name").await;
    assert!(said.contains("not followed") && said.ends_with("http://localhost/page"), "{said}");
    let said = fetch(&bench, address, "/to-metadata").await;
    assert!(said.contains("not followed"), "{said}");
    let said = fetch(&bench, address, &format!("/to-port/{}", address.port())).await;
    assert!(said.contains("Some **text**"), "the same host is followed: {said}");
    let said = fetch(&bench, address, "/to-page-of-page").await;
    assert!(said.contains("Some **text**"), "{said}");
}

#[tokio::test]
async fn a_page_that_never_comes_takes_no_longer_than_allowed() {
    let config = HttpConfig { duration_ms_max: 50, ..local() };
    let (bench, address) = (Bench::with_http(config), serve().await);
    assert_eq!(fetch(&bench, address, "/never").await, "error: the page took too long");
}
