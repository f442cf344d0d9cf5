//! Replies that are shown while they are written, and do not come to their end.

use std::sync::Arc;

use nexus_protocol::adapter::Ability;
use serde_json::{Value, json};

use super::bench::{Run, can};
use super::checks::{ANSWER_MS_MAX, delivery, is_alive};
use super::{Outcome, Subject};
use crate::clock::Clock;

/// Pieces of such a reply.
const PIECES: usize = 50;
/// The stream that is cut.
const CUT: &str = "check-stream-1";
/// The stream that comes to its end.
const WHOLE: &str = "check-stream-2";

fn start(stream_id: &str) -> Value {
    json!({ "stream_id": stream_id, "event_id": format!("{stream_id}-event"), "to": "nobody" })
}

/// A reply begins, thinks, uses a tool and says something.
async fn begin(run: &mut Run, stream_id: &str) -> Result<(), String> {
    run.tell("stream.start", start(stream_id)).await?;
    let thought = json!({ "stream_id": stream_id, "text": "hm" });
    run.tell("stream.reasoning", thought).await?;
    let tool = |status| json!({ "stream_id": stream_id, "tool_call_id": "1", "name": "check", "status": status });
    run.tell("stream.tool", tool("started")).await?;
    run.tell("stream.tool", tool("completed")).await?;
    for n in 0..PIECES {
        let piece = json!({ "stream_id": stream_id, "text": format!("piece {n} ") });
        run.tell("stream.delta", piece).await?;
    }
    Ok(())
}

pub(super) async fn edit(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Outcome, String> {
    let (mut run, facts) = Run::greeted(subject, clock).await?;
    if !can(&facts, Ability::Edit) {
        return Ok(Outcome::LeftOut("it edits no messages".to_owned()));
    }
    let sent = run.call("send", delivery("check-edit"), ANSWER_MS_MAX).await?;
    let Some(message_id) =
        sent.ok().and_then(|sent| sent["message_ids"][0].as_str().map(str::to_owned))
    else {
        return Ok(Outcome::LeftOut("nothing can be sent with these settings".to_owned()));
    };
    let edit = |message_id: &str, text: &str, is_final: bool| json!({ "message_id": message_id, "to": "nobody", "text": text, "is_final": is_final });
    for (text, is_final) in [("more", false), ("more and more", true), ("more and more", true)] {
        let answer = run.call("edit", edit(&message_id, text, is_final), ANSWER_MS_MAX).await?;
        if let Err(error) = answer {
            return Err(format!("it answered {} ({})", error.code, error.message));
        }
    }
    match run.call("edit", edit("no-such-message", "x", true), ANSWER_MS_MAX).await? {
        Err(error) if error.data.as_ref().is_some_and(|data| data["kind"].is_string()) => {
            Ok(Outcome::Passed)
        }
        other => Err(format!("it edited a message that is not there: {other:?}")),
    }
}

fn no_stream() -> Outcome {
    Outcome::LeftOut("it shows no replies that grow".to_owned())
}

pub(super) async fn stream_cut(
    subject: &Subject,
    clock: &Arc<dyn Clock>,
) -> Result<Outcome, String> {
    let (mut run, facts) = Run::greeted(subject, clock).await?;
    if !can(&facts, Ability::Stream) {
        return Ok(no_stream());
    }
    begin(&mut run, CUT).await?;
    match run.finish().await?.as_str() {
        "exited with code 0" => Ok(Outcome::Passed),
        how => Err(format!("it {how}")),
    }
}

pub(super) async fn stream_failed(
    subject: &Subject,
    clock: &Arc<dyn Clock>,
) -> Result<Outcome, String> {
    let (mut run, facts) = Run::greeted(subject, clock).await?;
    if !can(&facts, Ability::Stream) {
        return Ok(no_stream());
    }
    begin(&mut run, CUT).await?;
    let error = json!({ "event_id": format!("{CUT}-event"),
        "error": { "kind": "cancelled", "message": "it was stopped" } });
    run.tell("stream.error", error).await?;
    // What comes late belongs to nobody any more, and neither does a stream that never began.
    for stream_id in [CUT, "check-stream-unknown"] {
        run.tell("stream.delta", json!({ "stream_id": stream_id, "text": "late" })).await?;
    }
    is_alive(&mut run).await?;
    begin(&mut run, WHOLE).await?;
    if can(&facts, Ability::Send) {
        let mut last = delivery(WHOLE);
        last["stream_id"] = WHOLE.into();
        // Where nobody waits for it an error is right; that it answers is what counts.
        drop(run.call("send", last, ANSWER_MS_MAX).await?);
    }
    is_alive(&mut run).await?;
    Ok(Outcome::Passed)
}
