//! Who may call what, printed: a change of a right is a change of this picture.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;

use nexus_domain::id::AgentId;
use nexus_domain::principal::{Chain, Principal};
use nexus_iam::{Action, Engine, Facts, Query};
use nexus_protocol::{Method, MethodKind};

/// Every kind of principal that can act, by the name of its column.
fn chains() -> Vec<(&'static str, Chain)> {
    let agent = AgentId::parse("main").unwrap();
    vec![
        ("owner", Chain::of(Principal::Owner)),
        ("known", Chain::of(Principal::Known("anna".to_owned()))),
        ("unknown", Chain::of(Principal::Unknown("echo:someone".to_owned()))),
        ("adapter", Chain::of(Principal::Adapter("echo/main".to_owned()))),
        ("api-key", Chain::of(Principal::ApiKey("nxk".to_owned()))),
        ("job", Chain::of(Principal::Job("heartbeat".to_owned()))),
        ("owner>agent", Chain::of(Principal::Owner).through(agent.clone())),
        ("job>agent", Chain::of(Principal::Job("heartbeat".to_owned())).through(agent)),
    ]
}

fn kind_name(kind: MethodKind) -> &'static str {
    match kind {
        MethodKind::Query => "query",
        MethodKind::Command => "command",
        MethodKind::Stream => "stream",
    }
}

fn matrix() -> String {
    let engine = Engine::built_in().unwrap();
    let chains = chains();
    let mut text = format!("{:<21} {:<14} {:<8}", "method", "scope", "kind");
    for (name, _) in &chains {
        let _ = write!(text, " {name:<11}");
    }
    for method in Method::ALL {
        let kind = kind_name(method.kind());
        let _ = write!(text, "\n{:<21} {:<14} {kind:<8}", method.name(), method.scope().name());
        for (_, chain) in &chains {
            let action = Action::Method {
                name: method.name().to_owned(),
                scope: method.scope().name().to_owned(),
                kind: kind.to_owned(),
            };
            let query = Query { chain: chain.clone(), action, facts: Facts::default() };
            let _ = write!(text, " {:<11}", engine.decide(&query).effect.name());
        }
    }
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn the_printed_matrix_is_the_one_in_force() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/permissions.txt");
    let (printed, in_force) = (std::fs::read_to_string(&path).unwrap_or_default(), matrix());
    if printed != in_force {
        // Printed anew, so that what changed can be looked at and committed.
        std::fs::write(&path, in_force).unwrap();
        panic!("{} was out of date; look at what changed, and commit it", path.display());
    }
}
