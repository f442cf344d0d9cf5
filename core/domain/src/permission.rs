//! Permission requests: decisions that wait for a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contact::SenderFacts;
use crate::grant::GrantScope;
use crate::id::{AgentId, GrantId, PermissionId, RequestId, SessionKey, TurnId};
use crate::principal::{Chain, Principal};
use crate::time::Timestamp;

/// How long a permission request stays open at most, in milliseconds, whoever was shown it.
pub const PERMISSION_OPEN_MS: u64 = 24 * 60 * 60 * 1000;
/// How long a person has from being shown a permission request, in milliseconds, unless the
/// configuration says otherwise.
pub const PERMISSION_ANSWER_MS: u64 = 10 * 60 * 1000;
/// How long "for a day" is, in milliseconds.
pub const PERMISSION_DAY_MS: u64 = 24 * 60 * 60 * 1000;

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
        /// SHA-256 of the file that runs, lower-case hex.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<String>,
        /// Whether it may ask for other machines; each of them is decided on its own.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        network: bool,
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
    /// The folder that relative paths of the targets start from; left out when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// SHA-256 over the canonical form of tool, arguments, targets and folder, lower-case hex.
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

impl PermissionAnswer {
    /// Whether it is a yes.
    #[must_use]
    pub fn is_yes(self) -> bool {
        matches!(self, Self::ApproveOnce | Self::ApproveDay | Self::ApproveAlways)
    }

    /// Whether it holds beyond the call that asked, and so makes a grant.
    #[must_use]
    pub fn is_standing(self) -> bool {
        matches!(self, Self::ApproveDay | Self::ApproveAlways | Self::DenyAlways)
    }

    /// The answer in words, such as `approved for a day`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ApproveOnce => "approved once",
            Self::ApproveDay => "approved for a day",
            Self::ApproveAlways => "approved for good",
            Self::Deny => "denied",
            Self::DenyAlways => "denied for good",
        }
    }
}

/// A standing answer that could be given: where it would hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proposal {
    /// Where it would hold.
    pub scope: GrantScope,
    /// The same for people, to follow "allow" or "never allow": `http_fetch from example.org,
    /// in this session`.
    pub text: String,
}

/// What a paired device signed when it answered. Checked with the device's key before the answer
/// counts, and kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnswerSignature {
    /// The id of the device that signed.
    pub device: String,
    /// Ed25519 over `nexus-answer-1|request id|approve or deny|digest of the action`, lower-case
    /// hex.
    pub signature: String,
}

/// Why a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PermissionKind {
    /// A policy says: ask.
    Policy,
    /// The daemon died while this ran; it may have happened already. Approving runs it again.
    UnknownOutcome,
    /// A message came from somebody nobody has vouched for; it waits, and so does whatever the
    /// sender writes after it. No turn exists yet.
    Sender,
}

/// A permission request as recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PermissionRequest {
    /// Its id.
    pub id: PermissionId,
    /// Why a person is asked.
    pub kind: PermissionKind,
    /// The request that waits.
    pub request_id: RequestId,
    /// The turn that waits; none for a question about a sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    /// The tool call or delivery that waits; none for a question about a sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// The sender, when the question is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Box<SenderFacts>>,
    /// The session, or where the message would go.
    pub session_key: SessionKey,
    /// The agent that asks, or that the message is for.
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
    /// Standing answers that could be given, the narrowest first. Empty when only this one call
    /// can be answered, with yes or no.
    #[serde(default)]
    pub proposals: Vec<Proposal>,
    /// When silence becomes no.
    pub expires_at: Timestamp,
    /// When it was first shown to a person; until then only the longest time counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// The answer, when a person gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<PermissionAnswer>,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<Principal>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// What the person said; the model is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The grant that a standing answer made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<GrantId>,
    /// What the answering device signed; checked before the answer counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<AnswerSignature>,
}

impl PermissionRequest {
    /// The latest instant at which it may still be open.
    #[must_use]
    pub fn open_until(&self) -> Timestamp {
        self.created_at.plus_ms(PERMISSION_OPEN_MS)
    }

    /// Whether a yes needs a second look: it might run twice, runs a program, removes something,
    /// writes outside of the workspace, or is bound by a rule that allows no standing answer.
    /// Judged by what the tool says it would touch, never by the words of the model. Such a
    /// request is answered on its page, not from a menu or a notice.
    #[must_use]
    pub fn is_high_risk(&self) -> bool {
        let is_dangerous = |target: &Target| match target {
            Target::Command { .. } | Target::Path { access: PathAccess::Delete, .. } => true,
            Target::Path { access: PathAccess::Write, path, .. } => path.starts_with('/'),
            Target::Path { .. } | Target::Host { .. } | Target::Recipient { .. } => false,
        };
        match self.kind {
            PermissionKind::Sender => false,
            PermissionKind::UnknownOutcome => true,
            PermissionKind::Policy => {
                self.proposals.is_empty() || self.action.targets.iter().any(is_dangerous)
            }
        }
    }

    /// The answers that may be given.
    #[must_use]
    pub fn answers(&self) -> &'static [PermissionAnswer] {
        use PermissionAnswer::{ApproveAlways, ApproveDay, ApproveOnce, Deny, DenyAlways};
        match self.proposals.is_empty() {
            true => &[ApproveOnce, Deny],
            false => &[ApproveOnce, ApproveDay, ApproveAlways, Deny, DenyAlways],
        }
    }
}
