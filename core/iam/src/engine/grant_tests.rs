//! What grants decide, and what they cannot.

use std::sync::LazyLock;

use nexus_domain::Timestamp;
use nexus_domain::agent::ToolEffect;
use nexus_domain::grant::{Grant, GrantEffect, GrantScope, GrantVerb};
use nexus_domain::id::{AgentId, GrantId, SessionKey};
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::{Chain, Principal};
use proptest::prelude::*;
use serde_json::json;

use super::Engine;
use crate::grants::{GRANTS_WEIGHED_MAX, Grants};
use crate::query::{Action, Facts, Query};
use crate::touch::{Touched, covers};
use crate::verdict::Effect;
use crate::{PolicySource, canonical_action};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::built_in().unwrap());

fn main_agent() -> AgentId {
    AgentId::parse("main").unwrap()
}

/// A grant without an end, for the main agent.
pub(crate) fn grant(n: u64, effect: GrantEffect, scope: GrantScope) -> Grant {
    Grant {
        id: GrantId::from_parts(Timestamp(1), u128::from(n)),
        principal: Principal::Agent(main_agent()),
        verb: GrantVerb::UseTool,
        effect,
        scope,
        reason: "so that it works".to_owned(),
        granted_by: Principal::Owner,
        permission_id: None,
        created_at: Timestamp(1),
        expires_at: None,
        revoked_at: None,
        revoked_by: None,
    }
}

fn uses(tool: &str, effect: ToolEffect, targets: Vec<Target>) -> Query {
    let action = canonical_action(tool, String::new(), json!({}), targets);
    Query {
        chain: Chain::of(Principal::Owner).through(main_agent()),
        action: Action::UseTool { action, effect },
        facts: Facts::default(),
    }
}

fn host(name: &str) -> Target {
    Target::Host { host: name.to_owned(), port: 443 }
}

fn path(name: &str, access: PathAccess) -> Target {
    Target::Path { path: name.to_owned(), access, content: None }
}

fn command(argv: &[&str], program: &str) -> Target {
    let argv = argv.iter().map(|word| (*word).to_owned()).collect();
    let (program, cwd) = (program.to_owned(), ".".to_owned());
    Target::Command { argv, program, cwd, env: Vec::new(), content: None, network: false }
}

fn fetch(name: &str) -> Query {
    uses("http_fetch", ToolEffect::Network, vec![host(name)])
}

fn with(grants: Vec<Grant>) -> Engine {
    ENGINE.with_grants(Grants::new(grants))
}

fn of_host(name: &str) -> GrantScope {
    GrantScope {
        resource: Some("http_fetch".to_owned()),
        host: Some(name.to_owned()),
        ..GrantScope::default()
    }
}

#[test]
fn a_grant_answers_the_question_and_is_named() {
    let grant = grant(1, GrantEffect::Allow, of_host("example.org"));
    let engine = with(vec![grant.clone()]);
    assert_eq!(ENGINE.decide(&fetch("example.org")).effect, Effect::Ask);
    let verdict = engine.decide(&fetch("example.org"));
    let text = format!("allowed by {}: allowed by owner: so that it works", grant.id);
    assert_eq!(verdict.to_string(), text);
    assert_eq!(verdict.grants().collect::<Vec<_>>(), [grant.id]);
    assert_eq!(engine.decide(&fetch("example.org.evil.net")).effect, Effect::Ask);
    assert_eq!(engine.decide(&fetch("sub.example.org")).effect, Effect::Ask);
    assert_eq!(engine.decide(&fetch("notexample.org")).effect, Effect::Ask);
    let port = |port| {
        let scope = GrantScope { port: Some(port), ..of_host("example.org") };
        self::with(vec![self::grant(1, GrantEffect::Allow, scope)])
    };
    assert_eq!(port(443).decide(&fetch("example.org")).effect, Effect::Allow);
    assert_eq!(port(80).decide(&fetch("example.org")).effect, Effect::Ask);
    assert_eq!(engine.decide(&fetch("EXAMPLE.org.")).effect, Effect::Allow, "the same host");
}

#[test]
fn a_grant_never_beats_a_forbid_or_a_preset() {
    let mut call = grant(1, GrantEffect::Allow, GrantScope::default());
    call.verb = GrantVerb::Call;
    let all = grant(2, GrantEffect::Allow, GrantScope::default());
    let engine = with(vec![call, all]);
    let method = Action::Method {
        name: "runtime.shutdown".to_owned(),
        scope: "runtime.admin".to_owned(),
        kind: "command".to_owned(),
    };
    let query = Query { action: method, ..fetch("example.org") };
    assert_eq!(engine.decide(&query).effect, Effect::Deny);
    let boxed = crate::AgentProfile::new(main_agent(), crate::Preset::Sandboxed);
    let verdict = engine.with_agents(vec![boxed]).decide(&fetch("example.org"));
    assert_eq!(verdict.effect, Effect::Deny);
    assert_eq!(verdict.reasons[0].policy, "preset-no-network");
}

#[test]
fn a_denial_beats_what_is_allowed() {
    let scope = GrantScope { path: Some("notes/".to_owned()), ..GrantScope::default() };
    let engine = with(vec![grant(1, GrantEffect::Deny, scope)]);
    let write = |name| uses("write_file", ToolEffect::Write, vec![path(name, PathAccess::Write)]);
    assert_eq!(engine.decide(&write("notes/a.md")).effect, Effect::Deny);
    assert_eq!(engine.decide(&write("./notes//a.md")).effect, Effect::Deny);
    assert_eq!(engine.decide(&write("notes")).effect, Effect::Deny);
    assert_eq!(engine.decide(&write("x/../notes/a.md")).effect, Effect::Deny);
    assert_eq!(engine.decide(&write("notes2/a.md")).effect, Effect::Allow);
    let whole = uses("remove", ToolEffect::Write, vec![path(".", PathAccess::Delete)]);
    assert_eq!(engine.decide(&whole).effect, Effect::Deny, "what contains it goes with it");
}

#[test]
fn time_ends_a_grant_exactly() {
    let mut allow = grant(1, GrantEffect::Allow, of_host("example.org"));
    allow.expires_at = Some(Timestamp(100));
    let engine = with(vec![allow]);
    let at = |now| engine.decide_at(&fetch("example.org"), Some(Timestamp(now))).effect;
    assert_eq!(at(99), Effect::Allow);
    assert_eq!(at(100), Effect::Ask);
    assert_eq!(engine.decide(&fetch("example.org")).effect, Effect::Ask, "without a clock");
}

#[test]
fn a_guard_asks_whatever_permits_and_denies_where_nothing_does() {
    let text = r#"@id("g") @reason("ask first") @ask("owner")
        forbid (principal is Agent, action == Action::"use_tool", resource)
        when { resource == Tool::"http_fetch" };"#;
    let source = PolicySource::written("g.cedar", text);
    let all = grant(1, GrantEffect::Allow, of_host("example.org"));
    let engine = Engine::new(&[source]).unwrap().with_grants(Grants::new(vec![all]));
    let verdict = engine.decide(&fetch("example.org"));
    assert_eq!((verdict.effect, verdict.reasons[0].policy.as_str()), (Effect::Ask, "g"));
    let nobody = Query {
        chain: Chain::of(Principal::Job("x".to_owned())).through(main_agent()),
        ..fetch("other.org")
    };
    assert_eq!(engine.decide(&nobody).effect, Effect::Deny);
    let deny = grant(2, GrantEffect::Deny, of_host("example.org"));
    let engine = engine.with_grants(Grants::new(vec![deny]));
    assert_eq!(engine.decide(&fetch("example.org")).effect, Effect::Deny);
}

#[test]
fn scopes_are_exact() {
    #[track_caller]
    fn check(scope: GrantScope, query: &Query, allows: bool, denies: bool) {
        let touched = Touched::by(&query.action);
        for (effect, expected) in [(GrantEffect::Allow, allows), (GrantEffect::Deny, denies)] {
            let grant = grant(1, effect, scope.clone());
            assert_eq!(covers(&grant, query, &touched), expected, "{effect:?} {scope:?}");
            let found = Grants::new(vec![grant]);
            let n = found.about(&Principal::Agent(main_agent()), query, &touched, None).len();
            assert_eq!(n == 1, expected, "the index and the comparison differ");
        }
    }
    let of_path = |path: &str| GrantScope { path: Some(path.to_owned()), ..GrantScope::default() };
    let read = |name| uses("read_file", ToolEffect::Read, vec![path(name, PathAccess::Read)]);
    check(of_path("/a/b/"), &read("/a/b/c"), true, true);
    check(of_path("/a/b/"), &read("/a/bc"), false, false);
    check(of_path("/a/b"), &read("/a/b/c"), false, false);
    check(of_path("/a/b"), &read("/a/b"), true, true);
    check(of_path("/a/b/"), &read("/a/b/../../etc"), false, true);
    check(of_path("src/"), &read("/src/a"), false, false);
    check(of_path("./"), &read("src/a"), true, true);
    check(of_path("./"), &read("/etc/passwd"), false, false);
    check(of_path("/"), &read("/etc/passwd"), true, true);
    let two = uses(
        "copy",
        ToolEffect::Write,
        vec![path("src/a", PathAccess::Read), path("out/a", PathAccess::Write)],
    );
    check(of_path("src/"), &two, false, true);
    check(of_path("src/"), &uses("time", ToolEffect::Read, vec![]), false, false);

    let of_words = |words: &[&str]| GrantScope {
        command: Some(words.iter().map(|word| (*word).to_owned()).collect()),
        ..GrantScope::default()
    };
    let run =
        |argv: &[&str], program| uses("exec", ToolEffect::Execute, vec![command(argv, program)]);
    let status = run(&["git", "status", "-s"], "/usr/bin/git");
    check(of_words(&["git", "status"]), &status, true, true);
    check(of_words(&["/usr/bin/git", "status"]), &status, true, true);
    check(of_words(&["git", "push"]), &status, false, false);
    check(of_words(&["git", "stat"]), &status, false, false);
    check(of_words(&["gi"]), &status, false, false);
    check(of_words(&["git"]), &run(&["./git", "status"], "/w/git"), false, false);
    check(of_words(&["./git"]), &run(&["./git", "status"], "/w/git"), false, false);
    check(of_words(&["/w/git"]), &run(&["./git", "status"], "/w/git"), true, true);
    // Who may read a file may not therefore run programs on it.
    let on_file = vec![command(&["wc", "src/a"], "/usr/bin/wc"), path("src/a", PathAccess::Read)];
    check(of_path("src/"), &uses("exec", ToolEffect::Execute, on_file), false, true);

    let session = SessionKey::parse("dm:owner").unwrap();
    let scope = GrantScope { session_key: Some(session.clone()), ..GrantScope::default() };
    check(scope.clone(), &read("a"), false, false);
    let mut in_session = read("a");
    in_session.facts.session_key = Some(session);
    check(scope, &in_session, true, true);
    let Action::UseTool { action, .. } = &in_session.action else { unreachable!() };
    let digest = Some(action.digest.clone());
    check(GrantScope { digest: digest.clone(), ..GrantScope::default() }, &in_session, true, true);
    check(GrantScope { digest, ..GrantScope::default() }, &read("b"), false, false);
}

fn any_scope() -> impl Strategy<Value = GrantScope> {
    let name = |names: &'static [&'static str]| {
        prop::option::weighted(0.4, prop::sample::select(names).prop_map(str::to_owned))
    };
    (
        name(&["read_file", "exec", "http_fetch"]),
        name(&["src/", "src", "./", "/", "src/a", "/etc/", "../x"]),
        name(&["example.org", "Example.org.", "org"]),
        prop::option::weighted(
            0.3,
            prop::collection::vec(prop::sample::select(vec!["git", "/bin/git", "a", "b"]), 1..3),
        ),
        name(&["42", "43"]),
        name(&["main", "other"]),
        prop::option::weighted(0.2, prop::sample::select(vec![443, 80])),
    )
        .prop_map(|(resource, path, host, command, recipient, session, port)| GrantScope {
            resource,
            path,
            host,
            recipient,
            port,
            digest: None,
            command: command.map(|words| words.into_iter().map(str::to_owned).collect()),
            session_key: session.map(|key| SessionKey::parse(&key).unwrap()),
        })
}

fn any_target() -> impl Strategy<Value = Target> {
    let access =
        prop::sample::select(vec![PathAccess::Read, PathAccess::Write, PathAccess::Delete]);
    let paths = vec!["src", "src/a", "src/a/b", "srcx", ".", "/etc/x", "/", "src/../etc", "./src/"];
    prop_oneof![
        (prop::sample::select(paths), access).prop_map(|(name, access)| path(name, access)),
        prop::sample::select(vec!["example.org", "x.example.org", "org"]).prop_map(host),
        prop::collection::vec(prop::sample::select(vec!["git", "a", "b"]), 1..4)
            .prop_map(|argv| command(&argv, "/bin/git")),
        prop::sample::select(vec!["42", "43"])
            .prop_map(|to| Target::Recipient { channel: "echo".to_owned(), to: to.to_owned() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What the index leaves out changes nothing: it finds exactly the grants that are about a
    /// query, so buckets and one big set decide alike.
    #[test]
    fn the_index_finds_what_looking_at_every_grant_finds(
        scopes in prop::collection::vec((any_scope(), any::<bool>()), 0..40),
        targets in prop::collection::vec(any_target(), 0..4),
        tool in prop::sample::select(vec!["read_file", "exec", "http_fetch"]),
        session in prop::option::of(prop::sample::select(vec!["main", "third"])),
    ) {
        let mut query = uses(tool, ToolEffect::Read, targets);
        query.facts.session_key = session.map(|key| SessionKey::parse(key).unwrap());
        let touched = Touched::by(&query.action);
        let grants: Vec<_> = scopes.into_iter().enumerate().map(|(n, (scope, denies))| {
            let effect = if denies { GrantEffect::Deny } else { GrantEffect::Allow };
            grant(n as u64, effect, scope)
        }).collect();
        // Of those that say the same, only so many are weighed.
        let weighed = |effect| {
            let about = grants.iter().filter(|g| g.effect == effect && covers(g, &query, &touched));
            about.map(|grant| grant.id).take(GRANTS_WEIGHED_MAX).collect::<Vec<_>>()
        };
        let mut one_by_one = [weighed(GrantEffect::Allow), weighed(GrantEffect::Deny)].concat();
        one_by_one.sort();
        let index = Grants::new(grants.clone());
        let actor = Principal::Agent(main_agent());
        let found: Vec<_> =
            index.about(&actor, &query, &touched, None).iter().map(|g| g.id).collect();
        prop_assert_eq!(&found, &one_by_one);
        // And taking them out again leaves nothing behind.
        let mut index = index;
        grants.iter().for_each(|grant| index.remove(grant.id));
        prop_assert!(index.is_empty() && index.iter().next().is_none());
    }
}
