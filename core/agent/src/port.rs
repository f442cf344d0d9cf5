//! How the agent sees the world: traits that the daemon implements. The turn loop never sees
//! SQLite, sockets or the bus.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use nexus_domain::Timestamp;
use nexus_domain::agent::{AgentError, ToolCallRecord, ToolEffect};
use nexus_domain::budget::Amounts;
use nexus_domain::id::{MessageId, ReservationId, SessionKey, TurnId};
use nexus_domain::message::{Cost, Message, Usage};
use nexus_domain::permission::{CanonicalAction, PermissionKind, Target};

/// Reads time and makes ids. The only clock the agent has.
pub trait Clock: Send + Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;
    /// Microseconds of a clock that only moves forward.
    fn monotonic_us(&self) -> u64;
    /// Microseconds of a clock that goes on while the machine sleeps; the same as the one before
    /// where the system has none.
    fn boot_us(&self) -> u64 {
        self.monotonic_us()
    }
    /// Waits; a test's clock may end the wait when it moves.
    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()>;
    /// Waits until a moment of the time of day, as far as it is known now: a clock that is set
    /// meanwhile is not noticed. A moment that has passed is not waited for. Unlike a wait for a
    /// length that was worked out before, it cannot miss what passes in between.
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        self.sleep(at.ms_since(self.now()))
    }
    /// 80 random bits for an id.
    fn entropy(&self) -> u128;
}

/// A tool call that wants to run.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The call's id in its turn.
    pub tool_call_id: String,
    /// Exactly what would be done.
    pub action: CanonicalAction,
    /// What it can do to the world.
    pub effect: ToolEffect,
    /// `Policy` for a call that never ran; `UnknownOutcome` for one that may have run before the
    /// daemon died: that one is always put before a person.
    pub kind: PermissionKind,
    /// Works the action out anew.
    pub again: Again,
}

/// Works out anew what a call would do, from what its targets are now. A person may think for
/// hours: what was approved is compared with this right before it happens.
#[derive(Clone)]
pub struct Again(
    Arc<dyn Fn() -> BoxFuture<'static, Result<CanonicalAction, String>> + Send + Sync>,
);

impl Again {
    /// From a function; its error says why the call can no longer be made.
    pub fn new(
        work_out: impl Fn() -> BoxFuture<'static, Result<CanonicalAction, String>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self(Arc::new(work_out))
    }

    /// The action as it would be now.
    ///
    /// # Errors
    /// Why the call can no longer be made, as a sentence for the model.
    pub async fn action(&self) -> Result<CanonicalAction, String> {
        (self.0)().await
    }
}

impl fmt::Debug for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Again")
    }
}

/// The gate's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go. The decision is on disk already, and the call is recorded as running: whatever happens
    /// from here on may have happened.
    Allowed,
    /// The same, and a person said this about it; the model is told with the result.
    AllowedSaying(String),
    /// It was approved, but it is no longer what was approved: what it would do now has to be
    /// decided anew.
    Changed,
    /// No; the text is told to the model.
    Refused(String),
    /// The daemon could not record the decision, so the effect must not happen. The turn fails.
    Broken(String),
}

/// The program of a call wants to talk to another machine.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The call whose program it is.
    pub tool_call_id: String,
    /// Exactly what would be done. Its only target is the host.
    pub action: CanonicalAction,
    /// Whether this call's program was let to this host before: what was decided then counts, and
    /// is recorded once.
    pub is_again: bool,
    /// Why this can be decided by nobody. It is recorded as refused.
    pub unfit: Option<String>,
}

/// What a program had to do with a machine, when it has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The machine.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What came of it, in a few words.
    pub outcome: String,
}

/// May this call run? Waits as long as a person needs; dropped when the run is stopped.
pub trait Gate: Send + Sync {
    /// Waits as long as runs have to stand still before their next step; dropped when the run is
    /// stopped.
    fn ready(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
    /// Decides, audits, and only then answers.
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Answer>;
    /// The same for a machine that the program of a running call wants to reach. Dropped when the
    /// program gives up.
    fn reach(&self, _: Reach) -> BoxFuture<'_, Answer> {
        Box::pin(async { Answer::Refused("programs have no network here".to_owned()) })
    }
    /// The program of a call has ended: nobody waits for answers about it any more.
    fn left(&self, _tool_call_id: String, _machines: Vec<Left>) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// The worst that a call may come to when its reply is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorstCase {
    /// Most tokens of the reply.
    pub output_tokens_max: u32,
    /// What the call may come to.
    pub amounts: Amounts,
}

/// A model call that wants to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spending {
    /// The model, as `provider/model`.
    pub model: String,
    /// Whether its price is known; otherwise only its tokens and its time can be bounded.
    pub is_priced: bool,
    /// Worst cases, the largest first: where room is short, a shorter reply is asked for.
    pub cases: Vec<WorstCase>,
}

/// The meter's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// No budget applies: go, and settle all the same.
    Unbounded,
    /// Set aside, on disk already: go, within these bounds.
    Held(Held),
    /// No budget has room for it. The run ends; no other model is asked instead.
    Refused(AgentError),
    /// It could not be recorded, so the call must not be made. The turn fails.
    Broken(String),
}

/// What was set aside for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The reservation.
    pub id: ReservationId,
    /// Most tokens of the reply.
    pub output_tokens_max: u32,
    /// Most time for the call, in milliseconds.
    pub model_ms_max: u64,
}

/// What a model call came to.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSpent {
    /// What was set aside for it, if anything was.
    pub reservation: Option<ReservationId>,
    /// The model, as `provider/model`.
    pub model: String,
    /// Tokens.
    pub usage: Usage,
    /// Cost.
    pub cost: Cost,
    /// Whether the tokens are our estimate, because the call broke off before the provider said.
    pub is_estimated: bool,
    /// How long it took, in milliseconds.
    pub model_ms: u64,
}

/// May this call be paid for? The worst it can come to is set aside before it is made.
pub trait Meter: Send + Sync {
    /// Sets the first of the worst cases aside for which there is room.
    fn reserve(&self, spending: Spending) -> BoxFuture<'_, Reservation>;
    /// Books a call that brought no reply. Calls with one are settled with its record.
    fn settle(&self, spent: ModelSpent) -> BoxFuture<'_, Result<(), LogError>>;
}

/// Sleep of the machine and changes of its network, as far as model calls feel them.
pub trait Power: Send + Sync {
    /// Waits while the machine is going to sleep: no call begins then.
    fn awake(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
    /// Waits for the next wake or change of the network: what failed may go well now.
    fn stirred(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
    /// Waits for the next wake from a sleep that connections may not have outlived.
    fn slept(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

/// A step could not be recorded; the run must not go on.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the step could not be recorded: {0}")]
pub struct LogError(pub String);

/// A model reply with what it took.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The message; its tool calls are recorded as pending with it.
    pub message: Message,
    /// The call that brought it.
    pub spent: ModelSpent,
}

/// A stretch of history that was replaced by a summary.
#[derive(Clone, Debug)]
pub struct Compaction {
    /// The summary that stands for the messages.
    pub summary: String,
    /// The last message it covers.
    pub through: MessageId,
    /// How many messages it covers.
    pub n_messages: u64,
    /// Tokens saved, estimated.
    pub tokens_saved: u64,
    /// The call that wrote the summary, or tried to.
    pub spent: ModelSpent,
}

/// What the result of a call was made from. The daemon works out from it what the session has been
/// exposed to, and records that with the result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// The line that people saw; nothing when the call never began.
    pub summary: Option<String>,
    /// What the call touched, as it was decided.
    pub targets: Vec<Target>,
    /// The call could not be put to the gate: it named no tool of the agent, or its arguments were
    /// wrong. The daemon audits it, since nobody else did.
    pub is_unfit: bool,
    /// Whether the call ended as it was meant to.
    pub is_done: bool,
    /// Files and folders whose content or names came into the result, besides the targets; paths
    /// of the workspace.
    pub read: Vec<String>,
    /// Whether the result holds what a program wrote, which could read the whole workspace.
    pub is_program_output: bool,
    /// Files whose whole content is now what the call brought.
    pub replaced: Vec<String>,
    /// Files and folders that got another name: from, to. The new name may lie outside the
    /// workspace and is absolute then.
    pub moved: Vec<(String, String)>,
    /// Credentials whose values were used, by name.
    pub credentials: Vec<String>,
    /// Conversations of other agents whose content came into the result.
    pub sessions: Vec<SessionKey>,
}

/// Records the steps of one turn. A step that is recorded is never repeated; the loop waits for
/// each record before it goes on.
pub trait TurnLog: Send + Sync {
    /// A model reply, with its tool calls as pending.
    fn reply(&self, reply: Reply) -> BoxFuture<'_, Result<(), LogError>>;
    /// The result of one tool call, and what it was made from: recorded together, so that no
    /// result is ever used without its labels.
    fn tool_finished(
        &self,
        record: ToolCallRecord,
        exposure: Exposure,
    ) -> BoxFuture<'_, Result<(), LogError>>;
    /// The message with the results of all calls of a step.
    fn tool_results(&self, message: Message) -> BoxFuture<'_, Result<(), LogError>>;
    /// A summary that replaces older history.
    fn compacted(&self, compaction: Compaction) -> BoxFuture<'_, Result<(), LogError>>;
    /// A model call failed; whether another try follows.
    fn errored(&self, message: String, will_retry: bool) -> BoxFuture<'_, Result<(), LogError>>;
    /// A model is left alone until then.
    fn cooled(&self, model: String, until: Timestamp) -> BoxFuture<'_, Result<(), LogError>>;
}

/// A piece of what a program writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Counts from 1 in each call.
    pub seq: u64,
    /// Bytes that were left out before it.
    pub n_skipped: u64,
    /// The text.
    pub text: String,
}

/// Shows text while it is written. Never waits, never fails, never touches the disk.
pub trait Watcher: Send + Sync {
    /// A reply begins, or begins anew after a broken stream: forget what was shown of it.
    fn started(&self, message_id: MessageId);
    /// More text.
    fn text(&self, message_id: MessageId, delta: &str);
    /// More reasoning.
    fn reasoning(&self, message_id: MessageId, delta: &str);
    /// The reply is recorded, or given up.
    fn ended(&self, message_id: MessageId);
    /// More of what the program of a running call writes; its result brings what is left out here.
    fn tool_output(&self, _tool_call_id: &str, _piece: Piece) {}
}

/// Which turn a set of ports belongs to.
#[derive(Clone, Debug)]
pub struct TurnFacts {
    /// The turn.
    pub turn_id: TurnId,
    /// Its session.
    pub session_key: SessionKey,
}
