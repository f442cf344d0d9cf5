//! The checks, one function each.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use nexus_protocol::adapter::{ADAPTER_PROTOCOL, Ability, Acknowledgement};
use nexus_protocol::jsonrpc::{INVALID_PARAMS, METHOD_NOT_FOUND};
use nexus_protocol::line::{Incoming, SEND_FAILED};
use serde_json::{Value, json};

use super::bench::{CANARY, Manner, Run, STDERR_BYTES_MAX, can};
use super::stream::{edit, stream_cut, stream_failed};
use super::{Outcome, Subject};
use crate::clock::Clock;

/// Longest wait for an answer, in milliseconds.
pub(super) const ANSWER_MS_MAX: u64 = 10_000;
/// Longest wait for an event that comes by itself, in milliseconds.
const EVENT_MS_MAX: u64 = 3_000;
/// Calls that are made at once.
const CALLS_AT_ONCE: usize = 20;
/// Calls that are made before anything is read.
const CALLS_UNREAD: usize = 300;
/// How long nothing is read, in milliseconds.
const UNREAD_MS: u64 = 1_000;
/// A text that makes a line nearly as long as may be, in bytes.
const LONG_BYTES: usize = 1_000_000;
/// Most files of its folder that are looked at, and bytes of each.
const FILES_MAX: usize = 200;
const FILE_BYTES_MAX: u64 = 1024 * 1024;

type Made<'a> = BoxFuture<'a, Result<Outcome, String>>;

/// A row: an error is a failure.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) wants: &'static str,
    /// Whether nothing else makes sense where it fails.
    pub(super) is_first: bool,
    pub(super) make: for<'a> fn(&'a Subject, &'a Arc<dyn Clock>) -> Made<'a>,
}

macro_rules! row {
    ($name:ident, $is_first:literal, $wants:literal) => {
        Row {
            name: stringify!($name),
            wants: $wants,
            is_first: $is_first,
            make: |subject, clock| $name(subject, clock).boxed(),
        }
    };
}

pub(super) const ALL: &[Row] = &[
    row!(
        handshake,
        true,
        "answers `hello` within 10 s with readable facts, and hands in nothing before"
    ),
    row!(unknown_method, false, "answers a method it does not have with -32601"),
    row!(bad_params, false, "answers params it cannot read with -32602"),
    row!(unknown_fields, false, "passes over fields and notifications it does not know"),
    row!(garbage, false, "goes on after a line that is not JSON-RPC"),
    row!(long_line, false, "takes a line of nearly 1 MiB"),
    row!(side_by_side, false, "answers every one of 20 calls made at once, each once"),
    row!(slow_reader, false, "answers in whole lines to one who reads late"),
    row!(send, false, "answers `send` with message ids, or says what kind of error it is"),
    row!(repeated_send, false, "sends a key once, if it says so"),
    row!(stream_cut, false, "ends at the end of stdin in the middle of a reply that grows"),
    row!(stream_failed, false, "goes on after a reply that breaks off, and takes the next one"),
    row!(edit, false, "gives a message another text, as often as it is asked to"),
    row!(in_order, false, "hands in the events of a conversation as they happened"),
    row!(unacknowledged, false, "hands an event in again after a restart if nobody answered"),
    row!(duplicate, false, "goes on after `duplicate`, and after `refused`"),
    row!(busy_with_events, false, "answers calls while an event waits for its answer"),
    row!(cancelled, false, "ends at the end of stdin, whatever it is at"),
    row!(drain, false, "answers what it was asked before stdin ended, and exits with 0 within 5 s"),
    row!(quiet, false, "does not flood its stderr"),
    row!(secret, false, "writes its credential nowhere"),
];

async fn handshake(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (_run, facts) = Run::greeted(subject, clock).await?;
    if facts.protocol != ADAPTER_PROTOCOL {
        return Err(format!("it speaks version {} of the contract", facts.protocol));
    }
    if facts.channel.is_empty() || facts.channel.contains(':') || facts.name.is_empty() {
        return Err("its name or its channel is empty, or the channel has a colon".to_owned());
    }
    Ok(Outcome::Passed)
}

/// Whether it answers at all; what it says does not matter.
pub(super) async fn is_alive(run: &mut Run) -> Result<(), String> {
    run.call("health", json!({}), ANSWER_MS_MAX).await.map(drop)
}

fn expect_code(
    answer: Result<Value, nexus_protocol::adapter::LineError>,
    code: i64,
) -> Result<Outcome, String> {
    match answer {
        Err(error) if error.code == code => Ok(Outcome::Passed),
        Err(error) => Err(format!("it answered {} ({})", error.code, error.message)),
        Ok(_) => Err("it answered as if all were well".to_owned()),
    }
}

async fn unknown_method(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, _) = Run::greeted(subject, clock).await?;
    let answer = run.call("no.such.method", json!({}), ANSWER_MS_MAX).await?;
    expect_code(answer, METHOD_NOT_FOUND)
}

async fn bad_params(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, facts) = Run::greeted(subject, clock).await?;
    if !can(&facts, Ability::Send) {
        return Ok(Outcome::LeftOut("it does not send".to_owned()));
    }
    let answer = run.call("send", json!({ "to": 7 }), ANSWER_MS_MAX).await?;
    expect_code(answer, INVALID_PARAMS)
}

async fn unknown_fields(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, _) = Run::greeted(subject, clock).await?;
    run.write(b"{\"jsonrpc\":\"2.0\",\"method\":\"no.such.news\",\"params\":{},\"more\":1}\n")
        .await?;
    run.call("health", json!({ "more": { "still": true } }), ANSWER_MS_MAX).await?.map_or_else(
        |error| match error.code {
            METHOD_NOT_FOUND => Ok(Outcome::Passed),
            code => Err(format!("it answered {code} to a field it does not know")),
        },
        |_| Ok(Outcome::Passed),
    )
}

async fn garbage(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, _) = Run::greeted(subject, clock).await?;
    run.write(b"this is not JSON\n\n[1,2\n{\"jsonrpc\":\"1.0\"}\n\xff\xfe\n").await?;
    is_alive(&mut run).await?;
    Ok(Outcome::Passed)
}

async fn long_line(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, _) = Run::greeted(subject, clock).await?;
    let padding = "x".repeat(LONG_BYTES);
    run.call("health", json!({ "padding": padding }), ANSWER_MS_MAX).await?.ok();
    is_alive(&mut run).await?;
    Ok(Outcome::Passed)
}

async fn side_by_side(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, _) = Run::greeted(subject, clock).await?;
    answer_all(&mut run, CALLS_AT_ONCE, 0).await
}

async fn slow_reader(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, _) = Run::greeted(subject, clock).await?;
    answer_all(&mut run, CALLS_UNREAD, UNREAD_MS).await
}

/// Makes calls, reads nothing for a while, and counts the answers.
async fn answer_all(run: &mut Run, n_calls: usize, unread_ms: u64) -> Result<Outcome, String> {
    let mut ids = BTreeSet::new();
    for _ in 0..n_calls {
        ids.insert(run.ask("health", json!({})).await?);
    }
    if unread_ms > 0 {
        run.pause(unread_ms).await;
    }
    for id in &ids {
        let answer = run.answer(*id, ANSWER_MS_MAX).await;
        drop(answer.map_err(|why| format!("call {id} of {n_calls}: {why}"))?);
    }
    is_alive(run).await?;
    let of_these =
        |said: &&Incoming| matches!(said, Incoming::Answer { id, .. } if ids.contains(id));
    let n_answers = run.said.iter().filter(of_these).count();
    match n_answers == n_calls {
        true => Ok(Outcome::Passed),
        false => Err(format!("{n_answers} answers came to {n_calls} calls")),
    }
}

pub(super) fn delivery(key: &str) -> Value {
    json!({ "idempotency_key": key, "to": "nobody", "text": "a delivery of the check" })
}

async fn send(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, facts) = Run::greeted(subject, clock).await?;
    if !can(&facts, Ability::Send) {
        return Ok(Outcome::LeftOut("it does not send".to_owned()));
    }
    match run.call("send", delivery("check-1"), ANSWER_MS_MAX).await? {
        Ok(result) if result["message_ids"].as_array().is_some_and(|ids| !ids.is_empty()) => {
            Ok(Outcome::Passed)
        }
        Ok(result) => Err(format!("its result has no `message_ids`: {result}")),
        Err(error) if error.code == SEND_FAILED => {
            let kind = error.data.as_ref().and_then(|data| data["kind"].as_str());
            match kind {
                Some(_) => Ok(Outcome::Passed),
                None => Err("its error has no `data.kind`".to_owned()),
            }
        }
        Err(error) => Err(format!("it answered {} ({})", error.code, error.message)),
    }
}

async fn repeated_send(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, facts) = Run::greeted(subject, clock).await?;
    if !facts.has_idempotent_sends {
        return Ok(Outcome::LeftOut("it does not promise it".to_owned()));
    }
    let first = run.call("send", delivery("check-2"), ANSWER_MS_MAX).await?;
    let second = run.call("send", delivery("check-2"), ANSWER_MS_MAX).await?;
    let Ok(first) = first else {
        return Ok(Outcome::LeftOut("nothing can be sent with these settings".to_owned()));
    };
    match second {
        Ok(second) if second["message_ids"] == first["message_ids"] => Ok(Outcome::Passed),
        other => Err(format!("the same key was answered otherwise: {other:?}")),
    }
}

fn no_events() -> Outcome {
    Outcome::LeftOut("it hands in nothing by itself with these settings".to_owned())
}

async fn in_order(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, _) = Run::greeted(subject, clock).await?;
    run.listen(EVENT_MS_MAX, usize::MAX).await?;
    let mut latest = std::collections::BTreeMap::new();
    let mut is_compared = false;
    for ((peer_id, at), event_id) in run.moments.iter().zip(&run.events) {
        let before = latest.insert(peer_id, *at);
        is_compared |= before.is_some();
        if before.is_some_and(|before| before > *at) {
            return Err(format!("`{}` came after a later one", event_id.escape_debug()));
        }
    }
    match is_compared {
        true => Ok(Outcome::Passed),
        false => Ok(Outcome::LeftOut("it hands in no two of one conversation".to_owned())),
    }
}

async fn unacknowledged(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, _) = Run::greeted(subject, clock).await?;
    run.manner = Manner::Silent;
    run.listen(EVENT_MS_MAX, 1).await?;
    let Some(event_id) = run.events.first().cloned() else { return Ok(no_events()) };
    run.finish().await?;
    let (mut run, _) = Run::greeted(subject, clock).await?;
    run.listen(EVENT_MS_MAX, usize::MAX).await?;
    match run.events.contains(&event_id) {
        true => Ok(Outcome::Passed),
        false => Err(format!("`{}` did not come again", event_id.escape_debug())),
    }
}

async fn duplicate(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let refused = Acknowledgement::Refused("no".to_owned());
    for (name, answer) in [("known", Acknowledgement::Duplicate), ("refused", refused)] {
        let fresh = Subject { folder: subject.folder.join(name), ..subject.clone() };
        let (mut run, _) = Run::greeted(&fresh, clock).await?;
        run.manner = Manner::Answers(answer);
        run.listen(EVENT_MS_MAX, 1).await?;
        let Some(event_id) = run.events.first().cloned() else { return Ok(no_events()) };
        run.listen(EVENT_MS_MAX, usize::MAX).await?;
        is_alive(&mut run).await?;
        if run.events.iter().filter(|id| **id == event_id).count() > 1 {
            return Err(format!("`{}` came again at once", event_id.escape_debug()));
        }
    }
    Ok(Outcome::Passed)
}

async fn busy_with_events(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, _) = Run::greeted(subject, clock).await?;
    run.manner = Manner::Silent;
    run.listen(EVENT_MS_MAX, 1).await?;
    if run.events.is_empty() {
        return Ok(no_events());
    }
    is_alive(&mut run).await?;
    Ok(Outcome::Passed)
}

async fn cancelled(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, facts) = Run::greeted(subject, clock).await?;
    run.manner = Manner::Silent;
    let method = if can(&facts, Ability::Send) { "send" } else { "health" };
    for n in 0..CALLS_AT_ONCE {
        run.ask(method, delivery(&format!("check-cancelled-{n}"))).await?;
    }
    run.finish().await?;
    Ok(Outcome::Passed)
}

async fn drain(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, _) = Run::greeted(subject, clock).await?;
    let id = run.ask("health", json!({})).await?;
    let how = run.finish().await?;
    let is_answer = |said: &Incoming| matches!(said, Incoming::Answer { id: of, .. } if *of == id);
    if !run.said.iter().any(is_answer) {
        return Err("what it was asked last was never answered".to_owned());
    }
    match how == "exited with code 0" {
        true => Ok(Outcome::Passed),
        false => Err(format!("it {how}")),
    }
}

async fn quiet(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, _) = Run::greeted(subject, clock).await?;
    run.listen(EVENT_MS_MAX, usize::MAX).await?;
    is_alive(&mut run).await?;
    match run.complaints().len() < STDERR_BYTES_MAX / 4 {
        true => Ok(Outcome::Passed),
        false => Err("it wrote more than 256 KiB within 3 s".to_owned()),
    }
}

async fn secret(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, facts) = Run::greeted(subject, clock).await?;
    if can(&facts, Ability::Send) {
        run.call("send", delivery("check-secret"), ANSWER_MS_MAX).await?.ok();
    }
    is_alive(&mut run).await?;
    run.finish().await?;
    let shows = |bytes: &[u8]| bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes());
    if shows(&run.complaints()) {
        return Err("it stands on its stderr".to_owned());
    }
    if run.said.iter().any(|said| format!("{said:?}").contains(CANARY)) {
        return Err("it stands on its stdout".to_owned());
    }
    let mut files = Vec::new();
    collect(&subject.folder, &mut files);
    for file in files {
        let is_small = file.metadata().is_ok_and(|facts| facts.len() <= FILE_BYTES_MAX);
        if is_small && std::fs::read(&file).is_ok_and(|bytes| shows(&bytes)) {
            return Err(format!("it stands in {}", file.display()));
        }
    }
    Ok(Outcome::Passed)
}

/// Files below a folder, some at least.
fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let kind = entry.file_type();
        if files.len() >= FILES_MAX {
            return;
        }
        match kind {
            Ok(kind) if kind.is_dir() => collect(&entry.path(), files),
            Ok(kind) if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
}
