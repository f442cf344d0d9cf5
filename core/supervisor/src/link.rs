//! One live connection to a child: calls and their answers.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexus_protocol::adapter::{Line, LineError, SendError, SendErrorKind};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;

/// Lines that wait to be written to a child.
pub(crate) const OUTGOING_LINES_MAX: usize = 16;
/// Calls that may wait for an answer.
const CALLS_MAX: usize = 256;

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq)]
pub enum CallError {
    /// It was never written: the child is not running, does not read, or the call is too long.
    NotSent(String),
    /// It was written, or may have been, and the child ended before it answered.
    Lost(String),
    /// It was written, or may have been, and no answer came in time.
    TimedOut {
        /// The limit, in milliseconds.
        limit_ms: u64,
    },
    /// The child answered with an error.
    Refused(LineError),
    /// The child answered something that does not fit the method.
    Nonsense(String),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(reason) | Self::Lost(reason) | Self::Nonsense(reason) => {
                f.write_str(reason)
            }
            Self::TimedOut { limit_ms } => write!(f, "no answer came within {limit_ms} ms"),
            Self::Refused(error) => write!(f, "it answered: {}", error.message),
        }
    }
}

impl std::error::Error for CallError {}

impl From<CallError> for SendError {
    /// What may have been sent is `unknown`: whoever keeps the outbox must not repeat it blindly.
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(error) => error.into(),
            CallError::NotSent(_) => Self::new(SendErrorKind::Network, error.to_string()),
            CallError::Lost(_) | CallError::TimedOut { .. } | CallError::Nonsense(_) => {
                Self::new(SendErrorKind::Unknown, error.to_string())
            }
        }
    }
}

type Outcome = Result<Value, LineError>;

/// Calls that wait for an answer.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    waiting: Mutex<HashMap<u64, oneshot::Sender<Outcome>>>,
    n_calls: AtomicU64,
    n_heard: AtomicU64,
}

impl Calls {
    /// Takes note of a line that makes sense, whatever it says.
    pub(crate) fn hear(&self) {
        self.n_heard.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were.
    pub(crate) fn n_heard(&self) -> u64 {
        self.n_heard.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<Outcome>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands an answer to its caller; `false` when nobody waits for it (any more).
    pub(crate) fn answer(&self, id: u64, outcome: Outcome) -> bool {
        let caller = self.lock().remove(&id);
        caller.is_some_and(|caller| caller.send(outcome).is_ok())
    }

    /// Ends every call that still waits; the callers learn that their answer is lost.
    pub(crate) fn end(&self) {
        self.lock().clear();
    }
}

/// A slot in the table of calls, given back however the call ends.
struct Slot<'a> {
    calls: &'a Calls,
    id: u64,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.calls.lock().remove(&self.id);
    }
}

/// The daemon's end of the pipes, for as long as one process lives.
pub(crate) struct Link {
    pub(crate) outgoing: mpsc::Sender<Vec<u8>>,
    pub(crate) calls: Arc<Calls>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Link {
    /// Calls a method and waits for its answer, in all at most `limit_ms`.
    pub(crate) async fn call(
        &self,
        method: &str,
        params: Value,
        limit_ms: u64,
    ) -> Result<Value, CallError> {
        let mut limit = self.clock.sleep(limit_ms);
        let (caller, answer) = oneshot::channel();
        let id = self.calls.n_calls.fetch_add(1, Ordering::Relaxed) + 1;
        let line = Line::call(id, method, params)
            .to_bytes()
            .map_err(|error| CallError::NotSent(error.to_string()))?;
        let not_sent = |reason: &str| Err(CallError::NotSent(reason.to_owned()));
        // Room first: a call that finds none was certainly not sent.
        let room = tokio::select! {
            biased;
            room = self.outgoing.reserve() => room,
            () = &mut limit => return not_sent("it does not read what is sent to it"),
        };
        let Ok(room) = room else {
            return not_sent("it is no longer running");
        };
        {
            let mut waiting = self.calls.lock();
            if waiting.len() >= CALLS_MAX {
                return not_sent("too many calls wait for an answer");
            }
            waiting.insert(id, caller);
        }
        let _slot = Slot { calls: &self.calls, id };
        room.send(line);
        tokio::select! {
            biased;
            outcome = answer => match outcome {
                Ok(outcome) => outcome.map_err(CallError::Refused),
                Err(_) => Err(CallError::Lost("it ended before it answered".to_owned())),
            },
            () = &mut limit => Err(CallError::TimedOut { limit_ms }),
        }
    }

    /// Says something that wants no answer; waits for room, at most `limit_ms`.
    pub(crate) async fn notify(
        &self,
        method: &str,
        params: Value,
        limit_ms: u64,
    ) -> Result<(), CallError> {
        let line = Line::notification(method, params)
            .to_bytes()
            .map_err(|error| CallError::NotSent(error.to_string()))?;
        tokio::select! {
            biased;
            sent = self.outgoing.send(line) => {
                sent.map_err(|_| CallError::NotSent("it is no longer running".to_owned()))
            }
            () = self.clock.sleep(limit_ms) => {
                Err(CallError::NotSent("it does not read what is sent to it".to_owned()))
            }
        }
    }
}
