//! The engine: drives every message through the eight stages. It gathers facts, asks the pure
//! decisions of `nexus_domain::pipeline`, and performs what they return.
//!
//! The ledger is the truth: which session is busy, who waits, how far a turn has come are read
//! and changed inside one write transaction. What is kept in memory (handles of live runs, bells)
//! can be lost at any moment without losing anything that was acknowledged.

mod cancel;
mod choice;
mod close;
mod confine;
pub(crate) mod contact;
mod delegate;
mod foresee;
mod gate;
mod hook;
pub(crate) mod label;
mod log;
mod meter;
mod order;
mod outcome;
mod outlet;
mod outward;
mod permission;
mod place;
mod prepare;
mod question;
mod reach;
mod receive;
mod recover;
mod run;
mod sender;
mod size;
mod stages;
#[cfg(test)]
mod tests;
mod trace;
mod turn;
mod watch;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use nexus_agent::StopSignal;
use nexus_agent::provider::ModelPool;
use nexus_domain::failure::Failure;
use nexus_domain::id::{RequestId, SessionKey, TurnId};
use nexus_domain::request::{Request, RequestStatus};
use nexus_domain::session::Stop;
use nexus_ledger::LedgerError;
use tokio::sync::{Semaphore, watch as watch_channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::context::Context;

pub use cancel::{Cancelled, cancel, stop_agents};
pub use choice::{Choice, KEY_VARIABLES, choose_models, pool, provider_of_variable};
pub(crate) use confine::SECRET_PLACES;
pub use foresee::{Foreseen, foresee};
pub use hook::Hook;
pub(crate) use meter::RunMeter;
pub use meter::write_off_leftovers;
pub use outcome::outcome_text;
pub use permission::{
    Resolution, expire_permissions, extend_permission, permission_seen, postpone_permissions,
    resolve_permission,
};
pub(crate) use prepare::start as start_of;
pub use prepare::tools_of;
pub use receive::{Admission, Beside, Submission, receive_event, receive_event_beside};
pub use recover::{Unfinished, recover, start_waiting, unfinished};
pub use size::size;

/// Id of the tool call in a turn that is one call.
pub use turn::ONE_CALL_ID;

/// Most runs at work at one time; further turns wait for a place, oldest first.
const RUNS_MAX: usize = 256;
/// Longest wait for the run of a turn that is open, in milliseconds; it follows at once.
const START_MS_MAX: u64 = 5_000;
/// Most requests between admission and their end; above it new ones are refused.
const REQUESTS_ACTIVE_MAX: usize = 20_000;

/// A live run.
struct RunHandle {
    turn_id: TurnId,
    stop: StopSignal,
    ended: watch_channel::Receiver<bool>,
}

/// What the engine keeps in memory.
pub struct Engine {
    runs: Mutex<HashMap<SessionKey, RunHandle>>,
    stop_marks: Mutex<HashSet<TurnId>>,
    order: order::Order,
    /// Tasks of admitted requests and live runs; the drain waits for them.
    tasks: TaskTracker,
    /// Cancelled at the end of a drain: runs are left as recorded and go on after the next start.
    suspend: CancellationToken,
    /// Rings whenever a permission request was decided.
    permission_bell: watch_channel::Sender<u64>,
    /// Rings whenever a run has begun.
    start_bell: watch_channel::Sender<u64>,
    /// Rings whenever a request ended.
    completion_bell: watch_channel::Sender<u64>,
    models: RwLock<Arc<ModelPool>>,
    choice: RwLock<Choice>,
    hooks: Vec<Arc<dyn Hook>>,
    places: Arc<Semaphore>,
}

impl Engine {
    /// Makes an engine that has nothing to do yet.
    #[must_use]
    pub fn new(models: ModelPool, choice: Choice, hooks: Vec<Arc<dyn Hook>>) -> Self {
        Self {
            runs: Mutex::default(),
            stop_marks: Mutex::default(),
            order: order::Order::default(),
            tasks: TaskTracker::new(),
            suspend: CancellationToken::new(),
            permission_bell: watch_channel::Sender::new(0),
            start_bell: watch_channel::Sender::new(0),
            completion_bell: watch_channel::Sender::new(0),
            models: RwLock::new(Arc::new(models)),
            choice: RwLock::new(choice),
            hooks,
            places: Arc::new(Semaphore::new(RUNS_MAX)),
        }
    }

    /// The models in use.
    #[must_use]
    pub fn models(&self) -> Arc<ModelPool> {
        Arc::clone(&self.models.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Which model is used, and why.
    #[must_use]
    pub fn choice(&self) -> Choice {
        self.choice.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the models; runs at work keep the ones they have.
    pub fn set_models(&self, models: ModelPool, choice: Choice) {
        *self.models.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(models);
        *self.choice.write().unwrap_or_else(PoisonError::into_inner) = choice;
    }

    /// Rings whenever a request ended.
    pub(crate) fn endings(&self) -> watch_channel::Receiver<u64> {
        self.completion_bell.subscribe()
    }

    /// Requests that ended since the start.
    #[must_use]
    pub fn n_ended(&self) -> u64 {
        *self.completion_bell.borrow()
    }

    /// Runs and requests at work.
    #[must_use]
    pub fn n_active(&self) -> usize {
        self.tasks.len()
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<SessionKey, RunHandle>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Turns whose run is to stop before its first step. Whoever holds the runs may take this too,
    /// never the other way round.
    fn stop_marks(&self) -> MutexGuard<'_, HashSet<TurnId>> {
        self.stop_marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn request_stop(&self, session_key: &SessionKey, stop: Stop) {
        if let Some(handle) = self.runs().get(session_key) {
            match stop {
                Stop::Now => handle.stop.stop_now(),
                Stop::AtBoundary => handle.stop.stop_at_boundary(),
            }
        }
    }
}

/// Stops the active run of a session and waits until it has ended. `None` when nothing ran, or
/// another turn than the one named.
pub async fn abort(
    context: &Context,
    session_key: &SessionKey,
    only: Option<TurnId>,
) -> Option<TurnId> {
    let (turn_id, mut ended) = tokio::select! {
        stopped = stop_now(context, session_key, only) => stopped?,
        () = context.engine.suspend.cancelled() => return None,
        () = context.clock.sleep(START_MS_MAX) => return None,
    };
    if let Some(ended) = &mut ended {
        // The sender goes away only after the run has ended, so an error means the same.
        let _ = ended.wait_for(|has_ended| *has_ended).await;
    }
    Some(turn_id)
}

/// Tells the run of a session to stop. A turn that is open has a run in a moment, if it has none
/// yet: it is marked, so that its run stops before its first step, and waited for, so that nobody
/// is told that nothing was running and then sees it run. Without a receiver it has ended already.
async fn stop_now(
    context: &Context,
    session_key: &SessionKey,
    only: Option<TurnId>,
) -> Option<(TurnId, Option<watch_channel::Receiver<bool>>)> {
    let mut started = context.engine.start_bell.subscribe();
    let mut mark: Option<StopMark<'_>> = None;
    loop {
        started.mark_unchanged();
        if let Some(handle) = context.engine.runs().get(session_key) {
            if only.is_some_and(|turn_id| turn_id != handle.turn_id) {
                return None;
            }
            handle.stop.stop_now();
            return Some((handle.turn_id, Some(handle.ended.clone())));
        }
        let key = session_key.clone();
        let active = context.ledger.read(move |r| r.turns().active(&key)).await;
        let Some(active) = active.ok().flatten() else {
            return mark.map(|mark| (mark.turn_id, None));
        };
        if only.is_some_and(|turn_id| turn_id != active.id) {
            return None;
        }
        if mark.as_ref().is_none_or(|mark| mark.turn_id != active.id) {
            let runs = context.engine.runs();
            if runs.contains_key(session_key) {
                continue;
            }
            mark = Some(StopMark::new(&context.engine, active.id));
            // It may have ended between the two looks: only a look after the mark is sure.
            continue;
        }
        started.changed().await.ok()?;
    }
}

/// The wish that a turn without a run stops as soon as it has one; gone with whoever wished it.
struct StopMark<'a> {
    engine: &'a Engine,
    turn_id: TurnId,
}

impl<'a> StopMark<'a> {
    fn new(engine: &'a Engine, turn_id: TurnId) -> Self {
        engine.stop_marks().insert(turn_id);
        Self { engine, turn_id }
    }
}

impl Drop for StopMark<'_> {
    fn drop(&mut self) {
        self.engine.stop_marks().remove(&self.turn_id);
    }
}

/// Drops every request that waits behind the active run of a session, and with them those that
/// were said before and are still on their way there.
///
/// # Errors
/// When the ledger cannot write; then nothing was dropped.
pub async fn drop_queue(context: &Context, session_key: &SessionKey) -> Result<u64, Failure> {
    if let Some(passed) = context.engine.order.passed(session_key) {
        tokio::select! {
            () = passed.cancelled() => {}
            () = context.clock.sleep(START_MS_MAX) => {}
        }
    }
    let (key, now) = (session_key.clone(), context.clock.now());
    let n_dropped = context
        .ledger
        .write(move |tx| {
            let waiting = tx.queue().waiting(&key)?;
            for waiting in &waiting {
                close::drop_queued(tx, waiting.request_id, now)?;
            }
            Ok(waiting.len() as u64)
        })
        .await?;
    context.engine.completion_bell.send_modify(|n| *n += n_dropped);
    Ok(n_dropped)
}

/// Waits until a request has ended.
///
/// # Errors
/// `Unavailable` when the daemon stops first: the request goes on after the next start.
pub async fn ended(context: &Context, request_id: RequestId) -> Result<Request, Failure> {
    until(context, request_id, |request| request.status.is_final()).await
}

/// Waits until a request has ended, or waits itself for a person.
///
/// # Errors
/// As for [`ended`].
pub async fn ended_or_parked(context: &Context, request_id: RequestId) -> Result<Request, Failure> {
    let is_parked = |request: &Request| request.status == RequestStatus::Parked;
    until(context, request_id, |request| request.status.is_final() || is_parked(request)).await
}

async fn until(
    context: &Context,
    request_id: RequestId,
    is_there: impl Fn(&Request) -> bool,
) -> Result<Request, Failure> {
    let mut bell = context.engine.completion_bell.subscribe();
    let mut asked = context.engine.permission_bell.subscribe();
    loop {
        bell.mark_unchanged();
        asked.mark_unchanged();
        let request = context.ledger.read(move |r| r.requests().get(request_id)).await?;
        match request {
            Some(request) if is_there(&request) => return Ok(request),
            Some(_) => {}
            None => return Err(Failure::not_found(format!("request {request_id} is unknown"))),
        }
        tokio::select! {
            changed = bell.changed() => if changed.is_err() { break },
            changed = asked.changed() => if changed.is_err() { break },
            () = context.engine.suspend.cancelled() => break,
        }
    }
    Err(Failure::unavailable("the daemon is stopping")
        .hint("the request is recorded and goes on after the next start"))
}

/// Lets runs end until `drain_ms` have passed, then leaves the rest as recorded: they go on after
/// the next start. Runs that wait for a person or the end of a pause are left at once.
pub async fn drain(context: &Context, drain_ms: u64) {
    let engine = &context.engine;
    engine.tasks.close();
    let all_parked_or_done = async {
        let mut bell = engine.completion_bell.subscribe();
        let mut asked = engine.permission_bell.subscribe();
        loop {
            let running = context.ledger.read(|r| r.turns().running()).await;
            let held = context.pause.held();
            let is_working = |turn: &nexus_domain::agent::Turn| {
                turn.status == nexus_domain::agent::TurnStatus::Running && !held.contains(&turn.id)
            };
            if !running.is_ok_and(|turns| turns.iter().any(is_working)) {
                return;
            }
            tokio::select! {
                _ = bell.changed() => {}
                _ = asked.changed() => {}
                () = context.clock.sleep(200) => {}
            }
        }
    };
    tokio::select! {
        () = all_parked_or_done => {}
        () = context.clock.sleep(drain_ms) => {
            tracing::warn!(drain_ms, "runs are left as recorded and go on after the next start");
        }
    }
    engine.suspend.cancel();
    engine.tasks.wait().await;
}

/// Has runs end where they are: nothing of them can be recorded any more.
pub fn abandon(context: &Context) {
    context.engine.suspend.cancel();
}

/// A ledger error that ends a stage.
fn broken(error: LedgerError) -> nexus_domain::pipeline::Exit {
    nexus_domain::pipeline::Exit::Failed(error.into())
}
