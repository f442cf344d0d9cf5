//! The examples of the JSON-RPC 2.0 specification (section 7), all of them, against a real daemon:
//! over HTTP and over a real WebSocket, single and batch.
//!
//! They are made twice. Once word for word: the daemon has no `subtract`, so where the
//! specification computes something, it answers -32601 on the right id; everything else is as the
//! specification has it. And once with methods of the daemon in the places of those that the
//! specification imagines, so that there are results. (The unit test beside the reply path in
//! `core/daemon/src/server/jsonrpc.rs` has the imagined methods themselves, with the literal
//! results.)

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use anyhow::{Result, ensure};
use nexus_tests::process::run_command;
use nexus_tests::wire::{Heard, Wire};
use nexus_tests::{DaemonProcess, TestHome};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");

/// What a response comes to: its id with `ok` or the code of its error.
type Outcome = Vec<(Value, String)>;

/// Section 7 as it stands, with what is answered here word for word, and what is answered when the
/// methods exist. Nothing stands for silence.
fn examples() -> Vec<(&'static str, Outcome, Outcome)> {
    let one = |id: Value, outcome: &str| vec![(id, outcome.to_owned())];
    let known = |id: Value| (one(id.clone(), "-32601"), one(id, "ok"));
    let same = |outcome: Outcome| (outcome.clone(), outcome);
    let cases = [
        (
            r#"{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}"#,
            known(json!(1)),
        ),
        (
            r#"{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}"#,
            known(json!(2)),
        ),
        (
            r#"{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}"#,
            known(json!(3)),
        ),
        (
            r#"{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}"#,
            known(json!(4)),
        ),
        (r#"{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}"#, same(Vec::new())),
        (r#"{"jsonrpc": "2.0", "method": "foobar"}"#, same(Vec::new())),
        (r#"{"jsonrpc": "2.0", "method": "foobar", "id": "1"}"#, same(one(json!("1"), "-32601"))),
        (
            r#"{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]"#,
            same(one(Value::Null, "-32700")),
        ),
        (r#"{"jsonrpc": "2.0", "method": 1, "params": "bar"}"#, same(one(Value::Null, "-32600"))),
        (
            r#"[
  {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
  {"jsonrpc": "2.0", "method"
]"#,
            same(one(Value::Null, "-32700")),
        ),
        ("[]", same(one(Value::Null, "-32600"))),
        ("[1]", same(one(Value::Null, "-32600"))),
        ("[1,2,3]", same([0; 3].iter().flat_map(|_| one(Value::Null, "-32600")).collect())),
        (
            r#"[
        {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
    ]"#,
            (mixed("-32601"), mixed("ok")),
        ),
        (
            r#"[
        {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
    ]"#,
            same(Vec::new()),
        ),
    ];
    cases.into_iter().map(|(body, (literal, real))| (body, literal, real)).collect()
}

/// The batch of everything; `outcome` is that of the methods that the specification imagines.
fn mixed(outcome: &str) -> Outcome {
    let all = [
        (json!("1"), outcome),
        (json!("2"), outcome),
        (Value::Null, "-32600"),
        (json!("5"), "-32601"),
        (json!("9"), outcome),
    ];
    all.map(|(id, outcome)| (id, outcome.to_owned())).to_vec()
}

/// An example with methods that the daemon has. Params by position become params by name: which of
/// the two a method takes is the method's to say.
fn made_real(body: &str) -> String {
    let mut body = body.to_owned();
    for (imagined, real) in [
        (r#""subtract", "params": [42, 23]"#, r#""sessions.list", "params": {"limit": 1}"#),
        (r#""subtract", "params": [23, 42]"#, r#""sessions.list", "params": {"limit": 2}"#),
        (r#""subtract", "params": [42,23]"#, r#""sessions.list", "params": {"limit": 3}"#),
        (
            r#""subtract", "params": {"subtrahend": 23, "minuend": 42}"#,
            r#""config.explain", "params": {"key": "sessions.queue_len_max"}"#,
        ),
        (
            r#""subtract", "params": {"minuend": 42, "subtrahend": 23}"#,
            r#""requests.list", "params": {"limit": 1, "status": "failed"}"#,
        ),
        (r#""sum", "params": [1,2,4]"#, r#""health", "params": {}"#),
        (r#""get_data""#, r#""presence""#),
        (r#""update", "params": [1,2,3,4,5]"#, r#""status", "params": {}"#),
        (r#""notify_hello", "params": [7]"#, r#""health", "params": {}"#),
        (r#""notify_sum", "params": [1,2,4]"#, r#""status""#),
    ] {
        body = body.replace(imagined, real);
    }
    body
}

/// What some responses come to. Each of them is checked to be one, to the letter.
fn outcomes(reply: &Value, is_batch: bool) -> Outcome {
    assert_eq!(reply.is_array(), is_batch, "{reply}");
    let responses = match reply {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    let outcome = |response: Value| {
        let members = response.as_object().unwrap();
        assert_eq!(members.len(), 3, "{response}");
        assert_eq!(response["jsonrpc"], "2.0", "{response}");
        let word = match members.get("error") {
            None => "ok".to_owned(),
            Some(error) => {
                assert!(error["message"].is_string(), "{response}");
                error["code"].to_string()
            }
        };
        assert!(members.contains_key("result") == (word == "ok"), "{response}");
        (members.get("id").unwrap().clone(), word)
    };
    responses.into_iter().map(outcome).collect()
}

/// Whether an example is answered by a list: a batch that holds something.
fn is_batch(body: &str) -> bool {
    matches!(serde_json::from_str(body), Ok(Value::Array(list)) if !list.is_empty())
}

/// Posts a body byte by byte as it stands; gives the status and what came back.
async fn post(daemon: &DaemonProcess, body: &str) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(daemon.address()).await?;
    let head = format!(
        "POST /rpc HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        daemon.address(),
        daemon.token()?.reveal(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse()?;
    Ok((status, body.to_owned()))
}

async fn over_http(daemon: &DaemonProcess, body: &str, expected: &Outcome) -> Result<()> {
    let (status, text) = post(daemon, body).await?;
    if expected.is_empty() {
        ensure!(status == 204 && text.is_empty(), "{body}: {status} {text}");
        return Ok(());
    }
    let reply = serde_json::from_str(&text)?;
    // HTTP says 400 where there was no call at all.
    let is_call =
        is_batch(body) || !expected[0].1.starts_with("-32600") && expected[0].1 != "-32700";
    ensure!(status == if is_call { 200 } else { 400 }, "{body}: {status} {text}");
    ensure!(outcomes(&reply, is_batch(body)) == *expected, "{body}: {text}");
    Ok(())
}

async fn over_websocket(wire: &mut Wire, body: &str, expected: &Outcome) -> Result<()> {
    wire.send(Message::text(body)).await?;
    let after = json!({ "jsonrpc": "2.0", "method": "system.ping", "id": "after" });
    if expected.is_empty() {
        // Silence is what the next answer belongs to something else by.
        wire.say(&after).await?;
    }
    let reply = loop {
        match wire.hear().await? {
            Heard::Frame(frame) if frame.get("method").is_some() => {}
            Heard::Frame(frame) => break frame,
            other => anyhow::bail!("{body}: {other:?}"),
        }
    };
    if expected.is_empty() {
        ensure!(reply["id"] == "after", "{body}: {reply}");
        return Ok(());
    }
    ensure!(outcomes(&reply, is_batch(body)) == *expected, "{body}: {reply}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_of_the_specification_holds_over_http_and_websocket() -> Result<()> {
    let home = TestHome::offline()?;
    let (is_made, said) = run_command(NEXUSD, home.path(), &["init"])?;
    ensure!(is_made, "{said}");
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let mut wire = Wire::agent(&daemon).await?;
    let examples = examples();
    ensure!(examples.len() == 15, "section 7 has fifteen");
    for (body, literal, real) in examples {
        over_http(&daemon, body, &literal).await?;
        over_websocket(&mut wire, body, &literal).await?;
        let body = made_real(body);
        over_http(&daemon, &body, &real).await?;
        over_websocket(&mut wire, &body, &real).await?;
    }
    Ok(())
}
