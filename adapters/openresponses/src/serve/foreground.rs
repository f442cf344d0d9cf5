//! A response whose caller waits for it: when the caller goes, the run ends.

use std::sync::Arc;

use nexus_ingress::{Piece, Problem, Run};
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;

use super::ready::Ready;
use crate::app::App;
use crate::outcome::failure;
use crate::writing::Writing;

/// A response on its way. Dropping it before its end cancels the run.
pub(super) struct Foreground {
    pub(super) writing: Writing,
    /// Id of the daemon's request.
    pub(super) request_id: String,
    run: Run,
    app: Arc<App>,
    principal: String,
    is_stored: bool,
}

impl Foreground {
    /// Asks for a run.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn start(
        app: &Arc<App>,
        place: OwnedSemaphorePermit,
        mut ready: Ready,
    ) -> Result<Self, Problem> {
        let call = ready.call(app)?;
        ready.keep(app).await?;
        let run = Run::start(&app.ingress, place, call).await;
        let is_stored = ready.wanted.is_stored;
        let principal = ready.context.principal;
        let run = match run {
            Ok(run) => run,
            Err(problem) => {
                if is_stored {
                    app.store.delete(&principal, &ready.id).await?;
                }
                return Err(problem.for_model(&ready.wanted.model));
            }
        };
        Ok(Self {
            writing: ready.writing,
            request_id: run.request_id.to_string(),
            run,
            app: Arc::clone(app),
            principal,
            is_stored,
        })
    }

    /// Waits for what comes next.
    pub(super) async fn next(&self) -> Piece {
        self.run.next().await
    }

    /// Takes a piece; the events that tell of it. The last ones are told when it is kept.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub(super) async fn take(&mut self, piece: Piece) -> Result<Vec<Value>, Problem> {
        if !self.is_stored || !matches!(piece, Piece::End(_)) {
            return Ok(self.writing.take(piece, App::seconds()));
        }
        let mut writing = self.writing.clone();
        let events = writing.take(piece, App::seconds());
        self.app.store.save(&self.run.id, &writing, Vec::new()).await?;
        self.writing = writing;
        Ok(events)
    }

    /// Ends it before it is known to anybody.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub(super) async fn discard(mut self) -> Result<(), Problem> {
        if std::mem::take(&mut self.is_stored) {
            self.app.store.delete(&self.principal, &self.run.id).await?;
        }
        Ok(())
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        if !self.is_stored || self.writing.is_final() {
            return;
        }
        let (app, mut writing) = (Arc::clone(&self.app), self.writing.clone());
        let id = self.run.id.clone();
        self.app.ingress.spawn(async move {
            writing.cancel();
            if let Err(problem) = app.store.save(&id, &writing, Vec::new()).await {
                app.ingress.daemon.log(&problem.message).await;
            }
        });
    }
}

/// Why a run came to nothing, if this is its end and it did.
pub(super) fn problem(piece: &Piece) -> Option<Problem> {
    match piece {
        Piece::End(end) => match end.as_ref() {
            Ok(answer) => failure(answer),
            Err(problem) => Some(problem.clone()),
        },
        _ => None,
    }
}
