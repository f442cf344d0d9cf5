use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::support::{House, within};

/// Opens a stream and reads until the text has come.
pub(super) async fn read_until(
    house: &House,
    path: &str,
    lines: &[&str],
    part: &str,
) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(house.address()).await.unwrap();
    let bearer = house.bearer();
    let is_known = lines.iter().any(|line| line.starts_with("Authorization:"));
    let lines = lines.iter().copied().chain((!is_known).then_some(bearer.as_str()));
    let lines: String = lines.map(|line| format!("{line}\r\n")).collect();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{lines}\r\n", house.address());
    stream.write_all(request.as_bytes()).await.unwrap();
    let text = read_on(&mut stream, part).await;
    (stream, text)
}

pub(super) async fn read_on(stream: &mut TcpStream, part: &str) -> String {
    let mut text = String::new();
    while !text.contains(part) {
        let mut piece = [0; 4096];
        let n_bytes = within(stream.read(&mut piece)).await.unwrap();
        assert!(n_bytes > 0, "the stream ended: {text}");
        text.push_str(&String::from_utf8_lossy(&piece[..n_bytes]));
    }
    text
}

#[tokio::test]
async fn a_stream_replays_from_a_position_and_goes_on() {
    let house = House::new().await;
    let key = serde_json::json!({ "idempotencyKey": "k" });
    house.client().await.call("runtime.reload", key).await;
    let path = "/api/events/stream?after=0&types=system.*,acl.decision";
    let (mut stream, text) = read_until(&house, path, &[], "acl.decision").await;
    assert!(text.contains("text/event-stream"), "{text}");
    assert!(text.contains("id: 1\nevent: system.started\ndata: {\"version\":"), "{text}");
    house.while_time_passes(read_on(&mut stream, ": heartbeat\n\n")).await;
    let (_stream, text) =
        read_until(&house, path, &["Last-Event-ID: 1"], "event: acl.decision").await;
    assert!(!text.contains("id: 1\n"), "the newer place wins: {text}");
    house.daemon.context().shutdown.begin("test");
    read_on(&mut stream, "event: shutdown\ndata: {\"reason\":\"test\"}").await;
}

#[tokio::test]
async fn nonsense_is_explained() {
    let house = House::new().await;
    let bad = ["?after=x", "?after=999999", "?types=turn.complete", "?transient=yes", "?session="];
    for query in bad {
        let answer = house.ask(&format!("GET /api/events/stream{query}"), &[&house.bearer()]).await;
        assert_eq!(answer.status(), 400, "{query}: {}", answer.0);
        assert_eq!(answer.json()["error"]["code"], "INVALID_REQUEST", "{query}");
    }
    assert_eq!(house.ask("GET /api/events/stream", &[]).await.status(), 401);
}
