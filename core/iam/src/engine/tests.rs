use std::fmt::Write as _;
use std::sync::LazyLock;

use nexus_domain::agent::ToolEffect;
use nexus_domain::arrival::PeerKind;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::Chain;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::query::{Action, Facts};
use crate::rules::{BUILT_IN, PolicySource};
use crate::touch::{is_within, plain};
use crate::{Permit, canonical_action};

static BUILT_IN_ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::built_in().unwrap());

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

fn method() -> Action {
    let name = "sessions.send".to_owned();
    Action::Method { name, scope: "session.write".to_owned(), kind: "command".to_owned() }
}

fn run(peer_kind: PeerKind) -> Action {
    Action::StartRun { agent: agent("main"), channel: "echo".to_owned(), peer_kind }
}

fn tool(name: &str, effect: ToolEffect) -> Action {
    let action = canonical_action(name, String::new(), json!({}), Vec::new());
    Action::UseTool { action, effect }
}

fn deliver(channel: &str) -> Action {
    Action::Deliver { channel: channel.to_owned(), target: "42".to_owned() }
}

fn actions() -> Vec<Action> {
    vec![
        method(),
        run(PeerKind::Dm),
        run(PeerKind::Group),
        run(PeerKind::Channel),
        tool("read_file", ToolEffect::Read),
        tool("write_file", ToolEffect::Write),
        tool("http_fetch", ToolEffect::Network),
        deliver("echo"),
        deliver("telegram"),
        Action::Approve { permission: "01JDQ7M2Z3N4P5Q6R7S8T9V0W1".to_owned() },
    ]
}

fn invokers() -> Vec<Principal> {
    vec![
        Principal::Owner,
        Principal::Known("anna".to_owned()),
        Principal::Unknown("echo:mallory".to_owned()),
        Principal::Adapter("echo/main".to_owned()),
        Principal::ApiKey("ci".to_owned()),
        Principal::Job("heartbeat".to_owned()),
        Principal::Device("phone".to_owned()),
        Principal::Hook("greet".to_owned()),
        Principal::System,
    ]
}

fn query(chain: Chain, action: Action) -> Query {
    let facts = Facts { channel: Some("echo".to_owned()), ..Facts::default() };
    Query { chain, action, facts }
}

fn decide(chain: Chain, action: Action) -> Verdict {
    BUILT_IN_ENGINE.decide(&query(chain, action))
}

/// The whole matrix as text, so that a changed permission is a visible diff. Built with
/// `NEXUS_BLESS=1`, the test writes the file anew.
#[test]
fn the_matrix_is_the_committed_one() {
    // A hook that is not configured may nothing at all, which its own test holds.
    let hook = Holder {
        principal: Principal::Hook("greet".to_owned()),
        scopes: Vec::new(),
        agents: Some(vec![agent("main")]),
    };
    let engine = BUILT_IN_ENGINE.with_holders(vec![hook]);
    let mut text = String::from("# conversation on `echo`, no labels\n");
    for invoker in invokers() {
        for chain in [Chain::of(invoker.clone()), Chain::of(invoker).through(agent("main"))] {
            writeln!(text, "\n{chain}").unwrap();
            for action in actions() {
                let verdict = engine.decide(&query(chain.clone(), action.clone()));
                let effect = format!("{:?}", verdict.effect).to_lowercase();
                let policies: Vec<_> = verdict.reasons.iter().map(|r| r.policy.as_str()).collect();
                let action = action.to_string();
                writeln!(text, "  {effect:<6}{action:<58}{}", policies.join(", ")).unwrap();
            }
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/matrix.txt");
    if option_env!("NEXUS_BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert_eq!(text, committed, "run NEXUS_BLESS=1 cargo test -p nexus-iam if this is intended");
}

#[test]
fn a_hook_has_its_agents_and_one_that_is_not_configured_nothing() {
    let hook = || Principal::Hook("greet".to_owned());
    let holder = |agents: &[&str]| Holder {
        principal: hook(),
        scopes: Vec::new(),
        agents: Some(agents.iter().map(|name| agent(name)).collect()),
    };
    let runs = |engine: &Engine| engine.decide(&query(Chain::of(hook()), run(PeerKind::Dm)));
    assert_eq!(runs(&BUILT_IN_ENGINE.with_holders(vec![holder(&["main"])])).effect, Effect::Allow);
    let elsewhere = runs(&BUILT_IN_ENGINE.with_holders(vec![holder(&["other"])]));
    assert!(elsewhere.to_string().contains("may use other and not `main`"), "{elsewhere}");
    let unknown = runs(&BUILT_IN_ENGINE);
    assert!(unknown.to_string().contains("no hook `greet` is configured"), "{unknown}");
}

#[test]
fn a_verdict_names_its_policy_and_reason() {
    let chain = Chain::of(Principal::Owner).through(agent("main"));
    let verdict = decide(chain.clone(), tool("write_file", ToolEffect::Write));
    assert_eq!(
        verdict.to_string(),
        "allowed by owner-workspace: the owner's agents may read and write the workspace"
    );
    let verdict = decide(Chain::of(Principal::ApiKey("ci".to_owned())), method());
    assert_eq!(
        verdict.to_string(),
        "denied by default: no policy permits api_key:ci to call `sessions.send` (session.write)"
    );
    let verdict = decide(chain, tool("http_fetch", ToolEffect::Network));
    assert_eq!(verdict.effect, Effect::Ask);
    assert!(verdict.to_string().starts_with("asked by owner-network: "), "{verdict}");
}

#[test]
fn a_forbid_beats_every_permit() {
    let text = format!(
        r#"{BUILT_IN}
        @id("grant") @reason("granted") permit (principal, action, resource);"#
    );
    let engine = Engine::with_policies(&text).unwrap();
    let chain = Chain::of(Principal::Owner).through(agent("main"));
    assert_eq!(engine.decide(&query(chain.clone(), method())).effect, Effect::Deny);
    // A plain permit beside an asking one allows: somebody has decided already.
    let fetch = query(chain, tool("http_fetch", ToolEffect::Network));
    assert_eq!(engine.decide(&fetch).effect, Effect::Allow);
}

#[test]
fn an_evaluation_error_is_a_denial() {
    let text = r#"
        @id("all") @reason("all") permit (principal, action, resource);
        @id("overflow") @reason("cannot be computed")
        forbid (principal is Owner, action == Action::"approve", resource)
        when { 9223372036854775807 + 1 == 0 };"#;
    let engine = Engine::with_policies(text).unwrap();
    let approve = Action::Approve { permission: "x".to_owned() };
    let verdict = engine.decide(&query(Chain::of(Principal::Owner), approve));
    assert_eq!(verdict.effect, Effect::Deny);
    assert_eq!(verdict.reasons[0].policy, "engine");
    let verdict = engine.decide(&query(Chain::of(Principal::Owner), method()));
    assert_eq!(verdict.effect, Effect::Allow, "other actions are not touched");
}

#[test]
fn an_invalid_policy_set_is_refused_with_its_reason() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = Engine::with_policies(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    check("permit (principal", "test, line 1: the text does not parse");
    check("permit (principal, action, resource);", "no @id");
    check(r#"@id("a") permit (principal, action, resource);"#, "no @reason");
    let twice = r#"@id("a") @reason("r") permit (principal, action, resource);"#.repeat(2);
    check(&twice, "same @id");
    check(r#"@id("a") @reason("r") permit (principal, action == Action::"fly", resource);"#, "fly");
    check(
        r#"@id("a") @reason("r") permit (principal, action, resource) when { resource.effect == 1 };"#,
        "effect",
    );
}

#[test]
fn chains_from_bad_data_are_denied() {
    let main = Principal::Agent(agent("main"));
    let of = |links: Vec<Principal>| -> Chain {
        serde_json::from_value(serde_json::to_value(links).unwrap()).unwrap()
    };
    let read = || tool("read_file", ToolEffect::Read);
    for (chain, expected) in [
        (of(vec![]), "nobody acts"),
        (of(vec![main.clone()]), "acts for nobody"),
        (of(vec![Principal::Owner, Principal::Owner]), "only agents can"),
        (of(vec![main.clone(), Principal::Owner]), "acts for nobody"),
        (of([vec![Principal::Owner], vec![main; 6]].concat()), "at most 6"),
    ] {
        let verdict = decide(chain, read());
        assert_eq!(verdict.effect, Effect::Deny);
        assert!(verdict.to_string().contains(expected), "{verdict}");
    }
}

#[test]
fn private_facts_beside_foreign_content_are_asked_about_before_they_leave() {
    let mut query = query(
        Chain::of(Principal::Known("anna".to_owned())).through(agent("main")),
        deliver("echo"),
    );
    let mut check = |labels: &[&str], effect| {
        query.facts.labels = labels.iter().map(|&label| label.to_owned()).collect();
        assert_eq!(BUILT_IN_ENGINE.decide(&query).effect, effect, "{labels:?}");
    };
    check(&["untrusted"], Effect::Allow);
    check(&["private"], Effect::Allow);
    check(&["untrusted", "private"], Effect::Ask);
    check(&["secret", "untrusted"], Effect::Ask);
}

/// A tool call of the owner's agent in a labelled conversation, where the owner's own policies
/// permit everything.
#[test]
fn labels_ask_whatever_permits() {
    let open = r#"@id("open") @reason("the owner permits everything")
        permit (principal is Agent, action, resource);"#;
    let source = PolicySource::written("open.cedar", open);
    let engine = Engine::new(&[source]).unwrap();
    let ask = |labels: &[&str], effect: ToolEffect, targets: Vec<Target>| {
        let action = canonical_action("any", String::new(), json!({}), targets);
        let mut query = query(
            Chain::of(Principal::Owner).through(agent("main")),
            Action::UseTool { action, effect },
        );
        query.facts.labels = labels.iter().map(|&label| label.to_owned()).collect();
        let verdict = engine.decide(&query);
        (verdict.effect, verdict.reasons[0].policy.clone())
    };
    #[track_caller]
    fn check((effect, policy): (Effect, String), wanted: Effect, by: &str) {
        assert_eq!((effect, policy.as_str()), (wanted, by));
    }
    let host = || vec![Target::Host { host: "example.org".to_owned(), port: 443 }];
    let path =
        |path: &str, access| vec![Target::Path { path: path.to_owned(), access, content: None }];
    use ToolEffect::{Execute, Network, Write};
    check(ask(&[], Network, host()), Effect::Allow, "open");
    check(ask(&["untrusted"], Network, host()), Effect::Allow, "open");
    check(ask(&["private", "secret"], Network, host()), Effect::Allow, "open");
    for labels in [["untrusted", "private"], ["secret", "untrusted"]] {
        check(ask(&labels, Network, host()), Effect::Ask, "label-leak");
        check(ask(&labels, Network, Vec::new()), Effect::Ask, "label-leak");
        check(ask(&labels, ToolEffect::Read, host()), Effect::Ask, "label-leak");
        let to = Target::Recipient { channel: "echo".to_owned(), to: "anna".to_owned() };
        check(ask(&labels, Write, vec![to]), Effect::Ask, "label-leak");
    }
    let untrusted = &["untrusted"];
    check(ask(untrusted, Execute, Vec::new()), Effect::Ask, "label-exec");
    check(ask(untrusted, Write, path("a.md", PathAccess::Delete)), Effect::Ask, "label-delete");
    check(ask(&[], Write, path("a.md", PathAccess::Delete)), Effect::Allow, "open");
    check(ask(untrusted, Write, path("a.md", PathAccess::Write)), Effect::Allow, "open");
    let followed = [
        "AGENTS.md",
        "SOUL.md",
        "/etc/profile",
        "src/deep/AGENTS.md",
        "src/Claude.MD",
        "agents.md",
        "x/agents.md. ",
        "app/.git/hooks/pre-commit",
        "app/skills/mail/run.py",
    ];
    for place in followed {
        let writes = path(place, PathAccess::Write);
        check(ask(untrusted, Write, writes), Effect::Ask, "label-instructions");
    }
    for place in ["notes/agents.md.txt", "my-agents.md", ".gitignore", "skills.md"] {
        check(ask(untrusted, Write, path(place, PathAccess::Write)), Effect::Allow, "open");
    }
}

#[test]
fn a_reply_to_a_group_of_a_labelled_conversation_is_asked_about() {
    let chain = Chain::of(Principal::Owner).through(agent("main"));
    let mut query = query(chain, deliver("echo"));
    query.facts.labels = vec!["private".to_owned(), "untrusted".to_owned()];
    assert_eq!(BUILT_IN_ENGINE.decide(&query).effect, Effect::Allow);
    query.facts.session_key = Some(SessionKey::parse("group:echo:1").unwrap());
    assert_eq!(BUILT_IN_ENGINE.decide(&query).reasons[0].policy, "label-reply");
}

#[test]
fn deleting_is_asked_about_until_it_is_granted() {
    let target =
        Target::Path { path: "a.md".to_owned(), access: PathAccess::Delete, content: None };
    let action = canonical_action("delete_file", String::new(), json!({}), vec![target]);
    let chain = Chain::of(Principal::Owner).through(agent("main"));
    let query = query(chain, Action::UseTool { action, effect: ToolEffect::Write });
    let verdict = BUILT_IN_ENGINE.decide(&query);
    assert_eq!((verdict.effect, verdict.reasons[0].policy.as_str()), (Effect::Ask, "owner-delete"));
}

#[test]
fn an_adapter_acts_on_its_own_channel_only() {
    let adapter = || Chain::of(Principal::Adapter("telegram/main".to_owned()));
    assert_eq!(decide(adapter(), deliver("telegram")).effect, Effect::Allow);
    let verdict = decide(adapter(), deliver("echo"));
    assert_eq!(verdict.reasons[0].policy, "adapter-foreign-deliver");
    let verdict = decide(adapter(), run(PeerKind::Dm));
    assert_eq!(verdict.reasons[0].policy, "adapter-foreign-ingest");
}

#[test]
fn only_an_allowed_and_audited_query_makes_a_permit() {
    let permit = |action| {
        let query = query(Chain::of(Principal::Owner).through(agent("main")), action);
        Permit::after_audit(&query, &BUILT_IN_ENGINE.decide(&query), 7)
    };
    assert!(permit(tool("http_fetch", ToolEffect::Network)).is_none());
    assert!(permit(method()).is_none());
    let permit = permit(tool("read_file", ToolEffect::Read)).unwrap();
    assert_eq!(permit.audit_position(), Some(7));
    assert_eq!(permit.chain().links().len(), 2);
}

#[test]
fn the_engine_may_be_shared() {
    fn check<T: Send + Sync>() {}
    check::<Engine>();
}

fn any_query() -> impl Strategy<Value = Query> {
    let labels = prop::collection::vec(
        prop_oneof![Just("untrusted"), Just("private"), Just("secret"), Just("other")],
        0..4,
    );
    let invoker = prop_oneof![
        prop::sample::select(invokers()),
        "[a-z/:\"\\\\]{0,6}".prop_map(Principal::Adapter),
        ".{0,6}".prop_map(Principal::Known),
    ];
    let agents = prop::collection::vec(prop::sample::select(vec!["main", "coder", ".1"]), 0..7);
    let channel = prop::option::of(prop::sample::select(vec!["echo", "telegram", "control"]));
    (invoker, agents, prop::sample::select(actions()), labels, channel).prop_map(
        |(invoker, agents, action, labels, channel)| Query {
            chain: agents.into_iter().fold(Chain::of(invoker), |c, name| c.through(agent(name))),
            action,
            facts: Facts {
                session_key: None,
                channel: channel.map(ToOwned::to_owned),
                labels: labels.into_iter().map(ToOwned::to_owned).collect(),
                posture: None,
            },
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_chain_is_never_wider_than_any_of_its_links(query in any_query()) {
            let verdict = BUILT_IN_ENGINE.decide(&query);
        prop_assert!(!verdict.reasons.is_empty());
        for link in query.chain.links() {
            let touched = Touched::by(&query.action);
            let of_link = BUILT_IN_ENGINE.decide_link(&query, &touched, link, None);
            prop_assert!(verdict.effect >= of_link.effect);
        }
    }

    #[test]
    fn one_agent_more_never_widens(query in any_query()) {
            let longer = Query { chain: query.chain.through(agent("child")), ..query.clone() };
        prop_assert!(BUILT_IN_ENGINE.decide(&longer).effect >= BUILT_IN_ENGINE.decide(&query).effect);
    }
}

#[test]
fn programs_write_what_the_agent_and_everybody_above_it_may() {
    #[track_caller]
    fn check(chain: &[(Preset, &[&str])], expected: Option<&[&str]>) {
        let id = |n: usize| AgentId::parse(&format!("a{n}")).unwrap();
        let profiles = chain.iter().enumerate().map(|(n, (preset, paths))| AgentProfile {
            write_paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            parent: (n > 0).then(|| id(n - 1)),
            ..AgentProfile::new(id(n), *preset)
        });
        let engine = Engine::built_in().unwrap().with_agents(profiles.collect());
        let found = engine.writes(&id(chain.len() - 1));
        let expected: Option<Vec<String>> =
            expected.map(|paths| paths.iter().map(|path| (*path).to_owned()).collect());
        assert_eq!(found, expected, "{chain:?}");
    }
    check(&[(Preset::Trusted, &[])], None);
    check(&[(Preset::Worker, &[])], Some(&[]));
    check(&[(Preset::Worker, &["notes/"])], Some(&["notes/"]));
    check(&[(Preset::Trusted, &["out/"])], Some(&["out/"]));
    check(&[(Preset::Yolo, &[]), (Preset::Trusted, &[])], None);
    check(&[(Preset::Yolo, &["out/"]), (Preset::Trusted, &[])], Some(&["out/"]));
    check(&[(Preset::Trusted, &["out/"]), (Preset::Worker, &["out/a", "b/"])], Some(&["out/a"]));
    check(&[(Preset::Trusted, &["out/a"]), (Preset::Worker, &["out/"])], Some(&["out/a"]));
}

#[test]
fn a_folder_within_the_parents_is_held_to_the_parents_paths() {
    #[track_caller]
    fn check(parent: &[&str], base: &str, child: &[&str], expected: Option<&[&str]>) {
        let id = |name: &str| AgentId::parse(name).unwrap();
        let owned = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
        let boss = AgentProfile {
            write_paths: owned(parent),
            ..AgentProfile::new(id("boss"), Preset::Trusted)
        };
        let worker = AgentProfile {
            write_paths: owned(child),
            parent: Some(id("boss")),
            base: Some(base.to_owned()),
            ..AgentProfile::new(id("worker"), Preset::Worker)
        };
        let engine = Engine::built_in().unwrap().with_agents(vec![boss, worker]);
        let expected: Option<Vec<String>> = expected.map(owned);
        assert_eq!(engine.writes(&id("worker")), expected, "{parent:?} {base} {child:?}");
        for path in child {
            let chain = Chain::of(Principal::Owner).through(id("boss")).through(id("worker"));
            let path = format!("{}/x", path.trim_end_matches('/'));
            let targets =
                vec![Target::Path { path: path.clone(), access: PathAccess::Write, content: None }];
            let action = canonical_action("write_file", "write".to_owned(), json!({}), targets);
            let action = Action::UseTool { action, effect: ToolEffect::Write };
            let verdict = engine.decide(&Query { chain, action, facts: Facts::default() });
            let may = engine.writes(&id("worker")).is_none_or(|all| {
                all.iter().any(|folder| is_within(&plain(&path), &plain(folder)))
            });
            assert_eq!(verdict.effect == Effect::Allow, may, "{path}: {verdict}");
        }
    }
    check(&[], ".", &["out/"], Some(&["out/"]));
    check(&["out/"], ".", &["out/a", "b"], Some(&["out/a"]));
    check(&[], "sub", &["out/"], Some(&["out/"]));
    check(&["sub/out/"], "sub", &["out", "b"], Some(&["out"]));
    // The same name in another folder is another place.
    check(&["out/"], "sub", &["out/"], Some(&[]));
    check(&["sub"], "sub/deep", &["out", "b"], Some(&["b", "out"]));
    check(&["subway/out"], "sub", &["out"], Some(&[]));
}
