//! Pinned constraints: what `never` and `ask_before` of `[constraints]` and of each agent say.

use nexus_domain::agent::AgentSpec;
use nexus_domain::id::AgentId;
use nexus_iam::{Pin, PinKind, Rule, RuleVerb};
use nexus_protocol::config::ConfigSource;

use super::typed::Getter;
use super::{Finding, keys};
use crate::suggest;

/// Reads the rules; what cannot be used goes to `errors`.
pub(super) fn pins(
    agents: &[AgentSpec],
    file: &str,
    has_user_home: bool,
    get: &Getter<'_>,
    errors: &mut Vec<Finding>,
) -> Vec<Pin> {
    let tools = tools();
    let mut pins = Vec::new();
    let everybody = std::iter::once((None, vec!["constraints".to_owned()]));
    let each = agents.iter().map(|agent| {
        let table = ["agents", agent.id.as_str()].map(str::to_owned).to_vec();
        (Some(agent.id.clone()), table)
    });
    for (agent, table) in everybody.chain(each) {
        for kind in [PinKind::Never, PinKind::AskBefore] {
            let path = [table.clone(), vec![kind.name().to_owned()]].concat();
            let mut list = List { get, path, kind, agent: agent.clone(), file, tools: &tools };
            list.read(has_user_home, &mut pins, errors);
        }
    }
    pins
}

/// The names that a rule can take for tools.
fn tools() -> Vec<String> {
    let path = ["agents", "*", "tools"].map(str::to_owned);
    let all = keys::find(&path).and_then(keys::Key::default_value);
    let all = all.and_then(|value| value.as_array().cloned()).unwrap_or_default();
    all.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// One list of rules.
struct List<'a> {
    get: &'a Getter<'a>,
    path: Vec<String>,
    kind: PinKind,
    agent: Option<AgentId>,
    file: &'a str,
    tools: &'a [String],
}

impl List<'_> {
    fn read(&mut self, has_user_home: bool, pins: &mut Vec<Pin>, errors: &mut Vec<Finding>) {
        let setting = self.path.join(".");
        let source = match self.get.source_at(&self.path) {
            Some(ConfigSource::Environment) => "the environment",
            Some(ConfigSource::Flag) => "the command line",
            _ => self.file,
        };
        for (n, text) in self.get.texts_at(&self.path).into_iter().enumerate() {
            let line = self.get.item_line_at(&self.path, n);
            let tools: Vec<_> = self.tools.iter().map(String::as_str).collect();
            let rule = Rule::parse(&text, &tools).and_then(|rule| {
                let needs_home = rule.path().is_some_and(|path| path.starts_with('~'));
                match needs_home && !has_user_home {
                    true => Err(format!("`{text}` starts at your home, and HOME is not set")),
                    false => Ok(rule),
                }
            });
            match rule {
                Ok(rule) => pins.push(Pin {
                    setting: setting.clone(),
                    n: n + 1,
                    text,
                    kind: self.kind,
                    rule,
                    agent: self.agent.clone(),
                    source: source.to_owned(),
                    line,
                }),
                Err(problem) => {
                    let near = suggest::closest(&text, words(&tools));
                    let near = near.map(|word| format!("; did you mean `{word}`?"));
                    let text = format!("`{setting}`: {problem}{}", near.unwrap_or_default());
                    errors.push(Finding { line, text });
                }
            }
        }
    }
}

fn words<'a>(tools: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    RuleVerb::ALL.iter().map(|verb| verb.name()).chain(tools.iter().copied())
}
