//! Runs that go on without their caller, and without this process: what comes of them is kept as it
//! comes, and whoever asks reads it from there.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use nexus_adapter::{SendError, SendErrorKind};
use nexus_ingress::{Kept, Piece, Problem};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Sleep;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::writing::Writing;

/// Pause between two entries into the store while a response grows, in milliseconds: each writes
/// the whole response anew.
const SAVE_PAUSE_MS: u64 = 100;
/// How long a delivery waits until its response is on disk, in milliseconds; below the 60 s after
/// which the daemon would not know what became of it.
const KEPT_MS_MAX: u64 = 30_000;

/// The runs of this process.
#[derive(Default)]
pub(crate) struct Background {
    /// Bounded by the places for calls, and what an earlier process left behind.
    runs: Mutex<HashMap<String, Arc<Handle>>>,
}

/// One of them.
pub(crate) struct Handle {
    cancel: CancellationToken,
    /// Rung whenever more of it is in the store.
    saved: watch::Sender<u64>,
    /// The last of it is in the store.
    done: CancellationToken,
}

impl Handle {
    /// Cancels the run, and waits until that is on disk.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub(crate) async fn cancel(&self) -> Result<(), Problem> {
        self.cancel.cancel();
        match self.is_kept().await {
            true => Ok(()),
            false => Err(Problem::internal("the response cannot be kept")),
        }
    }

    async fn is_kept(&self) -> bool {
        let limit = Duration::from_millis(KEPT_MS_MAX);
        tokio::time::timeout(limit, self.done.cancelled()).await.is_ok()
    }

    /// Tells of everything that is saved from now on.
    pub(crate) fn bell(&self) -> watch::Receiver<u64> {
        self.saved.subscribe()
    }
}

impl Background {
    pub(crate) fn get(&self, id: &str) -> Option<Arc<Handle>> {
        self.runs().get(id).cloned()
    }

    /// Whether the response is one that runs without its caller, and what was delivered for it is
    /// on disk.
    ///
    /// # Errors
    /// When it is not, but should be.
    pub(crate) async fn is_kept(&self, app: &App, id: &str) -> Result<bool, SendError> {
        let Some(handle) = self.get(id) else {
            let ended = app.store.has_ended(id).await;
            return ended
                .map_err(|problem| SendError::new(SendErrorKind::Network, problem.message));
        };
        match handle.is_kept().await {
            true => Ok(true),
            false => Err(SendError::new(SendErrorKind::Network, "the response cannot be kept")),
        }
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<String, Arc<Handle>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes up what an earlier process left behind. What needed its caller has failed with it.
///
/// # Errors
/// When the store cannot be used.
pub(crate) async fn resume(app: &Arc<App>) -> Result<(), Problem> {
    let now = nexus_adapter::now().0;
    for unfinished in app.store.unfinished().await? {
        let mut writing = unfinished.stored.writing;
        if !unfinished.stored.is_background {
            let events = writing.fail(&Problem::internal("the adapter ended before the response"));
            app.store.save(&unfinished.id, &writing, events).await?;
            continue;
        }
        let age_ms = u64::try_from(now - unfinished.created_at).unwrap_or_default();
        let left_ms = app.settings.background_timeout_ms.saturating_sub(age_ms).max(1);
        let kept = Kept::resume(&app.ingress, &unfinished.id, left_ms);
        attend(app, unfinished.id, kept, writing, unfinished.stored.is_streamed);
    }
    Ok(())
}

/// Leaves somebody behind who keeps what comes of a run.
pub(crate) fn attend(
    app: &Arc<App>,
    id: String,
    run: Kept,
    writing: Writing,
    is_streamed: bool,
) -> Arc<Handle> {
    let (cancel, done) = (CancellationToken::new(), CancellationToken::new());
    let handle = Arc::new(Handle { cancel, saved: watch::Sender::new(0), done });
    app.background.runs().insert(id.clone(), Arc::clone(&handle));
    let attendant = Attendant {
        app: Arc::clone(app),
        id,
        run,
        writing,
        is_streamed,
        handle: Arc::clone(&handle),
    };
    app.ingress.spawn(attendant.attend());
    handle
}

struct Attendant {
    app: Arc<App>,
    id: String,
    run: Kept,
    writing: Writing,
    is_streamed: bool,
    handle: Arc<Handle>,
}

impl Attendant {
    async fn attend(mut self) {
        while !self.writing.is_final() {
            let Some(events) = self.gather().await else { return };
            let events = if self.is_streamed { events } else { Vec::new() };
            if !self.is_streamed && !self.writing.is_final() {
                continue;
            }
            match self.app.store.save(&self.id, &self.writing, events).await {
                Ok(true) => self.handle.saved.send_modify(|n| *n += 1),
                // Deleted meanwhile: nobody can ask for it.
                Ok(false) => {
                    self.run.stop();
                    break;
                }
                Err(problem) => {
                    // The delivery is not taken, and comes again.
                    let message = format!("{} cannot be kept: {}", self.id, problem.message);
                    return self.app.ingress.daemon.log(&message).await;
                }
            }
        }
        self.app.background.runs().remove(&self.id);
        self.handle.done.cancel();
        self.handle.saved.send_modify(|n| *n += 1);
    }

    /// Waits for something, and takes what comes shortly after. `None` when this process ends
    /// before the run does.
    async fn gather(&mut self) -> Option<Vec<Value>> {
        let mut events = Vec::new();
        let mut pause = None;
        loop {
            let piece = tokio::select! {
                biased;
                () = self.handle.cancel.cancelled() => {
                    self.run.stop();
                    events.extend(self.writing.cancel());
                    return Some(events);
                }
                piece = self.run.next() => piece,
                () = over(&mut pause) => return Some(events),
            };
            if matches!(&piece, Piece::End(end) if end.is_err())
                && self.app.ingress.stopped().now_or_never().is_some()
            {
                return None;
            }
            events.extend(self.writing.take(piece, App::seconds()));
            if self.writing.is_final() {
                return Some(events);
            }
            pause.get_or_insert_with(|| {
                Box::pin(tokio::time::sleep(Duration::from_millis(SAVE_PAUSE_MS)))
            });
        }
    }
}

/// Waits until a pause that has begun is over.
async fn over(pause: &mut Option<Pin<Box<Sleep>>>) {
    match pause {
        Some(pause) => pause.as_mut().await,
        None => std::future::pending().await,
    }
}
