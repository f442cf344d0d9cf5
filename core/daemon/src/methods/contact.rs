//! Contacts: who a sender is, said by people.

use std::sync::Arc;

use nexus_domain::contact::{
    Confidence, Contact, Entity, MappingKind, NAME_CHARS_MAX, OWNER_ENTITY, check_entity_id,
    plain_line,
};
use nexus_domain::failure::Failure;
use nexus_domain::principal::Principal;
use nexus_iam::Permit;
use nexus_ledger::{ContactFilter, Identities, LedgerError, Mapping, Tx};
use nexus_protocol::contact::{
    ChangeParams, ChangeResult, LinkParams, ListParams, ListResult, SenderRef, ShowParams,
    ShowResult, Whom,
};

use super::person;
use super::session::page_len;
use crate::context::Context;
use crate::engine::contact::{Link, free_id, link_sender, unlink_sender};

/// What only people may do with them.
const CHANGE: &str = "say who a sender is";
/// The name of the owner, unless somebody gave another.
const OWNER_NAME: &str = "Owner";

/// Lists senders.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    params: ListParams,
) -> Result<ListResult, Failure> {
    let limit = page_len(params.limit)?;
    let ListParams { unknown_only, after, .. } = params;
    let found = context.ledger.read(move |r| {
        let after = match after {
            None => None,
            Some(SenderRef { channel, sender_id }) => {
                let last = known(&r.identity(), &channel, &sender_id)?;
                Some((last.last_seen, channel, sender_id))
            }
        };
        r.identity().contacts(&ContactFilter { unknown_only, after }, limit + 1)
    });
    let mut contacts = found.await?;
    let has_more = contacts.len() > limit as usize;
    contacts.truncate(limit as usize);
    Ok(ListResult { contacts, has_more })
}

/// Shows one sender, with what waits for a word about it.
pub async fn show(
    context: &Arc<Context>,
    _permit: Permit,
    params: ShowParams,
) -> Result<ShowResult, Failure> {
    let SenderRef { channel, sender_id } = params.sender;
    let shown = context.ledger.read(move |r| {
        let contact = known(&r.identity(), &channel, &sender_id)?;
        let facts = r.identity().facts(&channel, &sender_id)?;
        let principal = match facts.entity_id {
            Some(_) if facts.is_owner => Principal::Owner,
            Some(id) => Principal::Known(id),
            None => Principal::Unknown(format!("{channel}:{sender_id}")),
        };
        let waits = r.sender_waits().of(&channel, &sender_id)?;
        let open = waits.iter().find(|wait| wait.is_asked).and_then(|wait| wait.permission_id);
        let question = match open {
            Some(id) => r.permissions().get(id)?,
            None => None,
        };
        let n_waiting = waits.len() as u64;
        Ok(ShowResult { contact, principal: principal.to_string(), n_waiting, question })
    });
    Ok(shown.await?)
}

/// Says to whom a sender belongs; it counts from the next message on, and for those that wait.
pub async fn link(
    context: &Arc<Context>,
    permit: Permit,
    params: LinkParams,
) -> Result<ChangeResult, Failure> {
    let by = person(&permit, CHANGE)?;
    let (kind, confidence) = match params.confidence {
        None => (MappingKind::Confirmed, Confidence::SURE),
        Some(confidence) => (too_weak(confidence)?, confidence),
    };
    let SenderRef { channel, sender_id } = params.sender.clone();
    if channel == nexus_domain::pipeline::CONTROL_CHANNEL || channel.contains(':') {
        return Err(Failure::invalid(format!(
            "`{}` is no outside channel",
            channel.escape_debug()
        ))
        .hint("write the channel as `nexus contact list` shows it, such as telegram:4711"));
    }
    let whom = params.whom;
    let find = move |tx: &Tx<'_>| {
        let entity = entity(tx, whom, &channel, &sender_id)?;
        Ok(Link { mapping: Mapping { channel, sender_id, entity, kind, confidence }, by })
    };
    link_sender(context, find).await?;
    changed(context, params.sender).await
}

/// Forgets to whom a sender belongs.
pub async fn unlink(
    context: &Arc<Context>,
    permit: Permit,
    params: ChangeParams,
) -> Result<ChangeResult, Failure> {
    let by = person(&permit, CHANGE)?;
    let SenderRef { channel, sender_id } = params.sender.clone();
    unlink_sender(context, channel, sender_id, by).await?;
    changed(context, params.sender).await
}

/// Confirms what was guessed.
pub async fn confirm(
    context: &Arc<Context>,
    permit: Permit,
    params: ChangeParams,
) -> Result<ChangeResult, Failure> {
    let by = person(&permit, CHANGE)?;
    let SenderRef { channel, sender_id } = params.sender.clone();
    let find = move |tx: &Tx<'_>| {
        let contact = known(&tx.identity(), &channel, &sender_id)?;
        let guess = contact.belongs_to.ok_or_else(|| LedgerError::Conflict {
            message: format!(
                "there is no guess about {channel}:{sender_id}; say who it is: nexus contact link"
            ),
        })?;
        Ok(Link::confirmed(channel, sender_id, guess.entity, by))
    };
    link_sender(context, find).await?;
    changed(context, params.sender).await
}

async fn changed(context: &Context, sender: SenderRef) -> Result<ChangeResult, Failure> {
    let SenderRef { channel, sender_id } = sender;
    let contact = context.ledger.read(move |r| known(&r.identity(), &channel, &sender_id));
    Ok(ChangeResult { contact: contact.await? })
}

/// A sender that was seen.
fn known(
    identities: &Identities<'_>,
    channel: &str,
    sender_id: &str,
) -> Result<Contact, LedgerError> {
    identities.contact(channel, sender_id)?.ok_or_else(|| LedgerError::NotFound {
        what: "sender",
        id: format!("{channel}:{sender_id}"),
    })
}

fn too_weak(confidence: Confidence) -> Result<MappingKind, Failure> {
    confidence.kind().ok_or_else(|| {
        let number = confidence.number();
        Failure::invalid(format!("a guess of {number} is too weak to be kept"))
            .hint("0.7 to 0.9 waits for confirmation, above 0.9 counts at once")
    })
}

/// The person that is meant.
fn entity(tx: &Tx<'_>, whom: Whom, channel: &str, sender_id: &str) -> Result<Entity, LedgerError> {
    match whom {
        Whom::Owner => {
            let known = tx.identity().entity(OWNER_ENTITY)?;
            let (id, name) = (OWNER_ENTITY.to_owned(), OWNER_NAME.to_owned());
            Ok(known.unwrap_or(Entity { id, name, is_owner: true }))
        }
        Whom::Person(id) => {
            let known = tx.identity().entity(&id)?;
            known.ok_or(LedgerError::NotFound { what: "person", id })
        }
        Whom::New { name, id } => {
            let name = plain_line(&name, NAME_CHARS_MAX);
            if name.is_empty() {
                return Err(LedgerError::Invalid("the person has no name".to_owned()));
            }
            let id = match id {
                Some(id) => {
                    check_entity_id(&id)?;
                    id
                }
                None => free_id(tx, channel, sender_id)?,
            };
            if id == OWNER_ENTITY || tx.identity().entity(&id)?.is_some() {
                return Err(LedgerError::Conflict {
                    message: format!("there is a person `{id}` already; choose another id"),
                });
            }
            Ok(Entity { id, name, is_owner: false })
        }
    }
}
