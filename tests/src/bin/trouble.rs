//! An adapter that behaves as its settings say, well or very badly. It speaks the contract by
//! itself, without the SDK, so that nothing holds it back.
//!
//! `mode = "well"` bridges two files of its folder: each line of `inbox` is handed in as an event,
//! and each delivery is appended to `outbox`. The other modes each do one kind of damage, once
//! they have said hello.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, Read as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};

/// How often the inbox is looked at, in milliseconds.
const LOOK_MS: u64 = 20;
/// Id of the first event, beyond those of answers.
const EVENT_ID_MIN: u64 = 1_000;
/// Bytes of the big allocation.
const GREED_BYTES: usize = 2 * 1024 * 1024 * 1024;

fn say(line: &Value) {
    let mut out = std::io::stdout().lock();
    // A daemon that has had enough closes the pipe.
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}

fn answer(id: &Value, result: &Value) {
    say(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
}

fn event(n: u64, event_id: &str, content: &str, account: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": EVENT_ID_MIN + n, "method": "event", "params": { "event": {
        "event_id": event_id, "timestamp": 1, "content": content, "channel": "trouble",
        "account_id": account, "sender_id": "somebody", "peer_id": "somebody",
    } } })
}

fn old_message(n: u64, account: &str) -> Value {
    event(n, &format!("old-{n}"), &format!("old message {n}"), account)["params"]["event"].clone()
}

fn main() -> ExitCode {
    let mut mode = String::new();
    let mut account = String::new();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { return ExitCode::FAILURE };
        let Ok(call) = serde_json::from_str::<Value>(&line) else { continue };
        let (id, params) = (&call["id"], &call["params"]);
        match call["method"].as_str() {
            Some("hello") => {
                account = params["account_id"].as_str().unwrap_or_default().to_owned();
                mode = params["config"]["mode"].as_str().unwrap_or("well").to_owned();
                answer(
                    id,
                    &json!({ "protocol": 1, "name": "trouble", "version": "1",
                        "channel": "trouble", "supports": ["monitor", "send", "backfill"] }),
                );
                let (mode, account) = (mode.clone(), account.clone());
                let config = params["config"].clone();
                std::thread::spawn(move || behave(&mode, &account, &config));
            }
            _ if matches!(mode.as_str(), "hang" | "close") => loop {
                std::thread::park();
            },
            Some("send") => {
                let text = params["text"].as_str().unwrap_or_default();
                append("outbox", text);
                answer(id, &json!({ "message_ids": [params["idempotency_key"]] }));
            }
            Some("backfill") => {
                let events: Vec<_> = (1..=3).map(|n| old_message(n, &account)).collect();
                answer(id, &json!({ "events": events }));
            }
            Some(method) => say(&json!({ "jsonrpc": "2.0", "id": id,
                "error": { "code": -32601, "message": format!("no method {method}") } })),
            None => {}
        }
    }
    if mode == "close" {
        loop {
            std::thread::park();
        }
    }
    ExitCode::SUCCESS
}

fn append(file: &str, text: &str) {
    let opened = OpenOptions::new().create(true).append(true).open(file);
    let _ = opened.and_then(|mut file| writeln!(file, "{text}"));
}

/// Says on stderr what came of a forbidden deed.
fn confess(deed: &str, result: std::io::Result<impl Sized>) {
    let outcome = match result {
        Ok(_) => "DONE".to_owned(),
        Err(error) => format!("refused ({error})"),
    };
    let _ = writeln!(std::io::stderr(), "{deed}: {outcome}");
}

fn behave(mode: &str, account: &str, config: &Value) {
    let told = |key: &str| config[key].as_str().unwrap_or_default().to_owned();
    match mode {
        "well" => bridge(account),
        "kill" => kill_itself(),
        "busy" => {
            for _ in 0..8 {
                std::thread::spawn(|| {
                    loop {
                        std::hint::spin_loop();
                    }
                });
            }
        }
        "greed" => {
            let mut hoard = vec![0_u8; GREED_BYTES];
            hoard.iter_mut().step_by(4_096).for_each(|byte| *byte = 1);
            confess("2 GiB", Ok(std::hint::black_box(hoard)));
        }
        "flood" => flood(account),
        "garbage" => loop {
            let _ = writeln!(std::io::stdout(), "this is not JSON-RPC");
        },
        "close" => {
            // Nobody reads what the daemon sends any more, and nothing is said.
            #[cfg(target_os = "linux")]
            if let Ok(null) = File::open("/dev/null") {
                let _ = rustix::stdio::dup2_stdin(null);
            }
            loop {
                std::thread::park();
            }
        }
        "bomb" => bomb(),
        "claim" => say(&event(0, "claim", "I am somebody else", "not-mine")),
        "steal" => {
            for path in ["secret", "neighbour", "config", "token"] {
                let mut text = String::new();
                let read =
                    File::open(told(path)).and_then(|mut file| file.read_to_string(&mut text));
                confess(&format!("reading {path}"), read);
            }
        }
        "escape" => {
            for path in ["outside", "neighbour"] {
                confess(&format!("writing {path}"), std::fs::write(told(path), "I was here"));
            }
            let address = told("address");
            confess("reaching the control plane", std::net::TcpStream::connect(address));
        }
        _ => {}
    }
}

/// Strangers without end, as fast as the pipe takes them.
fn flood(account: &str) {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for n in 0.. {
        let mut line = event(n, &format!("flood-{n}"), "flood", account);
        line["params"]["event"]["sender_id"] = "stranger".into();
        line["params"]["event"]["peer_id"] = "crowd".into();
        line["params"]["event"]["peer_kind"] = "group".into();
        if writeln!(out, "{line}").is_err() {
            return;
        }
    }
}

/// Each line of the inbox once; the daemon knows by the id what it has taken.
fn bridge(account: &str) {
    let mut handed_in = HashSet::new();
    loop {
        let text = std::fs::read_to_string("inbox").unwrap_or_default();
        // A line counts once it is whole.
        for (n, line) in text.split_inclusive('\n').enumerate() {
            if line.ends_with('\n') && handed_in.insert(n) {
                say(&event(n as u64, &format!("line-{n}"), line.trim_end(), account));
            }
        }
        std::thread::sleep(Duration::from_millis(LOOK_MS));
    }
}

#[cfg(target_os = "linux")]
fn kill_itself() {
    let me = rustix::process::getpid();
    let _ = rustix::process::kill_process(me, rustix::process::Signal::KILL);
}

#[cfg(not(target_os = "linux"))]
fn kill_itself() {
    std::process::abort();
}

/// Starts itself again and again, without end, and says when it could not any more.
#[expect(clippy::disallowed_methods, reason = "a bomb that asks for leave would be none")]
fn bomb() {
    let mut n_started = 0_u32;
    loop {
        match std::process::Command::new("/bin/sleep").arg("86399").spawn() {
            Ok(_) => n_started += 1,
            Err(error) => {
                let _ = writeln!(std::io::stderr(), "bomb: {n_started} started, then: {error}");
                loop {
                    std::thread::park();
                }
            }
        }
    }
}
