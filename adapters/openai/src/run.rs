//! One run for a caller, from its submission until it came to something or the caller is gone.

use std::sync::Arc;
use std::time::Duration;

use nexus_adapter::{
    AgentId, Arrival, CallerParams, ContentType, PeerKind, Refusal, RefusalKind, RequestId,
    SessionKey, SubmitParams, SubmitResult,
};
use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::app::App;
use crate::bridge::CHANNEL;
use crate::chat::Wanted;
use crate::error::ApiError;
use crate::id;
use crate::spool::Spooled;
use crate::waiting::{Mailbox, Piece};

/// Largest brief that stands in the line itself, in bytes: with the text of the message beside it
/// the line stays below its limit.
const BRIEF_BYTES_MAX: usize = 256 * 1024;

/// Who asks for what.
pub(crate) struct Call {
    pub(crate) caller: CallerParams,
    pub(crate) agent_id: AgentId,
    pub(crate) session_key: Option<SessionKey>,
    pub(crate) wanted: Wanted,
}

/// A run that was taken up. Dropping it before its end cancels it.
pub(crate) struct Run {
    /// Id of the event, and of the completion.
    pub(crate) id: String,
    pub(crate) request_id: RequestId,
    mailbox: Arc<Mailbox>,
    _gone: DropGuard,
}

impl Run {
    /// Waits for the next piece of the answer; nothing comes after its end.
    pub(crate) async fn next(&self) -> Piece {
        self.mailbox.next().await
    }
}

/// Asks the daemon for a run.
///
/// # Errors
/// Why there is none.
pub(crate) async fn start(
    app: &Arc<App>,
    place: OwnedSemaphorePermit,
    call: Call,
) -> Result<Run, ApiError> {
    let id = id::random("chatcmpl-");
    let (params, spooled) = prepare(app, &id, call).await?;
    let mailbox = app.waiting.open(&id);
    let gone = CancellationToken::new();
    let guard = gone.clone().drop_guard();
    let (tell, told) = oneshot::channel();
    let attendant = Attendant { app: Arc::clone(app), id: id.clone(), gone, _place: place };
    // A task of its own, which outlives the caller: what was submitted has to be cancelled.
    app.tasks.spawn(attendant.attend(params, spooled, Arc::clone(&mailbox), tell));
    let submitted = told.await.map_err(|_| ApiError::internal("the run was lost"))??;
    if submitted.is_duplicate {
        return Err(ApiError::internal("the id of the call was taken already"));
    }
    Ok(Run { id, request_id: submitted.request_id, mailbox, _gone: guard })
}

/// Writes what does not fit into the line, and makes the line.
async fn prepare(app: &App, id: &str, call: Call) -> Result<(SubmitParams, Spooled), ApiError> {
    let Call { caller, agent_id, session_key, wanted } = call;
    let Wanted { content, mut brief, pictures, metadata, is_streamed, .. } = wanted;
    let mut spooled = Spooled::default();
    let n_bytes = serde_json::to_vec(&brief).map_or(usize::MAX, |text| text.len());
    let is_large = n_bytes > BRIEF_BYTES_MAX;
    if is_large || !pictures.is_empty() {
        // Nobody fills the disk with a key that is not good.
        app.daemon.caller(&caller).await?;
    }
    app.spool.put_pictures(id, pictures, &mut brief, &mut spooled).await?;
    let brief_file = match is_large {
        true => {
            let text = serde_json::to_vec(&brief)
                .map_err(|error| ApiError::internal(error.to_string()))?;
            Some(app.spool.put_brief(id, &text, &mut spooled).await?)
        }
        false => None,
    };
    let params = SubmitParams {
        caller,
        event: arrival(app, id, content, metadata),
        agent_id: Some(agent_id),
        session_key,
        queue_mode: None,
        brief: (!is_large).then_some(brief),
        brief_file,
        is_streamed,
    };
    Ok((params, spooled))
}

fn arrival(app: &App, id: &str, content: String, metadata: Map<String, Value>) -> Arrival {
    Arrival {
        event_id: id.to_owned(),
        timestamp: nexus_adapter::now(),
        content,
        content_type: ContentType::Text,
        channel: CHANNEL.to_owned(),
        account_id: app.account_id.clone(),
        // Who it really is, the daemon says by the key.
        sender_id: "caller".to_owned(),
        peer_id: id.to_owned(),
        peer_kind: PeerKind::Dm,
        attachments: Vec::new(),
        sender_name: None,
        thread_id: None,
        reply_to_id: None,
        metadata,
    }
}

/// Looks after a run, whether or not its caller still does.
struct Attendant {
    app: Arc<App>,
    id: String,
    gone: CancellationToken,
    _place: OwnedSemaphorePermit,
}

impl Attendant {
    async fn attend(
        self,
        params: SubmitParams,
        spooled: Spooled,
        mailbox: Arc<Mailbox>,
        tell: oneshot::Sender<Result<SubmitResult, Refusal>>,
    ) {
        let submitted = self.app.daemon.submit(&params).await;
        // The daemon has read them, or never will.
        drop((params, spooled));
        let is_taken = submitted.as_ref().is_ok_and(|submitted| !submitted.is_duplicate);
        let is_unanswered =
            submitted.as_ref().is_err_and(|refusal| refusal.kind == RefusalKind::Unavailable);
        let is_told = tell.send(submitted).is_ok();
        let is_left = if is_taken && is_told { self.watch(&mailbox).await } else { is_taken };
        self.app.waiting.close(&self.id);
        // A submission whose answer did not come in time may have been taken all the same.
        if is_left || is_unanswered {
            self.cancel().await;
        }
    }

    /// Waits until the run has come to its end. True when it is left before.
    async fn watch(&self, mailbox: &Mailbox) -> bool {
        let timeout_ms = self.app.settings.request_timeout_ms;
        tokio::select! {
            is_cut = mailbox.ended() => is_cut,
            () = self.gone.cancelled() => true,
            () = tokio::time::sleep(Duration::from_millis(timeout_ms)) => {
                mailbox.end(Err(ApiError::timeout(timeout_ms)));
                true
            }
        }
    }

    async fn cancel(&self) {
        if let Err(refusal) = self.app.daemon.cancel(&self.id).await {
            let message =
                format!("the run of {} could not be cancelled: {}", self.id, refusal.message);
            self.app.daemon.log(&message).await;
        }
    }
}
