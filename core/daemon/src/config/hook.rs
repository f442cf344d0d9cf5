//! Hooks of an adapter: what the daemon itself decides about them stands in the same table as what
//! the adapter does with their deliveries.

use std::collections::BTreeMap;

use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::request::ReplyTarget;
use serde_json::{Map, Value};

use super::Finding;
use super::credentials::{Place, check_pointer};
use super::environment::Environment;
use super::typed::Getter;

/// Longest name of a hook, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// A hook as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookConfig {
    /// Its name; it acts as `hook:<name>`.
    pub name: String,
    /// The agents it may have run, its own first; at least one.
    pub agents: Vec<AgentId>,
    /// Conversations of others that it may speak in.
    pub sessions: Vec<SessionKey>,
    /// Where replies go besides a sender who waits.
    pub deliver: Option<ReplyTarget>,
    /// The rest of its table, which the adapter is handed; `sessions` is in it, too.
    pub table: Map<String, Value>,
}

/// Where the credentials of an adapter are, by name.
pub(super) fn credentials(
    get: &Getter<'_>,
    adapter: &str,
    environment: &Environment,
    errors: &mut Vec<Finding>,
    warnings: &mut Vec<Finding>,
) -> BTreeMap<String, String> {
    let mut pointers = BTreeMap::new();
    for name in get.names_at(&["adapters", adapter, "credentials"]) {
        let path = ["adapters", adapter, "credentials", &name].map(str::to_owned);
        let Some(text) = get.text_at(&path) else { continue };
        let place = Place { setting: path.join("."), line: get.line_at(&path) };
        check_pointer(&place, &text, environment, errors, warnings);
        pointers.insert(name, text);
    }
    pointers
}

/// The hooks of an adapter. `taken` are those of the adapters before it.
pub(super) fn hooks(
    get: &Getter<'_>,
    adapter: &str,
    taken: &mut BTreeMap<String, String>,
    errors: &mut Vec<Finding>,
) -> Vec<HookConfig> {
    let mut hooks = Vec::new();
    for name in get.names_at(&["adapters", adapter, "hooks"]) {
        let path = ["adapters", adapter, "hooks", &name].map(str::to_owned);
        let table = get.at(&path).and_then(|value| value.as_object().cloned()).unwrap_or_default();
        let setting = path.join(".");
        let before = taken.insert(name.clone(), adapter.to_owned());
        let read = match before {
            Some(other) => {
                let what = format!("there is a hook of this name in adapters.{other} already");
                Err(Failure::invalid(what).hint("a hook's name says who acts: take another one"))
            }
            None => hook(&name, table),
        };
        match read {
            Ok(hook) => hooks.push(hook),
            Err(failure) => {
                let hint = failure.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
                let text = format!("`{setting}`: {}{hint}", failure.message);
                errors.push(Finding { line: get.line_at(&path), text });
            }
        }
    }
    hooks
}

fn hook(name: &str, mut table: Map<String, Value>) -> Result<HookConfig, Failure> {
    let is_plain = (1..=NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if !is_plain {
        return Err(Failure::invalid("a hook's name has up to 64 letters, digits, - and _"));
    }
    let agents = texts(&table.remove("agents").unwrap_or_default(), "agents")?;
    let agents: Vec<_> =
        agents.iter().map(|agent| AgentId::parse(agent)).collect::<Result<_, _>>()?;
    if agents.is_empty() {
        return Err(Failure::invalid("it has no agents, so that nothing could come of it")
            .hint("write whom it may have run: agents = [\"main\"]"));
    }
    let sessions = texts(table.get("sessions").unwrap_or(&Value::Null), "sessions")?;
    let sessions = sessions.iter().map(|key| SessionKey::parse(key)).collect::<Result<_, _>>()?;
    let deliver = match table.remove("deliver") {
        None => None,
        Some(Value::String(text)) => Some(ReplyTarget::parse(&text)?),
        Some(_) => return Err(Failure::invalid("`deliver` is a text such as \"telegram:42\"")),
    };
    Ok(HookConfig { name: name.to_owned(), agents, sessions, deliver, table })
}

fn texts(value: &Value, name: &str) -> Result<Vec<String>, Failure> {
    let read = match value {
        Value::Null => Some(Vec::new()),
        Value::Array(list) => list.iter().map(|text| text.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    read.ok_or_else(|| Failure::invalid(format!("`{name}` is a list of texts")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(table: Value) -> Result<HookConfig, Failure> {
        hook("x", table.as_object().unwrap().clone())
    }

    #[test]
    fn the_daemon_takes_what_is_its_own_and_hands_on_the_rest() {
        let table = json!({
            "agents": ["main", "other"],
            "sessions": ["main"],
            "deliver": "telegram/work:42",
            "verify": "github",
        });
        let hook = read(table).unwrap();
        assert_eq!(hook.agents.len(), 2);
        assert_eq!(hook.deliver.unwrap().to_string(), "telegram/work:42");
        assert_eq!(json!(hook.table), json!({ "sessions": ["main"], "verify": "github" }));
        let short = read(json!({ "agents": ["main"], "deliver": "telegram:42" })).unwrap();
        assert_eq!(short.deliver.unwrap().account_id, "main");
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        for (table, part) in [
            (json!({}), "it has no agents"),
            (json!({ "agents": "main" }), "`agents` is a list"),
            (json!({ "agents": ["a b"] }), "not an agent name"),
            (json!({ "agents": ["main"], "sessions": ["a b"] }), "no spaces"),
            (json!({ "agents": ["main"], "deliver": "telegram" }), "names no conversation"),
            (json!({ "agents": ["main"], "deliver": 42 }), "`deliver` is a text"),
        ] {
            let failure = read(table).unwrap_err();
            assert!(failure.message.contains(part), "{}", failure.message);
        }
        assert!(hook("a b", Map::new()).is_err());
    }
}
