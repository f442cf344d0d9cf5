//! A reply that grows in one message of its medium. The message is a delivery like every other:
//! its row is there before anything of it goes out, and the whole text goes out by the same row
//! when it is known. What is shown in between is replaced by what follows, so that an edit may be
//! lost or repeated.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexus_domain::chunk;
use nexus_domain::delivery::DeliveryStatus;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::{DeliveryId, RequestId};
use nexus_ledger::Delivery;
use nexus_protocol::adapter::{
    Ability, AdapterFacts, EditParams, SendError, SendErrorKind, SendParams,
};
use nexus_supervisor::Child;
use tokio::sync::watch;

use super::Target;
use crate::context::Context;
use crate::crash::CrashPoint;

/// Time between two edits where the adapter does not say, in milliseconds.
const EDIT_MS: u64 = 1_000;
/// Longest pause that a medium can ask for, in milliseconds.
const PAUSE_MS_MAX: u64 = 60_000;

/// Deliveries that somebody is writing to at this moment: their whole text waits, so that no older
/// one comes after it.
#[derive(Clone, Default)]
pub(crate) struct Writing {
    held: Arc<Mutex<HashSet<DeliveryId>>>,
    /// First parts that have gone out and are not answered yet.
    n_beginning: Arc<watch::Sender<usize>>,
}

impl Writing {
    pub(super) fn holds(&self, id: DeliveryId) -> bool {
        self.lock().contains(&id)
    }

    fn hold(&self, id: DeliveryId) -> Held {
        self.lock().insert(id);
        Held { writing: self.clone(), id }
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<DeliveryId>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until every first part that went out is answered. When the daemon stops, none follows.
    pub(super) async fn settled(&self) {
        // The sender is ours, so that it cannot be gone.
        let _ = self.n_beginning.subscribe().wait_for(|n_beginning| *n_beginning == 0).await;
    }

    fn begin(&self) -> Beginning {
        self.n_beginning.send_modify(|n_beginning| *n_beginning += 1);
        Beginning(self.clone())
    }
}

/// A first part that has gone out.
struct Beginning(Writing);

impl Drop for Beginning {
    fn drop(&mut self) {
        self.0.n_beginning.send_modify(|n_beginning| *n_beginning -= 1);
    }
}

struct Held {
    writing: Writing,
    id: DeliveryId,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.writing.lock().remove(&self.id);
    }
}

/// Whether replies can grow in messages of this adapter.
pub(crate) fn can_grow(facts: &AdapterFacts) -> bool {
    [Ability::Send, Ability::Edit].iter().all(|ability| facts.supports.contains(ability))
}

/// One such message.
pub(crate) struct Growing {
    child: Child,
    adapter: String,
    request_id: RequestId,
    target: Target,
    chars_max: Option<usize>,
    pause_ms: u64,
    message: Option<(Held, String)>,
}

impl Growing {
    /// The message of a request: a new one, or the one that was begun before the daemon was
    /// started anew. `None` when the reply had better come whole.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub(crate) async fn open(
        context: &Context,
        child: Child,
        adapter: String,
        request_id: RequestId,
        target: Target,
    ) -> Result<Option<Self>, Failure> {
        let Some(facts) = child.facts() else { return Ok(None) };
        let begun = context.ledger.read(move |r| r.outbox().of_request(request_id)).await?;
        let message = match begun.as_slice() {
            [] => None,
            [row] if row.status == DeliveryStatus::Pending => match row.message_ids.first() {
                Some(message_id) => {
                    Some((context.adapters.writing().hold(row.delivery.id), message_id.clone()))
                }
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let chars_max = facts.text_chars_max.and_then(|chars_max| usize::try_from(chars_max).ok());
        let pause_ms = facts.edit_ms_min.map_or(EDIT_MS, u64::from).min(PAUSE_MS_MAX);
        Ok(Some(Self { child, adapter, request_id, target, chars_max, pause_ms, message }))
    }

    /// How long to wait before the next text is shown, in milliseconds.
    pub(crate) fn pause_ms(&self) -> u64 {
        self.pause_ms
    }

    /// Shows the text as far as it is.
    ///
    /// # Errors
    /// When nothing more can be shown; the whole text follows all the same.
    pub(crate) async fn show(&mut self, context: &Context, text: &str) -> Result<(), String> {
        let pieces = self.chars_max.map(|chars_max| chunk::split(text, chars_max));
        let text = pieces.and_then(|pieces| pieces.into_iter().next()).unwrap_or(text.to_owned());
        let shown = match &self.message {
            Some((_, message_id)) => {
                let params = EditParams {
                    message_id: message_id.clone(),
                    to: self.target.to.clone(),
                    thread_id: self.target.thread_id.clone(),
                    text,
                    is_final: false,
                };
                self.child.edit(params).await
            }
            None => self.begin(context, text).await?,
        };
        match shown {
            Ok(()) => Ok(()),
            Err(error) if error.kind == SendErrorKind::RateLimited => {
                let asked_ms = error.retry_after_ms.unwrap_or(PAUSE_MS_MAX);
                self.pause_ms = self.pause_ms.max(asked_ms.min(PAUSE_MS_MAX));
                Ok(())
            }
            // The next edit replaces this one, whether it arrived or not.
            Err(error)
                if self.message.is_some()
                    && matches!(error.kind, SendErrorKind::Network | SendErrorKind::Unknown) =>
            {
                Ok(())
            }
            Err(error) => Err(error.message),
        }
    }

    /// Sends the first part. Its row is committed before, and what came of it after.
    async fn begin(
        &mut self,
        context: &Context,
        text: String,
    ) -> Result<Result<(), SendError>, String> {
        // Counted first: whoever stops looks at the count after the stop has begun.
        let _beginning = context.adapters.writing().begin();
        if context.shutdown.has_begun() {
            return Err("the daemon stops; the reply comes whole after the next start".to_owned());
        }
        let now = context.clock.now();
        let id = DeliveryId::from_parts(now, context.clock.entropy());
        let held = context.adapters.writing().hold(id);
        let delivery = Delivery {
            id,
            request_id: self.request_id,
            adapter: self.adapter.clone(),
            target: serde_json::to_value(&self.target).map_err(|error| error.to_string())?,
            text: text.clone(),
            idempotency_key: id.to_string(),
            created_at: now,
            due_at: now,
        };
        let to = format!("{} {}", self.adapter, self.target.to);
        let begun = context.ledger.write(move |tx| {
            let is_begun = tx.outbox().grow(&delivery)?;
            if is_begun {
                let request_id = delivery.request_id;
                let event = Event::DeliverySending { delivery_id: id, request_id, target: to };
                tx.events().record(now, &event)?;
            }
            Ok(is_begun)
        });
        if !begun.await.map_err(|error| error.to_string())? {
            return Err("the reply is in the outbox already".to_owned());
        }
        CrashPoint::DeliveryIntent.pass();
        let params = SendParams {
            idempotency_key: id.to_string(),
            to: self.target.to.clone(),
            thread_id: self.target.thread_id.clone(),
            reply_to_id: self.target.reply_to_id.clone(),
            text,
            stream_id: None,
            outcome: None,
        };
        let sent = self.child.send(params).await;
        CrashPoint::DeliveryUnrecorded.pass();
        let now = context.clock.now();
        let came = sent.as_ref().map(|sent| sent.message_ids.clone()).map_err(Clone::clone);
        let noted = context.ledger.write(move |tx| match &came {
            Ok(message_ids) => tx.outbox().grown(id, now, message_ids),
            Err(error) if error.kind == SendErrorKind::Unknown => {
                tx.outbox().unknown(id, now, &error.message)?;
                let error = error.message.clone();
                let event = Event::DeliveryFailed { delivery_id: id, error, is_unknown: true };
                tx.events().record(now, &event).map(drop)
            }
            // Nothing is out: the reply comes whole, by this row.
            Err(error) => tx.outbox().untried(id, now, &error.message),
        });
        noted.await.map_err(|error| error.to_string())?;
        match sent {
            Ok(sent) => {
                let message_id = sent.message_ids.into_iter().next();
                let message_id = message_id.ok_or("the adapter names no message")?;
                self.message = Some((held, message_id));
                Ok(Ok(()))
            }
            Err(error) => Err(error.message),
        }
    }
}
