//! Everything that can happen: one variant per recorded fact.
//!
//! A recorded event has a global position and is committed in the same transaction as the change
//! it tells of. What streams by without being recorded (text as it is written) is a
//! [`Transient`]: it never touches the disk and is never replayed.

mod transient;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::{StopReason, ToolCallStatus, TurnStatus};
use crate::budget::Resource;
use crate::contact::MappingKind;
use crate::id::{
    AgentId, DeliveryId, GrantId, JobId, PermissionId, Position, RequestId, SessionKey, TurnId,
};
use crate::label::SessionLabel;
use crate::message::{Cost, Message, Usage};
use crate::pause::PauseMode;
use crate::permission::{PermissionAnswer, PermissionRequest, PermissionStatus};
use crate::pipeline::Stage;
use crate::power::Noticed;
use crate::principal::{Chain, Principal};
use crate::request::{RequestStatus, StageOutcome};
use crate::schedule::{JobChange, SkipReason};
use crate::session::{ForkedFrom, QueueMode, SessionDefaults};
use crate::time::Timestamp;

pub use transient::Transient;

/// One recorded fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "properties")]
pub enum Event {
    /// The daemon is up.
    #[serde(rename = "system.started")]
    SystemStarted { version: String },
    /// The daemon stops.
    #[serde(rename = "system.stopping")]
    SystemStopping { reason: String },
    /// The machine is going to sleep, and said so.
    #[serde(rename = "power.slept")]
    PowerSlept {},
    /// The machine has woken up. `noticed` says by what this was seen.
    #[serde(rename = "power.woke")]
    PowerWoke { slept_ms: u64, noticed: Noticed },
    /// The machine has other addresses than before.
    #[serde(rename = "network.changed")]
    NetworkChanged { is_online: bool },
    /// The configuration was read again.
    #[serde(rename = "system.config_reloaded")]
    ConfigReloaded { changed: Vec<String>, needs_restart: Vec<String> },
    /// The configuration in force has changed, whoever changed it: all paths that did, and those
    /// among them that need a restart.
    #[serde(rename = "config.changed")]
    ConfigChanged { paths: Vec<String>, requires_restart: Vec<String> },
    /// `nexus.toml` was changed to something that cannot be used; what is in force stays.
    #[serde(rename = "config.rejected")]
    ConfigRejected { findings: Vec<String> },
    /// The daemon is paused from here on.
    #[serde(rename = "runtime.paused")]
    RuntimePaused {
        mode: PauseMode,
        /// When it ends by itself.
        until: Option<Timestamp>,
        by: Principal,
    },
    /// A pause is over.
    #[serde(rename = "runtime.resumed")]
    RuntimeResumed {
        /// Who ended it; nobody when its time ran out.
        by: Option<Principal>,
    },
    /// A request was admitted.
    #[serde(rename = "nex.request.started")]
    RequestStarted { request_id: RequestId, event_id: String, channel: String, purpose: String },
    /// A request left a stage.
    #[serde(rename = "nex.request.stage")]
    RequestStage {
        request_id: RequestId,
        stage: Stage,
        outcome: StageOutcome,
        duration_us: u64,
        note: String,
    },
    /// A request waits behind the active run of its session.
    #[serde(rename = "nex.request.queued")]
    RequestQueued { request_id: RequestId, session_key: SessionKey, mode: QueueMode },
    /// A request ended.
    #[serde(rename = "nex.request.completed")]
    RequestCompleted {
        request_id: RequestId,
        session_key: Option<SessionKey>,
        status: RequestStatus,
        error: Option<String>,
        duration_ms: u64,
    },
    /// Access control decided something.
    #[serde(rename = "acl.decision")]
    AclDecision {
        request_id: Option<RequestId>,
        chain: Chain,
        action: String,
        verdict: String,
        reason: String,
    },
    /// A run waits for a person.
    #[serde(rename = "permission.requested")]
    PermissionRequested { permission: Box<PermissionRequest> },
    /// A permission request was decided, ran out or was withdrawn.
    #[serde(rename = "permission.resolved")]
    PermissionResolved {
        permission_id: PermissionId,
        session_key: SessionKey,
        status: PermissionStatus,
        resolved_by: Option<Principal>,
        comment: Option<String>,
        /// The answer, when a person gave one.
        #[serde(default)]
        answer: Option<PermissionAnswer>,
        /// The grant that a standing answer made.
        #[serde(default)]
        grant_id: Option<GrantId>,
    },
    /// A permission request was shown to a person, or more time was asked for.
    #[serde(rename = "permission.updated")]
    PermissionUpdated {
        permission_id: PermissionId,
        session_key: SessionKey,
        seen_at: Option<Timestamp>,
        expires_at: Timestamp,
    },
    /// A sender belongs to somebody from now on, or to nobody any more.
    #[serde(rename = "contact.changed")]
    ContactChanged {
        channel: String,
        sender_id: String,
        /// The person; `None` when the sender belongs to nobody.
        entity_id: Option<String>,
        kind: Option<MappingKind>,
        by: Principal,
    },
    /// A session goes on under another key, with all that is in it.
    #[serde(rename = "session.renamed")]
    SessionRenamed { session_key: SessionKey, earlier_key: SessionKey },
    /// An agent was made while the daemon runs.
    #[serde(rename = "agent.created")]
    AgentCreated { agent_id: AgentId, parent: Option<AgentId>, preset: String, creator: Principal },
    /// An agent that was made goes on with other settings.
    #[serde(rename = "agent.updated")]
    AgentUpdated { agent_id: AgentId, preset: String },
    /// An agent that was made is gone; what it did stays on record.
    #[serde(rename = "agent.deleted")]
    AgentDeleted { agent_id: AgentId },
    /// A session exists now.
    #[serde(rename = "session.created")]
    SessionCreated { session_key: SessionKey, agent_id: AgentId },
    /// A session was exposed to something it had not been exposed to before.
    #[serde(rename = "session.labelled")]
    SessionLabelled { session_key: SessionKey, label: SessionLabel },
    /// A session has another title or other defaults.
    #[serde(rename = "session.updated")]
    SessionUpdated {
        session_key: SessionKey,
        title: Option<String>,
        defaults: SessionDefaults,
        by: Principal,
    },
    /// The messages of a session are forgotten; it goes on empty.
    #[serde(rename = "session.reset")]
    SessionReset { session_key: SessionKey, n_messages: u64, by: Principal },
    /// A session began as a copy of another one.
    #[serde(rename = "session.forked")]
    SessionForked {
        session_key: SessionKey,
        forked_from: ForkedFrom,
        n_messages: u64,
        by: Principal,
    },
    /// A session is gone from the lists, and its messages are forgotten.
    #[serde(rename = "session.deleted")]
    SessionDeleted { session_key: SessionKey, n_messages: u64, by: Principal },
    /// Messages came into a session from a document.
    #[serde(rename = "session.imported")]
    SessionImported { session_key: SessionKey, n_messages: u64, by: Principal },
    /// What waits in a session runs in another order.
    #[serde(rename = "session.queue_changed")]
    SessionQueueChanged { session_key: SessionKey, request_ids: Vec<RequestId>, by: Principal },
    /// A turn began.
    #[serde(rename = "turn.created")]
    TurnCreated { turn_id: TurnId, session_key: SessionKey, request_ids: Vec<RequestId> },
    /// A turn changed how it stands: parked, running again.
    #[serde(rename = "turn.updated")]
    TurnUpdated { turn_id: TurnId, session_key: SessionKey, status: TurnStatus },
    /// A turn ended.
    #[serde(rename = "turn.completed")]
    TurnCompleted {
        turn_id: TurnId,
        session_key: SessionKey,
        status: TurnStatus,
        stop_reason: StopReason,
        error: Option<String>,
        usage: Usage,
        cost: Cost,
    },
    /// A message joined a session.
    #[serde(rename = "message.recorded")]
    MessageRecorded { session_key: SessionKey, message: Message },
    /// A tool call began: its effect may have happened from here on.
    #[serde(rename = "agent.tool.started")]
    ToolStarted {
        turn_id: TurnId,
        session_key: SessionKey,
        tool_call_id: String,
        name: String,
        summary: String,
    },
    /// A tool call ended.
    #[serde(rename = "agent.tool.completed")]
    ToolCompleted {
        turn_id: TurnId,
        session_key: SessionKey,
        tool_call_id: String,
        name: String,
        status: ToolCallStatus,
        duration_ms: u64,
        /// The first lines of the result.
        excerpt: String,
        /// A record for people: for an edit, the unified diff.
        record: Option<String>,
    },
    /// A run met an error, and what is done about it.
    #[serde(rename = "agent.error")]
    AgentErrored { turn_id: TurnId, session_key: SessionKey, message: String, will_retry: bool },
    /// Old turns were replaced by a summary.
    #[serde(rename = "session.compacted")]
    SessionCompacted { session_key: SessionKey, n_messages: u64, tokens_saved: u64 },
    /// A delivery is about to be handed to an adapter.
    #[serde(rename = "adapter.out.sending")]
    DeliverySending { delivery_id: DeliveryId, request_id: RequestId, target: String },
    /// An adapter confirmed a delivery.
    #[serde(rename = "adapter.out.sent")]
    DeliverySent { delivery_id: DeliveryId, message_ids: Vec<String> },
    /// A delivery failed, or nobody knows how it ended.
    #[serde(rename = "adapter.out.error")]
    DeliveryFailed { delivery_id: DeliveryId, error: String, is_unknown: bool },
    /// A person had a delivery sent once more, or took it back.
    #[serde(rename = "adapter.out.changed")]
    DeliveryChanged { delivery_id: DeliveryId, is_dropped: bool },
    /// An adapter changed its state.
    #[serde(rename = "adapter.status")]
    AdapterStatus { adapter: String, state: String, reason: String },
    /// An adapter claimed what is not its own: a channel or an account of somebody else.
    #[serde(rename = "adapter.violation")]
    AdapterViolation { adapter: String, what: String },
    /// Old messages of an adapter were recorded; nothing ran because of them.
    #[serde(rename = "adapter.backfilled")]
    AdapterBackfilled { adapter: String, n_recorded: u32, n_known: u32 },
    /// The keychain can be used again, or cannot any more.
    #[serde(rename = "keychain.changed")]
    KeychainChanged { state: String, reason: String },
    /// A scheduled job was made, changed, paused, resumed or removed.
    #[serde(rename = "schedule.changed")]
    ScheduleChanged { job_id: JobId, name: String, change: JobChange, by: Principal },
    /// A run of a scheduled job was handed in; the request tells the rest.
    #[serde(rename = "schedule.run")]
    ScheduleRun {
        job_id: JobId,
        name: String,
        due_at: Timestamp,
        request_id: RequestId,
        /// Earlier times for which nothing ran, and for which this run stands.
        n_missed: u32,
    },
    /// A time of a scheduled job passed without a run.
    #[serde(rename = "schedule.skipped")]
    ScheduleSkipped { job_id: JobId, name: String, why: SkipReason, n_missed: u32 },
    /// A text waits for the next heartbeat of an agent.
    #[serde(rename = "heartbeat.noted")]
    HeartbeatNoted { agent_id: AgentId, by: Principal },
    /// A budget is used up to the part from which people are warned; told once a period.
    #[serde(rename = "budget.warned")]
    BudgetWarned {
        budget: String,
        holder: String,
        resource: Resource,
        used: u64,
        limit: u64,
        resets_at: Option<Timestamp>,
    },
    /// A budget is used up, or what is left of it is too little for a call; told once a period.
    #[serde(rename = "budget.exhausted")]
    BudgetExhausted {
        budget: String,
        holder: String,
        resource: Resource,
        used: u64,
        limit: u64,
        resets_at: Option<Timestamp>,
    },
}

impl Event {
    /// Every type name, in the order of the variants; subscriptions are checked against it.
    pub const TYPE_NAMES: &[&str] = &[
        "system.started",
        "system.stopping",
        "power.slept",
        "power.woke",
        "network.changed",
        "system.config_reloaded",
        "config.changed",
        "config.rejected",
        "runtime.paused",
        "runtime.resumed",
        "nex.request.started",
        "nex.request.stage",
        "nex.request.queued",
        "nex.request.completed",
        "acl.decision",
        "permission.requested",
        "permission.resolved",
        "permission.updated",
        "contact.changed",
        "session.renamed",
        "agent.created",
        "agent.updated",
        "agent.deleted",
        "session.created",
        "session.labelled",
        "session.updated",
        "session.reset",
        "session.forked",
        "session.deleted",
        "session.imported",
        "session.queue_changed",
        "turn.created",
        "turn.updated",
        "turn.completed",
        "message.recorded",
        "agent.tool.started",
        "agent.tool.completed",
        "agent.error",
        "session.compacted",
        "adapter.out.sending",
        "adapter.out.sent",
        "adapter.out.error",
        "adapter.out.changed",
        "adapter.status",
        "adapter.violation",
        "adapter.backfilled",
        "keychain.changed",
        "schedule.changed",
        "schedule.run",
        "schedule.skipped",
        "heartbeat.noted",
        "budget.warned",
        "budget.exhausted",
    ];

    /// The type name on the wire, such as `turn.created`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::SystemStarted { .. } => "system.started",
            Self::SystemStopping { .. } => "system.stopping",
            Self::PowerSlept {} => "power.slept",
            Self::PowerWoke { .. } => "power.woke",
            Self::NetworkChanged { .. } => "network.changed",
            Self::ConfigReloaded { .. } => "system.config_reloaded",
            Self::ConfigChanged { .. } => "config.changed",
            Self::ConfigRejected { .. } => "config.rejected",
            Self::RuntimePaused { .. } => "runtime.paused",
            Self::RuntimeResumed { .. } => "runtime.resumed",
            Self::RequestStarted { .. } => "nex.request.started",
            Self::RequestStage { .. } => "nex.request.stage",
            Self::RequestQueued { .. } => "nex.request.queued",
            Self::RequestCompleted { .. } => "nex.request.completed",
            Self::AclDecision { .. } => "acl.decision",
            Self::PermissionRequested { .. } => "permission.requested",
            Self::PermissionResolved { .. } => "permission.resolved",
            Self::PermissionUpdated { .. } => "permission.updated",
            Self::ContactChanged { .. } => "contact.changed",
            Self::SessionRenamed { .. } => "session.renamed",
            Self::AgentCreated { .. } => "agent.created",
            Self::AgentUpdated { .. } => "agent.updated",
            Self::AgentDeleted { .. } => "agent.deleted",
            Self::SessionCreated { .. } => "session.created",
            Self::SessionLabelled { .. } => "session.labelled",
            Self::SessionUpdated { .. } => "session.updated",
            Self::SessionReset { .. } => "session.reset",
            Self::SessionImported { .. } => "session.imported",
            Self::SessionForked { .. } => "session.forked",
            Self::SessionDeleted { .. } => "session.deleted",
            Self::SessionQueueChanged { .. } => "session.queue_changed",
            Self::TurnCreated { .. } => "turn.created",
            Self::TurnUpdated { .. } => "turn.updated",
            Self::TurnCompleted { .. } => "turn.completed",
            Self::MessageRecorded { .. } => "message.recorded",
            Self::ToolStarted { .. } => "agent.tool.started",
            Self::ToolCompleted { .. } => "agent.tool.completed",
            Self::AgentErrored { .. } => "agent.error",
            Self::SessionCompacted { .. } => "session.compacted",
            Self::DeliverySending { .. } => "adapter.out.sending",
            Self::DeliverySent { .. } => "adapter.out.sent",
            Self::DeliveryFailed { .. } => "adapter.out.error",
            Self::DeliveryChanged { .. } => "adapter.out.changed",
            Self::AdapterStatus { .. } => "adapter.status",
            Self::AdapterViolation { .. } => "adapter.violation",
            Self::AdapterBackfilled { .. } => "adapter.backfilled",
            Self::KeychainChanged { .. } => "keychain.changed",
            Self::ScheduleChanged { .. } => "schedule.changed",
            Self::ScheduleRun { .. } => "schedule.run",
            Self::ScheduleSkipped { .. } => "schedule.skipped",
            Self::HeartbeatNoted { .. } => "heartbeat.noted",
            Self::BudgetWarned { .. } => "budget.warned",
            Self::BudgetExhausted { .. } => "budget.exhausted",
        }
    }

    /// The session it tells of. Exhaustive on purpose: whoever adds an event says where it
    /// belongs.
    #[must_use]
    pub fn session_key(&self) -> Option<&SessionKey> {
        match self {
            Self::RequestCompleted { session_key, .. } => session_key.as_ref(),
            Self::PermissionRequested { permission } => Some(&permission.session_key),
            Self::RequestQueued { session_key, .. }
            | Self::PermissionResolved { session_key, .. }
            | Self::PermissionUpdated { session_key, .. }
            | Self::SessionRenamed { session_key, .. }
            | Self::SessionCreated { session_key, .. }
            | Self::SessionLabelled { session_key, .. }
            | Self::SessionUpdated { session_key, .. }
            | Self::SessionReset { session_key, .. }
            | Self::SessionForked { session_key, .. }
            | Self::SessionDeleted { session_key, .. }
            | Self::SessionImported { session_key, .. }
            | Self::SessionQueueChanged { session_key, .. }
            | Self::TurnCreated { session_key, .. }
            | Self::TurnUpdated { session_key, .. }
            | Self::TurnCompleted { session_key, .. }
            | Self::MessageRecorded { session_key, .. }
            | Self::ToolStarted { session_key, .. }
            | Self::ToolCompleted { session_key, .. }
            | Self::AgentErrored { session_key, .. }
            | Self::SessionCompacted { session_key, .. } => Some(session_key),
            Self::SystemStarted { .. }
            | Self::SystemStopping { .. }
            | Self::PowerSlept {}
            | Self::PowerWoke { .. }
            | Self::NetworkChanged { .. }
            | Self::ConfigReloaded { .. }
            | Self::ConfigChanged { .. }
            | Self::ConfigRejected { .. }
            | Self::RuntimePaused { .. }
            | Self::RuntimeResumed { .. }
            | Self::RequestStarted { .. }
            | Self::RequestStage { .. }
            | Self::AclDecision { .. }
            | Self::ContactChanged { .. }
            | Self::AgentCreated { .. }
            | Self::AgentUpdated { .. }
            | Self::AgentDeleted { .. }
            | Self::DeliverySending { .. }
            | Self::DeliverySent { .. }
            | Self::DeliveryFailed { .. }
            | Self::DeliveryChanged { .. }
            | Self::AdapterStatus { .. }
            | Self::AdapterViolation { .. }
            | Self::AdapterBackfilled { .. }
            | Self::KeychainChanged { .. }
            | Self::ScheduleChanged { .. }
            | Self::ScheduleRun { .. }
            | Self::ScheduleSkipped { .. }
            | Self::HeartbeatNoted { .. }
            | Self::BudgetWarned { .. }
            | Self::BudgetExhausted { .. } => None,
        }
    }
}

/// A recorded event with its place and time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// Its place in the ledger.
    pub position: Position,
    /// When it was recorded.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

#[cfg(test)]
mod tests;
