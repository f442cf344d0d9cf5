//! The order in which a message is decided: eight stages, a type per stage.
//!
//! Each function consumes the type of the stage before it, so the only order that type-checks is
//! the order of the stages. The functions are pure: facts in, the next type or an early [`Exit`]
//! out. The engine of the daemon gathers the facts and performs the effects.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::{AgentError, StopReason};
use crate::arrival::{Arrival, PeerKind};
use crate::brief::Brief;
use crate::failure::Failure;
use crate::id::{AgentId, RequestId, SessionKey, TurnId};
use crate::principal::Principal;
use crate::request::{ParentRun, Request, RequestStatus, RunWish, WishedSend};
use crate::session::{self, QueueMode};
use crate::time::Timestamp;

/// The eight stages, in order.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// The arrival is recorded once and for all.
    ReceiveEvent,
    /// Who sent it?
    ResolveIdentity,
    /// May they, and where does it go?
    ResolveAccess,
    /// Does an automation answer, or add something?
    RunAutomations,
    /// Which session, whose turn is it, what does the agent get to see?
    AssembleContext,
    /// The agent works.
    RunAgent,
    /// The reply goes out.
    DeliverResponse,
    /// The books are closed.
    Finalize,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 8] = [
        Self::ReceiveEvent,
        Self::ResolveIdentity,
        Self::ResolveAccess,
        Self::RunAutomations,
        Self::AssembleContext,
        Self::RunAgent,
        Self::DeliverResponse,
        Self::Finalize,
    ];

    /// The name on the wire and in the ledger, such as `receiveEvent`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ReceiveEvent => "receiveEvent",
            Self::ResolveIdentity => "resolveIdentity",
            Self::ResolveAccess => "resolveAccess",
            Self::RunAutomations => "runAutomations",
            Self::AssembleContext => "assembleContext",
            Self::RunAgent => "runAgent",
            Self::DeliverResponse => "deliverResponse",
            Self::Finalize => "finalize",
        }
    }
}

/// Where the sender would like it to go. Wishes are checked like anything else.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// A session by name.
    pub session_key: Option<SessionKey>,
    /// An agent by name.
    pub agent_id: Option<AgentId>,
    /// How to queue when the session is busy.
    pub queue_mode: Option<QueueMode>,
    /// The run that sends it, when an agent does. Only the engine says so.
    #[serde(skip)]
    pub parent: Option<ParentRun>,
    /// The request that this one does again. Only the daemon says so.
    #[serde(skip)]
    pub replays: Option<RequestId>,
    /// What the run is to be.
    pub run: RunWish,
    /// What the caller brings along; recorded beside the request.
    #[serde(skip)]
    pub brief: Option<Arc<Brief>>,
}

/// After stage 1: recorded, with a request of its own.
#[derive(Clone, Debug)]
pub struct Received {
    /// The request.
    pub request_id: RequestId,
    /// What arrived.
    pub arrival: Arrival,
    /// Who sent it, when the daemon itself authenticated the sender; `None` for adapters, whose
    /// senders are looked up.
    pub authenticated: Option<Principal>,
    /// Where the sender would like it to go.
    pub wish: Wish,
    /// When it was admitted.
    pub received_at: Timestamp,
}

/// After stage 2: with a sender.
#[derive(Clone, Debug)]
pub struct Identified {
    /// Stage 1.
    pub received: Received,
    /// Who sent it.
    pub principal: Principal,
}

/// What the ledger knows about a sender.
#[derive(Clone, Debug, Default)]
pub struct IdentityFacts {
    /// The entity that a confirmed or inferred mapping names.
    pub entity_id: Option<String>,
    /// Whether that entity is the owner.
    pub is_owner: bool,
}

/// Stage 2: names the sender.
#[must_use]
pub fn resolve_identity(received: Received, facts: IdentityFacts) -> Identified {
    let principal = match (&received.authenticated, facts.entity_id) {
        (Some(principal), _) => principal.clone(),
        (None, Some(_)) if facts.is_owner => Principal::Owner,
        (None, Some(entity_id)) => Principal::Known(entity_id),
        (None, None) => Principal::Unknown(format!(
            "{}:{}",
            received.arrival.channel, received.arrival.sender_id
        )),
    };
    Identified { received, principal }
}

/// After stage 3: allowed, with a place to go.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Stage 2.
    pub identified: Identified,
    /// The session.
    pub session_key: SessionKey,
    /// The agent.
    pub agent_id: AgentId,
    /// How to queue.
    pub queue_mode: QueueMode,
}

/// Whether a sender may start a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Yes.
    Allowed,
    /// A person has to say so first.
    Asked,
    /// No.
    Denied,
}

/// What access control found, in words the trace can show.
#[derive(Clone, Debug)]
pub struct AccessFacts {
    /// Whether the sender may start a run.
    pub access: Access,
    /// The deciding rule and its reason.
    pub reason: String,
    /// The agent that answers when nobody wished for one.
    pub default_agent: AgentId,
    /// The agent of the wished-for session, when that session exists.
    pub session_agent: Option<AgentId>,
}

/// Stage 3: admits the request and routes it.
///
/// # Errors
/// `Exit::Denied` when access control says no; `Exit::Parked` when a person is to be asked first;
/// `Exit::Failed` when the wish cannot be met.
pub fn resolve_access(identified: Identified, facts: AccessFacts) -> Result<Admitted, Exit> {
    if facts.access == Access::Denied {
        return Err(Exit::Denied { reason: facts.reason });
    }
    let wish = identified.received.wish.clone();
    let session_key = match wish.session_key {
        Some(key) => key,
        None => {
            let key = session::default_key(&identified.received.arrival, &identified.principal);
            SessionKey::parse(&key).map_err(Exit::Failed)?
        }
    };
    if let (Some(wished), Some(actual)) = (&wish.agent_id, &facts.session_agent)
        && wished != actual
    {
        return Err(Exit::Failed(
            Failure::conflict(format!("session `{session_key}` belongs to agent `{actual}`"))
                .hint(format!("leave the agent out, or use another session for `{wished}`")),
        ));
    }
    let agent_id = wish.agent_id.or(facts.session_agent).unwrap_or(facts.default_agent);
    let queue_mode = wish.queue_mode.unwrap_or(match identified.received.arrival.peer_kind {
        PeerKind::Dm => QueueMode::Followup,
        PeerKind::Group | PeerKind::Channel => QueueMode::Collect,
    });
    let admitted = Admitted { identified, session_key, agent_id, queue_mode };
    match facts.access {
        Access::Asked => Err(Exit::Parked(Box::new(admitted))),
        Access::Allowed | Access::Denied => Ok(admitted),
    }
}

/// A message outward that was let through: nothing of stages 4 to 6 is for it.
#[derive(Clone, Debug)]
pub struct Outward {
    /// Stage 2.
    pub identified: Identified,
    /// Where it goes.
    pub send: WishedSend,
}

/// Stage 3 of a message outward. Where a person is to be asked first, it waits in the outbox, which
/// asks about every delivery.
#[must_use]
pub fn resolve_outward(
    identified: Identified,
    send: WishedSend,
    access: Access,
    reason: String,
) -> Exit {
    match access {
        Access::Denied => Exit::Denied { reason },
        Access::Allowed | Access::Asked => Exit::Outward(Box::new(Outward { identified, send })),
    }
}

/// What one automation hook answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookAnswer {
    /// The hook's name.
    pub hook: String,
    /// Whether it had anything to say.
    pub has_fired: bool,
    /// Text that is added to the agent's context.
    pub enrichment: Option<String>,
    /// A reply that ends the request here: no agent runs.
    pub reply: Option<String>,
}

/// After stage 4: with what the automations added.
#[derive(Clone, Debug)]
pub struct Automated {
    /// Stage 3.
    pub admitted: Admitted,
    /// Text that automations added to the context.
    pub enrichment: Vec<String>,
}

impl Automated {
    /// Takes a request up again whose stages 2 to 4 are on record: one that waited in the queue, or
    /// whose turn goes on after a restart. `None` when the record shows that they did not pass.
    #[must_use]
    pub fn recorded(request: &Request, arrival: Arrival) -> Option<Self> {
        let principal = request.principal.clone()?;
        let received = Received {
            request_id: request.id,
            arrival,
            authenticated: Some(principal.clone()),
            wish: Wish {
                parent: request.parent.clone(),
                run: request.wish.clone(),
                ..Wish::default()
            },
            received_at: request.started_at,
        };
        let admitted = Admitted {
            identified: Identified { received, principal },
            session_key: request.session_key.clone()?,
            agent_id: request.agent_id.clone()?,
            queue_mode: request.queue_mode,
        };
        Some(Self { admitted, enrichment: request.enrichment.clone() })
    }
}

/// Stage 4: merges the answers of the hooks; the first reply wins.
///
/// # Errors
/// `Exit::HandledByAutomation` when a hook replied.
pub fn run_automations(admitted: Admitted, answers: Vec<HookAnswer>) -> Result<Automated, Exit> {
    let mut enrichment = Vec::new();
    for answer in answers.into_iter().filter(|answer| answer.has_fired) {
        if let Some(reply) = answer.reply {
            return Err(Exit::HandledByAutomation { by: answer.hook, reply });
        }
        enrichment.extend(answer.enrichment);
    }
    Ok(Automated { admitted, enrichment })
}

/// After stage 5: the session is ours, a turn is open.
#[derive(Clone, Debug)]
pub struct Assembled {
    /// Stage 4 of the request that leads the turn.
    pub automated: Automated,
    /// Requests that share the turn, the leading one first.
    pub request_ids: Vec<RequestId>,
    /// The turn.
    pub turn_id: TurnId,
}

/// Stage 5: opens a turn for one or more requests of the same session.
#[must_use]
pub fn assemble_context(automated: Automated, merged: &[RequestId], turn_id: TurnId) -> Assembled {
    let leading = automated.admitted.identified.received.request_id;
    let mut request_ids = vec![leading];
    request_ids.extend(merged.iter().filter(|id| **id != leading));
    Assembled { automated, request_ids, turn_id }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOutcome {
    /// The reply, as far as it got.
    pub reply: String,
    /// Why it ended.
    pub stop_reason: StopReason,
    /// What it failed of.
    pub error: Option<AgentError>,
}

/// After stage 6: the agent has spoken.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Requests that share the turn.
    pub request_ids: Vec<RequestId>,
    /// The turn.
    pub turn_id: TurnId,
    /// The arrival that led it: where the reply goes.
    pub arrival: Arrival,
    /// Whether a program waits for the answer, be it empty.
    pub is_awaited: bool,
    /// How the run ended.
    pub outcome: RunOutcome,
}

/// Stage 6: closes the run.
#[must_use]
pub fn run_agent(assembled: Assembled, outcome: RunOutcome) -> Ran {
    let received = assembled.automated.admitted.identified.received;
    Ran {
        request_ids: assembled.request_ids,
        turn_id: assembled.turn_id,
        is_awaited: received.wish.run.is_streamed.is_some(),
        arrival: received.arrival,
        outcome,
    }
}

/// The channel name of the control plane itself: its clients read the reply from the ledger, so
/// nothing has to be sent.
pub const CONTROL_CHANNEL: &str = "control";

/// What of an arrival's metadata says that its session is to be condensed instead of answered.
const COMPACT: &str = "compact";

/// How a session is to be condensed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compaction {
    /// Whether it is condensed although it is short.
    pub is_forced: bool,
}

impl Compaction {
    /// Marks an arrival of the control plane.
    pub fn mark(self, arrival: &mut Arrival) {
        arrival.metadata.insert(COMPACT.to_owned(), self.is_forced.into());
    }

    /// Whether an arrival asks for it. Only the control plane does: what adapters hand in is a
    /// message, whatever stands in its metadata.
    #[must_use]
    pub fn asked_by(arrival: &Arrival) -> Option<Self> {
        let mark = arrival.metadata.get(COMPACT).and_then(serde_json::Value::as_bool);
        mark.filter(|_| arrival.channel == CONTROL_CHANNEL).map(|is_forced| Self { is_forced })
    }
}

/// What is to be sent, and whether anything is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryPlan {
    /// The sender reads the ledger; there is nothing to send.
    Recorded,
    /// The text goes to an adapter through the outbox.
    Send {
        /// The text.
        text: String,
    },
    /// There is nothing to say.
    Nothing,
}

/// Decides what stage 7 sends.
#[must_use]
pub fn plan_delivery(ran: &Ran) -> DeliveryPlan {
    if ran.arrival.channel == CONTROL_CHANNEL {
        return DeliveryPlan::Recorded;
    }
    let text = match (&ran.outcome.error, ran.outcome.reply.trim()) {
        (_, reply) if !reply.is_empty() => reply.to_owned(),
        (Some(error), _) => error.message.clone(),
        // The calls are the answer.
        (None, _) if ran.outcome.stop_reason == StopReason::ClientTools => String::new(),
        // A person is spared an empty message; a program takes it for what it is.
        (None, _) if ran.is_awaited && ran.outcome.stop_reason != StopReason::Aborted => {
            String::new()
        }
        (None, _) => return DeliveryPlan::Nothing,
    };
    DeliveryPlan::Send { text }
}

/// After stage 7: the reply is out, or in the outbox.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// Stage 6.
    pub ran: Ran,
}

/// Stage 7: closes the delivery.
#[must_use]
pub fn deliver_response(ran: Ran) -> Delivered {
    Delivered { ran }
}

/// After stage 8: closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finalized {
    /// Requests that are closed.
    pub request_ids: Vec<RequestId>,
    /// How they ended.
    pub status: RequestStatus,
    /// Why, when not completed.
    pub error: Option<String>,
}

/// Stage 8: says how the requests of a run ended.
#[must_use]
pub fn finalize(delivered: Delivered) -> Finalized {
    let Ran { request_ids, outcome, .. } = delivered.ran;
    let status = match outcome.stop_reason {
        StopReason::Aborted => RequestStatus::Cancelled,
        StopReason::Error => RequestStatus::Failed,
        StopReason::EndTurn
        | StopReason::ClientTools
        | StopReason::MaxTokens
        | StopReason::Limit => RequestStatus::Completed,
    };
    Finalized { request_ids, status, error: outcome.error.map(|error| error.message) }
}

/// Why a request leaves before its last stage.
#[derive(Clone, Debug)]
pub enum Exit {
    /// The same event was admitted before; here is its request.
    Duplicate(RequestId),
    /// The sender may not.
    Denied {
        /// The deciding rule and its reason.
        reason: String,
    },
    /// An automation answered.
    HandledByAutomation {
        /// Which one.
        by: String,
        /// What it said.
        reply: String,
    },
    /// It waits behind the session's active run.
    Queued,
    /// It waits for a person to say whether the sender may; here is where it would go.
    Parked(Box<Admitted>),
    /// It is the sender's own word to somebody outside: no agent answers it.
    Outward(Box<Outward>),
    /// Something failed.
    Failed(Failure),
}

#[cfg(test)]
mod tests;
