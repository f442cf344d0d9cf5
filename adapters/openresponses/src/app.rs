//! What the parts of the adapter share.

use std::sync::Arc;

use axum::http::HeaderMap;
use nexus_adapter::CallerParams;
use nexus_ingress::{Ingress, Problem, Remote};
use tokio::sync::Semaphore;

use crate::background::Background;
use crate::seal::Seal;
use crate::settings::Settings;
use crate::store::Store;

/// One account at work.
pub(crate) struct App {
    pub(crate) ingress: Arc<Ingress>,
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    pub(crate) seal: Seal,
    pub(crate) background: Background,
    /// Places for WebSockets.
    pub(crate) sockets: Arc<Semaphore>,
}

impl App {
    /// Whose the credential is that a caller shows.
    ///
    /// # Errors
    /// When there is none, or it is no good.
    pub(crate) async fn principal(
        &self,
        headers: &HeaderMap,
        remote: Remote,
    ) -> Result<String, Problem> {
        let caller = nexus_ingress::caller(headers, remote.0)?;
        let _place = self.ingress.place()?;
        self.owner(&caller).await
    }

    pub(crate) async fn owner(&self, caller: &CallerParams) -> Result<String, Problem> {
        Ok(self.ingress.daemon.caller(caller).await?.principal)
    }

    /// Now, in seconds since 1970.
    pub(crate) fn seconds() -> i64 {
        nexus_adapter::now().0 / 1_000
    }
}
