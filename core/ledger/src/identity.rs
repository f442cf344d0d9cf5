//! Who is who: senders that were seen, and the people they belong to.

use nexus_domain::Timestamp;
use nexus_domain::pipeline::IdentityFacts;
use rusqlite::{Connection, params};
use serde::Serialize;

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

/// How sure a mapping is. Only the first two name anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MappingKind {
    /// A person said so.
    Confirmed,
    /// Found out with high confidence.
    Inferred,
    /// A guess that waits for confirmation.
    Pending,
}

/// A sender and the person it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping<'t> {
    /// The medium.
    pub channel: &'t str,
    /// The sender there.
    pub sender_id: &'t str,
    /// The person's id.
    pub entity_id: &'t str,
    /// The person's name.
    pub entity_name: &'t str,
    /// Whether the person is the owner.
    pub is_owner: bool,
    /// How sure it is.
    pub kind: MappingKind,
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
}

/// Records who is who.
pub struct IdentitiesMut<'a>(pub(crate) Identities<'a>);

impl IdentitiesMut<'_> {
    /// Notes that a sender was seen; the latest name shown stays.
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
                 last_seen = max(last_seen, excluded.last_seen), n_seen = n_seen + 1",
            (channel, sender_id, name, at.0),
        )?;
        Ok(())
    }

    /// Says to whom a sender belongs; replaces what was said before.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn map(&self, mapping: &Mapping<'_>, at: Timestamp) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT INTO entities (id, name, is_owner, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?4)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, is_owner = excluded.is_owner,
                 updated_at = excluded.updated_at",
            (mapping.entity_id, mapping.entity_name, mapping.is_owner, at.0),
        )?;
        sql::run(
            self.0.0,
            "INSERT INTO identity_mappings
                 (channel, sender_id, entity_id, kind, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)
             ON CONFLICT (channel, sender_id) DO UPDATE SET entity_id = excluded.entity_id,
                 kind = excluded.kind, updated_at = excluded.updated_at",
            params![
                mapping.channel,
                mapping.sender_id,
                mapping.entity_id,
                sql::word(&mapping.kind)?,
                at.0
            ],
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
