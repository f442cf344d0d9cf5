//! Whatever is asked for, in whatever order, and whatever changes above later: nobody goes beyond
//! the one above.

use std::path::Path;
use std::sync::LazyLock;

use nexus_domain::Timestamp;
use nexus_domain::agent::ToolEffect;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::made::{LINE_LEN_MAX, MadeAgent};
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::Principal;
use nexus_iam::{Action, Effect, Engine, Facts, Preset, Query, canonical_action_in};
use proptest::prelude::*;
use serde_json::Value;

use super::Book;
use super::order::check_ceiling;
use crate::config::{Config, Environment, Overlay, parse_text};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::built_in().unwrap());
static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let text = "[agents.boss]\npreset = \"yolo\"\n[agents.clerk]\nwrite_paths = [\"a\", \"c/d\"]\n\
                [agents.reader]\npreset = \"sandboxed\"\n";
    let overlay = Overlay::new(Environment::of(&[]), vec![]);
    parse_text(text, Path::new("/h/nexus.toml"), &overlay).unwrap().config
});

const TOP: [&str; 4] = ["main", "boss", "clerk", "reader"];
const PLACES: [&str; 6] = ["a", "a/b", "c", "c/d", "d", "."];
const TOOLS: [(&str, ToolEffect); 4] = [
    ("write_file", ToolEffect::Write),
    ("read_file", ToolEffect::Read),
    ("http_fetch", ToolEffect::Network),
    ("agent_send", ToolEffect::Delegate),
];

fn id(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

/// An agent that is asked for; `parent` counts through those there are by then.
#[derive(Clone, Debug)]
struct Asked {
    parent: Option<prop::sample::Index>,
    preset: Preset,
    base: &'static str,
    write_paths: Vec<&'static str>,
    disabled: Vec<&'static str>,
}

fn asked() -> impl Strategy<Value = Asked> {
    let paths = prop::sample::subsequence(&PLACES[..], 0..3);
    let tools = TOOLS.map(|(tool, _)| tool).to_vec();
    let disabled = prop::sample::subsequence(tools, 0..2);
    let presets = [Preset::Sandboxed, Preset::Worker, Preset::Trusted];
    let what = (prop::sample::select(presets.to_vec()), prop::sample::select(&PLACES[..]));
    (prop::option::weighted(0.9, any::<prop::sample::Index>()), what, paths, disabled).prop_map(
        |(parent, (preset, base), write_paths, disabled)| Asked {
            parent,
            preset,
            base,
            write_paths,
            disabled,
        },
    )
}

/// Those of the orders that are met.
fn made(orders: &[Asked]) -> Vec<MadeAgent> {
    let owned = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let mut made: Vec<MadeAgent> = Vec::new();
    for (n, order) in orders.iter().enumerate() {
        let names: Vec<AgentId> =
            TOP.iter().map(|name| id(name)).chain(made.iter().map(|one| one.id.clone())).collect();
        let parent = order.parent.map(|index| index.get(&names).clone());
        let agent = MadeAgent {
            id: id(&format!("m{n}")),
            base: parent.is_some().then(|| order.base.to_owned()),
            parent,
            preset: order.preset.name().to_owned(),
            cwd: None,
            write_paths: owned(&order.write_paths),
            disabled_tools: owned(&order.disabled),
            model: None,
            system_prompt: None,
            creator: Principal::Owner,
            origin: None,
            session_key: SessionKey::parse(&format!("agent:m{n}")).unwrap(),
            created_at: Timestamp(n as i64),
            updated_at: Timestamp(n as i64),
        };
        if check_ceiling(&CONFIG, &made, &agent).is_ok() {
            made.push(agent);
        }
    }
    made
}

fn beneath(base: &str, path: &str) -> String {
    if base == "." { path.to_owned() } else { format!("{base}/{path}") }
}

fn effect(book: &Book, agent: &AgentId, tool: (&str, ToolEffect), path: &str) -> Effect {
    let access = match tool.1 {
        ToolEffect::Write => PathAccess::Write,
        _ => PathAccess::Read,
    };
    let targets = match tool.1 {
        ToolEffect::Network => vec![Target::Host { host: "example.org".to_owned(), port: 443 }],
        ToolEffect::Delegate => Vec::new(),
        _ => vec![Target::Path { path: path.to_owned(), access, content: None }],
    };
    let action = canonical_action_in(None, tool.0, String::new(), Value::Null, targets);
    let query = Query {
        chain: book.chain(&Principal::Owner, agent),
        action: Action::UseTool { action, effect: tool.1 },
        facts: Facts::default(),
    };
    ENGINE.with_agents(book.profiles()).decide(&query).effect
}

/// Nobody may what the one above may not, each seen from its own folder.
fn nobody_goes_beyond(book: &Book) -> Result<(), TestCaseError> {
    for agent in book.all() {
        let Some(parent) = &agent.profile.parent else { continue };
        let base = agent.profile.base.as_deref().unwrap_or(".");
        for tool in TOOLS {
            for place in ["a/x", "a/b/x", "c/d/x", "d/x", "x"] {
                let below = effect(book, agent.id(), tool, place);
                let above = effect(book, parent, tool, &beneath(base, place));
                prop_assert!(
                    below >= above,
                    "{} may {} {place}, and {parent} may not",
                    agent.id(),
                    tool.0
                );
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_is_made_is_narrower_than_the_one_above(
        orders in prop::collection::vec(asked(), 1..8),
    ) {
        let book = Book::new(&CONFIG, &made(&orders));
        for agent in book.all() {
            prop_assert!(book.line(agent.id()).len() <= LINE_LEN_MAX);
            let Some(parent) = &agent.profile.parent else { continue };
            let parent = book.get(parent).unwrap();
            prop_assert!(agent.profile.preset < parent.profile.preset);
            prop_assert!(agent.spec.tools.iter().all(|tool| parent.profile.offers(tool)));
        }
        nobody_goes_beyond(&book)?;
    }

    #[test]
    fn what_changes_above_counts_beneath(
        orders in prop::collection::vec(asked(), 2..8),
        which in any::<prop::sample::Index>(),
        preset in prop::sample::select(vec!["sandboxed", "worker", "trusted"]),
        is_gone in any::<bool>(),
    ) {
        let mut made = made(&orders);
        prop_assume!(!made.is_empty());
        let n = which.index(made.len());
        match is_gone {
            true => {
                made.remove(n);
            }
            false => {
                made[n].preset = preset.to_owned();
                made[n].write_paths = vec!["d".to_owned()];
                made[n].disabled_tools = vec!["read_file".to_owned()];
            }
        }
        nobody_goes_beyond(&Book::new(&CONFIG, &made))?;
    }
}

#[test]
fn a_line_has_an_end() {
    let mut circle = made(&[]);
    for (name, parent) in [("x", "y"), ("y", "z"), ("z", "x")] {
        circle.push(MadeAgent {
            id: id(name),
            parent: Some(id(parent)),
            preset: "trusted".to_owned(),
            cwd: None,
            base: None,
            write_paths: Vec::new(),
            disabled_tools: Vec::new(),
            model: None,
            system_prompt: None,
            creator: Principal::Owner,
            origin: None,
            session_key: SessionKey::parse(&format!("agent:{name}")).unwrap(),
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
        });
    }
    let book = Book::new(&CONFIG, &circle);
    assert!(book.line(&id("x")).len() <= LINE_LEN_MAX + 1);
    assert_eq!(effect(&book, &id("x"), TOOLS[1], "a"), Effect::Deny);
}
