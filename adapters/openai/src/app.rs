//! What the parts of the adapter share.

use std::sync::Arc;
use std::time::Duration;

use nexus_ingress::Ingress;

/// One account at work.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) ingress: Arc<Ingress>,
    /// Silence in a stream before a comment keeps it open.
    pub(crate) keep_alive: Duration,
}
