//! Changing sessions: title and defaults, forgetting, copying, removing. Each is one transaction
//! that tells of itself.

use std::sync::Arc;

use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::{MessageId, SESSION_KEY_CHARS_MAX, SessionKey, TurnId};
use nexus_domain::message::{Message, Part};
use nexus_domain::principal::Principal;
use nexus_domain::session::{ForkedFrom, TITLE_CHARS_MAX};
use nexus_domain::time::Timestamp;
use nexus_iam::Permit;
use nexus_ledger::{LedgerError, Tx};
use nexus_protocol::session::{
    DeleteParams, DeleteResult, FORK_MESSAGES_MAX, ForkParams, ForkResult, PatchParams,
    PatchResult, ResetParams, ResetResult, STEPS_MAX,
};
use serde_json::json;

use super::{known, unknown};
use crate::agents::check_model;
use crate::context::Context;
use crate::engine;

/// How often a session is emptied of what came in while it was being emptied, before the caller
/// is told to try again.
const STOP_TRIES_MAX: u32 = 3;
/// Copies of one session that are numbered; whoever has more names the next one.
const FORKS_MAX: u32 = 1_000;

/// Gives a session another title, or other defaults for its runs.
pub async fn patch(
    context: &Arc<Context>,
    permit: Permit,
    params: PatchParams,
) -> Result<PatchResult, Failure> {
    let key = known(context, &permit, &params.key).await?.key;
    check_model(context, params.model.as_ref().and_then(Option::as_deref))?;
    if let Some(Some(steps)) = params.steps_max
        && !(1..=STEPS_MAX).contains(&steps)
    {
        let text = format!("`params.stepsMax` is {steps}; it is 1 to {STEPS_MAX}");
        return Err(Failure::invalid(text).details(json!({ "path": "params.stepsMax" })));
    }
    let title = params.title.map(|title| title.map(checked_title).transpose()).transpose()?;
    let (by, now) = (actor(&permit)?, context.clock.now());
    let written = context.ledger.write(move |tx| {
        let session = tx.sessions().get(&key)?.ok_or_else(|| gone(&key))?;
        let mut defaults = session.defaults;
        put(&mut defaults.model, params.model);
        put(&mut defaults.steps_max, params.steps_max);
        put(&mut defaults.queue_mode, params.queue_mode);
        tx.sessions().set(&key, title.as_ref().map(Option::as_deref), &defaults)?;
        let session = tx.sessions().get(&key)?.ok_or_else(|| gone(&key))?;
        let (session_key, title) = (key.clone(), session.title.clone());
        tx.events().record(now, &Event::SessionUpdated { session_key, title, defaults, by })?;
        Ok(session)
    });
    Ok(PatchResult { session: written.await? })
}

/// Forgets a session's messages; the session itself stays.
pub async fn reset(
    context: &Arc<Context>,
    permit: Permit,
    params: ResetParams,
) -> Result<ResetResult, Failure> {
    let key = known(context, &permit, &params.key).await?.key;
    let (session, n_messages) = emptied(context, &permit, &key, params.stop, |tx, key, by, now| {
        let n_messages = tx.sessions().forget(key, now)?;
        let session_key = key.clone();
        tx.events().record(now, &Event::SessionReset { session_key, n_messages, by })?;
        let session = tx.sessions().get(key)?.ok_or_else(|| gone(key))?;
        Ok((session, n_messages))
    })
    .await?;
    Ok(ResetResult { session, n_messages })
}

/// Removes a session with its messages.
pub async fn delete(
    context: &Arc<Context>,
    permit: Permit,
    params: DeleteParams,
) -> Result<DeleteResult, Failure> {
    let key = known(context, &permit, &params.key).await?.key;
    let n_messages = emptied(context, &permit, &key, params.stop, |tx, key, by, now| {
        let n_messages = tx.sessions().delete(key, now)?;
        let session_key = key.clone();
        tx.events().record(now, &Event::SessionDeleted { session_key, n_messages, by })?;
        Ok(n_messages)
    })
    .await?;
    Ok(DeleteResult { key, n_messages })
}

/// Does something to a session in which nothing runs or waits; with `stop`, sees to it that nothing
/// does. What comes in meanwhile is stopped as well, a few times.
async fn emptied<T: Send + 'static>(
    context: &Arc<Context>,
    permit: &Permit,
    key: &SessionKey,
    stop: bool,
    act: fn(&mut Tx<'_>, &SessionKey, Principal, Timestamp) -> Result<T, LedgerError>,
) -> Result<T, Failure> {
    let by = actor(permit)?;
    let mut n_tries_left = if stop { STOP_TRIES_MAX } else { 0 };
    loop {
        let (of, by, now) = (key.clone(), by.clone(), context.clock.now());
        match context.ledger.write(move |tx| act(tx, &of, by, now)).await {
            Err(LedgerError::Conflict { .. }) if n_tries_left > 0 => {}
            Err(LedgerError::Conflict { message }) => {
                let hint = match stop {
                    true => "more came in while it was being stopped; try again",
                    false => "wait until it has ended, or say `stop: true` to stop it first",
                };
                return Err(Failure::conflict(message).hint(hint));
            }
            done => return Ok(done?),
        }
        n_tries_left -= 1;
        // The queue goes first: otherwise its head would start as soon as the run has ended.
        engine::drop_queue(context, key).await?;
        engine::abort(context, key, None).await;
    }
}

/// Begins a new session with the messages of another one.
pub async fn fork(
    context: &Arc<Context>,
    permit: Permit,
    params: ForkParams,
) -> Result<ForkResult, Failure> {
    if params.through.is_some() && params.before.is_some() {
        return Err(Failure::invalid("`through` and `before` cannot be used together"));
    }
    let source = known(context, &permit, &params.key).await?.key;
    let title = params.title.map(checked_title).transpose()?;
    let (by, clock) = (actor(&permit)?, Arc::clone(&context.clock));
    let (through, before, to) = (params.through, params.before, params.to);
    let written = context.ledger.write(move |tx| {
        let now = clock.now();
        let session = tx.sessions().get(&source)?.ok_or_else(|| gone(&source))?;
        let messages = chosen(tx, &source, through, before)?;
        let key = free_key(tx, &source, to)?;
        tx.sessions().ensure(&key, &session.agent_id, now)?;
        let message_id = messages.last().map(|message| message.id);
        let forked_from = ForkedFrom { session_key: source.clone(), message_id };
        tx.sessions().forked(&key, &forked_from)?;
        if let Some(title) = &title {
            tx.sessions().set(&key, Some(Some(title)), &session.defaults)?;
        }
        let n_messages = messages.len() as u64;
        let fresh_id = || MessageId::from_parts(now, clock.entropy());
        tx.turns().copy_messages((&source, &key), messages, fresh_id, now)?;
        let agent_id = session.agent_id;
        tx.events().record(now, &Event::SessionCreated { session_key: key.clone(), agent_id })?;
        let session_key = key.clone();
        let event = Event::SessionForked { session_key, forked_from, n_messages, by };
        tx.events().record(now, &event)?;
        // The copy knows what the original knows, also of what was said after the cut.
        tx.inherit_labels(&source, &key, now)?;
        let session = tx.sessions().get(&key)?.ok_or_else(|| gone(&key))?;
        Ok(ForkResult { session, n_messages })
    });
    Ok(written.await?)
}

/// The messages that come along: what is whole, so that a model can read it.
fn chosen(
    tx: &Tx<'_>,
    source: &SessionKey,
    through: Option<MessageId>,
    before: Option<MessageId>,
) -> Result<Vec<Message>, LedgerError> {
    let mut messages =
        tx.turns().messages_through(source, through.or(before), FORK_MESSAGES_MAX + 1)?;
    if messages.len() > FORK_MESSAGES_MAX as usize {
        let text = format!("a copy begins with at most {FORK_MESSAGES_MAX} messages");
        return Err(refused(Failure::invalid(text).hint("name an earlier message")));
    }
    if before.is_some() {
        messages.pop();
    }
    let active = tx.turns().active(source)?.map(|turn| turn.id);
    let is_of = |message: &Message, turn: TurnId| message.turn_id == turn;
    if let Some(active) = active {
        if through.is_some() && messages.last().is_some_and(|last| is_of(last, active)) {
            let text = "this message belongs to a run that has not ended";
            return Err(refused(Failure::conflict(text).hint("wait until it has, or stop it")));
        }
        messages.retain(|message| !is_of(message, active));
    }
    match has_open_calls(&messages) {
        false => Ok(messages),
        true => Err(refused(
            Failure::invalid("the tools that this message asked for have answered after it")
                .hint("name the message with their results, or one before it"),
        )),
    }
}

/// Whether a call stands in the last turn of some messages, and its result does not.
fn has_open_calls(messages: &[Message]) -> bool {
    let Some(turn) = messages.last().map(|message| message.turn_id) else { return false };
    let of_turn: Vec<_> = messages.iter().filter(|message| message.turn_id == turn).collect();
    let is_answered = |id: &str| {
        of_turn
            .iter()
            .flat_map(|message| &message.parts)
            .any(|part| matches!(part, Part::ToolResult(result) if result.call_id == id))
    };
    of_turn.iter().flat_map(|message| message.tool_calls()).any(|call| !is_answered(&call.id))
}

/// The key of a copy. The numbered ones begin like no key that a sender is given, so that nobody
/// outside can come into one by choosing a name.
fn free_key(
    tx: &Tx<'_>,
    source: &SessionKey,
    wished: Option<SessionKey>,
) -> Result<SessionKey, LedgerError> {
    let is_free = |key: &SessionKey| -> Result<bool, LedgerError> {
        Ok(tx.sessions().get(&tx.sessions().resolve(key)?)?.is_none())
    };
    if let Some(key) = wished {
        return match is_free(&key)? {
            true => Ok(key),
            false => Err(LedgerError::conflict(format!("there is a session `{key}` already"))),
        };
    }
    for n in 1..=FORKS_MAX {
        let text = format!("fork:{source}:{n}");
        let Ok(key) = SessionKey::parse(&text) else {
            let why = format!("the key would be longer than {SESSION_KEY_CHARS_MAX} characters");
            return Err(refused(Failure::invalid(why).hint("name one by `to`")));
        };
        if is_free(&key)? {
            return Ok(key);
        }
    }
    let failure = Failure::conflict(format!("`{source}` has {FORKS_MAX} numbered copies"));
    Err(refused(failure.hint("name the next one by `to`, or delete some")))
}

fn checked_title(title: String) -> Result<String, Failure> {
    let title = title.trim();
    let n_chars = title.chars().count();
    if (1..=TITLE_CHARS_MAX).contains(&n_chars) && !title.chars().any(char::is_control) {
        return Ok(title.to_owned());
    }
    let text = format!(
        "`params.title` is one line of 1 to {TITLE_CHARS_MAX} characters, or null for none"
    );
    Err(Failure::invalid(text).details(json!({ "path": "params.title" })))
}

fn put<T>(place: &mut Option<T>, given: Option<Option<T>>) {
    if let Some(value) = given {
        *place = value;
    }
}

/// Who does it, for the record.
pub(super) fn actor(permit: &Permit) -> Result<Principal, Failure> {
    let actor = permit.chain().actor().cloned();
    actor.ok_or_else(|| Failure::internal("a permit without a principal"))
}

pub(super) fn gone(key: &SessionKey) -> LedgerError {
    refused(unknown(key))
}

pub(super) fn refused(failure: Failure) -> LedgerError {
    LedgerError::Refused(Box::new(failure))
}

#[cfg(test)]
mod tests {
    use nexus_domain::id::RequestId;
    use nexus_domain::message::{Role, ToolCall, ToolResult};

    use super::*;

    fn message(n: u128, turn: u128, part: Part) -> Message {
        Message {
            id: MessageId::from_parts(Timestamp(1), n),
            turn_id: TurnId::from_parts(Timestamp(1), turn),
            request_id: Some(RequestId::from_parts(Timestamp(1), turn)),
            role: Role::User,
            parts: vec![part],
            created_at: Timestamp(1),
        }
    }

    #[test]
    fn a_copy_ends_where_nothing_is_open() {
        let call = |id: &str| {
            let (id, name) = (id.to_owned(), "read_file".to_owned());
            Part::ToolCall(ToolCall { id, name, arguments: json!({}) })
        };
        let result = |id: &str| {
            let (call_id, content) = (id.to_owned(), String::new());
            Part::ToolResult(ToolResult { call_id, content, is_error: false })
        };
        let said = [
            message(1, 1, Part::Text("hi".to_owned())),
            message(2, 1, call("a")),
            message(3, 1, result("a")),
            // The same id in another turn is another call.
            message(4, 2, call("a")),
            message(5, 2, call("b")),
            message(6, 2, result("a")),
            message(7, 2, result("b")),
        ];
        let open: Vec<_> = (0..=said.len()).filter(|n| has_open_calls(&said[..*n])).collect();
        assert_eq!(open, [2, 4, 5, 6]);
    }

    #[test]
    fn a_title_is_one_line() {
        assert_eq!(checked_title("  Taxes ".to_owned()).unwrap(), "Taxes");
        for bad in ["", "  ", "two\nlines", &"x".repeat(201)] {
            assert!(checked_title(bad.to_owned()).is_err(), "{bad:?}");
        }
    }
}
