//! The properties of the fuzz targets (`tests/fuzz`), tried a little in every run: whatever comes
//! in is read or refused with words.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use nexus_agent::tools::{HttpConfig, ToolBox, ToolConfig};
use nexus_daemon::config::{Environment, Overlay, parse_text};
use nexus_daemon::dispatch::Call;
use nexus_daemon::server::stream_params;
use nexus_protocol::agent_socket;
use nexus_protocol::frame::ClientFrame;
use nexus_protocol::jsonrpc::{self, Incoming};
use nexus_protocol::{Method, parse};
use proptest::prelude::*;
use serde_json::Value;

const FRAMES: &[&str] = &[
    r#"{"type":"hello","minProtocol":1,"maxProtocol":1,"client":{"name":"a","version":"1","platform":"x","mode":"test"}}"#,
    r#"{"type":"req","id":"1","method":"sessions.send","params":{"key":"main","message":"hi","idempotencyKey":"k"}}"#,
    r#"{"type":"req","id":"1","method":"events.subscribe","params":{"types":["turn.*"],"after":3}}"#,
];
const CALLS: &[&str] = &[
    r#"{"jsonrpc":"2.0","id":1,"method":"agent.run","params":{"task":"hi","sessionId":"s","maxTurns":3,"tier":"flash"}}"#,
    r#"[{"jsonrpc":"2.0","method":"notify.subscribe","params":{"channels":["global","agent:s"]}},{"jsonrpc":"2.0","id":"a","method":"chat.abort","params":{"sessionKey":"main"}}]"#,
    r#"{"jsonrpc":"2.0","id":null,"method":"approval.respond","params":{"requestId":"x","decision":"deny","reason":"no"}}"#,
];
const CONFIGS: &[&str] = &[
    "[runtime]\nbind = \"127.0.0.1\"\nport = 18789\n",
    "[agents.main]\nmodels = [\"a/b\"]\n[models.a]\nkind = \"openai\"\nkey = \"env:X\"\n",
    "[models.prices]\n\"a/b\" = { input = 2.5, output = 10.0 }\n[adapters.x]\ncommand = [\"y\"]\n",
];
const QUERIES: &[&str] = &["after=12&types=turn.*,message.recorded", "session=main&transient=1"];
const ARGUMENTS: &[&str] = &[
    r#"{"path":"a/b.txt","content":"x","old":"a","new":"b"}"#,
    r#"{"url":"http://localhost/","pattern":"a.*b","zone":"Europe/Berlin"}"#,
];

/// A text that is right but for a few places, or not right at all.
fn nearly(right: &'static [&'static str]) -> impl Strategy<Value = String> {
    let damage = (any::<prop::sample::Index>(), any::<char>());
    let damaged = (prop::sample::select(right), prop::collection::vec(damage, 0..4)).prop_map(
        |(text, damages)| {
            let mut chars: Vec<char> = text.chars().collect();
            for (place, with) in damages {
                let place = place.index(chars.len());
                chars[place] = with;
            }
            chars.into_iter().collect()
        },
    );
    prop_oneof![3 => damaged, 1 => any::<String>()]
}

/// Any JSON, not too deep.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let name = prop_oneof!["[a-z]{1,4}", Just("key".to_owned()), Just("path".to_owned())];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name.clone(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn frames(text in nearly(FRAMES)) {
        match parse::client_frame(&text) {
            Ok(ClientFrame::Req(req)) => {
                let _ = Call::read(&req.method, Some(&req.params.to_string()));
            }
            Ok(ClientFrame::Hello(_)) => {}
            Err(failure) => prop_assert_eq!(failure.code, "INVALID_REQUEST"),
        }
    }

    #[test]
    fn calls_of_an_agent_client(text in nearly(CALLS)) {
        let calls = match jsonrpc::read(text.as_bytes()) {
            Incoming::One(call) => vec![call],
            Incoming::Many(calls) => calls,
        };
        for call in calls.into_iter().flatten() {
            let read = match agent_socket::read(&call.method, call.params.as_ref()) {
                Some(own) => own.map(drop),
                None => {
                    let params = call.params.as_ref().map(ToString::to_string);
                    let key = || "key".to_owned();
                    Call::read_any(&call.method, params.as_deref(), &key).map(drop)
                }
            };
            if let Err(failure) = read {
                prop_assert_eq!(failure.code, "INVALID_REQUEST");
                prop_assert!(!failure.message.is_empty());
            }
        }
    }

    #[test]
    fn params(method in prop::sample::select(Method::ALL), value in json()) {
        if let Err(failure) = Call::read(method.name(), Some(&value.to_string())) {
            prop_assert_eq!(failure.code, "INVALID_REQUEST");
            prop_assert!(!failure.message.is_empty());
        }
    }

    #[test]
    fn places_to_resume_from(query in nearly(QUERIES), last_id in any::<Vec<u8>>()) {
        if let Some(params) = stream_params(&query, &last_id) {
            prop_assert!(params.types.iter().all(|name| !name.trim().is_empty()));
        }
    }

    #[test]
    fn configurations(text in nearly(CONFIGS)) {
        let overlay = Overlay::new(Environment::of(&[]), Vec::new());
        if let Err(findings) = parse_text(&text, Path::new("nexus.toml"), &overlay) {
            prop_assert!(!findings.is_empty());
            prop_assert!(findings.iter().all(|finding| !finding.text.is_empty()));
        }
    }
}

#[test]
fn tool_arguments() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = folder.path().to_owned();
    let (trash, http) = (folder.path().join("trash"), HttpConfig::default());
    let tools = ToolConfig { workspace, trash, http, time_zone: None, exec: None, delegate: None };
    let tools = ToolBox::new(tools).unwrap();
    let names: Vec<_> = tools.names().map(str::to_owned).collect();
    let written = nearly(ARGUMENTS)
        .prop_filter_map("no JSON", |text| serde_json::from_str::<Value>(&text).ok());
    let arguments = prop_oneof![written, json()];
    let config =
        ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let property = |(name, arguments): (String, Value)| {
        if let Err(sentence) = tools.prepare(&name, &arguments) {
            prop_assert!(!sentence.is_empty());
        }
        Ok(())
    };
    runner.run(&(prop::sample::select(names), arguments), property).unwrap();
}
