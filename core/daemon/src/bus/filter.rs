//! Which events a subscriber wants.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use nexus_domain::Failure;
use nexus_domain::event::{Event, Transient};
use nexus_domain::id::{AgentId, SessionKey};
use nexus_ledger::Committed;
use nexus_protocol::Scope;
use nexus_protocol::event::scope_of;

use super::Passing;
use crate::suggest;

/// Most entries in a list of event types.
pub const FILTER_TYPES_MAX: usize = 64;

/// Most sessions that are followed by name; further ones are not.
const SESSIONS_MAX: usize = 256;

/// Sessions that are followed by name; may grow and shrink while they are.
#[derive(Clone, Debug, Default)]
pub struct Sessions(Arc<RwLock<HashSet<SessionKey>>>);

impl Sessions {
    /// Follows one more.
    pub fn add(&self, key: SessionKey) {
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if keys.len() < SESSIONS_MAX {
            keys.insert(key);
        }
    }

    /// Follows one less.
    pub fn remove(&self, key: &SessionKey) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    fn contains(&self, key: &SessionKey) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(key)
    }
}

/// Which events a subscriber wants.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Recorded types; all when `None`.
    recorded: Option<Vec<&'static str>>,
    /// Types of streaming text; all when `None`.
    transient: Option<Vec<&'static str>>,
    session_key: Option<SessionKey>,
    /// Only the streaming text of these; of all when `None`.
    streaming: Option<Sessions>,
    /// Only what happens in these; everything when `None`.
    sessions: Option<Sessions>,
    /// Only what happens in sessions of these agents; everything when `None`.
    agents: Option<Vec<AgentId>>,
    wants_transient: bool,
}

impl Filter {
    /// Every recorded event, no streaming text.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Recorded events of the types named; `session.*` stands for all that begin so, an empty
    /// list for everything.
    ///
    /// # Errors
    /// `Invalid` for a name or pattern that no event of this daemon matches: silence would look
    /// like "nothing happens".
    pub fn of_types(types: &[impl AsRef<str>]) -> Result<Self, Failure> {
        if types.len() > FILTER_TYPES_MAX {
            return Err(Failure::invalid(format!(
                "{} event types were named; at most {FILTER_TYPES_MAX} are taken",
                types.len()
            ))
            .hint("leave `types` out to get every event"));
        }
        if types.is_empty() || types.iter().any(|glob| glob.as_ref() == "*") {
            return Ok(Self::default());
        }
        let mut recorded = Vec::new();
        let mut transient = Vec::new();
        for glob in types {
            let glob = glob.as_ref();
            let n_before = recorded.len() + transient.len();
            recorded.extend(matching(glob, Event::TYPE_NAMES));
            transient.extend(matching(glob, Transient::TYPE_NAMES));
            if recorded.len() + transient.len() == n_before {
                return Err(unknown(glob));
            }
        }
        let transient = (!transient.is_empty()).then_some(transient);
        Ok(Self { recorded: Some(recorded), transient, ..Self::default() })
    }

    /// Streaming text as well, of one session or of all. The types named when the filter was made
    /// narrow it only if some of them are types of streaming text.
    #[must_use]
    pub fn with_transient(mut self, session_key: Option<SessionKey>) -> Self {
        self.wants_transient = true;
        self.session_key = session_key;
        self
    }

    /// Streaming text of some sessions.
    #[must_use]
    pub fn with_transient_of(mut self, sessions: Sessions) -> Self {
        self.wants_transient = true;
        self.streaming = Some(sessions);
        self
    }

    /// Only what happens in some sessions, with their streaming text.
    #[must_use]
    pub fn of_sessions(sessions: Sessions) -> Self {
        let filter = Self { sessions: Some(sessions.clone()), ..Self::default() };
        filter.with_transient_of(sessions)
    }

    /// Only what may be seen with these scopes.
    #[must_use]
    pub fn seen_with(mut self, scopes: &[Scope]) -> Self {
        let is_seen =
            |kind: &&'static str| scope_of(kind).is_some_and(|scope| scopes.contains(&scope));
        narrow(&mut self.recorded, Event::TYPE_NAMES, is_seen);
        narrow(&mut self.transient, Transient::TYPE_NAMES, is_seen);
        self.wants_transient &= self.transient.as_ref().is_none_or(|kinds| !kinds.is_empty());
        self
    }

    /// Only what is recorded of the sessions of some agents. Whose a session was is looked up where
    /// an event is handed out; streaming text has no place in time to look it up for.
    #[must_use]
    pub fn of_agents(mut self, agents: Option<Vec<AgentId>>) -> Self {
        self.wants_transient &= agents.is_none();
        self.agents = agents;
        self
    }

    pub(super) fn agents(&self) -> Option<&[AgentId]> {
        self.agents.as_deref()
    }

    pub(super) fn wants_transient(&self) -> bool {
        self.wants_transient
    }

    pub(super) fn wants_recorded(&self, event: &Committed) -> bool {
        let is_here = self.sessions.as_ref().is_none_or(|sessions| {
            event.session_key.as_ref().is_some_and(|key| sessions.contains(key))
        });
        let is_here = is_here && (self.agents.is_none() || event.session_key.is_some());
        is_here && self.wants_kind(event.kind.as_ref())
    }

    fn wants_kind(&self, kind: &str) -> bool {
        self.recorded.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }

    pub(super) fn wants_session(&self, session_key: &SessionKey) -> bool {
        self.session_key.as_ref().is_none_or(|wanted| wanted == session_key)
            && self.streaming.as_ref().is_none_or(|sessions| sessions.contains(session_key))
    }

    pub(super) fn wants_passing(&self, passing: &Passing) -> bool {
        self.wants_transient
            && self.wants_session(&passing.session_key)
            && self.transient.as_ref().is_none_or(|kinds| kinds.contains(&passing.kind))
    }
}

/// Keeps what is seen of a list in which nothing stands for everything.
fn narrow(
    kinds: &mut Option<Vec<&'static str>>,
    all: &[&'static str],
    is_seen: impl Fn(&&'static str) -> bool,
) {
    let wanted = kinds.take().unwrap_or_else(|| all.to_vec());
    let seen: Vec<_> = wanted.into_iter().filter(is_seen).collect();
    *kinds = (seen.len() < all.len()).then_some(seen);
}

fn matching(glob: &str, names: &[&'static str]) -> Vec<&'static str> {
    let is_match = |name: &&&'static str| match glob.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => **name == glob,
    };
    names.iter().filter(is_match).copied().collect()
}

fn unknown(glob: &str) -> Failure {
    let names = || Event::TYPE_NAMES.iter().chain(Transient::TYPE_NAMES).copied();
    let shown: String = glob.chars().take(80).collect();
    let failure = Failure::invalid(format!("no event has the type `{}`", shown.escape_debug()));
    match suggest::closest(&shown, names()) {
        Some(name) => failure.hint(format!("did you mean `{name}`?")),
        None => {
            failure.hint("use a type such as `turn.completed`, or a beginning such as `turn.*`")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_all_that_begin_so() {
        let filter = Filter::of_types(&["turn.*", "system.started"]).unwrap();
        assert!(filter.wants_kind("turn.created"));
        assert!(filter.wants_kind("system.started"));
        assert!(!filter.wants_kind("system.stopping"));
        assert!(Filter::of_types(&[] as &[&str]).unwrap().wants_kind("acl.decision"));
        assert!(Filter::of_types(&["*"]).unwrap().wants_kind("acl.decision"));
    }

    #[test]
    fn a_scope_shows_what_it_is_for_and_nothing_else() {
        let filter = Filter::all().with_transient(None);
        let reader = filter.clone().seen_with(&[Scope::SessionRead]);
        assert!(reader.wants_kind("turn.created") && reader.wants_transient());
        assert!(!reader.wants_kind("acl.decision") && !reader.wants_kind("system.started"));
        let judge = filter.clone().seen_with(&[Scope::AclRead]);
        assert!(judge.wants_kind("acl.decision") && !judge.wants_kind("turn.created"));
        assert!(!judge.wants_transient());
        assert!(!filter.clone().seen_with(&[]).wants_kind("turn.created"));
        assert!(filter.seen_with(&Scope::ALL).wants_kind("turn.created"));
        let named = Filter::of_types(&["acl.*", "turn.*"]).unwrap();
        let named = named.seen_with(&[Scope::SessionRead]);
        assert!(named.wants_kind("turn.created") && !named.wants_kind("message.recorded"));
    }

    #[test]
    fn a_type_that_does_not_exist_is_refused_with_a_suggestion() {
        let failure = Filter::of_types(&["turn.complete"]).unwrap_err();
        assert_eq!(failure.hint.as_deref(), Some("did you mean `turn.completed`?"));
        assert!(Filter::of_types(&["sessions.*"]).is_err());
        assert!(Filter::of_types(&["turn.*"; FILTER_TYPES_MAX + 1]).is_err());
    }
}
