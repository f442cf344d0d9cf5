//! Agents that an orchestrator told to shut down, and that nobody has spoken to since.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use nexus_domain::id::AgentId;
use nexus_domain::time::Timestamp;

use super::Book;

/// How far an agent's own conversation had come: its messages, and when something last happened.
type Mark = (u64, Option<Timestamp>);

/// The agents that rest. Kept for as long as the daemon runs: what it says of an agent is a wish
/// of an orchestrator, who is gone with the daemon.
#[derive(Default)]
pub struct Rests(Mutex<HashMap<AgentId, Mark>>);

impl Rests {
    /// Notes that an agent was told to shut down, with how far it had come.
    pub fn note(&self, book: &Book, agent: AgentId, mark: Mark) {
        let mut rests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One entry per agent there is, and no more.
        rests.retain(|agent, _| book.get(agent).is_some());
        rests.insert(agent, mark);
    }

    /// Whether an agent was told so and nothing has happened in its conversation since.
    #[must_use]
    pub fn holds(&self, agent: &AgentId, mark: Mark) -> bool {
        let rests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rests.get(agent).is_some_and(|noted| *noted == mark)
    }
}
