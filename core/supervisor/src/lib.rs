//! Child processes: spawn, handshake, health, restart, drain.
//!
//! An adapter is a stranger that runs next door: a process with an empty environment, a folder
//! and a process group of its own, spoken to in lines over its stdin and stdout. Whatever it does
//! (crash, hang, write garbage, write without end, never read), it costs a bounded amount of
//! memory and the daemon goes on. Time comes through the [`Clock`] that is passed in.

mod ask;
mod child;
mod clock;
pub mod conformance;
mod desk;
mod keeper;
mod link;
mod once;
mod orphans;
mod pace;
mod pipe;
mod process;
mod pulse;
mod restart;
mod spec;
mod status;
mod stderr;
mod supervisor;

use futures_util::future::BoxFuture;
use nexus_domain::arrival::Arrival;
use nexus_protocol::adapter::{Acknowledgement, LineError};
use nexus_protocol::jsonrpc::METHOD_NOT_FOUND;
use serde_json::Value;

pub use child::Child;
pub use clock::Clock;
pub use desk::Origin;
pub use link::CallError;
pub use nexus_protocol::adapter::{SendError, SendErrorKind};
pub use once::{Once, OnceError, run_once};
pub use spec::{ChildSpec, Confinement, EVENTS_PER_S};
pub use status::{Exit, State, Status};
pub use supervisor::Supervisor;

/// Takes what adapters hand in.
pub trait Handler: Send + Sync {
    /// Takes one arrival, in the order in which the adapter handed them in. The adapter is
    /// acknowledged when this returns, so it returns once the arrival is on disk. Its channel,
    /// account and sizes have been checked.
    ///
    /// A refusal is final: the adapter drops the event. What cannot be taken now is waited for. A
    /// daemon that stops gives no answer, so that the event comes again; it returns at once, because
    /// answers of the adapter to its last deliveries come in behind.
    ///
    /// One adapter's arrivals wait for each other. This must not wait for a `send` to the same
    /// adapter, whose answer would come in behind the next arrival.
    fn event<'a>(
        &'a self,
        adapter: &'a str,
        arrival: Arrival,
    ) -> BoxFuture<'a, Option<Acknowledgement>>;

    /// Answers any other call of an adapter. Called side by side; dropped when the adapter ends.
    fn call<'a>(
        &'a self,
        _origin: &'a Origin,
        method: &'a str,
        _params: Value,
    ) -> BoxFuture<'a, Result<Value, LineError>> {
        let message = format!("there is no method `{method}`");
        Box::pin(async { Err(LineError { code: METHOD_NOT_FOUND, message, data: None }) })
    }

    /// Keeps a line for people: what the adapter wrote to stderr, what it said by `log` and
    /// `status`, and what became of it. So many a second come at most.
    fn said(&self, _adapter: &str, _source: &str, _line: &str) {}

    /// Takes note that an adapter claimed what is not its own. Repetitions come ever more rarely.
    fn violated<'a>(&'a self, _adapter: &'a str, _what: String) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}
