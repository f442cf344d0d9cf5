//! How a child stands, for people and programs.

use nexus_domain::Timestamp;
use nexus_protocol::adapter::AdapterFacts;
pub use nexus_protocol::adapters::AdapterState as State;

/// How a child stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// Its state.
    pub state: State,
    /// Why it is in this state, in a sentence; empty when there is nothing to say.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// What it said about itself, while it is running.
    pub facts: Option<AdapterFacts>,
    /// Its process, while there is one.
    pub pid: Option<u32>,
    /// How often it ended soon after its start, without a good run in between.
    pub n_quick_exits: u32,
    /// When it will be started again, while it is backing off.
    pub retry_at: Option<Timestamp>,
    /// How it ended last; kept through later runs.
    pub last_exit: Option<Exit>,
}

/// How a child ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// When.
    pub at: Timestamp,
    /// Why, in a sentence, such as `exited with code 3`.
    pub reason: String,
    /// The last lines it wrote to stderr.
    pub stderr: Vec<String>,
}
