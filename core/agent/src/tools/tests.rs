//! Tools against a workspace full of traps.

mod files;
mod swapped;
mod web;

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{HttpConfig, ToolBox, ToolConfig, ToolContext, ToolOutput};
use crate::StopSignal;
use crate::turn::tests::ports::HandClock;

struct Bench {
    folder: TempDir,
    tools: ToolBox,
    context: ToolContext,
}

impl Bench {
    fn new() -> Self {
        Self::with_http(HttpConfig::default())
    }

    fn with_http(http: HttpConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        let workspace = folder.path().join("work");
        let trash = folder.path().join("trash");
        let config =
            ToolConfig { workspace, trash, http, time_zone: None, exec: None, delegate: None };
        let tools = ToolBox::new(config).unwrap();
        let clock = Arc::new(HandClock::default());
        Self { folder, tools, context: ToolContext { stop: StopSignal::new(), clock, call: None } }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join("work").join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    async fn call(&self, tool: &str, arguments: Value) -> Result<ToolOutput, String> {
        self.tools.prepare(tool, &arguments)?.run(self.context.clone()).await
    }

    async fn text(&self, tool: &str, arguments: Value) -> String {
        match self.call(tool, arguments).await {
            Ok(output) => output.content,
            Err(error) => format!("error: {error}"),
        }
    }
}

#[tokio::test]
async fn time_is_told_in_any_zone() {
    let bench = Bench::new();
    let berlin = bench.text("time", json!({ "zone": "Europe/Berlin" })).await;
    assert_eq!(berlin, "Friday, 2027-01-15 09:00:00 +01:00 (Europe/Berlin)");
    assert!(bench.text("time", json!({})).await.contains("08:00:00 +00:00 (UTC)"));
    assert!(bench.text("time", json!({ "zone": "Mars/Base" })).await.contains("no time zone"));
}

#[test]
fn what_is_approved_is_the_whole_action() {
    let bench = Bench::new();
    let action = |arguments| bench.tools.prepare("read_file", &arguments).unwrap().action;
    let short = action(json!({ "path": "./a//b" }));
    let long = action(json!({ "n_lines": 2000, "first_line": 1, "path": "a/b" }));
    assert_eq!((&short.digest, short.summary.as_str()), (&long.digest, "read a/b"));
    assert_ne!(short.digest, action(json!({ "path": "a/c" })).digest);
    let bench = Bench::new();
    let url = json!({ "url": "HTTPS://Example.org:443/a b?q=1#top" });
    let action = bench.tools.prepare("http_fetch", &url).unwrap().action;
    assert_eq!(action.summary, "GET https://example.org/a%20b?q=1");
    let disguised = json!({ "path": "a\u{202e}txt.exe" });
    let action = bench.tools.prepare("read_file", &disguised).unwrap().action;
    assert!(!action.summary.contains('\u{202e}'));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        let key = prop_oneof![
            Just("path".to_owned()),
            Just("content".to_owned()),
            Just("url".to_owned()),
            Just("text".to_owned()),
            "[a-z]{0,5}",
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(key, inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_arguments_break_a_tool(arguments in any_json()) {
        static BENCH: std::sync::LazyLock<Bench> = std::sync::LazyLock::new(Bench::new);
        let bench = &*BENCH;
        for tool in bench.tools.names() {
            if let Ok(prepared) = bench.tools.prepare(tool, &arguments) {
                // What is approved can be prepared again and is then the same action.
                let again = bench.tools.prepare(tool, &prepared.action.arguments).unwrap();
                prop_assert_eq!(again.action, prepared.action);
            }
        }
    }
}
