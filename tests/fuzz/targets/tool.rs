//! Whatever a model gives a tool as arguments is checked before anything happens. The first byte
//! chooses the tool, the rest are the arguments.

#![no_main]

use std::sync::{Arc, OnceLock};

use libfuzzer_sys::fuzz_target;
use nexus_agent::delegate::Nobody;
use nexus_agent::tools::{HttpConfig, ToolBox, ToolConfig};
use tempfile::TempDir;

struct Bench {
    tools: ToolBox,
    /// Kept, so that the workspace exists as long as the tools.
    _workspace: TempDir,
}

fn bench() -> &'static Bench {
    static BENCH: OnceLock<Bench> = OnceLock::new();
    BENCH.get_or_init(|| {
        let workspace = tempfile::tempdir().expect("a temporary folder");
        let config = ToolConfig {
            workspace: workspace.path().to_owned(),
            trash: workspace.path().join("trash"),
            http: HttpConfig::default(),
            time_zone: None,
            // Programs need the sandbox's own helper, which is not here.
            exec: None,
            delegate: Some(Arc::new(Nobody)),
        };
        Bench { tools: ToolBox::new(config).expect("the tools"), _workspace: workspace }
    })
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, arguments)) = bytes.split_first() else { return };
    let Ok(arguments) = serde_json::from_slice(arguments) else { return };
    let tools = &bench().tools;
    let names: Vec<&str> = tools.names().collect();
    let name = names[usize::from(*choice) % names.len()];
    if let Ok(prepared) = tools.prepare(name, &arguments) {
        assert!(!prepared.action.summary.is_empty(), "a person must see what is asked");
    }
});
