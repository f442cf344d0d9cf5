//! One run for a caller, from its submission until it came to something or the caller is gone.

use std::sync::Arc;
use std::time::Duration;

use nexus_adapter::{
    AgentId, Arrival, Brief, CallerParams, ContentType, PeerKind, Refusal, RefusalKind, RequestId,
    SessionKey, SubmitParams, SubmitResult,
};
use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::ingress::Ingress;
use crate::picture::Picture;
use crate::problem::Problem;
use crate::spool::Spooled;
use crate::waiting::{Mailbox, Piece};

/// Largest brief that stands in the line itself, in bytes: with the text of the message beside it
/// the line stays below its limit.
const BRIEF_BYTES_MAX: usize = 256 * 1024;

/// Who asks for what.
#[derive(Debug)]
pub struct Call {
    /// Id of the event; nobody can guess it.
    pub id: String,
    /// On whose behalf.
    pub caller: CallerParams,
    /// Who is to answer.
    pub agent_id: AgentId,
    /// The session that remembers; the run stands alone without one.
    pub session_key: Option<SessionKey>,
    /// The text of the message that is to be answered, or its title if the brief has the message;
    /// never blank.
    pub content: String,
    /// What comes along. Its pictures have no names yet.
    pub brief: Brief,
    /// The pictures, in the order in which the brief has them.
    pub pictures: Vec<Picture>,
    /// What is only kept.
    pub metadata: Map<String, Value>,
    /// Whether the answer is shown while it is written.
    pub is_streamed: bool,
}

/// A run that was taken up. Dropping it before its end cancels it.
#[derive(Debug)]
pub struct Run {
    /// Id of the event.
    pub id: String,
    /// Id of the daemon's request.
    pub request_id: RequestId,
    mailbox: Arc<Mailbox>,
    _gone: DropGuard,
}

impl Run {
    /// Asks the daemon for a run, which takes a place among the calls until its end.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn start(
        ingress: &Arc<Ingress>,
        place: OwnedSemaphorePermit,
        call: Call,
    ) -> Result<Self, Problem> {
        let id = call.id.clone();
        let gone = CancellationToken::new();
        let guard = gone.clone().drop_guard();
        let timeout_ms = ingress.listen.request_timeout_ms;
        let (mailbox, request_id) = submit(ingress, place, call, gone, timeout_ms).await?;
        Ok(Self { id, request_id, mailbox, _gone: guard })
    }

    /// Waits for the next piece of the answer; nothing comes after its end.
    pub async fn next(&self) -> Piece {
        self.mailbox.next().await
    }
}

/// A run that goes on without anybody who waits for it; dropping this changes nothing. What comes
/// of it goes to whoever resumes it under the same id, in a later process too.
#[derive(Debug)]
pub struct Kept {
    mailbox: Arc<Mailbox>,
    gone: CancellationToken,
}

impl Kept {
    /// Asks the daemon for a run, as [`Run::start`], which ends after `timeout_ms` at the latest.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn start(
        ingress: &Arc<Ingress>,
        place: OwnedSemaphorePermit,
        call: Call,
        timeout_ms: u64,
    ) -> Result<(Self, RequestId), Problem> {
        let gone = CancellationToken::new();
        let submitted = submit(ingress, place, call, gone.clone(), timeout_ms).await;
        let (mailbox, request_id) = submitted.inspect_err(|_| gone.cancel())?;
        Ok((Self { mailbox, gone }, request_id))
    }

    /// Waits for what comes of a run that an earlier process asked for.
    #[must_use]
    pub fn resume(ingress: &Arc<Ingress>, id: &str, timeout_ms: u64) -> Self {
        let mailbox = ingress.waiting.open(id);
        let gone = CancellationToken::new();
        let attendant = Attendant {
            ingress: Arc::clone(ingress),
            id: id.to_owned(),
            gone: gone.clone(),
            timeout_ms,
            _place: None,
        };
        ingress.tasks.spawn(attendant.resume(Arc::clone(&mailbox)));
        Self { mailbox, gone }
    }

    /// Waits for the next piece of the answer; nothing comes after its end.
    pub async fn next(&self) -> Piece {
        self.mailbox.next().await
    }

    /// Cancels the run.
    pub fn stop(&self) {
        self.gone.cancel();
    }
}

/// Asks the daemon for a run, and leaves somebody behind who looks after it.
async fn submit(
    ingress: &Arc<Ingress>,
    place: OwnedSemaphorePermit,
    call: Call,
    gone: CancellationToken,
    timeout_ms: u64,
) -> Result<(Arc<Mailbox>, RequestId), Problem> {
    let id = call.id.clone();
    let (params, spooled) = prepare(ingress, call).await?;
    let mailbox = ingress.waiting.open(&id);
    let (tell, told) = oneshot::channel();
    let ingress = Arc::clone(ingress);
    let attendant =
        Attendant { ingress: Arc::clone(&ingress), id, gone, timeout_ms, _place: Some(place) };
    // A task of its own, which outlives the caller: what was submitted has to be cancelled.
    ingress.tasks.spawn(attendant.attend(params, spooled, Arc::clone(&mailbox), tell));
    let submitted = told.await.map_err(|_| Problem::internal("the run was lost"))??;
    if submitted.is_duplicate {
        return Err(Problem::internal("the id of the call was taken already"));
    }
    Ok((mailbox, submitted.request_id))
}

/// Writes what does not fit into the line, and makes the line.
async fn prepare(ingress: &Ingress, call: Call) -> Result<(SubmitParams, Spooled), Problem> {
    let Call { id, caller, agent_id, session_key, .. } = call;
    let Call { content, mut brief, pictures, metadata, is_streamed, .. } = call;
    let mut spooled = Spooled::default();
    let n_bytes = serde_json::to_vec(&brief).map_or(usize::MAX, |text| text.len());
    let is_large = n_bytes > BRIEF_BYTES_MAX;
    if is_large || !pictures.is_empty() {
        // Nobody fills the disk with a key that is not good.
        ingress.daemon.caller(&caller).await?;
    }
    ingress.spool.put_pictures(&id, pictures, &mut brief, &mut spooled).await?;
    let brief_file = match is_large {
        true => {
            let text =
                serde_json::to_vec(&brief).map_err(|error| Problem::internal(error.to_string()))?;
            Some(ingress.spool.put_brief(&id, &text, &mut spooled).await?)
        }
        false => None,
    };
    let params = SubmitParams {
        caller,
        event: arrival(ingress, &id, content, metadata),
        agent_id: Some(agent_id),
        session_key,
        queue_mode: None,
        brief: (!is_large).then_some(brief),
        brief_file,
        is_streamed,
    };
    Ok((params, spooled))
}

fn arrival(ingress: &Ingress, id: &str, content: String, metadata: Map<String, Value>) -> Arrival {
    Arrival {
        event_id: id.to_owned(),
        timestamp: nexus_adapter::now(),
        content,
        content_type: ContentType::Text,
        channel: ingress.channel.to_owned(),
        account_id: ingress.account_id.clone(),
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
    ingress: Arc<Ingress>,
    id: String,
    gone: CancellationToken,
    timeout_ms: u64,
    _place: Option<OwnedSemaphorePermit>,
}

impl Attendant {
    /// For a run that was submitted long ago.
    async fn resume(self, mailbox: Arc<Mailbox>) {
        match self.ingress.daemon.attend(&self.id).await {
            Err(refusal) if refusal.kind == RefusalKind::NotFound => {
                // Nothing will ever come of it.
                mailbox.end(Err(Problem::internal(refusal.message)));
            }
            Err(refusal) => {
                let message = format!("{} is waited for unseen: {}", self.id, refusal.message);
                self.ingress.daemon.log(&message).await;
            }
            Ok(_request_id) => {}
        }
        let is_left = self.watch(&mailbox).await;
        self.ingress.waiting.close(&self.id);
        if is_left {
            self.cancel().await;
        }
    }

    async fn attend(
        self,
        params: SubmitParams,
        spooled: Spooled,
        mailbox: Arc<Mailbox>,
        tell: oneshot::Sender<Result<SubmitResult, Refusal>>,
    ) {
        let submitted = self.ingress.daemon.submit(&params).await;
        // The daemon has read them, or never will.
        drop((params, spooled));
        let is_taken = submitted.as_ref().is_ok_and(|submitted| !submitted.is_duplicate);
        let is_unanswered =
            submitted.as_ref().is_err_and(|refusal| refusal.kind == RefusalKind::Unavailable);
        let is_told = tell.send(submitted).is_ok();
        let is_left = if is_taken && is_told { self.watch(&mailbox).await } else { is_taken };
        self.ingress.waiting.close(&self.id);
        // A submission whose answer did not come in time may have been taken all the same.
        if is_left || is_unanswered {
            self.cancel().await;
        }
    }

    /// Waits until the run has come to its end. True when it is left before.
    async fn watch(&self, mailbox: &Mailbox) -> bool {
        let timeout_ms = self.timeout_ms;
        tokio::select! {
            is_cut = mailbox.ended() => is_cut,
            () = self.gone.cancelled() => true,
            () = tokio::time::sleep(Duration::from_millis(timeout_ms)) => {
                mailbox.end(Err(Problem::timeout(timeout_ms)));
                true
            }
        }
    }

    async fn cancel(&self) {
        if let Err(refusal) = self.ingress.daemon.cancel(&self.id).await {
            let message =
                format!("the run of {} could not be cancelled: {}", self.id, refusal.message);
            self.ingress.daemon.log(&message).await;
        }
    }
}
