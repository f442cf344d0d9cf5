//! Whose rights count in a chain, over random worlds: everybody's that stands in it or above an
//! agent of it, and nobody else's.

use std::sync::LazyLock;

use nexus_domain::agent::ToolEffect;
use nexus_domain::grant::GrantScope;
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::Chain;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::query::{Action, Facts};
use crate::{canonical_action, check_ceilings};

static BUILT_IN_ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::built_in().unwrap());

const NOW: Timestamp = Timestamp(1_000);
const NAMES: [&str; 4] = ["main", "boss", "helper", "stranger"];
const TOOLS: [(&str, ToolEffect); 4] = [
    ("read_file", ToolEffect::Read),
    ("write_file", ToolEffect::Write),
    ("http_fetch", ToolEffect::Network),
    ("exec", ToolEffect::Execute),
];

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

/// `helper` works beneath `boss`; nobody configured `stranger`.
fn agents(presets: [Preset; 3]) -> Vec<AgentProfile> {
    let [main, boss, helper] = presets;
    let mut helper = AgentProfile::new(agent("helper"), helper);
    helper.parent = Some(agent("boss"));
    vec![AgentProfile::new(agent("main"), main), AgentProfile::new(agent("boss"), boss), helper]
}

fn preset() -> impl Strategy<Value = Preset> {
    prop::sample::select(&Preset::ALL[..])
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&NAMES[..])
}

fn effect() -> impl Strategy<Value = GrantEffect> {
    prop_oneof![Just(GrantEffect::Allow), Just(GrantEffect::Deny)]
}

fn grant() -> impl Strategy<Value = Grant> {
    let scope = (prop::sample::select(&TOOLS[..]), prop::option::of(Just("notes/".to_owned())));
    (any::<u64>(), name(), effect(), scope).prop_map(|(n, name, effect, ((tool, _), path))| Grant {
        principal: Principal::Agent(agent(name)),
        ..super::grant_tests::grant(
            n,
            effect,
            GrantScope { resource: Some(tool.to_owned()), path, ..GrantScope::default() },
        )
    })
}

fn query() -> impl Strategy<Value = Query> {
    let invoker = prop_oneof![
        4 => Just(Principal::Owner),
        1 => Just(Principal::Known("anna".to_owned())),
        1 => Just(Principal::Job("beat".to_owned())),
    ];
    let path = prop_oneof![Just("notes/a.md"), Just("b.md"), Just("/etc/hosts")];
    let chain = (invoker, prop::collection::vec(name(), 1..4));
    let what = (prop::sample::select(&TOOLS[..]), path, any::<bool>(), any::<bool>());
    (chain, what).prop_map(|((invoker, names), ((tool, effect), path, is_full, is_labelled))| {
        let chain = names.iter().fold(Chain::of(invoker), |c, name| c.through(agent(name)));
        let access = match effect {
            ToolEffect::Write => PathAccess::Write,
            _ => PathAccess::Read,
        };
        let target = Target::Path { path: path.to_owned(), access, content: None };
        let action = canonical_action(tool, String::new(), json!({}), vec![target]);
        let facts = Facts {
            posture: is_full.then(|| "full".to_owned()),
            labels: if is_labelled { vec!["untrusted".to_owned()] } else { Vec::new() },
            ..Facts::default()
        };
        Query { chain, action: Action::UseTool { action, effect }, facts }
    })
}

fn engine(presets: [Preset; 3], grants: Vec<Grant>) -> Engine {
    BUILT_IN_ENGINE.with_agents(agents(presets)).with_grants(Grants::new(grants))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn a_grant_of_somebody_outside_the_chain_changes_nothing(
        presets in prop::array::uniform3(preset()),
        grants in prop::collection::vec(grant(), 0..5),
        query in query(),
    ) {
        let with = engine(presets, grants.clone());
        let counting = with.links(&query).unwrap();
        let inside = grants.into_iter().filter(|grant| counting.contains(&grant.principal));
        let without = engine(presets, inside.collect());
        let (with, without) =
            (with.decide_at(&query, Some(NOW)), without.decide_at(&query, Some(NOW)));
        prop_assert_eq!(with, without);
    }

    #[test]
    fn the_narrowest_link_decides_and_a_no_of_any_is_a_no(
        presets in prop::array::uniform3(preset()),
        grants in prop::collection::vec(grant(), 0..5),
        query in query(),
    ) {
        let engine = engine(presets, grants);
        let touched = Touched::by(&query.action);
        let links = engine.links(&query).unwrap();
        let each = links.iter().map(|l| engine.decide_link(&query, &touched, l, Some(NOW)).effect);
        prop_assert_eq!(Some(engine.decide_at(&query, Some(NOW)).effect), each.max());
    }

    #[test]
    fn one_denial_in_the_chain_wins_over_every_permission(
        presets in prop::array::uniform3(preset()),
        grants in prop::collection::vec(grant(), 0..5),
        query in query(),
        at in any::<prop::sample::Index>(),
        denial in grant(),
    ) {
        let links = engine(presets, Vec::new()).links(&query).unwrap();
        let agents: Vec<_> = links.iter().filter(|l| matches!(l, Principal::Agent(_))).collect();
        let scope = GrantScope::default();
        let principal = (*at.get(&agents)).clone();
        let denial = Grant { principal, scope, effect: GrantEffect::Deny, ..denial };
        let engine = engine(presets, grants.into_iter().chain([denial]).collect());
        prop_assert_eq!(engine.decide_at(&query, Some(NOW)).effect, Effect::Deny);
    }

    #[test]
    fn what_has_ended_or_was_taken_back_counts_for_nothing(
        presets in prop::array::uniform3(preset()),
        grants in prop::collection::vec((grant(), any::<bool>()), 1..5),
        query in query(),
    ) {
        let ended = grants.into_iter().map(|(grant, is_revoked)| match is_revoked {
            true => Grant { revoked_at: Some(Timestamp(5)), ..grant },
            false => Grant { expires_at: Some(NOW), ..grant },
        });
        let with = engine(presets, ended.collect()).decide_at(&query, Some(NOW));
        prop_assert_eq!(with, engine(presets, Vec::new()).decide_at(&query, Some(NOW)));
    }

    #[test]
    fn an_answer_for_a_child_is_none_for_its_parent(query in query()) {
        let grant_for = |name: &str, n| {
            let scope = GrantScope {
                resource: Some("http_fetch".to_owned()), ..GrantScope::default()
            };
            Grant {
                principal: Principal::Agent(agent(name)),
                ..super::grant_tests::grant(n, GrantEffect::Allow, scope)
            }
        };
        let Action::UseTool { action, .. } = query.action else { unreachable!() };
        let action = canonical_action("http_fetch", String::new(), json!({}), action.targets);
        let query = Query {
            chain: Chain::of(Principal::Owner).through(agent("helper")),
            action: Action::UseTool { action, effect: ToolEffect::Network },
            facts: Facts::default(),
        };
        // Two trusted agents are no family that a configuration may make; an old one may be met.
        let presets = [Preset::Trusted; 3];
        prop_assert!(!check_ceilings(&agents(presets)).is_empty());
        let by = |grants: Vec<Grant>| engine(presets, grants).decide_at(&query, Some(NOW)).effect;
        prop_assert_eq!(by(vec![grant_for("helper", 1)]), Effect::Ask);
        prop_assert_eq!(by(vec![grant_for("boss", 1)]), Effect::Ask);
        prop_assert_eq!(by(vec![grant_for("helper", 1), grant_for("boss", 2)]), Effect::Allow);
    }
}
