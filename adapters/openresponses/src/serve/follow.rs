//! The events of a response that goes on without its caller, as they stand in the store and as they
//! come.

use std::convert::Infallible;
use std::sync::Arc;

use axum::response::Response;
use nexus_ingress::Problem;
use serde_json::Value;
use tokio::sync::watch;

use super::{DONE, KEEP_ALIVE, named, streaming};
use crate::app::App;

/// Events that are read together.
const EVENTS_LEN: i64 = 256;

struct Follower {
    app: Arc<App>,
    id: String,
    /// Number of the last event that was told.
    after: i64,
    bell: Option<watch::Receiver<u64>>,
}

/// Streams the events after the one of that number.
pub(super) fn follow(app: &Arc<App>, id: String, after: i64) -> Response {
    // Before anything is read, so that nothing is missed.
    let bell = app.background.get(&id).map(|handle| handle.bell());
    let follower = Follower { app: Arc::clone(app), id, after, bell };
    streaming(futures_util::stream::unfold(Some(follower), |follower| async {
        let mut follower = follower?;
        let piece = follower.next().await.unwrap_or_else(|_| DONE.to_owned());
        let rest = (!piece.ends_with(DONE)).then_some(follower);
        Some((Ok::<_, Infallible>(piece), rest))
    }))
}

impl Follower {
    async fn next(&mut self) -> Result<String, Problem> {
        loop {
            if let Some(bell) = &mut self.bell {
                bell.mark_unchanged();
            }
            let events = self.app.store.events(&self.id, self.after, EVENTS_LEN).await?;
            if !events.is_empty() {
                return Ok(self.tell(events));
            }
            // Nothing is left, and nothing comes: it was all, or was deleted meanwhile.
            let Some(bell) = &mut self.bell else { return Ok(DONE.to_owned()) };
            let keep_alive = self.app.settings.keep_alive;
            match tokio::time::timeout(keep_alive, bell.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_over)) => self.bell = None,
                Err(_silence) => return Ok(KEEP_ALIVE.to_owned()),
            }
        }
    }

    fn tell(&mut self, events: Vec<(i64, String)>) -> String {
        let mut told = String::new();
        for (number, event) in events {
            self.after = number;
            let parsed: Value = serde_json::from_str(&event).unwrap_or_default();
            let name = parsed["type"].as_str().unwrap_or_default();
            told.push_str(&named(name, &event));
            if matches!(name, "response.completed" | "response.incomplete" | "response.failed") {
                told.push_str(DONE);
            }
        }
        told
    }
}
