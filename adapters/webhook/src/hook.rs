//! One hook, as it was configured: who may send, what is wanted of it, and what becomes of it.

use std::collections::BTreeMap;

use axum::http::{HeaderName, header};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::filter::{self, Filter};
use crate::template::{Path, Template};
use crate::verify::{Scheme, Secret, Verifier};

/// Longest name of a hook, in bytes.
const NAME_BYTES_MAX: usize = 64;
/// Largest window for timestamps, in seconds.
const TOLERANCE_S_MAX: u64 = 3_600;
/// Longest wait for a result that can be configured, in seconds.
const WAIT_S_MAX: u64 = 600;
/// Most deliveries a minute that can be configured.
const PER_MINUTE_MAX: u32 = 60_000;
/// Most secrets of one hook.
const SECRETS_MAX: usize = 8;
/// Longest instructions, in bytes.
const INSTRUCTIONS_BYTES_MAX: usize = 16 * 1024;

/// What a hook's body looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Anything; templates make a message of it.
    #[default]
    Mapped,
    /// `{"text", "agent", "session"}`: the sender says itself what the agent gets.
    Agent,
    /// `{"text", "mode"}`: a word to the agent in a conversation it has already.
    Wake,
}

impl Kind {
    /// The name in the settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mapped => "mapped",
            Self::Agent => "agent",
            Self::Wake => "wake",
        }
    }
}

/// What tells one delivery from the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dedupe {
    /// Its id.
    #[default]
    Id,
    /// What it says: the same content runs once, whatever id it has.
    Content,
}

/// A hook, ready to take deliveries.
#[derive(Debug)]
pub struct Hook {
    /// Its name, and the last part of its address.
    pub name: String,
    /// What its body looks like.
    pub kind: Kind,
    /// How its sender proves who it is.
    pub verifier: Verifier,
    /// What is wanted of it.
    pub filter: Filter,
    /// The message; all of the body when left out.
    pub text: Option<Template>,
    /// What the agent is told about these deliveries.
    pub instructions: Option<String>,
    /// The conversation that remembers; each run stands alone when left out.
    pub session: Option<Template>,
    /// The agent, where the deliveries decide; the hook's first one when left out.
    pub agent: Option<Template>,
    /// Where the delivery's id stands, instead of where the scheme has it.
    pub id: Option<Path>,
    /// Where the kind of event stands, instead of where the scheme has it.
    pub event: Option<Path>,
    /// What tells deliveries apart.
    pub dedupe: Dedupe,
    /// Longest wait of a sender for the result, in seconds; 0 for none.
    pub wait_s_max: u64,
    /// Deliveries a minute.
    pub per_minute: u32,
    /// Conversations of others that the configuration opens to it.
    pub sessions: Vec<String>,
}

/// A hook's table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    verify: Option<Scheme>,
    header: Option<String>,
    secrets: Option<Vec<String>>,
    #[serde(default = "default_tolerance")]
    tolerance_s: u64,
    kind: Option<Kind>,
    #[serde(default)]
    on: Vec<String>,
    #[serde(default)]
    when: Map<String, Value>,
    #[serde(default)]
    unless: Map<String, Value>,
    text: Option<String>,
    instructions: Option<String>,
    session: Option<String>,
    agent: Option<String>,
    id: Option<String>,
    event: Option<String>,
    #[serde(default)]
    dedupe: Dedupe,
    #[serde(default = "default_wait")]
    wait_s_max: u64,
    #[serde(default = "default_rate")]
    per_minute: u32,
    #[serde(default)]
    sessions: Vec<String>,
}

/// The replay window that the platforms themselves recommend.
fn default_tolerance() -> u64 {
    300
}

fn default_wait() -> u64 {
    60
}

fn default_rate() -> u32 {
    120
}

impl Hook {
    /// Reads a hook from its table, with its secrets by their names.
    ///
    /// # Errors
    /// What is wrong, with what would be right.
    pub fn read(
        name: &str,
        table: Value,
        credentials: &BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let table: Table =
            serde_path_to_error::deserialize(table).map_err(|error| error.to_string())?;
        check_name(name)?;
        table.check_bounds()?;
        let kind = table.kind.unwrap_or(match name {
            "agent" => Kind::Agent,
            "wake" => Kind::Wake,
            _ => Kind::Mapped,
        });
        table.check_kind(kind)?;
        let verifier = table.verifier(name, credentials)?;
        let template = |key: &str, text: &Option<String>| {
            let parsed = text.as_deref().map(Template::parse).transpose();
            parsed.map_err(|error| format!("`{key}`: {error}"))
        };
        let path = |key: &str, text: &Option<String>| {
            let parsed = text.as_deref().map(Path::parse).transpose();
            parsed.map_err(|error| format!("`{key}`: {error}"))
        };
        Ok(Self {
            name: name.to_owned(),
            kind,
            verifier,
            text: template("text", &table.text)?,
            session: template("session", &table.session)?,
            agent: template("agent", &table.agent)?,
            id: path("id", &table.id)?,
            event: path("event", &table.event)?,
            instructions: table.instructions,
            filter: Filter::read(filter::Raw {
                on: table.on,
                when: table.when,
                unless: table.unless,
            })?,
            dedupe: table.dedupe,
            wait_s_max: table.wait_s_max,
            per_minute: table.per_minute,
            sessions: table.sessions,
        })
    }
}

impl Table {
    fn check_bounds(&self) -> Result<(), String> {
        let within = |name: &str, value: u64, (min, max): (u64, u64)| {
            let is_within = (min..=max).contains(&value);
            is_within
                .then_some(())
                .ok_or_else(|| format!("`{name}` must be between {min} and {max}, it is {value}"))
        };
        within("tolerance_s", self.tolerance_s, (1, TOLERANCE_S_MAX))?;
        within("wait_s_max", self.wait_s_max, (0, WAIT_S_MAX))?;
        within("per_minute", self.per_minute.into(), (1, PER_MINUTE_MAX.into()))?;
        let instructions = self.instructions.as_deref().unwrap_or_default().len() as u64;
        within("instructions", instructions, (0, INSTRUCTIONS_BYTES_MAX as u64))
            .map_err(|_| format!("`instructions` has at most {INSTRUCTIONS_BYTES_MAX} bytes"))
    }

    /// Where the sender says what the agent gets, templates would have nothing to do.
    fn check_kind(&self, kind: Kind) -> Result<(), String> {
        let mapped = [
            ("text", self.text.is_some()),
            ("on", !self.on.is_empty()),
            ("event", self.event.is_some()),
            ("when", !self.when.is_empty()),
            ("unless", !self.unless.is_empty()),
            ("agent", self.agent.is_some()),
            ("session", self.session.is_some() && kind == Kind::Wake),
        ];
        match mapped.iter().find(|(_, is_set)| *is_set && kind != Kind::Mapped) {
            None => Ok(()),
            Some((name, _)) => Err(format!(
                "`{name}` means nothing for a hook of kind `{}`, whose sender says itself what is \
                 wanted; leave it out, or set kind = \"mapped\"",
                kind.name()
            )),
        }
    }

    fn verifier(
        &self,
        name: &str,
        credentials: &BTreeMap<String, String>,
    ) -> Result<Verifier, String> {
        let Some(scheme) = self.verify else {
            let names: Vec<_> = Scheme::ALL.iter().map(|scheme| scheme.name()).collect();
            return Err(format!(
                "`verify` is missing: it says how the sender proves who it is, one of {}",
                names.join(", ")
            ));
        };
        let header = match (&self.header, scheme) {
            (Some(text), Scheme::Header) => Some(token_header(text)?),
            (None, Scheme::Header) => {
                return Err(
                    "`header` is missing: the name of the header with the secret, such as \
                            X-Gitlab-Token"
                        .to_owned(),
                );
            }
            (Some(_), _) => {
                return Err(format!(
                    "`header` means nothing with verify = \"{}\"; it belongs to \"header\"",
                    scheme.name()
                ));
            }
            (None, _) => None,
        };
        let own = vec![name.to_owned()];
        let names = self.secrets.as_ref().unwrap_or(&own);
        if names.is_empty() || names.len() > SECRETS_MAX {
            return Err(format!("`secrets` names between 1 and {SECRETS_MAX} credentials"));
        }
        let read = |secret: &String| {
            let text = credentials.get(secret).ok_or_else(|| {
                format!(
                    "there is no credential `{secret}`; write it into the adapter's table of \
                     credentials: {secret} = \"credential:NAME\""
                )
            })?;
            let secret_error = |error| format!("the credential `{secret}` cannot be used: {error}");
            Secret::read(scheme, text).map_err(secret_error)
        };
        let secrets = names.iter().map(read).collect::<Result<_, String>>()?;
        Ok(Verifier { scheme, header, secrets, tolerance_s: self.tolerance_s })
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let is_plain = (1..=NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    is_plain
        .then_some(())
        .ok_or_else(|| format!("a hook's name has up to {NAME_BYTES_MAX} letters, digits, - and _"))
}

fn token_header(text: &str) -> Result<HeaderName, String> {
    let name: HeaderName = text.parse().map_err(|_| format!("`{text}` is no name of a header"))?;
    // They mean something else to whatever stands in between.
    let taken = [header::HOST, header::CONTENT_TYPE, header::CONTENT_LENGTH, header::COOKIE];
    match taken.contains(&name) {
        true => Err(format!("`{text}` cannot hold a secret; take a header of its own")),
        false => Ok(name),
    }
}
