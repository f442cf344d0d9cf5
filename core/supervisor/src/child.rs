//! The handle of a child.

use std::sync::{Arc, Mutex, PoisonError};

use nexus_protocol::adapter::{
    Ability, AdapterFacts, EditParams, SendError, SendErrorKind, SendParams, SendResult,
};
use serde_json::Value;
use tokio::sync::watch;

use crate::link::{CallError, Link};
use crate::status::{State, Status};
use crate::stderr::LastLines;

/// Longest wait for a `send`, in milliseconds.
pub(crate) const SEND_MS_MAX: u64 = 60_000;

/// Longest wait for a child to take a notification, in milliseconds.
const NOTIFY_MS_MAX: u64 = 10_000;

/// What is wanted of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) is_running: bool,
    /// Rises with each order, so that "start" to a failed child is an order of its own.
    pub(crate) n_orders: u64,
}

/// A handle to a supervised child; clones name the same one. What it says and does goes on
/// without any handle: the [`crate::Supervisor`] keeps it.
#[derive(Clone)]
pub struct Child {
    pub(crate) name: Arc<str>,
    pub(crate) wanted: Arc<watch::Sender<Wanted>>,
    pub(crate) status: watch::Receiver<Status>,
    pub(crate) link: Arc<Mutex<Option<Arc<Link>>>>,
    pub(crate) stderr: Arc<Mutex<LastLines>>,
}

impl Child {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it stands; the receiver wakes on every change.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// What it said about itself, while it is running.
    #[must_use]
    pub fn facts(&self) -> Option<AdapterFacts> {
        self.status.borrow().facts.clone()
    }

    /// The last lines it wrote to stderr.
    #[must_use]
    pub fn last_stderr(&self) -> Vec<String> {
        self.stderr.lock().unwrap_or_else(PoisonError::into_inner).to_vec()
    }

    /// Starts it, if it is not running or starting already; also one that was given up.
    pub fn start(&self) {
        let is_at_work = matches!(
            self.status.borrow().state,
            State::Starting | State::Running | State::Degraded | State::Suspended
        );
        self.wanted.send_if_modified(|wanted| {
            if wanted.is_running && is_at_work {
                return false;
            }
            *wanted = Wanted { is_running: true, n_orders: wanted.n_orders + 1 };
            true
        });
    }

    /// Drains it and starts it again.
    pub fn restart(&self) {
        self.order(true);
    }

    /// Drains it and leaves it stopped.
    pub async fn stop(&self) {
        let order = self.order(false);
        let mut status = self.status.clone();
        let mut orders = self.wanted.subscribe();
        // An error means that its keeper is gone, and the process with it. A later order takes
        // the place of this one.
        tokio::select! {
            _ = status.wait_for(|status| status.state == State::Stopped) => {}
            _ = orders.wait_for(|wanted| wanted.n_orders > order) => {}
        }
    }

    fn order(&self, is_running: bool) -> u64 {
        let mut order = 0;
        self.wanted.send_modify(|wanted| {
            order = wanted.n_orders + 1;
            *wanted = Wanted { is_running, n_orders: order };
        });
        order
    }

    /// Says something that wants no answer. Waits while the child reads slowly.
    ///
    /// # Errors
    /// When it is not running, or does not read.
    pub async fn notify(&self, method: &str, params: Value) -> Result<(), CallError> {
        self.link()?.notify(method, params, NOTIFY_MS_MAX).await
    }

    /// Calls a method of the contract and waits for its answer, at most `limit_ms`.
    ///
    /// # Errors
    /// When there is no answer, or the answer is an error.
    pub async fn call(
        &self,
        method: &str,
        params: Value,
        limit_ms: u64,
    ) -> Result<Value, CallError> {
        self.link()?.call(method, params, limit_ms).await
    }

    fn link(&self) -> Result<Arc<Link>, CallError> {
        let link = self.link.lock().unwrap_or_else(PoisonError::into_inner).clone();
        link.ok_or_else(|| {
            let state = self.status.borrow().state;
            CallError::NotSent(format!("adapter `{}` is {state}", self.name))
        })
    }

    /// Hands it one delivery.
    ///
    /// # Errors
    /// With the kind that decides whether it may be tried again. `Network` means that it was not
    /// sent; `Unknown` means that nobody knows.
    pub async fn send(&self, params: SendParams) -> Result<SendResult, SendError> {
        if self.facts().is_some_and(|facts| !facts.supports.contains(&Ability::Send)) {
            let message = format!("adapter `{}` cannot send", self.name);
            return Err(SendError::new(SendErrorKind::ContentRejected, message));
        }
        let params = serde_json::to_value(params)
            .map_err(|error| SendError::new(SendErrorKind::ContentRejected, error.to_string()))?;
        let result = self.call("send", params, SEND_MS_MAX).await?;
        serde_json::from_value(result).map_err(|error| {
            CallError::Nonsense(format!("its answer to `send` cannot be read: {error}")).into()
        })
    }

    /// Gives a message that it sent another text. Repeating that does no harm.
    ///
    /// # Errors
    /// As for [`Child::send`].
    pub async fn edit(&self, params: EditParams) -> Result<(), SendError> {
        let params = serde_json::to_value(params)
            .map_err(|error| SendError::new(SendErrorKind::ContentRejected, error.to_string()))?;
        Ok(self.call("edit", params, SEND_MS_MAX).await.map(drop)?)
    }
}

impl std::fmt::Debug for Child {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Child").field("name", &self.name).finish_non_exhaustive()
    }
}
