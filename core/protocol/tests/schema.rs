//! What is committed is what the types say.

use nexus_protocol::schema::{self, Dialect};
use serde_json::json;

#[test]
fn what_is_committed_is_what_the_types_say() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for (path, text) in schema::files().unwrap() {
        let committed = std::fs::read_to_string(docs.join(&path)).unwrap_or_default();
        assert!(
            committed == text,
            "docs/{path} is stale; run: cargo run -p nexus-protocol --example codegen"
        );
    }
}

#[test]
fn the_daemons_own_frames_fit_their_schema() {
    use nexus_domain::Timestamp;
    use nexus_domain::event::Event;
    use nexus_domain::id::Position;
    use nexus_protocol::frame::{EventFrame, HelloError, Res, ServerFrame};

    let validator = jsonschema::validator_for(&schema::server_frame(Dialect::Published)).unwrap();
    let event = Event::SystemStarted { version: "1".into() };
    let frames = [
        ServerFrame::HelloError(HelloError {
            reason: "too old".into(),
            expected_protocol: 1,
            min_client: "0.1.0".into(),
        }),
        ServerFrame::Res(Res { id: "1".into(), ok: true, payload: Some(json!({})), error: None }),
        ServerFrame::Event(EventFrame {
            event: event.type_name().into(),
            payload: serde_json::to_value(&event).unwrap()["properties"].take(),
            seq: 1,
            position: Some(Position(7)),
            at: Some(Timestamp(1_700_000_000_000)),
            state_version: None,
        }),
    ];
    for frame in frames {
        let value = serde_json::to_value(&frame).unwrap();
        assert!(validator.is_valid(&value), "{value}");
    }
    assert!(!validator.is_valid(&json!({ "type": "res", "id": "1" })));
}
