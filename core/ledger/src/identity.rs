//! Who is who: senders that were seen, and the people they belong to.

use nexus_domain::Timestamp;
use nexus_domain::contact::{Belonging, Confidence, Contact, Entity, MappingKind};
use nexus_domain::pipeline::IdentityFacts;
use rusqlite::{Connection, Row, params};

use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE contacts (
    channel    TEXT NOT NULL,
    sender_id  TEXT NOT NULL,
    name       TEXT,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    n_seen     INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (channel, sender_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE entities (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    is_owner   INTEGER NOT NULL CHECK (is_owner IN (0, 1)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE identity_mappings (
    channel    TEXT NOT NULL,
    sender_id  TEXT NOT NULL,
    entity_id  TEXT NOT NULL REFERENCES entities (id),
    kind       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (channel, sender_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_mappings_entity ON identity_mappings (entity_id);
";

/// What came with guesses that have a confidence, and with lists of senders.
pub(crate) const CONFIDENCE: &str = "
ALTER TABLE identity_mappings ADD COLUMN confidence REAL NOT NULL DEFAULT 1
    CHECK (confidence >= 0 AND confidence <= 1);
CREATE INDEX contacts_last_seen ON contacts (last_seen, channel, sender_id);
";

/// A sender and the person it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// The medium.
    pub channel: String,
    /// The sender there.
    pub sender_id: String,
    /// The person; made, or given this name, when it is mapped.
    pub entity: Entity,
    /// How it came about.
    pub kind: MappingKind,
    /// How sure it is.
    pub confidence: Confidence,
}

/// Which senders a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactFilter {
    /// Only those that are taken for nobody: without a person, or with a guess that waits.
    pub unknown_only: bool,
    /// Only those behind this one in the list.
    pub after: Option<(Timestamp, String, String)>,
}

/// A sender with the person it belongs to.
macro_rules! select_contacts {
    ($rest:literal) => {
        concat!(
            "SELECT contacts.*, entity_id, kind, confidence, updated_at AS mapped_at,
                 (SELECT name FROM entities WHERE id = entity_id) AS entity_name,
                 (SELECT is_owner FROM entities WHERE id = entity_id) AS is_owner
             FROM contacts LEFT JOIN identity_mappings USING (channel, sender_id) ",
            $rest
        )
    };
}

/// Looks people up.
pub struct Identities<'a>(pub(crate) &'a Connection);

impl Identities<'_> {
    /// What is known about a sender.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn facts(&self, channel: &str, sender_id: &str) -> Result<IdentityFacts, LedgerError> {
        let facts = sql::first(
            self.0,
            "SELECT entities.id, entities.is_owner FROM identity_mappings
             JOIN entities ON entities.id = identity_mappings.entity_id
             WHERE channel = ?1 AND sender_id = ?2 AND kind IN ('confirmed', 'inferred')",
            (channel, sender_id),
            |row| Ok(IdentityFacts { entity_id: row.get("id")?, is_owner: row.get("is_owner")? }),
        )?;
        Ok(facts.unwrap_or_default())
    }

    /// A sender that was seen, with the person it belongs to.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn contact(&self, channel: &str, sender_id: &str) -> Result<Option<Contact>, LedgerError> {
        sql::first(
            self.0,
            select_contacts!("WHERE channel = ?1 AND sender_id = ?2"),
            (channel, sender_id),
            read_contact,
        )
    }

    /// A page of senders, the one that wrote last first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn contacts(
        &self,
        filter: &ContactFilter,
        limit: u32,
    ) -> Result<Vec<Contact>, LedgerError> {
        let top = || (Timestamp(i64::MAX), String::new(), String::new());
        let (Timestamp(at), channel, sender_id) = filter.after.clone().unwrap_or_else(top);
        let limit = sql::limit(limit);
        match filter.unknown_only {
            false => sql::all(
                self.0,
                select_contacts!(
                    "WHERE (last_seen, channel, sender_id) < (?1, ?2, ?3)
                     ORDER BY last_seen DESC, channel DESC, sender_id DESC LIMIT ?4"
                ),
                (at, channel, sender_id, limit),
                read_contact,
            ),
            true => sql::all(
                self.0,
                select_contacts!(
                    "WHERE (last_seen, channel, sender_id) < (?1, ?2, ?3)
                       AND coalesce(kind, 'pending') = 'pending'
                     ORDER BY last_seen DESC, channel DESC, sender_id DESC LIMIT ?4"
                ),
                (at, channel, sender_id, limit),
                read_contact,
            ),
        }
    }

    /// A person.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn entity(&self, id: &str) -> Result<Option<Entity>, LedgerError> {
        sql::first(self.0, "SELECT * FROM entities WHERE id = ?1", [id], |row| {
            Ok(Entity {
                id: row.get("id")?,
                name: row.get("name")?,
                is_owner: row.get("is_owner")?,
            })
        })
    }
}

fn read_contact(row: &Row<'_>) -> Result<Contact, LedgerError> {
    let belongs_to = match row.get::<_, Option<String>>("entity_id")? {
        None => None,
        Some(id) => Some(Belonging {
            entity: Entity { id, name: row.get("entity_name")?, is_owner: row.get("is_owner")? },
            kind: sql::text(row, "kind")?,
            confidence: Confidence::new(row.get("confidence")?)?,
            updated_at: sql::at(row, "mapped_at")?,
        }),
    };
    Ok(Contact {
        channel: row.get("channel")?,
        sender_id: row.get("sender_id")?,
        name: row.get("name")?,
        first_seen: sql::at(row, "first_seen")?,
        last_seen: sql::at(row, "last_seen")?,
        n_seen: sql::count(row, "n_seen")?,
        belongs_to,
    })
}

/// Records who is who.
pub struct IdentitiesMut<'a>(pub(crate) Identities<'a>);

impl IdentitiesMut<'_> {
    /// Notes that a message of a sender came; the latest name shown stays.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn seen(
        &self,
        channel: &str,
        sender_id: &str,
        name: Option<&str>,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT INTO contacts (channel, sender_id, name, first_seen, last_seen)
             VALUES (?1, ?2, ?3, ?4, ?4)
             ON CONFLICT (channel, sender_id) DO UPDATE SET
                 name = coalesce(excluded.name, name),
                 first_seen = CASE n_seen WHEN 0 THEN excluded.first_seen ELSE first_seen END,
                 last_seen = max(last_seen, excluded.last_seen), n_seen = n_seen + 1",
            (channel, sender_id, name, at.0),
        )?;
        Ok(())
    }

    /// Says to whom a sender belongs; replaces what was said before. A sender that never wrote is
    /// listed from now on, as seen no times.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn map(&self, mapping: &Mapping, at: Timestamp) -> Result<(), LedgerError> {
        let Mapping { channel, sender_id, entity, kind, confidence } = mapping;
        sql::run(
            self.0.0,
            "INSERT INTO entities (id, name, is_owner, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?4)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, is_owner = excluded.is_owner,
                 updated_at = excluded.updated_at",
            (&entity.id, &entity.name, entity.is_owner, at.0),
        )?;
        sql::run(
            self.0.0,
            "INSERT INTO identity_mappings
                 (channel, sender_id, entity_id, kind, confidence, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
             ON CONFLICT (channel, sender_id) DO UPDATE SET entity_id = excluded.entity_id,
                 kind = excluded.kind, confidence = excluded.confidence,
                 updated_at = excluded.updated_at",
            params![channel, sender_id, entity.id, sql::word(kind)?, confidence.number(), at.0],
        )?;
        sql::run(
            self.0.0,
            "INSERT INTO contacts (channel, sender_id, first_seen, last_seen, n_seen)
             VALUES (?1, ?2, ?3, ?3, 0) ON CONFLICT (channel, sender_id) DO NOTHING",
            (channel, sender_id, at.0),
        )?;
        Ok(())
    }

    /// Forgets to whom a sender belongs and says whether anything was known.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn unmap(&self, channel: &str, sender_id: &str) -> Result<bool, LedgerError> {
        let n_rows = sql::run(
            self.0.0,
            "DELETE FROM identity_mappings WHERE channel = ?1 AND sender_id = ?2",
            (channel, sender_id),
        )?;
        Ok(n_rows > 0)
    }
}
