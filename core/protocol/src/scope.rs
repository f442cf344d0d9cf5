//! Scopes: what a connection may ask for at most.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One permission of the control plane. Every method names exactly one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Scope {
    /// See that the daemon lives and how it stands.
    #[serde(rename = "runtime.read")]
    RuntimeRead,
    /// Reload and stop the daemon.
    #[serde(rename = "runtime.admin")]
    RuntimeAdmin,
    /// See agents, models and their prices.
    #[serde(rename = "agent.read")]
    AgentRead,
    /// Make, change and remove agents.
    #[serde(rename = "agent.write")]
    AgentWrite,
    /// Read conversations and follow events.
    #[serde(rename = "session.read")]
    SessionRead,
    /// Talk to agents and stop their runs.
    #[serde(rename = "session.write")]
    SessionWrite,
    /// Send messages outward in one's own words, through any adapter.
    #[serde(rename = "message.send")]
    MessageSend,
    /// See which tools there are, and what access control says about a call.
    #[serde(rename = "tool.read")]
    ToolRead,
    /// Make tool calls in the name of an agent.
    #[serde(rename = "tool.invoke")]
    ToolInvoke,
    /// See requests and their traces.
    #[serde(rename = "request.read")]
    RequestRead,
    /// See permission requests, grants, policies and senders.
    #[serde(rename = "acl.read")]
    AclRead,
    /// Decide permission requests.
    #[serde(rename = "acl.approve")]
    AclApprove,
    /// Make grants and take them back, and say who a sender is.
    #[serde(rename = "acl.admin")]
    AclAdmin,
    /// See the configuration.
    #[serde(rename = "config.read")]
    ConfigRead,
    /// Change the configuration.
    #[serde(rename = "config.write")]
    ConfigWrite,
    /// See which credentials there are, without values.
    #[serde(rename = "credential.read")]
    CredentialRead,
    /// Add, verify, move and remove credentials; unlock the vault.
    #[serde(rename = "credential.write")]
    CredentialWrite,
    /// See the value of a credential.
    #[serde(rename = "credential.reveal")]
    CredentialReveal,
    /// See who may come in: keys, devices, whether there is a password; never a value.
    #[serde(rename = "access.read")]
    AccessRead,
    /// Let others in: issue keys, pair devices, set the password; and shut them out again.
    #[serde(rename = "access.admin")]
    AccessAdmin,
}

impl Scope {
    /// All scopes, in order.
    pub const ALL: [Self; 20] = [
        Self::RuntimeRead,
        Self::RuntimeAdmin,
        Self::AgentRead,
        Self::AgentWrite,
        Self::SessionRead,
        Self::SessionWrite,
        Self::MessageSend,
        Self::ToolRead,
        Self::ToolInvoke,
        Self::RequestRead,
        Self::AclRead,
        Self::AclApprove,
        Self::AclAdmin,
        Self::ConfigRead,
        Self::ConfigWrite,
        Self::CredentialRead,
        Self::CredentialWrite,
        Self::CredentialReveal,
        Self::AccessRead,
        Self::AccessAdmin,
    ];

    /// The scope of a name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    /// The name on the wire, such as `session.write`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RuntimeRead => "runtime.read",
            Self::RuntimeAdmin => "runtime.admin",
            Self::AgentRead => "agent.read",
            Self::AgentWrite => "agent.write",
            Self::SessionRead => "session.read",
            Self::SessionWrite => "session.write",
            Self::MessageSend => "message.send",
            Self::ToolRead => "tool.read",
            Self::ToolInvoke => "tool.invoke",
            Self::RequestRead => "request.read",
            Self::AclRead => "acl.read",
            Self::AclApprove => "acl.approve",
            Self::AclAdmin => "acl.admin",
            Self::ConfigRead => "config.read",
            Self::ConfigWrite => "config.write",
            Self::CredentialRead => "credential.read",
            Self::CredentialWrite => "credential.write",
            Self::CredentialReveal => "credential.reveal",
            Self::AccessRead => "access.read",
            Self::AccessAdmin => "access.admin",
        }
    }
}
