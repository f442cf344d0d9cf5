//! Agents that were made while the daemon ran, beside those of the configuration.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{AgentId, SessionKey};
use crate::principal::{CHAIN_LEN_MAX, Principal};
use crate::time::Timestamp;

/// Most agents in a line, from the one at the top to the last one beneath it: what a chain of
/// delegation can hold besides its invoker.
pub const LINE_LEN_MAX: usize = CHAIN_LEN_MAX - 1;
/// Longest system prompt of a made agent, in bytes; as long as a file of a configured one may be.
pub const SYSTEM_PROMPT_BYTES_MAX: usize = 16 * 1024;
/// Most folders and files that a made agent is given to write.
pub const WRITE_PATHS_MAX: usize = 64;
/// Most tools that are taken from a made agent.
pub const DISABLED_TOOLS_MAX: usize = 64;

/// A made agent as it was asked for. What it may do at most follows from this and from every
/// agent above it, each time anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MadeAgent {
    /// Its name.
    pub id: AgentId,
    /// The agent above it.
    pub parent: Option<AgentId>,
    /// How far it may go, by the name of its preset.
    pub preset: String,
    /// The folder it works in, absolute; without one it works where its parent does, or, without
    /// a parent, in a folder of its own.
    pub cwd: Option<String>,
    /// Its folder as seen from that of its parent: `.` for the same one.
    pub base: Option<String>,
    /// What it may write, relative to its folder.
    pub write_paths: Vec<String>,
    /// Tools it does not have.
    pub disabled_tools: Vec<String>,
    /// Its model, as `provider/model`; that of its parent when left out.
    pub model: Option<String>,
    /// What it is told to be.
    pub system_prompt: Option<String>,
    /// For whom it works: whoever had it made.
    pub creator: Principal,
    /// The conversation whose agent made it: what that one was exposed to, this one is, too.
    pub origin: Option<SessionKey>,
    /// Its own conversation.
    pub session_key: SessionKey,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl MadeAgent {
    /// Whether it ends with the daemon: a name that begins with a dot says so.
    #[must_use]
    pub fn is_temp(&self) -> bool {
        self.id.is_temp()
    }
}
