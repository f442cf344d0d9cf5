//! From a delivery that is believed to what becomes of it: a run, nothing, or a word to the
//! platform itself.

use axum::http::HeaderMap;
use nexus_adapter::AgentId;
use nexus_ingress::Problem;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::error;
use crate::hook::{Dedupe, Hook, Kind};
use crate::template::{Facts, Template, cut};
use crate::verify::{Proof, Scheme};

/// Longest id of a delivery that is taken as it is, in bytes; of a longer one its digest is.
const ID_BYTES_MAX: usize = 200;
/// Longest name of a conversation that is taken as it is, in characters; a longer one ends in its
/// digest, so that two never become one.
const SESSION_CHARS_MAX: usize = 120;
/// Characters of a digest that stand for the rest of a name.
const DIGEST_CHARS: usize = 16;

/// What becomes of a delivery.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// An agent gets it.
    Run(Box<Wanted>),
    /// Nobody wants it, and why.
    Let(String),
    /// The platform asks whether somebody is there, and gets this back.
    Challenge(Value),
}

/// A run that a delivery asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Tells the delivery from others of the hook; nothing when it cannot be told.
    pub id: Option<String>,
    /// What kind of event it is; may be empty.
    pub event: String,
    /// The message.
    pub content: String,
    /// The agent, when the delivery decides.
    pub agent: Option<AgentId>,
    /// The conversation that remembers.
    pub session: Option<String>,
    /// Whether it waits for the next heartbeat of the agent.
    pub at_heartbeat: bool,
}

/// Decides about a delivery.
///
/// # Errors
/// What is wrong with it.
pub fn decide(
    hook: &Hook,
    headers: &HeaderMap,
    body: Value,
    proof: &Proof,
) -> Result<Fate, Problem> {
    let scheme = hook.verifier.scheme;
    if scheme == Scheme::Slack && body["type"] == "url_verification" {
        return Ok(Fate::Challenge(json!({ "challenge": body["challenge"] })));
    }
    let facts = gather(hook, headers, body, proof);
    if scheme == Scheme::Github && facts.event == "ping" && !hook.filter.chooses_events() {
        return Ok(Fate::Let("GitHub asks whether somebody is there".to_owned()));
    }
    if let Some(why) = hook.filter.refuses(&facts) {
        return Ok(Fate::Let(why));
    }
    let id = match hook.dedupe {
        Dedupe::Content => Some(proof.digest.clone()),
        Dedupe::Id => Some(facts.id.clone()).filter(|id| !id.is_empty()),
    };
    let wanted = match hook.kind {
        Kind::Mapped => mapped(hook, &facts)?,
        Kind::Agent => said(hook, &facts)?,
        Kind::Wake => woken(hook, &facts)?,
    };
    Ok(Fate::Run(Box::new(Wanted { id, ..wanted })))
}

fn gather(hook: &Hook, headers: &HeaderMap, mut body: Value, proof: &Proof) -> Facts {
    if let (Scheme::Slack, Some(fields)) = (hook.verifier.scheme, body.as_object_mut()) {
        // Slack's older way of proving itself; no agent needs it.
        fields.remove("token");
    }
    let mut facts = Facts {
        event: event_of(hook.verifier.scheme, headers, &body),
        headers: shown(hook, headers),
        hook: hook.name.clone(),
        id: String::new(),
        body,
    };
    if let Some(path) = &hook.event {
        facts.event = path.text(&facts).unwrap_or_default();
    }
    let own = hook.id.as_ref().and_then(|path| path.text(&facts));
    let id = own.or_else(|| id_of(hook.verifier.scheme, headers, &facts.body, proof));
    // A repetition of what is signed has the same digest, whoever sends it.
    let id = id.or_else(|| hook.verifier.scheme.is_signed().then(|| proof.digest.clone()));
    facts.id = id.map(shortened).unwrap_or_default();
    facts
}

/// The headers as templates see them, without those that prove the sender.
fn shown(hook: &Hook, headers: &HeaderMap) -> Map<String, Value> {
    let own = hook.verifier.header.as_ref();
    let is_secret =
        |name: &axum::http::HeaderName| own == Some(name) || crate::verify::PROOFS.contains(name);
    let texts = headers.iter().filter(|(name, _)| !is_secret(name));
    let texts = texts.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    texts.map(|(name, text)| (name.to_owned(), Value::from(text))).collect()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|text| !text.is_empty())
}

/// What kind of event it is, as its platform says it.
fn event_of(scheme: Scheme, headers: &HeaderMap, body: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match scheme {
        Scheme::Github => {
            let event = header(headers, "x-github-event").unwrap_or_default();
            match body["action"].as_str() {
                Some(action) if !event.is_empty() => format!("{event}.{action}"),
                _ => event.to_owned(),
            }
        }
        Scheme::Slack => match (&body["event"]["type"], &body["type"], &body["command"]) {
            (Value::String(inner), _, _) => inner.clone(),
            (_, Value::String(outer), _) => outer.clone(),
            (_, _, command) => text(command),
        },
        Scheme::Standard | Scheme::Stripe => text(&body["type"]),
        Scheme::Bearer | Scheme::Header => {
            let stated = ["x-event-type", "x-gitlab-event", "x-gitea-event", "ce-type"];
            let stated = stated.iter().find_map(|name| header(headers, name));
            stated.map_or_else(|| text(&body["type"]), str::to_owned)
        }
    }
}

/// The delivery's id, as its platform gives it.
fn id_of(scheme: Scheme, headers: &HeaderMap, body: &Value, proof: &Proof) -> Option<String> {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    match scheme {
        Scheme::Github | Scheme::Standard => proof.delivery_id.clone(),
        Scheme::Stripe => text(&body["id"]),
        Scheme::Slack => text(&body["event_id"]),
        Scheme::Bearer | Scheme::Header => {
            let stated = ["idempotency-key", "webhook-id", "x-gitlab-event-uuid", "ce-id"];
            stated.iter().find_map(|name| header(headers, name)).map(str::to_owned)
        }
    }
}

fn shortened(id: String) -> String {
    if id.len() <= ID_BYTES_MAX && !id.chars().any(char::is_control) {
        return id;
    }
    hex::encode(Sha256::digest(id.as_bytes()))
}

fn mapped(hook: &Hook, facts: &Facts) -> Result<Wanted, Problem> {
    let content = match &hook.text {
        Some(template) => template.render(facts),
        None => whole(facts),
    };
    if content.trim().is_empty() {
        return Err(error::nothing_to_say("text"));
    }
    let rendered = |key: &str, template: &Option<Template>| match template {
        None => Ok(None),
        Some(template) => {
            let text = template.render(facts);
            if text.trim().is_empty() { Err(error::nothing_to_say(key)) } else { Ok(Some(text)) }
        }
    };
    let agent = rendered("agent", &hook.agent)?.map(|name| agent(name.trim())).transpose()?;
    let session = rendered("session", &hook.session)?.map(|text| session(text.trim()));
    let event = facts.event.clone();
    Ok(Wanted { id: None, event, content, agent, session, at_heartbeat: false })
}

/// All of the body, for an agent that is told nothing else.
fn whole(facts: &Facts) -> String {
    let body = match &facts.body {
        Value::String(text) => text.clone(),
        body => serde_json::to_string_pretty(body).unwrap_or_default(),
    };
    let event = match facts.event.as_str() {
        "" => String::new(),
        event => format!(", event `{}`", event.escape_debug()),
    };
    cut(format!("Webhook `{}`{event}. What follows came from outside.\n\n{body}", facts.hook))
}

/// The body of a hook of kind `agent`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgentBody {
    #[serde(alias = "message")]
    text: String,
    agent: Option<String>,
    session: Option<String>,
}

/// The body of a hook of kind `wake`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WakeBody {
    text: String,
    #[serde(default)]
    mode: WakeMode,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WakeMode {
    #[default]
    Now,
    NextHeartbeat,
}

fn said(hook: &Hook, facts: &Facts) -> Result<Wanted, Problem> {
    let body: AgentBody = read(&facts.body)?;
    let agent = body.agent.as_deref().map(agent).transpose()?;
    let own = || hook.session.as_ref().map(|template| template.render(facts));
    let wished = body.session.or_else(own).filter(|text| !text.trim().is_empty());
    Ok(Wanted {
        id: None,
        event: String::new(),
        content: spoken(body.text)?,
        agent,
        session: wished.map(|text| session(text.trim())),
        at_heartbeat: false,
    })
}

fn woken(hook: &Hook, facts: &Facts) -> Result<Wanted, Problem> {
    let body: WakeBody = read(&facts.body)?;
    let at_heartbeat = body.mode == WakeMode::NextHeartbeat;
    let session = hook.sessions.first().cloned().unwrap_or_else(|| Kind::Wake.name().to_owned());
    let content = spoken(body.text)?;
    let (event, session) = (String::new(), Some(session));
    Ok(Wanted { id: None, event, content, agent: None, session, at_heartbeat })
}

fn read<T: serde::de::DeserializeOwned>(body: &Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(body)
        .map_err(|error| Problem::request("invalid_body", format!("the body: {error}")))
}

fn spoken(text: String) -> Result<String, Problem> {
    match text.trim().is_empty() {
        true => Err(Problem::request("invalid_body", "`text` is empty")),
        false => Ok(cut(text)),
    }
}

fn agent(name: &str) -> Result<AgentId, Problem> {
    AgentId::try_from(name.to_owned())
        .map_err(|failure| Problem::request("invalid_agent", failure.message))
}

/// A name for a conversation, of whatever text came.
fn session(text: &str) -> String {
    let plain = |c: char| {
        let is_plain = c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | '#' | '@');
        if is_plain { c } else { '-' }
    };
    let name: String = text.chars().map(plain).collect();
    if name.chars().count() <= SESSION_CHARS_MAX {
        return name;
    }
    let digest = hex::encode(Sha256::digest(text.as_bytes()));
    let kept: String = name.chars().take(SESSION_CHARS_MAX - DIGEST_CHARS - 1).collect();
    format!("{kept}-{}", &digest[..DIGEST_CHARS])
}

#[cfg(test)]
mod tests;
