//! Messages that orchestrators have under way, by the names they gave them: another connection
//! can stop one that this connection waits for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, RequestId};
use nexus_domain::principal::Principal;
use tokio::sync::watch;

/// Who sent it, to whom, and what it is called.
type Name = (Principal, AgentId, String);
type Names = HashMap<Name, watch::Receiver<Option<RequestId>>>;

/// The messages under way.
#[derive(Clone, Default)]
pub struct Sends(Arc<Mutex<Names>>);

/// A message under way; forgotten when it is dropped.
pub struct Sending {
    sends: Sends,
    name: Name,
    request: watch::Sender<Option<RequestId>>,
}

impl Sends {
    fn names(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a name.
    ///
    /// # Errors
    /// `Invalid` when a message of that name is under way.
    pub fn begin(
        &self,
        by: &Principal,
        to: &AgentId,
        request_id: &str,
    ) -> Result<Sending, Failure> {
        let name = (by.clone(), to.clone(), request_id.to_owned());
        let (request, seen) = watch::channel(None);
        let mut names = self.names();
        if names.contains_key(&name) {
            return Err(Failure::invalid(format!(
                "the message `{}` is under way already",
                request_id.escape_debug()
            ))
            .hint("give each message a `request_id` of its own, or leave it out")
            .details(serde_json::json!({ "path": "params.request_id" })));
        }
        names.insert(name.clone(), seen);
        drop(names);
        Ok(Sending { sends: self.clone(), name, request })
    }

    /// The request behind a name: one's own, and for the owner anybody's. Waits for a message that
    /// is about to be recorded.
    pub async fn find(&self, by: &Principal, to: &AgentId, request_id: &str) -> Option<RequestId> {
        let is_meant = |name: &Name| {
            name.1 == *to && name.2 == request_id && (name.0 == *by || *by == Principal::Owner)
        };
        let mut seen =
            self.names().iter().find(|(name, _)| is_meant(name)).map(|(_, seen)| seen.clone())?;
        // The sender is gone when the message was refused.
        let found = seen.wait_for(Option::is_some).await.ok()?;
        *found
    }
}

impl Sending {
    /// Says which request the message has become.
    pub fn is(&self, request: RequestId) {
        self.request.send_replace(Some(request));
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.sends.names().remove(&self.name);
    }
}
