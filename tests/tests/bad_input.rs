//! A table of everything that should not be sent here, each with the answer it gets. After every
//! row the daemon is alive and answers others.

use anyhow::{Context as _, Result, bail, ensure};
use nexus_client::call;
use nexus_domain::agent::ToolCallStatus;
use nexus_protocol::health::HealthParams;
use nexus_tests::process::run_command;
use nexus_tests::wire::{Heard, Wire, hello};
use nexus_tests::{Act, DaemonProcess, FakeModel, Talk, TestHome};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");

/// Collects the rows whose answer is another one, so that all are seen at once.
#[derive(Default)]
struct Rows {
    n_rows: usize,
    wrong: Vec<String>,
}

impl Rows {
    fn check(&mut self, row: &str, wanted: &str, phrase: &str, got: &str, said: &str) {
        self.n_rows += 1;
        if wanted != got || !said.contains(phrase) {
            let said: String = said.chars().take(300).collect();
            self.wrong.push(format!("{row}\n    wanted {wanted}: {phrase}\n    got {got}: {said}"));
        }
    }

    fn done(self, n_rows_min: usize) -> Result<()> {
        ensure!(self.n_rows >= n_rows_min, "only {} rows were tried", self.n_rows);
        ensure!(self.wrong.is_empty(), "\n{}", self.wrong.join("\n"));
        Ok(())
    }
}

async fn is_well(talk: &Talk) -> Result<()> {
    talk.client().request::<call::Health>(HealthParams {}).await.map(|_| ()).context("not well")
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn first_frames() -> Result<()> {
    let home = TestHome::offline()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let with = |name: &str, value: Value| -> Result<Message> {
        let mut frame = hello(&daemon)?;
        frame[name] = value;
        Ok(Message::text(frame.to_string()))
    };
    let text = |text: &str| Message::text(text.to_owned());
    let rows = [
        (text("nonsense"), "1008", "must be a hello"),
        (text(""), "1008", "must be a hello"),
        (text("[]"), "1008", "must be a hello"),
        (text("null"), "1008", "must be a hello"),
        (text("{}"), "1008", "must be a hello"),
        (text(r#"{"type":"req","id":"1","method":"health"}"#), "1008", "must be a hello"),
        (text(r#"{"type":"hello"}"#), "1008", "the hello is not valid"),
        (text(&"[".repeat(10_000)), "1008", "must be a hello"),
        (text(&"x".repeat(65 * 1024)), "1008", "too large"),
        (text(&"x".repeat(1_100 * 1024)), "1008", "too large"),
        (Message::binary(vec![0_u8, 159, 146, 150]), "1008", "must be a hello"),
        (with("surprise", json!(1))?, "1008", "unknown field `surprise`"),
        (with("client", json!("me"))?, "1008", "client"),
        (with("caps", json!([1]))?, "1008", "caps"),
        (with("minProtocol", json!(-1))?, "1008", "minProtocol"),
        (with("maxProtocol", json!(0))?, "1002", "no common protocol version"),
        (with("minProtocol", json!(99))?, "1002", "no common protocol version"),
        (with("auth", Value::Null)?, "1008", "unauthorized"),
        (with("auth", json!({"token": "wrong"}))?, "1008", "unauthorized"),
        (with("auth", json!({"token": 7}))?, "1008", "auth"),
    ];
    let mut wrong = Rows::default();
    for (first, code, phrase) in rows {
        let mut wire = Wire::open(&daemon).await?;
        let row = format!("first frame {}", short(&format!("{first:?}")));
        wire.send(first).await?;
        let mut said = String::new();
        let got = loop {
            match wire.hear().await? {
                Heard::Frame(frame) => said += &frame.to_string(),
                Heard::Closed(code, reason) => {
                    said += &reason;
                    break code.to_string();
                }
                Heard::Gone => break "gone".to_owned(),
            }
        };
        wrong.check(&row, code, phrase, &got, &said);
        is_well(&talk).await.context(row)?;
    }
    wrong.done(20)
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_and_params() -> Result<()> {
    let home = TestHome::offline()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let mut wire = Wire::greeted(&daemon).await?;
    let mut rows = Rows::default();
    let again = hello(&daemon)?.to_string();
    let long_id = format!(r#"{{"type":"req","id":"{}","method":"health"}}"#, "x".repeat(129));
    let frames = [
        ("nonsense", "not JSON"),
        ("", "not JSON"),
        ("[1, 2]", "object"),
        ("17", "object"),
        (r#"{"type":"req","id":"1"}"#, "method"),
        (r#"{"type":"req","method":"health"}"#, "id"),
        (r#"{"type":"req","id":5,"method":"health"}"#, "id"),
        (r#"{"type":"req","id":"","method":"health"}"#, "id"),
        (r#"{"type":"req","id":"1","method":"health","more":true}"#, "more"),
        (r#"{"type":"event","event":"tick","payload":{},"seq":1}"#, "event"),
        (r#"{"type":"req","id":"1","method":"helth"}"#, "helth"),
        (r#"{"type":"req","id":"1","method":"\u0000"}"#, "there is no method"),
        (r#"{"type":"req","id":"1","method":"health","params":[]}"#, "params"),
        (r#"{"type":"req","id":"1","method":"health","params":7}"#, "params"),
        (&again, "once"),
        (&long_id, "id"),
    ];
    for (frame, phrase) in frames {
        wire.send(Message::text(frame.to_owned())).await?;
        answered(&mut rows, &mut wire, &short(frame), "INVALID_REQUEST", phrase).await?;
        is_well(&talk).await.with_context(|| short(frame))?;
    }
    wire.send(Message::binary(vec![1_u8, 2, 3])).await?;
    answered(&mut rows, &mut wire, "bytes", "INVALID_REQUEST", "not bytes").await?;
    for (method, params, code, phrase) in params() {
        let row = format!("{method} {}", short(&params.to_string()));
        wire.say(&json!({"type": "req", "id": "1", "method": method, "params": params})).await?;
        answered(&mut rows, &mut wire, &row, code, phrase).await?;
        is_well(&talk).await.context(row)?;
    }
    reused_key(&mut rows, &mut wire).await?;
    wire.send(Message::text("x".repeat(1_100 * 1024))).await?;
    match wire.hear_answer().await? {
        Heard::Closed(code, reason) => {
            rows.check("a huge frame", "1009", "1048576 bytes", &code.to_string(), &reason);
        }
        other => bail!("a huge frame is answered with {other:?}"),
    }
    is_well(&talk).await?;
    rows.done(45)
}

fn params() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let (invalid, unknown) = ("INVALID_REQUEST", "NOT_FOUND");
    let long = "k".repeat(201);
    let send = |key: Value, idempotency_key: Value| json!({"key": key, "message": "hi", "idempotencyKey": idempotency_key});
    vec![
        ("sessions.send", json!({}), invalid, "key"),
        ("sessions.get", json!(["main"]), invalid, "a list, not an object"),
        ("sessions.history", json!(["main", 9_999]), invalid, "a list, not an object"),
        ("sessions.send", json!({"key": "main"}), invalid, "message"),
        ("sessions.send", json!({"key": "main", "message": "hi"}), invalid, "idempotencyKey"),
        ("sessions.send", send(json!("two words"), json!("a")), invalid, "params.key"),
        ("sessions.send", send(json!(""), json!("a")), invalid, "params.key"),
        ("sessions.send", send(json!(long), json!("a")), invalid, "params.key"),
        ("sessions.send", send(json!("a\u{7}b"), json!("a")), invalid, "params.key"),
        ("sessions.send", send(json!(7), json!("a")), invalid, "params.key"),
        ("sessions.send", send(json!("main"), json!("")), invalid, "idempotencyKey"),
        ("sessions.send", send(json!("main"), json!("k".repeat(129))), invalid, "idempotencyKey"),
        ("sessions.send", send(json!("main"), Value::Null), invalid, "idempotencyKey"),
        (
            "sessions.send",
            json!({"key": "main", "message": "hi", "idempotencyKey": "b", "queueMode": "shout"}),
            invalid,
            "queueMode",
        ),
        (
            "sessions.send",
            json!({"key": "main", "message": "", "idempotencyKey": "c"}),
            invalid,
            "empty",
        ),
        ("sessions.get", json!({"key": "nobody"}), unknown, "no session `nobody`"),
        ("sessions.history", json!({"key": "nobody"}), unknown, "no session `nobody`"),
        ("sessions.history", json!({"key": "main", "limit": 0}), invalid, "limit"),
        ("sessions.history", json!({"key": "main", "limit": 501}), invalid, "limit"),
        ("sessions.history", json!({"key": "main", "limit": "ten"}), invalid, "limit"),
        ("sessions.history", json!({"key": "main", "before": "x"}), invalid, "before"),
        ("sessions.history", json!({"key": "main", "limt": 1}), invalid, "limt"),
        ("sessions.list", json!({"cursor": "garbage"}), invalid, "cursor"),
        ("sessions.abort", json!({"key": "nobody", "idempotencyKey": "d"}), unknown, "nobody"),
        ("requests.get", json!({"id": "@first"}), invalid, "@first"),
        ("requests.get", json!({"id": ""}), invalid, "id"),
        ("requests.get", json!({"id": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}), unknown, "request"),
        ("requests.list", json!({"status": "lost"}), invalid, "status"),
        ("events.subscribe", json!({"after": -1}), invalid, "after"),
        ("events.subscribe", json!({"after": 9_999_999}), invalid, "no position 9999999 yet"),
        ("events.subscribe", json!({"types": ["nonsense"]}), invalid, "nonsense"),
        (
            "acl.requests.approve",
            json!({"id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "idempotencyKey": "e"}),
            unknown,
            "permission",
        ),
    ]
}

async fn answered(
    rows: &mut Rows,
    wire: &mut Wire,
    row: &str,
    code: &str,
    phrase: &str,
) -> Result<()> {
    match wire.hear_answer().await? {
        Heard::Frame(frame) => {
            let got = frame["error"]["code"].as_str().unwrap_or("no error");
            rows.check(row, code, phrase, got, &frame["error"].to_string());
            Ok(())
        }
        other => bail!("{row}: {other:?}"),
    }
}

/// One key is one command, whatever it is used for the second time.
async fn reused_key(rows: &mut Rows, wire: &mut Wire) -> Result<()> {
    let send = |method: &str, params: Value| json!({"type": "req", "id": "1", "method": method, "params": params});
    let first = json!({"key": "main", "message": "hello", "idempotencyKey": "the-key"});
    wire.say(&send("sessions.send", first.clone())).await?;
    answered(rows, wire, "a first use of a key", "no error", "null").await?;
    wire.say(&send("sessions.send", first)).await?;
    answered(rows, wire, "a repetition", "no error", "null").await?;
    let other = json!({"key": "main", "message": "bye", "idempotencyKey": "the-key"});
    wire.say(&send("sessions.send", other)).await?;
    answered(rows, wire, "another message", "INVALID_REQUEST", "idempotency key").await?;
    let reload = json!({"idempotencyKey": "reload-key"});
    wire.say(&send("runtime.reload", reload)).await?;
    answered(rows, wire, "a command", "no error", "null").await?;
    let abort = json!({"key": "main", "idempotencyKey": "reload-key"});
    wire.say(&send("sessions.abort", abort)).await?;
    answered(rows, wire, "another command", "INVALID_REQUEST", "idempotency key").await
}

#[tokio::test(flavor = "multi_thread")]
async fn http_requests() -> Result<()> {
    let home = TestHome::offline()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let address = daemon.address().to_owned();
    let token = daemon.token()?.reveal().to_owned();
    let ours = format!("host: {address}\r\nauthorization: Bearer {token}\r\n");
    let get = |path: &str, headers: &str| format!("GET {path} HTTP/1.1\r\n{headers}");
    let post = |path: &str, headers: &str, body: &str| {
        format!("POST {path} HTTP/1.1\r\ncontent-length: {}\r\n{headers}\u{0}{body}", body.len())
    };
    let upgrade = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let foreign = "origin: http://evil.example\r\n";
    let stream = "/api/events/stream";
    let huge = "x".repeat(70 * 1024);
    let rows = [
        (get("/health", "host: evil.example\r\n"), "421", "evil.example"),
        (get("/health", "host: 10.1.2.3:18789\r\n"), "421", "10.1.2.3"),
        (get("/", "host: localhost.evil.example\r\n"), "421", "does not answer to"),
        (get("/health", ""), "400", "exactly one host"),
        (get("/health", "host: localhost\r\nhost: localhost\r\n"), "400", "exactly one host"),
        (get("http://evil.example/health", &ours), "421", "evil.example"),
        (get("/ws", &format!("{ours}{upgrade}{foreign}")), "403", "other sites"),
        (post("/api/link", &format!("{ours}{foreign}"), "{}"), "403", "other sites"),
        (post("/api/link", &format!("{ours}origin: null\r\n"), "{}"), "403", "other sites"),
        (post("/api/link", &format!("host: {address}\r\n"), "{}"), "401", "token"),
        (get(stream, &format!("host: {address}\r\n")), "401", "token"),
        (get("/ws", &ours), "426", ""),
        (get("/v1/models", &ours), "404", "nothing is served"),
        (post("/v1/chat/completions", &ours, "{}"), "404", "nothing is served"),
        (post("/hooks", &ours, "{}"), "404", "nothing is served"),
        (post("/hooks/github", &ours, "{}"), "404", "nothing is served"),
        (get("/../../etc/passwd", &ours), "404", "nothing is served"),
        (get("/ui/../../state/control.token", &ours), "404", ""),
        (get("/ui/%2e%2e/%2e%2e/nexus.toml", &ours), "404", ""),
        (get("/state/nexus.db", &ours), "404", "nothing is served"),
        (post("/health", &ours, "{}"), "405", "HTTP method"),
        (format!("DELETE /api/link HTTP/1.1\r\n{ours}"), "405", "HTTP method"),
        (get("/open?code=guess", &ours), "410", "no longer works"),
        (get(&format!("{stream}?after=-1"), &ours), "400", "not a position"),
        (get(&format!("{stream}?after=soon"), &ours), "400", "not a position"),
        (get(&format!("{stream}?after=99999999"), &ours), "400", "no position 99999999 yet"),
        (get(stream, &format!("{ours}last-event-id: x\r\n")), "400", "Last-Event-ID"),
        (get(&format!("{stream}?types=nonsense"), &ours), "400", "nonsense"),
        (get(&format!("{stream}?transient=perhaps"), &ours), "400", "transient"),
        (get(&format!("{stream}?session=two%20words"), &ours), "400", "session key"),
        (get("/health", &format!("{ours}x: {huge}\r\n")), "431", ""),
        ("NONSENSE\r\n".to_owned(), "400", ""),
        ("GET /health HTTP/9.9\r\nhost: localhost\r\n".to_owned(), "400", ""),
        (get("/metrics", &format!("host: {address}\r\nauthorization: Bearer no\r\n")), "401", ""),
        (get(stream, &format!("host: {address}\r\nauthorization: Basic {token}\r\n")), "401", ""),
    ];
    let mut wrong = Rows::default();
    for (request, status, phrase) in rows {
        let row = short(&request);
        let (got, said) = exchange(&address, &request).await?;
        wrong.check(&row, status, phrase, &got, &said);
        is_well(&talk).await.context(row)?;
    }
    wrong.done(35)
}

/// Sends a request as it is; the body, if any, stands after a zero byte. Its status and text.
async fn exchange(address: &str, request: &str) -> Result<(String, String)> {
    let (head, body) = request.split_once('\u{0}').unwrap_or((request, ""));
    let mut stream = TcpStream::connect(address).await?;
    let whole = format!("{head}connection: close\r\n\r\n{body}");
    // It may hang up before it has read all of it.
    let _ = stream.write_all(whole.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split_whitespace().nth(1).unwrap_or("none").to_owned();
    Ok((status, answer))
}

#[test]
fn configurations() -> Result<()> {
    let rows = [
        ("runtime = ", "line 1"),
        ("[runtime\nport = 1", "line 1"),
        ("[runtime]\nport = \"high\"", "port"),
        ("[runtime]\nport = 70000", "port"),
        ("[runtime]\nport = -1", "port"),
        ("[runtime]\nbind = \"0.0.0.0\"\n[tls]\ngenerate = false", "there is no TLS"),
        ("[runtime]\nbind = \"everywhere\"", "loopback"),
        ("[ledger]\ndurability = \"hope\"", "durability"),
        ("[logging]\nformat = 5", "format"),
        ("[sessions]\nqueue_len_max = 0", "queue_len_max"),
        ("[agents.main]\nmodels = \"openai/gpt-5\"", "models"),
        ("[agents.main]\nmodels = [\"nobody/one\"]", "nobody/one"),
        ("[agents.\"a b\"]\nmodels = []", "a b"),
        ("[models.x]\nbase_url = \"http://localhost\"", "kind"),
        ("[models.x]\nkind = \"telepathy\"", "kind"),
        ("[models.x]\nkind = \"openai_compatible\"", "base_url"),
        ("[models.x]\nkind = \"openai\"\nkey = \"sk-clear-text\"", "where the key is"),
        ("[models.prices]\n\"a/b\" = { input = -1.0, output = 1.0 }", "input"),
        ("[adapters.x]\naccount = \"main\"", "command"),
        ("a = 1\na = 2", "a"),
        ("\u{feff}\u{0}", "line 1"),
    ];
    let mut wrong = Rows::default();
    for (text, phrase) in rows {
        let home = TestHome::with_config(text)?;
        let (is_ok, said) = run_command(NEXUSD, home.path(), &["check"])?;
        let got = if is_ok { "accepted" } else { "refused" };
        wrong.check(text, "refused", phrase, got, &said);
        ensure!(!said.contains("sk-clear-text"), "a key is repeated: {said}");
        ensure!(!said.contains("panicked"), "{text}: {said}");
    }
    wrong.done(21)
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_of_tools() -> Result<()> {
    let rows = [
        ("read_file", json!({"path": "../nexus.toml"}), "workspace"),
        ("read_file", json!({"path": "/etc/passwd"}), "workspace"),
        ("read_file", json!({"path": "out/secret.txt"}), "workspace"),
        ("read_file", json!({"path": ""}), "path"),
        ("read_file", json!({"path": "a\u{0}b"}), "path"),
        ("read_file", json!({"path": 7}), "path"),
        ("read_file", json!({}), "path"),
        ("read_file", json!([]), ""),
        ("read_file", json!({"path": "."}), ""),
        ("write_file", json!({"path": "../escaped.txt", "content": "x"}), "workspace"),
        ("write_file", json!({"path": "out/escaped.txt", "content": "x"}), "workspace"),
        ("edit_file", json!({"path": "missing.txt", "old": "a", "new": "b"}), "missing.txt"),
        ("edit_file", json!({"path": "../nexus.toml", "old": "a", "new": "b"}), "workspace"),
        ("list_dir", json!({"path": "../state"}), "workspace"),
        ("search_files", json!({"pattern": "("}), ""),
        ("no_such_tool", json!({}), "no_such_tool"),
    ];
    let calls = rows.clone();
    let model = FakeModel::openai(move |seen| match (seen.n_results(), seen.asked().parse()) {
        (n_results, Ok(row)) if n_results % 2 == 0 && !seen.brings_results() => {
            let (name, arguments, _): &(&str, Value, &str) = &calls[row];
            Act::Call(vec![((*name).to_owned(), arguments.clone())])
        }
        (_, Ok::<usize, _>(_)) => Act::Say("It did not work.".to_owned()),
        (_, Err(_)) => Act::Refuse(400, None),
    });
    let model = model.await?;
    let home = TestHome::with_model(&model)?;
    let outside = home.path().join("outside");
    std::fs::create_dir(&outside)?;
    std::fs::write(outside.join("secret.txt"), "not for agents")?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, home.workspace().join("out"))?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let config = std::fs::read_to_string(home.path().join("nexus.toml"))?;
    let mut wrong = Rows::default();
    for (n, (name, arguments, phrase)) in rows.iter().enumerate() {
        let done = talk.ended(talk.say(&format!("row-{n}"), &n.to_string()).await?).await?;
        let row = format!("{name} {arguments}");
        let call = done.tool_calls.first();
        let result = call.and_then(|call| call.result.clone()).unwrap_or_default();
        let status = call.map_or_else(|| "no call".to_owned(), |call| format!("{:?}", call.status));
        wrong.check(&row, &format!("{:?}", ToolCallStatus::Failed), phrase, &status, &result);
        ensure!(!result.contains("not for agents") && !result.contains("root:"), "{row}: {result}");
        is_well(&talk).await.context(row)?;
    }
    ensure!(!home.path().join("escaped.txt").exists(), "a file was written outside");
    ensure!(!outside.join("escaped.txt").exists(), "a file was written outside, through a link");
    ensure!(config == std::fs::read_to_string(home.path().join("nexus.toml"))?, "edited");
    wrong.done(16)
}

/// Offset of the schema version in the header of an SQLite file.
const USER_VERSION_AT: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn databases() -> Result<()> {
    type Damage = fn(Vec<u8>) -> Vec<u8>;
    let rows: [(&str, Damage, &str); 4] = [
        ("garbage", |_| b"this is no database at all".repeat(200), "nexus db check"),
        (
            "a newer schema",
            |mut bytes| {
                bytes[USER_VERSION_AT..USER_VERSION_AT + 4].copy_from_slice(&[0, 0, 3, 231]);
                bytes
            },
            "newer",
        ),
        ("a truncated file", |bytes| bytes[..bytes.len() / 2].to_vec(), "nexus db check"),
        (
            "a torn header",
            |mut bytes| {
                bytes[..64].fill(0xff);
                bytes
            },
            "nexus db check",
        ),
    ];
    let mut wrong = Rows::default();
    for (row, damage, phrase) in rows {
        let home = TestHome::offline()?;
        let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
        let talk = Talk::with(&daemon).await?;
        talk.ended(talk.say("main", "hello").await?).await?;
        daemon.stop()?;
        daemon.died().await?;
        let path = home.path().join("state/nexus.db");
        let damaged = damage(std::fs::read(&path)?);
        std::fs::write(&path, &damaged)?;
        let (got, said) = match DaemonProcess::start(NEXUSD, home.path()).await {
            Ok(_) => ("started", String::new()),
            Err(error) => ("refused", format!("{error:#}")),
        };
        wrong.check(row, "refused", phrase, got, &said);
        ensure!(!said.contains("panicked"), "{row}: {said}");
        ensure!(std::fs::read(&path)? == damaged, "{row}: the file was changed");
    }
    wrong.done(4)
}
