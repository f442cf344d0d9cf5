//! How a run is told to end.

use nexus_domain::session::Stop;
use tokio_util::sync::CancellationToken;

/// A signal that a run, its model stream and its tools watch. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct StopSignal {
    now: CancellationToken,
    at_boundary: CancellationToken,
}

impl StopSignal {
    /// A signal that nobody has given.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the run at once: the model stream is closed, tools are cut off.
    pub fn stop_now(&self) {
        self.now.cancel();
    }

    /// Ends the run after the step in hand; no tool is cut off.
    pub fn stop_at_boundary(&self) {
        self.at_boundary.cancel();
    }

    /// Ends the run in the given way.
    pub fn stop(&self, how: Stop) {
        match how {
            Stop::Now => self.stop_now(),
            Stop::AtBoundary => self.stop_at_boundary(),
        }
    }

    /// A signal for one piece of work: it ends with this one, and can be ended alone.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { now: self.now.child_token(), at_boundary: self.at_boundary.child_token() }
    }

    /// Whether the run is to end at once.
    #[must_use]
    pub fn is_now(&self) -> bool {
        self.now.is_cancelled()
    }

    /// Whether no further step may begin.
    #[must_use]
    pub fn is_at_boundary(&self) -> bool {
        self.at_boundary.is_cancelled() || self.is_now()
    }

    /// Waits until the run is to end at once.
    pub async fn now(&self) {
        self.now.cancelled().await;
    }
}
