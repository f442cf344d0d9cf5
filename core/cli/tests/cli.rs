//! The built `nexus`, run as a person or a script runs it, against a daemon made of a script.

#![expect(clippy::disallowed_methods, reason = "these tests are about a program, so they start it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../client/tests/fake/mod.rs"]
mod fake;

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use fake::{Do, Fake, error, health, hello_ok, is_hello, ok};
use serde_json::{Value, json};

const RUN: &str = "01JDQ7M2Z3N4P5Q6R7S8T9V0W1";
const TURN: &str = "01JDQ7M2Z3N4P5Q6R7S8T9V0W2";
const MESSAGE: &str = "01JDQ7M2Z3N4P5Q6R7S8T9V0W3";
const PERMISSION: &str = "01JDQ7M2Z3N4P5Q6R7S8T9V0W4";

struct World {
    home: tempfile::TempDir,
    /// Every call the fake daemon got.
    calls: Arc<Mutex<Vec<Value>>>,
}

#[derive(Debug)]
struct Out {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Out {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

impl World {
    /// A home without a daemon.
    fn empty() -> Self {
        Self { home: tempfile::tempdir().unwrap(), calls: Arc::default() }
    }

    /// A home whose daemon answers as the script says.
    async fn with(script: impl Fn(&Value) -> Vec<Do> + Send + Sync + 'static) -> Self {
        let calls: Arc<Mutex<Vec<Value>>> = Arc::default();
        let seen = Arc::clone(&calls);
        let fake = Fake::start(move |frame| {
            if is_hello(frame) {
                return vec![Do::Send(hello_ok())];
            }
            seen.lock().unwrap().push(frame.clone());
            script(frame)
        })
        .await;
        let home = tempfile::tempdir().unwrap();
        let state = home.path().join("state");
        std::fs::create_dir(&state).unwrap();
        let lock = json!({
            "pid": 4242, "address": fake.address, "kind": "headless", "version": "9.9.9",
            "started_at": 1,
        });
        std::fs::write(state.join("nexus.lock"), lock.to_string()).unwrap();
        std::fs::write(state.join("control.token"), "token\n").unwrap();
        private(&state.join("control.token"), 0o600);
        Self { home, calls }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nexus"));
        command.env_clear().env("NEXUS_ROOT", self.home.path()).env("LANG", "en_US.UTF-8");
        command
    }

    async fn run(&self, words: &[&str]) -> Out {
        self.run_with(words, "").await
    }

    async fn run_with(&self, words: &[&str], stdin: &str) -> Out {
        let mut command = self.command();
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let stdin = stdin.to_owned();
        tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            Out {
                code: output.status.code().unwrap(),
                stdout: String::from_utf8(output.stdout).unwrap(),
                stderr: String::from_utf8(output.stderr).unwrap(),
            }
        })
        .await
        .unwrap()
    }

    fn call(&self, method: &str) -> Value {
        let calls = self.calls.lock().unwrap();
        calls.iter().find(|call| call["method"] == method).unwrap().clone()
    }
}

#[cfg(unix)]
fn private(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn private(_: &std::path::Path, _: u32) {}

fn permission(status: &str) -> Value {
    json!({
        "id": PERMISSION, "kind": "policy", "request_id": RUN, "turn_id": TURN,
        "tool_call_id": "c1", "session_key": "main", "agent_id": "main",
        "chain": [{"kind": "owner"}, {"kind": "agent", "id": "main"}],
        "action": {
            "tool": "http_fetch", "summary": "GET http://a/\u{1b}[2J", "arguments": {"url": "http://a/"},
            "digest": "abc123",
        },
        "reason": "the owner is asked first", "status": status,
        "created_at": 1_700_000_000_000_i64, "expires_at": 4_000_000_000_000_i64,
    })
}

fn request(status: &str) -> Value {
    json!({
        "id": RUN, "event_id": "control:1", "status": status, "stage": "finalize",
        "principal": {"kind": "owner"}, "session_key": "main", "agent_id": "main",
        "turn_id": TURN, "queue_mode": "followup", "purpose": "say\thello",
        "started_at": 1_700_000_000_000_i64, "completed_at": 1_700_000_000_640_i64,
        "stages": [{
            "stage": "receiveEvent", "started_at": 1_700_000_000_000_i64, "duration_us": 640,
            "outcome": "passed", "note": "from control",
        }],
    })
}

/// Answers the queries that lists and pages need.
fn queries(frame: &Value) -> Vec<Do> {
    let payload = match frame["method"].as_str().unwrap() {
        "health" => health(),
        "status" => json!({
            "summary": "Nothing needs you", "health": health(), "address": "127.0.0.1:1",
            "home": "/h", "model": "offline/rules", "modelReason": "none was found",
            "waiting": [permission("pending")], "working": [], "recent": [request("completed")],
            "costToday": {"micro_usd": 0, "basis": "unknown"},
            "budgets": [],
        }),
        "requests.list" => json!({"requests": [request("completed")], "hasMore": false}),
        "requests.get" => json!({
            "request": request("completed"), "toolCalls": [], "permissions": [], "labels": [],
            "arrival": {
                "event_id": "1", "timestamp": 1, "content": "x", "channel": "control",
                "account_id": "a", "sender_id": "o", "peer_id": "o",
            },
        }),
        "sessions.list" => json!({"sessions": [{
            "key": "main", "agent_id": "main", "title": "hello", "created_at": 1, "updated_at": 2,
            "n_messages": 3, "is_busy": true, "n_waiting": 0,
        }]}),
        "acl.requests.list" => json!({"requests": [permission("pending")]}),
        "acl.requests.show" | "acl.requests.seen" => json!({"request": permission("pending")}),
        "acl.requests.approve" => json!({"request": permission("approved")}),
        "acl.requests.deny" => json!({"request": permission("denied")}),
        "models.list" => json!({"models": []}),
        "runtime.reload" => {
            json!({"changed": ["logging.level"], "needsRestart": [], "warnings": []})
        }
        other => panic!("the test does not know {other}"),
    };
    vec![ok(frame, payload)]
}

#[tokio::test]
async fn without_a_daemon_every_command_says_how_to_start_it() {
    let world = World::empty();
    for words in ["status", "chat hi", "request list", "events tail", "daemon status", "ui"] {
        let out = world.run(&words.split(' ').collect::<Vec<_>>()).await;
        assert_eq!((out.code, out.stdout.as_str()), (5, ""), "{words}: {out:?}");
        assert!(out.stderr.starts_with("error: the daemon is not running\n"), "{out:?}");
        assert!(out.stderr.contains("  fix  nexus up\n"), "{out:?}");
        let out =
            world.run(&[&["--json"], &words.split(' ').collect::<Vec<_>>()[..]].concat()).await;
        let failure = &out.json()["error"];
        assert_eq!(out.code, 5, "{words}");
        assert_eq!(
            (&failure["code"], &failure["fix"]),
            (&json!("DAEMON_NOT_RUNNING"), &json!(["nexus up"]))
        );
        assert_eq!(failure["retryable"], true);
    }
    // A state a person asks for is no error when it holds already.
    let out = world.run(&["down"]).await;
    assert_eq!((out.code, out.stdout.as_str()), (0, "the daemon was not running\n"));
}

#[tokio::test]
async fn alone_it_says_how_to_begin() {
    let out = World::empty().run(&[]).await;
    assert_eq!(out.code, 0);
    assert!(out.stdout.contains("nexus up"), "{out:?}");
}

#[tokio::test]
async fn wrong_lines_are_usage_errors_with_a_way_out() {
    let world = World::with(queries).await;
    for (words, what, fix) in [
        (
            "runtime call session.list",
            "there is no method `session.list`",
            "did you mean `sessions.list`?",
        ),
        ("runtime call health {bad", "the params is not JSON", "quote the whole object"),
        // Before anything is sent: the world has no such method to answer with.
        ("runtime call sessions.get {\"nope\":1}", "unknown field `nope`", "takes key"),
        ("runtime call sessions.get", "missing field `key`", "takes key"),
        ("runtime call events.subscribe", "cannot follow", "nexus events tail"),
        ("sesion list", "unrecognized subcommand", "session"),
        ("request list --status sideways", "invalid value", "nexus"),
        ("chat --session", "a value is required", "nexus"),
        ("chat", "there is nothing to say", "nexus chat"),
        ("config set runtime.port", "config set", "nexus"),
        ("config set a.b 1 c.d", "`c.d` has no value", "nexus config set"),
        ("help nonsense", "there is no command", "nexus --help"),
    ] {
        let words: Vec<_> = words.split(' ').collect();
        let out = world.run(&words).await;
        assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{words:?}: {out:?}");
        assert!(out.stderr.starts_with("error: ") && out.stderr.contains("  fix  "), "{out:?}");
        assert!(out.stderr.contains(what) && out.stderr.contains(fix), "{words:?}: {out:?}");
        let out = world.run(&[&words[..], &["--json"]].concat()).await;
        assert_eq!(out.code, 2, "{words:?}");
        assert!(
            out.json()["error"]["fix"].as_array().is_some_and(|fix| !fix.is_empty()),
            "{out:?}"
        );
    }
}

#[tokio::test]
async fn a_shell_completes_the_name_of_every_method() {
    let world = World::empty();
    for shell in ["bash", "zsh"] {
        let out = world.run(&["completions", shell]).await;
        assert_eq!(out.code, 0, "{shell}: {out:?}");
        for method in nexus_protocol::Method::ALL {
            assert!(out.stdout.contains(method.name()), "{shell}: {}", method.name());
        }
    }
}

#[tokio::test]
async fn help_is_data_and_names_the_exit_codes() {
    let world = World::empty();
    for words in
        [&["--help"][..], &["help", "request", "show"], &["help", "exit-codes"], &["--version"]]
    {
        let out = world.run(words).await;
        assert_eq!((out.code, out.stderr.as_str()), (0, ""), "{words:?}");
        assert!(!out.stdout.is_empty() && !out.stdout.contains('\u{1b}'), "{words:?}: {out:?}");
    }
    let out = world.run(&["help", "exit-codes"]).await;
    for code in ["0 ", "1 ", "2 ", "3 ", "4 ", "5 ", "6 ", "7 ", "8 ", "9 ", "130"] {
        assert!(out.stdout.contains(&format!("\n  {code}")), "{code}: {out:?}");
    }
}

#[tokio::test]
async fn in_a_pipe_tables_are_tab_separated_and_plain() {
    let world = World::with(queries).await;
    let out = world.run(&["request", "list"]).await;
    let expect = format!("{RUN}\tcompleted\tmain\t640 ms\t2023-11-14T22:13:20.000Z\tsay hello\n");
    assert_eq!((out.code, out.stdout, out.stderr.as_str()), (0, expect, ""));
    let out = world.run(&["sessions", "list"]).await;
    assert_eq!(out.stdout, "main\tbusy\tmain\t3\t1970-01-01T00:00:00.002Z\thello\n");
    let out = world.run(&["models", "list"]).await;
    assert_eq!((out.code, out.stdout.as_str()), (0, ""));
}

#[tokio::test]
async fn plural_forms_reach_the_same_commands() {
    let world = World::with(queries).await;
    for (one, other) in [
        ("request list", "requests list"),
        ("session list", "sessions list"),
        ("acl request list", "acl requests list"),
        ("models list", "model list"),
    ] {
        let one = world.run(&one.split(' ').collect::<Vec<_>>()).await;
        let other = world.run(&other.split(' ').collect::<Vec<_>>()).await;
        assert_eq!((one.code, one.stdout), (0, other.stdout));
    }
}

#[tokio::test]
async fn every_query_answers_with_one_document() {
    let world = World::with(queries).await;
    for words in [
        "status",
        "runtime health",
        "runtime methods",
        "request list",
        "request show @last",
        "session list",
        "acl request list",
        "acl request show @last",
        "models list",
        "daemon status",
        "daemon reload",
        "ui --print",
        "version",
        "config path",
        "completions bash",
        "runtime call sessions.list",
    ] {
        let words: Vec<_> = words.split(' ').chain(["--json"]).collect();
        let out = world.run(&words).await;
        assert_eq!(out.code, 0, "{words:?}: {out:?}");
        assert_eq!(out.stdout.lines().count(), 1, "{words:?}: {out:?}");
        out.json();
    }
}

#[tokio::test]
async fn text_of_strangers_cannot_command_the_terminal() {
    let world = World::with(queries).await;
    for words in ["acl request list", "acl request show @last", "status --color always"] {
        let out = world.run(&words.split(' ').collect::<Vec<_>>()).await;
        assert!(!out.stdout.contains("\u{1b}[2J"), "{words}: {out:?}");
        assert!(out.stdout.contains("GET http://a/\\u{1b"), "{words}: {out:?}");
    }
}

#[tokio::test]
async fn errors_of_the_daemon_keep_their_words_and_decide_the_exit_code() {
    for (code, exit) in [
        ("INVALID_REQUEST", 2),
        ("NOT_FOUND", 3),
        ("FORBIDDEN", 4),
        ("UNAUTHORIZED", 4),
        ("CONFLICT", 9),
        ("OVERLOADED", 1),
        ("UNAVAILABLE", 1),
        ("INTERNAL", 1),
    ] {
        let world = World::with(move |frame| vec![error(frame, code, "it went wrong")]).await;
        let out = world.run(&["request", "show", "01J"]).await;
        assert_eq!(out.code, exit, "{code}: {out:?}");
        assert_eq!(out.stderr, "error: it went wrong\n  fix  a hint\n");
        let out = world.run(&["request", "show", "01J", "--json"]).await;
        assert_eq!((out.code, &out.json()["error"]["code"]), (exit, &json!(code)));
    }
}

#[tokio::test]
async fn a_daemon_that_breaks_off_or_babbles_is_an_error_not_a_panic() {
    for step in [Do::Drop, Do::Text("}{".into()), Do::Binary, Do::Close(1012, "restart")] {
        let one = step.clone();
        let world = World::with(move |_| vec![one.clone()]).await;
        let out = world.run(&["status"]).await;
        assert_eq!(out.code, 5, "{step:?}: {out:?}");
        assert!(out.stderr.starts_with("error: "), "{step:?}: {out:?}");
    }
    let world = World::with(|frame| vec![ok(frame, json!({"nonsense": true}))]).await;
    let out = world.run(&["status"]).await;
    assert_eq!(out.code, 1, "{out:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_token_that_others_can_read_is_refused() {
    let world = World::with(queries).await;
    private(&world.home.path().join("state/control.token"), 0o644);
    let out = world.run(&["status"]).await;
    assert_eq!(out.code, 4, "{out:?}");
    assert!(out.stderr.contains("chmod 600"), "{out:?}");
}

#[tokio::test]
async fn a_command_is_given_a_key_and_a_query_is_not() {
    let world = World::with(|frame| vec![ok(frame, json!({}))]).await;
    world.run(&["runtime", "call", "runtime.reload"]).await;
    let key = world.call("runtime.reload")["params"]["idempotencyKey"].clone();
    assert_eq!(key.as_str().map(str::len), Some(32));
    world.run(&["runtime", "call", "runtime.shutdown", r#"{"idempotencyKey": "mine"}"#]).await;
    assert_eq!(world.call("runtime.shutdown")["params"], json!({"idempotencyKey": "mine"}));
    let listed = ["runtime", "call", "requests.list", "-"];
    let out = world.run_with(&listed, r#"{"limit": 1}"#).await;
    assert_eq!((out.code, out.stdout.as_str()), (0, "{}\n"));
    assert_eq!(world.call("requests.list")["params"], json!({"limit": 1}));
    let out = world.run_with(&listed, r#"{"limit": "one"}"#).await;
    assert!(out.code == 2 && out.stderr.contains("params.limit"), "{out:?}");
}

#[tokio::test]
async fn an_approval_names_what_was_shown() {
    let world = World::with(queries).await;
    let out = world.run(&["acl", "request", "approve", "@last"]).await;
    assert_eq!((out.code, out.stdout), (0, format!("● approved {PERMISSION}\n")));
    let params = &world.call("acl.requests.approve")["params"];
    assert_eq!((&params["digest"], &params["id"]), (&json!("abc123"), &json!(PERMISSION)));
    let out = world.run(&["acl", "requests", "deny", "@last", "--reason", "no"]).await;
    assert_eq!(out.code, 0, "{out:?}");
    assert_eq!(world.call("acl.requests.deny")["params"]["comment"], "no");
}

fn event(seq: u64, position: u64, name: &str, payload: Value) -> Do {
    Do::Send(json!({
        "type": "event", "event": name, "payload": payload, "seq": seq, "position": position,
        "at": 1_700_000_000_000_i64,
    }))
}

#[tokio::test]
async fn events_are_lines_of_json_or_of_tabs() {
    let world = World::with(|frame| {
        let mut steps = vec![ok(frame, json!({"after": 0, "latest": 7}))];
        steps.extend((1..=7).map(|n| event(n, n, "system.started", json!({"version": "9.9.9"}))));
        steps
    })
    .await;
    let out = world.run(&["events", "tail", "--after", "0", "--no-follow"]).await;
    assert_eq!((out.code, out.stdout.lines().count()), (0, 7), "{out:?}");
    assert_eq!(
        out.stdout.lines().next(),
        Some("1\t2023-11-14T22:13:20.000Z\tsystem.started\tnexus 9.9.9")
    );
    let out = world.run(&["events", "tail", "--after", "0", "--limit", "3", "--json"]).await;
    let positions: Vec<_> = out
        .stdout
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).unwrap()["position"].clone())
        .collect();
    assert_eq!(positions, [1, 2, 3]);
    assert_eq!(world.call("events.subscribe")["params"]["after"], 0);
}

fn turn_created() -> Value {
    json!({"turn_id": TURN, "session_key": "main", "request_ids": [RUN]})
}

fn token(seq: u64, delta: &str) -> Do {
    Do::Send(json!({
        "type": "event", "event": "agent.streaming.token", "seq": 100 + seq, "payload": {
            "turn_id": TURN, "session_key": "main", "message_id": MESSAGE, "seq": seq, "delta": delta,
        },
    }))
}

fn recorded(text: &str) -> Value {
    json!({"session_key": "main", "message": {
        "id": MESSAGE, "turn_id": TURN, "role": "assistant", "created_at": 1,
        "parts": [{"kind": "text", "value": text}],
    }})
}

fn turn_completed() -> Value {
    json!({
        "turn_id": TURN, "session_key": "main", "status": "completed", "stop_reason": "end_turn",
        "error": null, "usage": {"input_tokens": 12, "output_tokens": 3},
        "cost": {"micro_usd": 420, "basis": "price_table"},
    })
}

fn accepted(frame: &Value) -> Do {
    ok(frame, json!({"runId": RUN, "status": "accepted", "isDuplicate": false}))
}

fn done(frame: &Value, status: &str) -> Do {
    ok(
        frame,
        json!({
            "runId": RUN, "status": "done", "isDuplicate": false, "turnId": TURN,
            "requestStatus": status, "summary": "it ended",
        }),
    )
}

fn subscribed(frame: &Value) -> Do {
    ok(frame, json!({"after": frame["params"]["after"].as_u64().unwrap_or(7), "latest": 7}))
}

#[tokio::test]
async fn a_reply_is_shown_once_however_it_arrives() {
    // Streamed whole; streamed with a hole; not streamed at all.
    let streams: [Vec<Do>; 3] = [
        vec![token(1, "Hel"), token(2, "lo\u{7}")],
        vec![token(1, "Hel"), token(3, "!!")],
        Vec::new(),
    ];
    for stream in streams {
        let world = World::with(move |frame| match frame["method"].as_str() {
            Some("events.subscribe") => vec![subscribed(frame)],
            _ => {
                let mut steps = vec![accepted(frame), event(1, 8, "turn.created", turn_created())];
                steps.extend(stream.clone());
                steps.push(event(50, 9, "message.recorded", recorded("Hello\u{7}")));
                steps.push(event(51, 10, "turn.completed", turn_completed()));
                steps.push(done(frame, "completed"));
                steps
            }
        })
        .await;
        let out = world.run_with(&["chat", "say", "hello"], "piped\n").await;
        assert_eq!((out.code, out.stdout.as_str()), (0, "Hello\\u{7}\n"), "{out:?}");
        assert_eq!(world.call("agent")["params"]["message"], "say hello\n\npiped");
        let out = world.run(&["chat", "hello", "--json"]).await;
        let answer = out.json();
        assert_eq!(
            (&answer["text"], &answer["status"]),
            (&json!("Hello\u{7}"), &json!("completed"))
        );
        assert_eq!(answer["cost"]["micro_usd"], 420);
    }
}

#[tokio::test]
async fn how_a_run_ends_decides_the_exit_code() {
    for (status, exit) in [("completed", 0), ("failed", 1), ("denied", 7), ("cancelled", 130)] {
        let world = World::with(move |frame| match frame["method"].as_str() {
            Some("events.subscribe") => vec![subscribed(frame)],
            _ => vec![accepted(frame), done(frame, status)],
        })
        .await;
        let out = world.run(&["chat", "hello"]).await;
        assert_eq!(out.code, exit, "{status}: {out:?}");
    }
}

#[tokio::test]
async fn a_question_nobody_can_answer_here_ends_with_the_commands_that_answer_it() {
    let world = World::with(|frame| match frame["method"].as_str() {
        Some("events.subscribe") => vec![subscribed(frame)],
        _ => vec![
            accepted(frame),
            event(1, 8, "turn.created", turn_created()),
            event(2, 9, "permission.requested", json!({"permission": permission("pending")})),
        ],
    })
    .await;
    let out = world.run(&["chat", "fetch"]).await;
    assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{out:?}");
    assert!(out.stderr.contains(&format!("nexus acl request approve {PERMISSION}")), "{out:?}");
    assert!(!out.stderr.contains("\u{1b}[2J"), "{out:?}");
}

#[tokio::test]
async fn a_turn_goes_on_when_the_daemon_comes_back() {
    let n_runs = Mutex::new(0);
    let world = World::with(move |frame| match frame["method"].as_str() {
        Some("events.subscribe") => vec![subscribed(frame)],
        _ => {
            *n_runs.lock().unwrap() += 1;
            if *n_runs.lock().unwrap() == 1 {
                let created = event(1, 8, "turn.created", turn_created());
                return vec![accepted(frame), created, token(1, "Hel"), Do::Wait(50), Do::Drop];
            }
            vec![
                accepted(frame),
                event(1, 9, "message.recorded", recorded("Hello")),
                event(2, 10, "turn.completed", turn_completed()),
                done(frame, "completed"),
            ]
        }
    })
    .await;
    let out = world.run(&["chat", "hello"]).await;
    assert_eq!((out.code, out.stdout.as_str()), (0, "Hello\n"), "{out:?}");
    assert!(out.stderr.contains("the turn goes on"), "{out:?}");
    let calls = world.calls.lock().unwrap();
    let keys: Vec<_> = calls
        .iter()
        .filter(|call| call["method"] == "agent")
        .map(|call| call["params"]["idempotencyKey"].clone())
        .collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1], "another key is another message");
    let after = calls.iter().filter(|call| call["method"] == "events.subscribe").nth(1);
    assert_eq!(after.unwrap()["params"]["after"], 8);
}

#[tokio::test]
async fn a_reader_that_has_enough_is_no_error() {
    let world = World::with(queries).await;
    let mut command = world.command();
    command.args(["runtime", "methods"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output =
        tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
