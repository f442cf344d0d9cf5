use nexus_domain::agent::ToolEffect;
use nexus_domain::grant::{GrantEffect, GrantScope};
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::{Chain, Principal};
use serde_json::json;

use super::*;
use crate::engine::grant_tests::grant;
use crate::query::{Action, Facts, Query};
use crate::{AgentProfile, Effect, Engine, Grants, Preset, canonical_action_in};

const TOOLS: &[&str] = &["delete_file", "exec", "http_fetch", "read_file", "write_file"];

fn pin(kind: PinKind, text: &str) -> Pin {
    Pin {
        setting: format!("constraints.{}", kind.name()),
        n: 1,
        text: text.to_owned(),
        kind,
        rule: Rule::parse(text, TOOLS).unwrap(),
        agent: None,
        source: "nexus.toml".to_owned(),
        line: Some(7),
    }
}

fn places(pin: &Pin) -> PinnedPlaces {
    let names = pin.rule.path().map(|path| match path.starts_with('/') {
        true => vec![path.to_owned()],
        false => vec![path.to_owned(), format!("/h/work/{path}")],
    });
    PinnedPlaces { names: names.unwrap_or_default(), is_hidden: true }
}

/// An engine with one rule, and an agent that may do everything.
fn engine(pin: &Pin) -> Engine {
    let engine = Engine::new(&[pin.policies(&places(pin))]).unwrap();
    engine.with_agents(vec![AgentProfile::new(agent("main"), Preset::Yolo)])
}

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

fn path(path: &str, access: PathAccess) -> Target {
    Target::Path { path: path.to_owned(), access, content: None }
}

fn read(name: &str) -> (ToolEffect, Target) {
    (ToolEffect::Read, path(name, PathAccess::Read))
}

fn write(name: &str) -> (ToolEffect, Target) {
    (ToolEffect::Write, path(name, PathAccess::Write))
}

fn delete(name: &str) -> (ToolEffect, Target) {
    (ToolEffect::Write, path(name, PathAccess::Delete))
}

fn fetch(host: &str) -> (ToolEffect, Target) {
    (ToolEffect::Network, Target::Host { host: host.to_owned(), port: 443 })
}

fn tell(channel: &str, to: &str) -> (ToolEffect, Target) {
    (ToolEffect::Network, Target::Recipient { channel: channel.to_owned(), to: to.to_owned() })
}

fn run() -> (ToolEffect, Target) {
    let target = Target::Command {
        argv: vec!["ls".to_owned()],
        program: "/usr/bin/ls".to_owned(),
        cwd: "/h/work".to_owned(),
        env: Vec::new(),
        content: None,
        network: false,
    };
    (ToolEffect::Execute, target)
}

fn query(tool: &str, (effect, target): (ToolEffect, Target), posture: &str) -> Query {
    let folder = Some("/h/work".to_owned());
    let action = canonical_action_in(folder, tool, String::new(), json!({}), vec![target]);
    let posture = Some(posture.to_owned());
    Query {
        chain: Chain::of(Principal::Owner).through(agent("main")),
        action: Action::UseTool { action, effect },
        facts: Facts { posture, ..Facts::default() },
    }
}

/// Whether a rule holds for each of these.
#[track_caller]
fn check(text: &str, held: &[(ToolEffect, Target)], free: &[(ToolEffect, Target)]) {
    let engine = engine(&pin(PinKind::Never, text));
    let all = held.iter().map(|one| (one, Effect::Deny));
    for (what, expected) in all.chain(free.iter().map(|one| (one, Effect::Allow))) {
        let verdict = engine.decide(&query("some_tool", what.clone(), "full"));
        assert_eq!(verdict.effect, expected, "`{text}` and {what:?}: {verdict}");
    }
}

#[test]
fn a_verb_holds_for_every_tool_that_does_it_and_for_programs_that_may() {
    check("delete", &[delete("a"), run()], &[write("a"), read("a"), fetch("x.org")]);
    check("write", &[delete("a"), write("a"), run()], &[read("a"), fetch("x.org")]);
    check("read", &[read("a"), run()], &[write("a"), fetch("x.org")]);
    check("exec", &[run()], &[write("a"), delete("a"), fetch("x.org")]);
    check("network", &[fetch("x.org"), fetch("10.0.0.1")], &[run(), write("a")]);
    check("send", &[tell("mail", "bob")], &[run(), fetch("x.org")]);
}

#[test]
fn a_path_holds_for_everything_beneath_it_under_every_name() {
    let held = [
        read("contracts/2026/a.md"),
        write("contracts/a.md"),
        delete("contracts"),
        read("Contracts/a.md"),
        read("/h/work/contracts/a.md"),
        delete("."),
        read("./"),
        read("x/../contracts/a.md"),
    ];
    let free = [
        read("contractors/a.md"),
        read("."),
        read("notes/contracts"),
        delete("notes"),
        run(),
        write("a.md"),
    ];
    check("contracts/", &held, &free);
    check("./contracts", &held, &free);
    check("/h/work/contracts/", &held, &free);
    check("/data/c", &[read("/data/c/x"), delete("/data"), write("/DATA/c")], &[read("data/c")]);
    check("notes/tax.md", &[write("notes/tax.md"), delete("notes")], &[write("notes/tax.md.old")]);
}

#[test]
fn a_path_with_a_verb_holds_for_that_alone() {
    check("delete mail/", &[delete("mail/a"), delete("mail")], &[write("mail/a"), read("mail/a")]);
    check("write mail/", &[delete("mail/a"), write("mail/a")], &[read("mail/a"), read("./")]);
    check("read mail", &[read("mail/a"), read("./")], &[write("mail/a"), delete("mail")]);
}

#[test]
fn a_host_holds_for_every_name_beneath_it() {
    let held = [fetch("example.org"), fetch("a.b.example.org"), fetch("EXAMPLE.org.")];
    let free = [fetch("anexample.org"), fetch("example.org.evil.net"), fetch("org")];
    check("network example.org", &held, &free);
    check("example.org", &held, &free);
    check("example.org", &[write("example.org")], &[write("a.example.org")]);
    check("network ::1", &[fetch("[::1]")], &[fetch("[::2]")]);
    check("network localhost", &[fetch("localhost")], &[fetch("127.0.0.1")]);
}

#[test]
fn a_tool_and_a_conversation_are_named_exactly() {
    let engine_ = engine(&pin(PinKind::Never, "delete_file"));
    let named = |tool: &str| engine_.decide(&query(tool, delete("a"), "full")).effect;
    assert_eq!((named("delete_file"), named("other")), (Effect::Deny, Effect::Allow));
    check("telegram:42", &[tell("telegram", "42")], &[tell("telegram", "4"), tell("mail", "42")]);
    let engine = engine(&pin(PinKind::Never, "send telegram:42"));
    let deliver = |target: &str| {
        let action = Action::Deliver { channel: "telegram".to_owned(), target: target.to_owned() };
        let facts = Facts { channel: Some("telegram".to_owned()), ..Facts::default() };
        let chain = Chain::of(Principal::Owner).through(agent("main"));
        engine.decide(&Query { chain, action, facts }).effect
    };
    assert_eq!((deliver("42"), deliver("43")), (Effect::Deny, Effect::Allow));
}

#[test]
fn sending_is_what_reaches_somebody_else() {
    let engine = engine(&pin(PinKind::AskBefore, "send"));
    let reply = |invoker: Principal, session: &str| {
        let action = Action::Deliver { channel: "echo".to_owned(), target: "42".to_owned() };
        let facts = Facts {
            channel: Some("echo".to_owned()),
            session_key: Some(SessionKey::parse(session).unwrap()),
            ..Facts::default()
        };
        let chain = Chain::of(invoker).through(agent("main"));
        engine.decide(&Query { chain, action, facts }).effect
    };
    assert_eq!(reply(Principal::Owner, "agent:main:main"), Effect::Allow);
    assert_eq!(reply(Principal::Owner, "group:echo:1"), Effect::Ask);
    assert_eq!(reply(Principal::Known("anna".to_owned()), "agent:main:main"), Effect::Ask);
}

#[test]
fn a_program_that_is_not_fully_confined_could_reach_any_place_or_host() {
    for text in ["contracts/", "example.org", "network", "network example.org"] {
        let engine = engine(&pin(PinKind::Never, text));
        let with = |posture: &str| engine.decide(&query("exec", run(), posture)).effect;
        assert_eq!((with("full"), with("partial")), (Effect::Allow, Effect::Deny), "{text}");
    }
    let pin = pin(PinKind::Never, "contracts/");
    let shown = PinnedPlaces { is_hidden: false, ..places(&pin) };
    let engine = Engine::new(&[pin.policies(&shown)]).unwrap();
    let engine = engine.with_agents(vec![AgentProfile::new(agent("main"), Preset::Yolo)]);
    assert_eq!(engine.decide(&query("exec", run(), "full")).effect, Effect::Deny);
}

#[test]
fn no_grant_and_no_preset_goes_past_a_rule() {
    let scope = GrantScope { resource: Some("delete_file".to_owned()), ..GrantScope::default() };
    let grant = |effect| grant(1, effect, scope.clone());
    for preset in Preset::ALL {
        for (kind, expected) in [(PinKind::Never, Effect::Deny), (PinKind::AskBefore, Effect::Ask)]
        {
            let mut profile = AgentProfile::new(agent("main"), preset);
            profile.write_paths = vec!["notes/".to_owned()];
            let engine = engine(&pin(kind, "delete"))
                .with_agents(vec![profile])
                .with_grants(Grants::new(vec![grant(GrantEffect::Allow)]));
            let query = query("delete_file", delete("notes/a"), "full");
            let verdict = engine.decide(&query);
            assert_eq!(verdict.effect, expected, "{preset}: {verdict}");
            assert!(verdict.to_string().contains("your setting constraints."), "{verdict}");
        }
    }
}

#[test]
fn a_rule_for_one_agent_holds_for_all_that_work_for_it() {
    let mut pin = pin(PinKind::Never, "delete");
    pin.agent = Some(agent("boss"));
    let mut helper = AgentProfile::new(agent("helper"), Preset::Trusted);
    helper.parent = Some(agent("boss"));
    let engine = Engine::new(&[pin.policies(&places(&pin))]).unwrap().with_agents(vec![
        AgentProfile::new(agent("main"), Preset::Yolo),
        AgentProfile::new(agent("boss"), Preset::Yolo),
        helper,
    ]);
    let by = |chain: Chain| {
        let query = Query { chain, ..query("delete_file", delete("a"), "full") };
        engine.decide(&query).effect
    };
    let owner = || Chain::of(Principal::Owner);
    assert_eq!(by(owner().through(agent("main"))), Effect::Allow);
    assert_eq!(by(owner().through(agent("boss"))), Effect::Deny);
    assert_eq!(by(owner().through(agent("helper"))), Effect::Deny);
    assert_eq!(by(owner().through(agent("boss")).through(agent("main"))), Effect::Deny);
}

#[test]
fn a_rule_says_where_it_stands() {
    let engine = engine(&pin(PinKind::Never, r#"./we"ird\name"#));
    let entries = engine.policies();
    let ours: Vec<_> = entries.iter().filter(|entry| entry.source == "nexus.toml").collect();
    assert_eq!(ours.len(), 2);
    assert!(ours.iter().all(|entry| entry.line == 7), "{ours:?}");
    assert_eq!(ours[0].id, "constraints.never.1");
    assert_eq!(ours[0].reason, r#"your setting constraints.never (`./we"ird\name`) forbids it"#);
    let verdict = engine.decide(&query("write_file", write(r#"we"ird\name/x"#), "full"));
    assert_eq!(verdict.effect, Effect::Deny, "{verdict}");
}

#[test]
fn what_says_nothing_certain_is_refused_with_what_would_be_right() {
    #[track_caller]
    fn check(text: &str, said: &str) {
        let problem = Rule::parse(text, TOOLS).unwrap_err();
        assert!(problem.contains(said), "`{text}`: {problem}");
    }
    check("", "says nothing");
    check("remove everything", "neither a verb (read, write, delete, exec, network, send)");
    check("delete_files", "neither a verb");
    check("contracts", "a path like notes/");
    check("exec git push", "a program can run others");
    check("a/../b", "has a `..`");
    check("*.md", "every name beneath it is meant anyway");
    check("notes/*.md", "is no pattern");
    check("~anna/x", "another person's home");
    check("example.org:443", "a port cannot be named");
    check("https://example.org/", "like example.org");
    check("send bob", "channel:name");
    check("telegram:", "names no conversation");
    check("network bücher.example", "xn--");
    check("a\nb", "one line");
}
