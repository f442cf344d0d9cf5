//! The question: who, what, under which circumstances.

use std::fmt;

use nexus_domain::agent::ToolEffect;
use nexus_domain::arrival::PeerKind;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::permission::CanonicalAction;
use nexus_domain::principal::Chain;

/// One question to the engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Who acts, and for whom.
    pub chain: Chain,
    /// What would be done.
    pub action: Action,
    /// The circumstances.
    pub facts: Facts,
}

/// What would be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Call a method of the control plane.
    Method {
        /// Wire name, such as `sessions.send`.
        name: String,
        /// The scope of its row, such as `session.write`.
        scope: String,
        /// The kind of its row: `query`, `command` or `stream`.
        kind: String,
    },
    /// Start a run of an agent, or hand in an arrival that would.
    StartRun {
        /// The agent.
        agent: AgentId,
        /// The channel the arrival came by.
        channel: String,
        /// The kind of conversation.
        peer_kind: PeerKind,
    },
    /// Use a tool.
    UseTool {
        /// Exactly what would be done.
        action: CanonicalAction,
        /// What the tool can do to the world.
        effect: ToolEffect,
    },
    /// Deliver a message.
    Deliver {
        /// The channel.
        channel: String,
        /// The conversation on it.
        target: String,
    },
    /// Decide a permission request.
    Approve {
        /// Its id.
        permission: String,
    },
}

impl Action {
    /// The verb the policies know it by, for audit rows.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Method { .. } => "call",
            Self::StartRun { .. } => "start_run",
            Self::UseTool { .. } => "use_tool",
            Self::Deliver { .. } => "deliver",
            Self::Approve { .. } => "approve",
        }
    }

    /// What it is done to, for audit rows.
    #[must_use]
    pub fn resource(&self) -> String {
        match self {
            Self::Method { name, .. } => name.clone(),
            Self::StartRun { agent, .. } => agent.to_string(),
            Self::UseTool { action, .. } => action.tool.clone(),
            Self::Deliver { channel, target } => format!("{channel}:{target}"),
            Self::Approve { permission } => permission.clone(),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method { name, scope, .. } => write!(f, "call `{name}` ({scope})"),
            Self::StartRun { agent, channel, peer_kind } => {
                write!(f, "start a run of `{agent}` ({channel}, {})", peer_kind_name(*peer_kind))
            }
            Self::UseTool { action, effect } => {
                write!(f, "use tool `{}` ({})", action.tool, effect_name(*effect))
            }
            Self::Deliver { channel, target } => write!(f, "deliver to `{target}` on {channel}"),
            Self::Approve { permission } => write!(f, "decide permission request {permission}"),
        }
    }
}

/// The circumstances a policy may look at. The daemon fills them in; nothing here comes from a
/// model or a sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The session, when there is one.
    pub session_key: Option<SessionKey>,
    /// The channel the conversation takes place on.
    pub channel: Option<String>,
    /// What the session has been exposed to: `untrusted`, `private`, `secret`.
    pub labels: Vec<String>,
    /// How far the operating system would confine the action: `full`, `partial` or `none`; left
    /// out for what needs no confinement.
    pub posture: Option<String>,
}

/// The name policies use for a tool's effect.
pub(crate) fn effect_name(effect: ToolEffect) -> &'static str {
    match effect {
        ToolEffect::Read => "read",
        ToolEffect::Write => "write",
        ToolEffect::Network => "network",
        ToolEffect::Execute => "execute",
        ToolEffect::Delegate => "delegate",
    }
}

/// The name policies use for a kind of conversation.
pub(crate) fn peer_kind_name(peer_kind: PeerKind) -> &'static str {
    match peer_kind {
        PeerKind::Dm => "dm",
        PeerKind::Group => "group",
        PeerKind::Channel => "channel",
    }
}
