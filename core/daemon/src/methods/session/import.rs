//! A session out of a document: the inverse of the export. It only ever makes something new. What
//! comes along is what was said; ids, defaults, pictures and seals stay where they were. Nobody
//! vouches for a document, so what comes out of one is marked as coming from outside.

mod read;

use std::collections::HashMap;
use std::sync::Arc;

use nexus_agent::port::Clock;
use nexus_domain::agent::{StopReason, Turn, TurnStatus};
use nexus_domain::arrival::Arrival;
use nexus_domain::contact::plain_line;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, MessageId, RequestId, SessionKey, TurnId};
use nexus_domain::label::{Label, LabelSource, SessionLabel};
use nexus_domain::message::{Cost, Usage};
use nexus_domain::pipeline::Stage;
use nexus_domain::principal::Principal;
use nexus_domain::request::{Request, RequestStatus, RunWish};
use nexus_domain::session::{QueueMode, SessionDefaults, TITLE_CHARS_MAX};
use nexus_domain::time::Timestamp;
use nexus_iam::Permit;
use nexus_ledger::{Admission, LedgerError, Tx};
use nexus_protocol::session::{ImportParams, ImportResult};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use self::read::{Said, read};
use super::change::{actor, gone, refused};
use super::{control_arrival, sees_agent};
use crate::context::Context;

/// Where an arrival that is an import says so.
const MARK: &str = "import";

/// What an import came to, recorded with its arrival, so that a repetition is answered from it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Mark {
    digest: String,
    n_messages: u64,
    last: Option<MessageId>,
}

/// Begins a session with the messages of a document, or goes on with the next piece of it.
pub async fn import(
    context: &Arc<Context>,
    permit: Permit,
    params: ImportParams,
) -> Result<ImportResult, Failure> {
    let by = actor(&permit)?;
    let text = serde_json::to_vec(&params).map_err(Failure::internal)?;
    let digest = hex::encode(Sha256::digest(text));
    let ImportParams { document, key, agent_id, after, idempotency_key } = params;
    let said = read(&document.document, document.messages, context.clock.now())?;
    let agent_id = agent_id.unwrap_or(document.session.agent_id);
    let book = context.agents.book();
    if !sees_agent(context, &permit, &agent_id) || book.find(&agent_id).is_err() {
        return Err(Failure::not_found(format!("there is no agent `{agent_id}` that you may use"))
            .hint("name the agent that is to answer in it: nexus agent list"));
    }
    book.check_invoker(&by, &agent_id)?;
    let key = key.unwrap_or(document.session.key);
    let arrival = control_arrival(context, &by, &idempotency_key, format!("import of `{key}`"));
    let title = document.session.title.map(|title| plain_line(&title, TITLE_CHARS_MAX));
    let labels = document.labels.into_iter().map(|label| label.label);
    let piece = Piece {
        key,
        agent_id,
        title: title.filter(|title| !title.is_empty()),
        labels: labels.chain([Label::Untrusted]).collect(),
        said,
        after,
        by,
        digest,
    };
    let clock = Arc::clone(&context.clock);
    Ok(context.ledger.write(move |tx| piece.write(tx, &*clock, arrival)).await?)
}

/// One piece of a document, ready to be written.
struct Piece {
    key: SessionKey,
    agent_id: AgentId,
    title: Option<String>,
    labels: Vec<Label>,
    said: Vec<Said>,
    after: Option<MessageId>,
    by: Principal,
    digest: String,
}

impl Piece {
    fn write(
        self,
        tx: &mut Tx<'_>,
        clock: &dyn Clock,
        mut arrival: Arrival,
    ) -> Result<ImportResult, LedgerError> {
        let now = clock.now();
        if let Some(first) = tx.arrivals().get(&arrival.ledger_id())? {
            return self.repeated(tx, &first);
        }
        self.check_place(tx)?;
        let fresh = || clock.entropy();
        let ids: Vec<_> = self.said.iter().map(|_| MessageId::from_parts(now, fresh())).collect();
        let (n_messages, last) = (ids.len() as u64, ids.last().copied().or(self.after));
        let mark = Mark { digest: self.digest.clone(), n_messages, last };
        arrival.metadata.insert(MARK.to_owned(), serde_json::to_value(&mark)?);
        let request_id = RequestId::from_parts(now, fresh());
        if let Admission::Duplicate(_) = tx.arrivals().insert(&arrival, request_id, now)? {
            return Err(LedgerError::Invalid("an arrival came in twice at once".to_owned()));
        }
        tx.requests().create(&self.request(&arrival, request_id, now))?;
        if self.after.is_none() {
            self.begin(tx, now)?;
        }
        let turns = self.turns(tx, request_id, clock)?;
        for (id, said) in ids.into_iter().zip(self.said) {
            let turn_id = turns.get(&said.turn_id).copied().unwrap_or(said.turn_id);
            tx.turns().add_message(&self.key, &said.message(id, turn_id))?;
            for call in said.calls {
                tx.turns()
                    .put_tool_call(&nexus_domain::agent::ToolCallRecord { turn_id, ..call })?;
            }
        }
        let session_key = self.key.clone();
        let event = Event::SessionImported { session_key, n_messages, by: self.by };
        tx.events().record(now, &event)?;
        let session = tx.sessions().get(&self.key)?.ok_or_else(|| gone(&self.key))?;
        Ok(ImportResult { session, n_messages, last_message_id: last })
    }

    /// The same key again: the answer of before, if it is the same document.
    fn repeated(&self, tx: &Tx<'_>, first: &Arrival) -> Result<ImportResult, LedgerError> {
        let mark = mark_of(first).filter(|mark| mark.digest == self.digest);
        let Some(mark) = mark else {
            let text = "this idempotency key was used for something else";
            return Err(refused(Failure::invalid(text).hint("use a new key for a new document")));
        };
        let session = tx.sessions().get(&self.key)?.ok_or_else(|| gone(&self.key))?;
        let Mark { n_messages, last: last_message_id, .. } = mark;
        Ok(ImportResult { session, n_messages, last_message_id })
    }

    /// Nothing that is there is ever changed: the session is new, or it ends with what the piece
    /// before brought.
    fn check_place(&self, tx: &Tx<'_>) -> Result<(), LedgerError> {
        let known = tx.sessions().get(&tx.sessions().resolve(&self.key)?)?;
        let Some(after) = self.after else {
            return match known {
                None => Ok(()),
                Some(_) => {
                    let text = format!("there is a session `{}` already", self.key);
                    Err(refused(Failure::conflict(text).hint("give it another key")))
                }
            };
        };
        let last = tx.turns().messages(&self.key, None, 1)?.pop();
        let is_next = known.is_some_and(|session| session.agent_id == self.agent_id)
            && last.is_some_and(|last| last.id == after)
            && self.is_own_import(tx)?
            && tx.turns().active(&self.key)?.is_none();
        if is_next {
            return Ok(());
        }
        let text = format!("`{}` does not end with the piece before this one", self.key);
        Err(refused(Failure::conflict(text).hint("import the document anew, under another key")))
    }

    fn is_own_import(&self, tx: &Tx<'_>) -> Result<bool, LedgerError> {
        let Some(turn) = tx.turns().last(&self.key)? else { return Ok(false) };
        let Some(request) = tx.requests().get(turn.request_id)? else { return Ok(false) };
        let arrival = tx.arrivals().get(&request.event_id)?;
        let is_import = arrival.as_ref().and_then(mark_of).is_some();
        Ok(is_import && request.principal.as_ref() == Some(&self.by))
    }

    fn begin(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), LedgerError> {
        tx.sessions().ensure(&self.key, &self.agent_id, now)?;
        if let Some(title) = &self.title {
            tx.sessions().set(&self.key, Some(Some(title)), &SessionDefaults::default())?;
        }
        let (session_key, agent_id) = (self.key.clone(), self.agent_id.clone());
        tx.events().record(now, &Event::SessionCreated { session_key, agent_id })?;
        for label in &self.labels {
            let label = SessionLabel {
                label: *label,
                source: LabelSource::File,
                detail: "the document that it was imported from".to_owned(),
                turn_id: None,
                at: now,
            };
            if tx.labels().add(&self.key, &label)? {
                let session_key = self.key.clone();
                tx.events().record(now, &Event::SessionLabelled { session_key, label })?;
            }
        }
        Ok(())
    }

    fn request(&self, arrival: &Arrival, id: RequestId, now: Timestamp) -> Request {
        Request {
            id,
            event_id: arrival.ledger_id(),
            status: RequestStatus::Completed,
            stage: Stage::ReceiveEvent,
            principal: Some(self.by.clone()),
            session_key: Some(self.key.clone()),
            agent_id: Some(self.agent_id.clone()),
            turn_id: None,
            parent: None,
            replays: None,
            queue_mode: QueueMode::default(),
            purpose: arrival.content.clone(),
            enrichment: Vec::new(),
            wish: RunWish::default(),
            error: None,
            started_at: now,
            completed_at: Some(now),
            stages: Vec::new(),
        }
    }

    /// Turns of its own for those of the document, which may be on record here, too.
    fn turns(
        &self,
        tx: &mut Tx<'_>,
        request_id: RequestId,
        clock: &dyn Clock,
    ) -> Result<HashMap<TurnId, TurnId>, LedgerError> {
        let mut turns = HashMap::new();
        for said in &self.said {
            if turns.contains_key(&said.turn_id) {
                continue;
            }
            let id = TurnId::from_parts(clock.now(), clock.entropy());
            turns.insert(said.turn_id, id);
            tx.turns().create(&Turn {
                id,
                session_key: self.key.clone(),
                request_id,
                agent_id: self.agent_id.clone(),
                status: TurnStatus::Completed,
                model: None,
                usage: Usage::default(),
                cost: Cost::default(),
                n_steps: 0,
                stop_reason: Some(StopReason::EndTurn),
                error: None,
                started_at: said.created_at,
                completed_at: Some(said.created_at),
            })?;
        }
        Ok(turns)
    }
}

fn mark_of(arrival: &Arrival) -> Option<Mark> {
    serde_json::from_value(arrival.metadata.get(MARK)?.clone()).ok()
}

/// What is wrong with a message of a document.
fn wrong(n: usize, field: &str, why: &str) -> Failure {
    let path = format!("params.document.messages[{n}].{field}");
    Failure::invalid(format!("`{path}` {why}")).details(json!({ "path": path }))
}
