//! What the parts of the adapter share.

use std::sync::Arc;

use nexus_adapter::Daemon;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::settings::Settings;
use crate::spool::Spool;
use crate::waiting::Waiting;

/// Memory for bodies that are being read or not submitted yet, all together, in bytes. What is
/// made of a body takes about twice as much again, and an adapter has 256 MiB.
const BODIES_BYTES_MAX: usize = 48 * 1024 * 1024;
/// What is counted together of it, in bytes.
pub(crate) const BODY_UNIT_BYTES: usize = 1_024;

/// One account at work.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) account_id: String,
    pub(crate) daemon: Daemon,
    pub(crate) spool: Spool,
    pub(crate) waiting: Arc<Waiting>,
    /// Places for calls.
    pub(crate) places: Arc<Semaphore>,
    /// Room for bodies, in units of 1 KiB.
    pub(crate) room: Arc<Semaphore>,
    /// Connections and runs.
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

impl App {
    pub(crate) fn new(
        settings: Settings,
        account_id: String,
        daemon: Daemon,
        spool: Spool,
        waiting: Arc<Waiting>,
    ) -> Self {
        // One body of the largest size must always fit.
        let room = BODIES_BYTES_MAX.max(settings.body_bytes_max).div_ceil(BODY_UNIT_BYTES);
        Self {
            places: Arc::new(Semaphore::new(settings.calls_max)),
            room: Arc::new(Semaphore::new(room)),
            settings,
            account_id,
            daemon,
            spool,
            waiting,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }
}
