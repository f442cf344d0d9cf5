//! What clients said yesterday is understood today. `tests/recorded/protocol-N.jsonl` holds frames
//! of clients of protocol N, one a line; a line that was released is never changed.
//!
//! `NEXUS_BLESS=1` adds frames of methods that have none yet.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use nexus_protocol::frame::ClientFrame;
use nexus_protocol::methods::Method;
use nexus_protocol::{PROTOCOL, PROTOCOL_MIN, parse, schema};
use serde_json::{Value, json};

fn recorded(protocol: u32) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recorded");
    folder.join(format!("protocol-{protocol}.jsonl"))
}

/// The methods that a recording calls.
fn called(text: &str) -> BTreeSet<String> {
    let method = |line: &str| {
        let frame: Value = serde_json::from_str(line).unwrap();
        frame["method"].as_str().map(str::to_owned)
    };
    text.lines().filter_map(method).collect()
}

/// Frames of today, for methods that are in no recording.
fn added(known: &BTreeSet<String>) -> String {
    let samples = schema::samples().unwrap();
    let methods = samples["methods"].as_object().unwrap();
    let frame = |(name, row): (&String, &Value)| {
        let frames = row["params"].as_array().unwrap().iter().take(2).enumerate();
        frames
            .map(|(n, params)| {
                let id = n.to_string();
                json!({ "type": "req", "id": id, "method": name, "params": params }).to_string()
                    + "\n"
            })
            .collect::<String>()
    };
    methods.iter().filter(|(name, _)| !known.contains(*name)).map(frame).collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "whoever runs the test says whether to record")]
fn frames_of_every_version_still_spoken_are_understood() {
    for protocol in PROTOCOL_MIN..=PROTOCOL {
        let path = recorded(protocol);
        let text = fs::read_to_string(&path).unwrap_or_default();
        if std::env::var_os("NEXUS_BLESS").is_some() && protocol == PROTOCOL {
            fs::write(&path, text.clone() + &added(&called(&text))).unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines() {
            let frame = parse::client_frame(line);
            let frame = frame.unwrap_or_else(|failure| panic!("{failure}: {line}"));
            let ClientFrame::Req(call) = frame else { continue };
            let method = Method::by_name(&call.method);
            let method = method.unwrap_or_else(|| panic!("`{}` is gone", call.method));
            let fits = parse::check(method, call.params);
            fits.unwrap_or_else(|failure| panic!("{failure}: {line}"));
        }
    }
}

#[test]
fn every_method_is_recorded() {
    let recorded = called(&fs::read_to_string(recorded(PROTOCOL)).unwrap_or_default());
    let missing: Vec<_> = Method::ALL
        .iter()
        .map(|method| method.name())
        .filter(|name| !recorded.contains(*name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}; run: NEXUS_BLESS=1 cargo test --test compatibility");
}
