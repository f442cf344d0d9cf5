//! Frames of framing A as text. Payloads are JSON already and are put in as they are, so that an
//! event that goes to a thousand clients is serialized once.

use nexus_domain::Failure;
use nexus_domain::id::Position;
use nexus_domain::time::Timestamp;
use nexus_protocol::WireError;
use nexus_protocol::frame::StateVersion;

/// Bytes of a frame beside its payload, roughly.
const FRAME_BYTES: usize = 160;

/// What stands beside the payload of an event.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) position: Option<Position>,
    pub(super) at: Option<Timestamp>,
    pub(super) version: Option<StateVersion>,
}

/// The answer to a call that succeeded.
pub(super) fn ok(id: &str, payload: &str) -> String {
    let mut frame = String::with_capacity(payload.len() + id.len() + FRAME_BYTES);
    frame.push_str(r#"{"type":"res","id":"#);
    push_text(&mut frame, id);
    frame.push_str(r#","ok":true,"payload":"#);
    frame.push_str(payload);
    frame.push('}');
    frame
}

/// The answer to a call that failed.
pub(super) fn failed(id: &str, failure: &Failure) -> String {
    let mut frame = String::with_capacity(2 * FRAME_BYTES);
    frame.push_str(r#"{"type":"res","id":"#);
    push_text(&mut frame, id);
    frame.push_str(r#","ok":false,"error":"#);
    push_json(&mut frame, &WireError::from(failure));
    frame.push('}');
    frame
}

/// An event. `kind` is a name of ours and needs no escaping.
pub(super) fn event(kind: &str, payload: &str, seq: u64, place: Place) -> String {
    let mut frame = String::with_capacity(payload.len() + FRAME_BYTES);
    frame.push_str(r#"{"type":"event","event":""#);
    frame.push_str(kind);
    frame.push_str(r#"","payload":"#);
    frame.push_str(payload);
    frame.push_str(r#","seq":"#);
    frame.push_str(&seq.to_string());
    if let Some(position) = place.position {
        frame.push_str(r#","position":"#);
        frame.push_str(&position.0.to_string());
    }
    if let Some(at) = place.at {
        frame.push_str(r#","at":"#);
        frame.push_str(&at.0.to_string());
    }
    if let Some(version) = place.version {
        frame.push_str(r#","stateVersion":"#);
        push_json(&mut frame, &version);
    }
    frame.push('}');
    frame
}

/// A payload as text.
pub(super) fn json(value: &impl serde::Serialize) -> String {
    let mut text = String::new();
    push_json(&mut text, value);
    text
}

fn push_text(frame: &mut String, text: &str) {
    push_json(frame, &text);
}

/// Texts, numbers and error records: nothing in them can fail to be written.
fn push_json(frame: &mut String, value: &impl serde::Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => frame.push_str(&text),
        Err(error) => {
            tracing::error!(%error, "a part of a frame could not be written as JSON");
            frame.push_str("null");
        }
    }
}

#[cfg(test)]
mod tests {
    use nexus_protocol::frame::{EventFrame, Res, ServerFrame};
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> ServerFrame {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn frames_are_what_the_protocol_says() {
        let id = "a\"\\\u{7}ü";
        let payload = Some(json!({ "x": [1, 2] }));
        assert_eq!(
            read(&ok(id, r#"{"x":[1,2]}"#)),
            ServerFrame::Res(Res { id: id.to_owned(), ok: true, payload, error: None })
        );
        let failure = Failure::overloaded("too much", 50).hint("wait");
        let error = Some(WireError::from(&failure));
        assert_eq!(
            read(&failed(id, &failure)),
            ServerFrame::Res(Res { id: id.to_owned(), ok: false, payload: None, error })
        );
        let version = StateVersion { presence: 2, health: 3 };
        let place =
            Place { position: Some(Position(7)), at: Some(Timestamp(9)), version: Some(version) };
        assert_eq!(
            read(&event("turn.created", "{}", 4, place)),
            ServerFrame::Event(EventFrame {
                event: "turn.created".to_owned(),
                payload: json!({}),
                seq: 4,
                position: Some(Position(7)),
                at: Some(Timestamp(9)),
                state_version: Some(version),
            })
        );
        let bare = event("tick", "{}", 1, Place::default());
        assert!(!bare.contains("position") && !bare.contains("stateVersion"));
    }
}
