//! What agents may do for people who are not the owner: nothing but talk, until the owner gives
//! them something, and then never more than the agent may for anybody.

use nexus_domain::agent::ToolEffect;
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::Chain;
use serde_json::json;

use super::*;
use crate::canonical_action;
use crate::query::{Action, Facts};

const EXEC: (&str, ToolEffect) = ("exec", ToolEffect::Execute);
const READ: (&str, ToolEffect) = ("read_file", ToolEffect::Read);
const WRITE: (&str, ToolEffect) = ("write_file", ToolEffect::Write);
const FETCH: (&str, ToolEffect) = ("http_fetch", ToolEffect::Network);

/// An engine in which Anna has this, and an agent of each preset works.
fn engine(reach: Option<(Preset, &[&str])>) -> Engine {
    let agents =
        Preset::ALL.map(|preset| AgentProfile::new(AgentId::parse(preset.name()).unwrap(), preset));
    let people = reach.map(|(preset, tools)| {
        let tools = tools.iter().map(|&tool| tool.to_owned()).collect();
        ("anna".to_owned(), Reach { preset, tools })
    });
    let people = people.into_iter().collect();
    Engine::built_in().unwrap().with_agents(agents.into()).with_people(people)
}

fn decide(
    engine: &Engine,
    agent: Preset,
    (tool, effect): (&str, ToolEffect),
    path: &str,
) -> Effect {
    let access = match effect {
        ToolEffect::Read => PathAccess::Read,
        _ => PathAccess::Write,
    };
    let targets = match path {
        "" => Vec::new(),
        path => vec![Target::Path { path: path.to_owned(), access, content: None }],
    };
    let action = canonical_action(tool, String::new(), json!({}), targets);
    let anna = Principal::Known("anna".to_owned());
    let query = Query {
        chain: Chain::of(anna).through(AgentId::parse(agent.name()).unwrap()),
        action: Action::UseTool { action, effect },
        facts: Facts {
            channel: Some("echo".to_owned()),
            posture: Some("full".to_owned()),
            ..Facts::default()
        },
    };
    engine.decide(&query).effect
}

#[test]
fn without_a_word_of_the_owner_agents_only_talk() {
    let engine = engine(None);
    for agent in Preset::ALL {
        for tool in [READ, WRITE, EXEC, FETCH] {
            assert_eq!(decide(&engine, agent, tool, ""), Effect::Deny, "{agent:?} {tool:?}");
        }
    }
}

#[test]
fn a_preset_narrows_what_the_agent_may() {
    #[track_caller]
    fn check(
        person: Preset,
        agent: Preset,
        tool: (&str, ToolEffect),
        path: &str,
        expected: Effect,
    ) {
        let engine = engine(Some((person, &[])));
        assert_eq!(decide(&engine, agent, tool, path), expected, "{person:?} {agent:?} {tool:?}");
    }
    use Preset::{Sandboxed, Trusted, Worker, Yolo};
    check(Sandboxed, Trusted, READ, "notes.md", Effect::Allow);
    check(Sandboxed, Trusted, WRITE, "notes.md", Effect::Deny);
    check(Sandboxed, Trusted, EXEC, "", Effect::Deny);
    check(Sandboxed, Trusted, READ, "/etc/hosts", Effect::Deny);
    check(Worker, Trusted, WRITE, "notes.md", Effect::Allow);
    check(Worker, Trusted, EXEC, "", Effect::Allow);
    check(Worker, Trusted, FETCH, "", Effect::Deny);
    check(Worker, Trusted, WRITE, "/tmp/x", Effect::Deny);
    check(Worker, Sandboxed, EXEC, "", Effect::Deny);
    check(Trusted, Trusted, WRITE, "notes.md", Effect::Allow);
    check(Trusted, Trusted, FETCH, "", Effect::Ask);
    check(Trusted, Worker, FETCH, "", Effect::Deny);
    // An agent without limits has them for everybody but the owner.
    check(Trusted, Yolo, READ, "notes.md", Effect::Deny);
}

#[test]
fn tools_can_be_named_one_by_one() {
    let engine = engine(Some((Preset::Trusted, &["read_file"])));
    assert_eq!(decide(&engine, Preset::Trusted, READ, "notes.md"), Effect::Allow);
    assert_eq!(decide(&engine, Preset::Trusted, WRITE, "notes.md"), Effect::Deny);
    assert_eq!(decide(&engine, Preset::Trusted, FETCH, ""), Effect::Deny);
}

#[test]
fn what_one_person_was_given_is_nobody_elses_and_outlives_new_credentials() {
    let engine = engine(Some((Preset::Worker, &[])));
    let engine = engine.with_holders(vec![Holder {
        principal: Principal::Known("bob".to_owned()),
        scopes: vec!["session.write".to_owned()],
        agents: None,
    }]);
    assert_eq!(decide(&engine, Preset::Trusted, WRITE, "notes.md"), Effect::Allow);
    let action = canonical_action("read_file", String::new(), json!({}), Vec::new());
    let trusted = AgentId::parse("trusted").unwrap();
    let query = Query {
        chain: Chain::of(Principal::Known("bob".to_owned())).through(trusted),
        action: Action::UseTool { action, effect: ToolEffect::Read },
        facts: Facts::default(),
    };
    assert_eq!(engine.decide(&query).effect, Effect::Deny);
}
