//! Permission requests: decisions that wait for a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{AgentId, PermissionId, RequestId, SessionKey, TurnId};
use crate::principal::{Chain, Principal};
use crate::time::Timestamp;

/// How long a permission request stays open unless somebody decides, in milliseconds.
pub const PERMISSION_OPEN_MS: u64 = 24 * 60 * 60 * 1000;

/// What an action would touch, worked out by the tool. Policies, grants and people look at this,
/// never at arguments as the model wrote them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    /// A file or folder.
    Path {
        /// As the tool names it: relative to the workspace, absolute outside of it.
        path: String,
        /// What would be done with it.
        access: PathAccess,
        /// SHA-256 of the content the action starts from, lower-case hex; left out where the
        /// content does not matter, or there is none yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<String>,
    },
    /// Another machine.
    Host {
        /// Name or address, in lower case.
        host: String,
        /// Port.
        port: u16,
    },
    /// A program.
    Command {
        /// Words, the program first; never a line that a shell would take apart.
        argv: Vec<String>,
        /// The file that runs, resolved.
        program: String,
        /// Where it runs.
        cwd: String,
        /// Names of the environment variables it is given.
        env: Vec<String>,
    },
    /// Somebody who would read a message.
    Recipient {
        /// The channel.
        channel: String,
        /// The conversation on it.
        to: String,
    },
}

/// What is done with a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PathAccess {
    /// Its content is read.
    Read,
    /// It is made or changed.
    Write,
    /// It is removed.
    Delete,
}

/// Exactly what would be done. Its digest is what a person approves: whatever differs afterwards
/// is another action and is asked again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CanonicalAction {
    /// Tool name.
    pub tool: String,
    /// One line for people, such as `GET https://example.org/`.
    pub summary: String,
    /// The arguments after parsing, in canonical form.
    pub arguments: Value,
    /// What would be touched.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// SHA-256 over the canonical form of tool, arguments and targets, lower-case hex.
    pub digest: String,
}

/// How a permission request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PermissionStatus {
    /// Nobody has decided.
    Pending,
    /// Allowed.
    Approved,
    /// Refused.
    Denied,
    /// Nobody decided in time, which means no.
    Expired,
    /// The run that asked has ended.
    Withdrawn,
}

/// A person's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PermissionAnswer {
    /// This action, this time.
    ApproveOnce,
    /// The like of it, for a day.
    ApproveDay,
    /// The like of it, until it is revoked.
    ApproveAlways,
    /// No.
    Deny,
    /// No, and the like of it never.
    DenyAlways,
}

/// Why a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PermissionKind {
    /// A policy says: ask.
    Policy,
    /// The daemon died while this ran; it may have happened already. Approving runs it again.
    UnknownOutcome,
}

/// A permission request as recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PermissionRequest {
    /// Its id.
    pub id: PermissionId,
    /// Why a person is asked.
    pub kind: PermissionKind,
    /// The request whose run waits.
    pub request_id: RequestId,
    /// The turn that waits.
    pub turn_id: TurnId,
    /// The tool call that waits.
    pub tool_call_id: String,
    /// The session.
    pub session_key: SessionKey,
    /// The agent that asks.
    pub agent_id: AgentId,
    /// For whom it acts.
    pub chain: Chain,
    /// What would be done.
    pub action: CanonicalAction,
    /// The policy that asks, and its reason.
    pub reason: String,
    /// How it stands.
    pub status: PermissionStatus,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When silence becomes no.
    pub expires_at: Timestamp,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<Principal>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// What the person said; the model is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}
