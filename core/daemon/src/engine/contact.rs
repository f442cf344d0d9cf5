//! Who a sender is: said by people, on record with who said it, and in force from the next message
//! on. A conversation goes on when its sender becomes a person.

use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::contact::{
    Confidence, Entity, MappingKind, NAME_CHARS_MAX, OWNER_ENTITY, SENDER_WAITING_MAX, SenderFacts,
    entity_id, plain_line,
};
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::SessionKey;
use nexus_domain::permission::PermissionStatus;
use nexus_domain::principal::{Chain, Principal};
use nexus_domain::session::{person_key, stranger_key};
use nexus_ledger::{AuditEntry, Ending, LedgerError, Mapping, Tx};

use super::{permission, sender};
use crate::context::Context;

/// What somebody says about a sender.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// The sender and the person.
    pub(crate) mapping: Mapping,
    /// Who says so.
    pub(crate) by: Principal,
}

impl Link {
    /// A person's word.
    #[must_use]
    pub(crate) fn confirmed(
        channel: String,
        sender_id: String,
        entity: Entity,
        by: Principal,
    ) -> Self {
        let (kind, confidence) = (MappingKind::Confirmed, Confidence::SURE);
        Self { mapping: Mapping { channel, sender_id, entity, kind, confidence }, by }
    }
}

/// The person a sender becomes of whom nothing is known but what the channel says. Never one that
/// is there already: whoever that is, nobody said that it is the same.
pub(super) fn new_person(tx: &Tx<'_>, sender: &SenderFacts) -> Result<Entity, LedgerError> {
    let shown = || plain_line(&sender.sender_id, NAME_CHARS_MAX);
    let name = sender.name.clone().unwrap_or_else(shown);
    Ok(Entity { id: free_id(tx, &sender.channel, &sender.sender_id)?, name, is_owner: false })
}

/// An id that no person has.
pub(crate) fn free_id(tx: &Tx<'_>, channel: &str, sender_id: &str) -> Result<String, LedgerError> {
    let mut n = 0;
    loop {
        let id = entity_id(channel, sender_id, n);
        if id != OWNER_ENTITY && tx.identity().entity(&id)?.is_none() {
            return Ok(id);
        }
        n += 1;
    }
}

/// Records to whom a sender belongs. Questions about the sender are taken back where nobody has to
/// answer them any more.
pub(super) fn link(tx: &mut Tx<'_>, link: &Link, now: Timestamp) -> Result<(), LedgerError> {
    let Mapping { channel, sender_id, entity, kind, .. } = &link.mapping;
    tx.identity().map(&link.mapping, now)?;
    let person = kind.resolves().then_some(entity);
    lead(tx, channel, sender_id, person, now)?;
    if person.is_some() {
        withdraw(tx, channel, sender_id, now)?;
    }
    let word = match kind {
        MappingKind::Confirmed => "confirmed".to_owned(),
        MappingKind::Inferred => format!("inferred, {}", link.mapping.confidence.number()),
        MappingKind::Pending => format!("a guess, {}", link.mapping.confidence.number()),
    };
    let who = if entity.is_owner { "owner".to_owned() } else { format!("person:{}", entity.id) };
    note(tx, link, "contact.link", format!("{who}, {word}"), now)?;
    let event = Event::ContactChanged {
        channel: channel.clone(),
        sender_id: sender_id.clone(),
        entity_id: Some(entity.id.clone()),
        kind: Some(*kind),
        by: link.by.clone(),
    };
    tx.events().record(now, &event).map(|_| ())
}

/// Where the stranger's conversation leads from now on. The owner's own conversation takes over
/// nobody else's: what a stranger wrote would count as said in it.
fn lead(
    tx: &Tx<'_>,
    channel: &str,
    sender_id: &str,
    person: Option<&Entity>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    // A key that is too long never had a conversation.
    let Ok(old) = SessionKey::parse(&stranger_key(channel, sender_id)) else { return Ok(()) };
    match person.filter(|person| !person.is_owner) {
        Some(person) => {
            tx.sessions().alias(&old, &SessionKey::parse(&person_key(&person.id))?, now)
        }
        None => tx.sessions().unalias(&old),
    }
}

fn withdraw(
    tx: &mut Tx<'_>,
    channel: &str,
    sender_id: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let waits = tx.sender_waits().of(channel, sender_id)?;
    for question in waits.iter().filter(|w| w.is_asked).filter_map(|w| w.permission_id) {
        let ending = Ending::unanswered(PermissionStatus::Withdrawn, now);
        let resolved = tx.permissions().resolve(question, ending)?;
        permission::tell(tx, &resolved, now)?;
    }
    Ok(())
}

fn note(
    tx: &Tx<'_>,
    link: &Link,
    action: &str,
    what: String,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let sender = format!("{}:{}", link.mapping.channel, link.mapping.sender_id);
    let entry = AuditEntry::fact(now, Chain::of(link.by.clone()), action, sender, what);
    tx.audit().append(&entry).map(|_| ())
}

/// Says to whom a sender belongs. `find` looks the person up, or makes up a new one, in the same
/// transaction. Messages that wait for a word about the sender are decided again.
///
/// # Errors
/// Those of `find`; when the ledger cannot be written.
pub(crate) async fn link_sender(
    context: &Arc<Context>,
    find: impl FnOnce(&Tx<'_>) -> Result<Link, LedgerError> + Send + 'static,
) -> Result<(), Failure> {
    let now = context.clock.now();
    let linked = context
        .ledger
        .write(move |tx| {
            let found = find(tx)?;
            link(tx, &found, now)?;
            Ok(found.mapping)
        })
        .await?;
    context.engine.permission_bell.send_modify(|n| *n += 1);
    if linked.kind.resolves() {
        let (channel, sender_id) = (linked.channel, linked.sender_id);
        sender::take_up(context, channel, sender_id, SENDER_WAITING_MAX).await?;
    }
    Ok(())
}

/// Forgets to whom a sender belongs: from the next message on the sender is unknown, and what is
/// said then begins a conversation of its own.
///
/// # Errors
/// `NotFound` when the sender belongs to nobody; when the ledger cannot be written.
pub(crate) async fn unlink_sender(
    context: &Context,
    channel: String,
    sender_id: String,
    by: Principal,
) -> Result<(), Failure> {
    let now = context.clock.now();
    let write = move |tx: &mut Tx<'_>| {
        let contact = tx.identity().contact(&channel, &sender_id)?;
        let Some(was) = contact.and_then(|contact| contact.belongs_to) else {
            let id = format!("{channel}:{sender_id}");
            return Err(LedgerError::NotFound { what: "sender that belongs to anybody", id });
        };
        tx.identity().unmap(&channel, &sender_id)?;
        lead(tx, &channel, &sender_id, None, now)?;
        let link = Link::confirmed(channel.clone(), sender_id.clone(), was.entity, by);
        let what = format!("no longer person:{}", link.mapping.entity.id);
        note(tx, &link, "contact.unlink", what, now)?;
        let (entity_id, kind, by) = (None, None, link.by);
        let event = Event::ContactChanged { channel, sender_id, entity_id, kind, by };
        tx.events().record(now, &event).map(|_| ())
    };
    Ok(context.ledger.write(write).await?)
}
