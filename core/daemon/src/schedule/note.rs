//! Texts that wait for the next heartbeat of an agent.
//!
//! What the maker of the heartbeat said comes with the beat. What somebody else said is handed in
//! with it, by that one's own rights and in that one's own conversation, as it would have been at
//! once: waiting lends nobody anything.

use std::sync::Arc;

use nexus_domain::arrival::Arrival;
use nexus_domain::brief::Brief;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, RequestId, SessionKey};
use nexus_domain::pipeline::Wish;
use nexus_domain::principal::Principal;
use nexus_domain::request::{ReplyTarget, ReplyWish, RunWish};
use nexus_domain::schedule::{Job, NOTE_CHARS_MAX, NOTES_MAX};
use nexus_ledger::Note;

use crate::context::Context;
use crate::engine::{self, Submission};

/// Most bytes of texts that one beat brings; what is left waits for the next one.
const BROUGHT_BYTES_MAX: usize = 256 * 1024;

/// What is to wait.
pub struct Wanted {
    /// The agent whose heartbeat brings it.
    pub agent_id: AgentId,
    /// Who says it.
    pub by: Principal,
    /// What arrived.
    pub arrival: Arrival,
    /// The conversation it goes into if the heartbeat is somebody else's.
    pub session_key: SessionKey,
    /// Where the reply goes then.
    pub reply_to: Option<ReplyTarget>,
    /// What the agent is told about it then.
    pub instructions: Option<String>,
}

/// What became of it.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// The request it will be, if the heartbeat is somebody else's.
    pub request_id: RequestId,
    /// Whether it had been said before.
    pub is_duplicate: bool,
}

/// Has a text wait for the next heartbeat of an agent. The same event waits once, and not again
/// once it was brought.
///
/// # Errors
/// `Conflict` when the agent has no heartbeat that runs; `Unavailable` when too much waits.
pub async fn keep(context: &Context, wanted: Wanted) -> Result<Kept, Failure> {
    wanted.arrival.check()?;
    let n_chars = wanted.arrival.content.chars().count();
    if n_chars > NOTE_CHARS_MAX {
        return Err(Failure::invalid(format!(
            "a text for a heartbeat has at most {NOTE_CHARS_MAX} characters, this one has {n_chars}"
        )));
    }
    let now = context.clock.now();
    let request_id = RequestId::from_parts(now, context.clock.entropy());
    let Wanted { agent_id, by, arrival, session_key, reply_to, instructions } = wanted;
    let note = Note { agent_id, by, arrival, request_id, session_key, reply_to, instructions };
    let kept = context.ledger.write(move |tx| {
        let event_id = note.arrival.ledger_id();
        if let Some(waiting) = tx.schedule().note(&event_id)? {
            return Ok(Ok(Kept { request_id: waiting.request_id, is_duplicate: true }));
        }
        if let Some(first) = tx.arrivals().record(&event_id)?.map(|record| record.request_id) {
            return Ok(Ok(Kept { request_id: first, is_duplicate: true }));
        }
        let agent = &note.agent_id;
        if !tx.schedule().heartbeat(agent)?.is_some_and(|beat| beat.is_enabled) {
            return Ok(Err(Failure::conflict(format!("agent `{agent}` has no heartbeat"))
                .hint(format!("give it one: nexus schedule heartbeat {agent} --every 30m"))));
        }
        if tx.schedule().notes(agent)?.len() >= NOTES_MAX {
            let text = format!("{NOTES_MAX} texts wait for the heartbeat of `{agent}` already");
            return Ok(Err(Failure::unavailable(text).hint("wait for it, or say it at once")));
        }
        tx.schedule().add_note(&event_id, &note)?;
        let event = Event::HeartbeatNoted { agent_id: agent.clone(), by: note.by.clone() };
        tx.events().record(now, &event)?;
        Ok(Ok(Kept { request_id, is_duplicate: false }))
    });
    kept.await?
}

/// Texts that wait for a heartbeat: those of its maker, as many as one beat brings, and those of
/// others.
pub(super) async fn waiting(
    context: &Context,
    beat: &Job,
) -> Result<(Vec<Note>, Vec<Note>), Failure> {
    let agent = beat.spec.agent_id.clone();
    let notes = context.ledger.read(move |r| r.schedule().notes(&agent)).await?;
    let (mut own, others): (Vec<_>, Vec<_>) =
        notes.into_iter().partition(|note| note.by == beat.maker);
    let mut n_bytes = 0;
    let too_many = own.iter().position(|note| {
        n_bytes += note.arrival.content.len();
        n_bytes > BROUGHT_BYTES_MAX
    });
    own.truncate(too_many.unwrap_or(own.len()));
    Ok((own, others))
}

/// What an agent is told by a beat.
pub(super) fn words(prompt: &str, notes: &[Note]) -> String {
    let texts = notes.iter().map(|note| note.arrival.content.trim());
    let all: Vec<&str> = std::iter::once(prompt.trim()).chain(texts).collect();
    all.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// Hands in what others said. What cannot be now waits for the next beat.
pub(super) async fn bring(context: &Arc<Context>, notes: Vec<Note>) {
    for note in notes {
        let event_id = note.arrival.ledger_id();
        if let Err(failure) = hand_in(context, note).await {
            tracing::warn!(
                event_id,
                ?failure,
                "what waited for a heartbeat could not be handed in"
            );
        }
    }
}

async fn hand_in(context: &Arc<Context>, note: Note) -> Result<(), Failure> {
    let event_id = note.arrival.ledger_id();
    let brief = note
        .instructions
        .map(|text| Arc::new(Brief { instructions: Some(text), ..Brief::default() }));
    let reply = ReplyWish { is_awaited: false, to: note.reply_to };
    let wish = Wish {
        session_key: Some(note.session_key),
        agent_id: Some(note.agent_id),
        run: RunWish { is_streamed: Some(false), reply: Some(reply), ..RunWish::default() },
        brief,
        ..Wish::default()
    };
    let submission = Submission { arrival: note.arrival, authenticated: Some(note.by), wish };
    let brought = event_id.clone();
    let beside: engine::Beside = Box::new(move |tx, _| tx.schedule().remove_note(&brought));
    let promised = Some(note.request_id);
    let admission = engine::receive_event_beside(context, submission, promised, beside).await?;
    if admission.is_duplicate {
        context.ledger.write(move |tx| tx.schedule().remove_note(&event_id)).await?;
    }
    Ok(())
}
