//! What every handler and stage is given: nothing in the daemon is global or set later.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use nexus_agent::port::Clock;
use nexus_agent::tools::Programs;
use nexus_domain::Timestamp;
use nexus_domain::id::AgentId;
use nexus_ledger::{Lease, Ledger};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::agents::Agents;
use crate::blob::Blobs;
use crate::bus::Bus;
use crate::callers::Callers;
use crate::config::ConfigHandle;
use crate::credentials::Credentials;
use crate::engine::Engine;
use crate::exposure::Exposure;
use crate::handover::Successor;
use crate::health::HealthBoard;
use crate::home::Home;
use crate::jobs::adapters::Adapters;
use crate::pause::Pause;
use crate::policy::{Iam, Policies};
use crate::power::Power;
use crate::presence::Presence;
use crate::schedule::Schedule;
use crate::server::login::Logins;
use crate::ways::Ways;

/// The operation context: passed first, everywhere.
pub struct Context {
    /// The folders of this installation.
    pub home: Home,
    /// The configuration in force.
    pub config: ConfigHandle,
    /// The agents there are.
    pub agents: Agents,
    /// The ledger.
    pub ledger: Ledger,
    /// Wakes subscribers.
    pub bus: Bus,
    /// The only clock.
    pub clock: Arc<dyn Clock>,
    /// Signs checkpoints of the audit.
    pub audit: crate::audit::Signer,
    /// Decides what may happen.
    pub iam: Iam,
    /// Keeps what decides up to date.
    pub policies: Policies,
    /// Drives requests through the stages.
    pub engine: Engine,
    /// The sandbox, and the programs of agents that run in the background.
    pub programs: Arc<Programs>,
    /// The pause, while there is one.
    pub pause: Pause,
    /// Wakes whoever waits for the next scheduled job.
    pub schedule: Schedule,
    /// Sleep of the machine, and its network.
    pub power: Power,
    /// How the parts are.
    pub health: HealthBoard,
    /// Who is connected.
    pub presence: Presence,
    /// One-time links and browser sessions.
    pub logins: Logins,
    /// Everything that opens the door.
    pub ways: Ways,
    /// Reads and keeps credentials.
    pub credentials: Credentials,
    /// Pictures beside the ledger.
    pub blobs: Blobs,
    /// Callers that adapters serve.
    pub callers: Callers,
    /// The control-plane token.
    pub token: SecretString,
    /// What is open to others.
    pub exposure: Exposure,
    /// The adapters.
    pub adapters: Adapters,
    /// Where the listener on loopback is bound, once it is.
    pub address: OnceLock<SocketAddr>,
    /// When the daemon started.
    pub started_at: Timestamp,
    /// The lease under which the daemon commits.
    pub lease: Lease,
    /// Whether the port was handed over by a service manager, which starts the daemon again when
    /// somebody knocks.
    pub is_socket_activated: bool,
    /// Ends everything; cancelled when the drain begins.
    pub shutdown: Shutdown,
}

impl Context {
    /// The folder an agent works in.
    #[must_use]
    pub fn workspace(&self, agent: &AgentId) -> PathBuf {
        self.agents.book().workspace(&self.home, agent)
    }
}

/// The order to stop, with its reason.
#[derive(Clone, Default)]
pub struct Shutdown {
    token: CancellationToken,
    reason: Arc<OnceLock<String>>,
    restart_expected_ms: Arc<OnceLock<u64>>,
    successor: Arc<OnceLock<Successor>>,
    deposed: Arc<OnceLock<String>>,
    crashed: Arc<OnceLock<&'static str>>,
}

impl Shutdown {
    /// Orders the stop; the first reason stays.
    pub fn begin(&self, reason: &str) {
        // A second order changes nothing: the first reason is already being told to clients.
        let _ = self.reason.set(reason.to_owned());
        self.token.cancel();
    }

    /// The same, with a start after it that is expected in so many milliseconds.
    pub fn begin_restart(&self, reason: &str, expected_ms: u64) {
        if !self.has_begun() {
            // As above: what is being told already stays.
            let _ = self.restart_expected_ms.set(expected_ms);
        }
        self.begin(reason);
    }

    /// The same for good reason: another process takes over. Whoever comes first stays.
    pub fn begin_handover(&self, to: Successor, expected_ms: u64) {
        let reason = format!("handed over to {to}");
        if !self.has_begun() {
            let _ = self.successor.set(to);
        }
        self.begin_restart(&reason, expected_ms);
    }

    /// Somebody else owns the home already: nothing is to be finished or written.
    pub fn depose(&self, why: &str, expected_ms: u64) {
        let _ = self.deposed.set(why.to_owned());
        self.begin_restart(why, expected_ms);
    }

    /// A part of the daemon panicked. What others have in hand is finished.
    pub(crate) fn crash(&self, part: &'static str) {
        if !self.has_begun() {
            // The first one is the cause of what follows.
            let _ = self.crashed.set(part);
        }
        self.begin(&format!("its part {part:?} crashed"));
    }

    /// The part that panicked, if the daemon stops for that.
    #[must_use]
    pub fn crashed(&self) -> Option<&'static str> {
        self.crashed.get().copied()
    }

    /// Who takes over, if the daemon stops for that.
    #[must_use]
    pub fn successor(&self) -> Option<&Successor> {
        self.successor.get()
    }

    /// Whether somebody else owns the home already.
    #[must_use]
    pub fn is_deposed(&self) -> bool {
        self.deposed.get().is_some()
    }

    /// When the daemon will be back, as far as whoever stopped it said.
    #[must_use]
    pub fn restart_expected_ms(&self) -> Option<u64> {
        self.restart_expected_ms.get().copied()
    }

    /// Whether the stop was ordered.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Waits for the order.
    pub async fn begun(&self) {
        self.token.cancelled().await;
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.reason.get().map_or("stopped", String::as_str)
    }
}
