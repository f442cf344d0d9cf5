//! The daemon, as an adapter sees it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nexus_domain::arrival::Arrival;
use nexus_domain::id::RequestId;
use nexus_protocol::adapter::{Acknowledgement, EventParams, Line, LineError};
use nexus_protocol::caller::{
    AttendParams, AttendResult, CallerFacts, CallerParams, CancelParams, CancelResult, EmbedParams,
    EmbedResult, Refusal, RefusalKind, SubmitParams, SubmitResult,
};
use nexus_protocol::hook::{HookParams, HookRefusedParams, HookRefusedResult};
use nexus_protocol::jsonrpc::INVALID_PARAMS;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};

/// Events that may wait for their acknowledgement; more wait their turn.
pub(crate) const EVENTS_MAX: usize = 64;
/// Wait for an acknowledgement before the event is sent again, in milliseconds.
pub(crate) const ACKNOWLEDGE_MS_MAX: u64 = 30_000;
/// Longest wait for the answer to a call for a caller, in milliseconds; the daemon itself gives a
/// model a minute for vectors.
const ASK_MS_MAX: u64 = 90_000;
/// Pause before an event is sent again that the daemon could not take, in milliseconds.
const RESEND_MS: u64 = 1_000;

/// Code of the error for a line that was not sent because it is too long; never on the wire.
const TOO_LONG: i64 = -32099;

type Outcome = Result<Value, LineError>;

/// The daemon closed the connection. What was not acknowledged is the adapter's to hand in again
/// when it is started the next time, from wherever it got it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the daemon closed the connection")]
pub struct Disconnected;

/// A handle to the daemon; clones speak over the same pipe.
#[derive(Clone, Debug)]
pub struct Daemon {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    outgoing: mpsc::Sender<Vec<u8>>,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Outcome>>>,
    n_calls: AtomicU64,
    slots: Semaphore,
    phase: watch::Sender<Phase>,
}

/// How far the connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// `hello` has not been answered: nothing may be handed in yet.
    Greeting,
    /// At work.
    Open,
    /// The daemon closed its side.
    Closed,
}

impl Daemon {
    pub(crate) fn new(outgoing: mpsc::Sender<Vec<u8>>) -> Self {
        let inner = Inner {
            outgoing,
            waiting: Mutex::default(),
            n_calls: AtomicU64::new(0),
            slots: Semaphore::new(EVENTS_MAX),
            phase: watch::Sender::new(Phase::Greeting),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Hands in one event and waits until the daemon has it on disk, knows it already, or refuses
    /// it. Sent again until then: the daemon runs an `event_id` once however often it comes.
    ///
    /// Waits for `hello` to be answered first. Events handed in one after the other keep their
    /// order; those handed in side by side have none.
    ///
    /// # Errors
    /// When the daemon closed the connection before it acknowledged.
    pub async fn emit(&self, event: Arrival) -> Result<Acknowledgement, Disconnected> {
        let params = match serde_json::to_value(EventParams { event }) {
            Ok(params) => params,
            Err(error) => return Ok(Acknowledgement::Refused(error.to_string())),
        };
        self.reach(Phase::Open).await?;
        let _slot = self.inner.slots.acquire().await.map_err(|_| Disconnected)?;
        loop {
            let attempt = self.attempt(params.clone());
            let limit = Duration::from_millis(ACKNOWLEDGE_MS_MAX);
            let outcome = tokio::select! {
                outcome = tokio::time::timeout(limit, attempt) => outcome,
                closed = self.reach(Phase::Closed) => { closed?; return Err(Disconnected); }
            };
            match outcome {
                Ok(attempt) => {
                    if let Some(acknowledgement) = attempt? {
                        return Ok(acknowledgement);
                    }
                    tokio::time::sleep(Duration::from_millis(RESEND_MS)).await;
                }
                Err(_elapsed) => {}
            }
        }
    }

    /// Sends an event once; `None` when the daemon says "not now".
    async fn attempt(&self, params: Value) -> Result<Option<Acknowledgement>, Disconnected> {
        Ok(match self.call("event", params).await? {
            Ok(value) => serde_json::from_value(value).ok(),
            Err(error) if matches!(error.code, INVALID_PARAMS | TOO_LONG) => {
                Some(Acknowledgement::Refused(error.message))
            }
            Err(_) => None,
        })
    }

    /// Who a caller is and which agents it may speak to.
    ///
    /// # Errors
    /// `Unauthorized` for a credential that is not good; and when the daemon is gone.
    pub async fn caller(&self, params: &CallerParams) -> Result<CallerFacts, Refusal> {
        self.ask("caller", params).await
    }

    /// Asks for one run for a caller. What comes of it follows through [`crate::Bridge::stream`]
    /// and [`crate::Bridge::send`].
    ///
    /// # Errors
    /// Why the caller gets no run; nothing was recorded then.
    pub async fn submit(&self, params: &SubmitParams) -> Result<SubmitResult, Refusal> {
        self.ask("submit", params).await
    }

    /// Stops what was submitted: its caller is gone. True when there was anything left to stop.
    ///
    /// # Errors
    /// When the daemon cannot stop it now, or is gone.
    pub async fn cancel(&self, event_id: &str) -> Result<bool, Refusal> {
        let params = CancelParams { event_id: event_id.to_owned() };
        let result: CancelResult = self.ask("cancel", &params).await?;
        Ok(result.is_cancelled)
    }

    /// Asks for one run for a delivery of a hook that proved itself.
    ///
    /// # Errors
    /// Why there is none; nothing was recorded then.
    pub async fn hook_submit(&self, params: &HookParams) -> Result<SubmitResult, Refusal> {
        self.ask("hook.submit", params).await
    }

    /// Tells of a delivery that did not prove itself. Returns when its sender may be answered.
    ///
    /// # Errors
    /// When the daemon is gone, or does not know the hook.
    pub async fn hook_refused(&self, params: &HookRefusedParams) -> Result<(), Refusal> {
        self.ask("hook.refused", params).await.map(|_: HookRefusedResult| ())
    }

    /// Waits again for what comes of an event that an earlier process submitted: its `send`, or
    /// that there will be none.
    ///
    /// # Errors
    /// `NotFound` when nothing of that id was ever submitted.
    pub async fn attend(&self, event_id: &str) -> Result<RequestId, Refusal> {
        let params = AttendParams { event_id: event_id.to_owned() };
        let result: AttendResult = self.ask("attend", &params).await?;
        Ok(result.request_id)
    }

    /// Turns texts into vectors for a caller.
    ///
    /// # Errors
    /// `NotFound` when no model for it is configured; otherwise as [`Daemon::submit`].
    pub async fn embed(&self, params: &EmbedParams) -> Result<EmbedResult, Refusal> {
        self.ask("embed", params).await
    }

    async fn ask<R: DeserializeOwned>(
        &self,
        method: &str,
        params: &impl Serialize,
    ) -> Result<R, Refusal> {
        let ours =
            |error: serde_json::Error| Refusal::new(RefusalKind::Internal, error.to_string());
        let gone = |gone: Disconnected| Refusal::new(RefusalKind::Unavailable, gone.to_string());
        let params = serde_json::to_value(params).map_err(ours)?;
        self.reach(Phase::Open).await.map_err(gone)?;
        let limit = Duration::from_millis(ASK_MS_MAX);
        let outcome = tokio::select! {
            outcome = tokio::time::timeout(limit, self.call(method, params)) => outcome,
            closed = self.reach(Phase::Closed) => {
                closed.map_err(gone)?;
                return Err(gone(Disconnected));
            }
        };
        let Ok(answer) = outcome else {
            let message = format!("the daemon did not answer `{method}` in time");
            return Err(Refusal::new(RefusalKind::Unavailable, message));
        };
        serde_json::from_value(answer.map_err(gone)??).map_err(ours)
    }

    /// Calls a method of the daemon and waits for its answer.
    async fn call(&self, method: &str, params: Value) -> Result<Outcome, Disconnected> {
        let id = self.inner.n_calls.fetch_add(1, Ordering::Relaxed) + 1;
        let line = match Line::call(id, method, params).to_bytes() {
            Ok(line) => line,
            Err(error) => {
                let message = error.to_string();
                return Ok(Err(LineError { code: TOO_LONG, message, data: None }));
            }
        };
        let (caller, answer) = oneshot::channel();
        self.inner.lock().insert(id, caller);
        let _entry = Entry { inner: &self.inner, id };
        self.inner.outgoing.send(line).await.map_err(|_| Disconnected)?;
        answer.await.map_err(|_| Disconnected)
    }

    /// Tells the daemon something worth a line in its log. Lost when the connection is closed.
    pub async fn log(&self, message: &str) {
        self.notify("log", json!({ "message": message })).await;
    }

    /// Tells the daemon how the connection to the outside system stands.
    pub async fn report(&self, state: &str, detail: &str) {
        self.notify("status", json!({ "state": state, "detail": detail })).await;
    }

    async fn notify(&self, method: &str, params: Value) {
        if let Ok(line) = Line::notification(method, params).to_bytes() {
            let _ = self.inner.outgoing.send(line).await;
        }
    }

    /// Waits until the connection has come this far.
    pub(crate) async fn reach(&self, phase: Phase) -> Result<(), Disconnected> {
        let mut phases = self.inner.phase.subscribe();
        let reached = phases.wait_for(|&now| now >= phase).await.map_err(|_| Disconnected)?;
        if *reached == Phase::Closed && phase != Phase::Closed {
            return Err(Disconnected);
        }
        Ok(())
    }

    /// Moves the connection on; never back.
    pub(crate) fn enter(&self, phase: Phase) {
        self.inner.phase.send_if_modified(|now| {
            let is_later = phase > *now;
            *now = phase.max(*now);
            is_later
        });
        if phase == Phase::Closed {
            self.inner.lock().clear();
        }
    }

    /// Hands an answer to the event that waits for it; one that nobody waits for is dropped, as
    /// for an event that was sent twice.
    pub(crate) fn answer(&self, id: u64, outcome: Outcome) {
        let caller = self.inner.lock().remove(&id);
        if let Some(caller) = caller {
            let _ = caller.send(outcome);
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<Outcome>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the table of waiting events, given back however the wait ends.
struct Entry<'a> {
    inner: &'a Inner,
    id: u64,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.inner.lock().remove(&self.id);
    }
}
