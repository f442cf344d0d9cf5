//! Calls of a child other than `event`: answered side by side, so many at a time.

use std::sync::Arc;

use nexus_protocol::adapter::LineError;
use nexus_protocol::line::NOT_NOW;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::Handler;
use crate::pipe::answer;

/// Calls of one child that wait for an answer; more are told to come again.
pub(crate) const CALLS_MAX: usize = 128;

/// A call that wants its answer.
pub(crate) struct Wish {
    pub(crate) id: u64,
    pub(crate) method: String,
    pub(crate) params: Value,
}

/// Where a call comes from, as the child declared it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Name of the child.
    pub adapter: String,
    /// The channel it bridges.
    pub channel: String,
    /// The account it serves.
    pub account_id: String,
}

/// Hands calls to the handler and sends the answers.
pub(crate) struct Desk {
    pub(crate) origin: Arc<Origin>,
    pub(crate) handler: Arc<dyn Handler>,
    pub(crate) outgoing: mpsc::Sender<Vec<u8>>,
}

impl Desk {
    /// Works until the child is gone; what is under way then is dropped.
    pub(crate) async fn run(self, mut wishes: mpsc::Receiver<Wish>) {
        let mut at_work = JoinSet::new();
        while let Some(Wish { id, method, params }) = wishes.recv().await {
            while at_work.try_join_next().is_some() {}
            if at_work.len() >= CALLS_MAX {
                answer(&self.outgoing, id, Err(too_many())).await;
                continue;
            }
            let (handler, outgoing) = (Arc::clone(&self.handler), self.outgoing.clone());
            let origin = Arc::clone(&self.origin);
            at_work.spawn(async move {
                let outcome = handler.call(&origin, &method, params).await;
                answer(&outgoing, id, outcome).await;
            });
        }
    }
}

pub(crate) fn too_many() -> LineError {
    let message = format!("{CALLS_MAX} calls wait for an answer already; come again in a moment");
    LineError { code: NOT_NOW, message, data: None }
}
