//! Who may do what, printed: methods by role, tools by preset. A change of a right is a change of
//! this picture.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;

use nexus_domain::agent::ToolEffect;
use nexus_domain::id::AgentId;
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::{Chain, Principal};
use nexus_iam::{Action, AgentProfile, Engine, Facts, Holder, Preset, Query, canonical_action_in};
use nexus_protocol::Method;

/// A key with the scopes to talk to agents and to read what was said.
fn key() -> Principal {
    Principal::ApiKey("nxk".to_owned())
}

fn holders() -> Vec<Holder> {
    let scopes = ["runtime.read", "session.read", "session.write"];
    let scopes = scopes.into_iter().map(str::to_owned).collect();
    vec![Holder { principal: key(), scopes, agents: None }]
}

/// Every kind of principal that can act, by the name of its column.
fn chains() -> Vec<(&'static str, Chain)> {
    let agent = AgentId::parse("main").unwrap();
    vec![
        ("owner", Chain::of(Principal::Owner)),
        ("known", Chain::of(Principal::Known("anna".to_owned()))),
        ("unknown", Chain::of(Principal::Unknown("echo:someone".to_owned()))),
        ("adapter", Chain::of(Principal::Adapter("echo/main".to_owned()))),
        ("api-key", Chain::of(key())),
        ("job", Chain::of(Principal::Job("heartbeat".to_owned()))),
        ("owner>agent", Chain::of(Principal::Owner).through(agent.clone())),
        ("job>agent", Chain::of(Principal::Job("heartbeat".to_owned())).through(agent)),
    ]
}

/// A tool in a situation.
struct Case {
    tool: &'static str,
    effect: ToolEffect,
    what: &'static str,
    targets: Vec<Target>,
    posture: Option<&'static str>,
    labels: &'static [&'static str],
}

const NONE: &[&str] = &[];
const UNTRUSTED: &[&str] = &["untrusted"];
const LEAKY: &[&str] = &["private", "untrusted"];

fn path(path: &str, access: PathAccess) -> Vec<Target> {
    vec![Target::Path { path: path.to_owned(), access, content: None }]
}

fn host(host: &str) -> Vec<Target> {
    vec![Target::Host { host: host.to_owned(), port: 443 }]
}

fn run(argv: &[&str]) -> Vec<Target> {
    command(argv, false)
}

fn command(argv: &[&str], network: bool) -> Vec<Target> {
    vec![Target::Command {
        argv: argv.iter().map(|word| (*word).to_owned()).collect(),
        program: format!("/usr/bin/{}", argv[0]),
        cwd: "/h/work".to_owned(),
        env: Vec::new(),
        content: None,
        network,
    }]
}

/// What each tool typically does. Agents below trusted were given `notes/` to write.
fn cases() -> Vec<Case> {
    use PathAccess::{Delete, Read, Write};
    let file = |tool, effect, what, targets, labels| {
        let posture = None;
        Case { tool, effect, what, targets, posture, labels }
    };
    let exec = |what, targets, posture, labels| {
        let (tool, effect) = ("exec", ToolEffect::Execute);
        Case { tool, effect, what, targets, posture: Some(posture), labels }
    };
    let (looks, writes, talks) = (ToolEffect::Read, ToolEffect::Write, ToolEffect::Network);
    let within = || [run(&["make"]), path("Makefile", Read)].concat();
    let beyond = || [run(&["cat"]), path("/etc/hosts", Read)].concat();
    vec![
        file("read_file", looks, "in the workspace", path("src/a.rs", Read), NONE),
        file("read_file", looks, "outside", path("/etc/hosts", Read), NONE),
        file("read_file", looks, "where keys lie", path("/h/.ssh/id_rsa", Read), NONE),
        file("list_dir", looks, "the workspace", path(".", Read), NONE),
        file("search_files", looks, "the workspace", path("./", Read), NONE),
        file("time", looks, "anywhere", Vec::new(), NONE),
        file("write_file", writes, "where it was told to", path("notes/a.md", Write), NONE),
        file("write_file", writes, "elsewhere inside", path("src/a.rs", Write), NONE),
        file("write_file", writes, "outside", path("/h/.bashrc", Write), NONE),
        file("write_file", writes, "untrusted", path("notes/a.md", Write), UNTRUSTED),
        file("write_file", writes, "untrusted, rules", path("notes/AGENTS.md", Write), UNTRUSTED),
        file("edit_file", writes, "where it was told to", path("notes/a.md", Write), NONE),
        file("edit_file", writes, "elsewhere inside", path("src/a.rs", Write), NONE),
        file("delete_file", writes, "where it may write", path("notes/a.md", Delete), NONE),
        file("delete_file", writes, "elsewhere inside", path("src/a.rs", Delete), NONE),
        file("delete_file", writes, "untrusted", path("notes/a.md", Delete), UNTRUSTED),
        file("http_fetch", talks, "a public host", host("example.org"), NONE),
        file("http_fetch", talks, "a private host", host("10.0.0.1"), NONE),
        file("http_fetch", talks, "untrusted", host("example.org"), UNTRUSTED),
        file("http_fetch", talks, "untrusted, private", host("example.org"), LEAKY),
        exec("confined", within(), "full", NONE),
        exec("confined, beyond", beyond(), "full", NONE),
        exec("partly confined", within(), "partial", NONE),
        exec("not confined", within(), "none", NONE),
        exec("untrusted, confined", within(), "full", UNTRUSTED),
        exec("untrusted, partly", within(), "partial", UNTRUSTED),
        exec("with the network", command(&["make"], true), "full", NONE),
        exec("a host it asks for", [within(), host("example.org")].concat(), "full", NONE),
        Case {
            tool: "agent_send",
            effect: ToolEffect::Delegate,
            what: "to one beneath it",
            targets: Vec::new(),
            posture: None,
            labels: NONE,
        },
        Case { tool: "exec_process", ..exec("confined", Vec::new(), "full", NONE) },
    ]
}

/// Every preset for the owner, and the usual one for others, by the name of its column.
fn agents() -> Vec<(String, Chain, AgentProfile)> {
    let id = AgentId::parse("main").unwrap();
    let of = |preset| {
        let mut profile = AgentProfile::new(id.clone(), preset);
        if !preset.may_have_children() {
            profile.write_paths = vec!["notes/".to_owned()];
        }
        profile
    };
    let for_ = |invoker: Principal| Chain::of(invoker).through(id.clone());
    let owners = Preset::ALL.map(|preset| (preset.to_string(), for_(Principal::Owner), of(preset)));
    let others = [
        ("trusted for known", Principal::Known("anna".to_owned())),
        ("trusted for job", Principal::Job("heartbeat".to_owned())),
    ];
    let others = others.map(|(name, who)| (name.to_owned(), for_(who), of(Preset::Trusted)));
    owners.into_iter().chain(others).collect()
}

fn tools() -> String {
    let (agents, built_in) = (agents(), Engine::built_in().unwrap().with_holders(holders()));
    let mut text = format!("{:<13} {:<21}", "tool", "situation");
    for (name, ..) in &agents {
        let _ = write!(text, " {name:<26}");
    }
    for case in cases() {
        let _ = write!(text, "\n{:<13} {:<21}", case.tool, case.what);
        for (_, chain, profile) in &agents {
            let engine = built_in.with_agents(vec![profile.clone()]);
            let folder = Some("/h/work".to_owned());
            let (arguments, targets) = (serde_json::json!({}), case.targets.clone());
            let action = canonical_action_in(folder, case.tool, String::new(), arguments, targets);
            let facts = Facts {
                labels: case.labels.iter().map(|label| (*label).to_owned()).collect(),
                posture: case.posture.map(str::to_owned),
                ..Facts::default()
            };
            let action = Action::UseTool { action, effect: case.effect };
            let verdict = engine.decide(&Query { chain: chain.clone(), action, facts });
            let policy = verdict.reasons.first().map_or("", |reason| reason.policy.as_str());
            let _ = write!(text, " {:<26}", format!("{} {policy}", verdict.effect.name()));
        }
    }
    text
}

fn methods() -> String {
    let engine = Engine::built_in().unwrap().with_holders(holders());
    let chains = chains();
    let mut text = format!("{:<21} {:<14} {:<8}", "method", "scope", "kind");
    for (name, _) in &chains {
        let _ = write!(text, " {name:<11}");
    }
    for method in Method::ALL {
        let kind = method.kind().name();
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
    text
}

fn matrix() -> String {
    let text = format!("{}\n\n{}", methods(), tools());
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
