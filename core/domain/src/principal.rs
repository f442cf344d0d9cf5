//! Who acts.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::id::{AgentId, JobId};

/// The authenticated who. An agent never stands alone: it acts for the principals before it in a
/// [`Chain`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Principal {
    /// The person this installation belongs to.
    Owner,
    /// A person the owner knows, by entity id.
    Known(String),
    /// A sender nobody has vouched for, as `channel:identifier`.
    Unknown(String),
    /// An agent, by name.
    Agent(AgentId),
    /// An adapter account, as `adapter/account`.
    Adapter(String),
    /// A key issued to a program.
    ApiKey(String),
    /// A job of the daemon itself.
    Job(String),
    /// A device that was paired, by its id.
    Device(String),
    /// An automation that a person configured, by name.
    Hook(String),
    /// The daemon itself, for what it does in nobody's course.
    System,
}

impl Principal {
    /// Reads the form that `Display` writes, such as `owner` or `agent:main`.
    ///
    /// # Errors
    /// `Invalid`, with the forms there are.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        match text {
            "owner" => return Ok(Self::Owner),
            "system" => return Ok(Self::System),
            _ => {}
        }
        let wrong = || {
            Failure::invalid(format!("`{}` names nobody", text.escape_debug())).hint(
                "write owner, system, or one of person:, unknown:, agent:, adapter:, api_key:, \
                 job:, device:, hook: with an id, such as agent:main",
            )
        };
        let (kind, id) = text.split_once(':').filter(|(_, id)| !id.is_empty()).ok_or_else(wrong)?;
        let id = id.to_owned();
        Ok(match kind {
            "person" => Self::Known(id),
            "unknown" => Self::Unknown(id),
            "agent" => Self::Agent(AgentId::parse(&id)?),
            "adapter" => Self::Adapter(id),
            "api_key" => Self::ApiKey(id),
            "job" => Self::Job(id),
            "device" => Self::Device(id),
            "hook" => Self::Hook(id),
            _ => return Err(wrong()),
        })
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner => f.write_str("owner"),
            Self::Known(id) => write!(f, "person:{id}"),
            Self::Unknown(id) => write!(f, "unknown:{id}"),
            Self::Agent(id) => write!(f, "agent:{id}"),
            Self::Adapter(id) => write!(f, "adapter:{id}"),
            Self::ApiKey(id) => write!(f, "api_key:{id}"),
            Self::Job(id) => write!(f, "job:{id}"),
            Self::Device(id) => write!(f, "device:{id}"),
            Self::Hook(id) => write!(f, "hook:{id}"),
            Self::System => f.write_str("system"),
        }
    }
}

/// Deepest chain of delegation: an invoker and five agents. A job in between does not count.
pub const CHAIN_LEN_MAX: usize = 6;

/// Who acts for whom: the invoker first, then the scheduled job that began it, if one did, then the
/// agents in order of delegation. A verdict is the intersection over the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Chain(Vec<Principal>);

impl Chain {
    /// A principal acting for itself.
    #[must_use]
    pub fn of(invoker: Principal) -> Self {
        Self(vec![invoker])
    }

    /// The same chain with one agent more at its end.
    #[must_use]
    pub fn through(&self, agent: AgentId) -> Self {
        let mut links = self.0.clone();
        links.push(Principal::Agent(agent));
        Self(links)
    }

    /// The same chain with a scheduled job at its end, through which its maker acts.
    #[must_use]
    pub fn by_job(&self, job: &JobId) -> Self {
        let mut links = self.0.clone();
        links.push(Principal::Job(job.to_string()));
        Self(links)
    }

    /// The scheduled job through which the invoker acts.
    #[must_use]
    pub fn job(&self) -> Option<JobId> {
        match self.0.get(1) {
            Some(Principal::Job(id)) => JobId::parse(id).ok(),
            _ => None,
        }
    }

    /// The links, invoker first.
    #[must_use]
    pub fn links(&self) -> &[Principal] {
        &self.0
    }

    /// The one on whose behalf everything happens; `None` only for a chain read from bad data.
    #[must_use]
    pub fn invoker(&self) -> Option<&Principal> {
        self.0.first()
    }

    /// The one that acts; `None` only for a chain read from bad data.
    #[must_use]
    pub fn actor(&self) -> Option<&Principal> {
        self.0.last()
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, link) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str(" > ")?;
            }
            link.fmt(f)?;
        }
        Ok(())
    }
}
