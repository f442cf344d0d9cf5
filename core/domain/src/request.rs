//! One event's way through the eight stages, as recorded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;
use crate::id::{AgentId, JobId, RequestId, SessionKey, TurnId};
use crate::pipeline::Stage;
use crate::principal::{Chain, Principal};
use crate::session::QueueMode;
use crate::time::Timestamp;

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestStatus {
    /// On its way.
    Processing,
    /// Waiting behind the session's active run.
    Queued,
    /// Waiting for a person.
    Parked,
    /// Done.
    Completed,
    /// The sender may not.
    Denied,
    /// An automation answered; no agent ran.
    HandledByAutomation,
    /// Somebody stopped it.
    Cancelled,
    /// Something failed.
    Failed,
}

impl RequestStatus {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Processing | Self::Queued | Self::Parked)
    }
}

/// How a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StageOutcome {
    /// Went on to the next stage.
    Passed,
    /// Had nothing to do.
    Skipped,
    /// Ended the request here on purpose.
    Ended,
    /// Failed.
    Failed,
}

/// What one stage recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageTrace {
    /// The stage.
    pub stage: Stage,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// How it ended.
    pub outcome: StageOutcome,
    /// One line for people: who was recognized, which rule matched, why it was skipped.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The run of an agent that sent a request to another agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParentRun {
    /// Its leading request.
    pub request_id: RequestId,
    /// Its turn.
    pub turn_id: TurnId,
    /// Its agent.
    pub agent_id: AgentId,
    /// Its session.
    pub session_key: SessionKey,
}

/// What a run is asked to be, beside its message. Wishes narrow what the agent has; they never
/// widen it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunWish {
    /// Most model replies of the turn; the agent's own limit where that is lower.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps_max: Option<u32>,
    /// The model, as `provider/model`; the agent's own when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// One tool call that makes up the whole turn: no model is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<WishedCall>,
    /// Whether the sender wants to see the reply while it is written, where its adapter can show
    /// that; as the adapter declares when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_streamed: Option<bool>,
    /// Where the message is to be sent as it is: no agent answers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<WishedSend>,
    /// Where the reply goes, when not just to whoever asked. Only the daemon says so, by the
    /// configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyWish>,
    /// The scheduled job that began it: the sender acts through the job. Only the daemon says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
}

impl RunWish {
    /// Who begins a chain of delegation: the sender, and the job through which it acts.
    #[must_use]
    pub fn chain(&self, sender: &Principal) -> Chain {
        let chain = Chain::of(sender.clone());
        match &self.job {
            Some(job) => chain.by_job(job),
            None => chain,
        }
    }

    /// Whether nothing is wished for.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Where somebody's own words are to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WishedSend {
    /// The adapter that sends them, as `channel/account`.
    pub adapter: String,
    /// The conversation, in the adapter's own terms.
    pub to: String,
    /// The thread inside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// The message they answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to_id: Option<String>,
}

impl WishedSend {
    /// The channel that the adapter speaks.
    #[must_use]
    pub fn channel(&self) -> &str {
        self.adapter.split_once('/').map_or(self.adapter.as_str(), |(channel, _)| channel)
    }
}

/// Where a reply goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplyWish {
    /// Whether whoever asked waits for it. Otherwise it stands in the record.
    pub is_awaited: bool,
    /// The conversation that it is sent to besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<ReplyTarget>,
}

/// A conversation of an adapter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplyTarget {
    /// The channel.
    pub channel: String,
    /// Our account on it.
    pub account_id: String,
    /// The conversation, in the channel's own terms.
    pub peer_id: String,
}

impl ReplyTarget {
    /// Reads `channel:conversation`, or `channel/account:conversation`; the account is `main`
    /// unless it is named.
    ///
    /// # Errors
    /// `Invalid`, with the form.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let wrong = || {
            Failure::invalid(format!("`{}` names no conversation", text.escape_debug()))
                .hint("write channel:conversation, such as telegram:42")
        };
        let (place, peer_id) = text.split_once(':').ok_or_else(wrong)?;
        let (channel, account_id) = place.split_once('/').unwrap_or((place, "main"));
        if channel.is_empty() || account_id.is_empty() || peer_id.is_empty() {
            return Err(wrong());
        }
        let (channel, account_id) = (channel.to_owned(), account_id.to_owned());
        Ok(Self { channel, account_id, peer_id: peer_id.to_owned() })
    }
}

impl std::fmt::Display for ReplyTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}:{}", self.channel, self.account_id, self.peer_id)
    }
}

/// A tool call that somebody asks for by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WishedCall {
    /// Name of the tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: Value,
}

/// A request as recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// The arrival that caused it, as `{channel}:{event_id}`.
    pub event_id: String,
    /// How it stands.
    pub status: RequestStatus,
    /// The last stage it entered.
    pub stage: Stage,
    /// Who sent it, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<Principal>,
    /// The session it goes to, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<SessionKey>,
    /// The agent that answers, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// The turn, once one began. Requests that were merged share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    /// The run that sent it, when an agent did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ParentRun>,
    /// The request that it does again, when somebody asked for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replays: Option<RequestId>,
    /// How it wants to queue.
    pub queue_mode: QueueMode,
    /// The first line of what came in, shortened; the purpose in words.
    pub purpose: String,
    /// Text that automations added to what the agent gets to see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enrichment: Vec<String>,
    /// What the run is asked to be.
    #[serde(default, skip_serializing_if = "RunWish::is_none")]
    pub wish: RunWish,
    /// Why it did not end as completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was admitted.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// What each stage recorded, in order.
    #[serde(default)]
    pub stages: Vec<StageTrace>,
}
