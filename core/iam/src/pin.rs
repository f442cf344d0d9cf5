//! Pinned constraints: what a person rules out or wants to be asked about, in plain words, as
//! policies. Nothing goes past them: a `never` is a forbid, an `ask_before` a guard.
//!
//! A rule is `[verb] [object]`: `delete`, `http_fetch`, `~/contracts/`, `write notes/`,
//! `example.org`, `telegram:42`. Where it is not certain what is meant, or what a program will do,
//! the rule holds.

use std::fmt;

use nexus_domain::id::AgentId;

use crate::place::{ANYWHERE, folders, plain_place};
use crate::rules::PolicySource;
use crate::touch::{has_parent_part, plain_host};

/// Longest rule, in bytes.
const RULE_BYTES_MAX: usize = 1024;

/// What an agent does, in a person's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleVerb {
    /// Looks into files.
    Read,
    /// Makes, changes or removes files.
    Write,
    /// Removes files.
    Delete,
    /// Runs programs.
    Exec,
    /// Reaches other machines.
    Network,
    /// Says something to somebody else than the owner.
    Send,
}

impl RuleVerb {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Read, Self::Write, Self::Delete, Self::Exec, Self::Network, Self::Send];

    /// The word in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Exec => "exec",
            Self::Network => "network",
            Self::Send => "send",
        }
    }

    fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.name() == name)
    }
}

/// What a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Everything that a verb does.
    Verb(RuleVerb),
    /// One tool.
    Tool(String),
    /// A file, or a folder with everything beneath it: read, written and deleted, or one of these.
    Path(Option<RuleVerb>, String),
    /// A machine with every name beneath its own, in lower case.
    Host(String),
    /// A conversation.
    Recipient {
        /// The channel.
        channel: String,
        /// The conversation on it.
        to: String,
    },
    /// A name that could be a host or a file; it is both.
    HostOrPath(String),
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// What is wrong with it and what would be right.
    pub fn parse(text: &str, tools: &[&str]) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("an empty rule says nothing; leave it out".to_owned());
        }
        if text.len() > RULE_BYTES_MAX || text.chars().any(char::is_control) {
            return Err(format!(
                "a rule has one line and at most {RULE_BYTES_MAX} bytes; this is none"
            ));
        }
        if let Some(verb) = RuleVerb::by_name(text) {
            // The tool `exec` is the verb: a second tool may run programs one day.
            return Ok(Self::Verb(verb));
        }
        if tools.contains(&text) {
            return Ok(Self::Tool(text.to_owned()));
        }
        match text.split_once(char::is_whitespace) {
            Some((word, object)) if RuleVerb::by_name(word).is_some() => {
                let verb = RuleVerb::by_name(word).unwrap_or(RuleVerb::Read);
                Self::of(verb, object.trim())
            }
            _ => Self::object(text),
        }
    }

    fn of(verb: RuleVerb, object: &str) -> Result<Self, String> {
        match verb {
            RuleVerb::Read | RuleVerb::Write | RuleVerb::Delete => {
                check_path(object)?;
                Ok(Self::Path(Some(verb), object.to_owned()))
            }
            RuleVerb::Network => host(object).map(Self::Host),
            RuleVerb::Send => recipient(object).unwrap_or_else(|| {
                Err(format!("`{object}` is no conversation; write it as channel:name"))
            }),
            RuleVerb::Exec => Err(format!(
                "single programs cannot be named, because a program can run others; `exec` means \
                 every program, not only `{object}`"
            )),
        }
    }

    fn object(text: &str) -> Result<Self, String> {
        let is_path = text.contains(['/', '\\']) || text.starts_with(['~', '.']);
        if is_path && !text.contains("://") {
            check_path(text)?;
            return Ok(Self::Path(None, text.to_owned()));
        }
        if let Some(recipient) = recipient(text) {
            return recipient;
        }
        if text.contains('.') && !text.contains(char::is_whitespace) {
            return match host(text) {
                Ok(name) if name == text => Ok(Self::HostOrPath(name)),
                other => other.map(Self::Host),
            };
        }
        Err(format!(
            "`{text}` is neither a verb ({}), nor a tool, a path like notes/ or ~/contracts/, a \
             host like example.org, or a conversation like telegram:42",
            RuleVerb::ALL.map(RuleVerb::name).join(", ")
        ))
    }

    /// The path as it was written, if the rule is about one.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Path(_, path) | Self::HostOrPath(path) => Some(path),
            Self::Verb(_) | Self::Tool(_) | Self::Host(_) | Self::Recipient { .. } => None,
        }
    }
}

fn check_path(path: &str) -> Result<(), String> {
    if path.is_empty() {
        return Err("the path is empty".to_owned());
    }
    if has_parent_part(path) {
        return Err(format!("the path `{path}` has a `..` in it; write where it leads to"));
    }
    if path.contains(['*', '?']) {
        return Err(format!(
            "the path `{path}` is no pattern; a folder stands for everything beneath it"
        ));
    }
    if path.starts_with('~') && path != "~" && !path.starts_with("~/") {
        return Err(format!("`{path}` names another person's home; write it from `/`"));
    }
    Ok(())
}

fn host(text: &str) -> Result<String, String> {
    let wrong = |why: &str| Err(format!("`{text}` is no host name: {why}"));
    if text.contains("://") || text.contains('/') {
        return wrong("write it alone, like example.org");
    }
    if text.contains(':') && !text.contains("::") {
        return wrong("a port cannot be named, the rule holds for all of them");
    }
    if text.contains(['*', '@', ' ']) {
        return wrong("every name beneath it is meant anyway");
    }
    if !text.is_ascii() {
        return wrong("write it as the network does, like xn--bcher-kva.example");
    }
    let name = plain_host(text.trim_matches(['[', ']']));
    if name.is_empty() { wrong("there is nothing left of it") } else { Ok(name) }
}

/// `None` for what is not written like a conversation at all.
fn recipient(text: &str) -> Option<Result<Rule, String>> {
    let (channel, to) = text.split_once(':')?;
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if channel.is_empty() || !channel.chars().all(is_name) || to.starts_with("//") {
        return None;
    }
    if to.is_empty() {
        return Some(Err(format!("`{text}` names no conversation; write it as channel:name")));
    }
    Some(Ok(Rule::Recipient { channel: channel.to_owned(), to: to.to_owned() }))
}

/// Whether a rule forbids or asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinKind {
    /// No, whatever permits it.
    Never,
    /// Not without asking, each time.
    AskBefore,
}

impl PinKind {
    /// The word in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::AskBefore => "ask_before",
        }
    }
}

/// A rule with where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The setting, such as `constraints.never`.
    pub setting: String,
    /// Its place in the setting's list, counted from 1.
    pub n: usize,
    /// As the person wrote it.
    pub text: String,
    /// What it says.
    pub kind: PinKind,
    /// What it is about.
    pub rule: Rule,
    /// The agent it holds for, with all that work for it; every agent when left out.
    pub agent: Option<AgentId>,
    /// Where it stands: a file name.
    pub source: String,
    /// On which line, counted from 1.
    pub line: Option<usize>,
}

/// Where a rule's path leads, worked out by whoever knows the file system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinnedPlaces {
    /// The place as tools may name it: relative to a workspace, and absolute.
    pub names: Vec<String>,
    /// Whether the sandbox keeps the place out of sight of fully confined programs.
    pub is_hidden: bool,
}

impl Pin {
    /// The id of its policy.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}.{}", self.setting, self.n)
    }

    /// Its policies. `places` is where its path leads, if it has one.
    #[must_use]
    pub fn policies(&self, places: &PinnedPlaces) -> PolicySource {
        let text: String = self.clauses(places).into_iter().map(|one| self.policy(&one)).collect();
        PolicySource { name: self.source.clone(), text, line: Some(self.line.unwrap_or(1)) }
    }

    fn clauses(&self, places: &PinnedPlaces) -> Vec<Clause> {
        let mut clauses = Vec::new();
        let mut tool = |when: String| clauses.push(Clause::new("use_tool", when));
        match &self.rule {
            Rule::Verb(verb) => tool(doing(*verb)),
            Rule::Tool(name) => tool(format!("resource == Tool::{name:?}")),
            Rule::Path(verb, _) => tool(touching(*verb, places)),
            Rule::Host(host) => tool(reaching(host)),
            Rule::HostOrPath(name) => {
                tool(format!("{} || {}", reaching(name), touching(None, places)));
            }
            Rule::Recipient { channel, to } => {
                let name = format!("{channel}:{to}");
                tool(format!("context.recipients.contains({name:?})"));
                let when = format!("resource.name == {channel:?} && context.target == {to:?}");
                clauses.push(Clause::new("deliver", when));
            }
        }
        if self.rule == Rule::Verb(RuleVerb::Send) {
            clauses.push(Clause::new("deliver", TO_OTHERS.to_owned()));
        }
        clauses.extend(self.programs(places));
        clauses
    }

    /// What holds for programs, which do not say what they will do.
    fn programs(&self, places: &PinnedPlaces) -> Option<Clause> {
        const RUNS: &str = "resource.effect == \"execute\"";
        let unconfined = || format!("{RUNS} && context.posture != \"full\"");
        let (when, why) = match &self.rule {
            Rule::Verb(verb @ (RuleVerb::Read | RuleVerb::Write | RuleVerb::Delete)) => {
                (RUNS.to_owned(), format!("a program can {} as well", verb.name()))
            }
            Rule::Path(..) | Rule::HostOrPath(_) if !places.is_hidden => {
                (RUNS.to_owned(), "a program could reach it".to_owned())
            }
            Rule::Path(..) | Rule::HostOrPath(_) | Rule::Host(_) => {
                (unconfined(), "a program that is not fully confined could reach it".to_owned())
            }
            Rule::Verb(RuleVerb::Network) => {
                (unconfined(), "a program that is not fully confined can do that".to_owned())
            }
            Rule::Verb(RuleVerb::Exec | RuleVerb::Send)
            | Rule::Tool(_)
            | Rule::Recipient { .. } => {
                return None;
            }
        };
        Some(Clause { why: Some(why), suffix: ".programs", ..Clause::new("use_tool", when) })
    }

    fn policy(&self, clause: &Clause) -> String {
        let principal = match &self.agent {
            Some(agent) => format!("principal == Agent::{:?}", agent.as_str()),
            None => "principal is Agent".to_owned(),
        };
        let id = format!("{}{}", self.id(), clause.suffix);
        let why = clause.why.as_ref().map(|why| format!("; {why}")).unwrap_or_default();
        let (says, ask) = match self.kind {
            PinKind::Never => ("forbids it", ""),
            PinKind::AskBefore => ("asks you each time", "@ask(\"owner\")\n"),
        };
        let reason = format!("your setting {} (`{}`) {says}{why}", self.setting, self.text);
        format!(
            "@id({id:?})\n@reason({reason:?})\n{ask}\
             forbid ({principal}, action == Action::{:?}, resource)\nwhen {{ {} }};\n",
            clause.action, clause.when
        )
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.setting, self.text)
    }
}

/// One policy of a rule.
struct Clause {
    action: &'static str,
    when: String,
    why: Option<String>,
    suffix: &'static str,
}

impl Clause {
    fn new(action: &'static str, when: String) -> Self {
        let suffix = if action == "deliver" { ".replies" } else { "" };
        Self { action, when, why: None, suffix }
    }
}

/// What an agent says goes to somebody else than the owner.
const TO_OTHERS: &str = "context.invoker != \"owner\" || \
                         (context has session_key && context.session_key like \"group:*\")";

fn doing(verb: RuleVerb) -> String {
    match verb {
        RuleVerb::Read => "resource.effect == \"read\" || !context.reads.isEmpty()",
        RuleVerb::Write => {
            "resource.effect == \"write\" || !context.writes.isEmpty() || \
             !context.deletes.isEmpty()"
        }
        RuleVerb::Delete => "!context.deletes.isEmpty()",
        RuleVerb::Exec => "resource.effect == \"execute\" || !context.programs.isEmpty()",
        RuleVerb::Network => "resource.effect == \"network\" || !context.hosts.isEmpty()",
        RuleVerb::Send => "!context.recipients.isEmpty()",
    }
    .to_owned()
}

fn reaching(host: &str) -> String {
    format!("context.hosts_in.contains({host:?})")
}

/// What lies in the place, and what holds the place.
fn touching(verb: Option<RuleVerb>, places: &PinnedPlaces) -> String {
    let names: Vec<_> = places.names.iter().map(|name| plain_place(name)).collect();
    let accesses: &[&str] = match verb {
        Some(RuleVerb::Read) => &["read:"],
        Some(RuleVerb::Write) => &["write:", "delete:"],
        Some(RuleVerb::Delete) => &["delete:"],
        Some(RuleVerb::Exec | RuleVerb::Network | RuleVerb::Send) | None => &[""],
    };
    let list = |names: &mut dyn Iterator<Item = &str>| {
        let mut all: Vec<_> = names
            .flat_map(|name| accesses.iter().map(move |access| format!("{access}{name}")))
            .map(|name| format!("{name:?}"))
            .collect();
        all.sort();
        all.dedup();
        all.join(", ")
    };
    let inside = list(&mut names.iter().map(String::as_str).chain([ANYWHERE]));
    let above = list(&mut names.iter().flat_map(|name| folders(name)));
    format!(
        "context.places.containsAny([{inside}]) || \
         (!context.trees.isEmpty() && context.trees.containsAny([{above}]))"
    )
}

#[cfg(test)]
mod tests;
